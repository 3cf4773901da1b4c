/* A row per function and its pointers, and a call of each with pointers that test_aliasing.c replaces. */
#ifndef ALIASING_H
#define ALIASING_H

#include "scratch.h"

enum { PTRS = 6, SLOT = 4096, CONTROL = 1 << 16, WORK = 1 << 16, CODER = 1 << 19 };

static union { uint64_t align; unsigned char b[CONTROL]; } control;
static union { uint64_t align; unsigned char b[WORK]; } work;
static union { uint64_t align; unsigned char b[CODER]; } coder, spare;
static union { uint64_t align; double d; unsigned char b[SLOT]; } slot[PTRS], before[PTRS];
static sqs_pipeline *P;
static sqs_encoder *E;
static sqs_decoder *D;
static sqs_ccsds121 *C;
static sqs_codec_job *J;
static uint32_t ID, TAIL;
static float x[64];

typedef enum { NONE, OPEN, SEALED, ENCODER, DECODER, CCSDS, JOB } state;

/* Fills the arguments in the slots, or makes the call with these pointers. */
typedef sqs_status (*call)(void **a, int fill);

static int32_t take(void *c, uint64_t f, size_t n, const void *d, size_t b)
{
    (void)c; (void)f; (void)n; (void)d; (void)b;
    return 0;
}

static int32_t put(void *c, const void *d, size_t n)
{
    (void)c; (void)d; (void)n;
    return 0;
}

static int32_t read_none(void *c, void *d, size_t n, size_t *got)
{
    (void)c; (void)d; (void)n;
    *got = 0;
    return 0;
}

static int32_t put_at(void *c, uint64_t o, const void *d, size_t n)
{
    (void)c; (void)o; (void)d; (void)n;
    return 0;
}

static int32_t source_read(void *c, uint64_t f, void *d, size_t n, size_t *got)
{
    (void)c; (void)f;
    memset(d, 0, n * sizeof(float));
    *got = n;
    return 0;
}

static void *sized(void *at, size_t bytes)
{
    memset(at, 0, bytes);
    *(uint32_t *)at = (uint32_t)bytes;
    return at;
}
#define SIZED(type, at) ((type *)sized(at, sizeof(type)))
#define CALL(name) static sqs_status name(void **a, int fill)
#define FILLED if (fill) return SQS_OK

static void request_in(void *at) { *(sqs_request *)at = all_of(ID); }
static void config_in(void *at) { *(sqs_config *)at = config_of(4, 2, 64); }

CALL(c_control) { if (fill) config_in(a[0]); FILLED; return sqs_pipeline_control_bytes(a[0], a[1], a[2]); }
static void new_in(void **a)
{
    config_in(a[0]);
    SIZED(sqs_memory, a[1])->control = spare.b;
    ((sqs_memory *)a[1])->control_bytes = sizeof spare.b;
    SIZED(sqs_error, a[3]);
}
CALL(c_new) { if (fill) new_in(a); FILLED; return sqs_pipeline_new(a[0], a[1], a[2], a[3]); }
CALL(c_new_planned) { if (fill) new_in(a); FILLED; return sqs_pipeline_new_planned(a[0], a[1], a[2], a[3]); }
CALL(c_detail) { FILLED; return sqs_pipeline_error_detail(P, a[0], 160, a[1]); }
CALL(c_push) { FILLED; return sqs_push(P, 0, a[0], 16, a[1]); }
CALL(c_evaluate) { FILLED; return sqs_evaluate(P, ID, 0, 8, a[0], 64, a[1]); }
CALL(c_plan)
{
    if (fill) { request_in(a[0]); SIZED(sqs_plan_info, a[1]); }
    FILLED;
    return sqs_plan(P, a[0], 1, a[1]);
}
CALL(c_explain) { if (fill) request_in(a[0]); FILLED; return sqs_plan_explain(P, a[0], 1, a[1], SLOT, a[2]); }
CALL(c_seal)
{
    if (fill) request_in(a[0]);
    FILLED;
    return sqs_pipeline_seal(P, a[0], 1, a[1], a[1] == slot[1].b ? SLOT : 64);
}
CALL(c_export) { if (fill) request_in(a[0]); FILLED; return sqs_plan_export(P, a[0], 1, a[1], SLOT, a[2]); }
CALL(c_seal_planned)
{
    static size_t n;
    if (fill) {
        const sqs_request r = all_of(ID);
        return sqs_plan_export(P, &r, 1, a[0], SLOT, &n);
    }
    return sqs_pipeline_seal_planned(P, a[0], n, a[1], a[1] == slot[1].b ? SLOT : 64);
}
CALL(c_stage)
{
    if (fill) *(sqs_stage_desc *)a[0] = stage_of("other", &FROM_INPUT);
    FILLED;
    return sqs_stage_register(P, a[0], a[1]);
}
CALL(c_find) { if (fill) strcpy(a[0], "sum"); FILLED; return sqs_stage_find(P, a[0], a[1]); }
static void builtin_in(void *at)
{
    sqs_builtin_desc *d = SIZED(sqs_builtin_desc, at);
    d->kind = "mean"; d->name = "mean"; d->edges = &FROM_INPUT; d->edge_count = 1;
}
CALL(c_builtin) { if (fill) builtin_in(a[0]); FILLED; return sqs_stage_register_builtin(P, a[0], a[1]); }
CALL(c_kind)
{
    if (fill) { a[0] = (void *)(uintptr_t)sqs_kind_mean(); builtin_in(a[1]); }
    FILLED;
    return sqs_stage_register_kind(P, a[0], a[1], a[2]);
}
CALL(c_params)
{
    if (fill) { const sqs_param scale = { "scale", 2.0, NULL, 0 }; memset(a[0], 0, sizeof scale); memcpy(a[0], &scale, sizeof scale); }
    FILLED;
    return sqs_stage_params(P, TAIL, a[0], 1, SQS_NEXT_ROW, a[1]);
}
CALL(c_context) { FILLED; return sqs_stage_context(P, ID, NULL, 1, SQS_NEXT_ROW, a[0]); }
CALL(c_release) { FILLED; return sqs_stage_params_release(P, ID, 0, a[0]); }
CALL(c_describe)
{
    if (fill) { strcpy(a[0], "ema"); SIZED(sqs_param_info, a[1]); }
    FILLED;
    return sqs_stage_params_describe(a[0], 0, a[1]);
}
CALL(c_step) { FILLED; return sqs_step(P, 1, a[0]); }
CALL(c_pull) { FILLED; return sqs_pull(P, ID, a[0], 4, a[1]); }
CALL(c_position) { FILLED; return sqs_output_position(P, ID, a[0], a[1]); }
CALL(c_gap) { FILLED; return sqs_push_gap(P, 0, 2, a[0]); }
CALL(c_missing_rows) { FILLED; return sqs_rows_missing(P, ID, 0, 4, a[0]); }
CALL(c_counted) { FILLED; return sqs_pull_counted(P, ID, a[0], a[1], 4, a[2]); }
CALL(c_budget) { FILLED; return sqs_step_budget(P, 1, a[0], a[1]); }
CALL(c_stage_stats) { if (fill) SIZED(sqs_stage_counts, a[0]); FILLED; return sqs_stage_stats(P, ID, a[0]); }
CALL(c_wait) { if (fill) SIZED(sqs_wait, a[0]); FILLED; return sqs_blocked_on(P, a[0]); }
CALL(c_input_at) { FILLED; return sqs_input_position(P, 0, a[0], a[1], a[2]); }
CALL(c_stage_info) { if (fill) SIZED(sqs_row_info, a[0]); FILLED; return sqs_stage_info(P, ID, a[0]); }
CALL(c_input_info) { if (fill) SIZED(sqs_row_info, a[0]); FILLED; return sqs_input_info(P, 0, a[0]); }
CALL(c_input)
{
    if (fill) {
        sqs_input_desc *d = SIZED(sqs_input_desc, a[0]);
        d->name = "second"; d->window = 4; d->hop = 2;
    }
    FILLED;
    return sqs_input_register(P, a[0], a[1]);
}
CALL(c_source)
{
    if (fill) { SIZED(sqs_source, a[0])->read = source_read; ((sqs_source *)a[0])->samples = 64; }
    FILLED;
    return sqs_source_set(P, 0, a[0]);
}
CALL(c_source_file) { if (fill) strcpy(a[0], "in"); FILLED; return sqs_source_set_file(P, 0, a[0], 0, 0, a[1]); }
CALL(c_recovered)
{
    if (fill) { strcpy(a[0], "in"); ((sqs_range *)a[1])->first = 8; ((sqs_range *)a[1])->end = 9; }
    FILLED;
    return sqs_source_set_recovered(P, 0, a[0], 0, 0, a[1], 1, a[2]);
}
CALL(c_to) { if (fill) request_in(a[0]); FILLED; return sqs_evaluate_to(P, a[0], take, NULL); }
CALL(c_begin)
{
    if (fill) request_in(a[0]);
    FILLED;
    sqs_status s = sqs_evaluate_begin(P, a[0], take, NULL);
    if (s == SQS_OK) sqs_evaluate_cancel(P);
    return s;
}
CALL(c_save_bytes) { FILLED; return sqs_checkpoint_bytes(P, a[0]); }
CALL(c_save) { FILLED; return sqs_checkpoint_save(P, put, NULL, a[0]); }
static size_t saved;
static int32_t keep(void *c, const void *d, size_t n)
{
    memcpy((unsigned char *)c + saved, d, n);
    saved += n;
    return 0;
}
CALL(c_restore)
{
    if (fill) {
        saved = 0;
        SIZED(sqs_resume, a[1]);
        return sqs_checkpoint_save(P, keep, a[0], NULL);
    }
    return sqs_checkpoint_restore(P, a[0], saved, a[1]);
}
CALL(c_stats) { if (fill) SIZED(sqs_stats, a[0]); FILLED; return sqs_pipeline_stats(P, a[0]); }
CALL(c_scrub) { FILLED; return sqs_scrub(P, 1000, a[0]); }

static void encode_in(void *at) { sqs_encode_options_init(at, sizeof(sqs_encode_options)); }
static void decode_in(void *at) { sqs_decode_options_init(at, sizeof(sqs_decode_options)); }
static void paths_in(void **a, const char *from) { strcpy(a[0], from); strcpy(a[1], "out"); }

CALL(c_to_file)
{
    if (fill) { request_in(a[0]); strcpy(a[1], "rows"); encode_in(a[2]); SIZED(sqs_codec_stats, a[3]); }
    FILLED;
    return sqs_evaluate_to_file(P, a[0], a[1], a[2], a[3]);
}
CALL(c_encode_file)
{
    if (fill) { paths_in(a, "in"); encode_in(a[2]); SIZED(sqs_codec_stats, a[3]); SIZED(sqs_error, a[4]); }
    FILLED;
    return sqs_encode_file(a[0], a[1], a[2], a[3], a[4]);
}
CALL(c_decode_file)
{
    if (fill) { paths_in(a, "coded"); decode_in(a[2]); SIZED(sqs_codec_stats, a[3]); SIZED(sqs_error, a[4]); }
    FILLED;
    return sqs_decode_file(a[0], a[1], a[2], a[3], a[4]);
}
CALL(c_encode_work) { if (fill) encode_in(a[0]); FILLED; return sqs_encode_work_bytes(a[0], a[1]); }
CALL(c_decode_work) { if (fill) decode_in(a[0]); FILLED; return sqs_decode_work_bytes(a[0], a[1]); }
static void stream_in(void *at)
{
    SIZED(sqs_stream, at)->read = read_none;
    ((sqs_stream *)at)->write = put_at;
}
CALL(c_encode_stream)
{
    if (fill) { stream_in(a[0]); encode_in(a[1]); SIZED(sqs_codec_stats, a[2]); SIZED(sqs_error, a[3]); }
    FILLED;
    return sqs_encode_stream(a[0], a[1], a[2], a[3]);
}
CALL(c_decode_stream)
{
    if (fill) {
        stream_in(a[0]); decode_in(a[1]); SIZED(sqs_codec_stats, a[3]); SIZED(sqs_error, a[4]);
        ((sqs_decode_options *)a[1])->flags = SQS_DECODE_RECOVER;
    }
    FILLED;
    return sqs_decode_stream(a[0], a[1], a[2], a[3], a[4]);
}
CALL(c_encoder_bytes) { if (fill) encode_in(a[0]); FILLED; return sqs_encoder_bytes(a[0], a[1], a[2]); }
CALL(c_decoder_bytes) { if (fill) decode_in(a[0]); FILLED; return sqs_decoder_bytes(a[0], a[1], a[2]); }
CALL(c_frame) { if (fill) encode_in(a[0]); FILLED; return sqs_optimal_frame_bytes(a[0], 1 << 20, a[1]); }
CALL(c_encoder_init)
{
    if (fill) { a[0] = spare.b; encode_in(a[1]); SIZED(sqs_error, a[3]); }
    FILLED;
    return sqs_encoder_init(a[0], sizeof spare.b, a[1], a[2], a[3]);
}
CALL(c_decoder_init)
{
    if (fill) { a[0] = spare.b; decode_in(a[1]); SIZED(sqs_error, a[3]); }
    FILLED;
    return sqs_decoder_init(a[0], sizeof spare.b, a[1], a[2], a[3]);
}
CALL(c_encoder_step) { FILLED; return sqs_encoder_step(E, a[0], 64, a[1], a[2], 64, a[3], SQS_FLOW_CONTINUE); }
CALL(c_decoder_step)
{
    if (fill) load("coded", a[0], 64);
    FILLED;
    return sqs_decoder_step(D, a[0], 64, a[1], a[2], 64, a[3], a[4], SQS_FLOW_CONTINUE);
}
CALL(c_encoder_stats) { if (fill) SIZED(sqs_codec_stats, a[0]); FILLED; return sqs_encoder_stats(E, a[0]); }
CALL(c_decoder_stats) { if (fill) SIZED(sqs_codec_stats, a[0]); FILLED; return sqs_decoder_stats(D, a[0]); }
CALL(c_missing) { FILLED; return sqs_decoder_missing(D, a[0], 4, a[1]); }
CALL(c_encoder_detail) { FILLED; return sqs_encoder_error_detail(E, a[0], 160, a[1]); }
CALL(c_decoder_detail) { FILLED; return sqs_decoder_error_detail(D, a[0], 160, a[1]); }
static void sink_in(void *at)
{
    sqs_encoder_sink *s = SIZED(sqs_encoder_sink, at);
    s->encoder = E; s->write = put;
    s->buffer = slot[2].b; s->buffer_bytes = 100;
}
CALL(c_sink_rows) { if (fill) sink_in(a[0]); FILLED; return sqs_encoder_sink_rows(a[0], 0, 4, a[1], 64); }
CALL(c_sink_end) { if (fill) sink_in(a[0]); FILLED; return sqs_encoder_sink_end(a[0]); }
static sqs_status done(sqs_status s, sqs_codec_job **job)
{
    if (s == SQS_OK) {
        sqs_codec_job_wait(*job, UINT32_MAX);
        sqs_codec_job_delete(*job);
    }
    return s;
}
CALL(c_encode_async)
{
    if (fill) { paths_in(a, "in"); encode_in(a[2]); SIZED(sqs_error, a[4]); }
    FILLED;
    return done(sqs_encode_file_async(a[0], a[1], a[2], a[3], a[4]), a[3]);
}
CALL(c_decode_async)
{
    if (fill) { paths_in(a, "coded"); decode_in(a[2]); SIZED(sqs_error, a[4]); }
    FILLED;
    return done(sqs_decode_file_async(a[0], a[1], a[2], a[3], a[4]), a[3]);
}
CALL(c_poll) { FILLED; return sqs_codec_job_poll(J, a[0]); }
CALL(c_job_stats) { if (fill) SIZED(sqs_codec_stats, a[0]); FILLED; return sqs_codec_job_stats(J, a[0]); }
CALL(c_job_detail) { FILLED; return sqs_codec_job_error_detail(J, a[0], 160, a[1]); }
CALL(c_ccsds_bytes) { FILLED; return sqs_ccsds121_bytes(a[0], a[1]); }
static void params_in(void *at)
{
    sqs_ccsds121_params *p = SIZED(sqs_ccsds121_params, at);
    p->bits = 8; p->block = 8; p->rsi = 4; p->flags = SQS_CCSDS121_PREPROCESS;
}
CALL(c_ccsds_max)
{
    if (fill) params_in(a[0]);
    FILLED;
    return sqs_ccsds121_max_encoded_bytes(a[0], 64, a[1]);
}
CALL(c_ccsds_encoder)
{
    if (fill) { a[0] = spare.b; params_in(a[1]); SIZED(sqs_error, a[3]); }
    FILLED;
    return sqs_ccsds121_encoder_init(a[0], sizeof spare.b, a[1], a[2], a[3]);
}
CALL(c_ccsds_decoder)
{
    if (fill) { a[0] = spare.b; params_in(a[1]); SIZED(sqs_error, a[3]); }
    FILLED;
    return sqs_ccsds121_decoder_init(a[0], sizeof spare.b, a[1], 64, a[2], a[3]);
}
CALL(c_ccsds_step) { FILLED; return sqs_ccsds121_step(C, a[0], 64, a[1], a[2], 64, a[3], SQS_FLOW_CONTINUE); }
CALL(c_ccsds_detail) { FILLED; return sqs_ccsds121_error_detail(C, a[0], 160, a[1]); }

CALL(c_packet_write)
{
    if (fill) { sqs_packet_writer *w = SIZED(sqs_packet_writer, a[0]); w->apid = 5; }
    FILLED;
    return sqs_packet_write(a[0], a[1], 4, a[2], 64, a[3], 128, a[4]);
}
CALL(c_packet_read)
{
    if (fill) { sqs_packet_reader *r = SIZED(sqs_packet_reader, a[0]); r->apid = 5; }
    FILLED;
    return sqs_packet_read(a[0], a[1], 64, a[2], a[3], 64, a[4], SQS_FLOW_CONTINUE);
}
CALL(c_packet_parse)
{
    if (fill) { memset(a[0], 8, 6); SIZED(sqs_packet, a[1]); }
    FILLED;
    return sqs_packet_parse(a[0], 64, a[1]);
}
CALL(c_packet_time) { FILLED; return sqs_packet_time(1, 2, 4, 3, a[0], 64); }

/* In the order of the arguments: "<" reads, ">" writes, "#" is a number that is always written. */
static const struct { const char *function, *pointers; call run; state in; } rows[] = {
    {"sqs_pipeline_control_bytes", "<config >bytes >align", c_control, NONE},
    {"sqs_pipeline_new", "<config <memory >pipeline >error", c_new, NONE},
    {"sqs_pipeline_new_planned", "<config <memory >pipeline >error", c_new_planned, NONE},
    {"sqs_pipeline_error_detail", ">buffer #needed_bytes", c_detail, SEALED},
    {"sqs_push", "<samples #accepted", c_push, SEALED},
    {"sqs_evaluate", ">rows #written_rows", c_evaluate, SEALED},
    {"sqs_plan", "<requests >info", c_plan, SEALED},
    {"sqs_plan_explain", "<requests >buffer #needed_bytes", c_explain, SEALED},
    {"sqs_plan_export", "<requests >buffer #needed_bytes", c_export, SEALED},
    {"sqs_pipeline_seal", "<requests >work", c_seal, OPEN},
    {"sqs_pipeline_seal_planned", "<plan >work", c_seal_planned, OPEN},
    {"sqs_stage_register", "<desc >id", c_stage, OPEN},
    {"sqs_stage_find", "<name >id", c_find, SEALED},
    {"sqs_stage_register_builtin", "<desc >id", c_builtin, OPEN},
    {"sqs_stage_register_kind", "<kind <desc >id", c_kind, OPEN},
    {"sqs_stage_params", "<params >row", c_params, SEALED},
    {"sqs_stage_context", ">row", c_context, SEALED},
    {"sqs_stage_params_release", ">freed", c_release, SEALED},
    {"sqs_stage_params_describe", "<kind >info", c_describe, NONE},
    {"sqs_step", "#done_windows", c_step, SEALED},
    {"sqs_pull", ">rows #written_rows", c_pull, SEALED},
    {"sqs_output_position", ">next >end", c_position, SEALED},
    {"sqs_push_gap", "#accepted", c_gap, SEALED},
    {"sqs_rows_missing", ">missing", c_missing_rows, SEALED},
    {"sqs_pull_counted", ">rows >missing #written_rows", c_counted, SEALED},
    {"sqs_step_budget", "#done_windows #spent_ns", c_budget, SEALED},
    {"sqs_stage_stats", ">counts", c_stage_stats, SEALED},
    {"sqs_blocked_on", ">wait", c_wait, SEALED},
    {"sqs_input_position", ">first >next >room", c_input_at, SEALED},
    {"sqs_stage_info", ">rows", c_stage_info, SEALED},
    {"sqs_input_info", ">rows", c_input_info, SEALED},
    {"sqs_input_register", "<desc >id", c_input, OPEN},
    {"sqs_source_set", "<source", c_source, OPEN},
    {"sqs_source_set_file", "<path >samples", c_source_file, OPEN},
    {"sqs_source_set_recovered", "<path <missing >samples", c_recovered, OPEN},
    {"sqs_evaluate_to", "<request", c_to, SEALED},
    {"sqs_evaluate_begin", "<request", c_begin, SEALED},
    {"sqs_checkpoint_bytes", ">bytes", c_save_bytes, SEALED},
    {"sqs_checkpoint_save", "#written_bytes", c_save, SEALED},
    {"sqs_checkpoint_restore", "<file >resume", c_restore, SEALED},
    {"sqs_pipeline_stats", ">stats", c_stats, SEALED},
    {"sqs_scrub", "#checked_bytes", c_scrub, SEALED},
    {"sqs_evaluate_to_file", "<request <path <options >stats", c_to_file, SEALED},
    {"sqs_encode_file", "<in_path <out_path <options >stats >error", c_encode_file, NONE},
    {"sqs_decode_file", "<in_path <out_path <options >stats >error", c_decode_file, NONE},
    {"sqs_encode_work_bytes", "<options >bytes", c_encode_work, NONE},
    {"sqs_decode_work_bytes", "<options >bytes", c_decode_work, NONE},
    {"sqs_encode_stream", "<stream <options >stats >error", c_encode_stream, NONE},
    {"sqs_decode_stream", "<stream <options >length_bytes >stats >error", c_decode_stream, NONE},
    {"sqs_encoder_bytes", "<options >bytes >align", c_encoder_bytes, NONE},
    {"sqs_decoder_bytes", "<options >bytes >align", c_decoder_bytes, NONE},
    {"sqs_optimal_frame_bytes", "<options >frame_bytes", c_frame, NONE},
    {"sqs_encoder_init", ">memory <options >encoder >error", c_encoder_init, NONE},
    {"sqs_decoder_init", ">memory <options >decoder >error", c_decoder_init, NONE},
    {"sqs_encoder_step", "<in #consumed_bytes >out #written_bytes", c_encoder_step, ENCODER},
    {"sqs_decoder_step", "<in #consumed_bytes >out #written_bytes >offset", c_decoder_step, DECODER},
    {"sqs_encoder_stats", ">stats", c_encoder_stats, ENCODER},
    {"sqs_decoder_stats", ">stats", c_decoder_stats, DECODER},
    {"sqs_decoder_missing", ">ranges #count", c_missing, DECODER},
    {"sqs_encoder_error_detail", ">buffer #needed_bytes", c_encoder_detail, ENCODER},
    {"sqs_decoder_error_detail", ">buffer #needed_bytes", c_decoder_detail, DECODER},
    {"sqs_encoder_sink_rows", ">sink <rows", c_sink_rows, ENCODER},
    {"sqs_encoder_sink_end", ">sink", c_sink_end, ENCODER},
    {"sqs_encode_file_async", "<in_path <out_path <options >job >error", c_encode_async, NONE},
    {"sqs_decode_file_async", "<in_path <out_path <options >job >error", c_decode_async, NONE},
    {"sqs_codec_job_poll", ">progress", c_poll, JOB},
    {"sqs_codec_job_stats", ">stats", c_job_stats, JOB},
    {"sqs_codec_job_error_detail", ">buffer #needed_bytes", c_job_detail, JOB},
    {"sqs_ccsds121_bytes", ">bytes >align", c_ccsds_bytes, NONE},
    {"sqs_ccsds121_max_encoded_bytes", "<params >bytes", c_ccsds_max, NONE},
    {"sqs_ccsds121_encoder_init", ">memory <params >coder >error", c_ccsds_encoder, NONE},
    {"sqs_ccsds121_decoder_init", ">memory <params >coder >error", c_ccsds_decoder, NONE},
    {"sqs_ccsds121_step", "<in #consumed_bytes >out #written_bytes", c_ccsds_step, CCSDS},
    {"sqs_ccsds121_error_detail", ">buffer #needed_bytes", c_ccsds_detail, CCSDS},
    {"sqs_packet_write", ">writer <secondary <unit >out >written_bytes", c_packet_write, NONE},
    {"sqs_packet_read", ">reader <in >consumed_bytes >unit >unit_bytes", c_packet_read, NONE},
    {"sqs_packet_parse", "<in >packet", c_packet_parse, NONE},
    {"sqs_packet_time", ">out", c_packet_time, NONE},
};

#endif
