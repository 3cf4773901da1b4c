//! Checksums of the rows of each kind for the cases of `tests/data`, computed on x86-64 and compared on every target. A
//! kind is `exact`, the same bits everywhere, or `near`: within the tolerance of the case, as its test checks, and a
//! difference is printed only. `SQS_UPDATE_GOLDEN=1` writes the file.

use crate::crc::crc32c;
use std::collections::BTreeMap;
use std::format;
use std::path::Path;
use std::string::{String, ToString};
use std::vec::Vec;

#[derive(Default)]
pub(crate) struct Golden(BTreeMap<String, Vec<u8>>);

impl Golden {
    /// Adds the numbers of a stage; all NaNs count as equal.
    pub(crate) fn add(&mut self, kind: &str, numbers: &[f64]) {
        let all = self.0.entry(kind.to_string()).or_default();
        for v in numbers {
            all.extend((if v.is_nan() { f64::NAN.to_bits() } else { v.to_bits() }).to_be_bytes());
        }
    }

    /// Compares with the file, line by line: kind, numbers, checksum, `exact` or `near`.
    pub(crate) fn compare(&self, name: &str) {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden").join(name);
        let text = std::fs::read_to_string(&path).unwrap_or_default();
        let near = |kind: &str| text.lines().any(|l| l.starts_with(&format!("{kind}:")) && l.ends_with(" near"));
        let mut fresh = String::new();
        for (kind, bytes) in &self.0 {
            let guarantee = if near(kind) { "near" } else { "exact" };
            fresh += &format!("{kind}: {} numbers, {:08x} {guarantee}\n", bytes.len() / 8, crc32c(bytes));
        }
        if std::env::var_os("SQS_UPDATE_GOLDEN").is_some() {
            std::fs::write(&path, &fresh).unwrap();
        }
        let mut broken = Vec::new();
        let text = std::fs::read_to_string(&path).unwrap();
        assert_eq!(text.lines().count(), self.0.len(), "{name}: kinds");
        for (line, want) in fresh.lines().zip(text.lines()) {
            match (line == want, line.ends_with(" near")) {
                (true, _) => {}
                (false, true) => std::println!("near, other bits on this machine: {line}"),
                (false, false) => broken.push(format!("{line}, was {want}")),
            }
        }
        assert!(broken.is_empty(), "{name}: {broken:#?}");
    }
}
