/* Codec calls without memory of the heap: a status, or the work with the memory that is given. The allocation functions
 * of the C library are replaced here and return NULL while armed. */
#define _GNU_SOURCE
#include "scratch.h"
#include <errno.h>

extern void *__libc_malloc(size_t);
extern void *__libc_calloc(size_t, size_t);
extern void *__libc_realloc(void *, size_t);
extern void *__libc_memalign(size_t, size_t);

static volatile int armed;

void *malloc(size_t n) { return armed ? NULL : __libc_malloc(n); }
void *calloc(size_t n, size_t m) { return armed ? NULL : __libc_calloc(n, m); }
void *realloc(void *p, size_t n) { return armed ? NULL : __libc_realloc(p, n); }
void *aligned_alloc(size_t a, size_t n) { return armed ? NULL : __libc_memalign(a, n); }
void *memalign(size_t a, size_t n) { return armed ? NULL : __libc_memalign(a, n); }
int posix_memalign(void **out, size_t a, size_t n)
{
    *out = armed ? NULL : __libc_memalign(a, n);
    return *out ? 0 : ENOMEM;
}

enum { N = 200000 };
static unsigned char raw[N], first[2 * N], next[2 * N];
static union { uint64_t align; unsigned char bytes[8 << 20]; } memory;

int main(void)
{
    sqs_encode_options o;
    sqs_decode_options d;
    sqs_codec_job *job = NULL;
    scratch_begin();
    for (size_t i = 0; i < N; i++) raw[i] = (unsigned char)(i * i >> 9);
    save("in", raw, N);
    sqs_encode_options_init(&o, sizeof o);
    sqs_decode_options_init(&d, sizeof d);
    o.frame_bytes = 16384;
    o.identity = 1;
    CHECK_STATUS(sqs_encode_file("in", "out", &o, NULL, NULL), SQS_OK);
    const size_t n = load("out", first, sizeof first);

    armed = 1;
    CHECK_STATUS(sqs_encode_file("in", "out", &o, NULL, NULL), SQS_ERR_MEMORY);
    CHECK_STATUS(sqs_decode_file("out", "back", &d, NULL, NULL), SQS_ERR_MEMORY);
    CHECK_STATUS(sqs_encode_file_async("in", "out", &o, &job, NULL), SQS_ERR_MEMORY);
    CHECK_STATUS(sqs_decode_file_async("out", "back", &d, &job, NULL), SQS_ERR_MEMORY);
    CHECK(job == NULL);
    /* In memory that is given; threads, which need some of the heap, are left out. */
    o.memory = d.memory = memory.bytes;
    o.memory_bytes = d.memory_bytes = sizeof memory.bytes;
    o.threads = 3;
    CHECK_STATUS(sqs_encode_file("in", "out", &o, NULL, NULL), SQS_OK);
    CHECK_STATUS(sqs_decode_file("out", "back", &d, NULL, NULL), SQS_OK);
    armed = 0;
    CHECK(load("out", next, sizeof next) == n && memcmp(first, next, n) == 0);
    CHECK(load("back", next, sizeof next) == N && memcmp(raw, next, N) == 0);
    scratch_end();
    return DONE();
}
