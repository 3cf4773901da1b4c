/**
 * @file
 * State of the app, all static.
 */

#ifndef SQS_APP_H
#define SQS_APP_H

#include "cfe.h"
#include "sqs_app_events.h"
#include "sqs_app_msg.h"
#include "sqs_app_msgids.h"
#include "sqs_app_perfids.h"
#include "sqs_app_pipeline.h"
#include "sqs_app_tbl.h"
#include "sqs_lib.h"

typedef struct
{
    uint32             RunStatus;
    CFE_SB_PipeId_t    Pipe;
    CFE_TBL_Handle_t   Table;
    SQS_APP_Config_t   Config; /**< Copy of the table in use: the table may be replaced while it is used. */
    CFE_SB_MsgId_t     InputMsgId; /**< Subscribed, or invalid. */
    SQS_APP_Pipeline_t Pipeline;
    SQS_LIB_Coder_t    Coder;
    SQS_APP_HkTlm_t    Hk;
    SQS_APP_RowsTlm_t  Rows;
    bool               Enabled;
    uint8              CommandCounter;
    uint8              CommandErrorCounter;
    uint32             WakeUps;
    uint32             Overruns;
    uint32             DroppedMessages;
    uint32             RowPackets;
    uint32             FilesCoded;
} SQS_APP_Data_t;

extern SQS_APP_Data_t SQS_APP_Data;

void         SQS_APP_Main(void);
CFE_Status_t SQS_APP_Init(void);

/* sqs_app_dispatch.c */
void SQS_APP_Dispatch(const CFE_SB_Buffer_t *Buffer);

/* sqs_app_table.c */
CFE_Status_t SQS_APP_TableValidate(void *Image);
CFE_Status_t SQS_APP_TableUse(void);
void         SQS_APP_TableManage(void);

/* sqs_app_cmds.c */
void         SQS_APP_WakeUp(void);
void         SQS_APP_Samples(const CFE_SB_Buffer_t *Buffer);
void         SQS_APP_SendHk(void);
CFE_Status_t SQS_APP_Command(CFE_MSG_FcnCode_t Code, const CFE_SB_Buffer_t *Buffer);

#endif
