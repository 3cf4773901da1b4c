/**
 * @file
 * Checkpoint files of the pipeline.
 */

#include "sqs_app.h"

#include <stdio.h>
#include <string.h>

/* A whole checkpoint file. */
static uint8 Checkpoint[SQS_APP_CHECKPOINT_BYTES];

/* An sqs_write_fn: appends to the file whose id ctx points to. */
static int32_t WriteFile(void *Ctx, const void *Data, size_t Bytes)
{
    const int32 Result = OS_write(*(const osal_id_t *)Ctx, Data, Bytes);

    return Result == (int32)Bytes ? 0 : (Result < 0 ? Result : OS_ERROR);
}

CFE_Status_t SQS_APP_PipelineSave(const char *Name)
{
    SQS_APP_Pipeline_t *P = &SQS_APP_Data.Pipeline;
    char                Part[OS_MAX_PATH_LEN + sizeof(SQS_LIB_TEMPORARY)];
    osal_id_t           Id;
    uint64              Bytes = 0;
    sqs_status          Status;
    int32               OsStatus;

    (void)snprintf(Part, sizeof(Part), "%s" SQS_LIB_TEMPORARY, Name);
    OsStatus = OS_OpenCreate(&Id, Part, OS_FILE_FLAG_CREATE | OS_FILE_FLAG_TRUNCATE, OS_WRITE_ONLY);
    if (OsStatus == OS_SUCCESS)
    {
        Status   = sqs_checkpoint_save(P->Handle, WriteFile, &Id, &Bytes);
        OsStatus = OS_close(Id);
        if (Status != SQS_OK)
        {
            (void)OS_remove(Part);
            SQS_APP_PipelineFail(SQS_APP_SAVE_ERR_EID, Status, false);
            return CFE_STATUS_INCORRECT_STATE;
        }
    }
    if (OsStatus == OS_SUCCESS)
    {
        OsStatus = OS_rename(Part, Name);
    }
    if (OsStatus != OS_SUCCESS)
    {
        CFE_EVS_SendEvent(SQS_APP_SAVE_ERR_EID, CFE_EVS_EventType_ERROR, "SQS_APP: %s: OSAL %ld", Name, (long)OsStatus);
        return CFE_STATUS_EXTERNAL_RESOURCE_FAIL;
    }
    CFE_EVS_SendEvent(SQS_APP_SAVE_EID, CFE_EVS_EventType_INFORMATION, "SQS_APP: %s: %lu bytes saved, next sample %lu",
                      Name, (unsigned long)Bytes, (unsigned long)P->NextSample);
    return CFE_SUCCESS;
}

/* Reads a whole file. Returns its length, or a negative status of OSAL. */
static int32 ReadWhole(const char *Name)
{
    osal_id_t Id;
    size_t    Length = 0;
    int32     Result = OS_OpenCreate(&Id, Name, OS_FILE_FLAG_NONE, OS_READ_ONLY);

    if (Result != OS_SUCCESS)
    {
        return Result;
    }
    /* Each read but the last one returns bytes. A file that fills the buffer is too long. */
    do
    {
        Result = OS_read(Id, Checkpoint + Length, SQS_APP_CHECKPOINT_BYTES - Length);
        Length += Result > 0 ? (size_t)Result : 0;
    } while (Result > 0 && Length < SQS_APP_CHECKPOINT_BYTES);
    (void)OS_close(Id);
    if (Result < 0)
    {
        return Result;
    }
    return Length < SQS_APP_CHECKPOINT_BYTES ? (int32)Length : OS_ERR_INVALID_SIZE;
}

CFE_Status_t SQS_APP_PipelineRestore(const char *Name)
{
    SQS_APP_Pipeline_t *P = &SQS_APP_Data.Pipeline;
    const int32         Length = ReadWhole(Name);
    sqs_resume          Resume;
    sqs_status          Status;

    if (Length < 0)
    {
        CFE_EVS_SendEvent(SQS_APP_RESTORE_ERR_EID, CFE_EVS_EventType_ERROR, "SQS_APP: %s: OSAL %ld", Name, (long)Length);
        return CFE_STATUS_EXTERNAL_RESOURCE_FAIL;
    }
    memset(&Resume, 0, sizeof(Resume));
    Resume.struct_size = sizeof(Resume);
    Status             = sqs_checkpoint_restore(P->Handle, Checkpoint, (size_t)Length, &Resume);
    if (Status != SQS_OK)
    {
        SQS_APP_PipelineFail(SQS_APP_RESTORE_ERR_EID, Status, false);
        return CFE_STATUS_VALIDATION_FAILURE;
    }
    P->NextSample = Resume.next_sample[0];
    P->Ended      = false;
    P->Done       = false;
    P->Status     = SQS_OK;
    CFE_EVS_SendEvent(SQS_APP_RESTORE_EID, CFE_EVS_EventType_INFORMATION, "SQS_APP: %s restored, next sample %lu", Name,
                      (unsigned long)P->NextSample);
    return CFE_SUCCESS;
}
