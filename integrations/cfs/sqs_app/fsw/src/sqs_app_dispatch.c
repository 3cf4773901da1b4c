/**
 * @file
 * Messages to their functions, with their lengths checked.
 */

#include "sqs_app.h"

/* Length of each command, by its code. */
static const size_t Lengths[] = {
    sizeof(SQS_APP_NoArgsCmd_t),   /* SQS_APP_NOOP_CC */
    sizeof(SQS_APP_NoArgsCmd_t),   /* SQS_APP_RESET_COUNTERS_CC */
    sizeof(SQS_APP_NoArgsCmd_t),   /* SQS_APP_ENABLE_CC */
    sizeof(SQS_APP_NoArgsCmd_t),   /* SQS_APP_DISABLE_CC */
    sizeof(SQS_APP_FileCmd_t),     /* SQS_APP_LOAD_TABLE_CC */
    sizeof(SQS_APP_FileCmd_t),     /* SQS_APP_SAVE_CC */
    sizeof(SQS_APP_FileCmd_t),     /* SQS_APP_RESTORE_CC */
    sizeof(SQS_APP_TwoFilesCmd_t), /* SQS_APP_ENCODE_FILE_CC */
    sizeof(SQS_APP_TwoFilesCmd_t), /* SQS_APP_DECODE_FILE_CC */
    sizeof(SQS_APP_ScrubCmd_t),    /* SQS_APP_SCRUB_CC */
    sizeof(SQS_APP_NoArgsCmd_t),   /* SQS_APP_RESTART_CC */
    sizeof(SQS_APP_NoArgsCmd_t),   /* SQS_APP_CANCEL_FILE_CC */
};

static bool LengthIs(const CFE_SB_Buffer_t *Buffer, size_t Wanted)
{
    CFE_MSG_Size_t Size = 0;

    CFE_MSG_GetSize(&Buffer->Msg, &Size);
    if (Size == Wanted)
    {
        return true;
    }
    CFE_EVS_SendEvent(SQS_APP_LEN_ERR_EID, CFE_EVS_EventType_ERROR, "SQS_APP: message of %lu bytes, not %lu",
                      (unsigned long)Size, (unsigned long)Wanted);
    SQS_APP_Data.CommandErrorCounter++;
    return false;
}

static void DispatchCommand(const CFE_SB_Buffer_t *Buffer)
{
    CFE_MSG_FcnCode_t Code = 0;
    CFE_Status_t      Status;

    CFE_MSG_GetFcnCode(&Buffer->Msg, &Code);
    if (Code >= sizeof(Lengths) / sizeof(Lengths[0]))
    {
        CFE_EVS_SendEvent(SQS_APP_CC_ERR_EID, CFE_EVS_EventType_ERROR, "SQS_APP: unknown command code %u",
                          (unsigned int)Code);
        SQS_APP_Data.CommandErrorCounter++;
    }
    else if (LengthIs(Buffer, Lengths[Code]))
    {
        Status = SQS_APP_Command(Code, Buffer);
        if (Status == CFE_SUCCESS)
        {
            SQS_APP_Data.CommandCounter++;
        }
        else if (Status != CFE_STATUS_NO_COUNTER_INCREMENT)
        {
            SQS_APP_Data.CommandErrorCounter++;
        }
    }
}

void SQS_APP_Dispatch(const CFE_SB_Buffer_t *Buffer)
{
    CFE_SB_MsgId_t MsgId = CFE_SB_INVALID_MSG_ID;

    CFE_MSG_GetMsgId(&Buffer->Msg, &MsgId);
    if (CFE_SB_MsgId_Equal(MsgId, CFE_SB_ValueToMsgId(SQS_APP_CMD_MID)))
    {
        DispatchCommand(Buffer);
    }
    else if (CFE_SB_MsgId_Equal(MsgId, CFE_SB_ValueToMsgId(SQS_APP_SEND_HK_MID)))
    {
        if (LengthIs(Buffer, sizeof(SQS_APP_NoArgsCmd_t)))
        {
            SQS_APP_SendHk();
        }
    }
    else if (CFE_SB_MsgId_Equal(MsgId, CFE_SB_ValueToMsgId(SQS_APP_WAKEUP_MID)))
    {
        if (LengthIs(Buffer, sizeof(SQS_APP_NoArgsCmd_t)))
        {
            SQS_APP_WakeUp();
        }
    }
    else if (CFE_SB_IsValidMsgId(MsgId) && CFE_SB_MsgId_Equal(MsgId, SQS_APP_Data.InputMsgId))
    {
        SQS_APP_Samples(Buffer);
    }
    else
    {
        CFE_EVS_SendEvent(SQS_APP_MID_ERR_EID, CFE_EVS_EventType_ERROR, "SQS_APP: unknown message 0x%lX",
                          (unsigned long)CFE_SB_MsgIdToValue(MsgId));
        SQS_APP_Data.CommandErrorCounter++;
    }
}
