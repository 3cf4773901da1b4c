//! Output for people and programs: text, charts, JSON, and the figures that go into them.

pub(crate) mod bars;
pub(crate) mod cgroup;
pub(crate) mod chart;
pub(crate) mod curves;
pub(crate) mod json;
pub(crate) mod numbers;
pub(crate) mod plan;
pub(crate) mod process;
pub(crate) mod program;
pub(crate) mod progress;

use crate::error::Result;
use std::io::{ErrorKind, Write};

/// Writes to standard output. A closed pipe is not an error, because readers such as `head` stop early.
pub(crate) fn print(text: &str) -> Result<()> {
    let mut out = std::io::stdout().lock();
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Err(e) if e.kind() != ErrorKind::BrokenPipe => Err(e.into()),
        _ => Ok(()),
    }
}
