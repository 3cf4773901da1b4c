//! Numbers of parameters, within a range: a refusal has the name, the number of the element and the value.

use super::build::Build;
use crate::checked;
use crate::status::{Error, Result};

/// Finite values that a parameter may have.
pub(super) struct Range {
    pub(super) min: f64,
    /// `min` itself is excluded.
    pub(super) above: bool,
    pub(super) max: f64,
    /// The error text for other values: `{n}` is the parameter, `{v}` the value.
    pub(super) text: &'static str,
}

impl Range {
    pub(super) fn contains(&self, v: f64) -> bool {
        v.is_finite() && v <= self.max && if self.above { v > self.min } else { v >= self.min }
    }
}

pub(super) const FINITE: Range = Range {
    min: f64::MIN,
    above: false,
    max: f64::MAX,
    text: "stage {m}: the parameter {n}{v} must be a finite number",
};
/// Numbers that are rounded to `f32`.
pub(super) const NARROW: Range = Range {
    min: -(f32::MAX as f64),
    above: false,
    max: f32::MAX as f64,
    text: "stage {m}: the parameter {n}{v} must be a finite number within the range of f32",
};
pub(super) const NOT_NEGATIVE: Range = Range {
    min: 0.0,
    above: false,
    max: f64::MAX,
    text: "stage {m}: the parameter {n}{v} must be a finite number, at least 0",
};
pub(super) const POSITIVE: Range = Range {
    min: 0.0,
    above: true,
    max: f64::MAX,
    text: "stage {m}: the parameter {n}{v} must be a finite number above 0",
};
pub(super) const WEIGHT: Range =
    Range { min: 0.0, above: true, max: 1.0, text: "stage {m}: the parameter {n}{v} must be above 0 and at most 1" };
pub(super) const PROBABILITY: Range = Range {
    min: 0.0,
    above: false,
    max: 1.0,
    text: "stage {m}: the parameter {n}{v} must be a probability from 0 to 1",
};

/// Factors of samples: their squares, and those of `f32` multiplied by them, are numbers in `f64`.
const SCALE: Range = Range {
    min: f32::MIN_POSITIVE as f64,
    above: false,
    max: f32::MAX as f64,
    text: "stage {m}: the parameter {n}{v} must be above 0, from 1.2e-38 to 3.4e38",
};

impl<'a> Build<'a, '_> {
    /// The parameter `scale`: a factor of the samples, default 1.
    pub(super) fn scale(&self) -> Result<f64> {
        self.real("scale", Some(1.0), &SCALE)
    }

    /// An error about a value of a parameter: element `at` of a list, or the number alone.
    pub(super) fn refused(&self, key: &str, at: Option<usize>, value: f64, template: &'static str) -> Error {
        self.param_error(key, template).given(at, value)
    }

    /// A number by name; the last one if the name occurs more than once. A list of one number is that number.
    pub(super) fn scalar(&self, key: &str) -> Result<Option<f64>> {
        match self.given(key) {
            [] => Ok(None),
            [value] => Ok(Some(*value)),
            list => {
                let text = "stage {m}: the parameter {n} must be one number, not a list of {a}";
                Err(self.param_error(key, text).a(checked::count(list.len())))
            }
        }
    }

    /// A number by name, within a range; none if it is not given.
    pub(super) fn optional(&self, key: &str, range: &Range) -> Result<Option<f64>> {
        match self.scalar(key)? {
            Some(v) if !range.contains(v) => Err(self.refused(key, None, v, range.text)),
            given => Ok(given),
        }
    }

    /// A number by name, within a range. Without a default the parameter is required.
    pub(super) fn real(&self, key: &str, default: Option<f64>, range: &Range) -> Result<f64> {
        let given = self.optional(key, range)?.or(default);
        given.ok_or_else(|| self.param_error(key, "stage {m}: the parameter {n} is required: a number"))
    }

    /// The numbers of a parameter, a single one as a list of one; empty if it is not given.
    pub(super) fn given(&self, key: &str) -> &'a [f64] {
        match self.params.iter().rfind(|p| p.key == key) {
            Some(p) if p.values.is_empty() => core::slice::from_ref(&p.value),
            Some(p) => p.values,
            None => &[],
        }
    }

    /// The numbers of a parameter, all within a range; empty if it is not given.
    pub(super) fn within(&self, key: &str, range: &Range) -> Result<&'a [f64]> {
        let values = self.given(key);
        match values.iter().enumerate().find(|(_, v)| !range.contains(**v)) {
            None => Ok(values),
            Some((at, v)) => Err(self.refused(key, (values.len() > 1).then_some(at), *v, range.text)),
        }
    }

    /// The numbers of a list, all within a range; empty if it is not given. A single number is no list.
    pub(super) fn list(&self, key: &str, range: &Range) -> Result<&'a [f64]> {
        let single = self.params.iter().rfind(|p| p.key == key).is_some_and(|p| p.values.is_empty());
        if single { Ok(&[]) } else { self.within(key, range) }
    }

    /// A list of `len` numbers by name, all within a range.
    pub(super) fn numbers(&self, key: &str, len: usize, range: &Range) -> Result<&'a [f64]> {
        let values = self.within(key, range)?;
        if values.len() == len {
            return Ok(values);
        }
        Err(self
            .param_error(key, "stage {m}: the parameter {n} must be a list of {a} finite numbers; it has {b}")
            .a(checked::count(len))
            .b(checked::count(values.len())))
    }
}
