/* Reported sizes are exact: they suffice, one byte less is refused. Misaligned and overlapping areas are refused. */
#include "check.h"

static union { uint64_t align; unsigned char bytes[1 << 17]; } control;
static union { double align; unsigned char bytes[1 << 17]; } work;

static sqs_status make(const sqs_config *c, void *base, size_t size, sqs_pipeline **p, sqs_error *e)
{
    sqs_memory m;
    memset(&m, 0, sizeof m);
    m.struct_size = sizeof m;
    m.control = base;
    m.control_bytes = size;
    return sqs_pipeline_new(c, &m, p, e);
}

int main(void)
{
    static const uint32_t stages[] = { 1, 2, 3, 7, 16, 33 }, edges[] = { 1, 2, 5, 16, 40, 100 };
    sqs_pipeline *p = NULL;
    size_t bytes = 0, align = 0, n;
    uint64_t got;
    float x[64] = { 0 }, rows[64];
    uint32_t id;

    for (size_t i = 0; i < 6; i++) {
        for (size_t k = 0; k < 6; k++) {
            sqs_config c = config_of(4, 2, 64);
            c.max_stages = stages[i];
            c.max_edges = edges[k];
            CHECK_STATUS(sqs_pipeline_control_bytes(&c, &bytes, &align), SQS_OK);
            CHECK(bytes <= SQS_CONTROL_BYTES(stages[i], edges[k]));
            CHECK(bytes <= sizeof control.bytes);
            CHECK_STATUS(make(&c, control.bytes, bytes, &p, NULL), SQS_OK);
            sqs_pipeline_delete(p);
            CHECK_STATUS(make(&c, control.bytes, bytes - 1, &p, NULL), SQS_ERR_MEMORY);
            CHECK_STATUS(make(&c, control.bytes + 1, bytes, &p, NULL), SQS_ERR_ALIGN);
        }
    }

    sqs_config c = config_of(4, 2, 64);
    sqs_stage_desc d = stage_of("sum", &FROM_INPUT);
    sqs_plan_info plan;
    char number[32];
    memset(&plan, 0, sizeof plan);
    plan.struct_size = sizeof plan;
    CHECK_STATUS(make(&c, control.bytes, sizeof control.bytes, &p, NULL), SQS_OK);
    CHECK_STATUS(sqs_stage_register(p, &d, &id), SQS_OK);
    sqs_request ask = all_of(id);
    CHECK_STATUS(sqs_plan(p, &ask, 1, &plan), SQS_OK);
    n = (size_t)plan.work_bytes;
    CHECK(n > 0 && n <= sizeof work.bytes);
    CHECK_STATUS(sqs_pipeline_seal(p, &ask, 1, NULL, 0), SQS_ERR_MEMORY);
    CHECK_STATUS(sqs_pipeline_seal(p, &ask, 1, work.bytes, n - 1), SQS_ERR_MEMORY);
    snprintf(number, sizeof number, "%lu", (unsigned long)n);
    CHECK_DETAIL(p, number);
    CHECK_STATUS(sqs_pipeline_seal(p, &ask, 1, work.bytes + 1, n), SQS_ERR_ALIGN);
    CHECK_STATUS(sqs_pipeline_seal(p, &ask, 1, work.bytes, n), SQS_OK);
    CHECK_STATUS(sqs_pipeline_seal(p, &ask, 1, work.bytes, n), SQS_ERR_STATE);
    CHECK_STATUS(sqs_stage_register(p, &d, &id), SQS_ERR_STATE);

    /* Overlap with the work area. */
    size_t accepted;
    CHECK_STATUS(sqs_push(p, 0, work.bytes, 4, &accepted), SQS_ERR_OVERLAP);
    CHECK(accepted == 0);
    CHECK_STATUS(sqs_push(p, 0, x, 64, &accepted), SQS_OK);
    CHECK_STATUS(sqs_evaluate(p, id, 0, SQS_ALL, work.bytes, 1024, &got), SQS_ERR_OVERLAP);
    CHECK_STATUS(sqs_evaluate(p, id, 0, SQS_ALL, rows, 31 * 4 - 1, &got), SQS_ERR_SPACE);
    CHECK_DETAIL(p, "124");
    CHECK_STATUS(sqs_evaluate(p, id, 0, SQS_ALL, rows, 31 * 4, &got), SQS_OK);
    CHECK(got == 31);
    sqs_pipeline_delete(p);

    /* A budget that is too small is refused with the minimum, and exactly the minimum works. */
    CHECK_STATUS(make(&c, control.bytes, sizeof control.bytes, &p, NULL), SQS_OK);
    CHECK_STATUS(sqs_stage_register(p, &d, &id), SQS_OK);
    CHECK_STATUS(sqs_plan(p, NULL, 0, &plan), SQS_OK);
    sqs_pipeline_delete(p);
    const uint64_t minimum = plan.min_budget_bytes;
    for (uint64_t less = 0; less < 2; less++) {
        c.memory_budget_bytes = minimum - less;
        CHECK_STATUS(make(&c, control.bytes, sizeof control.bytes, &p, NULL), SQS_OK);
        CHECK_STATUS(sqs_stage_register(p, &d, &id), SQS_OK);
        CHECK_STATUS(sqs_plan(p, NULL, 0, &plan), less ? SQS_ERR_BUDGET : SQS_OK);
        if (less) {
            snprintf(number, sizeof number, "%lu", (unsigned long)minimum);
            CHECK_DETAIL(p, number);
        }
        sqs_pipeline_delete(p);
    }
    return DONE();
}
