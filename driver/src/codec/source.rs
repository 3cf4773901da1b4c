//! Opening of inputs.

use crate::error::Result;
use std::fs::File;
use std::io::{Read, stdin};

/// Opens a file, or standard input for `-`. Returns it with its size; 0 if unknown.
pub(crate) fn open(path: &str) -> Result<(Box<dyn Read>, u64)> {
    if path == "-" {
        return Ok((Box::new(stdin().lock()), 0));
    }
    let error = |e: std::io::Error| format!("{path}: {e}");
    let file = File::open(path).map_err(error)?;
    let size = file.metadata().map_err(error)?.len();
    Ok((Box::new(file), size))
}

/// The size of a regular file, which can be read again; None for standard input, pipes and devices.
pub(super) fn regular_size(path: &str) -> Option<u64> {
    let file = std::fs::metadata(path).ok().filter(|m| path != "-" && m.is_file());
    file.map(|m| m.len())
}
