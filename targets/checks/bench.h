/* Shared by the bench and its comparisons. */
#ifndef BENCH_H
#define BENCH_H

#include "checks.h"

void mark(void); /* of the machine: reads the instruction count */
void report_begin(const char *name, uint64_t samples);
void report_number(const char *what, uint64_t n);
void bench(void);
void bench_loops(void);
void bench_packages(void);

enum { FLOATS = 131072, INTS = 32768, SYMBOLS = 16384 };
extern float input[FLOATS];
extern int16_t ints[INTS];
extern unsigned char symbols[SYMBOLS], coded[256 * 1024], rows[1 << 18];

#endif
