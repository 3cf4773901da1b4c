/* Threads and signals: a handle may move between threads, only encoding starts threads, and signal handling is unchanged. */
#define _GNU_SOURCE
#include "scratch.h"
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/time.h>

enum { N = 400000 };
static unsigned char raw[N], whole[N + N / 8], cut[N + N / 8];
static size_t whole_len;
static union { uint64_t align; unsigned char bytes[1 << 21]; } memory;

static sqs_encode_options options(uint32_t threads)
{
    sqs_encode_options o;
    sqs_encode_options_init(&o, sizeof o);
    o.identity = 1;
    o.dtype = SQS_I16;
    o.frame_bytes = 16384;
    o.threads = threads;
    return o;
}

/* The number of threads of this process. */
static int threads_now(void)
{
    int n = 0;
    DIR *d = opendir("/proc/self/task");
    for (struct dirent *e; d && (e = readdir(d)) != NULL;) n += e->d_name[0] != '.';
    if (d) closedir(d);
    return n;
}

/* A joined thread may be listed a little longer. */
static int threads_become(int n)
{
    const struct timespec pause = {0, 1000000};
    for (int i = 0; i < 5000 && threads_now() != n; i++) nanosleep(&pause, NULL);
    return threads_now() == n;
}

typedef struct { sqs_encoder *encoder; size_t from, to; } piece;

static void *encode_piece(void *arg)
{
    piece *w = (piece *)arg;
    const size_t n = N - w->from < 50000 ? N - w->from : 50000;
    size_t accepted, put;
    const sqs_status s = sqs_encoder_step(w->encoder, raw + w->from, n, &accepted, cut + w->to, sizeof cut - w->to, &put,
                                          w->from + n == N ? SQS_FLOW_END : SQS_FLOW_CONTINUE);
    w->from += accepted;
    w->to += put;
    return s < 0 ? arg : NULL;
}

/* One encoder, each step on another thread, gives the bytes of sqs_encode_file. */
static void handles_move(void)
{
    const sqs_encode_options o = options(1);
    piece w = {NULL, 0, 0};
    CHECK_STATUS(sqs_encoder_init(memory.bytes, sizeof memory.bytes, &o, &w.encoder, NULL), SQS_OK);
    while (w.from < N) {
        pthread_t thread;
        void *failed = NULL;
        CHECK(pthread_create(&thread, NULL, encode_piece, &w) == 0 && pthread_join(thread, &failed) == 0 && !failed);
    }
    CHECK(w.to == whole_len && memcmp(cut, whole, whole_len) == 0);
}

static void *evaluate(void *arg)
{
    uint32_t id = 0;
    size_t accepted = 0;
    uint64_t got = 0;
    static const float x[1000] = {1, 2, 3};
    float rows[499], sum = 0;
    for (int round = 0; round < 20; round++) {
        sqs_pipeline *p = small(1000, &id);
        sqs_push(p, 0, x, 1000, &accepted);
        sqs_evaluate(p, id, 0, 499, rows, sizeof rows, &got);
        for (size_t i = 0; i < got; i++) sum += rows[i];
        sqs_pipeline_delete(p);
    }
    *(float *)arg = sum;
    return NULL;
}

/* Pipelines of four threads at the same time. */
static void handles_share_nothing(void)
{
    pthread_t threads[4];
    float sums[4];
    for (int i = 0; i < 4; i++) CHECK(pthread_create(&threads[i], NULL, evaluate, &sums[i]) == 0);
    for (int i = 0; i < 4; i++) CHECK(pthread_join(threads[i], NULL) == 0);
    /* 1 + 2 + 3 in the first window, 3 in the second. */
    for (int i = 0; i < 4; i++) CHECK(sums[i] == 20.0f * 9.0f);
}

/* The open descriptors, one bit each; *inherited: those that a program started by exec gets. */
static uint64_t descriptors(uint64_t *inherited)
{
    uint64_t open_now = 0;
    *inherited = 0;
    for (int fd = 0; fd < 64; fd++) {
        const int flags = fcntl(fd, F_GETFD);
        if (flags >= 0) open_now |= (uint64_t)1 << fd;
        if (flags >= 0 && !(flags & FD_CLOEXEC)) *inherited |= (uint64_t)1 << fd;
    }
    return open_now;
}

typedef struct { int most, blocked, caller; pthread_t creator; size_t stack; uint64_t opened, inherited; } seen;

static int32_t look(void *ctx, const sqs_progress *p)
{
    seen *s = (seen *)ctx;
    const int n = threads_now();
    sigset_t mask;
    pthread_attr_t attr;
    (void)p;
    if (n > s->most) s->most = n;
    pthread_sigmask(SIG_SETMASK, NULL, &mask);
    s->blocked = sigismember(&mask, SIGUSR1) == 1 && sigismember(&mask, SIGUSR2) == 0;
    if (pthread_getattr_np(pthread_self(), &attr) == 0) {
        pthread_attr_getstacksize(&attr, &s->stack);
        pthread_attr_destroy(&attr);
    }
    s->opened = descriptors(&s->inherited);
    s->caller = pthread_equal(s->creator, pthread_self()) != 0;
    return 0;
}

/* The number of threads that calls start; they have the caller's signal mask. */
static void threads_of_the_library(void)
{
    const int before = threads_now();
    sigset_t usr1;
    if (getenv("SQS_SANITIZED") != NULL) {
        puts("skipped: threads_of_the_library, ThreadSanitizer starts a thread of its own");
        return;
    }
    sigemptyset(&usr1);
    sigaddset(&usr1, SIGUSR1);
    CHECK(pthread_sigmask(SIG_BLOCK, &usr1, NULL) == 0);
    for (uint32_t threads = 1; threads <= 3; threads++) {
        sqs_encode_options o = options(threads);
        seen s = {0, 0, 0, pthread_self(), 0, 0, 0};
        uint64_t inherited;
        const uint64_t opened = descriptors(&inherited);
        sqs_codec_job *job = NULL;
        o.progress = look;
        o.ctx = &s;
        CHECK_STATUS(sqs_encode_file("in", "out", &o, NULL, NULL), SQS_OK);
        CHECK(s.most == before + (threads == 1 ? 0 : (int)threads) && s.caller && s.blocked);
        CHECK(threads_become(before));
        CHECK(s.opened != opened && s.inherited == inherited); /* input and output, closed by exec */
        s.most = 0;
        CHECK_STATUS(sqs_encode_file_async("in", "out", &o, &job, NULL), SQS_OK);
        CHECK_STATUS(sqs_codec_job_wait(job, UINT32_MAX), SQS_OK);
        CHECK(s.most == before + 1 + (threads == 1 ? 0 : (int)threads) && !s.caller && s.blocked);
        CHECK(getenv("RUST_MIN_STACK") != NULL || s.stack >= 2u << 20); /* the default of Rust's threads */
        sqs_codec_job_delete(job);
        CHECK(threads_become(before));
    }
    CHECK(pthread_sigmask(SIG_UNBLOCK, &usr1, NULL) == 0);
}

static volatile sig_atomic_t alarms;
static void count(int signal) { (void)signal; alarms++; }

static void *feed(void *arg)
{
    FILE *f = fopen("fifo", "wb");
    struct timespec pause = {0, 5000000};
    (void)arg;
    for (size_t at = 0; f && at < N; at += 20000) {
        nanosleep(&pause, NULL);
        fwrite(raw + at, 1, 20000, f);
        fflush(f);
    }
    if (f) fclose(f);
    return NULL;
}

/* A timer interrupts reads from a pipe, without SA_RESTART: the reads are repeated. */
static void interrupted_calls_continue(void)
{
    struct sigaction action, before;
    struct itimerval fast = {{0, 1000}, {0, 1000}}, off = {{0, 0}, {0, 0}};
    const sqs_encode_options o = options(1);
    pthread_t thread;
    sigset_t alarm_set;
    sigemptyset(&alarm_set);
    sigaddset(&alarm_set, SIGALRM);
    memset(&action, 0, sizeof action);
    action.sa_handler = count;
    CHECK(mkfifo("fifo", 0600) == 0 && sigaction(SIGALRM, &action, &before) == 0);
    /* Blocks the signal in the feeding thread. */
    pthread_sigmask(SIG_BLOCK, &alarm_set, NULL);
    CHECK(pthread_create(&thread, NULL, feed, NULL) == 0);
    pthread_sigmask(SIG_UNBLOCK, &alarm_set, NULL);
    setitimer(ITIMER_REAL, &fast, NULL);
    CHECK_STATUS(sqs_encode_file("fifo", "out", &o, NULL, NULL), SQS_OK);
    setitimer(ITIMER_REAL, &off, NULL);
    CHECK(pthread_join(thread, NULL) == 0 && alarms > 10);
    CHECK(load("out", cut, sizeof cut) == whole_len && memcmp(cut, whole, whole_len) == 0);
    sigaction(SIGALRM, &before, NULL);
}

/* Writes past RLIMIT_FSIZE, with SIGXFSZ ignored, and into a pipe return a status, without a signal. */
static void outputs_that_cannot_be(void)
{
    const sqs_encode_options o = options(1);
    sqs_error e;
    struct rlimit before, limit;
    void (*old)(int) = signal(SIGXFSZ, SIG_IGN);
    memset(&e, 0, sizeof e);
    e.struct_size = sizeof e;
    CHECK(getrlimit(RLIMIT_FSIZE, &before) == 0);
    limit = before;
    limit.rlim_cur = 10000;
    CHECK(setrlimit(RLIMIT_FSIZE, &limit) == 0);
    CHECK_STATUS(sqs_encode_file("in", "out", &o, NULL, &e), SQS_ERR_IO);
    CHECK(e.os_errno == EFBIG && setrlimit(RLIMIT_FSIZE, &before) == 0);
    signal(SIGXFSZ, old);
    CHECK_STATUS(sqs_encode_file("in", "fifo", &o, NULL, NULL), SQS_ERR_ARGUMENT);
}

typedef struct { void (*handler[65])(int); sigset_t mask; stack_t stack; } signals;

static signals signals_now(void)
{
    signals s;
    memset(&s, 0, sizeof s);
    for (int i = 1; i < 65; i++) {
        struct sigaction a;
        memset(&a, 0, sizeof a);
        sigaction(i, NULL, &a);
        s.handler[i] = a.sa_handler;
    }
    pthread_sigmask(SIG_SETMASK, NULL, &s.mask);
    sigaltstack(NULL, &s.stack);
    return s;
}

int main(void)
{
    const signals before = signals_now();
    const sqs_encode_options o = options(1);
    for (size_t i = 0; i < N; i++) raw[i] = (unsigned char)(i % 2 ? i / 5000 : i * 2654435761u >> 29);
    scratch_begin();
    save("in", raw, N);
    CHECK_STATUS(sqs_encode_file("in", "out", &o, NULL, NULL), SQS_OK);
    whole_len = load("out", whole, sizeof whole);
    threads_of_the_library();
    handles_move();
    handles_share_nothing();
    interrupted_calls_continue();
    outputs_that_cannot_be();
    const signals after = signals_now();
    CHECK(memcmp(before.handler, after.handler, sizeof before.handler) == 0);
    for (int i = 1; i < 65; i++) CHECK(sigismember(&before.mask, i) == sigismember(&after.mask, i));
    CHECK(before.stack.ss_sp == after.stack.ss_sp && before.stack.ss_flags == after.stack.ss_flags);
    scratch_end();
    return DONE();
}
