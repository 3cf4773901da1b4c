/* Ranges into a buffer and a sink, in slices, backward, classic and sqrt; refusals with numbers. */
#include "check.h"
#include <stdlib.h>

enum { SAMPLES = 400, ROWS = 199 }; /* windows of 4, hop 2 */

static float x[SAMPLES], rows[ROWS], want[ROWS];

typedef struct { uint64_t next; int step, wrong; size_t rows; } seen;

/* Each row is delivered once and in order, ascending or descending, equal to sqs_evaluate. */
static int32_t in_order(void *ctx, uint64_t first, size_t n, const void *data, size_t bytes)
{
    seen *s = (seen *)ctx;
    const float *y = (const float *)data;
    if (first != s->next || bytes != n * sizeof(float)) s->wrong++;
    for (size_t i = 0; i < n; i++) {
        const uint64_t t = s->step > 0 ? first + i : first - i;
        if (t >= ROWS || memcmp(&y[i], &want[t], sizeof *y)) s->wrong++;
    }
    s->next = s->step > 0 ? first + n : first - n;
    s->rows += n;
    return 0;
}

/* sum over windows, then a smoothed difference, so that rows depend on their neighbors. */
static int32_t slope(void *ctx, const sqs_stage_io *io)
{
    float *y = (float *)io->out;
    (void)ctx;
    for (ptrdiff_t i = 0; i < (ptrdiff_t)io->rows; i++)
        y[i] = (*SQS_ROW(float, &io->edges[0], i + 2) - *SQS_ROW(float, &io->edges[0], i - 2)) * 0.3f;
    return 0;
}

static sqs_pipeline *make(uint32_t mode, uint64_t capacity, uint32_t *sum, uint32_t *top)
{
    sqs_config c = config_of(4, 2, capacity);
    sqs_edge_desc around = { "sum", 2, 2, SQS_BOUNDARY_CLAMP, 0 };
    sqs_stage_desc d = stage_of("sum", &FROM_INPUT), e = stage_of("slope", &around);
    sqs_pipeline *p = NULL;
    c.mode = mode;
    c.cpu_cache_bytes = 1024; /* small blocks, so that a range needs several */
    e.run = slope;
    CHECK_STATUS(sqs_pipeline_new(&c, NULL, &p, NULL), SQS_OK);
    CHECK_STATUS(sqs_stage_register(p, &d, sum), SQS_OK);
    CHECK_STATUS(sqs_stage_register(p, &e, top), SQS_OK);
    return p;
}

static void push_all(sqs_pipeline *p)
{
    size_t accepted;
    CHECK_STATUS(sqs_push(p, 0, x, SAMPLES, &accepted), SQS_OK);
    CHECK_STATUS(sqs_push_end(p, 0), SQS_OK);
}

static void ranges(void)
{
    uint32_t sum, top;
    uint64_t got = 9;
    sqs_pipeline *p = make(SQS_MODE_CLASSIC, SAMPLES, &sum, &top);
    sqs_request ask = all_of(top);
    CHECK_STATUS(sqs_pipeline_seal(p, &ask, 1, NULL, 0), SQS_OK);
    push_all(p);
    CHECK_STATUS(sqs_evaluate(p, top, 0, SQS_ALL, want, sizeof want, &got), SQS_OK);
    CHECK(got == ROWS);
    /* Sealed for slope only: rows of sum are another request, and the detail has the bytes it needs. */
    CHECK_STATUS(sqs_evaluate(p, sum, 0, 1, rows, sizeof rows, &got), SQS_ERR_NOT_PLANNED);
    CHECK(got == 0);
    CHECK_DETAIL(p, "bytes");
    sqs_pipeline_delete(p);

    p = make(SQS_MODE_SQRT, SAMPLES, &sum, &top);
    CHECK_STATUS(sqs_pipeline_seal(p, &ask, 1, NULL, 0), SQS_OK);
    push_all(p);
    CHECK_STATUS(sqs_evaluate(p, top, 0, SQS_ALL, rows, sizeof rows, &got), SQS_OK);
    CHECK(got == ROWS && memcmp(rows, want, sizeof want) == 0); /* classic and sqrt: the same bytes */
    sqs_pipeline_delete(p);

    /* With an opened output samples stay in the input buffer, so any range can be requested repeatedly. */
    p = make(SQS_MODE_SQRT, SAMPLES, &sum, &top);
    CHECK_STATUS(sqs_output_open(p, top, 1), SQS_OK);
    CHECK_STATUS(sqs_pipeline_seal(p, &ask, 1, NULL, 0), SQS_OK);
    push_all(p);
    static const uint64_t parts[][2] = { { 0, 1 }, { 198, 1 }, { 50, 100 }, { 3, 0 }, { 199, 0 }, { 7, 33 } };
    for (size_t i = 0; i < 6; i++) {
        const uint64_t first = parts[i][0], count = parts[i][1];
        CHECK_STATUS(sqs_evaluate(p, top, first, count, rows, sizeof rows, &got), SQS_OK);
        CHECK(got == count && memcmp(rows, want + first, (size_t)count * sizeof *rows) == 0);
    }
    CHECK_STATUS(sqs_evaluate(p, top, 190, SQS_ALL, rows, sizeof rows, &got), SQS_OK);
    CHECK(got == 9 && memcmp(rows, want + 190, 9 * sizeof *rows) == 0);
    CHECK_STATUS(sqs_evaluate(p, top, 199, SQS_ALL, rows, sizeof rows, &got), SQS_OK);
    CHECK(got == 0);
    CHECK_STATUS(sqs_evaluate(p, top, 190, 10, rows, sizeof rows, &got), SQS_ERR_RANGE);
    CHECK_DETAIL(p, "199 are available");
    CHECK_STATUS(sqs_evaluate(p, top, 200, SQS_ALL, rows, sizeof rows, &got), SQS_ERR_RANGE);
    CHECK_STATUS(sqs_evaluate(p, top, UINT64_MAX - 1, 2, rows, sizeof rows, &got), SQS_ERR_RANGE);
    CHECK_STATUS(sqs_evaluate(p, top, 0, 10, rows, 39, &got), SQS_ERR_SPACE);
    CHECK_DETAIL(p, "40");
    sqs_pipeline_delete(p);
}

/* A row with a lookahead is final when its last sample has arrived or the input has ended. */
static void not_there_yet(void)
{
    uint32_t sum, top;
    size_t accepted;
    uint64_t got;
    sqs_pipeline *p = make(SQS_MODE_SQRT, SAMPLES, &sum, &top);
    CHECK_STATUS(sqs_push(p, 0, x, 40, &accepted), SQS_OK); /* 19 windows */
    CHECK_STATUS(sqs_evaluate(p, top, 17, 1, rows, sizeof rows, &got), SQS_ERR_RANGE);
    CHECK_DETAIL(p, "17 are available");
    CHECK_STATUS(sqs_evaluate(p, top, 0, SQS_ALL, rows, sizeof rows, &got), SQS_OK);
    CHECK(got == 17 && memcmp(rows, want, 17 * sizeof *rows) == 0);
    sqs_pipeline_delete(p);
}

/* An input buffer of 40 samples: samples before finished evaluations are discarded for new ones. */
static void evicted(void)
{
    uint32_t sum;
    size_t accepted, pushed;
    uint64_t got;
    sqs_pipeline *p = small(40, &sum);
    CHECK_STATUS(sqs_push(p, 0, x, SAMPLES, &accepted), SQS_AGAIN);
    CHECK(accepted >= 40 && accepted < SAMPLES);
    pushed = accepted;
    CHECK_STATUS(sqs_evaluate(p, sum, 0, SQS_ALL, rows, sizeof rows, &got), SQS_OK);
    CHECK(got == 1 + (pushed - 4) / 2);
    CHECK_STATUS(sqs_push(p, 0, x + pushed, SAMPLES - pushed, &accepted), SQS_AGAIN);
    CHECK(accepted > 0);
    CHECK_STATUS(sqs_evaluate(p, sum, 0, 1, rows, sizeof rows, &got), SQS_ERR_EVICTED);
    CHECK_DETAIL(p, "sample 0 is needed");
    /* The detail has the first sample held: the first row inside can be evaluated, the one before it cannot. */
    char detail[200] = "";
    uint64_t start = 0;
    CHECK_STATUS(sqs_pipeline_error_detail(p, detail, sizeof detail, NULL), SQS_OK);
    const char *found = strstr(detail, "input buffer starts with sample ");
    CHECK(found != NULL);
    if (found != NULL) start = (uint64_t)strtoul(found + strlen("input buffer starts with sample "), NULL, 10);
    CHECK(start > 1 && start < pushed + accepted);
    const uint64_t first = (start + 1) / 2;
    CHECK_STATUS(sqs_evaluate(p, sum, first - 1, 1, rows, sizeof rows, &got), SQS_ERR_EVICTED);
    CHECK_STATUS(sqs_evaluate(p, sum, first, 1, rows, sizeof rows, &got), SQS_OK);
    const uint64_t last = (pushed + accepted - 4) / 2;
    CHECK_STATUS(sqs_evaluate(p, sum, last, 1, rows, sizeof rows, &got), SQS_OK);
    sqs_pipeline_delete(p);
}

static void into_a_function(void)
{
    uint32_t sum, top;
    uint64_t done;
    seen up = { 0, 1, 0, 0 }, down = { ROWS - 1, -1, 0, 0 }, part = { 20, 1, 0, 0 }, back = { 119, -1, 0, 0 };
    sqs_pipeline *p = make(SQS_MODE_SQRT, SAMPLES, &sum, &top);
    sqs_request both[2] = { all_of(top), all_of(top) };
    sqs_stats stats;
    memset(&stats, 0, sizeof stats);
    stats.struct_size = sizeof stats;
    both[1].order = SQS_ORDER_REVERSE;
    CHECK_STATUS(sqs_output_open(p, top, 1), SQS_OK); /* keeps the samples */
    CHECK_STATUS(sqs_pipeline_seal(p, both, 2, NULL, 0), SQS_OK);
    push_all(p);
    CHECK_STATUS(sqs_evaluate_to(p, &both[0], in_order, &up), SQS_OK);
    CHECK(up.rows == ROWS && up.wrong == 0);
    CHECK_STATUS(sqs_evaluate_to(p, &both[1], in_order, &down), SQS_OK);
    CHECK(down.rows == ROWS && down.wrong == 0);

    /* Part of it, backward. */
    both[1].first = 20;
    both[1].count = 100;
    CHECK_STATUS(sqs_evaluate_to(p, &both[1], in_order, &back), SQS_OK);
    CHECK(back.rows == 100 && back.wrong == 0);

    /* In slices, cancelled on the way, and started again. */
    both[0].first = 20;
    both[0].count = 100;
    CHECK_STATUS(sqs_evaluate_begin(p, &both[0], in_order, &part), SQS_OK);
    CHECK_STATUS(sqs_step(p, 5, &done), SQS_OK);
    CHECK(done > 0 && done <= 5);
    CHECK_STATUS(sqs_pipeline_stats(p, &stats), SQS_OK);
    CHECK(stats.evaluating == 1);
    CHECK_STATUS(sqs_evaluate_to(p, &both[0], in_order, &part), SQS_ERR_STATE);
    CHECK_STATUS(sqs_evaluate_cancel(p), SQS_OK);
    CHECK_STATUS(sqs_evaluate_cancel(p), SQS_OK);
    part.next = 20;
    part.rows = 0;
    CHECK_STATUS(sqs_evaluate_begin(p, &both[0], in_order, &part), SQS_OK);
    for (int i = 0; i < 1000; i++) {
        CHECK(sqs_step(p, 5, &done) >= 0 && done <= 5);
        CHECK_STATUS(sqs_pipeline_stats(p, &stats), SQS_OK);
        if (!stats.evaluating) break;
    }
    CHECK(part.rows == 100 && part.wrong == 0 && part.next == 120);
    sqs_pipeline_delete(p);
}

int main(void)
{
    for (int i = 0; i < SAMPLES; i++) x[i] = (float)((i * 37) % 101) * 0.37f;
    ranges();
    not_there_yet();
    evicted();
    into_a_function();
    return DONE();
}
