/* What the bench and its comparisons share. */
#ifndef BENCH_H
#define BENCH_H

#include "checks.h"

void mark(void); /* the machine's: the count so far is read when it is called */
void begin(const char *name, uint64_t samples);
void tell(const char *what, uint64_t n);
void bench(void);
void bench_loops(void);
void bench_packages(void);

enum { FLOATS = 131072, INTS = 32768, SYMBOLS = 16384 };
extern float input[FLOATS];
extern int16_t ints[INTS];
extern unsigned char symbols[SYMBOLS], coded[256 * 1024], rows[1 << 18];

#endif
