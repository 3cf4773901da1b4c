//! A program that can panic, and one that calls itself: what panics.py and graph.py must find.
#![no_std]

#[panic_handler]
fn stop(_: &core::panic::PanicInfo<'_>) -> ! {
    loop {}
}

#[unsafe(no_mangle)]
pub extern "C" fn sqs_control(i: usize, x: &[u32; 3]) -> u32 {
    x[i]
}

#[unsafe(no_mangle)]
#[inline(never)]
pub extern "C" fn sqs_again(n: u32) -> u32 {
    if n < 2 { n } else { core::hint::black_box(sqs_again(n - 1)) ^ sqs_again(n - 2) }
}
