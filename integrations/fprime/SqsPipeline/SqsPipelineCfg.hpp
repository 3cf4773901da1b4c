// Sizes of SqsPipeline: all of its memory is static.
#ifndef SQS_SQSPIPELINECFG_HPP
#define SQS_SQSPIPELINECFG_HPP

namespace Sqs {

// Stages and edges of a graph, and outputs.
static constexpr unsigned int PIPELINE_STAGES = 8;
static constexpr unsigned int PIPELINE_EDGES = 16;
static constexpr unsigned int PIPELINE_OUTPUTS = 4;

// Bytes of the work area.
static constexpr unsigned int PIPELINE_WORK = 128 * 1024;

// Maximum bytes of a checkpoint file.
static constexpr unsigned int PIPELINE_CHECKPOINT = 128 * 1024;

// Numbers that are pulled from an output at a time: its rows of one data product.
static constexpr unsigned int PIPELINE_PULL = 256;

}  // namespace Sqs

#endif
