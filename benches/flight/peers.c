/*
 * The same work by other hands: `peers WORK SAMPLES MOST`. KissFFT and libaec from their sources, and loops as one would write
 * them in C for the purpose.
 */
#include "signal.h"
#include <libaec.h>
#include <kiss_fftr.h>
#include <math.h>
#include <string.h>

/* Samples the signal is made for. */
static size_t most;

/* Hann, real transform, magnitudes, centroid; or magnitudes and the sum of the 32 greatest. */
static void spectra(int audio, size_t n)
{
    const int len = audio ? 4096 : 16384;
    const size_t hop = (size_t)len / 4;
    float *x = room(most * sizeof *x), *w = room((size_t)len * 4), *t = room((size_t)len * 4);
    float *mag = room(((size_t)len / 2 + 1) * 4), *rows = room(most / hop * 4 + 4);
    kiss_fft_cpx *f = room(((size_t)len / 2 + 1) * sizeof *f);
    kiss_fftr_cfg cfg = kiss_fftr_alloc(len, 0, NULL, NULL);
    size_t made = 0;
    tone(x, most);
    for (int i = 0; i < len; i++) w[i] = (float)(0.5 - 0.5 * cos(6.283185307179586 * i / len));
    for (size_t at = 0; at + (size_t)len <= n; at += hop) {
        const float *from = x + at;
        if (audio) {
            for (int i = 0; i < len; i++) t[i] = from[i] * w[i];
            from = t;
        }
        kiss_fftr(cfg, from, f);
        for (int i = 0; i <= len / 2; i++) mag[i] = sqrtf(f[i].r * f[i].r + f[i].i * f[i].i);
        if (audio) {
            float sum = 0, weighted = 0;
            for (int i = 0; i <= len / 2; i++) sum += mag[i], weighted += (float)i * mag[i];
            rows[made++] = weighted / sum;
        } else {
            /* The greatest so far, the least of them in front: a sorted list of 32. */
            float top[32] = {0};
            for (int i = 0; i <= len / 2; i++) {
                if (mag[i] <= top[0]) continue;
                int k = 0;
                for (; k < 31 && top[k + 1] < mag[i]; k++) top[k] = top[k + 1];
                top[k] = mag[i];
            }
            float sum = 0;
            for (int k = 0; k < 32; k++) sum += top[k];
            rows[made++] = sum;
        }
    }
    tell(rows, made * 4);
}

/* Hoare's selection. */
static float nth(float *a, int n, int k)
{
    int lo = 0, hi = n - 1;
    while (lo < hi) {
        const float pivot = a[(lo + hi) / 2];
        int i = lo, j = hi;
        while (i <= j) {
            while (a[i] < pivot) i++;
            while (a[j] > pivot) j--;
            if (i <= j) {
                const float t = a[i];
                a[i++] = a[j];
                a[j--] = t;
            }
        }
        if (k <= j) hi = j;
        else if (k >= i) lo = i;
        else break;
    }
    return a[k];
}

enum { WINDOW = 32768, HOP = 4096, PIECES = WINDOW / HOP };

/* Median and 95th percentile of each window by selection: the loop one writes first. */
static void logs_select(size_t n)
{
    float *x = room(most * sizeof *x), *t = room(WINDOW * sizeof *t), *rows = room(2 * most / HOP * 4);
    size_t made = 0;
    latencies(x, most);
    for (size_t at = 0; at + WINDOW <= n; at += HOP) {
        memcpy(t, x + at, WINDOW * sizeof *t);
        rows[made++] = nth(t, WINDOW, 16384);
        rows[made++] = nth(t, WINDOW, 31129);
    }
    tell(rows, made * 4);
}

/* Four passes of a radix sort; the keys are floats above 0, whose bits are in their order. */
static void sort(uint32_t *a, uint32_t *t)
{
    for (int shift = 0; shift < 32; shift += 8) {
        uint32_t at[257] = {0};
        for (int i = 0; i < HOP; i++) at[(a[i] >> shift & 255) + 1]++;
        for (int i = 0; i < 256; i++) at[i + 1] += at[i];
        for (int i = 0; i < HOP; i++) t[at[a[i] >> shift & 255]++] = a[i];
        uint32_t *s = a;
        a = t;
        t = s;
    }
}

/* How many of the pieces' elements are at most v. */
static int rank(uint32_t (*pieces)[HOP], uint32_t v)
{
    int sum = 0;
    for (int p = 0; p < PIECES; p++) {
        int lo = 0, hi = HOP;
        while (lo < hi) {
            const int mid = (lo + hi) / 2;
            if (pieces[p][mid] <= v) lo = mid + 1;
            else hi = mid;
        }
        sum += lo;
    }
    return sum;
}

static uint32_t of_rank(uint32_t (*pieces)[HOP], int k)
{
    uint32_t lo = 0, hi = 0x7f800000;
    while (lo < hi) {
        const uint32_t mid = lo + (hi - lo) / 2;
        if (rank(pieces, mid) > k) hi = mid;
        else lo = mid + 1;
    }
    return lo;
}

/* The loop one writes when it matters: each piece sorted once, and ranks found by bisection over all of a window's. */
static void logs_sorted(size_t n)
{
    static uint32_t pieces[PIECES][HOP], t[HOP];
    float *x = room(most * sizeof *x);
    uint32_t *rows = room(2 * most / HOP * 4);
    size_t made = 0, count = 0;
    latencies(x, most);
    for (size_t at = 0; at + HOP <= n; at += HOP) {
        uint32_t *piece = pieces[count++ % PIECES];
        memcpy(piece, x + at, sizeof *pieces);
        sort(piece, t);
        if (count < PIECES) continue;
        rows[made++] = of_rank(pieces, 16384);
        rows[made++] = of_rank(pieces, 31129);
    }
    tell(rows, made * 4);
}

/* Four sections, direct form II transposed, states in double precision as scipy has them. */
static void biquad(size_t n)
{
    static const double sos[4][5] = {{0.0048, 0.0096, 0.0048, -1.10, 0.33},
                                     {1, 2, 1, -1.15, 0.42},
                                     {1, 2, 1, -1.25, 0.60},
                                     {1, 2, 1, -1.45, 0.85}};
    float *x = room(most * sizeof *x), *y = room(most * sizeof *y);
    double z[4][2] = {{0}};
    tone(x, most);
    for (size_t i = 0; i < n; i++) {
        double v = x[i];
        for (int s = 0; s < 4; s++) {
            const double out = sos[s][0] * v + z[s][0];
            z[s][0] = sos[s][1] * v - sos[s][3] * out + z[s][1];
            z[s][1] = sos[s][2] * v - sos[s][4] * out;
            v = out;
        }
        y[i] = (float)v;
    }
    tell(y, n * 4);
}

/* Hard decisions, K = 7: add, compare, select; the decisions of a step in 64 bits. */
static void viterbi(size_t n)
{
    uint8_t *x = room(2 * most), out[64];
    uint32_t state = 0, cost[2][64], (*rows)[2] = room(most * 8);
    for (size_t i = 0; i < most; i++) {
        state = (state << 1 | (draw() >> 5 & 1)) & 127;
        uint32_t a = state & 0171, b = state & 0133;
        for (int s = 4; s; s >>= 1) a ^= a >> s, b ^= b >> s;
        x[2 * i] = a & 1;
        x[2 * i + 1] = (b & 1) ^ (draw() % 32 == 0);
    }
    for (uint32_t s = 0; s < 64; s++) {
        uint32_t a = s & 0171, b = s & 0133;
        for (int k = 4; k; k >>= 1) a ^= a >> k, b ^= b >> k;
        out[s] = (uint8_t)((a & 1) << 1 | (b & 1));
        cost[0][s] = s ? 1u << 20 : 0;
    }
    for (size_t i = 0; i < n; i++) {
        const uint32_t *from = cost[i & 1], seen = (uint32_t)(x[2 * i] << 1 | x[2 * i + 1]);
        uint32_t *to = cost[~i & 1], d[2] = {0, 0}, branch[4];
        for (uint32_t k = 0; k < 4; k++) branch[k] = ((k ^ seen) & 1) + ((k ^ seen) >> 1);
        for (uint32_t s = 0; s < 64; s++) {
            /* Predecessors s >> 1 and s >> 1 | 32: the other has the outputs inverted, as both polynomials tap the oldest bit. */
            const uint32_t b = branch[out[s]], a0 = from[s >> 1] + b, a1 = from[(s >> 1) + 32] + 2 - b;
            to[s] = a1 < a0 ? a1 : a0;
            d[s >> 5] |= (uint32_t)(a1 < a0) << (s & 31);
        }
        memcpy(rows[i], d, 8);
    }
    tell(rows, n * 8);
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
        struct aec_stream s = {0};
        s.bits_per_sample = 16;
        s.block_size = 16;
        s.rsi = 128;
        s.flags = AEC_DATA_SIGNED | AEC_DATA_MSB | AEC_DATA_PREPROCESS;
        s.next_in = in + 2 * first;
        s.avail_in = decode ? 2 * PIECE : 2 * n;
        s.next_out = out;
        s.avail_out = most * 3;
        if (aec_buffer_encode(&s) != AEC_OK) exit(5);
        if (!decode) {
            fprintf(stderr, "bytes %lu of %lu\n", (unsigned long)s.total_out, (unsigned long)(2 * n));
            tell(out, s.total_out);
        } else if (first < n) {
            s.next_in = out;
            s.avail_in = s.total_out;
            s.next_out = raw;
            s.avail_out = 2 * PIECE;
            if (aec_buffer_decode(&s) != AEC_OK) exit(5);
            tell(raw, 2 * PIECE);
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
    else if (strcmp(work, "logs_select") == 0) logs_select(n);
    else if (strcmp(work, "logs_sorted") == 0) logs_sorted(n);
    else if (strcmp(work, "biquad") == 0) biquad(n);
    else if (strcmp(work, "viterbi") == 0) viterbi(n);
    else if (strcmp(work, "aec_encode") == 0) aec(0, n);
    else if (strcmp(work, "aec_decode") == 0) aec(1, n);
    else return 2;
    return 0;
}
