//! The heap before a thread is started.

/// More than the standard library and the system's thread library allocate for a thread, besides its stack.
const THREAD_BYTES: usize = 16 << 10;

/// Whether the heap has room for what a thread needs there. Without it, the standard library would abort the process.
#[must_use]
pub(crate) fn heap_has_room() -> bool {
    // The system's allocator is asked directly: the request is none of the library's memory.
    // SAFETY: the size is not 0; the block is freed at once.
    unsafe {
        let probe = core::hint::black_box(libc::malloc(THREAD_BYTES));
        libc::free(probe);
        !probe.is_null()
    }
}
