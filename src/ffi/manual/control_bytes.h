/**
 * An upper limit of sqs_pipeline_control_bytes(), for static arrays. Valid for param_bytes up to 1024 (the default) and max_param_changes of 0.
 * Later versions may need more: check with sqs_pipeline_control_bytes() at start.
 */
#define SQS_CONTROL_BYTES(stages, edges) \
    (12288u + 2560u * (size_t)(stages) + 64u * (size_t)(edges))
