/**
 * @file
 * Commands and telemetry of the app.
 */

#ifndef SQS_APP_MSG_H
#define SQS_APP_MSG_H

#include "cfe.h"
#include "sqs_app_platform_cfg.h"

/** @name Command codes
 *  @{ */
#define SQS_APP_NOOP_CC           0
#define SQS_APP_RESET_COUNTERS_CC 1
#define SQS_APP_ENABLE_CC         2  /**< The pipeline runs. */
#define SQS_APP_DISABLE_CC        3  /**< The pipeline stops between two windows; samples of messages are dropped. */
#define SQS_APP_LOAD_TABLE_CC     4  /**< Loads a table file, and creates the pipeline anew. */
#define SQS_APP_SAVE_CC           5  /**< Saves a checkpoint file. */
#define SQS_APP_RESTORE_CC        6  /**< Restores a checkpoint file. */
#define SQS_APP_ENCODE_FILE_CC    7
#define SQS_APP_DECODE_FILE_CC    8
#define SQS_APP_SCRUB_CC          9  /**< Checks memory of the pipeline for damage. */
#define SQS_APP_RESTART_CC        10 /**< The pipeline returns to row 0. */
#define SQS_APP_CANCEL_FILE_CC    11 /**< Cancels the running encoding or decoding. */
/** @} */

typedef struct
{
    CFE_MSG_CommandHeader_t CommandHeader;
} SQS_APP_NoArgsCmd_t;

typedef struct
{
    char File[OS_MAX_PATH_LEN];
} SQS_APP_File_Payload_t;

typedef struct
{
    CFE_MSG_CommandHeader_t CommandHeader;
    SQS_APP_File_Payload_t  Payload;
} SQS_APP_FileCmd_t;

typedef struct
{
    char Source[OS_MAX_PATH_LEN];
    char Target[OS_MAX_PATH_LEN];
} SQS_APP_TwoFiles_Payload_t;

typedef struct
{
    CFE_MSG_CommandHeader_t    CommandHeader;
    SQS_APP_TwoFiles_Payload_t Payload;
} SQS_APP_TwoFilesCmd_t;

typedef struct
{
    uint32 MaxBytes; /**< Approximate limit; 0: all. */
} SQS_APP_Scrub_Payload_t;

typedef struct
{
    CFE_MSG_CommandHeader_t CommandHeader;
    SQS_APP_Scrub_Payload_t Payload;
} SQS_APP_ScrubCmd_t;

/** Housekeeping. Counts of 32 bits wrap. */
typedef struct
{
    uint8  CommandCounter;
    uint8  CommandErrorCounter;
    uint8  Enabled;        /**< 1: the pipeline runs. */
    uint8  Open;           /**< 1: a pipeline exists. */
    uint8  CodecBusy;      /**< 1: a file is being encoded or decoded. */
    uint8  Ended;          /**< 1: the input has ended. */
    uint8  Spare[2];
    int32  PipelineStatus; /**< Last status of the pipeline that was an error, else 0. */
    int32  CodecStatus;    /**< The same of the coder. */
    uint32 WakeUps;
    uint32 Overruns;       /**< Wake-ups that found more work than StepWindows and left it to the next. */
    uint32 DroppedMessages; /**< Messages with samples that were not accepted as a whole. */
    uint32 RowPackets;
    uint64 NextSample;     /**< Number of the next sample to push. */
    uint64 NextRow;        /**< Row that the first output delivers next. */
    uint64 WorkBytes;      /**< Bytes of the plan. */
    uint64 PeakBytes;
    uint64 StageRows;
    uint64 CrcFailures;
    uint64 Repairs;
    uint64 FilesCoded;     /**< Files encoded or decoded. */
    uint64 RawBytes;       /**< Of the current or last file: bytes of the original. */
    uint64 CodedBytes;
    uint64 Frames;
    uint32 RatioMilli;     /**< RawBytes / CodedBytes in thousandths. */
    uint32 DamagedFrames;
} SQS_APP_HkTlm_Payload_t;

typedef struct
{
    CFE_MSG_TelemetryHeader_t TelemetryHeader;
    SQS_APP_HkTlm_Payload_t   Payload;
} SQS_APP_HkTlm_t;

/** Rows of one output, one after another. The packet ends after the last row. */
typedef struct
{
    uint64 FirstRow;
    uint32 Output;   /**< Index in SQS_APP_Config_t.Outputs. */
    uint16 RowCount;
    uint16 RowBytes;
    uint8  Rows[SQS_APP_ROWS_BYTES];
} SQS_APP_RowsTlm_Payload_t;

typedef struct
{
    CFE_MSG_TelemetryHeader_t TelemetryHeader;
    SQS_APP_RowsTlm_Payload_t Payload;
} SQS_APP_RowsTlm_t;

#endif
