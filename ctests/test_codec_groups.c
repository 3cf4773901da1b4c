#define _XOPEN_SOURCE 700
/* Frame groups: fewer bytes, reported memory, a decoder without history names what it needs, damage costs the group. */
#include "scratch.h"

enum { N = 300000 };
static union { uint64_t align; unsigned char b[1 << 20]; } mem;
static unsigned char raw[N], coded[2 * N], back[N];

static size_t encode(const sqs_encode_options *o)
{
    size_t bytes, align, consumed, put;
    sqs_encoder *e = NULL;
    CHECK_STATUS(sqs_encoder_bytes(o, &bytes, &align), SQS_OK);
    CHECK(bytes <= sizeof mem);
    CHECK_STATUS(sqs_encoder_init(mem.b, bytes, o, &e, NULL), SQS_OK);
    CHECK_STATUS(sqs_encoder_step(e, raw, N, &consumed, coded, sizeof coded, &put, SQS_FLOW_END), SQS_END);
    CHECK(consumed == N);
    return put;
}

static sqs_status decode(const sqs_decode_options *o, size_t len, sqs_codec_stats *stats, size_t *got)
{
    size_t bytes, align, consumed, put, at = 0;
    uint64_t offset;
    sqs_decoder *d = NULL;
    sqs_status s;
    *got = 0;
    memset(back, 0, sizeof back);
    CHECK_STATUS(sqs_decoder_bytes(o, &bytes, &align), SQS_OK);
    CHECK(bytes <= sizeof mem);
    CHECK_STATUS(sqs_decoder_init(mem.b, bytes, o, &d, NULL), SQS_OK);
    do {
        static unsigned char some[70000];
        s = sqs_decoder_step(d, coded + at, len - at, &consumed, some, sizeof some, &put, &offset, SQS_FLOW_END);
        at += consumed;
        if (put > 0) memcpy(back + offset, some, put);
        *got += put;
    } while (s == SQS_AGAIN);
    stats->struct_size = sizeof *stats;
    CHECK_STATUS(sqs_decoder_stats(d, stats), SQS_OK);
    return s;
}

int main(void)
{
    sqs_encode_options o;
    sqs_decode_options d;
    sqs_codec_stats stats = {0};
    size_t got, small = 0, large = 0, align;
    uint32_t noise = 1;
    for (size_t i = 0; i < N; i += 12) {
        noise = noise * 1664525u + 1013904223u;
        char line[16];
        snprintf(line, sizeof line, "%08x%03u\n", (noise >> 22) * 2654435761u, (unsigned)(noise >> 12 & 7u));
        memcpy(raw + i, line, 12);
    }
    CHECK_STATUS(sqs_encode_options_init(&o, sizeof o), SQS_OK);
    CHECK_STATUS(sqs_decode_options_init(&d, sizeof d), SQS_OK);
    o.frame_bytes = 16384;
    const size_t alone = encode(&o);
    CHECK_STATUS(sqs_encoder_bytes(&o, &small, &align), SQS_OK);
    o.restart_interval = 4;
    CHECK_STATUS(sqs_encoder_bytes(&o, &large, &align), SQS_OK);
    CHECK(large > small);
    const size_t grouped = encode(&o);
    CHECK(grouped < alone);
    CHECK_STATUS(decode(&d, grouped, &stats, &got), SQS_ERR_LIMIT);
    CHECK(got == 16384);
    d.history_bytes = 65536;
    CHECK_STATUS(decode(&d, grouped, &stats, &got), SQS_END);
    CHECK(got == N && memcmp(back, raw, N) == 0 && stats.missing_bytes == 0);
    d.history_bytes = 8192;
    CHECK_STATUS(decode(&d, grouped, &stats, &got), SQS_ERR_LIMIT);

    /* For a file the history is detected. A flipped bit in the second group costs that frame and the rest of the group. */
    scratch_begin();
    save("raw", raw, N);
    CHECK_STATUS(sqs_encode_file("raw", "sqs", &o, &stats, NULL), SQS_OK);
    CHECK(stats.coded_bytes == grouped && scratch_files() == 2);
    d.history_bytes = 0;
    CHECK_STATUS(sqs_decode_file("sqs", "back", &d, &stats, NULL), SQS_OK);
    CHECK(load("back", back, N) == N && memcmp(back, raw, N) == 0);
    d.first = 200001;
    d.count = 50;
    CHECK_STATUS(sqs_decode_file("sqs", "part", &d, &stats, NULL), SQS_OK);
    CHECK(load("part", back, N) == 50 && memcmp(back, raw + 200001, 50) == 0);
    d.first = d.count = 0;
    size_t at = 0;
    for (int i = 0; i < 5; i++)
        at += 39u + ((size_t)coded[at + 20] << 16 | (size_t)coded[at + 21] << 8 | coded[at + 22]);
    coded[at + 100] ^= 4;
    save("bad", coded, grouped);
    CHECK_STATUS(sqs_decode_file("bad", "none", &d, &stats, NULL), SQS_ERR_DAMAGED);
    CHECK(scratch_files() == 5);
    d.flags = SQS_DECODE_RECOVER;
    CHECK_STATUS(sqs_decode_file("bad", "most", &d, &stats, NULL), SQS_OK);
    CHECK(stats.damaged_frames == 3 && stats.missing_bytes == 3 * 16384 && stats.missing_ranges == 1);
    CHECK(load("most", back, N) == N && memcmp(back, raw, 5 * 16384) == 0);
    CHECK(memcmp(back + 8 * 16384, raw + 8 * 16384, N - 8 * 16384) == 0);
    CHECK(back[5 * 16384] == 0 && back[8 * 16384 - 1] == 0);

    /* Limits. */
    o.restart_interval = 257;
    CHECK_STATUS(sqs_encoder_bytes(&o, &small, &align), SQS_ERR_ARGUMENT);
    o.restart_interval = 256;
    o.history_bytes = (4u << 20) + 1;
    CHECK_STATUS(sqs_encoder_bytes(&o, &small, &align), SQS_ERR_ARGUMENT);
    d.history_bytes = (4u << 20) + 1;
    CHECK_STATUS(sqs_decoder_bytes(&d, &small, &align), SQS_ERR_ARGUMENT);
    scratch_end();
    return DONE();
}
