/**
 * @file
 * Commands, the wake-up, samples of messages, housekeeping.
 */

#include "sqs_app.h"

#include <string.h>

void SQS_APP_Samples(const CFE_SB_Buffer_t *Buffer)
{
    const uint32   Offset = SQS_APP_Data.Config.SampleOffset;
    CFE_MSG_Size_t Size   = 0;

    CFE_MSG_GetSize(&Buffer->Msg, &Size);
    if (!SQS_APP_Data.Enabled || Size < Offset ||
        !SQS_APP_PipelinePush((const uint8 *)Buffer + Offset, (size_t)Size - Offset))
    {
        if (SQS_APP_Data.DroppedMessages == 0)
        {
            CFE_EVS_SendEvent(SQS_APP_DATA_ERR_EID, CFE_EVS_EventType_ERROR,
                              "SQS_APP: samples dropped: disabled, too short, or the input buffer is full");
        }
        SQS_APP_Data.DroppedMessages++;
    }
}

/* A step of the file coder. */
static void StepCoder(void)
{
    SQS_LIB_Coder_t *Coder = &SQS_APP_Data.Coder;
    CFE_Status_t     Status;

    if (!Coder->Busy)
    {
        return;
    }
    CFE_ES_PerfLogEntry(SQS_APP_CODEC_PERF_ID);
    Status = SQS_LIB_CoderStep(Coder, SQS_APP_Data.Config.CodecSteps);
    CFE_ES_PerfLogExit(SQS_APP_CODEC_PERF_ID);
    if (Status == CFE_SUCCESS)
    {
        SQS_APP_Data.FilesCoded++;
        CFE_EVS_SendEvent(SQS_APP_CODEC_EID, CFE_EVS_EventType_INFORMATION,
                          "SQS_APP: %s: %lu bytes, encoded %lu, stream %08lX%08lX", Coder->TargetName,
                          (unsigned long)Coder->Stats.raw_bytes, (unsigned long)Coder->Stats.coded_bytes,
                          (unsigned long)(Coder->Stats.identity >> 32),
                          (unsigned long)(Coder->Stats.identity & 0xFFFFFFFF));
    }
    else if (Status != CFE_STATUS_REQUEST_ALREADY_PENDING)
    {
        CFE_EVS_SendEvent(SQS_APP_CODEC_ERR_EID, CFE_EVS_EventType_ERROR, "SQS_APP: %s: %s, OSAL %ld",
                          Coder->TargetName, sqs_status_text(Coder->Status), (long)Coder->OsStatus);
    }
}

void SQS_APP_WakeUp(void)
{
    SQS_APP_Data.WakeUps++;
    SQS_APP_TableManage();
    if (SQS_APP_Data.Enabled)
    {
        CFE_ES_PerfLogEntry(SQS_APP_PIPELINE_PERF_ID);
        SQS_APP_PipelineStep();
        CFE_ES_PerfLogExit(SQS_APP_PIPELINE_PERF_ID);
    }
    StepCoder();
}

void SQS_APP_SendHk(void)
{
    SQS_APP_HkTlm_Payload_t *Hk    = &SQS_APP_Data.Hk.Payload;
    sqs_codec_stats         *Stats = &SQS_APP_Data.Coder.Stats;

    SQS_APP_TableManage();
    Hk->CommandCounter      = SQS_APP_Data.CommandCounter;
    Hk->CommandErrorCounter = SQS_APP_Data.CommandErrorCounter;
    Hk->Enabled             = SQS_APP_Data.Enabled ? 1 : 0;
    Hk->CodecBusy           = SQS_APP_Data.Coder.Busy ? 1 : 0;
    Hk->CodecStatus         = SQS_APP_Data.Coder.Status < 0 ? SQS_APP_Data.Coder.Status : 0;
    Hk->WakeUps             = SQS_APP_Data.WakeUps;
    Hk->Overruns            = SQS_APP_Data.Overruns;
    Hk->DroppedMessages     = SQS_APP_Data.DroppedMessages;
    Hk->RowPackets          = SQS_APP_Data.RowPackets;
    Hk->FilesCoded          = SQS_APP_Data.FilesCoded;
    Hk->RawBytes            = Stats->raw_bytes;
    Hk->CodedBytes          = Stats->coded_bytes;
    Hk->Frames              = Stats->frames;
    Hk->RatioMilli          = (uint32)Stats->ratio_milli;
    Hk->DamagedFrames       = (uint32)Stats->damaged_frames;
    SQS_APP_PipelineReport(Hk);
    CFE_SB_TimeStampMsg(CFE_MSG_PTR(SQS_APP_Data.Hk.TelemetryHeader));
    CFE_SB_TransmitMsg(CFE_MSG_PTR(SQS_APP_Data.Hk.TelemetryHeader), true);
}

/* A name in a command: terminated and not empty. */
static bool IsName(const char *Name)
{
    return Name[0] != '\0' && memchr(Name, '\0', OS_MAX_PATH_LEN) != NULL;
}

static CFE_Status_t LoadTable(const char *File)
{
    CFE_Status_t Status = IsName(File) ? CFE_TBL_Load(SQS_APP_Data.Table, CFE_TBL_SRC_FILE, File)
                                       : CFE_STATUS_VALIDATION_FAILURE;

    if (Status < CFE_SUCCESS)
    {
        CFE_EVS_SendEvent(SQS_APP_TABLE_ERR_EID, CFE_EVS_EventType_ERROR, "SQS_APP: table: 0x%08X",
                          (unsigned int)Status);
        return Status;
    }
    return SQS_APP_TableUse();
}

static CFE_Status_t BeginCoder(bool Encode, const SQS_APP_TwoFiles_Payload_t *Files)
{
    const SQS_APP_Config_t *Config = &SQS_APP_Data.Config;
    sqs_encode_options      Encoding;
    sqs_decode_options      Decoding;
    CFE_Status_t            Status = CFE_STATUS_VALIDATION_FAILURE;

    if (IsName(Files->Source) && IsName(Files->Target))
    {
        if (Encode)
        {
            (void)sqs_encode_options_init(&Encoding, sizeof(Encoding));
            Encoding.dtype      = Config->CodecDtype;
            Encoding.channels   = Config->CodecChannels;
            Encoding.byte_order = Config->CodecByteOrder;
            Encoding.effort     = Config->CodecEffort;
            Status              = SQS_LIB_EncodeBegin(&SQS_APP_Data.Coder, Files->Source, Files->Target, &Encoding);
        }
        else
        {
            (void)sqs_decode_options_init(&Decoding, sizeof(Decoding));
            Status = SQS_LIB_DecodeBegin(&SQS_APP_Data.Coder, Files->Source, Files->Target, &Decoding);
        }
    }
    if (Status != CFE_SUCCESS)
    {
        CFE_EVS_SendEvent(SQS_APP_CODEC_ERR_EID, CFE_EVS_EventType_ERROR, "SQS_APP: file refused: 0x%08X, %s",
                          (unsigned int)Status, sqs_status_text(SQS_APP_Data.Coder.Status));
    }
    return Status;
}

static void Enable(bool Enabled)
{
    SQS_APP_Data.Enabled = Enabled;
    CFE_EVS_SendEvent(SQS_APP_ENABLE_EID, CFE_EVS_EventType_INFORMATION, "SQS_APP: %s",
                      Enabled ? "enabled" : "disabled");
}

static void ResetCounters(void)
{
    SQS_APP_Data.CommandCounter      = 0;
    SQS_APP_Data.CommandErrorCounter = 0;
    SQS_APP_Data.WakeUps             = 0;
    SQS_APP_Data.Overruns            = 0;
    SQS_APP_Data.DroppedMessages     = 0;
    SQS_APP_Data.RowPackets          = 0;
    SQS_APP_Data.FilesCoded          = 0;
    CFE_EVS_SendEvent(SQS_APP_RESET_EID, CFE_EVS_EventType_DEBUG, "SQS_APP: counters reset");
}

static CFE_Status_t Scrub(uint32 MaxBytes)
{
    size_t             Checked = 0;
    const CFE_Status_t Status  = SQS_APP_PipelineScrub(MaxBytes, &Checked);

    if (Status == CFE_SUCCESS)
    {
        CFE_EVS_SendEvent(SQS_APP_SCRUB_EID, CFE_EVS_EventType_INFORMATION, "SQS_APP: %lu bytes checked",
                          (unsigned long)Checked);
    }
    return Status;
}

/* Save and restore. */
static CFE_Status_t Checkpoint(bool Save, const char *File)
{
    if (!IsName(File))
    {
        CFE_EVS_SendEvent(Save ? SQS_APP_SAVE_ERR_EID : SQS_APP_RESTORE_ERR_EID, CFE_EVS_EventType_ERROR,
                          "SQS_APP: no name of a file");
        return CFE_STATUS_VALIDATION_FAILURE;
    }
    return Save ? SQS_APP_PipelineSave(File) : SQS_APP_PipelineRestore(File);
}

CFE_Status_t SQS_APP_Command(CFE_MSG_FcnCode_t Code, const CFE_SB_Buffer_t *Buffer)
{
    const SQS_APP_FileCmd_t *File   = (const SQS_APP_FileCmd_t *)Buffer;
    CFE_Status_t             Status = CFE_SUCCESS;

    switch (Code)
    {
        case SQS_APP_NOOP_CC:
            CFE_EVS_SendEvent(SQS_APP_NOOP_EID, CFE_EVS_EventType_INFORMATION, "SQS_APP: no-op. libsqrtspace %s",
                              sqs_version());
            break;
        case SQS_APP_RESET_COUNTERS_CC:
            ResetCounters();
            Status = CFE_STATUS_NO_COUNTER_INCREMENT;
            break;
        case SQS_APP_ENABLE_CC:
        case SQS_APP_DISABLE_CC:
            Enable(Code == SQS_APP_ENABLE_CC);
            break;
        case SQS_APP_LOAD_TABLE_CC:
            Status = LoadTable(File->Payload.File);
            break;
        case SQS_APP_SAVE_CC:
        case SQS_APP_RESTORE_CC:
            Status = Checkpoint(Code == SQS_APP_SAVE_CC, File->Payload.File);
            break;
        case SQS_APP_ENCODE_FILE_CC:
        case SQS_APP_DECODE_FILE_CC:
            Status = BeginCoder(Code == SQS_APP_ENCODE_FILE_CC, &((const SQS_APP_TwoFilesCmd_t *)Buffer)->Payload);
            break;
        case SQS_APP_SCRUB_CC:
            Status = Scrub(((const SQS_APP_ScrubCmd_t *)Buffer)->Payload.MaxBytes);
            break;
        case SQS_APP_RESTART_CC:
            Status = SQS_APP_PipelineRestart();
            break;
        default: /* SQS_APP_CANCEL_FILE_CC: the caller has checked the code. */
            SQS_LIB_CoderCancel(&SQS_APP_Data.Coder);
            break;
    }
    return Status;
}
