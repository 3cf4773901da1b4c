/* CCSDS 121 bitstreams without a container: every cut of input and output, parameters, refusals; and in frames with
 * the caller's parameters. */
#include "check.h"

enum { N = 3001 };
static union { uint64_t align; unsigned char b[1 << 19]; } mem;
static unsigned char raw[2 * N], coded[4 * N], whole[4 * N], back[2 * N];

static sqs_ccsds121_params params(void)
{
    sqs_ccsds121_params p = {0};
    p.struct_size = sizeof p;
    p.bits = 12;
    p.block = 16;
    p.rsi = 128;
    p.flags = SQS_CCSDS121_PREPROCESS;
    return p;
}

/* Codes `from` in pieces of `in` bytes into `to` in pieces of `out` bytes. Returns the number of output bytes. */
static size_t run(sqs_ccsds121 *c, const unsigned char *from, size_t len, size_t in, unsigned char *to, size_t cap, size_t out)
{
    size_t at = 0, made = 0;
    sqs_status s = SQS_OK;
    while (s != SQS_END && s >= 0) {
        size_t n = len - at < in ? len - at : in, room = cap - made < out ? cap - made : out, consumed = 9, put = 9;
        s = sqs_ccsds121_step(c, from + at, n, &consumed, to + made, room, &put, at + n == len ? SQS_FLOW_END : SQS_FLOW_CONTINUE);
        CHECK(consumed <= n && put <= room && (s != SQS_OK || consumed == n));
        at += consumed;
        made += put;
        if (made == cap && s != SQS_END) break;
    }
    CHECK(s == SQS_END && at == len);
    return made;
}

static void streams(void)
{
    static const size_t some[] = {1, 2, 7, 100, sizeof coded};
    const sqs_ccsds121_params p = params();
    sqs_ccsds121 *c = NULL;
    size_t bytes = 0, align = 0, bound = 0, len;
    CHECK_STATUS(sqs_ccsds121_bytes(&bytes, &align), SQS_OK);
    CHECK(align == 8 && bytes > 0 && bytes < 8192);
    CHECK_STATUS(sqs_ccsds121_max_encoded_bytes(&p, N, &bound), SQS_OK);
    CHECK(bound <= sizeof coded);
    CHECK_STATUS(sqs_ccsds121_encoder_init(mem.b, bytes, &p, &c, NULL), SQS_OK);
    len = run(c, raw, sizeof raw, sizeof raw, whole, bound, bound);
    CHECK(len < sizeof raw);
    for (size_t i = 0; i < sizeof some / sizeof *some; i++) {
        for (size_t k = 0; k < sizeof some / sizeof *some; k++) {
            CHECK_STATUS(sqs_ccsds121_encoder_init(mem.b, bytes, &p, &c, NULL), SQS_OK);
            CHECK(run(c, raw, sizeof raw, some[i], coded, sizeof coded, some[k]) == len && memcmp(coded, whole, len) == 0);
            memset(back, 0, sizeof back);
            memset(mem.b, 0xa5, bytes + 1);
            CHECK_STATUS(sqs_ccsds121_decoder_init(mem.b, bytes, &p, N, &c, NULL), SQS_OK);
            CHECK(run(c, whole, len, some[i], back, sizeof back, some[k]) == sizeof raw && memcmp(back, raw, sizeof raw) == 0);
            CHECK(mem.b[bytes] == 0xa5);
        }
    }
}

static void refusals(void)
{
    sqs_ccsds121_params p = params();
    sqs_ccsds121 *c = NULL;
    sqs_error error = {0};
    size_t bytes, align, consumed, put;
    char text[100] = "";
    error.struct_size = sizeof error;
    CHECK_STATUS(sqs_ccsds121_bytes(NULL, &align), SQS_ERR_ARGUMENT);
    CHECK_STATUS(sqs_ccsds121_bytes(&bytes, &align), SQS_OK);
    CHECK_STATUS(sqs_ccsds121_encoder_init(mem.b, bytes - 1, &p, &c, &error), SQS_ERR_MEMORY);
    CHECK(error.text[0] && c == NULL);
    CHECK_STATUS(sqs_ccsds121_encoder_init(NULL, bytes, &p, &c, NULL), SQS_ERR_ARGUMENT);
    CHECK_STATUS(sqs_ccsds121_encoder_init(mem.b + 1, bytes, &p, &c, NULL), SQS_ERR_ALIGN);
    CHECK_STATUS(sqs_ccsds121_encoder_init(mem.b, bytes, NULL, &c, NULL), SQS_ERR_ARGUMENT);
    CHECK_STATUS(sqs_ccsds121_encoder_init(mem.b, bytes, &p, NULL, NULL), SQS_ERR_ARGUMENT);
    static const struct { size_t field; uint32_t value; } bad[] = {
        {1, 0}, {1, 33}, {1, 300}, {2, 0}, {2, 10}, {2, 70000}, {3, 0}, {3, 4097}, {3, 70000}, {4, 128}, {4, SQS_CCSDS121_RESTRICTED},
    };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        sqs_ccsds121_params q = p;
        ((uint32_t *)(void *)&q)[bad[i].field] = bad[i].value;
        CHECK_STATUS(sqs_ccsds121_encoder_init(mem.b, bytes, &q, &c, NULL), SQS_ERR_ARGUMENT);
        CHECK_STATUS(sqs_ccsds121_decoder_init(mem.b, bytes, &q, 1, &c, NULL), SQS_ERR_ARGUMENT);
        CHECK_STATUS(sqs_ccsds121_max_encoded_bytes(&q, 1, &consumed), SQS_ERR_ARGUMENT);
    }
    sqs_ccsds121_params q = p;
    q.reserved = 1;
    CHECK_STATUS(sqs_ccsds121_max_encoded_bytes(&q, 1, &consumed), SQS_ERR_UNSUPPORTED);
    q.struct_size = 4;
    CHECK_STATUS(sqs_ccsds121_max_encoded_bytes(&q, 1, &consumed), SQS_ERR_STRUCT_SIZE);
    /* A sample of 13 bits fails, and so does every later call. */
    CHECK_STATUS(sqs_ccsds121_encoder_init(mem.b, bytes, &p, &c, NULL), SQS_OK);
    memset(back, 0x1f, sizeof back);
    CHECK_STATUS(sqs_ccsds121_step(c, back, 100, &consumed, coded, sizeof coded, &put, SQS_FLOW_END), SQS_ERR_RANGE);
    CHECK(consumed == 0 && put == 0);
    CHECK_STATUS(sqs_ccsds121_step(c, raw, 0, &consumed, coded, sizeof coded, &put, SQS_FLOW_END), SQS_ERR_RANGE);
    CHECK_STATUS(sqs_ccsds121_error_detail(c, text, sizeof text, NULL), SQS_OK);
    CHECK(text[0] != 0);
    /* Half a sample; flush; a stream that ends early; a damaged stream; a NULL coder. */
    CHECK_STATUS(sqs_ccsds121_encoder_init(mem.b, bytes, &p, &c, NULL), SQS_OK);
    CHECK_STATUS(sqs_ccsds121_step(c, raw, 3, &consumed, coded, sizeof coded, &put, SQS_FLOW_FLUSH), SQS_ERR_ARGUMENT);
    CHECK_STATUS(sqs_ccsds121_step(c, raw, 3, &consumed, coded, sizeof coded, &put, SQS_FLOW_END), SQS_ERR_ARGUMENT);
    CHECK_STATUS(sqs_ccsds121_decoder_init(mem.b, bytes, &p, N, &c, NULL), SQS_OK);
    CHECK_STATUS(sqs_ccsds121_step(c, whole, 50, &consumed, back, sizeof back, &put, SQS_FLOW_END), SQS_ERR_DAMAGED);
    CHECK_STATUS(sqs_ccsds121_decoder_init(mem.b, bytes, &p, N, &c, NULL), SQS_OK);
    memset(coded, 0, sizeof coded);
    CHECK_STATUS(sqs_ccsds121_step(c, coded, sizeof coded, &consumed, back, sizeof back, &put, SQS_FLOW_END), SQS_ERR_DAMAGED);
    CHECK_STATUS(sqs_ccsds121_step(c, whole, 9, NULL, back, sizeof back, &put, SQS_FLOW_END), SQS_ERR_ARGUMENT);
    CHECK_STATUS(sqs_ccsds121_step(NULL, whole, 9, &consumed, back, sizeof back, &put, SQS_FLOW_END), SQS_ERR_ARGUMENT);
}

/* The same parameters in frames; samples of 12 bits in 2 bytes. */
static void frames(void)
{
    sqs_encode_options o;
    sqs_codec_stats stats = {0};
    sqs_encoder *e = NULL;
    size_t bytes, align, consumed, put;
    CHECK_STATUS(sqs_encode_options_init(&o, sizeof o), SQS_OK);
    o.dtype = SQS_U16;
    o.ccsds_bits = 12;
    o.ccsds_block = 16;
    o.ccsds_rsi = 128;
    o.ccsds_flags = SQS_CCSDS121_PREPROCESS;
    CHECK_STATUS(sqs_encoder_bytes(&o, &bytes, &align), SQS_ERR_ARGUMENT);
    o.codec = SQS_CODEC_CCSDS121;
    CHECK_STATUS(sqs_encoder_bytes(&o, &bytes, &align), SQS_OK);
    CHECK(bytes <= sizeof mem);
    CHECK_STATUS(sqs_encoder_init(mem.b, bytes, &o, &e, NULL), SQS_OK);
    CHECK_STATUS(sqs_encoder_step(e, raw, sizeof raw, &consumed, coded, sizeof coded, &put, SQS_FLOW_END), SQS_END);
    /* Header, parameters, and the same bitstream as without a container. */
    CHECK(memcmp(coded + 35 + 6, whole, 100) == 0 && coded[35] == 12);
    stats.struct_size = sizeof stats;
    CHECK_STATUS(sqs_encoder_stats(e, &stats), SQS_OK);
    CHECK(stats.ccsds121_frames == 1 && stats.frames == 1);
    o.ccsds_bits = 0;
    CHECK_STATUS(sqs_encoder_bytes(&o, &bytes, &align), SQS_ERR_ARGUMENT);
    o.ccsds_block = o.ccsds_rsi = o.ccsds_flags = 0;
    CHECK_STATUS(sqs_encoder_bytes(&o, &bytes, &align), SQS_OK);
    o.ccsds_bits = 5;
    CHECK_STATUS(sqs_encoder_bytes(&o, &bytes, &align), SQS_ERR_ARGUMENT);
}

int main(void)
{
    uint32_t noise = 1, v = 2000;
    for (size_t i = 0; i < N; i++) {
        noise = noise * 1664525u + 1013904223u;
        v = (v + (noise >> 27) - 15u) & 0xfffu;
        raw[2 * i] = (unsigned char)(v & 0xff);
        raw[2 * i + 1] = (unsigned char)(v >> 8);
    }
    streams();
    refusals();
    frames();
    return DONE();
}
