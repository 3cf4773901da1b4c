//! `driver encode --append`: continues a stream that was cut off.

use super::decode::{MAX_BYTES, check};
use super::source::regular_size;
use crate::error::Result;
use crate::library::{self, Coded, Decoding, Encoding, Ends, Route};
use std::fs::File;
use std::io::{Cursor, Error, Read, Seek, SeekFrom, Write};

/// Where a stream was cut off.
#[derive(Clone, Copy, Debug)]
pub(super) struct End {
    pub(super) identity: u64,
    /// Position after its last whole frame.
    pub(super) position: u64,
    /// Position in the original after the bytes of that frame.
    raw: u64,
}

impl End {
    /// Position in the original of the first byte after a gap.
    pub(super) fn first(&self, gap: u64) -> Result<u64> {
        self.raw.checked_add(gap).ok_or_else(|| format!("--gap {gap}: the original would have 2^64 bytes").into())
    }
}

/// Finds the end of a stream that was cut off.
pub(super) fn end_of(path: &str) -> Result<End> {
    if regular_size(path).is_none() {
        return Err(format!("{path}: --append continues a file that exists, on a disk").into());
    }
    let coded = check(path, &Decoding::of_frames(MAX_BYTES))?;
    coded.result.map_err(|e| format!("{path}: {e}: no stream to continue: encode without --append"))?;
    let s = &coded.stats;
    let refused = if s.ended == 1 {
        "the stream is complete: encode to another file, and `decode --all` reads one after the other"
    } else if s.version != 2 {
        "a stream of version 1 of the format cannot be continued: encode to another file"
    } else if s.uncertain == 1 {
        "its start is damaged, and which stream it holds is not certain: encode to another file"
    } else {
        return Ok(End { identity: s.identity, position: s.used_bytes, raw: s.raw_bytes + s.missing_bytes });
    };
    Err(format!("{path}: {refused}").into())
}

/// Encodes from a source to the end of a stream, over what is left of its last frame. `start` has the bytes of the
/// source that were read already.
pub(super) fn encode(
    path: &str,
    start: Vec<u8>,
    source: Box<dyn Read>,
    encoding: &Encoding,
    progress: &mut dyn FnMut(u64, u64),
) -> Result<Coded> {
    let error = |e: Error| format!("{path}: {e}");
    let mut file = File::options().write(true).open(path).map_err(error)?;
    file.set_len(encoding.stream_bytes).map_err(error)?;
    file.seek(SeekFrom::Start(encoding.stream_bytes)).map_err(error)?;
    let mut source = Cursor::new(start).chain(source);
    let mut read = |room: &mut [u8]| source.read(room);
    let mut write = |_: u64, data: &[u8]| file.write_all(data);
    let ends = Ends { read: &mut read, write: Some(&mut write), seek: None };
    let coded = library::encode(Route::Stream(ends), encoding, progress)?;
    file.sync_all().map_err(error)?;
    Ok(coded)
}
