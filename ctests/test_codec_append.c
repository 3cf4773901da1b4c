/* Streams that were cut off at any byte and continued, in steps and as streams, in frame groups, with and without a gap. */
#include "check.h"

enum { N = 60000, ROW = 4, CAP = 2 * N };
static union { uint64_t align; unsigned char b[1 << 20]; } mem;
static unsigned char raw[N], coded[CAP], rest[CAP], again[CAP], back[N];

typedef struct { const unsigned char *from; size_t len, at; unsigned char *to; size_t end; } pipes;

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
    pipes *p = (pipes *)ctx;
    CHECK(offset + n <= N);
    memcpy(p->to + offset, data, n);
    return 0;
}

static int32_t add(void *ctx, uint64_t offset, const void *data, size_t n)
{
    pipes *p = (pipes *)ctx;
    CHECK(offset == p->end);
    memcpy(p->to + offset, data, n);
    p->end += n;
    return 0;
}

static int32_t seek(void *ctx, uint64_t offset)
{
    ((pipes *)ctx)->at = (size_t)offset;
    return 0;
}

static sqs_stream stream_of(pipes *p)
{
    sqs_stream s = {0};
    s.struct_size = sizeof s;
    s.read = get;
    s.ctx = p;
    s.total_bytes = p->len;
    return s;
}

static sqs_codec_stats no_stats(void)
{
    sqs_codec_stats s = {0};
    s.struct_size = sizeof s;
    return s;
}

static sqs_encode_options encoding(uint32_t group)
{
    sqs_encode_options o;
    sqs_encode_options_init(&o, sizeof o);
    o.dtype = SQS_I16;
    o.channels = ROW / 2;
    o.frame_bytes = 16384;
    o.identity = 7;
    o.index_entries = 5;
    o.restart_interval = group;
    return o;
}

static size_t in_steps(const sqs_encode_options *o, const unsigned char *from, size_t n, unsigned char *to)
{
    sqs_encoder *e = NULL;
    size_t at = 0, consumed, written;
    sqs_status s;
    CHECK_STATUS(sqs_encoder_init(mem.b, sizeof mem.b, o, &e, NULL), SQS_OK);
    do {
        s = sqs_encoder_step(e, from, n, &consumed, to + at, CAP - at, &written, SQS_FLOW_END);
        from += consumed;
        n -= consumed;
        at += written;
    } while (s == SQS_AGAIN);
    CHECK(s == SQS_END);
    return at;
}

/* Cuts a stream, continues it after `gap` bytes, and checks all of it. */
static void continued(uint32_t group, size_t cut, size_t gap)
{
    sqs_encode_options o = encoding(group);
    sqs_decode_options d;
    sqs_codec_stats stats = no_stats();
    uint64_t length = 0;
    const size_t n = in_steps(&o, raw, N, coded);
    CHECK(cut < n);
    sqs_decode_options_init(&d, sizeof d);
    d.flags = SQS_DECODE_RECOVER;
    pipes p = {coded, cut, 0, back, 0};
    sqs_stream s = stream_of(&p);
    (void)sqs_decode_stream(&s, &d, &length, &stats, NULL);
    const size_t end = (size_t)(stats.raw_bytes + stats.missing_bytes), used = (size_t)stats.used_bytes;
    CHECK(stats.ended == 0 && used <= cut && end % ROW == 0 && end <= N);
    if (end + gap > N) return;

    o.first = end + gap;
    o.stream_bytes = used;
    const size_t m = in_steps(&o, raw + o.first, N - (size_t)o.first, rest);
    pipes q = {raw + o.first, N - (size_t)o.first, 0, again, 0};
    s = stream_of(&q);
    s.write = add;
    CHECK_STATUS(sqs_encode_stream(&s, &o, &stats, NULL), SQS_OK);
    CHECK(q.end == m && memcmp(again, rest, m) == 0 && stats.raw_bytes == N - o.first && stats.coded_bytes == m);

    /* The continuation overwrites what is left of a frame, or follows it. Without a whole frame it begins the stream. */
    for (int over = used == 0; over < 2; over++) {
        const size_t at = over ? used : cut;
        memcpy(coded + at, rest, m);
        for (int seeks = 0; seeks < 2; seeks++) {
            sqs_range missing[4];
            p.len = at + m, p.at = 0;
            s = stream_of(&p);
            s.write = put;
            if (seeks) s.seek = seek;
            memset(back, 0, sizeof back);
            d.first = d.count = 0;
            d.missing = missing;
            d.max_missing = 4;
            d.history_bytes = group > 1 ? 65536 : 0;
            CHECK_STATUS(sqs_decode_stream(&s, &d, &length, &stats, NULL), SQS_OK);
            CHECK(length == N && stats.ended == 1 && stats.missing_bytes == gap && stats.missing_ranges == (gap > 0));
            CHECK(gap == 0 || (missing[0].first == end && missing[0].end == end + gap));
            CHECK(memcmp(back, raw, end) == 0 && memcmp(back + end + gap, raw + end + gap, N - end - gap) == 0);
            /* By the index, whose positions are those of the whole stream. */
            if (over) {
                d.first = N - 100;
                p.at = 0;
                CHECK_STATUS(sqs_decode_stream(&s, &d, &length, &stats, NULL), SQS_OK);
                CHECK(length == 100 && memcmp(back, raw + N - 100, 100) == 0);
            }
        }
        /* Without a gap and without a rest of a frame it is a sound stream. */
        if (over && gap == 0) {
            d.flags = 0;
            d.first = 0;
            p.at = 0;
            CHECK_STATUS(sqs_decode_stream(&s, &d, &length, &stats, NULL), SQS_OK);
            CHECK(length == N && stats.missing_bytes == 0);
            d.flags = SQS_DECODE_RECOVER;
        }
        o = encoding(group);
        in_steps(&o, raw, N, coded);
    }
}

static void refused(void)
{
    sqs_encode_options o = encoding(1);
    size_t bytes, align;
    o.first = UINT64_MAX - 100;
    sqs_encoder *e = NULL;
    size_t consumed, written;
    CHECK_STATUS(sqs_encoder_init(mem.b, sizeof mem.b, &o, &e, NULL), SQS_OK);
    CHECK_STATUS(sqs_encoder_step(e, raw, N, &consumed, coded, CAP, &written, SQS_FLOW_END), SQS_ERR_OVERFLOW);
    o.head_bytes = 1;
    CHECK_STATUS(sqs_encoder_bytes(&o, &bytes, &align), SQS_ERR_ARGUMENT);
    o.head_bytes = 0;
    o.identity = 0;
    CHECK_STATUS(sqs_encoder_bytes(&o, &bytes, &align), SQS_ERR_ARGUMENT);
    o.first = 0;
    o.stream_bytes = 10;
    CHECK_STATUS(sqs_encoder_bytes(&o, &bytes, &align), SQS_ERR_ARGUMENT);
}

int main(void)
{
    uint32_t r = 1;
    for (size_t i = 0; i < N; i++) {
        r = r * 1664525 + 1013904223;
        raw[i] = (unsigned char)(i % 2 ? i >> 12 : r >> 27);
    }
    for (uint32_t group = 1; group <= 3; group += 2) {
        for (size_t cut = 0; cut < 20000; cut = cut * 3 + 1) {
            continued(group, cut, 0);
            continued(group, cut, 400 * ROW);
        }
    }
    refused();
    return DONE();
}
