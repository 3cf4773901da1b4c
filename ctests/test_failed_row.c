/* A stage that fails at one row: the detail names that row, whatever the order, the block and the kind of stage. */
#include "check.h"

enum { ROWS = 61 };

typedef struct { uint64_t bad; int fail; int calls; } state;

/* The row, or the sum of all rows so far; fails at row `bad`. */
static int32_t picky(void *ctx, const sqs_stage_io *io)
{
    state *s = (state *)ctx;
    float *y = (float *)io->out, *sum = (float *)io->state;
    s->calls++;
    for (size_t k = 0; k < io->rows; k++) {
        const size_t i = s->fail == 2 ? io->rows - 1 - k : k;
        if (s->fail && io->first + i == s->bad) return 4711;
        y[i] = *SQS_ROW(float, &io->edges[0], i);
        if (sum) y[i] = *sum += y[i];
    }
    return 0;
}

/* 0: plain; 1: scan; 2: reverse scan; 3: plain, with a halo on both sides */
static void fails_at(int type, uint32_t mode, uint64_t bad)
{
    static float x[ROWS], rows[ROWS], want[ROWS];
    const sqs_edge_desc wide = { "input", 3, 2, SQS_BOUNDARY_CLAMP, 0 };
    sqs_pipeline *p = NULL;
    sqs_config c = config_of(1, 1, 2 * ROWS);
    sqs_stage_desc d = stage_of("picky", type == 3 ? &wide : &FROM_INPUT);
    state s = { bad, type == 2 ? 2 : 1, 0 };
    char text[64];
    size_t n;
    uint64_t got;
    uint32_t id;
    c.mode = mode;
    d.run = picky;
    d.ctx = &s;
    d.state_bytes = type == 1 || type == 2 ? 4 : 0;
    d.flags = type == 2 ? SQS_STAGE_REVERSE : 0;
    for (int i = 0; i < ROWS; i++) x[i] = (float)(i % 7);
    float sum = 0.0f;
    for (int k = 0; k < ROWS; k++) {
        const int i = type == 2 ? ROWS - 1 - k : k;
        sum += x[i];
        want[i] = type == 1 || type == 2 ? sum : x[i];
    }
    CHECK_STATUS(sqs_pipeline_new(&c, NULL, &p, NULL), SQS_OK);
    CHECK_STATUS(sqs_stage_register(p, &d, &id), SQS_OK);
    sqs_request ask = all_of(id);
    ask.count = ROWS;
    CHECK_STATUS(sqs_pipeline_seal(p, &ask, 1, NULL, 0), SQS_OK);
    CHECK_STATUS(sqs_push(p, 0, x, ROWS, &n), SQS_OK);
    CHECK_STATUS(sqs_push_end(p, 0), SQS_OK);
    CHECK_STATUS(sqs_evaluate(p, id, 0, ROWS, rows, sizeof rows, &got), SQS_ERR_CALLBACK);
    snprintf(text, sizeof text, "stage picky returned 4711 at row %u", (unsigned)bad);
    CHECK_DETAIL(p, text);
    /* Nothing is lost: once it no longer fails, all rows are right. */
    s.fail = type == 2 ? 2 : 1;
    s.bad = UINT64_MAX;
    CHECK_STATUS(sqs_evaluate(p, id, 0, ROWS, rows, sizeof rows, &got), SQS_OK);
    CHECK(got == ROWS && memcmp(rows, want, sizeof rows) == 0);
    sqs_pipeline_delete(p);
}

int main(void)
{
    for (int type = 0; type < 4; type++)
        for (uint64_t bad = 0; bad < ROWS; bad += 5) {
            fails_at(type, SQS_MODE_SQRT, bad);
            fails_at(type, SQS_MODE_CLASSIC, bad);
        }
    return DONE();
}
