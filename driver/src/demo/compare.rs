//! `--compare`: runs the same command in the classic and in the sqrt order, each in a separate process.

use crate::error::Result;
use crate::report::json::field;
use crate::report::numbers::{bytes, time, whole};
use crate::report::program;
use std::path::Path;
use std::process::Command;

/// The arguments of this process without `--mode` and `--compare`.
fn arguments() -> Vec<std::ffi::OsString> {
    let mut kept = Vec::new();
    let mut args = std::env::args_os().skip(1);
    while let Some(arg) = args.next() {
        match arg.to_str() {
            Some("--mode") => drop(args.next()),
            Some("--compare") => {}
            Some(text) if text.starts_with("--mode=") => {}
            _ => kept.push(arg),
        }
    }
    kept
}

/// Refuses inputs that the processes of a comparison cannot read again.
pub(crate) fn check(compare: bool, input: Option<&Path>) -> Result<()> {
    match input.filter(|path| compare && !path.is_file()) {
        Some(path) if path.as_os_str() == "-" || path.exists() => {
            Err(format!("{}: can be read only once: --compare needs a file", path.display()).into())
        }
        _ => Ok(()),
    }
}

/// A table of both orders. It is an error if their rows differ.
pub(crate) fn table() -> Result<String> {
    let program = std::env::current_exe()?;
    let head = ["mode", "work memory", "process (RSS)", "page faults", "time", "CPU time", "checksum"];
    let mut out = format!(
        "{:<10}{:>12}{:>15}{:>13}{:>10}{:>11}  {}\n",
        head[0], head[1], head[2], head[3], head[4], head[5], head[6]
    );
    let mut sums = Vec::new();
    for mode in ["classic", "sqrt"] {
        let run = Command::new(&program).args(arguments()).args(["--json", "--mode", mode]).output()?;
        if !run.status.success() {
            // A mode that does not fit into the memory is a result, not a failure.
            let why = String::from_utf8_lossy(&run.stderr);
            let why = program::without_name(&why);
            out.push_str(&format!("{mode:<10}{}\n", if why.is_empty() { "the process was killed" } else { why }));
            continue;
        }
        let json = String::from_utf8_lossy(&run.stdout).into_owned();
        let text = |key| field(&json, key).ok_or("a process printed no report");
        let number = |key| Ok::<f64, Box<dyn std::error::Error>>(text(key)?.parse::<f64>()?);
        let (work, rss) = (bytes(number("peak_bytes")? as u64), bytes(number("peak_rss_bytes")? as u64));
        let faults = whole((number("minor_faults")? + number("major_faults")?) as u64);
        let (wall, cpu, sum) = (time(number("wall_s")?), time(number("cpu_s")?), text("checksum")?.to_string());
        out.push_str(&format!("{mode:<10}{work:>12}{rss:>15}{faults:>13}{wall:>10}{cpu:>11}  {sum}\n"));
        sums.push(sum);
    }
    match &sums[..] {
        [a, b] if a == b => out.push_str("\nThe rows of both orders are bit-identical.\n"),
        [_, _] => return Err(format!("{out}\nthe rows of the two orders differ").into()),
        _ => {}
    }
    Ok(out)
}
