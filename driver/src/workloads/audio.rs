//! Audio: windows -> Hann -> spectrum -> strongest bin and centroid, side by side in rows of two.

use crate::library::{Custom, Failure, Made, Pipeline, Shape, Sight, Stage, from};

/// Samples in a window.
pub(crate) const WINDOW: u64 = 4096;
/// Samples from window to window.
pub(crate) const HOP: u64 = 1024;
/// Numbers in a row: the strongest bin, and the centroid in bins.
pub(crate) const ROW_LEN: usize = 2;
/// The stages, for people.
pub(crate) const STAGES: &str = "hann -> rfft_magnitude -> argmax + centroid";
/// How many stages work on a window.
pub(crate) const STAGE_COUNT: u64 = 5;

/// Registers the stages, and says whose rows are the result.
pub(crate) fn build(p: &mut Pipeline) -> Result<Stage, Failure> {
    p.builtin(c"hann", c"windowed", from(c"input"), &[])?;
    p.builtin(c"rfft_magnitude", c"spectrum", from(c"windowed"), &[])?;
    p.builtin(c"argmax", c"strongest", from(c"spectrum"), &[])?;
    p.builtin(c"centroid", c"centroid", from(c"spectrum"), &[])?;
    p.join(c"tones", &[c"strongest", c"centroid"], ROW_LEN)
}

/// Numbers of a picture's column, from the lowest frequency to the highest.
pub(crate) const PICTURE_LEN: usize = 256;

/// The same with a column of the spectrogram behind each row: [`PICTURE_LEN`] levels in dB.
pub(crate) fn build_picture(p: &mut Pipeline, window: u64) -> Result<Stage, Failure> {
    build(p)?;
    let shape = Shape { len: PICTURE_LEN, ..Shape::default() };
    p.custom(c"picture", &[from(c"spectrum")], shape, Levels { full: window as f32 / 4.0 })?;
    p.join(c"pictured", &[c"tones", c"picture"], ROW_LEN + PICTURE_LEN)
}

/// The spectrum at fewer frequencies: of each the greatest of its bins, in dB below a tone of full scale.
struct Levels {
    /// What such a tone gives under the Hann window.
    full: f32,
}

impl Custom for Levels {
    fn row(&self, _: u64, sees: Sight<'_>, made: &mut Made<'_>) {
        let x = sees.row(0, 0);
        let place = |i: usize| i * x.len() / PICTURE_LEN;
        for (i, y) in made.out.iter_mut().enumerate() {
            let bins = &x[place(i)..(place(i + 1)).max(place(i) + 1)];
            let top = bins.iter().fold(0f32, |top, v| top.max(*v));
            *y = 20.0 * (top / self.full).max(1e-6).log10();
        }
    }
}
