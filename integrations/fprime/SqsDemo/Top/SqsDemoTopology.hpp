// ======================================================================
// \title  SqsDemoTopology.hpp
// \brief  Setup of the demo
// ======================================================================

#ifndef SQSDEMO_SQSDEMOTOPOLOGY_HPP
#define SQSDEMO_SQSDEMOTOPOLOGY_HPP

#include "SqsDemo/Top/SqsDemoTopologyDefs.hpp"

namespace SqsDemo {

void setupTopology(const TopologyState& state);
void teardownTopology(const TopologyState& state);

//! One cycle of the rate group
void cycle();

}  // namespace SqsDemo

#endif
