/*
 * 11_planned: a plan made on the ground, sealed with in flight.
 *
 * ground() exports the plan of a pipeline. It would write the bytes as a C array into the flight program; here they go from
 * one function to the other. flight() has the same config and graph, and no planner: a program whose pipelines all come
 * from sqs_pipeline_new_planned does not contain it.
 */
#include "sqrtspace.h"
#include <stdio.h>

#define STAGES 1
#define EDGES 1

static union { uint64_t align; unsigned char bytes[SQS_CONTROL_BYTES(STAGES, EDGES)]; } control;
static union { uint64_t align; unsigned char bytes[4096]; } work;
static unsigned char plan[512];
static size_t plan_bytes;

static int32_t mean(void *ctx, const sqs_stage_io *io)
{
    float *y = (float *)io->out;
    (void)ctx;
    for (size_t i = 0; i < io->rows; i++) {
        const float *x = SQS_ROW(float, &io->edges[0], i);
        y[i] = 0.0f;
        for (size_t k = 0; k < io->edges[0].len; k++) y[i] += x[k];
        y[i] /= (float)io->edges[0].len;
    }
    return 0;
}

/* What ground and flight share: config, memory, stages, outputs. */
static sqs_pipeline *create(int flight, uint32_t *id)
{
    sqs_config config;
    sqs_config_init(&config, sizeof config);
    config.flags = SQS_STREAM_ONLY;
    config.window = 32;
    config.hop = 16;
    config.input_capacity = 128;
    config.max_stages = STAGES;
    config.max_edges = EDGES;
    sqs_memory memory = { 0 };
    memory.struct_size = sizeof memory;
    memory.control = control.bytes;
    memory.control_bytes = sizeof control.bytes;
    sqs_pipeline *p = NULL;
    if ((flight ? sqs_pipeline_new_planned : sqs_pipeline_new)(&config, &memory, &p, NULL) != SQS_OK) return NULL;

    const sqs_edge_desc windows = { "input", 0, 0, SQS_BOUNDARY_ZERO, 0 };
    sqs_stage_desc stage = { 0 };
    stage.struct_size = sizeof stage;
    stage.name = "mean";
    stage.run = mean;
    stage.edges = &windows;
    stage.edge_count = 1;
    stage.dtype = SQS_F32;
    stage.len = 1;
    if (sqs_stage_register(p, &stage, id) != SQS_OK || sqs_output_open(p, *id, 4) != SQS_OK) return NULL;
    return p;
}

static int ground(void)
{
    uint32_t id;
    sqs_pipeline *p = create(0, &id);
    if (sqs_plan_export(p, NULL, 0, plan, sizeof plan, &plan_bytes) != SQS_OK) return 1;
    printf("plan: %lu bytes, first four %.4s\n", (unsigned long)plan_bytes, (const char *)plan);
    sqs_pipeline_delete(p);
    return 0;
}

static int flight(void)
{
    uint32_t id;
    float samples[128], rows[4];
    size_t n;
    uint64_t done;
    sqs_pipeline *p = create(1, &id);
    plan[60] ^= 1;
    const sqs_status refused = sqs_pipeline_seal_planned(p, plan, plan_bytes, work.bytes, sizeof work.bytes);
    printf("a flipped bit: %s\n", sqs_status_text(refused));
    plan[60] ^= 1;
    if (sqs_pipeline_seal_planned(p, plan, plan_bytes, work.bytes, sizeof work.bytes) != SQS_OK) return 1;
    for (int i = 0; i < 128; i++) samples[i] = (float)i;
    if (sqs_push(p, 0, samples, 128, &n) != SQS_OK || sqs_push_end(p, 0) != SQS_OK) return 1;
    for (unsigned t = 0; sqs_step(p, 4, &done) >= 0 && sqs_pull(p, id, rows, 4, &n) == SQS_OK; t += (unsigned)n) {
        for (size_t i = 0; i < n; i++) printf("%u: %.1f\n", t + (unsigned)i, rows[i]);
    }
    sqs_pipeline_delete(p);
    return 0;
}

int main(void)
{
    return ground() || flight();
}
