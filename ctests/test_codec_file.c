#define _XOPEN_SOURCE 700
/* Files: encode, decode, a range, what is refused, and that errors leave nothing behind. */
#include "check.h"
#include <stdlib.h>
#include <unistd.h>

enum { SAMPLES = 300001 };
static int16_t x[SAMPLES], y[SAMPLES];

static size_t load(const char *path, void *to, size_t cap)
{
    FILE *f = fopen(path, "rb");
    size_t n = f ? fread(to, 1, cap, f) : 0;
    if (f) fclose(f);
    return n;
}

static void save(const char *path, const void *from, size_t n)
{
    FILE *f = fopen(path, "wb");
    CHECK(f && fwrite(from, 1, n, f) == n);
    if (f) fclose(f);
}

int main(void)
{
    char dir[] = "/tmp/sqs-codec-XXXXXX";
    CHECK(mkdtemp(dir) != NULL && chdir(dir) == 0);
    for (int i = 0; i < SAMPLES; i++) x[i] = (int16_t)((i * 7) % 1000 - i % 13);
    save("in.raw", x, sizeof x);

    sqs_encode_options e;
    sqs_decode_options d;
    sqs_codec_stats stats = {0};
    sqs_error error = {0};
    stats.struct_size = sizeof stats;
    error.struct_size = sizeof error;
    CHECK_STATUS(sqs_encode_options_init(&e, sizeof e), SQS_OK);
    CHECK_STATUS(sqs_decode_options_init(&d, sizeof d), SQS_OK);
    e.dtype = SQS_I16;
    e.channels = 2;
    e.index_entries = 100;
    CHECK_STATUS(sqs_encode_file("in.raw", "out.sqs", &e, &stats, &error), SQS_OK);
    CHECK(stats.raw_bytes == sizeof x && stats.ended == 1 && stats.ratio_milli > 1000 && stats.wall_ns > 0);
    CHECK(stats.frames == stats.stored_frames + stats.glyph_frames && stats.composite_glyphs >= stats.glyph_frames);
    CHECK_STATUS(sqs_decode_file("out.sqs", "back.raw", &d, &stats, &error), SQS_OK);
    CHECK(stats.length == sizeof x && stats.dtype == SQS_I16 && stats.channels == 2 && stats.missing_bytes == 0);
    CHECK(load("back.raw", y, sizeof y) == sizeof y && memcmp(x, y, sizeof y) == 0);

    d.first = 123457;
    d.count = 77777;
    CHECK_STATUS(sqs_decode_file("out.sqs", "part.raw", &d, &stats, &error), SQS_OK);
    CHECK(load("part.raw", y, sizeof y) == 77777 && memcmp((char *)x + 123457, y, 77777) == 0);
    CHECK(stats.frames <= 5); /* 77777 bytes of 32 KiB frames, and the one behind them */

    CHECK_STATUS(sqs_encode_file("none", "o", &e, &stats, &error), SQS_ERR_IO);
    CHECK(error.status == SQS_ERR_IO && error.os_errno == 2 && strstr(error.text, "errno 2"));
    CHECK_STATUS(sqs_encode_file("in.raw", "./in.raw", &e, NULL, NULL), SQS_ERR_ARGUMENT);
    CHECK(load("in.raw", y, sizeof y) == sizeof y && memcmp(x, y, sizeof y) == 0);
    remove("in.raw"); remove("out.sqs"); remove("back.raw"); remove("part.raw");
    CHECK(rmdir(dir) == 0); /* nothing was left behind */
    return DONE();
}
