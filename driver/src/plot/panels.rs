//! Panels one below the other: curves, dots and shaded areas over a common kind of axis.

use super::canvas::{Area, Picture, Pixels};
use crate::error::Result;
use crate::report::numbers::bytes;
use plotters::prelude::*;
use std::ops::Range;

const WIDTH: u32 = 1040;
const HEAD: u32 = 54;
const PANEL: u32 = 380;
/// Lines with more points than this are thin.
const MAX_WIDE: usize = 200;

/// Points in the order of x, joined by lines or not.
pub(crate) struct Curve {
    pub(crate) name: String,
    pub(crate) points: Vec<(f64, f64)>,
    pub(crate) joined: bool,
}

/// A shaded rectangle, from its lower left to its upper right corner. Infinite coordinates reach to the edge.
pub(crate) struct Shade {
    pub(crate) from: (f64, f64),
    pub(crate) to: (f64, f64),
}

/// A panel with the labels of its axes.
pub(crate) struct Panel {
    pub(crate) title: String,
    pub(crate) x: String,
    pub(crate) y: String,
    /// x is a number of bytes, on a logarithmic axis.
    pub(crate) in_bytes: bool,
    pub(crate) curves: Vec<Curve>,
    /// The meaning of the shaded areas, for the legend, and the areas.
    pub(crate) shaded: Option<(String, Vec<Shade>)>,
}

/// A title over panels.
pub(crate) struct Panels {
    pub(crate) title: String,
    pub(crate) panels: Vec<Panel>,
}

impl Picture for Panels {
    fn size(&self) -> (u32, u32) {
        (WIDTH, HEAD + PANEL * self.panels.len() as u32)
    }

    fn draw<B: DrawingBackend<ErrorType: 'static>>(&self, root: &Area<B>) -> Result<Option<Pixels>> {
        let (head, body) = root.split_vertically(HEAD);
        head.draw(&Text::new(self.title.as_str(), (24, 18), ("sans", 24)))?;
        for (area, panel) in body.split_evenly((self.panels.len(), 1)).iter().zip(&self.panels) {
            panel.draw(area)?;
        }
        Ok(None)
    }
}

/// The colors of curves: they differ in lightness as well as in hue.
fn color(i: usize) -> RGBColor {
    const COLORS: [RGBColor; 4] =
        [RGBColor(0, 114, 178), RGBColor(213, 94, 0), RGBColor(0, 158, 115), RGBColor(120, 120, 120)];
    COLORS[i % COLORS.len()]
}

const SHADE: RGBColor = RGBColor(240, 228, 66);

/// The range of finite values, with a margin; from 0 if the minimum is not far above.
fn reach(values: impl Iterator<Item = f64>) -> Range<f64> {
    let (low, high) = values.filter(|v| v.is_finite()).fold((f64::MAX, f64::MIN), |(l, h), v| (l.min(v), h.max(v)));
    if low > high {
        return 0.0..1.0;
    }
    let room = if high > low { 0.06 * (high - low) } else { 0.5 };
    let low = if low >= 0.0 && low < 0.5 * high { 0.0 } else { low - room };
    low..high + room
}

impl Panel {
    /// The place of a point on the axes.
    fn place(&self, (x, y): (f64, f64)) -> (f64, f64) {
        (if self.in_bytes { x.log2() } else { x }, y)
    }

    /// Labels of the axis of bytes are at powers of two.
    fn label(&self, x: f64) -> String {
        match self.in_bytes {
            false => short(x),
            true if (x - x.round()).abs() < 1e-6 => bytes(x.exp2() as u64),
            true => String::new(),
        }
    }

    fn draw<B: DrawingBackend<ErrorType: 'static>>(&self, area: &Area<B>) -> Result<()> {
        let points = || self.curves.iter().flat_map(|c| &c.points).map(|p| self.place(*p));
        let corners = || self.shaded.iter().flat_map(|s| &s.1).flat_map(|s| [s.from, s.to]);
        let mut across = reach(points().map(|p| p.0).chain(corners().map(|c| c.0)));
        if !self.in_bytes {
            // Time begins at the axis.
            let ends = points().map(|p| p.0).chain(corners().map(|c| c.0)).filter(|x| x.is_finite());
            across.end = ends.fold(f64::MIN, f64::max).max(across.start + 1e-9);
        }
        let up = reach(points().map(|p| p.1).chain(corners().map(|c| c.1)));
        let mut chart = ChartBuilder::on(area)
            .caption(&self.title, ("sans", 20))
            .margin(14)
            .margin_right(30)
            .x_label_area_size(52)
            .y_label_area_size(92)
            .build_cartesian_2d(across.clone(), up.clone())?;
        chart
            .configure_mesh()
            .x_desc(&self.x)
            .y_desc(&self.y)
            .x_labels(8)
            .y_labels(6)
            .x_label_formatter(&|x| self.label(*x))
            .y_label_formatter(&|y| short(*y))
            .label_style(("sans", 15))
            .axis_desc_style(("sans", 17))
            .light_line_style(WHITE)
            .bold_line_style(RGBColor(228, 228, 228))
            .draw()?;
        if let Some((name, shades)) = &self.shaded {
            let inside = |v: f64, range: &Range<f64>| v.clamp(range.start, range.end);
            let rectangles = shades.iter().map(|s| {
                let corner = |c: (f64, f64)| (inside(c.0, &across), inside(c.1, &up));
                Rectangle::new([corner(s.from), corner(s.to)], SHADE.mix(0.5).filled())
            });
            chart.draw_series(rectangles)?.label(name.as_str()).legend(|at| key(at, SHADE));
        }
        for (i, curve) in self.curves.iter().enumerate() {
            let points = curve.points.iter().map(|p| self.place(*p));
            let drawn = if curve.joined && curve.points.len() <= MAX_WIDE {
                // Each segment by itself: a path has long tips where it turns sharply.
                let ends = points.clone().zip(points.skip(1)).map(|(a, b)| [a, b]);
                chart.draw_series(ends.map(|ends| PathElement::new(ends, color(i).stroke_width(2))))?
            } else if curve.joined {
                chart.draw_series(LineSeries::new(points, color(i)))?
            } else {
                chart.draw_series(points.map(|p| Circle::new(p, 2, color(i).filled())))?
            };
            drawn.label(curve.name.as_str()).legend(move |at| key(at, color(i)));
        }
        if self.curves.len() < 2 && self.shaded.is_none() {
            return Ok(());
        }
        chart
            .configure_series_labels()
            .position(SeriesLabelPosition::UpperRight)
            .background_style(WHITE.mix(0.85))
            .border_style(RGBColor(190, 190, 190))
            .label_font(("sans", 15))
            .draw()?;
        Ok(())
    }
}

/// The mark of a curve in the legend.
fn key<B: DrawingBackend>((x, y): (i32, i32), color: RGBColor) -> DynElement<'static, B, (i32, i32)> {
    Rectangle::new([(x, y - 5), (x + 18, y + 5)], color.filled()).into_dyn()
}

/// A label with few digits: `1.5k` for 1500.
fn short(v: f64) -> String {
    let (scaled, unit) = match v.abs() {
        a if a >= 1e9 => (v / 1e9, "G"),
        a if a >= 1e6 => (v / 1e6, "M"),
        a if a >= 1e4 => (v / 1e3, "k"),
        _ => (v, ""),
    };
    let text = format!("{scaled:.3}");
    format!("{}{unit}", text.trim_end_matches('0').trim_end_matches('.'))
}

/// The extremes of many values in few columns: the memory does not grow with the number of values.
pub(crate) struct Columns {
    total: u64,
    /// Minimum and maximum of each column.
    ranges: Vec<(f64, f64)>,
}

/// Number of columns: about one per pixel.
const COLUMNS: u64 = 900;

impl Columns {
    /// Columns for `total` values.
    pub(crate) fn new(total: u64) -> Columns {
        let total = total.max(1);
        Columns { total, ranges: vec![(f64::INFINITY, f64::NEG_INFINITY); total.min(COLUMNS) as usize] }
    }

    /// Adds value number `i`.
    pub(crate) fn add(&mut self, i: u64, value: f64) {
        let count = self.ranges.len();
        let at = (u128::from(i.min(self.total - 1)) * count as u128 / u128::from(self.total)) as usize;
        let (low, high) = &mut self.ranges[at];
        (*low, *high) = (low.min(value), high.max(value));
    }

    /// A curve through the minimum and the maximum of each column. `x` returns the place of a value by its number.
    pub(crate) fn curve(&self, name: &str, x: impl Fn(f64) -> f64) -> Curve {
        let step = self.total as f64 / self.ranges.len() as f64;
        let mut points = Vec::new();
        for (i, (low, high)) in self.ranges.iter().enumerate().filter(|(_, r)| r.0 <= r.1) {
            let at = x(i as f64 * step);
            points.push((at, *low));
            if low < high {
                points.push((at, *high));
            }
        }
        Curve { name: name.into(), points, joined: true }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_are_short() {
        assert_eq!([1500.0, 15_000.0, 2.5e6, 0.25, -3.0, 0.0].map(short), ["1500", "15k", "2.5M", "0.25", "-3", "0"]);
    }

    #[test]
    fn ranges_hold_the_values_and_may_be_empty() {
        assert_eq!(reach([].into_iter()), 0.0..1.0);
        assert_eq!(reach([f64::NAN, 2.0, 100.0].into_iter()).start, 0.0);
        let range = reach([90.0, 100.0, f64::INFINITY].into_iter());
        assert!(range.start < 90.0 && range.start > 89.0 && range.end > 100.0 && range.end < 101.0, "{range:?}");
        assert!(reach([7.0].into_iter()).contains(&7.0));
    }

    #[test]
    fn columns_keep_the_extremes() {
        let mut columns = Columns::new(10_000);
        (0..10_000u64).for_each(|i| columns.add(i, if i == 5000 { 9.0 } else { 1.0 }));
        let curve = columns.curve("x", |i| i);
        assert_eq!(curve.points.len(), 901);
        let peak = curve.points.iter().find(|p| p.1 == 9.0).unwrap();
        assert!((peak.0 - 5000.0).abs() < 12.0, "{peak:?}");
        let mut few = Columns::new(3);
        (0..3).for_each(|i| few.add(i, i as f64));
        assert_eq!(few.curve("x", |i| i).points, [(0.0, 0.0), (1.0, 1.0), (2.0, 2.0)]);
    }
}
