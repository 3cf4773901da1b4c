/* Steps bounded in time, and statistics by stage: with a clock that stages advance, and by declared costs. */
#include "check.h"

/* A clock that only the stages below advance. */
static uint64_t now_ns, clock_calls;
static uint64_t now(void *ctx)
{
    clock_calls++;
    return *(uint64_t *)ctx;
}

/* The sum of a row, in the nanoseconds per row that ctx has. */
static int32_t slow_sum(void *ctx, const sqs_stage_io *io)
{
    now_ns += io->rows * *(const uint64_t *)ctx;
    return sum_run(NULL, io);
}

enum { SAMPLES = 4000, ROWS = 1999, SLOW_ROWS = 1000 };
static uint64_t FAST = 10, SLOW = 1000;

/* "fast" at 10 ns a row, and "slow" at 1000 ns every second row: 510 ns a window. */
static sqs_pipeline *pair_of(int with_clock, int with_costs, int streams, uint32_t *fast, uint32_t *slow)
{
    sqs_config c = config_of(4, 2, SAMPLES);
    const sqs_edge_desc from_fast = { "fast", 0, 0, SQS_BOUNDARY_ZERO, 0 };
    sqs_stage_desc d = stage_of("fast", &FROM_INPUT), s = stage_of("slow", &from_fast);
    static float x[SAMPLES];
    sqs_pipeline *p = NULL;
    size_t accepted;
    if (with_clock) { c.clock = now; c.clock_ctx = &now_ns; }
    d.run = s.run = slow_sum;
    d.ctx = &FAST; s.ctx = &SLOW;
    s.stride = 2;
    if (with_costs) { d.cost_ns_per_row = FAST; s.cost_ns_per_row = SLOW; }
    CHECK_STATUS(sqs_pipeline_new(&c, NULL, &p, NULL), SQS_OK);
    CHECK_STATUS(sqs_stage_register(p, &d, fast), SQS_OK);
    CHECK_STATUS(sqs_stage_register(p, &s, slow), SQS_OK);
    if (streams) CHECK_STATUS(sqs_output_open(p, *slow, SLOW_ROWS), SQS_OK);
    CHECK_STATUS(sqs_pipeline_seal(p, NULL, 0, NULL, 0), SQS_OK);
    for (int i = 0; i < SAMPLES; i++) x[i] = (float)i;
    CHECK_STATUS(sqs_push(p, 0, x, SAMPLES, &accepted), SQS_OK);
    CHECK_STATUS(sqs_push_end(p, 0), SQS_OK);
    return p;
}

static sqs_stage_counts counts_of(sqs_pipeline *p, uint32_t stage)
{
    sqs_stage_counts c;
    memset(&c, 0xff, sizeof c);
    c.struct_size = sizeof c;
    CHECK_STATUS(sqs_stage_stats(p, stage, &c), SQS_OK);
    CHECK(c.reserved == 0);
    return c;
}

/* Every step ends within a block of its limit; the measured time is the clock's. `over` is the largest excess in ns. */
static uint64_t run(sqs_pipeline *p, uint64_t limit, int with_clock, uint64_t *over)
{
    uint64_t steps = 0, windows = 0, done, spent;
    *over = 0;
    for (;;) {
        const uint64_t before = now_ns;
        const sqs_status s = sqs_step_budget(p, limit, &done, &spent);
        const uint64_t took = now_ns - before;
        CHECK(s == SQS_OK || s == SQS_END);
        CHECK(!with_clock || spent == took);
        CHECK(s == SQS_END || spent >= limit);
        if (took > limit && took - limit > *over) *over = took - limit;
        windows += done;
        steps++;
        if (s == SQS_END) break;
        CHECK(done >= 1);
    }
    CHECK(windows == ROWS);
    return steps;
}

static void limits_hold(void)
{
    static const uint64_t LIMITS[] = { 1, 600, 5000, 20000, 1000000000 };
    for (int clocked = 0; clocked < 2; clocked++) {
        for (size_t i = 0; i < sizeof LIMITS / sizeof *LIMITS; i++) {
            uint32_t fast, slow;
            uint64_t over, steps;
            sqs_plan_info plan;
            sqs_pipeline *p = pair_of(clocked, 1, 1, &fast, &slow);
            memset(&plan, 0, sizeof plan);
            plan.struct_size = sizeof plan;
            CHECK_STATUS(sqs_plan(p, NULL, 0, &plan), SQS_OK);
            CHECK(plan.window_ns == FAST + SLOW);
            steps = run(p, LIMITS[i], clocked, &over);
            /* The declared costs are right: a window more at most, of at most 1010 ns. */
            CHECK(over <= plan.window_ns);
            CHECK(LIMITS[i] > 1 || steps >= ROWS / 2);
            CHECK(LIMITS[i] < 1000000000 || steps <= 2);
            sqs_pipeline_delete(p);
        }
    }
}

/* Costs that are not declared: the clock still ends each step within one block. */
static void wrong_costs_cost_one_block(void)
{
    uint32_t fast, slow;
    uint64_t over;
    sqs_plan_info plan;
    sqs_pipeline *p = pair_of(1, 0, 1, &fast, &slow);
    memset(&plan, 0, sizeof plan);
    plan.struct_size = sizeof plan;
    CHECK_STATUS(sqs_plan(p, NULL, 0, &plan), SQS_OK);
    CHECK(run(p, 20000, 1, &over) > 1);
    CHECK(over <= plan.block_windows * (FAST + SLOW));
    sqs_pipeline_delete(p);
}

static void stages_are_counted(void)
{
    uint32_t fast, slow;
    uint64_t over;
    sqs_stage_counts f, s;
    sqs_stats all;
    sqs_pipeline *p = pair_of(1, 1, 1, &fast, &slow);
    memset(&all, 0, sizeof all);
    all.struct_size = sizeof all;
    f = counts_of(p, fast);
    CHECK(f.calls == 0 && f.rows == 0 && f.bytes == 0 && f.time_ns == 0 && f.max_call_ns == 0);
    run(p, 20000, 1, &over);
    f = counts_of(p, fast);
    s = counts_of(p, slow);
    CHECK_STATUS(sqs_pipeline_stats(p, &all), SQS_OK);
    CHECK(f.rows == ROWS && f.bytes == ROWS * 4 && f.time_ns == ROWS * FAST);
    CHECK(s.rows == SLOW_ROWS && s.time_ns == SLOW_ROWS * SLOW);
    CHECK(f.calls + s.calls == all.stage_calls && f.rows + s.rows == all.stage_rows);
    CHECK(s.max_call_ns >= SLOW && s.max_call_ns * s.calls >= s.time_ns && s.max_call_ns <= s.time_ns);
    CHECK_STATUS(sqs_stage_stats(p, 2, &f), SQS_ERR_ARGUMENT);
    CHECK_DETAIL(p, "stage 2 does not exist");
    sqs_pipeline_delete(p);

    clock_calls = 0;
    p = pair_of(0, 1, 1, &fast, &slow);
    run(p, 20000, 0, &over);
    s = counts_of(p, slow);
    CHECK(clock_calls == 0 && s.rows == SLOW_ROWS && s.time_ns == 0 && s.max_call_ns == 0);
    CHECK_STATUS(sqs_step_budget(p, 0, &over, NULL), SQS_ERR_ARGUMENT);
    CHECK_STATUS(sqs_step_budget(p, 1, NULL, NULL), SQS_ERR_ARGUMENT);
    CHECK_STATUS(sqs_step_budget(p, 1, &over, NULL), SQS_END);
    sqs_pipeline_delete(p);
}

static int32_t keep(void *ctx, uint64_t first, size_t count, const void *rows, size_t bytes)
{
    CHECK(bytes == count * sizeof(float) && first + count <= SLOW_ROWS);
    memcpy((float *)ctx + first, rows, bytes);
    return 0;
}

/* An evaluation runs within the limit, too, and gives the rows of one that runs at once. */
static void evaluations_are_limited(void)
{
    static float at_once[SLOW_ROWS], stepped[SLOW_ROWS];
    for (int clocked = 0; clocked < 2; clocked++) {
        uint32_t fast, slow, steps = 0;
        uint64_t done, spent, written;
        sqs_status s;
        sqs_pipeline *p = pair_of(clocked, 1, 0, &fast, &slow);
        sqs_request ask = all_of(slow);
        CHECK_STATUS(sqs_evaluate(p, slow, 0, SQS_ALL, at_once, sizeof at_once, &written), SQS_OK);
        CHECK(written == SLOW_ROWS);
        sqs_pipeline_delete(p);
        p = pair_of(clocked, 1, 0, &fast, &slow);
        memset(stepped, 0, sizeof stepped);
        CHECK_STATUS(sqs_evaluate_begin(p, &ask, keep, stepped), SQS_OK);
        do {
            const uint64_t before = now_ns;
            s = sqs_step_budget(p, 3000, &done, &spent);
            CHECK(now_ns - before <= 3000 + FAST + SLOW);
            steps++;
        } while (s == SQS_OK);
        CHECK(s == SQS_END && steps > 100 && memcmp(at_once, stepped, sizeof stepped) == 0);
        sqs_pipeline_delete(p);
    }
}

int main(void)
{
    limits_hold();
    wrong_costs_cost_one_block();
    stages_are_counted();
    evaluations_are_limited();
    return DONE();
}
