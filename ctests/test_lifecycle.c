/* Versions, defaults, status texts; reset, delete and two handles side by side. */
#include "check.h"

static void versions_and_texts(void)
{
    const char *unknown = sqs_status_text(-1000);
    CHECK(sqs_abi_version() == SQS_ABI_VERSION);
    CHECK_STATUS(sqs_abi_check(SQS_ABI_VERSION), SQS_OK);
    CHECK_STATUS(sqs_panic_hook(NULL, NULL), SQS_ERR_UNSUPPORTED); /* with an operating system */
    CHECK_STATUS(sqs_abi_check(SQS_ABI_VERSION + 1), SQS_ERR_ABI);    /* a newer header needs a newer library */
    CHECK_STATUS(sqs_abi_check(SQS_ABI_VERSION + 1000), SQS_ERR_ABI); /* another major */
    CHECK_STATUS(sqs_abi_check(0), SQS_ERR_ABI);
    CHECK(strchr(sqs_version(), '.') != NULL);

    CHECK(unknown && strcmp(unknown, sqs_status_text(3)) == 0);
    for (sqs_status s = SQS_ERR_INTERNAL; s <= SQS_END; s++) {
        const char *text = sqs_status_text(s);
        CHECK(text && *text && strcmp(text, unknown) != 0);
        for (sqs_status other = SQS_ERR_INTERNAL; other < s; other++) CHECK(strcmp(text, sqs_status_text(other)) != 0);
    }
}

static void defaults(void)
{
    sqs_config c;
    memset(&c, 0xFF, sizeof c);
    CHECK_STATUS(sqs_config_init(&c, sizeof c), SQS_OK);
    CHECK(c.struct_size == sizeof c && c.flags == 0 && c.mode == SQS_MODE_AUTO);
    CHECK_STATUS(sqs_config_init(&c, 3), SQS_ERR_STRUCT_SIZE);
    CHECK_STATUS(sqs_config_init(NULL, sizeof c), SQS_ERR_ARGUMENT);

    /* Zero means the default everywhere: a config with only window and hop set works. */
    sqs_pipeline *p = NULL;
    memset(&c, 0, sizeof c);
    c.struct_size = sizeof c;
    c.window = c.hop = 4;
    CHECK_STATUS(sqs_pipeline_new(&c, NULL, &p, NULL), SQS_OK);
    sqs_pipeline_delete(p);
    sqs_pipeline_delete(NULL);
}

static void reset(void)
{
    float x[16], rows[8], again[8];
    size_t accepted, pulled;
    uint64_t got, done;
    uint32_t id;
    sqs_pipeline *p = small(16, &id);
    for (int i = 0; i < 16; i++) x[i] = (float)(i + 1);
    CHECK_STATUS(sqs_output_open(p, id, 8), SQS_OK);
    CHECK_STATUS(sqs_push(p, 0, x, 16, &accepted), SQS_OK);
    CHECK_STATUS(sqs_evaluate(p, id, 0, SQS_ALL, rows, sizeof rows, &got), SQS_OK);
    CHECK(got == 7);
    CHECK_STATUS(sqs_push_end(p, 0), SQS_OK);
    CHECK_STATUS(sqs_push(p, 0, x, 1, &accepted), SQS_ERR_STATE);

    /* Reset discards samples, queues and the end of the input; graph and memory stay. */
    CHECK_STATUS(sqs_pipeline_reset(p), SQS_OK);
    CHECK_STATUS(sqs_pull(p, id, rows, 8, &pulled), SQS_AGAIN);
    CHECK_STATUS(sqs_evaluate(p, id, 0, 1, again, sizeof again, &got), SQS_ERR_RANGE);
    CHECK_STATUS(sqs_push(p, 0, x, 16, &accepted), SQS_OK);
    CHECK_STATUS(sqs_push_end(p, 0), SQS_OK);
    CHECK_STATUS(sqs_step(p, 100, &done), SQS_END);
    CHECK_STATUS(sqs_pull(p, id, again, 8, &pulled), SQS_OK);
    CHECK(pulled == 7 && memcmp(rows, again, 7 * sizeof *rows) == 0);
    sqs_pipeline_delete(p);
}

static void two_handles(void)
{
    float x[16], y[16], rows_a[8], rows_b[8];
    size_t accepted;
    uint64_t got_a, got_b;
    uint32_t id_a, id_b;
    sqs_pipeline *a = small(16, &id_a), *b = small(16, &id_b);
    for (int i = 0; i < 16; i++) { x[i] = 1.0f; y[i] = 2.0f; }
    CHECK_STATUS(sqs_push(a, 0, x, 16, &accepted), SQS_OK);
    CHECK_STATUS(sqs_push(b, 0, y, 10, &accepted), SQS_OK);
    CHECK_STATUS(sqs_evaluate(a, id_a, 0, SQS_ALL, rows_a, sizeof rows_a, &got_a), SQS_OK);
    sqs_pipeline_delete(a);
    CHECK_STATUS(sqs_evaluate(b, id_b, 0, SQS_ALL, rows_b, sizeof rows_b, &got_b), SQS_OK);
    CHECK(got_a == 7 && rows_a[6] == 4.0f && got_b == 4 && rows_b[3] == 8.0f);
    sqs_pipeline_delete(b);
}

int main(void)
{
    versions_and_texts();
    defaults();
    reset();
    two_handles();
    return DONE();
}
