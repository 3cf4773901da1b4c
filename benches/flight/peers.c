/*
 * The workloads of the flight benchmark with other code: `peers WORK SAMPLES TOTAL`. KissFFT and libaec are built from
 * their sources; the rest are plain C loops.
 */
#include "loops.h"
#include "packages.h"
#include "signal.h"
#include <math.h>

/* Length of the generated signal in samples. */
static size_t total;

static void spectra(int audio, size_t n)
{
    const int len = audio ? 4096 : 16384;
    float *x = allocate(total * sizeof *x), *w = allocate((size_t)len * 4), *t = allocate((size_t)len * 4);
    float *mag = allocate(((size_t)len / 2 + 1) * 4), *rows = allocate(total / (size_t)len * 16 + 4);
    kiss_fft_cpx *f = allocate(((size_t)len / 2 + 1) * sizeof *f);
    kiss_fftr_cfg cfg = kiss_fftr_alloc(len, 0, NULL, NULL);
    tone(x, total);
    for (int i = 0; i < len; i++) w[i] = (float)(0.5 - 0.5 * cos(6.283185307179586 * i / len));
    const size_t count = audio ? centroids(x, n, len, cfg, w, t, f, mag, rows) : tops(x, n, len, cfg, f, mag, rows);
    print_sum(rows, count * 4);
}

static void logs(int sorted, size_t n)
{
    float *x = allocate(total * sizeof *x), *rows = allocate(2 * total / HOP * 4);
    latencies(x, total);
    print_sum(rows, (sorted ? quantiles_of_sorted_pieces : quantiles_by_selection)(x, n, rows) * 4);
}

static void biquad(size_t n)
{
    static const double sos[4][5] = {{0.0048, 0.0096, 0.0048, -1.10, 0.33},
                                     {1, 2, 1, -1.15, 0.42},
                                     {1, 2, 1, -1.25, 0.60},
                                     {1, 2, 1, -1.45, 0.85}};
    float *x = allocate(total * sizeof *x), *y = allocate(total * sizeof *y);
    tone(x, total);
    biquads(x, n, sos, y);
    print_sum(y, n * 4);
}

static void viterbi(size_t n)
{
    uint8_t *x = allocate(2 * total);
    uint32_t (*rows)[2] = allocate(total * 8);
    symbols(x, total);
    viterbi_decisions(x, n, rows);
    print_sum(rows, n * 8);
}

static void aec(int decode, size_t n)
{
    enum { PIECE = 1 << 14 };
    int16_t *x = allocate(total * 2);
    unsigned char *in = allocate(total * 2), *out = allocate(total * 3), *raw = allocate(total * 2);
    recorded(x, total);
    for (size_t i = 0; i < total; i++) {
        in[2 * i] = (unsigned char)((uint16_t)x[i] >> 8);
        in[2 * i + 1] = (unsigned char)x[i];
    }
    for (size_t first = 0; first < (decode ? total : 1); first += PIECE) {
        const size_t bytes = aec_coded(in + 2 * first, decode ? 2 * PIECE : 2 * n, out, total * 3);
        if (!bytes) exit(5);
        if (!decode) {
            fprintf(stderr, "bytes %lu of %lu\n", (unsigned long)bytes, (unsigned long)(2 * n));
            print_sum(out, bytes);
        } else if (first < n) {
            if (aec_decoded(out, bytes, raw, 2 * PIECE) != 2 * PIECE) exit(5);
            print_sum(raw, 2 * PIECE);
        }
    }
}

int main(int argc, char **argv)
{
    if (argc != 4) return 2;
    const char *work = argv[1];
    const size_t n = (size_t)atol(argv[2]);
    total = (size_t)atol(argv[3]);
    if (n > total) return 2;
    if (strcmp(work, "audio") == 0) spectra(1, n);
    else if (strcmp(work, "satcom") == 0) spectra(0, n);
    else if (strcmp(work, "logs_select") == 0) logs(0, n);
    else if (strcmp(work, "logs_sorted") == 0) logs(1, n);
    else if (strcmp(work, "biquad") == 0) biquad(n);
    else if (strcmp(work, "viterbi") == 0) viterbi(n);
    else if (strcmp(work, "aec_encode") == 0) aec(0, n);
    else if (strcmp(work, "aec_decode") == 0) aec(1, n);
    else return 2;
    return 0;
}
