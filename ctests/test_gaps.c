#define _XOPEN_SOURCE 700
/* Missing samples: pushed as gaps, reported by sources, ranges of a recording that was damaged; and how many each row has. */
#include "scratch.h"

enum { GAPS = 3, N = 20000 };
static union { uint64_t align; unsigned char b[SQS_CONTROL_BYTES(4, 4) + 24 * GAPS]; } control;
static unsigned char work[1 << 16] __attribute__((aligned(64)));
static uint64_t events, last_count;
static char last_text[200];

static void note(void *ctx, const sqs_event *e)
{
    (void)ctx;
    if (e->kind != SQS_EVENT_GAP) return;
    events++;
    last_count = e->count;
    strcpy(last_text, e->text);
    CHECK(e->severity == SQS_SEVERITY_INFO);
}

/* Pushed i16 samples in static memory: to_f32 marks the value of missing ones, mean is NaN with them. */
static sqs_pipeline *built(uint32_t *level, uint32_t gaps)
{
    static const sqs_param params[] = {{"scale", 0.5, NULL, 0}, {"missing", -32768.0, NULL, 0}};
    const sqs_edge_desc from_volts = { "volts", 0, 0, SQS_BOUNDARY_ZERO, 0 };
    sqs_config c = config_of(4, 2, 12);
    sqs_memory m = { 0 };
    sqs_builtin_desc d = { 0 };
    sqs_pipeline *p = NULL;
    uint32_t id;
    c.dtype = SQS_I16;
    c.max_stages = c.max_edges = 4;
    c.max_gaps = gaps;
    c.gap_fill = -32768;
    c.event = note;
    m.struct_size = sizeof m;
    m.control = control.b;
    m.control_bytes = sizeof control;
    CHECK_STATUS(sqs_pipeline_new(&c, &m, &p, NULL), SQS_OK);
    d.struct_size = sizeof d;
    d.kind = "to_f32"; d.name = "volts"; d.edges = &FROM_INPUT; d.edge_count = 1; d.params = params; d.param_count = 2;
    CHECK_STATUS(sqs_stage_register_builtin(p, &d, &id), SQS_OK);
    d.kind = "mean"; d.name = "level"; d.edges = &from_volts; d.params = NULL; d.param_count = 0;
    CHECK_STATUS(sqs_stage_register_builtin(p, &d, level), SQS_OK);
    CHECK_STATUS(sqs_output_open(p, *level, 8), SQS_OK);
    return p;
}

/* The documented loop: samples 0 to 5, 3 missing, samples 9 to 13. */
static void pushed(void)
{
    static const int16_t x[14] = { 0, 2, 4, 6, 8, 10, 0, 0, 0, 18, 20, 22, 24, 26 };
    static const uint64_t want[6] = { 0, 0, 2, 3, 1, 0 };
    uint64_t accepted, done, missing[8], more[6], rows = 0;
    size_t taken, count;
    uint32_t level;
    float y[8];
    sqs_plan_info plan[2];
    for (uint32_t i = 0; i < 2; i++) {
        sqs_pipeline *p = built(&level, i * GAPS);
        memset(&plan[i], 0, sizeof plan[i]);
        plan[i].struct_size = sizeof plan[i];
        CHECK_STATUS(sqs_plan(p, NULL, 0, &plan[i]), SQS_OK);
        sqs_pipeline_delete(p);
    }
    /* The table is in the control area: 24 bytes for each gap, and nothing without. */
    CHECK(plan[0].work_bytes == plan[1].work_bytes);
    CHECK(plan[0].control_bytes + 24 * GAPS == plan[1].control_bytes);

    sqs_pipeline *p = built(&level, GAPS);
    CHECK_STATUS(sqs_pipeline_seal(p, NULL, 0, work, sizeof work), SQS_OK);
    events = 0;
    CHECK_STATUS(sqs_push(p, 0, x, 6, &taken), SQS_OK);
    CHECK_STATUS(sqs_push_gap(p, 0, 1, &accepted), SQS_OK);
    CHECK(accepted == 1 && events == 1);
    CHECK_STATUS(sqs_push_gap(p, 0, 2, &accepted), SQS_OK);
    CHECK(events == 2 && last_count == 2 && !strcmp(last_text, "input: 2 samples from sample 7 on are missing"));
    CHECK_STATUS(sqs_rows_missing(p, level, 0, 3, more), SQS_OK);
    CHECK(!memcmp(more, want, sizeof more / 2));
    CHECK_STATUS(sqs_rows_missing(p, level, 0, 4, more), SQS_ERR_RANGE);
    for (size_t at = 9; at < 14;) {
        sqs_status s = sqs_push(p, 0, x + at, 14 - at, &taken);
        CHECK(s == SQS_OK || s == SQS_AGAIN);
        at += taken;
        while (sqs_step(p, 1, &done) == SQS_OK) {}
        if (at == 14) CHECK_STATUS(sqs_push_end(p, 0), SQS_OK);
    }
    while (sqs_step(p, 9, &done) == SQS_OK) {}
    while (sqs_pull_counted(p, level, y, missing, 8, &count) == SQS_OK)
        for (size_t i = 0; i < count; i++, rows++) {
            const float mean = (float)(2 * rows + (2 * rows + 3)) / 2;
            CHECK(missing[i] == want[rows] && (missing[i] ? y[i] != y[i] : y[i] == mean));
        }
    CHECK(rows == 6 && count == 0);

    /* Refusals: no pointer, no input, after the end. */
    CHECK_STATUS(sqs_push_gap(p, 0, 1, &accepted), SQS_ERR_STATE);
    CHECK_STATUS(sqs_push_gap(p, 1, 1, &accepted), SQS_ERR_ARGUMENT);
    CHECK_STATUS(sqs_push_gap(p, 0, 1, NULL), SQS_ERR_ARGUMENT);
    CHECK_STATUS(sqs_rows_missing(p, level, 0, 1, NULL), SQS_ERR_ARGUMENT);
    CHECK_STATUS(sqs_rows_missing(p, level, 0, 0, NULL), SQS_OK);
    CHECK_STATUS(sqs_rows_missing(p, 9, 0, 1, more), SQS_ERR_ARGUMENT);
    CHECK_STATUS(sqs_pull_counted(p, 9, y, missing, 8, &count), SQS_ERR_ARGUMENT);

    /* A gap that does not fit continues later and is one gap. A full table refuses, and has room after steps and pulls. */
    CHECK_STATUS(sqs_pipeline_reset(p), SQS_OK);
    CHECK_STATUS(sqs_push_gap(p, 0, 1000, &accepted), SQS_AGAIN);
    CHECK(accepted == 12);
    CHECK_DETAIL(p, "input is full, 988 samples");
    uint64_t left = 988, gap_rows = 0;
    while (left) {
        CHECK(sqs_step(p, 9, &done) >= 0);
        while (sqs_pull_counted(p, level, y, missing, 8, &count) == SQS_OK)
            for (size_t i = 0; i < count; i++, gap_rows++) CHECK(missing[i] == 4);
        CHECK(sqs_push_gap(p, 0, left, &accepted) >= 0);
        left -= accepted;
    }
    CHECK(gap_rows > 480);
    CHECK_STATUS(sqs_pipeline_reset(p), SQS_OK);
    for (int i = 0; i < 3; i++) {
        CHECK_STATUS(sqs_push_gap(p, 0, 1, &accepted), SQS_OK);
        CHECK_STATUS(sqs_push(p, 0, x, 1, &taken), SQS_OK);
    }
    CHECK_STATUS(sqs_push_gap(p, 0, 1, &accepted), SQS_ERR_LIMIT);
    CHECK(accepted == 0);
    CHECK_DETAIL(p, "the table has room for 3 gaps and is full");
    CHECK_STATUS(sqs_step(p, 9, &done), SQS_OK);
    CHECK_STATUS(sqs_pull_counted(p, level, y, missing, 8, &count), SQS_OK);
    CHECK(count == 2 && missing[0] == 2 && missing[1] == 2);
    CHECK_STATUS(sqs_push_gap(p, 0, 1, &accepted), SQS_OK);
    CHECK_STATUS(sqs_rows_missing(p, level, 0, 1, more), SQS_ERR_EVICTED);
    sqs_pipeline_delete(p);
}

/* Samples 100 to 149 and each sample 1000 k of a source are missing. */
static int32_t ramp(void *ctx, uint64_t first, void *to, size_t n, size_t *got)
{
    (void)ctx;
    *got = n < 77 ? n : 77;
    for (size_t i = 0; i < *got; i++) {
        const uint64_t at = first + i;
        CHECK((at < 100 || at >= 150) && at % 1000);
        ((float *)to)[i] = (float)at;
    }
    return 0;
}

static int32_t next_gap(void *ctx, uint64_t from, uint64_t *first, uint64_t *end)
{
    (void)ctx;
    if (from == 0) *first = 0, *end = 1;
    else if (from < 150) *first = 100, *end = 150;
    else *first = (from + 999) / 1000 * 1000, *end = *first + 1;
    return 0;
}

static int32_t take_down(void *ctx, uint64_t first, size_t count, const void *rows, size_t bytes)
{
    float *y = ctx;
    for (size_t i = 0; i < count; i++) y[first - i] = ((const float *)rows)[i];
    return bytes == 4 * count ? 0 : 1;
}

static void of_a_source(void)
{
    static float up[N], down[N];
    static uint64_t missing[N];
    uint64_t written, all = 0;
    uint32_t id;
    sqs_source source = { 0 };
    sqs_config c = config_of(4, 1, 0);
    sqs_stage_desc d = stage_of("sum", &FROM_INPUT);
    sqs_request both[2];
    sqs_pipeline *p = NULL;
    CHECK_STATUS(sqs_pipeline_new(&c, NULL, &p, NULL), SQS_OK);
    CHECK_STATUS(sqs_stage_register(p, &d, &id), SQS_OK);
    source.struct_size = sizeof source;
    source.read = ramp;
    source.gap = next_gap;
    source.samples = N;
    CHECK_STATUS(sqs_source_set(p, 0, &source), SQS_OK);
    both[0] = both[1] = all_of(id);
    both[1].order = SQS_ORDER_REVERSE;
    CHECK_STATUS(sqs_pipeline_seal(p, both, 2, NULL, 0), SQS_OK);
    CHECK_STATUS(sqs_rows_missing(p, id, 0, N - 3, missing), SQS_OK);
    CHECK_STATUS(sqs_evaluate(p, id, 0, SQS_ALL, up, sizeof up, &written), SQS_OK);
    CHECK(written == N - 3);
    CHECK_STATUS(sqs_evaluate_to(p, &both[1], take_down, down), SQS_OK);
    CHECK(!memcmp(up, down, 4 * (N - 3)));
    for (uint64_t t = 0; t < N - 3; t++) {
        uint64_t want = 0;
        for (uint64_t i = t; i < t + 4; i++) want += (i >= 100 && i < 150) || i % 1000 == 0;
        CHECK(missing[t] == want && (want ? up[t] != up[t] : up[t] == (float)(4 * t + 6)));
        all += want;
    }
    CHECK(all > 200);
    uint64_t accepted;
    CHECK_STATUS(sqs_push_gap(p, 0, 1, &accepted), SQS_ERR_STATE);
    sqs_pipeline_delete(p);
}

/* A recording is encoded, damaged and recovered; the missing ranges are the gaps of its source. */
static void of_a_recording(void)
{
    static int16_t x[N], y[N];
    static unsigned char file[4 * N];
    static float rows[N];
    static uint64_t missing[N];
    sqs_encode_options e;
    sqs_decode_options d;
    sqs_codec_stats stats = { 0 };
    sqs_range ranges[16];
    sqs_pipeline *p = NULL;
    uint64_t samples, written, bad = 0;
    uint32_t id;
    scratch_begin();
    for (int i = 0; i < N; i++) x[i] = (int16_t)(i * 7919 % 4001 + 1);
    save("in.raw", x, sizeof x);
    CHECK_STATUS(sqs_encode_options_init(&e, sizeof e), SQS_OK);
    CHECK_STATUS(sqs_decode_options_init(&d, sizeof d), SQS_OK);
    e.dtype = SQS_I16;
    e.byte_order = SQS_LITTLE_ENDIAN;
    e.frame_bytes = 16384;
    stats.struct_size = sizeof stats;
    CHECK_STATUS(sqs_encode_file("in.raw", "in.sqs", &e, &stats, NULL), SQS_OK);
    size_t n = load("in.sqs", file, sizeof file);
    memset(file + n / 2, 0, 100);
    save("in.sqs", file, n);
    d.flags = SQS_DECODE_RECOVER;
    d.missing = ranges;
    d.max_missing = 16;
    CHECK_STATUS(sqs_decode_file("in.sqs", "out.raw", &d, &stats, NULL), SQS_OK);
    CHECK(stats.missing_ranges == 1 && stats.missing_bytes >= 8192);
    CHECK(load("out.raw", y, sizeof y) == sizeof y);

    sqs_config c = config_of(64, 32, 0);
    sqs_builtin_desc b = { 0 };
    c.dtype = SQS_I16;
    c.gap_fill = -7;
    b.struct_size = sizeof b;
    b.kind = "mean"; b.name = "level"; b.edges = &FROM_INPUT; b.edge_count = 1;
    /* From byte 1 on, so that samples are missing of which one byte is. */
    for (uint64_t offset = 0; offset < 2; offset++) {
        CHECK_STATUS(sqs_pipeline_new(&c, NULL, &p, NULL), SQS_OK);
        CHECK_STATUS(sqs_stage_register_builtin(p, &b, &id), SQS_OK);
        CHECK_STATUS(sqs_source_set_recovered(p, 0, "out.raw", SQS_LITTLE_ENDIAN, offset, ranges, 1, &samples), SQS_OK);
        CHECK(samples == N - offset);
        CHECK_STATUS(sqs_evaluate(p, id, 0, SQS_ALL, rows, sizeof rows, &written), SQS_OK);
        CHECK(written == 1 + (samples - 64) / 32);
        CHECK_STATUS(sqs_rows_missing(p, id, 0, (size_t)written, missing), SQS_OK);
        for (uint64_t t = 0; t < written; t++) {
            const uint64_t first = (ranges[0].first - offset) / 2, end = (ranges[0].end - offset + 1) / 2;
            uint64_t want = 0;
            double sum = 0;
            for (uint64_t i = 32 * t; i < 32 * t + 64; i++) {
                const unsigned char *at = (const unsigned char *)x + offset + 2 * i;
                const int gap = i >= first && i < end;
                want += (uint64_t)gap;
                sum += gap ? -7 : (int16_t)(at[0] | at[1] << 8);
            }
            bad += missing[t] != want || rows[t] != (float)(sum / 64);
        }
        CHECK(bad == 0);
        sqs_pipeline_delete(p);
    }
    CHECK_STATUS(sqs_pipeline_new(&c, NULL, &p, NULL), SQS_OK);
    ranges[1] = ranges[0];
    CHECK_STATUS(sqs_source_set_recovered(p, 0, "out.raw", 0, 0, ranges, 2, &samples), SQS_ERR_ARGUMENT);
    CHECK_DETAIL(p, "missing: range 1 is empty or begins before byte");
    CHECK_STATUS(sqs_source_set_recovered(p, 0, "none.raw", 0, 0, ranges, 1, &samples), SQS_ERR_IO);
    CHECK_STATUS(sqs_source_set_recovered(p, 0, "out.raw", 0, 0, NULL, 1, &samples), SQS_ERR_ARGUMENT);
    sqs_pipeline_delete(p);
    scratch_end();
}

/* The text of the error of a config; < and > mark what it is about, what was given and what would be right. */
static void refused(uint32_t gaps, int64_t fill, const char *marked)
{
    sqs_config c = config_of(4, 2, 0);
    sqs_error e = { 0 };
    sqs_pipeline *p = NULL;
    char want[200];
    size_t n = 0;
    for (; *marked; marked++) if (*marked != '<' && *marked != '>') want[n++] = *marked;
    want[n] = 0;
    e.struct_size = sizeof e;
    c.max_gaps = gaps;
    c.gap_fill = fill;
    CHECK_STATUS(sqs_pipeline_new(&c, NULL, &p, &e), SQS_ERR_ARGUMENT);
    CHECK(!strcmp(e.text, want));
}

int main(void)
{
    refused(65537, 0, "<sqs_config>: max_gaps is <65537>, but <at most 65536>");
    refused(0, 3, "<input>: gap_fill is <3>: use a value of its integer type, <0 where samples in gaps are NaN>");
    pushed();
    of_a_source();
    of_a_recording();
    return DONE();
}
