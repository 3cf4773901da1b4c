// What sqrtspace.hpp refuses to compile: run.sh compiles this file with CASE from 0, which must compile, to CASES, which must
// not. Each case is one line.
#include "sqrtspace.hpp"

#define CASES 9

#ifdef CASE
void use(sqs::Pipeline &p, sqs::Encoder &e)
{
    const sqs::Edge input[] = {sqs::edge("input")};
    auto stage = [](const sqs::Call &) {};
    auto sink = [](std::uint64_t, std::size_t, sqs::Bytes) {};
    struct Counts {
        struct State {
            State(const State &);
        };
        void operator()(const sqs::Call &, State &) const {}
    } counts;
#if CASE == 0
    p.reset().ignore();
    e.step({}, {}, SQS_FLOW_END).status.ignore();
    p.stage_register(sqs::stage<float>("s", 1), input, stage).status.ignore();
    p.evaluate_begin(sqs::request(0), sink).ignore();
    (void)counts;
#elif CASE == 1
    p.reset(); // a status is dropped
#elif CASE == 2
    p.step(1); // a status with a count is dropped
#elif CASE == 3
    e.step({}, {}, SQS_FLOW_END); // the result of a coder is dropped
#elif CASE == 4
    p.stage_register(sqs::stage<float>("s", 1), input, [](const sqs::Call &) {}).status.ignore(); // a temporary is kept
#elif CASE == 5
    p.evaluate_begin(sqs::request(0), [](std::uint64_t, std::size_t, sqs::Bytes) {}).ignore(); // a temporary is kept
#elif CASE == 6
    p.stage_register(sqs::stage<float>("s", 1), input, counts).status.ignore(); // a state that bytes cannot copy
#elif CASE == 7
    sqs::Pipeline copy(p); // two owners
#elif CASE == 8
    p.stage_register(sqs::stage<bool>("s", 1), input, stage).status.ignore(); // no element type
#elif CASE == 9
    const std::uint64_t samples[4] = {};
    p.push(0, samples).status.ignore(); // no element type
#endif
    (void)stage, (void)sink, (void)input, (void)counts, (void)e, (void)p;
}
#endif
