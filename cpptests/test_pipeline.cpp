// Pipelines through sqrtspace.hpp: stages as lambdas and classes, memory, streaming, evaluations, checkpoints. Rows are
// compared with plain loops over the samples.
#include "check.hpp"

#include <array>
#include <cerrno>
#include <cmath>
#include <complex>
#include <malloc.h>
#include <new>
#include <string>
#include <vector>

static constexpr std::size_t SAMPLES = 4000, WINDOW = 64, HOP = 32;
static constexpr std::size_t ROWS = 1 + (SAMPLES - WINDOW) / HOP;
static std::array<float, SAMPLES> samples;

static float sum_of(std::size_t first, std::size_t count)
{
    float sum = 0;
    for (std::size_t i = 0; i < count; i++) sum += samples[first + i];
    return sum;
}

// A stage without state, as a class with parameters.
struct WindowSum {
    float scale = 1;
    void operator()(const sqs::Call &call) const
    {
        for (std::size_t i = 0; i < call.rows(); i++) {
            float sum = 0;
            for (const float x : call.row<float>(0, std::ptrdiff_t(i))) sum += x;
            call.out<float>(i, 1)[0] = sum * scale;
        }
    }
};

// A scan: the running sum of the rows of its edge, from a start value.
struct Running {
    struct State {
        double sum;
    };
    double start = 0;
    std::int32_t refuse = 0;
    void init(State &state) const { state.sum = start; }
    std::int32_t operator()(const sqs::Call &call, State &state) const
    {
        for (std::size_t i = 0; i < call.rows(); i++) {
            state.sum += double(call.row<float>(0, std::ptrdiff_t(i))[0]);
            call.out<double>(i, 1)[0] = state.sum;
        }
        return refuse;
    }
};

static sqs::Area<sqs::control_bytes(16, 32)> control;
static sqs::Area<1 << 18> work;

// Static memory: control and work area of the caller; nothing is allocated.
static void static_memory()
{
    const std::size_t before = mallinfo2().uordblks;
    WindowSum twice{2};
    Running running{100};
    auto square = [](const sqs::Call &call) {
        for (std::size_t i = 0; i < call.rows(); i++) {
            const double x = call.row<double>(0, std::ptrdiff_t(i))[0];
            call.out<double>(i, 1)[0] = x * x;
        }
    };
    auto config = sqs::Config::of<float>(WINDOW, HOP);
    config.input_capacity = 200;
    config.flags = SQS_STREAM_ONLY;
    CHECK(config.control_bytes().status.ok() && config.control_bytes().count <= control.size());
    sqs::Pipeline p;
    sqs::Error error;
    CHECK(!p);
    CHECK_STATUS(p.create(config, sqs::WritableBytes(control).part(0, 100), &error), SQS_ERR_MEMORY);
    CHECK(std::strlen(error.text) > 0 && error.status == SQS_ERR_MEMORY);
    CHECK_STATUS(p.create(config, control), SQS_OK);
    CHECK_STATUS(p.create(config, control), SQS_ERR_STATE);
    const sqs::Edge input[] = {sqs::edge("input")};
    const auto [status, sum] = p.stage_register(sqs::stage<float>("sum", 1), input, twice);
    CHECK(status.ok());
    const sqs::Edge of_sum[] = {sqs::edge("sum")};
    const auto total = p.stage_register(sqs::stage<double>("total", 1), of_sum, running);
    const sqs::Edge of_total[] = {sqs::edge("total")};
    const auto squared = p.stage_register(sqs::stage<double>("squared", 1), of_total, square);
    CHECK(total.status.ok() && squared.status.ok());
    CHECK(p.stage_find("total").count == total.count && p.stage_find("none").status == sqs::Status(SQS_ERR_NAME));
    CHECK_STATUS(p.output_open(squared.count, 8), SQS_OK);
    CHECK_STATUS(p.output_open(sum, 8), SQS_OK);
    sqs::PlanInfo plan;
    CHECK_STATUS(p.plan({}, plan), SQS_OK);
    CHECK(plan.work_bytes > 0 && plan.work_bytes <= work.size() && plan.host_heap_bytes == 0);
    // A plan written and read in place of the planner's.
    static std::byte bytes[8192];
    const auto exported = p.plan_export({}, bytes);
    CHECK(exported.status.ok() && exported.count <= sizeof bytes);
    CHECK(p.plan_export({}, sqs::WritableBytes()).status == sqs::Status(SQS_ERR_SPACE));
    sqs::Pipeline without;
    alignas(8) static std::byte other[1 << 16];
    CHECK_STATUS(without.create_planned(config, other), SQS_OK);
    CHECK_STATUS(without.create_planned(config, other), SQS_ERR_STATE);
    CHECK_STATUS(without.seal_planned(sqs::Bytes(bytes).part(0, exported.count)), SQS_ERR_STATE);
    CHECK_STATUS(p.seal_planned(sqs::Bytes(bytes).part(0, exported.count),
                                sqs::WritableBytes(work).part(0, plan.work_bytes)),
                 SQS_OK);

    // Moves between calls, as a member of a component would.
    std::size_t pushed = 0, rows = 0;
    double want = 100;
    sqs::Status stepped;
    do {
        sqs::Pipeline moved(std::move(p));
        CHECK(!p && bool(moved)); // NOLINT(bugprone-use-after-move)
        const auto accepted = moved.push(0, sqs::Span<const float>(samples).part(pushed, 77));
        pushed += accepted.count;
        if (pushed == SAMPLES) CHECK_STATUS(moved.push_end(0), SQS_OK);
        const auto step = moved.step(3);
        stepped = step.status;
        CHECK(step.count <= 3);
        std::array<double, 8> squares;
        std::array<float, 8> sums;
        const auto pulled = moved.pull(squared.count, squares);
        const auto beside = moved.pull(sum, sums);
        CHECK(pulled.count == beside.count);
        for (std::size_t i = 0; i < pulled.count; i++, rows++) {
            const float s = sum_of(rows * HOP, WINDOW) * 2;
            want += double(s);
            CHECK(sums[i] >= s && sums[i] <= s && squares[i] >= want * want && squares[i] <= want * want);
        }
        std::uint64_t next = 0, end = 0;
        CHECK_STATUS(moved.output_position(sum, next, end), SQS_OK);
        CHECK(next == rows && end == rows);
        p = std::move(moved);
    } while (stepped.ok() || (stepped.again() && rows < ROWS));
    CHECK(stepped.end() && rows == ROWS && pushed == SAMPLES);
    CHECK(mallinfo2().uordblks == before);
}

// The pushes and sources that do not fit the input.
static void types_of_inputs()
{
    auto config = sqs::Config::of<std::int16_t>(4, 4, 2);
    sqs::Pipeline p;
    CHECK_STATUS(p.create(config), SQS_OK);
    WindowSum stage;
    const sqs::Edge input[] = {sqs::edge("input")};
    sqs::InputDesc desc;
    desc.name = "second";
    desc.window = desc.hop = 4;
    const auto second = p.input_register(desc);
    CHECK(second.status.ok() && second.count == 1);
    CHECK(p.stage_register(sqs::stage<float>("sum", 1), input, stage).status.ok());
    const std::array<float, 8> floats{};
    const std::array<std::int16_t, 9> shorts{};
    CHECK_STATUS(p.push(0, floats).status, SQS_ERR_ARGUMENT);
    CHECK_STATUS(p.push(9, floats).status, SQS_ERR_ARGUMENT);
    auto read = [](std::uint64_t, sqs::Span<float> to) { return sqs::Counted<std::size_t>{SQS_OK, to.size()}; };
    CHECK_STATUS((p.source_set<float>(0, read, 10)), SQS_ERR_ARGUMENT);
    CHECK_STATUS((p.source_set<float, 2>(1, read, 10)), SQS_ERR_ARGUMENT);
    CHECK_STATUS((p.source_set<float>(1, read, 10, SQS_SOURCE_GROWING)), SQS_OK);
    CHECK_STATUS(p.source_extend(1, 12), SQS_OK);
    CHECK_STATUS(p.source_extend(1, 13), SQS_ERR_RANGE);
    // Nine elements of two channels are four samples.
    const auto pushed = p.push(0, shorts);
    CHECK(pushed.status.ok() && pushed.count == 4);
}

struct Counting {
    int areas = 0;
    void *allocate(std::size_t bytes, std::size_t align)
    {
        areas++;
        return ::operator new(bytes, std::align_val_t(align));
    }
    void deallocate(void *memory, std::size_t)
    {
        areas--;
        ::operator delete(memory, std::align_val_t(64));
    }
};

// Rows of several elements, the facts of stages and inputs, clock, events, and steps limited in time.
static void facts()
{
    std::uint64_t now = 0;
    std::vector<std::string> events;
    auto clock = [&now]() { return now += 1000; };
    auto keep = [&events](const sqs_event &event) { events.emplace_back(event.text); };
    auto config = sqs::Config::of<float>(8, 8);
    config.input_capacity = 32;
    config.on_clock(clock);
    config.on_event(keep);
    sqs::Pipeline p;
    CHECK_STATUS(p.create(config), SQS_OK);
    auto twice = [](const sqs::Call &call) {
        for (std::size_t i = 0; i < call.rows(); i++)
            for (std::size_t k = 0; k < 8; k++)
                call.out<float>(i, 8)[k] = 2 * call.row<float>(0, std::ptrdiff_t(i))[k];
    };
    const sqs::Edge input[] = {sqs::edge("input")};
    const auto stage = p.stage_register(sqs::stage<float>("twice", 8), input, twice);
    sqs::RowInfo info;
    CHECK_STATUS(p.stage_info(stage.count, info), SQS_OK);
    CHECK(info.row_bytes == 32 && info.len == 8 && info.dtype == SQS_F32 && std::strcmp(info.name, "twice") == 0);
    CHECK_STATUS(p.input_info(0, info), SQS_OK);
    CHECK(info.len == 8 && std::strcmp(info.name, "input") == 0);
    CHECK_STATUS(p.input_info(1, info), SQS_ERR_ARGUMENT);
    CHECK_STATUS(p.output_open(stage.count, 4), SQS_OK);
    CHECK_STATUS(p.seal({}), SQS_OK);
    sqs::Wait wait;
    CHECK_STATUS(p.blocked_on(wait), SQS_OK);
    CHECK(wait.what == SQS_WAITS_INPUT && wait.need == 8);
    CHECK_STATUS(p.push(0, sqs::Span<const float>(samples).part(0, 40)).status, SQS_AGAIN);
    // Of input_info() and of push().
    CHECK(events.size() == 2 && events[0].find("does not exist") != std::string::npos && events[1].find("full") != std::string::npos);
    std::uint64_t first = 9, next = 0, room = 9;
    CHECK_STATUS(p.input_position(0, first, next, room), SQS_OK);
    CHECK(first == 0 && next == 32 && room == 0);
    const sqs::Stepped stepped = p.step_budget(1000000000);
    CHECK(!stepped.status.failed() && stepped.windows > 0 && stepped.spent_ns > 0);
    sqs::StageCounts counts;
    CHECK_STATUS(p.stage_stats(stage.count, counts), SQS_OK);
    CHECK(counts.rows == stepped.windows && counts.time_ns > 0);
    // Rows that do not fit stay; elements of another type are refused before a byte is written.
    std::array<double, 32> wrong;
    CHECK_STATUS(p.pull(stage.count, wrong).status, SQS_ERR_ARGUMENT);
    CHECK_STATUS(p.pull(99, wrong).status, SQS_ERR_ARGUMENT);
    std::array<float, 15> rows;
    const auto pulled = p.pull(stage.count, rows);
    CHECK(pulled.status.ok() && pulled.count == 1);
    for (std::size_t k = 0; k < 8; k++) CHECK(rows[k] >= 2 * samples[k] && rows[k] <= 2 * samples[k]);
}

// Missing samples: pushed, and ranges of a file.
static void gaps()
{
    auto config = sqs::Config::of<float>(4, 4);
    config.max_gaps = 2;
    sqs::Pipeline p;
    CHECK_STATUS(p.create(config), SQS_OK);
    const sqs::Edge input[] = {sqs::edge("input")};
    const auto stage = p.stage_register_builtin("max", "peak", input);
    CHECK_STATUS(p.output_open(stage.count, 4), SQS_OK);
    CHECK_STATUS(p.seal({}), SQS_OK);
    CHECK_STATUS(p.push(0, sqs::Span<const float>(samples).part(0, 3)).status, SQS_OK);
    const auto gap = p.push_gap(0, 3);
    CHECK(gap.status.ok() && gap.count == 3);
    CHECK_STATUS(p.push(0, sqs::Span<const float>(samples).part(0, 2)).status, SQS_OK);
    std::array<std::uint64_t, 2> missing{9, 9};
    CHECK_STATUS(p.rows_missing(stage.count, 0, missing), SQS_OK);
    CHECK(missing[0] == 1 && missing[1] == 2);
    CHECK(!p.step(9).status.failed());
    std::array<float, 4> rows;
    const auto pulled = p.pull_counted(stage.count, rows, missing);
    CHECK(pulled.status.ok() && pulled.count == 2 && missing[0] == 1 && missing[1] == 2);
    std::array<double, 4> wrong;
    CHECK_STATUS(p.pull_counted(stage.count, wrong, missing).status, SQS_ERR_ARGUMENT);

    const sqs_range ranges[] = {{0, 1}};
    sqs::Pipeline q;
    CHECK_STATUS(q.create(config), SQS_OK);
    CHECK_STATUS(q.source_set_recovered(0, "/nonexistent", SQS_LITTLE_ENDIAN, 0, ranges).status, SQS_ERR_IO);
}

// Parameters that change at a row: the first two rows are the samples, the next ones averages of weight 0.5.
static void changes()
{
    auto config = sqs::Config::of<float>(1, 1);
    config.max_param_changes = 2;
    sqs::Pipeline p;
    CHECK_STATUS(p.create(config), SQS_OK);
    const sqs::Edge input[] = {sqs::edge("input")};
    const sqs::Param whole[] = {sqs::param("alpha", 1.0)};
    const sqs::Param half[] = {sqs::param("alpha", 0.5)};
    const auto stage = p.stage_register_builtin("ema", "smooth", input, whole);
    CHECK_STATUS(p.output_open(stage.count, 4), SQS_OK);
    CHECK_STATUS(p.stage_params(stage.count, half).status, SQS_ERR_STATE);
    CHECK_STATUS(p.seal({}), SQS_OK);
    const float x[] = {8, 4, 2, 6};
    CHECK_STATUS(p.push(0, sqs::Span<const float>(x)).status, SQS_OK);
    const auto changed = p.stage_params(stage.count, half, 2);
    CHECK(changed.status.ok() && changed.count == 2);
    CHECK(!p.step(9).status.failed());
    std::array<float, 4> rows;
    const auto pulled = p.pull(stage.count, rows);
    CHECK(pulled.status.ok() && pulled.count == 4);
    const float want[] = {8, 4, 3, 4.5f};
    for (std::size_t k = 0; k < 4; k++) CHECK(rows[k] >= want[k] && rows[k] <= want[k]);
    CHECK_STATUS(p.stage_context(stage.count, nullptr, 1).status, SQS_ERR_ARGUMENT);
    CHECK_STATUS(p.stage_params_release(stage.count, 4).status, SQS_OK);
    sqs::ParamInfo info;
    CHECK_STATUS(sqs::Pipeline::stage_params_describe("ema", 0, info), SQS_OK);
    CHECK(info.name[0] != 0);
    CHECK_STATUS(sqs::Pipeline::stage_params_describe("ema", 99, info), SQS_END);
}

// Evaluations of a source, with an allocator of the caller's.
static void evaluations()
{
    Counting allocator;
    WindowSum once;
    auto read = [](std::uint64_t first, sqs::Span<float> to) {
        for (std::size_t i = 0; i < to.size(); i++) to[i] = samples[first + i];
        return sqs::Counted<std::size_t>{SQS_OK, to.size()};
    };
    {
        sqs::Pipeline p;
        const auto config = sqs::Config::of<float>(WINDOW, HOP);
        CHECK_STATUS(p.create_with(config, allocator), SQS_OK);
        CHECK(allocator.areas == 1);
        CHECK_STATUS(p.source_set<float>(0, read, SAMPLES), SQS_OK);
        const sqs::Edge input[] = {sqs::edge("input")};
        const auto sum = p.stage_register(sqs::stage<float>("sum", 1), input, once);
        const sqs::Edge of_sum[] = {sqs::edge("sum", 1, 1)};
        const double taps[] = {1, 2, 3};
        const sqs::Param fir[] = {sqs::param("taps", taps)};
        const sqs::Param level[] = {sqs::param("level", 0.5)};
        CHECK(p.stage_register_builtin("fir", "fir", input, fir).status.ok());
        const auto alarm = p.stage_register_kind(sqs_kind_threshold(), "alarm", sqs::Span<const sqs::Edge>(input), level);
        CHECK(alarm.status.ok());
        CHECK_STATUS(p.stage_register_builtin("none", "x", of_sum).status, SQS_ERR_NAME);
        char text[200];
        CHECK(p.error_detail(text).status.ok() && std::strlen(text) > 0);
        const sqs::Request all[] = {sqs::request(sum.count), sqs::request(sum.count, 0, SQS_ALL, SQS_ORDER_REVERSE)};
        CHECK(p.plan_explain(all, text).status == sqs::Status(SQS_ERR_SPACE));
        CHECK_STATUS(p.seal(all), SQS_OK);
        CHECK(allocator.areas == 2);

        std::vector<float> rows(ROWS);
        const auto written = p.evaluate(sum.count, 0, SQS_ALL, rows);
        CHECK(written.status.ok() && written.count == ROWS);
        for (std::size_t t = 0; t < ROWS; t++) CHECK(rows[t] >= sum_of(t * HOP, WINDOW) && rows[t] <= sum_of(t * HOP, WINDOW));

        std::size_t next = ROWS;
        auto sink = [&](std::uint64_t first, std::size_t count, sqs::Bytes bytes) {
            CHECK(first + 1 == next && bytes.size() == count * sizeof(float));
            for (std::size_t i = 0; i < count; i++) {
                float row;
                std::memcpy(&row, bytes.data() + i * sizeof row, sizeof row);
                CHECK(std::memcmp(&row, &rows[--next], sizeof row) == 0);
            }
        };
        CHECK_STATUS(p.evaluate_to(all[1], sink), SQS_OK);
        CHECK(next == 0);
        auto refusing = [](std::uint64_t, std::size_t, sqs::Bytes) { return std::int32_t(7); };
        CHECK_STATUS(p.evaluate_to(all[0], refusing), SQS_ERR_CALLBACK);
        CHECK_STATUS(p.evaluate_begin(all[0], refusing), SQS_OK);
        CHECK_STATUS(p.step(1000).status, SQS_ERR_CALLBACK);
        CHECK_STATUS(p.evaluate_cancel(), SQS_OK);
        next = ROWS;
        CHECK_STATUS(p.evaluate_begin(all[1], sink), SQS_OK);
        while (p.step(16).status.ok()) {}
        CHECK(next == 0);
        sqs::Stats stats;
        CHECK_STATUS(p.stats(stats), SQS_OK);
        CHECK(stats.delivered_rows >= 3 * ROWS && stats.evaluating == 0);
        CHECK(p.scrub(1 << 20).status.ok());
        CHECK_STATUS(p.reset(), SQS_OK);
    }
    CHECK(allocator.areas == 0);
}

// A pipeline saved in the middle and restored into another one gives the rows of one that was never stopped.
static void checkpoints()
{
    std::vector<double> rows;
    std::vector<std::byte> file;
    Running running{1};
    WindowSum once;
    std::uint64_t resume_at = 0;
    for (int half = 0; half < 2; half++) {
        auto config = sqs::Config::of<float>(HOP, HOP);
        config.flags = SQS_STREAM_ONLY;
        sqs::Pipeline p;
        CHECK_STATUS(p.create(config), SQS_OK);
        const sqs::Edge input[] = {sqs::edge("input")}, of_sum[] = {sqs::edge("sum")};
        CHECK(p.stage_register(sqs::stage<float>("sum", 1), input, once).status.ok());
        sqs::StageDesc desc = sqs::stage<double>("total", 1);
        desc.state_word = 8;
        const auto total = p.stage_register(desc, of_sum, running);
        CHECK_STATUS(p.output_open(total.count, 200), SQS_OK);
        CHECK_STATUS(p.seal({}), SQS_OK);
        if (half == 1) {
            sqs::Resume resume;
            CHECK_STATUS(p.checkpoint_restore(sqs::bytes(file).part(0, file.size() - 1), &resume), SQS_ERR_CORRUPT);
            CHECK_STATUS(p.checkpoint_restore(sqs::bytes(file), &resume), SQS_OK);
            CHECK(resume.input_count == 1);
            resume_at = resume.next_sample[0];
        }
        const std::uint64_t end = half == 0 ? 2000 : SAMPLES;
        while (resume_at < end) {
            const auto pushed = p.push(0, sqs::Span<const float>(samples).part(resume_at, end - resume_at));
            resume_at += pushed.count;
            CHECK(!p.step(1000).status.failed());
            double row[16];
            for (auto pulled = p.pull(total.count, row); pulled.status.ok(); pulled = p.pull(total.count, row))
                rows.insert(rows.end(), row, row + pulled.count);
        }
        if (half == 0) {
            const auto saved = p.checkpoint_save([&](sqs::Bytes piece) { file.insert(file.end(), piece.begin(), piece.end()); });
            CHECK(saved.status.ok() && saved.count == file.size() && p.checkpoint_bytes().count >= file.size());
            CHECK_STATUS(p.checkpoint_save([](sqs::Bytes) { return EIO; }).status, SQS_ERR_CALLBACK);
        }
        running.start = -5; // of no effect on a restored state
    }
    CHECK(rows.size() == SAMPLES / HOP);
    double want = 1;
    for (std::size_t t = 0; t < rows.size(); t++) {
        want += double(sum_of(t * HOP, HOP));
        CHECK(rows[t] >= want && rows[t] <= want);
    }
}

// Rows of complex numbers: transforms of windowed samples, real and complex, and their decibels, against the definitions.
static void spectra()
{
    constexpr std::size_t n = 60, bins = n / 2 + 1;
    const double turn = 6.283185307179586 / double(n);
    std::array<double, n> windowed;
    std::array<std::complex<double>, n> want{};
    for (std::size_t i = 0; i < n; i++) windowed[i] = (0.5 - 0.5 * std::cos(turn * double(i))) * double(samples[i]);
    for (std::size_t k = 0; k < n; k++)
        for (std::size_t i = 0; i < n; i++) want[k] += windowed[i] * std::polar(1.0, -turn * double(i * k % n));

    sqs::Pipeline p, q;
    CHECK_STATUS(p.create(sqs::Config::of<float>(n, n)), SQS_OK);
    const sqs::Edge input[] = {sqs::edge("input")}, of_hann[] = {sqs::edge("hann")}, of_bins[] = {sqs::edge("bins")};
    const sqs::Param length[] = {sqs::param("n", double(n))};
    CHECK(p.stage_register_kind(sqs_kind_window(), "hann", sqs::Span<const sqs::Edge>(input)).status.ok());
    const auto transform = p.stage_register_kind(sqs_kind_rfft(), "bins", sqs::Span<const sqs::Edge>(of_hann));
    const auto level = p.stage_register_kind(sqs_kind_decibel(), "level", sqs::Span<const sqs::Edge>(of_bins));
    const auto back = p.stage_register_kind(sqs_kind_irfft(), "back", sqs::Span<const sqs::Edge>(of_bins), length);
    for (const auto &stage : {transform, level, back}) CHECK_STATUS(p.output_open(stage.count, 1), SQS_OK);
    CHECK(p.push(0, sqs::Span<const float>(samples).part(0, n)).count == n && p.step(1).count == 1);
    std::array<sqs::Complex32, bins> row;
    std::array<float, bins> decibels;
    std::array<float, n> again;
    CHECK(p.pull(transform.count, row).count == 1 && p.pull(level.count, decibels).count == 1 && p.pull(back.count, again).count == 1);
    for (std::size_t k = 0; k < bins; k++) {
        CHECK(std::abs(std::complex<double>(double(row[k].re), double(row[k].im)) - want[k]) < 1e-5 * std::abs(want[0]));
        CHECK(std::abs(double(decibels[k]) - 20 * std::log10(std::hypot(double(row[k].re), double(row[k].im)))) < 1e-4);
    }
    for (std::size_t i = 0; i < n; i++) CHECK(std::abs(double(again[i]) - windowed[i]) < 1e-4);

    CHECK_STATUS(q.create(sqs::Config::of<sqs::Complex32>(n, n)), SQS_OK);
    const auto complex = q.stage_register_kind(sqs_kind_fft(), "fft", sqs::Span<const sqs::Edge>(input));
    CHECK_STATUS(q.output_open(complex.count, 1), SQS_OK);
    std::array<sqs::Complex32, n> turned, all;
    for (std::size_t i = 0; i < n; i++) turned[i] = {0, float(windowed[i])}; // times i
    CHECK(q.push(0, turned).count == n && q.step(1).count == 1 && q.pull(complex.count, all).count == 1);
    for (std::size_t k = 0; k < n; k++)
        CHECK(std::abs(std::complex<double>(double(all[k].im), -double(all[k].re)) - want[k]) < 1e-5 * std::abs(want[0]));
}

static void spans()
{
    int array[] = {1, 2, 3};
    const std::vector<int> vector{4, 5};
    const sqs::Span<const int> a(array), b(vector), empty;
    CHECK(a.size() == 3 && b[1] == 5 && empty.empty() && a.part(1).size() == 2 && a.part(9).empty() && a.part(1, 1)[0] == 2);
    CHECK(sqs::bytes(vector).size() == 2 * sizeof(int) && sqs::writable_bytes(array).size() == sizeof array);
    static_assert(!std::is_constructible_v<sqs::Span<int>, const std::vector<int> &>, "const is kept");
    static_assert(!std::is_constructible_v<sqs::Span<long>, std::vector<int> &>, "elements are not converted");
    static_assert(!std::is_copy_constructible_v<sqs::Pipeline> && std::is_nothrow_move_constructible_v<sqs::Pipeline>);
    static_assert(!std::is_copy_assignable_v<sqs::Pipeline> && std::is_nothrow_move_assignable_v<sqs::Pipeline>);
#if __cplusplus >= 202002L
    const std::span<const int> standard = a;
    const sqs::Span<const int> back(standard);
    CHECK(standard.size() == 3 && back.data() == array);
#endif
}

#pragma GCC diagnostic ignored "-Wold-style-cast"
static_assert(sqs::control_bytes(7, 11) == SQS_CONTROL_BYTES(7, 11));

int main()
{
    for (std::size_t i = 0; i < SAMPLES; i++) samples[i] = float((i * 7919 + 13) % 1000) / 8;
    CHECK(sqs::abi_check().ok() && sqs::abi_version() == SQS_ABI_VERSION && std::strlen(sqs::version()) > 0);
    CHECK(std::strcmp(sqs::Status(SQS_END).text(), sqs_status_text(SQS_END)) == 0);
    auto hook = [](const char *, std::size_t, std::uint32_t) {};
    CHECK_STATUS(sqs::panic_hook(hook), SQS_ERR_UNSUPPORTED);
    sqs::Config host(1, 1);
    CHECK_STATUS(host.host_defaults(), SQS_OK);
    CHECK(host.cpu_cache_bytes > 0);
    static_memory();
    types_of_inputs();
    facts();
    gaps();
    changes();
    evaluations();
    checkpoints();
    spectra();
    spans();
    return done();
}
