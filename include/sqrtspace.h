/*
 * sqrtspace.h - windowed pipelines over long sample streams, in a memory budget fixed before launch.
 * MIT license; see LICENSE.
 *
 * Samples come in, are seen as (overlapping) windows, go through a graph of stages, and come out as rows:
 *
 *     samples -> windows t = 0, 1, 2 ... -> stages -> one row per window
 *
 * You say what a stage computes from the rows before it; the library decides in which order and in which bytes that
 * happens. The rows come out the same to the bit in every order: "classic" makes each stage's rows for the whole range
 * in turn, as array libraries do; "sqrt" runs blocks of windows through all stages in small buffers.
 *
 *
 * EXAMPLE
 *
 *     static int32_t energy(void *ctx, const sqs_stage_io *io)
 *     {
 *         float *y = (float *)io->out;
 *         for (size_t i = 0; i < io->rows; i++) {
 *             const float *x = SQS_ROW(float, &io->edges[0], i);
 *             y[i] = 0.0f;
 *             for (size_t k = 0; k < io->edges[0].len; k++) y[i] += x[k] * x[k];
 *         }
 *         (void)ctx;
 *         return 0;
 *     }
 *
 *     sqs_config config;
 *     sqs_config_init(&config, sizeof config);
 *     config.window = 256; config.hop = 128; config.input_capacity = 100000;
 *     sqs_pipeline *p;
 *     if (sqs_pipeline_new(&config, NULL, &p, NULL) != SQS_OK) return 1;
 *     sqs_edge_desc from = { "input", 0, 0, SQS_BOUNDARY_ZERO, 0 };
 *     sqs_stage_desc desc = {0};
 *     desc.struct_size = sizeof desc; desc.name = "energy"; desc.run = energy; desc.edges = &from; desc.edge_count = 1;
 *     desc.dtype = SQS_F32; desc.len = 1;
 *     uint32_t id; size_t took; uint64_t got;
 *     sqs_stage_register(p, &desc, &id);
 *     sqs_push(p, 0, samples, 100000, &took);
 *     sqs_evaluate(p, id, 0, SQS_ALL, rows, sizeof rows, &got);
 *     sqs_pipeline_delete(p);
 *
 *
 * WORDS
 *
 * sample   one element of an input stream; with channels > 1 it holds that many interleaved elements.
 * window   window t is samples t*hop to t*hop + window - 1. n samples give no window if n < window, else
 *          1 + (n - window) / hop. With several inputs, row t uses window t of each; the one with the fewest decides.
 * stage    a node of an acyclic graph. Its edges say which rows it sees: its own (row t), and lookback rows before and
 *          lookahead rows behind that one. What lies beyond the first and last row is zeros or the end row again.
 *          With a stride s, row t of the stage belongs to row t*s of its edges, and n rows give ceil(n / s).
 * row      what a stage makes for one t: len elements of one type.
 *
 *
 * MEMORY
 *
 * Two areas. Control holds the tables; its size follows from max_stages, max_edges and param_bytes alone
 * (sqs_pipeline_control_bytes, or SQS_CONTROL_BYTES for static arrays). Work holds samples, rows, scratch, queues and
 * caches; sqs_plan tells its size to the byte, before anything runs, for the requests that you say you will make. Both
 * come from you, or from an allocator that you give, or (on hosts) from the heap. sqs_pipeline_seal takes the work area;
 * after it nothing allocates. Without a seal of your own, the first push or evaluate seals.
 * A plan follows from config and graph alone; sqs_plan_explain says what was considered and why. On hosts,
 * sqs_config_host_defaults fills the config's memory budget and cache from the machine. In auto mode the order is the one
 * reckoned to be the fastest within the budget; tell what a row of your stages takes (cost_ns_per_row) to have it reckon well.
 * In classic mode, spill_dir puts the rows into a file where they exceed the budget; else such a plan is refused.
 * Work areas are zeroed at seal. Nothing ever writes outside of the two areas and your output buffers.
 *
 * THREADS
 *
 * One handle is one task's: no call locks, and two calls on one handle at the same time are not allowed. Different
 * handles share nothing and may be used at the same time. Not for interrupt handlers. There are no globals.
 *
 * ERRORS
 *
 * Every function returns a status (0 success, positive "not now" or "the end", negative error); a call that fails
 * changes nothing but what its description says. sqs_pipeline_error_detail tells in a sentence what was wrong with the
 * last failing call of a handle. Outputs are written on success only; counts (accepted, got, done) always. No call
 * aborts, unwinds or blocks. A handle that is NULL, deleted or no handle gives SQS_ERR_ARGUMENT, as far as that can be
 * seen.
 * If a callback fails, the block it was called for did not happen: the next call tries the same block again, and sinks
 * and queues have got whole blocks only. After SQS_ERR_INTERNAL the handle is poisoned: it takes only reset, delete,
 * error_detail and stats.
 *
 * CALLBACKS
 *
 * Stages, sources and sinks are called by sqs_step and sqs_evaluate*, and by nothing else; allocators by new, seal and
 * delete. They may call functions that take no handle, and those of other handles; a call on the same handle gives
 * SQS_ERR_REENTRANT. A stage must make the same row however rows are grouped into calls and in whatever order they are
 * asked for: it keeps nothing between calls but io->state. It must not unwind (C++ exceptions, longjmp) into the library. Floating
 * point stages are the same to the bit across modes only if the compiler rounds alike in every call: build them with
 * -ffp-contract=off.
 *
 * STATE
 *
 * A stage with state_bytes is a scan: its rows are made in order, and io->state, plain bytes, is what the row before left.
 * Checkpoints of the state (checkpoint_slots of each scan, with a CRC) let any past row be reached by rolling forward from
 * the one below. In reverse order (SQS_ORDER_REVERSE, sqs_evaluate_to or _begin) rows come from the last to the first, in
 * blocks of descending rows; the state still runs forward, from snapshots kept within memory_budget_bytes, and
 * sqs_plan_info tells beforehand how often a row is made. Stored states and rows that fail their check are dropped and
 * made again; sqs_scrub looks for them when there is time.
 *
 * REVERSE SCANS
 *
 * The state of a stage with SQS_STAGE_REVERSE (or a built-in reverse scan: smoothers, tracebacks, zero-phase filters) runs
 * the other way: from behind the last row, where state_init sets it, to the first. A call gets consecutive rows, made
 * from the last to the first; they lie in io->out in ascending order, as do the rows of its edges. Forward and reverse
 * scans may follow one another in any order: a tracker behind a zero-phase filter behind another.
 * Rows behind a reverse scan depend on all samples up to the last: they are evaluated once the end is known
 * (sqs_push_end, or a source that does not grow; else SQS_ERR_RANGE), over samples that can be read again (a source, or a
 * ring that holds them all), and cannot be pulled. In sqrt mode the range is cut into tiles, and passes go over them down
 * and up in turn, one more for each time that the direction turns on the way from an input. The states of the scans
 * running one way are kept at the tiles for the pass that goes the other way, so that a tile can be entered from both
 * sides; the forward states below a way down come from snapshots, as for SQS_ORDER_REVERSE. The first reverse scan thus
 * costs one pass down in reverse order, and one more, up, in forward order. sqs_plan_info tells slots, rows of a tile and
 * the factor. What is kept for all tiles takes about 2 * sqrt(rows * row bytes * state bytes): a smaller budget is refused
 * (SQS_ERR_BUDGET), and the detail names the least that would do.
 *
 * DAMAGED MEMORY
 *
 * What is used again by a later call carries a CRC-32C, looked at when that call begins: positions and tables, states, rows
 * and samples that stages still need, queued rows, cached rows, checkpoints. Damage to what can be made again is counted
 * (sqs_stats) and made good from the nearest checkpoints: the rows are the same. Pushed samples that are gone cannot be:
 * SQS_ERR_CORRUPT. Damaged tables or positions: SQS_ERR_POISONED; a reset starts anew, if the tables of the graph are sound.
 * Not looked at: what changes while a call runs, the handle itself, what built-in stages hold of their parameters, and
 * arrays of more than 256 KiB in classic mode.
 *
 * SAVE AND RESUME
 *
 * sqs_checkpoint_save writes what a pipeline needs to go on, at most sqs_checkpoint_bytes, through a function of yours:
 * write it to a second file, fsync it, rename it over the first, and a power cut leaves the old or the new one, whole. After
 * a restart make the same pipeline, seal it, and give the file to sqs_checkpoint_restore: it tells the next sample to push
 * of each input, and sqs_output_position the row that the next pull starts with. Samples before are not needed again: those
 * that are have been saved. A stage with state tells state_word, so that any machine can read the file, and changes its
 * revision with its parameters, so that a file made with others is refused.
 *
 * PUSHED INPUTS AND SOURCES
 *
 * An input is either pushed (sqs_push) or read from a source (sqs_source_set), which can be read again at any position.
 * Of a pushed input only the windows still in its ring can be used. With outputs open, samples leave the ring when the
 * stream is done with them. Without, they stay until an evaluation has gone past them; then a full ring refuses samples
 * (SQS_AGAIN) until something is evaluated or the pipeline is reset.
 * A row is made only when it is final: when all it depends on is there, or the input has ended.
 *
 *
 * THE CODEC
 *
 * Encodes samples or bytes without loss into a stream of frames, each of which says which bytes of the original it holds
 * and can be decoded without the others (docs/formats/container.md). Options say what the bytes are; the rest is chosen per frame.
 *
 *     sqs_encode_options o;
 *     sqs_encode_options_init(&o, sizeof o);
 *     o.dtype = SQS_I16; o.channels = 2;
 *     sqs_encode_file("in.raw", "out.sqs", &o, NULL, NULL);
 *
 * Files: sqs_encode_file and sqs_decode_file; sqs_encode_stream and sqs_decode_stream where functions read and write. An
 * output file appears when it is complete and on the disk, or not at all. With threads, frames are encoded side by side
 * and written in order: the bytes are the same for any number. sqs_encode_file_async returns at once; a job can be
 * polled, waited for and cancelled.
 * Memory: sqs_encoder_init and sqs_decoder_init put a coder into memory of yours, and sqs_encoder_step takes input cut
 * anywhere and fills output cut anywhere, as zlib does. sqs_encoder_bytes tells the bytes beforehand, and exactly these
 * are used. Nothing allocates, so this is what flies; it is there without an operating system, too.
 * Rows: sqs_evaluate_to_file, or sqs_encoder_sink_rows as the sink of an evaluation.
 * Damage: a decoder finds the next sound frame whatever is before it. By default the first damage ends it with
 * SQS_ERR_DAMAGED, and what it put out is sound. With SQS_DECODE_RECOVER it goes on, and says which ranges are missing.
 * A stream that was cut off decodes up to its last whole frame.
 * Groups: with a restart_interval above 1 frames refer to those before them, for fewer bytes; damage then costs the rest of
 * its group, and decoders need history_bytes.
 * CCSDS 121: SQS_CODEC_CCSDS121 puts its bitstreams into frames; sqs_ccsds121_encoder_init and sqs_ccsds121_decoder_init have them as
 * they are, for ground systems that decode them already.
 * A coder's handle is one task's, as a pipeline's is. Coders call nothing back.
 *
 *
 * STRUCTS
 *
 * Each struct starts with struct_size = sizeof of it, as your compiler sees it. Zero the rest and set what you need:
 * zero means the default everywhere. Later versions only add fields at the end.
 *
 *
 * BUILT-IN STAGES (sqs_stage_register_builtin, sqs_stage_register_kind)
 *
 * argmax
 *     f32 -> 1 u32. Index of the first greatest element. NaN is below everything; 0 if all are NaN.
 * band
 *     any type. Elements from (0) to before to (row length) of each row.
 * biquad
 *     f32, f64 or i16; a scan. Cascade of second-order sections along the samples: sos (list, six numbers a
 *     section, as SciPy has them), zi (0; 1: settled on the first sample; or a list), precision (32 or 64, as
 *     the input).
 * biquad_reverse
 *     As biquad, from the last sample to the first. A reverse scan.
 * centroid
 *     f32 -> 1 f32. sum(k * x[k]) / sum(x[k]), in elements; 0 where the sum is 0.
 * channel
 *     any type. Channel index (0) of interleaved samples, contiguous.
 * cusum
 *     f32, f64 or i16; a scan -> high, low, alarm per sample. Change detector: target, drift, threshold,
 *     reset, precision.
 * decimate
 *     f32. Low-pass, then every factor-th element: taps (list; default a Hamming-windowed sinc of 20 * factor
 *     + 1).
 * detrend
 *     f32 or i16 -> f32. Row without its least-squares line; type (1): 0 for the mean alone. i16 as it is.
 *     NaN or infinity gives a row of NaN.
 * ema
 *     f32, f64 or i16; a scan. Exponential moving average: alpha or span, initial, precision.
 * energy
 *     f32 or i16 -> 1 f32. Sum of squares; i16 as it is, summed exactly.
 * fir
 *     f32. Convolution with taps (list) where they overlap the row whole: row length - taps + 1 elements.
 * hann
 *     f32 or i16 -> f32. Row times the periodic Hann window; i16 is scaled by 1/32768.
 * histogram
 *     f32 or i16 -> bins u32. Counts in bins equal bins from lo to hi; clamp (0): 1 counts what lies outside
 *     in the end bins. NaN is not counted.
 * hmm_backward
 *     rows of hmm_forward -> posteriors, N per step. transition. A reverse scan.
 * hmm_forward
 *     u8 symbols or likelihoods; a scan -> N scaled alphas and their scale per step, f64. transition,
 *     emission, initial.
 * kalman
 *     f32, f64 or i16; a scan -> state and upper triangle of its covariance per sample, f64. transition,
 *     process, observe or dt, q; r, x0, p0.
 * mean
 *     f32 or i16 -> 1 f32. Arithmetic mean.
 * pll
 *     c32 or real; a scan -> phase (turns), frequency (cycles a sample), lock per sample. bandwidth, damping,
 *     frequency, range, costas, arm, weight, precision.
 * quantile
 *     f32 or i16 -> one f32 per q (list, 0 to 1, at most 8). Nearest rank: the element of rank (n - 1) * q,
 *     rounded half to even. NaN is above everything. Overlapping windows cost their hop, not their length.
 * rfft_magnitude
 *     f32, n elements -> n / 2 + 1 f32. Absolute values of the real FFT, not scaled. portable (0): 1 for the
 *     same bits on every machine (n a power of two).
 * rfft_power
 *     As rfft_magnitude; squares of the absolute values.
 * rms
 *     f32 or i16 -> 1 f32. Root of the mean square; i16 as it is.
 * rolling_stats
 *     f32, f64 or i16; a scan -> mean, variance of the last window samples per sample. window, ddof,
 *     precision.
 * rts_smoother
 *     rows of kalman -> smoothed states (covariance 1: and covariances). The parameters of kalman. A reverse
 *     scan.
 * threshold
 *     real -> u8. 1 where an element is above level; below (0): 1 for those below it. NaN gives 0.
 * to_f32
 *     real -> f32. x * scale (1) + offset (0).
 * top_k_sum
 *     f32 -> 1 f32. Sum of the k greatest elements, NaN left out.
 * viterbi
 *     u8 hard or i8, f32 soft (above 0: bit 0); a scan -> decisions. constraint (7), generators (octal 171,
 *     133), invert, any_start.
 * viterbi_traceback
 *     rows of viterbi -> u8 bits. constraint, end, pack. A reverse scan.
 * zero_phase_forward
 *     f32, f64 or i16; a scan. First half of a zero-phase filter (sosfiltfilt): sos, padlen.
 * zero_phase_reverse
 *     its edges: zero_phase_forward and what that one sees. Second half: sos, padlen, precision. A reverse
 *     scan. Fails with -16 where the stream is not longer than padlen.
 */

#ifndef SQRTSPACE_H
#define SQRTSPACE_H

/* Generated from the Rust sources by `make header`. Do not edit. */

#include <stddef.h>
#include <stdint.h>

/* Row i of an edge, counted from the call's first output row: i from -lookback to (rows - 1) * step + lookahead. */
#define SQS_ROW(type, edge, i) \
    ((const type *)((const unsigned char *)(edge)->base + (ptrdiff_t)(i) * (ptrdiff_t)(edge)->row_stride_bytes))

/* An upper bound of sqs_pipeline_control_bytes, for static arrays: param_bytes of 1024, or less if you set it so. */
#define SQS_CONTROL_BYTES(stages, edges) \
    (12288u + 2560u * (size_t)(stages) + 64u * (size_t)(edges))


/* Version of the binary interface that this header describes: major * 1000 + minor. See sqs_abi_check. */
#define SQS_ABI_VERSION 1000

/* Done. */
#define SQS_OK 0

/* Not now: the ring or an output is full, or more input is needed first. Nothing was lost. */
#define SQS_AGAIN 1

/* There is no more: the input has ended and all rows were handed out; or no work is left. */
#define SQS_END 2

/* An argument is NULL, zero, out of its range, or contradicts another. */
#define SQS_ERR_ARGUMENT (-1)

/* A struct_size is smaller than that of version 1 of the struct. */
#define SQS_ERR_STRUCT_SIZE (-2)

/* This build or version does not have what is asked for (or a newer caller set a field it does not know). */
#define SQS_ERR_UNSUPPORTED (-3)

/* Header and library are of different ABI versions. */
#define SQS_ERR_ABI (-4)

/* The call does not fit the state of the handle: registering after seal, pushing into an input with a source. */
#define SQS_ERR_STATE (-5)

/* The call came from inside a callback of the same handle. */
#define SQS_ERR_REENTRANT (-6)

/*
 The handle found its own tables or positions damaged, or met an internal fault: it takes only reset, delete, error_detail
 and stats.
 */
#define SQS_ERR_POISONED (-7)

/* A name is unknown, taken, empty, or too long. */
#define SQS_ERR_NAME (-8)

/* A table is full; the config says how large it is. */
#define SQS_ERR_LIMIT (-9)

/* A size or position does not fit the integer that has to hold it. */
#define SQS_ERR_OVERFLOW (-10)

/* The memory given is too small, or the allocator gave none. */
#define SQS_ERR_MEMORY (-11)

/* A memory area is misaligned. */
#define SQS_ERR_ALIGN (-12)

/* A buffer of the caller lies in memory of the pipeline. */
#define SQS_ERR_OVERLAP (-13)

/* The memory budget is too small; the detail names the least that works. */
#define SQS_ERR_BUDGET (-14)

/* The pipeline was not sealed for this request; the detail names the bytes it needs. */
#define SQS_ERR_NOT_PLANNED (-15)

/* Rows or samples outside of what there is; the detail says how many there are. */
#define SQS_ERR_RANGE (-16)

/* Samples needed have left the input ring; the detail says where it starts. */
#define SQS_ERR_EVICTED (-17)

/* Stored data failed its check and cannot be recomputed. */
#define SQS_ERR_CORRUPT (-18)

/* A callback returned an error or nonsense; its code is in the detail. */
#define SQS_ERR_CALLBACK (-19)

/* The operating system refused. */
#define SQS_ERR_IO (-20)

/* Encoded data is damaged; the report says where. */
#define SQS_ERR_DAMAGED (-21)

/* Encoded data, a file or a checkpoint is of no known format. */
#define SQS_ERR_FORMAT (-22)

/* The operation was cancelled. */
#define SQS_ERR_CANCELLED (-23)

/* Stages do not fit together: row rates or element types of connected stages differ. */
#define SQS_ERR_GRAPH (-24)

/* The output buffer is too short; the detail says what it needs. */
#define SQS_ERR_SPACE (-25)

/* A fault of the library itself. Please report it. */
#define SQS_ERR_INTERNAL (-26)

/* "To the end", "as many as there are". */
#define SQS_ALL UINT64_MAX

/* Switches a feature off where zero means its default. */
#define SQS_OFF UINT64_MAX

/* Longest name of a stage or input in bytes, without the closing zero. */
#define SQS_NAME_LEN 31

/* Most edges of one stage. */
#define SQS_MAX_FAN_IN 16

/* Most inputs of a pipeline. */
#define SQS_MAX_INPUTS 8

/* Most requests of a plan. */
#define SQS_MAX_REQUESTS 16

/* Element type: signed 8-bit integer. */
#define SQS_I8 1

/* Element type: unsigned 8-bit integer. */
#define SQS_U8 2

/* Element type: signed 16-bit integer. */
#define SQS_I16 3

/* Element type: unsigned 16-bit integer. */
#define SQS_U16 4

/* Element type: signed 32-bit integer. */
#define SQS_I32 5

/* Element type: unsigned 32-bit integer. */
#define SQS_U32 6

/* Element type: signed 64-bit integer. */
#define SQS_I64 7

/* Element type: IEEE 754 single precision. */
#define SQS_F32 8

/* Element type: IEEE 754 double precision. */
#define SQS_F64 9

/* Element type: complex of two single-precision floats, real part first. */
#define SQS_C32 10

/* The planner picks the mode. The same bits come out of every mode. */
#define SQS_MODE_AUTO 0

/* Every stage's rows for the whole range are materialised in turn, as array libraries do it. */
#define SQS_MODE_CLASSIC 1

/* Blocks of windows run through all stages in small buffers. */
#define SQS_MODE_SQRT 2

/* Rows beyond the ends are zeros. */
#define SQS_BOUNDARY_ZERO 0

/* Rows beyond the ends are the first or last row again. */
#define SQS_BOUNDARY_CLAMP 1

/* Rows from the first to the last. */
#define SQS_ORDER_FORWARD 0

/*
 Rows from the last to the first: the blocks that a sink gets start with their last row, and hold rows in descending
 order. Not for sqs_evaluate.
 */
#define SQS_ORDER_REVERSE 1

/*
 A reverse scan: a stage whose state runs from the last row to the first. It has a state of at least a byte, set by
 state_init as it is behind the last row. A call makes its rows from the last to the first; state on entry is what the
 row behind the last one of the call left, and rows and edges lie in ascending order as in every call.
 */
#define SQS_STAGE_REVERSE 1

/* The source may get more samples: see sqs_source_extend. */
#define SQS_SOURCE_GROWING 1

/* Samples in a file: low byte first. */
#define SQS_LITTLE_ENDIAN 0

/* Samples in a file: high byte first. */
#define SQS_BIG_ENDIAN 1

/* Sample type of encoded streams: bytes of no known meaning. With channels above 1: packets of so many bytes. */
#define SQS_BYTES 0

/* Sample type of encoded streams: signed 24-bit integer in three bytes. The others are SQS_I8 to SQS_F64. */
#define SQS_I24 11

/* Per frame the codec that promises the least bytes: glyphs for samples; glyphs or LZ for bytes. */
#define SQS_CODEC_AUTO 0

/* Glyphs: predictors, ranks and entropy coding of samples. */
#define SQS_CODEC_NUMERIC 1

/* LZ with entropy-coded literals and sequences. */
#define SQS_CODEC_LZ 2

/* CCSDS 121.0-B-3. */
#define SQS_CODEC_CCSDS121 3

/* No coding. */
#define SQS_CODEC_STORED 4

/* More input will follow. */
#define SQS_FLOW_CONTINUE 0

/* More input will follow; put out all that was taken so far, up to the last whole row. */
#define SQS_FLOW_FLUSH 1

/* This is all the input. */
#define SQS_FLOW_END 2

/* The tag of the stream is the one given, not made from its first frame. */
#define SQS_ENCODE_TAG 1

/* Go on after damage: put out what is sound, at its place. */
#define SQS_DECODE_RECOVER 1

/* The stream's tag is the one given, not that of its first sound frame. */
#define SQS_DECODE_TAG 2

/* CCSDS 121: samples are two's complement. */
#define SQS_CCSDS121_SIGNED 1

/* CCSDS 121: samples of 17 to 24 bits lie in three bytes, not four. */
#define SQS_CCSDS121_3BYTE 2

/* CCSDS 121: samples lie big-endian in memory. The stream is the same. */
#define SQS_CCSDS121_MSB 4

/* CCSDS 121: code differences to the sample before. Without it the samples themselves are coded, as unsigned numbers. */
#define SQS_CCSDS121_PREPROCESS 8

/* CCSDS 121: the restricted set of code options, for at most 4 bits. */
#define SQS_CCSDS121_RESTRICTED 16

/* CCSDS 121: fill up to a whole byte behind each reference interval; not in the standard. */
#define SQS_CCSDS121_PAD_RSI 32

/* CCSDS 121: allow any even block length up to 256; not in the standard. */
#define SQS_CCSDS121_NOT_ENFORCE 64

/* A coder or decoder of CCSDS 121.0-B-3, in memory of the caller. Opaque. There is nothing to delete. */
typedef struct sqs_ccsds121 sqs_ccsds121;

/* A file being encoded or decoded in the background. Opaque; to be freed with sqs_codec_job_delete. */
typedef struct sqs_codec_job sqs_codec_job;

/* A stream being decoded, in memory of the caller. Opaque. There is nothing to delete. */
typedef struct sqs_decoder sqs_decoder;

/*
 A stream being encoded, in memory of the caller. Opaque. There is nothing to delete: the memory may be used for
 something else whenever the stream is of no more use.
 */
typedef struct sqs_encoder sqs_encoder;

/* A kind of built-in stage; see sqs_kind_argmax and the others. */
typedef struct sqs_kind sqs_kind;

/* A pipeline. Opaque. */
typedef struct sqs_pipeline sqs_pipeline;

/* Status of a call: 0 is success, positive is "not an error, but not that either", negative is an error. */
typedef int32_t sqs_status;

/* Reports a panic: file_bytes bytes at file, without a closing 0, name a source file of the library; line is a line in it. */
typedef void (*sqs_panic_fn)(void *ctx, const char *file, size_t file_bytes, uint32_t line);

/* What a pipeline is made with. Set up by sqs_config_init; zero means the default everywhere. */
typedef struct {
  /* sizeof(sqs_config). */
  uint32_t struct_size;
  /* 0. */
  uint32_t flags;
  /* Samples in a window, at least 1. */
  uint64_t window;
  /* Samples from the start of a window to that of the next, at least 1: less than window overlaps, more leaves gaps. */
  uint64_t hop;
  /* Element type of the samples: SQS_I8 ... SQS_C32. Default SQS_F32. */
  uint32_t dtype;
  /* Interleaved elements in a sample. Default 1. */
  uint32_t channels;
  /* SQS_MODE_AUTO, SQS_MODE_CLASSIC or SQS_MODE_SQRT. */
  uint32_t mode;
  /*
   Checkpoints kept of each stage with state: an even number. Default 32. After t windows they are at most
   2 * t / checkpoint_slots (or checkpoint_every) windows apart.
   */
  uint32_t checkpoint_slots;
  /*
   Windows between checkpoints of stages with state, while the stream is short; the longer the stream, the further
   apart are the checkpoint_slots ones. Default: one block. SQS_OFF: no checkpoints.
   */
  uint64_t checkpoint_every;
  /*
   Bytes of the row cache (least recently used rows go first). SQS_OFF: none. Default: none; but in auto mode with a
   memory budget, where ranges of dear rows are asked for, what is left of the budget, to a quarter of cache_bytes.
   */
  uint64_t lru_bytes;
  /* Most bytes of the work area. Default and SQS_OFF: no bound. */
  uint64_t memory_budget_bytes;
  /*
   Processor cache that blocks should fit: half of it is given to them, if they need it to be fast. Blocks that carry
   more than that from one to the next may be larger. Default 512 KiB.
   */
  uint64_t cache_bytes;
  /*
   Samples that the ring of the pushed input holds. Default: what a block needs at once and one block more (told as
   sqs_plan_info.input_capacity). To evaluate all of a pushed recording at once, give its length.
   */
  uint64_t input_capacity;
  /* Most stages. Default 16, at most 1024. */
  uint32_t max_stages;
  /* Most edges of all stages together. Default 32, at most 4096. */
  uint32_t max_edges;
  /* Bytes for parameters of built-in stages, such as filter taps (8 bytes each). Default 1024. */
  uint32_t param_bytes;
  /* 0. */
  uint32_t reserved;
  /*
   A directory, or NULL: then a classic plan over the budget is refused. With it the rows of classic requests lie in a
   file there instead of the work area (sqs_plan_info.spill_bytes): without a memory budget always, with one where
   they would exceed it. The file has no name and is gone with the pipeline; all of it is reserved and mapped when the
   pipeline is sealed. The directory is opened by sqs_pipeline_new, which is done with the text then. Linux hosts only.
   */
  const char *spill_dir;
} sqs_config;

/* Allocates size bytes aligned to align, a power of two. Returns NULL when no memory is left. */
typedef void *(*sqs_alloc_fn)(void *ctx, size_t size, size_t align);

/* Frees the size bytes that an sqs_alloc_fn returned. */
typedef void (*sqs_free_fn)(void *ctx, void *memory, size_t size);

/* Where the memory of a pipeline comes from. Either base and size, or alloc and free. */
typedef struct {
  /* sizeof(sqs_memory). */
  uint32_t struct_size;
  /* 0. */
  uint32_t flags;
  /*
   The control area, aligned to 8 bytes, which stays the caller's; then the work area is given to sqs_pipeline_seal.
   NULL: alloc and free are used for both areas.
   */
  void *base;
  /* Its size in bytes: at least what sqs_pipeline_control_bytes tells. */
  size_t size;
  /* Gives size bytes aligned to align (a power of two), or NULL. Called in new and seal only. */
  sqs_alloc_fn alloc;
  /* Takes them back. Called in delete only (and in new, when it fails). */
  sqs_free_fn free;
  /* First argument of both. */
  void *ctx;
} sqs_memory;

/* What a call without a handle has to say about its failure: optional last argument of such calls. */
typedef struct {
  /* In: sizeof(sqs_error). */
  uint32_t struct_size;
  /* The status the call returned. */
  sqs_status status;
  /* errno of the operating system where it refused something, else 0. */
  int32_t os_errno;
  /* The detail, closed with a zero. */
  char text[160];
} sqs_error;

/* A further input: a second stream with windows of its own. Row t of every stage belongs to window t of each input. */
typedef struct {
  /* sizeof(sqs_input_desc). */
  uint32_t struct_size;
  /* 0. */
  uint32_t flags;
  /* Its name, copied. */
  const char *name;
  /* Samples in a window, at least 1. */
  uint64_t window;
  /* Samples from window to window, at least 1. */
  uint64_t hop;
  /* Samples its ring holds; 0 as in sqs_config. */
  uint64_t capacity;
  /* Element type. */
  uint32_t dtype;
  /* Interleaved elements in a sample. */
  uint32_t channels;
} sqs_input_desc;

/* Rows of one edge, as one call of a stage sees them. Read them with SQS_ROW. */
typedef struct {
  /* The row that belongs to the call's first output row; rows lie before it (lookback) and behind it. */
  const void *base;
  /* Bytes from the start of a row to that of the next. Of an input with overlapping windows it is less than a row. */
  size_t row_stride_bytes;
  /* Rows that may be read before base. */
  size_t lookback;
  /* Rows that may be read behind the last output row's own. */
  size_t lookahead;
  /* Elements in a row (of an input: window times channels). */
  size_t len;
  /* Element type. */
  uint32_t dtype;
  /* Rows of this edge per output row: the stage's stride. */
  uint32_t step;
} sqs_edge_rows;

/* What a call of a stage gets. Valid during the call. */
typedef struct {
  /* sizeof(sqs_stage_io) of the library. */
  uint32_t struct_size;
  /* Number of edges. */
  uint32_t edge_count;
  /* Number of the first row to make. */
  uint64_t first;
  /* How many rows to make. */
  size_t rows;
  /* The edges, in the order of registration. */
  const sqs_edge_rows *edges;
  /* Where the rows go, one after another without gaps, the first one first: rows * len elements. */
  void *out;
  /*
   State of a scan: what row first - 1 left, to be left as it is after row first + rows - 1. Of a reverse scan: what row
   first + rows left, to be left as it is after row first. NULL for stages without.
   */
  void *state;
  /* Scratch memory of scratch_bytes, any content; NULL for stages without. */
  void *scratch;
} sqs_stage_io;

/* Computes rows of a stage. Returns 0, or a code of its own, which the error detail shows. */
typedef int32_t (*sqs_stage_run_fn)(void *ctx, const sqs_stage_io *io);

/* Sets the state of a scan before its first row. Returns 0, or a code of its own, which the error detail shows. */
typedef int32_t (*sqs_state_init_fn)(void *ctx, void *state);

/* An edge of a stage: which rows it sees. Row t of the stage sees rows t * stride - lookback to t * stride + lookahead. */
typedef struct {
  /* "input", the name of a further input, or of a stage registered before. */
  const char *name;
  /* Rows before the stage's own. */
  uint32_t lookback;
  /* Rows behind it. */
  uint32_t lookahead;
  /* What lies beyond the ends: SQS_BOUNDARY_ZERO or SQS_BOUNDARY_CLAMP. */
  uint32_t boundary;
  /* 0. */
  uint32_t reserved;
} sqs_edge_desc;

/* A stage with a function of the caller. */
typedef struct {
  /* sizeof(sqs_stage_desc). */
  uint32_t struct_size;
  /* 0, or SQS_STAGE_REVERSE. */
  uint32_t flags;
  /* Its name, copied: 1 to 31 bytes, not taken. */
  const char *name;
  /*
   Makes rows; returns 0, or a code of its own that the error detail will show. Must give the same row however rows
   are grouped into calls, in whatever order they are asked for; must not keep anything between calls.
   */
  sqs_stage_run_fn run;
  /* Sets the state before the first row (of a reverse scan: behind the last). NULL: zeros. */
  sqs_state_init_fn state_init;
  /* First argument of both: parameters. Stays the caller's, must outlive the pipeline. */
  void *ctx;
  /* The edges, copied. */
  const sqs_edge_desc *edges;
  /* Their number: 1 to SQS_MAX_FAN_IN. */
  uint32_t edge_count;
  /* Element type of its rows. */
  uint32_t dtype;
  /* Elements in a row, at least 1. */
  uint32_t len;
  /*
   Input rows per output row. 0 and 1: one each; more: fewer rows come out than go in, one per stride, the last one
   also where its inputs are not all there.
   */
  uint32_t stride;
  /*
   Bytes of state: a stage with state is a scan. Its rows are made in order (with SQS_STAGE_REVERSE from the last to the
   first); io->state is what the row before left, and must be plain bytes, for it is copied, stored and compared.
   */
  uint32_t state_bytes;
  /* Alignment of the state: a power of two up to 64. 0: 8. */
  uint32_t state_align;
  /* Bytes of scratch memory per call. */
  uint32_t scratch_bytes;
  /* Alignment of the scratch: a power of two up to 64. 0: 8. */
  uint32_t scratch_align;
  /* A number of the caller's that changes whenever the parameters behind ctx change. */
  uint32_t revision;
  /*
   Bytes of the words that the state is made of: 1, 2, 4 or 8, so that saved states can be read on machines of any byte
   order. 0: not told (or of several sizes): what was saved is read on machines of the same byte order alone.
   */
  uint32_t state_word;
  /*
   About how many nanoseconds a row takes, for the planner, which weighs the stages' work against what an order of work
   adds to it. No row depends on it, nor does what is saved. 0: not known, it is guessed by the bytes seen and made.
   */
  uint64_t cost_ns_per_row;
} sqs_stage_desc;

/* A parameter of a built-in stage: a number, or a list. */
typedef struct {
  /* Its name, as the table of stages above has it. */
  const char *key;
  /* The number. Whole numbers are exact up to 2^53. */
  double value;
  /* The list, copied; NULL for a number. */
  const double *values;
  /* Its length. */
  size_t count;
} sqs_param;

/* A built-in stage. */
typedef struct {
  /* sizeof(sqs_builtin_desc). */
  uint32_t struct_size;
  /* 0. */
  uint32_t flags;
  /* Its kind: "hann", "rfft_magnitude" and so on; see the table of stages above. */
  const char *kind;
  /* Its name, copied. */
  const char *name;
  /* The edges, copied. */
  const sqs_edge_desc *edges;
  /* The parameters, copied. NULL: all defaults. */
  const sqs_param *params;
  /* Number of edges. */
  uint32_t edge_count;
  /* Number of parameters. */
  uint32_t param_count;
  /* As in sqs_stage_desc. 0: what the library knows of the kind. */
  uint64_t cost_ns_per_row;
} sqs_builtin_desc;

/* What will be asked of a pipeline. */
typedef struct {
  /* sizeof(sqs_request). */
  uint32_t struct_size;
  /* The stage whose rows are wanted. */
  uint32_t stage;
  /* First row. A plan does not depend on it, but in classic mode with stages that have state. */
  uint64_t first;
  /* Rows; in a plan: most rows at a time. SQS_ALL: as many as there are. */
  uint64_t count;
  /* SQS_ORDER_FORWARD or SQS_ORDER_REVERSE. */
  uint32_t order;
  /* 0. */
  uint32_t flags;
} sqs_request;

/* A plan in figures. Bytes of the parts add up to work_bytes with the padding between them. */
typedef struct {
  /* In: sizeof(sqs_plan_info). */
  uint32_t struct_size;
  /* How the requests run: SQS_MODE_CLASSIC if all of them do, else SQS_MODE_SQRT. */
  uint32_t mode;
  /* Bytes of the work area: exactly these suffice. */
  uint64_t work_bytes;
  /* Its alignment in bytes. */
  uint64_t work_align;
  /* Of work_bytes: constant tables of stages. */
  uint64_t table_bytes;
  /* Of work_bytes: rings of pushed inputs. */
  uint64_t ring_bytes;
  /* Of work_bytes: buffers of the stream (opened outputs). */
  uint64_t stream_bytes;
  /* Of work_bytes: buffers of an evaluation, the largest planned one deciding. */
  uint64_t evaluate_bytes;
  /* Of work_bytes: queues of opened outputs. */
  uint64_t output_bytes;
  /* Of work_bytes: the row cache. */
  uint64_t cache_bytes;
  /*
   Of work_bytes: checkpoints of stages with state; and, within evaluate_bytes, the snapshots, headers, states kept at
   tiles and leaf of a request in reverse order or behind a reverse scan.
   */
  uint64_t checkpoint_bytes;
  /* Bytes of the control area. */
  uint64_t control_bytes;
  /* Bytes that stages hold on the host's heap, at most (plans of transforms). */
  uint64_t host_heap_bytes;
  /* The least memory_budget_bytes that would do. */
  uint64_t min_budget_bytes;
  /* Windows of a block; in classic mode the rows of the range. */
  uint64_t block;
  /* Rows the cache holds. */
  uint64_t cache_rows;
  /* Samples the ring of the first input holds; 0 where it has a source. */
  uint64_t input_capacity;
  /* Windows between checkpoints; 0 without stages with state. */
  uint64_t checkpoint_every;
  /*
   Stage work relative to making each row once, at most; above 1 in reverse order and behind reverse scans. It counts
   on no checkpoints: where there are some, less has to be made again.
   */
  double recompute_factor;
  /* Checkpoints of each stage with state. */
  uint64_t checkpoint_slots;
  /* Rows in reverse order or behind a reverse scan: snapshots held at a time. */
  uint64_t sweep_slots;
  /* Rows of a tile: made and held together. */
  uint64_t sweep_leaf;
  /* Rows made beyond one pass of every stage with state, counted once for each change of direction; as recompute_factor. */
  uint64_t sweep_extra;
  /* Tiles at which states of reverse scans, and of what stands behind them, are kept; 0 where none have to be. */
  uint64_t sweep_tiles;
  /* Passes over the rows in alternating directions, behind the first way ahead. */
  uint64_t sweep_passes;
  /* Bytes of the file in spill_dir, beside work_bytes; 0: none. */
  uint64_t spill_bytes;
} sqs_plan_info;

/*
 Reads up to n samples, starting at sample first, into dst. Sets *got to the number read, at least 1. Returns 0, or a
 code of its own, which the error detail shows.
 */
typedef int32_t (*sqs_source_read_fn)(void *ctx, uint64_t first, void *dst, size_t n, size_t *got);

/* Samples that can be read at any position, again and again: a recorder file, a memory. */
typedef struct {
  /* sizeof(sqs_source). */
  uint32_t struct_size;
  /* 0 or SQS_SOURCE_GROWING. */
  uint32_t flags;
  /*
   Reads up to n samples from number first on into dst (n samples of room), sets *got to how many it read, at least
   one, and returns 0; or returns a code of its own that the error detail will show.
   */
  sqs_source_read_fn read;
  /* First argument. Stays the caller's, must outlive the pipeline. */
  void *ctx;
  /* Samples it has. */
  uint64_t samples;
} sqs_source;

/*
 Receives rows: bytes bytes at data, which hold the given number of rows, the first of them row first. In reverse order
 first is the highest row and the rows descend. Returns 0, or a code of its own, which the error detail shows.
 */
typedef int32_t (*sqs_sink_fn)(void *ctx, uint64_t first, size_t rows, const void *data, size_t bytes);

/*
 Writes all of the bytes at data, after those of the calls before. Returns 0, or a code of its own, which the error
 detail shows.
 */
typedef int32_t (*sqs_write_fn)(void *ctx, const void *data, size_t bytes);

/* Where a restored pipeline goes on. */
typedef struct {
  /* In: sizeof(sqs_resume). */
  uint32_t struct_size;
  /* Inputs that there are. */
  uint32_t inputs;
  /* Per input the next sample to push; of a source the samples it had when it was saved. */
  uint64_t next_sample[8];
} sqs_resume;

/* What a pipeline did since it was made. */
typedef struct {
  /* In: sizeof(sqs_stats). */
  uint32_t struct_size;
  /* 1 while an evaluation begun with sqs_evaluate_begin is under way. */
  uint32_t evaluating;
  /* High-water mark of the work area in bytes; never above plan_bytes. */
  uint64_t peak_bytes;
  /* Bytes of the plan it was sealed with. */
  uint64_t plan_bytes;
  /* Calls of stage functions. */
  uint64_t stage_calls;
  /* Rows made by stages, all stages together. */
  uint64_t stage_rows;
  /* Rows handed out by pull and evaluate. */
  uint64_t rows_out;
  /* Calls of sources. */
  uint64_t source_calls;
  /* Bytes read from sources. */
  uint64_t source_bytes;
  /* Rows found in the row cache. */
  uint64_t cache_hits;
  /* Rows looked for there and not found. */
  uint64_t cache_misses;
  /* Stored things that failed their check, each counted once, when it was found: by use or by sqs_scrub. */
  uint64_t crc_failures;
  /*
   Of these, those found when they were needed, which were then made again in the same call or the next ones. What
   sqs_scrub drops is none, but for constant tables, which it fills again.
   */
  uint64_t repairs;
  /*
   Rows that stages made for repairs, of all stages, as often as they were made: for a checkpoint or a snapshot of a
   sweep those from the one below it up to where it stood (a snapshot that does not tell: up to the next tile); for a
   cached row those of its stage up to and with it (none where the rows come from a sweep); for a state kept at a tile
   all from there until the sweep is at the same tile of the same pass again; for a running job those up to where its
   stages stood. A row beyond, made in the same block, is not counted.
   */
  uint64_t recomputed_rows;
  /* Bytes of the rows made by stages, all stages together. */
  uint64_t stage_bytes;
  /* High-water mark of the file in spill_dir in bytes; never above sqs_plan_info.spill_bytes. */
  uint64_t spill_bytes;
} sqs_stats;

/* How far a file or stream has come. */
typedef struct {
  /* Size of the input in bytes; SQS_ALL where it is not known. */
  uint64_t total;
  /* Bytes of the input that are done. */
  uint64_t bytes_in;
  /* Bytes put out. */
  uint64_t bytes_out;
  /* Frames done. */
  uint64_t frames;
} sqs_progress;

/* Called with the progress so far. Returns 0 to continue, anything else to cancel. */
typedef int32_t (*sqs_progress_fn)(void *ctx, const sqs_progress *progress);

/* How a stream is encoded. Set up by sqs_encode_options_init; zero means the default everywhere. */
typedef struct {
  /* sizeof(sqs_encode_options). */
  uint32_t struct_size;
  /* 0 or SQS_ENCODE_TAG. */
  uint32_t flags;
  /* What the samples are: SQS_BYTES (the default), SQS_I8 to SQS_F64, SQS_I24. */
  uint32_t dtype;
  /* SQS_LITTLE_ENDIAN (the default) or SQS_BIG_ENDIAN. */
  uint32_t byte_order;
  /* Interleaved channels, 1 to 4096; 0 means 1. A row is one sample of each. */
  uint32_t channels;
  /* 1 to 9, 0 means 5. 1: integers only, for slow processors; 9: the smallest output, whatever time it takes. */
  uint32_t effort;
  /* Which codec frames may use: SQS_CODEC_*. What does not shrink is stored, whatever the codec. */
  uint32_t codec;
  /* Raw bytes of a frame, 16 KiB to 4 MiB, rounded down to whole rows. Default: 32 KiB for samples, 64 KiB for bytes. */
  uint32_t frame_bytes;
  /*
   Frames of a group, up to 256: each but the first may refer to those before it, for fewer bytes in all; damage to one
   costs the rest of its group. 0 and 1: each frame stands for itself. Decoders need history_bytes for the others.
   */
  uint32_t restart_interval;
  /* Entries of the index in the end frame, 16 bytes of memory each; default none. The index lets readers jump. */
  uint32_t index_entries;
  /* With SQS_ENCODE_TAG: the tag, up to 65535, that tells the frames of this stream from those of another inside it. */
  uint32_t tag;
  /* Threads that encode, in files and sqs_encode_stream, up to 64; 0 means 1. The output is the same for any number. */
  uint32_t threads;
  /*
   Bytes before a frame that it may refer to, with restart_interval above 1, up to 4 MiB; 0: 64 KiB. Memory of the
   encoder and of the decoder.
   */
  uint32_t history_bytes;
  /* 0. */
  uint32_t reserved;
  /*
   With SQS_CODEC_CCSDS121: bits of a sample, 1 to 32, and with them the other three as in sqs_ccsds121_params, the
   same for all frames. A frame with a sample that does not fit them, or with a part of a container, is stored.
   0: all four follow from the sample type, and the others are 0, too.
   */
  uint32_t ccsds_bits;
  /* CCSDS 121: samples of a block. */
  uint32_t ccsds_block;
  /* CCSDS 121: blocks from reference to reference. */
  uint32_t ccsds_rsi;
  /* CCSDS 121: SQS_CCSDS121_* added up. */
  uint32_t ccsds_flags;
  /* Files and sqs_encode_stream: memory to use in place of the heap, aligned to 8 bytes; NULL: the heap, once. */
  void *memory;
  /* Its size: what sqs_encode_work_bytes tells. */
  size_t memory_bytes;
  /*
   Files and sqs_encode_stream: called after every frame put out; NULL: not. Anything but 0 cancels. An
   asynchronous job calls it from a thread of its own.
   */
  sqs_progress_fn progress;
  /* First argument of progress. */
  void *ctx;
} sqs_encode_options;

/* What an encoder or decoder did. Times are of a wall clock, and 0 where there is none (sqs_encoder_step). */
typedef struct {
  /* In: sizeof(sqs_codec_stats). */
  uint32_t struct_size;
  /* 1 where the end of the stream was written or met. */
  uint32_t ended;
  /* Bytes of the original in sound frames. */
  uint64_t raw_bytes;
  /* Bytes of the encoded stream. */
  uint64_t coded_bytes;
  /* raw_bytes over coded_bytes in thousandths; 0 without a byte. */
  uint64_t ratio_milli;
  /* Sound frames, the end frame not among them. */
  uint64_t frames;
  /* Of frames: stored. */
  uint64_t stored_frames;
  /* Of frames: glyphs. */
  uint64_t numeric_frames;
  /* Of frames: LZ. */
  uint64_t lz_frames;
  /* Of frames: CCSDS 121. */
  uint64_t ccsds121_frames;
  /* Glyphs in them that code directly. */
  uint64_t primitive_glyphs;
  /* Glyphs that point at something earlier. */
  uint64_t reference_glyphs;
  /* Glyphs that are residuals of a predictor. */
  uint64_t delta_glyphs;
  /* Glyphs that are groups of others. */
  uint64_t composite_glyphs;
  /* Nanoseconds spent in reading. */
  uint64_t read_ns;
  /* Nanoseconds spent in encoding or decoding; of several threads the sum. */
  uint64_t code_ns;
  /* Nanoseconds spent in writing, with what it takes to have it on the disk. */
  uint64_t write_ns;
  /* Nanoseconds from the beginning to the end. */
  uint64_t wall_ns;
  /* raw_bytes per second of wall_ns; 0 where there is no clock. */
  uint64_t bytes_per_second;
  /* Bytes of memory used: all that was told beforehand. */
  uint64_t peak_bytes;
  /* Decoding: length of the original, as the end frame has it; SQS_ALL as long as it was not met. */
  uint64_t length;
  /* Decoding: frames with a sound header that cannot be decoded: damaged, or what they refer to is missing. */
  uint64_t damaged_frames;
  /* Decoding: sound frames that had come already. */
  uint64_t repeated_frames;
  /* Decoding: sound frames that came behind later ones. */
  uint64_t late_frames;
  /* Decoding: encoded bytes that belong to no sound frame of this stream. */
  uint64_t skipped_bytes;
  /* Decoding: bytes of the original that are missing. */
  uint64_t missing_bytes;
  /* Decoding: ranges they make up, as far as they can be told apart. */
  uint64_t missing_ranges;
  /* Decoding: sample type of the first sound frame. */
  uint32_t dtype;
  /* Decoding: its byte order. */
  uint32_t byte_order;
  /* Decoding: its channels; 0 as long as there was none. */
  uint32_t channels;
  /* 0. */
  uint32_t reserved;
} sqs_codec_stats;

/* Bytes first to end - 1 of the original. */
typedef struct {
  /* Position of the first byte. */
  uint64_t first;
  /* Position behind the last byte. */
  uint64_t end;
} sqs_range;

/* How a stream is decoded. Set up by sqs_decode_options_init; zero means the default everywhere. */
typedef struct {
  /* sizeof(sqs_decode_options). */
  uint32_t struct_size;
  /* 0, or SQS_DECODE_RECOVER and SQS_DECODE_TAG added up. */
  uint32_t flags;
  /*
   Most raw bytes of a frame, 16 KiB to 4 MiB; larger frames are refused (SQS_ERR_LIMIT). Default: 64 KiB; files:
   what the first frame has, if that is more.
   */
  uint32_t max_frame_bytes;
  /* With SQS_DECODE_TAG: the tag. */
  uint32_t tag;
  /* First byte of the original that is wanted. */
  uint64_t first;
  /* How many; 0 and SQS_ALL: all from first on. Of sqs_decoder_init: SQS_ALL or 0. */
  uint64_t count;
  /* Where files and sqs_decode_stream put the missing ranges; NULL: nowhere. */
  sqs_range *missing;
  /*
   Missing ranges that can be told apart, 16 bytes of memory each, and room in missing, if given; default 64. What is
   beyond is only counted.
   */
  uint32_t max_missing;
  /*
   Bytes before a frame that it may refer to, up to 4 MiB, of streams encoded with a restart_interval above 1: their
   history_bytes; frames that refer to more are refused (SQS_ERR_LIMIT). 0: none; files: 64 KiB if the second frame is
   of the same group as the first.
   */
  uint32_t history_bytes;
  /* Files and sqs_decode_stream: memory to use in place of the heap, aligned to 8 bytes; NULL: the heap, once. */
  void *memory;
  /* Its size: what sqs_decode_work_bytes tells. */
  size_t memory_bytes;
  /* Files and sqs_decode_stream: called every now and then; NULL: not. Anything but 0 cancels. */
  sqs_progress_fn progress;
  /* First argument of progress. */
  void *ctx;
} sqs_decode_options;

/* Parameters of a CCSDS 121.0-B-3 bitstream, none of which it has in itself. The flags are libaec's by number. */
typedef struct {
  /* sizeof(sqs_ccsds121_params). */
  uint32_t struct_size;
  /* n: bits of a sample, 1 to 32. */
  uint32_t bits;
  /* J: samples of a block, 8, 16, 32 or 64. */
  uint32_t block;
  /* r: blocks from one reference sample to the next, 1 to 4096. */
  uint32_t rsi;
  /* SQS_CCSDS121_* added up. */
  uint32_t flags;
  /* 0. */
  uint32_t reserved;
} sqs_ccsds121_params;

/*
 Reads up to cap bytes into dst and sets *got to the number read; 0 is the end of the input. Returns 0, or a code of its
 own, which the error detail shows.
 */
typedef int32_t (*sqs_read_fn)(void *ctx, void *dst, size_t cap, size_t *got);

/*
 Writes all of the bytes at data to position offset of the output. Returns 0, or a code of its own, which the error
 detail shows.
 */
typedef int32_t (*sqs_write_at_fn)(void *ctx, uint64_t offset, const void *data, size_t bytes);

/* Where sqs_encode_stream and sqs_decode_stream get bytes from and put them. */
typedef struct {
  /* sizeof(sqs_stream). */
  uint32_t struct_size;
  /* 0. */
  uint32_t flags;
  /*
   Reads up to cap bytes into dst, at least one, sets *got, and returns 0; *got = 0 is the end. Or returns a code of
   its own, which ends it all and stands in the error detail.
   */
  sqs_read_fn read;
  /*
   Takes all of the bytes, which belong to position offset of the output, and returns 0; or a code of its own.
   Encoded bytes follow each other; decoded ones do but for holes (see SQS_DECODE_RECOVER). Decoding, NULL: the
   stream is only checked.
   */
  sqs_write_at_fn write;
  /* First argument of both. */
  void *ctx;
  /* Bytes that will be read, for progress; 0: not known. */
  uint64_t total;
} sqs_stream;

/*
 An encoder behind an evaluation: give sqs_encoder_sink_rows as the sink and this as its ctx. The rows of the stage are
 the original of the stream: options with the stage's type and with its len as channels fit them.
 */
typedef struct {
  /* sizeof(sqs_encoder_sink). */
  uint32_t struct_size;
  /*
   0 before the first rows. Then the status that put an end to it, if any: SQS_ERR_CALLBACK where write failed, else
   that of sqs_encoder_step.
   */
  int32_t status;
  /* The encoder, made by sqs_encoder_init. */
  sqs_encoder *encoder;
  /* Where encoded bytes are put before they are written. */
  void *buffer;
  /* Its size, at least 1. */
  size_t bytes;
  /* Takes encoded bytes, all of them, and returns 0; or a code of its own that ends the evaluation. */
  sqs_write_fn write;
  /* First argument of write. */
  void *ctx;
} sqs_encoder_sink;

#ifdef __cplusplus
extern "C" {
#endif /* __cplusplus */

/* Version of the library as text: "major.minor.patch". Static, never NULL. Callbacks may call it. */
const char *sqs_version(void);

/* ABI version of the library, to compare with SQS_ABI_VERSION of the header. Callbacks may call it. */
uint32_t sqs_abi_version(void);

/*
 Tells whether a program compiled with a header of version header_abi can use this library: call it once at start as
 sqs_abi_check(SQS_ABI_VERSION). Callbacks may call it.

 Returns SQS_OK: the same major version, and a library not older than the header; SQS_ERR_ABI otherwise.
 */
sqs_status sqs_abi_check(uint32_t header_abi);

/* One line of English for a status. Static, never NULL: an unknown number gives "unknown status". Callbacks may call it. */
const char *sqs_status_text(sqs_status status);

/*
 Sets the function that flight builds call before they stop for good. The library does not panic by construction, and the
 checks of docs/flight/flight.md find no way to it; what is left is damage to the program itself. The function should not
 return: it may reset the computer. Where there is none, or it returns, the library stays in an endless loop, for the
 watchdog to end. One function for the whole program; call it at start, before anything else. Callbacks may call it.

 hook: NULL for none. file: name of a source file of the library, file_bytes bytes without a 0 at the end, or NULL;
 line: the line in it. ctx: first argument of hook.
 Returns SQS_OK; SQS_ERR_UNSUPPORTED: this is no flight build: a panic becomes SQS_ERR_INTERNAL there.
 */
sqs_status sqs_panic_hook(sqs_panic_fn hook,
                          void *ctx);

/*
 Fills a config with zeros, which mean the defaults, and sets its struct_size. Then set at least window and hop.
 Callbacks may call it.

 struct_size: sizeof(sqs_config) of the caller.
 Returns SQS_OK; SQS_ERR_ARGUMENT: config is NULL; SQS_ERR_STRUCT_SIZE: too small, or no size of a struct.
 */
sqs_status sqs_config_init(sqs_config *config,
                           size_t struct_size);

/*
 Tells the size in bytes and the alignment of the control area for this config; it follows from max_stages,
 max_edges and param_bytes alone. For static arrays there is SQS_CONTROL_BYTES. Callbacks may call it.

 Returns SQS_OK; SQS_ERR_ARGUMENT: NULL or a value out of range; SQS_ERR_STRUCT_SIZE; SQS_ERR_UNSUPPORTED.
 */
sqs_status sqs_pipeline_control_bytes(const sqs_config *config, size_t *bytes, size_t *align);

/*
 Makes a pipeline: no stages yet, one input named "input".

 memory: NULL for the host's heap; or an area or allocator (copied; see sqs_memory). Allocates the control area, where
 it is not given. out: the handle, to be deleted with sqs_pipeline_delete. error: NULL, or where to put the detail.
 Returns SQS_OK; SQS_ERR_ARGUMENT: NULL or a value out of range; SQS_ERR_STRUCT_SIZE; SQS_ERR_UNSUPPORTED: a newer
 struct, or no heap or no spill_dir in this build; SQS_ERR_MEMORY: the area is too small, the detail says by how much, or the
 allocator gave none; SQS_ERR_IO: spill_dir cannot be opened; SQS_ERR_ALIGN; SQS_ERR_OVERFLOW: window, hop and channels do not fit the address space.
 */
sqs_status sqs_pipeline_new(const sqs_config *config,
                            const sqs_memory *memory,
                            sqs_pipeline **out,
                            sqs_error *error);

/*
 Back to row 0 of new input: forgets samples, queued rows, cached rows and an evaluation under way; keeps graph, plan
 and memory. Sources stay, at their present length. Does not allocate. Also revives a poisoned handle.

 Returns SQS_OK; SQS_ERR_ARGUMENT: no handle; SQS_ERR_REENTRANT.
 */
sqs_status sqs_pipeline_reset(sqs_pipeline *pipeline);

/*
 Ends a pipeline and gives back its memory. NULL is allowed. The handle must not be used afterwards. From inside a
 callback of the same handle it does nothing.
 */
void sqs_pipeline_delete(sqs_pipeline *pipeline);

/*
 Copies the detail of the last error of this handle: one English sentence, closed with a zero, cut to cap bytes.
 Empty when there was none.

 buf: cap bytes, or NULL with cap 0. need: NULL, or where to put the size that holds all of it.
 Returns SQS_OK; SQS_ERR_SPACE: the text was cut; SQS_ERR_ARGUMENT: no handle, or buf is NULL; SQS_ERR_REENTRANT.
 */
sqs_status sqs_pipeline_error_detail(const sqs_pipeline *pipeline,
                                     char *buf,
                                     size_t cap,
                                     size_t *need);

/*
 Fills memory_budget_bytes and cache_bytes of a config from the machine at hand, where they are 0. Hosts only; everything
 else, sqs_plan among it, looks at the config alone.

 memory_budget_bytes: half of the least memory limit of the process's control group and those above it (Linux, cgroup
 versions 1 and 2); without a limit below the machine's memory a quarter of that; where neither is known it stays 0.
 cache_bytes: the environment variable LLC_BYTES (digits, or with K, M or G); else the largest cache that the system
 tells of; else 32 MiB. Call it before threads are started that change the environment. Allocates on the host's heap
 and gives it back.
 Returns SQS_OK; SQS_ERR_ARGUMENT: NULL; SQS_ERR_STRUCT_SIZE; SQS_ERR_UNSUPPORTED: a newer struct.
 */
sqs_status sqs_config_host_defaults(sqs_config *config);

/*
 Registers a further input, beside "input". Before seal only.

 id: its number for sqs_push, sqs_push_end and the source functions ("input" has number 0).
 Returns SQS_OK; SQS_ERR_ARGUMENT: NULL, unknown dtype, or a zero; SQS_ERR_NAME: taken, empty or too long;
 SQS_ERR_LIMIT: there are SQS_MAX_INPUTS; SQS_ERR_STATE: sealed; SQS_ERR_OVERFLOW; SQS_ERR_STRUCT_SIZE;
 SQS_ERR_UNSUPPORTED; SQS_ERR_REENTRANT; SQS_ERR_POISONED.
 */
sqs_status sqs_input_register(sqs_pipeline *pipeline, const sqs_input_desc *desc, uint32_t *id);

/*
 Registers a stage with a function of the caller. Before seal only. Does not allocate.

 desc and what it points to are copied, but for ctx. id: the number of the stage.
 Returns SQS_OK; SQS_ERR_ARGUMENT: NULL, no run, len 0, unknown dtype or boundary, an alignment that is no power of two
 or above 64, SQS_STAGE_REVERSE without state; SQS_ERR_NAME: the name is taken, empty or too long, or an edge names itself, a later stage or nothing;
 SQS_ERR_GRAPH: edges with different numbers of windows per row; SQS_ERR_LIMIT: max_stages or max_edges is reached,
 or the direction of scans changes too often on the way from an input; SQS_ERR_OVERFLOW: a row does not fit the address
 space; SQS_ERR_STATE: sealed; SQS_ERR_UNSUPPORTED: unknown flags, or a newer struct; SQS_ERR_STRUCT_SIZE; SQS_ERR_REENTRANT; SQS_ERR_POISONED.
 */
sqs_status sqs_stage_register(sqs_pipeline *pipeline,
                              const sqs_stage_desc *desc,
                              uint32_t *id);

/*
 Finds the number of a stage by its name.

 Returns SQS_OK; SQS_ERR_NAME: there is none; SQS_ERR_ARGUMENT: NULL; SQS_ERR_REENTRANT; SQS_ERR_POISONED.
 */
sqs_status sqs_stage_find(sqs_pipeline *pipeline, const char *name, uint32_t *id);

/*
 Opens a stage's output: its finished rows wait in a queue of capacity_rows rows to be pulled, each once, in order.
 Before seal only. A full queue holds back sqs_step. (Rows behind a reverse scan cannot be pulled, which sqs_plan and
 sqs_pipeline_seal say.)

 Returns SQS_OK; SQS_ERR_ARGUMENT: no such stage, or capacity_rows is 0; SQS_ERR_STATE: open already, or sealed;
 SQS_ERR_LIMIT; SQS_ERR_OVERFLOW; SQS_ERR_REENTRANT; SQS_ERR_POISONED.
 */
sqs_status sqs_output_open(sqs_pipeline *pipeline,
                           uint32_t stage,
                           uint64_t capacity_rows);

/*
 Registers a built-in stage by the name of its kind. Before seal only. A transform of a size that needs a plan takes memory
 from the host's heap here (told as sqs_plan_info.host_heap_bytes); nothing else allocates. A program that calls this holds
 all kinds: where code is dear, use sqs_stage_register_kind.

 desc and all it points to are copied. id: the number of the stage.
 Returns what sqs_stage_register returns, and SQS_ERR_NAME: there is no such kind; SQS_ERR_ARGUMENT: a parameter that
 the kind does not have, lacks or cannot take; SQS_ERR_GRAPH: rows of a type or length the kind does not take;
 SQS_ERR_MEMORY: param_bytes of the config is too small; SQS_ERR_UNSUPPORTED: needs the host's heap and the pipeline
 is on the caller's memory.
 */
sqs_status sqs_stage_register_builtin(sqs_pipeline *pipeline,
                                      const sqs_builtin_desc *desc,
                                      uint32_t *id);

/*
 The same by the kind itself, so that a linker keeps the kinds that a program names and no others: with desc.kind NULL,
 sqs_stage_register_kind(p, sqs_kind_hann(), &desc, &id).

 kind: what one of the functions below returns. desc.kind: NULL, or the name of that kind.
 Returns what sqs_stage_register_builtin returns; SQS_ERR_ARGUMENT, too: kind is none, or desc.kind names another;
 SQS_ERR_ALIGN: kind is misaligned.
 */
sqs_status sqs_stage_register_kind(sqs_pipeline *pipeline,
                                   const sqs_kind *kind,
                                   const sqs_builtin_desc *desc,
                                   uint32_t *id);

/*
 The kinds of built-in stages, one function each, for sqs_stage_register_kind; the table at the top says what they do. The
 same pointer each time, never NULL, and nothing to free.
 */
const sqs_kind *sqs_kind_argmax(void);

const sqs_kind *sqs_kind_band(void);

const sqs_kind *sqs_kind_biquad(void);

const sqs_kind *sqs_kind_biquad_reverse(void);

const sqs_kind *sqs_kind_centroid(void);

const sqs_kind *sqs_kind_channel(void);

const sqs_kind *sqs_kind_cusum(void);

const sqs_kind *sqs_kind_decimate(void);

const sqs_kind *sqs_kind_detrend(void);

const sqs_kind *sqs_kind_ema(void);

const sqs_kind *sqs_kind_energy(void);

const sqs_kind *sqs_kind_fir(void);

const sqs_kind *sqs_kind_hann(void);

const sqs_kind *sqs_kind_histogram(void);

const sqs_kind *sqs_kind_hmm_backward(void);

const sqs_kind *sqs_kind_hmm_forward(void);

const sqs_kind *sqs_kind_kalman(void);

const sqs_kind *sqs_kind_mean(void);

const sqs_kind *sqs_kind_pll(void);

const sqs_kind *sqs_kind_quantile(void);

const sqs_kind *sqs_kind_rfft_magnitude(void);

const sqs_kind *sqs_kind_rfft_power(void);

const sqs_kind *sqs_kind_rms(void);

const sqs_kind *sqs_kind_rolling_stats(void);

const sqs_kind *sqs_kind_rts_smoother(void);

const sqs_kind *sqs_kind_threshold(void);

const sqs_kind *sqs_kind_to_f32(void);

const sqs_kind *sqs_kind_top_k_sum(void);

const sqs_kind *sqs_kind_viterbi(void);

const sqs_kind *sqs_kind_viterbi_traceback(void);

const sqs_kind *sqs_kind_zero_phase_forward(void);

const sqs_kind *sqs_kind_zero_phase_reverse(void);

/*
 Says what a list of requests needs, to the byte, and changes nothing. The answer depends on config, graph, opened
 outputs and which inputs have sources (in auto mode, and in classic mode with SQS_ALL, also on their length or the ring's
 capacity), on nothing of the machine: a plan made on the ground is the plan in flight. Does not allocate. After seal it answers for the list given, as if
 the pipeline were to be sealed now.

 requests, n: what will be asked, at most SQS_MAX_REQUESTS. n = 0: every stage without consumers, forward, any range.
 out: written on success.
 Returns SQS_OK; SQS_ERR_BUDGET: memory_budget_bytes is too small, the detail names the least that works;
 SQS_ERR_ARGUMENT: NULL, no such stage or order, a ring that does not hold what the graph or a request in reverse needs,
 classic mode without a bound on the rows or with opened outputs, rows in forward order behind a reverse scan over an
 input of unknown length; SQS_ERR_GRAPH: an output opened behind a reverse scan; SQS_ERR_LIMIT; SQS_ERR_OVERFLOW: does not fit the address space;
 SQS_ERR_UNSUPPORTED; SQS_ERR_STRUCT_SIZE; SQS_ERR_REENTRANT; SQS_ERR_POISONED.
 */
sqs_status sqs_plan(sqs_pipeline *pipeline,
                    const sqs_request *requests_list,
                    uint32_t n,
                    sqs_plan_info *out);

/*
 Says in English what sqs_plan considers for the same arguments and why its answer is what it is: of every request the
 orders and blocks that were tried with their bytes and the time reckoned for each, in microseconds and by cause, the
 one taken marked; then checkpoints, row cache, work area. Only the relation of the times means something. The same
 config and graph give the same text. Changes nothing, does not allocate. The text is for people: it may change between
 versions.

 buf: cap bytes, or NULL with cap 0; what is written is closed with a zero and cut where it does not fit. need: NULL, or
 where to put the size that holds all of it.
 Returns what sqs_plan returns (for SQS_ERR_BUDGET too: the error's detail names the least), and SQS_ERR_SPACE: the text
 was cut; SQS_ERR_OVERLAP: buf lies in memory of the pipeline.
 */
sqs_status sqs_plan_explain(sqs_pipeline *pipeline,
                            const sqs_request *requests_list,
                            uint32_t n,
                            char *buf,
                            size_t cap,
                            size_t *need);

/*
 Fixes graph and memory for a list of requests: from here on nothing allocates. The same list given to sqs_plan tells
 the bytes.

 work: the work area of bytes bytes, which stays the caller's and is the pipeline's until delete. NULL: it is taken
 from where the pipeline's memory comes from (not possible with an area). Constant tables are filled here.
 Returns what sqs_plan returns, and SQS_ERR_MEMORY: the area is too small (the detail tells the need), missing, or the
 allocator gave none; SQS_ERR_IO: spill_dir has no room, or makes no file; SQS_ERR_ALIGN; SQS_ERR_STATE: sealed already; SQS_ERR_CALLBACK: a stage could not be prepared.
 */
sqs_status sqs_pipeline_seal(sqs_pipeline *pipeline,
                             const sqs_request *requests_list,
                             uint32_t n,
                             void *work,
                             size_t bytes);

/*
 Reads an input from a source instead of having it pushed. Before seal only.

 source is copied, but for its ctx.
 Returns SQS_OK; SQS_ERR_ARGUMENT: NULL, no read, no such input; SQS_ERR_STATE: sealed; SQS_ERR_STRUCT_SIZE;
 SQS_ERR_UNSUPPORTED; SQS_ERR_REENTRANT; SQS_ERR_POISONED.
 */
sqs_status sqs_source_set(sqs_pipeline *pipeline, uint32_t input, const sqs_source *source);

/*
 Tells that a growing source now has samples samples. flags: SQS_SOURCE_GROWING while it may grow further; 0: this is
 its final length. Does not read and does not allocate.

 Returns SQS_OK; SQS_ERR_RANGE: fewer than before, or more of a source that does not grow; SQS_ERR_STATE: the input is
 pushed; SQS_ERR_ARGUMENT; SQS_ERR_REENTRANT; SQS_ERR_POISONED.
 */
sqs_status sqs_source_extend(sqs_pipeline *pipeline,
                             uint32_t input,
                             uint64_t samples,
                             uint32_t flags);

/*
 Copies samples into the ring of a pushed input: as many as fit, which runs no stage. The first push of a pipeline that
 is not sealed seals it for an empty list, and is the only one that allocates.

 samples: n samples of channels elements each; need not be aligned. accepted: how many were taken, always written.
 Returns SQS_OK: all of them; SQS_AGAIN: the ring is full, push the rest after step and pull, or after evaluate;
 SQS_ERR_STATE: the input has a source, or has ended; SQS_ERR_ARGUMENT: NULL, no such input; SQS_ERR_OVERLAP: samples
 lie in the work area; SQS_ERR_OVERFLOW; what sqs_pipeline_seal returns, when it seals; SQS_ERR_REENTRANT;
 SQS_ERR_POISONED.
 */
sqs_status sqs_push(sqs_pipeline *pipeline,
                    uint32_t input,
                    const void *samples,
                    size_t n,
                    size_t *accepted);

/*
 Says that no more samples will come: the rows that waited for them can be finished. Calling it again changes nothing.

 Returns SQS_OK; SQS_ERR_STATE: the input has a source; SQS_ERR_ARGUMENT: no such input; what sqs_pipeline_seal returns,
 when it seals; SQS_ERR_REENTRANT; SQS_ERR_POISONED.
 */
sqs_status sqs_push_end(sqs_pipeline *pipeline,
                        uint32_t input);

/*
 Does at most max_windows windows of work: of the evaluation under way, if there is one, then of the stream (opened
 outputs). No stage makes more than max_windows rows of its own in a call. In classic mode a window of work is a row
 of one stage. Does not allocate.

 done: windows of work done, always written.
 Returns SQS_OK: some was done, and there may be more; SQS_AGAIN: nothing can be done before samples are pushed or rows
 pulled; SQS_END: all is done: the evaluation is complete and the stream, if there is one, has made its last row;
 SQS_ERR_CALLBACK: a stage, source or sink failed (the call can be repeated: it tries the same block again);
 SQS_ERR_EVICTED; SQS_ERR_STATE: not sealed; SQS_ERR_ARGUMENT: NULL, or max_windows is 0; SQS_ERR_REENTRANT;
 SQS_ERR_POISONED.
 */
sqs_status sqs_step(sqs_pipeline *pipeline,
                    uint64_t max_windows,
                    uint64_t *done);

/*
 Hands out finished rows of an opened output, each once, in order: as many as there are and as fit.

 rows: room for cap_rows rows. got: how many were written, always written.
 Returns SQS_OK: at least one; SQS_AGAIN: none is finished yet; SQS_END: none will come any more; SQS_ERR_STATE: not
 open or not sealed; SQS_ERR_ARGUMENT: NULL, no such stage; SQS_ERR_SPACE: cap_rows is 0 while rows wait;
 SQS_ERR_OVERLAP; SQS_ERR_OVERFLOW; SQS_ERR_REENTRANT; SQS_ERR_POISONED.
 */
sqs_status sqs_pull(sqs_pipeline *pipeline,
                    uint32_t stage,
                    void *rows,
                    size_t cap_rows,
                    size_t *got);

/*
 Reads an input from a file of raw samples, interleaved by channel. Hosts only. Before seal only. Opens the file, which
 stays open until delete; its length now decides how many samples there are (a last part of a sample is left out).

 path: UTF-8, at most 4095 bytes. byte_order: SQS_LITTLE_ENDIAN or SQS_BIG_ENDIAN. offset: byte of the first sample.
 samples: NULL, or where to put how many there are.
 Returns SQS_OK; SQS_ERR_IO: the file cannot be opened, the detail has errno; SQS_ERR_ARGUMENT: NULL, no such input or
 byte order; SQS_ERR_NAME: path too long or not UTF-8; SQS_ERR_STATE: sealed; SQS_ERR_REENTRANT; SQS_ERR_POISONED.
 */
sqs_status sqs_source_set_file(sqs_pipeline *pipeline,
                               uint32_t input,
                               const char *path,
                               uint32_t byte_order,
                               uint64_t offset,
                               uint64_t *samples);

/*
 Evaluates rows first to first + count - 1 of a stage into a buffer, in order: the simple case. Does not move the
 stream or what will be pulled. The first evaluate of a pipeline that is not sealed seals it for this request, and is
 the only one that allocates. While an evaluation runs, samples before it may leave a pushed input's ring afterwards,
 unless outputs are open.

 count: SQS_ALL for all rows from first on that there are. rows: cap_bytes bytes of room. got: rows written, always
 written; after an error what came before it.
 Returns SQS_OK; SQS_ERR_RANGE: rows that are not there yet (or depend on samples that are not): the detail says how
 many there are; or rows behind a reverse scan while the end of the input is not known; SQS_ERR_SPACE: the buffer is too short, the detail tells the need; SQS_ERR_EVICTED: samples needed have
 left the ring, the detail says where it starts; SQS_ERR_NOT_PLANNED: sealed for other requests, the detail tells the
 bytes; SQS_ERR_CALLBACK: a stage or source failed; SQS_ERR_STATE: an evaluation is under way; SQS_ERR_ARGUMENT: NULL,
 no such stage; SQS_ERR_OVERLAP; SQS_ERR_OVERFLOW; what sqs_pipeline_seal returns, when it seals; SQS_ERR_REENTRANT;
 SQS_ERR_POISONED.
 */
sqs_status sqs_evaluate(sqs_pipeline *pipeline,
                        uint32_t stage,
                        uint64_t first,
                        uint64_t count,
                        void *rows,
                        size_t cap_bytes,
                        uint64_t *got);

/*
 Evaluates a request into a function, which gets whole blocks of rows in order: (ctx, first row, number of rows, rows,
 bytes), valid during the call. It returns 0, or a code of its own that ends the evaluation.

 Returns what sqs_evaluate returns, but for the buffer's statuses; SQS_ERR_CALLBACK also when sink fails.
 */
sqs_status sqs_evaluate_to(sqs_pipeline *pipeline,
                           const sqs_request *ask,
                           sqs_sink_fn sink,
                           void *ctx);

/*
 Begins an evaluation that sqs_step carries on in slices of bounded work; one at a time. sink is called from inside
 sqs_step; when it fails, sqs_step says so, and offers the same rows again when called again. When the last row was
 handed out, sqs_step returns SQS_END (or goes on with the stream) and sqs_stats.evaluating is 0.

 Returns what sqs_evaluate_to returns. With nothing to hand out (count 0) the next sqs_step ends it.
 */
sqs_status sqs_evaluate_begin(sqs_pipeline *pipeline,
                              const sqs_request *ask,
                              sqs_sink_fn sink,
                              void *ctx);

/*
 Gives up the evaluation under way. Without one it changes nothing. Rows handed out stay handed out.

 Returns SQS_OK; SQS_ERR_ARGUMENT: no handle; SQS_ERR_REENTRANT; SQS_ERR_POISONED.
 */
sqs_status sqs_evaluate_cancel(sqs_pipeline *pipeline);

/*
 Tells the bytes that no sqs_checkpoint_save of this sealed pipeline exceeds: what to keep free for its file, and how
 large a buffer to read it back must be.

 bytes: written on success.
 Returns SQS_OK; SQS_ERR_ARGUMENT: NULL; SQS_ERR_STATE: not sealed; SQS_ERR_OVERFLOW; SQS_ERR_REENTRANT;
 SQS_ERR_POISONED.
 */
sqs_status sqs_checkpoint_bytes(sqs_pipeline *pipeline,
                                uint64_t *bytes);

/*
 Saves all that a pipeline of the same graph and config needs to go on from here: states, positions, the samples and
 rows that are still needed, queued rows, and the checkpoints of stages with state. sink gets the file from its start in
 pieces of at most 512 bytes: (ctx, bytes, number of bytes). It returns 0, or a code of its own that ends the call. The
 format is the same on every machine (docs/formats/checkpoint.md). Changes nothing, runs no stage, does not allocate.

 Not saved: an evaluation under way (ask again from the first row not handed out: the checkpoints make that cheap), the
 row cache, sqs_stats. written: NULL, or where to put the length of the file, on success.
 Returns SQS_OK; SQS_ERR_CALLBACK: sink failed; SQS_ERR_STATE: not sealed; SQS_ERR_CORRUPT: what would be saved is
 damaged; SQS_ERR_ARGUMENT: NULL; SQS_ERR_REENTRANT; SQS_ERR_POISONED.
 */
sqs_status sqs_checkpoint_save(sqs_pipeline *pipeline,
                               sqs_write_fn sink,
                               void *ctx,
                               uint64_t *written);

/*
 Goes on where a pipeline was saved: the handle must be sealed, with the same inputs, stages (name, row, edges, state,
 revision), opened outputs and checkpoint settings. What it did before is forgotten, as by sqs_pipeline_reset. The rows
 that follow are those of a pipeline that was never stopped, to the bit. Runs no stage and does not allocate.

 file: the bytes bytes of the file, whole. It is checked before anything is changed. out: NULL, or where to put where
 each input goes on.
 Sources must be set as before, and have at least the samples they had. Pulls go on with the row that
 sqs_output_position tells.
 Returns SQS_OK; SQS_ERR_FORMAT: no checkpoint file, or of another version; SQS_ERR_CORRUPT: damaged or cut;
 SQS_ERR_GRAPH: of another graph or config, the detail says what differs; SQS_ERR_RANGE: a source has fewer samples than
 it had, or ended and has others; SQS_ERR_UNSUPPORTED: saved on a machine of another byte order by a stage that tells no
 state_word; SQS_ERR_STATE: not sealed; SQS_ERR_ARGUMENT: NULL; SQS_ERR_OVERLAP: file lies in the work area;
 SQS_ERR_STRUCT_SIZE; SQS_ERR_REENTRANT; SQS_ERR_POISONED. After an error the pipeline is as it was.
 */
sqs_status sqs_checkpoint_restore(sqs_pipeline *pipeline,
                                  const void *file,
                                  size_t bytes,
                                  sqs_resume *out);

/*
 Tells where an opened output stands: the row that the next sqs_pull starts with, and one behind the last that waits.

 next, end: NULL, or written on success.
 Returns SQS_OK; SQS_ERR_STATE: not open, or not sealed; SQS_ERR_REENTRANT; SQS_ERR_POISONED; SQS_ERR_ARGUMENT.
 */
sqs_status sqs_output_position(sqs_pipeline *pipeline,
                               uint32_t stage,
                               uint64_t *next,
                               uint64_t *end);

/*
 Checks the tables of the pipeline, and stored data (checkpoints, cached rows) for damage: about max_bytes bytes a call (a
 cached row at least), going round. Damaged tables poison the pipeline, but for constant tables of stages, which are
 filled again. Stored data is dropped and counted in sqs_stats.crc_failures, and recomputed when it is needed. Call it
 from an idle task. Does not allocate and runs no stage.

 checked: NULL, or where to put how many bytes were looked at; 0 when nothing is stored.
 Returns SQS_OK; SQS_ERR_STATE: not sealed; SQS_ERR_ARGUMENT: no handle; SQS_ERR_REENTRANT; SQS_ERR_POISONED.
 */
sqs_status sqs_scrub(sqs_pipeline *pipeline,
                     size_t max_bytes,
                     size_t *checked);

/*
 Tells what the pipeline did since it was made. Also of a poisoned handle. Does not allocate.

 out: struct_size set by the caller; written on success.
 Returns SQS_OK; SQS_ERR_ARGUMENT: NULL; SQS_ERR_STRUCT_SIZE; SQS_ERR_REENTRANT.
 */
sqs_status sqs_pipeline_stats(sqs_pipeline *pipeline, sqs_stats *out);

/*
 Fills options with zeros, which mean the defaults, and sets their struct_size. Callbacks may call it.

 struct_size: sizeof(sqs_encode_options) of the caller.
 Returns SQS_OK; SQS_ERR_ARGUMENT: options is NULL; SQS_ERR_STRUCT_SIZE: too small, or no size of a struct.
 */
sqs_status sqs_encode_options_init(sqs_encode_options *options, size_t struct_size);

/*
 Tells size and alignment of the memory an encoder needs: exactly this suffices. By default 256 KiB or less.

 Returns SQS_OK; SQS_ERR_ARGUMENT: NULL or an option out of range; SQS_ERR_STRUCT_SIZE; SQS_ERR_UNSUPPORTED;
 SQS_ERR_ALIGN: a pointer is misaligned.
 */
sqs_status sqs_encoder_bytes(const sqs_encode_options *options, size_t *bytes, size_t *align);

/*
 Tells the frame size to use within a limit of memory: what options ask for, or else the largest power of two with
 which sqs_encoder_bytes is at most limit. Put it into options->frame_bytes.

 Returns SQS_OK; SQS_ERR_BUDGET: no frame size fits the limit; what sqs_encoder_bytes returns.
 */
sqs_status sqs_optimal_frame_bytes(const sqs_encode_options *options,
                                   size_t limit,
                                   uint32_t *frame_bytes);

/*
 Makes an encoder in memory of the caller, which stays his. Nothing is allocated, now or later; the memory is all
 that is used. The options' memory, threads and progress are not looked at.

 memory: bytes bytes, as sqs_encoder_bytes tells, aligned as it tells. encoder: the handle, which lies in it.
 error: NULL, or where to put the detail.
 Returns SQS_OK; SQS_ERR_MEMORY: the memory is too small, the detail says by how much; SQS_ERR_ALIGN; SQS_ERR_ARGUMENT:
 NULL or an option out of range; SQS_ERR_STRUCT_SIZE; SQS_ERR_UNSUPPORTED.
 */
sqs_status sqs_encoder_init(void *memory,
                            size_t bytes,
                            const sqs_encode_options *options,
                            sqs_encoder **encoder,
                            sqs_error *error);

/*
 Takes bytes of the original, puts out bytes of the stream, as far as both reach; any cut of either is fine, down to a
 byte. Does not allocate. Encodes at most one frame per call and full output.

 ```c
 do {
     status = sqs_encoder_step(e, in, n, &took, out, sizeof out, &made, SQS_FLOW_END);
     in += took; n -= took;
     write(fd, out, made);
 } while (status == SQS_AGAIN);
 ```

 in: in_bytes bytes, NULL if none. consumed: how many were taken. out: out_bytes bytes of room, NULL if none. written:
 how many were put there. consumed and written are always written. flow: SQS_FLOW_CONTINUE; SQS_FLOW_FLUSH: also put
 out a frame of what was taken, up to the last whole row, as before a pause; SQS_FLOW_END: this is the end.
 Returns SQS_OK: all input was taken, and all that flow asks for was put out; SQS_AGAIN: call again with more room, the
 rest of the input and the same flow; SQS_END: the stream is complete; SQS_ERR_STATE: input after the end;
 SQS_ERR_OVERLAP: in, out and the encoder's memory overlap; SQS_ERR_OVERFLOW: more than 2^64 bytes;
 SQS_ERR_ARGUMENT: NULL, no encoder, no such flow.
 */
sqs_status sqs_encoder_step(sqs_encoder *encoder,
                            const void *in,
                            size_t in_bytes,
                            size_t *consumed,
                            void *out,
                            size_t out_bytes,
                            size_t *written,
                            uint32_t flow);

/*
 Tells what the encoder did so far. coded_bytes has the frames not handed out yet, too. Does not allocate.

 Returns SQS_OK; SQS_ERR_ARGUMENT: NULL, no encoder; SQS_ERR_STRUCT_SIZE.
 */
sqs_status sqs_encoder_stats(sqs_encoder *encoder, sqs_codec_stats *out);

/*
 Copies the detail of the last error of this encoder; see sqs_pipeline_error_detail.

 Returns SQS_OK; SQS_ERR_SPACE: the text was cut; SQS_ERR_ARGUMENT: no encoder, or buf is NULL.
 */
sqs_status sqs_encoder_error_detail(const sqs_encoder *encoder, char *buf, size_t cap, size_t *need);

/*
 Fills options with zeros, which mean the defaults, and sets their struct_size. Callbacks may call it.

 struct_size: sizeof(sqs_decode_options) of the caller.
 Returns SQS_OK; SQS_ERR_ARGUMENT: options is NULL; SQS_ERR_STRUCT_SIZE: too small, or no size of a struct.
 */
sqs_status sqs_decode_options_init(sqs_decode_options *options, size_t struct_size);

/*
 Tells size and alignment of the memory a decoder needs: exactly this suffices.

 Returns SQS_OK; SQS_ERR_ARGUMENT: NULL or an option out of range; SQS_ERR_STRUCT_SIZE; SQS_ERR_UNSUPPORTED;
 SQS_ERR_ALIGN: a pointer is misaligned.
 */
sqs_status sqs_decoder_bytes(const sqs_decode_options *options, size_t *bytes, size_t *align);

/*
 Makes a decoder in memory of the caller, which stays his. Nothing is allocated, now or later. first says which byte
 of the original is the first to be put out; the input may start at any frame at or before it. The options' count,
 missing, memory and progress are not looked at.

 memory: bytes bytes, as sqs_decoder_bytes tells, aligned as it tells. decoder: the handle, which lies in it.
 error: NULL, or where to put the detail.
 Returns SQS_OK; SQS_ERR_MEMORY: the memory is too small, the detail says by how much; SQS_ERR_ALIGN; SQS_ERR_ARGUMENT:
 NULL or an option out of range; SQS_ERR_STRUCT_SIZE; SQS_ERR_UNSUPPORTED.
 */
sqs_status sqs_decoder_init(void *memory,
                            size_t bytes,
                            const sqs_decode_options *options,
                            sqs_decoder **decoder,
                            sqs_error *error);

/*
 Takes bytes of the stream, puts out bytes of the original, as far as both reach; any cut of either is fine, down to a
 byte. Does not allocate. What a call puts out lies side by side in the original, from offset on. With
 SQS_DECODE_RECOVER what is missing is passed over, and a frame may come late: then offset jumps from call to call.

 in: in_bytes bytes, NULL if none. consumed: how many were taken. out: out_bytes bytes of room, NULL if none. written:
 how many were put there; both are always written. offset: NULL, or where to put the position in the original of the
 first of them. flow: SQS_FLOW_CONTINUE, or SQS_FLOW_END: this is all the input.
 Returns SQS_OK: all input was taken and put out, more is needed; SQS_AGAIN: call again with more room, the rest of the
 input and the same flow; SQS_END: the stream is complete; SQS_ERR_DAMAGED: without SQS_DECODE_RECOVER only, the stream
 is damaged or was cut off; what was put out before is sound, and every further call says the same; SQS_ERR_LIMIT: a
 frame is larger than max_frame_bytes, or refers to more than history_bytes; SQS_ERR_RANGE: the original ends before
 first; SQS_ERR_OVERLAP: in, out and the decoder's memory overlap; SQS_ERR_ARGUMENT: NULL, no decoder, no such flow.
 */
sqs_status sqs_decoder_step(sqs_decoder *decoder,
                            const void *in,
                            size_t in_bytes,
                            size_t *consumed,
                            void *out,
                            size_t out_bytes,
                            size_t *written,
                            uint64_t *offset,
                            uint32_t flow);

/*
 Tells what the decoder met so far, damage included. Does not allocate.

 Returns SQS_OK; SQS_ERR_ARGUMENT: NULL, no decoder; SQS_ERR_STRUCT_SIZE.
 */
sqs_status sqs_decoder_stats(sqs_decoder *decoder, sqs_codec_stats *out);

/*
 Copies the ranges of the original that are missing so far, in rising order; complete after SQS_END.

 ranges: room for cap ranges, NULL with cap 0. count: how many there are, always written.
 Returns SQS_OK; SQS_ERR_SPACE: only the first cap were copied; SQS_ERR_ARGUMENT: NULL, no decoder.
 */
sqs_status sqs_decoder_missing(sqs_decoder *decoder, sqs_range *ranges, size_t cap, size_t *count);

/*
 Copies the detail of the last error of this decoder; see sqs_pipeline_error_detail.

 Returns SQS_OK; SQS_ERR_SPACE: the text was cut; SQS_ERR_ARGUMENT: no decoder, or buf is NULL.
 */
sqs_status sqs_decoder_error_detail(const sqs_decoder *decoder, char *buf, size_t cap, size_t *need);

/*
 Tells size and alignment of the memory that sqs_ccsds121_encoder_init and sqs_ccsds121_decoder_init need: exactly this suffices,
 whatever the parameters.

 Returns SQS_OK; SQS_ERR_ARGUMENT: NULL; SQS_ERR_ALIGN: a pointer is misaligned.
 */
sqs_status sqs_ccsds121_bytes(size_t *bytes,
                              size_t *align);

/*
 Tells the most bytes that so many samples can become.

 Returns SQS_OK; SQS_ERR_ARGUMENT: NULL or a parameter out of range; SQS_ERR_OVERFLOW: more than the address space
 holds; SQS_ERR_STRUCT_SIZE; SQS_ERR_UNSUPPORTED; SQS_ERR_ALIGN.
 */
sqs_status sqs_ccsds121_max_encoded_bytes(const sqs_ccsds121_params *params,
                                          size_t samples,
                                          size_t *bytes);

/*
 Makes a coder of CCSDS 121.0-B-3 in memory of the caller: the bitstream of the standard, bit for bit as libaec has it,
 without a container. Whoever stores it keeps the parameters and the number of samples beside it. sqs_encoder_init with
 SQS_CODEC_CCSDS121 puts the same into frames that tell all of it and stand damage. Nothing is allocated.

 memory: bytes bytes, as sqs_ccsds121_bytes tells, aligned as it tells. coder: the handle, which lies in it. error:
 NULL, or where to put the detail.
 Returns SQS_OK; SQS_ERR_ARGUMENT: NULL or a parameter out of range; SQS_ERR_MEMORY: the memory is too small;
 SQS_ERR_ALIGN; SQS_ERR_STRUCT_SIZE; SQS_ERR_UNSUPPORTED.
 */
sqs_status sqs_ccsds121_encoder_init(void *memory,
                                     size_t bytes,
                                     const sqs_ccsds121_params *params,
                                     sqs_ccsds121 **coder,
                                     sqs_error *error);

/*
 Makes a decoder of so many samples of CCSDS 121.0-B-3 in memory of the caller. Nothing is allocated. The standard has
 no checksum: damage that leaves a valid stream gives other samples.

 memory, bytes, coder, error: as for sqs_ccsds121_encoder_init. params: those of the coder.
 Returns what sqs_ccsds121_encoder_init returns.
 */
sqs_status sqs_ccsds121_decoder_init(void *memory,
                                     size_t bytes,
                                     const sqs_ccsds121_params *params,
                                     uint64_t samples,
                                     sqs_ccsds121 **coder,
                                     sqs_error *error);

/*
 Codes or decodes, as far as input and output reach; any cut of either is fine, down to a byte. Does not allocate.
 Samples lie in containers of 1 byte for up to 8 bits, 2 for up to 16, else 4 (3 with SQS_CCSDS121_3BYTE and up to 24
 bits), little-endian without SQS_CCSDS121_MSB; signed ones sign-extended, others padded with zeros.

 in: in_bytes bytes, NULL if none. consumed: how many were taken: a decoder leaves alone what is behind the last sample.
 out: out_bytes bytes of room, NULL if none. written: how many were put there; both are always written.
 flow: SQS_FLOW_CONTINUE, or SQS_FLOW_END: this is all the input.
 Returns SQS_OK: all input was taken, more is needed; SQS_AGAIN: call again with more room, the rest of the input and
 the same flow; SQS_END: all is put out; SQS_ERR_RANGE: coding, a sample does not fit its bits; SQS_ERR_DAMAGED:
 decoding, the input ends early, or no coder makes it; every further call says the same; SQS_ERR_OVERLAP;
 SQS_ERR_ARGUMENT: NULL, no coder, no such flow, or coding, the end within a sample.
 */
sqs_status sqs_ccsds121_step(sqs_ccsds121 *coder,
                             const void *in,
                             size_t in_bytes,
                             size_t *consumed,
                             void *out,
                             size_t out_bytes,
                             size_t *written,
                             uint32_t flow);

/*
 Copies the detail of the last error of this coder; see sqs_pipeline_error_detail.

 Returns SQS_OK; SQS_ERR_SPACE: the text was cut; SQS_ERR_ARGUMENT: no coder, or buf is NULL.
 */
sqs_status sqs_ccsds121_error_detail(const sqs_ccsds121 *coder, char *buf, size_t cap, size_t *need);

/*
 Tells the bytes of memory that sqs_encode_file and sqs_encode_stream use with these options: exactly this, once,
 whatever the size of the input. With threads above 1 the host's thread library takes what it needs for each thread
 beside it (a stack, and some hundred bytes).

 Returns SQS_OK; SQS_ERR_ARGUMENT: NULL or an option out of range; SQS_ERR_STRUCT_SIZE; SQS_ERR_UNSUPPORTED;
 SQS_ERR_ALIGN: a pointer is misaligned.
 */
sqs_status sqs_encode_work_bytes(const sqs_encode_options *options,
                                 size_t *bytes);

/*
 Encodes a file. Hosts only. Writes to a temporary beside the output, which takes the place of the output when it is
 complete and on the disk; an error leaves nothing behind, and an output that was there as it was. Uses the bytes that
 sqs_encode_work_bytes tells and nothing else (paths of 384 bytes and more are copied on the heap by the system's
 library). Blocks; sqs_encode_file_async does not.

 in_path, out_path: UTF-8, at most 4095 bytes; not the same file; an output that is there must be a regular file.
 stats: NULL, or where to put the figures, also after an error, as far as it came. error: NULL, or where to put the
 detail and errno.
 Returns SQS_OK; SQS_ERR_IO: a file cannot be opened, read, made or written, the disk is full, the input was cut while
 it was read, or a thread cannot be had; SQS_ERR_CANCELLED: progress said so; SQS_ERR_MEMORY: the heap has none, or the
 memory given is too small; SQS_ERR_ARGUMENT: NULL, an option out of range, the same file twice; SQS_ERR_NAME: a path is
 too long or not UTF-8; SQS_ERR_STRUCT_SIZE; SQS_ERR_UNSUPPORTED; SQS_ERR_ALIGN; SQS_ERR_INTERNAL: a thread failed.
 */
sqs_status sqs_encode_file(const char *in_path,
                           const char *out_path,
                           const sqs_encode_options *options,
                           sqs_codec_stats *stats,
                           sqs_error *error);

/*
 Encodes what a function reads into what another one writes: standard input, sockets, archives. Hosts only. Both are
 called from the calling thread, whatever options->threads says.

 stats, error: as in sqs_encode_file.
 Returns what sqs_encode_file returns, but for the files' statuses; SQS_ERR_CALLBACK: a function failed, its code is in
 the detail.
 */
sqs_status sqs_encode_stream(const sqs_stream *stream,
                             const sqs_encode_options *options,
                             sqs_codec_stats *stats,
                             sqs_error *error);

/*
 Tells the bytes of memory that sqs_decode_file and sqs_decode_stream use with these options: exactly this, once. A
 file whose first frame is larger than max_frame_bytes of 0 stands for takes what its frames need, and one of groups
 64 KiB more if history_bytes is 0: set the fields to know beforehand.

 Returns SQS_OK; SQS_ERR_ARGUMENT: NULL or an option out of range; SQS_ERR_STRUCT_SIZE; SQS_ERR_UNSUPPORTED;
 SQS_ERR_ALIGN: a pointer is misaligned.
 */
sqs_status sqs_decode_work_bytes(const sqs_decode_options *options,
                                 size_t *bytes);

/*
 Decodes a file, or bytes first to first + count - 1 of the original. Hosts only. Writes to a temporary beside the
 output, which takes the place of the output when it is complete and on the disk; an error leaves nothing behind. Of
 a range only the frames that hold it are decoded: they are found by the index, or by the headers.
 Without SQS_DECODE_RECOVER damage is an error. With it what is sound is written at its place and what is missing is
 zeros: the figures tell how much that is, options->missing which.

 in_path, out_path: UTF-8, at most 4095 bytes; not the same file; an output that is there must be a regular file.
 stats: NULL, or where to put the figures, also after an error, as far as it came. error: NULL, or where to put the
 detail and errno.
 Returns SQS_OK, with SQS_DECODE_RECOVER also of a damaged stream; SQS_ERR_DAMAGED; SQS_ERR_LIMIT: a frame is larger
 than max_frame_bytes, or refers to more than history_bytes; SQS_ERR_RANGE: the original ends before first; SQS_ERR_IO: a
 file cannot be opened, read, made or written, or the disk is full; SQS_ERR_CANCELLED: progress said so;
 SQS_ERR_MEMORY: the heap has none, or the memory given is too small; SQS_ERR_ARGUMENT: NULL, an option out of range, the
 same file twice; SQS_ERR_NAME: a path is too long or not UTF-8; SQS_ERR_STRUCT_SIZE; SQS_ERR_UNSUPPORTED; SQS_ERR_ALIGN.
 */
sqs_status sqs_decode_file(const char *in_path,
                           const char *out_path,
                           const sqs_decode_options *options,
                           sqs_codec_stats *stats,
                           sqs_error *error);

/*
 Decodes what a function reads, from the start of a stream on, into what another one writes; without it the stream is
 only checked. Hosts only. Position 0 of the output is byte first of the original; holes are passed over, and with
 SQS_DECODE_RECOVER bytes may come late, behind later ones.

 length: NULL, or where to put how many bytes there are from byte first on, holes included. stats, error: as in
 sqs_decode_file.
 Returns what sqs_decode_file returns, but for the files' statuses; SQS_ERR_CALLBACK: a function failed, its code is in
 the detail.
 */
sqs_status sqs_decode_stream(const sqs_stream *stream,
                             const sqs_decode_options *options,
                             uint64_t *length,
                             sqs_codec_stats *stats,
                             sqs_error *error);

/*
 Encodes a file in the background, and returns at once. The output is the same to the byte for any number of threads,
 and by sqs_encode_file. Options and paths are copied; options->memory and what ctx points at are the job's until it
 is freed. progress is called from a thread of the job; it may call sqs_codec_job_poll and _cancel.

 job: the handle, to be freed. error: NULL, or where to put the detail.
 Returns SQS_OK: it has begun, sqs_codec_job_wait tells how it ended; SQS_ERR_IO: no thread can be had; SQS_ERR_ARGUMENT:
 NULL or an option out of range; SQS_ERR_NAME; SQS_ERR_STRUCT_SIZE; SQS_ERR_UNSUPPORTED; SQS_ERR_ALIGN.
 */
sqs_status sqs_encode_file_async(const char *in_path,
                                 const char *out_path,
                                 const sqs_encode_options *options,
                                 sqs_codec_job **job,
                                 sqs_error *error);

/*
 Decodes a file in the background, by one thread, and returns at once: as sqs_encode_file_async for sqs_decode_file.
 options->missing is the job's, too, until it is freed.

 Returns what sqs_encode_file_async returns.
 */
sqs_status sqs_decode_file_async(const char *in_path,
                                 const char *out_path,
                                 const sqs_decode_options *options,
                                 sqs_codec_job **job,
                                 sqs_error *error);

/*
 Tells how far a job is, without waiting. Any thread may call it, progress too.

 progress: NULL, or where to put it.
 Returns SQS_AGAIN: it is at work; SQS_OK: the output is there, complete and on the disk; SQS_ERR_ARGUMENT: no job; or
 what sqs_encode_file or sqs_decode_file returned: then nothing is left of the output.
 */
sqs_status sqs_codec_job_poll(sqs_codec_job *job,
                              sqs_progress *progress);

/*
 Waits until a job is over, or for timeout_ms milliseconds; UINT32_MAX: for as long as it takes.

 Returns what sqs_codec_job_poll returns; SQS_ERR_REENTRANT: called from the job's own progress.
 */
sqs_status sqs_codec_job_wait(sqs_codec_job *job, uint32_t timeout_ms);

/*
 Asks a job to stop after the frames at hand; it ends with SQS_ERR_CANCELLED and leaves nothing behind, unless it was
 done already. Any thread may call it, progress too. Does not wait.

 Returns SQS_OK; SQS_ERR_ARGUMENT: no job.
 */
sqs_status sqs_codec_job_cancel(sqs_codec_job *job);

/*
 Tells the figures of a job that is over.

 Returns SQS_OK; SQS_AGAIN: it is at work, out is as it was; SQS_ERR_ARGUMENT: NULL, no job; SQS_ERR_STRUCT_SIZE.
 */
sqs_status sqs_codec_job_stats(sqs_codec_job *job,
                               sqs_codec_stats *out);

/*
 Copies the detail of the error that a job ended with; empty without one. See sqs_pipeline_error_detail.

 Returns SQS_OK; SQS_ERR_SPACE: the text was cut; SQS_ERR_ARGUMENT: no job, or buf is NULL.
 */
sqs_status sqs_codec_job_error_detail(const sqs_codec_job *job, char *buf, size_t cap, size_t *need);

/*
 Ends a job: cancels it if it is at work, waits for its threads, and frees it. NULL is allowed. From the job's own
 progress it does nothing.
 */
void sqs_codec_job_delete(sqs_codec_job *job);

/*
 The sink function: for sqs_evaluate_to and sqs_evaluate_begin, with an sqs_encoder_sink as ctx. Rows go into the
 stream as they come. When it fails, the evaluation ends with SQS_ERR_CALLBACK, sink->status says why, and every further
 call fails the same way: begin a new stream.

 Returns 0, or sink->status.
 */
int32_t sqs_encoder_sink_rows(void *sink,
                              uint64_t first,
                              size_t rows,
                              const void *data,
                              size_t bytes);

/*
 Ends the stream: writes what is left and the end frame.

 Returns SQS_OK; or sink->status: SQS_ERR_CALLBACK: write failed, now or before; SQS_ERR_STATE: ended already;
 SQS_ERR_ARGUMENT: NULL, no encoder, no buffer; SQS_ERR_STRUCT_SIZE.
 */
sqs_status sqs_encoder_sink_end(sqs_encoder_sink *sink);

/*
 Evaluates a request into a file, encoded: its rows, in their order, are the original. Hosts only. Sample type, byte
 order and channels are the stage's, whatever options say; threads and progress are not looked at. The file is
 written beside the output and takes its place when it is complete and on the disk; an error leaves nothing behind.

 path: as in sqs_encode_file. stats: NULL, or where to put the figures, also after an error.
 Returns what sqs_evaluate_to returns, with the detail in the pipeline; SQS_ERR_IO: the file cannot be made or written,
 or the disk is full; SQS_ERR_MEMORY; what sqs_encode_file returns for paths and options.
 */
sqs_status sqs_evaluate_to_file(sqs_pipeline *pipeline,
                                const sqs_request *ask,
                                const char *path,
                                const sqs_encode_options *options,
                                sqs_codec_stats *stats);

#ifdef __cplusplus
}  /* extern "C" */
#endif  /* __cplusplus */

#endif  /* SQRTSPACE_H */
