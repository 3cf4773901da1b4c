/* peak_bytes grows with what is used; crc_failures counts a flipped bit once, however often it is met. */
#include "check.h"

static union { uint64_t align; unsigned char b[1 << 17]; } control;
static union { uint64_t align; float f[1]; unsigned char b[1 << 18]; } work;
static float x[8192];

static sqs_stats stats_of(sqs_pipeline *p)
{
    sqs_stats s;
    memset(&s, 0, sizeof s);
    s.struct_size = sizeof s;
    CHECK_STATUS(sqs_pipeline_stats(p, &s), SQS_OK);
    return s;
}

/* With an output, a request, and a buffer of 8192 samples. */
static sqs_pipeline *sealed(uint32_t *id, int open)
{
    sqs_config c = config_of(4, 2, 8192);
    sqs_stage_desc d = stage_of("sum", &FROM_INPUT);
    sqs_memory m;
    sqs_pipeline *p = NULL;
    memset(&m, 0, sizeof m);
    m.struct_size = sizeof m; m.control = control.b; m.control_bytes = sizeof control.b;
    CHECK_STATUS(sqs_pipeline_new(&c, &m, &p, NULL), SQS_OK);
    CHECK_STATUS(sqs_stage_register(p, &d, id), SQS_OK);
    if (open) CHECK_STATUS(sqs_output_open(p, *id, 64), SQS_OK);
    sqs_request r = all_of(*id);
    CHECK_STATUS(sqs_pipeline_seal(p, &r, 1, work.b, sizeof work.b), SQS_OK);
    return p;
}

static void peak(void)
{
    uint32_t id;
    size_t n;
    uint64_t last = 0, done;
    static float rows[4096];
    sqs_pipeline *p = sealed(&id, 0);
    sqs_stats s = stats_of(p);
    CHECK(s.plan_bytes > 32768 && s.peak_bytes < s.plan_bytes / 8);
    /* The samples pushed count, within a part of a 32nd. */
    for (size_t at = 0; at < 8192; at += 1024) {
        CHECK_STATUS(sqs_push(p, 0, x + at, 1024, &n), SQS_OK);
        s = stats_of(p);
        const uint64_t part = s.plan_bytes / 32 + 1, bytes = 4 * (at + 1024);
        CHECK(s.peak_bytes > last && s.peak_bytes <= s.plan_bytes);
        CHECK(s.peak_bytes + part >= bytes && s.peak_bytes <= bytes + 4 * part);
        last = s.peak_bytes;
    }
    CHECK_STATUS(sqs_evaluate(p, id, 0, SQS_ALL, rows, sizeof rows, &done), SQS_OK);
    s = stats_of(p);
    CHECK(done == 4095 && s.peak_bytes >= last && s.peak_bytes <= s.plan_bytes);
    last = s.peak_bytes;
    CHECK_STATUS(sqs_pipeline_reset(p), SQS_OK);
    CHECK(stats_of(p).peak_bytes >= last);
    sqs_pipeline_delete(p);
}

/* The place of a sample in the work area. */
static unsigned char *place_of(float value)
{
    for (size_t i = 0; i < sizeof work.b / 4; i++) {
        if (memcmp(work.b + 4 * i, &value, 4) == 0) return work.b + 4 * i;
    }
    return NULL;
}

static void failures_of_samples(void)
{
    uint32_t id;
    size_t n;
    uint64_t done;
    float rows[64];
    sqs_pipeline *p = sealed(&id, 1);
    CHECK_STATUS(sqs_push(p, 0, x, 2048, &n), SQS_OK);
    unsigned char *at = place_of(x[100]);
    CHECK(at != NULL);
    if (at) *at ^= 4;
    for (int i = 0; i < 5; i++) {
        sqs_status s = sqs_step(p, 1000, &done);
        CHECK(s == SQS_ERR_CORRUPT || i == 0);
        CHECK_STATUS(sqs_evaluate(p, id, 40, 20, rows, sizeof rows, &done), SQS_ERR_CORRUPT);
        CHECK_STATUS(sqs_push(p, 0, x + 2048 + 8 * i, 8, &n), SQS_OK);
    }
    CHECK(stats_of(p).crc_failures == 1);
    /* Another one, in another chunk, counts for itself. */
    at = place_of(x[1500]);
    CHECK(at != NULL);
    if (at) *at ^= 64;
    for (int i = 0; i < 3; i++) {
        CHECK_STATUS(sqs_evaluate(p, id, 740, 20, rows, sizeof rows, &done), SQS_ERR_CORRUPT);
        CHECK_STATUS(sqs_step(p, 1000, &done), SQS_ERR_CORRUPT);
    }
    CHECK(stats_of(p).crc_failures == 2 && stats_of(p).repairs == 0);
    CHECK_STATUS(sqs_pipeline_reset(p), SQS_OK);
    CHECK_STATUS(sqs_push(p, 0, x, 64, &n), SQS_OK);
    CHECK_STATUS(sqs_step(p, 8, &done), SQS_OK);
    CHECK(stats_of(p).crc_failures == 2);
    sqs_pipeline_delete(p);
}

static void failures_of_rows(void)
{
    uint32_t id;
    size_t n;
    uint64_t done;
    float row;
    sqs_pipeline *p = sealed(&id, 1);
    CHECK_STATUS(sqs_push(p, 0, x, 256, &n), SQS_OK);
    CHECK_STATUS(sqs_step(p, 32, &done), SQS_OK);
    unsigned char *at = place_of(x[20] + x[21] + x[22] + x[23]);
    CHECK(at != NULL);
    if (at) *at ^= 16;
    for (int t = 0; t < 32; t++) {
        sqs_status s = sqs_pull(p, id, &row, 1, &n);
        if (s == SQS_AGAIN) {
            CHECK_STATUS(sqs_step(p, 32, &done), SQS_OK);
            s = sqs_pull(p, id, &row, 1, &n);
        }
        CHECK(s == SQS_OK && row == x[2 * t] + x[2 * t + 1] + x[2 * t + 2] + x[2 * t + 3]);
    }
    CHECK(stats_of(p).crc_failures <= 1);
    sqs_pipeline_delete(p);
}

int main(void)
{
    for (int i = 0; i < 8192; i++) x[i] = (float)(i + 1) * 0.5f;
    peak();
    failures_of_samples();
    failures_of_rows();
    return DONE();
}
