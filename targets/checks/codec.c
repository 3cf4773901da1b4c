/* The encoder's output equals tests/golden/codec.txt byte for byte, and decodes to the input. */
#include "checks.h"
#include "golden.h" /* generated from tests/golden at build time */

enum { SAMPLES = 20000, RAW = SAMPLES * 26, CODED = 256 * 1024 };

static unsigned char raw[RAW], coded[CODED], back[4096];
/* The area has two parts: one for the encoder, one for the decoder. */
#define ENCODER_AREA (area.bytes)
#define DECODER_AREA (area.bytes + AREA_BYTES / 2)

/* As in tests/codec/golden.rs: a wandering signal of integers. */
static uint64_t random_state;

static uint32_t random_next(void)
{
    random_state = random_state * 6364136223846793005u + 1442695040888963407u;
    const uint32_t high = (uint32_t)(random_state >> 33), by = (uint32_t)(random_state >> 59);
    return by ? high << by | high >> (32 - by) : high;
}

static int32_t x[4], v[4];

static int32_t wander(size_t i, int channels)
{
    const size_t c = i % (size_t)channels;
    v[c] += (int32_t)(random_next() % 41) - 20 - v[c] / 8 - x[c] / 64;
    x[c] += v[c];
    return x[c] + (int32_t)(random_next() % 7);
}

static void begin(void)
{
    random_state = 42;
    memset(x, 0, sizeof x);
    memset(v, 0, sizeof v);
}

static size_t put_little(unsigned char *to, uint64_t value, int bytes)
{
    for (int i = 0; i < bytes; i++) to[i] = (unsigned char)(value >> (8 * i));
    return (size_t)bytes;
}

static size_t samples(uint32_t dtype, int channels)
{
    size_t n = 0;
    begin();
    for (size_t i = 0; i < SAMPLES; i++) {
        const int32_t value = wander(i, channels);
        uint64_t bits = (uint64_t)(int64_t)value;
        int bytes = 8;
        if (dtype == SQS_F32) {
            const float f = (float)value * 0.0625f;
            uint32_t word;
            memcpy(&word, &f, 4);
            bits = word;
            bytes = 4;
        } else if (dtype == SQS_F64) {
            const double f = (double)value / 1000.0;
            memcpy(&bits, &f, 8);
        } else {
            bytes = dtype == SQS_U8 || dtype == SQS_BYTES ? 1 : dtype == SQS_I16 ? 2 : dtype == SQS_I24 ? 3 : dtype == SQS_I32 ? 4 : 8;
        }
        n += put_little(raw + n, bits, bytes);
    }
    return n;
}

static size_t put_text(size_t n, const char *text)
{
    while (*text) raw[n++] = (unsigned char)*text++;
    return n;
}

static size_t put_number(size_t n, int32_t value)
{
    char digits[12];
    int count = 0;
    uint32_t rest = value < 0 ? 0u - (uint32_t)value : (uint32_t)value;
    if (value < 0) raw[n++] = '-';
    do digits[count++] = (char)('0' + rest % 10); while (rest /= 10);
    while (count) raw[n++] = (unsigned char)digits[--count];
    return n;
}

static size_t lines(void)
{
    size_t n = 0;
    begin();
    for (size_t i = 0; i < SAMPLES; i++) {
        const int32_t value = wander(i, 2);
        n = put_number(put_text(n, "channel "), value & 3);
        n = put_text(put_number(put_text(n, ": "), value), " counts\n");
    }
    return n;
}

static size_t encoded(const golden_vector *g, size_t bytes)
{
    sqs_encode_options options;
    sqs_encoder *encoder = NULL;
    size_t need = 0, align = 0, at = 0, n = 0;
    sqs_status status = SQS_AGAIN;
    sqs_encode_options_init(&options, sizeof options);
    options.identity = 1;
    options.dtype = g->dtype;
    options.byte_order = SQS_LITTLE_ENDIAN;
    options.channels = g->channels;
    options.effort = g->effort;
    options.codec = g->codec;
    CHECK_STATUS(sqs_encoder_bytes(&options, &need, &align), SQS_OK);
    CHECK(need <= AREA_BYTES / 2 && 64 % align == 0);
    CHECK_STATUS(sqs_encoder_init(ENCODER_AREA, need, &options, &encoder, NULL), SQS_OK);
    /* Input and output are cut into pieces of odd sizes. */
    for (int turn = 0; turn < 100000 && status != SQS_END; turn++) {
        size_t consumed = 0, made = 0, piece = bytes - at < 7777 ? bytes - at : 7777, room = CODED - n < 5003 ? CODED - n : 5003;
        const uint32_t flow = at + piece == bytes ? SQS_FLOW_END : SQS_FLOW_CONTINUE;
        status = sqs_encoder_step(encoder, raw + at, piece, &consumed, coded + n, room, &made, flow);
        at += consumed;
        n += made;
        if (status < 0 || (status == SQS_OK && flow == SQS_FLOW_END)) break;
    }
    CHECK(status == SQS_END || status == SQS_OK);
    CHECK(at == bytes);
    return n;
}

static void decoded(size_t bytes, size_t n)
{
    sqs_decode_options options;
    sqs_decoder *decoder = NULL;
    size_t need = 0, align = 0, at = 0, done = 0, wrong = 0;
    sqs_status status = SQS_AGAIN;
    sqs_decode_options_init(&options, sizeof options);
    options.max_frame_bytes = 65536;
    CHECK_STATUS(sqs_decoder_bytes(&options, &need, &align), SQS_OK);
    CHECK(need <= AREA_BYTES / 2);
    CHECK_STATUS(sqs_decoder_init(DECODER_AREA, need, &options, &decoder, NULL), SQS_OK);
    for (int turn = 0; turn < 100000 && status >= 0 && status != SQS_END; turn++) {
        size_t consumed = 0, made = 0, piece = n - at < 3001 ? n - at : 3001;
        uint64_t offset = 0;
        status = sqs_decoder_step(decoder, coded + at, piece, &consumed, back, sizeof back, &made, &offset,
                                  at + piece == n ? SQS_FLOW_END : SQS_FLOW_CONTINUE);
        wrong += made != 0 && (offset != done || done + made > bytes || memcmp(back, raw + done, made) != 0);
        at += consumed;
        done += made;
    }
    CHECK_STATUS(status, SQS_END);
    CHECK(done == bytes && wrong == 0);
}

void check_codec(void)
{
    for (size_t i = 0; i < sizeof golden_vectors / sizeof *golden_vectors; i++) {
        const golden_vector *g = &golden_vectors[i];
        const size_t bytes = g->text ? lines() : samples(g->dtype, (int)g->channels);
        const size_t n = encoded(g, bytes);
        const unsigned failed = failures;
        CHECK(n == g->bytes);
        CHECK(crc32c(coded, n) == g->crc);
        decoded(bytes, n);
        if (failures != failed) {
            print_text("  of ");
            print_text(g->name);
            print_text("\n");
        }
    }
}
