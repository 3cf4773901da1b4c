/* A file beyond RLIMIT_FSIZE: an error with EFBIG. The process lives, its signals are as before, no file remains, and an
 * earlier output is unchanged. sqs_decode_file() needs little stack. */
#define _XOPEN_SOURCE 700
#include "scratch.h"
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>

enum { N = 1 << 20, LIMIT = 100000, SMALL_STACK = 96 << 10 };
static unsigned char raw[N], coded[2 * N];

static void limit(rlim_t bytes)
{
    struct rlimit r;
    CHECK(getrlimit(RLIMIT_FSIZE, &r) == 0);
    r.rlim_cur = bytes;
    CHECK(setrlimit(RLIMIT_FSIZE, &r) == 0);
}

static void refused(const char *what, sqs_status s, const sqs_error *e)
{
    char old[8] = "";
    checks++;
    if (s != SQS_ERR_IO || (e && e->os_errno != EFBIG)) {
        failures++;
        printf("%s: status %d, errno %d\n", what, (int)s, e ? (int)e->os_errno : 0);
    }
    CHECK(load("old", old, sizeof old) == 3 && memcmp(old, "old", 3) == 0);
}

static int limited(void)
{
    sqs_encode_options o;
    sqs_decode_options d;
    sqs_error e;
    sqs_codec_job *job = NULL;
    uint32_t id;
    size_t n;
    char text[160] = "";
    struct sigaction action;
    const int files = scratch_files();
    sqs_encode_options_init(&o, sizeof o);
    sqs_decode_options_init(&d, sizeof d);
    memset(&e, 0, sizeof e);
    e.struct_size = sizeof e;
    CHECK(signal(SIGXFSZ, SIG_DFL) != SIG_ERR);
    limit(LIMIT);
    refused("encode", sqs_encode_file("raw", "old", &o, NULL, &e), &e);
    o.threads = 4;
    e.os_errno = 0;
    refused("encode, 4 threads", sqs_encode_file("raw", "old", &o, NULL, &e), &e);
    e.os_errno = 0;
    refused("decode", sqs_decode_file("coded", "old", &d, NULL, &e), &e);
    CHECK_STATUS(sqs_encode_file_async("raw", "old", &o, &job, NULL), SQS_OK);
    refused("job", sqs_codec_job_wait(job, UINT32_MAX), NULL);
    sqs_codec_job_error_detail(job, text, sizeof text, NULL);
    CHECK(strstr(text, "errno") != NULL);
    sqs_codec_job_delete(job);

    sqs_pipeline *p = small(N / 4, &id);
    sqs_request r = all_of(id);
    float *x = (float *)(void *)coded;
    for (int i = 0; i < N / 4; i++) x[i] = (float)((unsigned)i * 2654435761u % 1000003u) * 1.37e-3f;
    CHECK_STATUS(sqs_push(p, 0, x, N / 4, &n), SQS_OK);
    CHECK_STATUS(sqs_push_end(p, 0), SQS_OK);
    refused("rows", sqs_evaluate_to_file(p, &r, "old", &o, NULL), NULL);
    sqs_pipeline_delete(p);

    CHECK(scratch_files() == files);
    CHECK(sigaction(SIGXFSZ, NULL, &action) == 0 && action.sa_handler == SIG_DFL);
    /* Within the limit all is well. */
    limit(RLIM_INFINITY);
    CHECK_STATUS(sqs_encode_file("raw", "new", &o, NULL, NULL), SQS_OK);
    return failures != 0;
}

static void *decode(void *ctx)
{
    sqs_decode_options d;
    (void)ctx;
    sqs_decode_options_init(&d, sizeof d);
    CHECK_STATUS(sqs_decode_file("coded", "back", &d, NULL, NULL), SQS_OK);
    return NULL;
}

static void little_stack(void)
{
    pthread_attr_t a;
    pthread_t t;
    CHECK(pthread_attr_init(&a) == 0);
    if (pthread_attr_setstacksize(&a, SMALL_STACK) != 0) return;
    CHECK(pthread_create(&t, &a, decode, NULL) == 0 && pthread_join(t, NULL) == 0);
    CHECK(load("back", coded, sizeof coded) == N && memcmp(coded, raw, N) == 0);
}

int main(void)
{
    sqs_encode_options o;
    uint32_t seed = 7;
    int status = 0;
    scratch_begin();
    for (int i = 0; i < N; i++) raw[i] = (unsigned char)((seed = seed * 1664525u + 1013904223u) >> 24);
    save("raw", raw, sizeof raw);
    save("old", "old", 3);
    sqs_encode_options_init(&o, sizeof o);
    CHECK_STATUS(sqs_encode_file("raw", "coded", &o, NULL, NULL), SQS_OK);
    little_stack();
    remove("back");
    fflush(stdout);
    const pid_t pid = fork();
    if (pid == 0) {
        const int failed = limited();
        fflush(stdout);
        exit(failed); /* frees what threads have left, which _exit() does not */
    }
    CHECK(pid > 0 && waitpid(pid, &status, 0) == pid);
    CHECK(WIFEXITED(status) && WEXITSTATUS(status) == 0);
    scratch_end();
    return DONE();
}
