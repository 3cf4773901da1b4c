/**
 * @file
 * Unit tests of sqs_app: initialization, rows, checkpoints, commands, files.
 */

#include "ut_sqs_app.h"

#include <string.h>

static void Test_Main(void)
{
    CFE_SB_Buffer_t *Buffer = &UT_Message.Sb;

    UT_SetDeferredRetcode(UT_KEY(CFE_ES_RunLoop), 1, true);
    UT_SetDeferredRetcode(UT_KEY(CFE_ES_RunLoop), 1, true);
    UT_Describe(SQS_APP_WAKEUP_MID, 0, sizeof(SQS_APP_NoArgsCmd_t));
    UT_SetDataBuffer(UT_KEY(CFE_SB_ReceiveBuffer), &Buffer, sizeof(Buffer), true);
    UT_SetDeferredRetcode(UT_KEY(CFE_SB_ReceiveBuffer), 2, CFE_SB_PIPE_RD_ERR);
    SQS_APP_Main();
    UtAssert_BOOL_TRUE(UT_Had(SQS_APP_INIT_EID) && UT_Had(SQS_APP_PIPE_ERR_EID));
    UtAssert_UINT32_EQ(SQS_APP_Data.RunStatus, CFE_ES_RunStatus_APP_ERROR);
    UtAssert_STUB_COUNT(CFE_ES_ExitApp, 1);
    UtAssert_NULL(SQS_APP_Data.Pipeline.Handle);
    UtAssert_ZERO(UT_FilesOpen());
    UT_SetDeferredRetcode(UT_KEY(CFE_EVS_Register), 1, CFE_EVS_INVALID_PARAMETER);
    SQS_APP_Main();
    UtAssert_UINT32_EQ(SQS_APP_Data.RunStatus, CFE_ES_RunStatus_APP_ERROR);
}

static void Test_Init(void)
{
    UT_SetDeferredRetcode(UT_KEY(CFE_SB_CreatePipe), 1, CFE_SB_BAD_ARGUMENT);
    UtAssert_INT32_EQ(SQS_APP_Init(), CFE_SB_BAD_ARGUMENT);
    UT_SetDeferredRetcode(UT_KEY(CFE_SB_Subscribe), 3, CFE_SB_BAD_ARGUMENT);
    UtAssert_INT32_EQ(SQS_APP_Init(), CFE_SB_BAD_ARGUMENT);
    UtAssert_BOOL_TRUE(UT_HadOnce(SQS_APP_PIPE_ERR_EID));
    UT_SetDeferredRetcode(UT_KEY(CFE_TBL_Register), 1, CFE_TBL_ERR_INVALID_SIZE);
    UtAssert_INT32_EQ(SQS_APP_Init(), CFE_TBL_ERR_INVALID_SIZE);
    UT_SetDeferredRetcode(UT_KEY(CFE_TBL_Load), 1, CFE_TBL_ERR_ACCESS);
    UtAssert_INT32_EQ(SQS_APP_Init(), CFE_TBL_ERR_ACCESS);
    UtAssert_BOOL_TRUE(UT_HadOnce(SQS_APP_TABLE_ERR_EID));

    /* The app runs also when the pipeline cannot be created, or the checkpoint is missing. */
    strcpy(UT_Config.InputFile, "/none");
    UtAssert_INT32_EQ(SQS_APP_Init(), CFE_SUCCESS);
    UtAssert_BOOL_TRUE(UT_HadOnce(SQS_APP_OPEN_ERR_EID));
    UtAssert_NULL(SQS_APP_Data.Pipeline.Handle);
    UtAssert_BOOL_FALSE(SQS_APP_Data.Enabled);
    strcpy(UT_Config.InputFile, "/in");
    strcpy(UT_Config.CheckpointFile, "/checkpoint");
    UT_SetDeferredRetcode(UT_KEY(OS_stat), 1, OS_ERROR);
    UtAssert_INT32_EQ(SQS_APP_Init(), CFE_SUCCESS);
    UtAssert_BOOL_TRUE(SQS_APP_Data.Enabled && !UT_Had(SQS_APP_RESTORE_ERR_EID));
    UtAssert_INT32_EQ(SQS_APP_Init(), CFE_SUCCESS); /* it exists, and cannot be read */
    UtAssert_BOOL_TRUE(UT_Had(SQS_APP_RESTORE_ERR_EID));
}

static void Test_FileToRows(void)
{
    UT_Open();
    UT_Wake(1);
    UtAssert_UINT32_EQ(SQS_APP_Data.Overruns, 1);
    UT_Wake(60);
    UtAssert_BOOL_TRUE(UT_Had(SQS_APP_END_EID));
    UT_CheckRows(0, 128);
    UtAssert_BOOL_TRUE(SQS_APP_Data.Pipeline.Done);
    UtAssert_UINT32_EQ(SQS_APP_Data.Pipeline.NextSample, 4096);
    /* Once more from row 0. */
    UT_SentCount = 0;
    UT_NoArgs(SQS_APP_RESTART_CC);
    UtAssert_BOOL_TRUE(UT_HadOnce(SQS_APP_RESTART_EID) || true);
    UT_Wake(61);
    UT_CheckRows(0, 128);
}

static void Test_SaveRestore(void)
{
    UT_Open();
    UT_Wake(6);
    UT_Command(SQS_APP_SAVE_CC, "/checkpoint");
    UtAssert_BOOL_TRUE(UT_HadOnce(SQS_APP_SAVE_EID));
    UT_Wake(60);
    UT_CheckRows(0, 128);
    /* A new start, as after a reset of the processor, restores by itself. */
    SQS_APP_PipelineClose();
    strcpy(UT_Config.CheckpointFile, "/checkpoint");
    UT_EventCount = 0;
    UT_SentCount  = 0;
    UtAssert_INT32_EQ(SQS_APP_Init(), CFE_SUCCESS);
    UtAssert_BOOL_TRUE(UT_HadOnce(SQS_APP_RESTORE_EID));
    UT_Dispatch(SQS_APP_SEND_HK_MID, 0, sizeof(SQS_APP_NoArgsCmd_t));
    UtAssert_UINT32_EQ(SQS_APP_Data.Hk.Payload.NextRow, 48);
    UT_Wake(61);
    UT_CheckRows(48, 128);
    /* Restored by command, while it runs. */
    UT_SentCount = 0;
    UT_Command(SQS_APP_RESTORE_CC, "/checkpoint");
    UT_Wake(61);
    UT_CheckRows(48, 128);
}

static void Test_SaveRestoreFail(void)
{
    static uint8 Large[UT_FILE_BYTES];
    size_t       Bytes;
    uint8        Copy[20000];

    UT_Open();
    UT_Wake(4);
    UT_Command(SQS_APP_SAVE_CC, "");
    UtAssert_BOOL_TRUE(UT_HadOnce(SQS_APP_SAVE_ERR_EID));
    UT_Command(SQS_APP_RESTORE_CC, "");
    UtAssert_BOOL_TRUE(UT_HadOnce(SQS_APP_RESTORE_ERR_EID));
    memset(UT_Message.File.Payload.File, 'x', OS_MAX_PATH_LEN);
    UT_Dispatch(SQS_APP_CMD_MID, SQS_APP_SAVE_CC, sizeof(SQS_APP_FileCmd_t));
    UtAssert_BOOL_TRUE(UT_HadOnce(SQS_APP_SAVE_ERR_EID));
    UT_SetDeferredRetcode(UT_KEY(OS_OpenCreate), 1, OS_ERROR);
    UT_Command(SQS_APP_SAVE_CC, "/checkpoint");
    UtAssert_BOOL_TRUE(UT_HadOnce(SQS_APP_SAVE_ERR_EID));
    UT_SetDeferredRetcode(UT_KEY(OS_write), 2, OS_ERROR);
    UT_Command(SQS_APP_SAVE_CC, "/checkpoint");
    UtAssert_BOOL_TRUE(UT_HadOnce(SQS_APP_SAVE_ERR_EID));
    UT_FilesLimitWrites(10);
    UT_Command(SQS_APP_SAVE_CC, "/checkpoint");
    UtAssert_BOOL_TRUE(UT_HadOnce(SQS_APP_SAVE_ERR_EID));
    UT_FilesLimitWrites(0);
    UT_SetDeferredRetcode(UT_KEY(OS_close), 1, OS_ERROR);
    UT_Command(SQS_APP_SAVE_CC, "/checkpoint");
    UtAssert_BOOL_TRUE(UT_HadOnce(SQS_APP_SAVE_ERR_EID));
    UtAssert_NULL(UT_FileGet("/checkpoint", &Bytes));

    UT_Command(SQS_APP_SAVE_CC, "/checkpoint");
    UtAssert_BOOL_TRUE(UT_HadOnce(SQS_APP_SAVE_EID));
    memcpy(Copy, UT_FileGet("/checkpoint", &Bytes), sizeof(Copy));
    UtAssert_UINT32_LT(Bytes, sizeof(Copy));
    Copy[Bytes / 2] ^= 8;
    UT_FileSet("/damaged", Copy, Bytes);
    UT_Command(SQS_APP_RESTORE_CC, "/damaged");
    UtAssert_BOOL_TRUE(UT_HadOnce(SQS_APP_RESTORE_ERR_EID));
    UtAssert_BOOL_TRUE(SQS_APP_Data.Enabled); /* as before */
    UT_FileSet("/large", Large, SQS_APP_CHECKPOINT_BYTES);
    UT_Command(SQS_APP_RESTORE_CC, "/large");
    UtAssert_BOOL_TRUE(UT_HadOnce(SQS_APP_RESTORE_ERR_EID));
    UT_SetDeferredRetcode(UT_KEY(OS_read), 1, OS_ERROR);
    UT_Command(SQS_APP_RESTORE_CC, "/checkpoint");
    UtAssert_BOOL_TRUE(UT_HadOnce(SQS_APP_RESTORE_ERR_EID));
    UT_Command(SQS_APP_RESTORE_CC, "/checkpoint");
    UtAssert_BOOL_TRUE(UT_HadOnce(SQS_APP_RESTORE_EID));
}

static void Test_Messages(void)
{
    uint32 i;

    UT_MessageTable();
    UT_Open();
    UtAssert_STUB_COUNT(CFE_SB_SubscribeEx, 1);
    for (i = 0; i < 8; i++)
    {
        memcpy(UT_Message.Bytes + 16, UT_Samples + i * 64, 128);
        UT_Dispatch(INPUT_MID, 0, 16 + 128);
        UT_Wake(1);
    }
    UtAssert_UINT32_EQ(SQS_APP_Data.Pipeline.NextSample, 512);
    UtAssert_UINT32_EQ(UT_SentCount, 16);
    for (i = 0; i < UT_SentCount; i++)
    {
        float Row;
        int16 Want = UT_Samples[UT_Sent[i].FirstRow * 32];
        int   k;

        memcpy(&Row, UT_Sent[i].Rows, 4);
        for (k = 1; k < 32; k++)
        {
            const int16 x = UT_Samples[UT_Sent[i].FirstRow * 32 + (uint64)k];

            Want = (UT_Sent[i].Output == 0 ? x > Want : x < Want) ? x : Want;
        }
        UtAssert_INT32_EQ((int32)Row, Want);
    }
    /* Dropped: too short, disabled, no room. */
    UT_Dispatch(INPUT_MID, 0, 10);
    UtAssert_UINT32_EQ(SQS_APP_Data.Pipeline.NextSample, 512);
    UtAssert_BOOL_TRUE(SQS_APP_Data.Enabled);
    UtAssert_BOOL_TRUE(UT_HadOnce(SQS_APP_DATA_ERR_EID));
    UT_NoArgs(SQS_APP_DISABLE_CC);
    UtAssert_BOOL_TRUE(UT_HadOnce(SQS_APP_ENABLE_EID));
    UT_Dispatch(INPUT_MID, 0, 16 + 128);
    UT_Wake(1);
    UtAssert_BOOL_FALSE(UT_Had(SQS_APP_DATA_ERR_EID)); /* reported once */
    UT_NoArgs(SQS_APP_ENABLE_CC);
    for (i = 0; i < 20; i++)
    {
        UT_Dispatch(INPUT_MID, 0, 16 + 128);
    }
    UtAssert_UINT32_EQ(SQS_APP_Data.DroppedMessages, 2 + 20 - 1024 / 64);
    /* The next table listens to another message. */
    UT_Config.InputMsgId = INPUT_MID + 1;
    UT_Command(SQS_APP_LOAD_TABLE_CC, "/table");
    UtAssert_STUB_COUNT(CFE_SB_Unsubscribe, 1);
    UtAssert_BOOL_TRUE(UT_HadOnce(SQS_APP_TABLE_EID));
    UT_Dispatch(INPUT_MID, 0, 16 + 128);
    UtAssert_BOOL_TRUE(UT_HadOnce(SQS_APP_MID_ERR_EID));
    SQS_APP_PipelineClose();
    UtAssert_BOOL_FALSE(SQS_APP_PipelinePush(UT_Samples, 2));
}

static void Test_Commands(void)
{
    UT_Open();
    UT_NoArgs(SQS_APP_NOOP_CC);
    UtAssert_BOOL_TRUE(UT_HadOnce(SQS_APP_NOOP_EID));
    UtAssert_UINT32_EQ(SQS_APP_Data.CommandCounter, 1);
    UT_NoArgs(99);
    UtAssert_BOOL_TRUE(UT_HadOnce(SQS_APP_CC_ERR_EID));
    UT_NoArgs(SQS_APP_SAVE_CC);
    UtAssert_BOOL_TRUE(UT_HadOnce(SQS_APP_LEN_ERR_EID));
    UT_Dispatch(SQS_APP_WAKEUP_MID, 0, 99);
    UT_Dispatch(SQS_APP_SEND_HK_MID, 0, 99);
    UtAssert_BOOL_TRUE(UT_HadOnce(SQS_APP_LEN_ERR_EID));
    UT_Dispatch(0x1234, 0, 8);
    UtAssert_BOOL_TRUE(UT_HadOnce(SQS_APP_MID_ERR_EID));
    UtAssert_UINT32_EQ(SQS_APP_Data.CommandErrorCounter, 5);
    UT_Dispatch(SQS_APP_SEND_HK_MID, 0, sizeof(SQS_APP_NoArgsCmd_t));
    UtAssert_UINT32_EQ(SQS_APP_Data.Hk.Payload.CommandErrorCounter, 5);
    UtAssert_UINT32_EQ(SQS_APP_Data.Hk.Payload.Open, 1);
    UtAssert_UINT32_EQ(SQS_APP_Data.Hk.Payload.Enabled, 1);
    UtAssert_UINT32_EQ(SQS_APP_Data.Hk.Payload.WorkBytes, SQS_APP_Data.Pipeline.WorkBytes);
    UT_NoArgs(SQS_APP_RESET_COUNTERS_CC);
    UtAssert_BOOL_TRUE(UT_HadOnce(SQS_APP_RESET_EID));
    UtAssert_UINT32_EQ(SQS_APP_Data.CommandCounter + SQS_APP_Data.CommandErrorCounter, 0);
    UT_Wake(3);
    UT_Dispatch(SQS_APP_CMD_MID, SQS_APP_SCRUB_CC, sizeof(SQS_APP_ScrubCmd_t));
    UtAssert_BOOL_TRUE(UT_HadOnce(SQS_APP_SCRUB_EID));
    UT_SetDeferredRetcode(UT_KEY(sqs_scrub), 1, SQS_ERR_POISONED);
    UT_Dispatch(SQS_APP_CMD_MID, SQS_APP_SCRUB_CC, sizeof(SQS_APP_ScrubCmd_t));
    UtAssert_BOOL_TRUE(UT_HadOnce(SQS_APP_SCRUB_ERR_EID));
    UtAssert_UINT32_EQ(SQS_APP_Data.CommandErrorCounter, 1);
    UT_Dispatch(SQS_APP_SEND_HK_MID, 0, sizeof(SQS_APP_NoArgsCmd_t));
    UtAssert_INT32_EQ(SQS_APP_Data.Hk.Payload.PipelineStatus, SQS_ERR_POISONED);
    UtAssert_UINT32_EQ(SQS_APP_Data.Hk.Payload.Enabled, 0);
    SQS_APP_PipelineClose();
    UT_NoArgs(SQS_APP_RESTART_CC);
    UtAssert_BOOL_TRUE(UT_HadOnce(SQS_APP_STEP_ERR_EID));
    SQS_APP_Data.Enabled = true;
    UT_Wake(1); /* without a pipeline */
    UT_Dispatch(SQS_APP_SEND_HK_MID, 0, sizeof(SQS_APP_NoArgsCmd_t));
    UtAssert_UINT32_EQ(SQS_APP_Data.Hk.Payload.Open, 0);
}

static void Test_Codec(void)
{
    const uint8 *Back;
    size_t       Bytes;

    UT_Open();
    UT_NoArgs(SQS_APP_DISABLE_CC);
    UT_TwoFiles(SQS_APP_ENCODE_FILE_CC, "/in", "/sqs");
    UtAssert_BOOL_TRUE(SQS_APP_Data.Coder.Busy);
    UT_TwoFiles(SQS_APP_ENCODE_FILE_CC, "/in", "/other"); /* one at a time */
    UtAssert_BOOL_TRUE(UT_HadOnce(SQS_APP_CODEC_ERR_EID));
    UT_Wake(1);
    UT_Dispatch(SQS_APP_SEND_HK_MID, 0, sizeof(SQS_APP_NoArgsCmd_t));
    UtAssert_UINT32_EQ(SQS_APP_Data.Hk.Payload.CodecBusy, 1);
    UT_Wake(10);
    UtAssert_BOOL_TRUE(UT_HadOnce(SQS_APP_CODEC_EID));
    UT_Dispatch(SQS_APP_SEND_HK_MID, 0, sizeof(SQS_APP_NoArgsCmd_t));
    UtAssert_UINT32_EQ(SQS_APP_Data.Hk.Payload.RawBytes, sizeof(UT_Samples));
    UT_TwoFiles(SQS_APP_DECODE_FILE_CC, "/sqs", "/back");
    UT_Wake(10);
    UtAssert_BOOL_TRUE(UT_HadOnce(SQS_APP_CODEC_EID));
    Back = UT_FileGet("/back", &Bytes);
    UtAssert_UINT32_EQ(Bytes, sizeof(UT_Samples));
    UtAssert_MemCmp(Back, UT_Samples, sizeof(UT_Samples), "decoded");
    UtAssert_UINT32_EQ(SQS_APP_Data.FilesCoded, 2);
    UT_TwoFiles(SQS_APP_DECODE_FILE_CC, "/in", "/none"); /* not encoded */
    UT_Wake(10);
    UtAssert_BOOL_TRUE(UT_HadOnce(SQS_APP_CODEC_ERR_EID));
    UT_Dispatch(SQS_APP_SEND_HK_MID, 0, sizeof(SQS_APP_NoArgsCmd_t));
    UtAssert_INT32_EQ(SQS_APP_Data.Hk.Payload.CodecStatus, SQS_ERR_FORMAT);
    UT_TwoFiles(SQS_APP_ENCODE_FILE_CC, "", "/other");
    UtAssert_BOOL_TRUE(UT_HadOnce(SQS_APP_CODEC_ERR_EID));
    UT_TwoFiles(SQS_APP_ENCODE_FILE_CC, "/in", "");
    UtAssert_BOOL_TRUE(UT_HadOnce(SQS_APP_CODEC_ERR_EID));
    UT_TwoFiles(SQS_APP_ENCODE_FILE_CC, "/in", "/other");
    UT_NoArgs(SQS_APP_CANCEL_FILE_CC);
    UtAssert_BOOL_FALSE(SQS_APP_Data.Coder.Busy);
    UtAssert_NULL(UT_FileGet("/other", &Bytes));
}

/* The pipeline stops after an error of the library, and starts on command. */
static void Test_StepFails(void)
{
    static const UT_EntryKey_t Calls[] = {UT_KEY(sqs_push), UT_KEY(sqs_step), UT_KEY(sqs_pull), UT_KEY(sqs_output_position)};
    size_t                     i;

    UT_Open();
    for (i = 0; i < sizeof(Calls) / sizeof(Calls[0]); i++)
    {
        UT_SetDeferredRetcode(Calls[i], 1, SQS_ERR_CORRUPT);
        UT_Wake(1);
        UtAssert_BOOL_TRUE(UT_HadOnce(SQS_APP_STEP_ERR_EID));
        UtAssert_BOOL_FALSE(SQS_APP_Data.Enabled);
        UT_NoArgs(SQS_APP_ENABLE_CC);
    }
    UT_SetDeferredRetcode(UT_KEY(OS_lseek), 1, OS_ERROR);
    UT_Wake(1);
    UtAssert_BOOL_TRUE(UT_HadOnce(SQS_APP_STEP_ERR_EID));
    UT_NoArgs(SQS_APP_ENABLE_CC);
    UT_SetDeferredRetcode(UT_KEY(OS_read), 1, OS_ERROR);
    UT_Wake(1);
    UtAssert_BOOL_TRUE(UT_HadOnce(SQS_APP_STEP_ERR_EID));
    UT_NoArgs(SQS_APP_ENABLE_CC);
    UT_SetDeferredRetcode(UT_KEY(sqs_push_end), 1, SQS_ERR_CORRUPT);
    UT_Wake(60);
    UtAssert_BOOL_TRUE(UT_HadOnce(SQS_APP_STEP_ERR_EID));
    UT_NoArgs(SQS_APP_ENABLE_CC);
    UT_Wake(60);
    UtAssert_BOOL_TRUE(UT_HadOnce(SQS_APP_END_EID));
    /* A position that OSAL cannot express. */
    UT_NoArgs(SQS_APP_RESTART_CC);
    SQS_APP_Data.Pipeline.NextSample = 0x40000000;
    UT_Wake(1);
    UtAssert_BOOL_TRUE(UT_HadOnce(SQS_APP_STEP_ERR_EID));
    /* Without a detail, the text of the status. */
    UT_SetDeferredRetcode(UT_KEY(sqs_pipeline_error_detail), 1, SQS_ERR_ARGUMENT);
    UT_SetDeferredRetcode(UT_KEY(sqs_step), 1, SQS_ERR_INTERNAL);
    SQS_APP_Data.Pipeline.NextSample = 0;
    UT_NoArgs(SQS_APP_ENABLE_CC);
    UT_Wake(1);
    UtAssert_StrCmp(SQS_APP_Data.Pipeline.Detail, sqs_status_text(SQS_ERR_INTERNAL), "text of the status");
}

void UtTest_Setup(void)
{
    UtTest_Add(Test_Main, UT_Setup, NULL, "SQS_APP_Main");
    UtTest_Add(Test_Init, UT_Setup, NULL, "SQS_APP_Init");
    UtTest_Add(Test_FileToRows, UT_Setup, NULL, "rows of a file");
    UtTest_Add(Test_SaveRestore, UT_Setup, NULL, "checkpoints");
    UtTest_Add(Test_SaveRestoreFail, UT_Setup, NULL, "checkpoints that fail");
    UtTest_Add(Test_Messages, UT_Setup, NULL, "rows of messages");
    UtTest_Add(Test_Commands, UT_Setup, NULL, "commands");
    UtTest_Add(Test_Codec, UT_Setup, NULL, "files encoded and decoded");
    UtTest_Add(Test_StepFails, UT_Setup, NULL, "failures of a step");
    UtTest_Add(Test_Validation, UT_Setup, NULL, "validation of tables");
    UtTest_Add(Test_Tables, UT_Setup, NULL, "tables in use");
}
