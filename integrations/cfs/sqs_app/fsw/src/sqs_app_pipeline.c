/**
 * @file
 * The pipeline of the app, in static memory: creation from the table, bounded steps, rows.
 */

#include "sqs_app.h"
#include "sqs_app_graphs.h"

#include <stddef.h>
#include <stdio.h>
#include <string.h>

/** Alignment of the work area: what any plan needs at most. */
#define WORK_ALIGN 64

/* Control areas: of the pipeline, and of a table that is checked while the pipeline runs. */
static union
{
    uint64 Align;
    uint8  Bytes[SQS_CONTROL_BYTES(SQS_APP_MAX_STAGES, SQS_APP_MAX_EDGES)];
} Control, Trial;

static uint8 Work[SQS_APP_WORK_BYTES + WORK_ALIGN];

/* Samples of the input file. */
static uint8 File[SQS_APP_FILE_BYTES];

/* Keeps the detail of the last error of a pipeline. */
static void KeepDetail(sqs_pipeline *Handle, sqs_status Status, char *Detail)
{
    if (sqs_pipeline_error_detail(Handle, Detail, SQS_APP_DETAIL_LEN, NULL) < 0 || Detail[0] == '\0')
    {
        (void)snprintf(Detail, SQS_APP_DETAIL_LEN, "%s", sqs_status_text(Status));
    }
}

static sqs_status RegisterStage(sqs_pipeline *Handle, const SQS_APP_Config_t *Config, const SQS_APP_Stage_t *Stage)
{
    sqs_param        Params[SQS_APP_MAX_PARAMS];
    sqs_builtin_desc Desc;
    uint32           Id;
    uint32           i;

    memset(&Desc, 0, sizeof(Desc));
    Desc.struct_size = sizeof(Desc);
    Desc.name        = Stage->Name;
    Desc.edges       = &Stage->Edge;
    Desc.edge_count  = 1;
    Desc.params      = Params;
    for (i = 0; i < SQS_APP_MAX_PARAMS; i++)
    {
        const SQS_APP_Param_t *From = &Config->Params[i];

        if (strcmp(From->Stage, Stage->Name) == 0)
        {
            Params[Desc.param_count].key    = From->Key;
            Params[Desc.param_count].value  = From->Values[0];
            Params[Desc.param_count].values = From->Count > 0 ? From->Values : NULL;
            Params[Desc.param_count].count  = From->Count;
            Desc.param_count++;
        }
    }
    return sqs_stage_register_kind(Handle, Stage->Kind(), &Desc, &Id);
}

/* Opens the outputs that the table names. */
static sqs_status OpenOutputs(SQS_APP_Pipeline_t *To, const SQS_APP_Config_t *Config)
{
    sqs_status   Status = SQS_OK;
    sqs_row_info Rows;
    uint32       i;

    memset(&Rows, 0, sizeof(Rows));
    Rows.struct_size = sizeof(Rows);
    To->OutputCount  = 0;
    for (i = 0; i < SQS_APP_MAX_OUTPUTS && Config->Outputs[i][0] != '\0' && Status == SQS_OK; i++)
    {
        Status = sqs_stage_find(To->Handle, Config->Outputs[i], &To->Stage[i]);
        if (Status == SQS_OK)
        {
            Status = sqs_stage_info(To->Handle, To->Stage[i], &Rows);
        }
        if (Status == SQS_OK && Rows.row_bytes > SQS_APP_ROWS_BYTES)
        {
            Status = SQS_ERR_SPACE;
        }
        if (Status == SQS_OK)
        {
            To->RowBytes[i] = (uint32)Rows.row_bytes;
            Status          = sqs_output_open(To->Handle, To->Stage[i], Config->QueueRows);
        }
        To->OutputCount++;
    }
    return Status;
}

/* Creates and plans a pipeline in a control area. To is filled, without work area. */
static sqs_status Build(SQS_APP_Pipeline_t *To, const SQS_APP_Config_t *Config, void *Area, size_t Bytes)
{
    const SQS_APP_Graph_t *Graph = SQS_APP_GraphFind(Config->Graph);
    sqs_config             Options;
    sqs_memory             Memory;
    sqs_plan_info          Plan;
    sqs_row_info           Input;
    sqs_status             Status;
    uint32                 i;

    (void)sqs_config_init(&Options, sizeof(Options));
    Options.flags               = SQS_STREAM_ONLY;
    Options.window              = Config->Window;
    Options.hop                 = Config->Hop;
    Options.dtype               = Config->Dtype;
    Options.channels            = Config->Channels;
    Options.input_capacity      = Config->InputCapacity;
    Options.memory_budget_bytes = Config->BudgetBytes;
    Options.max_stages          = SQS_APP_MAX_STAGES;
    Options.max_edges           = SQS_APP_MAX_EDGES;
    memset(&Memory, 0, sizeof(Memory));
    Memory.struct_size   = sizeof(Memory);
    Memory.control       = Area;
    Memory.control_bytes = Bytes;

    To->Handle      = NULL;
    To->Detail[0]   = '\0';
    Status          = sqs_pipeline_new(&Options, &Memory, &To->Handle, NULL);
    for (i = 0; i < Graph->StageCount && Status == SQS_OK; i++)
    {
        Status = RegisterStage(To->Handle, Config, &Graph->Stages[i]);
    }
    if (Status == SQS_OK)
    {
        memset(&Input, 0, sizeof(Input));
        Input.struct_size = sizeof(Input);
        Status            = sqs_input_info(To->Handle, 0, &Input);
    }
    if (Status == SQS_OK)
    {
        To->SampleBytes = (uint32)(Input.row_bytes / Config->Window);
        Status          = OpenOutputs(To, Config);
    }
    if (Status == SQS_OK)
    {
        memset(&Plan, 0, sizeof(Plan));
        Plan.struct_size = sizeof(Plan);
        Status           = sqs_plan(To->Handle, NULL, 0, &Plan);
        To->WorkBytes    = Plan.work_bytes;
    }
    if (Status == SQS_OK && (To->WorkBytes > SQS_APP_WORK_BYTES || Plan.work_align > WORK_ALIGN))
    {
        Status = SQS_ERR_BUDGET;
    }
    if (Status < 0)
    {
        KeepDetail(To->Handle, Status, To->Detail);
        sqs_pipeline_delete(To->Handle);
        To->Handle = NULL;
    }
    return Status;
}

sqs_status SQS_APP_PipelineTry(const SQS_APP_Config_t *Config, char *Detail)
{
    SQS_APP_Pipeline_t To;
    const sqs_status   Status = Build(&To, Config, Trial.Bytes, sizeof(Trial.Bytes));

    sqs_pipeline_delete(To.Handle);
    memcpy(Detail, To.Detail, SQS_APP_DETAIL_LEN);
    return Status;
}

void SQS_APP_PipelineFail(uint16 EventId, sqs_status Status, bool Stop)
{
    SQS_APP_Pipeline_t *P = &SQS_APP_Data.Pipeline;

    P->Status = Status;
    KeepDetail(P->Handle, Status, P->Detail);
    if (Stop)
    {
        SQS_APP_Data.Enabled = false;
    }
    CFE_EVS_SendEvent(EventId, CFE_EVS_EventType_ERROR, "SQS_APP: %ld: %s", (long)Status, P->Detail);
}

CFE_Status_t SQS_APP_PipelineOpen(const SQS_APP_Config_t *Config)
{
    SQS_APP_Pipeline_t *P = &SQS_APP_Data.Pipeline;
    sqs_status          Status;
    int32               OsStatus;
    uint8              *Aligned;

    SQS_APP_PipelineClose();
    Status = Build(P, Config, Control.Bytes, sizeof(Control.Bytes));
    if (Status == SQS_OK)
    {
        Aligned = Work + (WORK_ALIGN - (size_t)((cpuaddr)Work % WORK_ALIGN)) % WORK_ALIGN;
        Status  = sqs_pipeline_seal(P->Handle, NULL, 0, Aligned, SQS_APP_WORK_BYTES);
        if (Status != SQS_OK)
        {
            KeepDetail(P->Handle, Status, P->Detail);
        }
    }
    if (Status == SQS_OK && Config->Input == SQS_APP_INPUT_FILE)
    {
        OsStatus = OS_OpenCreate(&P->File, Config->InputFile, OS_FILE_FLAG_NONE, OS_READ_ONLY);
        if (OsStatus != OS_SUCCESS)
        {
            P->File = OS_OBJECT_ID_UNDEFINED;
            Status  = SQS_ERR_IO;
            (void)snprintf(P->Detail, sizeof(P->Detail), "input file: OSAL %ld", (long)OsStatus);
        }
    }
    P->Status = Status;
    if (Status != SQS_OK)
    {
        CFE_EVS_SendEvent(SQS_APP_OPEN_ERR_EID, CFE_EVS_EventType_ERROR, "SQS_APP: %ld: %s", (long)Status, P->Detail);
        SQS_APP_PipelineClose();
        return CFE_STATUS_VALIDATION_FAILURE;
    }
    CFE_EVS_SendEvent(SQS_APP_OPEN_EID, CFE_EVS_EventType_INFORMATION, "SQS_APP: pipeline of %lu bytes",
                      (unsigned long)P->WorkBytes);
    return CFE_SUCCESS;
}

void SQS_APP_PipelineClose(void)
{
    SQS_APP_Pipeline_t *P = &SQS_APP_Data.Pipeline;

    if (OS_ObjectIdDefined(P->File))
    {
        (void)OS_close(P->File);
        P->File = OS_OBJECT_ID_UNDEFINED;
    }
    sqs_pipeline_delete(P->Handle);
    P->Handle      = NULL;
    P->OutputCount = 0;
    P->NextSample  = 0;
    P->Ended       = false;
    P->Done        = false;
}

CFE_Status_t SQS_APP_PipelineRestart(void)
{
    SQS_APP_Pipeline_t *P      = &SQS_APP_Data.Pipeline;
    const sqs_status    Status = sqs_pipeline_reset(P->Handle);

    if (Status != SQS_OK)
    {
        SQS_APP_PipelineFail(SQS_APP_STEP_ERR_EID, Status, true);
        return CFE_STATUS_INCORRECT_STATE;
    }
    P->NextSample = 0;
    P->Ended      = false;
    P->Done       = false;
    P->Status     = SQS_OK;
    CFE_EVS_SendEvent(SQS_APP_RESTART_EID, CFE_EVS_EventType_INFORMATION, "SQS_APP: pipeline at row 0");
    return CFE_SUCCESS;
}

bool SQS_APP_PipelinePush(const void *Samples, size_t Bytes)
{
    SQS_APP_Pipeline_t *P        = &SQS_APP_Data.Pipeline;
    size_t              Accepted = 0;
    sqs_status          Status;

    if (P->Handle == NULL)
    {
        return false;
    }
    Status = sqs_push(P->Handle, 0, Samples, Bytes / P->SampleBytes, &Accepted);
    P->NextSample += Accepted;
    if (Status < 0)
    {
        SQS_APP_PipelineFail(SQS_APP_STEP_ERR_EID, Status, true);
    }
    return Status == SQS_OK;
}

/* Reads samples of the input file that follow those pushed before. The buffer may accept fewer than were read. */
static void ReadFile(void)
{
    SQS_APP_Pipeline_t *P      = &SQS_APP_Data.Pipeline;
    const uint64        Offset = P->NextSample * P->SampleBytes;
    int32               Result = OS_ERR_INVALID_SIZE;
    sqs_status          Status;

    if (Offset <= 0x7FFFFFFF)
    {
        Result = OS_lseek(P->File, (int32)Offset, OS_SEEK_SET);
    }
    if (Result >= 0)
    {
        Result = OS_read(P->File, File, SQS_APP_FILE_BYTES);
    }
    if (Result < 0)
    {
        CFE_EVS_SendEvent(SQS_APP_STEP_ERR_EID, CFE_EVS_EventType_ERROR, "SQS_APP: input file: OSAL %ld", (long)Result);
        P->Status            = SQS_ERR_IO;
        SQS_APP_Data.Enabled = false;
    }
    else if ((uint32)Result < P->SampleBytes)
    {
        Status   = sqs_push_end(P->Handle, 0);
        P->Ended = Status == SQS_OK;
        if (Status < 0)
        {
            SQS_APP_PipelineFail(SQS_APP_STEP_ERR_EID, Status, true);
        }
    }
    else
    {
        (void)SQS_APP_PipelinePush(File, (size_t)Result);
    }
}

/* Sends the rows of an output that are finished. Returns the last status. */
static sqs_status SendRows(uint32 Output)
{
    SQS_APP_Pipeline_t        *P    = &SQS_APP_Data.Pipeline;
    SQS_APP_RowsTlm_Payload_t *Rows = &SQS_APP_Data.Rows.Payload;
    const size_t               Fit  = SQS_APP_ROWS_BYTES / P->RowBytes[Output];
    size_t                     Count = 0;
    sqs_status                 Status;

    /* The queue holds QueueRows rows: the loop ends. */
    do
    {
        Status = sqs_output_position(P->Handle, P->Stage[Output], &Rows->FirstRow, NULL);
        if (Status == SQS_OK)
        {
            Status = sqs_pull(P->Handle, P->Stage[Output], Rows->Rows, Fit, &Count);
        }
        if (Status == SQS_OK)
        {
            Rows->Output   = Output;
            Rows->RowCount = (uint16)Count;
            Rows->RowBytes = (uint16)P->RowBytes[Output];
            CFE_MSG_SetSize(CFE_MSG_PTR(SQS_APP_Data.Rows.TelemetryHeader),
                            offsetof(SQS_APP_RowsTlm_t, Payload.Rows) + Count * P->RowBytes[Output]);
            CFE_SB_TimeStampMsg(CFE_MSG_PTR(SQS_APP_Data.Rows.TelemetryHeader));
            CFE_SB_TransmitMsg(CFE_MSG_PTR(SQS_APP_Data.Rows.TelemetryHeader), true);
            SQS_APP_Data.RowPackets++;
        }
    } while (Status == SQS_OK);
    return Status;
}

void SQS_APP_PipelineStep(void)
{
    SQS_APP_Pipeline_t *P    = &SQS_APP_Data.Pipeline;
    uint64              Done = 0;
    sqs_status          Status;
    bool                AllSent = true;
    uint32              i;

    if (P->Handle == NULL || P->Done)
    {
        return;
    }
    if (OS_ObjectIdDefined(P->File) && !P->Ended)
    {
        ReadFile();
    }
    Status = sqs_step(P->Handle, SQS_APP_Data.Config.StepWindows, &Done);
    if (Status < 0)
    {
        SQS_APP_PipelineFail(SQS_APP_STEP_ERR_EID, Status, true);
    }
    if (Done >= SQS_APP_Data.Config.StepWindows)
    {
        SQS_APP_Data.Overruns++;
    }
    for (i = 0; i < P->OutputCount && Status >= 0; i++)
    {
        Status  = SendRows(i);
        AllSent = AllSent && Status == SQS_END;
        if (Status < 0)
        {
            SQS_APP_PipelineFail(SQS_APP_STEP_ERR_EID, Status, true);
        }
    }
    if (AllSent && Status >= 0)
    {
        P->Done = true;
        CFE_EVS_SendEvent(SQS_APP_END_EID, CFE_EVS_EventType_INFORMATION, "SQS_APP: all rows of %lu samples sent",
                          (unsigned long)P->NextSample);
    }
    if (SQS_APP_Data.Config.ScrubBytes > 0 && Status >= 0)
    {
        (void)SQS_APP_PipelineScrub(SQS_APP_Data.Config.ScrubBytes, NULL);
    }
}

CFE_Status_t SQS_APP_PipelineScrub(uint32 MaxBytes, size_t *Checked)
{
    const sqs_status Status = sqs_scrub(SQS_APP_Data.Pipeline.Handle, MaxBytes > 0 ? MaxBytes : SIZE_MAX, Checked);

    if (Status < 0)
    {
        SQS_APP_PipelineFail(SQS_APP_SCRUB_ERR_EID, Status, true);
        return CFE_STATUS_VALIDATION_FAILURE;
    }
    return CFE_SUCCESS;
}

void SQS_APP_PipelineReport(SQS_APP_HkTlm_Payload_t *Hk)
{
    SQS_APP_Pipeline_t *P = &SQS_APP_Data.Pipeline;
    sqs_stats           Stats;

    memset(&Stats, 0, sizeof(Stats));
    Stats.struct_size  = sizeof(Stats);
    Hk->Open           = P->Handle != NULL ? 1 : 0;
    Hk->Ended          = P->Ended ? 1 : 0;
    Hk->PipelineStatus = P->Status < 0 ? P->Status : 0;
    Hk->NextSample     = P->NextSample;
    Hk->NextRow        = 0;
    if (P->Handle != NULL)
    {
        (void)sqs_pipeline_stats(P->Handle, &Stats);
        (void)sqs_output_position(P->Handle, P->Stage[0], &Hk->NextRow, NULL);
    }
    Hk->WorkBytes   = Stats.plan_bytes;
    Hk->PeakBytes   = Stats.peak_bytes;
    Hk->StageRows   = Stats.stage_rows;
    Hk->CrcFailures = Stats.crc_failures;
    Hk->Repairs     = Stats.repairs;
}
