/* The workloads of the flight benchmark with packages: spectra by KissFFT, coding by libaec. */
#ifndef PACKAGES_H
#define PACKAGES_H

#include <kiss_fftr.h>
#include <libaec.h>

static inline void magnitudes(float *mag, const kiss_fft_cpx *f, int len)
{
    for (int i = 0; i <= len / 2; i++) mag[i] = __builtin_sqrtf(f[i].r * f[i].r + f[i].i * f[i].i);
}

/* Window w, real transform, magnitudes and their centroid; the hop is a quarter of len. */
static size_t centroids(const float *x, size_t n, int len, kiss_fftr_cfg cfg, const float *w, float *t, kiss_fft_cpx *f,
                        float *mag, float *rows)
{
    size_t count = 0;
    for (size_t at = 0; at + (size_t)len <= n; at += (size_t)len / 4) {
        const float *from = x + at;
        for (int i = 0; i < len; i++) t[i] = from[i] * w[i];
        kiss_fftr(cfg, t, f);
        magnitudes(mag, f, len);
        float sum = 0, weighted = 0;
        for (int i = 0; i <= len / 2; i++) sum += mag[i], weighted += (float)i * mag[i];
        rows[count++] = weighted / sum;
    }
    return count;
}

/* Real transform, magnitudes and the sum of the 32 largest. */
static size_t tops(const float *x, size_t n, int len, kiss_fftr_cfg cfg, kiss_fft_cpx *f, float *mag, float *rows)
{
    size_t count = 0;
    for (size_t at = 0; at + (size_t)len <= n; at += (size_t)len / 4) {
        kiss_fftr(cfg, x + at, f);
        magnitudes(mag, f, len);
        /* The 32 largest so far, in ascending order. */
        float top[32] = {0};
        for (int i = 0; i <= len / 2; i++) {
            if (mag[i] <= top[0]) continue;
            int k = 0;
            for (; k < 31 && top[k + 1] < mag[i]; k++) top[k] = top[k + 1];
            top[k] = mag[i];
        }
        float sum = 0;
        for (int k = 0; k < 32; k++) sum += top[k];
        rows[count++] = sum;
    }
    return count;
}

/* A stream with the parameters of the benchmark. */
static struct aec_stream aec_of(const unsigned char *in, size_t bytes, unsigned char *out, size_t cap)
{
    struct aec_stream s = {0};
    s.bits_per_sample = 16;
    s.block_size = 16;
    s.rsi = 128;
    s.flags = AEC_DATA_SIGNED | AEC_DATA_MSB | AEC_DATA_PREPROCESS;
    s.next_in = in;
    s.avail_in = bytes;
    s.next_out = out;
    s.avail_out = cap;
    return s;
}

/* Encodes big-endian 16-bit samples. Returns the number of bytes, or 0 on an error. */
static size_t aec_coded(const unsigned char *in, size_t bytes, unsigned char *out, size_t cap)
{
    struct aec_stream s = aec_of(in, bytes, out, cap);
    return aec_buffer_encode(&s) == AEC_OK ? s.total_out : 0;
}

/* Decodes. Returns the number of bytes, or 0 on an error. */
static size_t aec_decoded(const unsigned char *in, size_t bytes, unsigned char *out, size_t cap)
{
    struct aec_stream s = aec_of(in, bytes, out, cap);
    return aec_buffer_decode(&s) == AEC_OK ? s.total_out : 0;
}

#endif
