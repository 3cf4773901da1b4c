/* Events: errors with stage and row, damage, full inputs; at the end of calls, never from within callbacks. */
#include "check.h"

enum { MOST = 64 };
static struct seen {
    sqs_event event;
    char text[200];
} seen[MOST];
static int count, in_stage, fail_at = -1;
static sqs_pipeline *current;

static void note(void *ctx, const sqs_event *event)
{
    uint64_t done;
    CHECK(ctx == &count && event->struct_size == sizeof(sqs_event) && event->reserved == 0 && !in_stage);
    /* The handle is busy. */
    if (current) CHECK_STATUS(sqs_step(current, 1, &done), SQS_ERR_REENTRANT);
    if (count < MOST) {
        seen[count].event = *event;
        CHECK(strlen(event->text) < sizeof seen->text);
        strcpy(seen[count].text, event->text);
    }
    count++;
}

static int32_t may_fail(void *ctx, const sqs_stage_io *io)
{
    uint64_t done;
    in_stage = 1;
    /* A refused call from a callback is no event. */
    CHECK_STATUS(sqs_step(current, 1, &done), SQS_ERR_REENTRANT);
    in_stage = 0;
    if (fail_at >= 0 && io->first <= (uint64_t)fail_at && (uint64_t)fail_at < io->first + io->rows) return 77;
    return sum_run(ctx, io);
}

static unsigned char control[65536] __attribute__((aligned(64))), work[65536] __attribute__((aligned(64)));

static sqs_pipeline *watched(uint32_t *first, uint32_t *second)
{
    sqs_config c = config_of(4, 2, 40);
    const sqs_edge_desc from_first = { "first", 1, 0, SQS_BOUNDARY_ZERO, 0 };
    sqs_stage_desc d = stage_of("first", &FROM_INPUT), e = stage_of("second", &from_first);
    sqs_memory memory;
    sqs_pipeline *p = NULL;
    memset(&memory, 0, sizeof memory);
    memory.struct_size = sizeof memory;
    memory.control = control;
    memory.control_bytes = sizeof control;
    c.event = note;
    c.event_ctx = &count;
    count = 0;
    fail_at = -1;
    current = NULL;
    e.run = may_fail;
    CHECK_STATUS(sqs_pipeline_new(&c, &memory, &p, NULL), SQS_OK);
    CHECK_STATUS(sqs_stage_register(p, &d, first), SQS_OK);
    CHECK_STATUS(sqs_stage_register(p, &e, second), SQS_OK);
    CHECK_STATUS(sqs_output_open(p, *second, 20), SQS_OK);
    CHECK_STATUS(sqs_pipeline_seal(p, NULL, 0, work, sizeof work), SQS_OK);
    CHECK(count == 0);
    current = p;
    return p;
}

static void errors_and_full_inputs(void)
{
    uint32_t first, second;
    uint64_t done;
    size_t accepted;
    float x[64] = { 0 };
    sqs_pipeline *p = watched(&first, &second);
    CHECK_STATUS(sqs_push(p, 0, x, 64, &accepted), SQS_AGAIN);
    CHECK(count == 1 && accepted == 40);
    CHECK(seen[0].event.kind == SQS_EVENT_INPUT_FULL && seen[0].event.severity == SQS_SEVERITY_INFO);
    CHECK(seen[0].event.status == SQS_AGAIN && seen[0].event.stage == UINT32_MAX && seen[0].event.row == UINT64_MAX);
    CHECK(strstr(seen[0].text, "input is full, 24 samples"));
    fail_at = 7;
    CHECK_STATUS(sqs_step(p, 100, &done), SQS_ERR_CALLBACK);
    CHECK(count == 2 && seen[1].event.kind == SQS_EVENT_ERROR && seen[1].event.severity == SQS_SEVERITY_ERROR);
    CHECK(seen[1].event.status == SQS_ERR_CALLBACK && seen[1].event.stage == second && seen[1].event.row == 7);
    CHECK(seen[1].event.count == 1 && strstr(seen[1].text, "second") && strstr(seen[1].text, "77"));
    CHECK_STATUS(sqs_step(p, 0, &done), SQS_ERR_ARGUMENT);
    CHECK(count == 3 && seen[2].event.status == SQS_ERR_ARGUMENT && seen[2].event.stage == UINT32_MAX);
    /* Conditions that are no error are no event. */
    fail_at = -1;
    CHECK_STATUS(sqs_step(p, 100, &done), SQS_OK);
    CHECK_STATUS(sqs_step(p, 100, &done), SQS_AGAIN);
    CHECK(count == 3);
    sqs_pipeline_delete(p);
}

/* A bit flips in queued rows; then in the tables. */
static void damage(void)
{
    uint32_t first, second;
    uint64_t done;
    size_t got, accepted;
    float x[40] = { 0 }, row[20];
    sqs_pipeline *p = watched(&first, &second);
    int at;
    for (int i = 0; i < 40; i++) x[i] = 12345.0f;
    CHECK_STATUS(sqs_push(p, 0, x, 40, &accepted), SQS_OK);
    CHECK_STATUS(sqs_step(p, 10, &done), SQS_OK);
    /* Row 0 of "second" is the sum of a window, 49380, in the queue, which is at the end of the work area. */
    for (at = (int)sizeof work - 4; at >= 0; at -= 4) {
        float f;
        memcpy(&f, work + at, 4);
        if (f == 49380.0f) break;
    }
    CHECK(at >= 0);
    work[at] ^= 1;
    (void)sqs_pull(p, second, row, 20, &got);
    while (sqs_step(p, 10, &done) == SQS_OK) continue;
    while (sqs_pull(p, second, row, 20, &got) == SQS_OK) continue;
    CHECK(count >= 1 && seen[0].event.kind == SQS_EVENT_DAMAGE && seen[0].event.severity == SQS_SEVERITY_WARNING);
    CHECK(seen[0].event.count == 1 && strstr(seen[0].text, "1 stored items failed"));
    /* The events of all calls have the count of the statistics. */
    {
        sqs_stats s;
        uint64_t sum = 0;
        memset(&s, 0, sizeof s);
        s.struct_size = sizeof s;
        CHECK_STATUS(sqs_pipeline_stats(p, &s), SQS_OK);
        for (int i = 0; i < count; i++) sum += seen[i].event.kind == SQS_EVENT_DAMAGE ? seen[i].event.count : 0;
        CHECK(s.crc_failures == sum && sum >= 1);
    }
    count = 0;
    /* The number of samples, 40, is in positions and tables, and in memory that is not used again. */
    for (at = 0; at + 8 <= (int)sizeof control; at += 4) {
        const uint64_t samples = 40;
        if (memcmp(control + at, &samples, 8) != 0) continue;
        control[at] ^= 1;
        if (sqs_step(p, 10, &done) == SQS_ERR_POISONED) break;
        control[at] ^= 1;
    }
    CHECK(at + 8 <= (int)sizeof control);
    CHECK(count == 1 && seen[0].event.severity == SQS_SEVERITY_FATAL && seen[0].event.status == SQS_ERR_POISONED);
    /* Once: later calls are refused without an event. */
    CHECK_STATUS(sqs_step(p, 10, &done), SQS_ERR_POISONED);
    CHECK(count == 1);
    sqs_pipeline_delete(p);
}

int main(void)
{
    errors_and_full_inputs();
    damage();
    return DONE();
}
