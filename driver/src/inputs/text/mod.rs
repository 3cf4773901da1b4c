//! Numbers from text files: one per line, a column of a CSV file, or the match of a regular expression in a log. A time
//! counts as the seconds since the previous one.
//!
//! A cell without a value is skipped and counted, a step back in time counts as 0 seconds; with `--strict` both are
//! errors. docs/guide/files.md has the rules.

mod decimal;
mod lines;
mod moment;
mod style;

pub(crate) use style::{Pick, Style, Tally, Times};

use super::held::HeldFile;
use crate::library::Samples;
use decimal::Trouble;
use lines::{Cell, Lines};
use moment::{Intervals, Parser};
use std::path::{Path, PathBuf};

/// A text file of numbers.
pub(crate) struct Text {
    path: PathBuf,
    file: HeldFile,
    pick: Pick,
    style: Style,
    year: i16,
    values: Values,
    count: u64,
    tally: Tally,
    at: u64,
}

/// The numbers of a file, in order.
struct Values {
    lines: Lines,
    parser: Parser,
    intervals: Intervals,
    /// Cells without a value, and values.
    skipped: u64,
    found: u64,
}

impl Text {
    /// Opens a file and reads it once, to count the numbers and to find errors.
    pub(crate) fn open(path: &Path, pick: Pick, style: Style) -> Result<Text, String> {
        let error = |e: String| format!("{}: {e}", path.display());
        let file = HeldFile::open(path)?;
        let mut year = style.year.unwrap_or_else(|| written_in(&file));
        let (mut count, mut values) = survey(&file, &pick, &style, year).map_err(error)?;
        if style.year.is_none() && values.intervals.new_years > 0 {
            // The file was written in the year of its last line.
            year -= values.intervals.new_years;
            (count, values) = survey(&file, &pick, &style, year).map_err(error)?;
        }
        let (skipped, steps_back) = (values.skipped, values.intervals.steps_back);
        let tally = Tally { skipped, steps_back, unmatched: values.lines.unmatched() };
        if count == 0 {
            let missing = match pick {
                _ if skipped > 0 => "no cell has a value",
                Pick::Match(_) if values.found == 0 => "no line matches the expression",
                Pick::Match(_) => "a single time has no interval",
                Pick::Column(_) => "the file contains no numbers",
            };
            return Err(error(missing.into()));
        }
        let values = Values::open(&file, &pick, &style, year).map_err(error)?;
        Ok(Text { path: path.into(), file, pick, style, year, values, count, tally, at: 0 })
    }

    /// What was left out of the file.
    pub(crate) fn tally(&self) -> Tally {
        self.tally
    }
}

/// The year in which a file was last written.
fn written_in(file: &HeldFile) -> i16 {
    let modified = file.modified().and_then(|t| jiff::Timestamp::try_from(t).ok());
    jiff::tz::Offset::UTC.to_datetime(modified.unwrap_or(jiff::Timestamp::UNIX_EPOCH)).year()
}

/// Counts the numbers of a file.
fn survey(file: &HeldFile, pick: &Pick, style: &Style, year: i16) -> Result<(u64, Values), String> {
    let mut values = Values::open(file, pick, style, year)?;
    let mut count = 0;
    while values.next(pick, style)?.is_some() {
        count += 1;
    }
    Ok((count, values))
}

impl Values {
    fn open(file: &HeldFile, pick: &Pick, style: &Style, year: i16) -> Result<Values, String> {
        let lines = Lines::open(file, pick, style)?;
        Ok(Values { lines, parser: Parser::default(), intervals: Intervals::new(year), skipped: 0, found: 0 })
    }

    /// The next number, or None at the end.
    fn next(&mut self, pick: &Pick, style: &Style) -> Result<Option<f32>, String> {
        loop {
            let parse = |text: &str| !matches!(decimal::number(text, style.decimal), Err(Trouble::Other));
            let is_value = |text: &str| parse(text) || Parser::default().parse(text).is_some();
            let Some(cell) = self.lines.next(pick, is_value)? else { return Ok(None) };
            let steps_back = self.intervals.steps_back;
            let Some(value) = self.value(&cell, pick, style)? else { continue };
            if style.strict && self.intervals.steps_back > steps_back {
                return Err(format!("line {}: {:?} is a step back in time (--strict)", cell.line, cell.text));
            }
            if !(0.0..=f64::from(f32::MAX)).contains(&value) {
                return Err(format!("line {}: {value} is not a latency: expected a number of at least 0", cell.line));
            }
            return Ok(Some(value as f32));
        }
    }

    /// The value of a cell. None if it has none, or is the first time.
    fn value(&mut self, cell: &Cell, pick: &Pick, style: &Style) -> Result<Option<f64>, String> {
        let Cell { text, line } = cell;
        let number = decimal::number(text, style.decimal);
        if number == Err(Trouble::Missing) {
            self.skipped += 1;
            return match style.strict {
                true => Err(format!("line {line}: {text:?} is no value (--strict)")),
                false => Ok(None),
            };
        }
        self.found += 1;
        let moment = match (style.times, number) {
            (Times::Epoch, _) => moment::epoch(text),
            (Times::Auto, Ok(_)) if self.found == 1 && moment::is_like_epoch(text) => {
                return Err(format!("line {line}: {text} may be a time: give --time epoch, or --time number"));
            }
            (_, Ok(value)) => return Ok(Some(value)),
            (_, Err(Trouble::Ambiguous)) => {
                return Err(format!("line {line}: {text:?} has a decimal comma or thousands: give --decimal"));
            }
            (Times::Auto, _) => self.parser.parse(text),
            (Times::Number, _) => None,
        };
        let Some(moment) = moment else {
            return Err(match pick {
                Pick::Match(_) => format!("line {line}: {text:?} is neither a number nor a time"),
                Pick::Column(_) => format!("line {line}: {} contains {text:?}, not a number", self.lines.column()),
            });
        };
        self.intervals.next(moment).map_err(|e| format!("line {line}: {text:?}: {e}"))
    }
}

impl Samples for Text {
    fn count(&self) -> u64 {
        self.count
    }

    fn read(&mut self, first: u64, room: &mut [f32]) -> Result<usize, String> {
        let error = |e: String| format!("{}: {e}", self.path.display());
        if first < self.at {
            self.values = Values::open(&self.file, &self.pick, &self.style, self.year).map_err(error)?;
            self.at = 0;
        }
        let mut got = 0;
        while got < room.len() {
            let Some(value) = self.values.next(&self.pick, &self.style).map_err(error)? else { break };
            if self.at >= first {
                room[got] = value;
                got += 1;
            }
            self.at += 1;
        }
        if got == 0 { Err(error(format!("the file was truncated to {} numbers", self.at))) } else { Ok(got) }
    }
}
