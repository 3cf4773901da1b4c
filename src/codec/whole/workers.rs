//! Workers: encode the slots that the calling thread fills, on that thread or on several others.
#![allow(clippy::arithmetic_side_effects, reason = "counts of fillings in 64 bits")]

use super::slot::{Slot, lock, slot_index};
use crate::status::{Error, Result, Status};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

/// Maximum number of threads.
pub const MAX_THREADS: u32 = 64;

/// Number of slots for `threads` threads: a single thread fills, encodes and writes one slot at a time.
pub(super) const fn slot_count(threads: u32) -> usize {
    if threads <= 1 { 1 } else { 2 * threads as usize }
}

/// What a worker does with a slot and its work memory.
pub(super) type Job<'j> = dyn Fn(&mut Slot<'_>, &mut [u8]) -> Result<()> + Sync + 'j;

/// Encodes slots.
pub(super) trait Workers {
    /// Announces that the slot of filling number `n` is filled.
    fn filled(&mut self, slots: &[Mutex<Slot<'_>>], n: u64);
    /// Returns when the slot of filling number `n` is encoded.
    fn wait(&mut self, n: u64);
}

/// Encodes each slot on the calling thread when it is filled.
pub(super) struct CallingThread<'w> {
    pub job: &'w Job<'w>,
    pub work: &'w mut [u8],
}

impl Workers for CallingThread<'_> {
    fn filled(&mut self, slots: &[Mutex<Slot<'_>>], n: u64) {
        if let Some(slot) = slot_index(slots.len(), n).and_then(|i| slots.get(i)) {
            run_job(self.job, &mut lock(slot), self.work);
        }
    }
    fn wait(&mut self, _: u64) {}
}

/// Runs the job. A panic becomes the error of the slot.
fn run_job(job: &Job<'_>, slot: &mut Slot<'_>, work: &mut [u8]) {
    let result = catch_unwind(AssertUnwindSafe(|| job(slot, work)));
    let result = result.unwrap_or(Err(Error::new(Status::Internal, "a panic was caught in a worker thread")));
    if let Err(e) = result {
        slot.encoded = Err(e);
    }
}

/// State that the threads share.
pub(super) struct Shared<'r, 'm> {
    slots: &'r [Mutex<Slot<'m>>],
    progress: Mutex<Progress>,
    /// A slot was filled, or the workers are to end.
    filled: Condvar,
    /// A slot was encoded.
    encoded: Condvar,
}

/// Progress of the slots.
struct Progress {
    /// Number of fillings.
    filled: u64,
    /// Number of fillings that a worker has taken.
    taken: u64,
    /// For each slot, whether its current filling is encoded.
    done: [bool; slot_count(MAX_THREADS)],
    closed: bool,
}

impl<'r, 'm> Shared<'r, 'm> {
    pub(super) fn new(slots: &'r [Mutex<Slot<'m>>]) -> Self {
        let progress = Progress { filled: 0, taken: 0, done: [false; slot_count(MAX_THREADS)], closed: false };
        Shared { slots, progress: Mutex::new(progress), filled: Condvar::new(), encoded: Condvar::new() }
    }

    /// The loop of a worker: encodes fillings in their order until the workers are to end.
    pub(super) fn work(&self, job: &Job<'_>, work: &mut [u8]) {
        let mut progress = lock(&self.progress);
        while !progress.closed {
            if progress.taken == progress.filled {
                progress = wait(&self.filled, progress);
                continue;
            }
            let n = progress.taken;
            progress.taken += 1;
            drop(progress);
            if let Some(slot) = self.index(n).and_then(|i| self.slots.get(i)) {
                run_job(job, &mut lock(slot), work);
            }
            progress = lock(&self.progress);
            self.mark(&mut progress, n, true);
            self.encoded.notify_one();
        }
    }

    fn index(&self, n: u64) -> Option<usize> {
        slot_index(self.slots.len(), n)
    }

    fn mark(&self, progress: &mut Progress, n: u64, done: bool) {
        if let Some(d) = self.index(n).and_then(|i| progress.done.get_mut(i)) {
            *d = done;
        }
    }
}

fn wait<'g>(condition: &Condvar, guard: MutexGuard<'g, Progress>) -> MutexGuard<'g, Progress> {
    condition.wait(guard).unwrap_or_else(PoisonError::into_inner)
}

impl Workers for &Shared<'_, '_> {
    fn filled(&mut self, _: &[Mutex<Slot<'_>>], n: u64) {
        let mut progress = lock(&self.progress);
        self.mark(&mut progress, n, false);
        progress.filled += 1;
        self.filled.notify_one();
    }

    fn wait(&mut self, n: u64) {
        let mut progress = lock(&self.progress);
        while !self.index(n).and_then(|i| progress.done.get(i)).copied().unwrap_or(true) {
            progress = wait(&self.encoded, progress);
        }
    }
}

/// Ends the workers when dropped.
pub(super) struct Close<'s, 'r, 'm>(pub &'s Shared<'r, 'm>);

impl Drop for Close<'_, '_, '_> {
    fn drop(&mut self) {
        lock(&self.0.progress).closed = true;
        self.0.filled.notify_all();
    }
}
