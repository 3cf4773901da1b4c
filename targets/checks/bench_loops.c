/* The workloads of the bench as plain C loops, for comparison. */
#include "bench.h"
#include "../../benches/flight/loops.h"

static float made[FLOATS];

/* Four sections of a low-pass filter. */
static void biquad(void)
{
    static const double sos[4][5] = { { 0.0048, 0.0096, 0.0048, -1.05, 0.28 },
                                      { 1, 2, 1, -1.12, 0.36 },
                                      { 1, 2, 1, -1.27, 0.53 },
                                      { 1, 2, 1, -1.53, 0.80 } };
    report_begin("biquad-loop", 32768);
    mark();
    biquads(input, 32768, sos, made);
    mark();
    CHECK(made[32767] < 1e6f && made[32767] > -1e6f);
}

static void quantiles(const char *name, size_t (*loop)(const float *, size_t, float *))
{
    report_begin(name, FLOATS);
    mark();
    const size_t n = loop(input, FLOATS, made);
    mark();
    CHECK(n == 2 * ((FLOATS - WINDOW) / HOP + 1) && made[0] < made[1]);
}

static void viterbi(void)
{
    static uint32_t decisions[SYMBOLS / 2][2];
    report_begin("viterbi-loop", SYMBOLS / 2);
    mark();
    viterbi_decisions(symbols, SYMBOLS / 2, decisions);
    mark();
    CHECK(decisions[100][0] != 0);
}

void bench_loops(void)
{
    quantiles("logs-selection", quantiles_by_selection);
    quantiles("logs-sorted", quantiles_of_sorted_pieces);
    biquad();
    viterbi();
}
