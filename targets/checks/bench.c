/* Workloads whose instructions are counted. Between two calls of mark() only the workload runs. */
#include "bench.h"

float input[FLOATS];
int16_t ints[INTS];
unsigned char symbols[SYMBOLS], coded[256 * 1024], rows[1 << 18];
static uint64_t samples_available;

static int32_t read_floats(void *ctx, uint64_t first, void *to, size_t n, size_t *got)
{
    (void)ctx;
    memcpy(to, input + first, n * sizeof *input);
    *got = n;
    return 0;
}

static int32_t read_symbols(void *ctx, uint64_t first, void *to, size_t n, size_t *got)
{
    (void)ctx;
    memcpy(to, symbols + first, n);
    *got = n;
    return 0;
}

static int32_t dropped(void *ctx, uint64_t first, size_t n, const void *data, size_t bytes)
{
    (void)first;
    (void)data;
    (void)bytes;
    *(uint64_t *)ctx += n;
    return 0;
}

static sqs_pipeline *pipeline(uint64_t window, uint64_t hop, uint32_t dtype, uint64_t samples)
{
    sqs_config c = config_of(window, hop, dtype);
    sqs_source source;
    c.mode = SQS_MODE_SQRT;
    c.cpu_cache_bytes = 32768; /* the data cache of a GR740 core has 16 KiB: blocks are one window or few */
    sqs_pipeline *p = pipeline_in(&control, &c);
    memset(&source, 0, sizeof source);
    source.struct_size = sizeof source;
    source.read = dtype == SQS_U8 ? read_symbols : read_floats;
    source.samples = samples_available = samples;
    CHECK_STATUS(sqs_source_set(p, 0, &source), SQS_OK);
    return p;
}

static void evaluated(const char *name, sqs_pipeline *p, uint32_t stage, uint64_t samples)
{
    const sqs_request ask = all_of(stage);
    uint64_t count = 0;
    const sqs_plan_info plan = plan_of(p, &ask, 1);
    CHECK_STATUS(sqs_pipeline_seal(p, &ask, 1, area.bytes, (size_t)plan.work_bytes), SQS_OK);
    report_begin(name, samples);
    mark();
    const sqs_status status = sqs_evaluate_to(p, &ask, dropped, &count);
    mark();
    CHECK_STATUS(status, SQS_OK);
    CHECK(count > 0);
    report_number("WORK", plan.work_bytes);
    report_number("AGAIN", (uint64_t)(plan.recompute_factor * 100));
    sqs_pipeline_delete(p);
}

static sqs_edge_desc from(const char *name)
{
    const sqs_edge_desc edge = { name, 0, 0, SQS_BOUNDARY_ZERO, 0 };
    return edge;
}

static void audio(void)
{
    const sqs_edge_desc windowed = from("windowed"), spectrum = from("spectrum");
    sqs_pipeline *p = pipeline(4096, 1024, SQS_F32, 32768);
    builtin(p, "hann", "windowed", &FROM_INPUT, 1, NULL, 0);
    builtin(p, "rfft_magnitude", "spectrum", &windowed, 1, NULL, 0);
    builtin(p, "argmax", "strongest", &spectrum, 1, NULL, 0);
    const uint32_t id = builtin(p, "centroid", "centroid", &spectrum, 1, NULL, 0);
    evaluated("audio", p, id, 32768);
}

static void logs(void)
{
    static const double q[2] = { 0.5, 0.95 };
    const sqs_param quantiles = { "q", 0.0, q, 2 };
    const sqs_param band[2] = { { "from", 1.0, NULL, 0 }, { "to", 2.0, NULL, 0 } };
    const sqs_param level = { "level", 25.0, NULL, 0 };
    const sqs_edge_desc of = from("quantiles"), high = from("p95");
    sqs_pipeline *p = pipeline(32768, 4096, SQS_F32, FLOATS);
    builtin(p, "quantile", "quantiles", &FROM_INPUT, 1, &quantiles, 1);
    builtin(p, "band", "p95", &of, 1, band, 2);
    const uint32_t id = builtin(p, "threshold", "alert", &high, 1, &level, 1);
    evaluated("logs", p, id, FLOATS);
}

static void satcom(void)
{
    const sqs_param k = { "k", 32.0, NULL, 0 };
    const sqs_edge_desc spectrum = from("spectrum");
    sqs_pipeline *p = pipeline(16384, 4096, SQS_F32, 65536);
    builtin(p, "rfft_magnitude", "spectrum", &FROM_INPUT, 1, NULL, 0);
    const uint32_t id = builtin(p, "top_k_sum", "energy", &spectrum, 1, &k, 1);
    evaluated("satcom", p, id, 65536);
}

/* Four sections of a low-pass filter. */
static const double sos[24] = {
    0.0048, 0.0096, 0.0048, 1.0, -1.05, 0.28, 1.0, 2.0, 1.0, 1.0, -1.12, 0.36,
    1.0,    2.0,    1.0,    1.0, -1.27, 0.53, 1.0, 2.0, 1.0, 1.0, -1.53, 0.80,
};

static void biquad(void)
{
    const sqs_param sections = { "sos", 0.0, sos, 24 };
    sqs_pipeline *p = pipeline(256, 256, SQS_F32, 32768);
    const uint32_t id = builtin(p, "biquad", "filtered", &FROM_INPUT, 1, &sections, 1);
    evaluated("biquad", p, id, 32768);
}

static void viterbi(int bits)
{
    const sqs_edge_desc decisions = from("decisions");
    sqs_pipeline *p = pipeline(128, 128, SQS_U8, sizeof symbols);
    const uint32_t forward = builtin(p, "viterbi", "decisions", &FROM_INPUT, 1, NULL, 0);
    if (!bits) {
        evaluated("viterbi", p, forward, sizeof symbols / 2);
        return;
    }
    const uint32_t id = builtin(p, "viterbi_traceback", "bits", &decisions, 1, NULL, 0);
    evaluated("viterbi-bits", p, id, sizeof symbols / 2);
}

static void coder(const char *encode_name, const char *decode_name, uint32_t effort)
{
    sqs_encode_options options;
    sqs_decode_options decode;
    sqs_encoder *encoder = NULL;
    sqs_decoder *decoder = NULL;
    size_t need = 0, align = 0, consumed = 0, made = 0, back = 0;
    uint64_t offset = 0;
    sqs_encode_options_init(&options, sizeof options);
    options.identity = 1;
    options.dtype = SQS_I16;
    options.byte_order = *(const unsigned char *)&(const uint16_t){ 1 } ? SQS_LITTLE_ENDIAN : SQS_BIG_ENDIAN;
    options.effort = effort;
    CHECK_STATUS(sqs_encoder_bytes(&options, &need, &align), SQS_OK);
    CHECK_STATUS(sqs_encoder_init(area.bytes, need, &options, &encoder, NULL), SQS_OK);
    report_begin(encode_name, sizeof ints / 2);
    mark();
    sqs_status status = sqs_encoder_step(encoder, ints, sizeof ints, &consumed, coded, sizeof coded, &made, SQS_FLOW_END);
    mark();
    CHECK(status == SQS_END || status == SQS_OK);
    CHECK(consumed == sizeof ints && made < sizeof ints);
    report_number("WORK", need);
    report_number("RATIO", sizeof ints * 1000 / made);
    sqs_decode_options_init(&decode, sizeof decode);
    decode.max_frame_bytes = 32768;
    CHECK_STATUS(sqs_decoder_bytes(&decode, &need, &align), SQS_OK);
    CHECK_STATUS(sqs_decoder_init(area.bytes, need, &decode, &decoder, NULL), SQS_OK);
    report_begin(decode_name, sizeof ints / 2);
    mark();
    status = sqs_decoder_step(decoder, coded, made, &consumed, rows, sizeof rows, &back, &offset, SQS_FLOW_END);
    mark();
    CHECK_STATUS(status, SQS_END);
    CHECK(back == sizeof ints && memcmp(rows, ints, sizeof ints) == 0);
    report_number("WORK", need);
}

void bench(void)
{
    dice d = { 3 };
    int32_t x = 0, v = 0;
    for (int i = 0; i < FLOATS; i++) {
        /* Approximately lognormal: a product of four numbers. */
        float p = 1.0f;
        for (int k = 0; k < 4; k++) p *= 0.5f + (float)(roll(&d) >> 8) / 8388608.0f;
        input[i] = 6.0f * p;
    }
    for (size_t i = 0; i < sizeof ints / 2; i++) {
        v += (int32_t)(roll(&d) % 41) - 20 - v / 8 - x / 64;
        x += v;
        ints[i] = (int16_t)(x + (int32_t)(roll(&d) % 7));
    }
    for (size_t i = 0; i < sizeof symbols; i++) symbols[i] = roll(&d) & 1;
    report_begin("nothing", 1);
    mark();
    mark();
    audio();
    logs();
    satcom();
    biquad();
    viterbi(0);
    viterbi(1);
    coder("encode-1", "decode-1", 1);
    coder("encode-5", "decode-5", 5);
    bench_loops();
#ifdef PACKAGES
    bench_packages();
#endif
}
