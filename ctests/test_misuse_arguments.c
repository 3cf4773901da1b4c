/* Wrong struct sizes, unknown enum values, wrong names, overflow, wrong order of calls. */
#include "check.h"

typedef struct { sqs_stage_desc d; unsigned char tail[16]; } newer_stage;

int main(void)
{
    sqs_pipeline *p;
    sqs_config c = config_of(4, 2, 64), bad;
    uint32_t id, other;
    size_t n;
    uint64_t got;
    float x[64] = { 0 }, rows[64];

    /* struct_size: 0, too small, larger with zero tail and with a set one */
    bad = c; bad.struct_size = 0;
    CHECK_STATUS(sqs_pipeline_new(&bad, NULL, &p, NULL), SQS_ERR_STRUCT_SIZE);
    /* One byte less than in version 1. */
    bad.struct_size = (uint32_t)(offsetof(sqs_config, checkpoint_slots) + sizeof(uint32_t) - 1);
    CHECK_STATUS(sqs_pipeline_new(&bad, NULL, &p, NULL), SQS_ERR_STRUCT_SIZE);
    CHECK_STATUS(sqs_config_init(&bad, 3), SQS_ERR_STRUCT_SIZE);
    p = small(64, &id);
    newer_stage s;
    memset(&s, 0, sizeof s);
    s.d = stage_of("newer", &FROM_INPUT);
    s.d.struct_size = sizeof s;
    s.tail[15] = 1;
    CHECK_STATUS(sqs_stage_register(p, &s.d, &other), SQS_ERR_UNSUPPORTED);
    s.tail[15] = 0;
    CHECK_STATUS(sqs_stage_register(p, &s.d, &other), SQS_OK);
    s.d.struct_size = 0;
    CHECK_STATUS(sqs_stage_register(p, &s.d, &other), SQS_ERR_STRUCT_SIZE);
    CHECK_DETAIL(p, "struct_size is 0");
    sqs_stats stats;
    memset(&stats, 0, sizeof stats);
    CHECK_STATUS(sqs_pipeline_stats(p, &stats), SQS_ERR_STRUCT_SIZE);
    sqs_plan_info plan;
    memset(&plan, 0, sizeof plan);
    CHECK_STATUS(sqs_plan(p, NULL, 0, &plan), SQS_ERR_STRUCT_SIZE);

    /* unknown enum values */
    bad = c; bad.dtype = 11;
    sqs_pipeline *none = NULL;
    CHECK_STATUS(sqs_pipeline_new(&bad, NULL, &none, NULL), SQS_ERR_ARGUMENT);
    bad = c; bad.mode = 77;
    CHECK_STATUS(sqs_pipeline_new(&bad, NULL, &none, NULL), SQS_ERR_ARGUMENT);
    CHECK(none == NULL);
    sqs_stage_desc d = stage_of("b", &FROM_INPUT);
    d.dtype = UINT32_MAX;
    CHECK_STATUS(sqs_stage_register(p, &d, &other), SQS_ERR_ARGUMENT);
    d = stage_of("b", &FROM_INPUT); d.flags = UINT32_C(1) << 31;
    CHECK_STATUS(sqs_stage_register(p, &d, &other), SQS_ERR_UNSUPPORTED);
    d = stage_of("b", &FROM_INPUT); d.flags = SQS_STAGE_REVERSE; /* without state */
    CHECK_STATUS(sqs_stage_register(p, &d, &other), SQS_ERR_ARGUMENT);
    d = stage_of("b", &FROM_INPUT); d.len = 0;
    CHECK_STATUS(sqs_stage_register(p, &d, &other), SQS_ERR_ARGUMENT);
    d = stage_of("b", &FROM_INPUT); d.scratch_align = 3;
    CHECK_STATUS(sqs_stage_register(p, &d, &other), SQS_ERR_ARGUMENT);
    sqs_edge_desc e = { "input", 0, 0, 9, 0 };
    d = stage_of("b", &e);
    CHECK_STATUS(sqs_stage_register(p, &d, &other), SQS_ERR_ARGUMENT);
    sqs_request ask = all_of(id);
    memset(&plan, 0, sizeof plan); plan.struct_size = sizeof plan;
    ask.order = 9;
    CHECK_STATUS(sqs_plan(p, &ask, 1, &plan), SQS_ERR_ARGUMENT);
    ask = all_of(99);
    CHECK_STATUS(sqs_plan(p, &ask, 1, &plan), SQS_ERR_ARGUMENT);
    CHECK_DETAIL(p, "99");

    /* names: duplicate, reserved, empty, too long; edges: unknown, self, forward */
    d = stage_of("sum", &FROM_INPUT);
    CHECK_STATUS(sqs_stage_register(p, &d, &other), SQS_ERR_NAME);
    d.name = "input"; CHECK_STATUS(sqs_stage_register(p, &d, &other), SQS_ERR_NAME);
    d.name = ""; CHECK_STATUS(sqs_stage_register(p, &d, &other), SQS_ERR_NAME);
    d.name = "a-name-of-more-than-31-bytes-xxxxx";
    CHECK_STATUS(sqs_stage_register(p, &d, &other), SQS_ERR_NAME);
    e.boundary = SQS_BOUNDARY_ZERO;
    e.name = "nothing"; d = stage_of("b", &e); CHECK_STATUS(sqs_stage_register(p, &d, &other), SQS_ERR_NAME);
    e.name = "b"; CHECK_STATUS(sqs_stage_register(p, &d, &other), SQS_ERR_NAME);
    e.name = "later"; CHECK_STATUS(sqs_stage_register(p, &d, &other), SQS_ERR_NAME);
    CHECK_STATUS(sqs_stage_find(p, "later", &other), SQS_ERR_NAME);
    CHECK_STATUS(sqs_stage_find(p, "sum", &other), SQS_OK);
    CHECK(other == id);

    /* sizes that overflow */
    bad = c; bad.window = UINT64_MAX; bad.channels = 8;
    CHECK_STATUS(sqs_pipeline_new(&bad, NULL, &none, NULL), SQS_ERR_OVERFLOW);
    CHECK_STATUS(sqs_push(p, 0, x, SIZE_MAX, &n), SQS_ERR_OVERFLOW);

    /* sealed for one stage: another one is not planned, and registering is refused */
    ask = all_of(id);
    CHECK_STATUS(sqs_pull(p, id, rows, 1, &n), SQS_ERR_STATE);
    CHECK_STATUS(sqs_step(p, 1, &got), SQS_ERR_STATE);
    ask.count = 2;
    CHECK_STATUS(sqs_pipeline_seal(p, &ask, 1, NULL, 0), SQS_OK);
    d = stage_of("late", &FROM_INPUT);
    CHECK_STATUS(sqs_stage_register(p, &d, &other), SQS_ERR_STATE);
    CHECK_STATUS(sqs_output_open(p, id, 4), SQS_ERR_STATE);
    CHECK_STATUS(sqs_push(p, 0, x, 64, &n), SQS_OK);
    CHECK_STATUS(sqs_push(p, 9, x, 1, &n), SQS_ERR_ARGUMENT);
    CHECK_STATUS(sqs_evaluate(p, id + 1, 0, 31, rows, sizeof rows, &got), SQS_ERR_NOT_PLANNED);
    CHECK_STATUS(sqs_evaluate(p, id, 0, 32, rows, sizeof rows, &got), SQS_ERR_RANGE);
    CHECK_DETAIL(p, "31");
    CHECK_STATUS(sqs_step(p, 0, &got), SQS_ERR_ARGUMENT);
    CHECK_STATUS(sqs_evaluate(p, id, 0, 2, rows, sizeof rows, &got), SQS_OK);
    sqs_pipeline_delete(p);

    CHECK_STATUS(sqs_abi_check(SQS_ABI_VERSION + 1000), SQS_ERR_ABI);
    CHECK(strcmp(sqs_status_text(-1000), "unknown status") == 0);
    return DONE();
}
