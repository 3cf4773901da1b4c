//! The parts of a checkpoint file as values. The check of a file and its application read them with the same functions,
//! so that what is applied is what was checked.

use super::save::{HEADER, MAGIC, TRAILER, VERSION, VERSION_CHANGES, VERSION_GAPS};
use crate::checked;
use crate::crc::crc32c;
use crate::exec::Position;
use crate::limits::MAX_INPUTS;
use crate::status::{Error, Result, Status};
use crate::util::bytes::Reader;
use crate::util::unsigned::Unsigned;

const SHORT: Error = Error::new(Status::Format, "the checkpoint ends within a part, although its CRC is valid");
pub(super) const ODD: Error =
    Error::new(Status::Format, "the checkpoint has an impossible position, although its CRC is valid");

/// A reader that fails at the end of the bytes.
#[derive(Clone, Default)]
pub(super) struct In<'f>(Reader<'f>);

impl<'f> In<'f> {
    /// Starts at the beginning of `bytes`.
    pub(super) fn new(bytes: &'f [u8]) -> Self {
        In(Reader::new(bytes))
    }

    pub(super) fn u32(&mut self) -> Result<u32> {
        self.0.u32().ok_or(SHORT)
    }

    pub(super) fn u64(&mut self) -> Result<u64> {
        self.0.u64().ok_or(SHORT)
    }

    /// A position; `None` if it is unknown.
    pub(super) fn maybe(&mut self) -> Result<Option<u64>> {
        self.u64().map(|v| (v != u64::MAX).then_some(v))
    }

    pub(super) fn flag(&mut self) -> Result<bool> {
        match self.u32()? {
            0 => Ok(false),
            1 => Ok(true),
            _ => Err(ODD),
        }
    }

    /// `n` values of `size` bytes.
    fn values(&mut self, n: u64, size: usize) -> Result<&'f [u8]> {
        let len = usize::try_from(n).ok().and_then(|n| n.checked_mul(size)).ok_or(SHORT)?;
        self.0.bytes(len).ok_or(SHORT)
    }

    /// The bytes not yet read.
    pub(super) fn rest(&self) -> &'f [u8] {
        self.0.rest()
    }
}

/// The start of a file: what it is of.
pub(super) struct Head {
    pub(super) order: u32,
    /// Changes of parameters follow.
    pub(super) changes: bool,
    pub(super) hash: u64,
    pub(super) inputs: u32,
    pub(super) stages: u32,
    pub(super) outputs: u32,
    /// Checkpoints of a scan, and windows between them.
    pub(super) slots: u32,
    pub(super) every: u64,
    /// Gaps follow the scans.
    pub(super) gaps: bool,
}

impl Head {
    /// Reads the start of a file, if the file is complete, undamaged and of this version. Returns it with a reader of
    /// what follows, up to the CRC.
    pub(super) fn read(file: &[u8]) -> Result<(Head, In<'_>)> {
        let mut head = In::new(file);
        if head.0.bytes(MAGIC.len()) != Some(&MAGIC) {
            return Err(Error::new(Status::Format, "the file is not a checkpoint: its first bytes differ"));
        }
        let version = head.u32()?;
        if !(VERSION..=VERSION_CHANGES).contains(&version) {
            let text = "the checkpoint has format version {a}, this library reads versions up to {b}";
            return Err(Error::new(Status::Format, text).a(version).b(VERSION_CHANGES));
        }
        let order = head.u32()?;
        let length = head.u64()?;
        if length != checked::count(file.len()) || file.len() < HEADER.sat_add(TRAILER) {
            let text = "the checkpoint has {b} bytes, its header states {a}";
            return Err(Error::new(Status::Corrupt, text).a(length).b(checked::count(file.len())));
        }
        let (all, sum) = file.split_at(file.len().sat_sub(TRAILER));
        if crc32c(all).to_be_bytes() != sum {
            return Err(Error::new(Status::Corrupt, "the checkpoint is damaged: its CRC does not match"));
        }
        let hash = head.u64()?;
        let (inputs, stages, outputs, slots) = (head.u32()?, head.u32()?, head.u32()?, head.u32()?);
        let (gaps, changes) = (version >= VERSION_GAPS, version == VERSION_CHANGES);
        let head_values = Head { order, hash, inputs, stages, outputs, slots, every: head.u64()?, gaps, changes };
        let rest = head.rest();
        let body = rest.get(..rest.len().sat_sub(TRAILER)).ok_or(SHORT)?;
        Ok((head_values, In::new(body)))
    }
}

/// An input.
#[derive(Clone, Copy, Default)]
pub(super) struct SavedInput<'f> {
    pub(super) pushed: bool,
    pub(super) ended: bool,
    /// Samples so far.
    pub(super) samples: u64,
    /// First sample that is kept for evaluations.
    pub(super) released: u64,
    /// First sample in the file, and the samples from there to the last.
    pub(super) first: u64,
    pub(super) tail: &'f [u8],
}

impl<'f> SavedInput<'f> {
    pub(super) fn read(from: &mut In<'f>, sample_bytes: usize) -> Result<Self> {
        let (pushed, ended) = (from.flag()?, from.flag()?);
        let (samples, released, first) = (from.u64()?, from.u64()?, from.u64()?);
        let tail = from.values(samples.checked_sub(first).ok_or(ODD)?, sample_bytes)?;
        Ok(SavedInput { pushed, ended, samples, released, first, tail })
    }
}

/// A stage of the stream.
#[derive(Clone, Copy)]
pub(super) struct SavedStage<'f> {
    pub(super) position: Position,
    /// First row in the file, and the rows from there to the next one to compute.
    pub(super) carried: u64,
    pub(super) rows: &'f [u8],
    /// Its state; empty if it has none.
    pub(super) state: &'f [u8],
}

impl<'f> SavedStage<'f> {
    /// Reads a stage with rows of `row_bytes`; `None` if it is not part of the stream.
    pub(super) fn read(from: &mut In<'f>, state_bytes: usize, row_bytes: usize) -> Result<Option<Self>> {
        if !from.flag()? {
            return Ok(None);
        }
        let (first, end, next, delivered) = (from.u64()?, from.u64()?, from.u64()?, from.u64()?);
        let carried = from.u64()?;
        let count = next.checked_sub(carried).ok_or(ODD)?;
        let state = from.values(1, state_bytes)?;
        let rows = from.values(count, row_bytes)?;
        Ok(Some(SavedStage { position: Position { first, end, next, delivered }, carried, rows, state }))
    }
}

/// An opened output.
#[derive(Clone, Copy)]
pub(super) struct SavedOutput<'f> {
    /// Rows pulled, rows queued so far, and those between.
    pub(super) head: u64,
    pub(super) tail: u64,
    pub(super) rows: &'f [u8],
}

impl<'f> SavedOutput<'f> {
    pub(super) fn read(from: &mut In<'f>, row_bytes: usize) -> Result<Self> {
        let (head, tail) = (from.u64()?, from.u64()?);
        let rows = from.values(tail.checked_sub(head).ok_or(ODD)?, row_bytes)?;
        Ok(SavedOutput { head, tail, rows })
    }
}

/// The checkpoints of a scan; their states follow.
#[derive(Clone, Copy)]
pub(super) struct SavedScan {
    /// The highest candidate passed, and the row of the spare slot.
    pub(super) newest: Option<u64>,
    pub(super) last: Option<u64>,
    /// Number of states.
    pub(super) count: u32,
}

impl SavedScan {
    pub(super) fn read(from: &mut In<'_>) -> Result<Self> {
        Ok(SavedScan { newest: from.maybe()?, last: from.maybe()?, count: from.u32()? })
    }
}

/// A state in a slot.
#[derive(Clone, Copy)]
pub(super) struct SavedState<'f> {
    pub(super) slot: u32,
    pub(super) row: u64,
    pub(super) state: &'f [u8],
}

impl<'f> SavedState<'f> {
    pub(super) fn read(from: &mut In<'f>, state_bytes: usize) -> Result<Self> {
        Ok(SavedState { slot: from.u32()?, row: from.u64()?, state: from.values(1, state_bytes)? })
    }
}

/// The gaps of an input, which follow.
#[derive(Clone, Copy)]
pub(super) struct SavedGaps {
    /// End of the last gap that was released.
    pub(super) forgotten: u64,
    /// Number of gaps.
    pub(super) count: u32,
}

impl SavedGaps {
    pub(super) fn read(from: &mut In<'_>) -> Result<Self> {
        Ok(SavedGaps { forgotten: from.u64()?, count: from.u32()? })
    }

    /// First sample and end (exclusive) of a gap.
    pub(super) fn gap(from: &mut In<'_>) -> Result<(u64, u64)> {
        Ok((from.u64()?, from.u64()?))
    }
}

/// The rows of a stage: the end (exclusive) of those computed, and the first one whose parameters are held.
#[derive(Clone, Copy)]
pub(super) struct SavedRows {
    pub(super) end: u64,
    pub(super) floor: u64,
}

/// A change of parameters.
#[derive(Clone, Copy)]
pub(super) struct SavedChange {
    pub(super) stage: usize,
    pub(super) revision: u32,
    pub(super) first: u64,
}

/// The changes in a file.
#[derive(Clone, Default)]
pub(super) struct SavedChanges<'f> {
    rows: In<'f>,
    changes: In<'f>,
    count: u32,
}

impl<'f> SavedChanges<'f> {
    /// Reads the changes in a file of a graph with `stages`.
    pub(super) fn read(from: &mut In<'f>, stages: usize) -> Result<Self> {
        let rows = In::new(from.values(checked::count(stages), 16)?);
        let count = from.u32()?;
        Ok(SavedChanges { rows, changes: In::new(from.values(count.into(), 16)?), count })
    }

    /// The rows of each stage, in order.
    pub(super) fn rows(&self) -> impl Iterator<Item = SavedRows> {
        let mut from = self.rows.clone();
        core::iter::from_fn(move || Some(SavedRows { end: from.u64().ok()?, floor: from.u64().ok()? }))
    }

    /// The changes, by stage and row.
    pub(super) fn all(&self) -> impl Iterator<Item = SavedChange> {
        let mut from = self.changes.clone();
        (0..self.count).map_while(move |_| {
            let (stage, revision, first) = (from.u32().ok()?, from.u32().ok()?, from.u64().ok()?);
            Some(SavedChange { stage: usize::try_from(stage).ok()?, revision, first })
        })
    }
}

/// A file that is complete, undamaged and of this pipeline. Each part is read again from the start of its kind.
pub(super) struct Saved<'f> {
    pub(super) inputs: [SavedInput<'f>; MAX_INPUTS],
    /// The frontier of the stream, and the number of its windows, if known.
    pub(super) frontier: u64,
    pub(super) windows: Option<u64>,
    /// Windows of the samples in the file.
    pub(super) available: u64,
    /// The parts from the first stage, output and scan on.
    pub(super) stages: In<'f>,
    pub(super) outputs: In<'f>,
    pub(super) scans: In<'f>,
    /// The gaps of all inputs, if any.
    pub(super) gaps: Option<In<'f>>,
    /// Changes of parameters; none in a file of a version before them.
    pub(super) changes: Option<SavedChanges<'f>>,
    /// Rows that the queues of the outputs held.
    pub(super) capacities: In<'f>,
    /// Checkpoints of a scan, and windows between them.
    pub(super) slots: u32,
    pub(super) every: u64,
}
