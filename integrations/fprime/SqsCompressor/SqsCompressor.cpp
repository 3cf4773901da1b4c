// ======================================================================
// \title  SqsCompressor.cpp
// \brief  Compresses chunks of data products with libsqrtspace
// ======================================================================

#include "SqsCompressor/SqsCompressor.hpp"

#include <cstring>

namespace Sqs {

SqsCompressor ::SqsCompressor(const char* const compName)
    : SqsCompressorComponentBase(compName), m_memory(), m_stream(), m_encoder(), m_compressed(0), m_kept(0), m_frames(0) {}

SqsCompressor ::~SqsCompressor() {}

Svc::CompressionAlgorithm SqsCompressor ::compressChunk_handler(FwIndexType portNum,
                                                                Fw::Buffer& buffer,
                                                                FwSizeType min_compression,
                                                                FwSizeType write_offset) {
    const Fw::Time start = this->getTime();
    const FwSizeType before = buffer.getSize();
    bool compressed = false;
    if (before > COMPRESSOR_MAX_CHUNK) {
        this->log_WARNING_LO_ChunkTooLarge(static_cast<U32>(before), COMPRESSOR_MAX_CHUNK);
    } else if (before > 0 && write_offset < min_compression && min_compression <= before) {
        compressed = this->setUp(start) && this->encode(buffer, min_compression, write_offset);
    }
    this->report(before, compressed ? buffer.getSize() - write_offset : before, compressed, start);
    return compressed ? Svc::CompressionAlgorithm::SQS_FRAMES : Svc::CompressionAlgorithm::UNCOMPRESSED;
}

bool SqsCompressor ::setUp(const Fw::Time& start) {
    Fw::ParamValid valid;
    sqs::EncodeOptions options;
    options.dtype = static_cast<std::uint32_t>(this->paramGet_SAMPLE_TYPE(valid).e);
    options.byte_order = static_cast<std::uint32_t>(this->paramGet_BYTE_ORDER(valid).e);
    options.channels = this->paramGet_CHANNELS(valid);
    options.effort = this->paramGet_EFFORT(valid);
    options.frame_bytes = COMPRESSOR_MAX_CHUNK;
    // Each chunk is a stream of its own. Their number is that of all chunks so far.
    options.identity = sqs::identity_of(this->paramGet_BOOT_COUNT(valid),
                                        static_cast<U64>(start.getSeconds()) << 32 | start.getUSeconds(),
                                        static_cast<U64>(this->m_compressed) + this->m_kept);
    const sqs::Status status = this->m_encoder.init(this->m_memory, options);
    if (!status.ok()) {
        this->log_WARNING_HI_OptionsRefused(status.code());
    }
    return status.ok();
}

bool SqsCompressor ::encode(Fw::Buffer& buffer, FwSizeType min_compression, FwSizeType write_offset) {
    const sqs::Span<U8> chunk(buffer.getData(), buffer.getSize());
    // The stream must fit this room as a whole. It is written beside the buffer, which so stays as it is when it does not.
    const sqs::WritableBytes room = sqs::WritableBytes(this->m_stream).part(0, min_compression - write_offset);
    sqs::Bytes left = sqs::bytes(chunk);
    sqs::Coded coded{};
    FwSizeType written = 0;
    // A step codes at most one frame: bounded by the bytes of the room.
    do {
        coded = this->m_encoder.step(left, room.part(written), SQS_FLOW_END);
        left = left.part(coded.consumed);
        written += coded.written;
    } while (coded.status.again() && written < room.size());
    if (coded.status.failed()) {
        this->log_WARNING_HI_EncoderFailed(coded.status.code());
    }
    if (!coded.status.end()) {
        return false;
    }
    sqs::CodecStats stats;
    if (this->m_encoder.stats(stats).ok()) {
        this->m_frames += static_cast<U32>(stats.frames);
    }
    (void)std::memcpy(buffer.getData() + write_offset, this->m_stream.data(), written);
    buffer.setSize(static_cast<U32>(write_offset + written));
    return true;
}

void SqsCompressor ::report(FwSizeType before, FwSizeType after, bool compressed, const Fw::Time& start) {
    const Fw::Time end = this->getTime();
    Fw::Time time;
    if (Fw::Time::compare(end, start) != Fw::Time::LT) {
        time = Fw::Time::sub(end, start);
    }
    this->m_compressed += compressed ? 1 : 0;
    this->m_kept += compressed ? 0 : 1;
    this->tlmWrite_Ratio(after > 0 ? static_cast<F32>(before) / static_cast<F32>(after) : 1.0f);
    this->tlmWrite_ChunksCompressed(this->m_compressed);
    this->tlmWrite_ChunksKept(this->m_kept);
    this->tlmWrite_Frames(this->m_frames);
    this->tlmWrite_Microseconds(time.getSeconds() * 1000000 + time.getUSeconds());
}

}  // namespace Sqs
