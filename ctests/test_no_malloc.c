/* Nothing allocates after seal. The allocation functions of the C library are replaced here (definitions in the program
 * come first) and count calls while armed. */
#define _GNU_SOURCE
#include "check.h"
#include <errno.h>
#include <stdlib.h>

extern void *__libc_malloc(size_t);
extern void *__libc_calloc(size_t, size_t);
extern void *__libc_realloc(void *, size_t);
extern void *__libc_memalign(size_t, size_t);
extern void __libc_free(void *);

static volatile int armed, seen;

static void note(void) { if (armed) seen++; }
void *malloc(size_t n) { note(); return __libc_malloc(n); }
void *calloc(size_t n, size_t m) { note(); return __libc_calloc(n, m); }
void *realloc(void *p, size_t n) { note(); return __libc_realloc(p, n); }
void *aligned_alloc(size_t a, size_t n) { note(); return __libc_memalign(a, n); }
void *memalign(size_t a, size_t n) { note(); return __libc_memalign(a, n); }
void free(void *p) { note(); __libc_free(p); }
int posix_memalign(void **out, size_t a, size_t n)
{
    note();
    *out = __libc_memalign(a, n);
    return *out ? 0 : ENOMEM;
}

static int32_t sink(void *ctx, uint64_t first, size_t rows, const void *data, size_t bytes)
{
    (void)first; (void)data; (void)bytes;
    *(size_t *)ctx += rows;
    return 0;
}

int main(void)
{
    sqs_config c = config_of(16, 4, 0);
    sqs_pipeline *p = NULL;
    uint32_t sum, mean;
    size_t accepted, rows_seen = 0, pulled;
    uint64_t got, done;
    float x[64] = { 0 }, rows[64];
    char text[200];
    sqs_stats stats;
    sqs_stage_desc d = stage_of("sum", &FROM_INPUT);
    sqs_builtin_desc b;

    memset(&stats, 0, sizeof stats); stats.struct_size = sizeof stats;
    memset(&b, 0, sizeof b);
    b.struct_size = sizeof b; b.kind = "mean"; b.name = "mean"; b.edges = &FROM_INPUT; b.edge_count = 1;

    seen = 0; armed = 1;
    { void *volatile probe = malloc(10); free(probe); }
    armed = 0;
    CHECK(seen == 2); /* the replacements are active */

    CHECK_STATUS(sqs_pipeline_new(&c, NULL, &p, NULL), SQS_OK);
    CHECK_STATUS(sqs_stage_register(p, &d, &sum), SQS_OK);
    CHECK_STATUS(sqs_stage_register_builtin(p, &b, &mean), SQS_OK);
    CHECK_STATUS(sqs_output_open(p, sum, 8), SQS_OK);
    sqs_request ask = all_of(mean);
    CHECK_STATUS(sqs_pipeline_seal(p, &ask, 1, NULL, 0), SQS_OK);
    seen = 0; armed = 1;
    for (int round = 0; round < 50; round++) {
        sqs_push(p, 0, x, 64, &accepted);
        sqs_evaluate(p, mean, 1u << 30, 1, rows, sizeof rows, &got); /* fails */
        sqs_pipeline_error_detail(p, text, sizeof text, NULL);
        sqs_step(p, 5, &done);
        sqs_pull(p, sum, rows, 64, &pulled);
        rows_seen += pulled;
    }
    sqs_pipeline_reset(p);
    sqs_push(p, 0, x, 32, &accepted);
    ask.count = 2;
    sqs_status to = sqs_evaluate_to(p, &ask, sink, &rows_seen);
    sqs_status ev = sqs_evaluate(p, mean, 0, 2, rows, sizeof rows, &got);
    sqs_status begin = sqs_evaluate_begin(p, &ask, sink, &rows_seen);
    sqs_status step = sqs_step(p, 1, &done);
    sqs_status cancel = sqs_evaluate_cancel(p);
    sqs_status st = sqs_pipeline_stats(p, &stats);
    armed = 0;
    CHECK(seen == 0);
    CHECK(to == SQS_OK && ev == SQS_OK && begin == SQS_OK && step >= 0 && cancel == SQS_OK && st == SQS_OK);
    CHECK(rows_seen > 50 && stats.peak_bytes <= stats.plan_bytes);
    sqs_pipeline_delete(p);
    return DONE();
}
