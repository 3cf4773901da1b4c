/**
 * @file
 * libsqrtspace as a cFS library. It exports the functions of sqrtspace.h, and coders of files on OSAL: a coder encodes or
 * decodes one file in steps of bounded work, in memory of its own. Nothing allocates.
 */

#ifndef SQS_LIB_H
#define SQS_LIB_H

#include "cfe.h"
#include "sqrtspace.h"

/** Bytes of memory of a coder: an encoder with default options, or a decoder of frames up to 64 KiB. */
#ifndef SQS_LIB_CODER_BYTES
#define SQS_LIB_CODER_BYTES (256 * 1024)
#endif

/** Bytes of one read or write of a file. */
#ifndef SQS_LIB_BUFFER_BYTES
#define SQS_LIB_BUFFER_BYTES 4096
#endif

/**
 * Boot count of the mission, or another number that differs after each power-on: part of the identity of streams. Set it where
 * the spacecraft time begins anew at each power-on.
 */
#ifndef SQS_LIB_BOOT_COUNT
#define SQS_LIB_BOOT_COUNT() 0
#endif

/** What ends the name of a file until it is complete. */
#define SQS_LIB_TEMPORARY ".part"

/** A coder of files. Zero it first; used by one task at a time. */
typedef struct
{
    union
    {
        uint64 Align;
        uint8  Bytes[SQS_LIB_CODER_BYTES];
    } Memory;
    uint8           In[SQS_LIB_BUFFER_BYTES];
    uint8           Out[SQS_LIB_BUFFER_BYTES];
    sqs_encoder    *Encoder; /**< Encoding, else NULL. */
    sqs_decoder    *Decoder; /**< Decoding, else NULL. */
    osal_id_t       Source;
    osal_id_t       Target;
    size_t          InStart; /**< First byte of In that was not consumed. */
    size_t          InEnd;   /**< End of the bytes in In. */
    bool            AtEnd;   /**< The source was read to its end. */
    bool            Busy;    /**< Begun, and neither complete nor failed. */
    char            TargetName[OS_MAX_PATH_LEN];
    char            PartName[OS_MAX_PATH_LEN];
    uint32          Streams;  /**< Streams that this coder began to encode. */
    sqs_codec_stats Stats;    /**< Of the current or last file. */
    sqs_status      Status;   /**< Of the last call of the library. */
    int32           OsStatus; /**< Of the last call of OSAL that failed, else OS_SUCCESS. */
} SQS_LIB_Coder_t;

/** Initializes the library: checks that header and library fit. Called by ES. */
int32 SQS_LIB_Init(void);

/**
 * Begins to encode a file.
 *
 * If the options have no identity, the stream's is a hash of SQS_LIB_BOOT_COUNT(), spacecraft time, local time, the coder, and
 * its number of streams. Stats.identity returns it when the stream is complete.
 *
 * The target appears when it is complete; until then its name ends in SQS_LIB_TEMPORARY.
 *
 * @retval CFE_SUCCESS                      begun; call SQS_LIB_CoderStep()
 * @retval CFE_STATUS_INCORRECT_STATE       the coder is busy
 * @retval CFE_STATUS_RANGE_ERROR           the target's name is too long
 * @retval CFE_STATUS_VALIDATION_FAILURE    the options are refused; Status has the reason
 * @retval CFE_STATUS_EXTERNAL_RESOURCE_FAIL a file cannot be opened; OsStatus has the reason
 */
CFE_Status_t SQS_LIB_EncodeBegin(SQS_LIB_Coder_t *Coder, const char *Source, const char *Target,
                                 const sqs_encode_options *Options);

/** Begins to decode a file; statuses as SQS_LIB_EncodeBegin(). */
CFE_Status_t SQS_LIB_DecodeBegin(SQS_LIB_Coder_t *Coder, const char *Source, const char *Target,
                                 const sqs_decode_options *Options);

/**
 * Does at most MaxSteps steps: each reads and writes at most SQS_LIB_BUFFER_BYTES and codes at most one frame.
 *
 * @retval CFE_SUCCESS                       done, or nothing to do: Busy is false
 * @retval CFE_STATUS_REQUEST_ALREADY_PENDING more steps are needed
 * @retval CFE_STATUS_VALIDATION_FAILURE     the input is damaged; Status has the reason. No target remains
 * @retval CFE_STATUS_EXTERNAL_RESOURCE_FAIL a file cannot be read or written; OsStatus has the reason. No target remains
 */
CFE_Status_t SQS_LIB_CoderStep(SQS_LIB_Coder_t *Coder, uint32 MaxSteps);

/** Cancels: closes the files and removes the incomplete target. Without a file it changes nothing. */
void SQS_LIB_CoderCancel(SQS_LIB_Coder_t *Coder);

#endif
