//! Times in logs, and the seconds between them.

use jiff::civil::{Date, DateTime, Time};
use jiff::fmt::strtime::BrokenDownTime;
use jiff::{Timestamp, tz::Offset};

/// A time in a log.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Moment {
    /// A date and a time, in nanoseconds since 1970. Without a zone they are in UTC.
    Instant(i128),
    /// Month, day and time.
    WithoutYear(i8, i8, Time),
    Clock(Time),
}

const DAY: i128 = 86_400 * SECOND;
const SECOND: i128 = 1_000_000_000;

/// Forms of times that are not ISO 8601, after [`tidy`].
const FORMS: [&str; 8] = [
    "%d/%b/%Y:%H:%M:%S%.f%z",
    "%d/%b/%Y:%H:%M:%S%.f",
    "%a %b %d %H:%M:%S%.f %Y",
    "%a, %d %b %Y %H:%M:%S%.f%z",
    "%d %b %Y %H:%M:%S%.f",
    "%b %d %Y %H:%M:%S%.f",
    "%b %d %H:%M:%S%.f",
    "%H:%M:%S%.f",
];

/// The text with single spaces, a point before fractions, and zones as offsets without a space before them.
fn tidy(text: &str) -> String {
    let text = text.trim().trim_start_matches('[').trim_end_matches(']');
    let mut out = text.split_whitespace().collect::<Vec<_>>().join(" ");
    for (zone, offset) in [(" UTC", "+0000"), (" GMT", "+0000"), ("Z", "+0000")] {
        if out.ends_with(zone) {
            out.truncate(out.len() - zone.len());
            out.push_str(offset);
        }
    }
    // A fraction after seconds, and not the comma after a weekday.
    let comma =
        out.rfind(',').filter(|at| out[..*at].contains(':') && out[at + 1..].starts_with(|c: char| c.is_ascii_digit()));
    if let Some(at) = comma {
        out.replace_range(at..=at, ".");
    }
    for sign in [" +", " -"] {
        if let Some(at) = out.rfind(sign).filter(|at| out[at + 2..].bytes().all(|b| b.is_ascii_digit() || b == b':')) {
            out.remove(at);
        }
    }
    out
}

/// Parses times, the form of the last one first.
#[derive(Default)]
pub(super) struct Parser {
    last: usize,
}

impl Parser {
    /// Parses a time. None if the text is none.
    pub(super) fn parse(&mut self, text: &str) -> Option<Moment> {
        let basic = text.trim().as_bytes().get(8) == Some(&b'T');
        if text.len() > 64 || !(basic || text.contains(':')) {
            return None;
        }
        let text = tidy(text);
        if text.len() > 10 && text.as_bytes()[..4].iter().all(u8::is_ascii_digit) {
            return iso(&text);
        }
        let found = (0..FORMS.len()).map(|i| (i + self.last) % FORMS.len()).find_map(|i| Some((i, form(i, &text)?)));
        let (i, moment) = found?;
        self.last = i;
        Some(moment)
    }
}

/// A date and a time of ISO 8601, where slashes may replace the dashes.
fn iso(text: &str) -> Option<Moment> {
    let mut text = text.to_string();
    if let (Some("/"), Some("/")) = (text.get(4..5), text.get(7..8)) {
        text.replace_range(4..5, "-");
        text.replace_range(7..8, "-");
    }
    if let Ok(instant) = text.parse::<Timestamp>() {
        return Some(Moment::Instant(instant.as_nanosecond()));
    }
    text.parse::<DateTime>().ok().and_then(utc)
}

fn utc(at: DateTime) -> Option<Moment> {
    Offset::UTC.to_timestamp(at).ok().map(|t| Moment::Instant(t.as_nanosecond()))
}

fn form(i: usize, text: &str) -> Option<Moment> {
    let found = BrokenDownTime::parse(FORMS[i], text).ok()?;
    if let Ok(instant) = found.to_timestamp() {
        return Some(Moment::Instant(instant.as_nanosecond()));
    }
    let time = found.to_time().ok()?;
    match (found.year(), found.month(), found.day()) {
        (Some(_), ..) => found.to_date().ok().map(|date| date.to_datetime(time)).and_then(utc),
        (None, Some(month), Some(day)) => Some(Moment::WithoutYear(month, day, time)),
        _ => Some(Moment::Clock(time)),
    }
}

/// A number as a time since 1970: in seconds, milliseconds, microseconds or nanoseconds by its number of digits.
pub(super) fn epoch(text: &str) -> Option<Moment> {
    let text = text.trim();
    let (whole, fraction) = text.split_once(['.', ',']).unwrap_or((text, ""));
    if whole.is_empty() || whole.len() > 19 || !(whole.bytes().chain(fraction.bytes())).all(|b| b.is_ascii_digit()) {
        return None;
    }
    let unit = match whole.len() {
        0..=11 => SECOND,
        12..=14 => 1_000_000,
        15..=17 => 1000,
        _ => 1,
    };
    let part: f64 = if fraction.is_empty() { 0.0 } else { format!("0.{fraction}").parse().ok()? };
    Some(Moment::Instant(whole.parse::<i128>().ok()? * unit + (part * unit as f64).round() as i128))
}

/// Whether a number may be a time since 1970: from 2001 to 2100, in seconds to nanoseconds.
pub(super) fn is_like_epoch(text: &str) -> bool {
    let whole = text.trim().split(['.', ',']).next().unwrap_or("");
    let years =
        whole.get(..10).and_then(|w| w.parse::<u64>().ok()).is_some_and(|s| (978_307_200..4_102_444_800).contains(&s));
    matches!(whole.len(), 10 | 13 | 16 | 19) && whole.bytes().all(|b| b.is_ascii_digit()) && years
}

/// The seconds between the times of a log.
#[derive(Clone, Debug)]
pub(super) struct Intervals {
    /// The last time, in nanoseconds since 1970, or since the first midnight.
    before: Option<(Moment, i128)>,
    /// Year of times without one.
    year: i16,
    pub(super) new_years: i16,
    midnights: i128,
    pub(super) steps_back: u64,
}

impl Intervals {
    /// `year` is that of the first time, if its text has none.
    pub(super) fn new(year: i16) -> Intervals {
        Intervals { before: None, year, new_years: 0, midnights: 0, steps_back: 0 }
    }

    /// The seconds since the last time; None for the first one. A step back counts as 0 seconds.
    pub(super) fn next(&mut self, moment: Moment) -> Result<Option<f64>, String> {
        let before = self.before.map(|(moment, _)| moment);
        let at = match (moment, before) {
            (Moment::Instant(at), None | Some(Moment::Instant(_))) => at,
            (Moment::WithoutYear(month, day, time), None | Some(Moment::WithoutYear(..))) => {
                // From December to January, and not a line that is a little late.
                if matches!(before, Some(Moment::WithoutYear(last, ..)) if last - month > 6) {
                    self.new_years += 1;
                }
                let year = self.year + self.new_years;
                let date = Date::new(year, month, day)
                    .map_err(|_| format!("{year}-{month:02}-{day:02} does not exist: give the year by --year"))?;
                match utc(date.to_datetime(time)) {
                    Some(Moment::Instant(at)) => at,
                    _ => return Err(format!("{date} is out of range")),
                }
            }
            (Moment::Clock(time), None | Some(Moment::Clock(_))) => {
                let clock = time.duration_since(Time::midnight()).as_nanos();
                let last = self.before.map_or(clock, |(_, at)| at);
                // More than half a day back is the next day.
                if self.midnights * DAY + clock < last - DAY / 2 {
                    self.midnights += 1;
                }
                self.midnights * DAY + clock
            }
            _ => return Err("a time of another form than those before it".into()),
        };
        let last = self.before.replace((moment, at));
        Ok(last.map(|(_, last)| {
            self.steps_back += u64::from(at < last);
            (at - last).max(0) as f64 / SECOND as f64
        }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Seconds between two times, the second one after the first.
    fn passed(a: &str, b: &str) -> f64 {
        passed_in(2026, a, b)
    }

    fn passed_in(year: i16, a: &str, b: &str) -> f64 {
        let (mut parser, mut intervals) = (Parser::default(), Intervals::new(year));
        let mut next = |text: &str| intervals.next(parser.parse(text).unwrap_or_else(|| panic!("{text}"))).unwrap();
        assert_eq!(next(a), None);
        next(b).unwrap()
    }

    #[test]
    fn times_of_all_forms_are_parsed() {
        for (a, b, seconds) in [
            ("06:55:46", "07:00:00.5", 254.5),
            ("06:55:46,250", "06:55:46,500", 0.25),
            ("Dec 10 06:55:46", "Dec 11 06:55:47", 86_401.0),
            ("2026-02-28 23:59:59", "2026-03-01T00:00:00Z", 1.0),
            ("2024-02-28 23:59:59", "2024-03-01T00:00:00Z", 86_401.0),
            ("1999-12-31 00:00:00", "2000-12-31 00:00:00", 366.0 * 86_400.0),
            // The same instant in several zones.
            ("2026-11-24T06:55:46+01:00", "2026-11-24T05:55:47Z", 1.0),
            ("2026-11-24 06:55:46.5 +0530", "2026-11-24T01:25:46.75+00:00", 0.25),
            ("2026-11-24 06:55:46,123", "2026-11-24 06:55:46,623 UTC", 0.5),
            ("20261124T065546Z", "20261124T065547Z", 1.0),
            ("24/Nov/2026:06:55:46 +0100", "[24/Nov/2026:07:55:48 +0200]", 2.0),
            ("28/Feb/2026:23:59:59 +0000", "01/Mar/2026:00:00:00 +0000", 1.0),
            ("Tue Nov 24 06:55:46.123456 2026", "Tue Nov 24 06:55:46.623456 2026", 0.5),
            ("Tue, 24 Nov 2026 06:55:46 +0100", "Tue, 24 Nov 2026 06:00:00 GMT", 254.0),
            ("2026/11/24 06:55:46", "2026/11/24 06:55:49", 3.0),
        ] {
            assert!((passed(a, b) - seconds).abs() < 1e-9, "{a} to {b}: {}", passed(a, b));
        }
        for wrong in ["", "noon", "12:30", "Foo 1 00:00:00", "1 2 3 4 00:00:00", "2026-02-30 00:00:00", "25:00:00"] {
            assert_eq!(Parser::default().parse(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn february_depends_on_the_year() {
        assert_eq!(passed_in(2026, "Feb 28 00:00:00", "Mar  1 00:00:00"), 86_400.0);
        assert_eq!(passed_in(2028, "Feb 28 00:00:00", "Mar  1 00:00:00"), 2.0 * 86_400.0);
        let mut intervals = Intervals::new(2026);
        let leap = Parser::default().parse("Feb 29 00:00:00").unwrap();
        assert!(intervals.next(leap).unwrap_err().contains("--year"));
        assert_eq!(passed("Dec 31 23:59:59", "Jan  1 00:00:01"), 2.0);
    }

    #[test]
    fn midnight_is_a_new_day_and_a_small_step_back_counts_as_none() {
        let (mut parser, mut intervals) = (Parser::default(), Intervals::new(2026));
        let mut next = |text: &str| intervals.next(parser.parse(text).unwrap()).unwrap();
        let times = ["23:59:58", "00:00:01", "00:00:00", "12:00:00", "23:00:00", "01:00:00"];
        assert_eq!(times.map(&mut next), [None, Some(3.0), Some(0.0), Some(43_200.0), Some(39_600.0), Some(7200.0)]);
        assert_eq!(intervals.steps_back, 1);
        assert!(intervals.next(parser.parse("2026-01-01 00:00:00").unwrap()).is_err());
    }

    #[test]
    fn numbers_are_times_by_their_digits() {
        let at = |text: &str| match epoch(text) {
            Some(Moment::Instant(at)) => at,
            other => panic!("{text}: {other:?}"),
        };
        assert_eq!(at("1766000000.5"), 1_766_000_000_500_000_000);
        assert_eq!(at("1766000000500"), at("1766000000.5"));
        assert_eq!(at("1766000000500000"), at("1766000000.5"));
        assert_eq!(at("1766000000500000000"), at("1766000000.5"));
        assert_eq!([epoch(""), epoch("-5"), epoch("1e9"), epoch("12345678901234567890")], [None; 4]);
        assert!(is_like_epoch("1766000000") && is_like_epoch("1766000000.25") && is_like_epoch("1766000000123"));
        assert!(!["12", "123456789", "5766000000", "17660000001", "176600000a"].iter().any(|t| is_like_epoch(t)));
    }
}
