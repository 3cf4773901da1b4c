/**
 * @file
 * Drives the test inside cFE: it is the scheduler, the instrument and the ground.
 *
 * It sends commands, wake-ups and messages with samples over the software bus, and writes what it receives to files that
 * check.py reads: rows to /cf/rows.bin, housekeeping to /cf/hk.txt. After a power-on reset it runs the first part, which ends
 * with a processor reset; after the processor reset it runs the second part, which ends cFE.
 */

#include "cfe.h"
#include "fm_msg.h"
#include "fm_msgdefs.h"
#include "fm_msgids.h"
#include "sqs_app_msg.h"
#include "sqs_app_msgids.h"

#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define DATA_MID 0x08A8
#define PACKET   128
#define STEP_MS  5

typedef struct
{
    CFE_MSG_TelemetryHeader_t Header;
    int16                     Samples[PACKET];
} Packet_t;

static CFE_SB_PipeId_t Pipe;
static osal_id_t       RowsFile;
static osal_id_t       HkFile;
static uint32          RunStatus = CFE_ES_RunStatus_APP_RUN;
static uint32          RowPackets;
static SQS_APP_HkTlm_Payload_t Hk;

static void Print(osal_id_t File, const char *Text)
{
    OS_write(File, Text, strlen(Text));
    OS_printf("SQS_TEST: %s", Text);
}

/* Receives all that waits. */
static void Receive(void)
{
    CFE_SB_Buffer_t *Buffer;
    CFE_SB_MsgId_t   MsgId;
    char             Text[400];

    while (CFE_SB_ReceiveBuffer(&Buffer, Pipe, CFE_SB_POLL) == CFE_SUCCESS)
    {
        CFE_MSG_GetMsgId(&Buffer->Msg, &MsgId);
        if (CFE_SB_MsgIdToValue(MsgId) == SQS_APP_ROWS_TLM_MID)
        {
            const SQS_APP_RowsTlm_Payload_t *Rows = &((const SQS_APP_RowsTlm_t *)Buffer)->Payload;

            OS_write(RowsFile, Rows, offsetof(SQS_APP_RowsTlm_Payload_t, Rows) + Rows->RowCount * Rows->RowBytes);
            RowPackets++;
        }
        else if (CFE_SB_MsgIdToValue(MsgId) == SQS_APP_HK_TLM_MID)
        {
            Hk = ((const SQS_APP_HkTlm_t *)Buffer)->Payload;
            snprintf(Text, sizeof(Text),
                     "hk commands=%u errors=%u enabled=%u open=%u ended=%u status=%ld codec=%ld next_sample=%lu "
                     "next_row=%lu dropped=%lu row_packets=%lu files=%lu raw=%lu coded=%lu frames=%lu work=%lu "
                     "wakeups=%lu crc_failures=%lu\n",
                     Hk.CommandCounter, Hk.CommandErrorCounter, Hk.Enabled, Hk.Open, Hk.Ended, (long)Hk.PipelineStatus,
                     (long)Hk.CodecStatus, (unsigned long)Hk.NextSample, (unsigned long)Hk.NextRow,
                     (unsigned long)Hk.DroppedMessages, (unsigned long)Hk.RowPackets, (unsigned long)Hk.FilesCoded,
                     (unsigned long)Hk.RawBytes, (unsigned long)Hk.CodedBytes, (unsigned long)Hk.Frames,
                     (unsigned long)Hk.WorkBytes, (unsigned long)Hk.WakeUps, (unsigned long)Hk.CrcFailures);
            Print(HkFile, Text);
        }
    }
}

/* Sets the header of a command and zeroes the rest. */
static void Init(void *Command, size_t Bytes, CFE_SB_MsgId_Atom_t MsgId, CFE_MSG_FcnCode_t Code)
{
    CFE_MSG_Init(CFE_MSG_PTR(*(CFE_MSG_CommandHeader_t *)Command), CFE_SB_ValueToMsgId(MsgId), Bytes);
    CFE_MSG_SetFcnCode(CFE_MSG_PTR(*(CFE_MSG_CommandHeader_t *)Command), Code);
}

static void Send(void *Command)
{
    CFE_SB_TransmitMsg(CFE_MSG_PTR(*(CFE_MSG_CommandHeader_t *)Command), true);
    OS_TaskDelay(STEP_MS);
    Receive();
}

static void SendNoArgs(CFE_SB_MsgId_Atom_t MsgId, CFE_MSG_FcnCode_t Code)
{
    SQS_APP_NoArgsCmd_t Command;

    Init(&Command, sizeof(Command), MsgId, Code);
    Send(&Command);
}

static void SendFile(CFE_MSG_FcnCode_t Code, const char *Name)
{
    SQS_APP_FileCmd_t Command;

    Init(&Command, sizeof(Command), SQS_APP_CMD_MID, Code);
    strncpy(Command.Payload.File, Name, sizeof(Command.Payload.File) - 1);
    Send(&Command);
}

static void SendFiles(CFE_MSG_FcnCode_t Code, const char *Source, const char *Target)
{
    SQS_APP_TwoFilesCmd_t Command;

    Init(&Command, sizeof(Command), SQS_APP_CMD_MID, Code);
    strncpy(Command.Payload.Source, Source, sizeof(Command.Payload.Source) - 1);
    strncpy(Command.Payload.Target, Target, sizeof(Command.Payload.Target) - 1);
    Send(&Command);
}

static void WakeUps(uint32 Count)
{
    uint32 i;

    for (i = 0; i < Count; i++)
    {
        SendNoArgs(SQS_APP_WAKEUP_MID, 0);
    }
}

/* Wakes the app until the coder is idle. */
static void Code(void)
{
    uint32 i;

    for (i = 0; i < 500; i++)
    {
        WakeUps(1);
        SendNoArgs(SQS_APP_SEND_HK_MID, 0);
        if (Hk.CodecBusy == 0)
        {
            break;
        }
    }
}

/* Messages with samples: the sample at t is check.py's. */
static void Instrument(uint32 Packets)
{
    static Packet_t Packet;
    static uint32   t;
    uint32          i;
    uint32          k;

    CFE_MSG_Init(CFE_MSG_PTR(Packet.Header), CFE_SB_ValueToMsgId(DATA_MID), sizeof(Packet));
    for (i = 0; i < Packets; i++)
    {
        for (k = 0; k < PACKET; k++, t++)
        {
            Packet.Samples[k] = (int16)((t * 37 + (t >> 5) * 11) % 4001 - 2000);
        }
        CFE_SB_TransmitMsg(CFE_MSG_PTR(Packet.Header), true);
        WakeUps(1);
    }
}

static void FileManager(CFE_MSG_FcnCode_t Code, const char *Source, const char *Target)
{
    FM_DecompressFileCmd_t Command;

    Init(&Command, sizeof(Command), FM_CMD_MID, Code);
    strncpy(Command.Payload.Source, Source, sizeof(Command.Payload.Source) - 1);
    strncpy(Command.Payload.Target, Target, sizeof(Command.Payload.Target) - 1);
    Send(&Command);
    OS_TaskDelay(3000);
}

static void FirstPart(void)
{
    SQS_APP_ScrubCmd_t Scrub;

    SendNoArgs(SQS_APP_CMD_MID, SQS_APP_NOOP_CC);
    SendNoArgs(SQS_APP_CMD_MID, 99);                     /* refused */
    SendNoArgs(SQS_APP_CMD_MID, SQS_APP_SAVE_CC);        /* refused: length */
    Instrument(40);
    SendNoArgs(SQS_APP_SEND_HK_MID, 0);
    SendNoArgs(SQS_APP_CMD_MID, SQS_APP_DISABLE_CC);
    Instrument(1);                                       /* dropped */
    SendNoArgs(SQS_APP_CMD_MID, SQS_APP_ENABLE_CC);
    Init(&Scrub, sizeof(Scrub), SQS_APP_CMD_MID, SQS_APP_SCRUB_CC);
    Send(&Scrub);

    SendFiles(SQS_APP_ENCODE_FILE_CC, "/cf/samples.raw", "/cf/samples.sqs");
    Code();
    SendFiles(SQS_APP_DECODE_FILE_CC, "/cf/samples.sqs", "/cf/samples.back");
    Code();
    SendFiles(SQS_APP_DECODE_FILE_CC, "/cf/samples.raw", "/cf/not_encoded"); /* fails */
    Code();
    FileManager(FM_DECOMPRESS_FILE_CC, "/cf/samples.sqs", "/cf/samples.fm");

    SendFile(SQS_APP_LOAD_TABLE_CC, "/cf/sqs_test_bad.tbl"); /* refused */
    SendFile(SQS_APP_LOAD_TABLE_CC, "/cf/sqs_test_smooth.tbl");
    WakeUps(60);
    SendFile(SQS_APP_SAVE_CC, "/cf/test.ckpt");
    SendNoArgs(SQS_APP_SEND_HK_MID, 0);
    WakeUps(5);                                          /* rows that are lost with the reset, and computed anew */
    SendNoArgs(SQS_APP_SEND_HK_MID, 0);
    Print(HkFile, "reset\n");
}

static void SecondPart(void)
{
    uint32 i;

    SendNoArgs(SQS_APP_SEND_HK_MID, 0);
    /* The configuration is the default one again: load the other one and continue from the checkpoint. */
    SendFile(SQS_APP_LOAD_TABLE_CC, "/cf/sqs_test_smooth.tbl");
    SendFile(SQS_APP_RESTORE_CC, "/cf/test.ckpt");
    SendNoArgs(SQS_APP_SEND_HK_MID, 0);
    for (i = 0; i < 2000 && (Hk.Ended == 0 || i % 16 != 0); i++)
    {
        WakeUps(1);
        if (i % 16 == 0)
        {
            SendNoArgs(SQS_APP_SEND_HK_MID, 0);
        }
    }
    WakeUps(64);
    SendNoArgs(SQS_APP_SEND_HK_MID, 0);
    Print(HkFile, "end\n");
}

void SQS_TEST_Main(void)
{
    const bool First = CFE_ES_GetResetType(NULL) != CFE_PSP_RST_TYPE_PROCESSOR;

    /* One allocation, which count_malloc.c must see. */
    volatile char *Memory = malloc(16);

    Memory[0] = 1;
    free((void *)Memory);
    CFE_EVS_Register(NULL, 0, CFE_EVS_EventFilter_BINARY);
    CFE_SB_CreatePipe(&Pipe, 48, "SQS_TEST_PIPE");
    CFE_SB_SubscribeEx(CFE_SB_ValueToMsgId(SQS_APP_ROWS_TLM_MID), Pipe, CFE_SB_DEFAULT_QOS, 48);
    CFE_SB_Subscribe(CFE_SB_ValueToMsgId(SQS_APP_HK_TLM_MID), Pipe);
    CFE_ES_WaitForSystemState(CFE_ES_SystemState_OPERATIONAL, 10000);
    OS_OpenCreate(&RowsFile, First ? "/cf/rows1.bin" : "/cf/rows2.bin", OS_FILE_FLAG_CREATE | OS_FILE_FLAG_TRUNCATE,
                  OS_WRITE_ONLY);
    OS_OpenCreate(&HkFile, First ? "/cf/hk1.txt" : "/cf/hk2.txt", OS_FILE_FLAG_CREATE | OS_FILE_FLAG_TRUNCATE,
                  OS_WRITE_ONLY);
    if (First)
    {
        FirstPart();
    }
    else
    {
        SecondPart();
    }
    OS_close(RowsFile);
    OS_close(HkFile);
    OS_TaskDelay(500);
    CFE_ES_ResetCFE(First ? CFE_PSP_RST_TYPE_PROCESSOR : CFE_PSP_RST_TYPE_POWERON);
    CFE_ES_ExitApp(RunStatus);
}
