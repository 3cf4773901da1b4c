/**
 * @file
 * Performance IDs of the app.
 */

#ifndef SQS_APP_PERFIDS_H
#define SQS_APP_PERFIDS_H

#define SQS_APP_PERF_ID          96 /**< The app. */
#define SQS_APP_PIPELINE_PERF_ID 97 /**< The pipeline's part of a wake-up. */
#define SQS_APP_CODEC_PERF_ID    98 /**< The coder's part of a wake-up. */

#endif
