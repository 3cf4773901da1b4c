/* The stack usage of each public call. A call runs on a thread whose stack is filled with a pattern; the maximum over
 * all inputs is printed. The pipelines are those of targets/checks/feature_cases.c, which has every built-in kind. */
#define _GNU_SOURCE
#include "../../targets/checks/feature_cases.h"
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

enum { STACK = 1 << 20, PAINT = 0xA5, RAW = 300 * 1024, CODED = 2 * RAW, MEMORY = 8 << 20 };

typedef struct { char call[40], by[80]; size_t bytes; } row;
static row rows[64];
static size_t count, empty;
static unsigned char *stack;

static char input[64 * 1024];
static unsigned char raw[RAW], coded[CODED], saved[1 << 20];
static _Alignas(16) unsigned char memory[MEMORY];
static size_t coded_len, saved_len;

void out_char(char c) { putchar(c); }

static void *call_it(void *call)
{
    (*(void (**)(void))call)();
    return NULL;
}

/* Stack usage of one call in bytes, including that of the thread itself. */
static size_t high_water(void (*call)(void))
{
    pthread_attr_t attr;
    pthread_t thread;
    size_t clean = 0;
    memset(stack, PAINT, STACK);
    pthread_attr_init(&attr);
    pthread_attr_setstack(&attr, stack, STACK);
    CHECK(pthread_create(&thread, &attr, call_it, &call) == 0 && pthread_join(thread, NULL) == 0);
    pthread_attr_destroy(&attr);
    while (clean < STACK && stack[clean] == PAINT) clean++;
    return STACK - clean;
}

/* Measures a call, and keeps the maximum with the case `by` in which it occurs. */
static void measure(const char *call, const char *by, void (*run)(void))
{
    const size_t bytes = high_water(run) - empty;
    row *r = rows;
    while (r < rows + count && strcmp(r->call, call) != 0) r++;
    if (r == rows + count++) snprintf(r->call, sizeof r->call, "%s", call);
    else count--;
    if (bytes > r->bytes) r->bytes = bytes, snprintf(r->by, sizeof r->by, "%s", by);
}

static void nothing(void) { }

/* Pipelines. */
static sqs_pipeline *p;
static const feature_case *feature;
static sqs_config config;
static control_area *where; /* NULL: the heap */
static sqs_request asks[2];
static sqs_plan_info plan;
static uint32_t last, opened;
static sqs_status sealed;
static uint64_t n;
static size_t size;
static char text[1 << 16];

static int32_t drop(void *ctx, uint64_t first, size_t rows_, const void *data, size_t bytes)
{
    (void)ctx; (void)first; (void)rows_; (void)data; (void)bytes;
    return 0;
}

static int32_t keep(void *ctx, const void *bytes, size_t len)
{
    (void)ctx;
    if (len > sizeof saved - saved_len) return 1;
    memcpy(saved + saved_len, bytes, len);
    saved_len += len;
    return 0;
}

static void make(void)
{
    sqs_memory m;
    memset(&m, 0, sizeof m);
    m.struct_size = sizeof m;
    m.control = control.bytes;
    m.control_bytes = sizeof control.bytes;
    CHECK_STATUS(sqs_pipeline_new(&config, where ? &m : NULL, &p, NULL), SQS_OK);
}

static void add(void)
{
    const char *before = FROM_INPUT.name;
    for (const feature_stage *s = feature->stages; s->kind; s++) {
        sqs_edge_desc edges[2] = { FROM_INPUT, FROM_INPUT };
        edges[0].name = before;
        if (s->also) edges[1].name = s->also;
        edges[s->also ? 1 : 0].lookback = s->lookback;
        edges[s->also ? 1 : 0].lookahead = s->lookahead;
        last = builtin(p, s->name, s->name, edges, s->also ? 2 : 1, s->params, s->param_count);
        before = s->name;
    }
}

static void do_plan(void) { CHECK_STATUS(sqs_plan(p, asks, 2, &plan), SQS_OK); }
static void explain(void) { sqs_plan_explain(p, asks, 2, text, sizeof text, &size); }
static void seal(void)
{
    void *work = where ? area.bytes : NULL;
    sealed = sqs_pipeline_seal(p, opened ? NULL : asks, opened ? 0 : 2, work, work ? sizeof area.bytes : 0);
    CHECK(sealed == SQS_OK || (opened && sealed == SQS_ERR_GRAPH)); /* reverse scans cannot be streamed */
}
static void push(void) { CHECK_STATUS(sqs_push(p, 0, input, FEATURE_SAMPLES, &size), SQS_OK); }
static void push_end(void) { CHECK_STATUS(sqs_push_end(p, 0), SQS_OK); }
static void step(void) { CHECK(sqs_step(p, 1000, &n) >= 0); }
static void pull(void) { CHECK(sqs_pull(p, last, memory, 1, &size) >= 0); }
static void forward(void) { CHECK_STATUS(sqs_evaluate_to(p, &asks[0], drop, NULL), SQS_OK); }
static void array(void) { CHECK_STATUS(sqs_evaluate(p, last, 0, SQS_ALL, memory, sizeof memory, &n), SQS_OK); }
static void reverse(void) { CHECK_STATUS(sqs_evaluate_to(p, &asks[1], drop, NULL), SQS_OK); }
static void save(void) { saved_len = 0; CHECK_STATUS(sqs_checkpoint_save(p, keep, NULL, &n), SQS_OK); }
static void restore(void) { CHECK_STATUS(sqs_checkpoint_restore(p, saved, saved_len, NULL), SQS_OK); }
static void scrub(void) { CHECK_STATUS(sqs_scrub(p, SIZE_MAX, &size), SQS_OK); }
static void reset(void) { CHECK_STATUS(sqs_pipeline_reset(p), SQS_OK); }
static void del(void) { sqs_pipeline_delete(p); }

static void pipelines(const feature_case *c, uint32_t mode, control_area *in)
{
    char by[80];
    const feature_stage *s = c->stages;
    while (s[1].kind) s++;
    feature = c, where = in;
    const char *order = mode == SQS_MODE_CLASSIC ? "classic" : "sqrt";
    snprintf(by, sizeof by, "%s, %s%s", s->name, order, in ? "" : ", heap");
    config = config_of(c->window, c->hop, c->dtype);
    config.channels = c->channels;
    config.mode = mode;
    config.input_capacity = FEATURE_SAMPLES;
    config.param_bytes = 4096;
    feature_input(c, input);
    for (opened = 0; opened < (mode == SQS_MODE_SQRT ? 2 : 1); opened++) { /* evaluated; streamed */
        measure("sqs_pipeline_new", by, make);
        measure("sqs_stage_register_builtin", by, add);
        asks[0] = asks[1] = all_of(last);
        asks[1].order = SQS_ORDER_REVERSE;
        memset(&plan, 0, sizeof plan);
        plan.struct_size = sizeof plan;
        if (opened) {
            CHECK_STATUS(sqs_output_open(p, last, 64), SQS_OK);
        } else {
            measure("sqs_plan", by, do_plan);
            measure("sqs_plan_explain", by, explain);
        }
        measure("sqs_pipeline_seal", by, seal);
        if (sealed != SQS_OK) {
            del();
            break;
        }
        measure("sqs_push", by, push);
        measure("sqs_push_end", by, push_end);
        if (opened) {
            measure("sqs_step", by, step);
            measure("sqs_pull", by, pull);
        } else {
            measure("sqs_evaluate_to, forward", by, forward);
            measure("sqs_evaluate", by, array);
            measure("sqs_evaluate_to, reverse", by, reverse);
        }
        measure("sqs_checkpoint_save", by, save);
        measure("sqs_checkpoint_restore", by, restore);
        measure("sqs_scrub", by, scrub);
        measure("sqs_pipeline_reset", by, reset);
        measure("sqs_pipeline_delete", by, del);
    }
}

/* The codec. */
static sqs_encode_options eo;
static sqs_decode_options dopt;
static sqs_encoder *encoder;
static sqs_decoder *decoder;
static sqs_ccsds121 *ccsds;
static sqs_ccsds121_params params = { sizeof params, 16, 16, 128, SQS_CCSDS121_PREPROCESS, 0 };
static uint64_t offset;

static void encoder_init(void) { CHECK_STATUS(sqs_encoder_init(memory, MEMORY, &eo, &encoder, NULL), SQS_OK); }
static void encoder_step(void)
{
    CHECK_STATUS(sqs_encoder_step(encoder, raw, RAW, &size, coded, CODED, &coded_len, SQS_FLOW_END), SQS_END);
}
static void decoder_init(void) { CHECK_STATUS(sqs_decoder_init(memory, MEMORY, &dopt, &decoder, NULL), SQS_OK); }
static void decoder_step(void)
{
    size_t put;
    CHECK_STATUS(sqs_decoder_step(decoder, coded, coded_len, &size, raw, RAW, &put, &offset, SQS_FLOW_END), SQS_END);
    CHECK(put == RAW);
}
static void encode_file(void) { CHECK_STATUS(sqs_encode_file("in", "out", &eo, NULL, NULL), SQS_OK); }
static void decode_file(void) { CHECK_STATUS(sqs_decode_file("out", "back", &dopt, NULL, NULL), SQS_OK); }
static void job(void)
{
    sqs_codec_job *j = NULL;
    CHECK_STATUS(sqs_encode_file_async("in", "out", &eo, &j, NULL), SQS_OK);
    CHECK_STATUS(sqs_codec_job_wait(j, UINT32_MAX), SQS_OK);
    sqs_codec_job_delete(j);
}
static void ccsds_step(void)
{
    const sqs_status s = sqs_ccsds121_step(ccsds, raw, RAW, &size, coded, CODED, &coded_len, SQS_FLOW_END);
    CHECK_STATUS(s, SQS_END);
}
static void ccsds_back(void)
{
    size_t put;
    CHECK_STATUS(sqs_ccsds121_step(ccsds, coded, coded_len, &size, raw, RAW, &put, SQS_FLOW_END), SQS_END);
}

/* Tones, noise and text in turn. */
static void fill(void)
{
    static const char words[] = "housekeeping packet of the on-board computer, ";
    dice d = { 1 };
    for (size_t i = 0; i < RAW / 2; i++) {
        const int16_t v = (int16_t)(i / 20000 % 3 == 1 ? (int32_t)roll(&d) : tone(i, &d));
        memcpy(raw + 2 * i, &v, 2);
        for (size_t k = 2 * i; i / 20000 % 3 == 2 && k < 2 * i + 2; k++)
            raw[k] = (unsigned char)words[k % (sizeof words - 1)];
    }
}

/* True for integers of at most 32 bits, which CCSDS 121 can encode. */
static int is_integer(uint32_t dtype) { return (dtype >= SQS_I8 && dtype <= SQS_U32) || dtype == SQS_I24; }

static void codec(uint32_t dtype, uint32_t effort, uint32_t code, uint32_t group)
{
    static const char *const types[] = { "bytes", "i8", "u8", "i16", "u16", "i32", "u32", "i64", "f32", "f64", "",
                                         "i24" };
    static const char *const codes[] = { "", "", ", LZ", ", CCSDS 121" };
    char by[80], name[40];
    snprintf(by, sizeof by, "%s%s%s", types[dtype], codes[code], group > 1 ? ", groups" : "");
    sqs_encode_options_init(&eo, sizeof eo);
    sqs_decode_options_init(&dopt, sizeof dopt);
    eo.dtype = dtype, eo.effort = effort, eo.codec = code, eo.restart_interval = group;
    dopt.max_frame_bytes = 64 * 1024;
    dopt.history_bytes = group > 1 ? 64 * 1024 : 0;
    measure("sqs_encoder_init", by, encoder_init);
    snprintf(name, sizeof name, "sqs_encoder_step, effort %u", (unsigned)effort);
    measure(name, by, encoder_step);
    measure("sqs_decoder_init", by, decoder_init);
    measure("sqs_decoder_step", by, decoder_step);
    snprintf(name, sizeof name, "sqs_encode_file, effort %u", (unsigned)effort);
    measure(name, by, encode_file);
    measure("sqs_decode_file", by, decode_file);
    measure("sqs_encode_file_async, _wait, _delete", by, job);
}

int main(void)
{
    static const uint32_t efforts[] = { 1, 5, 9 };
    char dir[] = "/tmp/sqs-stack-XXXXXX";
    stack = mmap(NULL, STACK, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (stack == MAP_FAILED || !mkdtemp(dir) || chdir(dir)) return 1;
    high_water(nothing); /* the first thread resolves symbols of the C library lazily */
    empty = high_water(nothing);
    for (size_t i = 0; i < feature_count; i++)
        for (uint32_t mode = SQS_MODE_CLASSIC; mode <= SQS_MODE_SQRT; mode++) {
            pipelines(&feature_cases[i], mode, &control);
            pipelines(&feature_cases[i], mode, NULL);
        }
    fill();
    FILE *f = fopen("in", "wb");
    if (!f || fwrite(raw, 1, RAW, f) != RAW || fclose(f)) return 1;
    for (size_t e = 0; e < 3; e++)
        for (uint32_t type = SQS_BYTES; type <= SQS_I24; type++)
            for (uint32_t code = SQS_CODEC_AUTO; code <= SQS_CODEC_CCSDS121; code++)
                for (uint32_t group = 1; group <= 4; group += 3)
                    if (type != SQS_C32 && code != SQS_CODEC_NUMERIC && (code != SQS_CODEC_CCSDS121 || is_integer(type)))
                        codec(type, efforts[e], code, group);
    CHECK_STATUS(sqs_ccsds121_encoder_init(memory, MEMORY, &params, &ccsds, NULL), SQS_OK);
    measure("sqs_ccsds121_step", "encoding", ccsds_step);
    CHECK_STATUS(sqs_ccsds121_decoder_init(memory, MEMORY, &params, RAW / 2, &ccsds, NULL), SQS_OK);
    measure("sqs_ccsds121_step", "decoding", ccsds_back);
    remove("in"), remove("out"), remove("back");
    if (chdir("/") || rmdir(dir)) return 1;
    printf("| call | bytes | maximum with |\n| --- | ---: | --- |\n");
    for (row *r = rows; r < rows + count; r++) printf("| `%s` | %u | %s |\n", r->call, (unsigned)r->bytes, r->by);
    return failures != 0;
}
