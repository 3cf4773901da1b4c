/* What rows are as a series: declared by C stages, kept, needed, and checked after other stages. */
#include "check.h"

static sqs_pipeline *windows(uint64_t window, uint64_t hop, uint32_t channels)
{
    sqs_config c = config_of(window, hop, 0);
    sqs_pipeline *p = NULL;
    c.channels = channels;
    CHECK_STATUS(sqs_pipeline_new(&c, NULL, &p, NULL), SQS_OK);
    return p;
}

/* A C stage that reads one node. */
static sqs_stage_desc reading(const char *name, sqs_edge_desc *from, const char *node, uint32_t flags, uint32_t len)
{
    sqs_stage_desc d;
    *from = FROM_INPUT;
    from->name = node;
    d = stage_of(name, from);
    d.run = sum_run;
    d.flags = flags;
    d.len = len;
    return d;
}

static sqs_status builtin(sqs_pipeline *p, const char *kind, const char *name, const char *node, const sqs_param *param)
{
    sqs_edge_desc from = FROM_INPUT;
    sqs_builtin_desc d;
    uint32_t id;
    from.name = node;
    memset(&d, 0, sizeof d);
    d.struct_size = sizeof d;
    d.kind = kind;
    d.name = name;
    d.edges = &from;
    d.edge_count = 1;
    d.params = param;
    d.param_count = param ? 1 : 0;
    return sqs_stage_register_builtin(p, &d, &id);
}

static const sqs_param alpha = { "alpha", 0.5, NULL, 0 };

/* Overlapping windows, gaps and channels reach C stages with needs, and built-in ones, through stages in between. */
static void needs(void)
{
    static const struct { uint64_t window, hop; uint32_t channels, flags; const char *text; } cases[] = {
        { 8, 4, 1, SQS_STAGE_NEEDS_CONSECUTIVE, "overlap" },
        { 8, 9, 1, SQS_STAGE_NEEDS_CONSECUTIVE, "every 9" },
        { 8, 8, 3, SQS_STAGE_NEEDS_ONE_CHANNEL, "channel" },
        { 8, 8, 3, SQS_STAGE_NEEDS_CONSECUTIVE, NULL },
        { 8, 4, 1, SQS_STAGE_NEEDS_ONE_CHANNEL, NULL },
        { 8, 8, 1, SQS_STAGE_NEEDS_CONSECUTIVE | SQS_STAGE_NEEDS_ONE_CHANNEL, NULL },
        { 8, 4, 3, 0, NULL },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        sqs_pipeline *p = windows(cases[i].window, cases[i].hop, cases[i].channels);
        sqs_edge_desc from;
        uint32_t id;
        sqs_stage_desc d = reading("kept", &from, "input", SQS_STAGE_KEEPS_SERIES, 8 * cases[i].channels);
        CHECK_STATUS(sqs_stage_register(p, &d, &id), SQS_OK);
        CHECK_STATUS(builtin(p, "to_f32", "float", "kept", NULL), SQS_OK);
        d = reading("needy", &from, "float", cases[i].flags, 1);
        CHECK_STATUS(sqs_stage_register(p, &d, &id), cases[i].text ? SQS_ERR_GRAPH : SQS_OK);
        if (cases[i].text) {
            CHECK_DETAIL(p, "needy");
            CHECK_DETAIL(p, "float");
            CHECK_DETAIL(p, cases[i].text);
        }
        sqs_pipeline_delete(p);
    }
}

/* What a C stage declares is seen by built-in ones; by default its rows are a new series. */
static void declared(void)
{
    sqs_pipeline *p = windows(8, 4, 1);
    sqs_edge_desc from;
    uint32_t id;
    sqs_stage_desc d = reading("new", &from, "input", 0, 6);
    CHECK_STATUS(sqs_stage_register(p, &d, &id), SQS_OK);
    CHECK_STATUS(builtin(p, "ema", "ema of new", "new", &alpha), SQS_OK);
    d = reading("three", &from, "input", 0, 6);
    d.row_channels = 3;
    CHECK_STATUS(sqs_stage_register(p, &d, &id), SQS_OK);
    CHECK_STATUS(builtin(p, "mean", "mean of three", "three", NULL), SQS_ERR_GRAPH);
    CHECK_DETAIL(p, "3 interleaved channels");
    CHECK_STATUS(builtin(p, "channel", "one", "three", NULL), SQS_OK);
    CHECK_STATUS(builtin(p, "ema", "ema of one", "one", &alpha), SQS_OK);
    d = reading("sparse", &from, "input", 0, 6);
    d.row_step = 7;
    CHECK_STATUS(sqs_stage_register(p, &d, &id), SQS_OK);
    CHECK_STATUS(builtin(p, "ema", "ema of sparse", "sparse", &alpha), SQS_ERR_GRAPH);
    CHECK_DETAIL(p, "every 7");
    d = reading("squares", &from, "input", SQS_STAGE_BINS, 6);
    d.row_unit = SQS_UNIT_POWER;
    CHECK_STATUS(sqs_stage_register(p, &d, &id), SQS_OK);
    CHECK_STATUS(builtin(p, "rms", "rms of squares", "squares", NULL), SQS_ERR_GRAPH);
    CHECK_DETAIL(p, "sum");
    CHECK_STATUS(builtin(p, "sum", "sum of squares", "squares", NULL), SQS_OK);
    CHECK_STATUS(builtin(p, "ema", "ema of squares", "squares", &alpha), SQS_ERR_GRAPH);
    CHECK_DETAIL(p, "bins");
    d = reading("kept", &from, "input", SQS_STAGE_KEEPS_SERIES, 8);
    d.row_unit = SQS_UNIT_POWER;
    CHECK_STATUS(sqs_stage_register(p, &d, &id), SQS_OK);
    CHECK_STATUS(builtin(p, "energy", "energy of kept", "kept", NULL), SQS_ERR_GRAPH);
    CHECK_DETAIL(p, "sum");
    sqs_pipeline_delete(p);
}

/* Declarations that cannot be, and one of an older program, whose struct ends before them. */
static void refused(void)
{
    sqs_pipeline *p = windows(8, 8, 2);
    sqs_edge_desc from;
    uint32_t id;
    sqs_stage_desc d = reading("stage", &from, "input", 0, 7);
    d.row_channels = 2;
    CHECK_STATUS(sqs_stage_register(p, &d, &id), SQS_ERR_ARGUMENT);
    CHECK_DETAIL(p, "row_channels 2");
    d = reading("stage", &from, "input", SQS_STAGE_KEEPS_SERIES, 7);
    CHECK_STATUS(sqs_stage_register(p, &d, &id), SQS_ERR_GRAPH);
    CHECK_DETAIL(p, "2 channels of input");
    d.len = 8;
    d.row_step = 4;
    CHECK_STATUS(sqs_stage_register(p, &d, &id), SQS_ERR_ARGUMENT);
    d = reading("stage", &from, "input", 0, 8);
    d.row_unit = SQS_UNIT_POWER + 1;
    CHECK_STATUS(sqs_stage_register(p, &d, &id), SQS_ERR_ARGUMENT);
    CHECK_DETAIL(p, "row_unit 4");
    d = reading("stage", &from, "input", 32, 8);
    CHECK_STATUS(sqs_stage_register(p, &d, &id), SQS_ERR_UNSUPPORTED);
    d = reading("stage", &from, "input", 0, 8);
    d.struct_size = (uint32_t)offsetof(sqs_stage_desc, row_step);
    CHECK_STATUS(sqs_stage_register(p, &d, &id), SQS_OK);
    sqs_pipeline_delete(p);
}

int main(void)
{
    needs();
    declared();
    refused();
    return DONE();
}
