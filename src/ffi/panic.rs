//! A panic in a build without an operating system: it ends the program, and is reported through a hook.

use super::status::sqs_status;
use crate::status::Status;
use core::ffi::{c_char, c_void};

/// Receives the place of a panic: a source file of the library, as file_bytes bytes without a terminating zero (or
/// NULL), and a line.
pub type sqs_panic_fn =
    Option<unsafe extern "C" fn(ctx: *mut c_void, file: *const c_char, file_bytes: usize, line: u32)>;

/// Sets the function that flight builds call before they stop for good.
///
/// The library does not panic by construction, and the checks of docs/flight/flight.md find no path to a panic; what
/// remains is damage to the program itself. The function should not return: it may reset the computer. Without a
/// function, or when it returns, the library stays in an endless loop, for the watchdog to end. One function serves the
/// program: call this at start, before anything else. May be called from callbacks.
///
/// @param[in] hook  the function; NULL: none
/// @param[in] ctx   first argument of hook
/// @retval SQS_OK
/// @retval SQS_ERR_UNSUPPORTED  this is no flight build: here a panic becomes #SQS_ERR_INTERNAL
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sqs_panic_hook(hook: sqs_panic_fn, ctx: *mut c_void) -> sqs_status {
    #[cfg(all(feature = "flight", not(feature = "std"), not(test)))]
    {
        flight::set(hook, ctx);
        Status::Ok.code()
    }
    #[cfg(not(all(feature = "flight", not(feature = "std"), not(test))))]
    {
        let _ = (hook, ctx);
        Status::Unsupported.code()
    }
}

#[cfg(all(feature = "flight", not(feature = "std"), not(test)))]
mod flight {
    use core::ffi::{c_char, c_void};
    use core::panic::PanicInfo;
    use core::ptr::null_mut;
    use core::sync::atomic::{AtomicPtr, Ordering};

    type Hook = unsafe extern "C" fn(ctx: *mut c_void, file: *const c_char, file_bytes: usize, line: u32);

    static HOOK: AtomicPtr<c_void> = AtomicPtr::new(null_mut());
    static CTX: AtomicPtr<c_void> = AtomicPtr::new(null_mut());

    pub(super) fn set(hook: Option<Hook>, ctx: *mut c_void) {
        // In this order a hook never gets the context of another one, except NULL.
        HOOK.store(null_mut(), Ordering::SeqCst);
        CTX.store(ctx, Ordering::SeqCst);
        HOOK.store(hook.map_or(null_mut(), |h| h as *mut c_void), Ordering::SeqCst);
    }

    #[panic_handler]
    fn handler(info: &PanicInfo<'_>) -> ! {
        let hook = HOOK.swap(null_mut(), Ordering::SeqCst);
        if !hook.is_null() {
            let (file, bytes, line) =
                info.location().map_or((core::ptr::null(), 0, 0), |l| (l.file().as_ptr(), l.file().len(), l.line()));
            // SAFETY: only a `Hook` is ever stored in HOOK.
            let hook = unsafe { core::mem::transmute::<*mut c_void, Hook>(hook) };
            // SAFETY: the caller's function with its context; the name of the file is static.
            unsafe { hook(CTX.load(Ordering::SeqCst), file.cast(), bytes, line) };
        }
        // Unbounded on purpose: nothing may run after a panic.
        loop {
            core::hint::spin_loop();
        }
    }
}
