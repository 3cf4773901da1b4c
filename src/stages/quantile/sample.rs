//! Element types that are ranked as `f32`, a chunk at a time.

use crate::dtype::Element;

/// Elements processed at a time: they stay in the first-level cache after their conversion from integers.
pub(super) const CHUNK: usize = 512;

/// Element types that are ranked as `f32`.
pub(super) trait Sample: Element {
    /// The elements as `f32`, converted into `buffer` if they have another type.
    fn values<'a>(x: &'a [Self], buffer: &'a mut [f32; CHUNK]) -> &'a [f32];
    /// One element as `f32`.
    fn value(self) -> f32;
}

impl Sample for f32 {
    fn values<'a>(x: &'a [f32], _: &'a mut [f32; CHUNK]) -> &'a [f32] {
        x
    }
    fn value(self) -> f32 {
        self
    }
}

impl Sample for i16 {
    fn values<'a>(x: &'a [i16], buffer: &'a mut [f32; CHUNK]) -> &'a [f32] {
        for (to, from) in buffer.iter_mut().zip(x) {
            *to = f32::from(*from);
        }
        buffer.get(..x.len()).unwrap_or(&[])
    }
    fn value(self) -> f32 {
        f32::from(self)
    }
}
