/* Save and resume: misuse, files of other pipelines, damaged files, no allocation, and the same rows afterward. */
#define _GNU_SOURCE
#include "check.h"
#include <stdlib.h>

extern void *__libc_malloc(size_t);
extern void *__libc_calloc(size_t, size_t);
extern void *__libc_realloc(void *, size_t);
extern void __libc_free(void *);

static volatile int armed, seen;

void *malloc(size_t n) { seen += armed; return __libc_malloc(n); }
void *calloc(size_t n, size_t m) { seen += armed; return __libc_calloc(n, m); }
void *realloc(void *p, size_t n) { seen += armed; return __libc_realloc(p, n); }
void free(void *p) { seen += armed; __libc_free(p); }

enum { SAMPLES = 400, ROWS = 200 };
static float x[SAMPLES];

typedef struct { unsigned char bytes[20000]; size_t len; size_t fail_at; } file;

static int32_t append(void *ctx, const void *bytes, size_t n)
{
    file *f = (file *)ctx;
    if (f->fail_at && f->len >= f->fail_at) return 33;
    if (n > 512 || f->len + n > sizeof f->bytes) return 1;
    memcpy(f->bytes + f->len, bytes, n);
    f->len += n;
    return 0;
}

/* A leaky sum; its state is one double. */
static int32_t leaky(void *ctx, const sqs_stage_io *io)
{
    double *level = (double *)io->state, *y = (double *)io->out;
    (void)ctx;
    for (size_t i = 0; i < io->rows; i++) {
        const float *v = SQS_ROW(float, &io->edges[0], i);
        *level = *level * 0.75 + (double)v[0] + 0.5 * (double)v[3];
        y[i] = *level;
    }
    return 0;
}

static sqs_pipeline *self;
static int32_t reenter(void *ctx, const void *bytes, size_t n)
{
    (void)bytes; (void)n;
    *(sqs_status *)ctx = sqs_checkpoint_save(self, append, NULL, NULL);
    return 0;
}

static sqs_pipeline *make(uint32_t revision, uint64_t queue, int sealed, uint32_t *id)
{
    sqs_config c = config_of(4, 2, 64);
    sqs_stage_desc d = stage_of("leaky", &FROM_INPUT);
    sqs_pipeline *p = NULL;
    d.run = leaky;
    d.dtype = SQS_F64;
    d.state_bytes = d.state_word = sizeof(double);
    d.revision = revision;
    CHECK_STATUS(sqs_pipeline_new(&c, NULL, &p, NULL), SQS_OK);
    CHECK_STATUS(sqs_stage_register(p, &d, id), SQS_OK);
    CHECK_STATUS(sqs_output_open(p, *id, queue), SQS_OK);
    if (sealed) CHECK_STATUS(sqs_pipeline_seal(p, NULL, 0, NULL, 0), SQS_OK);
    return p;
}

/* Pushes, steps and pulls until the input is used up (or `stop` rows are pulled); at is the next sample. */
static size_t run(sqs_pipeline *p, uint32_t id, size_t at, double *rows, size_t stop)
{
    size_t accepted, got, have = 0;
    uint64_t done;
    sqs_status s = SQS_OK;
    while (s != SQS_END && have < stop) {
        const size_t n = at + 7 < SAMPLES ? 7 : SAMPLES - at;
        if (n > 0) {
            sqs_push(p, 0, x + at, n, &accepted);
            at += accepted;
        } else {
            sqs_push_end(p, 0);
        }
        sqs_step(p, 3, &done);
        s = sqs_pull(p, id, rows + have, stop - have, &got);
        have += got;
    }
    return have;
}

static file saved, again;
static double want[ROWS], rows[ROWS];

int main(void)
{
    uint32_t id;
    uint64_t most = 0, written = 0, next, end;
    sqs_resume r;
    memset(&r, 0, sizeof r);
    r.struct_size = sizeof r;
    for (int i = 0; i < SAMPLES; i++) x[i] = (float)((i * 37) % 101) - 50.0f;

    sqs_pipeline *whole = make(1, 6, 1, &id);
    const size_t all = run(whole, id, 0, want, ROWS);
    CHECK(all == (SAMPLES - 4) / 2 + 1);
    sqs_pipeline_delete(whole);

    sqs_pipeline *p = make(1, 6, 1, &id);
    run(p, id, 0, rows, 70);
    CHECK_STATUS(sqs_checkpoint_bytes(p, &most), SQS_OK);
    seen = 0; armed = 1;
    sqs_status save_status = sqs_checkpoint_save(p, append, &saved, &written);
    armed = 0;
    CHECK_STATUS(save_status, SQS_OK);
    CHECK(seen == 0 && written == saved.len && written <= most && most <= sizeof saved.bytes);
    CHECK_STATUS(sqs_output_position(p, id, &next, &end), SQS_OK);
    CHECK(next == 70 && end >= 70 && end <= 76);

    /* The same rows as without a stop. */
    sqs_pipeline *q = make(1, 6, 1, &id);
    seen = 0; armed = 1;
    sqs_status restore_status = sqs_checkpoint_restore(q, saved.bytes, saved.len, &r);
    armed = 0;
    CHECK_STATUS(restore_status, SQS_OK);
    CHECK(seen == 0 && r.input_count == 1 && r.next_sample[0] > 140);
    CHECK_STATUS(sqs_output_position(q, id, &next, NULL), SQS_OK);
    CHECK(next == 70);
    CHECK(run(q, id, (size_t)r.next_sample[0], rows, ROWS) == all - 70);
    CHECK(memcmp(rows, want + 70, (all - 70) * sizeof *rows) == 0);
    /* Restored again over a pipeline that has run to its end; what it saves equals the file. */
    CHECK_STATUS(sqs_checkpoint_restore(q, saved.bytes, saved.len, NULL), SQS_OK);
    CHECK_STATUS(sqs_checkpoint_save(q, append, &again, NULL), SQS_OK);
    CHECK(again.len == saved.len && memcmp(again.bytes, saved.bytes, saved.len) == 0);

    /* Damaged and cut files are refused and change nothing. */
    for (size_t at = 0; at < saved.len; at++) {
        sqs_status s;
        saved.bytes[at] ^= (unsigned char)(1 << (at % 8));
        s = sqs_checkpoint_restore(q, saved.bytes, saved.len, &r);
        saved.bytes[at] ^= (unsigned char)(1 << (at % 8));
        CHECK(s == SQS_ERR_CORRUPT || s == SQS_ERR_FORMAT);
        if (at > 0) {
            s = sqs_checkpoint_restore(q, saved.bytes, at, &r);
            CHECK(s == SQS_ERR_CORRUPT || s == SQS_ERR_FORMAT);
        }
    }
    again.len = 0;
    CHECK_STATUS(sqs_checkpoint_save(q, append, &again, NULL), SQS_OK);
    CHECK(again.len == saved.len && memcmp(again.bytes, saved.bytes, saved.len) == 0);
    CHECK_STATUS(sqs_checkpoint_restore(q, want, sizeof want, NULL), SQS_ERR_FORMAT);

    /* Other pipelines. */
    sqs_pipeline *other = make(2, 6, 1, &id);
    CHECK_STATUS(sqs_checkpoint_restore(other, saved.bytes, saved.len, &r), SQS_ERR_GRAPH);
    CHECK_DETAIL(other, "stage leaky differs");
    sqs_pipeline_delete(other);
    /* A longer queue; one that is too short for the rows that wait. */
    other = make(1, 7, 1, &id);
    CHECK_STATUS(sqs_checkpoint_restore(other, saved.bytes, saved.len, &r), SQS_OK);
    sqs_pipeline_delete(other);
    if (end - next > 1) {
        other = make(1, 1, 1, &id);
        CHECK_STATUS(sqs_checkpoint_restore(other, saved.bytes, saved.len, &r), SQS_ERR_MEMORY);
        CHECK_DETAIL(other, "queued rows of stage");
        sqs_pipeline_delete(other);
    }

    /* Misuse. */
    other = make(1, 6, 0, &id);
    CHECK_STATUS(sqs_checkpoint_bytes(other, &most), SQS_ERR_STATE);
    CHECK_STATUS(sqs_checkpoint_save(other, append, &again, NULL), SQS_ERR_STATE);
    CHECK_STATUS(sqs_checkpoint_restore(other, saved.bytes, saved.len, NULL), SQS_ERR_STATE);
    CHECK_STATUS(sqs_output_position(other, id, &next, NULL), SQS_ERR_STATE);
    sqs_pipeline_delete(other);
    CHECK_STATUS(sqs_checkpoint_bytes(q, NULL), SQS_ERR_ARGUMENT);
    CHECK_STATUS(sqs_checkpoint_save(q, NULL, NULL, NULL), SQS_ERR_ARGUMENT);
    CHECK_STATUS(sqs_checkpoint_restore(q, NULL, 10, NULL), SQS_ERR_ARGUMENT);
    CHECK_STATUS(sqs_checkpoint_bytes(NULL, &most), SQS_ERR_ARGUMENT);
    CHECK_STATUS(sqs_checkpoint_save(NULL, append, &again, NULL), SQS_ERR_ARGUMENT);
    CHECK_STATUS(sqs_checkpoint_restore(NULL, saved.bytes, saved.len, NULL), SQS_ERR_ARGUMENT);
    CHECK_STATUS(sqs_output_position(NULL, id, &next, NULL), SQS_ERR_ARGUMENT);
    CHECK_STATUS(sqs_output_position(q, id + 9, &next, NULL), SQS_ERR_STATE);
    r.struct_size = 3;
    CHECK_STATUS(sqs_checkpoint_restore(q, saved.bytes, saved.len, &r), SQS_ERR_STRUCT_SIZE);
    again.len = 0;
    again.fail_at = 100;
    CHECK_STATUS(sqs_checkpoint_save(q, append, &again, &written), SQS_ERR_CALLBACK);
    CHECK_DETAIL(q, "33");
    sqs_status inner = SQS_OK;
    self = q;
    CHECK_STATUS(sqs_checkpoint_save(q, reenter, &inner, NULL), SQS_OK);
    CHECK(inner == SQS_ERR_REENTRANT);
    sqs_pipeline_delete(q);
    sqs_pipeline_delete(p);
    return DONE();
}
