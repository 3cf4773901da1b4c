//! The queue of an opened output: finished rows, each with its CRC-32C, in a ring of fixed capacity.

use crate::checked;
use crate::crc::crc32c;
use crate::mem::{Span, Work};
use crate::status::Result;
use crate::util::slice::Put;
use crate::util::unsigned::Unsigned;

/// One opened output, as the plan sees it.
#[derive(Clone, Copy, Debug)]
pub struct OutputFacts {
    /// The stage.
    pub stage: usize,
    /// Rows its queue holds.
    pub capacity: u64,
}

/// Bytes of the queue of an output: rows, and a check for each.
pub fn queue_bytes(capacity: u64, row: usize) -> Result<usize> {
    checked::mul(checked::size(capacity)?, checked::add(row, 4)?)
}

/// An opened output: a queue of finished rows.
#[derive(Clone, Copy, Debug)]
pub struct Output {
    /// Stage and capacity.
    pub facts: OutputFacts,
    /// Its place in the work area.
    pub span: Span,
    /// Rows handed out.
    pub head: u64,
    /// Rows queued.
    pub tail: u64,
}

impl Output {
    /// Where row `t` lies in the queue.
    pub fn slot(&self, t: u64, row: usize) -> Option<Span> {
        let at = usize::try_from(t.checked_rem(self.facts.capacity)?).ok()?;
        self.span.part(at.checked_mul(row)?, row)
    }

    /// Copies the rows `tail .. end`, which lie at `from`, into the queue.
    pub fn enqueue(&mut self, work: &mut Work<'_>, from: Span, end: u64) -> Option<()> {
        let rows = usize::try_from(end.checked_sub(self.tail)?).ok()?;
        let row = from.len.checked_div(rows).unwrap_or(0);
        for i in 0..rows {
            let to = self.slot(self.tail, row)?;
            work.copy(from.part(i.checked_mul(row)?, row)?, to.at)?;
            self.close_row(work, self.tail, row)?;
            self.tail = self.tail.sat_add(1);
        }
        Some(())
    }

    /// Where the check of row `t` in the queue lies.
    pub fn sum(&self, t: u64, row: usize) -> Option<Span> {
        let at = usize::try_from(t.checked_rem(self.facts.capacity)?).ok()?.checked_mul(4)?;
        let rows = usize::try_from(self.facts.capacity).ok()?.checked_mul(row)?;
        self.span.part(rows.checked_add(at)?, 4)
    }

    /// Notes the check of a queued row.
    pub fn close_row(&self, work: &mut Work<'_>, t: u64, row: usize) -> Option<()> {
        let crc = crc32c(work.bytes(self.slot(t, row)?)?);
        work.bytes(self.sum(t, row)?)?.put(&crc.to_ne_bytes());
        Some(())
    }

    /// True where a queued row is what was put there.
    pub fn row_sound(&self, work: &mut Work<'_>, t: u64, row: usize) -> bool {
        let crc = self.slot(t, row).and_then(|s| work.bytes(s)).map(|b| crc32c(b));
        let kept = self.sum(t, row).and_then(|s| work.bytes(s)).and_then(|b| b.first_chunk().copied());
        crc.is_some() && kept.map(u32::from_ne_bytes) == crc
    }
}
