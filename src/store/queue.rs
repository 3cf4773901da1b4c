//! The queue of an opened output: finished rows, each with its CRC-32C, in a circular buffer of fixed capacity.

use super::found::Found;
use crate::checked;
use crate::crc::crc32c;
use crate::mem::{Span, Work};
use crate::status::Result;
use crate::util::slice::Put;
use crate::util::unsigned::Unsigned;

/// Stage and capacity of an opened output: the planner needs no more of it.
#[derive(Clone, Copy, Debug)]
pub struct OutputFacts {
    /// The stage.
    pub stage: usize,
    /// Rows its queue holds.
    pub capacity: u64,
}

/// Size in bytes of the queue of an output: the rows, and a CRC for each.
pub fn queue_bytes(capacity: u64, row: usize) -> Result<usize> {
    checked::mul(checked::size(capacity)?, checked::add(row, 4)?)
}

/// An opened output: a queue of finished rows.
#[derive(Clone, Copy, Debug)]
pub struct Output {
    /// Stage and capacity.
    pub facts: OutputFacts,
    /// The queue's place in the work area.
    pub span: Span,
    /// Number of rows delivered, and the next row to deliver.
    pub head: u64,
    /// End (exclusive) of the queued rows.
    pub tail: u64,
    /// Damaged rows that a scrub found: they do not count again when they are pulled.
    pub found: Found,
}

impl Output {
    /// An output without rows; its place follows when the pipeline is sealed.
    #[must_use]
    pub fn new(facts: OutputFacts) -> Output {
        Output { facts, span: Span::default(), head: 0, tail: 0, found: Found::default() }
    }

    /// The place of row `t`.
    pub fn slot(&self, t: u64, row: usize) -> Option<Span> {
        let at = usize::try_from(t.checked_rem(self.facts.capacity)?).ok()?;
        self.span.part(at.checked_mul(row)?, row)
    }

    /// Copies rows `tail .. end`, which are at `from`, into the queue.
    pub fn enqueue(&mut self, work: &mut Work<'_>, from: Span, end: u64) -> Option<()> {
        let rows = usize::try_from(end.checked_sub(self.tail)?).ok()?;
        let row = from.len.checked_div(rows).unwrap_or(0);
        for i in 0..rows {
            let to = self.slot(self.tail, row)?;
            work.copy(from.part(i.checked_mul(row)?, row)?, to.at)?;
            self.write_crc(work, self.tail, row)?;
            self.tail = self.tail.sat_add(1);
        }
        Some(())
    }

    /// The place of the CRC of row `t`.
    fn crc_span(&self, t: u64, row: usize) -> Option<Span> {
        let at = usize::try_from(t.checked_rem(self.facts.capacity)?).ok()?.checked_mul(4)?;
        let rows = usize::try_from(self.facts.capacity).ok()?.checked_mul(row)?;
        self.span.part(rows.checked_add(at)?, 4)
    }

    /// Computes and stores the CRC of a queued row.
    pub fn write_crc(&self, work: &mut Work<'_>, t: u64, row: usize) -> Option<()> {
        let crc = crc32c(work.bytes(self.slot(t, row)?)?);
        work.bytes(self.crc_span(t, row)?)?.put(&crc.to_ne_bytes());
        Some(())
    }

    /// True where a queued row matches its CRC.
    pub fn row_valid(&self, work: &mut Work<'_>, t: u64, row: usize) -> bool {
        let crc = self.slot(t, row).and_then(|s| work.bytes(s)).map(|b| crc32c(b));
        let stored = self.crc_span(t, row).and_then(|s| work.bytes(s)).and_then(|b| b.first_chunk().copied());
        crc.is_some() && stored.map(u32::from_ne_bytes) == crc
    }
}
