/* The stream: backpressure of input buffer and queue, two outputs, several inputs, element types, channels, gaps. */
#include "check.h"

/* Row = left sum - right sum of i16 stereo. */
static int32_t stereo(void *ctx, const sqs_stage_io *io)
{
    int32_t *y = (int32_t *)io->out;
    (void)ctx;
    for (size_t i = 0; i < io->rows; i++) {
        const int16_t *x = SQS_ROW(int16_t, &io->edges[0], i);
        y[i] = 0;
        for (size_t k = 0; k < io->edges[0].len; k += 2) y[i] += x[k] - x[k + 1];
    }
    return 0;
}

/* First element of edge 0 plus 1000 times that of edge 1. */
static int32_t both(void *ctx, const sqs_stage_io *io)
{
    float *y = (float *)io->out;
    (void)ctx;
    for (size_t i = 0; i < io->rows; i++)
        y[i] = *SQS_ROW(float, &io->edges[0], i) + 1000.0f * *SQS_ROW(float, &io->edges[1], i);
    return 0;
}

/* A queue of three rows and a small input buffer: full ones refuse, nothing is lost, each row is delivered once. */
static void backpressure(void)
{
    uint32_t sum, late;
    size_t accepted, pulled, pushed = 0, rows_seen = 0, late_seen = 0, refused = 0;
    uint64_t done;
    float x[100], row[3];
    sqs_edge_desc from_sum = { "sum", 1, 0, SQS_BOUNDARY_ZERO, 0 };
    sqs_stage_desc d = stage_of("late", &from_sum);
    sqs_pipeline *p = small(16, &sum);
    for (int i = 0; i < 100; i++) x[i] = (float)i;
    CHECK_STATUS(sqs_stage_register(p, &d, &late), SQS_OK);
    CHECK_STATUS(sqs_output_open(p, sum, 3), SQS_OK);
    CHECK_STATUS(sqs_output_open(p, late, 3), SQS_OK);
    CHECK_STATUS(sqs_output_open(p, sum, 3), SQS_ERR_STATE);
    CHECK_STATUS(sqs_pipeline_seal(p, NULL, 0, NULL, 0), SQS_OK);
    CHECK_STATUS(sqs_pull(p, sum, row, 3, &pulled), SQS_AGAIN);
    CHECK_STATUS(sqs_step(p, 1, &done), SQS_AGAIN);

    for (int round = 0; round < 1000; round++) {
        sqs_status s = sqs_push(p, 0, x + pushed, 100 - pushed, &accepted);
        CHECK(s == (accepted == 100 - pushed ? SQS_OK : SQS_AGAIN));
        if (s == SQS_AGAIN) refused++;
        pushed += accepted;
        if (pushed == 100) break;
        /* Without pulls the queues fill, and step waits. */
        while (sqs_step(p, 2, &done) == SQS_OK) CHECK(done <= 2);
        s = sqs_pull(p, sum, row, 3, &pulled);
        CHECK(s == (pulled ? SQS_OK : SQS_AGAIN));
        for (size_t i = 0; i < pulled; i++) CHECK(row[i] == (float)(8 * (rows_seen + i) + 6));
        rows_seen += pulled;
        if (sqs_pull(p, late, row, 3, &pulled) == SQS_OK) late_seen += pulled;
    }
    CHECK(refused > 0 && pushed == 100);
    CHECK_STATUS(sqs_push_end(p, 0), SQS_OK);
    CHECK_STATUS(sqs_push_end(p, 0), SQS_OK);
    int ended = 0;
    for (int round = 0; round < 1000 && ended < 2; round++) {
        CHECK(sqs_step(p, 1, &done) >= 0);
        ended = 0;
        sqs_status s = sqs_pull(p, sum, row, 1, &pulled);
        if (s == SQS_OK) { CHECK(row[0] == (float)(8 * rows_seen + 6)); rows_seen++; }
        ended += s == SQS_END;
        s = sqs_pull(p, late, row, 1, &pulled);
        if (s == SQS_OK) late_seen++;
        ended += s == SQS_END;
    }
    CHECK(ended == 2 && rows_seen == 49 && late_seen == 49);
    CHECK_STATUS(sqs_step(p, 1, &done), SQS_END);
    CHECK(done == 0);
    CHECK_STATUS(sqs_pull(p, late, row, 1, &pulled), SQS_END);
    CHECK(pulled == 0);
    sqs_pipeline_delete(p);
}

/* Two inputs with different windows; the one with fewer windows decides. */
static void two_inputs(void)
{
    sqs_config c = config_of(4, 4, 64);
    sqs_input_desc second;
    sqs_pipeline *p = NULL;
    sqs_edge_desc edges[2] = { { "input", 0, 0, SQS_BOUNDARY_ZERO, 0 }, { "slow", 0, 0, SQS_BOUNDARY_ZERO, 0 } };
    sqs_stage_desc d = stage_of("both", edges);
    uint32_t in, id;
    size_t accepted, pulled;
    uint64_t done;
    float x[40], rows[16];
    for (int i = 0; i < 40; i++) x[i] = (float)i;
    memset(&second, 0, sizeof second);
    second.struct_size = sizeof second;
    second.name = "slow";
    second.window = second.hop = 1;
    second.dtype = SQS_F32;
    second.channels = 1;
    second.capacity = 16;
    d.run = both;
    d.edge_count = 2;
    CHECK_STATUS(sqs_pipeline_new(&c, NULL, &p, NULL), SQS_OK);
    CHECK_STATUS(sqs_input_register(p, &second, &in), SQS_OK);
    CHECK(in == 1);
    CHECK_STATUS(sqs_stage_register(p, &d, &id), SQS_OK);
    CHECK_STATUS(sqs_output_open(p, id, 16), SQS_OK);
    CHECK_STATUS(sqs_push(p, 0, x, 40, &accepted), SQS_OK);
    CHECK_STATUS(sqs_step(p, 100, &done), SQS_AGAIN);
    CHECK(done == 0);
    CHECK_STATUS(sqs_push(p, in, x, 6, &accepted), SQS_OK);
    CHECK_STATUS(sqs_step(p, 100, &done), SQS_OK);
    CHECK(done == 6);
    CHECK_STATUS(sqs_step(p, 100, &done), SQS_AGAIN);
    CHECK_STATUS(sqs_pull(p, id, rows, 16, &pulled), SQS_OK);
    CHECK(pulled == 6 && rows[5] == 20.0f + 5000.0f);
    CHECK_STATUS(sqs_push_end(p, 0), SQS_OK);
    CHECK_STATUS(sqs_push_end(p, in), SQS_OK);
    CHECK_STATUS(sqs_step(p, 100, &done), SQS_END);
    CHECK_STATUS(sqs_pull(p, id, rows, 16, &pulled), SQS_END);
    sqs_pipeline_delete(p);
}

/* i16, two channels, windows of 3 samples every 5: two samples lie between them. */
static void stereo_with_gaps(void)
{
    sqs_config c = config_of(3, 5, 0);
    sqs_stage_desc d = stage_of("stereo", &FROM_INPUT);
    sqs_pipeline *p = NULL;
    int16_t x[2 * 100];
    int32_t row[4];
    uint32_t id;
    size_t accepted, pulled, pushed = 0, seen = 0;
    uint64_t done;
    c.dtype = SQS_I16;
    c.channels = 2;
    d.run = stereo;
    d.dtype = SQS_I32;
    for (int i = 0; i < 100; i++) {
        x[2 * i] = (int16_t)(i * i);
        x[2 * i + 1] = (int16_t)-i;
    }
    CHECK_STATUS(sqs_pipeline_new(&c, NULL, &p, NULL), SQS_OK);
    CHECK_STATUS(sqs_stage_register(p, &d, &id), SQS_OK);
    CHECK_STATUS(sqs_output_open(p, id, 4), SQS_OK);
    for (int round = 0; round < 1000; round++) {
        /* Seven samples at a time, so that pushes and windows never line up. */
        const size_t left = 100 - pushed;
        CHECK(sqs_push(p, 0, x + 2 * pushed, left < 7 ? left : 7, &accepted) >= 0);
        pushed += accepted;
        if (pushed == 100) CHECK_STATUS(sqs_push_end(p, 0), SQS_OK);
        CHECK(sqs_step(p, 3, &done) >= 0);
        sqs_status s = sqs_pull(p, id, row, 4, &pulled);
        for (size_t i = 0; i < pulled; i++, seen++) {
            int32_t want = 0;
            for (int k = 0; k < 3; k++) {
                const int32_t at = (int32_t)seen * 5 + k;
                want += at * at + at;
            }
            CHECK(row[i] == want);
        }
        if (s == SQS_END) break;
    }
    CHECK(pushed == 100 && seen == 20);
    sqs_pipeline_delete(p);
}

int main(void)
{
    backpressure();
    two_inputs();
    stereo_with_gaps();
    return DONE();
}
