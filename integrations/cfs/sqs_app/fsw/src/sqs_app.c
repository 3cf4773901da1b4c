/**
 * @file
 * Entry point and initialization.
 */

#include "sqs_app.h"

#include <string.h>

SQS_APP_Data_t SQS_APP_Data;

void SQS_APP_Main(void)
{
    CFE_SB_Buffer_t *Buffer;
    CFE_Status_t     Status;

    CFE_ES_PerfLogEntry(SQS_APP_PERF_ID);
    Status = SQS_APP_Init();
    if (Status != CFE_SUCCESS)
    {
        SQS_APP_Data.RunStatus = CFE_ES_RunStatus_APP_ERROR;
    }
    while (CFE_ES_RunLoop(&SQS_APP_Data.RunStatus) == true)
    {
        CFE_ES_PerfLogExit(SQS_APP_PERF_ID);
        Status = CFE_SB_ReceiveBuffer(&Buffer, SQS_APP_Data.Pipe, CFE_SB_PEND_FOREVER);
        CFE_ES_PerfLogEntry(SQS_APP_PERF_ID);
        if (Status == CFE_SUCCESS)
        {
            SQS_APP_Dispatch(Buffer);
        }
        else
        {
            CFE_EVS_SendEvent(SQS_APP_PIPE_ERR_EID, CFE_EVS_EventType_ERROR, "SQS_APP: software bus: 0x%08X",
                              (unsigned int)Status);
            SQS_APP_Data.RunStatus = CFE_ES_RunStatus_APP_ERROR;
        }
    }
    SQS_LIB_CoderCancel(&SQS_APP_Data.Coder);
    SQS_APP_PipelineClose();
    CFE_ES_PerfLogExit(SQS_APP_PERF_ID);
    CFE_ES_ExitApp(SQS_APP_Data.RunStatus);
}

static CFE_Status_t Subscribe(void)
{
    static const CFE_SB_MsgId_Atom_t Ids[] = {SQS_APP_CMD_MID, SQS_APP_SEND_HK_MID, SQS_APP_WAKEUP_MID};
    CFE_Status_t                     Status;
    size_t                           i;

    Status = CFE_SB_CreatePipe(&SQS_APP_Data.Pipe, SQS_APP_PIPE_DEPTH, SQS_APP_PIPE_NAME);
    for (i = 0; i < sizeof(Ids) / sizeof(Ids[0]) && Status == CFE_SUCCESS; i++)
    {
        Status = CFE_SB_Subscribe(CFE_SB_ValueToMsgId(Ids[i]), SQS_APP_Data.Pipe);
    }
    return Status;
}

CFE_Status_t SQS_APP_Init(void)
{
    os_fstat_t   Stat;
    CFE_Status_t Status;

    memset(&SQS_APP_Data, 0, sizeof(SQS_APP_Data));
    SQS_APP_Data.RunStatus       = CFE_ES_RunStatus_APP_RUN;
    SQS_APP_Data.InputMsgId      = CFE_SB_INVALID_MSG_ID;
    SQS_APP_Data.Pipeline.File   = OS_OBJECT_ID_UNDEFINED;
    SQS_APP_Data.Coder.Source    = OS_OBJECT_ID_UNDEFINED;
    SQS_APP_Data.Coder.Target    = OS_OBJECT_ID_UNDEFINED;

    Status = CFE_EVS_Register(NULL, 0, CFE_EVS_EventFilter_BINARY);
    if (Status != CFE_SUCCESS)
    {
        CFE_ES_WriteToSysLog("SQS_APP: events: 0x%08X\n", (unsigned int)Status);
        return Status;
    }
    CFE_MSG_Init(CFE_MSG_PTR(SQS_APP_Data.Hk.TelemetryHeader), CFE_SB_ValueToMsgId(SQS_APP_HK_TLM_MID),
                 sizeof(SQS_APP_Data.Hk));
    CFE_MSG_Init(CFE_MSG_PTR(SQS_APP_Data.Rows.TelemetryHeader), CFE_SB_ValueToMsgId(SQS_APP_ROWS_TLM_MID),
                 sizeof(SQS_APP_Data.Rows));
    Status = Subscribe();
    if (Status != CFE_SUCCESS)
    {
        CFE_EVS_SendEvent(SQS_APP_PIPE_ERR_EID, CFE_EVS_EventType_ERROR, "SQS_APP: software bus: 0x%08X",
                          (unsigned int)Status);
        return Status;
    }
    Status = CFE_TBL_Register(&SQS_APP_Data.Table, SQS_APP_TABLE_NAME, sizeof(SQS_APP_Config_t), CFE_TBL_OPT_DEFAULT,
                              SQS_APP_TableValidate);
    if (Status == CFE_SUCCESS)
    {
        Status = CFE_TBL_Load(SQS_APP_Data.Table, CFE_TBL_SRC_FILE, SQS_APP_TABLE_FILE);
    }
    if (Status != CFE_SUCCESS)
    {
        CFE_EVS_SendEvent(SQS_APP_TABLE_ERR_EID, CFE_EVS_EventType_ERROR, "SQS_APP: table: 0x%08X",
                          (unsigned int)Status);
        return Status;
    }
    /* A pipeline that cannot be created is reported; the app runs, for another table. */
    if (SQS_APP_TableUse() == CFE_SUCCESS)
    {
        SQS_APP_Data.Enabled = SQS_APP_Data.Config.Enabled != 0;
        if (SQS_APP_Data.Config.CheckpointFile[0] != '\0' &&
            OS_stat(SQS_APP_Data.Config.CheckpointFile, &Stat) == OS_SUCCESS)
        {
            (void)SQS_APP_PipelineRestore(SQS_APP_Data.Config.CheckpointFile);
        }
    }
    CFE_EVS_SendEvent(SQS_APP_INIT_EID, CFE_EVS_EventType_INFORMATION, "SQS_APP Initialized. libsqrtspace %s",
                      sqs_version());
    return CFE_SUCCESS;
}
