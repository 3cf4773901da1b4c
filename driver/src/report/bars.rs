//! A histogram in text.

/// Maximum length of a bar.
const WIDTH: f32 = 48.0;

/// One line per bin, from the first bin with a count to the last; `edge(i)` is the start of bin i.
pub(crate) fn draw(counts: &[f32], edge: impl Fn(usize) -> f64) -> String {
    let top = counts.iter().fold(0f32, |top, n| top.max(*n));
    let (Some(first), Some(last)) = (counts.iter().position(|n| *n > 0.0), counts.iter().rposition(|n| *n > 0.0))
    else {
        return String::new();
    };
    let total: f32 = counts.iter().sum();
    let mut out = String::new();
    for (i, n) in counts.iter().enumerate().take(last + 1).skip(first) {
        let bar = "#".repeat((n / top * WIDTH).ceil() as usize);
        let share = match 100.0 * n / total {
            // A small share is not shown as 0.
            s if s > 0.0 && s < 0.05 => "<0.1".into(),
            s => format!("{s:.1}"),
        };
        out.push_str(&format!("{:>10.2} to {:>10.2} |{bar:<48} {share:>5} %\n", edge(i), edge(i + 1)));
    }
    out
}

#[cfg(test)]
mod tests {
    #[test]
    fn bars_start_at_zero_and_empty_ends_are_omitted() {
        let text = super::draw(&[0.0, 2.0, 0.0, 4.0, 0.0], |i| i as f64);
        let lengths: Vec<usize> = text.lines().map(|l| l.matches('#').count()).collect();
        assert_eq!(lengths, [24, 0, 48]);
        assert!(text.starts_with("      1.00 to       2.00 |"));
        assert_eq!(super::draw(&[0.0], |_| 0.0), "");
    }
}
