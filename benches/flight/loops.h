/* The workloads of the flight benchmark as plain C loops. */
#ifndef LOOPS_H
#define LOOPS_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* Element k of the sorted array, by Hoare's selection. */
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

/* Median and 95th percentile of each window by selection: the simplest loop. */
static size_t quantiles_by_selection(const float *x, size_t n, float *rows)
{
    static float t[WINDOW];
    size_t count = 0;
    for (size_t at = 0; at + WINDOW <= n; at += HOP) {
        memcpy(t, x + at, WINDOW * sizeof *t);
        rows[count++] = nth(t, WINDOW, 16384);
        rows[count++] = nth(t, WINDOW, 31129);
    }
    return count;
}

/* A radix sort in four passes. The keys are the bits of positive floats, which have the order of the floats. */
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

/* Number of elements of all pieces that are at most v. */
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

/* The element of rank k, by bisection over the values. */
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

/* A faster loop: each piece is sorted once, and ranks are found by bisection over all pieces of a window. */
static size_t quantiles_of_sorted_pieces(const float *x, size_t n, float *rows)
{
    static uint32_t pieces[PIECES][HOP], t[HOP];
    size_t count = 0, done = 0;
    for (size_t at = 0; at + HOP <= n; at += HOP) {
        uint32_t *piece = pieces[done++ % PIECES];
        memcpy(piece, x + at, sizeof *pieces);
        sort(piece, t);
        if (done < PIECES) continue;
        const uint32_t found[2] = {of_rank(pieces, 16384), of_rank(pieces, 31129)};
        memcpy(rows + count, found, sizeof found);
        count += 2;
    }
    return count;
}

/* Four sections in transposed direct form II, with states in double precision as in SciPy. */
static void biquads(const float *x, size_t n, const double sos[4][5], float *y)
{
    double z[4][2] = {{0}};
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
}

/* A Viterbi decoder with hard decisions, K = 7: add, compare, select. The decisions of a step are 64 bits. */
static void viterbi_decisions(const uint8_t *x, size_t n, uint32_t (*rows)[2])
{
    uint8_t out[64];
    uint32_t cost[2][64];
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
            /* The predecessors are s >> 1 and s >> 1 | 32. The outputs of the second are inverted, because both
             * polynomials tap the oldest bit. */
            const uint32_t b = branch[out[s]], a0 = from[s >> 1] + b, a1 = from[(s >> 1) + 32] + 2 - b;
            to[s] = a1 < a0 ? a1 : a0;
            d[s >> 5] |= (uint32_t)(a1 < a0) << (s & 31);
        }
        memcpy(rows[i], d, 8);
    }
}

#endif
