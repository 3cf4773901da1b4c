/*
 * The same work by other hands: `peers WORK SAMPLES MOST`. KissFFT and libaec from their sources, and loops as one would write
 * them in C for the purpose.
 */
#include "loops.h"
#include "packages.h"
#include "signal.h"
#include <math.h>

/* Samples the signal is made for. */
static size_t most;

static void spectra(int audio, size_t n)
{
    const int len = audio ? 4096 : 16384;
    float *x = room(most * sizeof *x), *w = room((size_t)len * 4), *t = room((size_t)len * 4);
    float *mag = room(((size_t)len / 2 + 1) * 4), *rows = room(most / (size_t)len * 16 + 4);
    kiss_fft_cpx *f = room(((size_t)len / 2 + 1) * sizeof *f);
    kiss_fftr_cfg cfg = kiss_fftr_alloc(len, 0, NULL, NULL);
    tone(x, most);
    for (int i = 0; i < len; i++) w[i] = (float)(0.5 - 0.5 * cos(6.283185307179586 * i / len));
    const size_t made = audio ? centroids(x, n, len, cfg, w, t, f, mag, rows) : tops(x, n, len, cfg, f, mag, rows);
    report_number(rows, made * 4);
}

static void logs(int sorted, size_t n)
{
    float *x = room(most * sizeof *x), *rows = room(2 * most / HOP * 4);
    latencies(x, most);
    report_number(rows, (sorted ? quantiles_of_sorted_pieces : quantiles_by_selection)(x, n, rows) * 4);
}

static void biquad(size_t n)
{
    static const double sos[4][5] = {{0.0048, 0.0096, 0.0048, -1.10, 0.33},
                                     {1, 2, 1, -1.15, 0.42},
                                     {1, 2, 1, -1.25, 0.60},
                                     {1, 2, 1, -1.45, 0.85}};
    float *x = room(most * sizeof *x), *y = room(most * sizeof *y);
    tone(x, most);
    biquads(x, n, sos, y);
    report_number(y, n * 4);
}

static void viterbi(size_t n)
{
    uint8_t *x = room(2 * most);
    uint32_t state = 0, (*rows)[2] = room(most * 8);
    for (size_t i = 0; i < most; i++) {
        state = (state << 1 | (draw() >> 5 & 1)) & 127;
        uint32_t a = state & 0171, b = state & 0133;
        for (int s = 4; s; s >>= 1) a ^= a >> s, b ^= b >> s;
        x[2 * i] = a & 1;
        x[2 * i + 1] = (b & 1) ^ (draw() % 32 == 0);
    }
    viterbi_decisions(x, n, rows);
    report_number(rows, n * 8);
}

static void aec(int decode, size_t n)
{
    enum { PIECE = 1 << 14 };
    int16_t *x = room(most * 2);
    unsigned char *in = room(most * 2), *out = room(most * 3), *raw = room(most * 2);
    recorded(x, most);
    for (size_t i = 0; i < most; i++) {
        in[2 * i] = (unsigned char)((uint16_t)x[i] >> 8);
        in[2 * i + 1] = (unsigned char)x[i];
    }
    for (size_t first = 0; first < (decode ? most : 1); first += PIECE) {
        const size_t made = aec_coded(in + 2 * first, decode ? 2 * PIECE : 2 * n, out, most * 3);
        if (!made) exit(5);
        if (!decode) {
            fprintf(stderr, "bytes %lu of %lu\n", (unsigned long)made, (unsigned long)(2 * n));
            report_number(out, made);
        } else if (first < n) {
            if (aec_decoded(out, made, raw, 2 * PIECE) != 2 * PIECE) exit(5);
            report_number(raw, 2 * PIECE);
        }
    }
}

int main(int argc, char **argv)
{
    if (argc != 4) return 2;
    const char *work = argv[1];
    const size_t n = (size_t)atol(argv[2]);
    most = (size_t)atol(argv[3]);
    if (n > most) return 2;
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
