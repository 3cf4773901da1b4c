// ======================================================================
// \title  SqsCompressorTester.hpp
// \brief  Unit tests of SqsCompressor
// ======================================================================

#ifndef SQS_SQSCOMPRESSORTESTER_HPP
#define SQS_SQSCOMPRESSORTESTER_HPP

#include <vector>

#include "SqsCompressor/SqsCompressor.hpp"
#include "SqsCompressor/SqsCompressorGTestBase.hpp"

namespace Sqs {

class SqsCompressorTester : public SqsCompressorGTestBase {
  public:
    static const FwSizeType MAX_HISTORY_SIZE = 50;
    static const FwEnumStoreType TEST_INSTANCE_ID = 0;

    SqsCompressorTester();
    ~SqsCompressorTester();

    //! Compresses a chunk of samples and decodes it
    void testCompresses();
    //! Writes at the offset, and never more than the limit
    void testOffsetAndLimit();
    //! Leaves chunks that do not shrink as they are
    void testKeepsNoise();
    //! Uses its parameters
    void testParameters();
    //! Chunks that are alike are streams of their own
    void testIdentities();
    //! Reports parameters that the library refuses
    void testRefusedParameters();
    //! Refuses arguments that leave no room, and chunks that are too large
    void testArguments();
    //! Rows that end in the middle
    void testIncompleteRow();
    //! Faults of the library leave the chunk as it is
    void testFaults();
    //! Telemetry counts chunks and frames
    void testTelemetry();
    //! Nothing is allocated
    void testAllocations();

  private:
    void connectPorts();
    void initComponents();

    Svc::CompressionAlgorithm compress(std::vector<U8>& chunk, FwSizeType limit, FwSizeType offset, FwSizeType& size);
    std::vector<U8> decode(const U8* stream, FwSizeType size);

    SqsCompressor component;
};

}  // namespace Sqs

#endif
