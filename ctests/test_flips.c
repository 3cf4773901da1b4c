/* A flipped bit anywhere in the control area or the work area: what the calls after it do. Each call returns a status
 * that the header lists. After a flip in the control area the process may crash and rows may be wrong, in a bounded
 * share of the cases; after one in the work area neither. SQS_LONG: every bit; else one bit of every third byte. */
#define _DEFAULT_SOURCE
#include "check.h"
#include <signal.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

enum { STAGES = 6, EDGES = 8, WORK = 1 << 17, OUT = 8 };
enum { CRASHED, HUNG, UNKNOWN, WRONG, REFUSED, SAME, OUTCOMES };

static union { uint64_t align; unsigned char b[SQS_CONTROL_BYTES(STAGES, EDGES)]; } control, kept_control;
static union { uint64_t align; double d; unsigned char b[WORK]; } work, kept_work;
static sqs_pipeline *P;
static uint32_t sum, ema, smooth;
static float x[256], want_pull[64], want_rows[64];
static size_t want_count;
static uint64_t want_n;
/* The area whose bits are flipped. */
static unsigned char *area;
static size_t area_bytes, work_bytes;

/* What a child reports. */
static struct { volatile long at, outcome[OUTCOMES]; } *shared;

static uint32_t builtin(const char *kind, const char *name, const char *from, const sqs_param *params, uint32_t count)
{
    sqs_edge_desc edge = { from, 0, 0, SQS_BOUNDARY_ZERO, 0 };
    sqs_builtin_desc d;
    uint32_t id = 99;
    memset(&d, 0, sizeof d);
    d.struct_size = sizeof d;
    d.kind = kind; d.name = name; d.edges = &edge; d.edge_count = 1; d.params = params; d.param_count = count;
    CHECK_STATUS(sqs_stage_register_builtin(P, &d, &id), SQS_OK);
    return id;
}

static void registered(void)
{
    static const double taps[4] = { 0.25, 0.25, 0.25, 0.25 };
    sqs_config c = config_of(4, 4, 256);
    sqs_memory m;
    sqs_stage_desc d = stage_of("sum", &FROM_INPUT);
    sqs_param alpha = { "alpha", 0.25, NULL, 0 }, tap = { "taps", 0, taps, 4 };
    memset(&m, 0, sizeof m);
    memset(control.b, 0, sizeof control.b);
    memset(work.b, 0, sizeof work.b);
    m.struct_size = sizeof m; m.control = control.b; m.control_bytes = sizeof control.b;
    c.max_stages = STAGES; c.max_edges = EDGES; c.checkpoint_slots = 4;
    CHECK_STATUS(sqs_pipeline_new(&c, &m, &P, NULL), SQS_OK);
    CHECK_STATUS(sqs_stage_register(P, &d, &sum), SQS_OK);
    ema = builtin("ema", "ema", "sum", &alpha, 1);
    smooth = builtin("fir", "smooth", "input", &tap, 1);
}

static void sealed(void)
{
    sqs_request r = all_of(ema);
    sqs_plan_info plan;
    size_t n;
    uint64_t done;
    float y[8];
    memset(&plan, 0, sizeof plan);
    plan.struct_size = sizeof plan;
    CHECK_STATUS(sqs_output_open(P, sum, 16), SQS_OK);
    CHECK_STATUS(sqs_output_open(P, ema, 16), SQS_OK);
    CHECK_STATUS(sqs_plan(P, &r, 1, &plan), SQS_OK);
    work_bytes = (size_t)plan.work_bytes;
    CHECK_STATUS(sqs_pipeline_seal(P, &r, 1, work.b, sizeof work.b), SQS_OK);
    CHECK_STATUS(sqs_push(P, 0, x, 64, &n), SQS_OK);
    CHECK_STATUS(sqs_step(P, 6, &done), SQS_OK);
    CHECK_STATUS(sqs_pull(P, sum, y, 2, &n), SQS_OK);
    CHECK_STATUS(sqs_evaluate(P, ema, 0, 4, y, sizeof y, &done), SQS_OK);
}

static int known(sqs_status s) { return s >= SQS_ERR_INTERNAL && s <= SQS_END; }
#define TRY(call) do { sqs_status s_ = (call); if (!known(s_)) return UNKNOWN; if (s_ < 0) refused = 1; } while (0)

/* The calls after a flip, and what became of them. */
static int after_seal(int record)
{
    float pulled[64], rows[64];
    char text[160];
    size_t n = 0, count = 0, more = 0;
    uint64_t done = 0, written = 0;
    sqs_stats stats;
    int refused = 0;
    memset(&stats, 0, sizeof stats);
    stats.struct_size = sizeof stats;
    memset(pulled, 0, sizeof pulled);
    memset(rows, 0, sizeof rows);
    TRY(sqs_push(P, 0, x + 64, 32, &n));
    /* Damaged rows in a queue are computed again by the next step. */
    for (int turn = 0; turn < 8; turn++) {
        TRY(sqs_step(P, 8, &done));
        TRY(sqs_pull(P, sum, pulled + count, 32 - count, &n));
        count += n;
        TRY(sqs_pull(P, ema, pulled + 32 + more, 32 - more, &n));
        more += n;
    }
    TRY(sqs_evaluate(P, ema, 4, 8, rows, sizeof rows, &written));
    TRY(sqs_pipeline_stats(P, &stats));
    TRY(sqs_scrub(P, 4096, &n));
    const int wrong = !refused && !record
        && (count != want_count || written != want_n || memcmp(pulled, want_pull, sizeof pulled) != 0
            || memcmp(rows, want_rows, sizeof rows) != 0);
    if (record) {
        want_count = count; want_n = written;
        memcpy(want_pull, pulled, sizeof pulled);
        memcpy(want_rows, rows, sizeof rows);
    }
    TRY(sqs_pipeline_error_detail(P, text, sizeof text, NULL));
    TRY(sqs_pipeline_reset(P));
    TRY(sqs_push(P, 0, x, 16, &n));
    TRY(sqs_step(P, 8, &done));
    sqs_pipeline_delete(P);
    return wrong ? WRONG : refused ? REFUSED : SAME;
}

static int before_seal(int record)
{
    sqs_edge_desc edge = { "smooth", 0, 0, SQS_BOUNDARY_ZERO, 0 };
    sqs_stage_desc d = stage_of("last", &edge);
    sqs_request r = all_of(ema);
    sqs_plan_info plan;
    uint32_t id = 0;
    uint64_t written = 0;
    size_t n = 0;
    float rows[64];
    int refused = 0;
    memset(&plan, 0, sizeof plan);
    plan.struct_size = sizeof plan;
    memset(rows, 0, sizeof rows);
    TRY(sqs_stage_register(P, &d, &id));
    TRY(sqs_stage_find(P, "ema", &id));
    TRY(sqs_plan(P, &r, 1, &plan));
    TRY(sqs_pipeline_seal(P, &r, 1, work.b, sizeof work.b));
    TRY(sqs_push(P, 0, x, 64, &n));
    TRY(sqs_evaluate(P, ema, 0, SQS_ALL, rows, sizeof rows, &written));
    const int wrong = !refused && !record && (written != want_n || memcmp(rows, want_rows, sizeof rows) != 0);
    if (record) {
        want_n = written;
        memcpy(want_rows, rows, sizeof rows);
    }
    sqs_pipeline_delete(P);
    return wrong ? WRONG : refused ? REFUSED : SAME;
}

static void child(long from, long bits, long step, int (*calls)(int))
{
    /* CPU time: a busy machine is no hang. */
    const struct itimerval limit = { { 0, 0 }, { 0, 300000 } };
    if (!freopen("/dev/null", "w", stderr)) _exit(1);
    for (long i = from; i < bits; i += step) {
        /* A different one from byte to byte. */
        const long bit = step == 1 ? i : i + i / 8 * 5 % 8;
        memcpy(control.b, kept_control.b, sizeof control.b);
        memcpy(work.b, kept_work.b, sizeof work.b);
        area[bit / 8] ^= (unsigned char)(1 << bit % 8);
        shared->at = i;
        setitimer(ITIMER_PROF, &limit, NULL);
        shared->outcome[calls(0)]++;
    }
    _exit(0);
}

/* Crashes and wrong rows: at most these percentages of the bits. */
static void campaign(const char *name, int (*calls)(int), double crashes, double wrong)
{
    const long bits = 8 * (long)area_bytes, step = getenv("SQS_LONG") ? 1 : 24;
    const double percent = 100.0 * (double)step / (double)bits;
    fflush(stdout);
    memcpy(kept_control.b, control.b, sizeof control.b);
    memcpy(kept_work.b, work.b, sizeof work.b);
    CHECK(calls(1) == SAME);
    memset(shared, 0, sizeof *shared);
    for (long from = 0; from < bits;) {
        int status = 0;
        const pid_t pid = fork();
        if (pid == 0) child(from, bits, step, calls);
        CHECK(pid > 0 && waitpid(pid, &status, 0) == pid);
        if (!WIFSIGNALED(status)) break;
        if (getenv("SQS_SHOW")) printf("%s: byte %ld, signal %d\n", name, shared->at / 8, WTERMSIG(status));
        shared->outcome[WTERMSIG(status) == SIGPROF ? HUNG : CRASHED]++;
        from = shared->at + step;
    }
    const volatile long *o = shared->outcome;
    printf("%s: %ld crashed, %ld hung, %ld unknown statuses, %ld wrong rows, %ld refused, %ld without effect\n", name,
           o[CRASHED], o[HUNG], o[UNKNOWN], o[WRONG], o[REFUSED], o[SAME]);
    printf("  %.3f %% crashed or hung, %.3f %% wrong, %.2f %% refused, of %ld bits\n",
           (double)(o[CRASHED] + o[HUNG]) * percent, (double)o[WRONG] * percent, (double)o[REFUSED] * percent, bits);
    /* Builds with assertions end in more cases. */
    CHECK((double)(o[CRASHED] + o[HUNG]) * percent <= crashes);
    CHECK((double)o[WRONG] * percent <= wrong);
    CHECK(o[UNKNOWN] == 0);
    CHECK(o[REFUSED] > 0 && o[SAME] > 0);
}

int main(void)
{
    for (int i = 0; i < 256; i++) x[i] = (float)(i * 37 % 101);
    shared = mmap(NULL, sizeof *shared, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    CHECK(shared != MAP_FAILED);
    registered();
    area = control.b; area_bytes = sizeof control.b;
    campaign("control area before seal", before_seal, 0.4, 0.4);
    registered();
    sealed();
    campaign("control area after seal", after_seal, 0.1, 0.1);
    registered();
    sealed();
    area = work.b; area_bytes = work_bytes;
    campaign("work area after seal", after_seal, 0, 0);
    return DONE();
}
