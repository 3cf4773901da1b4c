//! Types and constants of the codec.

use core::ffi::c_void;

/// Sample type of encoded streams: bytes of no known meaning. With channels above 1: packets of so many bytes.
pub const SQS_BYTES: u32 = 0;
/// Sample type of encoded streams: signed 24-bit integer in three bytes. The others are SQS_I8 to SQS_F64.
pub const SQS_I24: u32 = 11;

/// Per frame the codec that promises the least bytes: glyphs for samples; glyphs or LZ for bytes.
pub const SQS_CODEC_AUTO: u32 = 0;
/// Glyphs: predictors, ranks and entropy coding of samples.
pub const SQS_CODEC_NUMERIC: u32 = 1;
/// LZ with entropy-coded literals and sequences.
pub const SQS_CODEC_LZ: u32 = 2;
/// CCSDS 121.0-B-3.
pub const SQS_CODEC_CCSDS121: u32 = 3;
/// No coding.
pub const SQS_CODEC_STORED: u32 = 4;

/// More input will follow.
pub const SQS_FLOW_CONTINUE: u32 = 0;
/// More input will follow; put out all that was taken so far, up to the last whole row.
pub const SQS_FLOW_FLUSH: u32 = 1;
/// This is all the input.
pub const SQS_FLOW_END: u32 = 2;

/// The tag of the stream is the one given, not made from its first frame.
pub const SQS_ENCODE_TAG: u32 = 1;
/// Go on after damage: put out what is sound, at its place.
pub const SQS_DECODE_RECOVER: u32 = 1;
/// The stream's tag is the one given, not that of its first sound frame.
pub const SQS_DECODE_TAG: u32 = 2;

/// CCSDS 121: samples are two's complement.
pub const SQS_CCSDS121_SIGNED: u32 = 1;
/// CCSDS 121: samples of 17 to 24 bits lie in three bytes, not four.
pub const SQS_CCSDS121_3BYTE: u32 = 2;
/// CCSDS 121: samples lie big-endian in memory. The stream is the same.
pub const SQS_CCSDS121_MSB: u32 = 4;
/// CCSDS 121: code differences to the sample before. Without it the samples themselves are coded, as unsigned numbers.
pub const SQS_CCSDS121_PREPROCESS: u32 = 8;
/// CCSDS 121: the restricted set of code options, for at most 4 bits.
pub const SQS_CCSDS121_RESTRICTED: u32 = 16;
/// CCSDS 121: fill up to a whole byte behind each reference interval; not in the standard.
pub const SQS_CCSDS121_PAD_RSI: u32 = 32;
/// CCSDS 121: allow any even block length up to 256; not in the standard.
pub const SQS_CCSDS121_NOT_ENFORCE: u32 = 64;

/// Parameters of a CCSDS 121.0-B-3 bitstream, none of which it has in itself. The flags are libaec's by number.
#[repr(C)]
#[derive(Clone, Copy, Default)]
pub struct sqs_ccsds121_params {
    /// sizeof(sqs_ccsds121_params).
    pub struct_size: u32,
    /// n: bits of a sample, 1 to 32.
    pub bits: u32,
    /// J: samples of a block, 8, 16, 32 or 64.
    pub block: u32,
    /// r: blocks from one reference sample to the next, 1 to 4096.
    pub rsi: u32,
    /// SQS_CCSDS121_* added up.
    pub flags: u32,
    /// 0.
    pub reserved: u32,
}

/// How far a file or stream has come.
#[repr(C)]
#[derive(Clone, Copy, Default)]
pub struct sqs_progress {
    /// Size of the input in bytes; SQS_ALL where it is not known.
    pub total: u64,
    /// Bytes of the input that are done.
    pub bytes_in: u64,
    /// Bytes put out.
    pub bytes_out: u64,
    /// Frames done.
    pub frames: u64,
}

/// Bytes first to end - 1 of the original.
#[repr(C)]
#[derive(Clone, Copy, Default)]
pub struct sqs_range {
    /// Position of the first byte.
    pub first: u64,
    /// Position behind the last byte.
    pub end: u64,
}

/// Called with the progress so far. Returns 0 to continue, anything else to cancel.
pub type sqs_progress_fn = Option<unsafe extern "C" fn(ctx: *mut c_void, progress: *const sqs_progress) -> i32>;

/// Reads up to cap bytes into dst and sets *got to the number read; 0 is the end of the input. Returns 0, or a code of its
/// own, which the error detail shows.
pub type sqs_read_fn =
    Option<unsafe extern "C" fn(ctx: *mut c_void, dst: *mut c_void, cap: usize, got: *mut usize) -> i32>;

/// Writes all of the bytes at data to position offset of the output. Returns 0, or a code of its own, which the error
/// detail shows.
pub type sqs_write_at_fn =
    Option<unsafe extern "C" fn(ctx: *mut c_void, offset: u64, data: *const c_void, bytes: usize) -> i32>;

/// How a stream is encoded. Set up by sqs_encode_options_init; zero means the default everywhere.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct sqs_encode_options {
    /// sizeof(sqs_encode_options).
    pub struct_size: u32,
    /// 0 or SQS_ENCODE_TAG.
    pub flags: u32,
    /// What the samples are: SQS_BYTES (the default), SQS_I8 to SQS_F64, SQS_I24.
    pub dtype: u32,
    /// SQS_LITTLE_ENDIAN (the default) or SQS_BIG_ENDIAN.
    pub byte_order: u32,
    /// Interleaved channels, 1 to 4096; 0 means 1. A row is one sample of each.
    pub channels: u32,
    /// 1 to 9, 0 means 5. 1: integers only, for slow processors; 9: the smallest output, whatever time it takes.
    pub effort: u32,
    /// Which codec frames may use: SQS_CODEC_*. What does not shrink is stored, whatever the codec.
    pub codec: u32,
    /// Raw bytes of a frame, 16 KiB to 4 MiB, rounded down to whole rows. Default: 32 KiB for samples, 64 KiB for bytes.
    pub frame_bytes: u32,
    /// Frames of a group, up to 256: each but the first may refer to those before it, for fewer bytes in all; damage to one
    /// costs the rest of its group. 0 and 1: each frame stands for itself. Decoders need history_bytes for the others.
    pub restart_interval: u32,
    /// Entries of the index in the end frame, 16 bytes of memory each; default none. The index lets readers jump.
    pub index_entries: u32,
    /// With SQS_ENCODE_TAG: the tag, up to 65535, that tells the frames of this stream from those of another inside it.
    pub tag: u32,
    /// Threads that encode, in files and sqs_encode_stream, up to 64; 0 means 1. The output is the same for any number.
    pub threads: u32,
    /// Bytes before a frame that it may refer to, with restart_interval above 1, up to 4 MiB; 0: 64 KiB. Memory of the
    /// encoder and of the decoder.
    pub history_bytes: u32,
    /// 0.
    pub reserved: u32,
    /// With SQS_CODEC_CCSDS121: bits of a sample, 1 to 32, and with them the other three as in sqs_ccsds121_params, the
    /// same for all frames. A frame with a sample that does not fit them, or with a part of a container, is stored.
    /// 0: all four follow from the sample type, and the others are 0, too.
    pub ccsds_bits: u32,
    /// CCSDS 121: samples of a block.
    pub ccsds_block: u32,
    /// CCSDS 121: blocks from reference to reference.
    pub ccsds_rsi: u32,
    /// CCSDS 121: SQS_CCSDS121_* added up.
    pub ccsds_flags: u32,
    /// Files and sqs_encode_stream: memory to use in place of the heap, aligned to 8 bytes; NULL: the heap, once.
    pub memory: *mut c_void,
    /// Its size: what sqs_encode_work_bytes tells.
    pub memory_bytes: usize,
    /// Files and sqs_encode_stream: called after every frame put out; NULL: not. Anything but 0 cancels. An
    /// asynchronous job calls it from a thread of its own.
    pub progress: sqs_progress_fn,
    /// First argument of progress.
    pub ctx: *mut c_void,
}

/// How a stream is decoded. Set up by sqs_decode_options_init; zero means the default everywhere.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct sqs_decode_options {
    /// sizeof(sqs_decode_options).
    pub struct_size: u32,
    /// 0, or SQS_DECODE_RECOVER and SQS_DECODE_TAG added up.
    pub flags: u32,
    /// Most raw bytes of a frame, 16 KiB to 4 MiB; larger frames are refused (SQS_ERR_LIMIT). Default: 64 KiB; files:
    /// what the first frame has, if that is more.
    pub max_frame_bytes: u32,
    /// With SQS_DECODE_TAG: the tag.
    pub tag: u32,
    /// First byte of the original that is wanted.
    pub first: u64,
    /// How many; 0 and SQS_ALL: all from first on. Of sqs_decoder_init: SQS_ALL or 0.
    pub count: u64,
    /// Where files and sqs_decode_stream put the missing ranges; NULL: nowhere.
    pub missing: *mut sqs_range,
    /// Missing ranges that can be told apart, 16 bytes of memory each, and room in missing, if given; default 64. What is
    /// beyond is only counted.
    pub max_missing: u32,
    /// Bytes before a frame that it may refer to, up to 4 MiB, of streams encoded with a restart_interval above 1: their
    /// history_bytes; frames that refer to more are refused (SQS_ERR_LIMIT). 0: none; files: 64 KiB if the second frame is
    /// of the same group as the first.
    pub history_bytes: u32,
    /// Files and sqs_decode_stream: memory to use in place of the heap, aligned to 8 bytes; NULL: the heap, once.
    pub memory: *mut c_void,
    /// Its size: what sqs_decode_work_bytes tells.
    pub memory_bytes: usize,
    /// Files and sqs_decode_stream: called every now and then; NULL: not. Anything but 0 cancels.
    pub progress: sqs_progress_fn,
    /// First argument of progress.
    pub ctx: *mut c_void,
}

/// What an encoder or decoder did. Times are of a wall clock, and 0 where there is none (sqs_encoder_step).
#[repr(C)]
#[derive(Clone, Copy, Default)]
pub struct sqs_codec_stats {
    /// In: sizeof(sqs_codec_stats).
    pub struct_size: u32,
    /// 1 where the end of the stream was written or met.
    pub ended: u32,
    /// Bytes of the original in sound frames.
    pub raw_bytes: u64,
    /// Bytes of the encoded stream.
    pub coded_bytes: u64,
    /// raw_bytes over coded_bytes in thousandths; 0 without a byte.
    pub ratio_milli: u64,
    /// Sound frames, the end frame not among them.
    pub frames: u64,
    /// Of frames: stored.
    pub stored_frames: u64,
    /// Of frames: glyphs.
    pub numeric_frames: u64,
    /// Of frames: LZ.
    pub lz_frames: u64,
    /// Of frames: CCSDS 121.
    pub ccsds121_frames: u64,
    /// Glyphs in them that code directly.
    pub primitive_glyphs: u64,
    /// Glyphs that point at something earlier.
    pub reference_glyphs: u64,
    /// Glyphs that are residuals of a predictor.
    pub delta_glyphs: u64,
    /// Glyphs that are groups of others.
    pub composite_glyphs: u64,
    /// Nanoseconds spent in reading.
    pub read_ns: u64,
    /// Nanoseconds spent in encoding or decoding; of several threads the sum.
    pub code_ns: u64,
    /// Nanoseconds spent in writing, with what it takes to have it on the disk.
    pub write_ns: u64,
    /// Nanoseconds from the beginning to the end.
    pub wall_ns: u64,
    /// raw_bytes per second of wall_ns; 0 where there is no clock.
    pub bytes_per_second: u64,
    /// Bytes of memory used: all that was told beforehand.
    pub peak_bytes: u64,
    /// Decoding: length of the original, as the end frame has it; SQS_ALL as long as it was not met.
    pub length: u64,
    /// Decoding: frames with a sound header that cannot be decoded: damaged, or what they refer to is missing.
    pub damaged_frames: u64,
    /// Decoding: sound frames that had come already.
    pub repeated_frames: u64,
    /// Decoding: sound frames that came behind later ones.
    pub late_frames: u64,
    /// Decoding: encoded bytes that belong to no sound frame of this stream.
    pub skipped_bytes: u64,
    /// Decoding: bytes of the original that are missing.
    pub missing_bytes: u64,
    /// Decoding: ranges they make up, as far as they can be told apart.
    pub missing_ranges: u64,
    /// Decoding: sample type of the first sound frame.
    pub dtype: u32,
    /// Decoding: its byte order.
    pub byte_order: u32,
    /// Decoding: its channels; 0 as long as there was none.
    pub channels: u32,
    /// 0.
    pub reserved: u32,
}

/// Where sqs_encode_stream and sqs_decode_stream get bytes from and put them.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct sqs_stream {
    /// sizeof(sqs_stream).
    pub struct_size: u32,
    /// 0.
    pub flags: u32,
    /// Reads up to cap bytes into dst, at least one, sets *got, and returns 0; *got = 0 is the end. Or returns a code of
    /// its own, which ends it all and stands in the error detail.
    pub read: sqs_read_fn,
    /// Takes all of the bytes, which belong to position offset of the output, and returns 0; or a code of its own.
    /// Encoded bytes follow each other; decoded ones do but for holes (see SQS_DECODE_RECOVER). Decoding, NULL: the
    /// stream is only checked.
    pub write: sqs_write_at_fn,
    /// First argument of both.
    pub ctx: *mut c_void,
    /// Bytes that will be read, for progress; 0: not known.
    pub total: u64,
}
