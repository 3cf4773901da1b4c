/* Bits flip in stored data between calls: the rows are the same, and the counters show repairs. */
#include "checks.h"

enum { SAMPLES = 4000 };
typedef struct { uint64_t next; uint64_t sum; } total;

static int32_t running(void *ctx, const sqs_stage_io *io)
{
    total *s = (total *)io->state;
    (void)ctx;
    if (s->next != io->first) return 77;
    for (size_t i = 0; i < io->rows; i++, s->next++)
        ((uint64_t *)io->out)[i] = s->sum = s->sum * 6364136223846793005u + *SQS_ROW(uint32_t, &io->edges[0], i);
    return 0;
}

static uint32_t sample(uint64_t t)
{
    return (uint32_t)t * 2654435761u >> 7;
}

static int32_t read_samples(void *ctx, uint64_t first, void *to, size_t n, size_t *got)
{
    (void)ctx;
    for (size_t i = 0; i < n; i++) ((uint32_t *)to)[i] = sample(first + i);
    *got = n;
    return 0;
}

static uint64_t want[SAMPLES];
typedef struct { uint64_t next; uint32_t wrong; } seen;

static int32_t downwards(void *ctx, uint64_t first, size_t n, const void *data, size_t bytes)
{
    seen *d = (seen *)ctx;
    d->wrong += first + 1 != d->next || bytes != 8 * n;
    for (size_t i = 0; i < n; i++) d->wrong += ((const uint64_t *)data)[i] != want[first - i];
    d->next = first + 1 - n;
    return 0;
}

static int32_t upwards(void *ctx, uint64_t first, size_t n, const void *data, size_t bytes)
{
    seen *d = (seen *)ctx;
    d->wrong += first != d->next || bytes != 8 * n;
    for (size_t i = 0; i < n; i++) d->wrong += ((const uint64_t *)data)[i] != want[first + i];
    d->next = first + n;
    return 0;
}

/* Evaluates all rows in steps, with a bit of the work area flipped before some steps. */
static sqs_stats damaged(uint32_t order, uint64_t seed)
{
    sqs_config c = config_of(1, 1, SQS_U32);
    sqs_stage_desc d = stage_of("running", &FROM_INPUT, 1, SQS_I64, 1);
    sqs_source source;
    dice chance = { seed };
    seen at = { order == SQS_ORDER_REVERSE ? SAMPLES : 0, 0 };
    uint32_t id = 0;
    int flips = 25;
    sqs_status status = SQS_OK;
    c.mode = SQS_MODE_SQRT;
    c.cpu_cache_bytes = 4096;
    c.memory_budget_bytes = 12 * 1024;
    sqs_pipeline *p = pipeline_in(&control, &c);
    d.run = running;
    d.state_bytes = sizeof(total);
    CHECK_STATUS(sqs_stage_register(p, &d, &id), SQS_OK);
    memset(&source, 0, sizeof source);
    source.struct_size = sizeof source;
    source.read = read_samples;
    source.samples = SAMPLES;
    CHECK_STATUS(sqs_source_set(p, 0, &source), SQS_OK);
    sqs_request ask = all_of(id);
    ask.order = order;
    const sqs_plan_info plan = plan_of(p, &ask, 1);
    CHECK_STATUS(sqs_pipeline_seal(p, &ask, 1, area.bytes, (size_t)plan.work_bytes), SQS_OK);
    CHECK_STATUS(sqs_evaluate_begin(p, &ask, order == SQS_ORDER_REVERSE ? downwards : upwards, &at), SQS_OK);
    for (int turn = 0; turn < 20000; turn++) {
        uint64_t done = 0;
        if (turn % 10 == 9 && flips-- > 0) area.bytes[roll(&chance) % plan.work_bytes] ^= (unsigned char)(1u << roll(&chance) % 8);
        status = sqs_step(p, 16, &done);
        if (status < 0 || !stats_of(p).evaluating) break;
    }
    CHECK(status >= 0);
    CHECK(at.wrong == 0 && at.next == (order == SQS_ORDER_REVERSE ? 0 : SAMPLES));
    const sqs_stats stats = stats_of(p);
    sqs_pipeline_delete(p);
    return stats;
}

void check_repair(void)
{
    uint64_t sum = 0, found = 0, repaired = 0;
    for (uint64_t t = 0; t < SAMPLES; t++) want[t] = sum = sum * 6364136223846793005u + sample(t);
    for (uint64_t seed = 1; seed <= 20; seed++) {
        const sqs_stats s = damaged(seed % 2 ? SQS_ORDER_REVERSE : SQS_ORDER_FORWARD, seed);
        found += s.crc_failures;
        repaired += s.repairs;
    }
    CHECK(found > 20 && repaired > 10);
}
