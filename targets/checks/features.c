/* Every built-in kind: its rows equal tests/golden/features_flight.txt bit for bit, in both orders. */
#include "feature_cases.h"
#include "golden.h"

/* The area has three parts: for the pipeline, its samples, and its rows. */
enum { PART = AREA_BYTES / 4 };
#define INPUT_AREA (area.bytes + 2 * PART)
#define ROWS_AREA (area.bytes + 3 * PART)

typedef struct { uint64_t next; size_t bytes; } kept;

static int32_t keep(void *ctx, uint64_t first, size_t n, const void *data, size_t bytes)
{
    kept *k = (kept *)ctx;
    if (first != k->next || bytes > PART - k->bytes) return 1;
    memcpy(ROWS_AREA + k->bytes, data, bytes);
    k->next += n;
    k->bytes += bytes;
    return 0;
}

/* Rows of the input per row of a stage: its parameter hop; of burst those of its edge. */
static uint64_t stride_of(const feature_stage *s)
{
    if (s->kind == sqs_kind_burst) return (uint64_t)s->lookahead + 1;
    for (uint32_t i = 0; i < s->param_count; i++) {
        const char *key = s->params[i].key;
        if (key[0] == 'h' && key[1] == 'o' && key[2] == 'p' && !key[3]) return (uint64_t)s->params[i].value;
    }
    return 1;
}

const feature_stage *feature_last(const feature_case *c)
{
    const feature_stage *s = c->stages;
    while (s[1].kind) s++;
    return s;
}

static uint32_t chain(sqs_pipeline *p, const feature_case *c)
{
    const char *before = FROM_INPUT.name;
    uint32_t id = 0;
    for (const feature_stage *s = c->stages; s->kind; s++) {
        sqs_edge_desc edges[2] = { FROM_INPUT, FROM_INPUT };
        sqs_builtin_desc d;
        memset(&d, 0, sizeof d);
        d.struct_size = sizeof d;
        d.kind = d.name = s->name;
        d.params = s->params;
        d.param_count = s->param_count;
        d.edges = edges;
        d.edge_count = s->also ? 2 : 1;
        edges[0].name = before;
        if (s->also) edges[1].name = s->also;
        edges[d.edge_count - 1].lookback = s->lookback;
        edges[d.edge_count - 1].lookahead = s->lookahead;
        /* A kind refuses another kind's name. */
        CHECK_STATUS(sqs_stage_register_kind(p, s->kind(), &d, &id), SQS_OK);
        before = s->name;
    }
    return id;
}

/* Computes all rows of a case into ROWS_AREA and returns their bytes. where: as for pipeline_in. */
static size_t rows_of(const feature_case *c, control_area *where, uint32_t mode, uint64_t budget, uint64_t *min_budget)
{
    sqs_config config = config_of(c->window, c->hop, c->dtype);
    kept k = { 0, 0 };
    size_t accepted = 0;
    config.channels = c->channels;
    config.mode = mode;
    config.memory_budget_bytes = budget;
    config.input_capacity = FEATURE_SAMPLES;
    config.param_bytes = 4096;
    sqs_pipeline *p = pipeline_in(where, &config);
    const uint32_t id = chain(p, c);
    const sqs_request ask = all_of(id);
    const sqs_plan_info plan = plan_of(p, &ask, 1);
    CHECK(plan.work_bytes <= 2 * PART);
    *min_budget = plan.min_budget_bytes;
    CHECK_STATUS(sqs_pipeline_seal(p, &ask, 1, where ? area.bytes : NULL, where ? (size_t)plan.work_bytes : 0), SQS_OK);
    feature_input(c, INPUT_AREA);
    CHECK_STATUS(sqs_push(p, 0, INPUT_AREA, FEATURE_SAMPLES, &accepted), SQS_OK);
    CHECK_STATUS(sqs_push_end(p, 0), SQS_OK);
    CHECK_STATUS(sqs_evaluate_to(p, &ask, keep, &k), SQS_OK);
    const uint64_t windows = 1 + (FEATURE_SAMPLES - c->window) / c->hop, stride = stride_of(feature_last(c));
    CHECK(k.next == (windows + stride - 1) / stride);
    sqs_pipeline_delete(p);
    return k.bytes;
}

static size_t bytes_of(uint32_t dtype)
{
    switch (dtype) {
    case SQS_I8: case SQS_U8: return 1;
    case SQS_I16: case SQS_U16: return 2;
    case SQS_I64: case SQS_F64: return 8;
    default: return 4; /* a complex element is two numbers */
    }
}

/* The bits of the number at `x`. */
static uint64_t word_of(const unsigned char *x, uint32_t dtype)
{
    uint16_t half;
    uint32_t single;
    uint64_t wide;
    switch (bytes_of(dtype)) {
    case 1: return *x;
    case 2: memcpy(&half, x, 2); return half;
    case 4:
        memcpy(&single, x, 4);
        return (dtype == SQS_F32 || dtype == SQS_C32) && (single & 0x7fffffffu) > 0x7f800000u ? 0x7fc00000u : single;
    default:
        memcpy(&wide, x, 8);
        return dtype == SQS_F64 && (wide & INT64_MAX) > 0x7ff0000000000000u ? 0x7ff8000000000000u : wide;
    }
}

static size_t shown_at(const feature_rows *r, size_t i)
{
    return r->count * (2 * i + 1) / (2 * SHOWN);
}

feature_rows feature_run(const feature_case *c, uint32_t mode, uint64_t budget, uint64_t *min_budget)
{
    const size_t bytes = rows_of(c, &control, mode, budget, min_budget), each = bytes_of(c->out);
    feature_rows r;
    r.count = bytes / each;
    for (size_t i = 0; i < SHOWN; i++) r.words[i] = word_of(ROWS_AREA + shown_at(&r, i) * each, c->out);
    for (size_t i = 0; i < r.count; i++) {
        uint64_t word = word_of(ROWS_AREA + i * each, c->out);
        for (size_t k = each; k-- > 0; word >>= 8) ROWS_AREA[i * each + k] = (unsigned char)word;
    }
    r.crc = crc32c(ROWS_AREA, bytes);
    return r;
}

/* True if the name is "kind detail". */
static int is_named(const char *name, const char *kind, const char *detail)
{
    while (*kind && *name == *kind) name++, kind++;
    if (*kind || *name++ != ' ') return 0;
    while (*detail && *name == *detail) name++, detail++;
    return *name == *detail;
}

static void say_word(uint64_t word)
{
    if (word >> 32) print_hex((uint32_t)(word >> 32));
    print_hex((uint32_t)word);
}

static void compare(const feature_case *c, const golden_feature *g, const feature_rows *r, const char *order)
{
    const unsigned failed = failures;
    CHECK(is_named(g->name, feature_last(c)->name, c->detail));
    CHECK(c->out == g->dtype && r->count == g->count);
    CHECK(r->crc == g->crc);
    CHECK(memcmp(r->words, g->words, sizeof r->words) == 0);
    if (failures == failed || failures > 50) return;
    print_text("  of ");
    print_text(g->name);
    print_text(order);
    for (size_t i = 0; i < SHOWN; i++) {
        if (r->words[i] == g->words[i]) continue;
        print_text("\n    number ");
        print_number(shown_at(r, i));
        print_text(" is ");
        say_word(r->words[i]);
        print_text(", golden ");
        say_word(g->words[i]);
    }
    print_text("\n");
}

void check_features(void)
{
    CHECK(feature_count == sizeof golden_features / sizeof *golden_features);
    for (size_t i = 0; i < feature_count && i < sizeof golden_features / sizeof *golden_features; i++) {
        const feature_case *c = &feature_cases[i];
        uint64_t min_budget = 0;
        feature_rows r = feature_run(c, SQS_MODE_CLASSIC, 0, &min_budget);
        compare(c, &golden_features[i], &r, ", classic");
        r = feature_run(c, SQS_MODE_SQRT, min_budget, &min_budget);
        compare(c, &golden_features[i], &r, ", in blocks");
    }
}

#if __STDC_HOSTED__

/* Counts numbers that differ by more than this fraction of their row's maximum. */
static size_t apart(const float *own, const float *host, size_t rows, size_t len, double tolerance)
{
    size_t count = 0;
    for (size_t i = 0; i < rows; i++, own += len, host += len) {
        double most = 0.0;
        for (size_t k = 0; k < len; k++) most = own[k] > most ? own[k] : most;
        for (size_t k = 0; k < len; k++) {
            const double d = (double)own[k] - (double)host[k];
            count += !(d <= most * tolerance && -d <= most * tolerance);
        }
    }
    return count;
}

#endif

/* On the heap the host uses another transform than in caller memory: the spectra are close, not equal. */
void check_spectra(void)
{
#if __STDC_HOSTED__
    for (const feature_case *c = feature_cases; c < feature_cases + feature_count; c++) {
        const int power = feature_last(c)->kind == sqs_kind_rfft_power;
        if (!power && feature_last(c)->kind != sqs_kind_rfft_magnitude) continue;
        uint64_t min_budget = 0;
        const size_t bytes = rows_of(c, &control, SQS_MODE_CLASSIC, 0, &min_budget), row = (size_t)c->window / 2 + 1;
        float *const own = (float *)(ROWS_AREA + PART / 2), *const host = (float *)ROWS_AREA;
        CHECK(bytes > 0 && bytes <= PART / 2 && bytes % (row * sizeof *own) == 0);
        memcpy(own, host, bytes);
        CHECK(rows_of(c, NULL, SQS_MODE_CLASSIC, 0, &min_budget) == bytes);
        CHECK(apart(own, host, bytes / sizeof *own / row, row, power ? 2e-6 : 1e-6) == 0);
    }
#else
    const sqs_config c = config_of(4, 4, SQS_F32);
    sqs_pipeline *p = NULL;
    CHECK_STATUS(sqs_pipeline_new(&c, NULL, &p, NULL), SQS_ERR_UNSUPPORTED);
#endif
}
