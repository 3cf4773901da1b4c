//! Checksums of what a call leaves, for comparison when the next call begins.

use crate::status::Error;

/// Checksums of what a call left.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Sums {
    /// Of the tables that do not change after seal.
    pub(super) constant: u32,
    /// Of the identities that kernels and sources report.
    pub(super) callees: u32,
    /// Of the lengths of sources.
    pub(super) sources: u32,
    /// Of input buffers, queues and the stream's positions.
    pub(super) flow: u32,
    /// Of the evaluation, the checkpoints and the cache.
    pub(super) jobs: u32,
    /// Of the identities that kernels of changes report.
    pub(super) changes: u32,
    /// Of the bytes that the stream carries; None where it carries none.
    pub(super) stream: Option<u32>,
    /// Of the bytes that the evaluation carries; None where it carries none.
    pub(super) eval: Option<u32>,
    /// Of the rows of the present tile.
    pub(super) tile: TileSum,
    /// What this call has verified of the bytes carried, or replaced. Only this gets new checksums at its end: a
    /// checksum of bytes that nothing verified would cover damage.
    pub(super) verified: Verified,
    /// The stream is damaged and the samples it would be recomputed from are discarded: the error of every call that
    /// needs it, until reset.
    pub(super) lost: Option<Error>,
    /// The checks between calls are off.
    pub(super) off: bool,
}

/// Checksum of the rows of a tile that are computed and not delivered: it is continued as rows are computed.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct TileSum {
    pub(super) rows: (u64, u64),
    /// The rows are in reverse order.
    pub(super) reversed: bool,
    pub(super) sum: u32,
}

/// The jobs whose carried bytes a call has verified.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Verified {
    pub(super) stream: bool,
    pub(super) eval: bool,
}

/// What a call uses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Scope {
    /// Input buffers, queues and the positions of the stream.
    Flow,
    /// Everything.
    All,
}
