/**
 * @file
 * The configuration table of the app.
 */

#ifndef SQS_APP_TBL_H
#define SQS_APP_TBL_H

#include "cfe.h"
#include "sqs_app_platform_cfg.h"

/** Where samples come from. */
#define SQS_APP_INPUT_MESSAGE 1 /**< Messages of the ID InputMsgId, samples from byte SampleOffset. */
#define SQS_APP_INPUT_FILE    2 /**< The file InputFile, from its start. Samples are in the byte order of the processor. */

#define SQS_APP_NAME_LEN 32

/** A parameter of a stage of the graph, as in the tables of sqrtspace.h. */
typedef struct
{
    char   Stage[SQS_APP_NAME_LEN]; /**< Name of the stage; empty: this entry is unused. */
    char   Key[SQS_APP_NAME_LEN];   /**< Name of the parameter. */
    uint32 Count;                   /**< Numbers of a list, up to SQS_APP_MAX_LIST; 0: the number Values[0]. */
    uint32 Spare;
    double Values[SQS_APP_MAX_LIST];
} SQS_APP_Param_t;

/** Image of the table. */
typedef struct
{
    char   Graph[SQS_APP_NAME_LEN];                         /**< Name of the graph, of sqs_app_graphs.c. */
    char   InputFile[OS_MAX_PATH_LEN];                      /**< With SQS_APP_INPUT_FILE. */
    char   CheckpointFile[OS_MAX_PATH_LEN];                 /**< Restored at start, if it exists; empty: none. */
    char   Outputs[SQS_APP_MAX_OUTPUTS][SQS_APP_NAME_LEN];  /**< Stages whose rows are sent; empty: unused. */
    uint32 Input;                                           /**< SQS_APP_INPUT_MESSAGE or SQS_APP_INPUT_FILE. */
    uint32 InputMsgId;                                      /**< With SQS_APP_INPUT_MESSAGE. */
    uint32 SampleOffset;                                    /**< Bytes before the samples, headers included. */
    uint32 Dtype;                                           /**< Type of the samples, SQS_I8 to SQS_C32. */
    uint32 Channels;                                        /**< Interleaved channels, at least 1. */
    uint32 Window;                                          /**< Samples of a window. */
    uint32 Hop;                                             /**< Samples from window to window. */
    uint32 InputCapacity;                                   /**< Samples of the input buffer; 0: two blocks. */
    uint32 QueueRows;                                       /**< Rows that the queue of an output holds, at least 1. */
    uint32 BudgetBytes;                                     /**< Bytes of the work area, up to SQS_APP_WORK_BYTES. */
    uint32 StepWindows;                                     /**< Windows of work of one wake-up, at least 1. */
    uint32 ScrubBytes;                                      /**< Bytes checked for damage in one wake-up; 0: none. */
    uint32 CodecSteps;                                      /**< Steps of the file coder in one wake-up, at least 1. */
    uint32 CodecDtype;                                      /**< Sample type of encoded files, SQS_BYTES to SQS_I24. */
    uint32 CodecChannels;                                   /**< Their interleaved channels, at least 1. */
    uint32 CodecByteOrder;                                  /**< SQS_LITTLE_ENDIAN or SQS_BIG_ENDIAN. */
    uint32 CodecEffort;                                     /**< 1 to 9. */
    uint32 Enabled;                                         /**< 1: the pipeline runs from the start; 0: on command. */
    SQS_APP_Param_t Params[SQS_APP_MAX_PARAMS];
} SQS_APP_Config_t;

#endif
