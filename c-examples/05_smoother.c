/*
 * 05_smoother: a Kalman filter followed by a Rauch-Tung-Striebel smoother, 100,000 rows in 64 KiB of work memory.
 *
 * The smoother runs from the last row to the first over all estimates of the filter: 4 MB if all of them were kept. Here
 * they are recomputed from snapshots, and the plan reports how often. The program computes the rows backward and
 * forward, compares both with the classic order bit for bit, and prints the error against the textbook formula.
 */
#include "sqrtspace.h"
#include <math.h>
#include <stdio.h>
#include <string.h>

enum { ROWS = 100000, BUDGET = 64 * 1024 };
static const double Q = 1e-4, R = 25.0, P0 = 1e6; /* a second between measurements */
typedef struct { uint64_t rows, differ; int classic; } tally;
static struct estimate { double at, speed; } classic[ROWS];
static double truth[ROWS], measured[ROWS];

static double noise(void) /* mean 0, variance 1, nearly normal: twelve numbers of a 32-bit generator */
{
    static uint32_t s = 1;
    double sum = -6.0;
    for (int i = 0; i < 12; i++) sum += (double)(s = s * 1664525u + 1013904223u) / 4294967296.0;
    return sum;
}

static int32_t recording(void *ctx, uint64_t first, void *dst, size_t n, size_t *got)
{
    (void)ctx;
    memcpy(dst, &measured[first], n * sizeof *measured);
    *got = n;
    return 0;
}

/* Blocks of rows: ascending from row first on, or descending from it. */
static int32_t take(void *ctx, uint64_t first, size_t rows, const void *data, size_t bytes)
{
    const struct estimate *y = (const struct estimate *)data;
    tally *t = (tally *)ctx;
    const int down = first == ROWS - 1 - t->rows;
    if (t->classic) memcpy(&classic[first], data, bytes);
    for (size_t i = 0; i < rows; i++) t->differ += !!memcmp(y + i, &classic[down ? first - i : first + i], sizeof *y);
    t->rows += rows;
    return 0;
}

/* The largest distance of the classic rows from the smoother of the textbooks, over whole arrays in long double. */
static double textbook(void)
{
    static long double x[ROWS][2], p[ROWS][3], ahead[ROWS][2], spread[ROWS][3]; /* filtered; predicted before that */
    long double a = 0, b = 0, paa = P0, pab = 0, pbb = P0, most = 0;
    for (int t = 0; t < ROWS; t++) {
        ahead[t][0] = a, ahead[t][1] = b, spread[t][0] = paa, spread[t][1] = pab, spread[t][2] = pbb;
        const long double ka = paa / (paa + R), kb = pab / (paa + R), off = measured[t] - a;
        a += ka * off, b += kb * off, pbb -= kb * pab, pab -= ka * pab, paa -= ka * paa;
        x[t][0] = a, x[t][1] = b, p[t][0] = paa, p[t][1] = pab, p[t][2] = pbb;
        a += b, paa += 2 * pab + pbb + Q / 3, pab += pbb + Q / 2, pbb += Q;
    }
    for (int t = ROWS - 1; t >= 0; t--) {
        if (t < ROWS - 1) { /* x + P F' (F P F' + Q)^-1 (later x - F x) */
            const long double *s = spread[t + 1], *c = p[t], det = s[0] * s[2] - s[1] * s[1];
            const long double fa = x[t + 1][0] - ahead[t + 1][0], fb = x[t + 1][1] - ahead[t + 1][1];
            const long double ga = (s[2] * fa - s[1] * fb) / det, gb = (s[0] * fb - s[1] * fa) / det;
            x[t][0] += (c[0] + c[1]) * ga + c[1] * gb, x[t][1] += (c[1] + c[2]) * ga + c[2] * gb;
        }
        most = fmaxl(most, fmaxl(fabsl(x[t][0] - classic[t].at), fabsl(x[t][1] - classic[t].speed)));
    }
    return (double)most;
}

static int smooth(const char *title, uint32_t mode, uint64_t budget, uint32_t order)
{
    const sqs_param model[] = {{"dt", 1, NULL, 0}, {"q", Q, NULL, 0}, {"r", R, NULL, 0}, {"p0", P0, NULL, 0},
                               {"covariance", 0, NULL, 0}};
    const sqs_edge_desc from[] = {{"input", 0, 0, SQS_BOUNDARY_ZERO, 0}, {"filtered", 0, 0, SQS_BOUNDARY_ZERO, 0}};
    const sqs_builtin_desc filter = {sizeof filter, 0, "kalman", "filtered", &from[0], model, 1, 4, 0};
    const sqs_builtin_desc smoother = {sizeof smoother, 0, "rts_smoother", "smoothed", &from[1], model, 1, 5, 0};
    const sqs_source source = {sizeof source, 0, recording, NULL, ROWS, NULL};
    sqs_request ask = {sizeof ask, 1, 0, SQS_ALL, order, 0}; /* stage 1: the second one registered */
    sqs_plan_info plan = {.struct_size = sizeof plan};
    sqs_config config;
    tally t = {0, 0, mode == SQS_MODE_CLASSIC};
    sqs_pipeline *p = NULL;
    uint32_t id;
    char why[200] = "";
    sqs_config_init(&config, sizeof config);
    config.window = config.hop = 1;
    config.dtype = SQS_F64;
    config.mode = mode, config.memory_budget_bytes = budget;
    int bad = sqs_pipeline_new(&config, NULL, &p, NULL) || sqs_source_set(p, 0, &source) ||
              sqs_stage_register_builtin(p, &filter, &id) || sqs_stage_register_builtin(p, &smoother, &id) ||
              sqs_plan(p, &ask, 1, &plan) || sqs_pipeline_seal(p, &ask, 1, NULL, 0) ||
              sqs_evaluate_to(p, &ask, take, &t);
    if (bad) sqs_pipeline_error_detail(p, why, sizeof why, NULL);
    printf("%s: %d bytes, %d slots, tiles of %d rows, factor %.3f\n%d rows, %d not the classic ones%s\n", title,
           (int)plan.work_bytes, (int)plan.sweep_slots, (int)plan.sweep_tile_rows, plan.recompute_factor, (int)t.rows,
           (int)t.differ, why);
    sqs_pipeline_delete(p);
    return bad || t.rows != ROWS || t.differ > 0 || (budget > 0 && plan.work_bytes > budget);
}

int main(void)
{
    double at = 0.0, speed = 1.0, raw = 0.0, left = 0.0;
    for (int t = 0; t < ROWS; t++, at += speed, speed += sqrt(Q) * noise()) {
        truth[t] = at;
        measured[t] = at + sqrt(R) * noise();
    }
    if (smooth("classic", SQS_MODE_CLASSIC, 0, SQS_ORDER_FORWARD) ||
        smooth("last to first", SQS_MODE_SQRT, BUDGET, SQS_ORDER_REVERSE) ||
        smooth("first to last", SQS_MODE_SQRT, BUDGET, SQS_ORDER_FORWARD)) return 1;
    for (int t = 0; t < ROWS; t++) {
        raw += pow(measured[t] - truth[t], 2.0) / ROWS;
        left += pow(classic[t].at - truth[t], 2.0) / ROWS;
    }
    const double off = textbook();
    printf("measured %.3f m off, smoothed %.3f m; off the exact smoother %.0e at most\n", sqrt(raw), sqrt(left), off);
    return off < 1e-8 ? 0 : 1;
}
