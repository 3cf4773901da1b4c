/* Background jobs: the same bytes for any number of threads, progress, cancel, errors, threads that cannot be created. */
#define _XOPEN_SOURCE 700
#include "scratch.h"
#include <errno.h>
#include <sys/resource.h>
#include <sys/wait.h>

enum { N = 1000003 };
static unsigned char raw[N], first[N + N / 100], next[N + N / 100];

static sqs_encode_options options(uint32_t threads)
{
    sqs_encode_options o;
    sqs_encode_options_init(&o, sizeof o);
    o.identity = 1;
    o.dtype = SQS_I24;
    o.channels = 5;
    o.frame_bytes = 20000;
    o.index_entries = 10;
    o.effort = 1;
    o.threads = threads;
    return o;
}

/* The handle exists before the first call of progress. */
typedef struct { sqs_codec_job *volatile job; int calls, early; } seen;

static int32_t sees(void *ctx, const sqs_progress *p)
{
    seen *s = (seen *)ctx;
    (void)p;
    s->calls++;
    s->early += s->job == NULL || sqs_codec_job_poll(s->job, NULL) != SQS_AGAIN;
    return 0;
}

static void handle_comes_first(void)
{
    const int runs = getenv("SQS_LONG") ? 3000 : 300;
    int calls = 0, early = 0;
    save("short", raw, 1000);
    for (int i = 0; i < runs; i++) {
        seen s = { NULL, 0, 0 };
        sqs_encode_options o = options(1);
        sqs_codec_job *job = NULL;
        o.progress = sees;
        o.ctx = &s;
        /* The job's thread reads the place that the call writes. */
        CHECK_STATUS(sqs_encode_file_async("short", "short.out", &o, (sqs_codec_job **)&s.job, NULL), SQS_OK);
        job = s.job;
        CHECK_STATUS(sqs_codec_job_wait(job, UINT32_MAX), SQS_OK);
        sqs_codec_job_delete(job);
        calls += s.calls;
        early += s.early;
    }
    remove("short");
    remove("short.out");
    CHECK(calls >= runs && early == 0);
}

static void same_bytes(void)
{
    static const uint32_t threads[] = {1, 2, 3, 8, 64};
    size_t len = 0;
    for (size_t i = 0; i < sizeof threads / sizeof *threads; i++) {
        sqs_encode_options o = options(threads[i]);
        sqs_codec_stats stats = {0};
        sqs_codec_job *job = NULL;
        sqs_progress p = {0};
        char text[100] = "x";
        size_t need;
        stats.struct_size = sizeof stats;
        CHECK_STATUS(sqs_encode_file_async("in", "out", &o, &job, NULL), SQS_OK);
        CHECK_STATUS(sqs_codec_job_wait(job, UINT32_MAX), SQS_OK);
        CHECK_STATUS(sqs_codec_job_poll(job, &p), SQS_OK);
        CHECK(p.in_bytes == N && p.total_bytes == N && p.frames == 52);
        CHECK_STATUS(sqs_codec_job_stats(job, &stats), SQS_OK);
        CHECK_STATUS(sqs_codec_job_error_detail(job, text, sizeof text, NULL), SQS_OK);
        CHECK(text[0] == 0);
        CHECK_STATUS(sqs_encode_work_bytes(&o, &need), SQS_OK);
        CHECK(stats.raw_bytes == N && stats.ended == 1 && stats.peak_bytes == need && stats.code_ns > 0);
        sqs_codec_job_delete(job);
        const size_t n = load("out", next, sizeof next);
        CHECK(n == stats.coded_bytes);
        if (i == 0) { len = n; memcpy(first, next, n); }
        CHECK(n == len && memcmp(first, next, n) == 0);
        CHECK_STATUS(sqs_encode_file("in", "out", &o, NULL, NULL), SQS_OK);
        CHECK(load("out", next, sizeof next) == len && memcmp(first, next, len) == 0);
    }
    /* The same bytes as from an encoder in memory. */
    sqs_encode_options o = options(1);
    sqs_encoder *e = NULL;
    size_t bytes, align, consumed, put;
    CHECK_STATUS(sqs_encoder_bytes(&o, &bytes, &align), SQS_OK);
    void *mem = malloc(bytes);
    CHECK_STATUS(sqs_encoder_init(mem, bytes, &o, &e, NULL), SQS_OK);
    CHECK_STATUS(sqs_encoder_step(e, raw, N, &consumed, next, sizeof next, &put, SQS_FLOW_END), SQS_END);
    CHECK(put == len && memcmp(first, next, len) == 0);
    free(mem);

    sqs_decode_options d;
    sqs_codec_job *job = NULL;
    sqs_decode_options_init(&d, sizeof d);
    CHECK_STATUS(sqs_decode_file_async("out", "back", &d, &job, NULL), SQS_OK);
    CHECK_STATUS(sqs_codec_job_wait(job, UINT32_MAX), SQS_OK);
    sqs_codec_job_delete(job);
    CHECK(load("back", next, sizeof next) == N && memcmp(raw, next, N) == 0);
    CHECK(remove("back") == 0 && remove("out") == 0);
}

typedef struct { sqs_codec_job *volatile job; int32_t after; int calls, reentered; } watch;

static int32_t progress(void *ctx, const sqs_progress *p)
{
    watch *w = (watch *)ctx;
    w->calls++;
    if (w->job) w->reentered += sqs_codec_job_wait(w->job, 0) == SQS_ERR_REENTRANT;
    if (w->job) w->reentered -= sqs_codec_job_delete(w->job) != SQS_ERR_REENTRANT; /* does nothing in a callback */
    return w->after > 0 && p->frames >= (uint64_t)w->after;
}

static void cancelled(void)
{
    sqs_codec_stats stats = {0};
    sqs_codec_job *job = NULL;
    char text[200];
    stats.struct_size = sizeof stats;
    for (uint32_t threads = 1; threads <= 4; threads++) {
        sqs_encode_options o = options(threads);
        watch w = {NULL, 3, 0, 0};
        o.progress = progress;
        o.ctx = &w;
        CHECK_STATUS(sqs_encode_file_async("in", "out", &o, &job, NULL), SQS_OK);
        w.job = job;
        CHECK_STATUS(sqs_codec_job_wait(job, UINT32_MAX), SQS_ERR_CANCELLED);
        CHECK(w.calls == 3);
        CHECK_STATUS(sqs_codec_job_stats(job, &stats), SQS_OK);
        CHECK(stats.frames == 3 && stats.ended == 0);
        CHECK_STATUS(sqs_codec_job_error_detail(job, text, sizeof text, NULL), SQS_OK);
        CHECK(strstr(text, "cancelled") != NULL);
        sqs_codec_job_delete(job);
        CHECK(scratch_files() == 1);

        /* Cancelled from outside, or by delete, at any time: the output is complete or does not exist. */
        o.progress = NULL;
        CHECK_STATUS(sqs_encode_file_async("in", "out", &o, &job, NULL), SQS_OK);
        CHECK_STATUS(sqs_codec_job_cancel(job), SQS_OK);
        sqs_status s = sqs_codec_job_wait(job, UINT32_MAX);
        CHECK(s == SQS_ERR_CANCELLED || s == SQS_OK);
        CHECK(scratch_files() == (s == SQS_OK ? 2 : 1));
        sqs_codec_job_delete(job);
        CHECK_STATUS(sqs_encode_file_async("in", "out", &o, &job, NULL), SQS_OK);
        sqs_codec_job_delete(job);
        CHECK(scratch_files() == 1 || load("out", next, sizeof next) > N / 2);
        remove("out");
    }
}

static void failed(void)
{
    sqs_encode_options o = options(2);
    sqs_codec_job *job = NULL;
    char text[200];
    CHECK_STATUS(sqs_encode_file_async("none", "out", &o, &job, NULL), SQS_OK);
    CHECK_STATUS(sqs_codec_job_wait(job, UINT32_MAX), SQS_ERR_IO);
    CHECK_STATUS(sqs_codec_job_error_detail(job, text, sizeof text, NULL), SQS_OK);
    CHECK(strstr(text, "errno 2") != NULL);
    sqs_codec_job_delete(job);
}

/* In a process without memory for the stacks of threads; valgrind does not run there either. */
static void no_threads(void)
{
    if (getenv("SQS_VALGRIND") != NULL || getenv("SQS_EMULATOR") != NULL) {
        puts("skipped: no_threads, valgrind and emulators have no memory limit to set");
        return;
    }
    fflush(stdout);
    const pid_t child = fork();
    if (child == 0) {
        sqs_encode_options o = options(40);
        sqs_error error = {0};
        sqs_codec_job *job = NULL;
        struct rlimit limit = {1u << 20, 64u << 20};
        error.struct_size = sizeof error;
        CHECK(setrlimit(RLIMIT_AS, &limit) == 0);
        CHECK_STATUS(sqs_encode_file_async("in", "out", &o, &job, &error), SQS_ERR_IO);
        CHECK(error.os_errno == EAGAIN && job == NULL);
        limit.rlim_cur = limit.rlim_max;
        CHECK(setrlimit(RLIMIT_AS, &limit) == 0);
        /* A call encodes with the threads that it gets. */
        CHECK_STATUS(sqs_encode_file("in", "out", &o, NULL, &error), SQS_OK);
        CHECK(remove("out") == 0);
        fflush(stdout);
        _exit(failures != 0);
    }
    int status = 1;
    CHECK(waitpid(child, &status, 0) == child && status == 0);
    CHECK(scratch_files() == 1);
}

int main(void)
{
    uint32_t s = 1;
    for (size_t i = 0; i < N; i++) {
        s = s * 1664525u + 1013904223u;
        raw[i] = (unsigned char)(i / 300000 % 2 ? s >> 24 : i % 15 / 3 + (s >> 29));
    }
    scratch_begin();
    save("in", raw, N);
    no_threads(); /* first, because stacks of ended threads are kept for later ones */
    handle_comes_first();
    same_bytes();
    cancelled();
    failed();
    scratch_end();
    return DONE();
}
