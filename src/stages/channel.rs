//! One channel of an input with interleaved channels: `y[i] = x[i * channels + index]`.
//!
//! Input: rows of any type, directly from an input. Output: rows of the same type, one element per sample.
//!
//! | parameter | meaning |
//! | --- | --- |
//! | `index` | number of the channel, from 0; default 0 |

use super::{Build, shape};
use crate::checked;
use crate::kernel::{Code, Kernel, StageIo, StageSpec};
use crate::mem::{Pod, cast, cast_mut};
use crate::series::Series;
use crate::status::{Result, Status};
use crate::util::unsigned::Unsigned;

pub(super) fn build<'m>(b: &mut Build<'_, 'm>) -> Result<StageSpec<'m>> {
    b.allow(&["index"])?;
    let edge = b.one_edge()?;
    let channels = edge.channels();
    let last = checked::count(channels.sat_sub(1));
    let index = checked::size(b.count("index", Some(0), 0, last)?)?;
    let (Some(len), Some(0)) = (edge.shape.len.checked_div(channels), edge.shape.len.checked_rem(channels)) else {
        return Err(b
            .error(
                Status::Graph,
                "stage {m}: {n} reads rows of whole samples of {b} interleaved channels, not of {a} elements",
            )
            .a(checked::count(edge.shape.len))
            .b(checked::count(channels)));
    };
    let kernel = Channel { index, channels, len };
    let mut spec = StageSpec::new(kernel, shape(edge.shape.dtype, len)?);
    spec.series = Series { channels: 1, ..edge.series };
    spec.revision = b.revision();
    Ok(spec)
}

struct Channel {
    index: usize,
    channels: usize,
    /// Samples of a row.
    len: usize,
}

impl Channel {
    /// Copies the channel. `T` is any type of the size of an element.
    fn pick<T: Pod>(&self, io: &mut StageIo<'_>) -> Result<(), Code> {
        let edge = io.edges.first().ok_or(Code::MISFIT)?;
        let elements = cast::<T>(edge.bytes).ok_or(Code::MISFIT)?;
        let stride = edge.row_stride.checked_div(size_of::<T>()).ok_or(Code::MISFIT)?;
        let out = cast_mut::<T>(io.out).ok_or(Code::MISFIT)?;
        for (i, y) in out.chunks_exact_mut(self.len.max(1)).enumerate().take(edge.rows) {
            let start = i.sat_mul(stride);
            let row = elements.get(start..start.sat_add(edge.shape.len)).unwrap_or(&[]);
            let column = row.get(self.index..).ok_or(Code::MISFIT)?.iter().step_by(self.channels.max(1));
            for (y, x) in y.iter_mut().zip(column) {
                *y = *x;
            }
        }
        Ok(())
    }
}

impl Kernel for Channel {
    fn run(&self, io: &mut StageIo<'_>) -> Result<(), Code> {
        match io.input_dtype(0)?.size() {
            1 => self.pick::<u8>(io),
            2 => self.pick::<u16>(io),
            4 => self.pick::<u32>(io),
            // Complex numbers are aligned to their halves only.
            8 => self.pick::<[u32; 2]>(io),
            _ => Err(Code::MISFIT),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{Input, register, run};
    use std::vec::Vec;

    #[test]
    fn samples_of_every_channel_are_contiguous() {
        let x: Vec<i16> = (0..90).collect();
        for (channels, index) in [(1usize, 0usize), (2, 0), (2, 1), (3, 2)] {
            let input = Input { data: &x, len: 5 * channels, stride: 2 * channels, channels };
            let got: Vec<i16> = run("channel", &[("index", &[index as f64])], &input);
            let rows = x.windows(5 * channels).step_by(2 * channels);
            let want: Vec<i16> = rows.flat_map(|r| (0..5).map(|i| r[i * channels + index])).collect();
            assert_eq!(got, want);
        }
        let x: Vec<f64> = (0..12).map(f64::from).collect();
        let input = Input { channels: 2, ..Input::rows(&x, 6) };
        assert_eq!(run::<f64, f64>("channel", &[("index", &[1.0])], &input), [1.0, 3.0, 5.0, 7.0, 9.0, 11.0]);
        assert!(register("channel", &[("index", &[2.0])], input.edge(), false).is_err());
        let ragged = Input { len: 5, ..input };
        assert!(register("channel", &[], ragged.edge(), false).is_err());
    }
}
