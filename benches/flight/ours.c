/*
 * The flight benchmark: `ours WORK SAMPLES TOTAL` runs a workload over the first SAMPLES samples of a signal of TOTAL
 * samples. Two runs that differ in SAMPLES alone differ only in the work.
 */
#include "signal.h"
#include "sqrtspace.h"
#include <string.h>

/* Length of the generated signal in samples. */
static size_t total;

/* Exits unless the status is SQS_OK. */
static void need(sqs_status status, const char *what)
{
    if (status == SQS_OK) return;
    fprintf(stderr, "%s: %s\n", what, sqs_status_text(status));
    exit(1);
}

struct samples {
    const unsigned char *bytes;
    size_t each;
};

static int32_t copy(void *ctx, uint64_t first, void *to, size_t n, size_t *got)
{
    const struct samples *s = ctx;
    memcpy(to, s->bytes + (size_t)first * s->each, n * s->each);
    *got = n;
    return 0;
}

/* Registers a stage with one edge. */
static void chain(sqs_pipeline *p, const char *kind, const char *name, const char *from, const sqs_param *params,
                  uint32_t count)
{
    const sqs_edge_desc edge = {from, 0, 0, SQS_BOUNDARY_ZERO, 0};
    const sqs_builtin_desc d = {sizeof d, 0, kind, name, &edge, params, 1, count};
    uint32_t id;
    const sqs_status status = sqs_stage_register_builtin(p, &d, &id);
    if (status != SQS_OK) {
        char why[200] = "";
        sqs_pipeline_error_detail(p, why, sizeof why, NULL);
        fprintf(stderr, "%s: %s\n", kind, why);
        exit(1);
    }
}

/* Evaluates all rows of a stage. */
static void *rows_of(sqs_pipeline *p, uint32_t stage, size_t *bytes)
{
    const size_t cap = total * 16 + 65536;
    void *rows = allocate(cap);
    uint64_t got = 0;
    const sqs_status status = sqs_evaluate(p, stage, 0, SQS_ALL, rows, cap, &got);
    if (status != SQS_OK) {
        char why[200] = "";
        sqs_pipeline_error_detail(p, why, sizeof why, NULL);
        fprintf(stderr, "evaluate: %s\n", why);
        exit(1);
    }
    *bytes = (size_t)got;
    return rows;
}

static sqs_pipeline *pipeline(uint32_t dtype, uint64_t window, uint64_t hop, const void *x, size_t each, uint64_t n)
{
    static struct samples s;
    sqs_config config;
    sqs_pipeline *p = NULL;
    s.bytes = x;
    s.each = each;
    const sqs_source source = {sizeof source, 0, copy, &s, n, NULL};
    need(sqs_config_init(&config, sizeof config), "config");
    config.dtype = dtype;
    config.window = window;
    config.hop = hop;
    config.mode = SQS_MODE_SQRT;
    /* An on-board computer with 32 KiB of data cache and a larger second level. */
    config.cpu_cache_bytes = 512 << 10;
    need(sqs_pipeline_new(&config, NULL, &p, NULL), "pipeline");
    need(sqs_source_set(p, 0, &source), "source");
    return p;
}

static const double SOS[] = {
    0.0048, 0.0096, 0.0048, 1, -1.10, 0.33, 1, 2, 1, 1, -1.15, 0.42, 1, 2, 1, 1, -1.25, 0.60, 1, 2, 1, 1, -1.45, 0.85,
};

static void pipelines(const char *work, size_t n)
{
    float *x = allocate(total * sizeof *x);
    sqs_pipeline *p = NULL;
    size_t rows, each = 4;
    void *y;
    if (strncmp(work, "audio", 5) == 0) {
        const sqs_param portable = {"portable", 1, NULL, 0};
        tone(x, total);
        p = pipeline(SQS_F32, 4096, 1024, x, 4, n);
        chain(p, "hann", "windowed", "input", NULL, 0);
        chain(p, "rfft_magnitude", "spectrum", "windowed", &portable, strcmp(work, "audio_portable") == 0);
        chain(p, "centroid", "centroid", "spectrum", NULL, 0);
        y = rows_of(p, 2, &rows);
    } else if (strncmp(work, "satcom", 6) == 0) {
        const sqs_param k = {"k", 32, NULL, 0}, portable = {"portable", 1, NULL, 0};
        tone(x, total);
        p = pipeline(SQS_F32, 16384, 4096, x, 4, n);
        chain(p, "rfft_magnitude", "spectrum", "input", &portable, strcmp(work, "satcom_portable") == 0);
        chain(p, "top_k_sum", "sum", "spectrum", &k, 1);
        y = rows_of(p, 1, &rows);
    } else if (strcmp(work, "logs") == 0) {
        static const double q[] = {0.5, 0.95};
        const sqs_param param = {"q", 0, q, 2};
        latencies(x, total);
        p = pipeline(SQS_F32, 32768, 4096, x, 4, n);
        chain(p, "quantile", "quantiles", "input", &param, 1);
        y = rows_of(p, 0, &rows);
        each = 8;
    } else {
        const sqs_param sos = {"sos", 0, SOS, sizeof SOS / sizeof *SOS};
        tone(x, total);
        p = pipeline(SQS_F32, 64, 64, x, 4, n);
        chain(p, "biquad", "filtered", "input", &sos, 1);
        y = rows_of(p, 0, &rows);
        each = 256;
    }
    print_sum(y, rows * each);
    sqs_pipeline_delete(p);
}

/* A sample is a pair of bits. */
static void viterbi(size_t n)
{
    uint8_t *x = allocate(2 * total);
    size_t rows;
    symbols(x, total);
    sqs_pipeline *p = pipeline(SQS_U8, 128, 128, x, 1, 2 * n);
    chain(p, "viterbi", "decisions", "input", NULL, 0);
    void *y = rows_of(p, 0, &rows);
    print_sum(y, rows * 8);
    sqs_pipeline_delete(p);
}

static size_t encode(uint32_t effort, uint32_t codec, const int16_t *x, size_t n, unsigned char *out, size_t cap)
{
    sqs_encode_options o;
    sqs_encoder *e = NULL;
    size_t bytes, align, consumed, written;
    need(sqs_encode_options_init(&o, sizeof o), "options");
    o.dtype = SQS_I16;
    o.byte_order = SQS_BIG_ENDIAN;
    o.effort = effort;
    o.codec = codec;
    need(sqs_encoder_bytes(&o, &bytes, &align), "memory");
    need(sqs_encoder_init(allocate(bytes), bytes, &o, &e, NULL), "encoder");
    size_t in = 0, at = 0;
    for (;;) {
        const sqs_status s = sqs_encoder_step(e, (const char *)x + in, 2 * n - in, &consumed, out + at, cap - at,
                                              &written, SQS_FLOW_END);
        in += consumed;
        at += written;
        if (s == SQS_END) return at;
        if (s != SQS_OK && s != SQS_AGAIN) need(s, "encode");
    }
}

static void decode(const unsigned char *in, size_t n, unsigned char *out, size_t cap)
{
    sqs_decode_options o;
    sqs_decoder *d = NULL;
    size_t bytes, align, consumed, written, from = 0, at = 0;
    uint64_t offset;
    need(sqs_decode_options_init(&o, sizeof o), "options");
    need(sqs_decoder_bytes(&o, &bytes, &align), "memory");
    need(sqs_decoder_init(allocate(bytes), bytes, &o, &d, NULL), "decoder");
    for (;;) {
        const sqs_status s = sqs_decoder_step(d, in + from, n - from, &consumed, out + at, cap - at, &written,
                                              &offset, SQS_FLOW_END);
        from += consumed;
        at += written;
        if (s == SQS_END) break;
        if (s != SQS_OK && s != SQS_AGAIN) need(s, "decode");
    }
    print_sum(out, at);
}

int main(int argc, char **argv)
{
    if (argc != 4) return 2;
    const char *work = argv[1];
    const size_t n = (size_t)atol(argv[2]);
    total = (size_t)atol(argv[3]);
    if (n > total) return 2;
    if (strncmp(work, "encode", 6) != 0 && strncmp(work, "decode", 6) != 0) {
        if (strcmp(work, "viterbi") == 0) viterbi(n);
        else pipelines(work, n);
        return 0;
    }
    /* The workloads are named encode1, decode5, encode1_ccsds. The samples are big-endian on every machine. */
    int16_t *x = allocate(total * 2);
    unsigned char *out = allocate(total * 3), *raw = allocate(total * 2);
    const uint32_t effort = (uint32_t)(work[6] - '0');
    const uint32_t codec = strstr(work, "ccsds") ? SQS_CODEC_CCSDS121 : SQS_CODEC_AUTO;
    recorded(x, total);
    for (size_t i = 0; i < total; i++) {
        const uint16_t v = (uint16_t)x[i];
        const unsigned char b[2] = {(unsigned char)(v >> 8), (unsigned char)v};
        memcpy(&x[i], b, 2);
    }
    if (work[0] == 'e') {
        const size_t bytes = encode(effort, codec, x, n, out, total * 3);
        fprintf(stderr, "bytes %lu of %lu\n", (unsigned long)bytes, (unsigned long)(2 * n));
        print_sum(out, bytes);
        return 0;
    }
    /* Decoding: all pieces are encoded, and the first SAMPLES samples decoded. */
    enum { PIECE = 1 << 14 };
    for (size_t first = 0; first < total; first += PIECE) {
        const size_t bytes = encode(effort, codec, x + first, PIECE, out, total * 3);
        if (first < n) decode(out, bytes, raw, total * 2);
    }
    return 0;
}
