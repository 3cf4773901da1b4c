/*
 * 08_recorder: a recorder that may lose its power at any moment.
 *
 * A task receives samples at a fixed rate and appends frames to a file. It uses static memory only, calls
 * sqs_encoder_step once per packet, and ends a frame every PACKETS packets. It never closes the file: it is killed
 * (kill -9) repeatedly, at different moments. Each time the file is decoded up to its last whole frame, and all
 * rows that the task had reported as written are found.
 */
#define _GNU_SOURCE
#include "sqrtspace.h"
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

enum { CHANNELS = 4, PACKET = 64, PACKETS = 10, KILLS = 40, MEMORY = 256 * 1024 };

static union { uint64_t align; unsigned char bytes[MEMORY]; } memory;
static int16_t packet[PACKET * CHANNELS];

/* The sensor values at time t. */
static int16_t sample(uint64_t t, int channel)
{
    return (int16_t)((t * (uint64_t)(channel + 3) / 16 + (t * 2654435761u >> 13) % 9) % 3000);
}

/* Writes all bytes, or exits. */
static void append(int fd, const unsigned char *from, size_t n)
{
    while (n > 0) {
        const ssize_t k = write(fd, from, n);
        if (k <= 0) _exit(1);
        from += k;
        n -= (size_t)k;
    }
}

/* The task; it never ends. *safe is how many rows are in whole frames in the file. */
static void record(const char *path, volatile uint64_t *safe)
{
    static unsigned char out[700]; /* of any size */
    sqs_encode_options options;
    sqs_encoder *encoder = NULL;
    const int fd = open(path, O_WRONLY | O_APPEND);
    sqs_encode_options_init(&options, sizeof options);
    options.dtype = SQS_I16;
    options.byte_order = *(const unsigned char *)&(const uint16_t){1} ? SQS_LITTLE_ENDIAN : SQS_BIG_ENDIAN;
    options.channels = CHANNELS;
    options.frame_bytes = 16 * 1024;
    options.effort = 1;
    if (fd < 0 || sqs_encoder_init(memory.bytes, MEMORY, &options, &encoder, NULL) != SQS_OK) _exit(1);
    for (uint64_t n = 1;; n++) {
        for (int i = 0; i < PACKET * CHANNELS; i++)
            packet[i] = sample((n - 1) * PACKET + (uint64_t)(i / CHANNELS), i % CHANNELS);
        const unsigned char *from = (const unsigned char *)packet;
        size_t left = sizeof packet, consumed, made;
        sqs_status status;
        do {
            status = sqs_encoder_step(encoder, from, left, &consumed, out, sizeof out, &made,
                                      n % PACKETS ? SQS_FLOW_CONTINUE : SQS_FLOW_FLUSH);
            append(fd, out, made);
            from += consumed;
            left -= consumed;
        } while (status == SQS_AGAIN);
        if (status != SQS_OK) _exit(1);
        if (n % PACKETS == 0) *safe = n * PACKET;
    }
}

/* Decodes the file. Returns the number of correct rows, or -1. */
static long long recover(const char *path)
{
    sqs_decode_options options;
    sqs_codec_stats stats = {0};
    int16_t row[CHANNELS];
    long long rows = 0;
    sqs_decode_options_init(&options, sizeof options);
    options.flags = SQS_DECODE_RECOVER;
    stats.struct_size = sizeof stats;
    if (sqs_decode_file(path, "back.raw", &options, &stats, NULL) != SQS_OK || stats.missing_bytes) return -1;
    FILE *f = fopen("back.raw", "rb");
    for (; f && fread(row, sizeof row, 1, f) == 1; rows++)
        for (int c = 0; c < CHANNELS; c++) if (row[c] != sample((uint64_t)rows, c)) return -1;
    if (f) fclose(f);
    return rows;
}

int main(void)
{
    char dir[] = "/tmp/08_recorder-XXXXXX";
    int frames = 0, right = 0;
    struct stat file = {0};
    volatile uint64_t *safe = (uint64_t *)mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANON, -1, 0);
    if (safe == MAP_FAILED || !mkdtemp(dir) || chdir(dir)) return 1;
    for (int i = 0; i < KILLS; i++) {
        *safe = 0;
        if (close(open("record.sqs", O_WRONLY | O_CREAT | O_TRUNC, 0644))) return 1;
        const pid_t task = fork();
        if (task == 0) record("record.sqs", safe);
        /* Cuts the power when the file has reached a size, each time a larger one. */
        do stat("record.sqs", &file); while (file.st_size < 37 * i * i && waitpid(task, NULL, WNOHANG) == 0);
        kill(task, SIGKILL);
        waitpid(task, NULL, 0);
        const long long rows = recover("record.sqs");
        right += rows >= 0 && rows >= (long long)*safe && rows % (PACKET * PACKETS) == 0;
        frames += rows > 0;
        remove("record.sqs");
        file.st_size = 0;
    }
    printf("killed %d times; everything written before was there: %s\n", KILLS, right == KILLS ? "yes" : "no");
    printf("most recordings had a frame at least: %s\n", frames > KILLS / 2 ? "yes" : "no");
    remove("back.raw");
    return chdir("/") || rmdir(dir);
}
