/* Shared by all checks. */
#include "checks.h"

const check all_checks[] = {
    { "engine: classic and sqrt give the same bits, and those of the definition", check_engine },
    { "streaming: samples pushed in pieces give the same rows", check_streaming },
    { "tables: the number of rows computed equals the closed forms", check_tables },
    { "reverse: scans in both directions and orders", check_reverse },
    { "codec: golden vectors, encoded and decoded", check_codec },
    { "saved: golden checkpoints, restored and saved", check_saved },
    { "repair: damaged memory gives the same rows", check_repair },
    { "features: golden rows of every built-in kind", check_features },
    { "spectra: the host's transform, if available, within the tolerance", check_spectra },
    { NULL, NULL },
};

unsigned checked, failures;
control_area control, second_control;
work_area area;
const sqs_edge_desc FROM_INPUT = { "input", 0, 0, SQS_BOUNDARY_ZERO, 0 };

void print_text(const char *text)
{
    while (*text) out_char(*text++);
}

void print_number(uint64_t n)
{
    char digits[20];
    int count = 0;
    do {
        digits[count++] = (char)('0' + n % 10);
        n /= 10;
    } while (n);
    while (count) out_char(digits[--count]);
}

void print_hex(uint32_t n)
{
    for (int i = 28; i >= 0; i -= 4) out_char("0123456789abcdef"[(n >> i) & 15]);
}

void check_that(int good, const char *what, const char *file, int line)
{
    checked++;
    if (good) return;
    failures++;
    if (failures > 50) return;
    print_text("FAILED ");
    print_text(file);
    print_text(":");
    print_number((uint64_t)line);
    print_text(": ");
    print_text(what);
    print_text("\n");
}

void check_status(sqs_status got, sqs_status want, const char *what, const char *file, int line)
{
    check_that(got == want, what, file, line);
    if (got == want) return;
    print_text("  it is ");
    print_text(sqs_status_text(got));
    print_text("\n");
}

void run_check(const check *c)
{
    const unsigned failed = failures, before = checked;
    c->run();
    print_text(failures == failed && checked > before ? "ok     " : "FAILED ");
    print_text(c->name);
    print_text(" (");
    print_number(checked - before);
    print_text(" checks)\n");
    if (checked == before) failures++; /* a check without a comparison */
}

uint32_t roll(dice *d)
{
    uint64_t z = (d->s += 0x9e3779b97f4a7c15u);
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return (uint32_t)((z ^ (z >> 31)) >> 32);
}

int32_t tone(size_t i, dice *d)
{
    static const int16_t turn[16] = { 0, 38, 71, 92, 100, 92, 71, 38, 0, -38, -71, -92, -100, -92, -71, -38 };
    return turn[i % 16] * (int32_t)(i / 100 % 70) + (int32_t)(roll(d) % 601) - 300;
}

sqs_config config_of(uint64_t window, uint64_t hop, uint32_t dtype)
{
    sqs_config c;
    sqs_config_init(&c, sizeof c);
    c.window = window;
    c.hop = hop;
    c.dtype = dtype;
    return c;
}

sqs_pipeline *pipeline_in(control_area *where, const sqs_config *config)
{
    sqs_memory memory;
    sqs_pipeline *p = NULL;
    memset(&memory, 0, sizeof memory);
    memory.struct_size = sizeof memory;
    memory.control = where ? where->bytes : NULL;
    memory.control_bytes = sizeof where->bytes;
    CHECK_STATUS(sqs_pipeline_new(config, where ? &memory : NULL, &p, NULL), SQS_OK);
    return p;
}

sqs_stage_desc stage_of(const char *name, const sqs_edge_desc *edges, uint32_t count, uint32_t dtype, uint32_t len)
{
    sqs_stage_desc d;
    memset(&d, 0, sizeof d);
    d.struct_size = sizeof d;
    d.name = name;
    d.edges = edges;
    d.edge_count = count;
    d.dtype = dtype;
    d.len = len;
    return d;
}

uint32_t builtin(sqs_pipeline *p, const char *kind, const char *name, const sqs_edge_desc *edges, uint32_t count,
                 const sqs_param *params, uint32_t param_count)
{
    sqs_builtin_desc d;
    uint32_t id = 0;
    memset(&d, 0, sizeof d);
    d.struct_size = sizeof d;
    d.kind = kind;
    d.name = name;
    d.edges = edges;
    d.edge_count = count;
    d.params = params;
    d.param_count = param_count;
    CHECK_STATUS(sqs_stage_register_builtin(p, &d, &id), SQS_OK);
    return id;
}

sqs_request all_of(uint32_t stage)
{
    sqs_request r;
    memset(&r, 0, sizeof r);
    r.struct_size = sizeof r;
    r.stage = stage;
    r.count = SQS_ALL;
    return r;
}

sqs_plan_info plan_of(sqs_pipeline *p, const sqs_request *ask, uint32_t count)
{
    sqs_plan_info info;
    memset(&info, 0, sizeof info);
    info.struct_size = sizeof info;
    CHECK_STATUS(sqs_plan(p, ask, count, &info), SQS_OK);
    CHECK(info.work_bytes <= AREA_BYTES);
    return info;
}

sqs_stats stats_of(sqs_pipeline *p)
{
    sqs_stats s;
    memset(&s, 0, sizeof s);
    s.struct_size = sizeof s;
    CHECK_STATUS(sqs_pipeline_stats(p, &s), SQS_OK);
    return s;
}

/* Bit by bit from the polynomial, without code of the library. */
uint32_t crc32c(const unsigned char *x, size_t n)
{
    uint32_t c = 0xffffffffu;
    while (n--) {
        c ^= *x++;
        for (int i = 0; i < 8; i++) c = (c >> 1) ^ (c & 1 ? 0x82f63b78u : 0);
    }
    return ~c;
}
