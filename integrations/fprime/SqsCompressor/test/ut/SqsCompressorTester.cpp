// ======================================================================
// \title  SqsCompressorTester.cpp
// \brief  Unit tests of SqsCompressor
// ======================================================================

#include "SqsCompressorTester.hpp"

#include <cstdlib>
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

// What the next calls of the library return; SQS_OK: their own status.
static sqs_status step_fails = SQS_OK;
static sqs_status stats_fail = SQS_OK;

extern "C" {
sqs_status __real_sqs_encoder_step(sqs_encoder*, const void*, size_t, size_t*, void*, size_t, size_t*, uint32_t);
sqs_status __real_sqs_encoder_stats(sqs_encoder*, sqs_codec_stats*);

sqs_status __wrap_sqs_encoder_step(sqs_encoder* e, const void* i, size_t n, size_t* c, void* o, size_t m, size_t* w, uint32_t f) {
    return step_fails != SQS_OK ? step_fails : __real_sqs_encoder_step(e, i, n, c, o, m, w, f);
}

sqs_status __wrap_sqs_encoder_stats(sqs_encoder* e, sqs_codec_stats* s) {
    return stats_fail != SQS_OK ? stats_fail : __real_sqs_encoder_stats(e, s);
}
}

namespace Sqs {

namespace {

// Big-endian samples of a slow ramp, as F Prime serializes them.
std::vector<U8> ramp(FwSizeType samples) {
    std::vector<U8> bytes;
    for (FwSizeType i = 0; i < samples; i++) {
        const I16 x = static_cast<I16>(i * 3 + i * i % 7);
        bytes.push_back(static_cast<U8>(static_cast<U16>(x) >> 8));
        bytes.push_back(static_cast<U8>(x));
    }
    return bytes;
}

std::vector<U8> noise(FwSizeType size) {
    std::vector<U8> bytes;
    U32 state = 1;
    for (FwSizeType i = 0; i < size; i++) {
        state = state * 1664525 + 1013904223;
        bytes.push_back(static_cast<U8>(state >> 24));
    }
    return bytes;
}

void dump(const std::string& file, const U8* data, FwSizeType size) {
    std::ofstream(file, std::ios::binary).write(reinterpret_cast<const char*>(data), static_cast<std::streamsize>(size));
}

}  // namespace

SqsCompressorTester ::SqsCompressorTester()
    : SqsCompressorGTestBase("SqsCompressorTester", MAX_HISTORY_SIZE), component("SqsCompressor") {
    this->initComponents();
    this->connectPorts();
    this->component.loadParameters();
}

SqsCompressorTester ::~SqsCompressorTester() {}

Svc::CompressionAlgorithm SqsCompressorTester ::compress(std::vector<U8>& chunk,
                                                         FwSizeType limit,
                                                         FwSizeType offset,
                                                         FwSizeType& size) {
    Fw::Buffer buffer(chunk.data(), static_cast<U32>(chunk.size()));
    const Svc::CompressionAlgorithm algorithm = this->invoke_to_compressChunk(0, buffer, limit, offset);
    EXPECT_EQ(buffer.getData(), chunk.data());
    size = buffer.getSize();
    return algorithm;
}

std::vector<U8> SqsCompressorTester ::decode(const U8* stream, FwSizeType size) {
    static sqs::Area<256 * 1024> memory;
    std::vector<U8> bytes(COMPRESSOR_MAX_CHUNK + 1);
    sqs::Decoder decoder;
    EXPECT_TRUE(decoder.init(memory, sqs::DecodeOptions()).ok());
    sqs::Bytes left = sqs::bytes(sqs::Span<const U8>(stream, size));
    FwSizeType written = 0;
    sqs::Coded coded{};
    do {
        coded = decoder.step(left, sqs::writable_bytes(bytes).part(written), SQS_FLOW_END);
        left = left.part(coded.consumed);
        written += coded.written;
    } while (coded.status.again());
    EXPECT_TRUE(coded.status.end()) << coded.status.text();
    bytes.resize(written);
    return bytes;
}

void SqsCompressorTester ::testCompresses() {
    for (FwSizeType samples : {16, 1000, 16384}) {
        std::vector<U8> chunk = ramp(samples);
        const std::vector<U8> original = chunk;
        FwSizeType size = 0;
        const Svc::CompressionAlgorithm algorithm = this->compress(chunk, chunk.size(), 0, size);
        if (algorithm == Svc::CompressionAlgorithm::UNCOMPRESSED) {
            // Only a chunk shorter than the frame's own header.
            ASSERT_EQ(samples, 16U);
            ASSERT_EQ(chunk, original);
            continue;
        }
        ASSERT_EQ(algorithm, Svc::CompressionAlgorithm::SQS_FRAMES);
        ASSERT_LT(size, original.size() / 2);
        ASSERT_EQ(this->decode(chunk.data(), size), original);
        // For the test of the ground side.
        if (const char* directory = std::getenv("SQS_DUMP")) {
            dump(std::string(directory) + "/chunk.raw", original.data(), original.size());
            dump(std::string(directory) + "/chunk.sqs", chunk.data(), size);
        }
    }
    ASSERT_EVENTS_SIZE(0);
}

void SqsCompressorTester ::testOffsetAndLimit() {
    const std::vector<U8> original = ramp(8000);
    std::vector<U8> chunk = original;
    FwSizeType size = 0;
    ASSERT_EQ(this->compress(chunk, chunk.size(), 0, size), Svc::CompressionAlgorithm::SQS_FRAMES);
    const FwSizeType exact = size;
    for (FwSizeType offset : {0, 1, 14, 100}) {
        // At the limit the chunk is compressed, one byte below it stays as it is.
        chunk = original;
        ASSERT_EQ(this->compress(chunk, exact + offset, offset, size), Svc::CompressionAlgorithm::SQS_FRAMES);
        ASSERT_EQ(size, exact + offset);
        ASSERT_TRUE(std::equal(original.begin(), original.begin() + static_cast<std::ptrdiff_t>(offset), chunk.begin()));
        ASSERT_EQ(this->decode(chunk.data() + offset, exact), original);
        ASSERT_TRUE(std::equal(original.begin() + static_cast<std::ptrdiff_t>(size), original.end(),
                               chunk.begin() + static_cast<std::ptrdiff_t>(size)));
        chunk = original;
        ASSERT_EQ(this->compress(chunk, exact + offset - 1, offset, size), Svc::CompressionAlgorithm::UNCOMPRESSED);
        ASSERT_EQ(size, original.size());
        ASSERT_EQ(chunk, original);
    }
}

void SqsCompressorTester ::testKeepsNoise() {
    const std::vector<U8> original = noise(COMPRESSOR_MAX_CHUNK);
    std::vector<U8> chunk = original;
    FwSizeType size = 0;
    ASSERT_EQ(this->compress(chunk, chunk.size(), 0, size), Svc::CompressionAlgorithm::UNCOMPRESSED);
    ASSERT_EQ(size, original.size());
    ASSERT_EQ(chunk, original);
    ASSERT_EVENTS_SIZE(0);
}

void SqsCompressorTester ::testParameters() {
    const std::vector<U8> original = ramp(8000);
    FwSizeType as_bytes = 0;
    FwSizeType as_samples = 0;
    FwSizeType wrong_order = 0;
    std::vector<U8> chunk = original;
    ASSERT_EQ(this->compress(chunk, chunk.size(), 0, as_bytes), Svc::CompressionAlgorithm::SQS_FRAMES);
    this->paramSet_SAMPLE_TYPE(SampleType::INT16, Fw::ParamValid::VALID);
    this->component.loadParameters();
    chunk = original;
    ASSERT_EQ(this->compress(chunk, chunk.size(), 0, as_samples), Svc::CompressionAlgorithm::SQS_FRAMES);
    ASSERT_EQ(this->decode(chunk.data(), as_samples), original);
    this->paramSet_BYTE_ORDER(ByteOrder::LITTLE, Fw::ParamValid::VALID);
    this->component.loadParameters();
    chunk = original;
    ASSERT_EQ(this->compress(chunk, chunk.size(), 0, wrong_order), Svc::CompressionAlgorithm::SQS_FRAMES);
    ASSERT_EQ(this->decode(chunk.data(), wrong_order), original);
    ASSERT_LT(as_samples, wrong_order);
    ASSERT_LE(as_samples, as_bytes);
}

void SqsCompressorTester ::testIdentities() {
    // The same chunk twice, then at another time, then at the first time after a start that the parameter counts.
    const std::vector<U8> original = ramp(1000);
    std::vector<std::vector<U8>> identities;
    for (U32 i = 0; i < 4; i++) {
        SqsCompressorTester after;
        SqsCompressorTester& tester = i < 2 ? *this : after;
        tester.setTestTime(Fw::Time(TB_NONE, 10, i == 2 ? 6 : 5));
        tester.paramSet_BOOT_COUNT(i == 3 ? 1 : 0, Fw::ParamValid::VALID);
        tester.component.loadParameters();
        std::vector<U8> chunk = original;
        FwSizeType size = 0;
        ASSERT_EQ(tester.compress(chunk, chunk.size(), 0, size), Svc::CompressionAlgorithm::SQS_FRAMES);
        ASSERT_EQ(tester.decode(chunk.data(), size), original);
        // Bytes 9 to 16 of a frame.
        const std::vector<U8> identity(chunk.begin() + 9, chunk.begin() + 17);
        for (const std::vector<U8>& other : identities) {
            ASSERT_NE(identity, other);
        }
        identities.push_back(identity);
    }
}

void SqsCompressorTester ::testRefusedParameters() {
    const std::vector<U8> original = ramp(1000);
    std::vector<U8> chunk = original;
    FwSizeType size = 0;
    this->paramSet_EFFORT(10, Fw::ParamValid::VALID);
    this->component.loadParameters();
    ASSERT_EQ(this->compress(chunk, chunk.size(), 0, size), Svc::CompressionAlgorithm::UNCOMPRESSED);
    ASSERT_EQ(chunk, original);
    ASSERT_EVENTS_OptionsRefused_SIZE(1);
    ASSERT_EVENTS_OptionsRefused(0, SQS_ERR_ARGUMENT);
}

void SqsCompressorTester ::testArguments() {
    std::vector<U8> chunk = ramp(1000);
    const std::vector<U8> original = chunk;
    FwSizeType size = 0;
    // No room, or more than the chunk.
    for (const auto& arguments : {std::pair<FwSizeType, FwSizeType>(100, 100), {100, 200}, {0, 0}, {2001, 0}}) {
        ASSERT_EQ(this->compress(chunk, arguments.first, arguments.second, size), Svc::CompressionAlgorithm::UNCOMPRESSED);
        ASSERT_EQ(chunk, original);
    }
    std::vector<U8> none;
    ASSERT_EQ(this->compress(none, 0, 0, size), Svc::CompressionAlgorithm::UNCOMPRESSED);
    ASSERT_EVENTS_SIZE(0);
    std::vector<U8> large = ramp(COMPRESSOR_MAX_CHUNK / 2 + 1);
    const std::vector<U8> same = large;
    ASSERT_EQ(this->compress(large, large.size(), 0, size), Svc::CompressionAlgorithm::UNCOMPRESSED);
    ASSERT_EQ(large, same);
    ASSERT_EVENTS_ChunkTooLarge_SIZE(1);
    ASSERT_EVENTS_ChunkTooLarge(0, COMPRESSOR_MAX_CHUNK + 2, COMPRESSOR_MAX_CHUNK);
}

void SqsCompressorTester ::testIncompleteRow() {
    this->paramSet_SAMPLE_TYPE(SampleType::INT16, Fw::ParamValid::VALID);
    this->paramSet_CHANNELS(3, Fw::ParamValid::VALID);
    this->component.loadParameters();
    // The last case is a chunk of the maximum size, which whole rows do not fill.
    for (FwSizeType extra = 0; extra <= 6; extra++) {
        std::vector<U8> chunk = ramp(extra < 6 ? 3000 : COMPRESSOR_MAX_CHUNK / 2);
        chunk.resize(chunk.size() - (extra < 6 ? extra : 0));
        const std::vector<U8> original = chunk;
        FwSizeType size = 0;
        ASSERT_EQ(this->compress(chunk, chunk.size(), 0, size), Svc::CompressionAlgorithm::SQS_FRAMES);
        ASSERT_EQ(this->decode(chunk.data(), size), original);
    }
}

void SqsCompressorTester ::testFaults() {
    const std::vector<U8> original = ramp(1000);
    std::vector<U8> chunk = original;
    FwSizeType size = 0;
    step_fails = SQS_ERR_INTERNAL;
    ASSERT_EQ(this->compress(chunk, chunk.size(), 0, size), Svc::CompressionAlgorithm::UNCOMPRESSED);
    step_fails = SQS_OK;
    ASSERT_EVENTS_EncoderFailed_SIZE(1);
    ASSERT_EVENTS_EncoderFailed(0, SQS_ERR_INTERNAL);
    ASSERT_EQ(chunk, original);
    // Without statistics the chunk is compressed, and its frames are not counted.
    stats_fail = SQS_ERR_INTERNAL;
    ASSERT_EQ(this->compress(chunk, chunk.size(), 0, size), Svc::CompressionAlgorithm::SQS_FRAMES);
    stats_fail = SQS_OK;
    ASSERT_TLM_Frames(1, 0);
}

void SqsCompressorTester ::testTelemetry() {
    this->setTestTime(Fw::Time(TB_NONE, 10, 5));
    std::vector<U8> chunk = ramp(8000);
    FwSizeType size = 0;
    ASSERT_EQ(this->compress(chunk, chunk.size(), 20, size), Svc::CompressionAlgorithm::SQS_FRAMES);
    ASSERT_TLM_Ratio(0, 16000.0f / static_cast<F32>(size - 20));
    ASSERT_TLM_ChunksCompressed(0, 1);
    ASSERT_TLM_ChunksKept(0, 0);
    ASSERT_TLM_Frames(0, 1);
    ASSERT_TLM_Microseconds(0, 0);
    std::vector<U8> kept = noise(1000);
    ASSERT_EQ(this->compress(kept, kept.size(), 0, size), Svc::CompressionAlgorithm::UNCOMPRESSED);
    ASSERT_TLM_Ratio(1, 1.0f);
    ASSERT_TLM_ChunksCompressed(0, 1);
    ASSERT_TLM_ChunksKept(1, 1);
}

void SqsCompressorTester ::testAllocations() {
    std::vector<U8> chunk = ramp(16384);
    std::vector<U8> kept = noise(1000);
    Fw::Buffer first(chunk.data(), static_cast<U32>(chunk.size()));
    Fw::Buffer second(kept.data(), static_cast<U32>(kept.size()));
    const unsigned long before = allocations;
    const Svc::CompressionAlgorithm compressed = this->invoke_to_compressChunk(0, first, chunk.size(), 0);
    const Svc::CompressionAlgorithm same = this->invoke_to_compressChunk(0, second, kept.size(), 0);
    const unsigned long after = allocations;
    ASSERT_EQ(after, before);
    ASSERT_GT(before, 0U);
    ASSERT_EQ(compressed, Svc::CompressionAlgorithm::SQS_FRAMES);
    ASSERT_EQ(same, Svc::CompressionAlgorithm::UNCOMPRESSED);
}

}  // namespace Sqs
