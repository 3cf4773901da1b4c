/* Reverse order: rows of a scan counted against the closed forms, and scans in both directions against plain loops. */
#include "checks.h"

static uint64_t made, length;
static uint32_t row_words, state_bytes;

typedef struct { uint32_t next, hash; } state; /* of the next row */

static uint32_t step(uint32_t hash, uint64_t t)
{
    return (hash ^ (uint32_t)t) * 0x01000193u + 1u;
}

/* Long rows make the planner use no tiles; only the first word of a row is used. */
static int32_t chain(void *ctx, const sqs_stage_io *io)
{
    state *s = (state *)io->state;
    (void)ctx;
    if (s->next != (uint32_t)io->first) return 77;
    for (size_t i = 0; i < io->rows; i++, s->next++)
        ((uint32_t *)io->out)[i * row_words] = s->hash = step(s->hash, io->first + i);
    made += io->rows;
    return 0;
}

static int32_t bytes_of_nothing(void *ctx, uint64_t first, void *to, size_t n, size_t *got)
{
    (void)ctx;
    (void)first;
    memset(to, 0, n);
    *got = n;
    return 0;
}

static uint32_t wanted[20000];
typedef struct { uint64_t next; uint32_t wrong; } descent;

static int32_t from_the_end(void *ctx, uint64_t first, size_t n, const void *data, size_t bytes)
{
    descent *d = (descent *)ctx;
    d->wrong += first + 1 != d->next || bytes != 4 * (size_t)row_words * n;
    for (size_t i = 0; i < n; i++) d->wrong += ((const uint32_t *)data)[i * row_words] != wanted[first - i];
    d->next = first + 1 - n;
    return 0;
}

static sqs_pipeline *chain_of(uint64_t rows, uint64_t budget, uint32_t *id)
{
    sqs_config c = config_of(1, 1, SQS_U8);
    sqs_stage_desc d = stage_of("chain", &FROM_INPUT, 1, SQS_U32, row_words);
    sqs_source source;
    c.mode = SQS_MODE_SQRT;
    c.memory_budget_bytes = budget;
    c.checkpoint_every = SQS_OFF;
    sqs_pipeline *p = pipeline_in(&control, &c);
    d.run = chain;
    d.state_bytes = state_bytes;
    CHECK_STATUS(sqs_stage_register(p, &d, id), SQS_OK);
    memset(&source, 0, sizeof source);
    source.struct_size = sizeof source;
    source.read = bytes_of_nothing;
    source.samples = rows;
    CHECK_STATUS(sqs_source_set(p, 0, &source), SQS_OK);
    return p;
}

/* Finds the budget with which the planner takes this number of slots and rows per tile, by trying from the minimum up. */
static uint64_t budget_of(uint64_t rows, uint64_t slots, uint64_t leaf)
{
    uint64_t budget = 0;
    for (uint32_t tried = 0; tried < 4000; tried++) {
        uint32_t id = 0;
        sqs_pipeline *p = chain_of(rows, budget, &id);
        sqs_request ask = all_of(id);
        ask.order = SQS_ORDER_REVERSE;
        const sqs_plan_info plan = plan_of(p, &ask, 1);
        sqs_pipeline_delete(p);
        if (budget != 0 && plan.sweep_slots == slots && plan.sweep_tile_rows == leaf) return budget;
        /* A slot holds the state and a header of 32 bytes. The search starts somewhat below slots and rows. */
        const uint64_t below = (slots * (32 + state_bytes) + (leaf - 1) * 4 * row_words) * 3 / 4;
        budget = budget == 0 ? plan.min_budget_bytes + below : budget + 8;
    }
    return 0;
}

static void reversed(uint64_t rows, uint64_t slots, uint64_t leaf, uint32_t bytes, uint32_t words, uint64_t total)
{
    uint32_t id = 0, hash = 0;
    descent d = { rows, 0 };
    row_words = words;
    state_bytes = bytes;
    for (uint64_t t = 0; t < rows; t++) wanted[t] = hash = step(hash, t);
    const uint64_t budget = budget_of(rows, slots, leaf);
    CHECK(budget != 0);
    sqs_pipeline *p = chain_of(rows, budget, &id);
    sqs_request ask = all_of(id);
    ask.order = SQS_ORDER_REVERSE;
    const sqs_plan_info plan = plan_of(p, &ask, 1);
    CHECK(plan.sweep_slots == slots && plan.sweep_tile_rows == leaf && plan.work_bytes <= budget);
    CHECK(plan.sweep_extra_rows == total - rows);
    CHECK_STATUS(sqs_pipeline_seal(p, &ask, 1, area.bytes, (size_t)plan.work_bytes), SQS_OK);
    made = 0;
    CHECK_STATUS(sqs_evaluate_to(p, &ask, from_the_end, &d), SQS_OK);
    CHECK(d.next == 0 && d.wrong == 0);
    CHECK(made == total && stats_of(p).stage_rows == total);
    sqs_pipeline_delete(p);
}

/* (T, s): totals of the binomial schedule; (T, s, L): rows and extra ones. The bytes of state and row
   make the planner choose so. Of tiles it takes one slot less than the tables, with as many rows made: 10 tiles fit 9 slots
   (beta(9, 1) = 10). */
void check_tables(void)
{
    static const struct { uint16_t rows, slots, leaf, bytes, words; uint32_t total; } table[] = {
        { 10, 3, 1, 8, 64, 25 },           { 20, 3, 1, 8, 64, 65 },          { 21, 2, 1, 8, 64, 91 },
        { 56, 3, 1, 8, 64, 266 },          { 100, 5, 1, 8, 256, 416 },       { 100, 10, 1, 8, 256, 322 },
        { 1000, 10, 1, 8, 1024, 4636 },    { 1000, 31, 1, 8, 1024, 3439 },   { 10000, 20, 1, 8, 1024, 47976 },
        { 10000, 100, 1, 8, 4096, 34747 }, { 1000, 9, 100, 96, 4, 1900 } ,  { 1000, 10, 10, 8, 8, 3220 },
        { 10000, 99, 100, 8, 16, 19900 },
    };
    for (size_t i = 0; i < sizeof table / sizeof *table; i++)
        reversed(table[i].rows, table[i].slots, table[i].leaf, table[i].bytes, table[i].words, table[i].total);
}

enum { ROWS = 1500 };
static double ahead[ROWS], want[ROWS], rows_out[ROWS];
typedef struct { uint64_t next; double sum; } mark;

static int32_t running(void *ctx, const sqs_stage_io *io)
{
    mark *s = (mark *)io->state;
    (void)ctx;
    if (s->next != io->first) return 77;
    for (size_t i = 0; i < io->rows; i++, s->next++) {
        s->sum = s->sum * 0.999;
        s->sum += (double)*SQS_ROW(float, &io->edges[0], i);
        ((double *)io->out)[i] = s->sum;
    }
    return 0;
}

static int32_t behind_the_end(void *ctx, void *at)
{
    ((mark *)at)->next = *(const uint64_t *)ctx;
    ((mark *)at)->sum = 1.0;
    return 0;
}

static int32_t to_come(void *ctx, const sqs_stage_io *io)
{
    mark *s = (mark *)io->state;
    (void)ctx;
    if (s->next != io->first + io->rows) return 78;
    for (size_t i = io->rows; i-- > 0; s->next--) {
        s->sum = s->sum * 0.99;
        s->sum += *SQS_ROW(double, &io->edges[0], i);
        ((double *)io->out)[i] = s->sum;
    }
    return 0;
}

static int32_t counting_up(void *ctx, uint64_t first, void *to, size_t n, size_t *got)
{
    (void)ctx;
    for (size_t i = 0; i < n; i++) ((float *)to)[i] = (float)((first + i) % 97);
    *got = n;
    return 0;
}

static int32_t compared(void *ctx, uint64_t first, size_t n, const void *data, size_t bytes)
{
    descent *d = (descent *)ctx;
    d->wrong += first + 1 != d->next || bytes != sizeof(double) * n;
    for (size_t i = 0; i < n; i++) d->wrong += memcmp((const double *)data + i, &want[first - i], sizeof(double)) != 0;
    d->next = first + 1 - n;
    return 0;
}

static uint64_t both_ways(uint32_t mode, uint64_t budget, uint32_t order)
{
    static const sqs_edge_desc from_running = { "running", 0, 0, 0, 0 };
    static const uint16_t ranges[][2] = { { 0, ROWS }, { ROWS - 1, 1 }, { 0, 1 }, { 123, 777 }, { 990, 10 } };
    sqs_config c = config_of(1, 1, SQS_F32);
    sqs_stage_desc d = stage_of("running", &FROM_INPUT, 1, SQS_F64, 1);
    sqs_source source;
    uint32_t id = 0;
    length = ROWS;
    c.mode = mode;
    c.memory_budget_bytes = budget;
    c.cpu_cache_bytes = 4096;
    c.checkpoint_every = SQS_OFF;
    sqs_pipeline *p = pipeline_in(&control, &c);
    d.run = running;
    d.state_bytes = sizeof(mark);
    CHECK_STATUS(sqs_stage_register(p, &d, &id), SQS_OK);
    d = stage_of("to come", &from_running, 1, SQS_F64, 1);
    d.flags = SQS_STAGE_REVERSE;
    d.run = to_come;
    d.state_init = behind_the_end;
    d.ctx = &length;
    d.state_bytes = sizeof(mark);
    CHECK_STATUS(sqs_stage_register(p, &d, &id), SQS_OK);
    memset(&source, 0, sizeof source);
    source.struct_size = sizeof source;
    source.read = counting_up;
    source.samples = ROWS;
    CHECK_STATUS(sqs_source_set(p, 0, &source), SQS_OK);
    sqs_request ask = all_of(id);
    ask.order = order;
    const sqs_plan_info plan = plan_of(p, &ask, 1);
    CHECK(budget == 0 || plan.work_bytes <= budget);
    CHECK_STATUS(sqs_pipeline_seal(p, &ask, 1, area.bytes, (size_t)plan.work_bytes), SQS_OK);
    for (size_t i = 0; i < sizeof ranges / sizeof *ranges; i++) {
        ask.first = ranges[i][0];
        ask.count = ranges[i][1];
        if (order == SQS_ORDER_REVERSE) {
            descent at = { ask.first + ask.count, 0 };
            CHECK_STATUS(sqs_evaluate_to(p, &ask, compared, &at), SQS_OK);
            CHECK(at.next == ask.first && at.wrong == 0);
        } else {
            uint64_t got = 0;
            CHECK_STATUS(sqs_evaluate(p, id, ask.first, ask.count, rows_out, sizeof rows_out, &got), SQS_OK);
            CHECK(got == ask.count && memcmp(rows_out, &want[ask.first], (size_t)ask.count * sizeof *rows_out) == 0);
        }
    }
    CHECK(stats_of(p).crc_failures == 0);
    sqs_pipeline_delete(p);
    return plan.min_budget_bytes;
}

void check_reverse(void)
{
    double sum = 0.0;
    for (int t = 0; t < ROWS; t++) {
        sum = sum * 0.999;
        ahead[t] = sum += (double)(t % 97);
    }
    sum = 1.0;
    for (int t = ROWS - 1; t >= 0; t--) {
        sum = sum * 0.99;
        want[t] = sum += ahead[t];
    }
    both_ways(SQS_MODE_CLASSIC, 0, SQS_ORDER_FORWARD);
    for (uint32_t order = SQS_ORDER_FORWARD; order <= SQS_ORDER_REVERSE; order++) {
        const uint64_t min_budget = both_ways(SQS_MODE_SQRT, 0, order);
        both_ways(SQS_MODE_SQRT, min_budget, order);
        both_ways(SQS_MODE_SQRT, min_budget * 3 / 2, order);
    }
}
