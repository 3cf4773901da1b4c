/* Memory that arguments point to, and counts: memory of a handle or another argument is refused before the first write.
 * Counts are 0 after every call that fails, without a valid handle, too. */
#define _XOPEN_SOURCE 700
#include "scratch.h"

static union { uint64_t align; unsigned char b[1 << 16]; } control, work, second __attribute__((aligned(64)));
static union { uint64_t align; unsigned char b[1 << 19]; } coder;
static float x[64];

static sqs_memory memory_of(void *base, size_t bytes)
{
    sqs_memory m;
    memset(&m, 0, sizeof m);
    m.struct_size = sizeof m;
    m.control = base;
    m.control_bytes = bytes;
    return m;
}

static sqs_pipeline *created(uint32_t *id)
{
    sqs_config c = config_of(4, 2, 64);
    sqs_memory m = memory_of(control.b, sizeof control.b);
    sqs_stage_desc d = stage_of("sum", &FROM_INPUT);
    sqs_pipeline *p = NULL;
    CHECK_STATUS(sqs_pipeline_new(&c, &m, &p, NULL), SQS_OK);
    CHECK_STATUS(sqs_stage_register(p, &d, id), SQS_OK);
    return p;
}

/* Samples in, the right rows out. */
static void works(sqs_pipeline *p, uint32_t id)
{
    float rows[16];
    uint64_t n = 0;
    size_t got = 0;
    CHECK_STATUS(sqs_push(p, 0, x, 32, &got), SQS_OK);
    CHECK_STATUS(sqs_evaluate(p, id, 0, SQS_ALL, rows, sizeof rows, &n), SQS_OK);
    CHECK(got == 32 && n == 15);
    for (int t = 0; t < 15; t++) CHECK(rows[t] == x[2 * t] + x[2 * t + 1] + x[2 * t + 2] + x[2 * t + 3]);
}

/* The control area of a pipeline: not where the struct, the config, the handle or an error is. */
static void control_of_new(void)
{
    static union { uint64_t align; unsigned char b[1 << 16]; sqs_config c; sqs_memory m; sqs_error e; sqs_pipeline *p; } at;
    sqs_config c = config_of(4, 2, 64);
    sqs_memory m = memory_of(at.b, sizeof at.b);
    sqs_pipeline *p = NULL;
    at.c = c;
    CHECK_STATUS(sqs_pipeline_new(&at.c, &m, &p, NULL), SQS_ERR_OVERLAP);
    CHECK(at.c.window == 4 && p == NULL);
    at.m = m;
    CHECK_STATUS(sqs_pipeline_new(&c, &at.m, &p, NULL), SQS_ERR_OVERLAP);
    CHECK(at.m.control == at.b && p == NULL);
    CHECK_STATUS(sqs_pipeline_new(&c, &m, &at.p, NULL), SQS_ERR_OVERLAP);
    at.e.struct_size = sizeof at.e;
    at.e.status = 77;
    CHECK_STATUS(sqs_pipeline_new(&c, &m, &p, &at.e), SQS_ERR_OVERLAP);
    CHECK(at.e.status == 77 && p == NULL);
    CHECK_STATUS(sqs_pipeline_new(&c, &m, &p, NULL), SQS_OK);
    sqs_pipeline_delete(p);
}

/* Lists and names of descriptions. */
static void registration(void)
{
    uint32_t id, other = 77;
    sqs_pipeline *p = created(&id);
    sqs_edge_desc edge = FROM_INPUT;
    sqs_param param = { "level", 0.5, NULL, 0 };
    double list[4] = { 0.25, 0.25, 0.25, 0.25 };
    sqs_builtin_desc b;
    memset(&b, 0, sizeof b);
    b.struct_size = sizeof b;
    b.kind = "threshold"; b.name = "t"; b.edges = &edge; b.edge_count = 1; b.params = &param; b.param_count = 1;
    sqs_stage_desc d = stage_of("b", (const sqs_edge_desc *)(const void *)(control.b + 64));
    CHECK_STATUS(sqs_stage_register(p, &d, &other), SQS_ERR_OVERLAP);
    CHECK_DETAIL(p, "edges");
    d.edges = &edge;
    CHECK_STATUS(sqs_stage_register(p, &d, &edge.lookback), SQS_ERR_OVERLAP);
    CHECK_STATUS(sqs_stage_register_builtin(p, &b, (uint32_t *)(void *)&param.count), SQS_ERR_OVERLAP);
    b.params = (const sqs_param *)(const void *)(control.b + 64);
    CHECK_STATUS(sqs_stage_register_builtin(p, &b, &other), SQS_ERR_OVERLAP);
    b.params = &param;
    b.kind = "fir";
    param.key = "taps"; param.values = list; param.count = 4;
    CHECK_STATUS(sqs_stage_register_builtin(p, &b, (uint32_t *)(void *)list), SQS_ERR_OVERLAP);
    CHECK(edge.lookback == 0 && param.count == 4 && list[0] == 0.25 && other == 77);
    param.values = (const double *)(const void *)(control.b + 64);
    CHECK_STATUS(sqs_stage_register_builtin(p, &b, &other), SQS_ERR_OVERLAP);
    CHECK_STATUS(sqs_pipeline_seal(p, NULL, 0, control.b, sizeof control.b), SQS_ERR_OVERLAP);
    CHECK_DETAIL(p, "work");
    CHECK_STATUS(sqs_pipeline_seal(p, NULL, 0, control.b + 4096, 1 << 15), SQS_ERR_OVERLAP);
    CHECK_STATUS(sqs_pipeline_seal(p, NULL, 0, work.b, sizeof work.b), SQS_OK);
    works(p, id);
    CHECK_STATUS(sqs_pipeline_seal(p, NULL, 0, work.b, sizeof work.b), SQS_ERR_STATE);
    CHECK_STATUS(sqs_pipeline_seal(p, NULL, 0, control.b, sizeof control.b), SQS_ERR_STATE);
    sqs_pipeline_delete(p);
}

static void *give(void *ctx, size_t bytes, size_t align)
{
    int *calls = (int *)ctx;
    (void)bytes; (void)align;
    return ++*calls == 1 ? second.b : second.b + 64;
}

static void take_back(void *ctx, void *memory, size_t bytes)
{
    (void)ctx; (void)memory; (void)bytes;
}

/* An allocator that returns the control area again. */
static void allocator(void)
{
    int calls = 0;
    size_t n;
    sqs_config c = config_of(4, 2, 64);
    sqs_pipeline *p = NULL;
    sqs_stage_desc d = stage_of("sum", &FROM_INPUT);
    uint32_t id;
    sqs_memory m = memory_of(NULL, 0);
    m.alloc = give; m.free = take_back; m.ctx = &calls;
    CHECK_STATUS(sqs_pipeline_new(&c, &m, &p, NULL), SQS_OK);
    CHECK_STATUS(sqs_stage_register(p, &d, &id), SQS_OK);
    CHECK_STATUS(sqs_push(p, 0, x, 32, &n), SQS_ERR_OVERLAP);
    CHECK(n == 0 && calls == 2);
    CHECK_STATUS(sqs_stage_find(p, "sum", &id), SQS_OK);
    sqs_pipeline_delete(p);
}

/* Memory, ranges and buffers of coders. */
static void codecs(void)
{
    sqs_encode_options o;
    sqs_decode_options d;
    union { sqs_codec_stats s; unsigned char b[1 << 12]; uint64_t align; } stats;
    uint32_t id;
    sqs_pipeline *p = created(&id);
    CHECK_STATUS(sqs_pipeline_seal(p, NULL, 0, work.b, sizeof work.b), SQS_OK);
    works(p, id);
    sqs_request r = all_of(id);
    r.count = 4;
    sqs_encode_options_init(&o, sizeof o);
    sqs_decode_options_init(&d, sizeof d);
    o.memory = work.b; o.memory_bytes = sizeof work.b;
    CHECK_STATUS(sqs_evaluate_to_file(p, &r, "f", &o, NULL), SQS_ERR_OVERLAP);
    o.memory = control.b;
    CHECK_STATUS(sqs_evaluate_to_file(p, &r, "f", &o, NULL), SQS_ERR_OVERLAP);
    memset(&stats, 0, sizeof stats);
    stats.s.struct_size = sizeof stats.s;
    o.memory = &stats; o.memory_bytes = sizeof stats;
    CHECK_STATUS(sqs_encode_file("in", "f", &o, &stats.s, NULL), SQS_ERR_OVERLAP);
    o.memory = &o;
    CHECK_STATUS(sqs_encode_file("in", "f", &o, NULL, NULL), SQS_ERR_OVERLAP);
    d.missing = (sqs_range *)(void *)&d;
    CHECK_STATUS(sqs_decode_file("coded", "f", &d, NULL, NULL), SQS_ERR_OVERLAP);
    d.missing = (sqs_range *)(void *)stats.b;
    d.memory = stats.b; d.memory_bytes = sizeof stats.b;
    CHECK_STATUS(sqs_decode_file("coded", "f", &d, NULL, NULL), SQS_ERR_OVERLAP);
    CHECK(scratch_files() == 2);
    r.count = SQS_ALL;
    sqs_pipeline_delete(p);
}

static int32_t put(void *ctx, const void *d, size_t n)
{
    (void)ctx; (void)d; (void)n;
    return 0;
}

static void sinks(void)
{
    sqs_encode_options o;
    sqs_encoder *e = NULL;
    union { sqs_encoder_sink s; unsigned char b[1024]; } at;
    size_t got, written;
    sqs_encode_options_init(&o, sizeof o);
    CHECK_STATUS(sqs_encoder_init(coder.b, sizeof coder.b, &o, &e, NULL), SQS_OK);
    memset(&at, 0, sizeof at);
    at.s.struct_size = sizeof at.s;
    at.s.encoder = e; at.s.write = put;
    at.s.buffer = coder.b + 4096; at.s.buffer_bytes = 100;
    CHECK(sqs_encoder_sink_rows(&at.s, 0, 16, x, sizeof x) == SQS_ERR_OVERLAP);
    at.s.status = 0;
    at.s.buffer = at.b; at.s.buffer_bytes = sizeof at.b;
    CHECK(sqs_encoder_sink_rows(&at.s, 0, 16, x, sizeof x) == SQS_ERR_OVERLAP);
    CHECK(at.s.encoder == e && at.s.write == put);
    /* Counts in memory of the encoder, and in its buffers. */
    CHECK_STATUS(sqs_encoder_step(e, x, 64, (size_t *)(void *)coder.b, at.b, 64, &written, 0), SQS_ERR_OVERLAP);
    CHECK_STATUS(sqs_encoder_step(e, x, 64, &got, at.b, 64, (size_t *)(void *)at.b, 0), SQS_ERR_OVERLAP);
    CHECK_STATUS(sqs_encoder_step(e, x, 64, &got, at.b, 64, &got, 0), SQS_ERR_OVERLAP);
    CHECK_STATUS(sqs_encoder_step(e, x, sizeof x, &got, at.b, 64, &written, 0), SQS_OK);
}

/* Counts without a handle, with an invalid one, and from a callback. */
static sqs_pipeline *outer;
static int32_t again(void *ctx, const sqs_stage_io *io)
{
    size_t n = 5;
    uint64_t w = 5;
    (void)ctx; (void)io;
    CHECK_STATUS(sqs_push(outer, 0, x, 4, &n), SQS_ERR_REENTRANT);
    CHECK_STATUS(sqs_step(outer, 4, &w), SQS_ERR_REENTRANT);
    CHECK(n == 0 && w == 0);
    CHECK_STATUS(sqs_push(outer, 0, x, 4, (size_t *)(void *)(control.b + 4096)), SQS_ERR_REENTRANT);
    CHECK_STATUS(sqs_push(outer, 0, x, 4, (size_t *)(void *)(work.b + 256)), SQS_ERR_REENTRANT);
    return sum_run(ctx, io);
}

static void counts(void)
{
    static uint64_t none[512];
    void *handles[] = { NULL, none, (unsigned char *)none + 1 };
    for (size_t i = 0; i < 3; i++) {
        sqs_pipeline *p = handles[i];
        size_t n[8];
        uint64_t w[4];
        uint32_t id = 0;
        memset(n, 0x5a, sizeof n);
        memset(w, 0x5a, sizeof w);
        CHECK_STATUS(sqs_push(p, 0, x, 4, &n[0]), SQS_ERR_ARGUMENT);
        CHECK_STATUS(sqs_step(p, 4, &w[0]), SQS_ERR_ARGUMENT);
        CHECK_STATUS(sqs_pull(p, id, x, 4, &n[1]), SQS_ERR_ARGUMENT);
        CHECK_STATUS(sqs_evaluate(p, id, 0, 4, x, 16, &w[1]), SQS_ERR_ARGUMENT);
        CHECK_STATUS(sqs_encoder_step(handles[i], x, 4, &n[2], none + 500, 4, &n[3], 0), SQS_ERR_ARGUMENT);
        CHECK_STATUS(sqs_decoder_step(handles[i], x, 4, &n[4], none + 500, 4, &n[5], NULL, 0), SQS_ERR_ARGUMENT);
        CHECK_STATUS(sqs_decoder_missing(handles[i], NULL, 0, &n[6]), SQS_ERR_ARGUMENT);
        CHECK_STATUS(sqs_checkpoint_save(p, put, NULL, &w[2]), SQS_ERR_ARGUMENT);
        CHECK_STATUS(sqs_scrub(p, 4, &n[7]), SQS_ERR_ARGUMENT);
        for (int k = 0; k < 8; k++) CHECK(n[k] == 0);
        CHECK(w[0] == 0 && w[1] == 0 && w[2] == 0);
        memset(n, 0x5a, sizeof n);
        CHECK_STATUS(sqs_ccsds121_step(handles[i], x, 4, &n[0], none + 500, 4, &n[1], 0), SQS_ERR_ARGUMENT);
        CHECK(n[0] == 0 && n[1] == 0);
    }
    uint32_t id;
    sqs_config c = config_of(4, 2, 64);
    sqs_memory m = memory_of(control.b, sizeof control.b);
    sqs_stage_desc d = stage_of("sum", &FROM_INPUT);
    d.run = again;
    CHECK_STATUS(sqs_pipeline_new(&c, &m, &outer, NULL), SQS_OK);
    CHECK_STATUS(sqs_stage_register(outer, &d, &id), SQS_OK);
    CHECK_STATUS(sqs_pipeline_seal(outer, NULL, 0, work.b, sizeof work.b), SQS_OK);
    works(outer, id);
    size_t n = 5;
    /* An error before the buffers are known. */
    CHECK_STATUS(sqs_pull(outer, 9, x, 4, &n), SQS_ERR_ARGUMENT);
    CHECK(n == 0);
    sqs_pipeline_delete(outer);
}

int main(void)
{
    sqs_encode_options o;
    scratch_begin();
    for (int i = 0; i < 64; i++) x[i] = (float)(i * 37 % 101);
    save("in", x, sizeof x);
    sqs_encode_options_init(&o, sizeof o);
    CHECK_STATUS(sqs_encode_file("in", "coded", &o, NULL, NULL), SQS_OK);
    control_of_new();
    registration();
    allocator();
    codecs();
    sinks();
    counts();
    scratch_end();
    return DONE();
}
