/* The checks on a machine with an operating system; with the argument "features" it prints features_flight.txt. */
#include "feature_cases.h"
#include <stdio.h>
#include <string.h>

void out_char(char c)
{
    putchar(c);
}

/* Enough digits to read the number back bit for bit. */
static void print_value(uint32_t dtype, uint64_t word)
{
    const uint32_t low = (uint32_t)word;
    float single;
    double wide;
    switch (dtype) {
    case SQS_F32: case SQS_C32: memcpy(&single, &low, 4); printf(" %.9g", (double)single); break;
    case SQS_F64: memcpy(&wide, &word, 8); printf(" %.17g", wide); break;
    case SQS_I16: printf(" %d", (int16_t)word); break;
    default: printf(" %u", (unsigned)word); break;
    }
}

static void print_features(void)
{
    static const char *const types[] = { "", "i8", "u8", "i16", "u16", "i32", "u32", "i64", "f32", "f64", "c32" };
    for (const feature_case *c = feature_cases; c < feature_cases + feature_count; c++) {
        uint64_t min_budget;
        const feature_rows r = feature_run(c, SQS_MODE_CLASSIC, 0, &min_budget);
        printf("%s %s: %u %s, ", feature_last(c)->name, c->detail, (unsigned)r.count, types[c->out]);
        printf("%08x:", (unsigned)r.crc);
        for (int i = 0; i < SHOWN; i++) print_value(c->out, r.words[i]);
        printf("\n");
    }
}

int main(int argc, char **argv)
{
    if (argc == 2 && strcmp(argv[1], "features") == 0) print_features();
    else for (const check *c = all_checks; c->name; c++) run_check(c);
    return failures != 0;
}
