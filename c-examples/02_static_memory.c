/*
 * 02_static_memory: a pipeline in two static arrays, without malloc.
 *
 * SQS_CONTROL_BYTES gives the size of the control array. sqs_plan checks WORK_BYTES, the size of the work array, before
 * anything runs. When the graph grows, the message contains the new value of WORK_BYTES.
 */
#include "sqrtspace.h"
#include <stdio.h>

#define STAGES 1
#define EDGES 1
#define WORK_BYTES 4096

static union { uint64_t align; unsigned char bytes[SQS_CONTROL_BYTES(STAGES, EDGES)]; } control;
static union { uint64_t align; unsigned char bytes[WORK_BYTES]; } work;

static int32_t peak(void *ctx, const sqs_stage_io *io)
{
    int16_t *y = (int16_t *)io->out;
    (void)ctx;
    for (size_t i = 0; i < io->rows; i++) {
        const int16_t *x = SQS_ROW(int16_t, &io->edges[0], i);
        y[i] = x[0];
        for (size_t k = 1; k < io->edges[0].len; k++) if (x[k] > y[i]) y[i] = x[k];
    }
    return 0;
}

int main(void)
{
    sqs_config config;
    sqs_config_init(&config, sizeof config);
    config.window = 32;
    config.hop = 16;
    config.dtype = SQS_I16;
    config.input_capacity = 128;
    config.max_stages = STAGES;
    config.max_edges = EDGES;

    sqs_memory memory = { 0 };
    memory.struct_size = sizeof memory;
    memory.control = control.bytes;
    memory.control_bytes = sizeof control.bytes;

    sqs_pipeline *p = NULL;
    if (sqs_pipeline_new(&config, &memory, &p, NULL) != SQS_OK) return 1;

    const sqs_edge_desc windows = { "input", 0, 0, SQS_BOUNDARY_ZERO, 0 };
    sqs_stage_desc stage = { 0 };
    stage.struct_size = sizeof stage;
    stage.name = "peak";
    stage.run = peak;
    stage.edges = &windows;
    stage.edge_count = 1;
    stage.dtype = SQS_I16;
    stage.len = 1;
    uint32_t id;
    if (sqs_stage_register(p, &stage, &id) != SQS_OK) return 1;

    sqs_request ask = { 0 };
    ask.struct_size = sizeof ask;
    ask.stage = id;
    ask.count = SQS_ALL;
    sqs_plan_info plan = { 0 };
    plan.struct_size = sizeof plan;
    if (sqs_plan(p, &ask, 1, &plan) != SQS_OK) return 1;
    if (plan.work_bytes > sizeof work.bytes) {
        printf("WORK_BYTES must be at least %lu\n", (unsigned long)plan.work_bytes);
        return 1;
    }
    if (sqs_pipeline_seal(p, &ask, 1, work.bytes, sizeof work.bytes) != SQS_OK) return 1;

    int16_t samples[128], rows[8];
    size_t accepted;
    uint64_t got;
    for (int i = 0; i < 128; i++) samples[i] = (int16_t)(i % 50);
    if (sqs_push(p, 0, samples, 128, &accepted) != SQS_OK) return 1;
    if (sqs_evaluate(p, id, 0, SQS_ALL, rows, sizeof rows, &got) != SQS_OK) return 1;
    for (uint64_t t = 0; t < got; t++) printf("%u: %d\n", (unsigned)t, rows[t]);

    sqs_pipeline_delete(p);
    return 0;
}
