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

/* Encodes with a time; returns the identity in the first frame, which is also that of the statistics. */
static uint64 IdentityAt(uint32 Seconds, uint32 Subseconds)
{
    CFE_TIME_SysTime_t Now   = {0};
    OS_time_t          Local = OS_TimeAssembleFromNanoseconds(5, 0);
    const uint8       *Stream;
    size_t             Bytes;
    size_t             i;
    uint64             Value = 0;

    Now.Seconds    = Seconds;
    Now.Subseconds = Subseconds;
    UT_SetDataBuffer(UT_KEY(CFE_TIME_GetTime), &Now, sizeof(Now), true);
    UT_SetDataBuffer(UT_KEY(OS_GetLocalTime), &Local, sizeof(Local), true);
    UtAssert_INT32_EQ(Encode(), CFE_SUCCESS);
    Stream = UT_FileGet("/sqs", &Bytes);
    for (i = 9; i < 17; i++)
    {
        Value = (Value << 8) | Stream[i];
    }
    UtAssert_True(Value == Coder.Stats.identity, "identity of the stream");
    UtAssert_True(Value != 0, "identity is not 0");
    return Value;
}

/* Recordings that begin alike have identities of their own: by their number, by time; a given one is used. */
static void Test_Identity(void)
{
    uint64 Values[5];
    size_t i;
    size_t j;

    Values[0] = IdentityAt(100, 7);
    Values[1] = IdentityAt(100, 7); /* the next one at the same time */
    Coder.Streams = 0;              /* after a reset */
    Values[2] = IdentityAt(101, 7);
    Coder.Streams = 0;
    Values[3] = IdentityAt(100, 8);
    Encoding.identity = UINT64_C(0x123456789ABCDEF0);
    Values[4]         = IdentityAt(100, 7);
    for (i = 0; i < 5; i++)
    {
        for (j = 0; j < i; j++)
        {
            UtAssert_True(Values[i] != Values[j], "identities %lu and %lu", (unsigned long)i, (unsigned long)j);
        }
    }
    UtAssert_True(Values[4] == Encoding.identity, "given");
    Encoding.identity = 0;
    Encoding.flags    = SQS_ENCODE_TAG;
    Encoding.tag      = 77;
    UtAssert_True(IdentityAt(100, 7) == 77, "tag");
}

/* What follows a stream on the medium, here an older recording that begins alike, is not part of it. */
static void Test_Older(void)
{
    static uint8 Medium[BYTES];
    const uint8 *Back;
    size_t       First;
    size_t       Second;
    size_t       Bytes;

    UtAssert_INT32_EQ(Encode(), CFE_SUCCESS);
    memcpy(Medium, UT_FileGet("/sqs", &First), sizeof(Medium) / 4);
    UtAssert_INT32_EQ(Encode(), CFE_SUCCESS);
    Back = UT_FileGet("/sqs", &Second);
    UtAssert_UINT32_LT(First + Second, BYTES);
    memcpy(Medium + First, Back, Second);
    UT_FileSet("/sqs", Medium, First + Second);
    UtAssert_INT32_EQ(Decode(), CFE_SUCCESS);
    Back = UT_FileGet("/back", &Bytes);
    UtAssert_UINT32_EQ(Bytes, BYTES);
    UtAssert_MemCmp(Back, Recording, BYTES, "decoded");
    /* The end of the first one is lost: frames of the second one do not take its place. */
    memmove(Medium + First / 2, Medium + First, Second);
    UT_FilesReset();
    UT_FileSet("/sqs", Medium, First / 2 + Second);
    UtAssert_INT32_EQ(Decode(), CFE_STATUS_VALIDATION_FAILURE);
    UtAssert_INT32_EQ(Coder.Status, SQS_ERR_DAMAGED);
    CheckNothing("/back");
}

static void Test_Refused(void)
{
    char Long[OS_MAX_PATH_LEN];

    memset(Long, 'x', sizeof(Long) - 1);
    Long[sizeof(Long) - 1] = '\0';
    UtAssert_INT32_EQ(SQS_LIB_EncodeBegin(&Coder, "/raw", "", &Encoding), CFE_STATUS_RANGE_ERROR);
    UtAssert_INT32_EQ(SQS_LIB_EncodeBegin(&Coder, "/raw", Long, &Encoding), CFE_STATUS_RANGE_ERROR);
    UtAssert_INT32_EQ(SQS_LIB_DecodeBegin(&Coder, "/raw", Long, &Decoding), CFE_STATUS_RANGE_ERROR);
    UtAssert_INT32_EQ(SQS_LIB_EncodeBegin(&Coder, "/raw", "/sqs", NULL), CFE_STATUS_VALIDATION_FAILURE);
    UtAssert_INT32_EQ(Coder.Status, SQS_ERR_ARGUMENT);
    UtAssert_INT32_EQ(SQS_LIB_DecodeBegin(&Coder, "/raw", "/back", NULL), CFE_STATUS_VALIDATION_FAILURE);
    UtAssert_INT32_EQ(Coder.Status, SQS_ERR_ARGUMENT);
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
    UtAssert_INT32_EQ(Coder.Status, SQS_ERR_FORMAT);
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
    UtTest_Add(Test_Identity, Setup, NULL, "identities of streams");
    UtTest_Add(Test_Older, Setup, NULL, "a stream before an older one");
    UtTest_Add(Test_Refused, Setup, NULL, "refused files and options");
    UtTest_Add(Test_BusyAndCancel, Setup, NULL, "one file at a time, cancelled");
    UtTest_Add(Test_FilesFail, Setup, NULL, "failures of OSAL");
    UtTest_Add(Test_FullDisk, Setup, NULL, "a disk that accepts nothing");
    UtTest_Add(Test_Damaged, Setup, NULL, "damaged streams and faults of the library");
    UtTest_Add(Test_LargeOffset, Setup, NULL, "cancelled before the first step");
}
