// ======================================================================
// \title  SqsDemoTopologyDefs.hpp
// \brief  What the generated topology needs
// ======================================================================

#ifndef SQSDEMO_SQSDEMOTOPOLOGYDEFS_HPP
#define SQSDEMO_SQSDEMOTOPOLOGYDEFS_HPP

#include <Fw/Types/MallocAllocator.hpp>

namespace SqsDemo {

struct TopologyState {
    bool resume;             //!< After a reset: continue from a checkpoint
    const char* directory;   //!< For data products
    const char* telemetry;   //!< File of telemetry packets
};

namespace PingEntries {
namespace SqsDemo_rateGroup { enum { WARN = 3, FATAL = 5 }; }
namespace SqsDemo_cmdDisp { enum { WARN = 3, FATAL = 5 }; }
namespace SqsDemo_eventLogger { enum { WARN = 3, FATAL = 5 }; }
namespace SqsDemo_tlmSend { enum { WARN = 3, FATAL = 5 }; }
namespace SqsDemo_prmDb { enum { WARN = 3, FATAL = 5 }; }
}  // namespace PingEntries

}  // namespace SqsDemo

#endif
