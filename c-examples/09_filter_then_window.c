/*
 * 09_filter_then_window: a filter with state, and overlapping windows of its output.
 *
 * A filter must see each sample once. On an input with overlapping windows it is refused, and the error names the remedy:
 * filter rows of new samples (hop = window), then gather windows with frame.
 */
#include "sqrtspace.h"
#include <math.h>
#include <stdio.h>

enum { NEW = 16, WINDOW = 64, SAMPLES = 1600, ROWS = SAMPLES / NEW };

static int add(sqs_pipeline *p, const char *kind, const char *name, const char *of, uint32_t lookahead,
               const sqs_param *param, uint32_t *id)
{
    sqs_edge_desc from = {of, 0, lookahead, SQS_BOUNDARY_ZERO, 0};
    sqs_builtin_desc desc = {0};
    desc.struct_size = sizeof desc;
    desc.kind = kind, desc.name = name;
    desc.edges = &from, desc.edge_count = 1;
    desc.params = param, desc.param_count = param ? 1 : 0;
    return sqs_stage_register_builtin(p, &desc, id);
}

int main(void)
{
    static float x[SAMPLES], rms[ROWS];
    const sqs_param alpha = {"alpha", 0.125, NULL, 0};
    char detail[512];
    sqs_config config;
    sqs_pipeline *p = NULL;
    uint32_t id = 0;
    size_t accepted;
    uint64_t got = 0;
    for (int i = 0; i < SAMPLES; i++) x[i] = (float)((i * 37) % 101 - 50);

    sqs_config_init(&config, sizeof config);
    config.window = WINDOW, config.hop = NEW; /* each sample is in four windows */
    if (sqs_pipeline_new(&config, NULL, &p, NULL) != SQS_OK) return 1;
    if (add(p, "ema", "filtered", "input", 0, &alpha, &id) != SQS_ERR_GRAPH) return 1;
    sqs_pipeline_error_detail(p, detail, sizeof detail, NULL);
    printf("%s\n", detail);
    sqs_pipeline_delete(p);

    config.window = config.hop = NEW;
    config.input_capacity = SAMPLES;
    if (sqs_pipeline_new(&config, NULL, &p, NULL) != SQS_OK ||
        add(p, "ema", "filtered", "input", 0, &alpha, &id) != SQS_OK ||
        add(p, "frame", "windows", "filtered", WINDOW / NEW - 1, NULL, &id) != SQS_OK ||
        add(p, "rms", "rms", "windows", 0, NULL, &id) != SQS_OK) return 1;
    if (sqs_push(p, 0, x, SAMPLES, &accepted) < 0 || sqs_push_end(p, 0) != SQS_OK ||
        sqs_evaluate(p, id, 0, SQS_ALL, rms, sizeof rms, &got) != SQS_OK) return 1;

    /* The same by hand, for the windows that end before the samples do. */
    static double y[SAMPLES];
    double worst = 0.0;
    int windows = 0;
    for (int i = 0; i < SAMPLES; i++) y[i] = i ? y[i - 1] + 0.125 * (x[i] - y[i - 1]) : x[i];
    for (; windows * NEW + WINDOW <= SAMPLES; windows++) {
        double sum = 0.0;
        for (int k = 0; k < WINDOW; k++) sum += y[windows * NEW + k] * y[windows * NEW + k];
        worst = fmax(worst, fabs(sqrt(sum / WINDOW) / rms[windows] - 1.0));
    }
    printf("%llu rows, %d of whole windows, as computed by hand: %s\n", (unsigned long long)got, windows,
           worst < 1e-6 ? "yes" : "no");
    sqs_pipeline_delete(p);
    return 0;
}
