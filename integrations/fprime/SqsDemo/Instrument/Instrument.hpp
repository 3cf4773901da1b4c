// ======================================================================
// \title  Instrument.hpp
// \brief  Instrument, processor of data products and radio of the demo
// ======================================================================

#ifndef SQSDEMO_INSTRUMENT_HPP
#define SQSDEMO_INSTRUMENT_HPP

#include <Os/Mutex.hpp>
#include <cstdio>

#include "SqsDemo/Instrument/InstrumentComponentAc.hpp"

namespace SqsDemo {

class Instrument : public InstrumentComponentBase {
  public:
    static constexpr U32 SAMPLES = 200;

    explicit Instrument(const char* const compName);

    //! Sets the channel NextSample; with `resume` sampling starts when its value is known
    void configure(FwChanIdType nextSample, bool resume, const char* telemetry);

    //! Prints what the compressor has saved
    void print();

  private:
    void schedIn_handler(FwIndexType portNum, U32 context) override;
    void samplesReturn_handler(FwIndexType portNum, Fw::Buffer& buffer) override;
    void procIn_handler(FwIndexType portNum, Fw::Buffer& buffer) override;
    void tlmIn_handler(FwIndexType portNum, Fw::ComBuffer& data, U32 context) override;

    Os::Mutex m_lock;
    I16 m_samples[SAMPLES];
    U8 m_chunk[32 * 1024];
    U64 m_next;
    bool m_running;
    bool m_free;
    FwChanIdType m_channel;
    std::FILE* m_telemetry;
    FwSizeType m_raw;
    FwSizeType m_coded;
};

}  // namespace SqsDemo

#endif
