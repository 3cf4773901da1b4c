//! A source of raw samples in a file of the host, in either byte order.

use super::Source;
use crate::checked;
use crate::kernel::Code;
use crate::util::unsigned::Unsigned;
use std::fs::File;
use std::os::unix::fs::FileExt;
use std::path::Path;

/// A file of samples.
#[derive(Debug)]
pub struct FileSource {
    file: File,
    /// Position of the first sample in bytes.
    start: u64,
    /// Bytes of a word to swap; 1 for none.
    swap: usize,
}

impl FileSource {
    /// Opens a file whose samples start at byte `start`; also returns the number of samples of `sample_bytes` bytes in
    /// it. `swap` is the size in bytes of the words whose byte order is not this machine's, or 1.
    pub fn open(path: &Path, start: u64, swap: usize, sample_bytes: usize) -> std::io::Result<(Self, u64)> {
        let file = File::open(path)?;
        let bytes = file.metadata()?.len().sat_sub(start);
        let samples = bytes.checked_div(checked::count(sample_bytes)).unwrap_or(0);
        Ok((FileSource { file, start, swap }, samples))
    }
}

impl Source for FileSource {
    fn read(&mut self, first: u64, out: &mut [u8], sample_bytes: usize) -> Result<usize, Code> {
        let at = first.sat_mul(checked::count(sample_bytes)).sat_add(self.start);
        let mut filled = 0usize;
        // A read may end inside a sample: continue until the sample is complete.
        while filled == 0 || !filled.is_multiple_of(sample_bytes.max(1)) {
            let rest = out.get_mut(filled..).unwrap_or_default();
            match self.file.read_at(rest, at.sat_add(checked::count(filled))) {
                Ok(0) => break,
                Ok(n) => filled = filled.sat_add(n),
                Err(e) if e.kind() == std::io::ErrorKind::Interrupted => {}
                Err(e) => return Err(Code(e.raw_os_error().unwrap_or(-1))),
            }
        }
        let samples = filled.checked_div(sample_bytes).unwrap_or(0);
        let whole = samples.sat_mul(sample_bytes);
        if self.swap > 1 {
            for word in out.get_mut(..whole).unwrap_or_default().chunks_exact_mut(self.swap) {
                word.reverse();
            }
        }
        Ok(samples)
    }
}
