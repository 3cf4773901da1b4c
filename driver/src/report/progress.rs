//! A progress bar on standard error, if that is a terminal.

use indicatif::{ProgressBar, ProgressStyle};
use std::io::IsTerminal;

/// A progress bar, or nothing.
pub(crate) struct Progress(Option<ProgressBar>);

impl Progress {
    /// A bar of `total` steps.
    pub(crate) fn new(total: u64, what: &str) -> Progress {
        Progress::draw(|| ProgressBar::new(total), "{msg} [{bar:40}] {percent:>3} %  {eta} left", what)
    }

    /// A bar of bytes with the rate and the remaining time. If `total` is 0, only the bytes done and the rate.
    pub(crate) fn bytes(total: u64, what: &str) -> Progress {
        match total {
            0 => Progress::draw(ProgressBar::new_spinner, "{msg} {bytes}  {bytes_per_sec}", what),
            _ => {
                let template = "{msg} [{bar:40}] {percent:>3} %  {bytes_per_sec}  {eta} left";
                Progress::draw(|| ProgressBar::new(total), template, what)
            }
        }
    }

    fn draw(bar: impl FnOnce() -> ProgressBar, template: &str, what: &str) -> Progress {
        if !std::io::stderr().is_terminal() {
            return Progress(None);
        }
        let bar = bar().with_message(what.to_string());
        if let Ok(style) = ProgressStyle::with_template(template) {
            bar.set_style(style.progress_chars("=> "));
        }
        Progress(Some(bar))
    }

    /// Sets the number of steps done.
    pub(crate) fn at(&self, done: u64) {
        if let Some(bar) = &self.0 {
            bar.set_position(done);
        }
    }

    /// Adds steps to those done.
    pub(crate) fn add(&self, steps: u64) {
        if let Some(bar) = &self.0 {
            bar.inc(steps);
        }
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        if let Some(bar) = &self.0 {
            bar.finish_and_clear();
        }
    }
}
