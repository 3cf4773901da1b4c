/* Checkpoint files: saving gives the bytes of tests/golden, and a pipeline restored from them continues. */
#include "checks.h"
#include "golden.h"

static unsigned char file[sizeof golden_checkpoint + 64];
static size_t file_bytes;

static int32_t keep(void *ctx, const void *bytes, size_t n)
{
    (void)ctx;
    if (n > sizeof file - file_bytes) return 1;
    memcpy(file + file_bytes, bytes, n);
    file_bytes += n;
    return 0;
}

/* As in tests/state/save_resume.rs. */
static int32_t count(void *ctx, const sqs_stage_io *io)
{
    uint64_t *n = (uint64_t *)io->state;
    (void)ctx;
    for (size_t i = 0; i < io->rows; i++) ((uint16_t *)io->out)[i] = (uint16_t)(*n += 0x01020304u);
    return 0;
}

static sqs_pipeline *average(uint32_t *id)
{
    static const sqs_edge_desc from_average = { "average", 0, 0, 0, 0 };
    static const sqs_param alpha = { "alpha", 0.25, NULL, 0 };
    sqs_config c = config_of(4, 4, SQS_F32);
    sqs_stage_desc d = stage_of("count", &from_average, 1, SQS_U16, 1);
    c.mode = SQS_MODE_SQRT;
    c.cpu_cache_bytes = 16 * 1024;
    c.checkpoint_every = SQS_OFF;
    sqs_pipeline *p = pipeline_in(&control, &c);
    builtin(p, "ema", "average", &FROM_INPUT, 1, &alpha, 1);
    d.run = count;
    d.revision = 1;
    d.state_bytes = 8;
    d.state_word = 8;
    CHECK_STATUS(sqs_stage_register(p, &d, id), SQS_OK);
    CHECK_STATUS(sqs_output_open(p, *id, 8), SQS_OK);
    const sqs_plan_info plan = plan_of(p, NULL, 0);
    CHECK_STATUS(sqs_pipeline_seal(p, NULL, 0, area.bytes, (size_t)plan.work_bytes), SQS_OK);
    return p;
}

static void push_from(sqs_pipeline *p, int from, int to)
{
    float x[64];
    size_t accepted = 0;
    for (int i = from; i < to; i++) x[i - from] = (float)i * 0.5f - 3.0f;
    CHECK_STATUS(sqs_push(p, 0, x, (size_t)(to - from), &accepted), SQS_OK);
    CHECK(accepted == (size_t)(to - from));
}

static size_t stepped(sqs_pipeline *p, uint32_t id, uint16_t *out, size_t cap)
{
    uint64_t done = 0;
    size_t got = 0;
    CHECK(sqs_step(p, 100, &done) >= 0);
    CHECK(sqs_pull(p, id, out, cap, &got) >= 0);
    return got;
}

void check_saved(void)
{
    uint32_t id = 0;
    uint64_t bytes = 0;
    uint16_t rows[16], rest[16];
    sqs_resume next;
    sqs_pipeline *p = average(&id);
    push_from(p, 0, 22);
    CHECK(stepped(p, id, rows, 2) == 2);
    file_bytes = 0;
    CHECK_STATUS(sqs_checkpoint_save(p, keep, NULL, &bytes), SQS_OK);
    CHECK(bytes == file_bytes && file_bytes == sizeof golden_checkpoint);
    CHECK(memcmp(file, golden_checkpoint, sizeof golden_checkpoint) == 0);
    push_from(p, 22, 40);
    const size_t n = stepped(p, id, rows, 16);
    sqs_pipeline_delete(p);

    p = average(&id);
    memset(&next, 0, sizeof next);
    next.struct_size = sizeof next;
    CHECK_STATUS(sqs_checkpoint_restore(p, golden_checkpoint, sizeof golden_checkpoint, &next), SQS_OK);
    CHECK(next.input_count == 1 && next.next_sample[0] == 22);
    push_from(p, 22, 40);
    CHECK(stepped(p, id, rest, 16) == n && n == 8 && memcmp(rows, rest, n * sizeof *rows) == 0);
    for (size_t i = 0; i < n; i++) CHECK(rows[i] == (uint16_t)(0x01020304u * (i + 3)));
    /* A file with a flipped bit is refused. */
    memcpy(file, golden_checkpoint, sizeof golden_checkpoint);
    file[sizeof golden_checkpoint / 2] ^= 16;
    CHECK(sqs_checkpoint_restore(p, file, sizeof golden_checkpoint, NULL) < 0);
    sqs_pipeline_delete(p);
}
