#define _GNU_SOURCE
/* Identities of streams, where streams end, and inputs that are no streams. */
#include "scratch.h"
#include <signal.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>

enum { N = 200000 };
static unsigned char raw[N], coded[3][2 * N], joined[6 * N], back[2 * N];

static sqs_encode_options encoding(uint64_t identity)
{
    sqs_encode_options o;
    sqs_encode_options_init(&o, sizeof o);
    o.dtype = SQS_I16;
    o.frame_bytes = 16384;
    o.identity = identity;
    return o;
}

static sqs_decode_options decoding(uint32_t flags)
{
    sqs_decode_options o;
    sqs_decode_options_init(&o, sizeof o);
    o.flags = flags;
    return o;
}

static sqs_codec_stats no_stats(void)
{
    sqs_codec_stats s = {0};
    s.struct_size = sizeof s;
    return s;
}

/* Encodes the samples; returns the number of bytes. */
static size_t encode(uint64_t identity, unsigned char *to, uint64_t *got)
{
    const sqs_encode_options o = encoding(identity);
    sqs_codec_stats stats = no_stats();
    CHECK_STATUS(sqs_encode_file("raw", "out", &o, &stats, NULL), SQS_OK);
    CHECK(stats.identity != 0 && stats.version == 2);
    *got = stats.identity;
    return load("out", to, sizeof coded[0]);
}

/* Streams of the same samples, which begin alike, have different identities unless they are given. */
static void identities(void)
{
    uint64_t a, b, c;
    const size_t n = encode(0, coded[0], &a);
    CHECK(encode(0, coded[1], &b) == n && a != b);
    CHECK(memcmp(coded[0] + 9, coded[1] + 9, 8) != 0 && memcmp(coded[0] + 17, coded[1] + 17, 14) == 0);
    CHECK(encode(77, coded[0], &c) == n && c == 77 && encode(77, coded[1], &c) == n);
    CHECK(memcmp(coded[0], coded[1], n) == 0);

    /* A forked child draws others than its parent. */
    uint64_t *drawn = (uint64_t *)mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANON, -1, 0);
    CHECK(drawn != MAP_FAILED);
    fflush(stdout);
    const pid_t child = fork();
    encode(0, coded[0], &drawn[child == 0]);
    if (child == 0) { fflush(stdout); _exit(failures != 0); }
    int status = 1;
    CHECK(waitpid(child, &status, 0) == child && status == 0 && drawn[0] != drawn[1]);
    munmap(drawn, 4096);

    /* A decoder takes frames of the given identity alone. What is no such frame is damage. */
    sqs_decode_options o = decoding(SQS_DECODE_IDENTITY);
    sqs_codec_stats stats = no_stats();
    o.identity = 78;
    save("coded", coded[1], n);
    CHECK_STATUS(sqs_decode_file("coded", "back", &o, &stats, NULL), SQS_ERR_DAMAGED);
    CHECK(stats.frames == 0 && stats.raw_bytes == 0 && access("back", F_OK) != 0);
    o.flags |= SQS_DECODE_RECOVER;
    CHECK_STATUS(sqs_decode_file("coded", "back", &o, &stats, NULL), SQS_ERR_DAMAGED);
    CHECK(stats.frames == 0 && stats.foreign_frames == N / 16384 + 2);
    o.identity = 77;
    CHECK_STATUS(sqs_decode_file("coded", "back", &o, &stats, NULL), SQS_OK);
    CHECK(stats.foreign_frames == 0 && stats.missing_bytes == 0 && stats.identity == 77 && stats.uncertain == 0);
    o.flags = SQS_DECODE_IDENTITY;
    CHECK_STATUS(sqs_decode_file("coded", "back", &o, &stats, NULL), SQS_OK);
    CHECK(stats.identity == 77 && load("back", back, sizeof back) == N && memcmp(back, raw, N) == 0);
    remove("back");
}

/* A new recording that was cut off, over an old one that begins with the same bytes: new frames, then nothing. */
static void over_an_old_one(void)
{
    uint64_t a, b;
    const size_t n = encode(0, coded[0], &a), cut = n / 2;
    CHECK(encode(0, coded[1], &b) == n);
    memcpy(joined, coded[1], cut);
    memcpy(joined + cut, coded[0] + cut, n - cut);
    save("coded", joined, n);
    sqs_codec_stats stats = no_stats();
    sqs_decode_options o = decoding(0);
    CHECK_STATUS(sqs_decode_file("coded", "back", &o, &stats, NULL), SQS_ERR_DAMAGED);
    o.flags = SQS_DECODE_RECOVER;
    CHECK_STATUS(sqs_decode_file("coded", "back", &o, &stats, NULL), SQS_OK);
    CHECK(stats.ended == 0 && stats.identity == b && stats.foreign_frames > 3);
    const size_t got = load("back", back, sizeof back);
    CHECK(got == stats.raw_bytes && got > 16384 && got < N && memcmp(back, raw, got) == 0);
    remove("back");
}

typedef struct { const unsigned char *from; size_t len, at; int seeks; unsigned char *to; } pipes;

static int32_t get(void *ctx, void *dst, size_t cap, size_t *got)
{
    pipes *p = (pipes *)ctx;
    *got = p->len - p->at < cap ? p->len - p->at : cap;
    memcpy(dst, p->from + p->at, *got);
    p->at += *got;
    return 0;
}

static int32_t put(void *ctx, uint64_t offset, const void *data, size_t n)
{
    memcpy(((pipes *)ctx)->to + offset, data, n);
    return 0;
}

static int32_t seek(void *ctx, uint64_t offset)
{
    ((pipes *)ctx)->at = (size_t)offset;
    ((pipes *)ctx)->seeks++;
    return 0;
}

/* Two streams with zeros between and text after them: the first one by default, all by a flag. */
static void one_after_another(void)
{
    uint64_t id;
    const size_t a = encode(1, coded[0], &id), b = encode(2, coded[1], &id);
    const char text[] = "that is all";
    size_t n = 0;
    memcpy(joined, coded[0], a); n += a;
    memset(joined + n, 0, 1000); n += 1000;
    memcpy(joined + n, coded[1], b); n += b;
    memcpy(joined + n, text, sizeof text); n += sizeof text;
    save("coded", joined, n);

    sqs_decode_options o = decoding(0);
    sqs_codec_stats stats = no_stats();
    CHECK_STATUS(sqs_decode_file("coded", "back", &o, &stats, NULL), SQS_OK);
    CHECK(load("back", back, sizeof back) == N && memcmp(back, raw, N) == 0);
    CHECK(stats.used_bytes == a && stats.trailing_bytes == n - a && stats.streams == 1 && stats.identity == 1);
    o.first = N - 5;
    CHECK_STATUS(sqs_decode_file("coded", "back", &o, &stats, NULL), SQS_OK);
    CHECK(load("back", back, sizeof back) == 5 && stats.used_bytes == a && stats.trailing_bytes == n - a);

    o = decoding(SQS_DECODE_ALL);
    CHECK_STATUS(sqs_decode_file("coded", "back", &o, &stats, NULL), SQS_OK);
    CHECK(load("back", back, sizeof back) == 2 * N && memcmp(back, raw, N) == 0 && memcmp(back + N, raw, N) == 0);
    CHECK(stats.streams == 2 && stats.trailing_bytes == 1000 + sizeof text && stats.length_bytes == 2 * N);
    CHECK(stats.used_bytes == n - sizeof text);
    o.first = N - 7;
    o.count = 20;
    CHECK_STATUS(sqs_decode_file("coded", "back", &o, &stats, NULL), SQS_OK);
    CHECK(load("back", back, sizeof back) == 20 && memcmp(back, raw + N - 7, 7) == 0 && memcmp(back + 7, raw, 13) == 0);
    o.count = N + 8;
    CHECK_STATUS(sqs_decode_file("coded", "back", &o, &stats, NULL), SQS_ERR_RANGE);

    /* In steps: exactly the stream is consumed, whatever the cuts of the input are. */
    static union { uint64_t align; unsigned char bytes[1 << 20]; } memory;
    for (size_t cut = 1; cut <= n; cut = cut * 7 + 3) {
        sqs_decoder *d = NULL;
        size_t at = 0, got = 0, consumed, written;
        uint64_t offset;
        sqs_status s;
        o = decoding(0);
        CHECK_STATUS(sqs_decoder_init(memory.bytes, sizeof memory.bytes, &o, &d, NULL), SQS_OK);
        do {
            const size_t some = n - at < cut ? n - at : cut;
            s = sqs_decoder_step(d, joined + at, some, &consumed, back + got, sizeof back - got, &written, &offset,
                                 SQS_FLOW_CONTINUE);
            at += consumed;
            got += written;
        } while (s == SQS_OK || s == SQS_AGAIN);
        CHECK(s == SQS_END && at == a && got == N);
        CHECK_STATUS(sqs_decoder_stats(d, &stats), SQS_OK);
        CHECK(stats.used_bytes == a && stats.coded_bytes == a);
    }
    remove("back");
}

/* What is found is named, no file is written, and an existing one is unchanged. */
static void not_ours(void)
{
    static const struct { const char *bytes; size_t n; const char *text; } other[] = {
        {"", 0, "empty"}, {"a,b\n1,2\n", 8, "text"}, {"\x1f\x8b\x08\0\0\0\0\0\0\3", 10, "gzip"},
        {"RIFF\x24\0\0\0WAVEfmt ", 16, "WAV"}, {"\0\0\0\0\0\0", 6, "zeros"}, {"PK\3\4....", 8, "ZIP"},
        {"\1\2\3\xf5\x53\x51\xb2", 7, "no frames"},
    };
    uint64_t id;
    char text[16];
    save("back", "good", 4);
    for (size_t i = 0; i < sizeof other / sizeof *other; i++) {
        save("coded", other[i].bytes, other[i].n);
        for (uint32_t flags = 0; flags <= SQS_DECODE_RECOVER; flags++) {
            const sqs_decode_options o = decoding(flags);
            sqs_error error = {0};
            error.struct_size = sizeof error;
            CHECK_STATUS(sqs_decode_file("coded", "back", &o, NULL, &error), SQS_ERR_FORMAT);
            CHECK(strstr(error.text, other[i].text) != NULL);
            CHECK(load("back", text, sizeof text) == 4 && memcmp(text, "good", 4) == 0);
        }
    }
    /* A stream of which nothing is left is damaged, and replaces nothing either. */
    encode(3, coded[0], &id);
    save("coded", coded[0], 45);
    const sqs_decode_options o = decoding(SQS_DECODE_RECOVER);
    CHECK_STATUS(sqs_decode_file("coded", "back", &o, NULL, NULL), SQS_ERR_DAMAGED);
    CHECK(load("back", text, sizeof text) == 4 && memcmp(text, "good", 4) == 0);
    remove("back");
}

/* Through functions, with a seek function and without; damage before a range does not matter. */
static void ranges(void)
{
    uint64_t id, length = 0;
    const size_t n = encode(4, coded[0], &id);
    pipes p = {coded[0], n, 0, 0, back};
    sqs_stream s = {0};
    s.struct_size = sizeof s;
    s.read = get;
    s.write = put;
    s.ctx = &p;
    coded[0][n / 4] ^= 1;
    sqs_decode_options o = decoding(0);
    sqs_codec_stats stats = no_stats();
    o.first = N - 3000;
    for (int seeks = 0; seeks < 2; seeks++) {
        p.at = 0;
        s.seek = seeks ? seek : NULL;
        s.total_bytes = n;
        CHECK_STATUS(sqs_decode_stream(&s, &o, &length, &stats, NULL), SQS_OK);
        CHECK(length == 3000 && memcmp(back, raw + N - 3000, 3000) == 0 && stats.missing_bytes == 0);
        CHECK(stats.used_bytes == n && stats.trailing_bytes == 0);
        CHECK(seeks ? p.seeks > 0 && stats.coded_bytes < n / 4 : p.seeks == 0 && stats.coded_bytes == n);
    }
    /* In the range it does. */
    o.first = N / 8;
    p.at = 0;
    CHECK_STATUS(sqs_decode_stream(&s, &o, &length, &stats, NULL), SQS_ERR_DAMAGED);
    /* A range that ends after a stream that was cut off has missing bytes. */
    coded[0][n / 4] ^= 1;
    p.len = n - 100;
    s.total_bytes = p.len;
    o = decoding(SQS_DECODE_RECOVER);
    o.first = N - 30000;
    o.count = 30000;
    p.at = 0;
    CHECK_STATUS(sqs_decode_stream(&s, &o, &length, &stats, NULL), SQS_OK);
    CHECK(length == 30000 && stats.missing_bytes > 0 && stats.missing_ranges == 1);
}

/* A range that begins after the end of the original is refused, whatever is damaged before and however it is read. */
static void after_the_end(void)
{
    uint64_t id;
    const size_t n = encode(9, coded[0], &id);
    for (int damage = 0; damage < 4; damage++) {
        memcpy(joined, coded[0], n);
        if (damage == 1) joined[60] ^= 1;
        if (damage == 2) joined[n / 2] ^= 1;
        if (damage == 3) memset(joined, 0, n / 2);
        for (int way = 0; way < 6; way++) {
            for (uint64_t past = 1; past < 4 * N; past = past * 5 + 1) {
                sqs_decode_options o = decoding(way & 1 ? SQS_DECODE_RECOVER : 0);
                pipes p = {joined, n, 0, 0, back};
                const sqs_stream s = {sizeof s, 0, get, put, &p, n, way / 2 == 1 ? seek : NULL};
                uint64_t length = 1;
                o.first = N + past;
                if (way < 4) {
                    CHECK_STATUS(sqs_decode_stream(&s, &o, &length, NULL, NULL), SQS_ERR_RANGE);
                } else {
                    save("coded", joined, n);
                    CHECK_STATUS(sqs_decode_file("coded", "back", &o, NULL, NULL), SQS_ERR_RANGE);
                }
            }
        }
    }
}

/* Fewer threads than requested, down to none, give the same bytes. */
static void few_threads(void)
{
    uint64_t id;
    if (getenv("SQS_VALGRIND") != NULL || getenv("SQS_EMULATOR") != NULL) {
        puts("skipped: few_threads, valgrind and emulators have no memory limit to set");
        return;
    }
    const size_t n = encode(5, coded[0], &id);
    fflush(stdout);
    for (rlim_t extra = 0; extra <= 12; extra += 6) {
        const pid_t child = fork();
        if (child == 0) {
            static unsigned char memory[8 << 20];
            struct rlimit limit;
            unsigned long pages = 0;
            FILE *f = fopen("/proc/self/statm", "r");
            CHECK(f && fscanf(f, "%lu", &pages) == 1);
            if (f) fclose(f);
            limit.rlim_cur = limit.rlim_max = (rlim_t)pages * (rlim_t)sysconf(_SC_PAGESIZE) + (extra << 20);
            sqs_encode_options o = encoding(5);
            o.threads = 16;
            o.memory = memory + (8 - ((uintptr_t)memory & 7) % 8);
            o.memory_bytes = sizeof memory - 8;
            CHECK(setrlimit(RLIMIT_AS, &limit) == 0);
            CHECK_STATUS(sqs_encode_file("raw", "few", &o, NULL, NULL), SQS_OK);
            CHECK(load("few", coded[1], sizeof coded[1]) == n && memcmp(coded[0], coded[1], n) == 0);
            fflush(stdout);
            _exit(failures != 0);
        }
        int status = 1;
        CHECK(waitpid(child, &status, 0) == child && status == 0);
    }
    remove("few");
}

int main(void)
{
    uint32_t r = 1;
    scratch_begin();
    /* A long silence, and then a signal. */
    for (size_t i = 66000; i < N; i++) {
        r = r * 1664525 + 1013904223;
        raw[i] = i % 2 ? (unsigned char)(i >> 13) : (unsigned char)(r >> 27);
    }
    save("raw", raw, N);
    identities();
    over_an_old_one();
    one_after_another();
    not_ours();
    ranges();
    after_the_end();
    few_threads();
    scratch_end();
    return DONE();
}
