/* Built-in stages registered by kind: the same rows as by name; invalid kinds are refused. */
#include "check.h"

enum { SAMPLES = 4096, WINDOW = 256, HOP = 128 };

static sqs_pipeline *pipeline(void)
{
    sqs_config c = config_of(WINDOW, HOP, SAMPLES);
    sqs_pipeline *p = NULL;
    CHECK_STATUS(sqs_pipeline_new(&c, NULL, &p, NULL), SQS_OK);
    return p;
}

typedef struct {
    const char *name;
    const sqs_kind *kind;
} step;

static sqs_builtin_desc desc_of(const char *kind, const char *name, const sqs_edge_desc *from, const sqs_param *params)
{
    sqs_builtin_desc d;
    memset(&d, 0, sizeof d);
    d.struct_size = sizeof d;
    d.kind = kind;
    d.name = name;
    d.edges = from;
    d.edge_count = 1;
    d.params = params;
    d.param_count = params ? 1 : 0;
    return d;
}

/* hann -> rfft_power -> centroid -> ema; rows of the last stage. */
static uint64_t rows(int by_name, float *out, size_t bytes)
{
    const step steps[] = {
        { "hann", sqs_kind_hann() },
        { "rfft_power", sqs_kind_rfft_power() },
        { "centroid", sqs_kind_centroid() },
        { "ema", sqs_kind_ema() },
    };
    static float x[SAMPLES];
    const char *before = "input";
    sqs_param alpha;
    sqs_pipeline *p = pipeline();
    uint32_t id = 0;
    size_t accepted;
    uint64_t got = 0;
    memset(&alpha, 0, sizeof alpha);
    alpha.key = "alpha";
    alpha.value = 0.25;
    for (size_t i = 0; i < sizeof steps / sizeof *steps; i++) {
        const step *s = &steps[i];
        sqs_edge_desc from = FROM_INPUT;
        from.name = before;
        sqs_builtin_desc d = desc_of(by_name || i % 2 ? s->name : NULL, s->name, &from, i == 3 ? &alpha : NULL);
        if (by_name) CHECK_STATUS(sqs_stage_register_builtin(p, &d, &id), SQS_OK);
        else CHECK_STATUS(sqs_stage_register_kind(p, s->kind, &d, &id), SQS_OK);
        before = s->name;
    }
    for (int i = 0; i < SAMPLES; i++) x[i] = (float)((i * 37) % 101) - 50.0f + (float)(i % 7);
    CHECK_STATUS(sqs_push(p, 0, x, SAMPLES, &accepted), SQS_OK);
    CHECK_STATUS(sqs_evaluate(p, id, 0, SQS_ALL, out, bytes, &got), SQS_OK);
    sqs_pipeline_delete(p);
    return got;
}

static void the_same_rows(void)
{
    static float named[64], given[64];
    uint64_t n = rows(1, named, sizeof named);
    CHECK(n == 1 + (SAMPLES - WINDOW) / HOP);
    CHECK(rows(0, given, sizeof given) == n);
    CHECK(memcmp(named, given, (size_t)n * sizeof *named) == 0);
    CHECK(named[0] > 0.0f && named[0] != named[n - 1]);
}

static void what_is_refused(void)
{
    sqs_builtin_desc d = desc_of(NULL, "w", &FROM_INPUT, NULL);
    uint32_t words[64] = { 1, 2, 3 };
    uint32_t id = 77;
    sqs_pipeline *p = pipeline();
    CHECK_STATUS(sqs_stage_register_kind(NULL, sqs_kind_hann(), &d, &id), SQS_ERR_ARGUMENT);
    CHECK_STATUS(sqs_stage_register_kind(p, NULL, &d, &id), SQS_ERR_ARGUMENT);
    CHECK_STATUS(sqs_stage_register_kind(p, sqs_kind_hann(), NULL, &id), SQS_ERR_ARGUMENT);
    CHECK_STATUS(sqs_stage_register_kind(p, sqs_kind_hann(), &d, NULL), SQS_ERR_ARGUMENT);
    CHECK_STATUS(sqs_stage_register_kind(p, (const sqs_kind *)(const void *)words, &d, &id), SQS_ERR_ARGUMENT);
    CHECK_DETAIL(p, "sqs_kind");
    CHECK_STATUS(sqs_stage_register_kind(p, (const sqs_kind *)(const void *)((char *)words + 1), &d, &id), SQS_ERR_ALIGN);
    d.kind = "mean";
    CHECK_STATUS(sqs_stage_register_kind(p, sqs_kind_hann(), &d, &id), SQS_ERR_ARGUMENT);
    CHECK_DETAIL(p, "not the name of the given kind");
    d.kind = NULL;
    CHECK_STATUS(sqs_stage_register_builtin(p, &d, &id), SQS_ERR_ARGUMENT);
    d.flags = 1;
    CHECK_STATUS(sqs_stage_register_kind(p, sqs_kind_hann(), &d, &id), SQS_ERR_UNSUPPORTED);
    d.flags = 0;
    CHECK(id == 77);
    CHECK_STATUS(sqs_stage_register_kind(p, sqs_kind_hann(), &d, &id), SQS_OK);
    CHECK_STATUS(sqs_stage_register_kind(p, sqs_kind_hann(), &d, &id), SQS_ERR_NAME);
    sqs_pipeline_delete(p);
}

int main(void)
{
    the_same_rows();
    what_is_refused();
    return DONE();
}
