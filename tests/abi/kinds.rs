//! The reference texts of the kinds of built-in stages are those of the builders.

use sqrtspace::mem::Carver;
use sqrtspace::stages::{Build, KINDS, Kind, Param};
use std::collections::BTreeSet;
use std::mem::MaybeUninit;
use std::path::Path;

/// Alignment of the pool of parameters.
const BUFFER_ALIGN: usize = 64;

/// The error template of a builder that is given this parameter alone, and no edge.
fn refusal(kind: &Kind, key: &str) -> &'static str {
    let mut area = [MaybeUninit::<u8>::uninit(); 4096];
    let start = area.as_ptr().align_offset(BUFFER_ALIGN);
    let mut pool = Carver::new(&mut area[start..]).expect("aligned");
    let params = [Param { key, value: 1.0, values: &[] }];
    let mut build =
        Build { kind: kind.name, stage: "stage", params: &params, edges: &[], pool: &mut pool, host_plans: None };
    let Err(refused) = (kind.build)(&mut build) else { panic!("{}: a stage without edges", kind.name) };
    refused.template
}

/// All string literals of the stages that may be names of parameters.
fn literals(folder: &Path, found: &mut BTreeSet<String>) {
    for entry in std::fs::read_dir(folder).expect("folder") {
        let path = entry.expect("entry").path();
        if path.is_dir() {
            literals(&path, found);
        } else {
            let text = std::fs::read_to_string(&path).expect("source");
            let name = |s: &&str| !s.is_empty() && s.chars().all(|c| c.is_ascii_lowercase() || "_0123".contains(c));
            found.extend(text.split('"').filter(name).map(String::from));
        }
    }
}

#[test]
fn tables_list_the_parameters_that_builders_accept() {
    let mut names = BTreeSet::new();
    literals(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src/stages"), &mut names);
    assert!(names.contains("sos") && names.contains("q") && names.contains("x0") && names.len() > 40, "{names:?}");
    for kind in KINDS {
        let unknown = refusal(kind, "no such parameter");
        let accepted: Vec<_> = names.iter().filter(|n| refusal(kind, n) != unknown).collect();
        let listed: BTreeSet<_> = kind.params.iter().map(|p| String::from(p.name)).collect();
        assert_eq!(accepted, listed.iter().collect::<Vec<_>>(), "{}", kind.name);
    }
}

#[test]
fn every_kind_is_described() {
    for kind in KINDS {
        let m = &kind.manual;
        assert!(m.summary.ends_with('.') && !m.input.is_empty() && !m.output.is_empty(), "{}", kind.name);
        assert_eq!(m.params, kind.params);
        for p in kind.params {
            let all = [p.name, p.kind.name(), p.unit, p.range, p.default, p.meaning];
            assert!(all.iter().all(|t| !t.is_empty() && !t.contains('|')), "{} {}", kind.name, p.name);
        }
    }
}
