//! An evaluation: the request, its sink, and the rows delivered so far.

use super::sweep_state::Sweep;
use crate::digest::Digest;
use crate::io::SinkBox;
use crate::mem::Span;
use crate::plan::Request;

/// An evaluation that has begun and is neither finished nor canceled.
pub(super) struct Evaluation<'m> {
    pub(super) ask: Request,
    pub(super) sink: SinkBox<'m>,
    /// The place of its job in the work area.
    pub(super) region: Span,
    /// Next row to deliver.
    pub(super) next: u64,
    /// End (exclusive) of the rows.
    pub(super) end: u64,
    /// The job computes rows from `next` on; otherwise the next row is looked up in the cache first.
    pub(super) running: bool,
    /// The job has run for this evaluation: its states are those of its positions.
    pub(super) started: bool,
    /// The job's memory was damaged: samples that are missing for its restart are not the caller's fault.
    pub(super) damaged: bool,
    /// Number of rows delivered.
    pub(super) delivered: u64,
    /// Progress of the sweep, where the evaluation is one.
    pub(super) sweep: Option<Sweep>,
}

impl core::fmt::Debug for Evaluation<'_> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("Evaluation").field("ask", &self.ask).field("next", &self.next).finish_non_exhaustive()
    }
}

impl Evaluation<'_> {
    /// True where the memory of its job is needed by later calls.
    pub(super) fn uses_job(&self) -> bool {
        self.started || self.sweep.is_some()
    }

    /// Restarts the job, whose memory is damaged, from the next row to deliver.
    pub(super) fn restart_job(&mut self) {
        (self.running, self.started, self.damaged) = (false, false, true);
    }

    /// Adds the progress, and the sink's own data. Calls the sink, whose address was verified.
    pub(super) fn digest(&self, d: &mut Digest) {
        d.sizes([self.ask.stage, self.ask.order as usize, self.region.at, self.region.len]);
        d.words([self.ask.first, self.ask.count, self.next, self.end, self.delivered]);
        self.sink.digest(d);
        d.words([self.running, self.started, self.damaged].map(u64::from));
        if let Some(sweep) = self.sweep.as_ref() {
            sweep.digest(d);
        }
    }
}
