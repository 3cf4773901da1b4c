// ======================================================================
// \title  SqsPipelineTester.hpp
// \brief  Unit tests of SqsPipeline
// ======================================================================

#ifndef SQS_SQSPIPELINETESTER_HPP
#define SQS_SQSPIPELINETESTER_HPP

#include <map>
#include <vector>

#include "SqsPipeline/SqsPipeline.hpp"
#include "SqsPipeline/SqsPipelineGTestBase.hpp"

namespace Sqs {

class SqsPipelineTester : public SqsPipelineGTestBase {
  public:
    static const FwSizeType MAX_HISTORY_SIZE = 400;
    static const FwEnumStoreType TEST_INSTANCE_ID = 0;
    static const FwSizeType TEST_INSTANCE_QUEUE_DEPTH = 10;

    SqsPipelineTester();
    ~SqsPipelineTester();

    //! Rows of buffers of samples, as telemetry
    void testTelemetry();
    //! The same as data products
    void testProducts();
    //! A step computes no more windows than its bound
    void testBound();
    //! A full input keeps the buffer until there is room
    void testBackpressure();
    //! Another pipeline continues from a checkpoint
    void testSaveRestore();
    //! Files that cannot be written, read or restored
    void testFilesFail();
    //! A changed parameter creates the pipeline anew
    void testParameter();
    //! A graph that the library refuses
    void testRefused();
    //! Faults of the library
    void testFaults();
    //! Samples of every element type, and of channels
    void testTypes();
    //! Reset and scrub
    void testResetScrub();
    //! Nothing is allocated after configure()
    void testAllocations();

  private:
    void connectPorts();
    void initComponents();
    Fw::Success::T productGet_handler(FwDpIdType id, FwSizeType size, Fw::Buffer& buffer) override;
    void from_samplesReturn_handler(FwIndexType portNum, Fw::Buffer& fwBuffer) override;

    void open();
    //! Sends samples from `from` and dispatches the message
    void give(FwSizeType from, FwSizeType count);
    void runOnce();
    void dispatch();
    void command(const char* what, const std::string& file);
    //! Checks the rows of the data products: from a row to an end
    void checkProducts(U64 first, U64 end);

    SqsPipeline component;
    std::vector<I16> samples;
    std::vector<std::vector<U8>> products;
    bool noMemory;
};

}  // namespace Sqs

#endif
