/* The caller's allocator: called by new and seal only, and every block is freed with its size. */
#include "check.h"
#include <stdlib.h>

typedef struct { size_t given, taken, live, live_bytes, fail_at; void *blocks[8]; size_t sizes[8]; } heap;

/* C99 has no aligned_alloc: the block is inside a longer one, whose start is stored before it. */
static void *give(void *ctx, size_t size, size_t align)
{
    heap *h = (heap *)ctx;
    CHECK(size > 0 && align > 0 && (align & (align - 1)) == 0);
    h->given++;
    if (h->given == h->fail_at || h->live == 8) return NULL;
    unsigned char *start = (unsigned char *)malloc(size + align + sizeof(void *));
    if (!start) return NULL;
    unsigned char *at = start + sizeof(void *);
    at += (align - (uintptr_t)at % align) % align;
    memcpy(at - sizeof(void *), &start, sizeof(void *));
    memset(at, 0xA5, size); /* allocated memory need not be zero */
    h->blocks[h->live] = at;
    h->sizes[h->live++] = size;
    h->live_bytes += size;
    return at;
}

static void take(void *ctx, void *memory, size_t size)
{
    heap *h = (heap *)ctx;
    void *start;
    size_t i = 0;
    while (i < h->live && h->blocks[i] != memory) i++;
    CHECK(i < h->live && h->sizes[i] == size);
    if (i == h->live) return;
    h->live--;
    h->blocks[i] = h->blocks[h->live];
    h->sizes[i] = h->sizes[h->live];
    h->live_bytes -= size;
    h->taken++;
    memcpy(&start, (unsigned char *)memory - sizeof(void *), sizeof(void *));
    free(start);
}

static sqs_memory memory_of(heap *h)
{
    sqs_memory m;
    memset(h, 0, sizeof *h);
    memset(&m, 0, sizeof m);
    m.struct_size = sizeof m;
    m.alloc = give;
    m.free = take;
    m.ctx = h;
    return m;
}

int main(void)
{
    heap h;
    sqs_memory m = memory_of(&h);
    sqs_config c = config_of(4, 2, 64);
    sqs_stage_desc d = stage_of("sum", &FROM_INPUT);
    sqs_pipeline *p = NULL;
    sqs_plan_info plan;
    float x[64] = { 0 }, rows[31];
    uint32_t id;
    size_t accepted, after_new, after_seal;
    uint64_t got;
    memset(&plan, 0, sizeof plan);
    plan.struct_size = sizeof plan;

    CHECK_STATUS(sqs_pipeline_new(&c, &m, &p, NULL), SQS_OK);
    after_new = h.given;
    CHECK(after_new > 0);
    CHECK_STATUS(sqs_stage_register(p, &d, &id), SQS_OK);
    sqs_request ask = all_of(id);
    CHECK_STATUS(sqs_plan(p, &ask, 1, &plan), SQS_OK);
    CHECK(h.given == after_new);
    CHECK_STATUS(sqs_pipeline_seal(p, &ask, 1, NULL, 0), SQS_OK);
    after_seal = h.given;
    CHECK(after_seal > after_new);
    CHECK(h.live_bytes == plan.work_bytes + plan.control_bytes); /* exactly the reported bytes */
    CHECK_STATUS(sqs_push(p, 0, x, 64, &accepted), SQS_OK);
    CHECK_STATUS(sqs_evaluate(p, id, 0, SQS_ALL, rows, sizeof rows, &got), SQS_OK);
    CHECK_STATUS(sqs_pipeline_reset(p), SQS_OK);
    CHECK(got == 31 && h.given == after_seal && h.taken == 0);
    sqs_pipeline_delete(p);
    CHECK(h.live == 0 && h.taken == after_seal);

    /* The allocation of the control area fails. */
    sqs_error e;
    memset(&e, 0, sizeof e);
    e.struct_size = sizeof e;
    m = memory_of(&h);
    h.fail_at = 1;
    p = NULL;
    CHECK_STATUS(sqs_pipeline_new(&c, &m, &p, &e), SQS_ERR_MEMORY);
    CHECK(p == NULL && h.live == 0 && e.status == SQS_ERR_MEMORY && e.text[0]);

    /* The allocation of the work area fails: the handle stays valid, and a later seal succeeds. */
    m = memory_of(&h);
    h.fail_at = after_new + 1;
    CHECK_STATUS(sqs_pipeline_new(&c, &m, &p, NULL), SQS_OK);
    CHECK_STATUS(sqs_stage_register(p, &d, &id), SQS_OK);
    CHECK_STATUS(sqs_pipeline_seal(p, &ask, 1, NULL, 0), SQS_ERR_MEMORY);
    CHECK_STATUS(sqs_pipeline_seal(p, &ask, 1, NULL, 0), SQS_OK);
    sqs_pipeline_delete(p);
    CHECK(h.live == 0);

    /* alloc without free, and free without alloc, are refused. */
    m = memory_of(&h);
    m.free = NULL;
    CHECK_STATUS(sqs_pipeline_new(&c, &m, &p, NULL), SQS_ERR_ARGUMENT);
    CHECK(h.given == 0);
    return DONE();
}
