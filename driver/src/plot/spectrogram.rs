//! A spectrogram: time to the right, frequency upward, level as color.

use super::canvas::Canvas;
use crate::error::Result;
use plotters::prelude::*;
use std::path::Path;

/// Maximum number of columns. In longer recordings, a column shows the maximum levels of its rows.
const COLUMNS: u64 = 900;
/// Minimum and maximum range of levels below the maximum level, in dB.
const RANGE: (f32, f32) = (30.0, 80.0);
/// The range ends this far below the median level in dB. The median is usually that of the noise, which is then dark.
const BELOW: f32 = 12.0;

/// Levels in dB, column by column. The memory does not grow with the recording.
pub(crate) struct Picture {
    rows: u64,
    columns: u64,
    len: usize,
    levels: Vec<f32>,
}

impl Picture {
    /// A picture of `rows` rows of `len` levels.
    pub(crate) fn new(rows: u64, len: usize) -> Picture {
        let columns = rows.clamp(1, COLUMNS);
        Picture { rows: rows.max(1), columns, len, levels: vec![f32::NEG_INFINITY; columns as usize * len] }
    }

    /// Adds row `t`.
    pub(crate) fn add(&mut self, t: u64, row: &[f32]) {
        let column = (u128::from(t.min(self.rows - 1)) * u128::from(self.columns) / u128::from(self.rows)) as usize;
        let levels = &mut self.levels[column * self.len..][..self.len];
        levels.iter_mut().zip(row).for_each(|(l, x)| *l = l.max(*x));
    }
}

/// The color of a level from 0 to 1: from dark through blue, red and yellow to bright.
fn color(level: f32) -> RGBColor {
    const STOPS: [[f32; 3]; 5] =
        [[8.0, 8.0, 24.0], [40.0, 40.0, 130.0], [180.0, 40.0, 110.0], [250.0, 150.0, 40.0], [255.0, 250.0, 190.0]];
    let place = level.clamp(0.0, 1.0) * (STOPS.len() - 1) as f32;
    let stop = (place as usize).min(STOPS.len() - 2);
    let share = place - stop as f32;
    let [r, g, b] = std::array::from_fn(|i| STOPS[stop][i] + share * (STOPS[stop + 1][i] - STOPS[stop][i]));
    RGBColor(r as u8, g as u8, b as u8)
}

/// The maximum level, and the range of colors below it.
fn reach(levels: &[f32]) -> (f32, f32) {
    let mut levels: Vec<f32> = levels.iter().copied().filter(|l| l.is_finite()).collect();
    levels.sort_unstable_by(f32::total_cmp);
    let (Some(top), Some(median)) = (levels.last(), levels.get(levels.len() / 2)) else { return (0.0, RANGE.1) };
    (*top, (top - median + BELOW).clamp(RANGE.0, RANGE.1))
}

/// Draws a picture to a PNG file; the axes end at `seconds` and `hertz`.
pub(crate) fn draw(picture: &Picture, path: &Path, seconds: f64, hertz: f64) -> Result<()> {
    let mut canvas = Canvas::new(1040, 640);
    paint(&mut canvas, picture, seconds, hertz)?;
    canvas.save(path).map_err(Into::into)
}

fn paint(canvas: &mut Canvas, picture: &Picture, seconds: f64, hertz: f64) -> Result<()> {
    let root = canvas.into_drawing_area();
    root.fill(&WHITE)?;
    let (unit, scale) = if hertz >= 2000.0 { ("kHz", 1e-3) } else { ("Hz", 1.0) };
    let mut chart = ChartBuilder::on(&root)
        .caption("Spectrogram, dB below full scale", ("sans", 16))
        .margin(14)
        .margin_right(84)
        .x_label_area_size(46)
        .y_label_area_size(70)
        .build_cartesian_2d(0.0..seconds, 0.0..hertz * scale)?;
    chart
        .configure_mesh()
        .disable_mesh()
        .x_desc("seconds")
        .y_desc(unit)
        .label_style(("sans", 14))
        .axis_desc_style(("sans", 14))
        .draw()?;
    let (top, range) = reach(&picture.levels);
    let area = chart.plotting_area();
    let (width, height) = area.dim_in_pixel();
    let bare = area.strip_coord_spec();
    for x in 0..width {
        let column = (u64::from(x) * picture.columns / u64::from(width)) as usize;
        for y in 0..height {
            let bin = (height - 1 - y) as usize * picture.len / height as usize;
            let level = picture.levels[column * picture.len + bin];
            bare.draw_pixel((x as i32, y as i32), &color(1.0 + (level - top) / range))?;
        }
    }
    // The color scale on the right.
    let (left, above) = (width as i32 + 14 + 70 + 16, 60);
    for y in 0..300 {
        let level = 1.0 - y as f32 / 299.0;
        root.draw(&Rectangle::new([(left, above + y), (left + 14, above + y)], color(level).filled()))?;
        if y % 75 == 0 || y == 299 {
            let text = format!("{:.0}", top - range * (1.0 - level));
            root.draw(&Text::new(text, (left + 20, above + y - 7), ("sans", 14)))?;
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
