/* NULL in every pointer argument of every function. */
#include "check.h"

static int32_t sink(void *c, uint64_t f, size_t n, const void *d, size_t b)
{
    (void)c; (void)f; (void)n; (void)d; (void)b;
    return 0;
}

int main(void)
{
    sqs_config config = config_of(4, 2, 64);
    size_t n = 0, align = 0;
    uint32_t id = 0, other = 0;
    uint64_t got = 0;
    float x[8] = { 0 }, rows[8];
    sqs_pipeline *p = NULL;
    sqs_plan_info plan;
    sqs_stats stats;
    sqs_stage_desc d = stage_of("sum", &FROM_INPUT);
    sqs_request ask;
    sqs_source source;
    sqs_input_desc input;
    sqs_builtin_desc builtin;

    memset(&plan, 0, sizeof plan); plan.struct_size = sizeof plan;
    memset(&stats, 0, sizeof stats); stats.struct_size = sizeof stats;
    memset(&source, 0, sizeof source); source.struct_size = sizeof source;
    memset(&input, 0, sizeof input); input.struct_size = sizeof input;
    memset(&builtin, 0, sizeof builtin); builtin.struct_size = sizeof builtin;

    CHECK_STATUS(sqs_config_init(NULL, sizeof config), SQS_ERR_ARGUMENT);
    CHECK_STATUS(sqs_pipeline_control_bytes(NULL, &n, &align), SQS_ERR_ARGUMENT);
    CHECK_STATUS(sqs_pipeline_control_bytes(&config, NULL, &align), SQS_ERR_ARGUMENT);
    CHECK_STATUS(sqs_pipeline_control_bytes(&config, &n, NULL), SQS_ERR_ARGUMENT);
    CHECK_STATUS(sqs_pipeline_new(NULL, NULL, &p, NULL), SQS_ERR_ARGUMENT);
    CHECK_STATUS(sqs_pipeline_new(&config, NULL, NULL, NULL), SQS_ERR_ARGUMENT);
    sqs_pipeline_delete(NULL);

    /* NULL handles. */
    ask = all_of(0);
    CHECK_STATUS(sqs_pipeline_reset(NULL), SQS_ERR_ARGUMENT);
    CHECK_STATUS(sqs_pipeline_error_detail(NULL, NULL, 0, &n), SQS_ERR_ARGUMENT);
    CHECK_STATUS(sqs_stage_register(NULL, &d, &id), SQS_ERR_ARGUMENT);
    CHECK_STATUS(sqs_stage_register_builtin(NULL, &builtin, &id), SQS_ERR_ARGUMENT);
    CHECK_STATUS(sqs_stage_register_kind(NULL, sqs_kind_hann(), &builtin, &id), SQS_ERR_ARGUMENT);
    CHECK_STATUS(sqs_stage_find(NULL, "sum", &id), SQS_ERR_ARGUMENT);
    CHECK_STATUS(sqs_input_register(NULL, &input, &id), SQS_ERR_ARGUMENT);
    CHECK_STATUS(sqs_output_open(NULL, 0, 1), SQS_ERR_ARGUMENT);
    CHECK_STATUS(sqs_plan(NULL, NULL, 0, &plan), SQS_ERR_ARGUMENT);
    CHECK_STATUS(sqs_pipeline_seal(NULL, NULL, 0, NULL, 0), SQS_ERR_ARGUMENT);
    CHECK_STATUS(sqs_push(NULL, 0, x, 8, &n), SQS_ERR_ARGUMENT);
    CHECK_STATUS(sqs_push_end(NULL, 0), SQS_ERR_ARGUMENT);
    CHECK_STATUS(sqs_step(NULL, 1, &got), SQS_ERR_ARGUMENT);
    CHECK_STATUS(sqs_pull(NULL, 0, rows, 8, &n), SQS_ERR_ARGUMENT);
    CHECK_STATUS(sqs_evaluate(NULL, 0, 0, 1, rows, sizeof rows, &got), SQS_ERR_ARGUMENT);
    CHECK_STATUS(sqs_evaluate_to(NULL, &ask, sink, NULL), SQS_ERR_ARGUMENT);
    CHECK_STATUS(sqs_evaluate_begin(NULL, &ask, sink, NULL), SQS_ERR_ARGUMENT);
    CHECK_STATUS(sqs_evaluate_cancel(NULL), SQS_ERR_ARGUMENT);
    CHECK_STATUS(sqs_source_set(NULL, 0, &source), SQS_ERR_ARGUMENT);
    CHECK_STATUS(sqs_source_extend(NULL, 0, 1, 0), SQS_ERR_ARGUMENT);
    CHECK_STATUS(sqs_source_set_file(NULL, 0, "x", 0, 0, NULL), SQS_ERR_ARGUMENT);
    CHECK_STATUS(sqs_pipeline_stats(NULL, &stats), SQS_ERR_ARGUMENT);

    /* A valid handle, and NULL in other arguments. */
    p = small(64, &id);
    CHECK_STATUS(sqs_stage_register(p, NULL, &other), SQS_ERR_ARGUMENT);
    d.name = "b"; CHECK_STATUS(sqs_stage_register(p, &d, NULL), SQS_ERR_ARGUMENT);
    d.name = NULL; CHECK_STATUS(sqs_stage_register(p, &d, &other), SQS_ERR_ARGUMENT);
    d.name = "b"; d.run = NULL; CHECK_STATUS(sqs_stage_register(p, &d, &other), SQS_ERR_ARGUMENT);
    d.run = sum_run; d.edges = NULL; CHECK_STATUS(sqs_stage_register(p, &d, &other), SQS_ERR_ARGUMENT);
    CHECK_STATUS(sqs_stage_register_builtin(p, NULL, &other), SQS_ERR_ARGUMENT);
    CHECK_STATUS(sqs_stage_register_builtin(p, &builtin, &other), SQS_ERR_ARGUMENT);
    CHECK_STATUS(sqs_stage_register_builtin(p, &builtin, NULL), SQS_ERR_ARGUMENT);
    CHECK_STATUS(sqs_stage_register_kind(p, NULL, &builtin, &other), SQS_ERR_ARGUMENT);
    CHECK_STATUS(sqs_stage_register_kind(p, sqs_kind_hann(), NULL, &other), SQS_ERR_ARGUMENT);
    CHECK_STATUS(sqs_stage_register_kind(p, sqs_kind_hann(), &builtin, NULL), SQS_ERR_ARGUMENT);
    CHECK_STATUS(sqs_stage_find(p, NULL, &other), SQS_ERR_ARGUMENT);
    CHECK_STATUS(sqs_stage_find(p, "sum", NULL), SQS_ERR_ARGUMENT);
    CHECK_STATUS(sqs_input_register(p, NULL, &other), SQS_ERR_ARGUMENT);
    CHECK_STATUS(sqs_input_register(p, &input, NULL), SQS_ERR_ARGUMENT);
    CHECK_STATUS(sqs_source_set(p, 0, NULL), SQS_ERR_ARGUMENT);
    CHECK_STATUS(sqs_source_set(p, 0, &source), SQS_ERR_ARGUMENT);
    CHECK_STATUS(sqs_source_set_file(p, 0, NULL, 0, 0, NULL), SQS_ERR_ARGUMENT);
    CHECK_STATUS(sqs_plan(p, NULL, 1, &plan), SQS_ERR_ARGUMENT);
    CHECK_STATUS(sqs_plan(p, NULL, 0, NULL), SQS_ERR_ARGUMENT);
    CHECK_STATUS(sqs_pipeline_seal(p, NULL, 1, NULL, 0), SQS_ERR_ARGUMENT);
    CHECK_STATUS(sqs_push(p, 0, NULL, 8, &n), SQS_ERR_ARGUMENT);
    CHECK_STATUS(sqs_push(p, 0, x, 8, NULL), SQS_ERR_ARGUMENT);
    CHECK_STATUS(sqs_push(p, 0, x, 8, &n), SQS_OK);
    CHECK_STATUS(sqs_step(p, 1, NULL), SQS_ERR_ARGUMENT);
    CHECK_STATUS(sqs_pull(p, id, rows, 8, NULL), SQS_ERR_ARGUMENT);
    CHECK_STATUS(sqs_evaluate(p, id, 0, 1, NULL, 4, &got), SQS_ERR_ARGUMENT);
    CHECK_STATUS(sqs_evaluate(p, id, 0, 1, rows, 4, NULL), SQS_ERR_ARGUMENT);
    CHECK_STATUS(sqs_evaluate_to(p, NULL, sink, NULL), SQS_ERR_ARGUMENT);
    ask = all_of(id);
    CHECK_STATUS(sqs_evaluate_to(p, &ask, NULL, NULL), SQS_ERR_ARGUMENT);
    CHECK_STATUS(sqs_evaluate_begin(p, NULL, sink, NULL), SQS_ERR_ARGUMENT);
    CHECK_STATUS(sqs_evaluate_begin(p, &ask, NULL, NULL), SQS_ERR_ARGUMENT);
    CHECK_STATUS(sqs_pipeline_error_detail(p, NULL, 8, &n), SQS_ERR_ARGUMENT);
    CHECK_STATUS(sqs_pipeline_error_detail(p, NULL, 0, NULL), SQS_ERR_SPACE);
    CHECK_STATUS(sqs_pipeline_stats(p, NULL), SQS_ERR_ARGUMENT);

    /* The handle still works. */
    CHECK_STATUS(sqs_evaluate(p, id, 0, SQS_ALL, rows, sizeof rows, &got), SQS_OK);
    CHECK(got == 3);
    sqs_pipeline_delete(p);
    return DONE();
}
