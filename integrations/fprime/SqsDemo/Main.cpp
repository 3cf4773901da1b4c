// ======================================================================
// \title  Main.cpp
// \brief  The demo: `SqsDemo first` is killed in the middle, `SqsDemo second` continues from the checkpoint
// ======================================================================

#include <Os/Os.hpp>
#include <csignal>
#include <cstdio>
#include <cstring>

#include "SqsDemo/Top/SqsDemoTopology.hpp"
#include "SqsDemo/Top/SqsDemoTopologyAc.hpp"

namespace {

// Sends a command to the dispatcher, as the ground does, and runs a few cycles.
template <class... A> void command(FwOpcodeType opcode, const A&... arguments) {
    Fw::ComBuffer packet;
    (void)packet.serialize(static_cast<FwPacketDescriptorType>(Fw::ComPacket::FW_PACKET_COMMAND));
    (void)packet.serialize(static_cast<FwOpcodeType>(SqsDemo::pipeline.getIdBase() + opcode));
    ((void)packet.serialize(arguments), ...);
    SqsDemo::cmdDisp.get_seqCmdBuff_InputPort(0)->invoke(packet, 0);
    for (int i = 0; i < 3; i++) {
        SqsDemo::cycle();
    }
}

}  // namespace

int main(int argc, char** argv) {
    using Base = Sqs::SqsPipelineComponentBase;
    const bool second = argc > 1 && std::strcmp(argv[1], "second") == 0;
    const SqsDemo::TopologyState state = {second, second ? "products2" : "products1", second ? "telemetry2.bin" : "telemetry1.bin"};
    Os::init();
    SqsDemo::setupTopology(state);
    const Fw::CmdStringArg file("checkpoint");
    if (second) {
        command(Base::OPCODE_RESTORE, file);
    }
    command(Base::OPCODE_PROC_TYPES_SET, static_cast<U8>(Fw::DpCfg::ProcType::PROC_TYPE_ZERO));
    command(Base::OPCODE_PRODUCTS_SET, Fw::Enabled(Fw::Enabled::ENABLED));
    for (int i = 0; i < 60; i++) {
        SqsDemo::cycle();
    }
    if (!second) {
        command(Base::OPCODE_SAVE, file);
        for (int i = 0; i < 20; i++) {
            SqsDemo::cycle();
        }
        SqsDemo::instrument.print();
        (void)std::fflush(nullptr);
        (void)std::raise(SIGKILL);  // the reset
    }
    command(Base::OPCODE_SCRUB, static_cast<U32>(0));
    SqsDemo::instrument.print();
    SqsDemo::teardownTopology(state);
    return 0;
}
