/**
 * @file sqrtspace.h
 * Windowed pipelines over long sample streams, in a memory budget fixed before launch. MIT license; see LICENSE.
 *
 * Samples are grouped into (overlapping) windows, pass through a graph of stages, and result in rows:
 *
 *     samples -> windows t = 0, 1, 2 ... -> stages -> one row per window
 *
 * You define what a stage computes from earlier rows. The library decides in which order and in which memory that
 * happens, and the rows are bit-identical in every order. The classic order computes all rows of one stage, then all
 * rows of the next, as array libraries do. The sqrt order runs blocks of consecutive windows through all stages in
 * small buffers. A codec encodes samples and rows without loss.
 *
 * Example
 * -------
 *
 * One stage, the energy of each window, over a recording in memory:
 *
 * @code{.c}
 * static int32_t energy(void *ctx, const sqs_stage_io *io)
 * {
 *     float *y = (float *)io->out;
 *     for (size_t i = 0; i < io->rows; i++) {
 *         const float *x = SQS_ROW(float, &io->edges[0], i);
 *         y[i] = 0.0f;
 *         for (size_t k = 0; k < io->edges[0].len; k++) y[i] += x[k] * x[k];
 *     }
 *     (void)ctx;
 *     return 0;
 * }
 *
 * sqs_config config;
 * sqs_config_init(&config, sizeof config);
 * config.window = 256; config.hop = 128; config.input_capacity = 100000;
 * sqs_pipeline *p;
 * if (sqs_pipeline_new(&config, NULL, &p, NULL) != SQS_OK) return 1;
 *
 * sqs_edge_desc edge = { "input", 0, 0, SQS_BOUNDARY_ZERO, 0 };
 * sqs_stage_desc desc = { 0 };
 * desc.struct_size = sizeof desc; desc.name = "energy"; desc.run = energy;
 * desc.edges = &edge; desc.edge_count = 1; desc.dtype = SQS_F32; desc.len = 1;
 * uint32_t id;
 * sqs_stage_register(p, &desc, &id);
 *
 * size_t accepted; uint64_t written;
 * sqs_push(p, 0, samples, 100000, &accepted);
 * sqs_evaluate(p, id, 0, SQS_ALL, rows, sizeof rows, &written);
 * sqs_pipeline_delete(p);
 * @endcode
 *
 * c-examples/ has complete programs: static memory, push and pull, filters with state, a smoother, checkpoints, files,
 * and a recorder.
 *
 * Terms
 * -----
 *
 * - sample: one element of an input stream; with channels above 1 it has that many interleaved elements.
 * - window: window t is samples t * hop to t * hop + window - 1. n samples give no window if n < window, else 1 + (n -
 *   window) / hop. With several inputs, row t belongs to window t of each; the input with the fewest windows limits
 *   the number of rows.
 * - stage: a node of an acyclic graph. Its edges define which rows of other nodes it reads: its own (row t), lookback
 *   rows before and lookahead rows after it. With a stride s, row t of the stage belongs to row t * s of its edges.
 * - row: the output of a stage for one t: len elements of one type.
 *
 * docs/GLOSSARY.md defines all terms.
 *
 * Chapters
 * --------
 *
 *      2. Basics: version, statuses, element types
 *      3. Pipeline, the simple way
 *      4. Memory and planning
 *      5. Stages of your own
 *      6. Built-in stages
 *      7. Streaming: outputs, inputs, sources
 *      8. Evaluation and order
 *      9. State and checkpoints
 *     10. Save and restore
 *     11. Statistics and damaged memory
 *     12. Codec: files and streams
 *     13. Codec: streams in memory of yours
 *     14. Codec: jobs in the background
 *     15. CCSDS 121 without a container
 *     16. CCSDS space packets
 *     17. Advanced: versions of the interface, panics
 *
 * Within a chapter, types come before functions, and simple functions before those for more control.
 *
 * Builds
 * ------
 *
 * Functions marked "Hosts only" need an operating system and are not in flight builds. All other functions exist in
 * every build with the features that they belong to (docs/guide/linking.md).
 */

#ifndef SQRTSPACE_H
#define SQRTSPACE_H

/* Generated from the Rust sources by `make header`. Do not edit. */

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif


/* ================================================================================================================== */
/**
 * @defgroup basics 2. Basics: version, statuses, element types
 *
 * Statuses and errors
 * -------------------
 *
 * Every function returns a status: 0 is success, a positive number is a condition that is no error ("not now", "the
 * end"), a negative number is an error. Treat every negative number as an error; later versions may add some. A call
 * that fails changes nothing except what its description states. Outputs are written on success only; counts
 * (accepted, written, done, consumed, checked, needed) always. No call aborts, unwinds or blocks, except where stated.
 *
 * The last error of a handle is described in one sentence by the function of its type that ends in _error_detail.
 * Calls without a handle take an sqs_error instead. A handle that is NULL, deleted or no handle gives
 * #SQS_ERR_ARGUMENT when detectable.
 *
 * Pointers
 * --------
 *
 * What a call writes must not overlap memory of its handle or another argument. What it reads must not lie in memory of
 * its handle. Two inputs may overlap. Each call compares its arguments, and the lists, names and memory that their
 * structs point to, before it writes anything, and returns #SQS_ERR_OVERLAP; the detail names the argument. Contexts of
 * callbacks are not followed. Memory of a handle is all that you gave it: the whole control area and work area, or the
 * whole memory of a coder.
 *
 * A count that is always written is 0 after a call that computed nothing, also without a valid handle. Only a count that
 * is NULL, misaligned or overlaps other memory is not written.
 *
 * Structs
 * -------
 *
 * Each struct starts with struct_size, its sizeof in the program. Zero the rest and set what you need: zero means the
 * default everywhere. Later versions only add fields at the end.
 *
 * Threads
 * -------
 *
 * A handle is used by one task at a time: no call locks, and two calls on the same handle must not run at the same
 * time. Different handles share nothing and may be used at the same time. No function may be called from an interrupt
 * handler. The library has no global state, except the hook of sqs_panic_hook().
 *
 * Callbacks
 * ---------
 *
 * Stages, sources and sinks are called by sqs_step() and the functions sqs_evaluate..., and by nothing else;
 * allocators by new, seal and delete. A callback may call functions without a handle, and functions of other handles;
 * a call on the same handle returns #SQS_ERR_REENTRANT. A callback must not unwind (C++ exceptions, longjmp) into the
 * library.
 *
 * If a callback fails, the block that it was called for is discarded: the next call tries the same block again, and
 * sinks and queues have received whole blocks only. After #SQS_ERR_INTERNAL and #SQS_ERR_POISONED the handle is
 * poisoned: it accepts only reset, delete, error detail and statistics.
 *
 * @{
 */

/**
 * Returns the version of the library as text, "major.minor.patch".
 *
 * May be called from callbacks.
 *
 * @return static text, never NULL
 * @see sqs_abi_check()
 */
const char *sqs_version(void);

/** @name Statuses
 *  @{ */
#define SQS_OK                  0 /**< Success. */
#define SQS_AGAIN               1 /**< Not now: an input buffer or a queue is full, or more input is needed. Nothing
                                        is lost; call again later. */
#define SQS_END                 2 /**< The end: the input has ended and all rows were delivered, or no work is left. */
#define SQS_ERR_ARGUMENT     (-1) /**< An argument is NULL, zero, out of range, or contradicts another one; or the
                                        handle is not valid. */
#define SQS_ERR_STRUCT_SIZE  (-2) /**< A struct_size is smaller than version 1 of the struct. */
#define SQS_ERR_UNSUPPORTED  (-3) /**< This build or version lacks the requested feature, or a newer caller set a
                                        field that it does not know. */
#define SQS_ERR_ABI          (-4) /**< Header and library have different ABI versions. */
#define SQS_ERR_STATE        (-5) /**< The call does not fit the state of the handle, such as registering after
                                        seal. */
#define SQS_ERR_REENTRANT    (-6) /**< The call came from a callback of the same handle. */
#define SQS_ERR_POISONED     (-7) /**< The handle is poisoned: its tables or positions are damaged, or an internal
                                        fault occurred. Reset or delete it. */
#define SQS_ERR_NAME         (-8) /**< A name is unknown, already used, empty or too long. */
#define SQS_ERR_LIMIT        (-9) /**< A table is full; its size is set in the config or the options. */
#define SQS_ERR_OVERFLOW    (-10) /**< A size or position does not fit the integer that holds it. */
#define SQS_ERR_MEMORY      (-11) /**< The given memory is too small, or the allocator returned none. */
#define SQS_ERR_ALIGN       (-12) /**< A memory area or a pointer is misaligned. */
#define SQS_ERR_OVERLAP     (-13) /**< A buffer of the caller overlaps memory of the handle, or another buffer of
                                        the call. */
#define SQS_ERR_BUDGET      (-14) /**< The memory budget is too small; the detail gives the minimum. */
#define SQS_ERR_NOT_PLANNED (-15) /**< The pipeline was not sealed for this request; the detail gives the bytes
                                        needed. */
#define SQS_ERR_RANGE       (-16) /**< Rows or samples out of range; the detail gives the number available. */
#define SQS_ERR_EVICTED     (-17) /**< Samples that are needed have left the input buffer; the detail gives its
                                        first sample. */
#define SQS_ERR_CORRUPT     (-18) /**< Stored data failed its check and cannot be recomputed. */
#define SQS_ERR_CALLBACK    (-19) /**< A callback failed; its return code is in the detail. */
#define SQS_ERR_IO          (-20) /**< The operating system refused an operation; errno is in the detail. */
#define SQS_ERR_DAMAGED     (-21) /**< Encoded data is damaged. */
#define SQS_ERR_FORMAT      (-22) /**< Encoded data, a file or a checkpoint has an unknown format. */
#define SQS_ERR_CANCELLED   (-23) /**< The operation was cancelled. */
#define SQS_ERR_GRAPH       (-24) /**< Stages do not fit together: row rates, element types or row lengths of
                                        connected stages differ. */
#define SQS_ERR_SPACE       (-25) /**< The output buffer is too short; the detail gives the size needed. */
#define SQS_ERR_INTERNAL    (-26) /**< A fault of the library. Please report it. */
/** @} */

/** Status of a call: 0 is success, a positive number is a condition that is no error, a negative number is an error. */
typedef int32_t sqs_status;

/** Details of the error of a call without a handle: the optional last argument of such calls. */
typedef struct sqs_error {
    /** In: sizeof(sqs_error). A smaller struct is left unchanged. */
    uint32_t struct_size;
    /** Out: the status that the call returned. */
    sqs_status status;
    /** Out: errno of the operating system where it refused an operation, else 0. */
    int32_t os_errno;
    /** Out: one sentence of English, zero-terminated. */
    char text[160];
} sqs_error;

/**
 * Returns a status as one line of English.
 *
 * May be called from callbacks.
 *
 * @param[in] status  any number
 * @return static text, never NULL; "unknown status" for an unknown number
 */
const char *sqs_status_text(sqs_status status);

/** @name Element types
 *  @{ */
#define SQS_I8   1 /**< Signed 8-bit integer. */
#define SQS_U8   2 /**< Unsigned 8-bit integer. */
#define SQS_I16  3 /**< Signed 16-bit integer. */
#define SQS_U16  4 /**< Unsigned 16-bit integer. */
#define SQS_I32  5 /**< Signed 32-bit integer. */
#define SQS_U32  6 /**< Unsigned 32-bit integer. */
#define SQS_I64  7 /**< Signed 64-bit integer. */
#define SQS_F32  8 /**< IEEE 754 single precision. */
#define SQS_F64  9 /**< IEEE 754 double precision. */
#define SQS_C32 10 /**< Complex number: two IEEE 754 single-precision floats, real part first. */
/** @} */

/** @name Byte order of samples in files
 *  @{ */
#define SQS_LITTLE_ENDIAN 0 /**< Low byte first. */
#define SQS_BIG_ENDIAN    1 /**< High byte first. */
/** @} */

/** @name Limits and special values
 *  @{ */
#define SQS_ALL          UINT64_MAX /**< Count: all to the end. */
#define SQS_OFF          UINT64_MAX /**< Config: switches a feature off where zero selects its default. */
#define SQS_NAME_LEN             31 /**< Maximum length of the name of a stage or input, in bytes without the
                                          terminating zero. */
#define SQS_MAX_FAN_IN           16 /**< Maximum number of edges of one stage. */
#define SQS_MAX_INPUTS            8 /**< Maximum number of inputs of a pipeline. */
#define SQS_MAX_REQUESTS         16 /**< Maximum number of requests of a plan. */
/** @} */

/** @} */


/* ================================================================================================================== */
/**
 * @defgroup pipeline 3. Pipeline, the simple way
 *
 * Set window and hop in a config, create the pipeline, register stages, push samples, evaluate rows. Memory comes from
 * the host's heap: the control area when the pipeline is created, the work area at the first push or evaluation, which
 * seals the pipeline. Chapter 4 describes how to give the memory and to know its size beforehand.
 *
 * A pushed input keeps samples in a buffer of input_capacity samples. Without opened outputs they stay until an
 * evaluation has passed them; a full buffer accepts no samples (#SQS_AGAIN) until rows are evaluated or the pipeline
 * is reset. To evaluate a whole recording at once, set input_capacity to its length.
 *
 * A row is computed only when it is final: when all samples it depends on are available, or the input has ended.
 *
 * @{
 */

/** @name Severity of an event
 *  @{ */
#define SQS_SEVERITY_INFO    0 /**< Normal operation. */
#define SQS_SEVERITY_WARNING 1 /**< Something is wrong, and rows are right. */
#define SQS_SEVERITY_ERROR   2 /**< A call failed. */
#define SQS_SEVERITY_FATAL   3 /**< The handle is poisoned: it needs a reset. */
/** @} */

/** @name Kinds of events
 *  @{ */
#define SQS_EVENT_ERROR      1 /**< A call failed. status is what it returned, text its detail. Fatal where the
                                     handle is poisoned. */
#define SQS_EVENT_DAMAGE     2 /**< Stored data failed its check, count items in this call, which are dropped or
                                     recomputed. A warning. */
#define SQS_EVENT_INPUT_FULL 3 /**< An input buffer was full: not all samples of a push were copied. Information;
                                     text is the detail. */
#define SQS_EVENT_GAP        4 /**< Missing samples were appended, count of them: see sqs_push_gap(). Information. */
/** @} */

/** An event of a pipeline. */
typedef struct sqs_event {
    /** sizeof(sqs_event) of the library. */
    uint32_t struct_size;
    /** SQS_SEVERITY_... */
    uint32_t severity;
    /** SQS_EVENT_... */
    uint32_t kind;
    /** The status that the call returns. */
    int32_t status;
    /** Number of the stage that the event is about; UINT32_MAX if it is about none. */
    uint32_t stage;
    /** 0. */
    uint32_t reserved;
    /** The row that the event is about; UINT64_MAX if none is known. */
    uint64_t row;
    /** Number of items; 1 where nothing is counted. */
    uint64_t count;
    /** One sentence of English, zero-terminated, valid during the call. */
    const char *text;
} sqs_event;

/** Receives an event of a pipeline. Returns quickly: the call that caused the event waits. */
typedef void (*sqs_event_fn)(void *ctx, const sqs_event *event);

/** @name Order of work of a pipeline
 *  @{ */
#define SQS_MODE_AUTO    0 /**< The planner chooses, per plan, the faster order within the budget. The rows are the
                                 same bits in either order. */
#define SQS_MODE_CLASSIC 1 /**< Classic order: all rows of one stage, then all rows of the next, as array libraries
                                 do. */
#define SQS_MODE_SQRT    2 /**< Sqrt order: blocks of consecutive windows run through all stages in small buffers. */
#define SQS_STREAM_ONLY  1 /**< Flag of sqs_config: the pipeline only streams. Only the opened outputs are planned,
                                 at least one. Nothing is reserved for evaluations: requests and evaluations are
                                 refused with #SQS_ERR_NOT_PLANNED, and the row cache is off. Without the flag, a
                                 plan without requests reserves memory to evaluate every stage without consumers, in
                                 addition to the stream. */
/** @} */

/** Returns nanoseconds since any fixed time. Must not go back; need not be exact. */
typedef uint64_t (*sqs_clock_fn)(void *ctx);

/** Configuration of a pipeline. Set up by sqs_config_init(); zero means the default. */
typedef struct sqs_config {
    /** sizeof(sqs_config). */
    uint32_t struct_size;
    /** 0 or #SQS_STREAM_ONLY. */
    uint32_t flags;
    /** Samples of a window, at least 1. Required. */
    uint64_t window;
    /**
     * Samples from the start of a window to the start of the next, at least 1: below window, windows overlap; above,
     * samples between them are skipped. Required.
     */
    uint64_t hop;
    /** Element type of the samples, #SQS_I8 to #SQS_C32. Default: #SQS_F32. */
    uint32_t dtype;
    /** Interleaved elements of a sample. Default: 1. */
    uint32_t channels;
    /** #SQS_MODE_AUTO (default), #SQS_MODE_CLASSIC or #SQS_MODE_SQRT. */
    uint32_t mode;
    /**
     * Checkpoints kept of each stage with state: an even number up to 65536. Default: 32. After t windows they are at
     * most 2 * t / checkpoint_slots windows apart (or checkpoint_every, if that is more).
     */
    uint32_t checkpoint_slots;
    /**
     * Windows between checkpoints of stages with state while the stream is short; as it grows, the checkpoint_slots
     * checkpoints move apart. Default: one block. #SQS_OFF: no checkpoints.
     */
    uint64_t checkpoint_every;
    /**
     * Bytes of the row cache; the least recently used rows are dropped first. #SQS_OFF: none. Default: none, except in
     * auto mode with a memory budget and requests for ranges of expensive rows: then what remains of the budget, up to
     * a quarter of cpu_cache_bytes.
     */
    uint64_t row_cache_bytes;
    /** Maximum size of the work area in bytes. Default and #SQS_OFF: no limit. */
    uint64_t memory_budget_bytes;
    /**
     * Processor cache in bytes: a block may use half of it, where that makes it faster. Blocks that carry more than
     * that from one to the next may be larger. Default: 512 KiB.
     */
    uint64_t cpu_cache_bytes;
    /**
     * Samples that the buffer of the pushed input holds. Default: the samples of two blocks, see
     * sqs_plan_info.input_capacity. To evaluate a pushed recording at once, set its length. A block has no more
     * windows than the buffer can supply: a small one makes all buffers small, and needs more steps.
     */
    uint64_t input_capacity;
    /** Maximum number of stages, up to 1024. Default: 16. */
    uint32_t max_stages;
    /** Maximum number of edges of all stages, up to 4096. Default: 32. */
    uint32_t max_edges;
    /** Bytes for lists of parameters of built-in stages, such as filter taps (8 bytes each). Default: 1024. */
    uint32_t param_bytes;
    /** 0. */
    uint32_t reserved;
    /**
     * Directory for the rows of classic requests, or NULL: a classic plan over the budget is refused. The rows go to a
     * file in this directory instead of the work area: without a memory budget always, with one where they exceed it.
     * The file has no name and disappears with the pipeline; sealing reserves and maps all of it
     * (sqs_plan_info.spill_bytes). sqs_pipeline_new() opens the directory and does not keep the text. Linux hosts
     * only.
     */
    const char *spill_dir;
    /**
     * Clock that times calls of stages for sqs_stage_stats() and sqs_step_budget(). Called twice per call of a stage
     * and once per block. Default: NULL, nothing is timed.
     */
    sqs_clock_fn clock;
    /** First argument of clock. Not copied; must outlive the pipeline. */
    void *clock_ctx;
    /**
     * Receives events: errors of calls, damage found, inputs that are full, missing samples. Called at the end of a
     * call, at most twice, and never from within another callback; a call on the same handle returns
     * #SQS_ERR_REENTRANT to it. Default: NULL, none.
     */
    sqs_event_fn event;
    /** First argument of event. Not copied; must outlive the pipeline. */
    void *event_ctx;
    /** Value of the missing samples of "input", if their type is an integer: see sqs_push_gap(). Default: 0. */
    int64_t gap_fill;
    /**
     * Gaps of pushed inputs that are held at a time, of all inputs together, up to 65536; 24 bytes of the control area
     * each. Default: 0, sqs_push_gap() is refused.
     */
    uint32_t max_gaps;
    /** 0. */
    uint32_t reserved2;
    /**
     * Changes of parameters that are held at a time, up to 4096: see sqs_stage_params(). Default: 0, parameters cannot
     * change, which needs no memory.
     */
    uint32_t max_param_changes;
    /** Bytes for the lists of parameters of one change. Default: param_bytes. */
    uint32_t param_change_bytes;
} sqs_config;

/**
 * Fills a config with zeros, which mean the defaults, and sets its struct_size.
 *
 * Then set window and hop, and whatever differs from the defaults. May be called from callbacks.
 *
 * @param[out] config       the config
 * @param[in]  struct_size  sizeof(sqs_config), as the caller's compiler sees it
 * @retval SQS_OK
 * @retval SQS_ERR_ARGUMENT     config is NULL or misaligned
 * @retval SQS_ERR_STRUCT_SIZE  struct_size is smaller than version 1 of the struct, or above 64 KiB
 * @see sqs_config_host_defaults()
 */
sqs_status sqs_config_init(sqs_config *config, size_t struct_size);

/** A pipeline. Opaque; deleted with sqs_pipeline_delete(). */
typedef struct sqs_pipeline sqs_pipeline;

/* Chapter 4. */
typedef struct sqs_memory sqs_memory;

/**
 * Creates a pipeline with one input, named "input", and no stages.
 *
 * Allocates the control area, unless memory gives it.
 *
 * @param[in]  config    configuration; copied
 * @param[in]  memory    source of the memory, copied; NULL: the host's heap
 * @param[out] pipeline  the handle, to be deleted with sqs_pipeline_delete()
 * @param[out] error     details of an error; may be NULL
 * @retval SQS_OK
 * @retval SQS_ERR_ARGUMENT     a required pointer is NULL, or a value of config or memory is out of range
 * @retval SQS_ERR_MEMORY       the control area is too small (the detail gives both sizes), or the allocator returned
 *                              none
 * @retval SQS_ERR_ALIGN        the control area is not aligned to 8 bytes, or a pointer is misaligned
 * @retval SQS_ERR_OVERLAP      the control area overlaps an argument
 * @retval SQS_ERR_OVERFLOW     window, hop and channels do not fit the address space
 * @retval SQS_ERR_IO           spill_dir cannot be opened
 * @retval SQS_ERR_STRUCT_SIZE  struct_size of config or memory is not valid
 * @retval SQS_ERR_UNSUPPORTED  fields are set that this version does not know, or this build has no heap or no
 *                              spill_dir
 * @see sqs_pipeline_control_bytes()
 */
sqs_status sqs_pipeline_new(const sqs_config *config, const sqs_memory *memory, sqs_pipeline **pipeline,
                            sqs_error *error);

/**
 * Creates a pipeline without a planner: sqs_pipeline_seal_planned() seals it.
 *
 * As sqs_pipeline_new(). A program that creates its pipelines with this function alone does not contain the planner.
 * What needs a plan is refused before seal with #SQS_ERR_STATE: sqs_plan(), sqs_pipeline_seal(), and the calls that
 * would seal, such as sqs_push(). An evaluation of rows that are not planned is refused with #SQS_ERR_NOT_PLANNED.
 *
 * @param[in]  config    as for sqs_pipeline_new()
 * @param[in]  memory    as for sqs_pipeline_new()
 * @param[out] pipeline  the handle, to be deleted with sqs_pipeline_delete()
 * @param[out] error     details of an error; may be NULL
 * @retval SQS_OK
 * @return the statuses of sqs_pipeline_new()
 * @see sqs_plan_export()
 */
sqs_status sqs_pipeline_new_planned(const sqs_config *config, const sqs_memory *memory, sqs_pipeline **pipeline,
                                    sqs_error *error);

/**
 * Returns a pipeline to row 0 of new input; the only way to use a poisoned handle again.
 *
 * Discards samples, queued rows, cached rows, checkpoints and a running evaluation; keeps graph, plan and memory.
 * Sources stay, at their present length. Does not allocate.
 *
 * @param[in] pipeline  handle
 * @retval SQS_OK
 * @retval SQS_ERR_ARGUMENT   the handle is not valid
 * @retval SQS_ERR_REENTRANT  called from a callback of this handle
 * @retval SQS_ERR_POISONED   the tables of the graph, or the addresses in the handle, are damaged: delete the handle
 */
sqs_status sqs_pipeline_reset(sqs_pipeline *pipeline);

/**
 * Deletes a pipeline and releases its memory.
 *
 * The handle must not be used afterwards. From a callback of the same handle this does nothing. Of a handle whose
 * addresses are damaged nothing is released: they are not followed.
 *
 * @param[in] pipeline  handle; NULL is allowed
 */
void sqs_pipeline_delete(sqs_pipeline *pipeline);

/**
 * Copies the detail of the last error of a handle: one sentence of English, zero-terminated.
 *
 * The text is empty before the first error. It is cut if it does not fit. Valid on poisoned handles.
 *
 * @param[in]  pipeline        handle
 * @param[out] buffer          the text; NULL with a capacity of 0
 * @param[in]  capacity_bytes  size of buffer in bytes
 * @param[out] needed_bytes    size of the whole text with its zero, in bytes; may be NULL
 * @retval SQS_OK
 * @retval SQS_ERR_SPACE      the text was cut
 * @retval SQS_ERR_ARGUMENT   the handle is not valid, or buffer is NULL with a capacity above 0
 * @retval SQS_ERR_REENTRANT  called from a callback of this handle
 */
sqs_status sqs_pipeline_error_detail(const sqs_pipeline *pipeline, char *buffer, size_t capacity_bytes,
                                     size_t *needed_bytes);

/**
 * Copies samples into the buffer of a pushed input: the number that fits.
 *
 * Runs no stage. If the pipeline is not sealed, the first push seals it for an empty list of requests; that push is
 * the only one that allocates.
 *
 * @param[in]  pipeline  handle
 * @param[in]  input     number of the input; 0 is "input"
 * @param[in]  samples   samples, interleaved by channel; any alignment; may be NULL if count is 0
 * @param[in]  count     number of samples, of channels elements each
 * @param[out] accepted  number of samples copied; always written
 * @retval SQS_OK             all were copied
 * @retval SQS_AGAIN          the buffer is full: push the rest after sqs_step() and sqs_pull(), or after an evaluation
 * @retval SQS_ERR_STATE      the input has a source, or has ended
 * @retval SQS_ERR_ARGUMENT   the handle is not valid, a pointer is NULL, or the input does not exist
 * @retval SQS_ERR_ALIGN      accepted is misaligned
 * @retval SQS_ERR_OVERLAP    samples, accepted and memory of the pipeline overlap
 * @retval SQS_ERR_OVERFLOW   the samples do not fit the address space, or the stream exceeds 2^64 samples
 * @retval SQS_ERR_REENTRANT  called from a callback of this handle
 * @retval SQS_ERR_POISONED   the handle is poisoned
 * @return the statuses of sqs_pipeline_seal() where this call seals
 * @see sqs_push_end(), sqs_source_set()
 */
sqs_status sqs_push(sqs_pipeline *pipeline, uint32_t input, const void *samples, size_t count, size_t *accepted);

/**
 * Ends a pushed input: rows that wait for more samples can be finished.
 *
 * A second call changes nothing.
 *
 * @param[in] pipeline  handle
 * @param[in] input     number of the input
 * @retval SQS_OK
 * @retval SQS_ERR_STATE      the input has a source
 * @retval SQS_ERR_ARGUMENT   the handle is not valid, or the input does not exist
 * @retval SQS_ERR_REENTRANT  called from a callback of this handle
 * @retval SQS_ERR_POISONED   the handle is poisoned
 * @return the statuses of sqs_pipeline_seal() where this call seals
 */
sqs_status sqs_push_end(sqs_pipeline *pipeline, uint32_t input);

/**
 * Appends missing samples to a pushed input: the number that fits.
 *
 * They keep their positions: row t still belongs to window t. Stages see NaN in their place, of integer types
 * sqs_config.gap_fill or sqs_input_desc.gap_fill. A gap that continues the last one is one gap. Gaps are released when
 * a new one needs room, once nothing needs their samples and no row in a queue depends on them. Runs no stage; seals
 * as sqs_push() does.
 *
 * @param[in]  pipeline  handle
 * @param[in]  input     number of the input
 * @param[in]  count     number of missing samples
 * @param[out] accepted  number of samples appended; always written
 * @retval SQS_OK             all were appended
 * @retval SQS_AGAIN          the buffer is full: append the rest after sqs_step() and sqs_pull(), or after an evaluation
 * @retval SQS_ERR_LIMIT      all sqs_config.max_gaps gaps are in use; nothing was appended
 * @retval SQS_ERR_STATE      the input has a source, or has ended
 * @retval SQS_ERR_ARGUMENT   the handle is not valid, a pointer is NULL, or the input does not exist
 * @retval SQS_ERR_ALIGN      accepted is misaligned
 * @retval SQS_ERR_OVERLAP    accepted lies in memory of the pipeline
 * @retval SQS_ERR_OVERFLOW   the stream exceeds 2^64 samples
 * @retval SQS_ERR_REENTRANT  called from a callback of this handle
 * @retval SQS_ERR_POISONED   the handle is poisoned
 * @return the statuses of sqs_pipeline_seal() where this call seals
 * @see sqs_rows_missing(), sqs_pull_counted(), sqs_source
 */
sqs_status sqs_push_gap(sqs_pipeline *pipeline, uint32_t input, uint64_t count, uint64_t *accepted);

/**
 * Returns the number of missing samples of rows first to first + count - 1 of a stage.
 *
 * Counts, per input, the samples of all windows from the first to the last one that a row depends on through lookback,
 * lookahead and stride. The state of a scan is not followed: it depends on all samples before. The rows need not be
 * computed. Runs no stage, may call sqs_source.gap, does not allocate.
 *
 * @param[in]  pipeline  handle
 * @param[in]  stage     number of the stage
 * @param[in]  first     first row
 * @param[in]  count     number of rows
 * @param[out] missing   a number for each row
 * @retval SQS_OK
 * @retval SQS_ERR_RANGE      rows that are not available yet
 * @retval SQS_ERR_EVICTED    gaps that a row depends on are no longer held
 * @retval SQS_ERR_CALLBACK   sqs_source.gap failed, or returned a gap that is empty or not after its argument
 * @retval SQS_ERR_STATE      the pipeline is not sealed
 * @retval SQS_ERR_ARGUMENT   the handle is not valid, missing is NULL with a count above 0, or the stage does not exist
 * @retval SQS_ERR_ALIGN      missing is misaligned
 * @retval SQS_ERR_OVERLAP    missing lies in memory of the pipeline
 * @retval SQS_ERR_OVERFLOW   the numbers do not fit the address space
 * @retval SQS_ERR_REENTRANT  called from a callback of this handle
 * @retval SQS_ERR_POISONED   the handle is poisoned
 * @see sqs_pull_counted()
 */
sqs_status sqs_rows_missing(sqs_pipeline *pipeline, uint32_t stage, uint64_t first, size_t count, uint64_t *missing);

/**
 * Copies queued rows of an opened output as sqs_pull() does, and the number of missing samples of each.
 *
 * @param[in]  pipeline       handle
 * @param[in]  stage          number of the stage
 * @param[out] rows           the rows, one after another without gaps
 * @param[out] missing        a number for each row, room for capacity_rows: see sqs_rows_missing()
 * @param[in]  capacity_rows  rows that fit
 * @param[out] written_rows   number of rows written; always written
 * @retval SQS_OK            at least one row
 * @retval SQS_ERR_CALLBACK  sqs_source.gap failed; no row was taken
 * @return the statuses of sqs_pull()
 */
sqs_status sqs_pull_counted(sqs_pipeline *pipeline, uint32_t stage, void *rows, uint64_t *missing, size_t capacity_rows,
                            size_t *written_rows);

/**
 * Evaluates rows first to first + count - 1 of a stage into a buffer, in forward order.
 *
 * Does not affect the stream or the rows that will be pulled. If the pipeline is not sealed, the first evaluation
 * seals it for this request; it is the only one that allocates. After the evaluation, samples before its rows may
 * leave the buffer of a pushed input, unless outputs are open.
 *
 * @param[in]  pipeline        handle
 * @param[in]  stage           number of the stage
 * @param[in]  first           first row
 * @param[in]  count           number of rows; #SQS_ALL: all that are available from first
 * @param[out] rows            the rows, one after another without gaps
 * @param[in]  capacity_bytes  size of rows in bytes
 * @param[out] written_rows    number of rows written; always written, after an error the rows before it
 * @retval SQS_OK
 * @retval SQS_ERR_RANGE        rows that are not available yet, because samples are missing (the detail gives the
 *                              number available); or rows after a reverse scan while the end of the input is not known
 * @retval SQS_ERR_SPACE        the buffer is too short; the detail gives the size needed
 * @retval SQS_ERR_EVICTED      samples that are needed have left the input buffer; the detail gives its first sample
 * @retval SQS_ERR_NOT_PLANNED  the pipeline is sealed for other requests; the detail gives the bytes needed; or
 *                              #SQS_STREAM_ONLY
 * @retval SQS_ERR_CALLBACK     a stage or source failed
 * @retval SQS_ERR_CORRUPT      samples that are needed are damaged and cannot be read again
 * @retval SQS_ERR_STATE        an evaluation is running
 * @retval SQS_ERR_ARGUMENT     the handle is not valid, a pointer is NULL, or the stage does not exist
 * @retval SQS_ERR_ALIGN        written_rows is misaligned
 * @retval SQS_ERR_OVERLAP      rows, written_rows and memory of the pipeline overlap
 * @retval SQS_ERR_OVERFLOW     the rows do not fit the address space
 * @retval SQS_ERR_REENTRANT    called from a callback of this handle
 * @retval SQS_ERR_POISONED     the handle is poisoned
 * @return the statuses of sqs_pipeline_seal() where this call seals
 * @see sqs_evaluate_to(), sqs_evaluate_begin()
 */
sqs_status sqs_evaluate(sqs_pipeline *pipeline, uint32_t stage, uint64_t first, uint64_t count, void *rows,
                        size_t capacity_bytes, uint64_t *written_rows);

/** @} */


/* ================================================================================================================== */
/**
 * @defgroup memory 4. Memory and planning
 *
 * A pipeline uses two areas.
 *
 * - The control area holds the tables. Its size depends on max_stages, max_edges, param_bytes, max_gaps,
 *   max_param_changes and param_change_bytes of the config alone.
 * - The work area holds samples, rows, scratch memory, queues and caches. sqs_plan() returns its exact size, before
 *   anything runs, for the requests that you will make.
 *
 * Both come from you, from an allocator of yours, or (on hosts) from the heap. sqs_pipeline_seal() fixes the work area
 * and zeroes it; after that nothing allocates. The library never writes outside of the two areas and your output
 * buffers.
 *
 * @code{.c}
 * static uint64_t control[SQS_CONTROL_BYTES(4, 4) / 8];
 * sqs_memory memory = { 0 };
 * memory.struct_size = sizeof memory; memory.control = control; memory.control_bytes = sizeof control;
 * sqs_pipeline_new(&config, &memory, &p, NULL);
 * // ... register stages ...
 * sqs_request request = { 0 };
 * request.struct_size = sizeof request; request.stage = id; request.count = SQS_ALL;
 * sqs_plan_info plan = { 0 };
 * plan.struct_size = sizeof plan;
 * sqs_plan(p, &request, 1, &plan);
 * sqs_pipeline_seal(p, &request, 1, work, sizeof work); // at least plan.work_bytes, aligned to plan.work_align
 * @endcode
 *
 * A plan depends on config and graph alone, not on the machine. In auto mode the planner selects the order with the
 * smaller estimated time within the budget; set cost_ns_per_row of your stages to improve the estimate.
 * sqs_plan_explain() lists what was considered. A classic plan over the budget is refused, unless spill_dir names a
 * directory for its rows.
 *
 * A plan can be made on the ground. sqs_plan_export() writes it as bytes, which are the same on every machine.
 * sqs_pipeline_seal_planned() checks them and seals with them: flight runs the plan that was tested. A program that
 * creates its pipelines with sqs_pipeline_new_planned() does not contain the planner.
 *
 * @code{.c}
 * // On the ground, with the same config, stages and outputs:
 * sqs_plan_export(p, &request, 1, plan, sizeof plan, &plan_bytes);
 * // In flight: plan is a constant array of the program.
 * sqs_pipeline_new_planned(&config, &memory, &p, NULL);
 * // ... register the same stages, open the same outputs ...
 * sqs_pipeline_seal_planned(p, plan, sizeof plan, work, sizeof work);
 * @endcode
 *
 * @{
 */

/** Allocates memory: bytes bytes, aligned to align, a power of two. Returns NULL if none is left. */
typedef void *(*sqs_alloc_fn)(void *ctx, size_t bytes, size_t align);

/** Frees memory that an sqs_alloc_fn returned for the same number of bytes. */
typedef void (*sqs_free_fn)(void *ctx, void *memory, size_t bytes);

/** Memory of a pipeline: either control and control_bytes, or alloc and free. Zero the rest. */
struct sqs_memory {
    /** sizeof(sqs_memory). */
    uint32_t struct_size;
    /** 0. */
    uint32_t flags;
    /**
     * The control area, aligned to 8 bytes; the pipeline's until delete. The work area is given to
     * sqs_pipeline_seal(). NULL: alloc and free serve both areas.
     */
    void *control;
    /** Size of the control area: at least what sqs_pipeline_control_bytes() returns. */
    size_t control_bytes;
    /** Allocates an area. Called by sqs_pipeline_new() and by the call that seals, never later. */
    sqs_alloc_fn alloc;
    /** Frees an area. Called by sqs_pipeline_delete(), and by new and seal when they fail. */
    sqs_free_fn free;
    /** First argument of alloc and free. */
    void *ctx;
};

/**
 * An upper limit of sqs_pipeline_control_bytes(), for static arrays. Valid for param_bytes up to 1024 (the default) and max_param_changes of 0.
 * Later versions may need more: check with sqs_pipeline_control_bytes() at start.
 */
#define SQS_CONTROL_BYTES(stages, edges) \
    (12288u + 2560u * (size_t)(stages) + 64u * (size_t)(edges))

/**
 * Computes size and alignment of the control area.
 *
 * They depend on max_stages, max_edges, param_bytes, max_gaps, max_param_changes and param_change_bytes of the config
 * alone. For static arrays use #SQS_CONTROL_BYTES, plus 24 bytes for each of max_gaps, with max_param_changes of 0.
 * May be called from callbacks.
 *
 * @param[in]  config  configuration
 * @param[out] bytes   size in bytes
 * @param[out] align   alignment in bytes
 * @retval SQS_OK
 * @retval SQS_ERR_ARGUMENT     a pointer is NULL, or a value of config is out of range
 * @retval SQS_ERR_ALIGN        a pointer is misaligned
 * @retval SQS_ERR_OVERFLOW     the size does not fit the address space
 * @retval SQS_ERR_STRUCT_SIZE  config->struct_size is not valid
 * @retval SQS_ERR_UNSUPPORTED  fields are set that this version does not know
 * @see sqs_memory
 */
sqs_status sqs_pipeline_control_bytes(const sqs_config *config, size_t *bytes, size_t *align);

/** @name Order of rows
 *  @{ */
#define SQS_ORDER_FORWARD 0 /**< From the first row to the last. */
#define SQS_ORDER_REVERSE 1 /**< From the last row to the first: a sink receives the last block first, and rows
                                  within a block in descending order. */
/** @} */

/** Rows of one stage. Zero the struct first. */
typedef struct sqs_request {
    /** sizeof(sqs_request). */
    uint32_t struct_size;
    /** Number of the stage. */
    uint32_t stage;
    /** First row. A plan depends on it only in classic mode with stages that have state. */
    uint64_t first;
    /** Number of rows; in a plan, the maximum number of rows of one evaluation. #SQS_ALL: all rows from first. */
    uint64_t count;
    /** #SQS_ORDER_FORWARD or #SQS_ORDER_REVERSE. */
    uint32_t order;
    /** 0. */
    uint32_t flags;
} sqs_request;

/** A plan in figures. The parts of work_bytes add up to it, with the padding between them. */
typedef struct sqs_plan_info {
    /** In: sizeof(sqs_plan_info). */
    uint32_t struct_size;
    /** Order of work of the requests: #SQS_MODE_CLASSIC if all of them run in it, else #SQS_MODE_SQRT. */
    uint32_t mode;
    /** Bytes of the work area: exactly the size needed. */
    uint64_t work_bytes;
    /** Alignment of the work area in bytes. */
    uint64_t work_align;
    /** Part of work_bytes: constant tables of stages. */
    uint64_t table_bytes;
    /** Part of work_bytes: buffers of pushed inputs. */
    uint64_t input_buffer_bytes;
    /** Part of work_bytes: buffers of the stream (opened outputs). */
    uint64_t stream_bytes;
    /** Part of work_bytes: buffers of an evaluation, of the largest planned request. */
    uint64_t evaluation_bytes;
    /** Part of work_bytes: queues of opened outputs. */
    uint64_t output_bytes;
    /** Part of work_bytes: the row cache. */
    uint64_t row_cache_bytes;
    /**
     * Part of work_bytes: checkpoints of stages with state. For a request in reverse order or after a reverse scan
     * also snapshots, headers, states kept at tiles, and the rows of a tile; these are counted in evaluation_bytes,
     * too.
     */
    uint64_t checkpoint_bytes;
    /** Bytes of the control area. */
    uint64_t control_bytes;
    /** Maximum number of bytes that stages hold on the host's heap (plans of transforms). */
    uint64_t host_heap_bytes;
    /** Smallest memory_budget_bytes that works. */
    uint64_t min_budget_bytes;
    /** Windows of a block; in classic mode, the rows of the range. */
    uint64_t block_windows;
    /** Rows that the row cache holds. */
    uint64_t row_cache_rows;
    /** Samples that the buffer of the first input holds; 0 if it has a source. */
    uint64_t input_capacity;
    /** Windows between checkpoints; 0 without stages that have state. */
    uint64_t checkpoint_every;
    /**
     * Maximum work of stages relative to computing each row once; above 1 in reverse order and after reverse scans.
     * Checkpoints reduce the actual work; the factor does not include them.
     */
    double recompute_factor;
    /** Checkpoints of each stage with state. */
    uint64_t checkpoint_slots;
    /** Reverse order or after a reverse scan: snapshots held at a time. */
    uint64_t sweep_slots;
    /** Reverse order or after a reverse scan: rows of a tile, computed and held together. */
    uint64_t sweep_tile_rows;
    /**
     * Rows computed in addition to one pass of every stage with state, counted once per change of direction. Like
     * recompute_factor, without checkpoints.
     */
    uint64_t sweep_extra_rows;
    /** Tiles at which states of reverse scans, and of the scans after them, are kept; 0 if none need to be. */
    uint64_t sweep_tiles;
    /** Passes over the rows in alternating directions, after the first forward pass. */
    uint64_t sweep_passes;
    /** Bytes of the spill file, in addition to work_bytes; 0: none. */
    uint64_t spill_bytes;
    /**
     * Estimated maximum of the work of a step that cannot be divided, in nanoseconds: one row of every stage, at their
     * declared or estimated costs.
     */
    uint64_t window_ns;
} sqs_plan_info;

/**
 * Computes the bytes and the order of work for a list of requests, and changes nothing.
 *
 * The result depends on config, graph, opened outputs and which inputs have sources; in auto mode, and in classic mode
 * with #SQS_ALL, also on the length of the source or the capacity of the input buffer. It does not depend on the
 * machine: a plan made on the ground is the plan in flight. After seal, the result is that of sealing now for this
 * list. Does not allocate.
 *
 * The time grows with the numbers of stages, edges and requests, not with the rows. It is bounded: each request is laid
 * out at most 128 times, and a layout compares each stage and buffer with a bounded number of others
 * (docs/design/engine.md). Where that ends the search for a better order, the plan is valid and may need more bytes.
 *
 * @param[in]  pipeline       handle
 * @param[in]  requests       the rows that will be evaluated; may be NULL if request_count is 0
 * @param[in]  request_count  number of requests, up to #SQS_MAX_REQUESTS; 0: every stage without consumers, forward,
 *                            any range; with #SQS_STREAM_ONLY none
 * @param[out] info           the plan; struct_size set by the caller
 * @retval SQS_OK
 * @retval SQS_ERR_BUDGET       memory_budget_bytes is too small; the detail gives the minimum
 * @retval SQS_ERR_ARGUMENT     the handle is not valid, a pointer is NULL, a stage or order does not exist, an input
 *                              buffer is too small for the graph or for a request in reverse order, classic mode
 *                              without a limit on the rows or with opened outputs, or rows in forward order after a
 *                              reverse scan over an input of unknown length
 * @retval SQS_ERR_GRAPH        an output is opened after a reverse scan
 * @retval SQS_ERR_NOT_PLANNED  requests for a pipeline with #SQS_STREAM_ONLY
 * @retval SQS_ERR_STATE        #SQS_STREAM_ONLY without an opened output
 * @retval SQS_ERR_LIMIT        request_count is above #SQS_MAX_REQUESTS
 * @retval SQS_ERR_OVERFLOW     the plan does not fit the address space
 * @retval SQS_ERR_ALIGN        a pointer is misaligned
 * @retval SQS_ERR_STRUCT_SIZE  a struct_size is not valid
 * @retval SQS_ERR_UNSUPPORTED  fields are set that this version does not know
 * @retval SQS_ERR_REENTRANT    called from a callback of this handle
 * @retval SQS_ERR_POISONED     the handle is poisoned
 * @see sqs_plan_explain(), sqs_pipeline_seal()
 */
sqs_status sqs_plan(sqs_pipeline *pipeline, const sqs_request *requests, uint32_t request_count, sqs_plan_info *info);

/**
 * Writes a plan as bytes, for sqs_pipeline_seal_planned().
 *
 * The bytes are the same on every machine, and are read on every machine: docs/formats/plan.md describes them. They
 * are for this config and graph, with its opened outputs and the lengths of its sources. Call it before seal, on a
 * pipeline in memory of the caller (sqs_memory.control) if the target has no heap: stages then have the sizes that they
 * have there. Changes nothing, does not allocate.
 *
 * @param[in]  pipeline        handle
 * @param[in]  requests        as for sqs_plan()
 * @param[in]  request_count   number of requests
 * @param[out] buffer          the plan; NULL with a capacity of 0
 * @param[in]  capacity_bytes  size of buffer in bytes
 * @param[out] needed_bytes    size of the plan in bytes; always written
 * @retval SQS_OK
 * @retval SQS_ERR_SPACE    the plan does not fit; what is in buffer is not a plan
 * @retval SQS_ERR_OVERLAP  requests, buffer, needed_bytes and memory of the pipeline overlap
 * @return the statuses of sqs_plan()
 */
sqs_status sqs_plan_export(sqs_pipeline *pipeline, const sqs_request *requests, uint32_t request_count, void *buffer,
                           size_t capacity_bytes, size_t *needed_bytes);

/**
 * Explains a plan in English: what sqs_plan() considers for the same arguments, and why it decides as it does.
 *
 * For every request the text lists the orders and blocks that were tried, with their bytes and the estimated time of
 * each in microseconds and by cause, the chosen one marked; then checkpoints, row cache and work area. Only the ratios
 * of the times are meaningful. The same config and graph give the same text; it may change between versions. Changes
 * nothing, does not allocate.
 *
 * @param[in]  pipeline        handle
 * @param[in]  requests        as for sqs_plan()
 * @param[in]  request_count   number of requests
 * @param[out] buffer          the text, zero-terminated, cut if it does not fit; NULL with a capacity of 0
 * @param[in]  capacity_bytes  size of buffer in bytes
 * @param[out] needed_bytes    size of the whole text with its zero, in bytes; may be NULL
 * @retval SQS_OK
 * @retval SQS_ERR_SPACE    the text was cut
 * @retval SQS_ERR_OVERLAP  requests, buffer, needed_bytes and memory of the pipeline overlap
 * @return the statuses of sqs_plan(), #SQS_ERR_BUDGET included
 */
sqs_status sqs_plan_explain(sqs_pipeline *pipeline, const sqs_request *requests, uint32_t request_count, char *buffer,
                            size_t capacity_bytes, size_t *needed_bytes);

/**
 * Fixes graph and memory for a list of requests. Nothing allocates after this call.
 *
 * sqs_plan() with the same list returns the bytes of the work area. Sealing zeroes the area and fills the constant
 * tables of stages. A pipeline that is not sealed explicitly is sealed by the first push or evaluation.
 *
 * @param[in] pipeline       handle
 * @param[in] requests       as for sqs_plan()
 * @param[in] request_count  number of requests
 * @param[in] work           the work area, the pipeline's until delete; NULL: from the source of the pipeline's memory
 *                           (not if the control area is the caller's)
 * @param[in] work_bytes     size of work in bytes
 * @retval SQS_OK
 * @retval SQS_ERR_STATE     the pipeline is sealed already: seal it once
 * @retval SQS_ERR_MEMORY    work is too small (the detail gives both sizes) or missing, or the allocator returned none
 * @retval SQS_ERR_ALIGN     work is misaligned
 * @retval SQS_ERR_OVERLAP   work, or what the allocator returned, overlaps the control area or requests
 * @retval SQS_ERR_IO        the spill file cannot be created, or its file system is full
 * @retval SQS_ERR_CALLBACK  a stage could not be prepared
 * @return the statuses of sqs_plan()
 */
sqs_status sqs_pipeline_seal(sqs_pipeline *pipeline, const sqs_request *requests, uint32_t request_count, void *work,
                             size_t work_bytes);

/**
 * Fixes graph and memory with a plan that sqs_plan_export() has made.
 *
 * As sqs_pipeline_seal(), without a planner: the pipeline has the blocks, places and orders of the plan. The plan must
 * have been exported from the same config and graph, with the same opened outputs and lengths of sources, on any
 * machine. All of it is checked before anything changes. Sizes of stages that differ are refused. Nothing allocates
 * after this call.
 *
 * @param[in] pipeline    handle
 * @param[in] plan        bytes of the plan; not copied, must outlive the pipeline unchanged: they are checked again when
 *                        an evaluation begins, and after damage
 * @param[in] plan_bytes  size of plan in bytes
 * @param[in] work        as for sqs_pipeline_seal()
 * @param[in] work_bytes  size of work in bytes
 * @retval SQS_OK
 * @retval SQS_ERR_FORMAT    the bytes are not a plan, or of a version that this library does not read
 * @retval SQS_ERR_CORRUPT   the plan is damaged or not complete
 * @retval SQS_ERR_GRAPH     the plan is for another config or graph, or does not fit the graph
 * @retval SQS_ERR_STATE     the pipeline is sealed already; #SQS_STREAM_ONLY without an opened output
 * @retval SQS_ERR_ARGUMENT  the handle is not valid, plan is NULL, or classic mode with opened outputs
 * @retval SQS_ERR_OVERLAP   work, or what the allocator returned, overlaps the control area or plan
 * @return for work and for the handle, the statuses of sqs_pipeline_seal()
 * @see sqs_pipeline_new_planned()
 */
sqs_status sqs_pipeline_seal_planned(sqs_pipeline *pipeline, const void *plan, size_t plan_bytes, void *work,
                                     size_t work_bytes);

/**
 * Sets memory_budget_bytes and cpu_cache_bytes of a config from this machine, where they are 0.
 *
 * Hosts only. No other function depends on the machine: sqs_plan() reads the config alone.
 * - memory_budget_bytes: half of the smallest memory limit of the process's control group and its ancestors (Linux,
 *   cgroup versions 1 and 2); without a limit below the machine's memory, a quarter of that; if neither is known, 0.
 * - cpu_cache_bytes: the environment variable LLC_BYTES (digits, optionally with K, M or G); else the largest cache
 *   that the system reports; else 32 MiB.
 *
 * Call it before starting threads that change the environment. Allocates on the host's heap and frees it again.
 *
 * @param[in,out] config  set up by sqs_config_init()
 * @retval SQS_OK
 * @retval SQS_ERR_ARGUMENT     config is NULL
 * @retval SQS_ERR_ALIGN        config is misaligned
 * @retval SQS_ERR_STRUCT_SIZE  struct_size is not that of an sqs_config
 * @retval SQS_ERR_UNSUPPORTED  fields are set that this version does not know
 */
sqs_status sqs_config_host_defaults(sqs_config *config);

/** @} */


/* ================================================================================================================== */
/**
 * @defgroup stages 5. Stages of your own
 *
 * A stage is a function that computes rows from rows of its edges. A call computes io->rows consecutive rows, from row
 * io->first, into io->out. Read row i of an edge with #SQS_ROW; i = 0 is the row of the first output row.
 *
 * A row must not depend on how rows are grouped into calls, or on the order of calls: a stage keeps nothing between
 * calls except io->state. Floating-point stages give the same bits in every order only if the compiler rounds alike in
 * every call: build them with -ffp-contract=off.
 *
 * A stage with state_bytes above 0 is a scan: its rows are computed in order, and io->state carries the state from row
 * to row. With #SQS_STAGE_REVERSE the state runs from the last row to the first: state_init sets the state after the
 * last row, a call gets consecutive rows and computes them from the last to the first, and rows and edges are in
 * ascending order in memory, as in every call. Chapter 9 describes scans.
 *
 * Rows as a series
 * ----------------
 *
 * Each input and stage has properties of its rows, which stages check when they are registered, however far from the
 * input:
 *
 * - step: samples from the start of a row to the start of the next. Rows are consecutive if the step is the number of
 *   samples in a row. They overlap if it is less (hop below window), and samples are skipped if it is more.
 * - channels: elements of a sample, interleaved in a row.
 * - bins: whether the elements of a row are bins of a spectrum or a histogram, or samples in time.
 * - unit: whether the elements are samples, magnitudes or powers (SQS_UNIT_...).
 *
 * An input has the step hop, its channels, and samples. A stage of the caller declares its rows in the fields row_step,
 * row_channels and row_unit, and with the flags #SQS_STAGE_KEEPS_SERIES and #SQS_STAGE_BINS. With zeros they are a new
 * series: consecutive rows of one channel. A stage that needs consecutive samples or one channel, such as a filter, has
 * the flags #SQS_STAGE_NEEDS_CONSECUTIVE and #SQS_STAGE_NEEDS_ONE_CHANNEL. On other rows it is refused with
 * #SQS_ERR_GRAPH, and the error detail has the stage, the edge and the remedy.
 *
 * @{
 */

/** @name Rows before the first and after the last row
 *  @{ */
#define SQS_BOUNDARY_ZERO  0 /**< Zeros. */
#define SQS_BOUNDARY_CLAMP 1 /**< Copies of the first or last row. */
/** @} */

/** @name Flags of a stage
 *  @{ */
#define SQS_STAGE_REVERSE            1 /**< A reverse scan: the state runs from the last row to the first.
                                             state_bytes must be at least 1. */
#define SQS_STAGE_KEEPS_SERIES       2 /**< The rows are those of the first edge, computed element by element or
                                             filtered: same step, channels and unit, and bins stay bins. row_step and
                                             row_channels must be 0. */
#define SQS_STAGE_BINS               4 /**< The elements of a row are bins of a spectrum or a histogram, not samples
                                             in time. */
#define SQS_STAGE_NEEDS_CONSECUTIVE  8 /**< The stage needs rows of consecutive samples on all edges. Rows that
                                             overlap or skip samples, and bins, are refused. */
#define SQS_STAGE_NEEDS_ONE_CHANNEL 16 /**< The stage needs rows of one channel on all edges. Rows with interleaved
                                             channels are refused. */
/** @} */

/** @name Units of elements
 *  @{ */
#define SQS_UNIT_OTHER     0 /**< Not known, or none of those below. */
#define SQS_UNIT_SAMPLES   1 /**< Samples, or what is linear in them: the unit of inputs. */
#define SQS_UNIT_MAGNITUDE 2 /**< Amplitudes without a sign, such as the magnitudes of a spectrum. */
#define SQS_UNIT_POWER     3 /**< Squares of amplitudes, and their sums. The kinds energy and rms, which would
                                   square them again, refuse them. */
/** @} */

/** Rows of one edge in a call of a stage. Read them with #SQS_ROW. */
typedef struct sqs_edge_rows {
    /** Row that belongs to the first output row of the call. lookback rows come before it. */
    const void *base;
    /**
     * Bytes from the start of a row to the start of the next; less than a row for an input with overlapping windows.
     */
    size_t row_stride_bytes;
    /** Rows that may be read before base. */
    size_t lookback;
    /** Rows that may be read after the row of the last output row. */
    size_t lookahead;
    /** Elements of a row; of an input, window times channels. */
    size_t len;
    /** Element type. */
    uint32_t dtype;
    /** Rows of this edge per output row: the stride of the stage. */
    uint32_t stride;
} sqs_edge_rows;

/** Input and output of one call of a stage. Valid during the call. */
typedef struct sqs_stage_io {
    /** sizeof(sqs_stage_io) of the library. */
    uint32_t struct_size;
    /** Number of edges. */
    uint32_t edge_count;
    /** Number of the first row to compute. */
    uint64_t first;
    /** Number of rows to compute. */
    size_t rows;
    /** The edges, in the order of registration. */
    const sqs_edge_rows *edges;
    /** Output: rows * len elements, in ascending order of rows, without gaps. */
    void *out;
    /**
     * State of a scan. In: after row first - 1; out: after row first + rows - 1. Reverse scan: in: after row first +
     * rows; out: after row first. NULL without state.
     */
    void *state;
    /** Scratch memory of scratch_bytes, with undefined content; NULL without scratch. */
    void *scratch;
} sqs_stage_io;

/** Computes rows of a stage. Returns 0, or a code of its own, which the error detail shows. */
typedef int32_t (*sqs_stage_run_fn)(void *ctx, const sqs_stage_io *io);

/** Sets the state of a scan before its first row. Returns 0, or a code of its own, which the error detail shows. */
typedef int32_t (*sqs_state_init_fn)(void *ctx, void *state);

/**
 * An edge of a stage: row t of the stage reads rows t * stride - lookback to t * stride + lookahead of another node.
 *
 * Has no struct_size, because edges come in arrays; it never changes.
 */
typedef struct sqs_edge_desc {
    /** Node to read: "input", the name of an additional input, or of a stage registered before. */
    const char *name;
    /** Rows before the stage's own. */
    uint32_t lookback;
    /** Rows after the stage's own. */
    uint32_t lookahead;
    /** Rows outside of the range: #SQS_BOUNDARY_ZERO or #SQS_BOUNDARY_CLAMP. */
    uint32_t boundary;
    /** 0. */
    uint32_t reserved;
} sqs_edge_desc;

/** A stage with a function of the caller. Zero the struct first. */
typedef struct sqs_stage_desc {
    /** sizeof(sqs_stage_desc). */
    uint32_t struct_size;
    /** 0, or #SQS_STAGE_REVERSE and other flags of a stage. */
    uint32_t flags;
    /** Name, 1 to #SQS_NAME_LEN bytes, not used by another stage or input; copied. */
    const char *name;
    /** Computes rows. Required. A row must not depend on how rows are grouped into calls or on the order of calls. */
    sqs_stage_run_fn run;
    /** Sets the state before the first row; of a reverse scan, after the last row. NULL: zeros. */
    sqs_state_init_fn state_init;
    /** First argument of run and state_init, for parameters. Not copied; must outlive the pipeline. */
    void *ctx;
    /** Edges; copied. */
    const sqs_edge_desc *edges;
    /** Number of edges, 1 to #SQS_MAX_FAN_IN. */
    uint32_t edge_count;
    /** Element type of the rows, #SQS_I8 to #SQS_C32. Required. */
    uint32_t dtype;
    /** Elements of a row, at least 1. */
    uint32_t len;
    /**
     * Input rows per output row; 0 means 1. n input rows give ceil(n / stride) rows: the last row exists even if its
     * stride is incomplete.
     */
    uint32_t stride;
    /** Bytes of state; above 0 the stage is a scan. The state is plain data: it is copied, stored and compared. */
    uint32_t state_bytes;
    /** Alignment of the state, a power of two up to 64; 0: 8. */
    uint32_t state_align;
    /** Bytes of scratch memory for a call. */
    uint32_t scratch_bytes;
    /** Alignment of the scratch memory, a power of two up to 64; 0: 8. */
    uint32_t scratch_align;
    /**
     * Number of the caller's that changes whenever the parameters in ctx change. Checkpoints with another revision are
     * refused.
     */
    uint32_t revision;
    /**
     * Size of the words of the state in bytes: 1, 2, 4 or 8; saved states can then be read on machines of either byte
     * order. 0: several sizes, or unknown; saved states are read on machines of the same byte order only.
     */
    uint32_t state_word;
    /**
     * Estimated time of a row in nanoseconds, for the planner. Affects neither rows nor saved states. 0: unknown,
     * estimated from the bytes read and written.
     */
    uint64_t cost_ns_per_row;
    /**
     * Samples from the start of a row to the start of the next: less than a row has where rows overlap, more where
     * samples between them are skipped. 0: as many as a row has (len / row_channels), so that rows are consecutive.
     */
    uint64_t row_step;
    /** Interleaved channels in a row: elements of a sample. 0: 1. */
    uint32_t row_channels;
    /**
     * Unit of the elements, #SQS_UNIT_OTHER to #SQS_UNIT_POWER; with #SQS_STAGE_KEEPS_SERIES, 0 is that of the edge.
     */
    uint32_t row_unit;
} sqs_stage_desc;

/**
 * Registers a stage whose rows a function of the caller computes. Before seal. Does not allocate.
 *
 * @param[in]  pipeline  handle
 * @param[in]  desc      description; copied with all that it points to, except what ctx points to
 * @param[out] id        number of the stage
 * @retval SQS_OK
 * @retval SQS_ERR_ARGUMENT     the handle is not valid, a pointer is NULL, run is NULL, len is 0, an element type or
 *                              boundary does not exist, the number of edges is out of range, an alignment is not a
 *                              power of two up to 64, #SQS_STAGE_REVERSE without state, len is not a multiple of
 *                              row_channels, row_unit does not exist, or #SQS_STAGE_KEEPS_SERIES with a field that it
 *                              excludes
 * @retval SQS_ERR_NAME         the name is already used, empty or too long, or an edge names the stage itself, a later
 *                              stage or nothing
 * @retval SQS_ERR_GRAPH        edges with different numbers of windows per row, an edge without what a flag needs, or
 *                              rows that cannot keep the channels of the first edge
 * @retval SQS_ERR_LIMIT        max_stages or max_edges is reached, or the direction of scans changes too often between
 *                              an input and this stage
 * @retval SQS_ERR_OVERFLOW     a row does not fit the address space
 * @retval SQS_ERR_STATE        the pipeline is sealed
 * @retval SQS_ERR_ALIGN        a pointer is misaligned
 * @retval SQS_ERR_STRUCT_SIZE  desc->struct_size is not valid
 * @retval SQS_ERR_UNSUPPORTED  unknown flags, or fields are set that this version does not know
 * @retval SQS_ERR_REENTRANT    called from a callback of this handle
 * @retval SQS_ERR_POISONED     the handle is poisoned
 * @see sqs_stage_register_builtin()
 */
sqs_status sqs_stage_register(sqs_pipeline *pipeline, const sqs_stage_desc *desc, uint32_t *id);

/**
 * Finds the number of a stage by its name.
 *
 * @param[in]  pipeline  handle
 * @param[in]  name      name of the stage
 * @param[out] id        number of the stage
 * @retval SQS_OK
 * @retval SQS_ERR_NAME       no stage has this name, or it is too long or not UTF-8
 * @retval SQS_ERR_ARGUMENT   the handle is not valid, or a pointer is NULL
 * @retval SQS_ERR_ALIGN      id is misaligned
 * @retval SQS_ERR_REENTRANT  called from a callback of this handle
 * @retval SQS_ERR_POISONED   the handle is poisoned
 */
sqs_status sqs_stage_find(sqs_pipeline *pipeline, const char *name, uint32_t *id);

#define SQS_NEXT_ROW UINT64_MAX /**< Row of a change: the first row that is not computed yet. */

/**
 * Gives a stage of the caller another context from a row on. After seal.
 *
 * What sqs_stage_params() is for built-in stages: rows before from_row are computed with the context that they had,
 * however often they are computed again. So the contexts before it must stay as they are until no row of theirs can be
 * asked for, after sqs_stage_params_release() at the latest. state_init always gets the context of the registration.
 * Row, state, scratch and functions of the stage remain.
 *
 * @param[in]  pipeline  handle
 * @param[in]  stage     number of a stage that sqs_stage_register() returned
 * @param[in]  ctx       first argument of run and state_init from this row on; not copied
 * @param[in]  revision  number of the caller's that changes with the parameters in ctx. A checkpoint with a change of
 *                       another revision is refused
 * @param[in]  from_row  first row with this context, which is not computed yet; #SQS_NEXT_ROW: the first such row
 * @param[out] row       the first row with this context; may be NULL
 * @retval SQS_OK
 * @retval SQS_ERR_STATE      the pipeline is not sealed
 * @retval SQS_ERR_ARGUMENT   the handle is not valid, or the stage does not exist or is built in
 * @retval SQS_ERR_RANGE      row from_row is computed already; the detail has the first row that can change
 * @retval SQS_ERR_LIMIT      all changes are in use, or max_param_changes of the config is 0
 * @retval SQS_ERR_ALIGN      row is misaligned
 * @retval SQS_ERR_OVERLAP    row lies in memory of the pipeline
 * @retval SQS_ERR_REENTRANT  called from a callback of this handle
 * @retval SQS_ERR_POISONED   the handle is poisoned
 */
sqs_status sqs_stage_context(sqs_pipeline *pipeline, uint32_t stage, void *ctx, uint32_t revision, uint64_t from_row,
                             uint64_t *row);

/**
 * Frees the changes of a stage that only rows before a row are computed with.
 *
 * Those rows of the stage, and what needs them, can no longer be computed: an evaluation of them is refused with
 * #SQS_ERR_EVICTED. Rows that the stream or an evaluation still has to compute keep their changes. For pipelines with
 * sources, whose rows otherwise never become impossible. A stage with state starts from a checkpoint: rows after the
 * row are possible if one is held from there on.
 *
 * @param[in]  pipeline  handle
 * @param[in]  stage     number of the stage
 * @param[in]  row       rows before this one are not asked for any more
 * @param[out] freed     number of changes freed; may be NULL
 * @retval SQS_OK
 * @retval SQS_ERR_STATE      the pipeline is not sealed
 * @retval SQS_ERR_ARGUMENT   the handle is not valid, or the stage does not exist
 * @retval SQS_ERR_ALIGN      freed is misaligned
 * @retval SQS_ERR_OVERLAP    freed lies in memory of the pipeline
 * @retval SQS_ERR_REENTRANT  called from a callback of this handle
 * @retval SQS_ERR_POISONED   the handle is poisoned
 */
sqs_status sqs_stage_params_release(sqs_pipeline *pipeline, uint32_t stage, uint64_t row, uint64_t *freed);

/** What the rows of a stage or the windows of an input are. */
typedef struct sqs_row_info {
    /** In: sizeof(sqs_row_info). */
    uint32_t struct_size;
    /** Element type, #SQS_I8 to #SQS_C32. */
    uint32_t dtype;
    /** Elements of a row. Of an input: window * channels. */
    uint64_t len;
    /** Bytes of a row. */
    uint64_t row_bytes;
    /** Samples from the start of a row to the start of the next; 0 if that is not a whole number. Of an input: hop. */
    uint64_t row_step;
    /** Interleaved channels in a row. */
    uint32_t row_channels;
    /** Unit of the elements, #SQS_UNIT_OTHER to #SQS_UNIT_POWER. */
    uint32_t row_unit;
    /** #SQS_STAGE_BINS if the elements are bins, #SQS_STAGE_REVERSE for a reverse scan. */
    uint32_t flags;
    /** Bytes of the state of a scan, else 0. */
    uint32_t state_bytes;
    /** Windows of the inputs per row: row t belongs to window t * windows_per_row. Of an input: 1. */
    uint64_t windows_per_row;
    /**
     * Windows after its own that a row depends on: row t is final once window t * windows_per_row + delay_windows has
     * arrived. Of an input: 0.
     */
    uint64_t delay_windows;
    /** Name, zero-terminated. */
    char name[32];
} sqs_row_info;

/**
 * Returns what the rows of a stage are: name, element type, length, and what the planner knows of their time.
 *
 * Stages are numbered from 0 in the order of registration. Before and after seal. Does not allocate.
 *
 * @param[in]  pipeline  handle
 * @param[in]  stage     number of the stage
 * @param[out] rows      the rows; struct_size set by the caller
 * @retval SQS_OK
 * @retval SQS_ERR_ARGUMENT     the handle is not valid, the stage does not exist, or rows is NULL
 * @retval SQS_ERR_ALIGN        rows is misaligned
 * @retval SQS_ERR_OVERLAP      rows lies in memory of the pipeline
 * @retval SQS_ERR_STRUCT_SIZE  rows->struct_size is not valid
 * @retval SQS_ERR_REENTRANT    called from a callback of this handle
 * @retval SQS_ERR_POISONED     the handle is poisoned
 * @see sqs_stage_find(), sqs_input_info()
 */
sqs_status sqs_stage_info(sqs_pipeline *pipeline, uint32_t stage, sqs_row_info *rows);

/**
 * Returns what the windows of an input are: name, element type, length, hop and channels.
 *
 * Before and after seal. Does not allocate.
 *
 * @param[in]  pipeline  handle
 * @param[in]  input     number of the input; 0 is "input"
 * @param[out] rows      the windows; struct_size set by the caller
 * @retval SQS_OK
 * @retval SQS_ERR_ARGUMENT     the handle is not valid, the input does not exist, or rows is NULL
 * @retval SQS_ERR_ALIGN        rows is misaligned
 * @retval SQS_ERR_OVERLAP      rows lies in memory of the pipeline
 * @retval SQS_ERR_STRUCT_SIZE  rows->struct_size is not valid
 * @retval SQS_ERR_REENTRANT    called from a callback of this handle
 * @retval SQS_ERR_POISONED     the handle is poisoned
 * @see sqs_input_position(), sqs_stage_info()
 */
sqs_status sqs_input_info(sqs_pipeline *pipeline, uint32_t input, sqs_row_info *rows);

/**
 * Row i of an edge, counted from the row of the call's first output row: i from -lookback to
 * (rows - 1) * stride + lookahead.
 */
#define SQS_ROW(type, edge, i) \
    ((const type *)((const unsigned char *)(edge)->base + (ptrdiff_t)(i) * (ptrdiff_t)(edge)->row_stride_bytes))

/** @} */


/* ================================================================================================================== */
/**
 * @defgroup builtin 6. Built-in stages
 *
 * Built-in stages are registered by the name of their kind, with parameters by name. Parameters that are not given
 * have their default; a parameter that the kind does not have is an error.
 *
 * @code{.c}
 * sqs_edge_desc edge = { "input", 0, 0, SQS_BOUNDARY_ZERO, 0 };
 * sqs_param param = { "level", 0.5, NULL, 0 };
 * sqs_builtin_desc desc = { 0 };
 * desc.struct_size = sizeof desc; desc.kind = "threshold"; desc.name = "alarm";
 * desc.edges = &edge; desc.edge_count = 1; desc.params = &param; desc.param_count = 1;
 * sqs_stage_register_builtin(p, &desc, &id);
 * @endcode
 *
 * Unless its description states otherwise, a kind has one edge, without lookback and lookahead, and computes the row
 * of the stage from one row of the edge. n is the number of elements of that row. Integers are used as they are; kinds
 * that compute with them have the parameter scale, 1 by default.
 *
 * Scans and reverse scans treat the elements of consecutive rows as one stream of samples. Rows that overlap, that
 * skip samples or that consist of bins are refused, also after other stages. To filter samples and to work on
 * overlapping windows of the result, filter rows of new samples (hop = window), and gather windows afterwards with
 * frame. Here filtered has rows of 64 samples, and row t of windows has 256 samples from sample 64 t on:
 *
 * @code{.c}
 * config.window = config.hop = 64;
 * sqs_edge_desc of_filtered = { "input", 0, 0, SQS_BOUNDARY_ZERO, 0 };
 * sqs_edge_desc of_windows = { "filtered", 0, 3, SQS_BOUNDARY_ZERO, 0 };
 * @endcode
 *
 * fir and decimate return the outputs that depend on their row alone. On windows of hop + taps - 1 samples (decimate:
 * with a hop that is a multiple of factor) their rows are consecutive.
 *
 * Kinds that treat a row as samples of one channel refuse interleaved channels: put a channel stage before them.
 * Several results for each sample (cusum, kalman, pll, rolling_stats, hmm_forward) and several quantiles are channels,
 * too. energy and rms refuse powers, whose energy is their sum.
 *
 * Of the series of rows (chapter 5), biquad, detrend, ema, hann, threshold and to_f32 keep that of their edge
 * (threshold not the unit). fir, decimate, band, channel and frame change the step or the channels. Spectra and
 * histograms have bins. All other kinds start a new series.
 *
 * Scans other than viterbi compute in f64 with basic operations only, so that their rows are the same bits on every
 * machine. "real" means every element type except #SQS_C32.
 *
 * "NaN" has what a kind does with a NaN among its elements, in the same words for all kinds. For scans the words mean any
 * sample that is not finite, and the infinities that their arithmetic would leave in the state: no sample stays there,
 * unless the text has "stays".
 *
 * - spreads: the elements of the row that depend on it are not finite, the rows of other windows are not affected
 * - missing: as if the sample had not come: the state stays, and the row repeats or predicts its results
 * - skipped: left out of the sums, counts or ranks of the row
 * - ordered: has a place in the order of numbers
 * - window: results are NaN while it is among the last samples
 * - copied, false, none: the element is copied; comparisons are false; the rows of the edge have none
 *
 * @{
 */

/** A kind of built-in stage, returned by sqs_kind_argmax() and the like. */
typedef struct sqs_kind sqs_kind;

/**
 * A parameter of a built-in stage: a number or a list.
 *
 * Has no struct_size, because parameters come in arrays; it never changes.
 */
typedef struct sqs_param {
    /** Name, as in the table of the kind. */
    const char *key;
    /** The number. Integers are exact up to 2^53. */
    double value;
    /** The list; copied. NULL for a number. */
    const double *values;
    /** Length of the list. */
    size_t count;
} sqs_param;

/** A built-in stage. Zero the struct first. */
typedef struct sqs_builtin_desc {
    /** sizeof(sqs_builtin_desc). */
    uint32_t struct_size;
    /** 0. */
    uint32_t flags;
    /** Name of the kind, such as "hann". */
    const char *kind;
    /** Name of the stage, 1 to #SQS_NAME_LEN bytes, not used by another stage or input; copied. */
    const char *name;
    /** Edges; copied. */
    const sqs_edge_desc *edges;
    /** Parameters, at most 16; copied. NULL: all defaults. */
    const sqs_param *params;
    /** Number of edges. */
    uint32_t edge_count;
    /** Number of parameters. */
    uint32_t param_count;
    /** As in sqs_stage_desc. 0: the estimate of the kind. */
    uint64_t cost_ns_per_row;
} sqs_builtin_desc;

/**
 * Registers a built-in stage by the name of its kind. Before seal.
 *
 * Does not allocate, except for a transform of a size that needs a plan on the host's heap
 * (sqs_plan_info.host_heap_bytes). A program that calls this function contains all kinds; to save code, use
 * sqs_stage_register_kind().
 *
 * @param[in]  pipeline  handle
 * @param[in]  desc      description; copied with all that it points to
 * @param[out] id        number of the stage
 * @retval SQS_OK
 * @retval SQS_ERR_NAME         the kind does not exist, or as for sqs_stage_register()
 * @retval SQS_ERR_ARGUMENT     a parameter is unknown to the kind, missing or out of range, or as for
 *                              sqs_stage_register()
 * @retval SQS_ERR_GRAPH        the kind does not accept rows of this type or length, or as for sqs_stage_register()
 * @retval SQS_ERR_LIMIT        more than 16 parameters, or as for sqs_stage_register()
 * @retval SQS_ERR_MEMORY       param_bytes of the config is too small, or the heap has no memory for a transform
 * @retval SQS_ERR_UNSUPPORTED  the transform needs the host's heap and the pipeline uses the caller's memory, or as
 *                              for sqs_stage_register()
 * @return the other statuses of sqs_stage_register()
 */
sqs_status sqs_stage_register_builtin(sqs_pipeline *pipeline, const sqs_builtin_desc *desc, uint32_t *id);

/**
 * Registers a built-in stage by its kind, so that a linker keeps only the kinds that a program names. Before seal.
 *
 * For instance, with desc.kind NULL: `sqs_stage_register_kind(p, sqs_kind_hann(), &desc, &id)`.
 *
 * @param[in]  pipeline  handle
 * @param[in]  kind      the result of an sqs_kind_ function
 * @param[in]  desc      description; its kind is NULL or the name of this kind
 * @param[out] id        number of the stage
 * @retval SQS_OK
 * @retval SQS_ERR_ARGUMENT  kind is NULL or no kind, or desc->kind names another kind
 * @retval SQS_ERR_ALIGN     kind is misaligned
 * @return the statuses of sqs_stage_register_builtin()
 */
sqs_status sqs_stage_register_kind(sqs_pipeline *pipeline, const sqs_kind *kind, const sqs_builtin_desc *desc,
                                   uint32_t *id);

/** @name Types of parameters
 *  @{ */
#define SQS_PARAM_NUMBER         0 /**< A number. */
#define SQS_PARAM_INTEGER        1 /**< An integer. */
#define SQS_PARAM_LIST           2 /**< A list of numbers. */
#define SQS_PARAM_NUMBER_OR_LIST 3 /**< A number, or a list of numbers. */
/** @} */

/** A parameter of a kind of built-in stage, for tables of ground tools. */
typedef struct sqs_param_info {
    /** In: sizeof(sqs_param_info). */
    uint32_t struct_size;
    /** SQS_PARAM_... */
    uint32_t param_type;
    /** Name, as in sqs_param.key. All texts are zero-terminated. */
    char name[32];
    /** Unit; "-" for none. */
    char unit[32];
    /** Valid values. */
    char range[96];
    /** Default; "required" without one. */
    char default_value[96];
    /** Meaning. */
    char meaning[512];
} sqs_param_info;

/**
 * Changes the parameters of a built-in stage from a row on. After seal.
 *
 * Rows before it keep the parameters that they had, whenever and in whatever order they are computed again: for an
 * evaluation, in reverse order, for a repair, after a restore. The state of the stage is kept; the one before the
 * first row is always that of the parameters at registration. The change is complete or, after an error, none. A
 * change at the row of an earlier one replaces it; one for a later row may be given in advance. A reset discards all
 * changes.
 *
 * The pipeline holds sqs_config.max_param_changes changes. One is freed when no row that it is for can be computed any
 * more because the samples have left the input buffers, or by sqs_stage_params_release(). Does not allocate.
 *
 * @param[in]  pipeline     handle
 * @param[in]  stage        number of a built-in stage
 * @param[in]  params       all parameters, as at registration: those left out have their defaults; copied
 * @param[in]  param_count  number of parameters
 * @param[in]  from_row     first row with these parameters, which is not computed yet; #SQS_NEXT_ROW: the first such row
 * @param[out] row          the first row with these parameters; may be NULL
 * @retval SQS_OK
 * @retval SQS_ERR_STATE        the pipeline is not sealed
 * @retval SQS_ERR_ARGUMENT     the handle is not valid, the stage does not exist or is one of the caller, a parameter is
 *                              unknown, missing or out of range, or params is NULL
 * @retval SQS_ERR_RANGE        row from_row is computed already; the detail has the first row that can change
 * @retval SQS_ERR_LIMIT        all changes are in use, or max_param_changes is 0, or more than 16 parameters
 * @retval SQS_ERR_GRAPH        rows, state, scratch or table of the stage would have another size: the detail names it
 * @retval SQS_ERR_MEMORY       param_change_bytes of the config is too small
 * @retval SQS_ERR_UNSUPPORTED  the transform needs the host's heap
 * @retval SQS_ERR_NAME         a parameter's name is too long
 * @retval SQS_ERR_ALIGN        a pointer is misaligned
 * @retval SQS_ERR_OVERLAP      row overlaps another argument, or a pointer is in memory of the pipeline
 * @retval SQS_ERR_OVERFLOW     a list does not fit the address space
 * @retval SQS_ERR_CALLBACK     the stage could not be prepared
 * @retval SQS_ERR_REENTRANT    called from a callback of this handle
 * @retval SQS_ERR_POISONED     the handle is poisoned
 * @see sqs_stage_context(), sqs_stage_params_release(), sqs_stage_params_describe()
 */
sqs_status sqs_stage_params(sqs_pipeline *pipeline, uint32_t stage, const sqs_param *params, uint32_t param_count,
                            uint64_t from_row, uint64_t *row);

/**
 * Describes a parameter of a kind of built-in stage: call it with index 0, 1, ... until it returns #SQS_END. Hosts
 * only.
 *
 * Tables for ground tools are made of it. May be called from callbacks.
 *
 * @param[in]  kind   name of the kind, such as "biquad"
 * @param[in]  index  number of the parameter, in the order of the table of the kind
 * @param[out] info   the parameter; struct_size set by the caller
 * @retval SQS_OK
 * @retval SQS_END              the kind has no more parameters
 * @retval SQS_ERR_NAME         the kind does not exist
 * @retval SQS_ERR_ARGUMENT     a pointer is NULL
 * @retval SQS_ERR_ALIGN        info is misaligned
 * @retval SQS_ERR_OVERLAP      kind lies in info
 * @retval SQS_ERR_STRUCT_SIZE  info->struct_size is not valid
 * @see sqs_stage_params()
 */
sqs_status sqs_stage_params_describe(const char *kind, uint32_t index, sqs_param_info *info);

/* Each function returns the kind of its name, for sqs_stage_register_kind(): always the same pointer, never NULL,
 * nothing to free. */

/**
 * argmax: Index of the first maximum: min { k : x[k] = max x }.
 *
 * - Input: f32
 * - Output: 1 u32
 * - NaN: ordered: below all numbers
 * - Notes: 0 if all elements are NaN. -0 equals +0.
 * - Source: numpy.nanargmax, with NaN as minus infinity
 * - Parameters: none
 *
 * @return the kind "argmax"
 */
const sqs_kind *sqs_kind_argmax(void);

/**
 * band: Elements from to to - 1 of each row: a band of bins, a slice of a window.
 *
 * - Input: any type
 * - Output: to - from elements of the same type
 * - NaN: copied: elements are not interpreted
 *
 * | Parameter | Type    | Unit     | Range         | Default | Meaning         |
 * | --------- | ------- | -------- | ------------- | ------- | --------------- |
 * | from      | integer | elements | 0 to n - 1    | 0       | first element   |
 * | to        | integer | elements | from + 1 to n | n       | end (exclusive) |
 *
 * @return the kind "band"
 */
const sqs_kind *sqs_kind_band(void);

/**
 * biquad: IIR filter: a cascade of second-order sections, y = b0 x + z1, z1 = b1 x - a1 y + z2, z2 = b2 x - a2 y.
 *
 * - Input: f32, f64 or i16 samples; a scan
 * - Output: n elements; f64 for f64 input, else f32
 * - NaN: on_nan: as this parameter sets; by default stays: all later results are not finite
 * - Notes: State and arithmetic are f64.
 * - Source: transposed direct form II: scipy.signal.sosfilt; Oppenheim and Schafer, Discrete-Time Signal Processing,
 *   section 6.3
 *
 * | Parameter | Type         | Unit | Range                                   | Default                   |
 * | --------- | ------------ | ---- | --------------------------------------- | ------------------------- |
 * | sos       | list         | -    | 6 numbers per section, 1 to 32 sections | required                  |
 * | zi        | number, list | -    | 0, 1, or 2 numbers per section          | 0                         |
 * | on_nan    | integer      | -    | 0, 1, 2, 3                              | 0                         |
 * | precision | integer      | bits | 32, 64                                  | 64 for f64 input, else 32 |
 * | scale     | number       | -    | 1.2e-38 to 3.4e38                       | 1                         |
 *
 * - sos: coefficients b0 b1 b2 a0 a1 a2 of each section, finite, also when divided by a0
 * - zi: initial state. 0: at rest; 1: steady state of the first sample; list: z1 z2 of each section
 * - on_nan: a sample that is not finite, or that would make the state not finite: 0: stays in the state, all later
 *   results are not finite; 1: skip it, the state is kept and the result is NaN; 2: hold, the last sample takes its
 *   place; 3: reset, the filter starts anew with the next sample and the result is NaN
 * - precision: element type of the rows: f32 or f64
 * - scale: factor of the samples
 *
 * @return the kind "biquad"
 */
const sqs_kind *sqs_kind_biquad(void);

/**
 * biquad_reverse: As biquad, from the last sample to the first.
 *
 * - Input: f32, f64 or i16 samples; a reverse scan
 * - Output: n elements; f64 for f64 input, else f32
 * - NaN: on_nan: as this parameter sets; by default stays: all later results are not finite
 * - Notes: The first sample is the last of the range. biquad, then biquad_reverse, both with zi 1, equal
 *   sosfiltfilt(padtype=None).
 * - Source: transposed direct form II: scipy.signal.sosfilt; Oppenheim and Schafer, Discrete-Time Signal Processing,
 *   section 6.3
 *
 * | Parameter | Type         | Unit | Range                                   | Default                   |
 * | --------- | ------------ | ---- | --------------------------------------- | ------------------------- |
 * | sos       | list         | -    | 6 numbers per section, 1 to 32 sections | required                  |
 * | zi        | number, list | -    | 0, 1, or 2 numbers per section          | 0                         |
 * | on_nan    | integer      | -    | 0, 1, 2, 3                              | 0                         |
 * | precision | integer      | bits | 32, 64                                  | 64 for f64 input, else 32 |
 * | scale     | number       | -    | 1.2e-38 to 3.4e38                       | 1                         |
 *
 * - sos: coefficients b0 b1 b2 a0 a1 a2 of each section, finite, also when divided by a0
 * - zi: initial state. 0: at rest; 1: steady state of the first sample; list: z1 z2 of each section
 * - on_nan: a sample that is not finite, or that would make the state not finite: 0: stays in the state, all later
 *   results are not finite; 1: skip it, the state is kept and the result is NaN; 2: hold, the last sample takes its
 *   place; 3: reset, the filter starts anew with the next sample and the result is NaN
 * - precision: element type of the rows: f32 or f64
 * - scale: factor of the samples
 *
 * @return the kind "biquad_reverse"
 */
const sqs_kind *sqs_kind_biquad_reverse(void);

/**
 * burst: Bursts of each channel of a power series, over a noise floor f that it follows: a power above start f starts a
 * burst, one of at most end f ends it; outside of bursts f = f + follow (p - f).
 *
 * - Input: f32: consecutive powers of one or more interleaved channels, as channelizer with average computes them; the
 *   edge may have a lookahead of a rows, and a row of the stage then reads a + 1 of them
 * - Output: 1 + 4 events f32: the number of bursts that ended in the row; for each channel, start, length, power
 *   relative to the floor; zeros after them
 * - NaN: missing: the sample does not change the state, which is finite after any samples
 * - Notes: Start and length are in samples, the start from the start of the row, negative if the burst began before.
 *   Ends are located within slots by the power of the slot relative to the mean of whole ones. At the first slot the
 *   floor of all channels is the median over them. Bursts after events of a row are not listed. Computed in f64.
 * - Source: a comparison with hysteresis (Schmitt, J. Scientific Instruments 15 (1938)) with an exponential mean as the
 *   floor
 *
 * | Parameter | Type    | Unit    | Range              | Default          |
 * | --------- | ------- | ------- | ------------------ | ---------------- |
 * | start     | number  | floors  | at least 1         | 4                |
 * | end       | number  | floors  | 1 to start         | 2, at most start |
 * | follow    | number  | -       | above 0, at most 1 | 0.02             |
 * | events    | integer | -       | 1 to 4096          | 16               |
 * | slot      | number  | samples | above 0            | 1                |
 * | delay     | number  | samples | finite             | 0                |
 *
 * - start: power above which a burst starts
 * - end: power up to which it ends
 * - follow: weight of a new slot in the floor
 * - events: bursts listed in a row
 * - slot: length of a slot
 * - delay: added to start and end: the delay of the filter before
 *
 * @return the kind "burst"
 */
const sqs_kind *sqs_kind_burst(void);

/**
 * centroid: Centroid in elements: sum k x[k] / sum x[k]; of a magnitude row, the spectral centroid in bins.
 *
 * - Input: f32
 * - Output: 1 f32
 * - NaN: spreads: what the row computes from it is not finite; other rows are not affected
 * - Notes: 0 if the sum is 0. Sums run in f64, in a fixed order. Without negative elements the relative error is below
 *   (n / 5 + 16) 2^-53, plus the rounding to f32.
 * - Source: Peeters, A large set of audio features for sound description (IRCAM, 2004), section 6.1.1
 * - Parameters: none
 *
 * @return the kind "centroid"
 */
const sqs_kind *sqs_kind_centroid(void);

/**
 * channel: One channel of an input of interleaved channels: y[i] = x[i * channels + index].
 *
 * - Input: any type, directly from an input
 * - Output: n / channels elements of the same type
 * - NaN: copied: elements are not interpreted
 *
 * | Parameter | Type    | Unit | Range             | Default | Meaning               |
 * | --------- | ------- | ---- | ----------------- | ------- | --------------------- |
 * | index     | integer | -    | 0 to channels - 1 | 0       | number of the channel |
 *
 * @return the kind "channel"
 */
const sqs_kind *sqs_kind_channel(void);

/**
 * channelizer: Polyphase channelizer: C equal channels of the band, y[t, c] = sum over i of h[i] x[t D + i] exp(-2 pi j
 * c (t D + i) / C), i from 0 to C taps - 1, with D = C / oversample.
 *
 * - Input: f32 or c32, one channel; rows start at multiples of D samples
 * - Output: frames C c32, the channels of each time interleaved; with average frames / average C f32: mean powers
 * - NaN: spreads: what the row computes from it is not finite; other rows are not affected
 * - Notes: Channel c is the band around c / C of the sample rate; the upper half are negative frequencies. The
 *   prototype h, a sinc under a Hamming window, has a sum of 1, loses 6 dB at the edge of a channel and delays by (C
 *   taps - 1) / 2 samples. For consecutive results the input has a window of C taps + D (frames - 1) and a hop of D
 *   frames. The error is about 1e-7 (taps + log2 C) of the largest sample.
 * - Source: scipy.signal.firwin(C taps, 1 / C) for h; Harris, Dick and Rice, IEEE Trans. MTT 51 (2003)
 *
 * | Parameter  | Type    | Unit | Range                        | Default     |
 * | ---------- | ------- | ---- | ---------------------------- | ----------- |
 * | channels   | integer | -    | powers of two from 4 to 4096 | required    |
 * | taps       | integer | -    | 1 to 64                      | 8           |
 * | oversample | integer | -    | 1, 2                         | 1           |
 * | frames     | integer | -    | 1 to (n - C taps) / D + 1    | the largest |
 * | average    | integer | -    | 0, or a divisor of frames    | 0           |
 *
 * - channels: C
 * - taps: taps of each branch of the filter
 * - oversample: results of a channel for C samples
 * - frames: results of a row
 * - average: results whose powers are averaged; 0: complex results
 *
 * @return the kind "channelizer"
 */
const sqs_kind *sqs_kind_channelizer(void);

/**
 * coherent: Coherent sum of the spectra of M consecutive windows, at several frequencies f = k + (j + 1/2) / parts -
 * 1/2 within each bin k: y[k parts + j] = 1/M |sum over m of x_m[k] exp(-2 pi i f m step / window)|^2.
 *
 * - Input: c32, one channel: n bins, as fft and rfft compute them; the edge has the lookback or the lookahead, of at
 *   most 1023 rows
 * - Output: n parts f32: powers
 * - NaN: spreads: what the row computes from it is not finite; other rows are not affected
 * - Notes: Raises a carrier over the noise by M; noise of power 1 keeps power 1. Phases are exact ratios of integers;
 *   sums run in f32 with a relative error of about M 2^-23. Uses 8 bytes for each of the window / gcd(window, step)
 *   phases. Rows outside the stream are those of the boundary of the edge.
 * - Source: Mahafza, Radar Systems Analysis and Design Using MATLAB, 4.3 (coherent integration)
 *
 * | Parameter | Type    | Unit    | Range        | Default | Meaning                                                  |
 * | --------- | ------- | ------- | ------------ | ------- | -------------------------------------------------------- |
 * | window    | integer | samples | 1 to 1048576 | n       | length of the transform                                  |
 * | step      | integer | samples | 0 to 2^30    | 0       | from a window to the next; 0: rows are added as they are |
 * | parts     | integer | -       | 1 to 64      | 1       | frequencies within a bin                                 |
 * | from      | integer | bins    | 0 to 1048576 | 0       | number of the first bin in the row of the transform      |
 * | shift     | integer | -       | 0, 1         | 0       | 1: the row of the transform is that of fft with shift 1  |
 * | hop       | integer | rows    | 1 to 1048576 | 1       | rows of the edge from one row to the next                |
 *
 * @return the kind "coherent"
 */
const sqs_kind *sqs_kind_coherent(void);

/**
 * cusum: Two-sided CUSUM detector of changes of a mean: high = max(0, high + (x - target) - drift), low = max(0, low -
 * (x - target) - drift).
 *
 * - Input: f32, f64 or i16 samples; a scan
 * - Output: 3 n elements, high low alarm for each sample; f64 for f64 input, else f32
 * - NaN: missing: the sample does not change the state, which is finite after any samples
 * - Notes: alarm is 1 if high > threshold, -1 if low > threshold, 2 if both, else 0. The row shows the sums that raised
 *   it. A missing sample raises no alarm. Sums stop at the largest f64.
 * - Source: Page, Continuous inspection schemes, Biometrika 41 (1954); Montgomery, Introduction to Statistical Quality
 *   Control, section 9.1
 *
 * | Parameter | Type    | Unit | Range             | Default                   |
 * | --------- | ------- | ---- | ----------------- | ------------------------- |
 * | target    | number  | of x | finite            | 0                         |
 * | drift     | number  | of x | at least 0        | 0                         |
 * | threshold | number  | of x | above 0           | required                  |
 * | reset     | integer | -    | 0, 1              | 1                         |
 * | precision | integer | bits | 32, 64            | 64 for f64 input, else 32 |
 * | scale     | number  | -    | 1.2e-38 to 3.4e38 | 1                         |
 *
 * - target: mean without a change
 * - drift: slack that each sample subtracts from the sums
 * - threshold: sum above which an alarm is raised
 * - reset: 1: both sums start from 0 after an alarm; 0: they continue
 * - precision: element type of the rows: f32 or f64
 * - scale: factor of the samples
 *
 * @return the kind "cusum"
 */
const sqs_kind *sqs_kind_cusum(void);

/**
 * decibel: Decibels of each element: y = factor log10(|x| / reference), at least floor.
 *
 * - Input: f32, f64 or c32
 * - Output: n f32
 * - NaN: spreads: what the row computes from it is not finite; other rows are not affected
 * - Notes: Computed in f64, rounded once, with the same bits on every machine. Zero gives minus infinity without floor.
 * - Source: 10 * numpy.log10(x / reference) of powers, 20 * numpy.log10(abs(x) / reference) of amplitudes; ISO 80000-3
 *
 * | Parameter | Type   | Unit | Range   | Default                        | Meaning              |
 * | --------- | ------ | ---- | ------- | ------------------------------ | -------------------- |
 * | reference | number | of x | above 0 | 1                              | what has 0 dB        |
 * | factor    | number | dB   | above 0 | 10 if rows are powers, else 20 | dB of a factor of 10 |
 * | floor     | number | dB   | finite  | none                           | smallest result      |
 *
 * @return the kind "decibel"
 */
const sqs_kind *sqs_kind_decibel(void);

/**
 * decimate: Low-pass filter, then every factor-th element: y[j] = sum h[i] x[j * factor + taps - 1 - i].
 *
 * - Input: f32, one channel, n at least the number of taps
 * - Output: (n - taps) / factor + 1 f32
 * - NaN: spreads: what the row computes from it is not finite; other rows are not affected
 * - Notes: Sums run in the order of the row, runs of 32 taps in f32, the sums of the runs in f64. With t = min(taps,
 *   32) + 1 the error is below t 2^-24 sum abs(h x) + taps 2^-149. Partial sums do not overflow: only results above the
 *   largest f32 are infinite.
 * - Source: default taps: scipy.signal.decimate(ftype='fir'), that is firwin(20 q + 1, 1 / q); Oppenheim and Schafer,
 *   Discrete-Time Signal Processing, section 7.5. Polyphase form: Vaidyanathan, Multirate Systems and Filter Banks,
 *   section 4.3
 *
 * | Parameter | Type    | Unit     | Range         | Default                          |
 * | --------- | ------- | -------- | ------------- | -------------------------------- |
 * | factor    | integer | elements | 1 to 1048576  | required                         |
 * | taps      | list    | -        | finite in f32 | low-pass of 20 * factor + 1 taps |
 *
 * - factor: distance of the elements that are kept
 * - taps: coefficients h, rounded to f32
 *
 * @return the kind "decimate"
 */
const sqs_kind *sqs_kind_decimate(void);

/**
 * detrend: Subtracts the mean, or the least-squares line, of the row.
 *
 * - Input: f32 or i16, one channel
 * - Output: n f32
 * - NaN: spreads: what the row computes from it is not finite; other rows are not affected
 * - Notes: Sums run in f64, in a fixed order. The error is below (n + 40) 2^-53 times the largest magnitude of the row,
 *   plus the rounding to f32.
 * - Source: scipy.signal.detrend with the same types
 *
 * | Parameter | Type    | Unit | Range             | Default |
 * | --------- | ------- | ---- | ----------------- | ------- |
 * | type      | integer | -    | 0, 1              | 1       |
 * | scale     | number  | -    | 1.2e-38 to 3.4e38 | 1       |
 *
 * - type: 0: subtract the mean (constant); 1: subtract the line (linear)
 * - scale: factor of the elements; rounded once, with the result
 *
 * @return the kind "detrend"
 */
const sqs_kind *sqs_kind_detrend(void);

/**
 * drift: Drift search: for each bin, the strongest of the straight tracks through M rows of power that end in it, y[k]
 * = max over d of 1/M sum over b of x_b[k - s], s = d b / (M - 1) rounded, where x_b is the row b rows before.
 *
 * - Input: f32 of powers, one channel; the edge has the lookback M - 1, 1 to 1023, and no lookahead
 * - Output: n f32: powers
 * - NaN: skipped: the row is computed from its other elements
 * - Notes: d is from -drift to drift. Powers are at least 0; elements outside the row count as 0, tracks through a NaN
 *   do not count. Halves are rounded away from 0. Sums run in f32, from the last row to the first, with a relative
 *   error below M 2^-24. The time is that of (2 drift + 1) M n additions.
 * - Source: Taylor, Astron. Astrophys. Suppl. 15 (1974), by brute force
 *
 * | Parameter | Type    | Unit | Range     | Default  | Meaning                                                 |
 * | --------- | ------- | ---- | --------- | -------- | ------------------------------------------------------- |
 * | drift     | integer | bins | 0 to 4096 | required | maximum drift from the first row of a track to the last |
 *
 * @return the kind "drift"
 */
const sqs_kind *sqs_kind_drift(void);

/**
 * drift_peak: The strongest track of a row of drift: bin in which it ends, with a fraction; drift in bins a row; height
 * above the mean of all tracks in their standard deviations; strength; 1 if the height is at least threshold, 2 if the
 * strength is a local maximum, too, else 0.
 *
 * - Input: edge 0: rows of drift, f32; edge 1: the rows of power that it reads, with the same lookback; edge 2, if
 *   there is one: the strength, 1 f32 a row, with lookback 1 and lookahead 1
 * - Output: 5 f32: bin, drift, height, strength, kind
 * - NaN: ordered: below all numbers
 * - Notes: The bin is that of the vertex of the parabola through the track and those beside it, and then along the
 *   ridge of tracks through its middle. Without edge 2 the strength is the mean power of the track, and the last
 *   element at most 1. A local maximum is at least the number before and above the one after. Computed in f64.
 * - Source: Jacobsen and Kootsookos, IEEE Signal Processing Magazine, May 2007, for the parabola
 *
 * | Parameter | Type    | Unit       | Range      | Default  |
 * | --------- | ------- | ---------- | ---------- | -------- |
 * | drift     | integer | bins       | 0 to 4096  | required |
 * | threshold | number  | deviations | at least 0 | 0        |
 *
 * - drift: maximum drift from the first row of a track to the last
 * - threshold: height from which a track counts
 *
 * @return the kind "drift_peak"
 */
const sqs_kind *sqs_kind_drift_peak(void);

/**
 * edge_max: The largest of the elements of several edges: y[i] = max over e of x_e[i].
 *
 * - Input: 2 to 16 edges with rows of the same type (f32, f64 or i16), length, channels and step
 * - Output: n elements; f64 for f64 input, else f32
 * - NaN: spreads: what the row computes from it is not finite; other rows are not affected
 * - Notes: Computed in f64, in the order of the edges, and rounded once. Both zeros are +0 in edge_max and edge_min.
 * - Source: numpy.max([x0, x1, ...], axis=0)
 *
 * | Parameter | Type   | Unit | Range             | Default | Meaning                                               |
 * | --------- | ------ | ---- | ----------------- | ------- | ----------------------------------------------------- |
 * | scale     | number | -    | 1.2e-38 to 3.4e38 | 1       | factor of the elements; rounded once, with the result |
 *
 * @return the kind "edge_max"
 */
const sqs_kind *sqs_kind_edge_max(void);

/**
 * edge_mean: Mean of the elements of several edges: y[i] = sum over e of x_e[i] / edges.
 *
 * - Input: 2 to 16 edges with rows of the same type (f32, f64 or i16), length, channels and step
 * - Output: n elements; f64 for f64 input, else f32
 * - NaN: spreads: what the row computes from it is not finite; other rows are not affected
 * - Notes: Computed in f64, in the order of the edges, and rounded once. Both zeros are +0 in edge_max and edge_min.
 * - Source: numpy.mean([x0, x1, ...], axis=0)
 *
 * | Parameter | Type   | Unit | Range             | Default | Meaning                                               |
 * | --------- | ------ | ---- | ----------------- | ------- | ----------------------------------------------------- |
 * | scale     | number | -    | 1.2e-38 to 3.4e38 | 1       | factor of the elements; rounded once, with the result |
 *
 * @return the kind "edge_mean"
 */
const sqs_kind *sqs_kind_edge_mean(void);

/**
 * edge_min: The smallest of the elements of several edges: y[i] = min over e of x_e[i].
 *
 * - Input: 2 to 16 edges with rows of the same type (f32, f64 or i16), length, channels and step
 * - Output: n elements; f64 for f64 input, else f32
 * - NaN: spreads: what the row computes from it is not finite; other rows are not affected
 * - Notes: Computed in f64, in the order of the edges, and rounded once. Both zeros are +0 in edge_max and edge_min.
 * - Source: numpy.min([x0, x1, ...], axis=0)
 *
 * | Parameter | Type   | Unit | Range             | Default | Meaning                                               |
 * | --------- | ------ | ---- | ----------------- | ------- | ----------------------------------------------------- |
 * | scale     | number | -    | 1.2e-38 to 3.4e38 | 1       | factor of the elements; rounded once, with the result |
 *
 * @return the kind "edge_min"
 */
const sqs_kind *sqs_kind_edge_min(void);

/**
 * edge_sum: Sum of the elements of several edges: y[i] = sum over e of x_e[i].
 *
 * - Input: 2 to 16 edges with rows of the same type (f32, f64 or i16), length, channels and step
 * - Output: n elements; f64 for f64 input, else f32
 * - NaN: spreads: what the row computes from it is not finite; other rows are not affected
 * - Notes: Computed in f64, in the order of the edges, and rounded once. Both zeros are +0 in edge_max and edge_min.
 * - Source: numpy.sum([x0, x1, ...], axis=0)
 *
 * | Parameter | Type   | Unit | Range             | Default | Meaning                                               |
 * | --------- | ------ | ---- | ----------------- | ------- | ----------------------------------------------------- |
 * | scale     | number | -    | 1.2e-38 to 3.4e38 | 1       | factor of the elements; rounded once, with the result |
 *
 * @return the kind "edge_sum"
 */
const sqs_kind *sqs_kind_edge_sum(void);

/**
 * ema: Exponential moving average, the one-pole low-pass: y += alpha (x - y).
 *
 * - Input: f32, f64 or i16 samples; a scan
 * - Output: n elements; f64 for f64 input, else f32
 * - NaN: missing: the sample does not change the state, which is finite after any samples
 * - Notes: State and arithmetic are f64. For a missing sample the row repeats the average (0 before the first one).
 * - Source: pandas.Series.ewm(alpha, adjust=False).mean()
 *
 * | Parameter | Type    | Unit    | Range              | Default                   |
 * | --------- | ------- | ------- | ------------------ | ------------------------- |
 * | alpha     | number  | -       | above 0, at most 1 | required without span     |
 * | span      | number  | samples | at least 1         | -                         |
 * | initial   | number  | of x    | finite             | the first sample          |
 * | precision | integer | bits    | 32, 64             | 64 for f64 input, else 32 |
 * | scale     | number  | -       | 1.2e-38 to 3.4e38  | 1                         |
 *
 * - alpha: weight of a new sample
 * - span: instead of alpha: alpha = 2 / (span + 1)
 * - initial: average before the first sample
 * - precision: element type of the rows: f32 or f64
 * - scale: factor of the samples
 *
 * @return the kind "ema"
 */
const sqs_kind *sqs_kind_ema(void);

/**
 * energy: Sum of squares: sum x[i]^2.
 *
 * - Input: f32 or i16 (summed exactly)
 * - Output: 1 f32
 * - NaN: spreads: what the row computes from it is not finite; other rows are not affected
 * - Notes: f32 is squared and summed in f64, in a fixed order: no square overflows, and the relative error is below (n
 *   / 16 + 6) 2^-53, plus the rounding to f32.
 *
 * | Parameter | Type   | Unit | Range             | Default | Meaning                                               |
 * | --------- | ------ | ---- | ----------------- | ------- | ----------------------------------------------------- |
 * | scale     | number | -    | 1.2e-38 to 3.4e38 | 1       | factor of the elements; rounded once, with the result |
 *
 * @return the kind "energy"
 */
const sqs_kind *sqs_kind_energy(void);

/**
 * fft: Discrete Fourier transform: X[k] = sum x[i] exp(-2 pi j i k / n); with inverse x[i] = 1/n sum X[k] exp(2 pi j i
 * k / n).
 *
 * - Input: c32, one channel
 * - Output: n c32
 * - NaN: spreads: what the row computes from it is not finite; other rows are not affected
 * - Notes: Rows of any length from 1 to 2^20, in the caller's memory, with the same bits on every machine. The error is
 *   about 1e-7 log2 n of the largest result, three times that if n is not a power of two.
 * - Source: numpy.fft.fft and ifft; Van Loan, Computational Frameworks for the Fast Fourier Transform, 1.7; Bluestein,
 *   IEEE Trans. Audio Electroacoustics 18 (1970)
 *
 * | Parameter | Type    | Unit | Range | Default |
 * | --------- | ------- | ---- | ----- | ------- |
 * | inverse   | integer | -    | 0, 1  | 0       |
 * | shift     | integer | -    | 0, 1  | 0       |
 *
 * - inverse: 1: the inverse transform
 * - shift: 1: frequency 0 is at n / 2 rounded down, of the results or, with inverse, of the input: numpy.fft.fftshift
 *
 * @return the kind "fft"
 */
const sqs_kind *sqs_kind_fft(void);

/**
 * fir: FIR filter where the taps overlap the row completely: y[j] = sum h[i] x[j + taps - 1 - i].
 *
 * - Input: f32, one channel, n at least the number of taps
 * - Output: n - taps + 1 f32
 * - NaN: spreads: what the row computes from it is not finite; other rows are not affected
 * - Notes: Sums run in the order of the row, runs of 32 taps in f32, the sums of the runs in f64. With t = min(taps,
 *   32) + 1 the error is below t 2^-24 sum abs(h x) + taps 2^-149. Partial sums do not overflow: only results above the
 *   largest f32 are infinite.
 * - Source: numpy.convolve(x, h, 'valid')
 *
 * | Parameter | Type | Unit | Range                       | Default  | Meaning                        |
 * | --------- | ---- | ---- | --------------------------- | -------- | ------------------------------ |
 * | taps      | list | -    | finite in f32, at least one | required | coefficients h, rounded to f32 |
 *
 * @return the kind "fir"
 */
const sqs_kind *sqs_kind_fir(void);

/**
 * frame: Windows of consecutive rows: y is the rows t hop - lookback to t hop + lookahead of the edge, one after
 * another.
 *
 * - Input: consecutive rows of any type and any number of channels; the edge has the lookback or the lookahead
 * - Output: (lookback + 1 + lookahead) n elements of the same type
 * - NaN: copied: elements are not interpreted
 * - Notes: Use it to filter samples first and to cut them into overlapping windows afterwards. Rows before the first
 *   and after the last one are those of the boundary of the edge. With lookahead only, row t is the window that starts
 *   at row t hop.
 * - Source: numpy.lib.stride_tricks.sliding_window_view(x, rows * n), every (hop n)-th row
 *
 * | Parameter | Type    | Unit | Range        | Default | Meaning                                   |
 * | --------- | ------- | ---- | ------------ | ------- | ----------------------------------------- |
 * | hop       | integer | rows | 1 to 1048576 | 1       | rows of the edge from one row to the next |
 *
 * @return the kind "frame"
 */
const sqs_kind *sqs_kind_frame(void);

/**
 * hann: Periodic Hann window: y[i] = x[i] scale sin^2(pi i / n); of one element the window is scale.
 *
 * - Input: f32 or i16, one channel
 * - Output: n f32
 * - NaN: spreads: what the row computes from it is not finite; other rows are not affected
 * - Notes: The window has the same bits on every machine.
 * - Source: scipy.signal.get_window('hann', n, fftbins=True); Harris, On the use of windows for harmonic analysis with
 *   the discrete Fourier transform, Proc. IEEE 66 (1978)
 *
 * | Parameter | Type   | Unit | Range             | Default | Meaning                                                 |
 * | --------- | ------ | ---- | ----------------- | ------- | ------------------------------------------------------- |
 * | scale     | number | -    | 1.2e-38 to 3.4e38 | 1       | factor of the window; 1/32768 makes full scale of i16 1 |
 *
 * @return the kind "hann"
 */
const sqs_kind *sqs_kind_hann(void);

/**
 * histogram: Counts of elements in equal bins: y[j] counts edge[j] <= x < edge[j + 1], edge[j] = lo + j (hi - lo) /
 * bins.
 *
 * - Input: f32 or i16
 * - Output: bins u32
 * - NaN: skipped: the row is computed from its other elements
 * - Notes: hi belongs to the last bin. f32 samples are compared with edges rounded to f32, i16 with edges in f64; all
 *   edges must differ.
 * - Source: numpy.histogram(x, bins, (lo, hi)) of the same type
 *
 * | Parameter | Type    | Unit | Range             | Default  |
 * | --------- | ------- | ---- | ----------------- | -------- |
 * | lo        | number  | of x | finite, below hi  | required |
 * | hi        | number  | of x | finite, above lo  | required |
 * | bins      | integer | -    | 1 to 65536        | required |
 * | clamp     | integer | -    | 0, 1              | 0        |
 * | scale     | number  | -    | 1.2e-38 to 3.4e38 | 1        |
 *
 * - lo: lower end of the first bin
 * - hi: upper end of the last bin
 * - bins: number of bins
 * - clamp: 1: elements outside of lo to hi count in the first or last bin; 0: not at all
 * - scale: factor of the elements: lo and hi are divided by it
 *
 * @return the kind "histogram"
 */
const sqs_kind *sqs_kind_histogram(void);

/**
 * hmm_backward: Hidden Markov model, posteriors: gamma(i) = alpha(i) sum_j a(i,j) later gamma(j) / sum_k alpha(k)
 * a(k,j).
 *
 * - Input: rows of hmm_forward; a reverse scan
 * - Output: N f64 per observation: P(state given all observations)
 * - NaN: none: rows of the kind on its edge have none
 * - Notes: At the last observation gamma is alpha.
 * - Source: Askar and Derin, IEEE Trans. Automatic Control 26 (1981); equal to alpha beta of Rabiner, Proc. IEEE 77
 *   (1989)
 *
 * | Parameter  | Type | Unit | Range                                 | Default  |
 * | ---------- | ---- | ---- | ------------------------------------- | -------- |
 * | transition | list | -    | N * N numbers, 0 to 1, N from 1 to 64 | required |
 *
 * - transition: row i has the probabilities of the transitions from state i; their sum is 1 (within 1e-6)
 *
 * @return the kind "hmm_backward"
 */
const sqs_kind *sqs_kind_hmm_backward(void);

/**
 * hmm_forward: Hidden Markov model, scaled forward recursion: p(j) = sum_i alpha(i) a(i,j), c = sum_j p(j) b(j),
 * alpha(j) = p(j) b(j) / c.
 *
 * - Input: u8 symbols, or f32 or f64 likelihoods b(j), N per observation; a scan
 * - Output: N + 1 f64 per observation: alpha and the scale c
 * - NaN: missing: the sample does not change the state, which is finite after any samples
 * - Notes: The product of all c is the likelihood. An observation that is impossible in all possible states, as when
 *   its likelihoods have underflowed, makes the stage fail with -16 (SQS_ERR_RANGE): give their logarithms, or NaN for
 *   a missing one.
 * - Source: Rabiner, A tutorial on hidden Markov models, Proc. IEEE 77 (1989), section V.A
 *
 * | Parameter  | Type    | Unit | Range                                  | Default              |
 * | ---------- | ------- | ---- | -------------------------------------- | -------------------- |
 * | transition | list    | -    | N * N numbers, 0 to 1, N from 1 to 64  | required             |
 * | emission   | list    | -    | N rows, 0 to 1, sum of a row at most 1 | required for symbols |
 * | initial    | list    | -    | N numbers, 0 to 1, sum 1               | 1 / N each           |
 * | log        | integer | -    | 0, 1                                   | 0                    |
 *
 * - transition: row i has the probabilities of the transitions from state i; their sum is 1 (within 1e-6)
 * - emission: row i has the probability of each symbol in state i; only for symbols
 * - initial: distribution at the first observation
 * - log: 1: likelihoods and c are natural logarithms; not for symbols
 *
 * @return the kind "hmm_forward"
 */
const sqs_kind *sqs_kind_hmm_forward(void);

/**
 * irfft: The real row whose discrete Fourier transform is the row, as rfft computes it. Imaginary parts of frequency 0
 * and, for even n, of the last are ignored.
 *
 * - Input: m c32, one channel
 * - Output: n f32
 * - NaN: spreads: what the row computes from it is not finite; other rows are not affected
 * - Notes: Rows of any length from 1 to 2^20, in the caller's memory, with the same bits on every machine. The error is
 *   about 1e-7 log2 n of the largest result, three times that if n is not a power of two.
 * - Source: numpy.fft.irfft
 *
 * | Parameter | Type    | Unit     | Range            | Default                 | Meaning           |
 * | --------- | ------- | -------- | ---------------- | ----------------------- | ----------------- |
 * | n         | integer | elements | 2 m - 2, 2 m - 1 | 2 m - 2; of 1 element 1 | length of the row |
 *
 * @return the kind "irfft"
 */
const sqs_kind *sqs_kind_irfft(void);

/**
 * join: Rows of several edges one after another: y = x0, x1, ..., so that one request returns several results.
 *
 * - Input: 2 to 16 edges of one type, with rows of any lengths, without lookback and lookahead
 * - Output: a row of the sum of the lengths, of the same type
 * - NaN: copied: elements are not interpreted
 * - Notes: The row has several lists: select one with band for a further stage.
 * - Source: numpy.concatenate([x0, x1, ...])
 * - Parameters: none
 *
 * @return the kind "join"
 */
const sqs_kind *sqs_kind_join(void);

/**
 * kalman: Linear Kalman filter with d states and scalar measurements z: s = h P h' + r, k = P h' / s, x += k (z - h x);
 * then x = F x, P = F P F' + Q.
 *
 * - Input: f32, f64 or i16 measurements; a scan
 * - Output: d (d + 3) / 2 f64 per measurement: the estimate x, and the upper triangle of its covariance P, row by row
 * - NaN: missing: the sample does not change the state, which is finite after any samples
 * - Notes: P is updated after Bucy and Joseph: (I - k h) P (I - k h)' + k r k'. The row of a missing measurement, also
 *   one that would make the state not finite, is the prediction.
 * - Source: Kalman (1960); Durbin and Koopman, Time Series Analysis by State Space Methods, section 4.3
 *
 * | Parameter  | Type         | Unit | Range                                      | Default                     |
 * | ---------- | ------------ | ---- | ------------------------------------------ | --------------------------- |
 * | transition | list         | -    | d * d numbers, d from 1 to 4               | from dt                     |
 * | process    | list         | -    | d * d numbers, a covariance                | from dt and q               |
 * | observe    | list         | -    | d numbers                                  | 1 0                         |
 * | dt         | number       | time | above 0                                    | 1                           |
 * | q          | number       | -    | at least 0                                 | required without transition |
 * | r          | number       | -    | above 0                                    | required                    |
 * | x0         | list         | -    | d numbers                                  | zeros                       |
 * | p0         | number, list | -    | at least 0, or d * d numbers, a covariance | 1e6                         |
 * | scale      | number       | -    | 1.2e-38 to 3.4e38                          | 1                           |
 *
 * - transition: F, row by row
 * - process: Q, row by row; required with transition. Symmetric and semidefinite, each within 1e-9 of the variances
 * - observe: h; required with transition
 * - dt: without transition: time between samples, of position and velocity
 * - q: intensity of the white noise of the acceleration: F = [1 dt; 0 1], Q = q [dt^3/3 dt^2/2; dt^2/2 dt], h = [1 0]
 * - r: variance of a measurement
 * - x0: estimate before the first measurement
 * - p0: its covariance: one number for the diagonal, or the matrix, checked as process
 * - scale: factor of the samples
 *
 * @return the kind "kalman"
 */
const sqs_kind *sqs_kind_kalman(void);

/**
 * max: The largest element: max x[i].
 *
 * - Input: f32 or i16, one channel
 * - Output: 1 f32
 * - NaN: spreads: what the row computes from it is not finite; other rows are not affected
 * - Notes: Both zeros are +0.
 * - Source: numpy.max(x)
 *
 * | Parameter | Type   | Unit | Range             | Default | Meaning                                               |
 * | --------- | ------ | ---- | ----------------- | ------- | ----------------------------------------------------- |
 * | scale     | number | -    | 1.2e-38 to 3.4e38 | 1       | factor of the elements; rounded once, with the result |
 *
 * @return the kind "max"
 */
const sqs_kind *sqs_kind_max(void);

/**
 * mean: Arithmetic mean: sum x[i] / n.
 *
 * - Input: f32 or i16
 * - Output: 1 f32
 * - NaN: spreads: what the row computes from it is not finite; other rows are not affected
 * - Notes: f32 is summed in f64, in sixteen interleaved partial sums, which are added pairwise; i16 is summed exactly.
 *   The error is at most half a unit in the last place, plus (n / 16 + 6) 2^-53 times the mean of abs(x).
 *
 * | Parameter | Type   | Unit | Range             | Default | Meaning                                               |
 * | --------- | ------ | ---- | ----------------- | ------- | ----------------------------------------------------- |
 * | scale     | number | -    | 1.2e-38 to 3.4e38 | 1       | factor of the elements; rounded once, with the result |
 *
 * @return the kind "mean"
 */
const sqs_kind *sqs_kind_mean(void);

/**
 * min: The smallest element: min x[i].
 *
 * - Input: f32 or i16, one channel
 * - Output: 1 f32
 * - NaN: spreads: what the row computes from it is not finite; other rows are not affected
 * - Notes: Both zeros are +0.
 * - Source: numpy.min(x)
 *
 * | Parameter | Type   | Unit | Range             | Default | Meaning                                               |
 * | --------- | ------ | ---- | ----------------- | ------- | ----------------------------------------------------- |
 * | scale     | number | -    | 1.2e-38 to 3.4e38 | 1       | factor of the elements; rounded once, with the result |
 *
 * @return the kind "min"
 */
const sqs_kind *sqs_kind_min(void);

/**
 * mixer: Mixer with a numerically controlled oscillator: y[n] = x[n] exp(2 pi i (frequency n + phase)), with n from the
 * first sample of row 0.
 *
 * - Input: f32, i16 or c32, one channel; overlapping rows are counted by their position in the samples
 * - Output: n c32
 * - NaN: spreads: what the row computes from it is not finite; other rows are not affected
 * - Notes: The phase is an integer of 64 bits, a multiple of 2^-64 turns: it does not drift. Sine and cosine are
 *   computed in f64, and products rounded once. A negative frequency shifts a positive one to 0.
 * - Source: x * numpy.exp(2j * numpy.pi * (frequency * n + phase)); Tierney, Rader and Gold, IEEE Trans. Audio
 *   Electroacoustics 19 (1971)
 *
 * | Parameter | Type   | Unit            | Range             | Default  |
 * | --------- | ------ | --------------- | ----------------- | -------- |
 * | frequency | number | cycles a sample | -0.5 to 0.5       | required |
 * | phase     | number | turns           | -1 to 1           | 0        |
 * | scale     | number | -               | 1.2e-38 to 3.4e38 | 1        |
 *
 * - frequency: shift of all frequencies
 * - phase: phase of sample 0
 * - scale: factor of the elements; rounded once, with the result
 *
 * @return the kind "mixer"
 */
const sqs_kind *sqs_kind_mixer(void);

/**
 * noncoherent: Noncoherent sum: power added over rows, y[i] = sum over m of |x_m[i]|^2, or of x_m[i] if the rows are
 * powers.
 *
 * - Input: f32 rows of powers, which are added as they are, or c32; any number of channels; the edge has the lookback
 *   or the lookahead
 * - Output: n f32: powers
 * - NaN: spreads: what the row computes from it is not finite; other rows are not affected
 * - Notes: Computed in f64, in the order of the rows, and rounded once. With limit, an element y above the limit l,
 *   which is the parameter times the mean of the finite elements of the row, becomes l (1 + ln(y / l)), so that an
 *   impulse in one row does not hide what is in all. Rows outside the stream are those of the boundary of the edge.
 * - Source: numpy.sum(x[t hop - lookback:t hop + lookahead + 1], axis=0), numpy.mean
 *
 * | Parameter | Type    | Unit  | Range        | Default |
 * | --------- | ------- | ----- | ------------ | ------- |
 * | hop       | integer | rows  | 1 to 1048576 | 1       |
 * | mean      | integer | -     | 0, 1         | 0       |
 * | limit     | number  | means | above 0      | none    |
 *
 * - hop: rows of the edge from one row to the next
 * - mean: 1: the mean over the rows instead of the sum
 * - limit: power up to which an element counts linearly, in means of the row
 *
 * @return the kind "noncoherent"
 */
const sqs_kind *sqs_kind_noncoherent(void);

/**
 * pll: Phase-locked loop of second order that tracks a tone: e = arg(x exp(-2 pi i phase)) / (2 pi), frequency += ki e,
 * phase += frequency + kp e.
 *
 * - Input: c32, or real f32, f64 or i16 samples; a scan
 * - Output: 3 n elements, phase (turns, at least 0, below 1) frequency (cycles per sample) lock for each sample; f32,
 *   or f64 with precision 64
 * - NaN: missing: the sample does not change the state, which is finite after any samples
 * - Notes: phase is that before the sample, frequency and lock those after it. lock += weight (cos(2 pi e) - lock)
 *   approaches 1 when locked, and 0 or less without a tone; with costas it is that of the doubled angle. Silence counts
 *   as missing: samples of 0, and what the low-pass still holds of a tone that has ended. The loop then coasts on its
 *   frequency, and lock decays.
 * - Source: Gardner, Phaselock Techniques; loop gains: Rice, Digital Communications: A Discrete-Time Approach, appendix
 *   C
 *
 * | Parameter | Type    | Unit              | Range                            | Default                   |
 * | --------- | ------- | ----------------- | -------------------------------- | ------------------------- |
 * | bandwidth | number  | cycles per sample | above 0, at most 0.25            | 0.01                      |
 * | damping   | number  | -                 | above 0                          | sqrt(1/2)                 |
 * | frequency | number  | cycles per sample | -0.5 to 0.5; real samples: not 0 | 0; real samples: required |
 * | range     | number  | cycles per sample | 0 to 1                           | 0.5                       |
 * | costas    | integer | -                 | 0, 1                             | 0                         |
 * | arm       | number  | -                 | above 0, at most 1               | 0.1                       |
 * | weight    | number  | -                 | above 0, at most 1               | 0.01                      |
 * | precision | integer | bits              | 32, 64                           | 32                        |
 * | scale     | number  | -                 | 1.2e-38 to 3.4e38                | 1                         |
 *
 * - bandwidth: noise bandwidth of the loop
 * - damping: damping of the loop; both gains must be finite and above 0
 * - frequency: initial frequency
 * - range: maximum distance from the initial frequency
 * - costas: 1: the tone may change its sign (BPSK)
 * - arm: real samples: weight of the low-pass, well above bandwidth
 * - weight: weight of a sample in lock
 * - precision: element type of the rows: f32 or f64
 * - scale: factor of the samples, on which no result depends
 *
 * @return the kind "pll"
 */
const sqs_kind *sqs_kind_pll(void);

/**
 * quantile: Quantiles by nearest rank: the element of rank (n - 1) q, rounded half to even.
 *
 * - Input: f32 or i16; windows may overlap
 * - Output: 1 f32 per q, in the order of the list
 * - NaN: ordered: above all numbers
 * - Notes: Both zeros are +0. The cost of overlapping windows depends on their hop, not on their length.
 * - Source: numpy.percentile(x, 100 q, method='nearest'); Floyd and Rivest, Expected time bounds for selection, CACM 18
 *   (1975)
 *
 * | Parameter | Type   | Unit | Range                  | Default  |
 * | --------- | ------ | ---- | ---------------------- | -------- |
 * | q         | list   | -    | 1 to 8 numbers, 0 to 1 | required |
 * | scale     | number | -    | 1.2e-38 to 3.4e38      | 1        |
 *
 * - q: probabilities, in any order
 * - scale: factor of the elements; rounded once, with the result
 *
 * @return the kind "quantile"
 */
const sqs_kind *sqs_kind_quantile(void);

/**
 * resample: Rational resampler: the sample rate times up / down, y[m] = sum over i of h[(m down mod up) + i up]
 * x[floor(m down / up) + Q - i], Q = ceil(taps / up) - 1.
 *
 * - Input: f32 or c32, one channel; rows start every hop samples, hop up a multiple of down, and have at least hop + Q
 *   samples
 * - Output: hop up / down elements of the same type, consecutive over the rows
 * - NaN: spreads: what the row computes from it is not finite; other rows are not affected
 * - Notes: Taps are used as given, at up times the rate: for a gain of 1 their sum is up. Output m is at the input time
 *   (m down + Q up - (taps - 1) / 2) / up if the filter is even. Taps are rounded to f32; sums run in f64 and are
 *   rounded once.
 * - Source: scipy.signal.upfirdn(taps, x, up)[Q up::down]; Crochiere and Rabiner, Multirate Digital Signal Processing
 *   (1983), 3.3
 *
 * | Parameter | Type    | Unit | Range                     | Default  | Meaning                  |
 * | --------- | ------- | ---- | ------------------------- | -------- | ------------------------ |
 * | up        | integer | -    | 1 to 4096                 | 1        | outputs for down samples |
 * | down      | integer | -    | 1 to 4096                 | 1        | samples for up outputs   |
 * | taps      | list    | -    | 1 to 65536 numbers of f32 | required | the filter               |
 *
 * @return the kind "resample"
 */
const sqs_kind *sqs_kind_resample(void);

/**
 * rfft: Discrete Fourier transform of real rows: X[k] = sum x[i] exp(-2 pi j i k / n), k from 0 to n / 2.
 *
 * - Input: f32, one channel
 * - Output: n / 2 + 1 c32
 * - NaN: spreads: what the row computes from it is not finite; other rows are not affected
 * - Notes: Rows of any length from 1 to 2^20, in the caller's memory, with the same bits on every machine. The error is
 *   about 1e-7 log2 n of the largest result, three times that if n is not a power of two.
 * - Source: numpy.fft.rfft
 * - Parameters: none
 *
 * @return the kind "rfft"
 */
const sqs_kind *sqs_kind_rfft(void);

/**
 * rfft_magnitude: Magnitudes of the real FFT: abs(X[k]), X[k] = sum x[i] exp(-2 pi i k / n), k = 0 to n / 2.
 *
 * - Input: f32, one channel, n from 1 to 2^24
 * - Output: n / 2 + 1 f32
 * - NaN: spreads: what the row computes from it is not finite; other rows are not affected
 * - Notes: Not scaled. Results that fit f32 are right over its whole range: a row whose largest power does not fit, or
 *   for magnitudes is below 2^-60, takes twice the time. Values are bit-identical on every machine with portable, on
 *   memory from the caller, and in builds without the feature fft; else they may differ in the last bits between
 *   processors. Sizes that need a plan use the host's heap.
 * - Source: numpy.abs(numpy.fft.rfft(x))
 *
 * | Parameter | Type    | Unit | Range | Default |
 * | --------- | ------- | ---- | ----- | ------- |
 * | portable  | integer | -    | 0, 1  | 0       |
 *
 * - portable: 1: the library's own transform, for n a power of two, with the same bits on every machine; 0: the fastest
 *   transform
 *
 * @return the kind "rfft_magnitude"
 */
const sqs_kind *sqs_kind_rfft_magnitude(void);

/**
 * rfft_power: Power of the real FFT: the squares of the values of rfft_magnitude.
 *
 * - Input: f32, one channel, n from 1 to 2^24
 * - Output: n / 2 + 1 f32
 * - NaN: spreads: what the row computes from it is not finite; other rows are not affected
 * - Notes: Not scaled. Results that fit f32 are right over its whole range: a row whose largest power does not fit, or
 *   for magnitudes is below 2^-60, takes twice the time. Values are bit-identical on every machine with portable, on
 *   memory from the caller, and in builds without the feature fft; else they may differ in the last bits between
 *   processors. Sizes that need a plan use the host's heap.
 * - Source: numpy.abs(numpy.fft.rfft(x)) ** 2
 *
 * | Parameter | Type    | Unit | Range | Default |
 * | --------- | ------- | ---- | ----- | ------- |
 * | portable  | integer | -    | 0, 1  | 0       |
 *
 * - portable: 1: the library's own transform, for n a power of two, with the same bits on every machine; 0: the fastest
 *   transform
 *
 * @return the kind "rfft_power"
 */
const sqs_kind *sqs_kind_rfft_power(void);

/**
 * rms: Root mean square: sqrt(sum x[i]^2 / n).
 *
 * - Input: f32 or i16 (summed exactly)
 * - Output: 1 f32
 * - NaN: spreads: what the row computes from it is not finite; other rows are not affected
 * - Notes: f32 is squared and summed in f64, in a fixed order: no square overflows, and the relative error is below (n
 *   / 16 + 6) 2^-53, plus the rounding to f32.
 *
 * | Parameter | Type   | Unit | Range             | Default | Meaning                                               |
 * | --------- | ------ | ---- | ----------------- | ------- | ----------------------------------------------------- |
 * | scale     | number | -    | 1.2e-38 to 3.4e38 | 1       | factor of the elements; rounded once, with the result |
 *
 * @return the kind "rms"
 */
const sqs_kind *sqs_kind_rms(void);

/**
 * rolling_stats: Mean and variance of the last window samples.
 *
 * - Input: f32, f64 or i16 samples; a scan
 * - Output: 2 n elements, mean variance for each sample; f64 for f64 input, else f32
 * - NaN: window: results are NaN while it is in the window; with min_periods skipped
 * - Notes: The first window - 1 results are over the samples so far. Nothing is subtracted from running sums, so that
 *   rounding errors do not accumulate.
 * - Source: pandas.Series.rolling(window, min_periods=1); van Herk, Pattern Recognition Letters 13 (1992); Chan, Golub
 *   and LeVeque (1979)
 *
 * | Parameter   | Type    | Unit    | Range             | Default                   |
 * | ----------- | ------- | ------- | ----------------- | ------------------------- |
 * | window      | integer | samples | 1 to 1048576      | required                  |
 * | ddof        | integer | samples | 0 to 1048576      | 0                         |
 * | min_periods | integer | samples | 1 to window       | -                         |
 * | precision   | integer | bits    | 32, 64            | 64 for f64 input, else 32 |
 * | scale       | number  | -       | 1.2e-38 to 3.4e38 | 1                         |
 *
 * - window: samples of a full window
 * - ddof: the sum of squares is divided by the number of samples minus ddof; NaN if that is not above 0
 * - min_periods: given: samples that are not finite are left out, and results over fewer samples than this are NaN
 * - precision: element type of the rows: f32 or f64
 * - scale: factor of the samples
 *
 * @return the kind "rolling_stats"
 */
const sqs_kind *sqs_kind_rolling_stats(void);

/**
 * rts_smoother: Rauch-Tung-Striebel smoother: c = P F' (F P F' + Q)^-1, x += c (later x - F x), also where covariances
 * are singular.
 *
 * - Input: rows of kalman; a reverse scan
 * - Output: per measurement x and the upper triangle of P, as kalman; f64, or f32 with precision 32
 * - NaN: none: rows of the kind on its edge have none
 * - Notes: The last estimate of the range is unchanged. Of the parameters of kalman only F and Q (or dt and q) are
 *   used.
 * - Source: Rauch, Tung and Striebel, Maximum likelihood estimates of linear dynamic systems, AIAA Journal 3 (1965)
 *
 * | Parameter  | Type         | Unit | Range                                      | Default                     |
 * | ---------- | ------------ | ---- | ------------------------------------------ | --------------------------- |
 * | transition | list         | -    | d * d numbers, d from 1 to 4               | from dt                     |
 * | process    | list         | -    | d * d numbers, a covariance                | from dt and q               |
 * | observe    | list         | -    | d numbers                                  | 1 0                         |
 * | dt         | number       | time | above 0                                    | 1                           |
 * | q          | number       | -    | at least 0                                 | required without transition |
 * | r          | number       | -    | above 0                                    | -                           |
 * | x0         | list         | -    | d numbers                                  | zeros                       |
 * | p0         | number, list | -    | at least 0, or d * d numbers, a covariance | 1e6                         |
 * | covariance | integer      | -    | 0, 1                                       | 1                           |
 * | precision  | integer      | bits | 32, 64                                     | 64                          |
 *
 * - transition: F, row by row
 * - process: Q, row by row; required with transition. Symmetric and semidefinite, each within 1e-9 of the variances
 * - observe: h; required with transition
 * - dt: without transition: time between samples, of position and velocity
 * - q: intensity of the white noise of the acceleration: F = [1 dt; 0 1], Q = q [dt^3/3 dt^2/2; dt^2/2 dt], h = [1 0]
 * - r: variance of a measurement
 * - x0: estimate before the first measurement
 * - p0: its covariance: one number for the diagonal, or the matrix, checked as process
 * - covariance: 0: only x is output
 * - precision: element type of the rows: f32 or f64
 *
 * @return the kind "rts_smoother"
 */
const sqs_kind *sqs_kind_rts_smoother(void);

/**
 * sum: Sum of the elements: sum x[i]; of a row of powers, its energy.
 *
 * - Input: f32 or i16, one channel
 * - Output: 1 f32
 * - NaN: spreads: what the row computes from it is not finite; other rows are not affected
 * - Notes: f32 is summed in f64, i16 exactly; the result is rounded once.
 * - Source: numpy.sum(x)
 *
 * | Parameter | Type   | Unit | Range             | Default | Meaning                                               |
 * | --------- | ------ | ---- | ----------------- | ------- | ----------------------------------------------------- |
 * | scale     | number | -    | 1.2e-38 to 3.4e38 | 1       | factor of the elements; rounded once, with the result |
 *
 * @return the kind "sum"
 */
const sqs_kind *sqs_kind_sum(void);

/**
 * threshold: Alarm per element: 1 if x > level, else 0; with below, 1 if x < level.
 *
 * - Input: real
 * - Output: n u8
 * - NaN: false: no comparison with it holds
 * - Notes: f32 samples are compared with the level rounded to f32, integers and f64 with the level itself, exactly.
 *
 * | Parameter | Type    | Unit | Range             | Default  | Meaning                                            |
 * | --------- | ------- | ---- | ----------------- | -------- | -------------------------------------------------- |
 * | level     | number  | of x | finite            | required | level to compare with                              |
 * | below     | integer | -    | 0, 1              | 0        | 1: alarm below the level; 0: above                 |
 * | scale     | number  | -    | 1.2e-38 to 3.4e38 | 1        | factor of the elements: the level is divided by it |
 *
 * @return the kind "threshold"
 */
const sqs_kind *sqs_kind_threshold(void);

/**
 * to_f32: Conversion to f32: y = x scale + offset, from raw counts to units of measurement.
 *
 * - Input: real
 * - Output: n f32
 * - NaN: spreads: what the row computes from it is not finite; other rows are not affected
 * - Notes: Integers up to 16 bits and f32 are computed in f32, each operation rounded, if scale and offset are 0 or
 *   normal numbers of f32 and offset is below 2^100; otherwise, and for other types, in f64, rounded once.
 *
 * | Parameter | Type   | Unit    | Range         | Default | Meaning                                              |
 * | --------- | ------ | ------- | ------------- | ------- | ---------------------------------------------------- |
 * | scale     | number | y per x | finite in f32 | 1       | factor                                               |
 * | offset    | number | of y    | finite in f32 | 0       | offset                                               |
 * | missing   | number | of x    | finite        | none    | elements of this value, such as gap_fill, become NaN |
 *
 * @return the kind "to_f32"
 */
const sqs_kind *sqs_kind_to_f32(void);

/**
 * top_k_sum: Sum of the k largest elements.
 *
 * - Input: f32
 * - Output: 1 f32
 * - NaN: skipped: the row is computed from its other elements
 * - Notes: With fewer than k numbers all are summed. The sum runs in f64, from the smallest to the largest: the error
 *   is below k 2^-53 times the sum of their magnitudes, plus the rounding to f32.
 * - Source: selection: Hoare, Find, Comm. ACM 4 (1961)
 *
 * | Parameter | Type    | Unit     | Range  | Default  | Meaning            |
 * | --------- | ------- | -------- | ------ | -------- | ------------------ |
 * | k         | integer | elements | 1 to n | required | number of elements |
 *
 * @return the kind "top_k_sum"
 */
const sqs_kind *sqs_kind_top_k_sum(void);

/**
 * viterbi: Viterbi decoder of convolutional codes of rate 1/m, forward scan: path decisions.
 *
 * - Input: m symbols per bit: u8 hard (0, or else 1), or i8 or f32 soft (positive: 0, negative: 1, 0: erased); a scan
 * - Output: per bit 2^(K-1) decision bits, then one byte per row: the best state after it; u8
 * - NaN: missing: the sample does not change the state, which is finite after any samples
 * - Notes: On a tie the predecessor with the even number wins. Soft symbols beyond 1e6 count as 1e6; a missing one is
 *   erased.
 * - Source: Viterbi (1967); Forney, The Viterbi algorithm, Proc. IEEE 61 (1973); the default generators are octal 171
 *   and 133, as in CCSDS 131.0-B (there with invert 0 1)
 *
 * | Parameter  | Type    | Unit | Range                         | Default                          |
 * | ---------- | ------- | ---- | ----------------------------- | -------------------------------- |
 * | constraint | integer | bits | 3 to 9                        | 7                                |
 * | generators | list    | -    | 2 to 6 integers, 1 to 2^K - 1 | 121 91; K other than 7: required |
 * | invert     | list    | -    | 0 or 1 per generator          | zeros                            |
 * | any_start  | integer | -    | 0, 1                          | 0                                |
 *
 * - constraint: constraint length K of the code
 * - generators: bits of the encoder whose parity is each symbol, the newest in the highest bit
 * - invert: 1: the symbols of this generator come inverted
 * - any_start: 1: the encoder may start in any state; 0: in state 0
 *
 * @return the kind "viterbi"
 */
const sqs_kind *sqs_kind_viterbi(void);

/**
 * viterbi_traceback: Viterbi decoder, reverse scan: the decoded bits.
 *
 * - Input: rows of viterbi; a reverse scan
 * - Output: 1 u8 per bit; with pack, 8 bits per u8, the first in the top bit
 * - NaN: none: rows of the kind on its edge have none
 * - Source: Forney, The Viterbi algorithm, Proc. IEEE 61 (1973)
 *
 * | Parameter  | Type    | Unit | Range            | Default        | Meaning                                        |
 * | ---------- | ------- | ---- | ---------------- | -------------- | ---------------------------------------------- |
 * | constraint | integer | bits | 3 to 9           | 7              | constraint length K of the code                |
 * | end        | integer | -    | 0 to 2^(K-1) - 1 | the best state | state after the range; 0 after a tail of zeros |
 * | pack       | integer | -    | 0, 1             | 0              | 1: rows have a multiple of 8 bits, packed      |
 *
 * @return the kind "viterbi_traceback"
 */
const sqs_kind *sqs_kind_viterbi_traceback(void);

/**
 * window: Window function: y[i] = scale w[i] x[i].
 *
 * - Input: f32, i16 or c32, one channel
 * - Output: n f32; c32 for c32 input
 * - NaN: spreads: what the row computes from it is not finite; other rows are not affected
 * - Notes: type: 0 rectangular, 1 Hann, 2 Hamming, 3 Blackman, 4 Blackman-Harris, 5 flat top, 6 Kaiser, 7 Slepian
 *   (DPSS). w is computed in f64 and has the same bits on every machine; of one element it is 1. A Slepian window of
 *   large n takes long to prepare: about 110 n divisions when the pipeline is sealed.
 * - Source: scipy.signal.get_window(name, n, fftbins=True) and, with symmetric, False; Harris, On the use of windows
 *   for harmonic analysis with the discrete Fourier transform, Proc. IEEE 66 (1978); Slepian, Bell System Technical
 *   Journal 57 (1978)
 *
 * | Parameter | Type    | Unit | Range                             | Default          |
 * | --------- | ------- | ---- | --------------------------------- | ---------------- |
 * | type      | integer | -    | 0 to 7                            | 1                |
 * | symmetric | integer | -    | 0, 1                              | 0                |
 * | beta      | number  | -    | 0 to 600                          | type 6: required |
 * | nw        | number  | -    | above 0, below half of the length | type 7: required |
 * | scale     | number  | -    | 1.2e-38 to 3.4e38                 | 1                |
 *
 * - type: the window
 * - symmetric: 0: one period of n, for spectra; 1: both ends alike, for filters
 * - beta: shape of Kaiser's window; other types refuse it
 * - nw: half bandwidth of Slepian's window, in cycles per length; other types refuse it
 * - scale: factor of the window; 1/32768 makes full scale of i16 1
 *
 * @return the kind "window"
 */
const sqs_kind *sqs_kind_window(void);

/**
 * zero_phase_forward: Zero-phase filter, forward half: filters the extended signal, as scipy.signal.sosfiltfilt with
 * odd padding.
 *
 * - Input: f32, f64 or i16 samples x; a scan. Rows shorter than p + 1 need a lookahead of ceil((p + 1) / n) - 1 rows
 * - Output: f64: n filtered samples, then z1 z2 of each section after them
 * - NaN: on_nan: as this parameter sets; by default stays: all later results are not finite
 * - Source: scipy.signal.sosfiltfilt; Gustafsson, Determining the initial states in forward-backward filtering, IEEE
 *   Trans. Signal Processing 44 (1996)
 *
 * | Parameter | Type    | Unit    | Range                                   | Default                    |
 * | --------- | ------- | ------- | --------------------------------------- | -------------------------- |
 * | sos       | list    | -       | 6 numbers per section, 1 to 32 sections | required                   |
 * | padlen    | integer | samples | 0 to 1048576                            | 3 * (2 * sections + 1 - m) |
 * | on_nan    | integer | -       | 0, 1, 2, 3                              | 0                          |
 * | scale     | number  | -       | 1.2e-38 to 3.4e38                       | 1                          |
 *
 * - sos: coefficients b0 b1 b2 a0 a1 a2 of each section, finite, also when divided by a0
 * - padlen: padding p at each end, the same in both stages; m: the smaller of the numbers of sections with b2 = 0 and
 *   with a2 = 0
 * - on_nan: a sample that is not finite, or that would make the state not finite: 0: stays in the state, all later
 *   results are not finite; 1: skip it, the state is kept and the result is NaN; 2: hold, the last sample takes its
 *   place; 3: reset, the filter starts anew with the next sample and the result is NaN
 * - scale: factor of the samples
 *
 * @return the kind "zero_phase_forward"
 */
const sqs_kind *sqs_kind_zero_phase_forward(void);

/**
 * zero_phase_reverse: Zero-phase filter, reverse half: the filtered signal.
 *
 * - Input: two edges: zero_phase_forward, and its x with the same rows; a reverse scan. Rows of x shorter than p + 1
 *   need a lookback of ceil((p + 1) / n) - 1 rows
 * - Output: n elements; f64 for f64 input, else f32
 * - NaN: on_nan: as this parameter sets; by default stays: all later results are not finite
 * - Notes: The stream must have more than p samples, else the stage fails with -16 (SQS_ERR_RANGE). A row depends on
 *   the whole stream, whatever range is evaluated.
 * - Source: scipy.signal.sosfiltfilt; Gustafsson, Determining the initial states in forward-backward filtering, IEEE
 *   Trans. Signal Processing 44 (1996)
 *
 * | Parameter | Type    | Unit    | Range                                   | Default                    |
 * | --------- | ------- | ------- | --------------------------------------- | -------------------------- |
 * | sos       | list    | -       | 6 numbers per section, 1 to 32 sections | required                   |
 * | padlen    | integer | samples | 0 to 1048576                            | 3 * (2 * sections + 1 - m) |
 * | on_nan    | integer | -       | 0, 1, 2, 3                              | 0                          |
 * | precision | integer | bits    | 32, 64                                  | 64 for f64 input, else 32  |
 * | scale     | number  | -       | 1.2e-38 to 3.4e38                       | 1                          |
 *
 * - sos: coefficients b0 b1 b2 a0 a1 a2 of each section, finite, also when divided by a0
 * - padlen: padding p at each end, the same in both stages; m: the smaller of the numbers of sections with b2 = 0 and
 *   with a2 = 0
 * - on_nan: a sample that is not finite, or that would make the state not finite: 0: stays in the state, all later
 *   results are not finite; 1: skip it, the state is kept and the result is NaN; 2: hold, the last sample takes its
 *   place; 3: reset, the filter starts anew with the next sample and the result is NaN
 * - precision: element type of the rows: f32 or f64
 * - scale: factor of the samples
 *
 * @return the kind "zero_phase_reverse"
 */
const sqs_kind *sqs_kind_zero_phase_reverse(void);

/** @} */


/* ================================================================================================================== */
/**
 * @defgroup streaming 7. Streaming: outputs, inputs, sources
 *
 * Open the output of one or more stages before sealing. Then repeat: push samples, step, pull rows. sqs_step() does a
 * bounded amount of work, so that a task can run it between its other duties. Samples leave the input buffer when the
 * stream no longer needs them. A pipeline that is never evaluated sets #SQS_STREAM_ONLY in sqs_config.flags: then only
 * the stream has memory.
 *
 * @code{.c}
 * sqs_output_open(p, id, 64);
 * // ...
 * sqs_push(p, 0, samples, n, &accepted);
 * do {
 *     status = sqs_step(p, 16, &done);
 *     while (sqs_pull(p, id, rows, 64, &count) == SQS_OK) use(rows, count);
 * } while (status == SQS_OK);
 * @endcode
 *
 * After #SQS_AGAIN, sqs_blocked_on() returns which output or input the stream waits for. Under a watchdog
 * sqs_step_budget() limits a step in time instead of windows.
 *
 * An input is either pushed (sqs_push()) or read from a source (sqs_source_set()), which can be read at any position.
 * Of a pushed input only the windows that are still in its buffer are available.
 *
 * Samples that are known to be missing keep their positions: sqs_push_gap() appends them, sqs_source.gap reports those of
 * a source, and sqs_source_set_recovered() reads the output of a decoder whose input was damaged. sqs_config.max_gaps sets
 * how many gaps of pushed inputs are held. Stages see NaN in place of a missing sample, so that the line "NaN" of a kind
 * (chapter 6) is what it does with gaps, and on_nan sets it for filters: 0 propagate, 1 skip, 2 hold, 3 reset. Integers
 * have no NaN: samples in gaps have the value gap_fill, 0 by default. Set gap_fill to a value that no sample has and
 * to_f32.missing to the same one, and the samples are NaN from there on. Rows are the same bits in every order, block
 * size and budget, also after a repair or from a saved file. sqs_pull_counted() and sqs_rows_missing() return how many
 * samples of each row are missing.
 *
 * @code{.c}
 * config.max_gaps = 16;                       // in 384 bytes of the control area
 * // ...
 * sqs_push(p, 0, samples, n, &accepted);      // then a packet was lost:
 * sqs_push_gap(p, 0, 4096, &missing_accepted);
 * while (sqs_pull_counted(p, id, rows, missing, 64, &count) == SQS_OK)
 *     for (size_t i = 0; i < count; i++) if (missing[i] == 0) use(rows[i]);
 * @endcode
 *
 * @{
 */

/**
 * Opens the output of a stage: its rows wait in a queue to be pulled, each once, in order. Before seal.
 *
 * A full queue stops sqs_step(). Outputs after a reverse scan cannot be opened: sqs_plan() and sqs_pipeline_seal()
 * report them.
 *
 * @param[in] pipeline       handle
 * @param[in] stage          number of the stage
 * @param[in] capacity_rows  rows that the queue holds, at least 1
 * @retval SQS_OK
 * @retval SQS_ERR_ARGUMENT   the handle is not valid, the stage does not exist, or capacity_rows is 0
 * @retval SQS_ERR_STATE      the output is open already, or the pipeline is sealed
 * @retval SQS_ERR_LIMIT      the table of outputs is full
 * @retval SQS_ERR_OVERFLOW   the queue does not fit the address space
 * @retval SQS_ERR_REENTRANT  called from a callback of this handle
 * @retval SQS_ERR_POISONED   the handle is poisoned
 */
sqs_status sqs_output_open(sqs_pipeline *pipeline, uint32_t stage, uint64_t capacity_rows);

/**
 * Does at most max_windows windows of work: of the running evaluation first, then of the stream (opened outputs).
 *
 * No stage computes more than max_windows rows of its own in a call. In classic mode a window of work is a row of one
 * stage. Does not allocate. After #SQS_ERR_CALLBACK the next call tries the same block again. A call in which a stage
 * fails computes up to twice the rows: those of the stage once more, one by one, so that the detail names the row.
 *
 * @param[in]  pipeline      handle
 * @param[in]  max_windows   limit of the work, at least 1
 * @param[out] done_windows  windows of work done; always written
 * @retval SQS_OK             some work was done, and more may be possible
 * @retval SQS_AGAIN          no work is possible before samples are pushed or rows are pulled
 * @retval SQS_END            all work is done: the evaluation is complete, and the stream has computed its last row
 * @retval SQS_ERR_CALLBACK   a stage, source or sink failed
 * @retval SQS_ERR_EVICTED    samples that are needed have left the input buffer
 * @retval SQS_ERR_CORRUPT    samples or rows that are needed are damaged and cannot be recomputed
 * @retval SQS_ERR_STATE      the pipeline is not sealed
 * @retval SQS_ERR_ARGUMENT   the handle is not valid, done_windows is NULL, or max_windows is 0
 * @retval SQS_ERR_ALIGN      done_windows is misaligned
 * @retval SQS_ERR_REENTRANT  called from a callback of this handle
 * @retval SQS_ERR_POISONED   the handle is poisoned
 */
sqs_status sqs_step(sqs_pipeline *pipeline, uint64_t max_windows, uint64_t *done_windows);

/**
 * Does work for about max_cost_ns nanoseconds, and at most the work of one block more.
 *
 * As sqs_step(), with a limit in time. With sqs_config.clock the time is measured after each block. Without a clock it
 * is estimated: windows of work times the costs of the rows of all stages (cost_ns_per_row; for built-in kinds and
 * stages without a declared cost the planner's estimates, those of a host). The limit is divided by the estimated cost of a
 * window, so that a step with good estimates ends within one window of its limit. At least one window is computed:
 * sqs_plan_info.window_ns is the estimated maximum of what cannot be divided.
 *
 * @param[in]  pipeline       handle
 * @param[in]  max_cost_ns    limit in nanoseconds, at least 1
 * @param[out] done_windows   windows of work done; always written
 * @param[out] spent_ns       nanoseconds measured or estimated; always written; may be NULL
 * @return the statuses of sqs_step(); #SQS_ERR_ARGUMENT also if max_cost_ns is 0
 * @see sqs_step(), sqs_stage_stats()
 */
sqs_status sqs_step_budget(sqs_pipeline *pipeline, uint64_t max_cost_ns, uint64_t *done_windows, uint64_t *spent_ns);

/**
 * Copies finished rows of an opened output, each once, in order: the number that is available and fits.
 *
 * @param[in]  pipeline       handle
 * @param[in]  stage          number of the stage
 * @param[out] rows           the rows, one after another without gaps
 * @param[in]  capacity_rows  rows that fit
 * @param[out] written_rows   number of rows written; always written
 * @retval SQS_OK             at least one row
 * @retval SQS_AGAIN          no row is finished yet, or queued rows were damaged and sqs_step() recomputes them
 * @retval SQS_END            all rows were pulled, and no more will come
 * @retval SQS_ERR_CORRUPT    queued rows are damaged and cannot be recomputed
 * @retval SQS_ERR_STATE      the output is not open, or the pipeline is not sealed
 * @retval SQS_ERR_ARGUMENT   the handle is not valid, a pointer is NULL, or the stage does not exist
 * @retval SQS_ERR_ALIGN      written_rows is misaligned
 * @retval SQS_ERR_SPACE      capacity_rows is 0 while rows wait
 * @retval SQS_ERR_OVERLAP    rows, written_rows and memory of the pipeline overlap
 * @retval SQS_ERR_OVERFLOW   the rows do not fit the address space
 * @retval SQS_ERR_REENTRANT  called from a callback of this handle
 * @retval SQS_ERR_POISONED   the handle is poisoned
 */
sqs_status sqs_pull(sqs_pipeline *pipeline, uint32_t stage, void *rows, size_t capacity_rows, size_t *written_rows);

/**
 * Returns the position of an opened output: the row that the next sqs_pull() starts with, and the end of the rows that
 * wait (exclusive).
 *
 * @param[in]  pipeline  handle
 * @param[in]  stage     number of the stage
 * @param[out] next      row that the next pull starts with; may be NULL
 * @param[out] end       last row that waits, plus 1; may be NULL
 * @retval SQS_OK
 * @retval SQS_ERR_STATE      the output is not open, or the pipeline is not sealed
 * @retval SQS_ERR_ARGUMENT   the handle is not valid
 * @retval SQS_ERR_ALIGN      a pointer is misaligned
 * @retval SQS_ERR_REENTRANT  called from a callback of this handle
 * @retval SQS_ERR_POISONED   the handle is poisoned
 */
sqs_status sqs_output_position(sqs_pipeline *pipeline, uint32_t stage, uint64_t *next, uint64_t *end);

/**
 * An additional input: a second stream with windows of its own. Zero the struct first.
 *
 * Row t of every stage belongs to window t of each input.
 */
typedef struct sqs_input_desc {
    /** sizeof(sqs_input_desc). */
    uint32_t struct_size;
    /** 0. */
    uint32_t flags;
    /** Name, at most #SQS_NAME_LEN bytes, not used by another input or stage; copied. */
    const char *name;
    /** Samples of a window, at least 1. */
    uint64_t window;
    /** Samples from the start of a window to the start of the next, at least 1. */
    uint64_t hop;
    /** Samples that its buffer holds; 0: the default, see sqs_config.input_capacity. */
    uint64_t capacity;
    /** Element type of the samples. Default: #SQS_F32. */
    uint32_t dtype;
    /** Interleaved elements of a sample. Default: 1. */
    uint32_t channels;
    /** Value of its missing samples, if their type is an integer: see sqs_push_gap(). Default: 0. */
    int64_t gap_fill;
} sqs_input_desc;

/**
 * Registers an additional input. Before seal. Does not allocate.
 *
 * @param[in]  pipeline  handle
 * @param[in]  desc      description; copied
 * @param[out] id        number of the input, for sqs_push(), sqs_push_end() and the source functions ("input" is 0)
 * @retval SQS_OK
 * @retval SQS_ERR_ARGUMENT     the handle is not valid, a pointer is NULL, the element type does not exist, window or hop
 *                              is 0, or samples cannot have the value gap_fill
 * @retval SQS_ERR_NAME         the name is already used, empty or too long
 * @retval SQS_ERR_LIMIT        the pipeline has #SQS_MAX_INPUTS inputs
 * @retval SQS_ERR_STATE        the pipeline is sealed
 * @retval SQS_ERR_OVERFLOW     a window does not fit the address space
 * @retval SQS_ERR_ALIGN        a pointer is misaligned
 * @retval SQS_ERR_STRUCT_SIZE  desc->struct_size is not valid
 * @retval SQS_ERR_UNSUPPORTED  unknown flags, or fields are set that this version does not know
 * @retval SQS_ERR_REENTRANT    called from a callback of this handle
 * @retval SQS_ERR_POISONED     the handle is poisoned
 */
sqs_status sqs_input_register(sqs_pipeline *pipeline, const sqs_input_desc *desc, uint32_t *id);

#define SQS_SOURCE_GROWING 1 /**< The source may get more samples; see sqs_source_extend(). */

/**
 * Reads up to count samples from sample first into samples; sets *read_samples to the number read, at least 1.
 *
 * The same position must give the same samples on every call. Returns 0, or a code of its own, which the error detail
 * shows.
 */
typedef int32_t (*sqs_source_read_fn)(void *ctx, uint64_t first, void *samples, size_t count, size_t *read_samples);

/**
 * Returns the first gap that ends after sample from: its first missing sample and, exclusive, its end. Without one
 * sets both to UINT64_MAX.
 *
 * The same position must give the same gap on every call, also of samples that a growing source will have. Returns 0,
 * or a code of its own, which the error detail shows.
 */
typedef int32_t (*sqs_source_gap_fn)(void *ctx, uint64_t from, uint64_t *first, uint64_t *end);

/** Samples that can be read at any position, any number of times: a recorder file, a memory. */
typedef struct sqs_source {
    /** sizeof(sqs_source). */
    uint32_t struct_size;
    /** 0 or #SQS_SOURCE_GROWING. */
    uint32_t flags;
    /** Reads samples. Required. */
    sqs_source_read_fn read;
    /** First argument of read and gap. Not copied; must outlive the pipeline. */
    void *ctx;
    /** Number of samples. */
    uint64_t samples;
    /** Reports missing samples, which read is then not called for. Default: NULL, none is missing. */
    sqs_source_gap_fn gap;
} sqs_source;

/**
 * Makes an input read a source instead of pushed samples. Before seal: the plan depends on it, and a reset keeps it.
 *
 * @param[in] pipeline  handle
 * @param[in] input     number of the input
 * @param[in] source    the source; copied, except what ctx points to
 * @retval SQS_OK
 * @retval SQS_ERR_ARGUMENT     the handle is not valid, source or source->read is NULL, or the input does not exist
 * @retval SQS_ERR_ALIGN        source is misaligned
 * @retval SQS_ERR_STATE        the pipeline is sealed
 * @retval SQS_ERR_STRUCT_SIZE  source->struct_size is not valid
 * @retval SQS_ERR_UNSUPPORTED  unknown flags, or fields are set that this version does not know
 * @retval SQS_ERR_REENTRANT    called from a callback of this handle
 * @retval SQS_ERR_POISONED     the handle is poisoned
 * @see sqs_source_set_file()
 */
sqs_status sqs_source_set(sqs_pipeline *pipeline, uint32_t input, const sqs_source *source);

/**
 * Sets the new length of a growing source. Reads no samples and does not allocate.
 *
 * A source that was declared final, here or in sqs_source_set(), cannot grow again, also after sqs_pipeline_reset(),
 * which keeps its length: the rows at its end may have been computed.
 *
 * @param[in] pipeline  handle
 * @param[in] input     number of the input
 * @param[in] samples   number of samples now available
 * @param[in] flags     #SQS_SOURCE_GROWING while the source may grow further; 0: samples is its final length
 * @retval SQS_OK
 * @retval SQS_ERR_RANGE      fewer samples than before, or more of a source that does not grow
 * @retval SQS_ERR_STATE      the input is pushed
 * @retval SQS_ERR_ARGUMENT   the handle is not valid, the input does not exist, or unknown flags
 * @retval SQS_ERR_REENTRANT  called from a callback of this handle
 * @retval SQS_ERR_POISONED   the handle is poisoned
 */
sqs_status sqs_source_extend(sqs_pipeline *pipeline, uint32_t input, uint64_t samples, uint32_t flags);

/**
 * Makes an input read a file of raw samples, interleaved by channel. Hosts only, before seal.
 *
 * Opens the file, which stays open until delete. Its present length determines the number of samples; an incomplete
 * sample at the end is ignored.
 *
 * @param[in]  pipeline    handle
 * @param[in]  input       number of the input
 * @param[in]  path        UTF-8, at most 4095 bytes
 * @param[in]  byte_order  #SQS_LITTLE_ENDIAN or #SQS_BIG_ENDIAN
 * @param[in]  offset      position of the first sample in the file, in bytes
 * @param[out] samples     number of samples; may be NULL
 * @retval SQS_OK
 * @retval SQS_ERR_IO         the file cannot be opened; errno is in the detail
 * @retval SQS_ERR_NAME       path is too long or not UTF-8
 * @retval SQS_ERR_ARGUMENT   the handle is not valid, path is NULL, or the input or the byte order does not exist
 * @retval SQS_ERR_ALIGN      samples is misaligned
 * @retval SQS_ERR_STATE      the pipeline is sealed
 * @retval SQS_ERR_REENTRANT  called from a callback of this handle
 * @retval SQS_ERR_POISONED   the handle is poisoned
 * @see sqs_source_set_recovered()
 */
sqs_status sqs_source_set_file(sqs_pipeline *pipeline, uint32_t input, const char *path, uint32_t byte_order,
                               uint64_t offset, uint64_t *samples);

/** @name What a stream waits for
 *  @{ */
#define SQS_WAITS_NOTHING 0 /**< Nothing: a step can do work. */
#define SQS_WAITS_OUTPUT  1 /**< The queue of a stage's output is full: pull its rows. */
#define SQS_WAITS_INPUT   2 /**< A pushed input has too few samples for the next window: push more, or end it. */
#define SQS_WAITS_SOURCE  3 /**< The source of an input has too few samples for the next window: extend it. */
#define SQS_WAITS_END     4 /**< Nothing more will come: all rows are computed, or no output is open. */
/** @} */

/** What a stream waits for. */
typedef struct sqs_wait {
    /** In: sizeof(sqs_wait). */
    uint32_t struct_size;
    /** SQS_WAITS_... */
    uint32_t what;
    /** Number of the stage or of the input; else 0. */
    uint32_t id;
    /** 0. */
    uint32_t reserved;
    /** Output: rows that wait in its queue. Input: samples that it has. */
    uint64_t have;
    /** Input: samples that it must have for the next window. Else 0. */
    uint64_t need;
} sqs_wait;

/**
 * Returns what the stream waits for: the output or input that sqs_step() returned #SQS_AGAIN for.
 *
 * If several outputs and inputs are waited for, it is the first output, else the first input. While an evaluation runs,
 * the stream waits for nothing. Changes nothing, does not allocate.
 *
 * @param[in]  pipeline  handle
 * @param[out] wait      what the stream waits for; struct_size set by the caller
 * @retval SQS_OK
 * @retval SQS_ERR_STATE        the pipeline is not sealed
 * @retval SQS_ERR_ARGUMENT     the handle is not valid, or wait is NULL
 * @retval SQS_ERR_ALIGN        wait is misaligned
 * @retval SQS_ERR_OVERLAP      wait lies in memory of the pipeline
 * @retval SQS_ERR_STRUCT_SIZE  wait->struct_size is not valid
 * @retval SQS_ERR_REENTRANT    called from a callback of this handle
 * @retval SQS_ERR_POISONED     the handle is poisoned
 */
sqs_status sqs_blocked_on(sqs_pipeline *pipeline, sqs_wait *wait);

/**
 * Returns the position of an input: the samples that it holds, the next sample, and the room for a push.
 *
 * @param[in]  pipeline  handle
 * @param[in]  input     number of the input
 * @param[out] first     first sample held, counted from the start of the stream; 0 for a source; may be NULL
 * @param[out] next      number of the next sample to push; the length of a source; may be NULL
 * @param[out] room      samples that sqs_push() accepts now; 0 for a source and after the end; may be NULL
 * @retval SQS_OK
 * @retval SQS_ERR_STATE      the pipeline is not sealed
 * @retval SQS_ERR_ARGUMENT   the handle is not valid, or the input does not exist
 * @retval SQS_ERR_ALIGN      a pointer is misaligned
 * @retval SQS_ERR_OVERLAP    first, next, room and memory of the pipeline overlap
 * @retval SQS_ERR_REENTRANT  called from a callback of this handle
 * @retval SQS_ERR_POISONED   the handle is poisoned
 */
sqs_status sqs_input_position(sqs_pipeline *pipeline, uint32_t input, uint64_t *first, uint64_t *next, uint64_t *room);

/** @} */


/* ================================================================================================================== */
/**
 * @defgroup evaluation 8. Evaluation and order
 *
 * sqs_evaluate() (chapter 3) copies rows into a buffer. The functions of this chapter deliver them block by block to a
 * sink instead, in either order, at once or in slices of bounded work (sqs_evaluate_begin() and sqs_step()).
 * sqs_evaluate_to_file() (chapter 12) encodes them into a file.
 *
 * In reverse order (#SQS_ORDER_REVERSE) rows are delivered from the last to the first. The state of scans still runs
 * forward, from snapshots kept within memory_budget_bytes. sqs_plan_info.recompute_factor is the work relative to
 * computing each row once.
 *
 * @{
 */

/**
 * Receives a block of rows: count rows in bytes bytes, valid during the call.
 *
 * In forward order row first is the lowest and comes first. In reverse order it is the highest, and the rows descend.
 * Returns 0, or a code of its own, which the error detail shows.
 */
typedef int32_t (*sqs_sink_fn)(void *ctx, uint64_t first, size_t count, const void *rows, size_t bytes);

/**
 * Evaluates a request into a function, in either order.
 *
 * The function receives whole blocks of rows. Otherwise as sqs_evaluate().
 *
 * @param[in] pipeline  handle
 * @param[in] request   the rows
 * @param[in] sink      receives the rows; a return code other than 0 ends the evaluation
 * @param[in] ctx       first argument of sink
 * @retval SQS_OK
 * @retval SQS_ERR_CALLBACK  a stage, the source or sink failed
 * @return the statuses of sqs_evaluate(), except those of the buffer
 */
sqs_status sqs_evaluate_to(sqs_pipeline *pipeline, const sqs_request *request, sqs_sink_fn sink, void *ctx);

/**
 * Begins an evaluation that sqs_step() continues in slices of bounded work. One evaluation runs at a time.
 *
 * sqs_step() calls sink. If sink fails, sqs_step() returns #SQS_ERR_CALLBACK, and the next sqs_step() delivers the
 * same rows again. After the last row sqs_step() returns #SQS_END, or continues with the stream, and
 * sqs_stats.evaluating is 0.
 *
 * @param[in] pipeline  handle
 * @param[in] request   the rows; with a count of 0 the next sqs_step() ends the evaluation
 * @param[in] sink      receives the rows
 * @param[in] ctx       first argument of sink; must stay valid until the evaluation ends
 * @retval SQS_OK
 * @return the statuses of sqs_evaluate_to()
 * @see sqs_evaluate_cancel()
 */
sqs_status sqs_evaluate_begin(sqs_pipeline *pipeline, const sqs_request *request, sqs_sink_fn sink, void *ctx);

/**
 * Cancels the running evaluation. Without one it changes nothing. Rows already delivered stay delivered.
 *
 * @param[in] pipeline  handle
 * @retval SQS_OK
 * @retval SQS_ERR_ARGUMENT   the handle is not valid
 * @retval SQS_ERR_REENTRANT  called from a callback of this handle
 * @retval SQS_ERR_POISONED   the handle is poisoned
 */
sqs_status sqs_evaluate_cancel(sqs_pipeline *pipeline);

/** @} */


/* ================================================================================================================== */
/**
 * @defgroup state 9. State and checkpoints
 *
 * A stage with state is a scan. Two mechanisms let scans compute rows in any order; both are planned, and neither
 * changes a row.
 *
 * Checkpoints
 * -----------
 *
 * A checkpoint is the state of one scan at a row, kept across evaluations, with a CRC. checkpoint_slots and
 * checkpoint_every of the config set their number and distance. A request for an earlier row continues from the
 * nearest checkpoint before it. A stored state that fails its check is dropped and recomputed. sqs_scrub() searches
 * for damage in idle time.
 *
 * Parameters that change
 * ----------------------
 *
 * With max_param_changes of the config, sqs_stage_params() and sqs_stage_context() give a stage other parameters from a
 * row on, by default from the first row that is not computed. The parameters of a row are those in force at its number,
 * however often and in whatever order it is computed: rows after a command are the same bits in the stream, in a later
 * evaluation, in reverse order, after a repair and after a restore. The state is kept.
 *
 * Reverse scans
 * -------------
 *
 * The state of a reverse scan (#SQS_STAGE_REVERSE, or a built-in one: smoothers, tracebacks, zero-phase filters) runs
 * from the last row to the first. Forward and reverse scans may follow one another in any order.
 *
 * Rows after a reverse scan depend on all samples up to the last. They can be evaluated once the end is known
 * (sqs_push_end(), or a source that does not grow; else #SQS_ERR_RANGE), over samples that can be read again (a
 * source, or an input buffer that holds them all). They cannot be pulled.
 *
 * In the sqrt order such an evaluation is a sweep: the range is divided into tiles, and passes over the tiles
 * alternate in direction, with one more pass for each change of direction on the path from an input. At the tiles, the
 * states of the scans of one direction are kept for the next pass, so that a tile can be entered from both sides;
 * forward states under a backward pass come from snapshots, as in reverse order. The first reverse scan thus costs one
 * backward pass, and one more forward pass in forward order. sqs_plan_info reports snapshots, rows of a tile and the
 * factor of the work.
 *
 * The states kept for all tiles use about 2 * sqrt(rows * row bytes * state bytes). A smaller budget is refused with
 * #SQS_ERR_BUDGET, and the detail gives the minimum.
 *
 * @{
 */

/** @} */


/* ================================================================================================================== */
/**
 * @defgroup save 10. Save and restore
 *
 * A checkpoint file holds what a pipeline needs to continue after a restart. Write it to a second file, fsync it, and
 * rename it over the first one: a power failure then leaves the old or the new file intact.
 *
 * After a restart create the same pipeline, seal it, and restore the file. sqs_resume gives the next sample to push
 * into each input, and sqs_output_position() the row that the next pull starts with. Earlier samples are not needed
 * again: the file holds those that are. The pipeline may have another budget, other input buffers and longer or shorter
 * queues, as long as what was saved fits.
 *
 * Set state_word of a stage with state, so that any machine can read the file. Change its revision with its
 * parameters, so that a file saved with other parameters is refused. Changes by sqs_stage_params() and
 * sqs_stage_context() are in the file by their rows and revisions only: repeat them, at the same rows, before you
 * restore it.
 *
 * @{
 */

/**
 * Writes all of the bytes at data, after those of the calls before. Returns 0, or a code of its own, which the error
 * detail shows.
 */
typedef int32_t (*sqs_write_fn)(void *ctx, const void *data, size_t bytes);

/** Positions from which a restored pipeline continues. */
typedef struct sqs_resume {
    /** In: sizeof(sqs_resume). */
    uint32_t struct_size;
    /** Number of inputs. */
    uint32_t input_count;
    /** For each pushed input the next sample to push; for a source the number of samples it had when it was saved. */
    uint64_t next_sample[8];
} sqs_resume;

/**
 * Returns the maximum size of the checkpoint file of a sealed pipeline.
 *
 * No sqs_checkpoint_save() of this pipeline writes more: reserve this space for the file, and for the buffer to read
 * it back.
 *
 * @param[in]  pipeline  handle
 * @param[out] bytes     maximum size in bytes
 * @retval SQS_OK
 * @retval SQS_ERR_STATE      the pipeline is not sealed
 * @retval SQS_ERR_ARGUMENT   the handle is not valid, or bytes is NULL
 * @retval SQS_ERR_ALIGN      bytes is misaligned
 * @retval SQS_ERR_OVERFLOW   the size does not fit 64 bits
 * @retval SQS_ERR_REENTRANT  called from a callback of this handle
 * @retval SQS_ERR_POISONED   the handle is poisoned
 */
sqs_status sqs_checkpoint_bytes(sqs_pipeline *pipeline, uint64_t *bytes);

/**
 * Writes a checkpoint file: all that a pipeline of the same graph and config needs to continue from here.
 *
 * The file holds states, positions, the samples and rows that are still needed, queued rows, and the checkpoints of
 * stages with state. It does not hold a running evaluation (request it again from the first row not delivered; the
 * checkpoints make that inexpensive), the row cache, and the statistics. The format is the same on every machine
 * (docs/formats/checkpoint.md). Changes nothing, runs no stage, does not allocate.
 *
 * @param[in]  pipeline       handle
 * @param[in]  write          receives the file from its start, in pieces of at most 512 bytes
 * @param[in]  ctx            first argument of write
 * @param[out] written_bytes  length of the file in bytes; 0 after an error; may be NULL
 * @retval SQS_OK
 * @retval SQS_ERR_CALLBACK   write failed
 * @retval SQS_ERR_CORRUPT    data that would be saved is damaged
 * @retval SQS_ERR_STATE      the pipeline is not sealed
 * @retval SQS_ERR_ARGUMENT   the handle is not valid, or write is NULL
 * @retval SQS_ERR_ALIGN      written_bytes is misaligned
 * @retval SQS_ERR_REENTRANT  called from a callback of this handle
 * @retval SQS_ERR_POISONED   the handle is poisoned
 */
sqs_status sqs_checkpoint_save(sqs_pipeline *pipeline, sqs_write_fn write, void *ctx, uint64_t *written_bytes);

/**
 * Continues where a pipeline was saved.
 *
 * The handle must be sealed, with the same inputs, stages (name, row, edges, state, revision) and opened outputs.
 * Sources must be set as before, and have at least the samples they had. Budget, mode, input_capacity, the queues of
 * outputs, checkpoint_every and checkpoint_slots may differ, as long as what was saved fits the buffers here;
 * checkpoints that have no slot here are left out. Checkpoints must be on in both or off in both (#SQS_OFF). The
 * previous content of the pipeline is discarded, as by sqs_pipeline_reset(). The following rows are bit-identical to
 * those of a pipeline that was never stopped. Pulls continue with the row that sqs_output_position() returns. All of
 * the file is checked before anything changes; after an error the pipeline is as before. Runs no stage and does not
 * allocate.
 *
 * @param[in]  pipeline    handle
 * @param[in]  file        the whole file
 * @param[in]  file_bytes  length of the file in bytes
 * @param[out] resume      where each input continues; struct_size set by the caller; may be NULL
 * @retval SQS_OK
 * @retval SQS_ERR_FORMAT       not a checkpoint file, of another version, or with numbers that no pipeline saves
 * @retval SQS_ERR_CORRUPT      the file is damaged or incomplete
 * @retval SQS_ERR_GRAPH        the file is of another graph or other outputs; the detail names the difference
 * @retval SQS_ERR_MEMORY       samples or rows do not fit their buffer or queue; the detail names it and both sizes
 * @retval SQS_ERR_RANGE        a source has fewer samples than it had, or had ended with another length
 * @retval SQS_ERR_UNSUPPORTED  saved on a machine of another byte order, with a stage whose state_word is 0
 * @retval SQS_ERR_STATE        the pipeline is not sealed
 * @retval SQS_ERR_ARGUMENT     the handle is not valid, or file is NULL
 * @retval SQS_ERR_ALIGN        resume is misaligned
 * @retval SQS_ERR_OVERLAP      file, resume and memory of the pipeline overlap
 * @retval SQS_ERR_STRUCT_SIZE  resume->struct_size is not valid
 * @retval SQS_ERR_REENTRANT    called from a callback of this handle
 * @retval SQS_ERR_POISONED     the handle is poisoned
 */
sqs_status sqs_checkpoint_restore(sqs_pipeline *pipeline, const void *file, size_t file_bytes, sqs_resume *resume);

/** @} */


/* ================================================================================================================== */
/**
 * @defgroup statistics 11. Statistics and damaged memory
 *
 * Data that a later call uses again carries a CRC-32C, which is checked when that call begins: positions and tables,
 * states, rows and samples that stages still need, queued rows, cached rows, checkpoints.
 *
 * - Damage to data that can be recomputed is counted in sqs_stats and repaired from the nearest checkpoints. The rows
 *   are the same.
 * - Pushed samples cannot be recomputed: #SQS_ERR_CORRUPT.
 * - Damaged tables or positions poison the handle: #SQS_ERR_POISONED. sqs_pipeline_reset() starts from the beginning,
 *   if the tables of the graph are intact.
 *
 * The addresses and lengths in the handle are compared with a sum before any of them is followed. Where they differ, the
 * handle is poisoned for good: only sqs_pipeline_error_detail() and sqs_pipeline_delete() remain, and delete does not
 * follow them.
 *
 * A function of the caller can receive events (sqs_config.event): errors of calls, damage found, inputs that are full. It
 * is a place for a log, and is called at the end of the call that caused the event.
 *
 * Not checked: data that changes while a call runs, parameters that built-in stages hold, tables before seal except for
 * addresses, and arrays of more than 256 KiB in classic mode.
 *
 * Measured (ctests/test_flips.c flips each bit of an area, one at a time, before calls that register, seal, push, step,
 * pull, evaluate, scrub and reset), in percent of the bits:
 *
 * - Work area: 91.2 % change nothing or are repaired, 8.8 % (pushed samples) are refused. No row is wrong.
 * - Control area after seal: 83.4 % change nothing or are repaired, 16.6 % are refused, 0.03 % (parameters of a built-in
 *   stage) make rows wrong. Fewer than 0.05 % end the process.
 * - Control area before seal: 94.3 % change nothing, 5.5 % are refused, 0.2 % make rows wrong. Fewer than 0.2 % end the
 *   process.
 *
 * All other calls return a status of this header.
 *
 * @{
 */

/** Statistics of one stage since the pipeline was created. */
typedef struct sqs_stage_counts {
    /** In: sizeof(sqs_stage_counts). */
    uint32_t struct_size;
    /** 0. */
    uint32_t reserved;
    /** Calls of its function, those that failed included. */
    uint64_t calls;
    /** Rows computed, recomputed rows included. */
    uint64_t rows;
    /** Bytes of these rows. */
    uint64_t bytes;
    /** Nanoseconds in its function, by sqs_config.clock; 0 without a clock. */
    uint64_t time_ns;
    /** The longest call in nanoseconds, by the same clock. */
    uint64_t max_call_ns;
} sqs_stage_counts;

/** Statistics of a pipeline since it was created. */
typedef struct sqs_stats {
    /** In: sizeof(sqs_stats). */
    uint32_t struct_size;
    /** 1 while an evaluation begun with sqs_evaluate_begin() is running. */
    uint32_t evaluating;
    /**
     * Bytes of the work area used so far, counted in parts of at most a 32nd of it; at most plan_bytes. Sealing uses
     * constant tables and the headers of checkpoints and of the row cache; the rest counts when it is used.
     */
    uint64_t peak_bytes;
    /** Bytes of the plan that the pipeline was sealed with. */
    uint64_t plan_bytes;
    /** Calls of stage functions. */
    uint64_t stage_calls;
    /** Rows computed, of all stages. */
    uint64_t stage_rows;
    /** Rows delivered by pulls and evaluations. */
    uint64_t delivered_rows;
    /** Calls of sources. */
    uint64_t source_calls;
    /** Bytes read from sources. */
    uint64_t source_bytes;
    /** Rows found in the row cache. */
    uint64_t row_cache_hits;
    /** Rows looked up in the row cache and not found. */
    uint64_t row_cache_misses;
    /** Stored items that failed their check, each counted once, when use or sqs_scrub() found it. */
    uint64_t crc_failures;
    /**
     * Of crc_failures: items found damaged when they were needed, and recomputed in the same call or the next ones.
     * Items dropped by sqs_scrub() do not count, except constant tables, which it fills again.
     */
    uint64_t repairs;
    /**
     * Rows recomputed for repairs, of all stages, counted each time:
     * - for a checkpoint, or a snapshot of a sweep: from the previous one to its position (if the snapshot does not
     *   record it: to the next tile);
     * - for a cached row: the rows of its stage up to and including it (none if the rows come from a sweep);
     * - for a state kept at a tile: all rows until the sweep is at the same tile of the same pass again;
     * - for a running job: up to the position of its stages.
     *
     * Rows beyond these, computed in the same block, do not count.
     */
    uint64_t recomputed_rows;
    /** Bytes of the rows computed, of all stages. */
    uint64_t stage_bytes;
    /**
     * Bytes of the spill file used so far, counted in parts of at most a 32nd of it; at most sqs_plan_info.spill_bytes.
     */
    uint64_t spill_bytes;
    /** Complete rounds of sqs_scrub(): how often it has verified everything that is stored. */
    uint64_t scrub_rounds;
} sqs_stats;

/**
 * Returns the statistics of one stage. Valid on poisoned handles. Does not allocate.
 *
 * @param[in]  pipeline  handle
 * @param[in]  stage     number of the stage
 * @param[out] counts    the statistics; struct_size set by the caller
 * @retval SQS_OK
 * @retval SQS_ERR_ARGUMENT     the handle is not valid, the stage does not exist, or counts is NULL
 * @retval SQS_ERR_ALIGN        counts is misaligned
 * @retval SQS_ERR_OVERLAP      counts lies in memory of the pipeline
 * @retval SQS_ERR_STRUCT_SIZE  counts->struct_size is not valid
 * @retval SQS_ERR_REENTRANT    called from a callback of this handle
 */
sqs_status sqs_stage_stats(sqs_pipeline *pipeline, uint32_t stage, sqs_stage_counts *counts);

/**
 * Returns the statistics of a pipeline. Valid on poisoned handles. Does not allocate.
 *
 * @param[in]  pipeline  handle
 * @param[out] stats     the statistics; struct_size set by the caller
 * @retval SQS_OK
 * @retval SQS_ERR_ARGUMENT     the handle is not valid, or stats is NULL
 * @retval SQS_ERR_ALIGN        stats is misaligned
 * @retval SQS_ERR_STRUCT_SIZE  stats->struct_size is not valid
 * @retval SQS_ERR_REENTRANT    called from a callback of this handle
 */
sqs_status sqs_pipeline_stats(sqs_pipeline *pipeline, sqs_stats *stats);

/**
 * Checks tables and stored data (checkpoints, cached rows, pushed samples, queued rows) for damage, about max_bytes
 * bytes per call, in turn.
 *
 * Call it from an idle task. A call checks at least one item of stored data, and at most to the end of a round;
 * sqs_stats.scrub_rounds counts the rounds. Damaged tables poison the pipeline, except constant tables of stages, which
 * are filled again. All other damage is counted in sqs_stats.crc_failures. Checkpoints and cached rows are dropped, and
 * recomputed when they are needed; queued rows are recomputed when they are pulled; pushed samples cannot be repaired
 * (#SQS_ERR_CORRUPT when they are needed). Does not allocate and runs no stage.
 *
 * @param[in]  pipeline       handle
 * @param[in]  max_bytes      approximate limit of the bytes checked in this call
 * @param[out] checked_bytes  bytes of stored data checked; 0 when nothing is stored; may be NULL
 * @retval SQS_OK
 * @retval SQS_ERR_STATE      the pipeline is not sealed
 * @retval SQS_ERR_ARGUMENT   the handle is not valid
 * @retval SQS_ERR_ALIGN      checked_bytes is misaligned
 * @retval SQS_ERR_REENTRANT  called from a callback of this handle
 * @retval SQS_ERR_POISONED   the handle is poisoned, or its tables are damaged
 */
sqs_status sqs_scrub(sqs_pipeline *pipeline, size_t max_bytes, size_t *checked_bytes);

/** @} */


/* ================================================================================================================== */
/**
 * @defgroup codec_files 12. Codec: files and streams
 *
 * The codec encodes samples or bytes without loss into a stream of frames. Each frame records which bytes of the
 * original it holds, and can be decoded without the rest of the stream (docs/formats/container.md). Options describe
 * the bytes; everything else is chosen per frame.
 *
 * @code{.c}
 * sqs_encode_options o;
 * sqs_encode_options_init(&o, sizeof o);
 * o.dtype = SQS_I16; o.channels = 2;
 * sqs_encode_file("in.raw", "out.sqs", &o, NULL, NULL);
 * @endcode
 *
 * Where the samples begin after a header, as in a WAV file, head_bytes is its length: rows are then counted from there.
 *
 * Streams have an identity of 64 bits, so that frames of an older recording on the same medium, or of a stream within the
 * data, are never taken for frames of this one. It is drawn at random, or yours: options.identity. The same input, options
 * and identity give the same bytes.
 *
 * An output file appears when it is complete and on the disk, or not at all. With several threads, frames are encoded
 * in parallel and written in order: the output is the same for any number of threads.
 *
 * Damage: a decoder finds the next valid frame, whatever precedes it. By default the first damage ends decoding with
 * #SQS_ERR_DAMAGED, and what was written is valid. With #SQS_DECODE_RECOVER decoding continues, and the missing ranges
 * are reported. An incomplete stream decodes up to its last complete frame. Input that is no stream, or of a newer
 * version, is #SQS_ERR_FORMAT.
 *
 * A stream ends with its end frame. What follows is not read (stats: used_bytes, trailing_bytes); #SQS_DECODE_ALL reads
 * streams that follow one another.
 *
 * Frame groups: with a restart_interval above 1 frames refer to earlier ones, which saves bytes. Damage then costs the
 * rest of its group, and decoders need history_bytes of memory.
 *
 * The functions of this chapter, except the two that set up options, are for hosts only.
 *
 * @{
 */

/** @name Sample types of encoded streams, in addition to #SQS_I8 to #SQS_F64
 *  @{ */
#define SQS_BYTES  0 /**< Bytes of unknown meaning. With channels above 1: packets of that many bytes. */
#define SQS_I24   11 /**< Signed 24-bit integer in three bytes. */
/** @} */

/** @name Codecs
 *  @{ */
#define SQS_CODEC_AUTO     0 /**< The codec that is estimated to give the fewest bytes, chosen per frame: numeric
                                   for samples; numeric or LZ for bytes. */
#define SQS_CODEC_NUMERIC  1 /**< Numeric: predictors, ranks and entropy coding of samples. */
#define SQS_CODEC_LZ       2 /**< LZ with entropy-coded literals and sequences. */
#define SQS_CODEC_CCSDS121 3 /**< CCSDS 121.0-B-3. */
#define SQS_CODEC_STORED   4 /**< No coding. */
/** @} */

/** Progress of a file or stream. */
typedef struct sqs_progress {
    /** Size of the input in bytes; #SQS_ALL if unknown. */
    uint64_t total_bytes;
    /** Bytes of the input processed. */
    uint64_t in_bytes;
    /** Bytes of the output. */
    uint64_t out_bytes;
    /** Frames processed. */
    uint64_t frames;
} sqs_progress;

/** Receives the progress. Returns 0 to continue, another number to cancel. */
typedef int32_t (*sqs_progress_fn)(void *ctx, const sqs_progress *progress);

/** Statistics of an encoder or decoder. Times are those of a wall clock, and 0 where no clock exists (in memory). */
typedef struct sqs_codec_stats {
    /** In: sizeof(sqs_codec_stats). */
    uint32_t struct_size;
    /** 1 if the end of the stream was written or read. */
    uint32_t ended;
    /** Bytes of the original in valid frames. */
    uint64_t raw_bytes;
    /** Bytes of the encoded stream. */
    uint64_t coded_bytes;
    /** raw_bytes / coded_bytes in thousandths; 0 if coded_bytes is 0. */
    uint64_t ratio_milli;
    /** Valid frames, without the end frame. */
    uint64_t frames;
    /** Of frames: stored. */
    uint64_t stored_frames;
    /** Of frames: numeric. */
    uint64_t numeric_frames;
    /** Of frames: LZ. */
    uint64_t lz_frames;
    /** Of frames: CCSDS 121. */
    uint64_t ccsds121_frames;
    /** Glyphs of numeric frames that code directly. */
    uint64_t primitive_glyphs;
    /** Glyphs that refer to earlier data. */
    uint64_t reference_glyphs;
    /** Glyphs that are residuals of a predictor. */
    uint64_t delta_glyphs;
    /** Glyphs that are groups of glyphs. */
    uint64_t composite_glyphs;
    /** Time spent reading, in nanoseconds. */
    uint64_t read_ns;
    /** Time spent encoding or decoding, in nanoseconds; of several threads, the sum. */
    uint64_t code_ns;
    /** Time spent writing, until the data is on the disk, in nanoseconds. */
    uint64_t write_ns;
    /** Time from beginning to end, in nanoseconds. */
    uint64_t wall_ns;
    /** raw_bytes per second of wall_ns; 0 without a clock. */
    uint64_t bytes_per_second;
    /** Bytes of memory used: exactly those computed beforehand. */
    uint64_t peak_bytes;
    /** Decoding: length of the original in bytes, from the end frame; #SQS_ALL until it was read. */
    uint64_t length_bytes;
    /**
     * Decoding: frames with a valid header that cannot be decoded: damaged, or frames that they refer to are missing.
     */
    uint64_t damaged_frames;
    /** Decoding: valid frames that had been decoded before. */
    uint64_t repeated_frames;
    /** Decoding: valid frames that came after later ones. */
    uint64_t late_frames;
    /** Decoding: encoded bytes that belong to no valid frame of this stream. */
    uint64_t skipped_bytes;
    /** Decoding: missing bytes of the original. */
    uint64_t missing_bytes;
    /** Decoding: missing ranges, as far as they are kept apart. */
    uint64_t missing_ranges;
    /** Decoding: sample type of the first valid frame. */
    uint32_t dtype;
    /** Decoding: byte order of the first valid frame. */
    uint32_t byte_order;
    /** Decoding: channels of the first valid frame; 0 before it. */
    uint32_t channels;
    /** 0. */
    uint32_t reserved;
    /** Identity of the stream: given, drawn or read. 0 until it is known. */
    uint64_t identity;
    /**
     * Decoding: valid frames of other streams, which are not decoded: of an earlier recording, or of a stream within
     * damaged frames.
     */
    uint64_t foreign_frames;
    /** Decoding: streams that were read to their end frame; above 1 with #SQS_DECODE_ALL alone. */
    uint64_t streams;
    /**
     * Decoding: bytes of the input up to the end of the last valid frame. Once the end frame was read and nothing is
     * missing: the end of the stream, after which something else may follow.
     */
    uint64_t used_bytes;
    /**
     * Decoding: bytes after an end frame that are not part of a stream that was read. Of inputs that are read in order,
     * without #SQS_DECODE_ALL: those that had been read.
     */
    uint64_t trailing_bytes;
    /** Version of the format; 0 until it is known. */
    uint32_t version;
    /** Decoding: 1 if the start of the input is damaged such that the stream had to be chosen by later frames. */
    uint32_t uncertain;
    /** Of frames: space packets. */
    uint64_t packet_frames;
} sqs_codec_stats;

#define SQS_ENCODE_TAG 1 /**< Flag of encoders: the identity of the stream is the tag, a number of 16 bits. Prefer
                               identity, which has 64. */

/** Options of an encoder. Set up by sqs_encode_options_init(); zero means the default. */
typedef struct sqs_encode_options {
    /** sizeof(sqs_encode_options). */
    uint32_t struct_size;
    /** 0 or #SQS_ENCODE_TAG. */
    uint32_t flags;
    /** Sample type: #SQS_BYTES (default), #SQS_I8 to #SQS_F64, or #SQS_I24. */
    uint32_t dtype;
    /** Byte order of the samples: #SQS_LITTLE_ENDIAN (default) or #SQS_BIG_ENDIAN. */
    uint32_t byte_order;
    /** Interleaved channels, 1 to 4096; 0 means 1. A row is one sample of each. */
    uint32_t channels;
    /**
     * 1 to 9; 0 means 5. 1: integer arithmetic only, for slow processors; 9: smallest output, whatever time it takes.
     */
    uint32_t effort;
    /** Codec that frames may use, SQS_CODEC_*. A frame that does not become smaller is stored, whatever the codec. */
    uint32_t codec;
    /**
     * Bytes of the original per frame, 16 KiB to 4 MiB, rounded down to whole rows. Default: 32 KiB for samples, 64
     * KiB for bytes.
     */
    uint32_t frame_bytes;
    /**
     * Frames of a frame group, up to 256. Each but the first may refer to earlier ones, which saves bytes; damage to
     * one costs the rest of its group, and decoders need history_bytes. 0 and 1: every frame is independent.
     */
    uint32_t restart_interval;
    /**
     * Entries of the index in the end frame, 16 bytes of memory each. Default: none. Readers use the index to find a
     * position.
     */
    uint32_t index_entries;
    /** With #SQS_ENCODE_TAG: the tag, 0 to 65535. */
    uint32_t tag;
    /**
     * Files and sqs_encode_stream(): threads that encode, up to 64; 0 means 1. The output is the same for any number.
     */
    uint32_t threads;
    /**
     * With restart_interval above 1: bytes before a frame that it may refer to, up to 4 MiB. Default: 64 KiB. Memory
     * of the encoder and of the decoder.
     */
    uint32_t history_bytes;
    /** 0. */
    uint32_t reserved;
    /**
     * With #SQS_CODEC_CCSDS121: bits of a sample, 1 to 32; then this and the next three fields are as in
     * sqs_ccsds121_params, the same for all frames. A frame with a sample that does not fit, or with an incomplete
     * sample, is stored. 0: all four follow from the sample type, and the next three are 0.
     */
    uint32_t ccsds_bits;
    /** CCSDS 121: samples of a block. */
    uint32_t ccsds_block;
    /** CCSDS 121: blocks of a reference sample interval. */
    uint32_t ccsds_rsi;
    /** CCSDS 121: sum of SQS_CCSDS121_* flags. */
    uint32_t ccsds_flags;
    /** Files and sqs_encode_stream(): memory to use instead of the heap, aligned to 8 bytes. NULL: the heap, once. */
    void *memory;
    /** Size of memory in bytes: at least what sqs_encode_work_bytes() returns. */
    size_t memory_bytes;
    /**
     * Files and sqs_encode_stream(): called after every frame written; NULL: no calls. An asynchronous job calls it
     * from a thread of its own.
     */
    sqs_progress_fn progress;
    /** First argument of progress. */
    void *ctx;
    /**
     * Bytes of the original before its first row, such as the header of a file. They are in frames of their own, so
     * that the rows of every later frame begin at its start. Default: none.
     */
    uint64_t head_bytes;
    /**
     * Identity of the stream: a number that no other stream has, such as a boot count and a time. Decoders take frames
     * of one identity only, so frames of an earlier recording on the same medium, or of a stream within this one, are
     * never mixed in. 0: hosts draw it from the system's randomness. Without an operating system it is then a hash of
     * the first frame, which recordings that begin alike have in common: always set it there.
     */
    uint64_t identity;
    /**
     * Position in the original of the first byte that is encoded; above 0 to continue a stream that was cut off, as
     * one stream: the output follows the last whole frame (sqs_codec_stats.used_bytes of a decoder), with the identity
     * of the stream. Bytes between the end of that frame and first are reported as missing. Needs identity, and
     * head_bytes of 0. Frames are no larger than those before. Default: 0.
     */
    uint64_t first;
    /** Bytes of the stream before the output, for the positions in its index. Default: 0. */
    uint64_t stream_bytes;
} sqs_encode_options;

/**
 * Fills options of an encoder with zeros, which mean the defaults, and sets their struct_size.
 *
 * May be called from callbacks.
 *
 * @param[out] options      the options
 * @param[in]  struct_size  sizeof(sqs_encode_options), as the caller's compiler sees it
 * @retval SQS_OK
 * @retval SQS_ERR_ARGUMENT     options is NULL or misaligned
 * @retval SQS_ERR_STRUCT_SIZE  struct_size is smaller than version 1 of the struct, or above 64 KiB
 */
sqs_status sqs_encode_options_init(sqs_encode_options *options, size_t struct_size);

/**
 * Encodes a file. Hosts only. Blocks; sqs_encode_file_async() does not.
 *
 * Where not all of options->threads can be started, it encodes with those that can, down to the calling thread.
 *
 * Writes a temporary file in the directory of the output, which replaces the output when it is complete and on the
 * disk: without a name where the system can, else NAME.sqrtspace-N.tmp, of which the next call removes stale ones.
 * After an error no file remains, and an earlier output is unchanged, unless the detail of #SQS_ERR_IO states that the
 * output is in its place. The output has the time of the input and its permissions, less the umask, and none that an
 * earlier output does not have. A symbolic link is replaced, not followed. Uses the memory that
 * sqs_encode_work_bytes() returns and no other (the system library copies paths of 384 bytes and more to the heap).
 *
 * @param[in]  in_path   input: UTF-8, at most 4095 bytes
 * @param[in]  out_path  output: UTF-8, at most 4095 bytes; not the input; if it exists, a regular file
 * @param[in]  options   options of the encoder
 * @param[out] stats     statistics, also after an error; struct_size set by the caller; may be NULL
 * @param[out] error     details of an error, with errno; may be NULL
 * @retval SQS_OK
 * @retval SQS_ERR_IO           a file cannot be opened, read, created or written, the disk is full, the output exceeds
 *                              RLIMIT_FSIZE (EFBIG; no signal is sent), or the input was truncated while it was read
 * @retval SQS_ERR_CANCELLED    progress returned a number other than 0
 * @retval SQS_ERR_MEMORY       the heap has no memory, or the memory of the options is too small
 * @retval SQS_ERR_ARGUMENT     a pointer is NULL, an option is out of range, or the paths name the same file
 * @retval SQS_ERR_NAME         a path is too long or not UTF-8
 * @retval SQS_ERR_ALIGN        a pointer is misaligned
 * @retval SQS_ERR_STRUCT_SIZE  a struct_size is not valid
 * @retval SQS_ERR_UNSUPPORTED  unknown flags, or fields are set that this version does not know
 * @retval SQS_ERR_INTERNAL     a thread failed
 */
sqs_status sqs_encode_file(const char *in_path, const char *out_path, const sqs_encode_options *options,
                           sqs_codec_stats *stats, sqs_error *error);

/**
 * Computes the memory that sqs_encode_file() and sqs_encode_stream() use: exactly this size, once, whatever the size
 * of the input.
 *
 * With threads above 1 the host's thread library uses memory for each thread in addition (a stack and a few hundred
 * bytes).
 *
 * @param[in]  options  options of the encoder
 * @param[out] bytes    size in bytes
 * @retval SQS_OK
 * @retval SQS_ERR_ARGUMENT     a pointer is NULL, or an option is out of range
 * @retval SQS_ERR_ALIGN        a pointer is misaligned
 * @retval SQS_ERR_STRUCT_SIZE  options->struct_size is not valid
 * @retval SQS_ERR_UNSUPPORTED  unknown flags, or fields are set that this version does not know
 */
sqs_status sqs_encode_work_bytes(const sqs_encode_options *options, size_t *bytes);

/** @name Flags of decoders
 *  @{ */
#define SQS_DECODE_RECOVER  1 /**< Continue after damage: output what is valid, at its position. */
#define SQS_DECODE_TAG      2 /**< The identity of the stream is the tag, a number of 16 bits, as in streams of
                                    version 1 of the format. */
#define SQS_DECODE_IDENTITY 4 /**< The identity of the stream is the given one. Without it, the stream is the one
                                    that begins where the input begins. Frames of other streams before it count as
                                    damage: without #SQS_DECODE_RECOVER the result is #SQS_ERR_DAMAGED. */
#define SQS_DECODE_ALL      8 /**< Read all streams that follow one another. Without it, reading ends with the first
                                    stream. */
/** @} */

/** A range of bytes of the original: first to end - 1. */
typedef struct sqs_range {
    /** Position of the first byte. */
    uint64_t first;
    /** Position of the last byte plus 1. */
    uint64_t end;
} sqs_range;

/** Options of a decoder. Set up by sqs_decode_options_init(); zero means the default. */
typedef struct sqs_decode_options {
    /** sizeof(sqs_decode_options). */
    uint32_t struct_size;
    /** 0, or the sum of #SQS_DECODE_RECOVER, #SQS_DECODE_IDENTITY or #SQS_DECODE_TAG, and #SQS_DECODE_ALL. */
    uint32_t flags;
    /**
     * Maximum bytes of the original per frame, 16 KiB to 4 MiB; larger frames are refused with #SQS_ERR_LIMIT.
     * Default: 64 KiB; files: the size of the first frame, if that is larger.
     */
    uint32_t max_frame_bytes;
    /** With #SQS_DECODE_TAG: the tag. */
    uint32_t tag;
    /** First byte of the original to decode. */
    uint64_t first;
    /**
     * Number of bytes; the original has them all, else #SQS_ERR_RANGE. 0 and #SQS_ALL: all from first. With
     * sqs_decoder_init(): 0 or #SQS_ALL.
     */
    uint64_t count;
    /** Files and sqs_decode_stream(): receives the missing ranges; NULL: they are not returned. */
    sqs_range *missing;
    /**
     * Missing ranges that are kept apart, 16 bytes of memory each, and the capacity of missing, if given. Default: 64.
     * Further ranges are only counted.
     */
    uint32_t max_missing;
    /**
     * For streams encoded with a restart_interval above 1: bytes before a frame that it may refer to, up to 4 MiB;
     * frames that refer to more are refused with #SQS_ERR_LIMIT. 0: none; files: 64 KiB if the first two frames are of
     * one group.
     */
    uint32_t history_bytes;
    /** Files and sqs_decode_stream(): memory to use instead of the heap, aligned to 8 bytes. NULL: the heap, once. */
    void *memory;
    /** Size of memory in bytes: at least what sqs_decode_work_bytes() returns. */
    size_t memory_bytes;
    /** Files and sqs_decode_stream(): called now and then; NULL: no calls. */
    sqs_progress_fn progress;
    /** First argument of progress. */
    void *ctx;
    /** With #SQS_DECODE_IDENTITY: the identity. */
    uint64_t identity;
} sqs_decode_options;

/**
 * Fills options of a decoder with zeros, which mean the defaults, and sets their struct_size.
 *
 * May be called from callbacks.
 *
 * @param[out] options      the options
 * @param[in]  struct_size  sizeof(sqs_decode_options), as the caller's compiler sees it
 * @retval SQS_OK
 * @retval SQS_ERR_ARGUMENT     options is NULL or misaligned
 * @retval SQS_ERR_STRUCT_SIZE  struct_size is smaller than version 1 of the struct, or above 64 KiB
 */
sqs_status sqs_decode_options_init(sqs_decode_options *options, size_t struct_size);

/**
 * Decodes a file, or bytes first to first + count - 1 of the original. Hosts only.
 *
 * Writes the output as sqs_encode_file() does. After an error no file remains, and an earlier output is unchanged. For
 * a range, only the frames that hold it are decoded; they are found by the index, or by the headers. Without
 * #SQS_DECODE_RECOVER damage is an error, except before and after a range. With it, valid data is written at its
 * position and missing data as zeros; stats returns the number of missing bytes, options->missing the ranges.
 *
 * Reading ends with the end frame of the stream; stats->used_bytes returns where, and stats->trailing_bytes how many
 * bytes follow: another stream, zeros, anything else.
 *
 * @param[in]  in_path   input: UTF-8, at most 4095 bytes
 * @param[in]  out_path  output: UTF-8, at most 4095 bytes; not the input; if it exists, a regular file
 * @param[in]  options   options of the decoder
 * @param[out] stats     statistics, also after an error; struct_size set by the caller; may be NULL
 * @param[out] error     details of an error, with errno; may be NULL
 * @retval SQS_OK               with #SQS_DECODE_RECOVER also for a damaged stream
 * @retval SQS_ERR_DAMAGED      the stream is damaged or incomplete; with #SQS_DECODE_RECOVER: no frame is valid
 * @retval SQS_ERR_FORMAT       the input is not an encoded stream, or of another version; the detail has what it is
 * @retval SQS_ERR_LIMIT        a frame is larger than max_frame_bytes, or refers to more than history_bytes
 * @retval SQS_ERR_RANGE        the original ends before first, or before first + count
 * @retval SQS_ERR_IO           a file cannot be opened, read, created or written, the disk is full, or the output
 *                              exceeds RLIMIT_FSIZE (EFBIG; no signal is sent)
 * @retval SQS_ERR_CANCELLED    progress returned a number other than 0
 * @retval SQS_ERR_MEMORY       the heap has no memory, or the memory of the options is too small
 * @retval SQS_ERR_ARGUMENT     a pointer is NULL, an option is out of range, or the paths name the same file
 * @retval SQS_ERR_NAME         a path is too long or not UTF-8
 * @retval SQS_ERR_ALIGN        a pointer is misaligned
 * @retval SQS_ERR_STRUCT_SIZE  a struct_size is not valid
 * @retval SQS_ERR_UNSUPPORTED  unknown flags, or fields are set that this version does not know
 */
sqs_status sqs_decode_file(const char *in_path, const char *out_path, const sqs_decode_options *options,
                           sqs_codec_stats *stats, sqs_error *error);

/**
 * Computes the memory that sqs_decode_file() and sqs_decode_stream() use: exactly this size, once.
 *
 * With max_frame_bytes of 0, a file with larger frames than the default uses the memory that its frames need; with
 * history_bytes of 0, a file of frame groups uses 64 KiB more. Set the fields to know the size beforehand.
 *
 * @param[in]  options  options of the decoder
 * @param[out] bytes    size in bytes
 * @retval SQS_OK
 * @retval SQS_ERR_ARGUMENT     a pointer is NULL, or an option is out of range
 * @retval SQS_ERR_ALIGN        a pointer is misaligned
 * @retval SQS_ERR_STRUCT_SIZE  options->struct_size is not valid
 * @retval SQS_ERR_UNSUPPORTED  unknown flags, or fields are set that this version does not know
 */
sqs_status sqs_decode_work_bytes(const sqs_decode_options *options, size_t *bytes);

/**
 * Reads up to capacity_bytes bytes into data; sets *read_bytes to the number read, 0 at the end of the input.
 *
 * Returns 0, or a code of its own, which ends the call and is in the error detail.
 */
typedef int32_t (*sqs_read_fn)(void *ctx, void *data, size_t capacity_bytes, size_t *read_bytes);

/**
 * Writes all of the bytes at data to position offset of the output.
 *
 * Returns 0, or a code of its own, which ends the call and is in the error detail.
 */
typedef int32_t (*sqs_write_at_fn)(void *ctx, uint64_t offset, const void *data, size_t bytes);

/**
 * Sets the position at which the next read begins, in bytes from the start of the input.
 *
 * Returns 0, or a code of its own, which ends the call and is in the error detail.
 */
typedef int32_t (*sqs_seek_fn)(void *ctx, uint64_t offset);

/** Functions that read and write a stream. Zero the struct first. */
typedef struct sqs_stream {
    /** sizeof(sqs_stream). */
    uint32_t struct_size;
    /** 0. */
    uint32_t flags;
    /** Reads the input. Required. */
    sqs_read_fn read;
    /**
     * Writes the output. Encoded bytes are contiguous; decoded bytes are, except for holes (#SQS_DECODE_RECOVER).
     * Required for encoding; decoding, NULL: the stream is only checked.
     */
    sqs_write_at_fn write;
    /** First argument of read and write. */
    void *ctx;
    /** Bytes of the input; 0: unknown. */
    uint64_t total_bytes;
    /**
     * Decoding: sets the position of read; needs total_bytes. With it, a range costs what it costs from a file, memory
     * follows from the first frames, and the stream is found in an input with a damaged start. NULL: the input is read
     * in order.
     */
    sqs_seek_fn seek;
} sqs_stream;

/**
 * Encodes a stream that functions of the caller read and write: standard input, sockets, archives. Hosts only.
 *
 * The functions are called from the calling thread, whatever options->threads is.
 *
 * @param[in]  stream   functions that read and write
 * @param[in]  options  options of the encoder
 * @param[out] stats    statistics, also after an error; struct_size set by the caller; may be NULL
 * @param[out] error    details of an error; may be NULL
 * @retval SQS_OK
 * @retval SQS_ERR_CALLBACK  a function failed; its return code is in the detail
 * @return the statuses of sqs_encode_file(), except those of its files
 */
sqs_status sqs_encode_stream(const sqs_stream *stream, const sqs_encode_options *options, sqs_codec_stats *stats,
                             sqs_error *error);

/**
 * Decodes a stream that functions of the caller read and write, from its start, or by stream->seek. Hosts only.
 *
 * Position 0 of the output is byte options->first of the original. Holes are skipped; with #SQS_DECODE_RECOVER bytes
 * may come late, after later ones. Without stream->write the stream is only checked.
 *
 * @param[in]  stream        functions that read and write
 * @param[in]  options       options of the decoder
 * @param[out] length_bytes  number of bytes from options->first, holes included; may be NULL
 * @param[out] stats         statistics, also after an error; struct_size set by the caller; may be NULL
 * @param[out] error         details of an error; may be NULL
 * @retval SQS_OK            with #SQS_DECODE_RECOVER also for a damaged stream
 * @retval SQS_ERR_CALLBACK  a function failed; its return code is in the detail
 * @return the statuses of sqs_decode_file(), except those of its files
 */
sqs_status sqs_decode_stream(const sqs_stream *stream, const sqs_decode_options *options, uint64_t *length_bytes,
                             sqs_codec_stats *stats, sqs_error *error);

/**
 * Evaluates a request into an encoded file; its rows, in their order, are the original. Hosts only.
 *
 * Sample type, byte order and channels are those of the stage, whatever the options are; threads and progress are
 * ignored. Writes the output as sqs_encode_file() does. After an error no file remains, and an earlier output is
 * unchanged.
 *
 * @param[in]  pipeline  handle; sqs_pipeline_error_detail() returns the detail of an error
 * @param[in]  request   the rows
 * @param[in]  path      output: UTF-8, at most 4095 bytes; if it exists, a regular file
 * @param[in]  options   options of the encoder
 * @param[out] stats     statistics, also after an error; struct_size set by the caller; may be NULL
 * @retval SQS_OK
 * @retval SQS_ERR_IO      the file cannot be created or written, or the disk is full
 * @retval SQS_ERR_MEMORY  the heap has no memory, or the memory of the options is too small
 * @retval SQS_ERR_NAME    path is too long or not UTF-8
 * @return the statuses of sqs_evaluate_to(), and those of sqs_encode_file() for its options
 */
sqs_status sqs_evaluate_to_file(sqs_pipeline *pipeline, const sqs_request *request, const char *path,
                                const sqs_encode_options *options, sqs_codec_stats *stats);

/**
 * Makes an input read a file of raw samples of which ranges are missing: the output of sqs_decode_file() with
 * #SQS_DECODE_RECOVER. Hosts only, before seal.
 *
 * A sample of which any byte is missing is missing: see sqs_push_gap(). Otherwise as sqs_source_set_file().
 *
 * @param[in]  pipeline    handle
 * @param[in]  input       number of the input
 * @param[in]  path        UTF-8, at most 4095 bytes
 * @param[in]  byte_order  #SQS_LITTLE_ENDIAN or #SQS_BIG_ENDIAN
 * @param[in]  offset      position of the first sample in the file, in bytes
 * @param[in]  missing     ranges of bytes of the file, in ascending order and apart, such as sqs_decode_options.missing
 *                         returned. Not copied; must outlive the pipeline and not change
 * @param[in]  count       number of ranges
 * @param[out] samples     number of samples, missing ones included; may be NULL
 * @retval SQS_OK
 * @retval SQS_ERR_ARGUMENT   the handle is not valid, path is NULL, missing is NULL with a count above 0, the input or the
 *                            byte order does not exist, or ranges are empty, not in order or overlap
 * @retval SQS_ERR_OVERFLOW   the ranges do not fit the address space
 * @retval SQS_ERR_OVERLAP    samples overlaps another argument or memory of the pipeline
 * @return the statuses of sqs_source_set_file()
 */
sqs_status sqs_source_set_recovered(sqs_pipeline *pipeline, uint32_t input, const char *path, uint32_t byte_order,
                                    uint64_t offset, const sqs_range *missing, size_t count, uint64_t *samples);

/** @} */


/* ================================================================================================================== */
/**
 * @defgroup codec_memory 13. Codec: streams in memory of yours
 *
 * First of all, give each recording an identity of its own (sqs_encode_options.identity), such as a boot count and a
 * start time. Without an operating system the library has nothing to draw it from, and recordings that begin alike, with
 * silence or the same header, would have the same one: frames of an old recording could continue a new one that was cut.
 *
 * Coders that run in memory of yours, and exist without an operating system. The functions that end in _bytes return
 * the exact size of the memory; nothing allocates. A step consumes input that is cut anywhere and fills output that is
 * cut anywhere, as in zlib.
 *
 * After a reboot a recorder continues its stream: a decoder with #SQS_DECODE_RECOVER reads what is on the medium and returns
 * the identity, the position after the last whole frame (sqs_codec_stats.used_bytes) and the number of bytes before it
 * (raw_bytes and missing_bytes). An encoder with this identity, with first at that number or, after a gap, above it, and
 * with stream_bytes at that position writes the rest from there on. The gap is a missing range of one stream.
 *
 * A coder's handle is used by one task at a time, like a pipeline's. Coders call nothing back.
 *
 * To encode the rows of an evaluation, use sqs_encoder_sink_rows() as its sink.
 *
 * @{
 */

/** @name Flow of input into a coder
 *  @{ */
#define SQS_FLOW_CONTINUE 0 /**< More input will follow. */
#define SQS_FLOW_FLUSH    1 /**< More input will follow. Output all input so far, up to the last whole row. */
#define SQS_FLOW_END      2 /**< This is the end of the input. */
/** @} */

/** An encoder in memory of the caller. Opaque. It needs no delete: reuse the memory when the stream is done. */
typedef struct sqs_encoder sqs_encoder;

/**
 * Computes size and alignment of the memory of an encoder: exactly the size needed, by default at most 256 KiB.
 *
 * @param[in]  options  options of the encoder
 * @param[out] bytes    size in bytes
 * @param[out] align    alignment in bytes
 * @retval SQS_OK
 * @retval SQS_ERR_ARGUMENT     a pointer is NULL, or an option is out of range
 * @retval SQS_ERR_ALIGN        a pointer is misaligned
 * @retval SQS_ERR_STRUCT_SIZE  options->struct_size is not valid
 * @retval SQS_ERR_UNSUPPORTED  unknown flags, or fields are set that this version does not know
 */
sqs_status sqs_encoder_bytes(const sqs_encode_options *options, size_t *bytes, size_t *align);

/**
 * Computes the frame size to use within a limit of memory, for options->frame_bytes.
 *
 * It is the frame size of the options, or else the largest power of two below it for which sqs_encoder_bytes() returns
 * at most limit_bytes.
 *
 * @param[in]  options      options of the encoder
 * @param[in]  limit_bytes  limit of the memory of the encoder in bytes
 * @param[out] frame_bytes  frame size in bytes
 * @retval SQS_OK
 * @retval SQS_ERR_BUDGET  no frame size fits the limit; the detail gives the minimum
 * @return the statuses of sqs_encoder_bytes()
 */
sqs_status sqs_optimal_frame_bytes(const sqs_encode_options *options, size_t limit_bytes, uint32_t *frame_bytes);

/**
 * Sets up an encoder in memory of the caller.
 *
 * It uses this memory alone, and never allocates. memory, threads and progress of the options are ignored.
 *
 * @param[in]  memory        memory, the encoder's until the stream is done
 * @param[in]  memory_bytes  size of memory in bytes, at least what sqs_encoder_bytes() returns
 * @param[in]  options       options; copied
 * @param[out] encoder       the handle, which lies in memory
 * @param[out] error         details of an error; may be NULL
 * @retval SQS_OK
 * @retval SQS_ERR_MEMORY       memory is too small; the detail gives both sizes
 * @retval SQS_ERR_ALIGN        memory is not aligned as sqs_encoder_bytes() returns, or a pointer is misaligned
 * @retval SQS_ERR_ARGUMENT     a pointer is NULL, or an option is out of range
 * @retval SQS_ERR_STRUCT_SIZE  options->struct_size is not valid
 * @retval SQS_ERR_UNSUPPORTED  unknown flags, or fields are set that this version does not know
 */
sqs_status sqs_encoder_init(void *memory, size_t memory_bytes, const sqs_encode_options *options, sqs_encoder **encoder,
                            sqs_error *error);

/**
 * Consumes bytes of the original and writes bytes of the stream, until either buffer is exhausted.
 *
 * Input and output may be cut anywhere, down to a byte. Encodes at most one frame per call and full output. Does not
 * allocate.
 *
 * @code{.c}
 * do {
 *     status = sqs_encoder_step(e, in, n, &consumed, out, sizeof out, &written, SQS_FLOW_END);
 *     in += consumed; n -= consumed;
 *     write(fd, out, written);
 * } while (status == SQS_AGAIN);
 * @endcode
 *
 * @param[in]  encoder         handle
 * @param[in]  in              bytes of the original; may be NULL if in_bytes is 0
 * @param[in]  in_bytes        size of in
 * @param[out] consumed_bytes  bytes of in consumed; always written
 * @param[out] out             buffer for the stream; may be NULL if out_bytes is 0
 * @param[in]  out_bytes       size of out
 * @param[out] written_bytes   bytes of out written; always written
 * @param[in]  flow            #SQS_FLOW_CONTINUE; #SQS_FLOW_FLUSH: also output a frame of the input so far, up to the
 *                             last whole row, as before a pause; #SQS_FLOW_END: this is the end of the input
 * @retval SQS_OK            all input was consumed, and all output that flow requests was written
 * @retval SQS_AGAIN         call again with more room, the rest of the input and the same flow
 * @retval SQS_END           the stream is complete
 * @retval SQS_ERR_STATE     input after the end
 * @retval SQS_ERR_OVERLAP   in, out, a count and the memory of the encoder overlap
 * @retval SQS_ERR_OVERFLOW  the original exceeds 2^64 bytes
 * @retval SQS_ERR_ARGUMENT  the handle is not valid, a pointer is NULL, or the flow does not exist
 * @retval SQS_ERR_ALIGN     consumed_bytes or written_bytes is misaligned
 * @retval SQS_ERR_REENTRANT  called from the write function of an sqs_encoder_sink of this encoder
 */
sqs_status sqs_encoder_step(sqs_encoder *encoder, const void *in, size_t in_bytes, size_t *consumed_bytes, void *out,
                            size_t out_bytes, size_t *written_bytes, uint32_t flow);

/**
 * Returns the statistics of an encoder so far. Does not allocate.
 *
 * coded_bytes includes frames that were not written yet.
 *
 * @param[in]  encoder  handle
 * @param[out] stats    the statistics; struct_size set by the caller
 * @retval SQS_OK
 * @retval SQS_ERR_ARGUMENT     the handle is not valid, or stats is NULL
 * @retval SQS_ERR_ALIGN        stats is misaligned
 * @retval SQS_ERR_STRUCT_SIZE  stats->struct_size is not valid
 */
sqs_status sqs_encoder_stats(sqs_encoder *encoder, sqs_codec_stats *stats);

/**
 * Copies the detail of the last error of an encoder, zero-terminated.
 *
 * @param[in]  encoder         handle
 * @param[out] buffer          the text, cut if it does not fit; NULL with a capacity of 0
 * @param[in]  capacity_bytes  size of buffer in bytes
 * @param[out] needed_bytes    size of the whole text with its zero, in bytes; may be NULL
 * @retval SQS_OK
 * @retval SQS_ERR_SPACE     the text was cut
 * @retval SQS_ERR_ARGUMENT  the handle is not valid, or buffer is NULL with a capacity above 0
 */
sqs_status sqs_encoder_error_detail(const sqs_encoder *encoder, char *buffer, size_t capacity_bytes,
                                    size_t *needed_bytes);

/** A decoder in memory of the caller. Opaque. It needs no delete: reuse the memory when the stream is done. */
typedef struct sqs_decoder sqs_decoder;

/**
 * Computes size and alignment of the memory of a decoder: exactly the size needed.
 *
 * @param[in]  options  options of the decoder
 * @param[out] bytes    size in bytes
 * @param[out] align    alignment in bytes
 * @retval SQS_OK
 * @retval SQS_ERR_ARGUMENT     a pointer is NULL, or an option is out of range
 * @retval SQS_ERR_ALIGN        a pointer is misaligned
 * @retval SQS_ERR_STRUCT_SIZE  options->struct_size is not valid
 * @retval SQS_ERR_UNSUPPORTED  unknown flags, or fields are set that this version does not know
 */
sqs_status sqs_decoder_bytes(const sqs_decode_options *options, size_t *bytes, size_t *align);

/**
 * Sets up a decoder in memory of the caller.
 *
 * It uses this memory alone, and never allocates. options->first is the first byte of the original to output; the
 * input may start at any frame at or before it. count, missing, memory and progress of the options are ignored.
 *
 * @param[in]  memory        memory, the decoder's until the stream is done
 * @param[in]  memory_bytes  size of memory in bytes, at least what sqs_decoder_bytes() returns
 * @param[in]  options       options; copied
 * @param[out] decoder       the handle, which lies in memory
 * @param[out] error         details of an error; may be NULL
 * @retval SQS_OK
 * @retval SQS_ERR_MEMORY       memory is too small; the detail gives both sizes
 * @retval SQS_ERR_ALIGN        memory is not aligned as sqs_decoder_bytes() returns, or a pointer is misaligned
 * @retval SQS_ERR_ARGUMENT     a pointer is NULL, or an option is out of range
 * @retval SQS_ERR_STRUCT_SIZE  options->struct_size is not valid
 * @retval SQS_ERR_UNSUPPORTED  unknown flags, or fields are set that this version does not know
 */
sqs_status sqs_decoder_init(void *memory, size_t memory_bytes, const sqs_decode_options *options, sqs_decoder **decoder,
                            sqs_error *error);

/**
 * Consumes bytes of the stream and writes bytes of the original, until either buffer is exhausted.
 *
 * Input and output may be cut anywhere, down to a byte. The bytes that a call writes are contiguous in the original,
 * from offset. With #SQS_DECODE_RECOVER, missing bytes are skipped and a frame may come late: offset then jumps from
 * call to call. Does not allocate.
 *
 * With #SQS_END the stream is complete, and consumed_bytes ends with its end frame: what follows in the input is not
 * consumed. After damage the decoder may have consumed some of it in earlier calls; used_bytes of sqs_decoder_stats()
 * is always exact. If bytes are missing when the end frame comes, late frames are searched up to the end of the input.
 *
 * @param[in]  decoder         handle
 * @param[in]  in              bytes of the stream; may be NULL if in_bytes is 0
 * @param[in]  in_bytes        size of in
 * @param[out] consumed_bytes  bytes of in consumed; always written
 * @param[out] out             buffer for the original; may be NULL if out_bytes is 0
 * @param[in]  out_bytes       size of out
 * @param[out] written_bytes   bytes of out written; always written
 * @param[out] offset          position in the original of the first byte written; may be NULL
 * @param[in]  flow            #SQS_FLOW_CONTINUE, or #SQS_FLOW_END: this is the end of the input
 * @retval SQS_OK            all input was consumed and all output written; more input is needed
 * @retval SQS_AGAIN         call again with more room, the rest of the input and the same flow
 * @retval SQS_END           the stream is complete, or the input has ended
 * @retval SQS_ERR_DAMAGED   without #SQS_DECODE_RECOVER: the stream is damaged or incomplete; what was written before
 *                           is valid, and every further call returns this status
 * @retval SQS_ERR_FORMAT    the input is not an encoded stream, or of another version; the detail has what it is
 * @retval SQS_ERR_LIMIT     a frame is larger than max_frame_bytes, or refers to more than history_bytes
 * @retval SQS_ERR_RANGE     the original ends before options->first
 * @retval SQS_ERR_OVERLAP   in, out, offset, a count and the memory of the decoder overlap
 * @retval SQS_ERR_ARGUMENT  the handle is not valid, a pointer is NULL, or the flow does not exist or is
 *                           #SQS_FLOW_FLUSH
 * @retval SQS_ERR_ALIGN     consumed_bytes, written_bytes or offset is misaligned
 */
sqs_status sqs_decoder_step(sqs_decoder *decoder, const void *in, size_t in_bytes, size_t *consumed_bytes, void *out,
                            size_t out_bytes, size_t *written_bytes, uint64_t *offset, uint32_t flow);

/**
 * Returns the statistics of a decoder so far, damage included. Does not allocate.
 *
 * @param[in]  decoder  handle
 * @param[out] stats    the statistics; struct_size set by the caller
 * @retval SQS_OK
 * @retval SQS_ERR_ARGUMENT     the handle is not valid, or stats is NULL
 * @retval SQS_ERR_ALIGN        stats is misaligned
 * @retval SQS_ERR_STRUCT_SIZE  stats->struct_size is not valid
 */
sqs_status sqs_decoder_stats(sqs_decoder *decoder, sqs_codec_stats *stats);

/**
 * Copies the ranges of the original that are missing so far, in ascending order; complete after #SQS_END.
 *
 * @param[in]  decoder   handle
 * @param[out] ranges    the ranges; NULL with a capacity of 0
 * @param[in]  capacity  number of ranges that fit
 * @param[out] count     number of missing ranges; always written
 * @retval SQS_OK
 * @retval SQS_ERR_SPACE     only the first capacity ranges were copied
 * @retval SQS_ERR_ARGUMENT  the handle is not valid, or a pointer is NULL
 * @retval SQS_ERR_ALIGN     a pointer is misaligned
 */
sqs_status sqs_decoder_missing(sqs_decoder *decoder, sqs_range *ranges, size_t capacity, size_t *count);

/**
 * Copies the detail of the last error of a decoder, zero-terminated.
 *
 * @param[in]  decoder         handle
 * @param[out] buffer          the text, cut if it does not fit; NULL with a capacity of 0
 * @param[in]  capacity_bytes  size of buffer in bytes
 * @param[out] needed_bytes    size of the whole text with its zero, in bytes; may be NULL
 * @retval SQS_OK
 * @retval SQS_ERR_SPACE     the text was cut
 * @retval SQS_ERR_ARGUMENT  the handle is not valid, or buffer is NULL with a capacity above 0
 */
sqs_status sqs_decoder_error_detail(const sqs_decoder *decoder, char *buffer, size_t capacity_bytes,
                                    size_t *needed_bytes);

/**
 * An encoder that receives the rows of an evaluation. Zero the struct first.
 *
 * Give sqs_encoder_sink_rows() as the sink of the evaluation and this struct as its ctx. The rows are the original of
 * the stream: set dtype of the encoder's options to the type of the stage, and channels to its len.
 *
 * write may change buffer, buffer_bytes, write and ctx: they are read again after each of its calls. A call of the
 * encoder or of the sink from write returns #SQS_ERR_REENTRANT. The struct, the buffer and the memory of the encoder
 * must not overlap.
 */
typedef struct sqs_encoder_sink {
    /** sizeof(sqs_encoder_sink). */
    uint32_t struct_size;
    /** 0; then the status that ended it, if any: #SQS_ERR_CALLBACK if write failed, else that of sqs_encoder_step(). */
    int32_t status;
    /** The encoder, from sqs_encoder_init(). */
    sqs_encoder *encoder;
    /** Buffer for encoded bytes. */
    void *buffer;
    /** Size of buffer in bytes, at least 1. */
    size_t buffer_bytes;
    /** Receives the encoded bytes. Required. */
    sqs_write_fn write;
    /** First argument of write. */
    void *ctx;
} sqs_encoder_sink;

/**
 * Encodes a block of rows: an sqs_sink_fn, for sqs_evaluate_to() and sqs_evaluate_begin().
 *
 * After a failure the evaluation ends with #SQS_ERR_CALLBACK, sink->status has the reason, and every further call
 * fails the same way: begin a new stream.
 *
 * @param[in,out] sink   an sqs_encoder_sink
 * @param[in]     first  ignored
 * @param[in]     count  ignored
 * @param[in]     rows   the rows
 * @param[in]     bytes  size of the rows in bytes
 * @return 0, or sink->status
 */
int32_t sqs_encoder_sink_rows(void *sink, uint64_t first, size_t count, const void *rows, size_t bytes);

/**
 * Ends the stream of an encoder sink: writes what remains, and the end frame.
 *
 * @param[in,out] sink  the sink
 * @retval SQS_OK
 * @retval SQS_ERR_CALLBACK     write failed, in this call or before
 * @retval SQS_ERR_STATE        the stream has ended already
 * @retval SQS_ERR_ARGUMENT     sink is NULL or misaligned, or has no valid encoder, no buffer or no write
 * @retval SQS_ERR_OVERLAP      the sink, its buffer and the memory of the encoder overlap
 * @retval SQS_ERR_REENTRANT    called from write
 * @retval SQS_ERR_STRUCT_SIZE  sink->struct_size is not valid
 */
sqs_status sqs_encoder_sink_end(sqs_encoder_sink *sink);

/** @} */


/* ================================================================================================================== */
/**
 * @defgroup jobs 14. Codec: jobs in the background
 *
 * Jobs encode and decode files in threads of their own. Hosts only.
 *
 * @{
 */

/** A job that encodes or decodes a file in the background. Opaque; deleted with sqs_codec_job_delete(). */
typedef struct sqs_codec_job sqs_codec_job;

/**
 * Encodes a file in the background: starts a job and returns at once.
 *
 * The output is the same as that of sqs_encode_file(), for any number of threads. Paths and options are copied;
 * options->memory, and what options->ctx points to, belong to the job until it is deleted. A thread of the job calls
 * progress, which may call sqs_codec_job_poll() and sqs_codec_job_cancel().
 *
 * @param[in]  in_path   as for sqs_encode_file()
 * @param[in]  out_path  as for sqs_encode_file()
 * @param[in]  options   options of the encoder
 * @param[out] job       the handle, to be deleted with sqs_codec_job_delete(); written before the job begins
 * @param[out] error     details of an error; may be NULL
 * @retval SQS_OK               the job has begun; sqs_codec_job_wait() returns its result
 * @retval SQS_ERR_IO           a thread cannot be created
 * @retval SQS_ERR_MEMORY       the heap has no memory for a job
 * @retval SQS_ERR_ARGUMENT     a pointer is NULL, or an option is out of range
 * @retval SQS_ERR_NAME         a path is too long or not UTF-8
 * @retval SQS_ERR_ALIGN        a pointer is misaligned
 * @retval SQS_ERR_STRUCT_SIZE  options->struct_size is not valid
 * @retval SQS_ERR_UNSUPPORTED  unknown flags, or fields are set that this version does not know
 */
sqs_status sqs_encode_file_async(const char *in_path, const char *out_path, const sqs_encode_options *options,
                                 sqs_codec_job **job, sqs_error *error);

/**
 * Decodes a file in the background, in one thread: starts a job and returns at once.
 *
 * As sqs_encode_file_async(), for sqs_decode_file(). options->missing belongs to the job until it is deleted, too.
 *
 * @param[in]  in_path   as for sqs_decode_file()
 * @param[in]  out_path  as for sqs_decode_file()
 * @param[in]  options   options of the decoder
 * @param[out] job       the handle, to be deleted with sqs_codec_job_delete()
 * @param[out] error     details of an error; may be NULL
 * @return the statuses of sqs_encode_file_async()
 */
sqs_status sqs_decode_file_async(const char *in_path, const char *out_path, const sqs_decode_options *options,
                                 sqs_codec_job **job, sqs_error *error);

/**
 * Returns the progress of a job, without waiting. Any thread may call it, progress included.
 *
 * @param[in]  job       handle
 * @param[out] progress  the progress; may be NULL
 * @retval SQS_AGAIN         the job is running
 * @retval SQS_OK            the output is complete and on the disk
 * @retval SQS_ERR_ARGUMENT  the handle is not valid
 * @retval SQS_ERR_STATE     called in a forked child of the process that started the job
 * @return otherwise the result of sqs_encode_file() or sqs_decode_file(): no output remains
 */
sqs_status sqs_codec_job_poll(sqs_codec_job *job, sqs_progress *progress);

/**
 * Waits until a job ends, or for a time.
 *
 * @param[in] job         handle
 * @param[in] timeout_ms  maximum time in milliseconds; UINT32_MAX: no limit
 * @retval SQS_AGAIN          the job is still running after timeout_ms
 * @retval SQS_ERR_REENTRANT  called from the job's own progress
 * @return otherwise as sqs_codec_job_poll()
 */
sqs_status sqs_codec_job_wait(sqs_codec_job *job, uint32_t timeout_ms);

/**
 * Requests a job to stop after the current frames. Does not wait. Any thread may call it, progress included.
 *
 * The job ends with #SQS_ERR_CANCELLED and leaves no output, unless it was complete already.
 *
 * @param[in] job  handle
 * @retval SQS_OK
 * @retval SQS_ERR_ARGUMENT  the handle is not valid
 * @retval SQS_ERR_STATE     called in a forked child
 */
sqs_status sqs_codec_job_cancel(sqs_codec_job *job);

/**
 * Returns the statistics of a job that has ended.
 *
 * @param[in]  job    handle
 * @param[out] stats  the statistics; struct_size set by the caller
 * @retval SQS_OK
 * @retval SQS_AGAIN            the job is running; stats is unchanged
 * @retval SQS_ERR_STATE        called in a forked child
 * @retval SQS_ERR_ARGUMENT     the handle is not valid, or stats is NULL
 * @retval SQS_ERR_ALIGN        stats is misaligned
 * @retval SQS_ERR_STRUCT_SIZE  stats->struct_size is not valid
 */
sqs_status sqs_codec_job_stats(sqs_codec_job *job, sqs_codec_stats *stats);

/**
 * Copies the detail of the error that a job ended with, zero-terminated; empty without an error.
 *
 * @param[in]  job             handle
 * @param[out] buffer          the text, cut if it does not fit; NULL with a capacity of 0
 * @param[in]  capacity_bytes  size of buffer in bytes
 * @param[out] needed_bytes    size of the whole text with its zero, in bytes; may be NULL
 * @retval SQS_OK
 * @retval SQS_ERR_SPACE     the text was cut
 * @retval SQS_ERR_STATE     called in a forked child
 * @retval SQS_ERR_ARGUMENT  the handle is not valid, or buffer is NULL with a capacity above 0
 */
sqs_status sqs_codec_job_error_detail(const sqs_codec_job *job, char *buffer, size_t capacity_bytes,
                                      size_t *needed_bytes);

/**
 * Deletes a job: cancels it if it is running, waits for its threads, and frees it.
 *
 * A forked child of the process that started the job cannot use or delete it: the threads of the job do not exist
 * there. Its memory remains until the child ends.
 *
 * @param[in] job  handle; NULL is allowed
 * @retval SQS_OK             the job is deleted, or job is NULL
 * @retval SQS_ERR_STATE      called in a forked child; nothing is changed
 * @retval SQS_ERR_REENTRANT  called from the job's own progress; nothing is changed
 * @retval SQS_ERR_ARGUMENT   the handle is not valid
 */
sqs_status sqs_codec_job_delete(sqs_codec_job *job);

/** @} */


/* ================================================================================================================== */
/**
 * @defgroup ccsds121 15. CCSDS 121 without a container
 *
 * Bitstreams of CCSDS 121.0-B-3 without a container, for ground systems that decode them already. To store them in
 * frames, use the encoder of the codec with #SQS_CODEC_CCSDS121.
 *
 * @{
 */

/** @name Flags of CCSDS 121. Their numbers are libaec's
 *  @{ */
#define SQS_CCSDS121_SIGNED       1 /**< Samples are in two's complement. */
#define SQS_CCSDS121_3BYTE        2 /**< Samples of 17 to 24 bits occupy three bytes instead of four. */
#define SQS_CCSDS121_MSB          4 /**< Samples are big-endian in memory. The bitstream is the same. */
#define SQS_CCSDS121_PREPROCESS   8 /**< Code differences to the previous sample. Without it the samples themselves
                                          are coded, as unsigned numbers. */
#define SQS_CCSDS121_RESTRICTED  16 /**< The restricted set of code options, for at most 4 bits. */
#define SQS_CCSDS121_PAD_RSI     32 /**< Pad every reference sample interval to a whole byte; not in the standard. */
#define SQS_CCSDS121_NOT_ENFORCE 64 /**< Allow any even block length up to 256; not in the standard. */
/** @} */

/** Parameters of a CCSDS 121.0-B-3 bitstream, which does not contain them. */
typedef struct sqs_ccsds121_params {
    /** sizeof(sqs_ccsds121_params). */
    uint32_t struct_size;
    /** n: bits of a sample, 1 to 32. */
    uint32_t bits;
    /** J: samples of a block: 8, 16, 32 or 64. */
    uint32_t block;
    /** r: blocks from one reference sample to the next, 1 to 4096. */
    uint32_t rsi;
    /** Sum of SQS_CCSDS121_* flags. */
    uint32_t flags;
    /** 0. */
    uint32_t reserved;
} sqs_ccsds121_params;

/** An encoder or decoder of CCSDS 121.0-B-3 in memory of the caller. Opaque. It needs no delete. */
typedef struct sqs_ccsds121 sqs_ccsds121;

/**
 * Computes size and alignment of the memory of a CCSDS 121 encoder or decoder: exactly the size needed, whatever the
 * parameters.
 *
 * @param[out] bytes  size in bytes
 * @param[out] align  alignment in bytes
 * @retval SQS_OK
 * @retval SQS_ERR_ARGUMENT  a pointer is NULL
 * @retval SQS_ERR_ALIGN     a pointer is misaligned
 */
sqs_status sqs_ccsds121_bytes(size_t *bytes, size_t *align);

/**
 * Computes the maximum size of an encoded bitstream.
 *
 * @param[in]  params   parameters
 * @param[in]  samples  number of samples
 * @param[out] bytes    maximum size in bytes
 * @retval SQS_OK
 * @retval SQS_ERR_ARGUMENT     a pointer is NULL, or a parameter is out of range
 * @retval SQS_ERR_OVERFLOW     the size does not fit the address space
 * @retval SQS_ERR_ALIGN        a pointer is misaligned
 * @retval SQS_ERR_STRUCT_SIZE  params->struct_size is not valid
 * @retval SQS_ERR_UNSUPPORTED  fields are set that this version does not know
 */
sqs_status sqs_ccsds121_max_encoded_bytes(const sqs_ccsds121_params *params, size_t samples, size_t *bytes);

/**
 * Sets up an encoder of CCSDS 121.0-B-3 in memory of the caller.
 *
 * It writes the bitstream of the standard without a container, bit for bit that of libaec. Keep the parameters and the
 * number of samples with it. (sqs_encoder_init() with #SQS_CODEC_CCSDS121 writes the same bitstreams into frames that
 * contain both and survive damage.) Never allocates.
 *
 * @param[in]  memory        memory, the coder's until the bitstream is done
 * @param[in]  memory_bytes  size of memory in bytes, at least what sqs_ccsds121_bytes() returns
 * @param[in]  params        parameters; copied
 * @param[out] coder         the handle, which lies in memory
 * @param[out] error         details of an error; may be NULL
 * @retval SQS_OK
 * @retval SQS_ERR_MEMORY       memory is too small; the detail gives both sizes
 * @retval SQS_ERR_ALIGN        memory is not aligned as sqs_ccsds121_bytes() returns, or a pointer is misaligned
 * @retval SQS_ERR_ARGUMENT     a pointer is NULL, or a parameter is out of range
 * @retval SQS_ERR_STRUCT_SIZE  params->struct_size is not valid
 * @retval SQS_ERR_UNSUPPORTED  fields are set that this version does not know
 */
sqs_status sqs_ccsds121_encoder_init(void *memory, size_t memory_bytes, const sqs_ccsds121_params *params,
                                     sqs_ccsds121 **coder, sqs_error *error);

/**
 * Sets up a decoder of CCSDS 121.0-B-3 in memory of the caller.
 *
 * The standard has no checksum: damage that leaves a valid bitstream gives wrong samples. Never allocates.
 *
 * @param[in]  memory        memory, the coder's until the bitstream is done
 * @param[in]  memory_bytes  size of memory in bytes, at least what sqs_ccsds121_bytes() returns
 * @param[in]  params        parameters of the encoder; copied
 * @param[in]  samples       number of samples
 * @param[out] coder         the handle, which lies in memory
 * @param[out] error         details of an error; may be NULL
 * @return the statuses of sqs_ccsds121_encoder_init()
 */
sqs_status sqs_ccsds121_decoder_init(void *memory, size_t memory_bytes, const sqs_ccsds121_params *params,
                                     uint64_t samples, sqs_ccsds121 **coder, sqs_error *error);

/**
 * Encodes or decodes until either buffer is exhausted.
 *
 * Input and output may be cut anywhere, down to a byte. Samples are in containers of 1 byte for up to 8 bits, 2 for up
 * to 16, else 4 (3 with #SQS_CCSDS121_3BYTE and up to 24 bits), little-endian without #SQS_CCSDS121_MSB; signed
 * samples are sign-extended, unsigned ones zero-extended. Without #SQS_CCSDS121_PREPROCESS samples are coded as
 * unsigned numbers: with #SQS_CCSDS121_SIGNED sign-extended ones are accepted, and come back zero-extended. Does not
 * allocate.
 *
 * @param[in]  coder           handle
 * @param[in]  in              input; may be NULL if in_bytes is 0
 * @param[in]  in_bytes        size of in
 * @param[out] consumed_bytes  bytes of in consumed; always written. A decoder consumes nothing after the last sample
 * @param[out] out             buffer for the output; may be NULL if out_bytes is 0
 * @param[in]  out_bytes       size of out
 * @param[out] written_bytes   bytes of out written; always written
 * @param[in]  flow            #SQS_FLOW_CONTINUE, or #SQS_FLOW_END: this is the end of the input
 * @retval SQS_OK            all input was consumed; more is needed
 * @retval SQS_AGAIN         call again with more room, the rest of the input and the same flow
 * @retval SQS_END           all output was written
 * @retval SQS_ERR_RANGE     encoding: a sample does not fit its bits
 * @retval SQS_ERR_DAMAGED   decoding: the input ends early, or is not a bitstream of the standard; every further call
 *                           returns this status
 * @retval SQS_ERR_OVERLAP   in, out, a count and the memory of the coder overlap
 * @retval SQS_ERR_ARGUMENT  the handle is not valid, a pointer is NULL, the flow does not exist or is #SQS_FLOW_FLUSH,
 *                           or encoding: the input ends within a sample
 * @retval SQS_ERR_ALIGN     consumed_bytes or written_bytes is misaligned
 */
sqs_status sqs_ccsds121_step(sqs_ccsds121 *coder, const void *in, size_t in_bytes, size_t *consumed_bytes, void *out,
                             size_t out_bytes, size_t *written_bytes, uint32_t flow);

/**
 * Copies the detail of the last error of a CCSDS 121 coder, zero-terminated.
 *
 * @param[in]  coder           handle
 * @param[out] buffer          the text, cut if it does not fit; NULL with a capacity of 0
 * @param[in]  capacity_bytes  size of buffer in bytes
 * @param[out] needed_bytes    size of the whole text with its zero, in bytes; may be NULL
 * @retval SQS_OK
 * @retval SQS_ERR_SPACE     the text was cut
 * @retval SQS_ERR_ARGUMENT  the handle is not valid, or buffer is NULL with a capacity above 0
 */
sqs_status sqs_ccsds121_error_detail(const sqs_ccsds121 *coder, char *buffer, size_t capacity_bytes,
                                     size_t *needed_bytes);

/** @} */


/* ================================================================================================================== */
/**
 * @defgroup packets 16. CCSDS space packets
 *
 * Units of bytes (rows, codec frames, files) in CCSDS space packets, and back: docs/formats/packets.md. Nothing here
 * allocates or keeps a pointer. The state is in a struct of the caller: zero it, set struct_size and the fields that are
 * not marked "State", and change nothing else.
 *
 * A codec frame is a good unit: a lost packet costs one frame, and the decoder reports which bytes are missing.
 *
 * @code{.c}
 * sqs_packet_writer w = {.struct_size = sizeof w, .apid = 42, .max_bytes = 1024, .flags = SQS_PACKET_CRC};
 * do {
 *     status = sqs_packet_write(&w, NULL, 0, frame, frame_bytes, packet, sizeof packet, &n);
 *     if (status >= 0) send(packet, n);
 * } while (status == SQS_AGAIN);
 * @endcode
 *
 * @{
 */

/** @name Flags of packets
 *  @{ */
#define SQS_PACKET_COMMAND 1 /**< Commands; without it telemetry. */
#define SQS_PACKET_CRC     2 /**< Packets end with a checksum of two bytes, the packet error control of
                                   ECSS-E-ST-70-41. */
/** @} */

/** @name Place of a packet in its unit
 *  @{ */
#define SQS_PACKET_CONTINUATION 0 /**< Neither the first nor the last segment. */
#define SQS_PACKET_FIRST        1 /**< The first segment. */
#define SQS_PACKET_LAST         2 /**< The last segment. */
#define SQS_PACKET_WHOLE        3 /**< A whole unit. */
/** @} */

/** Writes units as packets of one application process. */
typedef struct sqs_packet_writer {
    /** sizeof(sqs_packet_writer). */
    uint32_t struct_size;
    /** Application process identifier, 0 to 2047. */
    uint32_t apid;
    /** Sum of #SQS_PACKET_COMMAND and #SQS_PACKET_CRC, or 0. */
    uint32_t flags;
    /** Maximum size of a packet with its headers, in bytes, up to 65542; 0 means 65542. */
    uint32_t max_bytes;
    /** 0. */
    uint32_t reserved;
    /** State: sequence count of the next packet, modulo 16384. May be set to continue a stream. */
    uint32_t sequence;
    /** State: bytes of the unit in packets; 0 between units. Set it to 0 to give up a unit. */
    uint64_t unit_at;
} sqs_packet_writer;

/** Reads units from packets of one application process. */
typedef struct sqs_packet_reader {
    /** sizeof(sqs_packet_reader). */
    uint32_t struct_size;
    /** Application process identifier, 0 to 2047. */
    uint32_t apid;
    /** Sum of #SQS_PACKET_COMMAND and #SQS_PACKET_CRC, or 0: as the writer. */
    uint32_t flags;
    /** Size of the secondary header of packets that have one, in bytes. */
    uint32_t secondary_bytes;
    /** State: one more than the expected sequence count; 0 before the first packet. */
    uint32_t expected;
    /** State: 0 between units, 1 within one, 2 within a lost one; 4 more while searching for a valid packet. */
    uint32_t progress;
    /** State: bytes of the unit collected. */
    uint64_t unit_at;
    /** Valid packets of the application process. */
    uint64_t packets;
    /** Packets of others. */
    uint64_t other_packets;
    /** Packets that sequence counts show to be lost. */
    uint64_t lost_packets;
    /** Repeated or late packets, which are dropped. */
    uint64_t repeated_packets;
    /** Units of which a packet arrived, but not all, and units that did not fit. */
    uint64_t lost_units;
    /** Bytes that belong to no packet. */
    uint64_t skipped_bytes;
} sqs_packet_reader;

/** The primary header of a packet. */
typedef struct sqs_packet {
    /** In: sizeof(sqs_packet). */
    uint32_t struct_size;
    /** Application process identifier. */
    uint32_t apid;
    /** 1 for a command, 0 for telemetry. */
    uint32_t command;
    /** 1 if a secondary header follows. */
    uint32_t secondary;
    /** Place in the unit: SQS_PACKET_CONTINUATION to SQS_PACKET_WHOLE. */
    uint32_t segment;
    /** Sequence count, 0 to 16383. */
    uint32_t sequence;
    /** Size of the packet with its headers in bytes, which may be more than the input has. */
    uint32_t bytes;
    /** 0. */
    uint32_t reserved;
} sqs_packet;

/**
 * Writes the next packet of a unit.
 *
 * Call it until it returns #SQS_OK: a unit that is longer than one packet is cut into segments. Does not allocate.
 *
 * @param[in,out] writer           what packets have in common, and the state
 * @param[in]     secondary        secondary header of this packet; may be NULL if secondary_bytes is 0
 * @param[in]     secondary_bytes  size of the secondary header in bytes; 0 for none
 * @param[in]     unit             the unit: the same in all calls until it is complete
 * @param[in]     unit_bytes       size of the unit in bytes, at least 1
 * @param[out]    out              the packet
 * @param[in]     out_bytes        size of out; writer->max_bytes is always enough
 * @param[out]    written_bytes    size of the packet in bytes
 * @retval SQS_OK                the packet is the last one of the unit
 * @retval SQS_AGAIN             the unit has more: call again
 * @retval SQS_ERR_SPACE         out is too short for the packet; nothing changed
 * @retval SQS_ERR_ARGUMENT      a pointer is NULL, the unit is empty or shorter than writer->unit_at, apid is above 2047,
 *                               or max_bytes is above 65542 or has no room for data
 * @retval SQS_ERR_OVERLAP       buffers and structs overlap
 * @retval SQS_ERR_ALIGN         a pointer is misaligned
 * @retval SQS_ERR_STRUCT_SIZE   writer->struct_size is not valid
 * @retval SQS_ERR_UNSUPPORTED   flags or fields are set that this version does not know
 */
sqs_status sqs_packet_write(sqs_packet_writer *writer, const void *secondary, size_t secondary_bytes, const void *unit,
                            size_t unit_bytes, void *out, size_t out_bytes, size_t *written_bytes);

/**
 * Reads packets up to the end of a unit or of the input.
 *
 * Give what is not consumed, the start of a packet, again with the bytes that follow it; a packet has at most 65542.
 * Lost packets, and units that are not complete, are counted in the reader and never delivered. Does not allocate.
 *
 * @param[in,out] reader               what packets have in common, the state and the counts
 * @param[in]     in                   input; may be NULL if in_bytes is 0
 * @param[in]     in_bytes             size of in
 * @param[out]    consumed_bytes       bytes of in consumed
 * @param[in,out] unit                 memory of the unit: keep its content until the unit is complete
 * @param[in]     unit_capacity_bytes  size of unit; longer units are lost
 * @param[out]    unit_bytes           size of the unit that is complete; 0 if none is
 * @param[in]     flow                 #SQS_FLOW_CONTINUE, or #SQS_FLOW_END: no input follows
 * @retval SQS_OK               the input is consumed, up to the start of a packet
 * @retval SQS_AGAIN            a unit is complete: use it, and call again with the rest of the input and the same flow
 * @retval SQS_END              all input is consumed, and no more follows
 * @retval SQS_ERR_ARGUMENT     a pointer is NULL, the flow is neither of the two, apid is above 2047, the secondary
 *                              header leaves no room for data, or the state is not one of a reader
 * @retval SQS_ERR_OVERLAP      buffers and structs overlap
 * @retval SQS_ERR_ALIGN        a pointer is misaligned
 * @retval SQS_ERR_STRUCT_SIZE  reader->struct_size is not valid
 * @retval SQS_ERR_UNSUPPORTED  flags or fields are set that this version does not know
 */
sqs_status sqs_packet_read(sqs_packet_reader *reader, const void *in, size_t in_bytes, size_t *consumed_bytes,
                           void *unit, size_t unit_capacity_bytes, size_t *unit_bytes, uint32_t flow);

/**
 * Reads the primary header at the start of a packet.
 *
 * Use it to distribute packets to readers, or to list them.
 *
 * @param[in]  in        input
 * @param[in]  in_bytes  size of in
 * @param[out] packet    the header; struct_size is set by the caller
 * @retval SQS_OK
 * @retval SQS_AGAIN            in has less than the 6 bytes of a header; packet is not written
 * @retval SQS_ERR_FORMAT       the version is not 0: no packet begins here
 * @retval SQS_ERR_ARGUMENT     a pointer is NULL
 * @retval SQS_ERR_OVERLAP      in and packet overlap
 * @retval SQS_ERR_ALIGN        packet is misaligned
 * @retval SQS_ERR_STRUCT_SIZE  packet->struct_size is not valid
 */
sqs_status sqs_packet_parse(const void *in, size_t in_bytes, sqs_packet *packet);

/**
 * Writes a time as in secondary headers: the T-field of an unsegmented time code (CUC, CCSDS 301.0-B-4).
 *
 * @param[in]  seconds        seconds since the epoch of the mission
 * @param[in]  fraction       fraction of a second in units of 2^-32 s
 * @param[in]  coarse_bytes   bytes of the seconds, 1 to 4: their low ones
 * @param[in]  fine_bytes     bytes of the fraction, 0 to 3: its high ones
 * @param[out] out            the field
 * @param[in]  out_bytes      size of out, at least coarse_bytes + fine_bytes
 * @retval SQS_OK
 * @retval SQS_ERR_ARGUMENT   out is NULL, or a number of bytes is out of range
 * @retval SQS_ERR_SPACE      out is too short
 */
sqs_status sqs_packet_time(uint32_t seconds, uint32_t fraction, uint32_t coarse_bytes, uint32_t fine_bytes, void *out,
                           size_t out_bytes);

/** @} */


/* ================================================================================================================== */
/**
 * @defgroup advanced 17. Advanced: versions of the interface, panics
 *
 * Programs and libraries of different versions work together within one major ABI version (docs/design/abi.md).
 *
 * - An older program with a newer library: fields that the program does not have are zero, the default. Structs are
 *   written up to the program's struct_size.
 * - A newer program with an older library: a call works if every field that the library does not know is zero; else it
 *   returns #SQS_ERR_UNSUPPORTED.
 *
 * @{
 */

#define SQS_ABI_VERSION 1000 /**< Version of the binary interface that this header describes: major * 1000 + minor. */

/**
 * Returns the ABI version of the library, in the form of #SQS_ABI_VERSION.
 *
 * May be called from callbacks.
 *
 * @return major * 1000 + minor
 * @see sqs_abi_check()
 */
uint32_t sqs_abi_version(void);

/**
 * Checks that a program and the library that it is linked to fit together.
 *
 * Call it once at start, as `sqs_abi_check(SQS_ABI_VERSION)`. They fit if the major versions are equal and the library
 * is not older than the header. May be called from callbacks.
 *
 * @param[in] header_abi  #SQS_ABI_VERSION of the header that the program was compiled with
 * @retval SQS_OK       they fit
 * @retval SQS_ERR_ABI  the major versions differ, or the library is older than the header
 */
sqs_status sqs_abi_check(uint32_t header_abi);

/**
 * Receives the place of a panic: a source file of the library, as file_bytes bytes without a terminating zero (or
 * NULL), and a line.
 */
typedef void (*sqs_panic_fn)(void *ctx, const char *file, size_t file_bytes, uint32_t line);

/**
 * Sets the function that flight builds call before they stop for good.
 *
 * The library does not panic by construction, and the checks of docs/flight/flight.md find no path to a panic; what
 * remains is damage to the program itself. The function should not return: it may reset the computer. Without a
 * function, or when it returns, the library stays in an endless loop, for the watchdog to end. One function serves the
 * program: call this at start, before anything else. May be called from callbacks.
 *
 * @param[in] hook  the function; NULL: none
 * @param[in] ctx   first argument of hook
 * @retval SQS_OK
 * @retval SQS_ERR_UNSUPPORTED  this is no flight build: here a panic becomes #SQS_ERR_INTERNAL
 */
sqs_status sqs_panic_hook(sqs_panic_fn hook, void *ctx);

/** @} */

#ifdef __cplusplus
} /* extern "C" */
#endif

#endif /* SQRTSPACE_H */
