/**
 * @file
 * Calls of libsqrtspace that fail where a test asks for it, with the linker's --wrap; else the library's own.
 */

#include "sqs_lib.h"
#include "utstubs.h"

/* A wrapper: the forced code, or the real call. */
#define WRAP(function, parameters, arguments)                      \
    sqs_status __real_##function parameters;                       \
    sqs_status __wrap_##function parameters;                       \
    sqs_status __wrap_##function parameters                        \
    {                                                              \
        const int32 Code = UT_DEFAULT_IMPL(function);              \
        return Code != 0 ? Code : __real_##function arguments;     \
    }

WRAP(sqs_abi_check, (uint32_t a), (a))
WRAP(sqs_checkpoint_save, (sqs_pipeline * p, sqs_write_fn w, void *c, uint64_t *n), (p, w, c, n))
WRAP(sqs_decoder_init, (void *m, size_t b, const sqs_decode_options *o, sqs_decoder **d, sqs_error *e), (m, b, o, d, e))
WRAP(sqs_decoder_stats, (sqs_decoder * d, sqs_codec_stats *s), (d, s))
WRAP(sqs_encoder_stats, (sqs_encoder * d, sqs_codec_stats *s), (d, s))
WRAP(sqs_encoder_step,
     (sqs_encoder * e, const void *i, size_t b, size_t *c, void *o, size_t m, size_t *w, uint32_t f),
     (e, i, b, c, o, m, w, f))
WRAP(sqs_input_info, (sqs_pipeline * p, uint32_t i, sqs_row_info *r), (p, i, r))
WRAP(sqs_output_open, (sqs_pipeline * p, uint32_t s, uint64_t n), (p, s, n))
WRAP(sqs_output_position, (sqs_pipeline * p, uint32_t s, uint64_t *n, uint64_t *e), (p, s, n, e))
WRAP(sqs_pipeline_error_detail, (const sqs_pipeline *p, char *b, size_t c, size_t *n), (p, b, c, n))
WRAP(sqs_pipeline_seal, (sqs_pipeline * p, const sqs_request *r, uint32_t c, void *w, size_t b), (p, r, c, w, b))
WRAP(sqs_plan, (sqs_pipeline * p, const sqs_request *r, uint32_t c, sqs_plan_info *i), (p, r, c, i))
WRAP(sqs_pull, (sqs_pipeline * p, uint32_t s, void *r, size_t c, size_t *w), (p, s, r, c, w))
WRAP(sqs_push, (sqs_pipeline * p, uint32_t i, const void *s, size_t c, size_t *a), (p, i, s, c, a))
WRAP(sqs_push_end, (sqs_pipeline * p, uint32_t i), (p, i))
WRAP(sqs_scrub, (sqs_pipeline * p, size_t m, size_t *c), (p, m, c))
WRAP(sqs_stage_find, (sqs_pipeline * p, const char *n, uint32_t *i), (p, n, i))
WRAP(sqs_stage_info, (sqs_pipeline * p, uint32_t s, sqs_row_info *r), (p, s, r))
WRAP(sqs_step, (sqs_pipeline * p, uint64_t m, uint64_t *d), (p, m, d))
