/*
 * 07_encode_file: a file of any size through a few hundred kilobytes.
 *
 *     07_encode_file IN OUT     16-bit samples, two channels: encodes, and prints figures and the process's peak memory
 *     07_encode_file            creates a file, encodes it, decodes it, and compares
 *
 * sqs_encode_work_bytes reports the memory beforehand; the library allocates exactly that, once. Linked with
 * -static -Wl,--gc-sections the process stays below 2 MB for files of 1 MB and of 10 GB (`make codec-memory`).
 * Shared libraries add 1 MB.
 */
#define _XOPEN_SOURCE 700
#include "sqrtspace.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { SAMPLES = 500000 };

/* Peak resident memory in KiB; 0 if the system does not report it. */
static long peak_kib(void)
{
    char line[200];
    long kib = 0;
    FILE *f = fopen("/proc/self/status", "r");
    while (f && fgets(line, sizeof line, f)) if (strncmp(line, "VmHWM:", 6) == 0) kib = atol(line + 6);
    if (f) fclose(f);
    return kib;
}

static int encode(const char *in, const char *out, sqs_codec_stats *stats)
{
    sqs_encode_options options;
    sqs_error error = {0};
    size_t bytes = 0;
    sqs_encode_options_init(&options, sizeof options);
    options.dtype = SQS_I16;
    options.channels = 2;
    error.struct_size = sizeof error;
    stats->struct_size = sizeof *stats;
    if (sqs_encode_work_bytes(&options, &bytes) != SQS_OK) return 1;
    if (sqs_encode_file(in, out, &options, stats, &error) != SQS_OK) {
        fprintf(stderr, "%s: %s\n", in, error.text);
        return 1;
    }
    return stats->peak_bytes != bytes;
}

static double ms(uint64_t ns) { return (double)ns / 1e6; }

static void print(const sqs_codec_stats *s)
{
    printf("bytes        %llu -> %llu, ratio %.3f\n", (unsigned long long)s->raw_bytes,
           (unsigned long long)s->coded_bytes, (double)s->ratio_milli / 1000.0);
    printf("frames       %llu: %llu glyphs, %llu stored\n", (unsigned long long)s->frames,
           (unsigned long long)s->numeric_frames, (unsigned long long)s->stored_frames);
    printf("glyphs       %llu primitive, %llu reference, %llu delta, %llu composite\n",
           (unsigned long long)s->primitive_glyphs, (unsigned long long)s->reference_glyphs,
           (unsigned long long)s->delta_glyphs, (unsigned long long)s->composite_glyphs);
    printf("time         %.0f ms: read %.0f, encode %.0f, write %.0f; %.1f MB/s\n", ms(s->wall_ns), ms(s->read_ns),
           ms(s->code_ns), ms(s->write_ns), (double)s->bytes_per_second / 1e6);
    printf("memory       %llu bytes of the codec, %ld KiB of the process\n", (unsigned long long)s->peak_bytes, peak_kib());
}

/* Writes a file: a tone with noise in two channels. */
static int make(const char *path)
{
    uint32_t noise = 1, phase = 0;
    FILE *f = fopen(path, "wb");
    for (int i = 0; f && i < SAMPLES; i++) {
        noise = noise * 1664525u + 1013904223u;
        phase = (phase + 1 + (uint32_t)i % 2) % 4000;
        const uint32_t v = (phase < 2000 ? phase : 4000 - phase) * 8 + (noise >> 28);
        fputc((int)(v & 255), f);
        fputc((int)(v >> 8 & 255), f);
    }
    return !f || fclose(f) != 0;
}

static int same(const char *a, const char *b)
{
    FILE *f = fopen(a, "rb"), *g = fopen(b, "rb");
    int c = 0, d = 1;
    if (f && g) do { c = fgetc(f); d = fgetc(g); } while (c == d && c != EOF);
    if (f) fclose(f);
    if (g) fclose(g);
    return f && g && c == d;
}

int main(int argc, char **argv)
{
    sqs_codec_stats stats = {0};
    sqs_decode_options options;
    char dir[] = "/tmp/07_encode_file-XXXXXX";
    if (argc == 3) {
        if (encode(argv[1], argv[2], &stats)) return 1;
        print(&stats);
        return 0;
    }
    if (!mkdtemp(dir) || chdir(dir) || make("in.raw") || encode("in.raw", "out.sqs", &stats)) return 1;
    printf("%llu bytes, less than half of them encoded: %s\n", (unsigned long long)stats.raw_bytes,
           stats.ratio_milli > 2000 ? "yes" : "no");
    sqs_decode_options_init(&options, sizeof options);
    if (sqs_decode_file("out.sqs", "back.raw", &options, NULL, NULL) != SQS_OK) return 1;
    printf("they come back: %s\n", same("in.raw", "back.raw") ? "yes" : "no");
    printf("peak memory below 256 KiB for the codec: %s\n", stats.peak_bytes <= 256 * 1024 ? "yes" : "no");
    return remove("in.raw") || remove("out.sqs") || remove("back.raw") || rmdir(dir);
}
