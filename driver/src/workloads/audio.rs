//! Audio: Hann window, spectrum, strongest bin and centroid; a row holds the last two.

use crate::cli::AudioArgs;
use crate::error::Result;
use crate::inputs::melody::{self, Melody};
use crate::inputs::recording::Recording;
use crate::library::{
    Config, Custom, Failure, Pipeline, Plan, RowBuffers, RowInputs, Rows, Samples, Shape, Stage, from,
};

/// Samples per window.
pub(crate) const WINDOW: u64 = 4096;
/// Samples between windows.
pub(crate) const HOP: u64 = 1024;
/// Numbers per row: the strongest bin, and the centroid in bins.
pub(crate) const ROW_LEN: usize = 2;
/// The stages, for reports.
pub(crate) const STAGES: &str = "hann -> rfft_magnitude -> argmax + centroid";
/// Number of stages that compute a row per window.
pub(crate) const STAGE_COUNT: u64 = 5;

/// Length of the generated melody in seconds.
const SECONDS: f64 = 60.0;

/// Registers the stages. Returns the stage with the result.
pub(crate) fn build(p: &mut Pipeline) -> Result<Stage, Failure> {
    p.builtin(c"hann", c"windowed", from(c"input"), &[])?;
    p.builtin(c"rfft_magnitude", c"spectrum", from(c"windowed"), &[])?;
    p.builtin(c"argmax", c"strongest", from(c"spectrum"), &[])?;
    p.builtin(c"centroid", c"centroid", from(c"spectrum"), &[])?;
    p.join(c"tones", &[c"strongest", c"centroid"], ROW_LEN)
}

/// Numbers in a column of a spectrogram, from the lowest frequency to the highest.
pub(crate) const PICTURE_LEN: usize = 256;

/// Registers the stages of [`build`], and appends a column of the spectrogram to each row: [`PICTURE_LEN`] levels in
/// dB.
pub(crate) fn build_picture(p: &mut Pipeline, window: u64) -> Result<Stage, Failure> {
    build(p)?;
    let shape = Shape { len: PICTURE_LEN, ..Shape::default() };
    p.custom(c"picture", &[from(c"spectrum")], shape, Levels { full: window as f32 / 4.0 })?;
    p.join(c"pictured", &[c"tones", c"picture"], ROW_LEN + PICTURE_LEN)
}

/// The spectrum at a lower resolution: the maximum of each group of bins, in dB relative to a full-scale tone.
struct Levels {
    /// Magnitude of a full-scale tone under the Hann window.
    full: f32,
}

impl Custom for Levels {
    fn row(&self, _: u64, inputs: RowInputs<'_>, to: &mut RowBuffers<'_>) {
        let x = inputs.row(0, 0);
        let place = |i: usize| i * x.len() / PICTURE_LEN;
        for (i, y) in to.out.iter_mut().enumerate() {
            let bins = &x[place(i)..(place(i + 1)).max(place(i) + 1)];
            let top = bins.iter().fold(0f32, |top, v| top.max(*v));
            *y = 20.0 * (top / self.full).max(1e-6).log10();
        }
    }
}

/// The input of a run.
pub(crate) enum Input {
    Recording(Box<Recording>),
    Melody(Melody),
}

impl Input {
    pub(crate) fn open(args: &AudioArgs) -> Result<Input> {
        Ok(match &args.input {
            Some(path) => Input::Recording(Box::new(Recording::audio(path, args.channel, args.seconds)?)),
            None => Input::Melody(Input::melody(args)),
        })
    }

    /// The generated melody, which also has the planted tones.
    pub(crate) fn melody(args: &AudioArgs) -> Melody {
        Melody::new(args.seconds.unwrap_or(SECONDS))
    }

    pub(crate) fn count(&self) -> u64 {
        match self {
            Input::Recording(recording) => recording.count(),
            Input::Melody(melody) => melody.count(),
        }
    }

    /// Sample rate in Hz.
    pub(crate) fn rate(&self) -> f64 {
        match self {
            Input::Recording(recording) => recording.rate().unwrap_or(0.0),
            Input::Melody(_) => melody::RATE.into(),
        }
    }

    /// A description for reports.
    pub(crate) fn describe(&self) -> String {
        match self {
            Input::Recording(recording) => recording.describe(),
            Input::Melody(_) => "generated: a melody of 16 notes in noise".into(),
        }
    }

    pub(crate) fn samples(self) -> Box<dyn Samples> {
        match self {
            Input::Recording(recording) => recording,
            Input::Melody(melody) => Box::new(melody),
        }
    }

    /// A pipeline that reads this input, and the stage with the result.
    pub(crate) fn pipeline(self, config: &Config) -> Result<(Pipeline, Stage)> {
        let mut p = self.connect(config)?;
        let stage = build(&mut p)?;
        Ok((p, stage))
    }

    /// The same, with a column of the spectrogram in each row.
    pub(crate) fn picture_pipeline(self, config: &Config) -> Result<(Pipeline, Stage)> {
        let mut p = self.connect(config)?;
        let stage = build_picture(&mut p, config.window)?;
        Ok((p, stage))
    }

    /// A pipeline with this input and without stages.
    fn connect(self, config: &Config) -> Result<Pipeline> {
        let mut p = Pipeline::new(config)?;
        p.source(0, self.samples())?;
        Ok(p)
    }

    /// The plan with another configuration, or None if that fails.
    pub(crate) fn plan(self, config: &Config) -> Option<Plan> {
        let (mut p, stage) = self.pipeline(config).ok()?;
        p.plan(Rows::all(stage)).ok()
    }
}
