//! A chart of a quantity over time in text. Its memory does not grow with the input.

use std::fmt::Write;

/// Columns of a chart.
const COLUMNS: usize = 64;
/// Lines of a chart.
const LINES: usize = 12;

/// A chart of one value per column: the value of the majority (the majority vote of Boyer and Moore, 1981), or one of
/// the values if none has a majority. A chart of maxima has the maximum of each column instead.
pub(crate) struct Chart {
    total: u64,
    /// The columns are maxima.
    maxima: bool,
    columns: [(f32, u32); COLUMNS],
}

impl Chart {
    /// A chart of the majority of each column for `total` values.
    pub(crate) fn new(total: u64) -> Chart {
        Chart { total: total.max(1), maxima: false, columns: [(0.0, 0); COLUMNS] }
    }

    /// A chart of the maximum of each column for `total` values.
    pub(crate) fn of_maxima(total: u64) -> Chart {
        Chart { maxima: true, ..Chart::new(total) }
    }

    /// Adds value number `i`.
    pub(crate) fn add(&mut self, i: u64, value: f32) {
        let at = (u128::from(i.min(self.total - 1)) * COLUMNS as u128 / u128::from(self.total)) as usize;
        let (leader, votes) = &mut self.columns[at];
        if self.maxima {
            *leader = leader.max(value);
            return;
        }
        match *votes {
            0 => (*leader, *votes) = (value, 1),
            _ if *leader == value => *votes += 1,
            _ => *votes -= 1,
        }
    }

    /// The most frequent value of the columns.
    pub(crate) fn usual(&self) -> f32 {
        let count = |v: f32| self.columns.iter().filter(|(c, _)| *c == v).count();
        let values = self.columns.iter().map(|(v, _)| *v).filter(|v| *v > 0.0);
        values.max_by_key(|v| count(*v)).unwrap_or(0.0)
    }

    /// Draws the chart with values scaled by `unit`; `end` labels the end of the axis. The scale is logarithmic if the
    /// values span more than a factor of 3.
    pub(crate) fn draw(&self, unit: f64, what: &str, end: &str) -> String {
        self.draw_from(0.0, unit, what, end)
    }

    /// Draws values that are relative to `zero`. The scale is linear if `zero` is not 0.
    pub(crate) fn draw_from(&self, zero: f64, unit: f64, what: &str, end: &str) -> String {
        // A column without values or without a leader stays empty.
        let values: Vec<Option<f64>> =
            self.columns.iter().map(|(v, _)| (*v > 0.0).then_some(f64::from(*v) * unit)).collect();
        let (low, high) =
            values.iter().flatten().fold((f64::INFINITY, 0f64), |(low, high), v| (low.min(*v), high.max(*v)));
        if high <= 0.0 {
            return String::new();
        }
        let log = zero == 0.0 && high > 3.0 * low;
        let place = |v: f64| if log { v.ln() } else { v };
        let (bottom, top) = (place(low), place(high));
        let line_of = |v: f64| match top > bottom {
            true => ((place(v) - bottom) / (top - bottom) * (LINES - 1) as f64).round() as usize,
            false => 0,
        };
        let lines = if top > bottom { LINES } else { 1 };
        let mut out = String::new();
        for line in (0..lines).rev() {
            let share = if lines > 1 { line as f64 / (lines - 1) as f64 } else { 0.0 };
            let value = bottom + (top - bottom) * share;
            let value = if log { value.exp() } else { value + zero };
            let mark = |v: &Option<f64>| if v.is_some_and(|v| line_of(v) == line) { '*' } else { ' ' };
            let dots: String = values.iter().map(mark).collect();
            let label =
                if line % 3 == 0 || lines == 1 || line == lines - 1 { format!("{value:.0}") } else { String::new() };
            let _ = writeln!(out, "{label:>9} |{}", dots.trim_end());
        }
        let _ = writeln!(out, "{what:>9} +{}", "-".repeat(COLUMNS));
        let _ = writeln!(out, "{:>10} 0{end:>width$}", "", width = COLUMNS - 1);
        out
    }
}

/// A bar of `value`; `max` fills `cells` characters.
pub(crate) fn bars(value: u64, max: u64, cells: u64) -> String {
    "#".repeat((u128::from(value) * u128::from(cells) / u128::from(max.max(1))) as usize)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_majority_of_a_column_is_drawn() {
        let mut chart = Chart::new(6400);
        for i in 0..6400 {
            let value = if i < 3200 { 10.0 } else { 20.0 };
            chart.add(i, if i % 5 == 0 { 1000.0 } else { value });
        }
        let text = chart.draw(2.0, "Hz", "12.5 s");
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!(lines.len(), LINES + 2);
        assert_eq!(lines[0], format!("{:>9} |{}{}", 40, " ".repeat(32), "*".repeat(32)));
        assert_eq!(lines[LINES - 1], format!("{:>9} |{}", 20, "*".repeat(32)));
        assert!(lines[LINES + 1].ends_with("12.5 s"));
    }

    #[test]
    fn few_values_and_no_values_are_drawn() {
        let mut chart = Chart::new(2);
        chart.add(0, 7.0);
        chart.add(1, 7.0);
        assert_eq!(chart.draw(1.0, "Hz", "1.0 s").matches('*').count(), 2);
        assert_eq!(Chart::new(0).draw(1.0, "Hz", "0.0 s"), "");
    }
}
