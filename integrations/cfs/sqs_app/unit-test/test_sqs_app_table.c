/**
 * @file
 * Unit tests of sqs_app: validation and use of tables.
 */

#include "ut_sqs_app.h"

#include <string.h>

static void Refused(const char *What)
{
    SQS_APP_Config_t Image = UT_Config;

    UtPrintf("refused: %s", What);
    UtAssert_INT32_EQ(SQS_APP_TableValidate(&Image), CFE_STATUS_VALIDATION_FAILURE);
    UtAssert_BOOL_TRUE(UT_HadOnce(SQS_APP_TABLE_ERR_EID));
    UT_FileTable();
}

#define REFUSED(change)     \
    do                      \
    {                       \
        change;             \
        Refused(#change);   \
    } while (0)

void Test_Validation(void)
{
    UtAssert_INT32_EQ(SQS_APP_TableValidate(&UT_Config), CFE_SUCCESS);
    REFUSED(strcpy(UT_Config.Graph, "none"));
    REFUSED(memset(UT_Config.Graph, 'x', sizeof(UT_Config.Graph)));
    REFUSED(memset(UT_Config.InputFile, 'x', sizeof(UT_Config.InputFile)));
    REFUSED(memset(UT_Config.CheckpointFile, 'x', sizeof(UT_Config.CheckpointFile)));
    REFUSED(UT_Config.InputFile[0] = '\0');
    REFUSED(UT_Config.Input = 3);
    REFUSED(UT_MessageTable(); UT_Config.InputMsgId = 0);
    REFUSED(UT_Config.Channels = 0);
    REFUSED(UT_Config.QueueRows = 0);
    REFUSED(UT_Config.StepWindows = 0);
    REFUSED(UT_Config.CodecSteps = 0);
    REFUSED(UT_Config.CodecChannels = 0);
    REFUSED(UT_Config.BudgetBytes = 0);
    REFUSED(UT_Config.BudgetBytes = SQS_APP_WORK_BYTES + 1);
    REFUSED(UT_Config.BudgetBytes = 100); /* the library: too small */
    REFUSED(UT_Config.CodecEffort = 0);
    REFUSED(UT_Config.CodecEffort = 10);
    REFUSED(UT_Config.CodecByteOrder = 2);
    REFUSED(memset(UT_Config.Outputs[3], 'x', sizeof(UT_Config.Outputs[3])));
    REFUSED(UT_Config.Outputs[0][0] = '\0'); /* a gap */
    REFUSED(strcpy(UT_Config.Outputs[1], "none"));
    REFUSED(UT_Config.Outputs[1][0] = '\0'; strcpy(UT_Config.Outputs[2], "mean")); /* a gap after the first */
    REFUSED(UT_Config.Outputs[0][0] = '\0'; UT_Config.Outputs[1][0] = '\0');
    REFUSED(memset(UT_Config.Params[0].Stage, 'x', sizeof(UT_Config.Params[0].Stage)));
    REFUSED(memset(UT_Config.Params[0].Key, 'x', sizeof(UT_Config.Params[0].Key)));
    REFUSED(strcpy(UT_Config.Params[0].Stage, "none"));
    REFUSED(UT_Config.Params[0].Count = SQS_APP_MAX_LIST + 1);
    REFUSED(UT_Config.Params[0].Values[0] = 2);
    REFUSED(UT_Config.Window = 0);
    REFUSED(UT_Config.Dtype = 99);
    REFUSED(strcpy(UT_Config.Outputs[0], "smooth"); UT_Config.Window = 200; UT_Config.Hop = 200);
    REFUSED(memset(UT_Config.Params, 0, sizeof(UT_Config.Params)));
    REFUSED(memset(UT_Config.Params, 0, sizeof(UT_Config.Params)); strcpy(UT_Config.Graph, "spectrum"); strcpy(UT_Config.Outputs[0], "power"); UT_Config.Outputs[1][0] = '\0';
            UT_Config.Window = 1024);
    UT_SetDeferredRetcode(UT_KEY(sqs_stage_find), 1, SQS_ERR_NAME);
    REFUSED((void)0);
    UT_SetDeferredRetcode(UT_KEY(sqs_stage_info), 1, SQS_ERR_ARGUMENT);
    REFUSED((void)0);
    UT_SetDeferredRetcode(UT_KEY(sqs_input_info), 1, SQS_ERR_ARGUMENT);
    REFUSED((void)0);
    UT_SetDeferredRetcode(UT_KEY(sqs_output_open), 1, SQS_ERR_LIMIT);
    REFUSED((void)0);
    UT_SetDeferredRetcode(UT_KEY(sqs_plan), 1, SQS_ERR_BUDGET);
    REFUSED((void)0);
    /* A list where the kind has a number. The library decides on element types. */
    UT_Config.Params[0].Count = 2;
    UtAssert_INT32_EQ(SQS_APP_TableValidate(&UT_Config), CFE_STATUS_VALIDATION_FAILURE);
    UT_FileTable();
    UT_Config.Dtype = SQS_F32;
    UtAssert_INT32_EQ(SQS_APP_TableValidate(&UT_Config), CFE_SUCCESS);
    UT_Config.Dtype = SQS_F64;
    UtAssert_INT32_EQ(SQS_APP_TableValidate(&UT_Config), CFE_STATUS_VALIDATION_FAILURE); /* mean has no f64 */
    UT_Config.Dtype = SQS_I8;
    UtAssert_INT32_EQ(SQS_APP_TableValidate(&UT_Config), CFE_STATUS_VALIDATION_FAILURE);
    UT_FileTable();
    memset(UT_Config.Params, 0, sizeof(UT_Config.Params));
    strcpy(UT_Config.Graph, "spectrum");
    strcpy(UT_Config.Outputs[0], "peak");
    strcpy(UT_Config.Outputs[1], "power");
    UT_Config.Window = 64;
    UtAssert_INT32_EQ(SQS_APP_TableValidate(&UT_Config), CFE_SUCCESS);
}

void Test_Tables(void)
{
    UT_Open();
    UT_Command(SQS_APP_LOAD_TABLE_CC, "");
    UtAssert_BOOL_TRUE(UT_HadOnce(SQS_APP_TABLE_ERR_EID));
    UT_SetDeferredRetcode(UT_KEY(CFE_TBL_Load), 1, CFE_TBL_ERR_FILE_TOO_LARGE);
    UT_Command(SQS_APP_LOAD_TABLE_CC, "/table");
    UtAssert_BOOL_TRUE(UT_HadOnce(SQS_APP_TABLE_ERR_EID));
    UT_SetDeferredRetcode(UT_KEY(CFE_TBL_GetAddress), 1, CFE_TBL_ERR_NEVER_LOADED);
    UT_Command(SQS_APP_LOAD_TABLE_CC, "/table");
    UtAssert_BOOL_TRUE(UT_HadOnce(SQS_APP_TABLE_ERR_EID));
    UT_SetDeferredRetcode(UT_KEY(CFE_TBL_GetAddress), 1, CFE_TBL_INFO_UPDATED);
    UT_SetDeferredRetcode(UT_KEY(CFE_TBL_Manage), 1, CFE_TBL_INFO_UPDATED);
    UT_Wake(1);
    UtAssert_BOOL_TRUE(UT_HadOnce(SQS_APP_TABLE_EID));
    UT_MessageTable();
    UT_SetDeferredRetcode(UT_KEY(CFE_SB_SubscribeEx), 1, CFE_SB_BAD_ARGUMENT);
    UT_Command(SQS_APP_LOAD_TABLE_CC, "/table");
    UtAssert_BOOL_TRUE(UT_HadOnce(SQS_APP_PIPE_ERR_EID));
    UT_SetDeferredRetcode(UT_KEY(sqs_pipeline_seal), 1, SQS_ERR_MEMORY);
    UT_Command(SQS_APP_LOAD_TABLE_CC, "/table");
    UtAssert_BOOL_TRUE(UT_HadOnce(SQS_APP_OPEN_ERR_EID));
    UtAssert_NULL(SQS_APP_Data.Pipeline.Handle);
    /* A table that is in use without a validation is refused by the library. */
    UT_Config.Window = 0;
    UT_Command(SQS_APP_LOAD_TABLE_CC, "/table");
    UtAssert_BOOL_TRUE(UT_HadOnce(SQS_APP_OPEN_ERR_EID));
}
