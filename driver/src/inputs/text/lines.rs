//! The cells of a text file: one per record of a CSV file, or one per line that a regular expression matches.

use super::decimal::{self, Trouble};
use super::style::{Pick, Style};
use crate::inputs::held::{HeldFile, HeldReader};
use csv::{ByteRecord, ReaderBuilder, Trim};
use std::io::{BufRead, BufReader, Read};

/// A cell, and the number of its line.
pub(super) struct Cell {
    pub(super) text: String,
    pub(super) line: u64,
}

/// Reads cells in order.
pub(super) enum Lines {
    Csv { reader: csv::Reader<HeldReader>, record: ByteRecord, column: Option<usize>, fields: usize, strict: bool },
    Log { lines: BufReader<HeldReader>, line: Vec<u8>, number: u64, unmatched: u64 },
}

/// A delimiter that no text has: all of a line is one field.
const NONE: u8 = 0;

/// Bytes in which the delimiter is searched.
const SEARCHED: usize = 64 << 10;

impl Lines {
    pub(super) fn open(file: &HeldFile, pick: &Pick, style: &Style) -> Result<Lines, String> {
        let mut start = vec![0; SEARCHED];
        let got = file.read_at(0, &mut start).map_err(|e| e.to_string())?;
        start.truncate(got);
        if start.starts_with(&[0xff, 0xfe]) || start.starts_with(&[0xfe, 0xff]) {
            return Err("UTF-16 text: convert it first (iconv -f UTF-16 -t UTF-8)".into());
        }
        if let Pick::Match(_) = pick {
            let lines = BufReader::with_capacity(32 << 10, file.reader());
            return Ok(Lines::Log { lines, line: Vec::new(), number: 0, unmatched: 0 });
        }
        let delimiter = match style.delimiter {
            Some(delimiter) => delimiter,
            None => find_delimiter(&start, pick, style)?,
        };
        let mut builder = ReaderBuilder::new();
        builder.has_headers(false).flexible(true).comment(Some(b'#')).trim(Trim::All).delimiter(delimiter);
        let reader = builder.buffer_capacity(32 << 10).from_reader(file.reader());
        let strict = delimiter == b',' && style.delimiter.is_none();
        Ok(Lines::Csv { reader, record: ByteRecord::new(), column: None, fields: 0, strict })
    }

    /// The column that is read, for errors.
    pub(super) fn column(&self) -> String {
        match self {
            Lines::Csv { column: Some(at), .. } => format!("column {}", at + 1),
            _ => "the line".into(),
        }
    }

    /// Lines without a match so far.
    pub(super) fn unmatched(&self) -> u64 {
        match self {
            Lines::Csv { .. } => 0,
            Lines::Log { unmatched, .. } => *unmatched,
        }
    }

    /// The next cell, or None at the end. `is_value` is false for a heading.
    pub(super) fn next(&mut self, pick: &Pick, is_value: impl Fn(&str) -> bool) -> Result<Option<Cell>, String> {
        match self {
            Lines::Csv { reader, record, column, fields, strict } => loop {
                if !reader.read_byte_record(record).map_err(|e| e.to_string())? {
                    return Ok(None);
                }
                let line = record.position().map_or(0, csv::Position::line);
                let blank = record.len() == 1 && (record[0].is_empty() || record[0].starts_with(b"#"));
                if blank {
                    continue;
                }
                let text = |i: usize| record.get(i).map(|f| String::from_utf8_lossy(f).into_owned());
                if *strict && *fields > 0 && record.iter().skip(*fields).any(|f| !f.is_empty()) {
                    let (now, first) = (record.len(), *fields);
                    return Err(format!(
                        "line {line} has {now} fields, the first one {first}: if the comma is a decimal comma, give \
                         --delimiter or --decimal"
                    ));
                }
                let at = match (*column, pick) {
                    (Some(at), _) => at,
                    (None, Pick::Column(name)) => {
                        // The first record selects the column: by name in a heading, else by number.
                        *fields = record.len();
                        let titled = record.iter().position(|f| f == name.as_bytes());
                        let numbered = name.parse::<usize>().ok().filter(|n| *n > 0).map(|n| n - 1);
                        let at = titled.or(numbered).ok_or_else(|| format!("the file has no column {name}"))?;
                        *column = Some(at);
                        if text(at).is_some_and(|f| !is_value(&f)) {
                            continue;
                        }
                        at
                    }
                    (None, Pick::Match(_)) => 0,
                };
                let text = text(at).ok_or_else(|| format!("line {line}: column {} is missing", at + 1))?;
                return Ok(Some(Cell { text, line }));
            },
            Lines::Log { lines, line, number, unmatched } => loop {
                line.clear();
                *number += 1;
                let error = |e: std::io::Error| format!("line {number}: {e}");
                // A line that is too long is no line of text.
                let got = lines.by_ref().take(16 << 20).read_until(b'\n', line).map_err(error)?;
                if got == 0 {
                    return Ok(None);
                }
                if *number == 1 && line.starts_with(b"\xef\xbb\xbf") {
                    line.drain(..3);
                }
                while line.last().is_some_and(|b| matches!(b, b'\n' | b'\r')) {
                    line.pop();
                }
                let Pick::Match(regex) = pick else { return Ok(None) };
                match regex.captures(line).and_then(|c| c.get(1).or(c.get(0))) {
                    Some(found) => {
                        let text = String::from_utf8_lossy(found.as_bytes()).into_owned();
                        return Ok(Some(Cell { text, line: *number }));
                    }
                    None => *unmatched += 1,
                }
            },
        }
    }
}

/// The delimiter of a file: a tab, a semicolon or a comma in its first line, in this order. A comma between digits is
/// refused where it may be a decimal comma instead.
fn find_delimiter(start: &[u8], pick: &Pick, style: &Style) -> Result<u8, String> {
    let start = start.strip_prefix(b"\xef\xbb\xbf").unwrap_or(start);
    let mut lines = start.split(|b| matches!(b, b'\n' | b'\r')).map(<[u8]>::trim_ascii);
    let Some(first) = lines.find(|l| !l.is_empty() && !l.starts_with(b"#")) else { return Ok(NONE) };
    let mut quoted = false;
    let outside: Vec<u8> = first
        .iter()
        .copied()
        .filter(|b| {
            quoted ^= *b == b'"';
            !quoted
        })
        .collect();
    let Some(found) = [b'\t', b';', b','].into_iter().find(|d| outside.contains(d)) else { return Ok(NONE) };
    if found != b',' {
        return Ok(found);
    }
    if style.decimal == Some(',') {
        return Ok(NONE);
    }
    let text = String::from_utf8_lossy(first);
    // One number with a decimal comma, or with thousands; a column that was asked for by name or number is none.
    let one = !matches!(decimal::number(&text, None), Err(Trouble::Other | Trouble::Missing));
    if one && style.decimal.is_none() && matches!(pick, Pick::Column(name) if name == "1") {
        return Err(format!("{text:?} is one number with a comma, or several: give --decimal , or --delimiter ,"));
    }
    Ok(found)
}
