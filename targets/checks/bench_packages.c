/* The workloads of the bench with KissFFT and libaec (ci/flight-peers.sh), and the C library functions that these call. */
#include "bench.h"
#include "../../benches/flight/packages.h"
#include <stdio.h>

/* Memory that is never freed. */
static union { uint64_t align; unsigned char bytes[4 << 20]; } pool;
static size_t taken;

void *malloc(size_t n)
{
    size_t *p = (size_t *)(void *)(pool.bytes + taken);
    const size_t all = (n + 8 + 7) & ~(size_t)7;
    if (all > sizeof pool - taken) return NULL;
    taken += all;
    *p = n;
    return p + 2;
}

void *calloc(size_t n, size_t each)
{
    void *p = malloc(n * each);
    if (p) memset(p, 0, n * each);
    return p;
}

void *realloc(void *old, size_t n)
{
    void *p = malloc(n);
    if (p && old) {
        const size_t had = ((const size_t *)old)[-2];
        memcpy(p, old, had < n ? had : n);
    }
    return p;
}

void free(void *p)
{
    (void)p;
}

void exit(int code)
{
    CHECK(code == 0);
    for (;;) {}
}

FILE *stderr;

int fprintf(FILE *f, const char *format, ...)
{
    (void)f;
    print_text(format);
    return 0;
}

double floor(double x)
{
    return x < 0 ? 0 : (double)(uint32_t)x; /* only used for roots of lengths */
}

/* Reduced to a quarter turn, halved twice for a short series, and doubled again: 1e-15 is exact enough for f32 twiddles. */
void sincos(double x, double *sine, double *cosine)
{
    const double quarter = 1.5707963267948966;
    const int32_t turns = (int32_t)(x / quarter + (x < 0 ? -0.5 : 0.5));
    const double r = x - turns * quarter, z = r * r;
    double s = 1, c = 1;
    for (int k = 20; k > 1; k -= 2) {
        s = 1 - s * z / (k * (k + 1));
        c = 1 - c * z / ((k - 1) * k);
    }
    s *= r;
    *sine = turns & 2 ? -(turns & 1 ? c : s) : turns & 1 ? c : s;
    *cosine = (turns + 1) & 2 ? -(turns & 1 ? s : c) : turns & 1 ? s : c;
}

double sin(double x)
{
    double s, c;
    sincos(x, &s, &c);
    return s;
}

double cos(double x)
{
    double s, c;
    sincos(x, &s, &c);
    return c;
}

static void spectra(void)
{
    static float w[4096], t[4096], magnitude[8193], found[64];
    static kiss_fft_cpx f[8193];
    for (int i = 0; i < 4096; i++) w[i] = (float)(0.5 - 0.5 * cos(6.283185307179586 * i / 4096));
    kiss_fftr_cfg cfg = kiss_fftr_alloc(4096, 0, NULL, NULL);
    report_begin("audio-kissfft", 32768);
    mark();
    size_t n = centroids(input, 32768, 4096, cfg, w, t, f, magnitude, found);
    mark();
    CHECK(n == 29 && found[28] > 0);
    /* A constant signal is in the first bin only. */
    for (int i = 0; i < 4096; i++) t[i] = 1;
    kiss_fftr(cfg, t, f);
    CHECK(f[0].r > 4095.9f && f[0].r < 4096.1f && f[1].r < 0.01f && f[1].r > -0.01f && f[777].i < 0.01f && f[777].i > -0.01f);
    cfg = kiss_fftr_alloc(16384, 0, NULL, NULL);
    report_begin("satcom-kissfft", 65536);
    mark();
    n = tops(input, 65536, 16384, cfg, f, magnitude, found);
    mark();
    CHECK(n == 13 && found[12] > 0);
}

static void coding(void)
{
    const unsigned char *in = (const unsigned char *)ints;
    report_begin("encode-libaec", INTS);
    mark();
    const size_t made = aec_coded(in, sizeof ints, coded, sizeof coded);
    mark();
    CHECK(made > 0 && made < sizeof ints);
    report_number("RATIO", sizeof ints * 1000 / (made ? made : 1));
    report_begin("decode-libaec", INTS);
    mark();
    const size_t back = aec_decoded(coded, made, rows, sizeof ints);
    mark();
    CHECK(back == sizeof ints && memcmp(rows, in, sizeof ints) == 0);
}

void bench_packages(void)
{
    spectra();
    coding();
}
