/* zstd -1 and lz4 over a file in independent frames: the peers of tests/lz_peers.rs.
 * Arguments: file, bytes of a frame, rounds. Puts out a line for each: bytes, best CPU nanoseconds to encode, to decode. */
#include <lz4.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <zstd.h>

static uint64_t now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

int main(int argc, char **argv)
{
    if (argc != 4)
        return 2;
    size_t frame = strtoul(argv[2], NULL, 10), rounds = strtoul(argv[3], NULL, 10);
    FILE *f = fopen(argv[1], "rb");
    if (!f || fseek(f, 0, SEEK_END))
        return 1;
    size_t n = (size_t)ftell(f), frames = (n + frame - 1) / frame, slot = frame + frame / 16 + 1024;
    rewind(f);
    char *in = malloc(n + 1), *back = malloc(frame + 1), *out = malloc(frames * slot + 1);
    size_t *len = malloc((frames + 1) * sizeof *len);
    ZSTD_CCtx *c = ZSTD_createCCtx();
    ZSTD_DCtx *d = ZSTD_createDCtx();
    if (!in || !back || !out || !len || !c || !d || fread(in, 1, n, f) != n)
        return 1;
    for (int zstd = 1; zstd >= 0; zstd--) {
        uint64_t best_encode = UINT64_MAX, best_decode = UINT64_MAX, bytes = 0;
        for (size_t r = 0; r < rounds; r++) {
            uint64_t start = now();
            bytes = 0;
            for (size_t i = 0; i < frames; i++) {
                size_t m = n - i * frame < frame ? n - i * frame : frame;
                len[i] = zstd ? ZSTD_compressCCtx(c, out + i * slot, slot, in + i * frame, m, 1)
                              : (size_t)LZ4_compress_default(in + i * frame, out + i * slot, (int)m, (int)slot);
                bytes += len[i];
            }
            uint64_t middle = now();
            for (size_t i = 0; i < frames; i++) {
                size_t m = n - i * frame < frame ? n - i * frame : frame;
                size_t got = zstd ? ZSTD_decompressDCtx(d, back, m, out + i * slot, len[i])
                                  : (size_t)LZ4_decompress_safe(out + i * slot, back, (int)len[i], (int)m);
                if (got != m)
                    return 1;
            }
            uint64_t end = now();
            if (middle - start < best_encode)
                best_encode = middle - start;
            if (end - middle < best_decode)
                best_decode = end - middle;
        }
        printf("%llu %llu %llu\n", (unsigned long long)bytes, (unsigned long long)best_encode,
               (unsigned long long)best_decode);
    }
    return 0;
}
