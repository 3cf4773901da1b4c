/* Parameters that change at rows: commands in a stream, the same rows in every order, files, refusals word for word. */
#include "check.h"
#include "texts.h"

enum { SAMPLES = 600, HOP = 2, ROWS = SAMPLES / HOP, MAX = 16 };

static float x[SAMPLES];

/* What was commanded, in the order of the commands. */
typedef struct { uint64_t row; double alpha; double factor; } command;

/* Rows of "smooth" (ema) and of "scaled" (its sums, times a factor) in arrays. */
static void naive(const command *list, int n, float *smooth, float *scaled)
{
    double average = 0.0;
    for (int t = 0; t < ROWS; t++) {
        double alpha = 0.5, factor = 1.0;
        for (int k = 0; k < n; k++) {
            if (list[k].row > (uint64_t)t) continue;
            if (list[k].alpha > 0.0) alpha = list[k].alpha;
            if (list[k].factor != 0.0) factor = list[k].factor;
        }
        for (int j = 0; j < HOP; j++) {
            const double v = x[t * HOP + j];
            average = t == 0 && j == 0 ? v : average + alpha * (v - average);
            smooth[t * HOP + j] = (float)average;
        }
        scaled[t] = (float)factor * (smooth[t * HOP] + smooth[t * HOP + 1]);
    }
}

static int32_t scaled_run(void *ctx, const sqs_stage_io *io)
{
    float *y = (float *)io->out;
    for (size_t i = 0; i < io->rows; i++) {
        const float *in = SQS_ROW(float, &io->edges[0], i);
        y[i] = *(const float *)ctx * (in[0] + in[1]);
    }
    return 0;
}

static int32_t read_x(void *ctx, uint64_t first, void *to, size_t n, size_t *got)
{
    (void)ctx;
    memcpy(to, x + first, n * sizeof(float));
    *got = n;
    return 0;
}

static int32_t keep(void *ctx, uint64_t first, size_t rows, const void *data, size_t bytes)
{
    (void)rows;
    memcpy((float *)ctx + first, data, bytes);
    return 0;
}

/* The rows of a call from the last to the first. */
static int32_t keep_reversed(void *ctx, uint64_t first, size_t rows, const void *data, size_t bytes)
{
    (void)bytes;
    for (size_t i = 0; i < rows; i++) ((float *)ctx)[first - i] = ((const float *)data)[i];
    return 0;
}

static float ONE = 1.0f;
static const sqs_edge_desc FROM_SMOOTH = { "smooth", 0, 0, SQS_BOUNDARY_ZERO, 0 };

static sqs_param number(const char *key, double value)
{
    sqs_param p = { key, value, NULL, 0 };
    return p;
}

static sqs_pipeline *graph(uint32_t changes, int source, uint32_t *smooth, uint32_t *scaled)
{
    sqs_config c = config_of(HOP, HOP, 64);
    sqs_pipeline *p = NULL;
    const sqs_param alpha = number("alpha", 0.5);
    sqs_builtin_desc b;
    sqs_stage_desc d = stage_of("scaled", &FROM_SMOOTH);
    c.max_param_changes = changes;
    memset(&b, 0, sizeof b);
    b.struct_size = sizeof b; b.kind = "ema"; b.name = "smooth"; b.edges = &FROM_INPUT; b.edge_count = 1;
    b.params = &alpha; b.param_count = 1;
    d.run = scaled_run; d.ctx = &ONE;
    CHECK_STATUS(sqs_pipeline_new(&c, NULL, &p, NULL), SQS_OK);
    CHECK_STATUS(sqs_stage_register_builtin(p, &b, smooth), SQS_OK);
    CHECK_STATUS(sqs_stage_register(p, &d, scaled), SQS_OK);
    if (source) {
        sqs_source s;
        memset(&s, 0, sizeof s);
        s.struct_size = sizeof s; s.read = read_x; s.samples = SAMPLES;
        CHECK_STATUS(sqs_source_set(p, 0, &s), SQS_OK);
    } else {
        CHECK_STATUS(sqs_output_open(p, *scaled, 8), SQS_OK);
    }
    return p;
}

static unsigned char file[1 << 16];
static size_t file_bytes;
static int32_t to_file(void *ctx, const void *data, size_t n)
{
    (void)ctx;
    memcpy(file + file_bytes, data, n);
    file_bytes += n;
    return 0;
}

/* A stream of pushes, with a command every few rows, saved and continued in another pipeline in the middle. */
static void commands_in_a_stream(void)
{
    static float factors[MAX], want[ROWS], smooth_rows[SAMPLES];
    float got[ROWS], row[8];
    command list[MAX];
    int n = 0, rows = 0, resumed = 0;
    size_t sent = 0, accepted, pulled;
    uint64_t done, at;
    uint32_t smooth, scaled;
    sqs_pipeline *p = graph(4, 0, &smooth, &scaled);
    CHECK_STATUS(sqs_pipeline_seal(p, NULL, 0, NULL, 0), SQS_OK);
    while (rows < ROWS) {
        const size_t part = SAMPLES - sent < 30 ? SAMPLES - sent : 30;
        if (part > 0) {
            CHECK(sqs_push(p, 0, x + sent, part, &accepted) >= SQS_OK);
            sent += accepted;
            if (sent == SAMPLES) CHECK_STATUS(sqs_push_end(p, 0), SQS_OK);
        }
        CHECK(sqs_step(p, 5, &done) >= SQS_OK);
        CHECK(sqs_pull(p, scaled, row, 8, &pulled) >= SQS_OK);
        memcpy(got + rows, row, pulled * sizeof(float));
        rows += (int)pulled;
        if (n + 1 < MAX && rows >= 17 * (n + 1)) {
            const sqs_param alpha = number("alpha", 1.0 / (n + 3));
            factors[n] = (float)(n + 2);
            CHECK_STATUS(sqs_stage_params(p, smooth, &alpha, 1, SQS_NEXT_ROW, &at), SQS_OK);
            list[n].row = at; list[n].alpha = alpha.value; list[n].factor = 0.0;
            n++;
            CHECK_STATUS(sqs_stage_context(p, scaled, &factors[n - 1], (uint32_t)n, SQS_NEXT_ROW, &at), SQS_OK);
            CHECK(at >= (uint64_t)rows);
            list[n].row = at; list[n].alpha = 0.0; list[n].factor = factors[n - 1];
            n++;
        }
        if (n >= 4 && !resumed) {
            sqs_pipeline *other = graph(4, 0, &smooth, &scaled);
            uint64_t size;
            CHECK_STATUS(sqs_pipeline_seal(other, NULL, 0, NULL, 0), SQS_OK);
            CHECK_STATUS(sqs_checkpoint_save(p, to_file, NULL, &size), SQS_OK);
            CHECK_STATUS(sqs_checkpoint_restore(other, file, file_bytes, NULL), SQS_ERR_GRAPH);
            CHECK_DETAIL(other, "is not made here");
            for (int k = 0; k < n; k++) {
                const sqs_param alpha = number("alpha", list[k].alpha);
                if (list[k].alpha > 0.0) {
                    CHECK_STATUS(sqs_stage_params(other, smooth, &alpha, 1, list[k].row, NULL), SQS_OK);
                } else {
                    CHECK_STATUS(sqs_stage_context(other, scaled, &factors[k - 1], (uint32_t)k, list[k].row, NULL), SQS_OK);
                }
            }
            CHECK_STATUS(sqs_checkpoint_restore(other, file, file_bytes, NULL), SQS_OK);
            sqs_pipeline_delete(p);
            p = other;
            resumed = 1;
        }
    }
    naive(list, n, smooth_rows, want);
    CHECK(n > 8 && resumed && memcmp(got, want, sizeof want) == 0);
    sqs_pipeline_delete(p);
}

/* Rows of a recording, forward, in reverse and again, after commands between the evaluations. */
static void commands_and_random_access(void)
{
    static float want[ROWS], smooth_rows[SAMPLES], got[ROWS], three = 3.0f;
    const sqs_param slow = number("alpha", 0.125);
    command list[2] = { { 100, 0.125, 0.0 }, { 200, 0.0, 3.0 } };
    sqs_request asks[2];
    uint32_t smooth, scaled;
    uint64_t at, freed, written;
    sqs_pipeline *p = graph(2, 1, &smooth, &scaled);
    asks[0] = asks[1] = all_of(scaled);
    asks[1].order = SQS_ORDER_REVERSE;
    CHECK_STATUS(sqs_pipeline_seal(p, asks, 2, NULL, 0), SQS_OK);
    CHECK_STATUS(sqs_evaluate(p, scaled, 0, 100, got, sizeof got, &written), SQS_OK);
    CHECK_STATUS(sqs_stage_params(p, smooth, &slow, 1, SQS_NEXT_ROW, &at), SQS_OK);
    CHECK(at == 100);
    CHECK_STATUS(sqs_stage_context(p, scaled, &three, 1, 200, &at), SQS_OK);
    naive(list, 2, smooth_rows, want);
    for (int down = 0; down < 4; down++) {
        memset(got, 0xff, sizeof got);
        CHECK_STATUS(sqs_evaluate_to(p, &asks[down % 2], down % 2 ? keep_reversed : keep, got), SQS_OK);
        CHECK(memcmp(got, want, sizeof want) == 0);
    }
    CHECK_STATUS(sqs_stage_params_release(p, smooth, 150, &freed), SQS_OK);
    CHECK(freed == 0); /* that of row 100 is in force at row 150 */
    CHECK_STATUS(sqs_pipeline_reset(p), SQS_OK);
    CHECK_STATUS(sqs_evaluate(p, scaled, 0, SQS_ALL, got, sizeof got, &written), SQS_OK);
    naive(list, 0, smooth_rows, want);
    CHECK(written == ROWS && memcmp(got, want, sizeof want) == 0);
    sqs_pipeline_delete(p);
}

/* Nothing is needed where nothing can change. */
static void bytes(void)
{
    sqs_config c = config_of(HOP, HOP, 64);
    size_t none, some, align;
    sqs_plan_info plan[2];
    CHECK_STATUS(sqs_pipeline_control_bytes(&c, &none, &align), SQS_OK);
    c.max_param_changes = 2;
    CHECK_STATUS(sqs_pipeline_control_bytes(&c, &some, &align), SQS_OK);
    CHECK(some > none + 3 * 1024);
    c.param_change_bytes = 64;
    CHECK_STATUS(sqs_pipeline_control_bytes(&c, &align, &none), SQS_OK);
    CHECK(align + 3 * 900 < some);
    for (uint32_t i = 0; i < 2; i++) {
        uint32_t smooth, scaled;
        sqs_pipeline *p = graph(i * 100, 0, &smooth, &scaled);
        memset(&plan[i], 0, sizeof plan[i]);
        plan[i].struct_size = sizeof plan[i];
        CHECK_STATUS(sqs_plan(p, NULL, 0, &plan[i]), SQS_OK);
        sqs_pipeline_delete(p);
    }
    CHECK(plan[0].work_bytes == plan[1].work_bytes); /* neither stage has a table */
}

#define TEXT(call, status, marked) \
    do { \
        CHECK_STATUS(call, status); \
        detail(__LINE__, p, marked); \
    } while (0)

static void refusals(void)
{
    uint32_t smooth, scaled;
    double many[200] = { 0.0 };
    sqs_param alpha = number("alpha", 0.25), wide[2];
    sqs_config c = config_of(256, 256, 0);
    sqs_builtin_desc b;
    sqs_error e;
    uint32_t fir, longer;
    sqs_pipeline *p = graph(0, 0, &smooth, &scaled);
    CHECK_STATUS(sqs_stage_params(p, smooth, &alpha, 1, 0, NULL), SQS_ERR_STATE);
    CHECK_STATUS(sqs_pipeline_seal(p, NULL, 0, NULL, 0), SQS_OK);
    TEXT(sqs_stage_params(p, smooth, &alpha, 1, 0, NULL), SQS_ERR_LIMIT,
         "stage <smooth>: the pipeline has <no room> for changes: set <max_param_changes> of its config");
    sqs_pipeline_delete(p);

    p = graph(1, 1, &smooth, &scaled);
    CHECK_STATUS(sqs_pipeline_seal(p, NULL, 0, NULL, 0), SQS_OK);
    TEXT(sqs_stage_context(p, smooth, &ONE, 1, 0, NULL), SQS_ERR_ARGUMENT,
         "stage <smooth> is <built in>: change its parameters with <sqs_stage_params>()");
    TEXT(sqs_stage_params(p, scaled, &alpha, 1, 0, NULL), SQS_ERR_ARGUMENT,
         "stage <scaled> is <one of the caller>: change its context with <sqs_stage_context>()");
    TEXT(sqs_stage_params(p, smooth, &alpha, 17, 0, NULL), SQS_ERR_LIMIT,
         "<param_count> is <17>: a built-in stage has <at most 16> parameters");
    CHECK_STATUS(sqs_stage_params(p, 9, &alpha, 1, 0, NULL), SQS_ERR_ARGUMENT);
    CHECK_STATUS(sqs_stage_params_release(p, 9, 0, NULL), SQS_ERR_ARGUMENT);
    alpha.value = 2.0;
    CHECK_STATUS(sqs_stage_params(p, smooth, &alpha, 1, 0, NULL), SQS_ERR_ARGUMENT);
    alpha.value = 0.25;
    CHECK_STATUS(sqs_stage_params(p, smooth, &alpha, 1, 10, NULL), SQS_OK);
    TEXT(sqs_stage_params(p, smooth, &alpha, 1, 20, NULL), SQS_ERR_LIMIT,
         "stage <smooth>: all <1> changes are in use: <sqs_stage_params_release>() frees those of earlier rows");
    {
        float rows[SAMPLES];
        uint64_t written;
        CHECK_STATUS(sqs_evaluate(p, scaled, 0, 40, rows, sizeof rows, &written), SQS_OK);
    }
    TEXT(sqs_stage_params(p, smooth, &alpha, 1, 39, NULL), SQS_ERR_RANGE,
         "stage <smooth>: the rows before <40> are computed: a change at row <39> is too late for them");
    sqs_pipeline_delete(p);

    /* More taps give shorter rows; a list that does not fit its block. */
    c.max_param_changes = 2; c.param_bytes = 4096; c.param_change_bytes = 256;
    memset(&b, 0, sizeof b);
    b.struct_size = sizeof b; b.kind = "fir"; b.name = "fir"; b.edges = &FROM_INPUT; b.edge_count = 1;
    wide[0].key = "taps"; wide[0].value = 0.0; wide[0].values = many; wide[0].count = 3;
    b.params = wide; b.param_count = 1;
    many[0] = 1.0;
    CHECK_STATUS(sqs_pipeline_new(&c, NULL, &p, NULL), SQS_OK);
    CHECK_STATUS(sqs_stage_register_builtin(p, &b, &fir), SQS_OK);
    /* 100 taps do not fit a block of 256 bytes. */
    b.kind = "fir"; b.name = "long"; wide[0].count = 100;
    CHECK_STATUS(sqs_stage_register_builtin(p, &b, &longer), SQS_OK);
    CHECK_STATUS(sqs_pipeline_seal(p, NULL, 0, NULL, 0), SQS_OK);
    wide[0].key = "taps"; wide[0].count = 5;
    TEXT(sqs_stage_params(p, fir, wide, 1, 0, NULL), SQS_ERR_GRAPH,
         "stage <fir>: the <row length> would be <252> instead of 254: only parameters that keep all sizes can change");
    wide[0].count = 100;
    TEXT(sqs_stage_params(p, longer, wide, 1, 0, NULL), SQS_ERR_MEMORY,
         "stage <long>: its parameters need at least <544> bytes more than a change has: raise <param_change_bytes>");
    sqs_pipeline_delete(p);

    c.max_param_changes = 5000;
    memset(&e, 0, sizeof e);
    e.struct_size = sizeof e;
    p = NULL;
    CHECK_STATUS(sqs_pipeline_new(&c, NULL, &p, &e), SQS_ERR_ARGUMENT);
    compare(__LINE__, e.text, "<sqs_config>: max_param_changes is <5000>, but at most <4096>");
}

static void descriptions(void)
{
    sqs_param_info info;
    uint32_t n = 0;
    sqs_status s;
    memset(&info, 0, sizeof info);
    info.struct_size = sizeof info;
    while ((s = sqs_stage_params_describe("ema", n, &info)) == SQS_OK) {
        if (n == 0) {
            CHECK(strcmp(info.name, "alpha") == 0 && strcmp(info.unit, "-") == 0);
            CHECK(strcmp(info.range, "above 0, at most 1") == 0 && info.param_type == SQS_PARAM_NUMBER);
            CHECK(strcmp(info.default_value, "required without span") == 0);
            CHECK(strcmp(info.meaning, "weight of a new sample") == 0);
        }
        n++;
    }
    CHECK(s == SQS_END && n == 5);
    CHECK_STATUS(sqs_stage_params_describe("no kind", 0, &info), SQS_ERR_NAME);
    CHECK_STATUS(sqs_stage_params_describe("fir", 0, NULL), SQS_ERR_ARGUMENT);
}

int main(void)
{
    for (int i = 0; i < SAMPLES; i++) x[i] = (float)((i * 37) % 101) * 0.25f - 7.0f;
    commands_in_a_stream();
    commands_and_random_access();
    bytes();
    refusals();
    descriptions();
    return DONE();
}
