/* A stage with state: forward, from anywhere with checkpoints, backward in a small budget, and in aligned memory. */
#include "check.h"

typedef struct { uint64_t rows; double sum, last; } total;

static int misaligned;

static int32_t start_at_100(void *ctx, void *state)
{
    total *s = (total *)state;
    (void)ctx;
    s->sum = 100.0;
    return 0;
}

/* Running sum; the count in the state must equal the row number, in any order of requests. */
static int32_t running(void *ctx, const sqs_stage_io *io)
{
    total *s = (total *)io->state;
    double *y = (double *)io->out;
    (void)ctx;
    if ((uintptr_t)io->state % 64) misaligned++;
    for (size_t i = 0; i < io->rows; i++) {
        if (s->rows != io->first + i) return 77;
        s->last = (double)*SQS_ROW(float, &io->edges[0], i);
        s->sum = s->sum * 0.999 + s->last;
        s->rows++;
        y[i] = s->sum;
    }
    return 0;
}

static int32_t counting_up(void *ctx, uint64_t first, void *dst, size_t n, size_t *got)
{
    (void)ctx;
    for (size_t i = 0; i < n; i++) ((float *)dst)[i] = (float)((first + i) % 97);
    *got = n;
    return 0;
}

enum { ROWS = 5000 };
static double want[ROWS], rows[ROWS];

typedef struct { uint64_t next; int wrong; } backward;

static int32_t from_the_end(void *ctx, uint64_t first, size_t n, const void *data, size_t bytes)
{
    backward *b = (backward *)ctx;
    if (first != b->next - 1 || bytes != n * sizeof(double)) b->wrong++;
    for (size_t i = 0; i < n; i++)
        if (memcmp((const double *)data + i, &want[first - i], sizeof(double))) b->wrong++;
    b->next = first + 1 - n;
    return 0;
}

static sqs_pipeline *make(uint64_t budget, uint32_t every, uint32_t slots, uint32_t *id)
{
    sqs_config c = config_of(1, 1, 0);
    sqs_stage_desc d = stage_of("running", &FROM_INPUT);
    sqs_source source;
    sqs_pipeline *p = NULL;
    memset(&source, 0, sizeof source);
    source.struct_size = sizeof source;
    source.read = counting_up;
    source.samples = ROWS;
    c.mode = SQS_MODE_SQRT; /* auto takes classic for a range of one block, and classic uses no checkpoints */
    c.memory_budget_bytes = budget;
    c.checkpoint_every = every;
    c.checkpoint_slots = slots;
    d.run = running;
    d.state_init = start_at_100;
    d.state_bytes = sizeof(total);
    d.state_align = 64;
    d.dtype = SQS_F64;
    CHECK_STATUS(sqs_pipeline_new(&c, NULL, &p, NULL), SQS_OK);
    CHECK_STATUS(sqs_stage_register(p, &d, id), SQS_OK);
    CHECK_STATUS(sqs_source_set(p, 0, &source), SQS_OK);
    return p;
}

static sqs_stats stats_of(sqs_pipeline *p)
{
    sqs_stats s;
    memset(&s, 0, sizeof s);
    s.struct_size = sizeof s;
    CHECK_STATUS(sqs_pipeline_stats(p, &s), SQS_OK);
    return s;
}

int main(void)
{
    uint32_t id;
    uint64_t got;
    sqs_plan_info plan;
    memset(&plan, 0, sizeof plan);
    plan.struct_size = sizeof plan;
    double sum = 100.0;
    for (int t = 0; t < ROWS; t++) want[t] = sum = sum * 0.999 + (double)(t % 97);

    /* Forward; then from any row: with checkpoints only a few rows are recomputed. */
    sqs_pipeline *p = make(0, 50, 64, &id);
    sqs_request ask = all_of(id);
    CHECK_STATUS(sqs_plan(p, &ask, 1, &plan), SQS_OK);
    CHECK(plan.checkpoint_every == 50 && plan.checkpoint_slots == 64 && plan.checkpoint_bytes > 0);
    CHECK_STATUS(sqs_pipeline_seal(p, &ask, 1, NULL, 0), SQS_OK);
    CHECK_STATUS(sqs_evaluate(p, id, 0, SQS_ALL, rows, sizeof rows, &got), SQS_OK);
    CHECK(got == ROWS && memcmp(rows, want, sizeof want) == 0);
    static const uint64_t places[] = { 4999, 0, 2500, 1, 4321, 77 };
    for (size_t i = 0; i < 6; i++) {
        const uint64_t before = stats_of(p).stage_rows;
        CHECK_STATUS(sqs_evaluate(p, id, places[i], 1, rows, sizeof rows, &got), SQS_OK);
        CHECK(got == 1 && memcmp(rows, &want[places[i]], sizeof *rows) == 0);
        CHECK(stats_of(p).stage_rows - before <= 2 * ROWS / 64 + 50);
    }
    sqs_pipeline_delete(p);

    /* Without checkpoints the same rows, computed from the start. */
    p = make(0, UINT32_MAX, 0, &id);
    CHECK_STATUS(sqs_evaluate(p, id, 4999, 1, rows, sizeof rows, &got), SQS_OK);
    CHECK(memcmp(rows, &want[4999], sizeof *rows) == 0);
    CHECK(stats_of(p).stage_rows >= ROWS);
    sqs_pipeline_delete(p);

    /* Backward, in less memory than all rows: some are computed more than once. */
    ask.order = SQS_ORDER_REVERSE;
    p = make(20000, UINT32_MAX, 0, &id);
    CHECK_STATUS(sqs_plan(p, &ask, 1, &plan), SQS_OK);
    CHECK(plan.work_bytes <= 20000 && plan.recompute_factor >= 1.0 && plan.sweep_slots > 0);
    CHECK_STATUS(sqs_pipeline_seal(p, &ask, 1, NULL, 0), SQS_OK);
    backward b = { ROWS, 0 };
    CHECK_STATUS(sqs_evaluate_to(p, &ask, from_the_end, &b), SQS_OK);
    CHECK(b.next == 0 && b.wrong == 0);
    CHECK(stats_of(p).stage_rows > ROWS && stats_of(p).peak_bytes <= 20000);
    sqs_pipeline_delete(p);
    CHECK(misaligned == 0);
    return DONE();
}
