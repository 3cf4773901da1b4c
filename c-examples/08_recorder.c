/*
 * 08_recorder: a recorder that may lose its power at any moment.
 *
 * A task writes frames of samples to a medium, here a file, which still holds older recordings. It uses static memory
 * only, and is killed (kill -9) at different moments. Each time all rows that it had reported as written are found.
 *
 * The identity of a recording is its boot count and its start time. Frames of older recordings have another one and
 * are never taken for its continuation, although all recordings begin alike and the medium is never erased.
 */
#define _GNU_SOURCE
#include "sqrtspace.h"
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { CHANNELS = 4, PACKET = 64, PACKETS = 10, KILLS = 40, MEMORY = 256 * 1024 };

static union { uint64_t align; unsigned char bytes[MEMORY]; } memory;
static int16_t packet[PACKET * CHANNELS];
static volatile struct { uint64_t rows, bytes; } *made; /* rows in whole frames on the medium; bytes written */

/* The sensor values at time t after a boot; at first all boots are alike. */
static int16_t sample(uint64_t boot, uint64_t t, int channel)
{
    return (int16_t)((t * (uint64_t)(channel + 3) / 16 + (t * 2654435761u >> 13) % 9) % (t < 1000 ? 3000 : 2000 + boot));
}

/* Writes all bytes, or exits. */
static void append(int fd, const unsigned char *from, size_t n)
{
    for (ssize_t k; n > 0; from += k, n -= (size_t)k, made->bytes += (uint64_t)k)
        if ((k = write(fd, from, n)) <= 0) _exit(1);
}

/* The task; it never ends. */
static void record(uint64_t boot, uint64_t identity)
{
    static unsigned char out[700]; /* of any size */
    sqs_encode_options options;
    sqs_encoder *encoder = NULL;
    const int fd = open("medium", O_WRONLY | O_CREAT, 0644);
    sqs_encode_options_init(&options, sizeof options);
    options.dtype = SQS_I16;
    options.byte_order = *(const unsigned char *)&(const uint16_t){1} ? SQS_LITTLE_ENDIAN : SQS_BIG_ENDIAN;
    options.channels = CHANNELS;
    options.frame_bytes = 16 * 1024;
    options.effort = 1;
    options.identity = identity;
    if (fd < 0 || sqs_encoder_init(memory.bytes, MEMORY, &options, &encoder, NULL) != SQS_OK) _exit(1);
    for (uint64_t n = 1;; n++) {
        for (int i = 0; i < PACKET * CHANNELS; i++)
            packet[i] = sample(boot, (n - 1) * PACKET + (uint64_t)(i / CHANNELS), i % CHANNELS);
        const unsigned char *from = (const unsigned char *)packet;
        size_t left = sizeof packet, consumed, written;
        sqs_status status;
        do {
            status = sqs_encoder_step(encoder, from, left, &consumed, out, sizeof out, &written,
                                      n % PACKETS ? SQS_FLOW_CONTINUE : SQS_FLOW_FLUSH);
            append(fd, out, written);
            from += consumed;
            left -= consumed;
        } while (status == SQS_AGAIN);
        if (status != SQS_OK) _exit(1);
        if (n % PACKETS == 0) made->rows = n * PACKET;
    }
}

/* Decodes the recording of an identity. Returns the number of correct rows, or -1. */
static long long recover(uint64_t boot, uint64_t identity, uint64_t *old_frames)
{
    sqs_decode_options options;
    sqs_codec_stats stats = {0};
    sqs_decode_options_init(&options, sizeof options);
    options.flags = SQS_DECODE_RECOVER | SQS_DECODE_IDENTITY;
    options.identity = identity;
    stats.struct_size = sizeof stats;
    const sqs_status status = sqs_decode_file("medium", "back.raw", &options, &stats, NULL);
    *old_frames += stats.foreign_frames;
    if (stats.frames == 0) return status == SQS_OK ? -1 : 0; /* killed before its first frame was written */
    if (status != SQS_OK || stats.missing_bytes || stats.ended) return -1;
    FILE *f = fopen("back.raw", "rb");
    long long rows = 0;
    for (int16_t row[CHANNELS]; f && fread(row, sizeof row, 1, f) == 1; rows++)
        for (int c = 0; c < CHANNELS; c++) if (row[c] != sample(boot, (uint64_t)rows, c)) return -1;
    if (f) fclose(f);
    return rows;
}

int main(void)
{
    char dir[] = "/tmp/08_recorder-XXXXXX";
    int frames = 0, right = 0;
    uint64_t old_frames = 0;
    made = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANON, -1, 0);
    if (made == MAP_FAILED || !mkdtemp(dir) || chdir(dir)) return 1;
    for (int i = 0; i < KILLS; i++) {
        const uint64_t boot = (uint64_t)i + 1, identity = boot << 32 | (uint32_t)time(NULL);
        made->rows = made->bytes = 0;
        const pid_t task = fork();
        if (task == 0) record(boot, identity);
        /* Cuts the power when the task has written a number of bytes: more each time, then fewer than before. */
        const int size = i < KILLS / 2 ? 2 * i : KILLS - i;
        while (made->bytes < 37u * (unsigned)(size * size) && waitpid(task, NULL, WNOHANG) == 0) { }
        kill(task, SIGKILL);
        waitpid(task, NULL, 0);
        const long long rows = recover(boot, identity, &old_frames);
        right += rows >= 0 && rows >= (long long)made->rows && rows % (PACKET * PACKETS) == 0;
        frames += rows > 0;
    }
    printf("killed %d times; everything written before was there: %s\n", KILLS, right == KILLS ? "yes" : "no");
    printf("most recordings had a frame at least: %s\n", frames > KILLS / 2 ? "yes" : "no");
    printf("frames of older recordings were left out: %s\n", old_frames > 0 ? "yes" : "no");
    return remove("medium") || remove("back.raw") || chdir("/") || rmdir(dir);
}
