/**
 * @file
 * The configuration table: validation, use, management.
 */

#include "sqs_app.h"
#include "sqs_app_graphs.h"

#include <string.h>

static bool Terminated(const char *Text, size_t Capacity)
{
    return memchr(Text, '\0', Capacity) != NULL;
}

static const char *CheckParams(const SQS_APP_Config_t *Config)
{
    const SQS_APP_Graph_t *Graph = SQS_APP_GraphFind(Config->Graph);
    uint32                 i;

    for (i = 0; i < SQS_APP_MAX_PARAMS; i++)
    {
        const SQS_APP_Param_t *Param = &Config->Params[i];

        if (!Terminated(Param->Stage, sizeof(Param->Stage)) || !Terminated(Param->Key, sizeof(Param->Key)))
        {
            return "name of a parameter";
        }
        if (Param->Stage[0] != '\0' && SQS_APP_StageFind(Graph, Param->Stage) == NULL)
        {
            return "stage of a parameter";
        }
        if (Param->Count > SQS_APP_MAX_LIST)
        {
            return "length of a parameter";
        }
    }
    return NULL;
}

static const char *CheckOutputs(const SQS_APP_Config_t *Config)
{
    const SQS_APP_Graph_t *Graph = SQS_APP_GraphFind(Config->Graph);
    uint32                 i;
    uint32                 Named = 0;

    for (i = 0; i < SQS_APP_MAX_OUTPUTS; i++)
    {
        if (!Terminated(Config->Outputs[i], sizeof(Config->Outputs[i])))
        {
            return "name of an output";
        }
        if (Config->Outputs[i][0] == '\0')
        {
            continue;
        }
        /* Outputs have no gaps: their index is in telemetry. */
        if (Named != i || SQS_APP_StageFind(Graph, Config->Outputs[i]) == NULL)
        {
            return "output";
        }
        Named++;
    }
    return Named == 0 ? "no output" : NULL;
}

/* What is wrong with a table, or NULL. */
static const char *Check(const SQS_APP_Config_t *Config)
{
    const char *Wrong;

    if (!Terminated(Config->Graph, sizeof(Config->Graph)) || SQS_APP_GraphFind(Config->Graph) == NULL)
    {
        return "graph";
    }
    if (!Terminated(Config->InputFile, sizeof(Config->InputFile)) ||
        !Terminated(Config->CheckpointFile, sizeof(Config->CheckpointFile)))
    {
        return "name of a file";
    }
    if (!(Config->Input == SQS_APP_INPUT_MESSAGE && CFE_SB_IsValidMsgId(CFE_SB_ValueToMsgId(Config->InputMsgId))) &&
        !(Config->Input == SQS_APP_INPUT_FILE && Config->InputFile[0] != '\0'))
    {
        return "input";
    }
    if (Config->Channels == 0 || Config->QueueRows == 0 || Config->StepWindows == 0 || Config->CodecSteps == 0 ||
        Config->CodecChannels == 0)
    {
        return "zero";
    }
    if (Config->BudgetBytes == 0 || Config->BudgetBytes > SQS_APP_WORK_BYTES)
    {
        return "budget";
    }
    if (Config->CodecEffort == 0 || Config->CodecEffort > 9 || Config->CodecByteOrder > SQS_BIG_ENDIAN)
    {
        return "options of the codec";
    }
    Wrong = CheckOutputs(Config);
    return Wrong != NULL ? Wrong : CheckParams(Config);
}

CFE_Status_t SQS_APP_TableValidate(void *Image)
{
    const SQS_APP_Config_t *Config = Image;
    char                    Detail[SQS_APP_DETAIL_LEN];
    const char             *Wrong = Check(Config);

    /* The library checks the rest: kinds, parameters, sizes. */
    if (Wrong == NULL && SQS_APP_PipelineTry(Config, Detail) < 0)
    {
        Wrong = Detail;
    }
    if (Wrong != NULL)
    {
        CFE_EVS_SendEvent(SQS_APP_TABLE_ERR_EID, CFE_EVS_EventType_ERROR, "SQS_APP: table refused: %s", Wrong);
        return CFE_STATUS_VALIDATION_FAILURE;
    }
    return CFE_SUCCESS;
}

/* Subscribes to the messages with samples. */
static CFE_Status_t Listen(void)
{
    CFE_Status_t Status = CFE_SUCCESS;

    if (CFE_SB_IsValidMsgId(SQS_APP_Data.InputMsgId))
    {
        (void)CFE_SB_Unsubscribe(SQS_APP_Data.InputMsgId, SQS_APP_Data.Pipe);
        SQS_APP_Data.InputMsgId = CFE_SB_INVALID_MSG_ID;
    }
    if (SQS_APP_Data.Config.Input == SQS_APP_INPUT_MESSAGE)
    {
        SQS_APP_Data.InputMsgId = CFE_SB_ValueToMsgId(SQS_APP_Data.Config.InputMsgId);
        Status = CFE_SB_SubscribeEx(SQS_APP_Data.InputMsgId, SQS_APP_Data.Pipe, CFE_SB_DEFAULT_QOS, SQS_APP_DATA_LIMIT);
    }
    return Status;
}

CFE_Status_t SQS_APP_TableUse(void)
{
    void        *Image = NULL;
    CFE_Status_t Status;

    Status = CFE_TBL_GetAddress(&Image, SQS_APP_Data.Table);
    if (Status != CFE_SUCCESS && Status != CFE_TBL_INFO_UPDATED)
    {
        CFE_EVS_SendEvent(SQS_APP_TABLE_ERR_EID, CFE_EVS_EventType_ERROR, "SQS_APP: table: 0x%08X",
                          (unsigned int)Status);
        return Status;
    }
    SQS_APP_Data.Config = *(const SQS_APP_Config_t *)Image;
    (void)CFE_TBL_ReleaseAddress(SQS_APP_Data.Table);
    Status = Listen();
    if (Status != CFE_SUCCESS)
    {
        CFE_EVS_SendEvent(SQS_APP_PIPE_ERR_EID, CFE_EVS_EventType_ERROR, "SQS_APP: software bus: 0x%08X",
                          (unsigned int)Status);
        return Status;
    }
    CFE_EVS_SendEvent(SQS_APP_TABLE_EID, CFE_EVS_EventType_INFORMATION, "SQS_APP: table in use, graph %s",
                      SQS_APP_Data.Config.Graph);
    return SQS_APP_PipelineOpen(&SQS_APP_Data.Config);
}

void SQS_APP_TableManage(void)
{
    /* A table that ground has loaded and activated replaces the pipeline. */
    if (CFE_TBL_Manage(SQS_APP_Data.Table) == CFE_TBL_INFO_UPDATED)
    {
        (void)SQS_APP_TableUse();
    }
}
