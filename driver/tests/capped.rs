//! Comparisons under memory limits: results and failures. A stand-in for docker/capped.sh kills selected runs here; the
//! limits of the kernel are tested by ci/capped.sh.

mod common;
use common::*;

/// A script with the options of docker/capped.sh. It enforces no limits, and kills the runs with a limit whose
/// arguments match `killed`.
fn script(dir: &Dir, killed: &str) -> String {
    let path = dir.file("capped.sh");
    let text = format!(
        "[ $1 != --means ] || {{ echo a stand-in; exit; }}\n\
         capped=0\n\
         while [ $1 != -- ]; do [ $1 != --memory ] || capped=1; shift; done\n\
         shift\n\
         case \"$capped $*\" in {killed}) kill -9 $$;; esac\n\
         exec \"$@\"\n"
    );
    std::fs::write(&path, text).unwrap();
    path
}

fn capped(dir: &Dir, script: &str) -> std::process::Output {
    let out = dir.file("out");
    // A program built for tests needs more memory than the limit of the real one.
    let quick = ["capped", "spill-lite", "--quick", "--iters", "2", "--most", "64M"];
    driver(&[&quick[..], &["--by", "script", "--script", script, "--out", &out]].concat())
}

#[test]
fn a_killed_classic_run_is_reported_and_plotted() {
    let dir = Dir::new("capped");
    let run = capped(&dir, &script(&dir, "'1 '*classic*"));
    let (text, errors) = (String::from_utf8_lossy(&run.stdout), String::from_utf8_lossy(&run.stderr));
    assert!(run.status.success(), "{text}{errors}");
    assert!(text.contains("The rows of all completed runs are bit-identical"), "{text}");
    assert_eq!(text.lines().filter(|l| l.contains("classic ") && l.ends_with("killed (2 of 2)")).count(), 2, "{text}");
    // The commands are printed with their limits.
    let commands: Vec<&str> = errors.lines().filter(|l| l.contains("--mode sqrt")).collect();
    assert_eq!(commands.len(), 6);
    assert_eq!(commands.iter().filter(|c| c.contains("--memory 8m --memory-swap 8m")).count(), 2, "{errors}");
    assert!(commands.iter().all(|c| c.contains("LLC_BYTES=16384")), "{errors}");
    let csv = std::fs::read_to_string(dir.file("out/spill-lite.csv")).unwrap();
    assert_eq!((csv.lines().count(), csv.matches(",killed,").count()), (17, 6), "{csv}");
    assert!(std::fs::metadata(dir.file("out/spill-lite.png")).unwrap().len() > 1000);
}

#[test]
fn a_killed_sqrt_run_is_a_failure() {
    let dir = Dir::new("capped-sqrt");
    let run = capped(&dir, &script(&dir, "'1 '*sqrt*"));
    let errors = String::from_utf8_lossy(&run.stderr);
    assert_eq!(run.status.code(), Some(1), "{errors}");
    assert!(errors.contains("sqrt under 8 MiB: killed"), "{errors}");
}

#[test]
fn without_permission_the_exit_code_is_4() {
    let dir = Dir::new("capped-none");
    let path = dir.file("capped.sh");
    std::fs::write(&path, "echo not permitted >&2; exit 4\n").unwrap();
    let run = capped(&dir, &path);
    assert_eq!(run.status.code(), Some(4));
    assert!(String::from_utf8_lossy(&run.stderr).contains("not permitted"));
    let run = capped(&dir, &dir.file("missing.sh"));
    assert_eq!(run.status.code(), Some(1), "a missing script is an ordinary failure");
}

#[test]
fn profiles_are_listed_and_printed() {
    let text = succeeds(&["profile"]);
    for name in ["rad750", "gr712rc", "gr740"] {
        assert!(text.lines().any(|l| l.starts_with(name) && l.contains("none")), "{text}");
        assert!(succeeds(&["profile", name]).contains("LLC_BYTES="));
    }
    assert!(fails(&["profile", "z80"], 1).contains("gr740"));
    fails(&["capped", "nonsense"], 2);
    assert!(fails(&["capped", "satcom", "--profile", "z80"], 1).contains("rad750"));
}
