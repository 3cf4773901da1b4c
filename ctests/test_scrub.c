/* Scrub: rounds over all that is stored, in calls of any size; damage counts once, and queued rows are repaired. */
#include "check.h"

static unsigned char control[65536] __attribute__((aligned(64))), work[65536] __attribute__((aligned(64)));
enum { SAMPLES = 1500, ROWS = 20 };
static float x[SAMPLES];

/* Windows of 4, hop 2; a state, so that checkpoints are kept; 1500 samples pushed and 20 rows in the queue. */
static int32_t running(void *ctx, const sqs_stage_io *io)
{
    float *y = (float *)io->out, *sum = (float *)io->state;
    (void)ctx;
    for (size_t i = 0; i < io->rows; i++) y[i] = *sum += *SQS_ROW(float, &io->edges[0], i);
    return 0;
}

static sqs_pipeline *filled(uint32_t *id)
{
    sqs_config c = config_of(4, 2, SAMPLES);
    sqs_stage_desc d = stage_of("running", &FROM_INPUT);
    sqs_memory memory;
    sqs_pipeline *p = NULL;
    size_t accepted;
    uint64_t done;
    memset(&memory, 0, sizeof memory);
    memory.struct_size = sizeof memory;
    memory.control = control;
    memory.control_bytes = sizeof control;
    d.run = running;
    d.state_bytes = d.state_word = 4;
    c.checkpoint_every = 2;
    c.checkpoint_slots = 4;
    for (int i = 0; i < SAMPLES; i++) x[i] = 1.0f + (float)(i % 7);
    CHECK_STATUS(sqs_pipeline_new(&c, &memory, &p, NULL), SQS_OK);
    CHECK_STATUS(sqs_stage_register(p, &d, id), SQS_OK);
    CHECK_STATUS(sqs_output_open(p, *id, ROWS), SQS_OK);
    CHECK_STATUS(sqs_pipeline_seal(p, NULL, 0, work, sizeof work), SQS_OK);
    CHECK_STATUS(sqs_push(p, 0, x, SAMPLES, &accepted), SQS_OK);
    while (sqs_step(p, 10, &done) == SQS_OK) continue;
    return p;
}

static sqs_stats stats_of(sqs_pipeline *p)
{
    sqs_stats s;
    memset(&s, 0, sizeof s);
    s.struct_size = sizeof s;
    CHECK_STATUS(sqs_pipeline_stats(p, &s), SQS_OK);
    return s;
}

/* One round in calls of `step` bytes; returns the bytes checked. */
static uint64_t round_of(sqs_pipeline *p, size_t step)
{
    const uint64_t before = stats_of(p).scrub_rounds;
    uint64_t sum = 0;
    size_t checked;
    for (int calls = 0; stats_of(p).scrub_rounds == before && calls < 100000; calls++) {
        CHECK_STATUS(sqs_scrub(p, step, &checked), SQS_OK);
        /* Whole chunks of 1 KiB, if a call may check less. */
        CHECK(checked <= (step > 1024 ? step : 1024));
        sum += checked;
    }
    CHECK(stats_of(p).scrub_rounds == before + 1);
    return sum;
}

/* The last place in the work area of these bytes: input buffers and queues come after the rows of the stream. */
static unsigned char *find(const void *bytes, size_t len)
{
    for (size_t at = sizeof work - len; at > 0; at -= 4)
        if (memcmp(work + at, bytes, len) == 0) return work + at;
    CHECK(0);
    return work;
}

static void rounds(void)
{
    static const size_t STEPS[] = { 1, 100, 1024, 3000, 1000000 };
    uint32_t id;
    sqs_pipeline *p = filled(&id);
    const uint64_t all = round_of(p, 1000000);
    CHECK(all >= SAMPLES * 4 + ROWS * 4);
    for (size_t i = 0; i < sizeof STEPS / sizeof *STEPS; i++) CHECK(round_of(p, STEPS[i]) == all);
    CHECK(stats_of(p).crc_failures == 0);
    sqs_pipeline_delete(p);
}

static void damage_counts_once(void)
{
    uint32_t id;
    uint64_t done, row = 0;
    size_t n;
    float y[ROWS], want = 0;
    unsigned char *sample, *queued;
    sqs_pipeline *p = filled(&id);
    /* Samples 1000 to 1009 are of a window that is not computed yet. */
    sample = find(x + 1000, 40);
    sample[8] ^= 16;
    round_of(p, 500);
    CHECK(stats_of(p).crc_failures == 1 && stats_of(p).repairs == 0);
    round_of(p, 500);
    CHECK(stats_of(p).crc_failures == 1);
    /* Repaired by the next flip. */
    sample[8] ^= 16;

    /* Row 3 of the queue. */
    for (int i = 0; i < ROWS; i++) y[i] = want += x[2 * i];
    queued = find(y, sizeof y);
    queued[12] ^= 1;
    round_of(p, 500);
    round_of(p, 10);
    CHECK(stats_of(p).crc_failures == 2 && stats_of(p).repairs == 0);
    want = 0;
    for (int calls = 0; calls < 10000 && row < 700; calls++) {
        sqs_status s = sqs_pull(p, id, y, ROWS, &n);
        CHECK(s == SQS_OK || s == SQS_AGAIN);
        for (size_t i = 0; i < n; i++, row++) CHECK(y[i] == (want += x[2 * row]));
        (void)sqs_step(p, 10, &done);
    }
    CHECK(row >= 700);
    CHECK(stats_of(p).crc_failures == 2 && stats_of(p).repairs == 1);
    sqs_pipeline_delete(p);
}

int main(void)
{
    rounds();
    damage_counts_once();
    return DONE();
}
