/* dlopen and dlclose of the shared library: loaded, used, closed, loaded again. SQS_LIBRARY is its name. */
#define _GNU_SOURCE
#include "scratch.h"

#ifndef SQS_LIBRARY
int main(void)
{
    puts("skipped: the program is linked to the static library");
    return 0;
}
#else
#include <dlfcn.h>
#include <link.h>
#include <pthread.h>

enum { N = 100000 };
static unsigned char raw[N], coded[N + 4096], back[N + 4096];
static union { uint64_t align; unsigned char bytes[1 << 20]; } memory;

static int find(struct dl_phdr_info *info, size_t size, void *found)
{
    (void)size;
    if (strstr(info->dlpi_name, SQS_LIBRARY)) *(int *)found = 1;
    return 0;
}

static int is_mapped(void)
{
    int found = 0;
    dl_iterate_phdr(find, &found);
    return found;
}

/* A function of the library. ISO C has no conversion from object pointers to function pointers. */
#define FUNCTION(type, library, name) (*(type *)&(void *){dlsym(library, name)})

typedef sqs_status (*init_options)(sqs_encode_options *, size_t);
typedef sqs_status (*init_encoder)(void *, size_t, const sqs_encode_options *, sqs_encoder **, sqs_error *);
typedef sqs_status (*step)(sqs_encoder *, const void *, size_t, size_t *, void *, size_t, size_t *, uint32_t);
typedef sqs_status (*encode_file)(const char *, const char *, const sqs_encode_options *, sqs_codec_stats *,
                                  sqs_error *);
typedef sqs_status (*encode_async)(const char *, const char *, const sqs_encode_options *, sqs_codec_job **,
                                   sqs_error *);
typedef sqs_status (*job_wait)(sqs_codec_job *, uint32_t);
typedef sqs_status (*job_free)(sqs_codec_job *);

/* Encodes in memory and to a file; with threads also in a job. */
static void use(void *library, uint32_t threads)
{
    sqs_encode_options o;
    sqs_encoder *e = NULL;
    sqs_codec_job *job = NULL;
    size_t accepted, put = 0;
    const init_options options_init = FUNCTION(init_options, library, "sqs_encode_options_init");
    const init_encoder encoder_init = FUNCTION(init_encoder, library, "sqs_encoder_init");
    const step encoder_step = FUNCTION(step, library, "sqs_encoder_step");
    const encode_file file = FUNCTION(encode_file, library, "sqs_encode_file");
    const encode_async file_async = FUNCTION(encode_async, library, "sqs_encode_file_async");
    const job_wait wait = FUNCTION(job_wait, library, "sqs_codec_job_wait");
    const job_free job_delete = FUNCTION(job_free, library, "sqs_codec_job_delete");
    CHECK_STATUS(options_init(&o, sizeof o), SQS_OK);
    o.frame_bytes = 16384;
    o.identity = 1;
    CHECK_STATUS(encoder_init(memory.bytes, sizeof memory.bytes, &o, &e, NULL), SQS_OK);
    CHECK_STATUS(encoder_step(e, raw, N, &accepted, coded, sizeof coded, &put, SQS_FLOW_END), SQS_END);
    o.threads = threads;
    CHECK_STATUS(file("in", "out", &o, NULL, NULL), SQS_OK);
    CHECK(load("out", back, sizeof back) == put && memcmp(back, coded, put) == 0);
    if (threads > 1) {
        CHECK_STATUS(file_async("in", "out", &o, &job, NULL), SQS_OK);
        CHECK_STATUS(wait(job, UINT32_MAX), SQS_OK);
        job_delete(job);
    }
}

static void open_use_close(uint32_t threads)
{
    void *library = dlopen(SQS_LIBRARY, RTLD_NOW | RTLD_LOCAL);
    CHECK(library != NULL && is_mapped());
    if (library) {
        use(library, threads);
        CHECK(dlclose(library) == 0);
    }
}

/* Calls that start threads register a destructor for the calling thread. The library stays loaded until that thread ends. */
static void *open_in_a_thread(void *arg)
{
    (void)arg;
    open_use_close(2);
    CHECK(is_mapped());
    return NULL;
}

int main(void)
{
    pthread_t thread;
    for (size_t i = 0; i < N; i++) raw[i] = (unsigned char)(i % 251 * (i / 1000));
    scratch_begin();
    save("in", raw, N);
    CHECK(!is_mapped());
    for (int i = 0; i < 3; i++) {
        open_use_close(1);
        CHECK(!is_mapped());
    }
    CHECK(pthread_create(&thread, NULL, open_in_a_thread, NULL) == 0 && pthread_join(thread, NULL) == 0);
    open_use_close(1); /* the next dlclose unmaps it */
    CHECK(!is_mapped());
    for (int i = 0; i < 3; i++) {
        open_use_close(2);
        CHECK(is_mapped());
    }
    scratch_end();
    return DONE();
}
#endif
