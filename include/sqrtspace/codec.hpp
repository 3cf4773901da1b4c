/**
 * @file codec.hpp
 * The codec: chapters 12 to 15 of sqrtspace.h. Include sqrtspace.hpp.
 */

#ifndef SQRTSPACE_CODEC_HPP
#define SQRTSPACE_CODEC_HPP

#include "basics.hpp"

#include <initializer_list>

namespace sqs {

/** Size of the memory of a coder, and its alignment, in bytes. */
struct [[nodiscard]] MemorySize {
    Status status;
    std::size_t bytes;
    std::size_t align;
};

/** Result of a step of a coder, in bytes. */
struct [[nodiscard]] Coded {
    Status status;
    std::size_t consumed;
    std::size_t written;
    /** Decoders: position in the original of the first byte written. */
    std::uint64_t offset;
};

namespace detail {
/** A callable for progress as an sqs_progress_fn. */
template <class F> sqs_progress_fn progress_of() noexcept
{
    return [](void *ctx, const sqs_progress *progress) noexcept { return call(callable<F>(ctx), *progress); };
}

/** `int32_t read(WritableBytes, size_t &)` and, where they exist, `write(uint64_t offset, Bytes)` and `seek(uint64_t)` of an object. */
template <class S> Sized<sqs_stream> stream_of(S &io, std::uint64_t total_bytes) noexcept
{
    Sized<sqs_stream> stream;
    stream.ctx = context(io);
    stream.total_bytes = total_bytes;
    stream.read = [](void *ctx, void *data, std::size_t capacity, std::size_t *done) noexcept {
        return callable<S>(ctx).read(WritableBytes(static_cast<std::byte *>(data), capacity), *done);
    };
    if constexpr (HasWrite<S>::value) {
        stream.write = [](void *ctx, std::uint64_t offset, const void *data, std::size_t size) noexcept {
            S &at = callable<S>(ctx);
            auto write = [&at, offset](Bytes piece) noexcept { return at.write(offset, piece); };
            return call(write, Bytes(static_cast<const std::byte *>(data), size));
        };
    }
    if constexpr (HasSeek<S>::value) {
        stream.seek = [](void *ctx, std::uint64_t position) noexcept {
            S &at = callable<S>(ctx);
            auto seek = [&at](std::uint64_t to) noexcept { return at.seek(to); };
            return call(seek, position);
        };
    }
    return stream;
}
} // namespace detail

/**
 * An identity of a stream, not 0: a hash of numbers that no other recording has together, such as boot count, time, and the
 * number of the recording. Put it into EncodeOptions::identity.
 */
constexpr std::uint64_t identity_of(std::uint64_t boot, std::uint64_t time, std::uint64_t recording = 0) noexcept
{
    std::uint64_t hash = 0;
    for (const std::uint64_t part : {boot, time, recording}) { // steps of splitmix64
        hash = (hash ^ part) + 0x9E3779B97F4A7C15u;
        hash = (hash ^ (hash >> 30)) * 0xBF58476D1CE4E5B9u;
        hash = (hash ^ (hash >> 27)) * 0x94D049BB133111EBu;
        hash ^= hash >> 31;
    }
    return hash != 0 ? hash : 1;
}

/** Options of an encoder, all defaults. On systems without randomness set the identity: see identity_of(). */
struct EncodeOptions : sqs_encode_options {
    EncodeOptions() noexcept : sqs_encode_options{}
    {
        Status(sqs_encode_options_init(this, sizeof(sqs_encode_options))).ignore();
    }
    /** For samples of T in the byte order of this machine. */
    template <class T> static EncodeOptions of(std::uint32_t channels = 1) noexcept
    {
        EncodeOptions options;
        options.dtype = dtype_of<T>();
        options.channels = channels;
        const std::uint16_t one = 1;
        options.byte_order = bytes(Span<const std::uint16_t>(&one, 1))[0] == std::byte(1) ? SQS_LITTLE_ENDIAN : SQS_BIG_ENDIAN;
        return options;
    }
    /** Calls `operator()(const sqs_progress &)` after every frame; it must outlive the options. */
    template <class F> void on_progress(F &function) noexcept
    {
        progress = detail::progress_of<F>();
        ctx = detail::context(function);
    }
    /** Memory of files and streams. */
    Counted<std::size_t> work_bytes() const noexcept
    {
        std::size_t size = 0;
        const Status status = sqs_encode_work_bytes(this, &size);
        return {status, size};
    }
    /** Memory of an Encoder. */
    MemorySize encoder_bytes() const noexcept
    {
        std::size_t size = 0, align = 0;
        const Status status = sqs_encoder_bytes(this, &size, &align);
        return {status, size, align};
    }
    /** The frame size to use within a limit of memory. */
    Counted<std::uint32_t> optimal_frame_bytes(std::size_t limit_bytes) const noexcept
    {
        std::uint32_t frame = 0;
        const Status status = sqs_optimal_frame_bytes(this, limit_bytes, &frame);
        return {status, frame};
    }
};

/** Options of a decoder, all defaults. */
struct DecodeOptions : sqs_decode_options {
    DecodeOptions() noexcept : sqs_decode_options{}
    {
        Status(sqs_decode_options_init(this, sizeof(sqs_decode_options))).ignore();
    }
    template <class F> void on_progress(F &function) noexcept
    {
        progress = detail::progress_of<F>();
        ctx = detail::context(function);
    }
    /** Memory of files and streams. */
    Counted<std::size_t> work_bytes() const noexcept
    {
        std::size_t size = 0;
        const Status status = sqs_decode_work_bytes(this, &size);
        return {status, size};
    }
    /** Memory of a Decoder. */
    MemorySize decoder_bytes() const noexcept
    {
        std::size_t size = 0, align = 0;
        const Status status = sqs_decoder_bytes(this, &size, &align);
        return {status, size, align};
    }
};

inline Status encode_file(const char *in_path, const char *out_path, const sqs_encode_options &options,
                          CodecStats *stats = nullptr, Error *error = nullptr) noexcept
{
    return sqs_encode_file(in_path, out_path, &options, stats, error);
}

inline Status decode_file(const char *in_path, const char *out_path, const sqs_decode_options &options,
                          CodecStats *stats = nullptr, Error *error = nullptr) noexcept
{
    return sqs_decode_file(in_path, out_path, &options, stats, error);
}

/** Encodes what `io.read(WritableBytes, size_t &)` reads into `io.write(uint64_t offset, Bytes)`. */
template <class S>
Status encode_stream(S &io, const sqs_encode_options &options, CodecStats *stats = nullptr, Error *error = nullptr,
                     std::uint64_t total_bytes = 0) noexcept
{
    static_assert(detail::HasWrite<S>::value, "encoding needs write()");
    const Sized<sqs_stream> stream = detail::stream_of(io, total_bytes);
    return sqs_encode_stream(&stream, &options, stats, error);
}

/**
 * The reverse of encode_stream(); without io.write() the stream is only checked. With `io.seek(uint64_t position)` and
 * total_bytes a range costs what it costs from a file. The count is the length in bytes.
 */
template <class S>
Counted<std::uint64_t> decode_stream(S &io, const sqs_decode_options &options, CodecStats *stats = nullptr,
                                     Error *error = nullptr, std::uint64_t total_bytes = 0) noexcept
{
    const Sized<sqs_stream> stream = detail::stream_of(io, total_bytes);
    std::uint64_t length = 0;
    const Status status = sqs_decode_stream(&stream, &options, &length, stats, error);
    return {status, length};
}

/** An encoder in memory of the caller, which must outlive it. */
class Encoder : public detail::Handle<sqs_encoder> {
public:
    /** Sets up the encoder, also again for the next stream. */
    Status init(WritableBytes memory, const sqs_encode_options &options, Error *error = nullptr) noexcept
    {
        handle_ = nullptr;
        return sqs_encoder_init(memory.data(), memory.size(), &options, &handle_, error);
    }
    Coded step(Bytes in, WritableBytes out, std::uint32_t flow) noexcept
    {
        Coded coded{{}, 0, 0, 0};
        coded.status = sqs_encoder_step(handle_, in.data(), in.size(), &coded.consumed, out.data(), out.size(),
                                        &coded.written, flow);
        return coded;
    }
    Status stats(CodecStats &stats) noexcept { return sqs_encoder_stats(handle_, &stats); }
    Counted<std::size_t> error_detail(Span<char> text) const noexcept
    {
        std::size_t needed = 0;
        const Status status = sqs_encoder_error_detail(handle_, text.data(), text.size(), &needed);
        return {status, needed};
    }
};

/** A decoder in memory of the caller, which must outlive it. */
class Decoder : public detail::Handle<sqs_decoder> {
public:
    Status init(WritableBytes memory, const sqs_decode_options &options, Error *error = nullptr) noexcept
    {
        handle_ = nullptr;
        return sqs_decoder_init(memory.data(), memory.size(), &options, &handle_, error);
    }
    Coded step(Bytes in, WritableBytes out, std::uint32_t flow) noexcept
    {
        Coded coded{{}, 0, 0, 0};
        coded.status = sqs_decoder_step(handle_, in.data(), in.size(), &coded.consumed, out.data(), out.size(),
                                        &coded.written, &coded.offset, flow);
        return coded;
    }
    Status stats(CodecStats &stats) noexcept { return sqs_decoder_stats(handle_, &stats); }
    /** The missing ranges so far. The count is that of all of them. */
    Counted<std::size_t> missing(Span<Range> ranges) noexcept
    {
        std::size_t count = 0;
        const Status status = sqs_decoder_missing(handle_, ranges.data(), ranges.size(), &count);
        return {status, count};
    }
    Counted<std::size_t> error_detail(Span<char> text) const noexcept
    {
        std::size_t needed = 0;
        const Status status = sqs_decoder_error_detail(handle_, text.data(), text.size(), &needed);
        return {status, needed};
    }
};

/** A sink that encodes the rows of an evaluation and gives the stream to `F::operator()(Bytes)`. Does not move. */
template <class F> class EncoderSink : public Sized<sqs_encoder_sink> {
public:
    EncoderSink(Encoder &to, WritableBytes piece, F &out) noexcept
    {
        this->encoder = to.get();
        this->buffer = piece.data();
        this->buffer_bytes = piece.size();
        this->write = detail::write_of<F>();
        this->ctx = detail::context(out);
    }
    std::int32_t operator()(std::uint64_t first, std::size_t count, Bytes rows) noexcept
    {
        return sqs_encoder_sink_rows(static_cast<sqs_encoder_sink *>(this), first, count, rows.data(), rows.size());
    }
    /** Writes the end of the stream, after the evaluation. */
    Status end() noexcept { return sqs_encoder_sink_end(this); }
};

/**
 * A file that is encoded or decoded in the background. The destructor cancels it and waits. In a forked child it does nothing:
 * the threads of the job do not exist there.
 */
class CodecJob : public detail::Handle<sqs_codec_job> {
public:
    CodecJob() noexcept = default;
    CodecJob(CodecJob &&) noexcept = default;
    CodecJob &operator=(CodecJob &&other) noexcept
    {
        if (this != &other) {
            close().ignore();
            Handle::operator=(std::move(other));
        }
        return *this;
    }
    ~CodecJob() { close().ignore(); }
    /** Cancels the job, waits for it and deletes it; the object can begin another one. After an error nothing is changed. */
    Status close() noexcept
    {
        const Status status = sqs_codec_job_delete(handle_);
        if (status.ok()) handle_ = nullptr;
        return status;
    }

    Status encode_file(const char *in_path, const char *out_path, const sqs_encode_options &options,
                       Error *error = nullptr) noexcept
    {
        if (handle_ != nullptr) return SQS_ERR_STATE;
        return sqs_encode_file_async(in_path, out_path, &options, &handle_, error);
    }
    Status decode_file(const char *in_path, const char *out_path, const sqs_decode_options &options,
                       Error *error = nullptr) noexcept
    {
        if (handle_ != nullptr) return SQS_ERR_STATE;
        return sqs_decode_file_async(in_path, out_path, &options, &handle_, error);
    }
    Status poll(sqs_progress *progress = nullptr) noexcept { return sqs_codec_job_poll(handle_, progress); }
    Status wait(std::uint32_t timeout_ms = UINT32_MAX) noexcept { return sqs_codec_job_wait(handle_, timeout_ms); }
    Status cancel() noexcept { return sqs_codec_job_cancel(handle_); }
    Status stats(CodecStats &stats) noexcept { return sqs_codec_job_stats(handle_, &stats); }
    Counted<std::size_t> error_detail(Span<char> text) const noexcept
    {
        std::size_t needed = 0;
        const Status status = sqs_codec_job_error_detail(handle_, text.data(), text.size(), &needed);
        return {status, needed};
    }
};

/** An encoder or decoder of CCSDS 121.0-B-3 in memory of the caller, which must outlive it. */
class Ccsds121 : public detail::Handle<sqs_ccsds121> {
public:
    static MemorySize memory_bytes() noexcept
    {
        std::size_t size = 0, align = 0;
        const Status status = sqs_ccsds121_bytes(&size, &align);
        return {status, size, align};
    }
    /** Maximum size of the bitstream of a number of samples, in bytes. */
    static Counted<std::size_t> max_encoded_bytes(const Ccsds121Params &params, std::size_t samples) noexcept
    {
        std::size_t size = 0;
        const Status status = sqs_ccsds121_max_encoded_bytes(&params, samples, &size);
        return {status, size};
    }
    Status encoder_init(WritableBytes memory, const Ccsds121Params &params, Error *error = nullptr) noexcept
    {
        handle_ = nullptr;
        return sqs_ccsds121_encoder_init(memory.data(), memory.size(), &params, &handle_, error);
    }
    Status decoder_init(WritableBytes memory, const Ccsds121Params &params, std::uint64_t samples,
                        Error *error = nullptr) noexcept
    {
        handle_ = nullptr;
        return sqs_ccsds121_decoder_init(memory.data(), memory.size(), &params, samples, &handle_, error);
    }
    Coded step(Bytes in, WritableBytes out, std::uint32_t flow) noexcept
    {
        Coded coded{{}, 0, 0, 0};
        coded.status = sqs_ccsds121_step(handle_, in.data(), in.size(), &coded.consumed, out.data(), out.size(),
                                         &coded.written, flow);
        return coded;
    }
    Counted<std::size_t> error_detail(Span<char> text) const noexcept
    {
        std::size_t needed = 0;
        const Status status = sqs_ccsds121_error_detail(handle_, text.data(), text.size(), &needed);
        return {status, needed};
    }
};

} // namespace sqs

#endif /* SQRTSPACE_CODEC_HPP */
