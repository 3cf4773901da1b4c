//! Generated signals that are computed in stretches, each with an exact state at its start.

/// Fills `room` with samples of `width` numbers from sample `first`, stretch by stretch: `end` returns the end of the
/// stretch that contains a sample, and `fill` writes samples of one stretch. Returns the number of samples.
pub(super) fn fill_stretches(
    first: u64,
    width: usize,
    room: &mut [f32],
    end: impl Fn(u64) -> u64,
    fill: impl Fn(u64, &mut [f32]),
) -> usize {
    let (mut at, mut rest) = (first, room);
    while !rest.is_empty() {
        let len = (rest.len() / width).min((end(at) - at) as usize);
        let (part, more) = rest.split_at_mut(len * width);
        fill(at, part);
        (rest, at) = (more, at + len as u64);
    }
    (at - first) as usize
}
