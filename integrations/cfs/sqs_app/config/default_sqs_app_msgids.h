/**
 * @file
 * Message IDs of the app.
 */

#ifndef SQS_APP_MSGIDS_H
#define SQS_APP_MSGIDS_H

#define SQS_APP_CMD_MID     0x18A0 /**< Ground commands. */
#define SQS_APP_SEND_HK_MID 0x18A1 /**< Request of the housekeeping packet. */
#define SQS_APP_WAKEUP_MID  0x18A2 /**< One bounded step. */
#define SQS_APP_HK_TLM_MID   0x08A0 /**< Housekeeping. */
#define SQS_APP_ROWS_TLM_MID 0x08A1 /**< Rows of one output. */

#endif
