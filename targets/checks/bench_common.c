/* What the bench and its comparisons print. */
#include "bench.h"

void report_begin(const char *name, uint64_t samples)
{
    print_text("BENCH ");
    print_text(name);
    print_text(" ");
    print_number(samples);
    print_text("\n");
}

void report_number(const char *what, uint64_t n)
{
    print_text(what);
    print_text(" ");
    print_number(n);
    print_text("\n");
}
