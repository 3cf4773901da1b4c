//! What is read from a text file, how the file is written, and what was left out of it.

use regex::bytes::Regex;

/// The place of the number in a line.
#[derive(Clone)]
pub(crate) enum Pick {
    /// The column with this name or number; numbers count from 1.
    Column(String),
    /// The first group of the expression, or the whole match. Lines without a match are skipped.
    Match(Regex),
}

/// What numbers mean.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Times {
    /// Numbers are numbers, dates and clock times are times; a number that may be a time since 1970 is refused.
    Auto,
    /// All are numbers.
    Number,
    /// Numbers are times since 1970: seconds, milliseconds, microseconds or nanoseconds, by their digits.
    Epoch,
}

/// How a text file is written, and what is refused.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Style {
    /// None: found in the first line.
    pub(crate) delimiter: Option<u8>,
    /// None: a point, or a comma where it cannot mean thousands.
    pub(crate) decimal: Option<char>,
    pub(crate) times: Times,
    /// Year of the first time, where times have none. None: the year in which the file was last written.
    pub(crate) year: Option<i16>,
    pub(crate) strict: bool,
}

/// What was left out.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Tally {
    /// Cells without a value.
    pub(crate) skipped: u64,
    pub(crate) steps_back: u64,
    /// Lines without a match.
    pub(crate) unmatched: u64,
}

impl Tally {
    /// The counts as text, empty if nothing was left out.
    pub(crate) fn describe(&self) -> String {
        let counts = [
            (self.skipped, "cells without a value skipped"),
            (self.steps_back, "steps back in time counted as 0 s"),
            (self.unmatched, "lines without a match"),
        ];
        let parts: Vec<String> = counts.iter().filter(|(n, _)| *n > 0).map(|(n, what)| format!("{n} {what}")).collect();
        parts.join(", ")
    }
}
