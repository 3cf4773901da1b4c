//! A spectrogram: time to the right, frequency upward, level as color.

use super::canvas::{Area, Picture, Pixels};
use crate::error::Result;
use plotters::prelude::*;
use std::ops::Range;

/// Maximum number of columns. In longer recordings, a column shows the maximum levels of its rows.
const COLUMNS: u64 = 900;
/// Minimum and maximum range of levels below the maximum level, in dB.
const RANGE: (f32, f32) = (30.0, 80.0);
/// The range ends this far below the median level in dB. The median is usually that of the noise, which is then dark.
const BELOW: f32 = 12.0;

/// Levels in dB, column by column. The memory does not grow with the recording.
pub(crate) struct Levels {
    rows: u64,
    columns: u64,
    len: usize,
    levels: Vec<f32>,
}

impl Levels {
    /// The levels of `rows` rows of `len`.
    pub(crate) fn new(rows: u64, len: usize) -> Levels {
        let columns = rows.clamp(1, COLUMNS);
        Levels { rows: rows.max(1), columns, len, levels: vec![f32::NEG_INFINITY; columns as usize * len] }
    }

    /// Adds row `t`.
    pub(crate) fn add(&mut self, t: u64, row: &[f32]) {
        let column = (u128::from(t.min(self.rows - 1)) * u128::from(self.columns) / u128::from(self.rows)) as usize;
        let levels = &mut self.levels[column * self.len..][..self.len];
        levels.iter_mut().zip(row).for_each(|(l, x)| *l = l.max(*x));
    }
}

/// The color of a level from 0 to 1, in a scale that reads the same to color-blind eyes and in gray.
fn color(level: f32) -> RGBColor {
    ViridisRGB.get_color(level.clamp(0.0, 1.0))
}

/// The maximum level, and the range of colors below it.
fn reach(levels: &[f32]) -> (f32, f32) {
    let mut levels: Vec<f32> = levels.iter().copied().filter(|l| l.is_finite()).collect();
    levels.sort_unstable_by(f32::total_cmp);
    let (Some(top), Some(median)) = (levels.last(), levels.get(levels.len() / 2)) else { return (0.0, RANGE.1) };
    (*top, (top - median + BELOW).clamp(RANGE.0, RANGE.1))
}

/// The picture of levels. The axes end at `seconds` and `hertz`.
pub(crate) struct Spectrogram<'a> {
    pub(crate) levels: &'a Levels,
    pub(crate) seconds: f64,
    pub(crate) hertz: f64,
}

impl Picture for Spectrogram<'_> {
    fn size(&self) -> (u32, u32) {
        (1040, 640)
    }

    fn draw<B: DrawingBackend<ErrorType: 'static>>(&self, root: &Area<B>) -> Result<Option<Pixels>> {
        let (unit, scale) = if self.hertz >= 2000.0 { ("kHz", 1e-3) } else { ("Hz", 1.0) };
        let mut chart = ChartBuilder::on(root)
            .caption("Spectrogram, dB below full scale", ("sans", 22))
            .margin(14)
            .margin_right(84)
            .x_label_area_size(50)
            .y_label_area_size(74)
            .build_cartesian_2d(0.0..self.seconds, 0.0..self.hertz * scale)?;
        chart
            .configure_mesh()
            .disable_mesh()
            .x_desc("seconds")
            .y_desc(unit)
            .label_style(("sans", 16))
            .axis_desc_style(("sans", 18))
            .draw()?;
        let (top, range) = reach(&self.levels.levels);
        let (across, down) = chart.plotting_area().get_pixel_range();
        scale_of_colors(root, across.end + 18, down.start + 20, (top, range))?;
        Ok(Some(self.pixels((across, down), (top, range))))
    }
}

impl Spectrogram<'_> {
    /// The colors of the levels in a rectangle of the picture.
    fn pixels(&self, (across, down): (Range<i32>, Range<i32>), (top, range): (f32, f32)) -> Pixels {
        // The axes are on the pixels left of and below the rectangle.
        let (width, height) = (across.len() - 1, down.len() - 1);
        let Levels { columns, len, ref levels, .. } = *self.levels;
        let mut rgb = Vec::with_capacity(3 * width * height);
        for (y, x) in (0..height).flat_map(|y| (0..width).map(move |x| (y, x))) {
            let column = x * columns as usize / width;
            let bin = (height - 1 - y) * len / height;
            let level = levels[column * len + bin];
            let RGBColor(r, g, b) = color(1.0 + (level - top) / range);
            rgb.extend([r, g, b]);
        }
        Pixels { left: across.start + 1, top: down.start, width: width as u32, height: height as u32, rgb }
    }
}

/// The scale of colors, from the maximum level down.
fn scale_of_colors<B: DrawingBackend<ErrorType: 'static>>(
    root: &Area<B>,
    left: i32,
    above: i32,
    (top, range): (f32, f32),
) -> Result<()> {
    for y in 0..300 {
        let level = 1.0 - y as f32 / 299.0;
        root.draw(&Rectangle::new([(left, above + y), (left + 14, above + y + 2)], color(level).filled()))?;
        if y % 75 == 0 || y == 299 {
            let text = format!("{:.0}", top - range * (1.0 - level));
            root.draw(&Text::new(text, (left + 20, above + y - 8), ("sans", 16)))?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn noise_is_dark_and_the_range_is_bounded() {
        let mut levels = vec![-50.0; 99];
        levels.push(-6.0);
        assert_eq!(reach(&levels), (-6.0, 56.0));
        assert_eq!(reach(&[-20.0, f32::NEG_INFINITY]), (-20.0, 30.0));
        assert_eq!(reach(&[-120.0, -120.0, 0.0]), (0.0, 80.0));
        assert_eq!(reach(&[]), (0.0, 80.0));
    }
}
