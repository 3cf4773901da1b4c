/* NULL, foreign handles, options out of range, overlaps: each is refused with its status, and the handles still work. */
#include "check.h"

static union { uint64_t align; unsigned char b[1 << 19]; } mem, other;
static unsigned char in[64], out[64];

static void options(void)
{
    static const struct { size_t at; uint32_t value; sqs_status want; } wrong[] = {
#define F(field) offsetof(sqs_encode_options, field)
        {F(struct_size), 0, SQS_ERR_STRUCT_SIZE}, {F(struct_size), 1u << 20, SQS_ERR_STRUCT_SIZE},
        {F(flags), 2, SQS_ERR_UNSUPPORTED}, {F(dtype), 12, SQS_ERR_ARGUMENT}, {F(dtype), SQS_C32, SQS_ERR_ARGUMENT},
        {F(byte_order), 2, SQS_ERR_ARGUMENT}, {F(channels), 4097, SQS_ERR_ARGUMENT}, {F(effort), 10, SQS_ERR_ARGUMENT},
        {F(codec), 5, SQS_ERR_ARGUMENT}, {F(frame_bytes), 16383, SQS_ERR_ARGUMENT},
        {F(frame_bytes), (4u << 20) + 1, SQS_ERR_ARGUMENT}, {F(tag), 1, SQS_ERR_ARGUMENT},
        {F(reserved), 1, SQS_ERR_UNSUPPORTED},
#undef F
    };
    size_t n, a;
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        sqs_encode_options o;
        sqs_encoder *e = NULL;
        sqs_encode_options_init(&o, sizeof o);
        memcpy((char *)&o + wrong[i].at, &wrong[i].value, 4);
        CHECK_STATUS(sqs_encoder_bytes(&o, &n, &a), wrong[i].want);
        CHECK_STATUS(sqs_encoder_init(mem.b, sizeof mem.b, &o, &e, NULL), wrong[i].want);
        CHECK_STATUS(sqs_encode_file("x", "y", &o, NULL, NULL), wrong[i].want);
        CHECK(e == NULL);
    }
    sqs_encode_options o;
    sqs_encode_options_init(&o, sizeof o);
    o.flags = SQS_ENCODE_TAG;
    o.tag = 65536;
    CHECK_STATUS(sqs_encoder_bytes(&o, &n, &a), SQS_ERR_ARGUMENT);
    o.tag = 65535;
    CHECK_STATUS(sqs_encoder_bytes(&o, &n, &a), SQS_OK);
    o.identity = 1;
    CHECK_STATUS(sqs_encoder_bytes(&o, &n, &a), SQS_ERR_ARGUMENT);
    o.identity = 0;
    o.threads = 65;
    CHECK_STATUS(sqs_encode_work_bytes(&o, &n), SQS_ERR_ARGUMENT);
    o.threads = 64;
    CHECK_STATUS(sqs_encode_work_bytes(&o, &n), SQS_OK);
    CHECK_STATUS(sqs_encode_work_bytes(NULL, &n), SQS_ERR_ARGUMENT);
    CHECK_STATUS(sqs_encode_work_bytes(&o, NULL), SQS_ERR_ARGUMENT);
    CHECK_STATUS(sqs_encode_options_init(NULL, sizeof o), SQS_ERR_ARGUMENT);
    CHECK_STATUS(sqs_encode_options_init(&o, offsetof(sqs_encode_options, head_bytes)), SQS_OK); /* version 1 */
    CHECK_STATUS(sqs_encode_options_init(&o, offsetof(sqs_encode_options, head_bytes) - 1), SQS_ERR_STRUCT_SIZE);

    sqs_decode_options d;
    sqs_decode_options_init(&d, sizeof d);
    d.flags = 16; CHECK_STATUS(sqs_decode_work_bytes(&d, &n), SQS_ERR_UNSUPPORTED);
    d.flags = SQS_DECODE_TAG | SQS_DECODE_IDENTITY; CHECK_STATUS(sqs_decode_work_bytes(&d, &n), SQS_ERR_ARGUMENT);
    d.flags = SQS_DECODE_ALL; d.identity = 1; CHECK_STATUS(sqs_decode_work_bytes(&d, &n), SQS_ERR_ARGUMENT);
    d.flags |= SQS_DECODE_IDENTITY; CHECK_STATUS(sqs_decode_work_bytes(&d, &n), SQS_OK);
    d.identity = 0;
    d.flags = 0; d.tag = 1; CHECK_STATUS(sqs_decode_work_bytes(&d, &n), SQS_ERR_ARGUMENT);
    d.tag = 0; d.max_frame_bytes = 1; CHECK_STATUS(sqs_decode_work_bytes(&d, &n), SQS_ERR_ARGUMENT);
    d.max_frame_bytes = 4u << 20; CHECK_STATUS(sqs_decode_work_bytes(&d, &n), SQS_OK);
    CHECK_STATUS(sqs_decode_work_bytes(NULL, &n), SQS_ERR_ARGUMENT);
}

static void handles(void)
{
    sqs_encode_options o;
    sqs_decode_options p;
    sqs_encoder *e = NULL;
    sqs_decoder *d = NULL;
    sqs_codec_stats stats = {0};
    size_t a = 5, b = 5;
    uint64_t at;
    char text[8];
    sqs_encode_options_init(&o, sizeof o);
    sqs_decode_options_init(&p, sizeof p);
    stats.struct_size = sizeof stats;
    CHECK_STATUS(sqs_encoder_bytes(&o, NULL, &b), SQS_ERR_ARGUMENT);
    CHECK_STATUS(sqs_encoder_bytes(&o, &a, NULL), SQS_ERR_ARGUMENT);
    CHECK_STATUS(sqs_optimal_frame_bytes(&o, 1, NULL), SQS_ERR_ARGUMENT);
    CHECK_STATUS(sqs_encoder_init(NULL, 1, &o, &e, NULL), SQS_ERR_ARGUMENT);
    CHECK_STATUS(sqs_encoder_init(mem.b, sizeof mem.b, NULL, &e, NULL), SQS_ERR_ARGUMENT);
    CHECK_STATUS(sqs_encoder_init(mem.b, sizeof mem.b, &o, NULL, NULL), SQS_ERR_ARGUMENT);
    CHECK_STATUS(sqs_encoder_step(NULL, in, 1, &a, out, 1, &b, 0), SQS_ERR_ARGUMENT);
    memset(other.b, 0, 4096);
    CHECK_STATUS(sqs_encoder_step((sqs_encoder *)(void *)other.b, in, 1, &a, out, 1, &b, 0), SQS_ERR_ARGUMENT);
    CHECK_STATUS(sqs_encoder_stats(NULL, &stats), SQS_ERR_ARGUMENT);
    CHECK_STATUS(sqs_encoder_error_detail(NULL, text, 8, NULL), SQS_ERR_ARGUMENT);

    CHECK_STATUS(sqs_encoder_init(mem.b, sizeof mem.b, &o, &e, NULL), SQS_OK);
    CHECK_STATUS(sqs_decoder_init(other.b, sizeof other.b, &p, &d, NULL), SQS_OK);
    /* A decoder handle is refused as an encoder. */
    CHECK_STATUS(sqs_encoder_stats((sqs_encoder *)(void *)d, &stats), SQS_ERR_ARGUMENT);
    CHECK_STATUS(sqs_encoder_step(e, NULL, 1, &a, out, 64, &b, 0), SQS_ERR_ARGUMENT);
    CHECK(a == 0 && b == 0);
    CHECK_STATUS(sqs_encoder_step(e, in, 1, NULL, out, 64, &b, 0), SQS_ERR_ARGUMENT);
    CHECK_STATUS(sqs_encoder_step(e, in, 1, &a, out, 64, NULL, 0), SQS_ERR_ARGUMENT);
    CHECK_STATUS(sqs_encoder_step(e, in, 1, &a, NULL, 64, &b, 0), SQS_ERR_ARGUMENT);
    CHECK_STATUS(sqs_encoder_step(e, in, 1, &a, out, 64, &b, 3), SQS_ERR_ARGUMENT);
    CHECK_STATUS(sqs_encoder_step(e, in, 8, &a, in + 7, 8, &b, 0), SQS_ERR_OVERLAP);
    CHECK_STATUS(sqs_encoder_step(e, in, 8, &a, mem.b + 4096, 8, &b, 0), SQS_ERR_OVERLAP);
    CHECK_STATUS(sqs_encoder_step(e, mem.b + 8, 8, &a, out, 8, &b, 0), SQS_ERR_OVERLAP);
    CHECK_STATUS(sqs_encoder_stats(e, NULL), SQS_ERR_ARGUMENT);
    CHECK_STATUS(sqs_encoder_error_detail(e, NULL, 8, NULL), SQS_ERR_ARGUMENT);
    CHECK_STATUS(sqs_encoder_error_detail(e, text, 8, &a), SQS_ERR_SPACE);
    CHECK(a > 8 && strlen(text) == 7);
    stats.struct_size = 8;
    CHECK_STATUS(sqs_encoder_stats(e, &stats), SQS_ERR_STRUCT_SIZE);
    stats.struct_size = sizeof stats;
    CHECK_STATUS(sqs_encoder_step(e, in, 8, &a, in + 8, 8, &b, 0), SQS_OK); /* still works */
    CHECK(a == 8 && b == 0);

    CHECK_STATUS(sqs_decoder_step(NULL, in, 1, &a, out, 1, &b, &at, 0), SQS_ERR_ARGUMENT);
    CHECK_STATUS(sqs_decoder_step(d, in, 1, &a, out, 1, &b, &at, SQS_FLOW_FLUSH), SQS_ERR_ARGUMENT);
    CHECK_STATUS(sqs_decoder_step(d, in, 1, &a, in, 1, &b, &at, 0), SQS_ERR_OVERLAP);
    CHECK_STATUS(sqs_decoder_step(d, in, 1, &a, out, 1, &b, NULL, 0), SQS_OK); /* works */
    CHECK_STATUS(sqs_decoder_step(d, in, 0, &a, out, 1, &b, NULL, SQS_FLOW_END), SQS_ERR_FORMAT);
    CHECK_STATUS(sqs_decoder_stats(d, NULL), SQS_ERR_ARGUMENT);
    CHECK_STATUS(sqs_decoder_missing(d, NULL, 0, NULL), SQS_ERR_ARGUMENT);
    CHECK_STATUS(sqs_decoder_missing(NULL, NULL, 0, &a), SQS_ERR_ARGUMENT);
    CHECK_STATUS(sqs_decoder_missing(d, NULL, 1, &a), SQS_ERR_ARGUMENT);
    CHECK_STATUS(sqs_decoder_error_detail(NULL, text, 8, NULL), SQS_ERR_ARGUMENT);
}

static void files_and_jobs(void)
{
    sqs_encode_options o;
    sqs_decode_options p;
    sqs_codec_job *job = NULL;
    sqs_stream stream = {0};
    sqs_codec_stats stats = {0};
    char path[5000];
    sqs_encode_options_init(&o, sizeof o);
    sqs_decode_options_init(&p, sizeof p);
    memset(path, 'a', sizeof path);
    path[4999] = 0;
    CHECK_STATUS(sqs_encode_file(NULL, "y", &o, NULL, NULL), SQS_ERR_ARGUMENT);
    CHECK_STATUS(sqs_encode_file("x", NULL, &o, NULL, NULL), SQS_ERR_ARGUMENT);
    CHECK_STATUS(sqs_encode_file("x", "y", NULL, NULL, NULL), SQS_ERR_ARGUMENT);
    CHECK_STATUS(sqs_encode_file("x", "y", &o, &stats, NULL), SQS_ERR_STRUCT_SIZE);
    CHECK_STATUS(sqs_encode_file(path, "y", &o, NULL, NULL), SQS_ERR_NAME);
    CHECK_STATUS(sqs_decode_file("x", path, &p, NULL, NULL), SQS_ERR_NAME);
    CHECK_STATUS(sqs_decode_file(NULL, "y", &p, NULL, NULL), SQS_ERR_ARGUMENT);
    CHECK_STATUS(sqs_encode_stream(NULL, &o, NULL, NULL), SQS_ERR_ARGUMENT);
    CHECK_STATUS(sqs_encode_stream(&stream, &o, NULL, NULL), SQS_ERR_STRUCT_SIZE);
    stream.struct_size = sizeof stream;
    CHECK_STATUS(sqs_encode_stream(&stream, &o, NULL, NULL), SQS_ERR_ARGUMENT);
    CHECK_STATUS(sqs_decode_stream(&stream, &p, NULL, NULL, NULL), SQS_ERR_ARGUMENT);
    CHECK_STATUS(sqs_encode_file_async("x", "y", &o, NULL, NULL), SQS_ERR_ARGUMENT);
    CHECK_STATUS(sqs_encode_file_async(NULL, "y", &o, &job, NULL), SQS_ERR_ARGUMENT);
    CHECK_STATUS(sqs_encode_file_async("x", "y", NULL, &job, NULL), SQS_ERR_ARGUMENT);
    CHECK_STATUS(sqs_decode_file_async("x", NULL, &p, &job, NULL), SQS_ERR_ARGUMENT);
    CHECK(job == NULL);
    CHECK_STATUS(sqs_codec_job_poll(NULL, NULL), SQS_ERR_ARGUMENT);
    CHECK_STATUS(sqs_codec_job_wait(NULL, 0), SQS_ERR_ARGUMENT);
    CHECK_STATUS(sqs_codec_job_cancel(NULL), SQS_ERR_ARGUMENT);
    CHECK_STATUS(sqs_codec_job_stats(NULL, NULL), SQS_ERR_ARGUMENT);
    CHECK_STATUS(sqs_codec_job_error_detail(NULL, NULL, 0, NULL), SQS_ERR_ARGUMENT);
    sqs_codec_job_delete(NULL);
    CHECK(sqs_encoder_sink_rows(NULL, 0, 0, NULL, 0) == SQS_ERR_ARGUMENT);
    CHECK_STATUS(sqs_encoder_sink_end(NULL), SQS_ERR_ARGUMENT);
    CHECK_STATUS(sqs_evaluate_to_file(NULL, NULL, "x", &o, NULL), SQS_ERR_ARGUMENT);
}

int main(void)
{
    options();
    handles();
    files_and_jobs();
    return DONE();
}
