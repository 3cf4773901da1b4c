//! The allocator of this program: the system's, with every call counted, by thread and for the process.

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::sync::{Mutex, MutexGuard};

thread_local! {
    static THREAD: Cell<Thread> = const { Cell::new(Thread { allocations: 0, frees: 0, live: 0, peak: 0 }) };
}

static CALLS: AtomicUsize = AtomicUsize::new(0);
static BYTES: AtomicUsize = AtomicUsize::new(0);
static LARGEST: AtomicUsize = AtomicUsize::new(0);

/// What a thread has allocated since it started: calls, and bytes now and at most.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Thread {
    pub(crate) allocations: u64,
    pub(crate) frees: u64,
    pub(crate) live: i64,
    pub(crate) peak: i64,
}

struct Counting;

// SAFETY: every call is passed to the system's allocator unchanged.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        let mut t = THREAD.get();
        t.allocations += 1;
        t.live += layout.size() as i64;
        t.peak = t.peak.max(t.live);
        THREAD.set(t);
        CALLS.fetch_add(1, Relaxed);
        BYTES.fetch_add(layout.size(), Relaxed);
        LARGEST.fetch_max(layout.size(), Relaxed);
        // SAFETY: as the caller promises.
        unsafe { System.alloc(layout) }
    }
    unsafe fn dealloc(&self, p: *mut u8, layout: Layout) {
        let mut t = THREAD.get();
        t.frees += 1;
        t.live -= layout.size() as i64;
        THREAD.set(t);
        // SAFETY: as the caller promises.
        unsafe { System.dealloc(p, layout) }
    }
}

#[global_allocator]
static HEAP: Counting = Counting;

/// Held by each test while it runs: the counts of the process are of one test at a time.
pub(crate) fn alone() -> MutexGuard<'static, ()> {
    static ONE: Mutex<()> = Mutex::new(());
    ONE.lock().unwrap_or_else(|failed| failed.into_inner())
}

pub(crate) fn thread() -> Thread {
    THREAD.get()
}

/// Calls and frees of this thread.
pub(crate) fn counts() -> (u64, u64) {
    let t = thread();
    (t.allocations, t.frees)
}

/// The peak of this thread from here on.
pub(crate) fn restart_peak() {
    let t = thread();
    THREAD.set(Thread { peak: t.live, ..t });
}

/// Calls, bytes and largest piece of the process during `call`, the smallest of three runs: what the test harness
/// allocates in the meantime is not the call's.
pub(crate) fn counted(call: impl Fn()) -> (usize, usize, usize) {
    let runs = [(); 3].map(|()| {
        LARGEST.store(0, Relaxed);
        let (calls, bytes) = (CALLS.load(Relaxed), BYTES.load(Relaxed));
        call();
        (CALLS.load(Relaxed) - calls, BYTES.load(Relaxed) - bytes, LARGEST.load(Relaxed))
    });
    runs.into_iter().min_by_key(|r| r.1).unwrap_or_default()
}
