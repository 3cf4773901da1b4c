//! Work memory of the packets codec: the kinds and the positions of all packets, then what is left for the codecs.

use crate::mem::cast_mut;

/// The work memory, cut for a number of packets.
pub(super) struct Area<'a> {
    /// Number of the kind of each packet.
    pub(super) order: &'a mut [u8],
    /// Position of each packet in the frame, kind by kind; first its length.
    pub(super) starts: &'a mut [u32],
    /// The rest, aligned.
    pub(super) rest: &'a mut [u8],
}

impl<'a> Area<'a> {
    /// Cuts aligned memory for `count` packets.
    pub(super) fn new(work: &'a mut [u8], count: usize) -> Option<Self> {
        let (order, rest) = work.split_at_mut_checked(count.next_multiple_of(8))?;
        let (starts, rest) = rest.split_at_mut_checked((count * 4).next_multiple_of(8))?;
        Some(Area { order: order.get_mut(..count)?, starts: cast_mut(starts.get_mut(..count * 4)?)?, rest })
    }
}
