/* Built-in stages over samples made of integers: what runs, over what, and what comes out. */
#ifndef FEATURE_CASES_H
#define FEATURE_CASES_H

#include "checks.h"

enum { FEATURE_SAMPLES = 3000 };

/* What samples are, before they become elements of their type. */
enum {
    TONE,    /* tone of checks.h; complex: with its quarter before it */
    ODD,     /* f32: the same with NaN, infinities, zeros below zero, and windows of nothing but NaN */
    SYMBOLS, /* 0 to 3, which stay for a while */
    CHANCES, /* above 0 and at most 1 */
    CODE     /* symbols of the code of viterbi's default, one in 20 of them wrong */
};

typedef struct {
    const sqs_kind *(*kind)(void);
    const char *name; /* of the kind, and of the stage */
    const sqs_param *params;
    uint32_t param_count;
    const char *also;             /* its second edge; the first is the stage before */
    uint32_t lookback, lookahead; /* of its last edge */
} feature_stage;

typedef struct {
    const char *detail; /* with the kind of the last stage before it the name of the case */
    uint32_t out;       /* element type of the rows that are looked at, those of the last stage */
    uint32_t dtype, signal, channels, window, hop;
    feature_stage stages[4]; /* up to the first without a kind */
} feature_case;

extern const feature_case feature_cases[];
extern const size_t feature_count;

/* Writes the samples of a case: as many elements as it has channels for each. */
void feature_input(const feature_case *c, void *to);

/* The numbers of all rows; a complex one is two. Words are bits of a number; a NaN is one, whatever its bits. */
enum { SHOWN = 3 };
typedef struct {
    size_t count;
    uint32_t crc;          /* CRC-32C over the words, big-endian */
    uint64_t words[SHOWN]; /* from the middle of each third */
} feature_rows;

feature_rows feature_run(const feature_case *c, uint32_t mode, uint64_t budget, uint64_t *least);
const feature_stage *feature_last(const feature_case *c);

#endif
