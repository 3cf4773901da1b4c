// Sizes of SqsCompressor: all of its memory is static.
#ifndef SQS_SQSCOMPRESSORCFG_HPP
#define SQS_SQSCOMPRESSORCFG_HPP

namespace Sqs {

// Maximum bytes of a chunk: the default of CHUNK_SIZE of Svc::DpCompressProc. A chunk is one frame.
static constexpr unsigned int COMPRESSOR_MAX_CHUNK = 32 * 1024;

// Bytes of the encoder with frames of that size, whatever the parameters.
static constexpr unsigned int COMPRESSOR_MEMORY = 256 * 1024;

}  // namespace Sqs

#endif
