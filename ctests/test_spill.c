/* Classic rows in a file: the same rows, no file name remains, and a full disk is an error of seal. */
#define _XOPEN_SOURCE 700
#include "check.h"
#include <sys/resource.h>

enum { SAMPLES = 20000, ROWS = (SAMPLES - 64) / 16 + 1 };

static int32_t ramp(void *ctx, uint64_t first, void *dst, size_t n, size_t *got)
{
    (void)ctx;
    for (size_t i = 0; i < n; i++) ((float *)dst)[i] = (float)((first + i) * 2654435761u % 1000u);
    *got = n;
    return 0;
}

static sqs_pipeline *make(uint32_t mode, uint64_t budget, const char *dir, uint32_t *id)
{
    static const sqs_edge_desc around = { "a", 2, 1, SQS_BOUNDARY_CLAMP, 0 };
    sqs_config c = config_of(64, 16, 0);
    sqs_pipeline *p = NULL;
    sqs_source s;
    c.mode = mode;
    c.memory_budget_bytes = budget;
    c.spill_dir = dir;
    CHECK_STATUS(sqs_pipeline_new(&c, NULL, &p, NULL), SQS_OK);
    memset(&s, 0, sizeof s);
    s.struct_size = sizeof s;
    s.read = ramp;
    s.samples = SAMPLES;
    CHECK_STATUS(sqs_source_set(p, 0, &s), SQS_OK);
    sqs_stage_desc a = stage_of("a", &FROM_INPUT), b = stage_of("b", &around);
    CHECK_STATUS(sqs_stage_register(p, &a, id), SQS_OK);
    CHECK_STATUS(sqs_stage_register(p, &b, id), SQS_OK);
    return p;
}

static float rows[3][ROWS];

static sqs_plan_info evaluate(sqs_pipeline *p, uint32_t id, float *to)
{
    sqs_request ask = all_of(id);
    sqs_plan_info plan;
    sqs_stats stats;
    uint64_t got = 0;
    memset(&plan, 0, sizeof plan);
    plan.struct_size = sizeof plan;
    CHECK_STATUS(sqs_plan(p, &ask, 1, &plan), SQS_OK);
    CHECK_STATUS(sqs_pipeline_seal(p, &ask, 1, NULL, 0), SQS_OK);
    CHECK_STATUS(sqs_evaluate(p, id, 0, SQS_ALL, to, sizeof rows[0], &got), SQS_OK);
    CHECK(got == ROWS);
    memset(&stats, 0, sizeof stats);
    stats.struct_size = sizeof stats;
    CHECK_STATUS(sqs_pipeline_stats(p, &stats), SQS_OK);
    CHECK(stats.stage_rows == 2 * ROWS && stats.stage_bytes == 8 * ROWS);
    CHECK(stats.spill_bytes <= plan.spill_bytes && (stats.spill_bytes > 0) == (plan.spill_bytes > 0));
    CHECK(stats.peak_bytes <= plan.work_bytes);
    return plan;
}

int main(void)
{
    uint32_t id;
    sqs_pipeline *p = make(SQS_MODE_SQRT, 0, ".", &id);
    const sqs_plan_info blocks = evaluate(p, id, rows[0]);
    CHECK(blocks.spill_bytes == 0 && blocks.mode == SQS_MODE_SQRT);
    sqs_pipeline_delete(p);

    p = make(SQS_MODE_CLASSIC, 0, NULL, &id);
    const sqs_plan_info memory = evaluate(p, id, rows[1]);
    CHECK(memory.spill_bytes == 0 && memory.work_bytes > 80000);
    sqs_pipeline_delete(p);

    /* Without a budget rows are always in the file; the work area holds the rest. */
    p = make(SQS_MODE_CLASSIC, 0, ".", &id);
    const sqs_plan_info file = evaluate(p, id, rows[2]);
    CHECK(file.mode == SQS_MODE_CLASSIC && file.spill_bytes > 80000 && file.work_bytes < 4096);
    sqs_pipeline_delete(p);
    CHECK(memcmp(rows[0], rows[1], sizeof rows[0]) == 0 && memcmp(rows[0], rows[2], sizeof rows[0]) == 0);

    /* With a sufficient budget in memory; with a smaller one in the file, or refused without a directory. */
    p = make(SQS_MODE_CLASSIC, memory.work_bytes, ".", &id);
    CHECK(evaluate(p, id, rows[2]).spill_bytes == 0);
    sqs_pipeline_delete(p);
    p = make(SQS_MODE_CLASSIC, memory.work_bytes - 1, ".", &id);
    CHECK(evaluate(p, id, rows[2]).spill_bytes == file.spill_bytes);
    sqs_pipeline_delete(p);
    p = make(SQS_MODE_CLASSIC, memory.work_bytes - 1, NULL, &id);
    sqs_request ask = all_of(id);
    sqs_plan_info plan = file;
    CHECK_STATUS(sqs_plan(p, &ask, 1, &plan), SQS_ERR_BUDGET);
    CHECK_STATUS(sqs_pipeline_seal(p, &ask, 1, NULL, 0), SQS_ERR_BUDGET);
    CHECK_DETAIL(p, "the minimum is");
    sqs_pipeline_delete(p);

    /* auto takes blocks if they fit, with or without spill_dir. */
    p = make(SQS_MODE_AUTO, blocks.work_bytes, ".", &id);
    CHECK(evaluate(p, id, rows[2]).spill_bytes == 0);
    sqs_pipeline_delete(p);
    CHECK(memcmp(rows[0], rows[2], sizeof rows[0]) == 0);

    /* Disk full: an error of seal, no signal, and the pipeline can be sealed when the disk has room. */
    struct rlimit limit, small;
    CHECK(getrlimit(RLIMIT_FSIZE, &limit) == 0);
    small = limit;
    small.rlim_cur = 10000;
    p = make(SQS_MODE_CLASSIC, 0, ".", &id);
    CHECK(setrlimit(RLIMIT_FSIZE, &small) == 0);
    CHECK_STATUS(sqs_pipeline_seal(p, &ask, 1, NULL, 0), SQS_ERR_IO);
    CHECK_DETAIL(p, "spill_dir has no room");
    CHECK(setrlimit(RLIMIT_FSIZE, &limit) == 0);
    (void)evaluate(p, id, rows[2]);
    CHECK(memcmp(rows[0], rows[2], sizeof rows[0]) == 0);
    sqs_pipeline_delete(p);

    /* A directory that does not exist. */
    sqs_config c = config_of(64, 16, 0);
    sqs_error e;
    memset(&e, 0, sizeof e);
    e.struct_size = sizeof e;
    c.spill_dir = "/no/such/directory";
    p = NULL;
    CHECK_STATUS(sqs_pipeline_new(&c, NULL, &p, &e), SQS_ERR_IO);
    CHECK(p == NULL && e.os_errno != 0 && strstr(e.text, "spill_dir cannot be opened"));
    return DONE();
}
