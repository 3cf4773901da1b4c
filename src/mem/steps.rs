//! Moving bytes within a slice in steps of one width, which may run ahead of what is wanted.

use core::ptr;

/// Copies `steps` times `N` bytes from `from` on to `to` on, each step reading what those before it wrote.
///
/// False, and nothing done, where either stretch does not lie within `bytes`.
#[inline(always)]
#[must_use]
pub fn copy_steps<const N: usize>(bytes: &mut [u8], from: usize, to: usize, steps: usize) -> bool {
    let Some(room) = steps.checked_mul(N).and_then(|n| bytes.len().checked_sub(n)) else { return false };
    if from > room || to > room {
        return false;
    }
    // SAFETY: both stretches of `steps * N` bytes end within the slice; a step is loaded before it is stored.
    unsafe {
        let base = bytes.as_mut_ptr();
        let (mut source, mut place) = (base.add(from), base.add(to));
        for _ in 0..steps {
            ptr::write_unaligned(place.cast(), ptr::read_unaligned(source.cast::<[u8; N]>()));
            (source, place) = (source.add(N), place.add(N));
        }
    }
    true
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::vec::Vec;

    /// One byte at a time.
    fn plain(bytes: &mut [u8], from: usize, to: usize, n: usize, steps: usize) -> bool {
        if from.max(to) + steps * n > bytes.len() {
            return false;
        }
        for step in 0..steps {
            let some = bytes[from + step * n..][..n].to_vec();
            bytes[to + step * n..][..n].copy_from_slice(&some);
        }
        true
    }

    #[test]
    fn every_place_and_number_of_steps() {
        let start: Vec<u8> = (0..90).collect();
        for from in 0..=91 {
            for to in 0..=91 {
                for steps in 0..6 {
                    let (mut ours, mut theirs) = (start.clone(), start.clone());
                    assert_eq!(copy_steps::<16>(&mut ours, from, to, steps), plain(&mut theirs, from, to, 16, steps));
                    assert_eq!(ours, theirs, "{from} {to} {steps}");
                }
            }
        }
        let mut bytes = start;
        assert!(!copy_steps::<32>(&mut bytes, 0, 1, usize::MAX / 16));
        assert!(!copy_steps::<32>(&mut bytes, usize::MAX, 0, 1) && !copy_steps::<32>(&mut bytes, 0, usize::MAX, 1));
    }
}
