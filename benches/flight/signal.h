/* Signals of the flight benchmark. They are computed with integers, so that they are identical on every machine. */
#ifndef SIGNAL_H
#define SIGNAL_H

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

static uint32_t seed = 42;

/* A random number of 24 bits. */
static inline uint32_t draw(void)
{
    seed = seed * 1664525u + 1013904223u;
    return seed >> 8;
}

/* A wandering 16-bit signal: two resonances and three bits of noise. */
static inline void wander(int16_t *x, size_t n)
{
    int32_t at = 0, speed = 0;
    for (size_t i = 0; i < n; i++) {
        speed += (int32_t)(draw() % 41) - 20 - speed / 8 - at / 64;
        at += speed;
        x[i] = (int16_t)(at + (int32_t)(draw() % 7));
    }
}

/* A tone in noise, from -1 to 1. */
static inline void tone(float *x, size_t n)
{
    int32_t re = 1 << 14, im = 0;
    for (size_t i = 0; i < n; i++) {
        re -= im / 7;
        im += re / 7;
        x[i] = ((float)im + (float)(draw() % 4096) - 2048.0f) / 32768.0f;
    }
}

/* Latencies with a tail: the reciprocal of the product of three random numbers. */
static inline void latencies(float *x, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        float product = 1.0f;
        for (int k = 0; k < 3; k++) product *= (float)(draw() & 0xffff) / 65536.0f + 0.01f;
        x[i] = 1.0f / product;
    }
}

/* The samples of the little-endian file that SQS_FLIGHT_I16 names, or a generated signal. */
static inline void recorded(int16_t *x, size_t n)
{
    const char *name = getenv("SQS_FLIGHT_I16");
    FILE *f = name ? fopen(name, "rb") : NULL;
    unsigned char b[2];
    if (!name) {
        wander(x, n);
        return;
    }
    for (size_t i = 0; i < n; i++) {
        if (!f || fread(b, 2, 1, f) != 1) exit(3);
        x[i] = (int16_t)(uint16_t)(b[0] | b[1] << 8);
    }
    fclose(f);
}

/* n pairs of bits of a convolutional code with K = 7 and rate 1/2; one in 32 second bits is wrong. */
static inline void symbols(uint8_t *x, size_t n)
{
    uint32_t state = 0;
    for (size_t i = 0; i < n; i++) {
        state = (state << 1 | (draw() >> 5 & 1)) & 127;
        uint32_t a = state & 0171, b = state & 0133;
        for (int s = 4; s; s >>= 1) a ^= a >> s, b ^= b >> s;
        x[2 * i] = a & 1;
        x[2 * i + 1] = (b & 1) ^ (draw() % 32 == 0);
    }
}

/* Zeroed memory. */
static inline void *allocate(size_t bytes)
{
    void *p = calloc(bytes, 1);
    if (!p) exit(4);
    return p;
}

/* Prints a checksum of the result, so that the compiler does not remove the work. */
static inline void print_sum(const void *p, size_t bytes)
{
    const unsigned char *b = p;
    uint32_t sum = 0;
    for (size_t i = 0; i < bytes; i += 97) sum = sum * 31 + b[i];
    printf("%08x\n", (unsigned)sum);
}

#endif
