/* Shared by the C tests: checks that report their place and continue, and a small pipeline. */
#ifndef CHECK_H
#define CHECK_H

#include "sqrtspace.h"
#include <stdio.h>
#include <string.h>

static int checks, failures;

#define CHECK(cond) \
    do { \
        checks++; \
        if (!(cond)) { failures++; printf("%s:%d: %s\n", __FILE__, __LINE__, #cond); } \
    } while (0)

#define CHECK_STATUS(call, want) \
    do { \
        sqs_status got_ = (call); \
        checks++; \
        if (got_ != (want)) { \
            failures++; \
            printf("%s:%d: %s is %d, not %s\n", __FILE__, __LINE__, #call, (int)got_, #want); \
        } \
    } while (0)

#define DONE() (printf("%d checks, %d failed\n", checks, failures), failures != 0)

/* Checks that the text of the last error contains this. */
#define CHECK_DETAIL(p, part) \
    do { \
        char text_[512] = ""; \
        sqs_pipeline_error_detail(p, text_, sizeof text_, NULL); \
        checks++; \
        if (!strstr(text_, part)) { \
            failures++; \
            printf("%s:%d: \"%s\" lacks \"%s\"\n", __FILE__, __LINE__, text_, part); \
        } \
    } while (0)

static inline int32_t sum_run(void *ctx, const sqs_stage_io *io)
{
    float *y = (float *)io->out;
    (void)ctx;
    for (size_t i = 0; i < io->rows; i++) {
        const float *x = SQS_ROW(float, &io->edges[0], i * io->edges[0].stride);
        y[i] = 0.0f;
        for (size_t k = 0; k < io->edges[0].len; k++) y[i] += x[k];
    }
    return 0;
}

static inline sqs_config config_of(uint64_t window, uint64_t hop, uint64_t capacity)
{
    sqs_config c;
    sqs_config_init(&c, sizeof c);
    c.window = window;
    c.hop = hop;
    c.input_capacity = capacity;
    return c;
}

static inline sqs_stage_desc stage_of(const char *name, const sqs_edge_desc *edge)
{
    sqs_stage_desc d;
    memset(&d, 0, sizeof d);
    d.struct_size = sizeof d;
    d.name = name;
    d.run = sum_run;
    d.edges = edge;
    d.edge_count = 1;
    d.dtype = SQS_F32;
    d.len = 1;
    return d;
}

static const sqs_edge_desc FROM_INPUT = { "input", 0, 0, SQS_BOUNDARY_ZERO, 0 };

static inline sqs_request all_of(uint32_t stage)
{
    sqs_request r;
    memset(&r, 0, sizeof r);
    r.struct_size = sizeof r;
    r.stage = stage;
    r.count = SQS_ALL;
    return r;
}

/* One stage "sum" over windows of 4, hop 2. */
static inline sqs_pipeline *small(uint64_t capacity, uint32_t *id)
{
    sqs_config c = config_of(4, 2, capacity);
    sqs_stage_desc d = stage_of("sum", &FROM_INPUT);
    sqs_pipeline *p = NULL;
    if (sqs_pipeline_new(&c, NULL, &p, NULL) != SQS_OK || sqs_stage_register(p, &d, id) != SQS_OK) {
        printf("%s:%d: no pipeline\n", __FILE__, __LINE__);
        failures++;
    }
    return p;
}

#endif
