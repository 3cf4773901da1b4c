/* A graph of built-in stages and C functions, in classic and sqrt order, pushed and evaluated. */
#include "checks.h"

enum { WINDOW = 256, HOP = 128, SAMPLES = 20000, ROWS = 1 + (SAMPLES - WINDOW) / HOP, BACK = 3, AHEAD = 2, LEN = 6 };

static int16_t samples[SAMPLES];

/* Sum of a window. */
static int32_t sum(void *ctx, const sqs_stage_io *io)
{
    (void)ctx;
    for (size_t i = 0; i < io->rows; i++) {
        const int16_t *x = SQS_ROW(int16_t, &io->edges[0], i);
        int32_t s = 0;
        for (size_t k = 0; k < io->edges[0].len; k++) s += x[k];
        ((int32_t *)io->out)[i] = s;
    }
    return 0;
}

/* Maximum of the neighboring rows; then bin, centroid and quantile, bit for bit. */
static int32_t join(void *ctx, const sqs_stage_io *io)
{
    (void)ctx;
    for (size_t i = 0; i < io->rows; i++) {
        int32_t *y = (int32_t *)io->out + LEN * i;
        y[0] = INT32_MIN;
        for (ptrdiff_t k = -BACK; k <= AHEAD; k++) {
            const int32_t v = *SQS_ROW(int32_t, &io->edges[0], (ptrdiff_t)i + k);
            if (v > y[0]) y[0] = v;
        }
        memcpy(&y[1], SQS_ROW(uint32_t, &io->edges[1], i), 4);
        memcpy(&y[2], SQS_ROW(float, &io->edges[2], i), 4);
        memcpy(&y[3], SQS_ROW(float, &io->edges[3], i), 8);
        memcpy(&y[5], SQS_ROW(float, &io->edges[4], i), 4);
    }
    return 0;
}

static uint32_t graph(sqs_pipeline *p)
{
    static const sqs_edge_desc float_of = { "float", 0, 0, 0, 0 }, hann_of = { "hann", 0, 0, 0, 0 },
                               bins = { "spectrum", 0, 0, 0, 0 };
    static const sqs_edge_desc joined[5] = { { "sum", BACK, AHEAD, SQS_BOUNDARY_CLAMP, 0 },
                                             { "peak", 0, 0, 0, 0 },
                                             { "centroid", 0, 0, 0, 0 },
                                             { "quantiles", 0, 0, 0, 0 },
                                             { "rms", 0, 0, 0, 0 } };
    static const double half_and_all[2] = { 0.5, 1.0 };
    static const sqs_param q = { "q", 0.0, half_and_all, 2 };
    sqs_stage_desc d = stage_of("sum", &FROM_INPUT, 1, SQS_I32, 1);
    uint32_t id = 0;
    d.run = sum;
    CHECK_STATUS(sqs_stage_register(p, &d, &id), SQS_OK);
    builtin(p, "to_f32", "float", &FROM_INPUT, 1, NULL, 0);
    builtin(p, "hann", "hann", &float_of, 1, NULL, 0);
    builtin(p, "rfft_magnitude", "spectrum", &hann_of, 1, NULL, 0);
    builtin(p, "argmax", "peak", &bins, 1, NULL, 0);
    builtin(p, "centroid", "centroid", &bins, 1, NULL, 0);
    builtin(p, "quantile", "quantiles", &float_of, 1, &q, 1);
    builtin(p, "rms", "rms", &hann_of, 1, NULL, 0);
    d = stage_of("join", joined, 5, SQS_I32, LEN);
    d.run = join;
    CHECK_STATUS(sqs_stage_register(p, &d, &id), SQS_OK);
    return id;
}

static void fill(void)
{
    dice d = { 1 };
    for (size_t i = 0; i < SAMPLES; i++) samples[i] = (int16_t)tone(i, &d);
}

static int32_t rows_of(int32_t out[][LEN], uint32_t mode, uint64_t budget, uint64_t *bytes, uint64_t *min_budget)
{
    sqs_config c = config_of(WINDOW, HOP, SQS_I16);
    size_t accepted = 0;
    uint64_t got = 0;
    c.mode = mode;
    c.memory_budget_bytes = budget;
    c.input_capacity = SAMPLES;
    sqs_pipeline *p = pipeline_in(&control, &c);
    const uint32_t id = graph(p);
    const sqs_request ask = all_of(id);
    const sqs_plan_info plan = plan_of(p, &ask, 1);
    *bytes = plan.work_bytes;
    *min_budget = plan.min_budget_bytes;
    CHECK_STATUS(sqs_pipeline_seal(p, &ask, 1, area.bytes, (size_t)plan.work_bytes), SQS_OK);
    CHECK_STATUS(sqs_push(p, 0, samples, SAMPLES, &accepted), SQS_OK);
    CHECK(accepted == SAMPLES);
    CHECK_STATUS(sqs_push_end(p, 0), SQS_OK);
    CHECK_STATUS(sqs_evaluate(p, id, 0, SQS_ALL, out, sizeof(int32_t) * LEN * ROWS, &got), SQS_OK);
    const sqs_stats stats = stats_of(p);
    CHECK(stats.peak_bytes <= plan.work_bytes && stats.crc_failures == 0);
    sqs_pipeline_delete(p);
    return (int32_t)got;
}

static int32_t classic[ROWS][LEN], sqrt_rows[ROWS][LEN];

/* Sums, their maxima and quantiles from the definition; the bin of the tone. */
static void by_definition(void)
{
    static int32_t sums[ROWS];
    for (int t = 0; t < ROWS; t++) {
        sums[t] = 0;
        for (int k = 0; k < WINDOW; k++) sums[t] += samples[t * HOP + k];
    }
    for (int t = 0; t < ROWS; t++) {
        int32_t top = INT32_MIN;
        for (int k = t - BACK; k <= t + AHEAD; k++) {
            const int32_t v = sums[k < 0 ? 0 : k >= ROWS ? ROWS - 1 : k];
            if (v > top) top = v;
        }
        float half, most;
        memcpy(&half, &classic[t][3], 4);
        memcpy(&most, &classic[t][4], 4);
        const int height = (t * HOP + WINDOW / 2) / 100 % 70;
        CHECK(classic[t][0] == top);
        if (height > 10 && height < 68) CHECK(classic[t][1] == 16);
        /* Rank 255 * 0.5 = 127.5, rounded half to even: at min_budget 128 values are not larger. */
        int below = 0, equal = 0, above = 0;
        for (int k = 0; k < WINDOW; k++) {
            const float v = (float)samples[t * HOP + k];
            below += v < half;
            equal += v == half;
            above += v > most;
        }
        CHECK(below <= 128 && below + equal > 128 && above == 0);
    }
}

void check_engine(void)
{
    uint64_t all = 0, blocks = 0, min_budget = 0, small = 0;
    fill();
    memset(classic, 1, sizeof classic);
    memset(sqrt_rows, 2, sizeof sqrt_rows);
    CHECK(rows_of(classic, SQS_MODE_CLASSIC, 0, &all, &min_budget) == ROWS);
    CHECK(rows_of(sqrt_rows, SQS_MODE_SQRT, 0, &blocks, &min_budget) == ROWS);
    CHECK(memcmp(classic, sqrt_rows, sizeof classic) == 0);
    memset(sqrt_rows, 2, sizeof sqrt_rows);
    CHECK(rows_of(sqrt_rows, SQS_MODE_SQRT, min_budget, &small, &min_budget) == ROWS);
    CHECK(memcmp(classic, sqrt_rows, sizeof classic) == 0);
    CHECK(small <= min_budget && small < blocks && blocks < all);
    by_definition();
}

/* Pushes pieces of all sizes, steps and pulls. */
void check_streaming(void)
{
    sqs_config c = config_of(WINDOW, HOP, SQS_I16);
    dice d = { 2 };
    size_t at = 0, rows = 0;
    int ended = 0;
    uint64_t bytes = 0, min_budget = 0;
    fill();
    CHECK(rows_of(classic, SQS_MODE_CLASSIC, 0, &bytes, &min_budget) == ROWS);
    c.input_capacity = 2000;
    c.cpu_cache_bytes = 32768;
    sqs_pipeline *p = pipeline_in(&control, &c);
    const uint32_t id = graph(p);
    CHECK_STATUS(sqs_output_open(p, id, 5), SQS_OK);
    const sqs_plan_info plan = plan_of(p, NULL, 0);
    CHECK_STATUS(sqs_pipeline_seal(p, NULL, 0, area.bytes, (size_t)plan.work_bytes), SQS_OK);
    /* Each round pushes, steps or pulls something; a few thousand suffice. */
    for (int turn = 0; turn < 20000 && rows < ROWS; turn++) {
        size_t accepted = 0, pulled = 0;
        uint64_t done = 0;
        size_t n = roll(&d) % 400;
        if (n > SAMPLES - at) n = SAMPLES - at;
        if (n && sqs_push(p, 0, samples + at, n, &accepted) < 0) CHECK(0);
        at += accepted;
        if (at == SAMPLES && !ended) {
            ended = 1;
            CHECK_STATUS(sqs_push_end(p, 0), SQS_OK);
        }
        if (sqs_step(p, 1 + roll(&d) % 4, &done) < 0) CHECK(0);
        n = roll(&d) % 4;
        if (n > ROWS - rows) n = ROWS - rows;
        if (n && sqs_pull(p, id, sqrt_rows[rows], n, &pulled) < 0) CHECK(0);
        rows += pulled;
    }
    CHECK(rows == ROWS && memcmp(classic, sqrt_rows, sizeof classic) == 0);
    sqs_pipeline_delete(p);
}
