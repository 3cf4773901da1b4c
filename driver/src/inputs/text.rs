//! Numbers from text files: one per line, a column of a CSV file, or the match of a regular expression in a log. A time
//! in a log counts as the seconds since the previous line with a match.

use crate::library::Samples;
use regex::Regex;
use std::fs::File;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};

/// The place of the number in a line.
#[derive(Clone)]
pub(crate) enum Pick {
    /// The column with this name or number; numbers count from 1.
    Column(String),
    /// The first group of the expression, or the whole match. Lines without a match are skipped.
    Match(Regex),
}

/// A text file of numbers.
pub(crate) struct Text {
    path: PathBuf,
    pick: Pick,
    values: Values,
    count: u64,
    at: u64,
}

/// An iterator over the numbers of a file.
struct Values {
    lines: BufReader<File>,
    line: String,
    /// Number of the line, from 1.
    number: u64,
    column: Option<usize>,
    before: Option<Moment>,
}

/// A time in a log, and the period in seconds after which it repeats (0: it does not).
#[derive(Clone, Copy, Debug, PartialEq)]
struct Moment {
    seconds: f64,
    period: f64,
}

impl Text {
    /// Opens a file and reads it once, to count the numbers and to find errors.
    pub(crate) fn open(path: &Path, pick: Pick) -> Result<Text, String> {
        let mut values = Values::open(path)?;
        let mut count = 0;
        while values.next(&pick).map_err(|e| format!("{}: {e}", path.display()))?.is_some() {
            count += 1;
        }
        if count == 0 {
            let missing = match pick {
                Pick::Match(_) => "no line matches the expression",
                Pick::Column(_) => "the file contains no numbers",
            };
            return Err(format!("{}: {missing}", path.display()));
        }
        Ok(Text { path: path.into(), pick, values: Values::open(path)?, count, at: 0 })
    }
}

impl Values {
    fn open(path: &Path) -> Result<Values, String> {
        let file = File::open(path).map_err(|e| format!("{}: {e}", path.display()))?;
        let lines = BufReader::with_capacity(32 << 10, file);
        Ok(Values { lines, line: String::new(), number: 0, column: None, before: None })
    }

    /// The next number, or None at the end.
    fn next(&mut self, pick: &Pick) -> Result<Option<f32>, String> {
        loop {
            self.line.clear();
            self.number += 1;
            let error = |e: std::io::Error| format!("line {}: {e}", self.number);
            if self.lines.read_line(&mut self.line).map_err(error)? == 0 {
                return Ok(None);
            }
            let found = match pick {
                Pick::Column(name) => self.field(name)?,
                Pick::Match(regex) => self.matched(regex)?,
            };
            let Some(value) = found else { continue };
            if !(0.0..=f64::from(f32::MAX)).contains(&value) {
                return Err(format!("line {}: {value} is not a latency: expected a number of at least 0", self.number));
            }
            return Ok(Some(value as f32));
        }
    }

    /// The number in a column, or None for an empty line, a comment or the heading.
    fn field(&mut self, name: &str) -> Result<Option<f64>, String> {
        let line = self.line.trim();
        if line.is_empty() || line.starts_with('#') {
            return Ok(None);
        }
        let fields = line.split([',', ';', '\t']).map(|f| f.trim().trim_matches('"'));
        let column = match self.column {
            Some(column) => column,
            None => {
                // The first line selects the column: by name in a heading, else by number.
                let titled = fields.clone().position(|f| f == name);
                let numbered = name.parse::<usize>().ok().filter(|n| *n > 0).map(|n| n - 1);
                let column = titled.or(numbered).ok_or_else(|| format!("the file has no column {name}"))?;
                self.column = Some(column);
                if fields.clone().nth(column).is_some_and(|f| f.parse::<f64>().is_err()) {
                    return Ok(None);
                }
                column
            }
        };
        let field = fields.clone().nth(column);
        let value = field.and_then(|f| f.parse::<f64>().ok());
        value.map(Some).ok_or_else(|| {
            let is = field.map_or("is missing".into(), |f| format!("contains {f:?}, not a number"));
            format!("line {}: column {} {is}", self.number, column + 1)
        })
    }

    /// The number or time that the expression matches.
    fn matched(&mut self, regex: &Regex) -> Result<Option<f64>, String> {
        let Some(found) = regex.captures(&self.line).and_then(|c| c.get(1).or(c.get(0))) else { return Ok(None) };
        let text = found.as_str().trim();
        if let Ok(value) = text.parse::<f64>() {
            return Ok(Some(value));
        }
        let now =
            moment(text).ok_or_else(|| format!("line {}: {text:?} is neither a number nor a time", self.number))?;
        let Some(before) = self.before.replace(now) else { return Ok(None) };
        let passed = now.seconds - before.seconds;
        // A large step back is midnight or the new year; a small one counts as 0 seconds.
        Ok(Some(if passed < -0.5 * now.period { passed + now.period } else { passed.max(0.0) }))
    }
}

/// Parses a time: `[2026-11-24 ]06:55:46[.123]`, where `T` may replace the space, or `Dec 10 06:55:46`.
fn moment(text: &str) -> Option<Moment> {
    const MONTHS: [&str; 12] = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
    const DAY: f64 = 86_400.0;
    let mut words = text.split([' ', 'T', '-']).filter(|w| !w.is_empty()).collect::<Vec<_>>();
    let clock = words.pop()?;
    let mut parts = clock.trim_end_matches('Z').split(':');
    let mut part = || parts.next()?.replace(',', ".").parse::<f64>().ok().filter(|v| *v >= 0.0);
    let seconds = part()? * 3600.0 + part()? * 60.0 + part()?;
    let (days, period) = match words[..] {
        [] => (0.0, DAY),
        [month, day] => {
            let month = MONTHS.iter().position(|m| *m == month)? as i64 + 1;
            // The year is unknown: a leap year, which has every day.
            (days(2000, month, day.parse().ok()?), 366.0 * DAY)
        }
        [year, month, day] => (days(year.parse().ok()?, month.parse().ok()?, day.parse().ok()?), 0.0),
        _ => return None,
    };
    Some(Moment { seconds: days * DAY + seconds, period })
}

/// Days from the start of the year 0 to a date of the Gregorian calendar. Years start in March, so that the leap day is
/// the last day of its year.
fn days(year: i64, month: i64, day: i64) -> f64 {
    let (year, month) = if month > 2 { (year, month - 3) } else { (year - 1, month + 9) };
    (365 * year + year.div_euclid(4) - year.div_euclid(100) + year.div_euclid(400) + (153 * month + 2) / 5 + day) as f64
}

impl Samples for Text {
    fn count(&self) -> u64 {
        self.count
    }

    fn read(&mut self, first: u64, room: &mut [f32]) -> Result<usize, String> {
        let error = |e: String| format!("{}: {e}", self.path.display());
        if first < self.at {
            (self.values, self.at) = (Values::open(&self.path)?, 0);
        }
        let mut got = 0;
        while got < room.len() {
            let Some(value) = self.values.next(&self.pick).map_err(error)? else { break };
            if self.at >= first {
                room[got] = value;
                got += 1;
            }
            self.at += 1;
        }
        if got == 0 { Err(error(format!("the file was truncated to {} numbers", self.at))) } else { Ok(got) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_parsed_and_count_days() {
        let seconds = |text: &str| moment(text).map(|m| m.seconds);
        let passed = |a: &str, b: &str| seconds(b).unwrap() - seconds(a).unwrap();
        assert_eq!(passed("06:55:46", "07:00:00.5"), 254.5);
        assert_eq!(passed("Dec 10 06:55:46", "Dec 11 06:55:47"), 86_401.0);
        assert_eq!(passed("Feb 28 00:00:00", "Mar  1 00:00:00"), 2.0 * 86_400.0);
        assert_eq!(passed("2026-02-28 23:59:59", "2026-03-01T00:00:00Z"), 1.0);
        assert_eq!(passed("1999-12-31 00:00:00", "2000-12-31 00:00:00"), 366.0 * 86_400.0);
        for wrong in ["", "noon", "12:30", "Foo 1 00:00:00", "1 2 3 4 00:00:00"] {
            assert_eq!(moment(wrong), None, "{wrong}");
        }
        assert_eq!(moment("23:00:00").unwrap().period, 86_400.0);
    }
}
