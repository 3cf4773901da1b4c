//! The process itself: what the safe functions of the standard library do not reach.

use nix::libc;
use std::sync::atomic::{AtomicBool, Ordering};

static STDOUT_WAS_CLOSED: AtomicBool = AtomicBool::new(false);

/// Runs before `main`, which opens /dev/null in place of a closed standard output.
extern "C" fn note_closed_stdout() {
    // SAFETY: the call reads the state of a descriptor that may be closed.
    let closed = unsafe { libc::fcntl(1, libc::F_GETFD) } < 0;
    STDOUT_WAS_CLOSED.store(closed, Ordering::Relaxed);
}

// SAFETY: the section holds functions that the C library calls at start, with arguments that this one ignores.
#[used]
#[cfg_attr(any(target_os = "linux", target_os = "freebsd"), unsafe(link_section = ".init_array"))]
#[cfg_attr(target_os = "macos", unsafe(link_section = "__DATA,__mod_init_func"))]
static AT_START: extern "C" fn() = note_closed_stdout;

/// Whether the process was started with a closed standard output.
pub(crate) fn stdout_was_closed() -> bool {
    STDOUT_WAS_CLOSED.load(Ordering::Relaxed)
}

/// Whether the process was started with this signal ignored, as by nohup.
pub(crate) fn is_ignored(signal: i32) -> bool {
    // SAFETY: a struct of integers, written by the call, which changes nothing.
    unsafe {
        let mut now: libc::sigaction = std::mem::zeroed();
        libc::sigaction(signal, std::ptr::null(), &raw mut now) == 0 && now.sa_sigaction == libc::SIG_IGN
    }
}

/// Ends the process as a closed pipe ends other filters: by SIGPIPE, without a message.
pub(crate) fn end_by_closed_pipe() -> ! {
    // SAFETY: the default action of a signal, which then ends the process.
    unsafe {
        libc::signal(libc::SIGPIPE, libc::SIG_DFL);
        libc::raise(libc::SIGPIPE);
    }
    std::process::exit(128 + libc::SIGPIPE)
}
