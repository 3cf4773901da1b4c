/*
 * 10_continue: a recorder continues its stream after a reboot.
 *
 * The power goes while a frame is written. After the reboot a decoder finds where the last whole frame ends, and an
 * encoder writes on from there, with the identity of the stream. The rows of the time in between are lost: decoders
 * report them as missing. Static memory only, as on board; 08_recorder.c kills a task at any moment.
 */
#include "sqrtspace.h"
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum { ROWS = 30000, LOST = 500, ROW = 2 * sizeof(int16_t) };

static union { uint64_t align; unsigned char bytes[256 * 1024]; } memory;
static unsigned char medium[ROWS * ROW], back[ROWS * ROW];
static int16_t samples[ROWS * 2];

/* Encodes rows from `first` on to a position of the medium. Returns the position after them. */
static size_t record(uint64_t identity, size_t first, size_t position)
{
    sqs_encode_options options;
    sqs_encoder *encoder = NULL;
    sqs_status status;
    size_t consumed, written, at = first * 2;
    sqs_encode_options_init(&options, sizeof options);
    options.dtype = SQS_I16;
    options.byte_order = *(const unsigned char *)&(const uint16_t){1} ? SQS_LITTLE_ENDIAN : SQS_BIG_ENDIAN;
    options.channels = 2;
    options.identity = identity;
    options.first = first * ROW;
    options.stream_bytes = position;
    if (sqs_encoder_init(memory.bytes, sizeof memory, &options, &encoder, NULL) != SQS_OK) return 0;
    do {
        status = sqs_encoder_step(encoder, samples + at, sizeof samples - at * 2, &consumed, medium + position,
                                  sizeof medium - position, &written, SQS_FLOW_END);
        at += consumed / 2;
        position += written;
    } while (status == SQS_AGAIN);
    return status == SQS_END ? position : 0;
}

/* Decodes what is on the medium. */
static sqs_codec_stats read_back(size_t bytes, sqs_range *missing)
{
    sqs_decode_options options;
    sqs_decoder *decoder = NULL;
    sqs_codec_stats stats = {0};
    sqs_status status;
    size_t consumed, written, at = 0, count;
    uint64_t offset = 0;
    stats.struct_size = sizeof stats;
    sqs_decode_options_init(&options, sizeof options);
    options.flags = SQS_DECODE_RECOVER;
    if (sqs_decoder_init(memory.bytes, sizeof memory, &options, &decoder, NULL) != SQS_OK) return stats;
    do {
        static unsigned char some[4096];
        status = sqs_decoder_step(decoder, medium + at, bytes - at, &consumed, some, sizeof some, &written, &offset,
                                  SQS_FLOW_END);
        memcpy(back + offset, some, written);
        at += consumed;
    } while (status == SQS_AGAIN);
    sqs_decoder_stats(decoder, &stats);
    sqs_decoder_missing(decoder, missing, 1, &count);
    return stats;
}

int main(void)
{
    const uint64_t identity = (uint64_t)7 << 32 | 1700000000; /* boot count and time */
    sqs_range missing = {0, 0};
    for (int i = 0; i < ROWS * 2; i++) samples[i] = (int16_t)(i / 50 + i * 7919 % 40);
    const size_t cut = record(identity, 0, 0) / 2;

    /* The reboot. */
    const sqs_codec_stats before = read_back(cut, &missing);
    const size_t rows = (size_t)(before.raw_bytes + before.missing_bytes) / ROW;
    printf("rows in whole frames: %zu, in %" PRIu64 " of %zu bytes\n", rows, before.used_bytes, cut);
    const size_t end = record(before.identity, rows + LOST, (size_t)before.used_bytes);

    memset(back, 0, sizeof back);
    const sqs_codec_stats after = read_back(end, &missing);
    printf("rows missing: %" PRIu64 " to %" PRIu64 "\n", missing.first / ROW, missing.end / ROW - 1);
    const size_t gap = rows * ROW, next = (rows + LOST) * ROW;
    const int same = !memcmp(back, samples, gap) && !memcmp(back + next, (char *)samples + next, sizeof back - next);
    printf("one stream with all other rows: %s\n", after.ended && same ? "yes" : "no");
    return !same;
}
