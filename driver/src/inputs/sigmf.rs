//! SigMF recordings: `NAME.sigmf-meta` describes the samples in `NAME.sigmf-data` (the specification's version 1).

use super::number::Number;
use serde_json::Value;
use std::path::{Path, PathBuf};

/// The description of a recording.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct SigMf {
    /// The file with the samples.
    pub(crate) data: PathBuf,
    pub(crate) number: Number,
    /// The samples are IQ: two numbers each.
    pub(crate) iq: bool,
    pub(crate) channels: u32,
    /// Sample rate in Hz.
    pub(crate) rate: Option<f64>,
    /// Bytes before the first sample, and after the last one.
    pub(crate) head: u64,
    pub(crate) tail: u64,
    pub(crate) datatype: String,
}

/// Whether a path is one of the two files of a recording, or an archive or a collection of recordings.
pub(crate) fn is_sigmf(path: &Path) -> bool {
    path.extension().is_some_and(|e| e.to_str().is_some_and(|e| e == "sigmf" || e.starts_with("sigmf-")))
}

/// Reads the description of the recording to which `path` belongs.
pub(crate) fn read(path: &Path) -> Result<SigMf, String> {
    match path.extension().and_then(|e| e.to_str()) {
        Some("sigmf-meta" | "sigmf-data") => {}
        Some("sigmf") => return Err(format!("{}: a SigMF archive: unpack it first (tar -xf)", path.display())),
        _ => return Err(format!("{}: not the .sigmf-meta or .sigmf-data file of a recording", path.display())),
    }
    let meta = path.with_extension("sigmf-meta");
    let error = |what: String| format!("{}: {what}", meta.display());
    let text = std::fs::read(&meta).map_err(|e| error(e.to_string()))?;
    let root: Value = serde_json::from_slice(&text).map_err(|e| error(format!("not SigMF: {e}")))?;
    describe(&root, &meta).map_err(error)
}

fn describe(root: &Value, meta: &Path) -> Result<SigMf, String> {
    let global = root.get("global").filter(|g| g.is_object()).ok_or("not SigMF: no object \"global\"")?;
    let whole = |of: &Value, key: &str| match of.get(key) {
        None => Ok(None),
        Some(v) => v.as_u64().map(Some).ok_or_else(|| format!("{key} is {v}, not a whole number")),
    };
    let datatype = global.get("core:datatype").and_then(Value::as_str).ok_or("no core:datatype")?;
    let (iq, number) = parse(datatype).ok_or_else(|| {
        format!(
            "core:datatype is {datatype:?}: only r or c with i8, u8, i16, u16, i32, u32, f32 or f64, and _le or _be"
        )
    })?;
    if global.get("core:metadata_only").and_then(Value::as_bool) == Some(true) {
        return Err("core:metadata_only: the recording has no samples".into());
    }
    let rate = match global.get("core:sample_rate") {
        None => None,
        Some(v) => {
            let rate = v.as_f64().filter(|hz| *hz > 0.0 && *hz <= 1e12);
            Some(rate.ok_or_else(|| format!("core:sample_rate is {v}, not a number above 0"))?)
        }
    };
    let channels = match whole(global, "core:num_channels")?.unwrap_or(1) {
        n @ 1..=65535 => n as u32,
        n => return Err(format!("core:num_channels is {n}")),
    };
    let data = match global.get("core:dataset").map(|v| v.as_str().map(Path::new)) {
        None => meta.with_extension("sigmf-data"),
        Some(Some(name)) if name.components().count() == 1 => meta.with_file_name(name),
        Some(_) => return Err("core:dataset is not the name of a file in the same folder".into()),
    };
    let captures = root.get("captures").and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
    let heads =
        captures.iter().map(|c| Ok(whole(c, "core:header_bytes")?.unwrap_or(0))).collect::<Result<Vec<_>, String>>()?;
    if heads.iter().skip(1).any(|bytes| *bytes > 0) {
        return Err("core:header_bytes of a capture after the first: headers between samples are not supported".into());
    }
    let (head, tail) = (heads.first().copied().unwrap_or(0), whole(global, "core:trailing_bytes")?.unwrap_or(0));
    Ok(SigMf { data, number, iq, channels, rate, head, tail, datatype: datatype.into() })
}

/// True for IQ, and the number, of a data type such as `cf32_le` or `ru8`.
pub(crate) fn parse(datatype: &str) -> Option<(bool, Number)> {
    let (iq, rest) = match (datatype.strip_prefix('c'), datatype.strip_prefix('r')) {
        (Some(rest), _) => (true, rest),
        (_, Some(rest)) => (false, rest),
        _ => return None,
    };
    let number = match (rest.strip_suffix("_le"), rest.strip_suffix("_be")) {
        (Some(name), _) => Number::parse(&format!("{name}le")),
        (_, Some(name)) => Number::parse(&format!("{name}be")),
        _ => Number::parse(rest).filter(|n| n.width() == 1),
    };
    Some((iq, number?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_data_types_are_parsed() {
        for kind in ["i16", "u16", "i32", "u32", "f32", "f64"] {
            for (first, iq) in [("c", true), ("r", false)] {
                for (order, big) in [("_le", false), ("_be", true)] {
                    let (found, number) = parse(&format!("{first}{kind}{order}")).unwrap();
                    assert_eq!((found, number.kind.name(), number.big_endian), (iq, kind, big));
                }
            }
        }
        assert_eq!(
            ["ci8", "ru8"].map(|t| parse(t).map(|(iq, n)| (iq, n.name()))),
            [Some((true, "i8".into())), Some((false, "u8".into()))]
        );
        assert_eq!(["ci64_le", "f32_le", "cf32", "cf16_le", "c", ""].map(parse), [None; 6]);
    }

    #[test]
    fn descriptions_are_checked() {
        let read = |text: &str| describe(&serde_json::from_str(text).unwrap(), Path::new("/x/y.sigmf-meta"));
        let found = read(
            r#"{"global": {"core:datatype": "ci16_be", "core:sample_rate": 2.5e6, "core:version": "1.0.0",
                "core:trailing_bytes": 7}, "captures": [{"core:sample_start": 0, "core:header_bytes": 4}], "annotations": []}"#,
        );
        let found = found.unwrap();
        assert_eq!(
            (found.data.to_str(), found.rate, found.head, found.tail),
            (Some("/x/y.sigmf-data"), Some(2.5e6), 4, 7)
        );
        assert_eq!((found.iq, found.channels, found.number.name()), (true, 1, "i16be".into()));
        let named = read(r#"{"global": {"core:datatype": "ru8", "core:dataset": "z.raw"}}"#).unwrap();
        assert_eq!((named.data.to_str(), named.rate), (Some("/x/z.raw"), None));
        for (text, part) in [
            (r#"{"global": {}}"#, "no core:datatype"),
            (r#"{"global": {"core:datatype": "ci12"}}"#, "core:datatype is \"ci12\""),
            (r#"{"global": {"core:datatype": "ru8", "core:metadata_only": true}}"#, "no samples"),
            (r#"{"global": {"core:datatype": "ru8", "core:sample_rate": "1M"}}"#, "core:sample_rate"),
            (r#"{"global": {"core:datatype": "ru8", "core:dataset": "../z"}}"#, "core:dataset"),
            (r#"{"global": {"core:datatype": "ru8"}, "captures": [{}, {"core:header_bytes": 4}]}"#, "header_bytes"),
            (r#"[]"#, "no object \"global\""),
        ] {
            let error = read(text).unwrap_err();
            assert!(error.contains(part), "{error}");
        }
    }
}
