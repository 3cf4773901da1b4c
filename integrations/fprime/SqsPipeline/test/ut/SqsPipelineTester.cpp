// ======================================================================
// \title  SqsPipelineTester.cpp
// \brief  Unit tests of SqsPipeline: rows are compared with plain loops over the samples
// ======================================================================

#include "SqsPipelineTester.hpp"

#include <Fw/Dp/DpContainer.hpp>
#include <cstdio>
#include <fstream>

// Allocations of the process, by whatever code.
static unsigned long allocations = 0;

extern "C" {
void* __libc_malloc(size_t);
void* __libc_calloc(size_t, size_t);
void* __libc_realloc(void*, size_t);

void* malloc(size_t size) {
    allocations++;
    return __libc_malloc(size);
}

void* calloc(size_t count, size_t size) {
    allocations++;
    return __libc_calloc(count, size);
}

void* realloc(void* memory, size_t size) {
    allocations++;
    return __libc_realloc(memory, size);
}
}

namespace Sqs {

namespace {

constexpr FwSizeType WINDOW = 32;
constexpr FwSizeType SAMPLES = 6400;
bool refuse = false;

sqs::Status build(sqs::Pipeline& pipeline, const Gains& gains, Outputs& outputs, U32& count) {
    const sqs::Edge input[] = {sqs::edge("input")};
    const sqs::Edge of_smooth[] = {sqs::edge("smooth")};
    const sqs::Param alpha[] = {sqs::param("alpha", refuse ? -1.0 : gains[0])};
    const auto smooth = pipeline.stage_register_kind(sqs_kind_ema(), "smooth", input, alpha);
    if (!smooth.status.ok()) {
        return smooth.status;
    }
    const auto highest = pipeline.stage_register_kind(sqs_kind_max(), "highest", of_smooth);
    if (!highest.status.ok()) {
        return highest.status;
    }
    outputs[0] = highest.count;
    outputs[1] = smooth.count;
    count = 2;
    const sqs::Status first = pipeline.output_open(highest.count, 64);
    return first.ok() ? pipeline.output_open(smooth.count, 64) : first;
}

Graph graph() {
    sqs::Config config = sqs::Config::of<I16>(WINDOW, WINDOW);
    config.input_capacity = 20 * WINDOW;
    return {config, build};
}

const Graph GRAPH = graph();

std::string temporary(const char* name) {
    return std::string("/tmp/sqs-pipeline-") + name;
}

}  // namespace

SqsPipelineTester ::SqsPipelineTester()
    : SqsPipelineGTestBase("SqsPipelineTester", MAX_HISTORY_SIZE), component("SqsPipeline"), noMemory(false) {
    refuse = false;
    this->initComponents();
    this->connectPorts();
    for (FwSizeType i = 0; i < SAMPLES; i++) {
        this->samples.push_back(static_cast<I16>((i * 977) % 2003) - 1000);
    }
}

SqsPipelineTester ::~SqsPipelineTester() {}

Fw::Success::T SqsPipelineTester ::productGet_handler(FwDpIdType id, FwSizeType size, Fw::Buffer& buffer) {
    this->pushProductGetEntry(id, size);
    if (this->noMemory) {
        return Fw::Success::FAILURE;
    }
    this->products.emplace_back(size);
    buffer.set(this->products.back().data(), static_cast<U32>(size));
    return Fw::Success::SUCCESS;
}

void SqsPipelineTester ::from_samplesReturn_handler(FwIndexType portNum, Fw::Buffer& fwBuffer) {
    this->pushFromPortEntry_samplesReturn(fwBuffer);
}

void SqsPipelineTester ::open() {
    this->component.loadParameters();
    this->component.configure(GRAPH);
    ASSERT_EVENTS_Opened_SIZE(1);
    this->clearHistory();
}

void SqsPipelineTester ::dispatch() {
    ASSERT_EQ(this->component.doDispatch(), Fw::QueuedComponentBase::MSG_DISPATCH_OK);
}

void SqsPipelineTester ::give(FwSizeType from, FwSizeType count) {
    Fw::Buffer buffer(reinterpret_cast<U8*>(this->samples.data() + from), static_cast<U32>(count * sizeof(I16)));
    this->invoke_to_samplesIn(0, buffer);
    this->dispatch();
}

void SqsPipelineTester ::runOnce() {
    this->invoke_to_run(0, 0);
    this->dispatch();
}

void SqsPipelineTester ::command(const char* what, const std::string& file) {
    const Fw::CmdStringArg name(file.c_str());
    if (std::string(what) == "SAVE") {
        this->sendCmd_SAVE(0, 7, name);
    } else {
        this->sendCmd_RESTORE(0, 7, name);
    }
    this->dispatch();
}

// The smoothed samples of all windows up to the end, by their definition.
static std::vector<F32> smoothed(const std::vector<I16>& samples, F64 alpha, FwSizeType end) {
    std::vector<F32> rows;
    F64 y = samples[0];
    for (FwSizeType i = 0; i < end * WINDOW; i++) {
        y += (samples[i] - y) * alpha;
        rows.push_back(static_cast<F32>(y));
    }
    return rows;
}

void SqsPipelineTester ::checkProducts(U64 first, U64 end) {
    const std::vector<F32> want = smoothed(this->samples, 0.125, end);
    U64 next[2] = {first, first};
    ASSERT_EQ(this->productSendHistory->size(), this->products.size());
    for (std::vector<U8>& product : this->products) {
        Fw::ExternalSerializeBuffer data(product.data() + Fw::DpContainer::DATA_OFFSET,
                                         product.size() - Fw::DpContainer::DATA_OFFSET);
        data.setBuffLen(product.size() - Fw::DpContainer::DATA_OFFSET);
        FwDpIdType id;
        RowPosition position;
        FwSizeStoreType count;
        ASSERT_EQ(data.deserialize(id), Fw::FW_SERIALIZE_OK);
        ASSERT_EQ(data.deserialize(position), Fw::FW_SERIALIZE_OK);
        ASSERT_EQ(data.deserialize(id), Fw::FW_SERIALIZE_OK);
        ASSERT_EQ(data.deserialize(count), Fw::FW_SERIALIZE_OK);
        const U32 output = position.getoutput();
        ASSERT_EQ(position.getrow(), next[output]);
        for (FwSizeStoreType i = 0; i < count; i++) {
            F32 value;
            ASSERT_EQ(data.deserialize(value), Fw::FW_SERIALIZE_OK);
            if (output == 1) {
                ASSERT_EQ(value, want[position.getrow() * WINDOW + i]);
            } else {
                const auto window = want.begin() + static_cast<std::ptrdiff_t>((position.getrow() + i) * WINDOW);
                ASSERT_EQ(value, *std::max_element(window, window + WINDOW));
            }
        }
        next[output] += count / position.getlength();
    }
    ASSERT_EQ(next[0], end);
    ASSERT_EQ(next[1], end);
}

void SqsPipelineTester ::testTelemetry() {
    this->open();
    const std::vector<F32> want = smoothed(this->samples, 0.125, 4);
    this->give(0, 4 * WINDOW);
    ASSERT_from_samplesReturn_SIZE(1);
    this->runOnce();
    LastRow last;
    last[0] = *std::max_element(want.begin() + 3 * WINDOW, want.end());
    ASSERT_TLM_Last(0, last);
    ASSERT_TLM_NextRow(0, 4);
    ASSERT_TLM_NextSample(0, 4 * WINDOW);
    ASSERT_TLM_RowsSent(0, 8);
    ASSERT_TLM_Overruns(0, 0);
    ASSERT_PRODUCT_SEND_SIZE(0);
    ASSERT_EVENTS_SIZE(0);
}

void SqsPipelineTester ::testProducts() {
    this->paramSet_PRODUCTS(Fw::Enabled::ENABLED, Fw::ParamValid::VALID);
    this->open();
    for (FwSizeType i = 0; i < 50; i++) {
        this->give(i * 4 * WINDOW, 4 * WINDOW);
        this->runOnce();
    }
    this->checkProducts(0, 200);
    // Without memory rows are lost, and reported.
    this->noMemory = true;
    this->give(0, WINDOW);
    this->runOnce();
    ASSERT_EVENTS_NoProductMemory_SIZE(2);
}

void SqsPipelineTester ::testBound() {
    this->paramSet_WINDOWS_PER_RUN(3, Fw::ParamValid::VALID);
    this->open();
    this->give(0, 10 * WINDOW);
    for (U64 row : {3, 6, 9, 10}) {
        this->clearTlm();
        this->runOnce();
        ASSERT_TLM_NextRow(0, row);
    }
    ASSERT_EQ(this->component.m_overruns, 3U);
}

void SqsPipelineTester ::testBackpressure() {
    this->open();
    this->give(0, 30 * WINDOW);
    ASSERT_from_samplesReturn_SIZE(0);
    // One buffer waits; the next one is refused.
    this->give(0, WINDOW);
    ASSERT_from_samplesReturn_SIZE(1);
    ASSERT_EVENTS_SamplesDropped_SIZE(1);
    this->runOnce();
    this->runOnce();
    ASSERT_from_samplesReturn_SIZE(2);
    ASSERT_from_samplesReturn(1, Fw::Buffer(reinterpret_cast<U8*>(this->samples.data()), 30 * WINDOW * sizeof(I16)));
    ASSERT_EQ(this->component.m_nextSample, 30 * WINDOW);
}

void SqsPipelineTester ::testSaveRestore() {
    const std::string file = temporary("checkpoint");
    this->paramSet_PRODUCTS(Fw::Enabled::ENABLED, Fw::ParamValid::VALID);
    this->open();
    this->give(0, 5 * WINDOW + 7);
    this->runOnce();
    this->checkProducts(0, 5);
    this->command("SAVE", file);
    ASSERT_CMD_RESPONSE(0, SqsPipelineComponentBase::OPCODE_SAVE, 7, Fw::CmdResponse::OK);
    ASSERT_EVENTS_Saved_SIZE(1);
    // What follows is lost with the reset of the processor.
    this->give(5 * WINDOW + 7, 100);
    this->runOnce();

    SqsPipelineTester after;
    after.paramSet_PRODUCTS(Fw::Enabled::ENABLED, Fw::ParamValid::VALID);
    after.open();
    after.command("RESTORE", file);
    ASSERT_EQ(after.cmdResponseHistory->at(0).response, Fw::CmdResponse::OK);
    ASSERT_EQ(after.component.m_nextSample, 5 * WINDOW + 7);
    after.give(5 * WINDOW + 7, 5 * WINDOW - 7);
    after.runOnce();
    after.checkProducts(5, 10);
    std::remove(file.c_str());
}

void SqsPipelineTester ::testFilesFail() {
    const std::string file = temporary("damaged");
    this->open();
    this->command("SAVE", "/none/none");
    this->command("RESTORE", "/none/none");
    ASSERT_EVENTS_FileFailed_SIZE(2);
    std::ofstream(file) << "no checkpoint";
    this->command("RESTORE", file);
    ASSERT_EVENTS_Failed_SIZE(1);
    this->command("SAVE", "/dev/full");
    ASSERT_EVENTS_Failed_SIZE(2);
    for (U32 i = 0; i < 4; i++) {
        ASSERT_CMD_RESPONSE(i, this->cmdResponseHistory->at(i).opCode, 7, Fw::CmdResponse::EXECUTION_ERROR);
    }
    std::remove(file.c_str());
}

void SqsPipelineTester ::testParameter() {
    this->open();
    this->give(0, 10 * WINDOW);
    this->runOnce();
    Gains gains;
    gains[0] = 0.5;
    this->paramSet_GAINS(gains, Fw::ParamValid::VALID);
    this->paramSend_GAINS(0, 1);
    this->clearHistory();
    this->runOnce();
    ASSERT_EVENTS_Opened_SIZE(1);
    this->give(0, 2 * WINDOW);
    this->clearTlm();
    this->runOnce();
    const std::vector<F32> want = smoothed(this->samples, 0.5, 2);
    LastRow last;
    last[0] = *std::max_element(want.begin() + WINDOW, want.end());
    ASSERT_TLM_Last(0, last);
    ASSERT_TLM_NextRow(0, 2);
    // Another parameter changes nothing.
    this->paramSet_WINDOWS_PER_RUN(2, Fw::ParamValid::VALID);
    this->paramSend_WINDOWS_PER_RUN(0, 2);
    this->clearTlm();
    this->runOnce();
    ASSERT_TLM_NextRow(0, 2);
}

void SqsPipelineTester ::testRefused() {
    // Before its graph is set, the component does nothing.
    this->runOnce();
    this->give(0, 10);
    ASSERT_EVENTS_SamplesDropped_SIZE(1);
    ASSERT_from_samplesReturn_SIZE(1);
    refuse = true;
    this->component.loadParameters();
    this->component.configure(GRAPH);
    ASSERT_EVENTS_Refused_SIZE(1);
    ASSERT_EQ(this->eventHistory_Refused->at(0).status, SQS_ERR_ARGUMENT);
    this->runOnce();
    this->sendCmd_RESET(0, 7);
    this->dispatch();
    ASSERT_CMD_RESPONSE(0, SqsPipelineComponentBase::OPCODE_RESET, 7, Fw::CmdResponse::EXECUTION_ERROR);
}

void SqsPipelineTester ::testFaults() {
    this->open();
    this->give(0, WINDOW);
    // Damage to the tables of the pipeline poisons it; the outputs fail, too.
    this->component.m_outputs[1] = 99;
    this->runOnce();
    ASSERT_EVENTS_Failed_SIZE(1);
    for (std::byte& byte : this->component.m_control.memory) {
        byte ^= std::byte(0x55);
    }
    this->runOnce();
    ASSERT_EVENTS_Failed_SIZE(2);
    this->give(0, WINDOW);
    ASSERT_EVENTS_Failed_SIZE(3);
    ASSERT_from_samplesReturn_SIZE(2);
    this->sendCmd_SCRUB(0, 7, 100);
    this->dispatch();
    ASSERT_CMD_RESPONSE(0, SqsPipelineComponentBase::OPCODE_SCRUB, 7, Fw::CmdResponse::EXECUTION_ERROR);
    for (std::byte& byte : this->component.m_control.memory) {
        byte ^= std::byte(0x55);
    }
}

// The samples as f32, whatever their type: only the count of samples matters.
static sqs::Status copy(sqs::Pipeline& pipeline, const Gains& gains, Outputs& outputs, U32& count) {
    const sqs::Edge input[] = {sqs::edge("input")};
    const auto copied = pipeline.stage_register_kind(sqs_kind_to_f32(), "copy", input);
    outputs[0] = copied.count;
    count = 1;
    return copied.status.ok() ? pipeline.output_open(copied.count, 64) : copied.status;
}

// Rows that are not f32.
static sqs::Status wide(sqs::Pipeline& pipeline, const Gains& gains, Outputs& outputs, U32& count) {
    const sqs::Edge input[] = {sqs::edge("input")};
    const auto band = pipeline.stage_register_kind(sqs_kind_band(), "band", input);
    outputs[0] = band.count;
    count = 1;
    return pipeline.output_open(band.count, 64);
}

void SqsPipelineTester ::testTypes() {
    const U32 types[][2] = {{SQS_I8, 1}, {SQS_U8, 1}, {SQS_I16, 2}, {SQS_U16, 2}, {SQS_I32, 4},
                            {SQS_U32, 4}, {SQS_F32, 4}, {SQS_I64, 8}, {SQS_F64, 8}, {0, 4}};
    this->paramSet_WINDOWS_PER_RUN(0, Fw::ParamValid::VALID); // as 1
    this->component.loadParameters();
    for (const auto& type : types) {
        for (U32 channels : {0U, 3U}) {
            sqs::Config config(8, 8);
            config.dtype = type[0];
            config.channels = channels;
            config.memory_budget_bytes = channels * 20000; // at most the work area; 0: the work area
            const Graph with = {config, copy};
            this->component.configure(with);
            ASSERT_EVENTS_Refused_SIZE(0);
            const U32 sample = type[1] * (channels > 0 ? channels : 1);
            Fw::Buffer buffer(reinterpret_cast<U8*>(this->samples.data()), 8 * sample + sample - 1);
            this->invoke_to_samplesIn(0, buffer);
            this->dispatch();
            ASSERT_EQ(this->component.m_nextSample, 8U) << "type " << type[0] << ", channels " << channels;
            this->runOnce();
        }
    }
    ASSERT_EVENTS_Refused_SIZE(0);
    ASSERT_EVENTS_Failed_SIZE(0);
    // A config that is refused, without a pipeline and its detail.
    sqs::Config none(0, 0);
    const Graph empty = {none, copy};
    this->component.configure(empty);
    ASSERT_EVENTS_Refused_SIZE(1);
    // Rows of another type, or too long.
    sqs::Config complex(8, 8);
    complex.dtype = SQS_C32;
    const Graph wrong = {complex, wide};
    this->component.configure(wrong);
    const Graph large = {sqs::Config(PIPELINE_PULL + 1, PIPELINE_PULL + 1), wide};
    this->component.configure(large);
    ASSERT_EVENTS_Refused_SIZE(3);
    ASSERT_EQ(this->eventHistory_Refused->at(1).status, SQS_ERR_GRAPH);
    ASSERT_EQ(this->eventHistory_Refused->at(2).status, SQS_ERR_GRAPH);
    // Outputs that the graph does not open: nothing to plan.
    const Graph closed = {sqs::Config(8, 8), [](sqs::Pipeline&, const Gains&, Outputs&, U32&) { return sqs::Status(); }};
    this->component.configure(closed);
    ASSERT_EVENTS_Refused_SIZE(4);
    ASSERT_EQ(this->eventHistory_Refused->at(3).status, SQS_ERR_STATE);
    // Without a graph a parameter changes nothing.
    SqsPipelineTester other;
    other.component.loadParameters();
    other.paramSet_GAINS(Gains(), Fw::ParamValid::VALID);
    other.paramSend_GAINS(0, 1);
    other.runOnce();
    ASSERT_EQ(other.eventHistory_Refused->size(), 0U);
}

void SqsPipelineTester ::testResetScrub() {
    this->open();
    this->give(0, 10 * WINDOW);
    this->runOnce();
    this->runOnce();
    this->sendCmd_SCRUB(0, 7, 0);
    this->dispatch();
    ASSERT_EVENTS_Scrubbed_SIZE(1);
    ASSERT_GT(this->eventHistory_Scrubbed->at(0).bytes, 0U);
    this->clearTlm();
    this->sendCmd_RESET(0, 8);
    this->dispatch();
    ASSERT_CMD_RESPONSE(1, SqsPipelineComponentBase::OPCODE_RESET, 8, Fw::CmdResponse::OK);
    ASSERT_TLM_NextSample(0, 0);
    ASSERT_TLM_NextRow(0, 0);
}

void SqsPipelineTester ::testAllocations() {
    this->open();
    Fw::Buffer buffer(reinterpret_cast<U8*>(this->samples.data()), 10 * WINDOW * sizeof(I16));
    // The handlers, without the messages that lead to them.
    const unsigned long before = allocations;
    this->component.samplesIn_handler(0, buffer);
    this->component.run_handler(0, 0);
    this->component.run_handler(0, 0);
    this->component.SCRUB_cmdHandler(0, 0, 0);
    this->component.RESET_cmdHandler(0, 0);
    const unsigned long after = allocations;
    ASSERT_EQ(after, before);
    ASSERT_GT(before, 0U);
    ASSERT_EQ(this->component.m_rowsSent, 20U);
}

}  // namespace Sqs
