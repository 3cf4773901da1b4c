/**
 * @file
 * Initialization, and coders of files on OSAL.
 */

#include "sqs_lib.h"

#include <string.h>

int32 SQS_LIB_Init(void)
{
    if (sqs_abi_check(SQS_ABI_VERSION) != SQS_OK)
    {
        OS_printf("SQS_LIB: header and library differ: %lu, %lu\n", (unsigned long)SQS_ABI_VERSION,
                  (unsigned long)sqs_abi_version());
        return CFE_STATUS_VALIDATION_FAILURE;
    }
    OS_printf("SQS_LIB Initialized. libsqrtspace %s\n", sqs_version());
    return CFE_SUCCESS;
}

static CFE_Status_t Fail(SQS_LIB_Coder_t *Coder, int32 OsStatus)
{
    SQS_LIB_CoderCancel(Coder);
    Coder->OsStatus = OsStatus;
    return OsStatus == OS_SUCCESS ? CFE_STATUS_VALIDATION_FAILURE : CFE_STATUS_EXTERNAL_RESOURCE_FAIL;
}

/* Names and state of a new file. */
static CFE_Status_t Prepare(SQS_LIB_Coder_t *Coder, const char *Target)
{
    const size_t Length = strlen(Target);

    if (Coder->Busy)
    {
        return CFE_STATUS_INCORRECT_STATE;
    }
    if (Length == 0 || Length + sizeof(SQS_LIB_TEMPORARY) > sizeof(Coder->PartName))
    {
        return CFE_STATUS_RANGE_ERROR;
    }
    memcpy(Coder->TargetName, Target, Length + 1);
    memcpy(Coder->PartName, Target, Length);
    memcpy(Coder->PartName + Length, SQS_LIB_TEMPORARY, sizeof(SQS_LIB_TEMPORARY));
    memset(&Coder->Stats, 0, sizeof(Coder->Stats));
    Coder->Stats.struct_size = sizeof(Coder->Stats);
    Coder->Encoder           = NULL;
    Coder->Decoder           = NULL;
    Coder->Source            = OS_OBJECT_ID_UNDEFINED;
    Coder->Target            = OS_OBJECT_ID_UNDEFINED;
    Coder->InStart           = 0;
    Coder->InEnd             = 0;
    Coder->AtEnd             = false;
    Coder->OsStatus          = OS_SUCCESS;
    return CFE_SUCCESS;
}

static CFE_Status_t Open(SQS_LIB_Coder_t *Coder, const char *Source)
{
    int32 OsStatus;

    Coder->Busy = true;
    OsStatus    = OS_OpenCreate(&Coder->Source, Source, OS_FILE_FLAG_NONE, OS_READ_ONLY);
    if (OsStatus != OS_SUCCESS)
    {
        Coder->Source = OS_OBJECT_ID_UNDEFINED;
        return Fail(Coder, OsStatus);
    }
    OsStatus = OS_OpenCreate(&Coder->Target, Coder->PartName, OS_FILE_FLAG_CREATE | OS_FILE_FLAG_TRUNCATE, OS_WRITE_ONLY);
    if (OsStatus != OS_SUCCESS)
    {
        Coder->Target = OS_OBJECT_ID_UNDEFINED;
        return Fail(Coder, OsStatus);
    }
    return CFE_SUCCESS;
}

/* A step of splitmix64. */
static uint64 Hash(uint64 Before, uint64 Part)
{
    uint64 Value = (Before ^ Part) + UINT64_C(0x9E3779B97F4A7C15);

    Value = (Value ^ (Value >> 30)) * UINT64_C(0xBF58476D1CE4E5B9);
    Value = (Value ^ (Value >> 27)) * UINT64_C(0x94D049BB133111EB);
    return Value ^ (Value >> 31);
}

/* A number that no other stream has, not 0. The coder's address distinguishes tasks that begin at the same time. */
static uint64 Identity(SQS_LIB_Coder_t *Coder)
{
    const CFE_TIME_SysTime_t Now   = CFE_TIME_GetTime();
    OS_time_t                Local = OS_TIME_ZERO;
    uint64                   Value;

    (void)OS_GetLocalTime(&Local); /* remains zero where it is not known */
    Coder->Streams++;
    Value = Hash(0, (uint64)SQS_LIB_BOOT_COUNT());
    Value = Hash(Value, ((uint64)Now.Seconds << 32) | Now.Subseconds);
    Value = Hash(Value, (uint64)OS_TimeGetTotalNanoseconds(Local));
    Value = Hash(Value, (uint64)(uintptr_t)Coder);
    Value = Hash(Value, Coder->Streams);
    return Value != 0 ? Value : 1;
}

CFE_Status_t SQS_LIB_EncodeBegin(SQS_LIB_Coder_t *Coder, const char *Source, const char *Target,
                                 const sqs_encode_options *Options)
{
    const CFE_Status_t Prepared = Prepare(Coder, Target);
    sqs_encode_options Own;

    if (Prepared != CFE_SUCCESS)
    {
        return Prepared;
    }
    if (Options == NULL)
    {
        Coder->Status = SQS_ERR_ARGUMENT;
        return CFE_STATUS_VALIDATION_FAILURE;
    }
    Own = *Options;
    if (Own.identity == 0 && (Own.flags & SQS_ENCODE_TAG) == 0)
    {
        Own.identity = Identity(Coder);
    }
    Coder->Status = sqs_encoder_init(Coder->Memory.Bytes, sizeof(Coder->Memory.Bytes), &Own, &Coder->Encoder, NULL);
    if (Coder->Status != SQS_OK)
    {
        return CFE_STATUS_VALIDATION_FAILURE;
    }
    return Open(Coder, Source);
}

CFE_Status_t SQS_LIB_DecodeBegin(SQS_LIB_Coder_t *Coder, const char *Source, const char *Target,
                                 const sqs_decode_options *Options)
{
    const CFE_Status_t Prepared = Prepare(Coder, Target);

    if (Prepared != CFE_SUCCESS)
    {
        return Prepared;
    }
    Coder->Status = sqs_decoder_init(Coder->Memory.Bytes, sizeof(Coder->Memory.Bytes), Options, &Coder->Decoder, NULL);
    if (Coder->Status != SQS_OK)
    {
        return CFE_STATUS_VALIDATION_FAILURE;
    }
    return Open(Coder, Source);
}

/* Writes bytes at their offset. Missing bytes of a damaged stream are holes, which read as zeros. */
static int32 Write(SQS_LIB_Coder_t *Coder, uint64 Offset, size_t Bytes)
{
    const uint8 *From = Coder->Out;
    size_t       Left = Bytes;
    int32        Result;

    if (Coder->Decoder != NULL && Bytes > 0)
    {
        if (Offset > INT32_MAX)
        {
            return OS_ERR_INVALID_SIZE;
        }
        Result = OS_lseek(Coder->Target, (int32)Offset, OS_SEEK_SET);
        if (Result < 0)
        {
            return Result;
        }
    }
    /* At most Bytes iterations: each writes at least one byte. */
    while (Left > 0)
    {
        Result = OS_write(Coder->Target, From, Left);
        if (Result <= 0)
        {
            return Result < 0 ? Result : OS_ERROR;
        }
        From += Result;
        Left -= (size_t)Result;
    }
    return OS_SUCCESS;
}

static CFE_Status_t Finish(SQS_LIB_Coder_t *Coder)
{
    int32 OsStatus;

    if (Coder->Encoder != NULL)
    {
        Coder->Status = sqs_encoder_stats(Coder->Encoder, &Coder->Stats);
    }
    else
    {
        Coder->Status = sqs_decoder_stats(Coder->Decoder, &Coder->Stats);
    }
    (void)OS_close(Coder->Source);
    Coder->Source = OS_OBJECT_ID_UNDEFINED;
    OsStatus      = OS_close(Coder->Target);
    Coder->Target = OS_OBJECT_ID_UNDEFINED;
    if (OsStatus == OS_SUCCESS)
    {
        OsStatus = OS_rename(Coder->PartName, Coder->TargetName);
    }
    if (OsStatus != OS_SUCCESS)
    {
        return Fail(Coder, OsStatus);
    }
    Coder->Busy = false;
    return CFE_SUCCESS;
}

/* One step: a read where nothing is left, a call of the coder, a write. */
static CFE_Status_t Step(SQS_LIB_Coder_t *Coder)
{
    size_t Consumed = 0;
    size_t Written  = 0;
    uint64 Offset   = 0;
    uint32 Flow;
    int32  Result;

    if (Coder->InStart == Coder->InEnd && !Coder->AtEnd)
    {
        Result = OS_read(Coder->Source, Coder->In, sizeof(Coder->In));
        if (Result < 0)
        {
            return Fail(Coder, Result);
        }
        Coder->InStart = 0;
        Coder->InEnd   = (size_t)Result;
        Coder->AtEnd   = Result == 0;
    }
    Flow = Coder->AtEnd ? SQS_FLOW_END : SQS_FLOW_CONTINUE;
    if (Coder->Encoder != NULL)
    {
        Coder->Status = sqs_encoder_step(Coder->Encoder, Coder->In + Coder->InStart, Coder->InEnd - Coder->InStart,
                                         &Consumed, Coder->Out, sizeof(Coder->Out), &Written, Flow);
    }
    else
    {
        Coder->Status = sqs_decoder_step(Coder->Decoder, Coder->In + Coder->InStart, Coder->InEnd - Coder->InStart,
                                         &Consumed, Coder->Out, sizeof(Coder->Out), &Written, &Offset, Flow);
    }
    Coder->InStart += Consumed;
    if (Coder->Status < 0)
    {
        return Fail(Coder, OS_SUCCESS);
    }
    Result = Write(Coder, Offset, Written);
    if (Result != OS_SUCCESS)
    {
        return Fail(Coder, Result);
    }
    return Coder->Status == SQS_END ? Finish(Coder) : CFE_STATUS_REQUEST_ALREADY_PENDING;
}

CFE_Status_t SQS_LIB_CoderStep(SQS_LIB_Coder_t *Coder, uint32 MaxSteps)
{
    CFE_Status_t Status = Coder->Busy ? CFE_STATUS_REQUEST_ALREADY_PENDING : CFE_SUCCESS;
    uint32       i;

    for (i = 0; i < MaxSteps && Status == CFE_STATUS_REQUEST_ALREADY_PENDING; i++)
    {
        Status = Step(Coder);
    }
    return Status;
}

void SQS_LIB_CoderCancel(SQS_LIB_Coder_t *Coder)
{
    if (!Coder->Busy)
    {
        return;
    }
    if (OS_ObjectIdDefined(Coder->Source))
    {
        (void)OS_close(Coder->Source);
        Coder->Source = OS_OBJECT_ID_UNDEFINED;
    }
    if (OS_ObjectIdDefined(Coder->Target))
    {
        (void)OS_close(Coder->Target);
        Coder->Target = OS_OBJECT_ID_UNDEFINED;
    }
    (void)OS_remove(Coder->PartName);
    Coder->Busy = false;
}
