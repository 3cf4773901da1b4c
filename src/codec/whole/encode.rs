//! A whole stream encoded, by one thread or several. The bytes are those of [`crate::codec::stream::encoder::Encoder`].
//!
//! The calling thread reads frames into slots and writes them out in their order; workers encode what lies in the
//! slots. A slot is taken again only when its frame was written, so memory is bounded and each side waits for the
//! other. All of it lies in one area of a size told beforehand.
#![allow(clippy::arithmetic_side_effects, reason = "lengths within the buffers; stream positions in 64 bits")]

use crate::checked;
use crate::codec::container::frame::OVERHEAD_BYTES;
use crate::codec::container::index::{Entry, Index};
use crate::codec::options::EncodeOptions;
use crate::codec::stream::encoder::{EncodeStats, Place, encode_end, encode_frame, payload_of, tag_of};
use crate::codec::stream::tally::Tally;
use crate::io::{ByteSink, ByteSource};
use crate::mem::{Carver, Layout};
use crate::status::{Error, Result, Status};
use crate::util::unsigned::Unsigned;
use core::mem::MaybeUninit;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

/// Most threads.
pub const MAX_THREADS: u32 = 64;

/// What was done so far, and how long it took.
#[derive(Clone, Copy, Debug, Default)]
pub struct Report {
    /// Bytes and frames.
    pub stats: EncodeStats,
    /// Whether the end frame was written.
    pub ended: bool,
    /// Time spent in reading.
    pub reading: Duration,
    /// Time spent in encoding, of all threads together.
    pub encoding: Duration,
    /// Time spent in writing.
    pub writing: Duration,
}

/// Slots for so many threads: one alone does one thing after the other.
const fn slots(threads: u32) -> usize {
    if threads <= 1 { 1 } else { 2 * threads as usize }
}

/// Bytes of a slot's output: a frame, and one more where a part of a row is left at the end.
const fn out_bytes(options: &EncodeOptions) -> usize {
    options.frame_bytes + 2 * OVERHEAD_BYTES
}

/// Bytes of the area that [`encode`] needs.
pub fn memory(options: &EncodeOptions, threads: u32) -> Result<usize> {
    if threads == 0 || threads > MAX_THREADS {
        return Err(Error::new(Status::Argument, "{a} threads, of 1 to {b}").a(threads).b(MAX_THREADS));
    }
    let sizes = options.memory()?;
    let mut layout = Layout::default();
    layout.reserve::<Entry>(sizes.index)?;
    layout.reserve::<Mutex<Slot<'_>>>(slots(threads))?;
    layout.reserve::<u8>(options.history())?;
    for _ in 0..slots(threads) {
        layout.reserve::<u8>(sizes.raw)?;
        layout.reserve::<u8>(out_bytes(options))?;
    }
    for _ in 0..threads {
        layout.reserve::<u8>(sizes.work)?;
    }
    Ok(layout.bytes())
}

/// Encodes all of `source`. `area` has what [`memory`] says; `watch` is asked after every frame whether to go on.
/// What was done so far is in `report`, also after an error.
///
/// Fails with what source, sink and watch fail with, where a thread cannot be had ([`Status::Io`]), and where a worker
/// panics ([`Status::Internal`]); then all threads have ended when it returns.
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

/// What is done with a slot.
type Job<'j> = dyn Fn(&mut Slot<'_>, &mut [u8]) -> Result<()> + Sync + 'j;

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
    let mut ring = carver.vec::<Mutex<Slot<'_>>>(slots(threads))?;
    let past = carver.filled(options.history(), 0)?;
    for _ in 0..slots(threads) {
        let (raw, out) = (carver.filled(sizes.raw, 0)?, carver.filled(out_bytes(options), 0)?);
        let slot = Slot { raw, out, past: 0, len: 0, place: Place::default(), made: Ok(Made::default()) };
        let _ = ring.push(Mutex::new(slot));
    }
    let row = options.format.row_bytes();
    let mut stream = Stream {
        options,
        frame: options.frame_bytes - options.frame_bytes.checked_rem(row).unwrap_or(0),
        past,
        held: 0,
        place: Place::default(),
        tag: options.tag,
        index: Index::new(index),
        ends: (ends.0, ends.1),
        watch,
        report,
    };
    if threads == 1 {
        let work = carver.filled(sizes.work, 0)?;
        return stream.run(&ring, &mut Alone { job, work });
    }
    let shared = Shared { ring: &ring, turn: Mutex::new(Turn::START), filled: Condvar::new(), made: Condvar::new() };
    thread::scope(|scope| {
        let mut workers = [const { None }; MAX_THREADS as usize];
        let done = {
            // The workers end when this goes, however it goes.
            let _close = Close(&shared);
            let started = workers.iter_mut().take(threads as usize).try_for_each(|worker| {
                let (work, shared) = (carver.filled(sizes.work, 0)?, &shared);
                let started = thread::Builder::new().spawn_scoped(scope, move || shared.work(job, work));
                let none = |e: std::io::Error| {
                    Error::new(Status::Io, "a thread cannot be had: errno {a}").os(e.raw_os_error().unwrap_or(0))
                };
                *worker = Some(started.map_err(none)?);
                Ok(())
            });
            started.and_then(|()| stream.run(&ring, &mut &shared))
        };
        // The scope waits for their work alone: joined, they are gone. What a panic left behind is in its slot.
        for worker in workers.into_iter().flatten() {
            let _ = worker.join();
        }
        done
    })
}

/// Frames on their way through.
#[derive(Debug)]
struct Slot<'m> {
    raw: &'m mut [u8],
    out: &'m mut [u8],
    /// Bytes of `raw` that the frame may refer to, and bytes behind them to be encoded.
    past: usize,
    len: usize,
    /// Where the first of them stands.
    place: Place,
    made: Result<Made>,
}

/// What lies in the output of a slot: a frame of whole rows, one of what is left, or both.
#[derive(Clone, Copy, Debug, Default)]
struct Made {
    /// Raw and encoded bytes of each.
    frames: [(usize, usize); 2],
    tally: Tally,
    took: Duration,
}

impl Slot<'_> {
    fn encode(&mut self, options: &EncodeOptions, work: &mut [u8]) -> Result<()> {
        let start = Instant::now();
        let mut made = Made::default();
        let whole = self.len - self.len.checked_rem(options.format.row_bytes()).unwrap_or(0);
        let (mut from, mut at, mut place) = (0, 0, self.place);
        for (end, lens) in [whole, self.len].into_iter().zip(&mut made.frames) {
            if from == end {
                continue;
            }
            let data = self.raw.get(..self.past + end).unwrap_or(&[]);
            let out = self.out.get_mut(at..).unwrap_or_default();
            let frame = encode_frame(options, place, data, self.past + from, work, out)?;
            made.tally.add(frame.codec, options.position(place.sequence), payload_of(out, frame.len));
            *lens = (end - from, frame.len);
            place.sequence = place.sequence.wrapping_add(1);
            place.raw_offset = place.raw_offset.sat_add(checked::count(end - from));
            from = end;
            at += frame.len;
        }
        made.took = start.elapsed();
        self.made = Ok(made);
        Ok(())
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    // A worker that panicked has left its slot with an error in it.
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Who encodes.
trait Workers {
    /// Slot `n` was filled.
    fn filled(&mut self, ring: &[Mutex<Slot<'_>>], n: u64);
    /// Returns when slot `n` is encoded.
    fn wait(&mut self, n: u64);
}

/// The calling thread.
struct Alone<'w> {
    job: &'w Job<'w>,
    work: &'w mut [u8],
}

impl Workers for Alone<'_> {
    fn filled(&mut self, ring: &[Mutex<Slot<'_>>], n: u64) {
        if let Some(slot) = at(ring, n) {
            do_job(self.job, &mut lock(slot), self.work);
        }
    }
    fn wait(&mut self, _: u64) {}
}

/// The slot of the `n`th filling.
fn at<T>(ring: &[T], n: u64) -> Option<&T> {
    ring.get(n.checked_rem(checked::count(ring.len()))? as usize)
}

/// Does the job; a panic of it is an error like any other.
fn do_job(job: &Job<'_>, slot: &mut Slot<'_>, work: &mut [u8]) {
    let done = catch_unwind(AssertUnwindSafe(|| job(slot, work)));
    let done = done.unwrap_or(Err(Error::new(Status::Internal, "a panic was caught in a worker")));
    if let Err(e) = done {
        slot.made = Err(e);
    }
}

/// What the threads share.
struct Shared<'r, 'm> {
    ring: &'r [Mutex<Slot<'m>>],
    turn: Mutex<Turn>,
    /// Something was filled, or it is over.
    filled: Condvar,
    /// Something was encoded.
    made: Condvar,
}

/// How far the slots are.
struct Turn {
    filled: u64,
    taken: u64,
    /// For each slot in turn, whether the filling that it holds is encoded.
    done: [bool; slots(MAX_THREADS)],
    over: bool,
}

impl Turn {
    const START: Turn = Turn { filled: 0, taken: 0, done: [false; slots(MAX_THREADS)], over: false };
}

impl Shared<'_, '_> {
    /// A worker: takes fillings in their order until it is over.
    fn work(&self, job: &Job<'_>, work: &mut [u8]) {
        let mut turn = lock(&self.turn);
        while !turn.over {
            if turn.taken == turn.filled {
                turn = self.filled.wait(turn).unwrap_or_else(PoisonError::into_inner);
                continue;
            }
            let n = turn.taken;
            turn.taken += 1;
            drop(turn);
            if let Some(slot) = at(self.ring, n) {
                do_job(job, &mut lock(slot), work);
            }
            turn = lock(&self.turn);
            self.mark(&mut turn, n, true);
            self.made.notify_one();
        }
    }

    fn mark(&self, turn: &mut Turn, n: u64, done: bool) {
        let place = n.checked_rem(checked::count(self.ring.len())).unwrap_or(0) as usize;
        if let Some(d) = turn.done.get_mut(place) {
            *d = done;
        }
    }
}

impl Workers for &Shared<'_, '_> {
    fn filled(&mut self, _: &[Mutex<Slot<'_>>], n: u64) {
        let mut turn = lock(&self.turn);
        self.mark(&mut turn, n, false);
        turn.filled += 1;
        self.filled.notify_one();
    }

    fn wait(&mut self, n: u64) {
        let place = n.checked_rem(checked::count(self.ring.len())).unwrap_or(0) as usize;
        let mut turn = lock(&self.turn);
        while !turn.done.get(place).copied().unwrap_or(true) {
            turn = self.made.wait(turn).unwrap_or_else(PoisonError::into_inner);
        }
    }
}

/// Tells the workers that it is over.
struct Close<'s, 'r, 'm>(&'s Shared<'r, 'm>);

impl Drop for Close<'_, '_, '_> {
    fn drop(&mut self) {
        lock(&self.0.turn).over = true;
        self.0.filled.notify_all();
    }
}

/// The stream, as the calling thread sees it.
struct Stream<'s, 'm> {
    options: &'s EncodeOptions,
    /// Bytes of a full frame.
    frame: usize,
    /// What was read last, `held` bytes of it: the next frame may refer to them.
    past: &'m mut [u8],
    held: usize,
    /// Where the next one stands.
    place: Place,
    tag: Option<u16>,
    index: Index<'m>,
    ends: (&'s mut dyn ByteSource, &'s mut dyn ByteSink),
    watch: &'s mut dyn FnMut(&EncodeStats) -> Result<()>,
    report: &'s mut Report,
}

impl Stream<'_, '_> {
    fn run(&mut self, ring: &[Mutex<Slot<'_>>], workers: &mut dyn Workers) -> Result<()> {
        let (mut filled, mut written, mut more) = (0u64, 0u64, true);
        while more || written < filled {
            if more && filled - written < checked::count(ring.len()) {
                let Some(slot) = at(ring, filled) else { break };
                let mut slot = lock(slot);
                more = self.fill(&mut slot)?;
                if slot.len > 0 {
                    drop(slot);
                    workers.filled(ring, filled);
                    filled += 1;
                }
            } else {
                workers.wait(written);
                let Some(slot) = at(ring, written) else { break };
                self.write(&lock(slot))?;
                written += 1;
                (self.watch)(&self.report.stats)?;
            }
        }
        ring.first().map_or(Ok(()), |slot| self.end(lock(slot).out))
    }

    /// Reads a frame; false where the source ended.
    fn fill(&mut self, slot: &mut Slot<'_>) -> Result<bool> {
        let start = Instant::now();
        slot.len = 0;
        slot.past = if self.options.position(self.place.sequence) > 0 { self.held } else { 0 };
        if let (Some(to), Some(from)) = (slot.raw.get_mut(..slot.past), self.past.get(..slot.past)) {
            to.copy_from_slice(from);
        }
        let mut more = true;
        while let Some(rest) =
            slot.raw.get_mut(slot.past + slot.len..slot.past + self.frame).filter(|r| more && !r.is_empty())
        {
            let n = self.ends.0.read(rest)?;
            more = n > 0;
            slot.len += n.min(rest.len());
        }
        self.report.reading += start.elapsed();
        let row = self.options.format.row_bytes();
        let whole = slot.len - slot.len.checked_rem(row).unwrap_or(0);
        let end = slot.past + slot.len;
        self.held = end.min(self.past.len());
        if let (Some(to), Some(from)) = (self.past.get_mut(..self.held), slot.raw.get(end - self.held..end)) {
            to.copy_from_slice(from);
        }
        let first = slot.raw.get(..if whole > 0 { whole } else { slot.len }).unwrap_or(&[]);
        if !first.is_empty() {
            self.place.tag = *self.tag.get_or_insert_with(|| tag_of(first));
        }
        slot.place = self.place;
        // Sequence numbers count frames; what is left of a row makes one more only at the very end.
        self.place.sequence = self.place.sequence.wrapping_add(1);
        self.place.raw_offset = self.place.raw_offset.sat_add(checked::count(slot.len));
        Ok(more)
    }

    /// Writes the frames of a slot.
    fn write(&mut self, slot: &Slot<'_>) -> Result<()> {
        let made = slot.made?;
        let start = Instant::now();
        let mut at = 0;
        for (raw, coded) in made.frames {
            if coded == 0 {
                continue;
            }
            let stats = &mut self.report.stats;
            self.ends.1.write(stats.coded_bytes, slot.out.get(at..at + coded).unwrap_or(&[]))?;
            // Decoding can only begin where a group does.
            if self.options.position(stats.frames as u32) == 0 {
                self.index.push(Entry { raw_offset: stats.raw_bytes, position: stats.coded_bytes });
            }
            stats.raw_bytes += checked::count(raw);
            stats.coded_bytes += checked::count(coded);
            stats.frames += 1;
            at += coded;
        }
        self.report.stats.tally.merge(&made.tally);
        self.report.encoding += made.took;
        self.report.writing += start.elapsed();
        Ok(())
    }

    fn end(&mut self, out: &mut [u8]) -> Result<()> {
        let stats = &mut self.report.stats;
        let sequence = stats.frames as u32;
        let place = Place { tag: self.tag.unwrap_or(0), sequence, raw_offset: stats.raw_bytes };
        // As long as that of an encoder: it decides whether the index fits.
        let out = out.get_mut(..self.options.frame_bytes + OVERHEAD_BYTES).unwrap_or_default();
        let len = encode_end(self.options, place, &self.index, out)?;
        let start = Instant::now();
        self.ends.1.write(stats.coded_bytes, out.get(..len).unwrap_or(&[]))?;
        stats.coded_bytes += checked::count(len);
        self.report.ended = true;
        self.report.writing += start.elapsed();
        Ok(())
    }
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

    /// Frames before the failing one are written; the error is not lost, and no thread outlives the call.
    #[test]
    fn a_panic_of_a_worker_is_told() {
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
