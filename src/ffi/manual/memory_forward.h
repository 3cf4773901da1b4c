/* Chapter 4. */
typedef struct sqs_memory sqs_memory;
