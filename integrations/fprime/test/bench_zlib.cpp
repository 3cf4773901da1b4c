// Chunks of recordings as DpCompressProc passes them, compressed by zlib's deflate and by libsqrtspace: ratio, time, memory.
//
//     g++ -std=c++17 -O2 -Iinclude integrations/fprime/test/bench_zlib.cpp libsqrtspace.a -lz -lgcc_s -lpthread -lm -ldl -o bench_zlib
//     ./bench_zlib FILE:TYPE:CHANNELS...    TYPE is the number of SQS_I8 and so on
//
// Both coders have static memory; chunks are 32 KiB; a chunk that does not shrink counts with its size.
#include "sqrtspace.hpp"

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>
#include <vector>
#include <zlib.h>

static constexpr std::size_t CHUNK = 32 * 1024;
static sqs::Area<256 * 1024> memory;
static std::byte out[2 * CHUNK];
static std::size_t zlib_bytes;

static void *counted(void *, unsigned items, unsigned size)
{
    zlib_bytes += std::size_t(items) * size;
    return std::calloc(items, size);
}

static void release(void *, void *at) { std::free(at); }

static std::size_t by_zlib(const std::byte *chunk, std::size_t size)
{
    z_stream z{};
    z.zalloc = counted;
    z.zfree = release;
    zlib_bytes = 0;
    if (deflateInit(&z, Z_DEFAULT_COMPRESSION) != Z_OK) return size;
    z.next_in = reinterpret_cast<Bytef *>(const_cast<std::byte *>(chunk));
    z.avail_in = uInt(size);
    z.next_out = reinterpret_cast<Bytef *>(out);
    z.avail_out = uInt(sizeof out);
    const bool done = deflate(&z, Z_FINISH) == Z_STREAM_END;
    const std::size_t written = sizeof out - z.avail_out;
    deflateEnd(&z);
    return done && written < size ? written : size;
}

static std::size_t by_sqs(const std::byte *chunk, std::size_t size, const sqs::EncodeOptions &options)
{
    sqs::Encoder encoder;
    if (!encoder.init(memory, options).ok()) std::exit(1);
    sqs::Bytes left(chunk, size);
    std::size_t written = 0;
    sqs::Coded coded{};
    do {
        coded = encoder.step(left, sqs::WritableBytes(out).part(written), SQS_FLOW_END);
        left = left.part(coded.consumed);
        written += coded.written;
    } while (coded.status.again());
    return coded.status.end() && written < size ? written : size;
}

template <class F> static void measure(const char *name, const std::vector<std::byte> &data, F code)
{
    std::size_t total = 0;
    const auto start = std::chrono::steady_clock::now();
    for (std::size_t at = 0; at < data.size(); at += CHUNK) total += code(data.data() + at, std::min(CHUNK, data.size() - at));
    const std::chrono::duration<double> time = std::chrono::steady_clock::now() - start;
    std::printf("  %-24s ratio %6.3f   %7.1f MB/s\n", name, double(data.size()) / double(total), double(data.size()) / time.count() / 1e6);
}

int main(int argc, char **argv)
{
    for (int i = 1; i < argc; i++) {
        const std::string argument = argv[i];
        const std::size_t colon = argument.find(':'), next = argument.find(':', colon + 1);
        std::vector<std::byte> data;
        std::FILE *f = std::fopen(argument.substr(0, colon).c_str(), "rb");
        if (!f) return 1;
        for (std::byte piece[4096]; std::size_t n = std::fread(piece, 1, sizeof piece, f);) data.insert(data.end(), piece, piece + n);
        std::fclose(f);
        data.resize(std::min<std::size_t>(data.size(), 2000000));
        sqs::EncodeOptions options;
        options.frame_bytes = CHUNK;
        options.identity = 1; // not drawn from the system for each chunk
        options.dtype = unsigned(std::atoi(argument.c_str() + colon + 1));
        options.channels = unsigned(std::atoi(argument.c_str() + next + 1));
        std::printf("%s\n", argument.substr(argument.rfind('/') + 1).c_str());
        measure("zlib, level 6", data, by_zlib);
        for (unsigned effort : {1u, 5u}) {
            options.effort = effort;
            const std::string name = "sqrtspace, effort " + std::to_string(effort);
            measure(name.c_str(), data, [&](const std::byte *c, std::size_t n) { return by_sqs(c, n, options); });
        }
    }
    sqs::EncodeOptions options = sqs::EncodeOptions::of<float>();
    options.frame_bytes = CHUNK;
    std::printf("memory: zlib %zu bytes, sqrtspace %zu bytes\n", zlib_bytes, options.encoder_bytes().bytes);
}
