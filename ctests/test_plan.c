/* A plan explains its candidates; costs, budgets and the row cache decide as documented; host defaults fill unset fields. */
#define _XOPEN_SOURCE 700
#include "check.h"
#include <stdlib.h>

static int32_t zeros(void *ctx, uint64_t first, void *dst, size_t n, size_t *got)
{
    (void)ctx;
    (void)first;
    memset(dst, 0, n * sizeof(float));
    *got = n;
    return 0;
}

/* A chain of three stages over a source of n samples. */
static sqs_pipeline *chain(const sqs_config *c, uint64_t samples, uint64_t cost, uint32_t *last)
{
    static const sqs_edge_desc from_a = { "a", 0, 0, 0, 0 }, from_b = { "b", 0, 0, 0, 0 };
    sqs_pipeline *p = NULL;
    sqs_source s;
    CHECK_STATUS(sqs_pipeline_new(c, NULL, &p, NULL), SQS_OK);
    memset(&s, 0, sizeof s);
    s.struct_size = sizeof s;
    s.read = zeros;
    s.samples = samples;
    CHECK_STATUS(sqs_source_set(p, 0, &s), SQS_OK);
    sqs_stage_desc a = stage_of("a", &FROM_INPUT), b = stage_of("b", &from_a), d = stage_of("c", &from_b);
    a.cost_ns_per_row = b.cost_ns_per_row = d.cost_ns_per_row = cost;
    CHECK_STATUS(sqs_stage_register(p, &a, last), SQS_OK);
    CHECK_STATUS(sqs_stage_register(p, &b, last), SQS_OK);
    CHECK_STATUS(sqs_stage_register(p, &d, last), SQS_OK);
    return p;
}

static sqs_plan_info plan_of(sqs_pipeline *p, const sqs_request *ask)
{
    sqs_plan_info plan;
    memset(&plan, 0, sizeof plan);
    plan.struct_size = sizeof plan;
    CHECK_STATUS(sqs_plan(p, ask, 1, &plan), SQS_OK);
    return plan;
}

static void explanations(void)
{
    static char text[16384], again[16384];
    sqs_config c = config_of(256, 64, 0);
    uint32_t id;
    size_t need = 0, same = 0;
    sqs_pipeline *p = chain(&c, 1000000, 0, &id);
    sqs_request ask = all_of(id);
    CHECK_STATUS(sqs_plan_explain(p, &ask, 1, NULL, 0, &need), SQS_ERR_SPACE);
    CHECK(need > 200 && need < sizeof text);
    CHECK_STATUS(sqs_plan_explain(p, &ask, 1, text, need, &same), SQS_OK);
    CHECK(same == need && strlen(text) + 1 == need);
    CHECK_STATUS(sqs_plan_explain(p, &ask, 1, again, need, NULL), SQS_OK);
    CHECK(strcmp(text, again) == 0);
    CHECK(strstr(text, "15622 rows of 15622 windows") && strstr(text, "  * sqrt") && strstr(text, "    classic"));
    CHECK(strstr(text, "taken: blocks of") && strstr(text, "a 321 (by its bytes)") == NULL);
    memset(again, 'x', sizeof again);
    CHECK_STATUS(sqs_plan_explain(p, &ask, 1, again, 20, &same), SQS_ERR_SPACE);
    CHECK(same == need && strlen(again) == 19 && memcmp(again, text, 19) == 0 && again[20] == 'x');
    CHECK_STATUS(sqs_plan_explain(p, &ask, 1, NULL, 7, NULL), SQS_ERR_ARGUMENT);
    sqs_pipeline_delete(p);

    c.memory_budget_bytes = 100;
    p = chain(&c, 1000000, 0, &id);
    CHECK_STATUS(sqs_plan_explain(p, &ask, 1, text, sizeof text, NULL), SQS_ERR_BUDGET);
    CHECK_DETAIL(p, "the minimum is");
    sqs_pipeline_delete(p);
}

static void costs(void)
{
    /* With expensive rows the cost of calls does not matter: the smallest block is as fast, in fewer bytes. */
    sqs_config c = config_of(256, 64, 0);
    uint32_t id;
    sqs_pipeline *cheap = chain(&c, 1000000, 10, &id), *expensive = chain(&c, 1000000, 1000000, &id);
    sqs_request ask = all_of(id);
    const sqs_plan_info few = plan_of(expensive, &ask), many = plan_of(cheap, &ask);
    CHECK(few.block_windows == 1 && many.block_windows >= 8 && few.work_bytes < many.work_bytes);
    sqs_pipeline_delete(cheap);
    sqs_pipeline_delete(expensive);

    /* A struct of version 1 has no costs and counts as 0. */
    sqs_stage_desc d = stage_of("a", &FROM_INPUT);
    sqs_pipeline *p = NULL;
    d.struct_size = (uint32_t)(offsetof(sqs_stage_desc, state_word) + sizeof(uint32_t));
    d.cost_ns_per_row = UINT64_MAX;
    CHECK_STATUS(sqs_pipeline_new(&c, NULL, &p, NULL), SQS_OK);
    CHECK_STATUS(sqs_stage_register(p, &d, &id), SQS_OK);
    d.struct_size--;
    CHECK_STATUS(sqs_stage_register(p, &d, &id), SQS_ERR_STRUCT_SIZE);
    sqs_pipeline_delete(p);
    c.struct_size = (uint32_t)(offsetof(sqs_config, checkpoint_slots) + sizeof(uint32_t));
    CHECK_STATUS(sqs_pipeline_new(&c, NULL, &p, NULL), SQS_OK);
    sqs_pipeline_delete(p);
}

static void stream_only(void)
{
    sqs_config c = config_of(256, 64, 0);
    sqs_stage_desc d = stage_of("a", &FROM_INPUT);
    sqs_plan_info plan = { 0 }, all = { 0 };
    sqs_pipeline *p = NULL;
    uint32_t id;
    float row[1];
    uint64_t rows = 9;
    c.flags = 2;
    CHECK_STATUS(sqs_pipeline_new(&c, NULL, &p, NULL), SQS_ERR_UNSUPPORTED);
    for (c.flags = 0; c.flags <= SQS_STREAM_ONLY; c.flags++) {
        sqs_request ask;
        CHECK_STATUS(sqs_pipeline_new(&c, NULL, &p, NULL), SQS_OK);
        CHECK_STATUS(sqs_stage_register(p, &d, &id), SQS_OK);
        plan.struct_size = sizeof plan;
        CHECK_STATUS(sqs_plan(p, NULL, 0, &plan), c.flags ? SQS_ERR_STATE : SQS_OK);
        CHECK_STATUS(sqs_output_open(p, id, 4), SQS_OK);
        CHECK_STATUS(sqs_plan(p, NULL, 0, &plan), SQS_OK);
        ask = all_of(id);
        if (!c.flags) {
            all = plan;
            CHECK(all.evaluation_bytes > 0);
        } else {
            CHECK(plan.evaluation_bytes == 0 && plan.stream_bytes == all.stream_bytes && plan.work_bytes < all.work_bytes);
            CHECK_STATUS(sqs_plan(p, &ask, 1, &plan), SQS_ERR_NOT_PLANNED);
            /* Not sealed, and sealed. */
            CHECK_STATUS(sqs_evaluate(p, id, 0, 1, row, sizeof row, &rows), SQS_ERR_NOT_PLANNED);
            CHECK_DETAIL(p, "SQS_STREAM_ONLY");
            CHECK_STATUS(sqs_pipeline_seal(p, NULL, 0, NULL, 0), SQS_OK);
            CHECK_STATUS(sqs_evaluate(p, id, 0, 1, row, sizeof row, &rows), SQS_ERR_NOT_PLANNED);
            CHECK(rows == 0);
        }
        sqs_pipeline_delete(p);
    }
}

static void row_cache(void)
{
    /* Ranges of expensive rows with a budget: the rest of it becomes a row cache, unless that is switched off. */
    sqs_config c = config_of(256, 64, 0);
    uint32_t id;
    c.memory_budget_bytes = 200000;
    sqs_pipeline *p = chain(&c, 1000000, 50000, &id);
    sqs_request ask = all_of(id);
    ask.count = 100;
    sqs_plan_info plan = plan_of(p, &ask);
    CHECK(plan.row_cache_rows > 0 && plan.work_bytes <= 200000);
    ask.count = SQS_ALL;
    CHECK(plan_of(p, &ask).row_cache_rows == 0);
    sqs_pipeline_delete(p);
    c.row_cache_bytes = SQS_OFF;
    ask.count = 100;
    p = chain(&c, 1000000, 50000, &id);
    CHECK(plan_of(p, &ask).row_cache_rows == 0);
    sqs_pipeline_delete(p);
    c.row_cache_bytes = 3000;
    p = chain(&c, 1000000, 10, &id);
    plan = plan_of(p, &ask);
    CHECK(plan.row_cache_rows > 0 && plan.row_cache_bytes <= 3000);
    sqs_pipeline_delete(p);
}

static void host(void)
{
    sqs_config c = config_of(256, 64, 0);
    CHECK_STATUS(sqs_config_host_defaults(NULL), SQS_ERR_ARGUMENT);
    setenv("LLC_BYTES", "3M", 1);
    CHECK_STATUS(sqs_config_host_defaults(&c), SQS_OK);
    CHECK(c.cpu_cache_bytes == 3u << 20 && c.memory_budget_bytes >= 4096 && c.struct_size == sizeof c && c.window == 256);
    c.cpu_cache_bytes = 7;
    c.memory_budget_bytes = 9;
    CHECK_STATUS(sqs_config_host_defaults(&c), SQS_OK);
    CHECK(c.cpu_cache_bytes == 7 && c.memory_budget_bytes == 9);
    unsetenv("LLC_BYTES");
    c.cpu_cache_bytes = 0;
    CHECK_STATUS(sqs_config_host_defaults(&c), SQS_OK);
    CHECK(c.cpu_cache_bytes >= 4096);
}

int main(void)
{
    explanations();
    costs();
    row_cache();
    stream_only();
    host();
    return DONE();
}
