//! Transforms against the sum of the definition, and their heap memory against its bound.

use sqrtspace_fft::{Complex32, Fft, forward, heap_bytes};
use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;
use std::sync::Arc;

thread_local! {
    /// Bytes that this thread has allocated: current, peak.
    static HELD: Cell<(isize, isize)> = const { Cell::new((0, 0)) };
}

struct Counting;

fn add(bytes: isize) {
    let (live, peak) = HELD.get();
    HELD.set((live + bytes, peak.max(live + bytes)));
}

// SAFETY: every call is passed to the system's allocator unchanged.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        add(layout.size() as isize);
        // SAFETY: guaranteed by the caller.
        unsafe { System.alloc(layout) }
    }
    unsafe fn dealloc(&self, p: *mut u8, layout: Layout) {
        add(-(layout.size() as isize));
        // SAFETY: guaranteed by the caller.
        unsafe { System.dealloc(p, layout) }
    }
}

#[global_allocator]
static HEAP: Counting = Counting;

type Planner = fn(usize) -> Arc<dyn Fft<f32>>;

fn planners() -> Vec<(&'static str, Planner)> {
    vec![
        ("forward", forward),
        #[cfg(target_arch = "x86_64")]
        ("portable", sqrtspace_fft::portable),
    ]
}

#[test]
fn plans_stay_within_their_heap_bytes() {
    let large = [4096, 6000, 8191, 8192, 16_382, 20_011, 40_960, 59_049, 65_537, 131_074, 262_144, 360_360, 1_000_003];
    for len in (1..400).chain((401..9000).step_by(61)).chain(large) {
        for (name, plan) in planners() {
            let (live, _) = HELD.get();
            HELD.set((live, live));
            drop(plan(len));
            let used = HELD.get().1 - live;
            assert!(used > 0 && used as usize <= heap_bytes(len), "{name}, {len}: {used} of {}", heap_bytes(len));
        }
    }
}

/// Bin `k` by the sum of the definition, in `f64`.
fn naive(x: &[Complex32], k: usize) -> (f64, f64) {
    let turn = |i: usize| -2.0 * std::f64::consts::PI * ((i * k) % x.len()) as f64 / x.len() as f64;
    x.iter().enumerate().fold((0.0, 0.0), |(re, im), (i, v)| {
        let ((s, c), a, b) = (turn(i).sin_cos(), f64::from(v.re), f64::from(v.im));
        (re + a * c - b * s, im + a * s + b * c)
    })
}

#[test]
fn every_plan_gives_the_sum_of_the_definition() {
    for len in (1..40).chain([64, 100, 127, 360, 1000, 1024, 1021, 4096]) {
        let x: Vec<_> = (0..len).map(|i| Complex32::new((i * 37 % 101) as f32 - 50.0, (i * 7 % 13) as f32)).collect();
        for (name, plan) in planners() {
            let mut got = x.clone();
            plan(len).process(&mut got);
            let scale = got.iter().fold(1f32, |m, z| m.max(z.norm()));
            for k in (0..len).step_by(1 + len / 16) {
                let (re, im) = naive(&x, k);
                let off = (f64::from(got[k].re) - re).hypot(f64::from(got[k].im) - im);
                assert!(off <= 1e-6 * f64::from(scale), "{name}, {len}, bin {k}: off by {off} of {scale}");
            }
        }
    }
}
