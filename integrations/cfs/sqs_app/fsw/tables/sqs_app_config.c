/**
 * @file
 * The default configuration: the level of messages with samples of 16 bits.
 */

#include "cfe_tbl_filedef.h"
#include "sqrtspace.h"
#include "sqs_app_tbl.h"

SQS_APP_Config_t SQS_APP_Config = {
    .Graph          = "level",
    .Outputs        = {"rms", "max", "min"},
    .Input          = SQS_APP_INPUT_MESSAGE,
    .InputMsgId     = 0x08A8,
    .SampleOffset   = 16,
    .Dtype          = SQS_I16,
    .Channels       = 1,
    .Window         = 256,
    .Hop            = 256,
    .InputCapacity  = 4096,
    .QueueRows      = 64,
    .BudgetBytes    = 65536,
    .StepWindows    = 16,
    .ScrubBytes     = 4096,
    .CodecSteps     = 4,
    .CodecDtype     = SQS_I16,
    .CodecChannels  = 1,
    .CodecByteOrder = SQS_LITTLE_ENDIAN,
    .CodecEffort    = 5,
    .Enabled        = 1,
};

CFE_TBL_FILEDEF(SQS_APP_Config, SQS_APP.Config, Configuration of the pipeline, sqs_app_config.tbl)
