/* An encoder as the sink of an evaluation: the decoded rows are bit-identical; failures name their cause. */
#define _XOPEN_SOURCE 700
#include "scratch.h"

enum { SAMPLES = 40000, ROWS = 19999 }; /* windows of 4, hop 2 */
static float x[SAMPLES], want[ROWS], got[ROWS + 1];
static union { uint64_t align; unsigned char b[1 << 19]; } mem;

typedef struct { unsigned char bytes[2 * sizeof want]; size_t n, most; } file;

static int32_t put(void *ctx, const void *data, size_t bytes)
{
    file *f = (file *)ctx;
    if (f->n + bytes > f->most) return 5;
    memcpy(f->bytes + f->n, data, bytes);
    f->n += bytes;
    return 0;
}

static sqs_encoder *encoder(void)
{
    sqs_encode_options o;
    sqs_encoder *e = NULL;
    size_t bytes, align;
    sqs_encode_options_init(&o, sizeof o);
    o.identity = 1;
    o.dtype = SQS_F32;
    o.byte_order = *(const uint16_t *)(const void *)"\0\1" == 1 ? SQS_BIG_ENDIAN : SQS_LITTLE_ENDIAN;
    CHECK_STATUS(sqs_encoder_bytes(&o, &bytes, &align), SQS_OK);
    CHECK_STATUS(sqs_encoder_init(mem.b, bytes, &o, &e, NULL), SQS_OK);
    return e;
}

static size_t decoded(const char *path)
{
    sqs_decode_options d;
    sqs_decode_options_init(&d, sizeof d);
    CHECK_STATUS(sqs_decode_file(path, "rows", &d, NULL, NULL), SQS_OK);
    return load("rows", got, sizeof got);
}

/* A write that changes the sink: it has two buffers and swaps them. */
typedef struct { file *f; sqs_encoder_sink *sink; unsigned char *next; int calls, stale; } swapper;

static int32_t swap(void *ctx, const void *data, size_t bytes)
{
    swapper *s = (swapper *)ctx;
    unsigned char *now = (unsigned char *)s->sink->buffer;
    s->calls++;
    s->stale += data != now;
    const int32_t code = put(s->f, data, bytes);
    s->sink->buffer = s->next;
    s->sink->buffer_bytes = 50 + (size_t)s->calls % 50;
    s->next = now;
    return code;
}

/* A write that calls the encoder and the sink again. */
static int32_t enter(void *ctx, const void *data, size_t bytes)
{
    swapper *s = (swapper *)ctx;
    size_t got = 5, written = 5;
    unsigned char out[64];
    s->calls++;
    CHECK(sqs_encoder_sink_rows(s->sink, 0, 1, want, 4) == SQS_ERR_REENTRANT);
    CHECK_STATUS(sqs_encoder_sink_end(s->sink), SQS_ERR_REENTRANT);
    CHECK_STATUS(sqs_encoder_step(s->sink->encoder, want, 4, &got, out, 64, &written, SQS_FLOW_END), SQS_ERR_REENTRANT);
    CHECK(got == 0 && written == 0 && s->sink->status == 0);
    return put(s->f, data, bytes);
}

static void sinks_that_change(const unsigned char *expected, size_t n)
{
    static unsigned char a[100], b[100];
    static file f;
    sqs_encoder_sink sink = {0};
    swapper s = { &f, &sink, b, 0, 0 };
    f.most = sizeof f.bytes;
    sink.struct_size = sizeof sink;
    sink.ctx = &s;
    for (int k = 0; k < 2; k++) {
        sink.encoder = encoder();
        sink.buffer = a;
        sink.buffer_bytes = sizeof a;
        sink.write = k == 0 ? swap : enter;
        s.calls = 0;
        s.next = b;
        f.n = 0;
        CHECK(sqs_encoder_sink_rows(&sink, 0, ROWS, want, sizeof want) == 0);
        CHECK_STATUS(sqs_encoder_sink_end(&sink), SQS_OK);
        CHECK(s.calls > 10 && s.stale == 0);
        CHECK(f.n == n && memcmp(f.bytes, expected, n) == 0);
    }
}

int main(void)
{
    static file f;
    unsigned char little[100];
    uint32_t id;
    uint64_t n;
    size_t accepted;
    scratch_begin();
    for (int i = 0; i < SAMPLES; i++) x[i] = (float)(i * 37 % 1001) * 0.25f;
    sqs_pipeline *p = small(SAMPLES, &id);
    sqs_request ask = all_of(id);
    CHECK_STATUS(sqs_push(p, 0, x, SAMPLES, &accepted), SQS_OK);
    CHECK_STATUS(sqs_push_end(p, 0), SQS_OK);
    CHECK_STATUS(sqs_evaluate(p, id, 0, SQS_ALL, want, sizeof want, &n), SQS_OK);
    CHECK(n == ROWS);

    sqs_encoder_sink sink = {0};
    sink.struct_size = sizeof sink;
    sink.encoder = encoder();
    sink.buffer = little;
    sink.buffer_bytes = sizeof little;
    sink.write = put;
    sink.ctx = &f;
    f.most = sizeof f.bytes;
    CHECK_STATUS(sqs_evaluate_to(p, &ask, sqs_encoder_sink_rows, &sink), SQS_OK);
    CHECK_STATUS(sqs_encoder_sink_end(&sink), SQS_OK);
    CHECK(sink.status == 0 && f.n > 0 && f.n < sizeof want);
    save("by_sink", f.bytes, f.n);
    static unsigned char kept[sizeof f.bytes];
    memcpy(kept, f.bytes, f.n);
    sinks_that_change(kept, f.n);
    CHECK(decoded("by_sink") == sizeof want && memcmp(got, want, sizeof want) == 0);

    /* The file becomes full halfway. */
    sink.encoder = encoder();
    f.n = 0;
    f.most = 9000;
    CHECK_STATUS(sqs_evaluate_to(p, &ask, sqs_encoder_sink_rows, &sink), SQS_ERR_CALLBACK);
    CHECK(sink.status == SQS_ERR_CALLBACK);
    CHECK_DETAIL(p, "-19");
    CHECK_STATUS(sqs_encoder_sink_end(&sink), SQS_ERR_CALLBACK);
    sink.status = 0;
    sink.encoder = NULL;
    CHECK_STATUS(sqs_evaluate_to(p, &ask, sqs_encoder_sink_rows, &sink), SQS_ERR_CALLBACK);
    CHECK(sink.status == SQS_ERR_ARGUMENT);
    CHECK_DETAIL(p, "-1");

    /* The same in one call. */
    sqs_encode_options o;
    sqs_codec_stats stats = {0};
    stats.struct_size = sizeof stats;
    sqs_encode_options_init(&o, sizeof o);
    o.identity = 1;
    CHECK_STATUS(sqs_evaluate_to_file(p, &ask, "by_call", &o, &stats), SQS_OK);
    CHECK(stats.raw_bytes == sizeof want && stats.ended == 1);
    CHECK(decoded("by_call") == sizeof want && memcmp(got, want, sizeof want) == 0);
    CHECK(load("by_call", f.bytes, sizeof f.bytes) == stats.coded_bytes);
    const int files = scratch_files();
    CHECK_STATUS(sqs_evaluate_to_file(p, &ask, "no/such/file", &o, &stats), SQS_ERR_IO);
    CHECK_DETAIL(p, "errno 2");
    ask.stage = 9;
    CHECK_STATUS(sqs_evaluate_to_file(p, &ask, "o", &o, &stats), SQS_ERR_ARGUMENT);
    ask.stage = id;
    CHECK_STATUS(sqs_evaluate_to_file(p, NULL, "o", &o, &stats), SQS_ERR_ARGUMENT);
    CHECK_STATUS(sqs_evaluate_to_file(p, &ask, NULL, &o, &stats), SQS_ERR_ARGUMENT);
    CHECK_STATUS(sqs_evaluate_to_file(p, &ask, "o", NULL, &stats), SQS_ERR_ARGUMENT);
    CHECK(scratch_files() == files);
    sqs_pipeline_delete(p);
    scratch_end();
    return DONE();
}
