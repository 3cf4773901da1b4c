/**
 * @file
 * What the unit tests of sqs_app share.
 */

#include "ut_sqs_app.h"

#include <string.h>

SQS_APP_Config_t UT_Config;
int16            UT_Samples[4096];
static uint16           Events[64];
uint32           UT_EventCount;
SQS_APP_RowsTlm_Payload_t UT_Sent[64];
uint32                    UT_SentCount;

UT_Message_t UT_Message;

/* Keeps the IDs of events. */
static void KeepEvent(void *User, UT_EntryKey_t Key, const UT_StubContext_t *Context, va_list Va)
{
    if (UT_EventCount < 64)
    {
        Events[UT_EventCount++] = UT_Hook_GetArgValueByName(Context, "EventID", uint16);
    }
}

/* Keeps rows that are transmitted. */
static void KeepRows(void *User, UT_EntryKey_t Key, const UT_StubContext_t *Context)
{
    if ((const void *)UT_Hook_GetArgValueByName(Context, "MsgPtr", const CFE_MSG_Message_t *) ==
            (const void *)&SQS_APP_Data.Rows && UT_SentCount < 64)
    {
        UT_Sent[UT_SentCount++] = SQS_APP_Data.Rows.Payload;
    }
}

bool UT_Had(uint16 EventId)
{
    uint32 i;

    for (i = 0; i < UT_EventCount; i++)
    {
        if (Events[i] == EventId)
        {
            return true;
        }
    }
    return false;
}

bool UT_HadOnce(uint16 EventId)
{
    const bool Result = UT_Had(EventId);

    UT_EventCount = 0;
    return Result;
}

/* The table is UT_Config. */
static void GiveTable(void *User, UT_EntryKey_t Key, const UT_StubContext_t *Context)
{
    *UT_Hook_GetArgValueByName(Context, "TblPtr", void **) = &UT_Config;
}

static void Alpha(void)
{
    strcpy(UT_Config.Params[0].Stage, "smooth");
    strcpy(UT_Config.Params[0].Key, "alpha");
    UT_Config.Params[0].Values[0] = 0.25;
}

void UT_FileTable(void)
{
    memset(&UT_Config, 0, sizeof(UT_Config));
    strcpy(UT_Config.Graph, "smooth");
    strcpy(UT_Config.Outputs[0], "highest");
    strcpy(UT_Config.Outputs[1], "mean");
    strcpy(UT_Config.InputFile, "/in");
    UT_Config.Input         = SQS_APP_INPUT_FILE;
    UT_Config.Dtype         = SQS_I16;
    UT_Config.Channels      = 1;
    UT_Config.Window        = 32;
    UT_Config.Hop           = 32;
    UT_Config.InputCapacity = 1024;
    UT_Config.QueueRows     = 16;
    UT_Config.BudgetBytes   = 65536;
    UT_Config.StepWindows   = 8;
    UT_Config.ScrubBytes    = 1024;
    UT_Config.CodecSteps    = 2;
    UT_Config.CodecChannels = 1;
    UT_Config.CodecEffort   = 5;
    UT_Config.Enabled       = 1;
    Alpha();
}

void UT_MessageTable(void)
{
    UT_FileTable();
    memset(UT_Config.Params, 0, sizeof(UT_Config.Params));
    strcpy(UT_Config.Graph, "level");
    strcpy(UT_Config.Outputs[0], "max");
    strcpy(UT_Config.Outputs[1], "min");
    UT_Config.Input        = SQS_APP_INPUT_MESSAGE;
    UT_Config.InputMsgId   = INPUT_MID;
    UT_Config.SampleOffset = 16;
    UT_Config.ScrubBytes   = 0;
}

void UT_Setup(void)
{
    size_t i;

    SQS_APP_PipelineClose();
    UT_ResetState(0);
    UT_FilesReset();
    memset(&SQS_APP_Data, 0, sizeof(SQS_APP_Data));
    memset(&UT_Message, 0, sizeof(UT_Message));
    SQS_APP_Data.Pipeline.File = OS_OBJECT_ID_UNDEFINED;
    SQS_APP_Data.InputMsgId    = CFE_SB_INVALID_MSG_ID;
    UT_EventCount = 0;
    UT_SentCount  = 0;
    for (i = 0; i < 4096; i++)
    {
        UT_Samples[i] = (int16)((i * 977) % 2003 - 1000);
    }
    UT_FileSet("/in", UT_Samples, sizeof(UT_Samples));
    UT_SetVaHandlerFunction(UT_KEY(CFE_EVS_SendEvent), KeepEvent, NULL);
    UT_SetHandlerFunction(UT_KEY(CFE_SB_TransmitMsg), KeepRows, NULL);
    UT_FileTable();
    UT_SetHandlerFunction(UT_KEY(CFE_TBL_GetAddress), GiveTable, NULL);
}

void UT_Open(void)
{
    UtAssert_INT32_EQ(SQS_APP_Init(), CFE_SUCCESS);
    UtAssert_BOOL_TRUE(UT_Had(SQS_APP_INIT_EID));
    UT_EventCount = 0;
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

void UT_Describe(CFE_SB_MsgId_Atom_t Mid, CFE_MSG_FcnCode_t Code, size_t Bytes)
{
    MessageId   = CFE_SB_ValueToMsgId(Mid);
    MessageCode = Code;
    MessageSize = Bytes;
    UT_SetHandlerFunction(UT_KEY(CFE_MSG_GetMsgId), GiveMsgId, NULL);
    UT_SetHandlerFunction(UT_KEY(CFE_MSG_GetFcnCode), GiveFcnCode, NULL);
    UT_SetHandlerFunction(UT_KEY(CFE_MSG_GetSize), GiveSize, NULL);
}

void UT_Dispatch(CFE_SB_MsgId_Atom_t Mid, CFE_MSG_FcnCode_t Code, size_t Bytes)
{
    UT_Describe(Mid, Code, Bytes);
    SQS_APP_Dispatch(&UT_Message.Sb);
}

void UT_NoArgs(CFE_MSG_FcnCode_t Code)
{
    UT_Dispatch(SQS_APP_CMD_MID, Code, sizeof(SQS_APP_NoArgsCmd_t));
}

void UT_Command(CFE_MSG_FcnCode_t Code, const char *Name)
{
    memset(UT_Message.File.Payload.File, 0, OS_MAX_PATH_LEN);
    strcpy(UT_Message.File.Payload.File, Name);
    UT_Dispatch(SQS_APP_CMD_MID, Code, sizeof(SQS_APP_FileCmd_t));
}

void UT_TwoFiles(CFE_MSG_FcnCode_t Code, const char *Source, const char *Target)
{
    memset(&UT_Message.TwoFiles.Payload, 0, sizeof(UT_Message.TwoFiles.Payload));
    strcpy(UT_Message.TwoFiles.Payload.Source, Source);
    strcpy(UT_Message.TwoFiles.Payload.Target, Target);
    UT_Dispatch(SQS_APP_CMD_MID, Code, sizeof(SQS_APP_TwoFilesCmd_t));
}

void UT_Wake(uint32 Count)
{
    uint32 i;

    for (i = 0; i < Count; i++)
    {
        UT_Dispatch(SQS_APP_WAKEUP_MID, 0, sizeof(SQS_APP_NoArgsCmd_t));
    }
}

/* The maximum and mean of the smoothed samples of window t, by their definition. */
static void Smoothed(uint32 t, float *Highest, double *Mean)
{
    double y = UT_Samples[0];
    uint32 i;

    *Mean = 0;
    for (i = 0; i < (t + 1) * 32; i++)
    {
        y += (UT_Samples[i] - y) * 0.25;
        if (i == t * 32 || (i > t * 32 && (float)y > *Highest))
        {
            *Highest = (float)y;
        }
        *Mean += i >= t * 32 ? (double)(float)y / 32 : 0;
    }
}

void UT_CheckRows(uint64 From, uint64 End)
{
    uint64 Next[2] = {From, From};
    uint32 i;
    uint32 k;

    for (i = 0; i < UT_SentCount; i++)
    {
        UtAssert_UINT32_EQ(UT_Sent[i].FirstRow, Next[UT_Sent[i].Output]);
        for (k = 0; k < UT_Sent[i].RowCount; k++)
        {
            float  Row;
            float  Highest = 0;
            double Mean;

            memcpy(&Row, UT_Sent[i].Rows + k * 4, 4);
            Smoothed((uint32)(UT_Sent[i].FirstRow + k), &Highest, &Mean);
            if (UT_Sent[i].Output == 0 ? Row < Highest || Row > Highest : Row - Mean > 1e-3 || Mean - Row > 1e-3)
            {
                UtAssert_Failed("row %lu of output %lu", (unsigned long)(UT_Sent[i].FirstRow + k), (unsigned long)UT_Sent[i].Output);
            }
        }
        Next[UT_Sent[i].Output] += UT_Sent[i].RowCount;
    }
    UtAssert_UINT32_EQ(Next[0], End);
    UtAssert_UINT32_EQ(Next[1], End);
}
