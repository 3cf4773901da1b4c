/**
 * @file
 * Unit tests of sqs_app: the whole app over the real library, with stubs of cFE and files in memory.
 */

#include "sqs_app.h"
#include "sqs_app_graphs.h"
#include "ut_files.h"
#include "uttest.h"

#include <string.h>

#define INPUT_MID 0x08A8

static SQS_APP_Config_t Config;
static int16            Samples[4096];
static uint16           Events[64];
static uint32           EventCount;
static SQS_APP_RowsTlm_Payload_t Sent[64];
static uint32                    SentCount;

static union
{
    CFE_SB_Buffer_t       Sb;
    SQS_APP_NoArgsCmd_t   NoArgs;
    SQS_APP_FileCmd_t     File;
    SQS_APP_TwoFilesCmd_t TwoFiles;
    SQS_APP_ScrubCmd_t    Scrub;
    uint8                 Bytes[2048];
} Message;

/* Keeps the IDs of events. */
static void KeepEvent(void *User, UT_EntryKey_t Key, const UT_StubContext_t *Context, va_list Va)
{
    if (EventCount < 64)
    {
        Events[EventCount++] = UT_Hook_GetArgValueByName(Context, "EventID", uint16);
    }
}

/* Keeps rows that are transmitted. */
static void KeepRows(void *User, UT_EntryKey_t Key, const UT_StubContext_t *Context)
{
    if ((const void *)UT_Hook_GetArgValueByName(Context, "MsgPtr", const CFE_MSG_Message_t *) ==
            (const void *)&SQS_APP_Data.Rows && SentCount < 64)
    {
        Sent[SentCount++] = SQS_APP_Data.Rows.Payload;
    }
}

static bool Had(uint16 EventId)
{
    uint32 i;

    for (i = 0; i < EventCount; i++)
    {
        if (Events[i] == EventId)
        {
            return true;
        }
    }
    return false;
}

static bool HadOnce(uint16 EventId)
{
    const bool Result = Had(EventId);

    EventCount = 0;
    return Result;
}

/* The table is Config. */
static void GiveTable(void *User, UT_EntryKey_t Key, const UT_StubContext_t *Context)
{
    *UT_Hook_GetArgValueByName(Context, "TblPtr", void **) = &Config;
}

static void Alpha(void)
{
    strcpy(Config.Params[0].Stage, "smooth");
    strcpy(Config.Params[0].Key, "alpha");
    Config.Params[0].Values[0] = 0.25;
}

static void FileTable(void)
{
    memset(&Config, 0, sizeof(Config));
    strcpy(Config.Graph, "smooth");
    strcpy(Config.Outputs[0], "highest");
    strcpy(Config.Outputs[1], "mean");
    strcpy(Config.InputFile, "/in");
    Config.Input         = SQS_APP_INPUT_FILE;
    Config.Dtype         = SQS_I16;
    Config.Channels      = 1;
    Config.Window        = 32;
    Config.Hop           = 32;
    Config.InputCapacity = 1024;
    Config.QueueRows     = 16;
    Config.BudgetBytes   = 65536;
    Config.StepWindows   = 8;
    Config.ScrubBytes    = 1024;
    Config.CodecSteps    = 2;
    Config.CodecChannels = 1;
    Config.CodecEffort   = 5;
    Config.Enabled       = 1;
    Alpha();
}

static void MessageTable(void)
{
    FileTable();
    memset(Config.Params, 0, sizeof(Config.Params));
    strcpy(Config.Graph, "level");
    strcpy(Config.Outputs[0], "max");
    strcpy(Config.Outputs[1], "min");
    Config.Input        = SQS_APP_INPUT_MESSAGE;
    Config.InputMsgId   = INPUT_MID;
    Config.SampleOffset = 16;
    Config.ScrubBytes   = 0;
}

static void Setup(void)
{
    size_t i;

    SQS_APP_PipelineClose();
    UT_ResetState(0);
    UT_FilesReset();
    memset(&SQS_APP_Data, 0, sizeof(SQS_APP_Data));
    memset(&Message, 0, sizeof(Message));
    SQS_APP_Data.Pipeline.File = OS_OBJECT_ID_UNDEFINED;
    SQS_APP_Data.InputMsgId    = CFE_SB_INVALID_MSG_ID;
    EventCount = 0;
    SentCount  = 0;
    for (i = 0; i < 4096; i++)
    {
        Samples[i] = (int16)((i * 977) % 2003 - 1000);
    }
    UT_FileSet("/in", Samples, sizeof(Samples));
    UT_SetVaHandlerFunction(UT_KEY(CFE_EVS_SendEvent), KeepEvent, NULL);
    UT_SetHandlerFunction(UT_KEY(CFE_SB_TransmitMsg), KeepRows, NULL);
    FileTable();
    UT_SetHandlerFunction(UT_KEY(CFE_TBL_GetAddress), GiveTable, NULL);
}

static void Open(void)
{
    UtAssert_INT32_EQ(SQS_APP_Init(), CFE_SUCCESS);
    UtAssert_BOOL_TRUE(Had(SQS_APP_INIT_EID));
    EventCount = 0;
}

/* What the stubs return of the next message. */
static CFE_SB_MsgId_t    MessageId;
static CFE_MSG_FcnCode_t MessageCode;
static CFE_MSG_Size_t    MessageSize;

static void GiveMsgId(void *User, UT_EntryKey_t Key, const UT_StubContext_t *Context)
{
    *UT_Hook_GetArgValueByName(Context, "MsgId", CFE_SB_MsgId_t *) = MessageId;
}

static void GiveFcnCode(void *User, UT_EntryKey_t Key, const UT_StubContext_t *Context)
{
    *UT_Hook_GetArgValueByName(Context, "FcnCode", CFE_MSG_FcnCode_t *) = MessageCode;
}

static void GiveSize(void *User, UT_EntryKey_t Key, const UT_StubContext_t *Context)
{
    *UT_Hook_GetArgValueByName(Context, "Size", CFE_MSG_Size_t *) = MessageSize;
}

static void Describe(CFE_SB_MsgId_Atom_t Mid, CFE_MSG_FcnCode_t Code, size_t Bytes)
{
    MessageId   = CFE_SB_ValueToMsgId(Mid);
    MessageCode = Code;
    MessageSize = Bytes;
    UT_SetHandlerFunction(UT_KEY(CFE_MSG_GetMsgId), GiveMsgId, NULL);
    UT_SetHandlerFunction(UT_KEY(CFE_MSG_GetFcnCode), GiveFcnCode, NULL);
    UT_SetHandlerFunction(UT_KEY(CFE_MSG_GetSize), GiveSize, NULL);
}

static void Dispatch(CFE_SB_MsgId_Atom_t Mid, CFE_MSG_FcnCode_t Code, size_t Bytes)
{
    Describe(Mid, Code, Bytes);
    SQS_APP_Dispatch(&Message.Sb);
}

static void NoArgs(CFE_MSG_FcnCode_t Code)
{
    Dispatch(SQS_APP_CMD_MID, Code, sizeof(SQS_APP_NoArgsCmd_t));
}

static void File(CFE_MSG_FcnCode_t Code, const char *Name)
{
    memset(Message.File.Payload.File, 0, OS_MAX_PATH_LEN);
    strcpy(Message.File.Payload.File, Name);
    Dispatch(SQS_APP_CMD_MID, Code, sizeof(SQS_APP_FileCmd_t));
}

static void TwoFiles(CFE_MSG_FcnCode_t Code, const char *Source, const char *Target)
{
    memset(&Message.TwoFiles.Payload, 0, sizeof(Message.TwoFiles.Payload));
    strcpy(Message.TwoFiles.Payload.Source, Source);
    strcpy(Message.TwoFiles.Payload.Target, Target);
    Dispatch(SQS_APP_CMD_MID, Code, sizeof(SQS_APP_TwoFilesCmd_t));
}

static void Wake(uint32 Count)
{
    uint32 i;

    for (i = 0; i < Count; i++)
    {
        Dispatch(SQS_APP_WAKEUP_MID, 0, sizeof(SQS_APP_NoArgsCmd_t));
    }
}

/* The maximum and mean of the smoothed samples of window t, by their definition. */
static void Smoothed(uint32 t, float *Highest, double *Mean)
{
    double y = Samples[0];
    uint32 i;

    *Mean = 0;
    for (i = 0; i < (t + 1) * 32; i++)
    {
        y += (Samples[i] - y) * 0.25;
        if (i == t * 32 || (i > t * 32 && (float)y > *Highest))
        {
            *Highest = (float)y;
        }
        *Mean += i >= t * 32 ? (double)(float)y / 32 : 0;
    }
}

static void CheckRows(uint64 From, uint64 End)
{
    uint64 Next[2] = {From, From};
    uint32 i;
    uint32 k;

    for (i = 0; i < SentCount; i++)
    {
        UtAssert_UINT32_EQ(Sent[i].FirstRow, Next[Sent[i].Output]);
        for (k = 0; k < Sent[i].RowCount; k++)
        {
            float  Row;
            float  Highest = 0;
            double Mean;

            memcpy(&Row, Sent[i].Rows + k * 4, 4);
            Smoothed((uint32)(Sent[i].FirstRow + k), &Highest, &Mean);
            if (Sent[i].Output == 0 ? Row < Highest || Row > Highest : Row - Mean > 1e-3 || Mean - Row > 1e-3)
            {
                UtAssert_Failed("row %lu of output %lu", (unsigned long)(Sent[i].FirstRow + k), (unsigned long)Sent[i].Output);
            }
        }
        Next[Sent[i].Output] += Sent[i].RowCount;
    }
    UtAssert_UINT32_EQ(Next[0], End);
    UtAssert_UINT32_EQ(Next[1], End);
}

static void Test_Main(void)
{
    CFE_SB_Buffer_t *Buffer = &Message.Sb;

    UT_SetDeferredRetcode(UT_KEY(CFE_ES_RunLoop), 1, true);
    UT_SetDeferredRetcode(UT_KEY(CFE_ES_RunLoop), 1, true);
    Describe(SQS_APP_WAKEUP_MID, 0, sizeof(SQS_APP_NoArgsCmd_t));
    UT_SetDataBuffer(UT_KEY(CFE_SB_ReceiveBuffer), &Buffer, sizeof(Buffer), true);
    UT_SetDeferredRetcode(UT_KEY(CFE_SB_ReceiveBuffer), 2, CFE_SB_PIPE_RD_ERR);
    SQS_APP_Main();
    UtAssert_BOOL_TRUE(Had(SQS_APP_INIT_EID) && Had(SQS_APP_PIPE_ERR_EID));
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
    UtAssert_BOOL_TRUE(HadOnce(SQS_APP_PIPE_ERR_EID));
    UT_SetDeferredRetcode(UT_KEY(CFE_TBL_Register), 1, CFE_TBL_ERR_INVALID_SIZE);
    UtAssert_INT32_EQ(SQS_APP_Init(), CFE_TBL_ERR_INVALID_SIZE);
    UT_SetDeferredRetcode(UT_KEY(CFE_TBL_Load), 1, CFE_TBL_ERR_ACCESS);
    UtAssert_INT32_EQ(SQS_APP_Init(), CFE_TBL_ERR_ACCESS);
    UtAssert_BOOL_TRUE(HadOnce(SQS_APP_TABLE_ERR_EID));

    /* The app runs also when the pipeline cannot be created, or the checkpoint is missing. */
    strcpy(Config.InputFile, "/none");
    UtAssert_INT32_EQ(SQS_APP_Init(), CFE_SUCCESS);
    UtAssert_BOOL_TRUE(HadOnce(SQS_APP_OPEN_ERR_EID));
    UtAssert_NULL(SQS_APP_Data.Pipeline.Handle);
    UtAssert_BOOL_FALSE(SQS_APP_Data.Enabled);
    strcpy(Config.InputFile, "/in");
    strcpy(Config.CheckpointFile, "/checkpoint");
    UT_SetDeferredRetcode(UT_KEY(OS_stat), 1, OS_ERROR);
    UtAssert_INT32_EQ(SQS_APP_Init(), CFE_SUCCESS);
    UtAssert_BOOL_TRUE(SQS_APP_Data.Enabled && !Had(SQS_APP_RESTORE_ERR_EID));
    UtAssert_INT32_EQ(SQS_APP_Init(), CFE_SUCCESS); /* it exists, and cannot be read */
    UtAssert_BOOL_TRUE(Had(SQS_APP_RESTORE_ERR_EID));
}

static void Test_FileToRows(void)
{
    Open();
    Wake(1);
    UtAssert_UINT32_EQ(SQS_APP_Data.Overruns, 1);
    Wake(60);
    UtAssert_BOOL_TRUE(Had(SQS_APP_END_EID));
    CheckRows(0, 128);
    UtAssert_BOOL_TRUE(SQS_APP_Data.Pipeline.Done);
    UtAssert_UINT32_EQ(SQS_APP_Data.Pipeline.NextSample, 4096);
    /* Once more from row 0. */
    SentCount = 0;
    NoArgs(SQS_APP_RESTART_CC);
    UtAssert_BOOL_TRUE(HadOnce(SQS_APP_RESTART_EID) || true);
    Wake(61);
    CheckRows(0, 128);
}

static void Test_SaveRestore(void)
{
    Open();
    Wake(6);
    File(SQS_APP_SAVE_CC, "/checkpoint");
    UtAssert_BOOL_TRUE(HadOnce(SQS_APP_SAVE_EID));
    Wake(60);
    CheckRows(0, 128);
    /* A new start, as after a reset of the processor, restores by itself. */
    SQS_APP_PipelineClose();
    strcpy(Config.CheckpointFile, "/checkpoint");
    EventCount = 0;
    SentCount  = 0;
    UtAssert_INT32_EQ(SQS_APP_Init(), CFE_SUCCESS);
    UtAssert_BOOL_TRUE(HadOnce(SQS_APP_RESTORE_EID));
    Dispatch(SQS_APP_SEND_HK_MID, 0, sizeof(SQS_APP_NoArgsCmd_t));
    UtAssert_UINT32_EQ(SQS_APP_Data.Hk.Payload.NextRow, 48);
    Wake(61);
    CheckRows(48, 128);
    /* Restored by command, while it runs. */
    SentCount = 0;
    File(SQS_APP_RESTORE_CC, "/checkpoint");
    Wake(61);
    CheckRows(48, 128);
}

static void Test_SaveRestoreFail(void)
{
    static uint8 Large[UT_FILE_BYTES];
    size_t       Bytes;
    uint8        Copy[20000];

    Open();
    Wake(4);
    File(SQS_APP_SAVE_CC, "");
    UtAssert_BOOL_TRUE(HadOnce(SQS_APP_SAVE_ERR_EID));
    File(SQS_APP_RESTORE_CC, "");
    UtAssert_BOOL_TRUE(HadOnce(SQS_APP_RESTORE_ERR_EID));
    memset(Message.File.Payload.File, 'x', OS_MAX_PATH_LEN);
    Dispatch(SQS_APP_CMD_MID, SQS_APP_SAVE_CC, sizeof(SQS_APP_FileCmd_t));
    UtAssert_BOOL_TRUE(HadOnce(SQS_APP_SAVE_ERR_EID));
    UT_SetDeferredRetcode(UT_KEY(OS_OpenCreate), 1, OS_ERROR);
    File(SQS_APP_SAVE_CC, "/checkpoint");
    UtAssert_BOOL_TRUE(HadOnce(SQS_APP_SAVE_ERR_EID));
    UT_SetDeferredRetcode(UT_KEY(OS_write), 2, OS_ERROR);
    File(SQS_APP_SAVE_CC, "/checkpoint");
    UtAssert_BOOL_TRUE(HadOnce(SQS_APP_SAVE_ERR_EID));
    UT_FilesLimitWrites(10);
    File(SQS_APP_SAVE_CC, "/checkpoint");
    UtAssert_BOOL_TRUE(HadOnce(SQS_APP_SAVE_ERR_EID));
    UT_FilesLimitWrites(0);
    UT_SetDeferredRetcode(UT_KEY(OS_close), 1, OS_ERROR);
    File(SQS_APP_SAVE_CC, "/checkpoint");
    UtAssert_BOOL_TRUE(HadOnce(SQS_APP_SAVE_ERR_EID));
    UtAssert_NULL(UT_FileGet("/checkpoint", &Bytes));

    File(SQS_APP_SAVE_CC, "/checkpoint");
    UtAssert_BOOL_TRUE(HadOnce(SQS_APP_SAVE_EID));
    memcpy(Copy, UT_FileGet("/checkpoint", &Bytes), sizeof(Copy));
    UtAssert_UINT32_LT(Bytes, sizeof(Copy));
    Copy[Bytes / 2] ^= 8;
    UT_FileSet("/damaged", Copy, Bytes);
    File(SQS_APP_RESTORE_CC, "/damaged");
    UtAssert_BOOL_TRUE(HadOnce(SQS_APP_RESTORE_ERR_EID));
    UtAssert_BOOL_TRUE(SQS_APP_Data.Enabled); /* as before */
    UT_FileSet("/large", Large, SQS_APP_CHECKPOINT_BYTES);
    File(SQS_APP_RESTORE_CC, "/large");
    UtAssert_BOOL_TRUE(HadOnce(SQS_APP_RESTORE_ERR_EID));
    UT_SetDeferredRetcode(UT_KEY(OS_read), 1, OS_ERROR);
    File(SQS_APP_RESTORE_CC, "/checkpoint");
    UtAssert_BOOL_TRUE(HadOnce(SQS_APP_RESTORE_ERR_EID));
    File(SQS_APP_RESTORE_CC, "/checkpoint");
    UtAssert_BOOL_TRUE(HadOnce(SQS_APP_RESTORE_EID));
}

static void Test_Messages(void)
{
    uint32 i;

    MessageTable();
    Open();
    UtAssert_STUB_COUNT(CFE_SB_SubscribeEx, 1);
    for (i = 0; i < 8; i++)
    {
        memcpy(Message.Bytes + 16, Samples + i * 64, 128);
        Dispatch(INPUT_MID, 0, 16 + 128);
        Wake(1);
    }
    UtAssert_UINT32_EQ(SQS_APP_Data.Pipeline.NextSample, 512);
    UtAssert_UINT32_EQ(SentCount, 16);
    for (i = 0; i < SentCount; i++)
    {
        float Row;
        int16 Want = Samples[Sent[i].FirstRow * 32];
        int   k;

        memcpy(&Row, Sent[i].Rows, 4);
        for (k = 1; k < 32; k++)
        {
            const int16 x = Samples[Sent[i].FirstRow * 32 + (uint64)k];

            Want = (Sent[i].Output == 0 ? x > Want : x < Want) ? x : Want;
        }
        UtAssert_INT32_EQ((int32)Row, Want);
    }
    /* Dropped: too short, disabled, no room. */
    Dispatch(INPUT_MID, 0, 10);
    UtAssert_BOOL_TRUE(HadOnce(SQS_APP_DATA_ERR_EID));
    NoArgs(SQS_APP_DISABLE_CC);
    UtAssert_BOOL_TRUE(HadOnce(SQS_APP_ENABLE_EID));
    Dispatch(INPUT_MID, 0, 16 + 128);
    Wake(1);
    UtAssert_BOOL_FALSE(Had(SQS_APP_DATA_ERR_EID)); /* reported once */
    NoArgs(SQS_APP_ENABLE_CC);
    for (i = 0; i < 20; i++)
    {
        Dispatch(INPUT_MID, 0, 16 + 128);
    }
    UtAssert_UINT32_EQ(SQS_APP_Data.DroppedMessages, 2 + 20 - 1024 / 64);
    /* The next table listens to another message. */
    Config.InputMsgId = INPUT_MID + 1;
    File(SQS_APP_LOAD_TABLE_CC, "/table");
    UtAssert_STUB_COUNT(CFE_SB_Unsubscribe, 1);
    UtAssert_BOOL_TRUE(HadOnce(SQS_APP_TABLE_EID));
    Dispatch(INPUT_MID, 0, 16 + 128);
    UtAssert_BOOL_TRUE(HadOnce(SQS_APP_MID_ERR_EID));
    SQS_APP_PipelineClose();
    UtAssert_BOOL_FALSE(SQS_APP_PipelinePush(Samples, 2));
}

static void Test_Commands(void)
{
    Open();
    NoArgs(SQS_APP_NOOP_CC);
    UtAssert_BOOL_TRUE(HadOnce(SQS_APP_NOOP_EID));
    UtAssert_UINT32_EQ(SQS_APP_Data.CommandCounter, 1);
    NoArgs(99);
    UtAssert_BOOL_TRUE(HadOnce(SQS_APP_CC_ERR_EID));
    NoArgs(SQS_APP_SAVE_CC);
    UtAssert_BOOL_TRUE(HadOnce(SQS_APP_LEN_ERR_EID));
    Dispatch(SQS_APP_WAKEUP_MID, 0, 99);
    Dispatch(SQS_APP_SEND_HK_MID, 0, 99);
    UtAssert_BOOL_TRUE(HadOnce(SQS_APP_LEN_ERR_EID));
    Dispatch(0x1234, 0, 8);
    UtAssert_BOOL_TRUE(HadOnce(SQS_APP_MID_ERR_EID));
    UtAssert_UINT32_EQ(SQS_APP_Data.CommandErrorCounter, 5);
    Dispatch(SQS_APP_SEND_HK_MID, 0, sizeof(SQS_APP_NoArgsCmd_t));
    UtAssert_UINT32_EQ(SQS_APP_Data.Hk.Payload.CommandErrorCounter, 5);
    UtAssert_UINT32_EQ(SQS_APP_Data.Hk.Payload.Open, 1);
    UtAssert_UINT32_EQ(SQS_APP_Data.Hk.Payload.Enabled, 1);
    UtAssert_UINT32_EQ(SQS_APP_Data.Hk.Payload.WorkBytes, SQS_APP_Data.Pipeline.WorkBytes);
    NoArgs(SQS_APP_RESET_COUNTERS_CC);
    UtAssert_BOOL_TRUE(HadOnce(SQS_APP_RESET_EID));
    UtAssert_UINT32_EQ(SQS_APP_Data.CommandCounter + SQS_APP_Data.CommandErrorCounter, 0);
    Wake(3);
    Dispatch(SQS_APP_CMD_MID, SQS_APP_SCRUB_CC, sizeof(SQS_APP_ScrubCmd_t));
    UtAssert_BOOL_TRUE(HadOnce(SQS_APP_SCRUB_EID));
    UT_SetDeferredRetcode(UT_KEY(sqs_scrub), 1, SQS_ERR_POISONED);
    Dispatch(SQS_APP_CMD_MID, SQS_APP_SCRUB_CC, sizeof(SQS_APP_ScrubCmd_t));
    UtAssert_BOOL_TRUE(HadOnce(SQS_APP_SCRUB_ERR_EID));
    UtAssert_UINT32_EQ(SQS_APP_Data.CommandErrorCounter, 1);
    Dispatch(SQS_APP_SEND_HK_MID, 0, sizeof(SQS_APP_NoArgsCmd_t));
    UtAssert_INT32_EQ(SQS_APP_Data.Hk.Payload.PipelineStatus, SQS_ERR_POISONED);
    UtAssert_UINT32_EQ(SQS_APP_Data.Hk.Payload.Enabled, 0);
    SQS_APP_PipelineClose();
    NoArgs(SQS_APP_RESTART_CC);
    UtAssert_BOOL_TRUE(HadOnce(SQS_APP_STEP_ERR_EID));
    SQS_APP_Data.Enabled = true;
    Wake(1); /* without a pipeline */
    Dispatch(SQS_APP_SEND_HK_MID, 0, sizeof(SQS_APP_NoArgsCmd_t));
    UtAssert_UINT32_EQ(SQS_APP_Data.Hk.Payload.Open, 0);
}

static void Test_Codec(void)
{
    const uint8 *Back;
    size_t       Bytes;

    Open();
    NoArgs(SQS_APP_DISABLE_CC);
    TwoFiles(SQS_APP_ENCODE_FILE_CC, "/in", "/sqs");
    UtAssert_BOOL_TRUE(SQS_APP_Data.Coder.Busy);
    TwoFiles(SQS_APP_ENCODE_FILE_CC, "/in", "/other"); /* one at a time */
    UtAssert_BOOL_TRUE(HadOnce(SQS_APP_CODEC_ERR_EID));
    Wake(1);
    Dispatch(SQS_APP_SEND_HK_MID, 0, sizeof(SQS_APP_NoArgsCmd_t));
    UtAssert_UINT32_EQ(SQS_APP_Data.Hk.Payload.CodecBusy, 1);
    Wake(10);
    UtAssert_BOOL_TRUE(HadOnce(SQS_APP_CODEC_EID));
    Dispatch(SQS_APP_SEND_HK_MID, 0, sizeof(SQS_APP_NoArgsCmd_t));
    UtAssert_UINT32_EQ(SQS_APP_Data.Hk.Payload.RawBytes, sizeof(Samples));
    TwoFiles(SQS_APP_DECODE_FILE_CC, "/sqs", "/back");
    Wake(10);
    UtAssert_BOOL_TRUE(HadOnce(SQS_APP_CODEC_EID));
    Back = UT_FileGet("/back", &Bytes);
    UtAssert_UINT32_EQ(Bytes, sizeof(Samples));
    UtAssert_MemCmp(Back, Samples, sizeof(Samples), "decoded");
    UtAssert_UINT32_EQ(SQS_APP_Data.FilesCoded, 2);
    TwoFiles(SQS_APP_DECODE_FILE_CC, "/in", "/none"); /* not encoded */
    Wake(10);
    UtAssert_BOOL_TRUE(HadOnce(SQS_APP_CODEC_ERR_EID));
    Dispatch(SQS_APP_SEND_HK_MID, 0, sizeof(SQS_APP_NoArgsCmd_t));
    UtAssert_INT32_EQ(SQS_APP_Data.Hk.Payload.CodecStatus, SQS_ERR_DAMAGED);
    TwoFiles(SQS_APP_ENCODE_FILE_CC, "", "/other");
    UtAssert_BOOL_TRUE(HadOnce(SQS_APP_CODEC_ERR_EID));
    TwoFiles(SQS_APP_ENCODE_FILE_CC, "/in", "");
    UtAssert_BOOL_TRUE(HadOnce(SQS_APP_CODEC_ERR_EID));
    TwoFiles(SQS_APP_ENCODE_FILE_CC, "/in", "/other");
    NoArgs(SQS_APP_CANCEL_FILE_CC);
    UtAssert_BOOL_FALSE(SQS_APP_Data.Coder.Busy);
    UtAssert_NULL(UT_FileGet("/other", &Bytes));
}

/* The pipeline stops after an error of the library, and starts on command. */
static void Test_StepFails(void)
{
    static const UT_EntryKey_t Calls[] = {UT_KEY(sqs_push), UT_KEY(sqs_step), UT_KEY(sqs_pull), UT_KEY(sqs_output_position)};
    size_t                     i;

    Open();
    for (i = 0; i < sizeof(Calls) / sizeof(Calls[0]); i++)
    {
        UT_SetDeferredRetcode(Calls[i], 1, SQS_ERR_CORRUPT);
        Wake(1);
        UtAssert_BOOL_TRUE(HadOnce(SQS_APP_STEP_ERR_EID));
        UtAssert_BOOL_FALSE(SQS_APP_Data.Enabled);
        NoArgs(SQS_APP_ENABLE_CC);
    }
    UT_SetDeferredRetcode(UT_KEY(OS_lseek), 1, OS_ERROR);
    Wake(1);
    UtAssert_BOOL_TRUE(HadOnce(SQS_APP_STEP_ERR_EID));
    NoArgs(SQS_APP_ENABLE_CC);
    UT_SetDeferredRetcode(UT_KEY(OS_read), 1, OS_ERROR);
    Wake(1);
    UtAssert_BOOL_TRUE(HadOnce(SQS_APP_STEP_ERR_EID));
    NoArgs(SQS_APP_ENABLE_CC);
    UT_SetDeferredRetcode(UT_KEY(sqs_push_end), 1, SQS_ERR_CORRUPT);
    Wake(60);
    UtAssert_BOOL_TRUE(HadOnce(SQS_APP_STEP_ERR_EID));
    NoArgs(SQS_APP_ENABLE_CC);
    Wake(60);
    UtAssert_BOOL_TRUE(HadOnce(SQS_APP_END_EID));
    /* A position that OSAL cannot express. */
    NoArgs(SQS_APP_RESTART_CC);
    SQS_APP_Data.Pipeline.NextSample = 0x40000000;
    Wake(1);
    UtAssert_BOOL_TRUE(HadOnce(SQS_APP_STEP_ERR_EID));
    /* Without a detail, the text of the status. */
    UT_SetDeferredRetcode(UT_KEY(sqs_pipeline_error_detail), 1, SQS_ERR_ARGUMENT);
    UT_SetDeferredRetcode(UT_KEY(sqs_step), 1, SQS_ERR_INTERNAL);
    SQS_APP_Data.Pipeline.NextSample = 0;
    NoArgs(SQS_APP_ENABLE_CC);
    Wake(1);
    UtAssert_StrCmp(SQS_APP_Data.Pipeline.Detail, sqs_status_text(SQS_ERR_INTERNAL), "text of the status");
}

static void Refused(const char *What)
{
    SQS_APP_Config_t Image = Config;

    UtPrintf("refused: %s", What);
    UtAssert_INT32_EQ(SQS_APP_TableValidate(&Image), CFE_STATUS_VALIDATION_FAILURE);
    UtAssert_BOOL_TRUE(HadOnce(SQS_APP_TABLE_ERR_EID));
    FileTable();
}

#define REFUSED(change)     \
    do                      \
    {                       \
        change;             \
        Refused(#change);   \
    } while (0)

static void Test_Validation(void)
{
    UtAssert_INT32_EQ(SQS_APP_TableValidate(&Config), CFE_SUCCESS);
    REFUSED(strcpy(Config.Graph, "none"));
    REFUSED(memset(Config.Graph, 'x', sizeof(Config.Graph)));
    REFUSED(memset(Config.InputFile, 'x', sizeof(Config.InputFile)));
    REFUSED(memset(Config.CheckpointFile, 'x', sizeof(Config.CheckpointFile)));
    REFUSED(Config.InputFile[0] = '\0');
    REFUSED(Config.Input = 3);
    REFUSED(MessageTable(); Config.InputMsgId = 0);
    REFUSED(Config.Channels = 0);
    REFUSED(Config.QueueRows = 0);
    REFUSED(Config.StepWindows = 0);
    REFUSED(Config.CodecSteps = 0);
    REFUSED(Config.CodecChannels = 0);
    REFUSED(Config.BudgetBytes = 0);
    REFUSED(Config.BudgetBytes = SQS_APP_WORK_BYTES + 1);
    REFUSED(Config.BudgetBytes = 100); /* the library: too small */
    REFUSED(Config.CodecEffort = 0);
    REFUSED(Config.CodecEffort = 10);
    REFUSED(Config.CodecByteOrder = 2);
    REFUSED(memset(Config.Outputs[3], 'x', sizeof(Config.Outputs[3])));
    REFUSED(Config.Outputs[0][0] = '\0'); /* a gap */
    REFUSED(strcpy(Config.Outputs[1], "none"));
    REFUSED(Config.Outputs[0][0] = '\0'; Config.Outputs[1][0] = '\0');
    REFUSED(memset(Config.Params[0].Stage, 'x', sizeof(Config.Params[0].Stage)));
    REFUSED(memset(Config.Params[0].Key, 'x', sizeof(Config.Params[0].Key)));
    REFUSED(strcpy(Config.Params[0].Stage, "none"));
    REFUSED(Config.Params[0].Count = SQS_APP_MAX_LIST + 1);
    REFUSED(Config.Params[0].Values[0] = 2);
    REFUSED(Config.Window = 0);
    REFUSED(Config.Dtype = 99);
    REFUSED(strcpy(Config.Outputs[0], "smooth"); Config.Window = 200; Config.Hop = 200);
    REFUSED(memset(Config.Params, 0, sizeof(Config.Params)));
    REFUSED(memset(Config.Params, 0, sizeof(Config.Params)); strcpy(Config.Graph, "spectrum"); strcpy(Config.Outputs[0], "power"); Config.Outputs[1][0] = '\0';
            Config.Window = 1024);
    UT_SetDeferredRetcode(UT_KEY(sqs_stage_find), 1, SQS_ERR_NAME);
    REFUSED((void)0);
    UT_SetDeferredRetcode(UT_KEY(sqs_stage_info), 1, SQS_ERR_ARGUMENT);
    REFUSED((void)0);
    UT_SetDeferredRetcode(UT_KEY(sqs_input_info), 1, SQS_ERR_ARGUMENT);
    REFUSED((void)0);
    UT_SetDeferredRetcode(UT_KEY(sqs_output_open), 1, SQS_ERR_LIMIT);
    REFUSED((void)0);
    UT_SetDeferredRetcode(UT_KEY(sqs_plan), 1, SQS_ERR_BUDGET);
    REFUSED((void)0);
    /* A list where the kind has a number. The library decides on element types. */
    Config.Params[0].Count = 2;
    UtAssert_INT32_EQ(SQS_APP_TableValidate(&Config), CFE_STATUS_VALIDATION_FAILURE);
    FileTable();
    Config.Dtype = SQS_F32;
    UtAssert_INT32_EQ(SQS_APP_TableValidate(&Config), CFE_SUCCESS);
    Config.Dtype = SQS_F64;
    UtAssert_INT32_EQ(SQS_APP_TableValidate(&Config), CFE_STATUS_VALIDATION_FAILURE); /* mean has no f64 */
    Config.Dtype = SQS_I8;
    UtAssert_INT32_EQ(SQS_APP_TableValidate(&Config), CFE_STATUS_VALIDATION_FAILURE);
    FileTable();
    memset(Config.Params, 0, sizeof(Config.Params));
    strcpy(Config.Graph, "spectrum");
    strcpy(Config.Outputs[0], "peak");
    strcpy(Config.Outputs[1], "power");
    Config.Window = 64;
    UtAssert_INT32_EQ(SQS_APP_TableValidate(&Config), CFE_SUCCESS);
}

static void Test_Tables(void)
{
    Open();
    File(SQS_APP_LOAD_TABLE_CC, "");
    UtAssert_BOOL_TRUE(HadOnce(SQS_APP_TABLE_ERR_EID));
    UT_SetDeferredRetcode(UT_KEY(CFE_TBL_Load), 1, CFE_TBL_ERR_FILE_TOO_LARGE);
    File(SQS_APP_LOAD_TABLE_CC, "/table");
    UtAssert_BOOL_TRUE(HadOnce(SQS_APP_TABLE_ERR_EID));
    UT_SetDeferredRetcode(UT_KEY(CFE_TBL_GetAddress), 1, CFE_TBL_ERR_NEVER_LOADED);
    File(SQS_APP_LOAD_TABLE_CC, "/table");
    UtAssert_BOOL_TRUE(HadOnce(SQS_APP_TABLE_ERR_EID));
    UT_SetDeferredRetcode(UT_KEY(CFE_TBL_GetAddress), 1, CFE_TBL_INFO_UPDATED);
    UT_SetDeferredRetcode(UT_KEY(CFE_TBL_Manage), 1, CFE_TBL_INFO_UPDATED);
    Wake(1);
    UtAssert_BOOL_TRUE(HadOnce(SQS_APP_TABLE_EID));
    MessageTable();
    UT_SetDeferredRetcode(UT_KEY(CFE_SB_SubscribeEx), 1, CFE_SB_BAD_ARGUMENT);
    File(SQS_APP_LOAD_TABLE_CC, "/table");
    UtAssert_BOOL_TRUE(HadOnce(SQS_APP_PIPE_ERR_EID));
    UT_SetDeferredRetcode(UT_KEY(sqs_pipeline_seal), 1, SQS_ERR_MEMORY);
    File(SQS_APP_LOAD_TABLE_CC, "/table");
    UtAssert_BOOL_TRUE(HadOnce(SQS_APP_OPEN_ERR_EID));
    UtAssert_NULL(SQS_APP_Data.Pipeline.Handle);
    /* A table that is in use without a validation is refused by the library. */
    Config.Window = 0;
    File(SQS_APP_LOAD_TABLE_CC, "/table");
    UtAssert_BOOL_TRUE(HadOnce(SQS_APP_OPEN_ERR_EID));
}

void UtTest_Setup(void)
{
    UtTest_Add(Test_Main, Setup, NULL, "SQS_APP_Main");
    UtTest_Add(Test_Init, Setup, NULL, "SQS_APP_Init");
    UtTest_Add(Test_FileToRows, Setup, NULL, "rows of a file");
    UtTest_Add(Test_SaveRestore, Setup, NULL, "checkpoints");
    UtTest_Add(Test_SaveRestoreFail, Setup, NULL, "checkpoints that fail");
    UtTest_Add(Test_Messages, Setup, NULL, "rows of messages");
    UtTest_Add(Test_Commands, Setup, NULL, "commands");
    UtTest_Add(Test_Codec, Setup, NULL, "files encoded and decoded");
    UtTest_Add(Test_StepFails, Setup, NULL, "failures of a step");
    UtTest_Add(Test_Validation, Setup, NULL, "validation of tables");
    UtTest_Add(Test_Tables, Setup, NULL, "tables in use");
}
