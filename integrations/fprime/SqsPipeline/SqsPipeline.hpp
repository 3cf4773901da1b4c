// ======================================================================
// \title  SqsPipeline.hpp
// \brief  Runs a pipeline of libsqrtspace on buffers of samples
// ======================================================================

#ifndef SQS_SQSPIPELINE_HPP
#define SQS_SQSPIPELINE_HPP

#include <Os/File.hpp>
#include <atomic>

#include "SqsPipeline/SqsPipelineCfg.hpp"
#include "SqsPipeline/SqsPipelineComponentAc.hpp"
#include "sqrtspace.hpp"

namespace Sqs {

//! Numbers of the stages whose rows are sent. Rows are f32, of at most PIPELINE_PULL elements
using Outputs = U32[PIPELINE_OUTPUTS];

//! A graph of a deployment: registers stages, fills in outputs, and returns the first status that is not SQS_OK
struct Graph {
    sqs_config config;
    sqs::Status (*build)(sqs::Pipeline& pipeline, const Gains& gains, Outputs& outputs, U32& count);
};

class SqsPipeline : public SqsPipelineComponentBase {
    friend class SqsPipelineTester;

  public:
    explicit SqsPipeline(const char* const compName);
    ~SqsPipeline();

    //! Sets the graph, which must outlive the component. Call it after loadParameters(), before tasks start
    void configure(const Graph& graph);

  private:
    void samplesIn_handler(FwIndexType portNum, Fw::Buffer& buffer) override;
    void run_handler(FwIndexType portNum, U32 context) override;
    void SAVE_cmdHandler(FwOpcodeType opCode, U32 cmdSeq, const Fw::CmdStringArg& file) override;
    void RESTORE_cmdHandler(FwOpcodeType opCode, U32 cmdSeq, const Fw::CmdStringArg& file) override;
    void RESET_cmdHandler(FwOpcodeType opCode, U32 cmdSeq) override;
    void SCRUB_cmdHandler(FwOpcodeType opCode, U32 cmdSeq, U32 bytes) override;
    void parameterUpdated(FwPrmIdType id) override;
    //! Containers are never requested asynchronously
    void dpRecv_RowsContainer_handler(DpContainer& container, Fw::Success::T status) override;

    //! Creates the pipeline from the graph and the parameters
    void open();
    sqs::Status build();

    //! Pushes what waits, and returns the buffer when it is empty
    void feed();
    void returnBuffer();

    //! Sends the rows of one output that are finished
    sqs::Status send(U32 output);
    void sendProduct(U32 output, U64 row, const F32* rows, FwSizeType count);

    void fail(sqs::Status status);
    Fw::CmdResponse respond(sqs::Status status);
    void report();

    const Graph* m_graph;
    sqs::Area<sqs::control_bytes(PIPELINE_STAGES, PIPELINE_EDGES)> m_control;
    sqs::Area<PIPELINE_WORK> m_work;
    U8 m_file[PIPELINE_CHECKPOINT];
    sqs::Pipeline m_pipeline;  // after its memory
    Outputs m_outputs;
    U32 m_lengths[PIPELINE_OUTPUTS];  //!< Elements of a row of each output
    U32 m_outputCount;
    U32 m_sampleBytes;
    Fw::Buffer m_waiting;     //!< Samples that were not pushed yet
    FwSizeType m_taken;       //!< Bytes of m_waiting that were pushed
    LastRow m_last;
    U64 m_nextSample;
    U64 m_rowsSent;
    U32 m_overruns;
    std::atomic<bool> m_rebuild;  //!< A parameter changed, on the thread of its command: the next step creates the pipeline
};

}  // namespace Sqs

#endif
