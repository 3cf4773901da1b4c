// ======================================================================
// \title  SqsPipeline.cpp
// \brief  Runs a pipeline of libsqrtspace on buffers of samples
// ======================================================================

#include "SqsPipeline/SqsPipeline.hpp"

namespace Sqs {

SqsPipeline ::SqsPipeline(const char* const compName)
    : SqsPipelineComponentBase(compName),
      m_graph(nullptr),
      m_control(),
      m_work(),
      m_file(),
      m_pipeline(),
      m_outputs(),
      m_lengths(),
      m_outputCount(0),
      m_sampleBytes(1),
      m_waiting(),
      m_taken(0),
      m_last(),
      m_nextSample(0),
      m_rowsSent(0),
      m_overruns(0),
      m_rebuild(false) {}

SqsPipeline ::~SqsPipeline() {}

void SqsPipeline ::configure(const Graph& graph) {
    this->m_graph = &graph;
    this->open();
}

void SqsPipeline ::parameterUpdated(FwPrmIdType id) {
    if (id == PARAMID_GAINS && this->m_graph != nullptr) {
        this->m_rebuild = true;
    }
}

void SqsPipeline ::dpRecv_RowsContainer_handler(DpContainer& container, Fw::Success::T status) {
    FW_ASSERT(false);
}

sqs::Status SqsPipeline ::build() {
    Fw::ParamValid valid;
    sqs::Config config(this->m_graph->config.window, this->m_graph->config.hop);
    static_cast<sqs_config&>(config) = this->m_graph->config;
    config.flags |= SQS_STREAM_ONLY;
    config.max_stages = PIPELINE_STAGES;
    config.max_edges = PIPELINE_EDGES;
    // The planner makes blocks that fit the work area.
    if (config.memory_budget_bytes == 0 || config.memory_budget_bytes > PIPELINE_WORK) {
        config.memory_budget_bytes = PIPELINE_WORK;
    }
    this->m_pipeline.close();
    sqs::Status status = this->m_pipeline.create(config, this->m_control);
    if (status.ok()) {
        status = this->m_graph->build(this->m_pipeline, this->paramGet_GAINS(valid), this->m_outputs, this->m_outputCount);
    }
    FW_ASSERT(this->m_outputCount <= PIPELINE_OUTPUTS, this->m_outputCount);
    sqs::RowInfo info;
    if (status.ok()) {
        status = this->m_pipeline.input_info(0, info);
        this->m_sampleBytes = static_cast<U32>(info.row_bytes / config.window);
    }
    for (U32 i = 0; i < this->m_outputCount && status.ok(); i++) {
        status = this->m_pipeline.stage_info(this->m_outputs[i], info);
        this->m_lengths[i] = static_cast<U32>(info.len);
        if (status.ok() && (info.dtype != SQS_F32 || info.len > PIPELINE_PULL)) {
            status = SQS_ERR_GRAPH;
        }
    }
    sqs::PlanInfo plan;
    if (status.ok()) {
        status = this->m_pipeline.plan({}, plan);
    }
    if (status.ok()) {
        status = this->m_pipeline.seal({}, this->m_work);
    }
    if (status.ok()) {
        this->log_ACTIVITY_HI_Opened(plan.work_bytes);
    }
    return status;
}

void SqsPipeline ::open() {
    this->m_rebuild = false;
    this->m_nextSample = 0;
    const sqs::Status status = this->build();
    if (!status.ok()) {
        char detail[120] = "";
        this->m_pipeline.error_detail(detail).status.ignore();
        this->log_WARNING_HI_Refused(status.code(), Fw::LogStringArg(detail[0] != '\0' ? detail : status.text()));
        this->m_pipeline.close();
        this->m_outputCount = 0;
    }
}

void SqsPipeline ::samplesIn_handler(FwIndexType portNum, Fw::Buffer& buffer) {
    if (!this->m_pipeline || this->m_waiting.getData() != nullptr) {
        this->log_WARNING_LO_SamplesDropped(buffer.getSize());
        this->samplesReturn_out(0, buffer);
        return;
    }
    this->m_waiting = buffer;
    this->m_taken = 0;
    this->feed();
}

void SqsPipeline ::feed() {
    if (this->m_waiting.getData() == nullptr) {
        return;
    }
    std::size_t accepted = 0;
    const std::size_t count = (this->m_waiting.getSize() - this->m_taken) / this->m_sampleBytes;
    // The bytes of a buffer have no type, so that the C function is called.
    const sqs::Status status =
        sqs_push(this->m_pipeline.get(), 0, this->m_waiting.getData() + this->m_taken, count, &accepted);
    this->m_taken += accepted * this->m_sampleBytes;
    this->m_nextSample += accepted;
    if (status.failed()) {
        this->fail(status);
    }
    if (!status.again()) {
        this->returnBuffer();
    }
}

void SqsPipeline ::returnBuffer() {
    Fw::Buffer buffer = this->m_waiting;
    this->m_waiting = Fw::Buffer();
    if (buffer.getData() != nullptr) {
        this->samplesReturn_out(0, buffer);
    }
}

void SqsPipeline ::run_handler(FwIndexType portNum, U32 context) {
    if (this->m_rebuild) {
        this->returnBuffer();
        this->open();
    }
    if (!this->m_pipeline) {
        return;
    }
    Fw::ParamValid valid;
    const U32 windows = this->paramGet_WINDOWS_PER_RUN(valid);
    this->feed();
    const auto step = this->m_pipeline.step(windows > 0 ? windows : 1);
    if (step.status.failed()) {
        this->fail(step.status);
        return;
    }
    // As many windows as allowed: more may wait.
    this->m_overruns += step.count >= windows ? 1 : 0;
    for (U32 i = 0; i < this->m_outputCount; i++) {
        const sqs::Status status = this->send(i);
        if (status.failed()) {
            this->fail(status);
            return;
        }
    }
    this->feed();
    this->report();
}

sqs::Status SqsPipeline ::send(U32 output) {
    F32 rows[PIPELINE_PULL];
    const U32 from = this->m_outputs[output];
    const U32 length = this->m_lengths[output];
    U64 row = 0;
    U64 end = 0;
    sqs::Counted<std::size_t> pulled{SQS_OK, 0};
    // The queue of the output ends the loop.
    while (pulled.status.ok()) {
        const sqs::Status position = this->m_pipeline.output_position(from, row, end);
        if (position.failed()) {
            return position;
        }
        pulled = this->m_pipeline.pull(from, rows);
        if (pulled.status.ok()) {
            this->m_rowsSent += pulled.count;
            if (length == 1) {
                this->m_last[output] = rows[pulled.count - 1];
            }
            this->sendProduct(output, row, rows, pulled.count * length);
        }
    }
    return pulled.status;
}

void SqsPipeline ::sendProduct(U32 output, U64 row, const F32* rows, FwSizeType count) {
    Fw::ParamValid valid;
    if (this->paramGet_PRODUCTS(valid) != Fw::Enabled::ENABLED) {
        return;
    }
    // Two records: each has its ID, the array its length as well.
    const FwSizeType size =
        2 * sizeof(FwDpIdType) + RowPosition::SERIALIZED_SIZE + sizeof(FwSizeStoreType) + count * sizeof(F32);
    DpContainer container;
    if (this->dpGet_RowsContainer(size, container) != Fw::Success::SUCCESS) {
        this->log_WARNING_LO_NoProductMemory();
        return;
    }
    container.setProcTypes(this->paramGet_PROC_TYPES(valid));
    const Fw::SerializeStatus first =
        container.serializeRecord_First(RowPosition(output, row, this->m_lengths[output]));
    const Fw::SerializeStatus second = container.serializeRecord_Rows(rows, count);
    FW_ASSERT(first == Fw::FW_SERIALIZE_OK && second == Fw::FW_SERIALIZE_OK, first, second);
    this->dpSend(container);
}

void SqsPipeline ::report() {
    sqs::Stats stats;
    U64 row = 0;
    U64 end = 0;
    this->m_pipeline.stats(stats).ignore();
    // Without outputs a pipeline cannot be sealed: a first one exists.
    this->m_pipeline.output_position(this->m_outputs[0], row, end).ignore();
    this->tlmWrite_Last(this->m_last);
    this->tlmWrite_NextRow(row);
    this->tlmWrite_NextSample(this->m_nextSample);
    this->tlmWrite_RowsSent(this->m_rowsSent);
    this->tlmWrite_Overruns(this->m_overruns);
    this->tlmWrite_CrcFailures(stats.crc_failures);
}

void SqsPipeline ::fail(sqs::Status status) {
    char detail[120] = "";
    this->m_pipeline.error_detail(detail).status.ignore();
    this->log_WARNING_HI_Failed(status.code(), Fw::LogStringArg(detail[0] != '\0' ? detail : status.text()));
}

Fw::CmdResponse SqsPipeline ::respond(sqs::Status status) {
    if (status.ok()) {
        return Fw::CmdResponse::OK;
    }
    this->fail(status);
    return Fw::CmdResponse::EXECUTION_ERROR;
}

void SqsPipeline ::SAVE_cmdHandler(FwOpcodeType opCode, U32 cmdSeq, const Fw::CmdStringArg& name) {
    Os::File file;
    Os::File::Status opened = file.open(name.toChar(), Os::File::OPEN_CREATE, Os::File::OVERWRITE);
    if (opened != Os::File::OP_OK) {
        this->log_WARNING_HI_FileFailed(Fw::LogStringArg(name.toChar()), static_cast<I32>(opened));
        this->cmdResponse_out(opCode, cmdSeq, Fw::CmdResponse::EXECUTION_ERROR);
        return;
    }
    auto write = [&file](sqs::Bytes piece) {
        FwSignedSizeType size = static_cast<FwSignedSizeType>(piece.size());
        const Os::File::Status status = file.write(reinterpret_cast<const U8*>(piece.data()), size);
        return static_cast<std::int32_t>(status == Os::File::OP_OK && size == static_cast<FwSignedSizeType>(piece.size()) ? 0 : 1);
    };
    const auto saved = this->m_pipeline.checkpoint_save(write);
    file.close();
    if (saved.status.ok()) {
        this->log_ACTIVITY_HI_Saved(Fw::LogStringArg(name.toChar()), saved.count);
    }
    this->cmdResponse_out(opCode, cmdSeq, this->respond(saved.status));
}

void SqsPipeline ::RESTORE_cmdHandler(FwOpcodeType opCode, U32 cmdSeq, const Fw::CmdStringArg& name) {
    Os::File file;
    FwSignedSizeType size = static_cast<FwSignedSizeType>(sizeof(this->m_file));
    Os::File::Status status = file.open(name.toChar(), Os::File::OPEN_READ);
    if (status == Os::File::OP_OK) {
        status = file.read(this->m_file, size);
        file.close();
    }
    if (status != Os::File::OP_OK) {
        this->log_WARNING_HI_FileFailed(Fw::LogStringArg(name.toChar()), static_cast<I32>(status));
        this->cmdResponse_out(opCode, cmdSeq, Fw::CmdResponse::EXECUTION_ERROR);
        return;
    }
    sqs::Resume resume;
    const sqs::Bytes whole = sqs::bytes(sqs::Span<const U8>(this->m_file, static_cast<std::size_t>(size)));
    const sqs::Status restored = this->m_pipeline.checkpoint_restore(whole, &resume);
    if (restored.ok()) {
        this->returnBuffer();
        this->m_nextSample = resume.next_sample[0];
        this->log_ACTIVITY_HI_Restored(Fw::LogStringArg(name.toChar()), this->m_nextSample);
        this->report();
    }
    this->cmdResponse_out(opCode, cmdSeq, this->respond(restored));
}

void SqsPipeline ::RESET_cmdHandler(FwOpcodeType opCode, U32 cmdSeq) {
    const sqs::Status status = this->m_pipeline.reset();
    if (status.ok()) {
        this->returnBuffer();
        this->m_nextSample = 0;
        this->report();
    }
    this->cmdResponse_out(opCode, cmdSeq, this->respond(status));
}

void SqsPipeline ::SCRUB_cmdHandler(FwOpcodeType opCode, U32 cmdSeq, U32 bytes) {
    const auto checked = this->m_pipeline.scrub(bytes > 0 ? bytes : SIZE_MAX);
    if (checked.status.ok()) {
        this->log_ACTIVITY_HI_Scrubbed(checked.count);
    }
    this->cmdResponse_out(opCode, cmdSeq, this->respond(checked.status));
}

}  // namespace Sqs
