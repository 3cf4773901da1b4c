/*
 * 03_push_pull: a 10 Hz control loop with a bounded amount of work per tick, and backpressure when it cannot keep up.
 *
 * 100 samples arrive per tick. sqs_push accepts the samples that fit, sqs_step computes at most 4 windows, and sqs_pull
 * returns the finished rows. Samples that were not accepted are pushed again at the next tick. The clock is simulated.
 */
#include "sqrtspace.h"
#include <stdio.h>

#define TICKS 8
#define PER_TICK 100

static int32_t mean(void *ctx, const sqs_stage_io *io)
{
    float *y = (float *)io->out;
    (void)ctx;
    for (size_t i = 0; i < io->rows; i++) {
        const float *x = SQS_ROW(float, &io->edges[0], i);
        float sum = 0.0f;
        for (size_t k = 0; k < io->edges[0].len; k++) sum += x[k];
        y[i] = sum / (float)io->edges[0].len;
    }
    return 0;
}

int main(void)
{
    sqs_config config;
    sqs_config_init(&config, sizeof config);
    config.window = 20;
    config.hop = 20;
    config.input_capacity = 120; /* a little more than one tick */

    sqs_pipeline *p = NULL;
    if (sqs_pipeline_new(&config, NULL, &p, NULL) != SQS_OK) return 1;
    const sqs_edge_desc windows = { "input", 0, 0, SQS_BOUNDARY_ZERO, 0 };
    sqs_stage_desc stage = { 0 };
    stage.struct_size = sizeof stage;
    stage.name = "mean";
    stage.run = mean;
    stage.edges = &windows;
    stage.edge_count = 1;
    stage.dtype = SQS_F32;
    stage.len = 1;
    uint32_t id;
    if (sqs_stage_register(p, &stage, &id) != SQS_OK) return 1;
    if (sqs_output_open(p, id, 8) != SQS_OK) return 1;
    if (sqs_pipeline_seal(p, NULL, 0, NULL, 0) != SQS_OK) return 1; /* nothing allocates after this call */

    static float stream[TICKS * PER_TICK];
    for (int i = 0; i < TICKS * PER_TICK; i++) stream[i] = (float)i;

    size_t arrived = 0, sent = 0;
    unsigned total = 0;
    for (int tick = 0;; tick++) {
        if (tick < TICKS) arrived += PER_TICK;

        if (sent < arrived) {
            size_t accepted; /* SQS_AGAIN: the input buffer is full, push the rest later */
            if (sqs_push(p, 0, stream + sent, arrived - sent, &accepted) < 0) return 1;
            sent += accepted;
        }
        if (tick >= TICKS && sent == arrived && sqs_push_end(p, 0) != SQS_OK) return 1;

        uint64_t done;
        if (sqs_step(p, 4, &done) < 0) return 1;

        float rows[8];
        size_t got;
        const sqs_status pulled = sqs_pull(p, id, rows, 8, &got);
        if (pulled < 0) return 1;
        total += (unsigned)got;
        if (pulled == SQS_END) break;
        printf("tick %d: %u windows, %u rows, %u samples wait\n", tick, (unsigned)done, (unsigned)got,
               (unsigned)(arrived - sent));
    }
    printf("%u rows\n", total);
    sqs_pipeline_delete(p);
    return 0;
}
