/* fork: which handles of the parent a child may use, what it may start, and what both share. */
#define _XOPEN_SOURCE 700
#include "scratch.h"
#include <sys/wait.h>

enum { N = 200000, HALF = N / 2 + 77, ROWS = (N - 4) / 2 + 1 };
static int16_t raw[N];
static unsigned char coded[4][2 * N + 4096];
static union { uint64_t align; unsigned char bytes[SQS_CONTROL_BYTES(1, 1)]; } control;
static union { uint64_t align; unsigned char bytes[1 << 16]; } work;
static union { uint64_t align; unsigned char bytes[1 << 20]; } memory;

/* A pipeline and an encoder in static memory. */
typedef struct {
    sqs_pipeline *pipeline;
    sqs_encoder *encoder;
    uint32_t stage;
    uint64_t rows;
    double sum;
    size_t made;
    unsigned char *to;
} tasks;

static sqs_encode_options options(void)
{
    sqs_encode_options o;
    sqs_encode_options_init(&o, sizeof o);
    o.identity = 1;
    o.dtype = SQS_I16;
    o.frame_bytes = 16384;
    return o;
}

static tasks begin(unsigned char *to)
{
    tasks t = {0};
    sqs_config c = config_of(4, 2, 4096);
    sqs_memory m = {0};
    sqs_stage_desc d = stage_of("sum", &FROM_INPUT);
    const sqs_encode_options o = options();
    m.struct_size = sizeof m;
    m.control = control.bytes;
    m.control_bytes = sizeof control.bytes;
    c.max_stages = c.max_edges = 1;
    CHECK_STATUS(sqs_pipeline_new(&c, &m, &t.pipeline, NULL), SQS_OK);
    CHECK_STATUS(sqs_stage_register(t.pipeline, &d, &t.stage), SQS_OK);
    CHECK_STATUS(sqs_output_open(t.pipeline, t.stage, 256), SQS_OK);
    CHECK_STATUS(sqs_pipeline_seal(t.pipeline, NULL, 0, work.bytes, sizeof work.bytes), SQS_OK);
    CHECK_STATUS(sqs_encoder_init(memory.bytes, sizeof memory.bytes, &o, &t.encoder, NULL), SQS_OK);
    t.to = to;
    return t;
}

static void run(tasks *t, size_t from, size_t end)
{
    size_t accepted, put, pulled = 1;
    uint64_t done;
    sqs_status s = sqs_encoder_step(t->encoder, raw + from, 2 * (end - from), &accepted, t->to + t->made,
                                    sizeof coded[0] - t->made, &put, end == N ? SQS_FLOW_END : SQS_FLOW_CONTINUE);
    CHECK(s == (end == N ? SQS_END : SQS_OK));
    t->made += put;
    while (from < end || pulled) {
        float x[500], rows[64];
        size_t n = 0;
        while (n < sizeof x / sizeof *x && from + n < end) { x[n] = raw[from + n]; n++; }
        CHECK(sqs_push(t->pipeline, 0, x, n, &accepted) >= 0);
        from += accepted;
        CHECK(sqs_step(t->pipeline, 100, &done) >= 0);
        CHECK(sqs_pull(t->pipeline, t->stage, rows, 64, &pulled) >= 0);
        for (size_t i = 0; i < pulled; i++) t->sum += rows[i] * (double)(t->rows++ % 1000);
    }
}

static int same(const tasks *a, const tasks *b)
{
    return a->made == b->made && memcmp(a->to, b->to, a->made) == 0 && a->rows == b->rows && a->sum == b->sum;
}

/* Encodes a file with one thread, three threads, and a job, to the same bytes. */
static void encode_files(const tasks *want, const char *to)
{
    sqs_encode_options o = options();
    sqs_codec_job *job = NULL;
    for (int form = 0; form < 3; form++) {
        o.threads = form == 0 ? 1 : 3;
        if (form < 2) {
            CHECK_STATUS(sqs_encode_file("in", to, &o, NULL, NULL), SQS_OK);
        } else {
            CHECK_STATUS(sqs_encode_file_async("in", to, &o, &job, NULL), SQS_OK);
            CHECK_STATUS(sqs_codec_job_wait(job, UINT32_MAX), SQS_OK);
            sqs_codec_job_delete(job);
        }
        CHECK(load(to, coded[3], sizeof coded[3]) == want->made && memcmp(coded[3], want->to, want->made) == 0);
        remove(to);
    }
}

/* Ends a child by starting another program, so that valgrind does not count the parent's memory as lost. */
static void end_child(void)
{
    fflush(stdout);
    execlp(failures ? "false" : "true", "child", (char *)NULL);
    _exit(1);
}

/* Fails if the child fails. */
static void join(pid_t child)
{
    int status = 1;
    CHECK(waitpid(child, &status, 0) == child && status == 0);
}

/* Forked halfway, while a job of the parent runs: both processes get the result of one. */
static void both_continue(void)
{
    tasks alone = begin(coded[0]);
    sqs_encode_options o = options();
    sqs_codec_job *job = NULL;
    run(&alone, 0, HALF);
    run(&alone, HALF, N);
    CHECK(alone.rows == ROWS);
    sqs_pipeline_delete(alone.pipeline);

    tasks t = begin(coded[1]);
    run(&t, 0, HALF);
    o.threads = 2;
    o.effort = 9;
    CHECK_STATUS(sqs_encode_file_async("in", "job", &o, &job, NULL), SQS_OK);
    fflush(stdout);
    const pid_t child = fork();
    if (child == 0) alarm(60);
    run(&t, HALF, N);
    CHECK(same(&t, &alone));
    sqs_pipeline_delete(t.pipeline);
    encode_files(&alone, child == 0 ? "child" : "parent");
    if (child == 0) {
        /* The job belongs to the parent: no call waits for its thread or its lock here. */
        char text[64];
        sqs_codec_stats stats = {0};
        sqs_progress progress;
        stats.struct_size = sizeof stats;
        CHECK_STATUS(sqs_codec_job_delete(job), SQS_ERR_STATE);
        CHECK_STATUS(sqs_codec_job_poll(job, &progress), SQS_ERR_STATE);
        CHECK_STATUS(sqs_codec_job_wait(job, UINT32_MAX), SQS_ERR_STATE);
        CHECK_STATUS(sqs_codec_job_cancel(job), SQS_ERR_STATE);
        CHECK_STATUS(sqs_codec_job_stats(job, &stats), SQS_ERR_STATE);
        CHECK_STATUS(sqs_codec_job_error_detail(job, text, sizeof text, NULL), SQS_ERR_STATE);
        end_child();
    }
    join(child);
    CHECK_STATUS(sqs_codec_job_wait(job, UINT32_MAX), SQS_OK);
    CHECK_STATUS(sqs_codec_job_delete(job), SQS_OK);
}

/* The first byte and the length of the mapped spill file. */
static const unsigned char *spill_file(size_t *bytes)
{
    char line[512];
    unsigned long from = 0, end = 0;
    FILE *maps = fopen("/proc/self/maps", "r");
    CHECK(maps != NULL);
    while (maps && fgets(line, sizeof line, maps) && !(strstr(line, " rw-s ") && strstr(line, scratch_dir))) { }
    CHECK(sscanf(line, "%lx-%lx rw-s", &from, &end) == 2);
    if (maps) fclose(maps);
    *bytes = end - from;
    return (const unsigned char *)from;
}

static int32_t ramp(void *ctx, uint64_t first, void *dst, size_t n, size_t *got)
{
    (void)ctx;
    for (size_t i = 0; i < n; i++) ((float *)dst)[i] = 1.0f + (float)((first + i) % 100);
    *got = n;
    return 0;
}

/* fork does not copy rows in spill_dir: the child writes into the parent's pages. */
static void spilled_rows_are_shared(void)
{
    sqs_config c = config_of(4, 2, 0);
    sqs_stage_desc d = stage_of("sum", &FROM_INPUT);
    sqs_pipeline *p = NULL;
    sqs_source s = {0};
    uint32_t id;
    uint64_t got;
    size_t bytes, changed = 0;
    static float rows[ROWS];
    c.mode = SQS_MODE_CLASSIC;
    c.spill_dir = scratch_dir;
    s.struct_size = sizeof s;
    s.read = ramp;
    s.samples = N;
    CHECK_STATUS(sqs_pipeline_new(&c, NULL, &p, NULL), SQS_OK);
    CHECK_STATUS(sqs_source_set(p, 0, &s), SQS_OK);
    CHECK_STATUS(sqs_stage_register(p, &d, &id), SQS_OK);
    sqs_request ask = all_of(id);
    CHECK_STATUS(sqs_pipeline_seal(p, &ask, 1, NULL, 0), SQS_OK);
    const unsigned char *file = spill_file(&bytes);
    for (size_t i = 0; i < bytes; i++) changed += file[i] != 0;
    CHECK(changed == 0 && bytes >= sizeof rows);
    fflush(stdout);
    const pid_t child = fork();
    if (child == 0) {
        CHECK_STATUS(sqs_evaluate(p, id, 0, SQS_ALL, rows, sizeof rows, &got), SQS_OK);
        end_child();
    }
    join(child);
    for (size_t i = 0; i < bytes; i++) changed += file[i] != 0;
    CHECK(changed > ROWS);
    sqs_pipeline_delete(p);
}

int main(void)
{
    for (size_t i = 0; i < N; i++) raw[i] = (int16_t)((i * 2654435761u >> 13) % 9 + i / 16 % 3000);
    scratch_begin();
    save("in", raw, sizeof raw);
    both_continue();
    spilled_rows_are_shared();
    scratch_end();
    return DONE();
}
