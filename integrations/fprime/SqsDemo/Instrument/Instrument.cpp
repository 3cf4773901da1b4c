// ======================================================================
// \title  Instrument.cpp
// \brief  Instrument, processor of data products and radio of the demo
// ======================================================================

#include "SqsDemo/Instrument/Instrument.hpp"

#include <Fw/Dp/DpContainer.hpp>
#include <Fw/Time/Time.hpp>
#include <cstring>

namespace SqsDemo {

Instrument ::Instrument(const char* const compName)
    : InstrumentComponentBase(compName),
      m_samples(),
      m_chunk(),
      m_next(0),
      m_running(false),
      m_free(true),
      m_channel(0),
      m_telemetry(nullptr),
      m_raw(0),
      m_coded(0) {}

void Instrument ::configure(FwChanIdType nextSample, bool resume, const char* telemetry) {
    this->m_channel = nextSample;
    this->m_running = !resume;
    this->m_telemetry = std::fopen(telemetry, "wb");
    FW_ASSERT(this->m_telemetry != nullptr);
}

void Instrument ::schedIn_handler(FwIndexType portNum, U32 context) {
    this->m_lock.lock();
    const bool ready = this->m_running && this->m_free;
    this->m_free = this->m_free && !ready;
    this->m_lock.unlock();
    if (!ready) {
        return;
    }
    for (U32 i = 0; i < SAMPLES; i++, this->m_next++) {
        this->m_samples[i] = static_cast<I16>((this->m_next * 37 + this->m_next / 32 * 11) % 4001) - 2000;
    }
    Fw::Buffer buffer(reinterpret_cast<U8*>(this->m_samples), sizeof(this->m_samples));
    this->samplesOut_out(0, buffer);
}

void Instrument ::samplesReturn_handler(FwIndexType portNum, Fw::Buffer& buffer) {
    this->m_lock.lock();
    this->m_free = true;
    this->m_lock.unlock();
}

void Instrument ::procIn_handler(FwIndexType portNum, Fw::Buffer& buffer) {
    const FwSizeType size = buffer.getSize() - Fw::DpContainer::MIN_PACKET_SIZE;
    FW_ASSERT(size <= sizeof(this->m_chunk), static_cast<FwAssertArgType>(size));
    // A copy: the product itself is written as it is, for the check of its rows.
    (void)std::memcpy(this->m_chunk, buffer.getData() + Fw::DpContainer::DATA_OFFSET, size);
    Fw::Buffer chunk(this->m_chunk, static_cast<U32>(size));
    (void)this->compressChunk_out(0, chunk, size, 0);
    this->m_raw += size;
    this->m_coded += chunk.getSize();
}

void Instrument ::tlmIn_handler(FwIndexType portNum, Fw::ComBuffer& data, U32 context) {
    const U16 size = static_cast<U16>(data.getBuffLength());
    (void)std::fwrite(&size, sizeof(size), 1, this->m_telemetry);
    (void)std::fwrite(data.getBuffAddr(), 1, size, this->m_telemetry);
    (void)std::fflush(this->m_telemetry);
    // IDs, times and values follow one another, and a value's length is known from its ID alone: search for the ID.
    const U8 wanted[4] = {static_cast<U8>(this->m_channel >> 24), static_cast<U8>(this->m_channel >> 16),
                          static_cast<U8>(this->m_channel >> 8), static_cast<U8>(this->m_channel)};
    constexpr U16 VALUE = sizeof(FwChanIdType) + Fw::Time::SERIALIZED_SIZE;
    for (U16 i = 0; !this->m_running && i + VALUE + sizeof(U64) <= size; i++) {
        if (std::memcmp(data.getBuffAddr() + i, wanted, sizeof(wanted)) == 0) {
            U64 next = 0;
            for (U16 k = 0; k < sizeof(U64); k++) {
                next = next << 8 | data.getBuffAddr()[i + VALUE + k];
            }
            this->m_next = next;
            this->m_running = next > 0;
        }
    }
}

void Instrument ::print() {
    std::printf("data products: %lu bytes, compressed %lu\n", static_cast<unsigned long>(this->m_raw),
                static_cast<unsigned long>(this->m_coded));
}

}  // namespace SqsDemo
