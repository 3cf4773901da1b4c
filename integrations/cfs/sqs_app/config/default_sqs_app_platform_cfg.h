/**
 * @file
 * Sizes of the app: all memory is static.
 */

#ifndef SQS_APP_PLATFORM_CFG_H
#define SQS_APP_PLATFORM_CFG_H

#define SQS_APP_PIPE_NAME  "SQS_APP_PIPE"
#define SQS_APP_PIPE_DEPTH 32

/** Messages with samples that the pipe holds between two wake-ups. */
#define SQS_APP_DATA_LIMIT 16

#define SQS_APP_TABLE_NAME "Config"
#define SQS_APP_TABLE_FILE "/cf/sqs_app_config.tbl"

/** Stages and edges of a graph. */
#define SQS_APP_MAX_STAGES 8
#define SQS_APP_MAX_EDGES  16

/** Outputs of a graph, and parameters of a table. */
#define SQS_APP_MAX_OUTPUTS    4
#define SQS_APP_MAX_PARAMS     8
#define SQS_APP_MAX_LIST       16 /**< Numbers of one parameter. */

/** Bytes of the work area of the pipeline: the limit of the budget in the table. */
#define SQS_APP_WORK_BYTES (256 * 1024)

/** Bytes of a checkpoint file that can be restored. */
#define SQS_APP_CHECKPOINT_BYTES (256 * 1024)

/** Bytes of rows in one packet. */
#define SQS_APP_ROWS_BYTES 512

/** Bytes of samples read from a file in one wake-up. */
#define SQS_APP_FILE_BYTES 4096

#endif
