/**
 * @file
 * Event IDs of the app.
 */

#ifndef SQS_APP_EVENTS_H
#define SQS_APP_EVENTS_H

#define SQS_APP_INIT_EID           1  /**< Information: the app runs. */
#define SQS_APP_PIPE_ERR_EID       2  /**< Error: the software bus failed; the app ends. */
#define SQS_APP_MID_ERR_EID        3  /**< Error: unknown message ID. */
#define SQS_APP_CC_ERR_EID         4  /**< Error: unknown command code. */
#define SQS_APP_LEN_ERR_EID        5  /**< Error: length of a message. */
#define SQS_APP_NOOP_EID           6  /**< Information: no-op. */
#define SQS_APP_RESET_EID          7  /**< Debug: counters reset. */
#define SQS_APP_ENABLE_EID         8  /**< Information: enabled or disabled. */
#define SQS_APP_TABLE_EID          9  /**< Information: a table is in use. */
#define SQS_APP_TABLE_ERR_EID      10 /**< Error: a table is refused. */
#define SQS_APP_OPEN_EID           11 /**< Information: the pipeline runs, with its bytes. */
#define SQS_APP_OPEN_ERR_EID       12 /**< Error: the pipeline cannot be created. */
#define SQS_APP_STEP_ERR_EID       13 /**< Error: the pipeline failed. */
#define SQS_APP_DATA_ERR_EID       14 /**< Error: samples were dropped. */
#define SQS_APP_END_EID            15 /**< Information: the input file has ended, and all rows were sent. */
#define SQS_APP_SAVE_EID           16 /**< Information: checkpoint saved. */
#define SQS_APP_SAVE_ERR_EID       17 /**< Error: checkpoint not saved. */
#define SQS_APP_RESTORE_EID        18 /**< Information: checkpoint restored. */
#define SQS_APP_RESTORE_ERR_EID    19 /**< Error: checkpoint not restored. */
#define SQS_APP_CODEC_EID          20 /**< Information: a file was encoded or decoded. */
#define SQS_APP_CODEC_ERR_EID      21 /**< Error: a file was not encoded or decoded. */
#define SQS_APP_SCRUB_EID          22 /**< Information: memory was checked. */
#define SQS_APP_SCRUB_ERR_EID      23 /**< Error: memory is damaged. */
#define SQS_APP_RESTART_EID        24 /**< Information: the pipeline is at row 0 again. */

#endif
