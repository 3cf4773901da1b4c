//! Encodes a whole stream with one thread or several. The bytes are those of
//! [`crate::codec::stream::encoder::Encoder`].
//!
//! The calling thread reads frames into slots and writes the coded frames in their order; workers encode the slots. A
//! slot is filled again only after its frame is written, so memory is bounded, and neither side runs far ahead of the
//! other. All memory is one area whose size [`memory`] returns.

pub use super::report::Report;
pub use super::workers::MAX_THREADS;

use super::encode_loop::EncodeLoop;
use super::slot::{Slot, out_bytes};
use super::workers::{CallingThread, Close, Job, Shared, slot_count};
use crate::codec::container::index::Entry;
use crate::codec::options::EncodeOptions;
use crate::codec::stream::encoder::EncodeStats;
use crate::io::{ByteSink, ByteSource};
use crate::mem::{Carver, Layout};
use crate::status::{Error, Result, Status};
use core::mem::MaybeUninit;
use std::sync::Mutex;
use std::thread;

/// Bytes of the area that [`encode`] needs. Fails where an option or the number of threads is out of range.
pub fn memory(options: &EncodeOptions, threads: u32) -> Result<usize> {
    if threads == 0 || threads > MAX_THREADS {
        return Err(Error::new(Status::Argument, "{a} threads: use 1 to {b}").a(threads).b(MAX_THREADS));
    }
    let sizes = options.memory()?;
    let mut layout = Layout::default();
    layout.reserve::<Entry>(sizes.index)?;
    layout.reserve::<Mutex<Slot<'_>>>(slot_count(threads))?;
    layout.reserve::<u8>(options.history())?;
    for _ in 0..slot_count(threads) {
        layout.reserve::<u8>(sizes.raw)?;
        layout.reserve::<u8>(out_bytes(options))?;
    }
    for _ in 0..threads {
        layout.reserve::<u8>(sizes.work)?;
    }
    Ok(layout.bytes())
}

/// Encodes all of the source to the sink (`ends`). `area` has at least [`memory`] bytes. After every frame `watch` is
/// called; an error of `watch` ends the run. `report` has the counts so far, also after an error.
///
/// Fails with the errors of source, sink and `watch`, with [`Status::Io`] where a thread cannot be started, and with
/// [`Status::Internal`] where a worker panics. When it returns, all threads have ended.
pub fn encode(
    options: &EncodeOptions,
    threads: u32,
    area: &mut [MaybeUninit<u8>],
    ends: (&mut dyn ByteSource, &mut dyn ByteSink),
    watch: &mut dyn FnMut(&EncodeStats) -> Result<()>,
    report: &mut Report,
) -> Result<()> {
    encode_by(&|slot, work| slot.encode(options, work), options, threads, area, ends, watch, report)
}

/// Encodes with `job` for each slot.
fn encode_by(
    job: &Job<'_>,
    options: &EncodeOptions,
    threads: u32,
    area: &mut [MaybeUninit<u8>],
    ends: (&mut dyn ByteSource, &mut dyn ByteSink),
    watch: &mut dyn FnMut(&EncodeStats) -> Result<()>,
    report: &mut Report,
) -> Result<()> {
    memory(options, threads)?;
    let sizes = options.memory()?;
    let mut carver = Carver::new(area)?;
    let index = carver.filled(sizes.index, Entry::default())?;
    let mut slots = carver.vec::<Mutex<Slot<'_>>>(slot_count(threads))?;
    let past = carver.filled(options.history(), 0)?;
    for _ in 0..slot_count(threads) {
        let (raw, out) = (carver.filled(sizes.raw, 0)?, carver.filled(out_bytes(options), 0)?);
        let _ = slots.push(Mutex::new(Slot::new(raw, out)));
    }
    let mut stream = EncodeLoop::new(options, past, index, (ends.0, ends.1), watch, report);
    if threads == 1 {
        let work = carver.filled(sizes.work, 0)?;
        return stream.run(&slots, &mut CallingThread { job, work });
    }
    let shared = Shared::new(&slots);
    thread::scope(|scope| {
        let mut workers = [const { None }; MAX_THREADS as usize];
        let result = {
            // The workers end when this is dropped, also on an error or a panic.
            let _close = Close(&shared);
            let started = workers.iter_mut().take(threads as usize).try_for_each(|worker| {
                let (work, shared) = (carver.filled(sizes.work, 0)?, &shared);
                let started = thread::Builder::new().spawn_scoped(scope, move || shared.work(job, work));
                let failed = |e: std::io::Error| {
                    Error::new(Status::Io, "a thread cannot be started: errno {a}").os(e.raw_os_error().unwrap_or(0))
                };
                *worker = Some(started.map_err(failed)?);
                Ok(())
            });
            started.and_then(|()| stream.run(&slots, &mut &shared))
        };
        // A scope only waits until its closures return; joining waits until the threads have ended.
        // The error of a panic is in its slot.
        for worker in workers.into_iter().flatten() {
            let _ = worker.join();
        }
        result
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::codec::container::format::Format;
    use std::vec::Vec;

    struct Bytes(usize);
    impl ByteSource for Bytes {
        fn read(&mut self, out: &mut [u8]) -> Result<usize> {
            let n = out.len().min(self.0);
            out[..n].fill(7);
            self.0 -= n;
            Ok(n)
        }
    }
    struct Nowhere;
    impl ByteSink for Nowhere {
        fn write(&mut self, _: u64, _: &[u8]) -> Result<()> {
            Ok(())
        }
    }

    /// Frames before the failing one are written, the error is returned, and no thread outlives the call.
    #[test]
    fn a_panic_of_a_worker_is_reported() {
        for threads in [1, 2, 5] {
            let options = EncodeOptions { frame_bytes: 16384, ..EncodeOptions::new(Format::BYTES) };
            let mut area = Vec::new();
            area.resize_with(memory(&options, threads).unwrap() + 8, MaybeUninit::uninit);
            let skip = area.as_ptr().align_offset(8);
            let job = |slot: &mut Slot<'_>, work: &mut [u8]| {
                assert!(slot.place.sequence != 7, "on purpose");
                slot.encode(&options, work)
            };
            let mut report = Report::default();
            let ends: (&mut dyn ByteSource, &mut dyn ByteSink) = (&mut Bytes(1 << 20), &mut Nowhere);
            let e =
                encode_by(&job, &options, threads, &mut area[skip..], ends, &mut |_| Ok(()), &mut report).unwrap_err();
            assert_eq!((e.status, report.stats.frames, report.ended), (Status::Internal, 7, false));
        }
    }
}
