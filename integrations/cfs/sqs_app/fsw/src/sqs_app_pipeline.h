/**
 * @file
 * The pipeline of the app, in static memory.
 */

#ifndef SQS_APP_PIPELINE_H
#define SQS_APP_PIPELINE_H

#include "cfe.h"
#include "sqrtspace.h"
#include "sqs_app_msg.h"
#include "sqs_app_tbl.h"

#define SQS_APP_DETAIL_LEN 120

typedef struct
{
    sqs_pipeline *Handle;
    uint32        OutputCount;
    uint32        Stage[SQS_APP_MAX_OUTPUTS];    /**< Number of the stage of an output. */
    uint32        RowBytes[SQS_APP_MAX_OUTPUTS];
    uint32        SampleBytes;
    uint64        NextSample;
    uint64        WorkBytes;
    sqs_status    Status; /**< Last error, else SQS_OK. */
    osal_id_t     File;   /**< The input file, if it is open. */
    bool          Ended;  /**< The input has ended. */
    bool          Done;   /**< All rows were sent. */
    char          Detail[SQS_APP_DETAIL_LEN];
} SQS_APP_Pipeline_t;

/** Plans a configuration in memory of its own, and changes nothing. Detail receives the reason of a refusal. */
sqs_status SQS_APP_PipelineTry(const SQS_APP_Config_t *Config, char *Detail);

/** Closes the pipeline and creates another one. */
CFE_Status_t SQS_APP_PipelineOpen(const SQS_APP_Config_t *Config);

void SQS_APP_PipelineClose(void);

/** Returns to row 0, also of the input file. */
CFE_Status_t SQS_APP_PipelineRestart(void);

/** Pushes the samples of a message. Returns false if not all of them were accepted. */
bool SQS_APP_PipelinePush(const void *Samples, size_t Bytes);

/** One bounded step: reads from the input file, computes at most StepWindows windows, sends rows. */
void SQS_APP_PipelineStep(void);

/** Reports an error of the pipeline. With Stop it is disabled until a command, so that events do not repeat. */
void SQS_APP_PipelineFail(uint16 EventId, sqs_status Status, bool Stop);

CFE_Status_t SQS_APP_PipelineSave(const char *File);
CFE_Status_t SQS_APP_PipelineRestore(const char *File);
CFE_Status_t SQS_APP_PipelineScrub(uint32 MaxBytes, size_t *Checked);
void         SQS_APP_PipelineReport(SQS_APP_HkTlm_Payload_t *Hk);

#endif
