/* What a stream waits for, positions of inputs, and what rows are: as documented, and true for what step and push do. */
#include "check.h"

static sqs_wait waits(sqs_pipeline *p)
{
    sqs_wait w;
    memset(&w, 0xff, sizeof w);
    w.struct_size = sizeof w;
    CHECK_STATUS(sqs_blocked_on(p, &w), SQS_OK);
    CHECK(w.reserved == 0);
    return w;
}

static sqs_row_info info_of(sqs_pipeline *p, uint32_t id, int input)
{
    sqs_row_info r;
    memset(&r, 0xff, sizeof r);
    r.struct_size = sizeof r;
    CHECK_STATUS(input ? sqs_input_info(p, id, &r) : sqs_stage_info(p, id, &r), SQS_OK);
    return r;
}

/* Follows the advice of sqs_blocked_on() alone, with a queue of 3 rows and a buffer of 9 samples. */
static void advice_is_enough(void)
{
    uint32_t sum, late;
    uint64_t first, next, room, done, pushed = 0, rows = 0, late_rows = 0;
    float row[3], x[60];
    const sqs_edge_desc from_sum = { "sum", 1, 2, SQS_BOUNDARY_ZERO, 0 };
    sqs_stage_desc d = stage_of("late", &from_sum);
    sqs_pipeline *p = small(9, &sum);
    sqs_wait w;
    int ended = 0, waited_input = 0, waited_output = 0;
    for (int i = 0; i < 60; i++) x[i] = (float)i;
    CHECK_STATUS(sqs_stage_register(p, &d, &late), SQS_OK);
    CHECK_STATUS(sqs_output_open(p, sum, 3), SQS_OK);
    CHECK_STATUS(sqs_output_open(p, late, 2), SQS_OK);
    w.struct_size = sizeof w;
    CHECK_STATUS(sqs_blocked_on(p, &w), SQS_ERR_STATE);
    CHECK_STATUS(sqs_input_position(p, 0, &first, &next, &room), SQS_ERR_STATE);
    CHECK_STATUS(sqs_pipeline_seal(p, NULL, 0, NULL, 0), SQS_OK);
    CHECK_STATUS(sqs_input_position(p, 0, &first, &next, &room), SQS_OK);
    CHECK(first == 0 && next == 0 && room == 9);

    for (int round = 0; round < 1000; round++) {
        size_t count;
        sqs_status s = sqs_step(p, 1, &done);
        w = waits(p);
        if (s == SQS_OK) continue;
        if (s == SQS_END) break;
        CHECK(s == SQS_AGAIN && (w.what == SQS_WAITS_INPUT || w.what == SQS_WAITS_OUTPUT));
        if (w.what == SQS_WAITS_OUTPUT) {
            waited_output++;
            CHECK((w.id == sum && w.have == 3) || (w.id == late && w.have == 2));
            CHECK_STATUS(sqs_pull(p, w.id, row, 3, &count), SQS_OK);
            CHECK(count == w.have);
            *(w.id == sum ? &rows : &late_rows) += count;
        } else {
            waited_input++;
            CHECK_STATUS(sqs_input_position(p, 0, &first, &next, &room), SQS_OK);
            CHECK(w.id == 0 && w.have == pushed && next == pushed && w.need > pushed && room >= w.need - pushed);
            CHECK(next - first <= 9);
            if (pushed == 60) {
                CHECK(!ended++);
                CHECK_STATUS(sqs_push_end(p, 0), SQS_OK);
                CHECK_STATUS(sqs_input_position(p, 0, NULL, NULL, &room), SQS_OK);
                CHECK(room == 0);
            } else {
                const size_t offered = (size_t)(60 - pushed);
                size_t accepted;
                s = sqs_push(p, 0, x + pushed, offered, &accepted);
                CHECK(accepted == (room < offered ? room : offered) && s == (accepted < offered ? SQS_AGAIN : SQS_OK));
                pushed += accepted;
            }
        }
    }
    CHECK(ended && waited_input > 5 && waited_output > 5);
    CHECK(waits(p).what == SQS_WAITS_END);
    while (rows < 29 || late_rows < 29) {
        size_t count = 0, more = 0;
        (void)sqs_pull(p, sum, row, 3, &count);
        (void)sqs_pull(p, late, row, 3, &more);
        if (count + more == 0) break;
        rows += count;
        late_rows += more;
    }
    CHECK(rows == 29 && late_rows == 29);
    sqs_pipeline_delete(p);
}

/* The input with too few samples is named; an evaluation waits for nothing. */
static void two_inputs(void)
{
    uint32_t sum, second, pair;
    sqs_edge_desc both[2] = { { "input", 0, 0, SQS_BOUNDARY_ZERO, 0 }, { "slow", 0, 0, SQS_BOUNDARY_ZERO, 0 } };
    sqs_input_desc in;
    sqs_stage_desc d = stage_of("pair", both);
    sqs_pipeline *p = small(100, &sum);
    float x[100] = { 0 };
    size_t accepted;
    uint64_t done;
    sqs_wait w;
    memset(&in, 0, sizeof in);
    in.struct_size = sizeof in;
    in.name = "slow"; in.window = 5; in.hop = 5; in.dtype = SQS_F32; in.channels = 2;
    CHECK_STATUS(sqs_input_register(p, &in, &second), SQS_OK);
    d.edge_count = 2;
    CHECK_STATUS(sqs_stage_register(p, &d, &pair), SQS_OK);
    CHECK_STATUS(sqs_output_open(p, pair, 10), SQS_OK);
    CHECK_STATUS(sqs_push(p, 0, x, 100, &accepted), SQS_OK);
    CHECK_STATUS(sqs_push(p, second, x, 7, &accepted), SQS_OK);
    CHECK(waits(p).what == SQS_WAITS_NOTHING);
    CHECK_STATUS(sqs_step(p, 10, &done), SQS_OK);
    CHECK_STATUS(sqs_step(p, 10, &done), SQS_AGAIN);
    w = waits(p);
    CHECK(w.what == SQS_WAITS_INPUT && w.id == second && w.have == 7 && w.need == 10);
    sqs_pipeline_delete(p);
}

/* What rows are, of inputs and stages, before seal and after it. */
static void rows_are_described(void)
{
    uint32_t sum, late;
    const sqs_edge_desc from_sum = { "sum", 0, 3, SQS_BOUNDARY_ZERO, 0 };
    sqs_stage_desc d = stage_of("late", &from_sum);
    sqs_pipeline *p = small(100, &sum);
    sqs_row_info r;
    d.stride = 2; d.dtype = SQS_F64; d.len = 6; d.row_channels = 3; d.row_step = 1; d.row_unit = SQS_UNIT_POWER;
    d.state_bytes = 8; d.flags = SQS_STAGE_BINS;
    CHECK_STATUS(sqs_stage_register(p, &d, &late), SQS_OK);
    r = info_of(p, 0, 1);
    CHECK(strcmp(r.name, "input") == 0 && r.dtype == SQS_F32 && r.len == 4 && r.row_bytes == 16 && r.row_step == 2);
    CHECK(r.row_channels == 1 && r.row_unit == SQS_UNIT_SAMPLES && r.flags == 0 && r.state_bytes == 0);
    CHECK(r.windows_per_row == 1 && r.delay_windows == 0);
    r = info_of(p, late, 0);
    CHECK(strcmp(r.name, "late") == 0 && r.dtype == SQS_F64 && r.len == 6 && r.row_bytes == 48 && r.row_step == 1);
    CHECK(r.row_channels == 3 && r.row_unit == SQS_UNIT_POWER && r.flags == SQS_STAGE_BINS && r.state_bytes == 8);
    CHECK(r.windows_per_row == 2 && r.delay_windows == 3);
    CHECK_STATUS(sqs_pipeline_seal(p, NULL, 0, NULL, 0), SQS_OK);
    r = info_of(p, sum, 0);
    CHECK(strcmp(r.name, "sum") == 0 && r.len == 1 && r.windows_per_row == 1 && r.delay_windows == 0);
    r.struct_size = sizeof r;
    CHECK_STATUS(sqs_stage_info(p, 2, &r), SQS_ERR_ARGUMENT);
    CHECK_DETAIL(p, "stage 2 does not exist");
    CHECK_STATUS(sqs_input_info(p, 1, &r), SQS_ERR_ARGUMENT);
    CHECK_STATUS(sqs_input_position(p, 1, NULL, NULL, NULL), SQS_ERR_ARGUMENT);
    CHECK_STATUS(sqs_stage_info(p, sum, NULL), SQS_ERR_ARGUMENT);
    CHECK_STATUS(sqs_blocked_on(p, NULL), SQS_ERR_ARGUMENT);
    r.struct_size = 8;
    CHECK_STATUS(sqs_stage_info(p, sum, &r), SQS_ERR_STRUCT_SIZE);
    sqs_pipeline_delete(p);
}

int main(void)
{
    advice_is_enough();
    two_inputs();
    rows_are_described();
    return DONE();
}
