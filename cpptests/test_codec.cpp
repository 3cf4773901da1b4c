// The codec through sqrtspace.hpp. What was encoded is decoded by another call of the API and compared with the samples.
#include "check.hpp"

#include <algorithm>
#include <array>
#include <csignal>
#include <cstdlib>
#include <string>
#include <sys/wait.h>
#include <unistd.h>
#include <vector>

static constexpr std::size_t SAMPLES = 50000;
static std::vector<std::int16_t> samples;
static std::string dir;
static sqs::Area<1 << 19> memory;

// Streams that are compared byte by byte have one identity.
static constexpr std::uint64_t IDENTITY = sqs::identity_of(3, 1700000000);

static sqs::EncodeOptions encoding()
{
    auto options = sqs::EncodeOptions::of<std::int16_t>();
    options.identity = IDENTITY;
    return options;
}

static std::vector<std::byte> read_file(const std::string &path)
{
    std::vector<std::byte> all;
    if (std::FILE *f = std::fopen(path.c_str(), "rb")) {
        std::byte piece[4096];
        for (std::size_t n; (n = std::fread(piece, 1, sizeof piece, f)) > 0;) all.insert(all.end(), piece, piece + n);
        std::fclose(f);
    }
    return all;
}

static bool equal(const std::vector<std::byte> &a, sqs::Bytes b)
{
    return a.size() == b.size() && std::equal(a.begin(), a.end(), b.begin());
}

// Runs a coder with buffers of odd sizes.
template <class C> static std::vector<std::byte> all_of(C &coder, sqs::Bytes in, sqs::Status &last)
{
    std::vector<std::byte> result;
    std::byte out[777];
    std::size_t at = 0;
    do {
        const sqs::Bytes piece = in.part(at, 1234);
        const bool end = at + piece.size() == in.size();
        const sqs::Coded coded = coder.step(piece, out, end ? SQS_FLOW_END : SQS_FLOW_CONTINUE);
        at += coded.consumed;
        result.insert(result.end(), out, out + coded.written);
        last = coded.status;
        if (last.ok() && end && coded.consumed == piece.size()) break;
    } while (last.ok() || last.again());
    return result;
}

static std::vector<std::byte> in_memory()
{
    auto options = encoding();
    const sqs::MemorySize size = options.encoder_bytes();
    CHECK(size.status.ok() && size.bytes <= memory.size() && size.align <= 64);
    const auto frame = options.optimal_frame_bytes(size.bytes);
    CHECK(frame.status.ok() && frame.count >= 16384);
    sqs::Encoder encoder;
    sqs::Error error;
    CHECK_STATUS(encoder.init(sqs::WritableBytes(memory).part(0, 8), options, &error), SQS_ERR_MEMORY);
    CHECK(!encoder && error.status == SQS_ERR_MEMORY);
    CHECK_STATUS(encoder.init(memory, options), SQS_OK);
    sqs::Status last;
    std::vector<std::byte> stream = all_of(encoder, sqs::bytes(samples), last);
    CHECK_STATUS(last, SQS_END);
    sqs::CodecStats stats;
    CHECK_STATUS(encoder.stats(stats), SQS_OK);
    CHECK(stats.raw_bytes == SAMPLES * 2 && stats.coded_bytes == stream.size() && stats.ended == 1);
    CHECK(stats.identity == IDENTITY);

    const sqs::DecodeOptions back;
    CHECK(back.decoder_bytes().status.ok() && back.decoder_bytes().bytes <= memory.size());
    sqs::Decoder decoder;
    CHECK_STATUS(decoder.init(memory, back), SQS_OK);
    CHECK(equal(all_of(decoder, stream, last), sqs::bytes(samples)));
    CHECK_STATUS(last, SQS_END);
    sqs::Range ranges[2];
    CHECK(decoder.missing(ranges).status.ok() && decoder.missing(ranges).count == 0);

    // Damage is an error, with a detail.
    std::vector<std::byte> damaged = stream;
    damaged[damaged.size() / 2] ^= std::byte(4);
    CHECK_STATUS(decoder.init(memory, back), SQS_OK);
    all_of(decoder, damaged, last);
    CHECK_STATUS(last, SQS_ERR_DAMAGED);
    char text[160];
    CHECK(decoder.error_detail(text).status.ok() && std::strlen(text) > 0);
    CHECK_STATUS(decoder.stats(stats), SQS_OK);
    CHECK(encoder.error_detail(text).status.failed()); // its memory is the decoder's now
    return stream;
}

static void files(const std::vector<std::byte> &stream)
{
    const std::string raw = dir + "/raw", sqs = dir + "/sqs", out = dir + "/out";
    std::FILE *f = std::fopen(raw.c_str(), "wb");
    CHECK(f && std::fwrite(samples.data(), 2, SAMPLES, f) == SAMPLES && std::fclose(f) == 0);
    auto options = encoding();
    std::uint64_t frames = 0;
    auto progress = [&frames](const sqs_progress &at) { frames = at.frames; };
    options.on_progress(progress);
    CHECK(options.work_bytes().status.ok() && options.work_bytes().count > 0);
    sqs::CodecStats stats;
    CHECK_STATUS(sqs::encode_file(raw.c_str(), sqs.c_str(), options, &stats), SQS_OK);
    CHECK(stats.frames == frames && frames > 1 && equal(read_file(sqs), stream));
    sqs::DecodeOptions back;
    int calls = 0;
    auto cancel = [&calls](const sqs_progress &) { return std::int32_t(++calls); };
    back.on_progress(cancel);
    CHECK(back.work_bytes().status.ok());
    CHECK_STATUS(sqs::decode_file(sqs.c_str(), out.c_str(), back), SQS_ERR_CANCELLED);
    CHECK(calls > 0);
    CHECK_STATUS(sqs::decode_file(sqs.c_str(), out.c_str(), sqs::DecodeOptions()), SQS_OK);
    CHECK(equal(read_file(out), sqs::bytes(samples)));

    sqs::CodecJob job;
    CHECK_STATUS(job.encode_file(raw.c_str(), sqs.c_str(), encoding()), SQS_OK);
    CHECK_STATUS(job.encode_file(raw.c_str(), sqs.c_str(), options), SQS_ERR_STATE);
    sqs::CodecJob moved(std::move(job));
    sqs_progress at{};
    CHECK(!moved.poll(&at).failed());
    CHECK_STATUS(moved.wait(), SQS_OK);
    CHECK_STATUS(moved.stats(stats), SQS_OK);
    CHECK(equal(read_file(sqs), stream));
    job = sqs::CodecJob();
    CHECK_STATUS(job.decode_file((dir + "/none").c_str(), out.c_str(), sqs::DecodeOptions()), SQS_OK);
    CHECK_STATUS(job.wait(), SQS_ERR_IO);
    char text[160];
    CHECK(job.error_detail(text).status.ok() && std::strlen(text) > 0);
    CHECK_STATUS(job.cancel(), SQS_OK);
    CHECK_STATUS(job.close(), SQS_OK);
    CHECK(!job);
    CHECK_STATUS(job.close(), SQS_OK); // no job
    CHECK_STATUS(job.encode_file(raw.c_str(), sqs.c_str(), options), SQS_OK);
    // In a forked child the job cannot be used or deleted; the parent's continues.
    const pid_t child = fork();
    if (child == 0) {
        const bool refused = job.poll() == sqs::Status(SQS_ERR_STATE) && job.close() == sqs::Status(SQS_ERR_STATE) && job;
        if (refused) kill(getpid(), SIGKILL); // without the checks that valgrind makes at an exit
        _exit(1);
    }
    int ended = 0;
    CHECK(child > 0 && waitpid(child, &ended, 0) == child && WIFSIGNALED(ended) && WTERMSIG(ended) == SIGKILL);
    CHECK_STATUS(job.wait(), SQS_OK);
    moved = std::move(job);
    for (const std::string &path : {raw, sqs, out}) std::remove(path.c_str());
}

struct Io {
    sqs::Bytes in;
    std::vector<std::byte> out;
    std::size_t at = 0;
    std::int32_t read(sqs::WritableBytes to, std::size_t &done)
    {
        const sqs::Bytes piece = in.part(at, to.size() < 1000 ? to.size() : 1000);
        std::copy(piece.begin(), piece.end(), to.begin());
        at += done = piece.size();
        return 0;
    }
    void write(std::uint64_t offset, sqs::Bytes piece)
    {
        if (out.size() < offset + piece.size()) out.resize(std::size_t(offset) + piece.size());
        std::copy(piece.begin(), piece.end(), out.begin() + std::ptrdiff_t(offset));
    }
};

struct SeekingIo : Io {
    std::uint64_t seeks = 0;
    SeekingIo(sqs::Bytes input, std::vector<std::byte> output) : Io{input, std::move(output)} {}
    void seek(std::uint64_t position)
    {
        at = std::size_t(position);
        seeks++;
    }
};

struct Check {
    Io io;
    std::int32_t read(sqs::WritableBytes to, std::size_t &done) { return io.read(to, done); }
};

static void streams(const std::vector<std::byte> &stream)
{
    Io encode{sqs::bytes(samples), {}}, decode{stream, {}};
    CHECK_STATUS(sqs::encode_stream(encode, encoding()), SQS_OK);
    CHECK(equal(encode.out, stream));
    const auto length = sqs::decode_stream(decode, sqs::DecodeOptions());
    CHECK(length.status.ok() && length.count == SAMPLES * 2 && equal(decode.out, sqs::bytes(samples)));
    // A range of a stream that can seek.
    SeekingIo part{stream, {}};
    sqs::DecodeOptions range;
    range.first = SAMPLES;
    range.count = 1000;
    sqs::CodecStats stats;
    CHECK(sqs::decode_stream(part, range, &stats, nullptr, stream.size()).status.ok() && part.seeks > 0);
    CHECK(equal(part.out, sqs::bytes(samples).part(SAMPLES, 1000)));
    Check check{{stream, {}}};
    CHECK(sqs::decode_stream(check, sqs::DecodeOptions()).count == SAMPLES * 2);
}

// Two recordings, one after another, that begin alike.
static void identities(const std::vector<std::byte> &stream)
{
    static_assert(IDENTITY != 0 && sqs::identity_of(0, 0) != 0);
    std::vector<std::uint64_t> all;
    for (std::uint64_t boot = 0; boot < 20; boot++)
        for (std::uint64_t time = 0; time < 20; time++)
            for (std::uint64_t recording = 0; recording < 20; recording++) all.push_back(sqs::identity_of(boot, time << 32, recording));
    std::sort(all.begin(), all.end());
    CHECK(std::adjacent_find(all.begin(), all.end()) == all.end() && all[0] != 0);

    auto options = encoding();
    options.identity = sqs::identity_of(4, 1700000000);
    Io encode{sqs::bytes(samples), {}};
    CHECK_STATUS(sqs::encode_stream(encode, options), SQS_OK);
    std::vector<std::byte> both = stream;
    both.insert(both.end(), encode.out.begin(), encode.out.end());

    Io first{both, {}}, second{both, {}}, concatenated{both, {}};
    sqs::CodecStats stats;
    CHECK(sqs::decode_stream(first, sqs::DecodeOptions(), &stats).count == SAMPLES * 2 && equal(first.out, sqs::bytes(samples)));
    CHECK(stats.identity == IDENTITY && stats.used_bytes == stream.size() && stats.trailing_bytes > 0 && stats.uncertain == 0);
    sqs::DecodeOptions back;
    back.flags = SQS_DECODE_IDENTITY | SQS_DECODE_RECOVER; // frames of the first one are before it
    back.identity = options.identity;
    CHECK(sqs::decode_stream(second, back, &stats).count == SAMPLES * 2 && equal(second.out, sqs::bytes(samples)));
    CHECK(stats.identity == options.identity && stats.foreign_frames > 0 && stats.streams == 1);
    sqs::DecodeOptions all_streams;
    all_streams.flags = SQS_DECODE_ALL;
    CHECK(sqs::decode_stream(concatenated, all_streams, &stats).count == SAMPLES * 4 && stats.streams == 2);
    const sqs::Bytes originals = sqs::bytes(concatenated.out);
    CHECK(equal(first.out, originals.part(0, SAMPLES * 2)) && equal(second.out, originals.part(SAMPLES * 2)));

    // Without an identity each recording has one of its own.
    Io a{sqs::bytes(samples), {}}, b{sqs::bytes(samples), {}};
    sqs::CodecStats stats_a, stats_b;
    CHECK_STATUS(sqs::encode_stream(a, sqs::EncodeOptions::of<std::int16_t>(), &stats_a), SQS_OK);
    CHECK_STATUS(sqs::encode_stream(b, sqs::EncodeOptions::of<std::int16_t>(), &stats_b), SQS_OK);
    CHECK(stats_a.identity != stats_b.identity && a.out != b.out);
}

static void ccsds121()
{
    sqs::Ccsds121Params params;
    params.bits = 16;
    params.block = 16;
    params.rsi = 64;
    params.flags = SQS_CCSDS121_SIGNED | SQS_CCSDS121_PREPROCESS;
    const sqs::MemorySize size = sqs::Ccsds121::memory_bytes();
    CHECK(size.status.ok() && size.bytes <= memory.size());
    const auto most = sqs::Ccsds121::max_encoded_bytes(params, SAMPLES);
    CHECK(most.status.ok());
    sqs::Ccsds121 coder;
    sqs::Status last;
    CHECK_STATUS(coder.encoder_init(memory, params), SQS_OK);
    const std::vector<std::byte> coded = all_of(coder, sqs::bytes(samples), last);
    CHECK(last.end() && coded.size() <= most.count && coded.size() < SAMPLES * 2);
    CHECK_STATUS(coder.decoder_init(memory, params, SAMPLES), SQS_OK);
    CHECK(equal(all_of(coder, coded, last), sqs::bytes(samples)));
    CHECK_STATUS(last, SQS_END);
    CHECK_STATUS(coder.decoder_init(memory, params, SAMPLES + 100), SQS_OK);
    all_of(coder, coded, last);
    char text[160];
    CHECK(last.failed() && coder.error_detail(text).status.ok() && std::strlen(text) > 0);
}

// A unit in space packets, one of which is lost.
static void packets()
{
    sqs::PacketWriter writer;
    writer.apid = 42;
    writer.max_bytes = 1000;
    writer.flags = SQS_PACKET_CRC;
    std::byte time[6];
    CHECK_STATUS(sqs::packet_time(1, 0x80000000, 4, 2, time), SQS_OK);
    CHECK(time[3] == std::byte(1) && time[4] == std::byte(0x80));
    std::vector<std::byte> stream, out(1000), unit(SAMPLES * 2);
    sqs::Counted<std::size_t> packet{SQS_AGAIN, 0};
    std::size_t second = 0;
    while (packet.status.again()) {
        packet = writer.write(sqs::bytes(samples), out, time);
        CHECK(!packet.status.failed());
        if (second == 0) second = packet.count;
        stream.insert(stream.end(), out.begin(), out.begin() + std::ptrdiff_t(packet.count));
    }
    CHECK_STATUS(writer.write({}, out).status, SQS_ERR_ARGUMENT);
    sqs::PacketReader reader;
    reader.apid = 42;
    reader.secondary_bytes = 6;
    reader.flags = SQS_PACKET_CRC;
    const sqs::PacketUnit whole = reader.read(stream, unit, SQS_FLOW_END);
    CHECK(whole.status.again() && whole.consumed == stream.size() && whole.unit_bytes == SAMPLES * 2);
    CHECK(equal(unit, sqs::bytes(samples)));
    sqs::Packet header;
    CHECK_STATUS(header.parse(stream), SQS_OK);
    CHECK(header.apid == 42 && header.bytes == second && header.segment == SQS_PACKET_FIRST);
    stream.erase(stream.begin() + std::ptrdiff_t(second), stream.begin() + std::ptrdiff_t(2 * second));
    sqs::PacketReader other;
    other.apid = 42;
    other.secondary_bytes = 6;
    other.flags = SQS_PACKET_CRC;
    CHECK_STATUS(other.read(stream, unit, SQS_FLOW_END).status, SQS_END);
    CHECK(other.lost_packets == 1 && other.lost_units == 1);
}

// Rows of an evaluation, encoded in memory and into a file.
static void rows()
{
    sqs::Pipeline p;
    auto config = sqs::Config::of<std::int16_t>(50, 50);
    config.input_capacity = SAMPLES;
    CHECK_STATUS(p.create(config), SQS_OK);
    auto first = [](const sqs::Call &call) {
        for (std::size_t i = 0; i < call.rows(); i++)
            call.out<std::int16_t>(i, 1)[0] = call.row<std::int16_t>(0, std::ptrdiff_t(i))[0];
    };
    const sqs::Edge input[] = {sqs::edge("input")};
    const auto stage = p.stage_register(sqs::stage<std::int16_t>("first", 1), input, first);
    CHECK(stage.status.ok() && p.push(0, samples).count == SAMPLES);
    std::vector<std::int16_t> want;
    for (std::size_t i = 0; i < SAMPLES; i += 50) want.push_back(samples[i]);
    std::vector<std::byte> stream;
    auto keep = [&stream](sqs::Bytes piece) { stream.insert(stream.end(), piece.begin(), piece.end()); };
    sqs::Encoder encoder;
    CHECK_STATUS(encoder.init(memory, encoding()), SQS_OK);
    std::byte piece[300];
    sqs::EncoderSink sink(encoder, piece, keep);
    CHECK_STATUS(p.evaluate_to(sqs::request(stage.count), sink), SQS_OK);
    CHECK_STATUS(sink.end(), SQS_OK);
    const std::string path = dir + "/rows";
    sqs::EncodeOptions of_rows; // type and channels are those of the rows
    of_rows.identity = IDENTITY;
    CHECK_STATUS(p.evaluate_to_file(sqs::request(stage.count), path.c_str(), of_rows), SQS_OK);
    for (const auto &coded : {stream, read_file(path)}) {
        sqs::Decoder decoder;
        sqs::Status last;
        CHECK_STATUS(decoder.init(memory, sqs::DecodeOptions()), SQS_OK);
        CHECK(equal(all_of(decoder, coded, last), sqs::bytes(want)) && last.end());
    }
    // Another evaluation, in slices.
    stream.clear();
    CHECK_STATUS(encoder.init(memory, encoding()), SQS_OK);
    sqs::EncoderSink again(encoder, piece, keep);
    CHECK_STATUS(p.evaluate_begin(sqs::request(stage.count), again), SQS_OK);
    while (p.step(64).status.ok()) {}
    CHECK_STATUS(again.end(), SQS_OK);
    CHECK(stream == read_file(path));
    std::remove(path.c_str());
    // The recording as a source.
    const std::string raw = dir + "/source";
    std::FILE *f = std::fopen(raw.c_str(), "wb");
    CHECK(f && std::fwrite(samples.data(), 2, SAMPLES, f) == SAMPLES && std::fclose(f) == 0);
    sqs::Pipeline q;
    CHECK_STATUS(q.create(config), SQS_OK);
    const auto source = q.source_set_file(0, raw.c_str(), sqs::EncodeOptions::of<std::int16_t>().byte_order);
    CHECK(source.status.ok() && source.count == SAMPLES);
    sqs_source none{};
    CHECK(q.source_set(0, none).failed());
    std::remove(raw.c_str());
}

int main()
{
    char name[] = "/tmp/sqrtspace-cpp-XXXXXX";
    if (!mkdtemp(name)) return 1;
    dir = name;
    std::int32_t walk = 0;
    for (std::uint32_t i = 0; i < SAMPLES; i++) {
        walk += std::int32_t((i * 2654435761u >> 24) % 31) - 15;
        samples.push_back(std::int16_t(walk));
    }
    const std::vector<std::byte> stream = in_memory();
    files(stream);
    streams(stream);
    identities(stream);
    ccsds121();
    packets();
    rows();
    rmdir(name);
    return done();
}
