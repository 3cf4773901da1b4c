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
