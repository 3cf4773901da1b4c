//! Numbers formatted for reports.

/// A number of bytes in a unit that fits.
pub(crate) fn bytes(n: u64) -> String {
    let (unit, scale) = match n {
        0..1024 => return format!("{n} B"),
        1024..0x10_0000 => ("KiB", 1024.0),
        0x10_0000..0x4000_0000 => ("MiB", 1_048_576.0),
        _ => ("GiB", 1_073_741_824.0),
    };
    let value = n as f64 / scale;
    if value < 10.0 { format!("{value:.2} {unit}") } else { format!("{value:.1} {unit}") }
}

/// An integer with its digits in groups of three.
pub(crate) fn whole(n: u64) -> String {
    let digits = n.to_string();
    let mut out = String::new();
    for (i, c) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            out.push(' ');
        }
        out.push(c);
    }
    out
}

/// A duration.
pub(crate) fn time(seconds: f64) -> String {
    match seconds {
        s if s < 1e-3 => format!("{:.0} us", s * 1e6),
        s if s < 1.0 => format!("{:.1} ms", s * 1e3),
        s if s < 60.0 => format!("{s:.2} s"),
        s => format!("{} min {:04.1} s", (s / 60.0) as u64, s % 60.0),
    }
}

/// The median, or None without values. Of an even number, it is the upper one of the two middle values.
pub(crate) fn median(values: impl IntoIterator<Item = f64>) -> Option<f64> {
    let mut values: Vec<f64> = values.into_iter().collect();
    values.sort_unstable_by(f64::total_cmp);
    values.get(values.len() / 2).copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_readable() {
        assert_eq!(bytes(1023), "1023 B");
        assert_eq!(bytes(1536), "1.50 KiB");
        assert_eq!(bytes(200 << 20), "200.0 MiB");
        assert_eq!(whole(0), "0");
        assert_eq!(whole(28_800_000), "28 800 000");
        assert_eq!(time(0.0125), "12.5 ms");
        assert_eq!(time(61.25), "1 min 01.2 s");
    }
}
