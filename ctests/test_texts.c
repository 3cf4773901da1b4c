/* Texts of errors, word for word: what the C API checks itself. In each, < and > mark what it is about, what was given
   and what would be right. tests/project/texts.rs finds a case here or in tests/engine for each text. */
#include "check.h"
#include <stdlib.h>
#include "texts.h"

/* A size larger than all memory overlaps what lies above it, and sanitizers place memory elsewhere. */
static int sanitized(void) { return getenv("SQS_SANITIZED") != NULL; }

/* A call that fails, and the text of its error. */
#define TEXT(call, marked) \
    do { \
        checks++; \
        if ((call) >= SQS_OK) { failures++; printf("%s:%d: %s succeeds\n", __FILE__, __LINE__, #call); } \
        detail(__LINE__, p, marked); \
    } while (0)

/* The same for a new pipeline. */
#define NEW(config, memory, marked) \
    do { \
        sqs_error e_; \
        sqs_pipeline *none_ = NULL; \
        memset(&e_, 0, sizeof e_); \
        e_.struct_size = sizeof e_; \
        checks++; \
        if (sqs_pipeline_new(config, memory, &none_, &e_) >= SQS_OK) { failures++; printf("line %d: created\n", __LINE__); } \
        compare(__LINE__, e_.text, marked); \
    } while (0)

static uint64_t area[1 << 14];

static void *no_memory(void *ctx, size_t bytes, size_t align) { (void)ctx; (void)bytes; (void)align; return NULL; }
static void *odd_memory(void *ctx, size_t bytes, size_t align) { (void)bytes; (void)align; return (char *)ctx + 1; }
static void *same_memory(void *ctx, size_t bytes, size_t align) { (void)bytes; (void)align; return ctx; }
static void not_freed(void *ctx, void *memory, size_t bytes) { (void)ctx; (void)memory; (void)bytes; }

static void configs(void)
{
    const sqs_config good = config_of(4, 2, 64);
    sqs_config c = good;
    sqs_memory m;
    c.max_stages = 1025;
    NEW(&c, NULL, "<sqs_config>: max_stages is <1025>, but <at most 1024>");
    c = good; c.max_edges = 4097;
    NEW(&c, NULL, "<sqs_config>: max_edges is <4097>, but <at most 4096>");
    c = good; c.window = 0;
    NEW(&c, NULL, "<sqs_config>: window is <0> and hop is 2, but both must be <at least 1>");
    c = good; c.mode = 77;
    NEW(&c, NULL, "<sqs_config>: mode is <77>, but must be one of <SQS_MODE_*, 0 to 2>");
    c = good; c.checkpoint_slots = 3;
    NEW(&c, NULL, "<sqs_config>: checkpoint_slots is <3>, not an <even number up to 65536>");
    c = good; c.dtype = 11;
    NEW(&c, NULL, "<element type> <11> is unknown: use <SQS_I8 to SQS_C32>");
    c = good; c.flags = 8;
    NEW(&c, NULL, "<sqs_config.flags> is <8>, of which this version knows the bits 1: <set all other bits to 0>");
    c = good; c.struct_size = 8;
    NEW(&c, NULL, "<sqs_config>: struct_size is <8>, the first version has 40 bytes: <set it to sizeof(sqs_config)>");
    c = good; c.struct_size = 1 << 20;
    NEW(&c, NULL, "<sqs_config>: struct_size is <1048576>: <set it to sizeof(sqs_config)>");
    NEW(NULL, NULL, "<sqs_config> <is> <NULL>");
    NEW((const sqs_config *)((const char *)&good + 1), NULL, "<sqs_config> must be <aligned> to <8 bytes>");
    memset(&m, 0, sizeof m);
    m.struct_size = sizeof m;
    NEW(&good, &m, "<sqs_memory>: control is <NULL>, and alloc or free: set <control and control_bytes, or alloc and free>");
    m.control = area;
    m.control_bytes = sizeof area;
    m.alloc = no_memory;
    m.free = not_freed;
    NEW(&good, &m, "<sqs_memory>: control and alloc are <both set>: set either <control and control_bytes, or alloc and free>");
    m.control = NULL;
    c = good; c.param_bytes = 1 << 20;
    {
        size_t bytes = 0, align = 0;
        char text[160];
        CHECK_STATUS(sqs_pipeline_control_bytes(&c, &bytes, &align), SQS_OK);
        snprintf(text, sizeof text, "the <allocator> has <no> <%lu bytes>", (unsigned long)bytes);
        NEW(&c, &m, text);
        m.alloc = NULL; m.free = NULL; m.control = area; m.control_bytes = 1000;
        snprintf(text, sizeof text, "<control_bytes> is <1000>, the config needs %lu: <max_stages, max_edges and param_bytes> set it",
                 (unsigned long)bytes);
        NEW(&c, &m, text);
    }
    m.control = (char *)area + 4;
    NEW(&good, &m, "the <control area> must be <aligned> to <8 bytes>");
    m.control = NULL; m.control_bytes = 0; m.alloc = odd_memory; m.free = not_freed; m.ctx = area;
    NEW(&good, &m, "the <allocator> returned memory <not aligned> to <64 bytes>");
    c = good; c.spill_dir = "/nonexistent"; c.mode = SQS_MODE_CLASSIC;
#ifdef __linux__
    NEW(&c, NULL, "<spill_dir> cannot be <opened>: <errno 2>");
#endif
}

static void stages(void)
{
    static uint32_t below; /* the stack */
    uint32_t id, other, edge;
    sqs_pipeline *p = small(64, &id);
    sqs_stage_desc d = stage_of("b", &FROM_INPUT);
    sqs_edge_desc e = FROM_INPUT;
    struct { sqs_stage_desc d; unsigned char tail[16]; } newer;
    char long_name[40], bad_name[] = { (char)0xff, 0 };
    d.run = NULL;
    TEXT(sqs_stage_register(p, &d, &other), "<sqs_stage_desc>: <run> is <NULL>");
    d = stage_of("b", &FROM_INPUT); d.edge_count = 17;
    TEXT(sqs_stage_register(p, &d, &other), "<sqs_stage_desc>: edge_count is <17>: a stage has <1 to 16> edges");
    d = stage_of("b", &e); e.boundary = 9;
    TEXT(sqs_stage_register(p, &d, &other), "<sqs_edge_desc.boundary> is <9>, but must be <SQS_BOUNDARY_ZERO (0) or SQS_BOUNDARY_CLAMP (1)>");
    e = FROM_INPUT; e.name = NULL;
    TEXT(sqs_stage_register(p, &d, &other), "<sqs_edge_desc.name> <is> <NULL>");
    d = stage_of("b", &FROM_INPUT); d.len = 3; d.row_channels = 2;
    TEXT(sqs_stage_register(p, &d, &other), "<sqs_stage_desc>: len <3> is not a <multiple of row_channels 2>");
    d = stage_of("b", &FROM_INPUT); d.row_unit = 4;
    TEXT(sqs_stage_register(p, &d, &other), "<sqs_stage_desc>: row_unit <4> is unknown: use one of <SQS_UNIT_*>");
    d = stage_of("b", &FROM_INPUT); d.flags = SQS_STAGE_KEEPS_SERIES; d.row_step = 2;
    TEXT(sqs_stage_register(p, &d, &other), "<sqs_stage_desc>: with SQS_STAGE_KEEPS_SERIES, <row_step, row_channels and SQS_STAGE_BINS> must be <0>");
    memset(long_name, 'n', sizeof long_name);
    long_name[39] = 0;
    d = stage_of(long_name, &FROM_INPUT);
    TEXT(sqs_stage_register(p, &d, &other), "<name> is <longer> than <31 bytes>");
    d = stage_of(bad_name, &FROM_INPUT);
    TEXT(sqs_stage_register(p, &d, &other), "<name> <is not> <UTF-8>");
    memset(&newer, 0, sizeof newer);
    newer.d = stage_of("b", &FROM_INPUT);
    newer.d.struct_size = sizeof newer;
    newer.tail[15] = 1;
    {
        char text[200];
        snprintf(text, sizeof text, "<sqs_stage_desc>: the byte at <%u> is set, which this version of %u bytes does not know: <zero the struct first>",
                 (unsigned)(sizeof newer.d + 15), (unsigned)sizeof newer.d);
        TEXT(sqs_stage_register(p, &newer.d, &other), text);
    }
    d = stage_of("b", &FROM_INPUT);
    TEXT(sqs_stage_register(p, &d, &((uint32_t *)(void *)p)[1]), "<id> lies in memory of <the> <handle>");
    TEXT(sqs_stage_register(p, &d, &d.edge_count), "<id> overlaps <another argument> of <the call>");
    TEXT(sqs_stage_find(p, NULL, &edge), "<name> <is> <NULL>");
    {
        sqs_builtin_desc b;
        sqs_param list = { NULL, 0.0, NULL, 0 };
        double on_stack = 0.0; /* above the heap */
        memset(&b, 0, sizeof b);
        b.struct_size = sizeof b; b.kind = "ema"; b.name = "smooth"; b.edges = &FROM_INPUT; b.edge_count = 1;
        b.params = &list; b.param_count = 17;
        TEXT(sqs_stage_register_builtin(p, &b, &other), "<sqs_builtin_desc.param_count> is <17>: a built-in stage has <at most 16> parameters");
        b.param_count = 1;
        TEXT(sqs_stage_register_builtin(p, &b, &other), "<sqs_param.key> <is> <NULL>");
        TEXT(sqs_stage_register_kind(p, (const sqs_kind *)(const void *)area, &b, &other), "<kind> is <not a kind of stage>: use the result of an <sqs_kind function>");
        TEXT(sqs_stage_register_kind(p, sqs_kind_hann(), &b, &other), "<sqs_builtin_desc>: <kind> is not the name of <the given kind>");
        list.key = "alpha"; list.values = &on_stack; list.count = SIZE_MAX / 8;
        if (!sanitized())
            TEXT(sqs_stage_register_builtin(p, &b, &below), SIZE_MAX > 0xffffffffu
                ? "the <2305843009213693951> elements of <sqs_param.values> do not fit the <address space>"
                : "the <536870911> elements of <sqs_param.values> do not fit the <address space>");
    }
    sqs_pipeline_delete(p);
}

static void running(void)
{
    static size_t below; /* the stack */
    uint32_t id;
    uint64_t done, got;
    size_t n;
    float rows[4];
    char text[64];
    sqs_source source;
    sqs_request ask[17];
    sqs_pipeline *p = small(64, &id);
    int i;
    for (i = 0; i < 17; i++) ask[i] = all_of(id);
    TEXT(sqs_plan_explain(p, ask, 17, text, sizeof text, &n), "<17> requests: a <plan> is for <at most 16>");
    n = 0;
    checks++;
    if (sqs_plan_explain(p, ask, 1, text, 8, &n) != SQS_ERR_SPACE) failures++;
    snprintf(text, sizeof text, "the <text> needs <%lu bytes>, buffer has <8>", (unsigned long)n);
    detail(__LINE__, p, text);
    TEXT(sqs_plan_explain(p, ask, 1, NULL, 9, &n), "<buffer> is NULL, but capacity_bytes is <9>: it must be <0> then");
    ask[0].order = 5;
    TEXT(sqs_pipeline_seal(p, ask, 1, NULL, 0), "<sqs_request.order> is <5>, but must be <SQS_ORDER_FORWARD (0) or SQS_ORDER_REVERSE (1)>");
    memset(&source, 0, sizeof source);
    source.struct_size = sizeof source;
    TEXT(sqs_source_set(p, 0, &source), "<sqs_source>: <read> is <NULL>");
    TEXT(sqs_source_extend(p, 0, 9, 8), "<flags> is <8>, but must be <0 or SQS_SOURCE_GROWING (1)>");
    TEXT(sqs_source_set_file(p, 0, "/nonexistent", 7, 0, NULL), "<byte_order> is <7>, but must be <SQS_LITTLE_ENDIAN or SQS_BIG_ENDIAN>");
    TEXT(sqs_source_set_file(p, 0, "/nonexistent", SQS_LITTLE_ENDIAN, 0, NULL), "<path>: the file cannot be <opened>: <errno 2>");
    CHECK_STATUS(sqs_output_open(p, id, 2), SQS_OK);
    TEXT(sqs_evaluate_to(p, &ask[1], NULL, NULL), "<sink> is <NULL>: an evaluation needs <a function>");
    CHECK_STATUS(sqs_pipeline_seal(p, &ask[1], 1, NULL, 0), SQS_OK);
    TEXT(sqs_pipeline_seal(p, &ask[1], 1, NULL, 0), "<the pipeline> is <sealed already>: <seal it once>");
    TEXT(sqs_step(p, 0, &done), "<max_windows> is <0>: it must be <at least 1>");
    TEXT(sqs_step_budget(p, 0, &done, NULL), "<max_cost_ns> is <0>: it must be <at least 1>");
    TEXT(sqs_checkpoint_save(p, NULL, NULL, NULL), "<write> is <NULL>: saving needs <a function>");
    CHECK_STATUS(sqs_push(p, 0, area, 32, &n), SQS_OK);
    if (!sanitized())
        TEXT(sqs_pull(p, id, rows, SIZE_MAX / 4, &below), SIZE_MAX > 0xffffffffu
            ? "a <buffer> of <18446744073709551612> bytes does not fit the <address space>"
            : "a <buffer> of <4294967292> bytes does not fit the <address space>");
    TEXT(sqs_evaluate(p, id, 0, 4, rows, 12, &got), "the rows of <stage sum> need <16 bytes>, the buffer has <12>");
    TEXT(sqs_evaluate(p, id, 0, 40, rows, sizeof rows, &got), "<stage sum>: rows up to <40> are requested, <15> are available: push more samples, or request fewer");
    sqs_pipeline_delete(p);
}

static void memory(void)
{
    uint32_t id;
    size_t bytes = 0;
    static uint64_t control[1 << 13];
    char text[160];
    sqs_plan_info info;
    sqs_memory m;
    sqs_config c = config_of(4, 2, 64);
    sqs_stage_desc d = stage_of("sum", &FROM_INPUT);
    sqs_pipeline *p = NULL;
    memset(&m, 0, sizeof m);
    m.struct_size = sizeof m;
    m.control = control;
    m.control_bytes = sizeof control;
    CHECK_STATUS(sqs_pipeline_new(&c, &m, &p, NULL), SQS_OK);
    CHECK_STATUS(sqs_stage_register(p, &d, &id), SQS_OK);
    memset(&info, 0, sizeof info);
    info.struct_size = sizeof info;
    CHECK_STATUS(sqs_plan(p, NULL, 0, &info), SQS_OK);
    bytes = (size_t)info.work_bytes;
    snprintf(text, sizeof text, "the pipeline uses <the caller's memory>: <seal it> with a work area of <%lu bytes>", (unsigned long)bytes);
    TEXT(sqs_pipeline_seal(p, NULL, 0, NULL, 0), text);
    snprintf(text, sizeof text, "the <work area> has <64> bytes, the plan needs <%lu> (work_bytes of the plan)", (unsigned long)bytes);
    TEXT(sqs_pipeline_seal(p, NULL, 0, area, 64), text);
    TEXT(sqs_pipeline_seal(p, NULL, 0, (char *)area + 1, sizeof area - 1), "the <work area> must be <aligned> to <8 bytes>");
    sqs_pipeline_delete(p);

    memset(&m, 0, sizeof m);
    m.struct_size = sizeof m;
    m.alloc = same_memory;
    m.free = not_freed;
    m.ctx = (char *)control + (64 - (uintptr_t)control % 64) % 64;
    CHECK_STATUS(sqs_pipeline_new(&c, &m, &p, NULL), SQS_OK);
    CHECK_STATUS(sqs_stage_register(p, &d, &id), SQS_OK);
    TEXT(sqs_pipeline_seal(p, NULL, 0, NULL, 0), "the memory for the <work area> <overlaps> memory that is <in use>");
    sqs_pipeline_delete(p);
}

int main(void)
{
    configs();
    stages();
    running();
    memory();
    return DONE();
}
