//! Plans of all demos, measured costs, and rows of the classic order in a file.

mod common;

use common::{fails, field, number, succeeds};

const PLANS: [&[&str]; 5] = [
    &["plan", "audio", "--seconds", "5"],
    &["plan", "logs", "--n", "100000"],
    &["plan", "satcom", "--seconds", "0.2"],
    &["plan", "satcom", "--seconds", "0.2", "--real", "--deep"],
    &["plan", "smoother", "--rows", "1000"],
];

#[test]
fn every_plan_explains_what_was_considered() {
    for args in PLANS {
        let text = succeeds(args);
        for part in ["What the planner considered:", "taken: ", "minimum budget", "stages, in nanoseconds"] {
            assert!(text.contains(part), "{args:?} lacks {part}:\n{text}");
        }
        assert_eq!(text, succeeds(args), "the same plan has the same explanation");
    }
    let text = succeeds(&["plan", "audio", "--mode", "classic", "--spill-dir", "/tmp", "--seconds", "5"]);
    assert!(text.contains("in a file") && text.contains("spill file"), "{text}");
}

/// A probe runs each stage over up to 64 windows, many times: shorter inputs have fewer.
const PROBED: [&[&str]; 5] = [
    &["plan", "audio", "--seconds", "0.5"],
    &["plan", "logs", "--n", "40000"],
    &["plan", "satcom", "--seconds", "0.05"],
    &["plan", "satcom", "--seconds", "0.05", "--real", "--deep"],
    &["plan", "smoother", "--rows", "100"],
];

#[test]
fn a_probe_measures_the_costs_of_all_stages() {
    for args in PROBED {
        let text = succeeds(&[args, &["--probe"]].concat());
        let costs = text.lines().find(|l| l.starts_with("stages, in nanoseconds")).expect(&text);
        assert!(!costs.contains("by its bytes"), "{args:?}: {costs}");
    }
}

#[test]
fn classic_rows_in_a_file_are_identical() {
    let dir = std::env::temp_dir();
    let dir = dir.to_str().expect("UTF-8");
    for workload in ["audio", "logs", "satcom"] {
        let bench = ["bench", workload, "--n", "400000", "--json"];
        let run = |more: &[&str]| succeeds(&[&bench[..], more].concat());
        let sqrt = run(&["--mode", "sqrt"]);
        let memory = run(&["--mode", "classic"]);
        let file = run(&["--mode", "classic", "--spill-dir", dir]);
        let held = run(&["--mode", "classic", "--spill-dir", dir, "--memory-budget", "1G"]);
        for other in [&memory, &file, &held] {
            assert_eq!(field(&sqrt, "checksum"), field(other, "checksum"));
            assert_eq!(number(&sqrt, "stage_bytes"), number(other, "stage_bytes"));
        }
        assert_eq!([&sqrt, &memory, &held].map(|r| number(r, "spill_bytes")), [0.0; 3]);
        assert!(number(&file, "spill_bytes") >= number(&file, "stage_bytes") / 4.0);
        assert!(number(&file, "plan_bytes") < number(&memory, "plan_bytes") / 4.0);
        let text = fails(&["bench", workload, "--n", "400000", "--mode", "classic", "--memory-budget", "400K"], 1);
        assert!(text.contains("status -14"), "{text}");
    }
}

#[test]
fn auto_stays_within_a_budget() {
    for (workload, budget) in [("audio", "160K"), ("logs", "300K"), ("satcom", "400K")] {
        let args = ["bench", workload, "--n", "400000", "--json", "--memory-budget", budget];
        let json = succeeds(&args);
        assert_eq!(field(&json, "mode"), "sqrt");
        assert!(number(&json, "peak_bytes") <= number(&json, "budget_bytes"));
    }
}

/// The array is a whole plan, beside the report or instead of it.
#[test]
fn a_plan_is_written_as_a_c_array() {
    let file = std::env::temp_dir().join(format!("plan-{}.h", std::process::id()));
    for args in PLANS {
        let code = succeeds(&[args, &["--emit-c", "-"]].concat());
        let hex = code.split("0x").skip(1).map(|b| u8::from_str_radix(&b[..2], 16).expect("a byte"));
        let bytes: Vec<u8> = hex.collect();
        assert!(bytes.starts_with(b"SQSP\0\0\0\x01"), "{code}");
        assert_eq!(u64::from_be_bytes(bytes[8..16].try_into().expect("8 bytes")), bytes.len() as u64);
        assert!(code.contains(&format!("plan_bytes[{}]", bytes.len())), "{code}");
        let text = succeeds(&[args, &["--emit-c", file.to_str().expect("UTF-8")]].concat());
        assert_eq!(text, succeeds(args));
        assert_eq!(std::fs::read_to_string(&file).expect("the file"), code);
    }
    std::fs::remove_file(&file).expect("remove");
}
