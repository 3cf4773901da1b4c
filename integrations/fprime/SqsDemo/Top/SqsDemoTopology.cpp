// ======================================================================
// \title  SqsDemoTopology.cpp
// \brief  Setup of the demo
// ======================================================================

#include "SqsDemo/Top/SqsDemoTopology.hpp"

#include <Os/FileSystem.hpp>
#include <Os/RawTime.hpp>
#include <cstring>

#include "SqsDemo/Top/SqsDemoTopologyAc.hpp"

namespace SqsDemo {

namespace {

constexpr U32 WINDOW = 64;

// Smoothed samples, and their maximum in each window.
sqs::Status build(sqs::Pipeline& p, const Sqs::Gains& gains, Sqs::Outputs& outputs, U32& count) {
    const sqs::Edge input[] = {sqs::edge("input")};
    const sqs::Edge of_smooth[] = {sqs::edge("smooth")};
    const sqs::Param alpha[] = {sqs::param("alpha", gains[0])};
    const auto smooth = p.stage_register_kind(sqs_kind_ema(), "smooth", input, alpha);
    const auto highest = p.stage_register_kind(sqs_kind_max(), "highest", of_smooth);
    if (!smooth.status.ok() || !highest.status.ok()) {
        return smooth.status.ok() ? highest.status : smooth.status;
    }
    outputs[0] = highest.count;
    outputs[1] = smooth.count;
    count = 2;
    const sqs::Status first = p.output_open(highest.count, 64);
    return first.ok() ? p.output_open(smooth.count, 64) : first;
}

const Sqs::Graph graph = {sqs::Config::of<I16>(WINDOW, WINDOW), build};

Fw::MallocAllocator allocator;
NATIVE_INT_TYPE contexts[Svc::ActiveRateGroup::CONNECTION_COUNT_MAX] = {};

}  // namespace

void setupTopology(const TopologyState& state) {
    initComponents(state);
    setBaseIds();
    connectComponents();
    regCommands();
    configComponents(state);
    rateGroup.configure(contexts, FW_NUM_ARRAY_ELEMENTS(contexts));
    prmDb.configure("PrmDb.dat");
    prmDb.readParamFile();
    Svc::BufferManager::BufferBins bins;
    (void)std::memset(&bins, 0, sizeof(bins));
    bins.bins[0].bufferSize = 4096;
    bins.bins[0].numBuffers = 40;
    dpBufferManager.setup(300, 0, allocator, bins);
    Os::FileSystem::createDirectory(state.directory);
    dpWriter.configure(Fw::FileNameString(state.directory));
    instrument.configure(pipeline.getIdBase() + Sqs::SqsPipelineComponentBase::CHANNELID_NEXTSAMPLE, state.resume,
                         state.telemetry);
    loadParameters();
    pipeline.configure(graph);
    startTasks(state);
}

void teardownTopology(const TopologyState& state) {
    stopTasks(state);
    freeThreads(state);
    dpBufferManager.cleanup();
}

void cycle() {
    Os::RawTime start;
    (void)start.now();
    rateGroup.get_CycleIn_InputPort(0)->invoke(start);
    (void)Os::Task::delay(Fw::TimeInterval(0, 20000));
}

}  // namespace SqsDemo
