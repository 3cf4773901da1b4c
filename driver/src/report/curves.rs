//! A chart of work against memory in text, with logarithmic scales.

use super::numbers::bytes;
use std::fmt::Write;

/// Columns of a chart.
pub(crate) const COLUMNS: usize = 64;
/// Lines of a chart.
const LINES: usize = 12;

/// A curve: its mark, and its points (bytes, factor).
pub(crate) struct Curve {
    pub(crate) mark: char,
    pub(crate) points: Vec<(u64, f64)>,
}

/// Draws curves; an earlier curve covers a later one. `what` labels the axis of the factor.
pub(crate) fn draw(curves: &[Curve], what: &str) -> String {
    let all = || curves.iter().flat_map(|c| &c.points);
    let (Some(min), Some(max)) = (all().map(|p| p.0).min(), all().map(|p| p.0).max()) else {
        return String::new();
    };
    let top = all().fold(1.01, |m: f64, p| m.max(p.1));
    let column = |b: u64| share((b as f64 / min as f64).ln(), (max as f64 / min as f64).ln(), COLUMNS);
    let line = |f: f64| share(f.max(1.0).ln(), top.ln(), LINES);
    let mut grid = [[' '; COLUMNS]; LINES];
    for curve in curves.iter().rev() {
        for (b, f) in &curve.points {
            grid[line(*f)][column(*b)] = curve.mark;
        }
    }
    let mut out = String::new();
    for (i, dots) in grid.iter().enumerate().rev() {
        let value = (top.ln() * i as f64 / (LINES - 1) as f64).exp();
        let label = if i % 3 == 0 || i == LINES - 1 { format!("{value:.2}") } else { String::new() };
        let _ = writeln!(out, "{label:>9} |{}", dots.iter().collect::<String>().trim_end());
    }
    let _ = writeln!(out, "{what:>9} +{}", "-".repeat(COLUMNS));
    let (from, to) = (bytes(min), bytes(max));
    let _ = writeln!(out, "{:>10} {from}{to:>width$}", "", width = COLUMNS.saturating_sub(from.len()));
    out
}

/// The cell of `value` on a scale from 0 to `whole`.
fn share(value: f64, whole: f64, cells: usize) -> usize {
    if whole > 0.0 { ((value / whole * (cells - 1) as f64).round() as usize).min(cells - 1) } else { 0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_curve_is_drawn_at_its_factors() {
        let falling = Curve { mark: '*', points: vec![(1024, 8.0), (4096, 2.0), (65536, 1.0)] };
        let level = Curve { mark: 'o', points: vec![(1024, 8.0), (65536, 4.0)] };
        let text = draw(&[falling, level], "times");
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!(lines.len(), LINES + 2);
        assert_eq!(lines[0], "     8.00 |*");
        assert_eq!(lines[LINES - 1], format!("     1.00 |{}*", " ".repeat(COLUMNS - 1)));
        assert_eq!(text.matches(['*', 'o']).count(), 4, "{text}");
        assert!(lines[LINES + 1].contains("1.00 KiB") && lines[LINES + 1].ends_with("64.0 KiB"));
    }

    #[test]
    fn one_point_and_no_points_are_drawn() {
        let one = Curve { mark: '*', points: vec![(1000, 1.0)] };
        assert_eq!(draw(&[one], "factor").matches('*').count(), 1);
        assert_eq!(draw(&[], "factor"), "");
    }
}
