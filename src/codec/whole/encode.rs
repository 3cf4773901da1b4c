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
use crate::mem::{Carver, Layout, heap_has_room};
use crate::status::{Error, Result, Status};
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

/// Encodes all of the source to the sink (`ends`). The carver has at least [`memory`] bytes. After every frame `watch`
/// is called; an error of `watch` ends the run. `report` has the counts so far, also after an error.
///
/// Uses fewer threads where some cannot be started, down to the calling thread alone. Fails with the errors of source,
/// sink and `watch`, and with [`Status::Internal`] where a worker panics. When it returns, all threads have ended.
pub fn encode(
    options: &EncodeOptions,
    threads: u32,
    carver: Carver<'_>,
    ends: (&mut dyn ByteSource, &mut dyn ByteSink),
    watch: &mut dyn FnMut(&EncodeStats) -> Result<()>,
    report: &mut Report,
) -> Result<()> {
    encode_by(&|slot, work| slot.encode(options, work), options, threads, carver, ends, watch, report)
}

/// Encodes with `job` for each slot.
fn encode_by(
    job: &Job<'_>,
    options: &EncodeOptions,
    threads: u32,
    mut carver: Carver<'_>,
    ends: (&mut dyn ByteSource, &mut dyn ByteSink),
    watch: &mut dyn FnMut(&EncodeStats) -> Result<()>,
    report: &mut Report,
) -> Result<()> {
    memory(options, threads)?;
    let sizes = options.memory()?;
    let index = carver.filled(sizes.index, Entry::default())?;
    let mut slots = carver.vec::<Mutex<Slot<'_>>>(slot_count(threads))?;
    let past = carver.bytes(options.history())?;
    for _ in 0..slot_count(threads) {
        let (raw, out) = (carver.bytes(sizes.raw)?, carver.bytes(out_bytes(options))?);
        let _ = slots.push(Mutex::new(Slot::new(raw, out)));
    }
    let mut stream = EncodeLoop::new(options, past, index, (ends.0, ends.1), watch, report);
    let own = carver.bytes(sizes.work)?;
    // Without memory of the heap, a scope of threads would abort the process.
    if threads == 1 || !heap_has_room() {
        return stream.run(&slots, &mut CallingThread { job, work: own });
    }
    let shared = Shared::new(&slots);
    thread::scope(|scope| {
        let mut workers = [const { None }; MAX_THREADS as usize];
        let result = {
            // The workers end when this is dropped, also on an error or a panic.
            let _close = Close(&shared);
            // The last thread uses the work memory of the calling thread, which then has nothing to encode.
            let mut own = Some(own);
            let (last, mut started) = (threads.saturating_sub(1) as usize, false);
            for (i, worker) in workers.iter_mut().take(threads as usize).enumerate() {
                let work = if i == last { own.take() } else { carver.bytes(sizes.work).ok() };
                let (Some(work), shared) = (work, &shared) else { break };
                *worker = start_thread(scope, move || shared.work(job, work));
                if worker.is_none() {
                    break;
                }
                started = true;
            }
            match own {
                Some(work) if !started => stream.run(&slots, &mut CallingThread { job, work }),
                _ => stream.run(&slots, &mut &shared),
            }
        };
        // A scope only waits until its closures return; joining waits until the threads have ended.
        // The error of a panic is in its slot.
        for worker in workers.into_iter().flatten() {
            let _ = worker.join();
        }
        result
    })
}

/// Starts a thread; `None` if the system has none.
fn start_thread<'s, 'e>(
    scope: &'s thread::Scope<'s, 'e>,
    body: impl FnOnce() + Send + 's,
) -> Option<thread::ScopedJoinHandle<'s, ()>> {
    // The standard library aborts where the heap has no memory for a thread.
    heap_has_room().then(|| thread::Builder::new().spawn_scoped(scope, body).ok()).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::codec::container::format::Format;
    use core::mem::MaybeUninit;
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
            let carver = Carver::new(&mut area[skip..]).unwrap();
            let ends: (&mut dyn ByteSource, &mut dyn ByteSink) = (&mut Bytes(1 << 20), &mut Nowhere);
            let e = encode_by(&job, &options, threads, carver, ends, &mut |_| Ok(()), &mut report).unwrap_err();
            assert_eq!((e.status, report.stats.frames, report.ended), (Status::Internal, 7, false));
        }
    }
}
