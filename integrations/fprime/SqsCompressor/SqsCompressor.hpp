// ======================================================================
// \title  SqsCompressor.hpp
// \brief  Compresses chunks of data products with libsqrtspace
// ======================================================================

#ifndef SQS_SQSCOMPRESSOR_HPP
#define SQS_SQSCOMPRESSOR_HPP

#include "SqsCompressor/SqsCompressorCfg.hpp"
#include "SqsCompressor/SqsCompressorComponentAc.hpp"
#include "sqrtspace.hpp"

namespace Sqs {

class SqsCompressor : public SqsCompressorComponentBase {
    friend class SqsCompressorTester;

  public:
    explicit SqsCompressor(const char* const compName);
    ~SqsCompressor();

  private:
    Svc::CompressionAlgorithm compressChunk_handler(FwIndexType portNum,
                                                    Fw::Buffer& buffer,
                                                    FwSizeType min_compression,
                                                    FwSizeType write_offset) override;

    //! Sets the encoder up for one chunk from the parameters and the time
    bool setUp(const Fw::Time& start);

    //! Encodes the chunk into itself. Returns false, and leaves it as it is, where it does not become small enough
    bool encode(Fw::Buffer& buffer, FwSizeType min_compression, FwSizeType write_offset);

    //! Counts a chunk and sends telemetry
    void report(FwSizeType before, FwSizeType after, bool compressed, const Fw::Time& start);

    sqs::Area<COMPRESSOR_MEMORY> m_memory;
    sqs::Area<COMPRESSOR_MAX_CHUNK> m_stream;
    sqs::Encoder m_encoder;
    U32 m_compressed;
    U32 m_kept;
    U32 m_frames;
};

}  // namespace Sqs

#endif
