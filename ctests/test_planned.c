/* A plan exported from one pipeline seals another one, without a planner; everything else refuses, with a text. */
#include "check.h"
#include "texts.h"

enum { CONTROL = 1 << 16, WORK = 1 << 16 };
static union { uint64_t align; unsigned char b[CONTROL]; } control;
static union { uint64_t align; unsigned char b[WORK]; } work;
static float samples[64];

typedef sqs_status (*creator)(const sqs_config *, const sqs_memory *, sqs_pipeline **, sqs_error *);

/* A pipeline of two stages with an opened output, in memory of the caller. */
static sqs_pipeline *made(creator create, uint64_t hop, uint32_t *id)
{
    static const sqs_edge_desc from_a = { "a", 1, 1, 0, 0 };
    const sqs_config c = config_of(4, hop, 64);
    sqs_stage_desc a = stage_of("a", &FROM_INPUT), b = stage_of("b", &from_a);
    sqs_pipeline *p = NULL;
    sqs_memory m;
    memset(&m, 0, sizeof m);
    m.struct_size = sizeof m;
    m.control = control.b;
    m.control_bytes = sizeof control.b;
    CHECK_STATUS(create(&c, &m, &p, NULL), SQS_OK);
    CHECK_STATUS(sqs_stage_register(p, &a, id), SQS_OK);
    CHECK_STATUS(sqs_stage_register(p, &b, id), SQS_OK);
    CHECK_STATUS(sqs_output_open(p, *id, 8), SQS_OK);
    return p;
}

/* The rows of both ways to get them. */
static void rows_of(sqs_pipeline *p, uint32_t id, float *rows)
{
    size_t n = 0, got = 0;
    uint64_t done = 0;
    CHECK_STATUS(sqs_push(p, 0, samples, 64, &n), SQS_OK);
    CHECK_STATUS(sqs_push_end(p, 0), SQS_OK);
    CHECK_STATUS(sqs_evaluate(p, id, 0, SQS_ALL, rows, 31 * sizeof *rows, &done), SQS_OK);
    CHECK(done == 31);
    for (n = 31; n < 62;) {
        CHECK(sqs_step(p, 4, &done) >= 0);
        CHECK(sqs_pull(p, id, rows + n, 62 - n, &got) >= 0);
        n += got;
        if (done == 0 && got == 0) break;
    }
    CHECK(n == 62);
}

int main(void)
{
    static float planned[62], read[62];
    static unsigned char plan[4096], small[64];
    size_t bytes = 0, same = 0;
    uint32_t id = 0;
    for (int i = 0; i < 64; i++) samples[i] = (float)(i * i % 37);
    sqs_pipeline *p = made(sqs_pipeline_new, 2, &id);
    sqs_request ask = all_of(id);
    CHECK_STATUS(sqs_plan_export(p, &ask, 1, NULL, 0, &bytes), SQS_ERR_SPACE);
    CHECK_STATUS(sqs_plan_export(p, &ask, 1, small, sizeof small, &same), SQS_ERR_SPACE);
    detail(__LINE__, p, "<the plan> needs <352 bytes>, <buffer> has 64");
    CHECK_STATUS(sqs_plan_export(p, &ask, 1, plan, sizeof plan, &same), SQS_OK);
    CHECK(bytes == same && bytes <= sizeof plan);
    CHECK_STATUS(sqs_plan_export(p, &ask, 1, plan, bytes, NULL), SQS_ERR_ARGUMENT);
    CHECK_STATUS(sqs_pipeline_seal(p, &ask, 1, work.b, sizeof work.b), SQS_OK);
    CHECK_STATUS(sqs_pipeline_seal_planned(p, plan, bytes, work.b, sizeof work.b), SQS_ERR_STATE);
    rows_of(p, id, planned);
    sqs_pipeline_delete(p);

    p = made(sqs_pipeline_new_planned, 2, &id);
    CHECK_STATUS(sqs_push(p, 0, samples, 64, &same), SQS_ERR_STATE);
    detail(__LINE__, p, "<the pipeline> was created <without a planner>: seal it with <sqs_pipeline_seal_planned()> first");
    CHECK_STATUS(sqs_pipeline_seal(p, &ask, 1, work.b, sizeof work.b), SQS_ERR_STATE);
    CHECK_STATUS(sqs_pipeline_seal_planned(p, NULL, 0, work.b, sizeof work.b), SQS_ERR_ARGUMENT);
    detail(__LINE__, p, "<plan> is <NULL>: give <the bytes that sqs_plan_export() wrote>");
    CHECK_STATUS(sqs_pipeline_seal_planned(p, samples, 64, work.b, sizeof work.b), SQS_ERR_FORMAT);
    detail(__LINE__, p, "<the bytes> are not <a plan>: the <first ones> differ");
    CHECK_STATUS(sqs_pipeline_seal_planned(p, plan, bytes - 1, work.b, sizeof work.b), SQS_ERR_CORRUPT);
    detail(__LINE__, p, "<the plan> has <352 bytes>, <351> are given: give all of it");
    plan[7] = 9;
    CHECK_STATUS(sqs_pipeline_seal_planned(p, plan, bytes, work.b, sizeof work.b), SQS_ERR_FORMAT);
    detail(__LINE__, p, "<the plan> has <version 9>, this library reads <version 1>: export it again");
    plan[7] = 1;
    plan[40] ^= 1;
    CHECK_STATUS(sqs_pipeline_seal_planned(p, plan, bytes, work.b, sizeof work.b), SQS_ERR_CORRUPT);
    detail(__LINE__, p, "<the plan> is <damaged>: its <CRC> does not match");
    plan[40] ^= 1;
    CHECK_STATUS(sqs_pipeline_seal_planned(p, plan, bytes, plan + 8, sizeof plan - 8), SQS_ERR_OVERLAP);
    CHECK_STATUS(sqs_pipeline_seal_planned(p, plan, bytes, work.b, 64), SQS_ERR_MEMORY);
    CHECK_STATUS(sqs_pipeline_seal_planned(p, plan, bytes, work.b + 4, sizeof work.b - 4), SQS_ERR_ALIGN);
    CHECK_STATUS(sqs_pipeline_seal_planned(p, plan, bytes, work.b, sizeof work.b), SQS_OK);
    rows_of(p, id, read);
    CHECK(memcmp(planned, read, sizeof planned) == 0);
    uint64_t none = 0;
    CHECK_STATUS(sqs_evaluate(p, 0, 0, 1, read, sizeof *read, &none), SQS_ERR_NOT_PLANNED);
    detail(__LINE__, p, "<stage a>: <this request> is not in the plan that the pipeline is sealed with: <export one with it>");
    CHECK_STATUS(sqs_pipeline_reset(p), SQS_OK);
    rows_of(p, id, read);
    CHECK(memcmp(planned, read, sizeof planned) == 0);
    sqs_pipeline_delete(p);

    p = made(sqs_pipeline_new_planned, 3, &id);
    CHECK_STATUS(sqs_pipeline_seal_planned(p, plan, bytes, work.b, sizeof work.b), SQS_ERR_GRAPH);
    detail(__LINE__, p, "<the plan> is for <another config or graph>: export it again, <with the same calls as here>");
    sqs_pipeline_delete(p);
    return DONE();
}
