"""Results of the library as dataclasses: a field for each field of the C struct."""
# Generated from include/sqrtspace.h by tools/generate.py. Do not edit.

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class PlanInfo:
    """A plan in figures. The parts of work_bytes add up to it, with the padding between them."""

    mode: int = 0
    """Order of work of the requests: SQS_MODE_CLASSIC if all of them run in it, else
    SQS_MODE_SQRT."""

    work_bytes: int = 0
    """Bytes of the work area: exactly the size needed."""

    work_align: int = 0
    """Alignment of the work area in bytes."""

    table_bytes: int = 0
    """Part of work_bytes: constant tables of stages."""

    input_buffer_bytes: int = 0
    """Part of work_bytes: buffers of pushed inputs."""

    stream_bytes: int = 0
    """Part of work_bytes: buffers of the stream (opened outputs)."""

    evaluation_bytes: int = 0
    """Part of work_bytes: buffers of an evaluation, of the largest planned request."""

    output_bytes: int = 0
    """Part of work_bytes: queues of opened outputs."""

    row_cache_bytes: int = 0
    """Part of work_bytes: the row cache."""

    checkpoint_bytes: int = 0
    """Part of work_bytes: checkpoints of stages with state. For a request in reverse order or after
    a reverse scan also snapshots, headers, states kept at tiles, and the rows of a tile; these are
    counted in evaluation_bytes, too."""

    control_bytes: int = 0
    """Bytes of the control area."""

    host_heap_bytes: int = 0
    """Maximum number of bytes that stages hold on the host's heap (plans of transforms)."""

    min_budget_bytes: int = 0
    """Smallest memory_budget_bytes that works."""

    block_windows: int = 0
    """Windows of a block; in classic mode, the rows of the range."""

    row_cache_rows: int = 0
    """Rows that the row cache holds."""

    input_capacity: int = 0
    """Samples that the buffer of the first input holds; 0 if it has a source."""

    checkpoint_every: int = 0
    """Windows between checkpoints; 0 without stages that have state."""

    recompute_factor: float = 0
    """Maximum work of stages relative to computing each row once; above 1 in reverse order and
    after reverse scans. Checkpoints reduce the actual work; the factor does not include them."""

    checkpoint_slots: int = 0
    """Checkpoints of each stage with state."""

    sweep_slots: int = 0
    """Reverse order or after a reverse scan: snapshots held at a time."""

    sweep_tile_rows: int = 0
    """Reverse order or after a reverse scan: rows of a tile, computed and held together."""

    sweep_extra_rows: int = 0
    """Rows computed in addition to one pass of every stage with state, counted once per change of
    direction. Like recompute_factor, without checkpoints."""

    sweep_tiles: int = 0
    """Tiles at which states of reverse scans, and of the scans after them, are kept; 0 if none need
    to be."""

    sweep_passes: int = 0
    """Passes over the rows in alternating directions, after the first forward pass."""

    spill_bytes: int = 0
    """Bytes of the spill file, in addition to work_bytes; 0: none."""

    window_ns: int = 0
    """Estimated maximum of the work of a step that cannot be divided, in nanoseconds: one row of
    every stage, at their declared or estimated costs."""


@dataclass(frozen=True)
class Stats:
    """Statistics of a pipeline since it was created."""

    evaluating: int = 0
    """1 while an evaluation begun with sqs_evaluate_begin() is running."""

    peak_bytes: int = 0
    """Bytes of the work area used so far, counted in parts of at most a 32nd of it; at most
    plan_bytes. Sealing uses constant tables and the headers of checkpoints and of the row cache;
    the rest counts when it is used."""

    plan_bytes: int = 0
    """Bytes of the plan that the pipeline was sealed with."""

    stage_calls: int = 0
    """Calls of stage functions."""

    stage_rows: int = 0
    """Rows computed, of all stages."""

    delivered_rows: int = 0
    """Rows delivered by pulls and evaluations."""

    source_calls: int = 0
    """Calls of sources."""

    source_bytes: int = 0
    """Bytes read from sources."""

    row_cache_hits: int = 0
    """Rows found in the row cache."""

    row_cache_misses: int = 0
    """Rows looked up in the row cache and not found."""

    crc_failures: int = 0
    """Stored items that failed their check, each counted once, when use or sqs_scrub() found it."""

    repairs: int = 0
    """Of crc_failures: items found damaged when they were needed, and recomputed in the same call
    or the next ones. Items dropped by sqs_scrub() do not count, except constant tables, which it
    fills again."""

    recomputed_rows: int = 0
    """Rows recomputed for repairs, of all stages, counted each time: - for a checkpoint, or a
    snapshot of a sweep: from the previous one to its position (if the snapshot does not record it:
    to the next tile); - for a cached row: the rows of its stage up to and including it (none if the
    rows come from a sweep); - for a state kept at a tile: all rows until the sweep is at the same
    tile of the same pass again; - for a running job: up to the position of its stages. Rows beyond
    these, computed in the same block, do not count."""

    stage_bytes: int = 0
    """Bytes of the rows computed, of all stages."""

    spill_bytes: int = 0
    """Bytes of the spill file used so far, counted in parts of at most a 32nd of it; at most
    sqs_plan_info.spill_bytes."""

    scrub_rounds: int = 0
    """Complete rounds of sqs_scrub(): how often it has verified everything that is stored."""


@dataclass(frozen=True)
class CodecStats:
    """Statistics of an encoder or decoder. Times are those of a wall clock, and 0 where no clock
    exists (in memory)."""

    ended: int = 0
    """1 if the end of the stream was written or read."""

    raw_bytes: int = 0
    """Bytes of the original in valid frames."""

    coded_bytes: int = 0
    """Bytes of the encoded stream."""

    ratio_milli: int = 0
    """raw_bytes / coded_bytes in thousandths; 0 if coded_bytes is 0."""

    frames: int = 0
    """Valid frames, without the end frame."""

    stored_frames: int = 0
    """Of frames: stored."""

    numeric_frames: int = 0
    """Of frames: numeric."""

    lz_frames: int = 0
    """Of frames: LZ."""

    ccsds121_frames: int = 0
    """Of frames: CCSDS 121."""

    primitive_glyphs: int = 0
    """Glyphs of numeric frames that code directly."""

    reference_glyphs: int = 0
    """Glyphs that refer to earlier data."""

    delta_glyphs: int = 0
    """Glyphs that are residuals of a predictor."""

    composite_glyphs: int = 0
    """Glyphs that are groups of glyphs."""

    read_ns: int = 0
    """Time spent reading, in nanoseconds."""

    code_ns: int = 0
    """Time spent encoding or decoding, in nanoseconds; of several threads, the sum."""

    write_ns: int = 0
    """Time spent writing, until the data is on the disk, in nanoseconds."""

    wall_ns: int = 0
    """Time from beginning to end, in nanoseconds."""

    bytes_per_second: int = 0
    """raw_bytes per second of wall_ns; 0 without a clock."""

    peak_bytes: int = 0
    """Bytes of memory used: exactly those computed beforehand."""

    length_bytes: int = 0
    """Decoding: length of the original in bytes, from the end frame; SQS_ALL until it was read."""

    damaged_frames: int = 0
    """Decoding: frames with a valid header that cannot be decoded: damaged, or frames that they
    refer to are missing."""

    repeated_frames: int = 0
    """Decoding: valid frames that had been decoded before."""

    late_frames: int = 0
    """Decoding: valid frames that came after later ones."""

    skipped_bytes: int = 0
    """Decoding: encoded bytes that belong to no valid frame of this stream."""

    missing_bytes: int = 0
    """Decoding: missing bytes of the original."""

    missing_ranges: int = 0
    """Decoding: missing ranges, as far as they are kept apart."""

    dtype: int = 0
    """Decoding: sample type of the first valid frame."""

    byte_order: int = 0
    """Decoding: byte order of the first valid frame."""

    channels: int = 0
    """Decoding: channels of the first valid frame; 0 before it."""

    identity: int = 0
    """Identity of the stream: given, drawn or read. 0 until it is known."""

    foreign_frames: int = 0
    """Decoding: valid frames of other streams, which are not decoded: of an earlier recording, or
    of a stream within damaged frames."""

    streams: int = 0
    """Decoding: streams that were read to their end frame; above 1 with SQS_DECODE_ALL alone."""

    used_bytes: int = 0
    """Decoding: bytes of the input up to the end of the last valid frame. Once the end frame was
    read and nothing is missing: the end of the stream, after which something else may follow."""

    trailing_bytes: int = 0
    """Decoding: bytes after an end frame that are not part of a stream that was read. Of inputs
    that are read in order, without SQS_DECODE_ALL: those that had been read."""

    version: int = 0
    """Version of the format; 0 until it is known."""

    uncertain: int = 0
    """Decoding: 1 if the start of the input is damaged such that the stream had to be chosen by
    later frames."""

    packet_frames: int = 0
    """Of frames: space packets."""


@dataclass(frozen=True)
class Progress:
    """Progress of a file or stream."""

    total_bytes: int = 0
    """Size of the input in bytes; SQS_ALL if unknown."""

    in_bytes: int = 0
    """Bytes of the input processed."""

    out_bytes: int = 0
    """Bytes of the output."""

    frames: int = 0
    """Frames processed."""


@dataclass(frozen=True)
class RowInfo:
    """What the rows of a stage or the windows of an input are."""

    dtype: int = 0
    """Element type, SQS_I8 to SQS_C32."""

    len: int = 0
    """Elements of a row. Of an input: window * channels."""

    row_bytes: int = 0
    """Bytes of a row."""

    row_step: int = 0
    """Samples from the start of a row to the start of the next; 0 if that is not a whole number. Of
    an input: hop."""

    row_channels: int = 0
    """Interleaved channels in a row."""

    row_unit: int = 0
    """Unit of the elements, SQS_UNIT_OTHER to SQS_UNIT_POWER."""

    flags: int = 0
    """SQS_STAGE_BINS if the elements are bins, SQS_STAGE_REVERSE for a reverse scan."""

    state_bytes: int = 0
    """Bytes of the state of a scan, else 0."""

    windows_per_row: int = 0
    """Windows of the inputs per row: row t belongs to window t * windows_per_row. Of an input:
    1."""

    delay_windows: int = 0
    """Windows after its own that a row depends on: row t is final once window t * windows_per_row +
    delay_windows has arrived. Of an input: 0."""

    name: str = ""
    """Name, zero-terminated."""


@dataclass(frozen=True)
class Wait:
    """What a stream waits for."""

    what: int = 0
    """SQS_WAITS_..."""

    id: int = 0
    """Number of the stage or of the input; else 0."""

    have: int = 0
    """Output: rows that wait in its queue. Input: samples that it has."""

    need: int = 0
    """Input: samples that it must have for the next window. Else 0."""


@dataclass(frozen=True)
class StageCounts:
    """Statistics of one stage since the pipeline was created."""

    calls: int = 0
    """Calls of its function, those that failed included."""

    rows: int = 0
    """Rows computed, recomputed rows included."""

    bytes: int = 0
    """Bytes of these rows."""

    time_ns: int = 0
    """Nanoseconds in its function, by sqs_config.clock; 0 without a clock."""

    max_call_ns: int = 0
    """The longest call in nanoseconds, by the same clock."""


@dataclass(frozen=True)
class ParamInfo:
    """A parameter of a kind of built-in stage, for tables of ground tools."""

    param_type: int = 0
    """SQS_PARAM_..."""

    name: str = ""
    """Name, as in sqs_param.key. All texts are zero-terminated."""

    unit: str = ""
    """Unit; "-" for none."""

    range: str = ""
    """Valid values."""

    default_value: str = ""
    """Default; "required" without one."""

    meaning: str = ""
    """Meaning."""


@dataclass(frozen=True)
class Event:
    """An event of a pipeline."""

    severity: int = 0
    """SQS_SEVERITY_..."""

    kind: int = 0
    """SQS_EVENT_..."""

    status: int = 0
    """The status that the call returns."""

    stage: int = 0
    """Number of the stage that the event is about; UINT32_MAX if it is about none."""

    row: int = 0
    """The row that the event is about; UINT64_MAX if none is known."""

    count: int = 0
    """Number of items; 1 where nothing is counted."""

    text: str = ""
    """One sentence of English, zero-terminated, valid during the call."""
