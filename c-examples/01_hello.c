/*
 * 01_hello: two stages as functions, samples pushed, rows evaluated.
 *
 * "energy" computes one number per window. "smooth" averages it with its neighbors, through an edge with a lookback and a
 * lookahead of one row.
 */
#include "sqrtspace.h"
#include <stdio.h>

static int32_t energy(void *ctx, const sqs_stage_io *io)
{
    float *y = (float *)io->out;
    (void)ctx;
    for (size_t i = 0; i < io->rows; i++) {
        const float *x = SQS_ROW(float, &io->edges[0], i);
        y[i] = 0.0f;
        for (size_t k = 0; k < io->edges[0].len; k++) y[i] += x[k] * x[k];
    }
    return 0;
}

static int32_t smooth(void *ctx, const sqs_stage_io *io)
{
    float *y = (float *)io->out;
    (void)ctx;
    for (size_t i = 0; i < io->rows; i++) {
        const ptrdiff_t t = (ptrdiff_t)i;
        y[i] = 0.0f;
        for (ptrdiff_t k = -1; k <= 1; k++) y[i] += *SQS_ROW(float, &io->edges[0], t + k);
        y[i] /= 3.0f;
    }
    return 0;
}

static int failed(sqs_pipeline *p, sqs_status status)
{
    char text[200] = "";
    sqs_pipeline_error_detail(p, text, sizeof text, NULL);
    fprintf(stderr, "%s: %s\n", sqs_status_text(status), text);
    sqs_pipeline_delete(p);
    return 1;
}

int main(void)
{
    static float samples[64], rows[16];
    for (int i = 0; i < 64; i++) samples[i] = i < 32 ? 1.0f : 2.0f;

    sqs_config config;
    sqs_config_init(&config, sizeof config);
    config.window = 16;
    config.hop = 8;
    config.input_capacity = 64; /* hold the whole recording */

    sqs_pipeline *p = NULL;
    if (sqs_pipeline_new(&config, NULL, &p, NULL) != SQS_OK) return 1;

    const sqs_edge_desc windows = { "input", 0, 0, SQS_BOUNDARY_ZERO, 0 };
    sqs_stage_desc stage = { 0 };
    stage.struct_size = sizeof stage;
    stage.name = "energy";
    stage.run = energy;
    stage.edges = &windows;
    stage.edge_count = 1;
    stage.dtype = SQS_F32;
    stage.len = 1;

    uint32_t id;
    sqs_status status = sqs_stage_register(p, &stage, &id);
    if (status != SQS_OK) return failed(p, status);

    const sqs_edge_desc neighbours = { "energy", 1, 1, SQS_BOUNDARY_CLAMP, 0 };
    stage.name = "smooth";
    stage.run = smooth;
    stage.edges = &neighbours;
    status = sqs_stage_register(p, &stage, &id);
    if (status != SQS_OK) return failed(p, status);

    size_t accepted;
    uint64_t got;
    status = sqs_push(p, 0, samples, 64, &accepted);
    if (status == SQS_OK) status = sqs_push_end(p, 0); /* makes the last row final, which has a lookahead */
    if (status == SQS_OK) status = sqs_evaluate(p, id, 0, SQS_ALL, rows, sizeof rows, &got);
    if (status != SQS_OK) return failed(p, status);

    for (uint64_t t = 0; t < got; t++) printf("%u: %.2f\n", (unsigned)t, (double)rows[t]);
    sqs_pipeline_delete(p);
    return 0;
}
