/* Pointers into memory of the handle or into another argument: each call refuses them before it writes anything, and
 * the handle works as before. One row per function and its pointers; a test compares the rows with the header. */
#define _XOPEN_SOURCE 700
#include "aliasing.h"

static void begin(state in)
{
    size_t got;
    uint64_t windows;
    sqs_encode_options e;
    sqs_decode_options d;
    sqs_ccsds121_params c;
    sqs_builtin_desc tail;
    encode_in(&e); decode_in(&d); params_in(&c);
    P = NULL;
    if (in == OPEN || in == SEALED) {
        sqs_config config = config_of(4, 2, 64);
        config.max_gaps = 4;
        sqs_stage_desc stage = stage_of("sum", &FROM_INPUT);
        sqs_memory m;
        memset(&m, 0, sizeof m);
        config.max_param_changes = 1; config.param_change_bytes = 64;
        m.struct_size = sizeof m; m.control = control.b; m.control_bytes = sizeof control.b;
        CHECK_STATUS(sqs_pipeline_new(&config, &m, &P, NULL), SQS_OK);
        CHECK_STATUS(sqs_stage_register(P, &stage, &ID), SQS_OK);
        builtin_in(&tail);
        tail.name = "tail";
        CHECK_STATUS(sqs_stage_register_builtin(P, &tail, &TAIL), SQS_OK);
    }
    if (in == SEALED) {
        sqs_request r = all_of(ID);
        CHECK_STATUS(sqs_output_open(P, ID, 16), SQS_OK);
        CHECK_STATUS(sqs_pipeline_seal(P, &r, 1, work.b, sizeof work.b), SQS_OK);
        CHECK_STATUS(sqs_push(P, 0, x, 32, &got), SQS_OK);
        CHECK_STATUS(sqs_step(P, 4, &windows), SQS_OK);
    }
    if (in == ENCODER) CHECK_STATUS(sqs_encoder_init(coder.b, sizeof coder.b, &e, &E, NULL), SQS_OK);
    if (in == DECODER) CHECK_STATUS(sqs_decoder_init(coder.b, sizeof coder.b, &d, &D, NULL), SQS_OK);
    if (in == CCSDS) CHECK_STATUS(sqs_ccsds121_encoder_init(coder.b, sizeof coder.b, &c, &C, NULL), SQS_OK);
    if (in == JOB) {
        CHECK_STATUS(sqs_encode_file_async("in", "out", &e, &J, NULL), SQS_OK);
        CHECK_STATUS(sqs_codec_job_wait(J, UINT32_MAX), SQS_OK);
    }
}

/* The handle still gives the right results. */
static void finish(state in)
{
    float row[16], want[16];
    size_t got = 0, put_ = 0;
    uint64_t n = 0;
    for (int t = 0; t < 15; t++) want[t] = x[2 * t] + x[2 * t + 1] + x[2 * t + 2] + x[2 * t + 3];
    if (in == OPEN) {
        sqs_request r = all_of(ID);
        CHECK_STATUS(sqs_pipeline_seal(P, &r, 1, work.b, sizeof work.b), SQS_OK);
        CHECK_STATUS(sqs_push(P, 0, x, 32, &got), SQS_OK);
    }
    if (in == OPEN || in == SEALED) {
        CHECK_STATUS(sqs_evaluate(P, ID, 0, 15, row, sizeof row, &n), SQS_OK);
        CHECK(n == 15 && memcmp(row, want, 15 * sizeof *row) == 0);
        sqs_pipeline_delete(P);
    }
    if (in == ENCODER) CHECK_STATUS(sqs_encoder_step(E, x, 64, &got, row, 0, &put_, SQS_FLOW_CONTINUE), SQS_OK);
    if (in == DECODER) {
        static unsigned char coded[SLOT];
        size_t len = load("coded", coded, sizeof coded);
        CHECK_STATUS(sqs_decoder_step(D, coded, len, &got, slot[0].b, SLOT, &put_, NULL, SQS_FLOW_END), SQS_END);
        CHECK(put_ == sizeof x && memcmp(slot[0].b, x, sizeof x) == 0);
    }
    if (in == CCSDS) CHECK(sqs_ccsds121_step(C, x, 64, &got, row, 64, &put_, SQS_FLOW_CONTINUE) >= 0 && got > 0);
    if (in == JOB) {
        CHECK_STATUS(sqs_codec_job_poll(J, NULL), SQS_OK);
        sqs_codec_job_delete(J);
    }
}

/* Pointers of a row: directions, and how many. */
static int directions(const char *text, char *to)
{
    int n = 0;
    for (; *text; text++) if (strchr("<>#", *text)) to[n++] = *text;
    return n;
}

static void prepare(size_t row, void **a)
{
    memset(slot, 0x5a, sizeof slot);
    for (int i = 0; i < PTRS; i++) a[i] = slot[i].b;
    rows[row].run(a, 1);
    memcpy(before, slot, sizeof slot);
}

static int refusal(sqs_status s)
{
    return s == SQS_ERR_OVERLAP || s == SQS_ERR_ARGUMENT;
}

/* Pointer k is at a place where it must not be. */
static void refuse(size_t row, int k, const char *dirs, int count, void *place, const char *what)
{
    void *a[PTRS];
    begin(rows[row].in);
    prepare(row, a);
    const int sinks = strstr(rows[row].function, "_sink_") != NULL;
    if (sinks && k == 0) {
        /* A sink is followed before it can be compared: a valid one, in bytes that an encoder does not use. */
        sink_in(place);
        memcpy(before, slot, sizeof slot);
    }
    a[k] = place;
    const sqs_status got = rows[row].run(a, 0);
    /* What a pointer to other memory reads is no valid struct or name. */
    const int read = dirs[k] == '<' && (got == SQS_ERR_STRUCT_SIZE || got == SQS_ERR_NAME || got == SQS_ERR_ALIGN
                                        || got == SQS_ERR_UNSUPPORTED);
    checks++;
    if (!refusal(got) && !read) {
        failures++;
        printf("%s, pointer %d in %s: status %d\n", rows[row].function, k, what, (int)got);
    }
    for (int i = 0; i < count; i++) {
        /* A number that overlaps nothing is 0, details of an error are written, everything else is as before. */
        const int victim = slot[i].b == (unsigned char *)place;
        unsigned char now[SLOT];
        memcpy(now, slot[i].b, SLOT);
        if (i == k || (sinks && i == 0) || (!victim && i == count - 1 && strstr(rows[row].pointers, ">error"))) continue;
        if (dirs[i] == '#' && !victim) memcpy(now, before[i].b, 8);
        checks++;
        if (memcmp(now, before[i].b, SLOT) != 0) {
            failures++;
            printf("%s, pointer %d in %s: wrote to argument %d\n", rows[row].function, k, what, i);
        }
    }
    finish(rows[row].in);
}

static void own_memory(size_t row, int k, const char *dirs, int count)
{
    const state in = rows[row].in;
    const size_t at[] = {0, 64, 1024, 4096};
    if (strstr(rows[row].function, "_sink_") && k == 0) {
        refuse(row, k, dirs, count, coder.b + CODER - 1024, "the coder");
        return;
    }
    for (size_t i = 0; i < sizeof at / sizeof *at; i++) {
        if (in == OPEN || in == SEALED) refuse(row, k, dirs, count, control.b + at[i], "the control area");
        if (in == SEALED) refuse(row, k, dirs, count, work.b + at[i], "the work area");
        if (in == ENCODER || in == DECODER || in == CCSDS) refuse(row, k, dirs, count, coder.b + at[i], "the coder");
    }
    if (in == OPEN || in == SEALED) refuse(row, k, dirs, count, control.b + CONTROL - 8, "the end of the control area");
    if (in == SEALED) refuse(row, k, dirs, count, work.b + WORK - 8, "the end of the work area");
}

int main(void)
{
    char dirs[16];
    void *a[PTRS];
    sqs_encode_options o;
    scratch_begin();
    for (int i = 0; i < 64; i++) x[i] = (float)(i * 37 % 101);
    save("in", x, sizeof x);
    encode_in(&o);
    CHECK_STATUS(sqs_encode_file("in", "coded", &o, NULL, NULL), SQS_OK);
    for (size_t r = 0; r < sizeof rows / sizeof *rows; r++) {
        const int n = directions(rows[r].pointers, dirs);
        begin(rows[r].in);
        prepare(r, a);
        const sqs_status fine = rows[r].run(a, 0);
        checks++;
        if (fine < 0 && fine != SQS_ERR_SPACE && fine != SQS_ERR_MEMORY && fine != SQS_ERR_FORMAT) {
            failures++;
            printf("%s alone: status %d\n", rows[r].function, (int)fine);
        }
        if (P) sqs_pipeline_delete(P);
        if (rows[r].in == JOB) sqs_codec_job_delete(J);
        for (int k = 0; k < n; k++) {
            own_memory(r, k, dirs, n);
            for (int other = 0; other < n; other++) {
                prepare(r, a);
                if (other != k && dirs[k] != '<') refuse(r, k, dirs, n, a[other], "another argument");
            }
        }
    }
    scratch_end();
    return DONE();
}
