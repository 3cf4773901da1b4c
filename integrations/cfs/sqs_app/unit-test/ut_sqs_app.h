/**
 * @file
 * What the unit tests of sqs_app share: the whole app over the real library, with stubs of cFE and files in memory.
 */

#ifndef UT_SQS_APP_H
#define UT_SQS_APP_H

#include "sqs_app.h"
#include "sqs_app_graphs.h"
#include "ut_files.h"
#include "uttest.h"

#define INPUT_MID 0x08A8

typedef union
{
    CFE_SB_Buffer_t       Sb;
    SQS_APP_NoArgsCmd_t   NoArgs;
    SQS_APP_FileCmd_t     File;
    SQS_APP_TwoFilesCmd_t TwoFiles;
    SQS_APP_ScrubCmd_t    Scrub;
    uint8                 Bytes[2048];
} UT_Message_t;

extern SQS_APP_Config_t          UT_Config;   /**< The table. */
extern int16                     UT_Samples[4096];
extern uint32                    UT_EventCount;
extern SQS_APP_RowsTlm_Payload_t UT_Sent[64]; /**< Packets of rows. */
extern uint32                    UT_SentCount;
extern UT_Message_t              UT_Message;

/** Whether an event was sent; UT_HadOnce() forgets all events. */
bool UT_Had(uint16 EventId);
bool UT_HadOnce(uint16 EventId);

/** Tables: samples of a file, and of messages. */
void UT_FileTable(void);
void UT_MessageTable(void);

void UT_Setup(void);

/** Initializes the app. */
void UT_Open(void);

/** What the stubs return of the next message. */
void UT_Describe(CFE_SB_MsgId_Atom_t Mid, CFE_MSG_FcnCode_t Code, size_t Bytes);

/** Messages and commands. */
void UT_Dispatch(CFE_SB_MsgId_Atom_t Mid, CFE_MSG_FcnCode_t Code, size_t Bytes);
void UT_NoArgs(CFE_MSG_FcnCode_t Code);
void UT_Command(CFE_MSG_FcnCode_t Code, const char *Name);
void UT_TwoFiles(CFE_MSG_FcnCode_t Code, const char *Source, const char *Target);
void UT_Wake(uint32 Count);

/** Compares the rows that were sent, from a row to an end, with their definition. */
void UT_CheckRows(uint64 From, uint64 End);

/** Tests of tables. */
void Test_Validation(void);
void Test_Tables(void);

#endif
