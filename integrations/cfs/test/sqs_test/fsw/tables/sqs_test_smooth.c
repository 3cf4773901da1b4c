/**
 * @file
 * A configuration for the test: a graph with state, over a file.
 */

#include "cfe_tbl_filedef.h"
#include "sqrtspace.h"
#include "sqs_app_tbl.h"

SQS_APP_Config_t SQS_APP_Smooth = {
    .Graph          = "smooth",
    .Outputs        = {"highest", "mean"},
    .Input          = SQS_APP_INPUT_FILE,
    .InputFile      = "/cf/samples.raw",
    .CheckpointFile = "/cf/test.ckpt",
    .Dtype          = SQS_I16,
    .Channels       = 1,
    .Window         = 64,
    .Hop            = 64,
    .InputCapacity  = 2048,
    .QueueRows      = 64,
    .BudgetBytes    = 65536,
    .StepWindows    = 8,
    .ScrubBytes     = 1024,
    .CodecSteps     = 4,
    .CodecDtype     = SQS_I16,
    .CodecChannels  = 1,
    .CodecByteOrder = SQS_LITTLE_ENDIAN,
    .CodecEffort    = 5,
    .Enabled        = 1,
    .Params         = {{.Stage = "smooth", .Key = "alpha", .Values = {0.125}}},
};

CFE_TBL_FILEDEF(SQS_APP_Smooth, SQS_APP.Config, Smoothed samples of a file, sqs_test_smooth.tbl)
