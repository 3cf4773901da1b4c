//! Numbers as people write them: with a decimal point or comma, and with digits in groups of three.

/// What a text is instead of a number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Trouble {
    /// Empty, a dash, NaN or a word for no value.
    Missing,
    /// A comma before three digits: a decimal comma, or thousands.
    Ambiguous,
    Other,
}

/// Words for no value, in lower case.
const MISSING: [&str; 12] = ["", "-", "--", "nan", "na", "n/a", "#n/a", "null", "none", "nil", "\\n", "?"];

/// Parses a number. `decimal` is the decimal separator; None: a point, or a comma where it cannot mean thousands.
pub(super) fn number(text: &str, decimal: Option<char>) -> Result<f64, Trouble> {
    let text = text.trim();
    if text.len() < 8 && MISSING.contains(&text.to_ascii_lowercase().as_str()) {
        return Err(Trouble::Missing);
    }
    let (mantissa, exponent) = match text.find(['e', 'E']) {
        Some(at) if text[..at].ends_with(|c: char| c.is_ascii_digit() || c == '.') => text.split_at(at),
        _ => (text, ""),
    };
    let (sign, digits) = match mantissa.strip_prefix(['-', '+', '\u{2212}']) {
        Some(rest) => (if mantissa.starts_with('+') { "" } else { "-" }, rest),
        None => ("", mantissa),
    };
    let plain = digits.bytes().all(|b| b.is_ascii_digit() || b == b'.');
    if plain && decimal != Some(',') && digits.matches('.').count() <= 1 {
        return text.replace('\u{2212}', "-").parse().map_err(|_| Trouble::Other);
    }
    if !digits.starts_with(|c: char| c.is_ascii_digit() || c == ',' || c == '.') {
        // Words such as inf.
        return text.parse().map_err(|_| Trouble::Other);
    }
    let (whole, fraction) = split(digits, decimal)?;
    let whole = ungroup(whole).ok_or(Trouble::Other)?;
    if !fraction.bytes().all(|b| b.is_ascii_digit()) || (whole.is_empty() && fraction.is_empty()) {
        return Err(Trouble::Other);
    }
    format!("{sign}{whole}.{fraction}{exponent}").parse().map_err(|_| Trouble::Other)
}

/// Splits digits at the decimal separator.
fn split(digits: &str, decimal: Option<char>) -> Result<(&str, &str), Trouble> {
    let (commas, points) = (digits.matches(',').count(), digits.matches('.').count());
    let last = digits.rfind([',', '.']);
    let at = match (decimal, commas, points) {
        (Some(mark), ..) => {
            let at = digits.find(mark);
            // Marks of groups do not follow the decimal separator.
            if at.is_some_and(|at| digits[at + 1..].contains([',', '.'])) {
                return Err(Trouble::Other);
            }
            at
        }
        (None, 1, 0) if ungroup(digits).is_some() => return Err(Trouble::Ambiguous),
        (None, 1, 0) | (None, 0, 1) => last,
        // Several of one kind are groups.
        (None, _, 0) | (None, 0, _) => None,
        (None, ..) => last,
    };
    Ok(at.map_or((digits, ""), |at| (&digits[..at], &digits[at + 1..])))
}

/// Marks between groups of three digits.
const MARKS: [char; 9] = [',', '.', ' ', '\'', '_', '\u{a0}', '\u{202f}', '\u{2009}', '\u{2019}'];

/// Digits without the marks of groups of three. None if the groups are of other lengths, or their marks differ.
fn ungroup(digits: &str) -> Option<String> {
    let Some(mark) = digits.chars().find(|c| !c.is_ascii_digit()) else { return Some(digits.into()) };
    let groups: Vec<&str> = digits.split(mark).collect();
    let whole = |g: &str| g.bytes().all(|b| b.is_ascii_digit());
    let first = (1..=3).contains(&groups[0].len()) && !groups[0].starts_with('0');
    let valid = MARKS.contains(&mark) && first && groups[1..].iter().all(|g| g.len() == 3);
    (valid && groups.iter().all(|g| whole(g))).then(|| groups.concat())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_comma_is_a_decimal_comma_or_refused() {
        for (text, want) in [
            ("12", Ok(12.0)),
            ("-0.5", Ok(-0.5)),
            ("+3.25e-2", Ok(0.0325)),
            ("1e3", Ok(1000.0)),
            (".5", Ok(0.5)),
            ("12,5", Ok(12.5)),
            ("-12,25", Ok(-12.25)),
            ("0,125", Ok(0.125)),
            ("1234,567", Ok(1234.567)),
            ("12,5e2", Ok(1250.0)),
            ("1,234", Err(Trouble::Ambiguous)),
            ("12,345", Err(Trouble::Ambiguous)),
            ("1,234,567", Ok(1_234_567.0)),
            ("1.234.567", Ok(1_234_567.0)),
            ("1,234.5", Ok(1234.5)),
            ("1.234,5", Ok(1234.5)),
            ("1 234,5", Ok(1234.5)),
            ("1'234.5", Ok(1234.5)),
            ("1\u{a0}234\u{a0}567", Ok(1_234_567.0)),
            ("1,2.3", Err(Trouble::Other)),
            ("1,23,4", Err(Trouble::Other)),
            ("1 23", Err(Trouble::Other)),
            ("12 ms", Err(Trouble::Other)),
            ("0x10", Err(Trouble::Other)),
            (",", Err(Trouble::Other)),
            ("1,", Ok(1.0)),
        ] {
            assert_eq!(number(text, None), want, "{text}");
        }
        for (text, point, comma) in [
            ("1,234", Ok(1234.0), Ok(1.234)),
            ("1.234", Ok(1.234), Ok(1234.0)),
            ("12,5", Err(Trouble::Other), Ok(12.5)),
            ("12.5", Ok(12.5), Err(Trouble::Other)),
            ("1.234,5", Err(Trouble::Other), Ok(1234.5)),
            ("1,234.5", Ok(1234.5), Err(Trouble::Other)),
        ] {
            assert_eq!((number(text, Some('.')), number(text, Some(','))), (point, comma), "{text}");
        }
    }

    #[test]
    fn words_for_no_value_are_missing() {
        for text in ["", " ", "-", "--", "NaN", "nan", "NA", "N/A", "null", "NULL", "None", "\\N"] {
            assert_eq!(number(text, None), Err(Trouble::Missing), "{text:?}");
        }
        assert_eq!(number("timeout", None), Err(Trouble::Other));
    }
}
