/**
 * @file
 * File Manager compression back end: files are encoded and decoded by sqs_lib.
 *
 * FM builds it in the place of fm_compression_none.c; docs/guide/integrating.md has the lines of its CMakeLists.txt. States
 * are in static memory. FM calls from one child task, at its priority: the loops below run to the end of the file.
 */

#include <string.h>

#include "fm_app.h"
#include "fm_compression.h"
#include "sqs_lib.h"

/** Steps between two pauses, and the pause, so that a long file leaves time to tasks of lower priority. */
#ifndef FM_SQS_STEPS
#define FM_SQS_STEPS 16
#endif
#ifndef FM_SQS_PAUSE_MS
#define FM_SQS_PAUSE_MS 20
#endif

/** Sample type of the files, SQS_BYTES: unknown. */
#ifndef FM_SQS_DTYPE
#define FM_SQS_DTYPE SQS_BYTES
#endif

struct FM_Compressor_State
{
    SQS_LIB_Coder_t Coder;
};

struct FM_Decompressor_State
{
    SQS_LIB_Coder_t Coder;
};

static FM_Compressor_State_t   FM_SQS_Compressor;
static FM_Decompressor_State_t FM_SQS_Decompressor;

CFE_Status_t FM_CompressionService_Init(void)
{
    memset(&FM_SQS_Compressor, 0, sizeof(FM_SQS_Compressor));
    memset(&FM_SQS_Decompressor, 0, sizeof(FM_SQS_Decompressor));
    FM_GlobalData.CompressorStatePtr   = &FM_SQS_Compressor;
    FM_GlobalData.DecompressorStatePtr = &FM_SQS_Decompressor;
    return CFE_SUCCESS;
}

static CFE_Status_t FM_SQS_Run(SQS_LIB_Coder_t *Coder)
{
    CFE_Status_t Status;

    /* Each step consumes input or writes output: the number of steps is bounded by the sizes of the files. */
    do
    {
        Status = SQS_LIB_CoderStep(Coder, FM_SQS_STEPS);
        if (Status == CFE_STATUS_REQUEST_ALREADY_PENDING)
        {
            (void)OS_TaskDelay(FM_SQS_PAUSE_MS);
        }
    } while (Status == CFE_STATUS_REQUEST_ALREADY_PENDING);
    return Status;
}

CFE_Status_t FM_Decompress_Impl(FM_Decompressor_State_t *State, const char *SrcFileName, const char *DstFileName)
{
    sqs_decode_options Options;
    CFE_Status_t       Status;

    (void)sqs_decode_options_init(&Options, sizeof(Options));
    Status = SQS_LIB_DecodeBegin(&State->Coder, SrcFileName, DstFileName, &Options);
    return Status == CFE_SUCCESS ? FM_SQS_Run(&State->Coder) : Status;
}

CFE_Status_t FM_Compress_Impl(FM_Compressor_State_t *State, const char *SrcFileName, const char *DstFileName)
{
    sqs_encode_options Options;
    CFE_Status_t       Status;

    (void)sqs_encode_options_init(&Options, sizeof(Options));
    Options.dtype = FM_SQS_DTYPE;
    Status        = SQS_LIB_EncodeBegin(&State->Coder, SrcFileName, DstFileName, &Options);
    return Status == CFE_SUCCESS ? FM_SQS_Run(&State->Coder) : Status;
}
