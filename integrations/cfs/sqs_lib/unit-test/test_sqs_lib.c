/**
 * @file
 * Unit tests of sqs_lib: files are encoded and decoded with the real library; every failure of OSAL and of the library leaves
 * no target and no open file.
 */

#include "sqs_lib.h"
#include "ut_files.h"
#include "uttest.h"

#include <string.h>

#define BYTES 100000

static SQS_LIB_Coder_t    Coder;
static uint8              Recording[BYTES];
static sqs_encode_options Encoding;
static sqs_decode_options Decoding;

static void Setup(void)
{
    size_t i;

    UT_ResetState(0);
    UT_FilesReset();
    memset(&Coder, 0, sizeof(Coder));
    for (i = 0; i < BYTES; i++)
    {
        Recording[i] = (uint8)(i / 50 + i % 3);
    }
    UT_FileSet("/raw", Recording, BYTES);
    sqs_encode_options_init(&Encoding, sizeof(Encoding));
    sqs_decode_options_init(&Decoding, sizeof(Decoding));
}

static CFE_Status_t Run(uint32 Steps)
{
    CFE_Status_t Status;

    do
    {
        Status = SQS_LIB_CoderStep(&Coder, Steps);
    } while (Status == CFE_STATUS_REQUEST_ALREADY_PENDING);
    return Status;
}

static CFE_Status_t Encode(void)
{
    const CFE_Status_t Status = SQS_LIB_EncodeBegin(&Coder, "/raw", "/sqs", &Encoding);

    return Status == CFE_SUCCESS ? Run(3) : Status;
}

static CFE_Status_t Decode(void)
{
    const CFE_Status_t Status = SQS_LIB_DecodeBegin(&Coder, "/sqs", "/back", &Decoding);

    return Status == CFE_SUCCESS ? Run(3) : Status;
}

/* After a failure: nothing remains. */
static void CheckNothing(const char *Target)
{
    size_t Bytes;

    UtAssert_NULL(UT_FileGet(Target, &Bytes));
    UtAssert_NULL(UT_FileGet("/sqs.part", &Bytes));
    UtAssert_NULL(UT_FileGet("/back.part", &Bytes));
    UtAssert_ZERO(UT_FilesOpen());
    UtAssert_BOOL_FALSE(Coder.Busy);
}

static void Test_Init(void)
{
    UtAssert_INT32_EQ(SQS_LIB_Init(), CFE_SUCCESS);
    UT_SetDefaultReturnValue(UT_KEY(sqs_abi_check), SQS_ERR_ABI);
    UtAssert_INT32_EQ(SQS_LIB_Init(), CFE_STATUS_VALIDATION_FAILURE);
}

static void Test_RoundTrip(void)
{
    const uint8 *Back;
    size_t       Bytes;

    UtAssert_INT32_EQ(SQS_LIB_CoderStep(&Coder, 1), CFE_SUCCESS); /* nothing to do */
    UtAssert_INT32_EQ(Encode(), CFE_SUCCESS);
    UtAssert_NOT_NULL(UT_FileGet("/sqs", &Bytes));
    UtAssert_UINT32_EQ(Coder.Stats.raw_bytes, BYTES);
    UtAssert_UINT32_EQ(Coder.Stats.coded_bytes, Bytes);
    UtAssert_UINT32_LT(Bytes, BYTES / 4);
    UT_FilesLimitWrites(1000);
    UtAssert_INT32_EQ(Decode(), CFE_SUCCESS);
    Back = UT_FileGet("/back", &Bytes);
    UtAssert_UINT32_EQ(Bytes, BYTES);
    UtAssert_MemCmp(Back, Recording, BYTES, "decoded");
    UtAssert_ZERO(UT_FilesOpen());
}

static void Test_Refused(void)
{
    char Long[OS_MAX_PATH_LEN];

    memset(Long, 'x', sizeof(Long) - 1);
    Long[sizeof(Long) - 1] = '\0';
    UtAssert_INT32_EQ(SQS_LIB_EncodeBegin(&Coder, "/raw", "", &Encoding), CFE_STATUS_RANGE_ERROR);
    UtAssert_INT32_EQ(SQS_LIB_EncodeBegin(&Coder, "/raw", Long, &Encoding), CFE_STATUS_RANGE_ERROR);
    UtAssert_INT32_EQ(SQS_LIB_DecodeBegin(&Coder, "/raw", Long, &Decoding), CFE_STATUS_RANGE_ERROR);
    Encoding.effort = 10;
    UtAssert_INT32_EQ(Encode(), CFE_STATUS_VALIDATION_FAILURE);
    UtAssert_INT32_EQ(Coder.Status, SQS_ERR_ARGUMENT);
    Decoding.max_frame_bytes = 4 * 1024 * 1024;
    UtAssert_INT32_EQ(Decode(), CFE_STATUS_VALIDATION_FAILURE);
    UtAssert_INT32_EQ(Coder.Status, SQS_ERR_MEMORY);
    CheckNothing("/sqs");
    UtAssert_INT32_EQ(SQS_LIB_EncodeBegin(&Coder, "/none", "/sqs", &Encoding), CFE_STATUS_VALIDATION_FAILURE);
    Encoding.effort = 5;
    UtAssert_INT32_EQ(SQS_LIB_EncodeBegin(&Coder, "/none", "/sqs", &Encoding), CFE_STATUS_EXTERNAL_RESOURCE_FAIL);
    UtAssert_INT32_EQ(Coder.OsStatus, OS_FS_ERR_PATH_INVALID);
    CheckNothing("/sqs");
    UT_SetDeferredRetcode(UT_KEY(OS_OpenCreate), 2, OS_ERROR);
    UtAssert_INT32_EQ(Encode(), CFE_STATUS_EXTERNAL_RESOURCE_FAIL);
    CheckNothing("/sqs");
}

static void Test_BusyAndCancel(void)
{
    UtAssert_INT32_EQ(SQS_LIB_EncodeBegin(&Coder, "/raw", "/sqs", &Encoding), CFE_SUCCESS);
    UtAssert_INT32_EQ(SQS_LIB_CoderStep(&Coder, 2), CFE_STATUS_REQUEST_ALREADY_PENDING);
    UtAssert_INT32_EQ(SQS_LIB_EncodeBegin(&Coder, "/raw", "/other", &Encoding), CFE_STATUS_INCORRECT_STATE);
    UtAssert_INT32_EQ(SQS_LIB_DecodeBegin(&Coder, "/raw", "/other", &Decoding), CFE_STATUS_INCORRECT_STATE);
    UtAssert_BOOL_TRUE(Coder.Busy);
    SQS_LIB_CoderCancel(&Coder);
    CheckNothing("/sqs");
    SQS_LIB_CoderCancel(&Coder);
    UtAssert_INT32_EQ(Encode(), CFE_SUCCESS);
}

/* Each call of OSAL that can fail, at its first and a later call. */
static void Test_FilesFail(void)
{
    static const struct
    {
        UT_EntryKey_t Key;
        uint32        Nth;
        int32         Code;
    } Cases[] = {
        {UT_KEY(OS_read), 1, OS_ERROR},  {UT_KEY(OS_read), 9, OS_ERROR},  {UT_KEY(OS_write), 1, OS_ERROR},
        {UT_KEY(OS_write), 2, OS_ERROR}, {UT_KEY(OS_close), 2, OS_ERROR}, {UT_KEY(OS_rename), 1, OS_ERROR},
    };
    size_t i;

    for (i = 0; i < sizeof(Cases) / sizeof(Cases[0]); i++)
    {
        Setup();
        UT_SetDeferredRetcode(Cases[i].Key, Cases[i].Nth, Cases[i].Code);
        UtAssert_INT32_EQ(Encode(), CFE_STATUS_EXTERNAL_RESOURCE_FAIL);
        UtAssert_INT32_EQ(Coder.OsStatus, OS_ERROR);
        CheckNothing("/sqs");
    }
    Setup();
    UtAssert_INT32_EQ(Encode(), CFE_SUCCESS);
    UT_SetDeferredRetcode(UT_KEY(OS_lseek), 2, OS_ERROR);
    UtAssert_INT32_EQ(Decode(), CFE_STATUS_EXTERNAL_RESOURCE_FAIL);
    CheckNothing("/back");
}

static void WritesNothing(void *User, UT_EntryKey_t Key, const UT_StubContext_t *Context)
{
    const int32 Nothing = 0;

    UT_Stub_SetReturnValue(Key, Nothing);
}

static void Test_FullDisk(void)
{
    UT_SetHandlerFunction(UT_KEY(OS_write), WritesNothing, NULL);
    UtAssert_INT32_EQ(Encode(), CFE_STATUS_EXTERNAL_RESOURCE_FAIL);
    CheckNothing("/sqs");
}

static void Test_Damaged(void)
{
    uint8  Stream[BYTES];
    size_t Bytes;

    UtAssert_INT32_EQ(Encode(), CFE_SUCCESS);
    memcpy(Stream, UT_FileGet("/sqs", &Bytes), sizeof(Stream) / 8);
    Stream[Bytes / 2] ^= 1;
    UT_FileSet("/sqs", Stream, Bytes);
    UtAssert_INT32_EQ(Decode(), CFE_STATUS_VALIDATION_FAILURE);
    UtAssert_INT32_EQ(Coder.Status, SQS_ERR_DAMAGED);
    CheckNothing("/back");
    UT_FileSet("/sqs", Recording, BYTES);
    UtAssert_INT32_EQ(Decode(), CFE_STATUS_VALIDATION_FAILURE);
    CheckNothing("/back");
    UT_SetDeferredRetcode(UT_KEY(sqs_encoder_step), 4, SQS_ERR_INTERNAL);
    UT_FileSet("/sqs", Recording, 0);
    Setup();
    UT_SetDeferredRetcode(UT_KEY(sqs_encoder_step), 4, SQS_ERR_INTERNAL);
    UtAssert_INT32_EQ(Encode(), CFE_STATUS_VALIDATION_FAILURE);
    UtAssert_INT32_EQ(Coder.Status, SQS_ERR_INTERNAL);
    CheckNothing("/sqs");
}

/* Positions that OSAL cannot express. */
static void Test_LargeOffset(void)
{
    UtAssert_INT32_EQ(Encode(), CFE_SUCCESS);
    Decoding.first = 0;
    UtAssert_INT32_EQ(SQS_LIB_DecodeBegin(&Coder, "/sqs", "/back", &Decoding), CFE_SUCCESS);
    SQS_LIB_CoderCancel(&Coder);
    CheckNothing("/back");
}

void UtTest_Setup(void)
{
    UtTest_Add(Test_Init, Setup, NULL, "SQS_LIB_Init");
    UtTest_Add(Test_RoundTrip, Setup, NULL, "a file is encoded and decoded");
    UtTest_Add(Test_Refused, Setup, NULL, "refused files and options");
    UtTest_Add(Test_BusyAndCancel, Setup, NULL, "one file at a time, cancelled");
    UtTest_Add(Test_FilesFail, Setup, NULL, "failures of OSAL");
    UtTest_Add(Test_FullDisk, Setup, NULL, "a disk that accepts nothing");
    UtTest_Add(Test_Damaged, Setup, NULL, "damaged streams and faults of the library");
    UtTest_Add(Test_LargeOffset, Setup, NULL, "cancelled before the first step");
}
