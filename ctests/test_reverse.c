/* A stage whose state runs from the last row to the first: rows in both orders, budgets, plan figures, refusals. */
#include "check.h"

enum { ROWS = 1000 };
static double ahead[ROWS], want[ROWS], rows[ROWS];
static uint64_t made; /* rows of the reverse stage */

typedef struct { uint64_t next; double sum; } mark;

/* Running sum, forward. The state must be that of the row before, in any order of requests. */
static int32_t running(void *ctx, const sqs_stage_io *io)
{
    mark *s = (mark *)io->state;
    double *y = (double *)io->out;
    (void)ctx;
    if (s->next != io->first) return 77;
    for (size_t i = 0; i < io->rows; i++, s->next++)
        y[i] = s->sum = s->sum * 0.999 + (double)*SQS_ROW(float, &io->edges[0], i);
    return 0;
}

static int32_t behind_the_end(void *ctx, void *state)
{
    ((mark *)state)->next = *(const uint64_t *)ctx;
    ((mark *)state)->sum = 1.0;
    return 0;
}

/* Sum of the later rows, from the last row to the first. The state on entry is that of the row after the last one of the call;
   rows lie in out in ascending order all the same. */
static int32_t to_come(void *ctx, const sqs_stage_io *io)
{
    mark *s = (mark *)io->state;
    double *y = (double *)io->out;
    (void)ctx;
    if (s->next != io->first + io->rows) return 78;
    for (size_t i = io->rows; i-- > 0; s->next--)
        y[i] = s->sum = s->sum * 0.99 + *SQS_ROW(double, &io->edges[0], i);
    made += io->rows;
    return 0;
}

static int32_t counting_up(void *ctx, uint64_t first, void *dst, size_t n, size_t *got)
{
    (void)ctx;
    for (size_t i = 0; i < n; i++) ((float *)dst)[i] = (float)((first + i) % 97);
    *got = n;
    return 0;
}

typedef struct { uint64_t next; int wrong; } descent;

static int32_t from_the_end(void *ctx, uint64_t first, size_t n, const void *data, size_t bytes)
{
    descent *d = (descent *)ctx;
    if (first != d->next - 1 || bytes != n * sizeof(double)) d->wrong++;
    for (size_t i = 0; i < n; i++)
        if (memcmp((const double *)data + i, &want[first - i], sizeof(double))) d->wrong++;
    d->next = first + 1 - n;
    return 0;
}

static sqs_stage_desc reverse_stage(const sqs_edge_desc *edge, uint64_t *length)
{
    sqs_stage_desc d = stage_of("to come", edge);
    d.flags = SQS_STAGE_REVERSE;
    d.run = to_come;
    d.state_init = behind_the_end;
    d.ctx = length;
    d.state_bytes = sizeof(mark);
    d.dtype = SQS_F64;
    return d;
}

/* Two stages, the forward one and the reverse one on its rows. Pushed with an input buffer of `pushed` samples, or (pushed < 0) from
   a source. */
static sqs_pipeline *make(uint32_t mode, uint64_t budget, int pushed, uint32_t flags, uint64_t *length, uint32_t *id)
{
    static const sqs_edge_desc edge = { "running", 0, 0, SQS_BOUNDARY_ZERO, 0 };
    sqs_config c = config_of(1, 1, pushed > 0 ? (uint64_t)pushed : 0);
    sqs_stage_desc d = stage_of("running", &FROM_INPUT);
    sqs_source source;
    sqs_pipeline *p = NULL;
    c.mode = mode;
    c.memory_budget_bytes = budget;
    c.cpu_cache_bytes = 4096;
    c.checkpoint_every = SQS_OFF;
    d.run = running;
    d.state_bytes = sizeof(mark);
    d.dtype = SQS_F64;
    CHECK_STATUS(sqs_pipeline_new(&c, NULL, &p, NULL), SQS_OK);
    CHECK_STATUS(sqs_stage_register(p, &d, id), SQS_OK);
    d = reverse_stage(&edge, length);
    CHECK_STATUS(sqs_stage_register(p, &d, id), SQS_OK);
    memset(&source, 0, sizeof source);
    source.struct_size = sizeof source;
    source.read = counting_up;
    source.samples = ROWS;
    source.flags = flags;
    if (pushed < 0) CHECK_STATUS(sqs_source_set(p, 0, &source), SQS_OK);
    return p;
}

static sqs_plan_info plan_of(sqs_pipeline *p, const sqs_request *ask, sqs_status status)
{
    sqs_plan_info info;
    memset(&info, 0, sizeof info);
    info.struct_size = sizeof info;
    CHECK_STATUS(sqs_plan(p, ask, 1, &info), status);
    return info;
}

/* All rows, then some ranges, in one order and budget; the number of computed rows equals the plan. */
static sqs_plan_info evaluated(uint32_t mode, uint64_t budget, uint32_t order)
{
    static const uint64_t ranges[][2] = { { 0, ROWS }, { ROWS - 1, 1 }, { 0, 1 }, { 123, 777 }, { 990, 10 } };
    uint64_t length = ROWS;
    uint32_t id = 0;
    sqs_pipeline *p = make(mode, budget, -1, 0, &length, &id);
    sqs_request ask = all_of(id);
    ask.order = order;
    const sqs_plan_info info = plan_of(p, &ask, SQS_OK);
    CHECK(budget == 0 || info.work_bytes <= budget);
    CHECK(info.min_budget_bytes <= info.work_bytes && info.recompute_factor >= 1.0);
    CHECK_STATUS(sqs_pipeline_seal(p, &ask, 1, NULL, 0), SQS_OK);
    for (size_t i = 0; i < sizeof ranges / sizeof *ranges; i++) {
        ask.first = ranges[i][0];
        ask.count = ranges[i][1];
        made = 0;
        if (order == SQS_ORDER_REVERSE) {
            descent d = { ask.first + ask.count, 0 };
            CHECK_STATUS(sqs_evaluate_to(p, &ask, from_the_end, &d), SQS_OK);
            CHECK(d.next == ask.first && d.wrong == 0);
        } else {
            uint64_t got = 0;
            CHECK_STATUS(sqs_evaluate(p, id, ask.first, ask.count, rows, sizeof rows, &got), SQS_OK);
            CHECK(got == ask.count && memcmp(rows, &want[ask.first], (size_t)ask.count * sizeof *rows) == 0);
        }
        /* One backward pass; for ascending rows also a forward pass, unless rows are kept. */
        if (i == 0) CHECK(made == (order == SQS_ORDER_FORWARD && info.mode == SQS_MODE_SQRT ? 2 * ROWS : ROWS));
    }
    sqs_stats stats;
    memset(&stats, 0, sizeof stats);
    stats.struct_size = sizeof stats;
    CHECK_STATUS(sqs_pipeline_stats(p, &stats), SQS_OK);
    CHECK(stats.peak_bytes <= info.work_bytes && stats.crc_failures == 0);
    sqs_pipeline_delete(p);
    return info;
}

static void budgets(void)
{
    CHECK(evaluated(SQS_MODE_CLASSIC, 0, SQS_ORDER_FORWARD).work_bytes > ROWS * 2 * sizeof(double));
    for (uint32_t order = SQS_ORDER_FORWARD; order <= SQS_ORDER_REVERSE; order++) {
        const sqs_plan_info freely = evaluated(SQS_MODE_SQRT, 0, order);
        const sqs_plan_info smallest = evaluated(SQS_MODE_SQRT, freely.min_budget_bytes, order);
        const sqs_plan_info middle = evaluated(SQS_MODE_SQRT, (freely.min_budget_bytes + freely.work_bytes) / 2, order);
        CHECK(smallest.work_bytes == freely.min_budget_bytes && smallest.sweep_slots > 0 && smallest.sweep_tile_rows > 0);
        CHECK(smallest.recompute_factor >= middle.recompute_factor);
        CHECK(middle.recompute_factor >= freely.recompute_factor && freely.recompute_factor > 1.0);
        CHECK(freely.checkpoint_bytes > 0 && freely.sweep_extra_rows > 0);

        uint64_t length = ROWS;
        uint32_t id;
        char bytes[32];
        sqs_pipeline *p = make(SQS_MODE_SQRT, freely.min_budget_bytes - 1, -1, 0, &length, &id);
        sqs_request ask = all_of(id);
        ask.order = order;
        plan_of(p, &ask, SQS_ERR_BUDGET);
        sprintf(bytes, "minimum is %lu", (unsigned long)freely.min_budget_bytes);
        CHECK_DETAIL(p, bytes);
        CHECK_STATUS(sqs_pipeline_seal(p, &ask, 1, NULL, 0), SQS_ERR_BUDGET);
        sqs_pipeline_delete(p);
    }
}

static void refused_when_registered(void)
{
    uint64_t length = ROWS;
    uint32_t id;
    sqs_config c = config_of(1, 1, 0);
    sqs_pipeline *p = NULL;
    sqs_stage_desc d = reverse_stage(&FROM_INPUT, &length);
    CHECK_STATUS(sqs_pipeline_new(&c, NULL, &p, NULL), SQS_OK);
    d.state_bytes = 0;
    CHECK_STATUS(sqs_stage_register(p, &d, &id), SQS_ERR_ARGUMENT);
    CHECK_DETAIL(p, "state");
    d.state_bytes = sizeof(mark);
    d.flags = SQS_STAGE_REVERSE | UINT32_C(1) << 31;
    CHECK_STATUS(sqs_stage_register(p, &d, &id), SQS_ERR_UNSUPPORTED);
    d.flags = SQS_STAGE_REVERSE;
    CHECK_STATUS(sqs_stage_register(p, &d, &id), SQS_OK);
    sqs_pipeline_delete(p);
}

static void refused_as_an_output(void)
{
    uint64_t length = ROWS;
    uint32_t id;
    sqs_pipeline *p = make(SQS_MODE_AUTO, 0, ROWS, 0, &length, &id);
    sqs_request ask = all_of(id);
    CHECK_STATUS(sqs_output_open(p, id, 8), SQS_OK);
    plan_of(p, &ask, SQS_ERR_GRAPH);
    CHECK_DETAIL(p, "to come");
    CHECK_STATUS(sqs_pipeline_seal(p, &ask, 1, NULL, 0), SQS_ERR_GRAPH);
    sqs_pipeline_delete(p);
}

/* A source that may grow has no last row yet. */
static void the_end_must_be_known(void)
{
    uint64_t length = ROWS;
    uint32_t id;
    descent d = { ROWS, 0 };
    sqs_pipeline *p = make(SQS_MODE_SQRT, 0, -1, SQS_SOURCE_GROWING, &length, &id);
    sqs_request ask = all_of(id);
    plan_of(p, &ask, SQS_ERR_ARGUMENT); /* ascending rows need states of all tiles, whose number is unknown */
    CHECK_DETAIL(p, "known length");
    ask.order = SQS_ORDER_REVERSE;
    CHECK_STATUS(sqs_pipeline_seal(p, &ask, 1, NULL, 0), SQS_OK);
    CHECK_STATUS(sqs_evaluate_to(p, &ask, from_the_end, &d), SQS_ERR_RANGE);
    CHECK_DETAIL(p, "end of the stream");
    CHECK(d.next == ROWS);
    CHECK_STATUS(sqs_source_extend(p, 0, ROWS, 0), SQS_OK);
    CHECK_STATUS(sqs_evaluate_to(p, &ask, from_the_end, &d), SQS_OK);
    CHECK(d.next == 0 && d.wrong == 0);
    sqs_pipeline_delete(p);
}

/* Pushed samples are available while the input buffer holds them. */
static void pushed_samples_must_be_held(void)
{
    static float samples[ROWS];
    uint64_t length = ROWS;
    uint32_t id;
    size_t accepted, n = ROWS;
    counting_up(NULL, 0, samples, ROWS, &n);
    for (uint32_t order = SQS_ORDER_FORWARD; order <= SQS_ORDER_REVERSE; order++) {
        sqs_pipeline *p = make(SQS_MODE_SQRT, 0, 0, 0, &length, &id);
        sqs_request ask = all_of(id);
        ask.order = order;
        plan_of(p, &ask, SQS_ERR_ARGUMENT);
        CHECK_DETAIL(p, "buffer holds");
        sqs_pipeline_delete(p);
        p = make(SQS_MODE_SQRT, 0, ROWS - 1, 0, &length, &id);
        ask.count = ROWS;
        plan_of(p, &ask, SQS_ERR_ARGUMENT);
        CHECK_DETAIL(p, "buffer holds 999 samples");
        sqs_pipeline_delete(p);
    }
    sqs_pipeline *p = make(SQS_MODE_SQRT, 0, ROWS, 0, &length, &id);
    sqs_request ask = all_of(id);
    descent d = { ROWS, 0 };
    ask.order = SQS_ORDER_REVERSE;
    CHECK_STATUS(sqs_pipeline_seal(p, &ask, 1, NULL, 0), SQS_OK);
    CHECK_STATUS(sqs_push(p, 0, samples, ROWS, &accepted), SQS_OK);
    CHECK_STATUS(sqs_evaluate_to(p, &ask, from_the_end, &d), SQS_ERR_RANGE);
    CHECK_STATUS(sqs_push_end(p, 0), SQS_OK);
    CHECK_STATUS(sqs_evaluate_to(p, &ask, from_the_end, &d), SQS_OK);
    CHECK(accepted == ROWS && d.next == 0 && d.wrong == 0);
    sqs_pipeline_delete(p);
}

int main(void)
{
    double sum = 0.0;
    for (int t = 0; t < ROWS; t++) ahead[t] = sum = sum * 0.999 + (double)(t % 97);
    sum = 1.0;
    for (int t = ROWS - 1; t >= 0; t--) want[t] = sum = sum * 0.99 + ahead[t];
    budgets();
    refused_when_registered();
    refused_as_an_output();
    the_end_must_be_known();
    pushed_samples_must_be_held();
    return DONE();
}
