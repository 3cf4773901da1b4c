//! A progress bar, on a terminal only: elsewhere nothing of it is made.

use indicatif::{ProgressBar, ProgressStyle};
use std::io::IsTerminal;

/// How far the work has come.
pub(crate) struct Progress(Option<ProgressBar>);

impl Progress {
    /// A bar of `total` steps on standard error.
    pub(crate) fn new(total: u64, what: &str) -> Progress {
        if !std::io::stderr().is_terminal() {
            return Progress(None);
        }
        let bar = ProgressBar::new(total).with_message(what.to_string());
        let template = "{msg} [{bar:40}] {percent:>3} %  {eta} left";
        if let Ok(style) = ProgressStyle::with_template(template) {
            bar.set_style(style.progress_chars("=> "));
        }
        Progress(Some(bar))
    }

    /// A bar of bytes, with rate and time left; without a total, where it is 0, only what was done.
    pub(crate) fn bytes(total: u64, what: &str) -> Progress {
        if !std::io::stderr().is_terminal() {
            return Progress(None);
        }
        let (bar, template) = match total {
            0 => (ProgressBar::new_spinner(), "{msg} {bytes}  {bytes_per_sec}"),
            _ => (ProgressBar::new(total), "{msg} [{bar:40}] {percent:>3} %  {bytes_per_sec}  {eta} left"),
        };
        if let Ok(style) = ProgressStyle::with_template(template) {
            bar.set_style(style.progress_chars("=> "));
        }
        Progress(Some(bar.with_message(what.to_string())))
    }

    /// So much is done in all.
    pub(crate) fn at(&self, done: u64) {
        if let Some(bar) = &self.0 {
            bar.set_position(done);
        }
    }

    /// So many steps were done.
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
