/**
 * @file
 * Unit tests of the compression back end of FM.
 */

#include "fm_app.h"
#include "fm_compression.h"
#include "sqs_lib.h"
#include "ut_files.h"
#include "uttest.h"

#include <string.h>

#define BYTES 150000

/* FM's own, which the back end fills in. */
FM_GlobalData_t FM_GlobalData;

static uint8 Recording[BYTES];

static void Setup(void)
{
    size_t i;

    UT_ResetState(0);
    UT_FilesReset();
    memset(&FM_GlobalData, 0, sizeof(FM_GlobalData));
    for (i = 0; i < BYTES; i++)
    {
        Recording[i] = (uint8)("flight software "[i % 16] + (i / 4096) % 3);
    }
    UT_FileSet("/raw", Recording, BYTES);
    UtAssert_INT32_EQ(FM_CompressionService_Init(), CFE_SUCCESS);
}

static void Test_RoundTrip(void)
{
    const uint8 *Back;
    uint8        Identities[2][8];
    size_t       Bytes;
    int          i;

    /* Twice, with the same states. The two streams have identities of their own (bytes 9 to 16 of a frame). */
    for (i = 0; i < 2; i++)
    {
        UtAssert_INT32_EQ(FM_Compress_Impl(FM_GlobalData.CompressorStatePtr, "/raw", "/sqs"), CFE_SUCCESS);
        UtAssert_NOT_NULL(UT_FileGet("/sqs", &Bytes));
        UtAssert_UINT32_LT(Bytes, BYTES / 10);
        memcpy(Identities[i], UT_FileGet("/sqs", &Bytes) + 9, sizeof(Identities[i]));
        UtAssert_INT32_EQ(FM_Decompress_Impl(FM_GlobalData.DecompressorStatePtr, "/sqs", "/back"), CFE_SUCCESS);
        Back = UT_FileGet("/back", &Bytes);
        UtAssert_UINT32_EQ(Bytes, BYTES);
        UtAssert_MemCmp(Back, Recording, BYTES, "decompressed");
    }
    UtAssert_True(memcmp(Identities[0], Identities[1], sizeof(Identities[0])) != 0, "identities differ");
    UtAssert_UINT32_GTEQ(UT_GetStubCount(UT_KEY(OS_TaskDelay)), 2);
    UtAssert_ZERO(UT_FilesOpen());
}

static void Test_Fails(void)
{
    size_t Bytes;

    UtAssert_INT32_EQ(FM_Compress_Impl(FM_GlobalData.CompressorStatePtr, "/none", "/sqs"),
                      CFE_STATUS_EXTERNAL_RESOURCE_FAIL);
    UtAssert_INT32_EQ(FM_Decompress_Impl(FM_GlobalData.DecompressorStatePtr, "/none", "/back"),
                      CFE_STATUS_EXTERNAL_RESOURCE_FAIL);
    UtAssert_INT32_EQ(FM_Decompress_Impl(FM_GlobalData.DecompressorStatePtr, "/raw", "/back"),
                      CFE_STATUS_VALIDATION_FAILURE);
    UtAssert_NULL(UT_FileGet("/back", &Bytes));
    UT_SetDeferredRetcode(UT_KEY(OS_write), 1, OS_ERROR);
    UtAssert_INT32_EQ(FM_Compress_Impl(FM_GlobalData.CompressorStatePtr, "/raw", "/sqs"),
                      CFE_STATUS_EXTERNAL_RESOURCE_FAIL);
    UtAssert_NULL(UT_FileGet("/sqs", &Bytes));
    UtAssert_ZERO(UT_FilesOpen());
}

void UtTest_Setup(void)
{
    UtTest_Add(Test_RoundTrip, Setup, NULL, "a file is compressed and decompressed");
    UtTest_Add(Test_Fails, Setup, NULL, "failures");
}
