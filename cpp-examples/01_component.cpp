// 01_component: a component of flight software around a pipeline and an encoder, all in static memory.
//
// Pressure samples arrive in packets. The component filters them with a class of its own that has state, raises an alarm with
// a built-in stage, and records the raw samples as encoded frames. Nothing allocates, nothing throws.
#include "sqrtspace.hpp"

#include <array>
#include <cstdio>

namespace {

constexpr std::size_t PACKET = 50, PACKETS = 40;

// A stage with state: a leaky integrator, y += (x - y) / 4.
struct Smooth {
    struct State {
        double y;
    };
    void operator()(const sqs::Call &call, State &state) const
    {
        for (std::size_t i = 0; i < call.rows(); i++) {
            const sqs::Span<const std::int16_t> x = call.row<std::int16_t>(0, static_cast<std::ptrdiff_t>(i));
            const sqs::Span<float> y = call.out<float>(i, x.size());
            for (std::size_t k = 0; k < x.size(); k++) {
                state.y += (x[k] - state.y) / 4;
                y[k] = static_cast<float>(state.y);
            }
        }
    }
};

class Recorder {
public:
    // Boot count and time: no other recording has both.
    sqs::Status init(std::uint32_t boots, std::uint64_t time) noexcept
    {
        auto config = sqs::Config::of<std::int16_t>(PACKET, PACKET);
        config.flags = SQS_STREAM_ONLY;
        config.input_capacity = 4 * PACKET;
        config.max_stages = 4;
        config.max_edges = 4;
        if (const sqs::Status s = pipeline_.create(config, control_); !s.ok()) return s;
        const sqs::Edge input[] = {sqs::edge("input")}, of_smooth[] = {sqs::edge("smooth")};
        if (const auto [s, id] = pipeline_.stage_register(sqs::stage<float>("smooth", PACKET), input, smooth_); !s.ok()) return s;
        const auto highest = pipeline_.stage_register_kind(sqs_kind_max(), "highest", of_smooth);
        if (!highest.status.ok()) return highest.status;
        highest_ = highest.count;
        if (const sqs::Status s = pipeline_.output_open(highest_, 8); !s.ok()) return s;
        if (const sqs::Status s = pipeline_.seal({}, work_); !s.ok()) return s;
        auto options = sqs::EncodeOptions::of<std::int16_t>();
        options.identity = sqs::identity_of(boots, time);
        return encoder_.init(coder_, options);
    }

    // A packet has arrived; at most two windows of work.
    sqs::Status packet(sqs::Span<const std::int16_t> samples, std::uint32_t flow) noexcept
    {
        sqs::Bytes left = sqs::bytes(samples);
        sqs::Coded coded{};
        do {
            coded = encoder_.step(left, frame_, flow);
            left = left.part(coded.consumed);
            written_ += coded.written;
        } while (coded.status.again());
        if (coded.status.failed()) return coded.status;
        if (const auto [s, accepted] = pipeline_.push(0, samples); s.failed()) return s;
        if (const auto [s, windows] = pipeline_.step(2); s.failed()) return s;
        std::array<float, 8> rows{};
        const auto [s, count] = pipeline_.pull(highest_, rows);
        for (std::size_t i = 0; i < count; i++, row_++)
            if (rows[i] > 900) std::printf("packet %u: %.1f\n", row_, double(rows[i]));
        return s.failed() ? s : sqs::Status();
    }

    std::size_t written() const noexcept { return written_; }

private:
    // Memory and callables before the handles that use them.
    sqs::Area<sqs::control_bytes(4, 4)> control_;
    sqs::Area<16384> work_;
    sqs::Area<262144> coder_;
    std::byte frame_[512];
    Smooth smooth_;
    sqs::Pipeline pipeline_;
    sqs::Encoder encoder_;
    std::uint32_t highest_ = 0;
    unsigned row_ = 0;
    std::size_t written_ = 0;
};

Recorder recorder;

} // namespace

int main()
{
    sqs::Status status = recorder.init(12, 1830297600);
    std::array<std::int16_t, PACKET> samples;
    for (std::size_t n = 0; n < PACKETS && status.ok(); n++) {
        for (std::size_t i = 0; i < PACKET; i++) {
            const std::size_t t = n * PACKET + i;
            samples[i] = static_cast<std::int16_t>(500 + t * 37 % 64 + (t / 300 == 3 ? 400 : 0));
        }
        status = recorder.packet(samples, n + 1 < PACKETS ? SQS_FLOW_CONTINUE : SQS_FLOW_END);
    }
    if (!status.ok()) {
        std::fprintf(stderr, "%s\n", status.text());
        return 1;
    }
    std::printf("%zu packets of %zu bytes, less than half of them recorded: %s\n", PACKETS, sizeof samples,
                recorder.written() < PACKETS * sizeof samples / 2 ? "yes" : "no");
    return 0;
}
