//! Numbers from text: one a line, a column of a CSV file, or what a regular expression finds in a log. A log's times are
//! taken as the seconds that passed since the line before.

use crate::library::Samples;
use regex::Regex;
use std::fs::File;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};

/// Where the number is in a line.
#[derive(Clone)]
pub(crate) enum Pick {
    /// The column of this name or number, counted from 1.
    Column(String),
    /// The first group of the expression, or all of it; lines without a match are passed over.
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

/// The numbers of a file, from its start.
struct Values {
    lines: BufReader<File>,
    line: String,
    number: u64,
    column: Option<usize>,
    before: Option<Moment>,
}

/// A time of a log in seconds, and how far it goes until it starts again (0: it does not).
#[derive(Clone, Copy, Debug, PartialEq)]
struct Moment {
    seconds: f64,
    around: f64,
}

impl Text {
    /// Opens a file and reads through it once, to count the numbers and to find what is wrong with it.
    pub(crate) fn open(path: &Path, pick: Pick) -> Result<Text, String> {
        let mut values = Values::open(path)?;
        let mut count = 0;
        while values.next(&pick).map_err(|e| format!("{}: {e}", path.display()))?.is_some() {
            count += 1;
        }
        if count == 0 {
            let kind = if matches!(pick, Pick::Match(_)) { "no line matches" } else { "no numbers in it" };
            return Err(format!("{}: {kind}", path.display()));
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

    /// The next number; none at the end.
    fn next(&mut self, pick: &Pick) -> Result<Option<f32>, String> {
        loop {
            self.line.clear();
            self.number += 1;
            let say = |e| format!("line {}: {e}", self.number);
            if self.lines.read_line(&mut self.line).map_err(|e| say(e.to_string()))? == 0 {
                return Ok(None);
            }
            let found = match pick {
                Pick::Column(name) => self.field(name)?,
                Pick::Match(regex) => self.matched(regex)?,
            };
            let Some(value) = found else { continue };
            if !(0.0..=f64::from(f32::MAX)).contains(&value) {
                return Err(format!("line {}: {value} is no latency: a number from 0 on", self.number));
            }
            return Ok(Some(value as f32));
        }
    }

    /// The number in a column; nothing of an empty line, a comment, or a heading.
    fn field(&mut self, name: &str) -> Result<Option<f64>, String> {
        let line = self.line.trim();
        if line.is_empty() || line.starts_with('#') {
            return Ok(None);
        }
        let fields = line.split([',', ';', '\t']).map(|f| f.trim().trim_matches('"'));
        let column = match self.column {
            Some(column) => column,
            None => {
                // The first line decides: a heading with the name, or the number of the column.
                let titled = fields.clone().position(|f| f == name);
                let numbered = name.parse::<usize>().ok().filter(|n| *n > 0).map(|n| n - 1);
                let column = titled.or(numbered).ok_or_else(|| format!("there is no column {name}"))?;
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
            let is = field.map_or("nothing".into(), |f| format!("{f:?}"));
            format!("line {}: column {} has {is}, not a number", self.number, column + 1)
        })
    }

    /// What the expression finds: a number, or a time.
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
        // Over midnight or new year; lines that are a little out of order count as of the same time.
        Ok(Some(if passed < -0.5 * now.around { passed + now.around } else { passed.max(0.0) }))
    }
}

/// A time: `[2026-11-24 ]06:55:46[.123]`, with `T` or a blank between, or `Dec 10 06:55:46`.
fn moment(text: &str) -> Option<Moment> {
    const MONTHS: [&str; 12] = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
    const DAY: f64 = 86_400.0;
    let mut words = text.split([' ', 'T', '-']).filter(|w| !w.is_empty()).collect::<Vec<_>>();
    let clock = words.pop()?;
    let mut parts = clock.trim_end_matches('Z').split(':');
    let mut part = || parts.next()?.replace(',', ".").parse::<f64>().ok().filter(|v| *v >= 0.0);
    let seconds = part()? * 3600.0 + part()? * 60.0 + part()?;
    let (days, around) = match words[..] {
        [] => (0.0, DAY),
        [month, day] => {
            let month = MONTHS.iter().position(|m| *m == month)? as i64 + 1;
            // Of an unknown year: a leap year, so that every day has its place.
            (days(2000, month, day.parse().ok()?), 366.0 * DAY)
        }
        [year, month, day] => (days(year.parse().ok()?, month.parse().ok()?, day.parse().ok()?), 0.0),
        _ => return None,
    };
    Some(Moment { seconds: days * DAY + seconds, around })
}

/// Days from the start of the year 0 to a date of the Gregorian calendar, counted from March on so that the leap day is
/// the last of its year.
fn days(year: i64, month: i64, day: i64) -> f64 {
    let (year, month) = if month > 2 { (year, month - 3) } else { (year - 1, month + 9) };
    (365 * year + year.div_euclid(4) - year.div_euclid(100) + year.div_euclid(400) + (153 * month + 2) / 5 + day) as f64
}

impl Samples for Text {
    fn count(&self) -> u64 {
        self.count
    }

    fn read(&mut self, first: u64, room: &mut [f32]) -> Result<usize, String> {
        let say = |e: String| format!("{}: {e}", self.path.display());
        if first < self.at {
            (self.values, self.at) = (Values::open(&self.path)?, 0);
        }
        let mut got = 0;
        while got < room.len() {
            let Some(value) = self.values.next(&self.pick).map_err(say)? else { break };
            if self.at >= first {
                room[got] = value;
                got += 1;
            }
            self.at += 1;
        }
        if got == 0 { Err(say(format!("it is shorter than it was: {} numbers", self.at))) } else { Ok(got) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_read_and_run_on() {
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
        assert_eq!(moment("23:00:00").unwrap().around, 86_400.0);
    }
}
