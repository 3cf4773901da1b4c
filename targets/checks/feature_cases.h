/* Cases of built-in stages over samples made from integers. */
#ifndef FEATURE_CASES_H
#define FEATURE_CASES_H

#include "checks.h"

enum { FEATURE_SAMPLES = 3000 };

/* Signals, before conversion to the element type. */
enum {
    TONE,    /* tone of checks.h; complex: with a copy a quarter period earlier */
    ODD,     /* f32: the same with NaN, infinities, negative zeros, and windows of NaN only */
    SYMBOLS, /* 0 to 3, each repeated for a while */
    CHANCES, /* probabilities: above 0 and at most 1 */
    CODE     /* symbols of the code of viterbi's default, one in 20 of them wrong */
};

typedef struct {
    const sqs_kind *(*kind)(void);
    const char *name; /* name of the kind and of the stage */
    const sqs_param *params;
    uint32_t param_count;
    const char *also;             /* second edge; the first one is the stage before */
    uint32_t lookback, lookahead; /* of the last edge */
} feature_stage;

typedef struct {
    const char *detail; /* the name of the case is the kind of the last stage and this */
    uint32_t out;       /* element type of the compared rows, those of the last stage */
    uint32_t dtype, signal, channels, window, hop;
    feature_stage stages[4]; /* up to the first one without a kind */
} feature_case;

extern const feature_case feature_cases[];
extern const size_t feature_count;

/* Writes the samples of a case, with one element per channel. */
void feature_input(const feature_case *c, void *to);

/* The numbers of all rows; a complex element is two numbers. A word has the bits of a number; all NaN have the same word. */
enum { SHOWN = 3 };
typedef struct {
    size_t count;
    uint32_t crc;          /* CRC-32C over the words, big-endian */
    uint64_t words[SHOWN]; /* from the middle of each third */
} feature_rows;

feature_rows feature_run(const feature_case *c, uint32_t mode, uint64_t budget, uint64_t *min_budget);
const feature_stage *feature_last(const feature_case *c);

#endif
