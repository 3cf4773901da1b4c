/* Memory that a caller gives to calls on files and streams: what it held before does not matter, and, under valgrind,
   none of it is used before it is written. Inputs that can be sought are read once. */
#include "check.h"
#include <stdlib.h>

enum { N = 90001, COUNTED = 40000 };
static unsigned char raw[N], coded[2 * N], again[2 * N], back[N];

typedef struct { const unsigned char *from; size_t len, at, read; unsigned char *to; size_t end; } pipes;

static int32_t get(void *ctx, void *dst, size_t cap, size_t *got)
{
    pipes *p = (pipes *)ctx;
    *got = p->len - p->at < cap ? p->len - p->at : cap;
    memcpy(dst, p->from + p->at, *got);
    p->at += *got;
    p->read += *got;
    return 0;
}

static int32_t put(void *ctx, uint64_t offset, const void *data, size_t n)
{
    pipes *p = (pipes *)ctx;
    memcpy(p->to + offset, data, n);
    if (offset + n > p->end) p->end = (size_t)offset + n;
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
    s.write = put;
    s.ctx = p;
    s.total_bytes = p->len;
    return s;
}

/* Memory of the heap: as it comes, or filled with a byte. */
static void *memory_of(size_t bytes, int fill)
{
    void *m = malloc(bytes);
    CHECK(m != NULL);
    if (m && fill >= 0) memset(m, fill, bytes);
    return m;
}

static size_t encode(sqs_encode_options o, int fill, unsigned char *to)
{
    pipes p = {raw, N, 0, 0, to, 0};
    const sqs_stream s = stream_of(&p);
    size_t bytes = 0;
    CHECK_STATUS(sqs_encode_work_bytes(&o, &bytes), SQS_OK);
    o.memory_bytes = bytes;
    o.memory = memory_of(bytes, fill);
    CHECK_STATUS(sqs_encode_stream(&s, &o, NULL, NULL), SQS_OK);
    free(o.memory);
    return p.end;
}

static void decode(size_t n, int fill, int seeks, uint32_t history)
{
    pipes p = {coded, n, 0, 0, back, 0};
    sqs_stream s = stream_of(&p);
    sqs_decode_options o;
    uint64_t length = 0;
    CHECK_STATUS(sqs_decode_options_init(&o, sizeof o), SQS_OK);
    o.history_bytes = history;
    size_t bytes = 0;
    CHECK_STATUS(sqs_decode_work_bytes(&o, &bytes), SQS_OK);
    o.memory_bytes = bytes;
    o.memory = memory_of(bytes, fill);
    if (seeks) s.seek = seek;
    memset(back, 0, sizeof back);
    CHECK_STATUS(sqs_decode_stream(&s, &o, &length, NULL, NULL), SQS_OK);
    CHECK(length == N && memcmp(back, raw, N) == 0);
    free(o.memory);
}

/* Every codec and effort, with frames that refer to earlier ones, too. */
static void any_memory(void)
{
    sqs_encode_options o;
    CHECK_STATUS(sqs_encode_options_init(&o, sizeof o), SQS_OK);
    o.identity = 1;
    o.frame_bytes = 16384;
    for (uint32_t i = 0; i < 3 * 5 * 4; i++) {
        static const uint32_t types[] = {SQS_BYTES, SQS_I16, SQS_F32, SQS_F64};
        o.effort = 1 + 4 * (i % 3);
        o.codec = i / 3 % 5;
        o.dtype = types[i / 15];
        o.restart_interval = i % 2 ? 1 : 3;
        const size_t n = encode(o, 0, coded);
        CHECK(encode(o, -1, again) == n && memcmp(again, coded, n) == 0);
        CHECK(encode(o, 0xff, again) == n && memcmp(again, coded, n) == 0);
        const uint32_t history = i % 2 ? 0 : 65536;
        decode(n, -1, i % 4 < 2, history);
        decode(n, 0xff, i % 4 >= 2, history);
    }
}

/* An input that can be sought and fits the buffers is read once, and a larger one except for its start. */
static void reads(void)
{
    sqs_encode_options o;
    sqs_decode_options d;
    uint64_t length;
    CHECK_STATUS(sqs_encode_options_init(&o, sizeof o), SQS_OK);
    CHECK_STATUS(sqs_decode_options_init(&d, sizeof d), SQS_OK);
    o.identity = 2;
    o.codec = SQS_CODEC_STORED;
    for (size_t n = 0; n <= N; n += n < COUNTED ? COUNTED : N - COUNTED) {
        pipes p = {raw, n, 0, 0, coded, 0};
        sqs_stream s = stream_of(&p);
        CHECK_STATUS(sqs_encode_stream(&s, &o, NULL, NULL), SQS_OK);
        pipes q = {coded, p.end, 0, 0, back, 0};
        s = stream_of(&q);
        s.seek = seek;
        CHECK_STATUS(sqs_decode_stream(&s, &d, &length, NULL, NULL), SQS_OK);
        CHECK(length == n && memcmp(back, raw, n) == 0);
        CHECK(q.read >= q.len && q.read <= q.len + 200);
        if (q.len < 65536) CHECK(q.read == q.len);
        /* Damage at the start: the stream is searched in all of it first. */
        coded[0] ^= 1, coded[9] ^= 1;
        q.at = q.read = 0;
        d.flags = SQS_DECODE_RECOVER;
        const sqs_status searched = sqs_decode_stream(&s, &d, &length, NULL, NULL);
        CHECK(searched == (n > 65536 ? SQS_OK : searched) && (q.len >= 65536 || q.read == q.len));
        d.flags = 0;
    }
}

int main(void)
{
    uint32_t r = 1;
    for (size_t i = 0; i < N; i++) {
        r = r * 1664525 + 1013904223;
        raw[i] = (unsigned char)(i % 2 ? i >> 11 : r >> 26);
    }
    any_memory();
    reads();
    return DONE();
}
