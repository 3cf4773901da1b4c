//! Comparisons under caps: who holds them, what is a result and what a failure. The caps themselves are the kernel's: they are
//! tried by ci/capped.sh. Here a script stands in for it, which kills what it is told to.

mod common;
use common::*;

/// A script that takes the options of docker/capped.sh, caps nothing, and kills runs under a cap whose words match `killed`.
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
    // A program built for tests is larger than the one that is measured.
    let quick = ["capped", "spill-lite", "--quick", "--iters", "2", "--most", "64M"];
    driver(&[&quick[..], &["--by", "script", "--script", script, "--out", &out]].concat())
}

#[test]
fn a_killed_classic_run_is_told_and_drawn() {
    let dir = Dir::new("capped");
    let run = capped(&dir, &script(&dir, "'1 '*classic*"));
    let (text, said) = (String::from_utf8_lossy(&run.stdout), String::from_utf8_lossy(&run.stderr));
    assert!(run.status.success(), "{text}{said}");
    assert!(text.contains("gave the same rows, bit by bit"), "{text}");
    assert_eq!(text.lines().filter(|l| l.contains("classic ") && l.ends_with("killed (2 of 2)")).count(), 2, "{text}");
    // The commands are told, with the caps.
    let commands: Vec<&str> = said.lines().filter(|l| l.contains("--mode sqrt")).collect();
    assert_eq!(commands.len(), 6);
    assert_eq!(commands.iter().filter(|c| c.contains("--memory 8m --memory-swap 8m")).count(), 2, "{said}");
    assert!(commands.iter().all(|c| c.contains("LLC_BYTES=16384")), "{said}");
    let csv = std::fs::read_to_string(dir.file("out/spill-lite.csv")).unwrap();
    assert_eq!((csv.lines().count(), csv.matches(",killed,").count()), (17, 6), "{csv}");
    assert!(std::fs::metadata(dir.file("out/spill-lite.png")).unwrap().len() > 1000);
}

#[test]
fn a_killed_sqrt_run_is_a_failure() {
    let dir = Dir::new("capped-sqrt");
    let run = capped(&dir, &script(&dir, "'1 '*sqrt*"));
    let said = String::from_utf8_lossy(&run.stderr);
    assert_eq!(run.status.code(), Some(1), "{said}");
    assert!(said.contains("sqrt under 8 MiB: killed"), "{said}");
}

#[test]
fn where_nothing_is_permitted_the_code_is_4() {
    let dir = Dir::new("capped-none");
    let path = dir.file("capped.sh");
    std::fs::write(&path, "echo it may not >&2; exit 4\n").unwrap();
    let run = capped(&dir, &path);
    assert_eq!(run.status.code(), Some(4));
    assert!(String::from_utf8_lossy(&run.stderr).contains("it may not"));
    let run = capped(&dir, &dir.file("missing.sh"));
    assert_eq!(run.status.code(), Some(1), "a missing script is no missing permission");
}

#[test]
fn profiles_are_listed_and_told() {
    let text = succeeds(&["profile"]);
    for name in ["rad750", "gr712rc", "gr740"] {
        assert!(text.lines().any(|l| l.starts_with(name) && l.contains("none")), "{text}");
        assert!(succeeds(&["profile", name]).contains("LLC_BYTES="));
    }
    assert!(fails(&["profile", "z80"], 1).contains("gr740"));
    fails(&["capped", "nonsense"], 2);
    assert!(fails(&["capped", "satcom", "--profile", "z80"], 1).contains("rad750"));
}
