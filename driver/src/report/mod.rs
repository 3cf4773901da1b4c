//! What people and programs get to read.

pub(crate) mod bars;
pub(crate) mod cgroup;
pub(crate) mod chart;
pub(crate) mod curves;
pub(crate) mod json;
pub(crate) mod numbers;
pub(crate) mod process;
pub(crate) mod progress;

use std::io::{ErrorKind, Write};

/// Writes to standard output. Whoever reads it may stop reading, as `head` does: that is no failure.
pub(crate) fn say(text: &str) -> crate::Result<()> {
    let mut out = std::io::stdout().lock();
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Err(e) if e.kind() != ErrorKind::BrokenPipe => Err(e.into()),
        _ => Ok(()),
    }
}
