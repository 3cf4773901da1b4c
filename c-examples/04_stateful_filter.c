/*
 * 04_stateful_filter: a stage with state, forward and backward.
 *
 * A one-pole low-pass filter runs along a recording that is read from a source. Its state is one double. The program shows
 * state_init, any past row on request (from a checkpoint), and all rows from the last to the first within a few kilobytes.
 * The plan reports the cost of that beforehand.
 */
#include "sqrtspace.h"
#include <stdio.h>
#include <string.h>

enum { ROWS = 100000, BLOCK = 8 };

static int32_t start(void *ctx, void *state)
{
    memcpy(state, ctx, sizeof(double)); /* the initial level */
    return 0;
}

static int32_t low_pass(void *ctx, const sqs_stage_io *io)
{
    double *level = (double *)io->state;
    double *y = (double *)io->out;
    (void)ctx;
    for (size_t i = 0; i < io->rows; i++) {
        const int16_t *x = SQS_ROW(int16_t, &io->edges[0], i);
        for (int k = 0; k < BLOCK; k++) *level += ((double)x[k] - *level) / 64.0;
        y[i] = *level;
    }
    return 0;
}

/* The recording: a step every 4096 samples. A real source would read a file. */
static int32_t recording(void *ctx, uint64_t first, void *dst, size_t n, size_t *got)
{
    int16_t *x = (int16_t *)dst;
    (void)ctx;
    for (size_t i = 0; i < n; i++) x[i] = (int16_t)(((first + i) >> 12) % 7 * 100);
    *got = n;
    return 0;
}

typedef struct { double sum, last; uint64_t rows, next; int ordered; } tally;

static int32_t take(void *ctx, uint64_t first, size_t rows, const void *data, size_t bytes)
{
    tally *t = (tally *)ctx;
    const double *y = (const double *)data;
    (void)bytes;
    t->ordered = t->ordered && first == t->next;
    for (size_t i = 0; i < rows; i++) t->sum += y[i]; /* row first - i: the block descends */
    t->next = first - rows;
    t->rows += rows;
    t->last = y[rows - 1];
    return 0;
}

int main(void)
{
    double level = 50.0, row = 0.0, first_row = 0.0;
    uint64_t got = 0;
    sqs_config config;
    sqs_pipeline *p = NULL;
    sqs_config_init(&config, sizeof config);
    config.window = config.hop = BLOCK;
    config.dtype = SQS_I16;
    config.memory_budget_bytes = 16 * 1024;
    if (sqs_pipeline_new(&config, NULL, &p, NULL) != SQS_OK) return 1;

    sqs_source source = {0};
    source.struct_size = sizeof source;
    source.read = recording;
    source.samples = (uint64_t)ROWS * BLOCK;
    sqs_edge_desc from = {"input", 0, 0, SQS_BOUNDARY_ZERO, 0};
    sqs_stage_desc desc = {0};
    desc.struct_size = sizeof desc;
    desc.name = "level";
    desc.run = low_pass;
    desc.state_init = start;
    desc.ctx = &level;
    desc.edges = &from;
    desc.edge_count = 1;
    desc.dtype = SQS_F64;
    desc.len = 1;
    desc.state_bytes = sizeof(double);
    uint32_t id = 0;
    sqs_source_set(p, 0, &source);
    sqs_stage_register(p, &desc, &id);

    sqs_request asks[2] = {{sizeof asks[0], id, 0, 1, SQS_ORDER_FORWARD, 0},
                           {sizeof asks[0], id, 0, SQS_ALL, SQS_ORDER_REVERSE, 0}};
    sqs_plan_info plan = {0};
    plan.struct_size = sizeof plan;
    if (sqs_plan(p, asks, 2, &plan) != SQS_OK || sqs_pipeline_seal(p, asks, 2, NULL, 0) != SQS_OK) return 1;
    printf("budget kept: %s, each row made %.2f times at most\n",
           plan.work_bytes <= config.memory_budget_bytes ? "yes" : "no", plan.recompute_factor);

    if (sqs_evaluate(p, id, 0, 1, &first_row, sizeof first_row, &got) != SQS_OK) return 1;
    if (sqs_evaluate(p, id, 77777, 1, &row, sizeof row, &got) != SQS_OK) return 1;
    printf("row 77777: %.6f\n", row);

    tally t = {0.0, 0.0, 0, ROWS - 1, 1};
    if (sqs_evaluate_to(p, &asks[1], take, &t) != SQS_OK) return 1;
    printf("%llu rows from the last to the first, in order: %s, sum %.3f\n", (unsigned long long)t.rows,
           t.ordered ? "yes" : "no", t.sum);
    printf("row 0 is the same both ways: %s\n", t.last == first_row ? "yes" : "no");
    sqs_pipeline_delete(p);
    return 0;
}
