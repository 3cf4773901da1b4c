#define _XOPEN_SOURCE 700
/* Files: encode, decode, ranges, refusals, and no file remains after an error. */
#include "scratch.h"
#include <errno.h>
#include <signal.h>
#include <sys/resource.h>

enum { SAMPLES = 300001 };
static int16_t x[SAMPLES], y[SAMPLES];

/* After each error no new file exists, and an existing one is unchanged. */
static void refused(const sqs_encode_options *e)
{
    sqs_codec_stats stats = {0};
    sqs_error error = {0};
    struct rlimit old, small;
    sqs_decode_options d;
    const int files = scratch_files();
    stats.struct_size = sizeof stats;
    error.struct_size = sizeof error;
    CHECK_STATUS(sqs_decode_options_init(&d, sizeof d), SQS_OK);

    CHECK_STATUS(sqs_encode_file("in.raw", "no/such/o", e, &stats, &error), SQS_ERR_IO);
    CHECK(error.os_errno == ENOENT);
    CHECK_STATUS(sqs_encode_file(".", "o", e, &stats, &error), SQS_ERR_IO);
    CHECK(error.os_errno == EISDIR);
    CHECK_STATUS(sqs_encode_file("in.raw", ".", e, &stats, &error), SQS_ERR_ARGUMENT);
    CHECK_STATUS(sqs_encode_file("in.raw", "/dev/full", e, &stats, &error), SQS_ERR_ARGUMENT);
    CHECK(error.os_errno == 0);
    CHECK_STATUS(sqs_decode_file("in.raw", "o", &d, &stats, &error), SQS_ERR_FORMAT);
    CHECK(error.os_errno == 0 && error.text[0] != 0);

    /* The output grows too large after two frames; an existing output is unchanged. */
    save("o", "before", 6);
    CHECK(getrlimit(RLIMIT_FSIZE, &old) == 0 && signal(SIGXFSZ, SIG_IGN) != SIG_ERR);
    small = old;
    small.rlim_cur = 40000;
    CHECK(setrlimit(RLIMIT_FSIZE, &small) == 0);
    for (uint32_t threads = 1; threads <= 3; threads += 2) {
        sqs_encode_options more = *e;
        more.threads = threads;
        more.codec = SQS_CODEC_STORED;
        CHECK_STATUS(sqs_encode_file("in.raw", "o", &more, &stats, &error), SQS_ERR_IO);
        CHECK(error.os_errno == EFBIG && stats.frames == 1 && stats.ended == 0);
    }
    CHECK_STATUS(sqs_decode_file("out.sqs", "o", &d, &stats, &error), SQS_ERR_IO);
    CHECK(error.os_errno == EFBIG);
    CHECK(setrlimit(RLIMIT_FSIZE, &old) == 0);
    char text[8];
    CHECK(load("o", text, sizeof text) == 6 && memcmp(text, "before", 6) == 0);
    CHECK(scratch_files() == files + 1);

    /* In caller memory; one byte less than reported is refused. */
    static union { uint64_t align; unsigned char b[1 << 20]; } mem;
    sqs_encode_options own = *e;
    size_t need = 0;
    own.threads = 3;
    CHECK_STATUS(sqs_encode_work_bytes(&own, &need), SQS_OK);
    own.memory = mem.b;
    own.memory_bytes = need - 1;
    CHECK(need < sizeof mem.b);
    CHECK_STATUS(sqs_encode_file("in.raw", "o", &own, &stats, &error), SQS_ERR_MEMORY);
    own.memory_bytes = need;
    memset(mem.b, 0xa5, sizeof mem.b);
    CHECK_STATUS(sqs_encode_file("in.raw", "o", &own, &stats, &error), SQS_OK);
    CHECK(mem.b[need] == 0xa5 && stats.peak_bytes == need);
    CHECK(load("o", x, sizeof x) == load("out.sqs", y, sizeof y) && memcmp(x, y, (size_t)stats.coded_bytes) == 0);
    load("in.raw", x, sizeof x);
    CHECK_STATUS(sqs_decode_work_bytes(&d, &need), SQS_OK);
    d.memory = mem.b;
    d.memory_bytes = need - 1;
    CHECK_STATUS(sqs_decode_file("out.sqs", "o", &d, &stats, &error), SQS_ERR_MEMORY);
    d.memory_bytes = need;
    CHECK_STATUS(sqs_decode_file("out.sqs", "o", &d, &stats, &error), SQS_OK);
    CHECK(remove("o") == 0 && scratch_files() == files);
}

typedef struct { const unsigned char *from; size_t left, most; unsigned char *to; uint64_t made; int fail; } pipes;

static int32_t get(void *ctx, void *dst, size_t cap, size_t *got)
{
    pipes *p = (pipes *)ctx;
    size_t n = p->left < p->most ? p->left : p->most;
    n = n < cap ? n : cap;
    memcpy(dst, p->from, n);
    p->from += n;
    p->left -= n;
    *got = n;
    return p->fail == 1 ? 77 : 0;
}

static int32_t put(void *ctx, uint64_t offset, const void *data, size_t n)
{
    pipes *p = (pipes *)ctx;
    CHECK(offset == p->made);
    memcpy(p->to + offset, data, n);
    p->made += n;
    return p->fail == 2 ? 78 : 0;
}

static int32_t count_progress(void *ctx, const sqs_progress *p)
{
    uint64_t *seen = (uint64_t *)ctx;
    CHECK(p->in_bytes >= *seen && p->total_bytes >= p->in_bytes);
    *seen = p->in_bytes;
    return *seen > 400000;
}

/* Through functions; checking only; cancelled by progress. */
static void streams(const sqs_encode_options *e)
{
    static unsigned char coded[2 * sizeof x];
    sqs_codec_stats stats = {0};
    sqs_error error = {0};
    sqs_decode_options d;
    uint64_t length = 0, seen = 0;
    stats.struct_size = sizeof stats;
    error.struct_size = sizeof error;
    sqs_decode_options_init(&d, sizeof d);
    pipes p = {(const unsigned char *)x, sizeof x, 1000, coded, 0, 0};
    sqs_stream s = {0};
    s.struct_size = sizeof s;
    s.read = get;
    s.write = put;
    s.ctx = &p;
    CHECK_STATUS(sqs_encode_stream(&s, e, &stats, &error), SQS_OK);
    const size_t len = load("out.sqs", y, sizeof y);
    CHECK(p.made == len && memcmp(coded, y, len) == 0); /* the same bytes as in the file */
    pipes q = {coded, len, 77, (unsigned char *)y, 0, 0};
    s.ctx = &q;
    CHECK_STATUS(sqs_decode_stream(&s, &d, &length, &stats, &error), SQS_OK);
    CHECK(length == sizeof x && q.made == length && memcmp(x, y, sizeof x) == 0);
    q.from = coded; q.left = len;
    s.write = NULL;
    CHECK_STATUS(sqs_decode_stream(&s, &d, NULL, &stats, &error), SQS_OK);
    CHECK(stats.raw_bytes == sizeof x && q.made == length);
    q.from = coded; q.left = len - 1;
    CHECK_STATUS(sqs_decode_stream(&s, &d, NULL, &stats, &error), SQS_ERR_DAMAGED);

    s.write = put;
    for (int fail = 1; fail <= 2; fail++) {
        pipes r = {(const unsigned char *)x, sizeof x, 1000, coded, 0, fail};
        s.ctx = &r;
        CHECK_STATUS(sqs_encode_stream(&s, e, &stats, &error), SQS_ERR_CALLBACK);
        CHECK(strstr(error.text, fail == 1 ? "77" : "78") != NULL);
    }
    pipes r = {(const unsigned char *)x, sizeof x, 1000, coded, 0, 0};
    sqs_encode_options watched = *e;
    watched.progress = count_progress;
    watched.ctx = &seen;
    s.ctx = &r;
    s.total_bytes = sizeof x;
    CHECK_STATUS(sqs_encode_stream(&s, &watched, &stats, &error), SQS_ERR_CANCELLED);
    CHECK(seen > 400000 && seen < sizeof x);
}

int main(void)
{
    scratch_begin();
    for (int i = 0; i < SAMPLES; i++) x[i] = (int16_t)((i * 7) % 1000 - i % 13);
    save("in.raw", x, sizeof x);

    sqs_encode_options e;
    sqs_decode_options d;
    sqs_codec_stats stats = {0};
    sqs_error error = {0};
    stats.struct_size = sizeof stats;
    error.struct_size = sizeof error;
    CHECK_STATUS(sqs_encode_options_init(&e, sizeof e), SQS_OK);
    e.identity = 1;
    CHECK_STATUS(sqs_decode_options_init(&d, sizeof d), SQS_OK);
    e.dtype = SQS_I16;
    e.channels = 2;
    e.index_entries = 100;
    CHECK_STATUS(sqs_encode_file("in.raw", "out.sqs", &e, &stats, &error), SQS_OK);
    CHECK(stats.raw_bytes == sizeof x && stats.ended == 1 && stats.ratio_milli > 1000 && stats.wall_ns > 0);
    CHECK(stats.frames == stats.stored_frames + stats.numeric_frames && stats.composite_glyphs >= stats.numeric_frames);
    CHECK_STATUS(sqs_decode_file("out.sqs", "back.raw", &d, &stats, &error), SQS_OK);
    CHECK(stats.length_bytes == sizeof x && stats.dtype == SQS_I16 && stats.channels == 2 && stats.missing_bytes == 0);
    CHECK(load("back.raw", y, sizeof y) == sizeof y && memcmp(x, y, sizeof y) == 0);

    d.first = 123457;
    d.count = 77777;
    CHECK_STATUS(sqs_decode_file("out.sqs", "part.raw", &d, &stats, &error), SQS_OK);
    CHECK(load("part.raw", y, sizeof y) == 77777 && memcmp((char *)x + 123457, y, 77777) == 0);
    CHECK(stats.frames <= 5); /* the frames of 32 KiB that hold 77777 bytes, and one more */

    CHECK_STATUS(sqs_encode_file("none", "o", &e, &stats, &error), SQS_ERR_IO);
    CHECK(error.status == SQS_ERR_IO && error.os_errno == 2 && strstr(error.text, "errno 2"));
    CHECK_STATUS(sqs_encode_file("in.raw", "./in.raw", &e, NULL, NULL), SQS_ERR_ARGUMENT);
    CHECK(load("in.raw", y, sizeof y) == sizeof y && memcmp(x, y, sizeof y) == 0);
    refused(&e);
    streams(&e);
    scratch_end();
    return DONE();
}
