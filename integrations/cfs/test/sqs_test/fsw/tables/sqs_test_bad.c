/**
 * @file
 * A configuration that the app must refuse: the library does not accept the parameter.
 */

#include "cfe_tbl_filedef.h"
#include "sqrtspace.h"
#include "sqs_app_tbl.h"

SQS_APP_Config_t SQS_APP_Bad = {
    .Graph         = "smooth",
    .Outputs       = {"mean"},
    .Input         = SQS_APP_INPUT_FILE,
    .InputFile     = "/cf/samples.raw",
    .Dtype         = SQS_I16,
    .Channels      = 1,
    .Window        = 64,
    .Hop           = 64,
    .QueueRows     = 64,
    .BudgetBytes   = 65536,
    .StepWindows   = 8,
    .CodecSteps    = 4,
    .CodecChannels = 1,
    .CodecEffort   = 5,
    .Params        = {{.Stage = "smooth", .Key = "alpha", .Values = {2.0}}},
};

CFE_TBL_FILEDEF(SQS_APP_Bad, SQS_APP.Config, Alpha out of range, sqs_test_bad.tbl)
