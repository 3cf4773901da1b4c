/* Callbacks that call back, fail or return invalid values; and the calls that follow. */
#include "check.h"

typedef struct { sqs_pipeline *p; int calls; int fail; int nonsense; } state;

/* Calls every function on the handle of the running call. */
static int32_t reenter(void *ctx, const sqs_stage_io *io)
{
    state *s = (state *)ctx;
    sqs_pipeline *p = s->p;
    uint32_t id;
    uint64_t u;
    size_t n;
    char text[8];
    float x[8] = { 0 };
    sqs_stage_desc d = stage_of("late", &FROM_INPUT);
    sqs_request ask = all_of(0);
    sqs_plan_info plan;
    sqs_stats stats;
    memset(&plan, 0, sizeof plan); plan.struct_size = sizeof plan;
    memset(&stats, 0, sizeof stats); stats.struct_size = sizeof stats;
    s->calls++;
    CHECK_STATUS(sqs_stage_register(p, &d, &id), SQS_ERR_REENTRANT);
    CHECK_STATUS(sqs_stage_register_builtin(p, NULL, &id), SQS_ERR_REENTRANT);
    CHECK_STATUS(sqs_stage_find(p, "late", &id), SQS_ERR_REENTRANT);
    CHECK_STATUS(sqs_input_register(p, NULL, &id), SQS_ERR_REENTRANT);
    CHECK_STATUS(sqs_output_open(p, 0, 1), SQS_ERR_REENTRANT);
    CHECK_STATUS(sqs_plan(p, NULL, 0, &plan), SQS_ERR_REENTRANT);
    CHECK_STATUS(sqs_pipeline_seal(p, NULL, 0, NULL, 0), SQS_ERR_REENTRANT);
    CHECK_STATUS(sqs_push(p, 0, x, 8, &n), SQS_ERR_REENTRANT);
    CHECK_STATUS(sqs_push_end(p, 0), SQS_ERR_REENTRANT);
    CHECK_STATUS(sqs_step(p, 1, &u), SQS_ERR_REENTRANT);
    CHECK_STATUS(sqs_pull(p, 0, x, 8, &n), SQS_ERR_REENTRANT);
    CHECK_STATUS(sqs_evaluate(p, 0, 0, 1, x, sizeof x, &u), SQS_ERR_REENTRANT);
    CHECK_STATUS(sqs_evaluate_to(p, &ask, NULL, NULL), SQS_ERR_REENTRANT);
    CHECK_STATUS(sqs_evaluate_begin(p, &ask, NULL, NULL), SQS_ERR_REENTRANT);
    CHECK_STATUS(sqs_evaluate_cancel(p), SQS_ERR_REENTRANT);
    CHECK_STATUS(sqs_source_set(p, 0, NULL), SQS_ERR_REENTRANT);
    CHECK_STATUS(sqs_source_extend(p, 0, 1, 0), SQS_ERR_REENTRANT);
    CHECK_STATUS(sqs_source_set_file(p, 0, "x", 0, 0, NULL), SQS_ERR_REENTRANT);
    CHECK_STATUS(sqs_pipeline_reset(p), SQS_ERR_REENTRANT);
    CHECK_STATUS(sqs_pipeline_error_detail(p, text, sizeof text, NULL), SQS_ERR_REENTRANT);
    CHECK_STATUS(sqs_pipeline_stats(p, &stats), SQS_ERR_REENTRANT);
    sqs_pipeline_delete(p); /* does nothing here */
    CHECK(sqs_abi_check(SQS_ABI_VERSION) == SQS_OK);
    return sum_run(NULL, io);
}

static int32_t fail_once(void *ctx, const sqs_stage_io *io)
{
    state *s = (state *)ctx;
    if (s->fail) { s->fail = 0; return 4711; }
    return sum_run(NULL, io);
}

static int32_t far_read(void *ctx, uint64_t first, void *dst, size_t n, size_t *got)
{
    state *s = (state *)ctx;
    float *y = (float *)dst;
    s->calls++;
    if (s->nonsense == 1) { s->nonsense = 0; *got = 0; return 0; }
    if (s->nonsense == 2) { s->nonsense = 0; *got = n + 1; return 0; }
    if (s->nonsense == 3) { s->nonsense = 0; return -99; }
    for (size_t i = 0; i < n; i++) y[i] = (float)((first + i) & 1023u);
    *got = n;
    return 0;
}

static int32_t sink_fails_once(void *ctx, uint64_t first, size_t rows, const void *data, size_t bytes)
{
    state *s = (state *)ctx;
    (void)first; (void)data;
    CHECK(bytes == rows * sizeof(float));
    if (s->nonsense) { s->nonsense = 0; return 815; }
    s->calls += (int)rows;
    return 0;
}

int main(void)
{
    float x[64], rows[64];
    size_t n;
    uint64_t got, done;
    uint32_t id, twice;
    sqs_config c = config_of(4, 2, 64);
    state s = { NULL, 0, 0, 0 };
    for (int i = 0; i < 64; i++) x[i] = (float)i;

    sqs_stage_desc d = stage_of("reenter", &FROM_INPUT);
    d.run = reenter;
    d.ctx = &s;
    CHECK_STATUS(sqs_pipeline_new(&c, NULL, &s.p, NULL), SQS_OK);
    CHECK_STATUS(sqs_stage_register(s.p, &d, &id), SQS_OK);
    CHECK_STATUS(sqs_push(s.p, 0, x, 64, &n), SQS_OK);
    CHECK_STATUS(sqs_evaluate(s.p, id, 0, SQS_ALL, rows, sizeof rows, &got), SQS_OK);
    CHECK(s.calls > 0 && got == 31 && rows[30] == 60.0f + 61.0f + 62.0f + 63.0f);
    sqs_pipeline_delete(s.p);

    /* A stage fails: its code is in the detail, and the next call continues. */
    d = stage_of("fails", &FROM_INPUT);
    d.run = fail_once;
    d.ctx = &s;
    s.fail = 1;
    CHECK_STATUS(sqs_pipeline_new(&c, NULL, &s.p, NULL), SQS_OK);
    CHECK_STATUS(sqs_stage_register(s.p, &d, &id), SQS_OK);
    CHECK_STATUS(sqs_push(s.p, 0, x, 64, &n), SQS_OK);
    CHECK_STATUS(sqs_evaluate(s.p, id, 0, SQS_ALL, rows, sizeof rows, &got), SQS_ERR_CALLBACK);
    CHECK(got == 0);
    CHECK_DETAIL(s.p, "4711");
    CHECK_STATUS(sqs_evaluate(s.p, id, 0, SQS_ALL, rows, sizeof rows, &got), SQS_OK);
    CHECK(got == 31);

    /* A sink fails: it receives the same rows again. */
    sqs_request ask = all_of(id);
    ask.count = 31;
    s.nonsense = 1;
    s.calls = 0;
    CHECK_STATUS(sqs_evaluate_begin(s.p, &ask, sink_fails_once, &s), SQS_OK);
    CHECK_STATUS(sqs_evaluate_begin(s.p, &ask, sink_fails_once, &s), SQS_ERR_STATE);
    CHECK_STATUS(sqs_step(s.p, 100, &done), SQS_ERR_CALLBACK);
    CHECK_DETAIL(s.p, "815");
    while (sqs_step(s.p, 7, &done) == SQS_OK) CHECK(done <= 7);
    CHECK(s.calls == 31);
    sqs_pipeline_delete(s.p);

    /* A source of 2^40 samples, read near its end; and a source that returns an invalid count. */
    sqs_source source;
    memset(&source, 0, sizeof source);
    source.struct_size = sizeof source;
    source.read = far_read;
    source.ctx = &s;
    source.samples = UINT64_C(1) << 40;
    s.p = small(0, &twice);
    CHECK_STATUS(sqs_source_set(s.p, 0, &source), SQS_OK);
    ask = all_of(twice);
    CHECK_STATUS(sqs_pipeline_seal(s.p, &ask, 1, NULL, 0), SQS_OK);
    CHECK_STATUS(sqs_push(s.p, 0, x, 1, &n), SQS_ERR_STATE);
    CHECK(n == 0);
    CHECK_STATUS(sqs_push_end(s.p, 0), SQS_ERR_STATE);
    for (int k = 1; k <= 3; k++) {
        s.nonsense = k;
        CHECK_STATUS(sqs_evaluate(s.p, twice, 0, 2, rows, sizeof rows, &got), SQS_ERR_CALLBACK);
    }
    CHECK_DETAIL(s.p, "-99");
    const uint64_t last = ((UINT64_C(1) << 40) - 4) / 2;
    CHECK_STATUS(sqs_evaluate(s.p, twice, last, 1, rows, sizeof rows, &got), SQS_OK);
    CHECK(got == 1 && rows[0] == 1020.0f + 1021.0f + 1022.0f + 1023.0f);
    CHECK_STATUS(sqs_evaluate(s.p, twice, last + 1, 1, rows, sizeof rows, &got), SQS_ERR_RANGE);
    CHECK_DETAIL(s.p, "549755813887");
    sqs_pipeline_delete(s.p);
    return DONE();
}
