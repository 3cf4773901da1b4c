//! Runs processes under memory limits: in a Docker engine, or by docker/capped.sh if no engine responds.

use super::profiles::Profile;
use crate::cli::{By, CappedArgs};
use crate::error::Result;
use crate::report::{complain, program};
use std::os::unix::process::ExitStatusExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

/// The error if neither an engine nor a control group is available. It has an exit code of its own.
#[derive(Debug)]
pub(crate) struct NotPermitted(String);

impl std::fmt::Display for NotPermitted {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for NotPermitted {}

/// Limits in bytes: of memory, and of memory and swap together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Cap {
    pub(crate) memory: u64,
    pub(crate) memory_swap: u64,
}

/// How a run ended.
pub(crate) struct Ended {
    pub(crate) stdout: String,
    /// `ok`, `killed ...`, or the error of the program.
    pub(crate) outcome: String,
    /// Peak memory as the kernel counted it, if it is known outside of the process.
    pub(crate) kernel_peak_bytes: Option<u64>,
}

pub(crate) enum Launcher {
    Docker { image: String },
    Script { script: PathBuf, program: PathBuf },
}

fn output(command: &mut Command) -> std::result::Result<Output, String> {
    let name = command.get_program().to_string_lossy().into_owned();
    command.stdin(Stdio::null()).output().map_err(|e| format!("{name}: {e}"))
}

/// A number of bytes in Docker's notation.
fn size(n: u64) -> String {
    if n.is_multiple_of(1 << 20) { format!("{}m", n >> 20) } else { n.to_string() }
}

/// A command as a shell reads it. The words contain no characters that need quotes, except spaces.
fn shown(command: &Command) -> String {
    let words = std::iter::once(command.get_program()).chain(command.get_args()).map(|w| w.to_string_lossy());
    let quoted = words.map(|w| if w.contains(' ') { format!("'{w}'") } else { w.into_owned() });
    quoted.collect::<Vec<_>>().join(" ")
}

impl Launcher {
    /// Finds the engine, or else the script. Returns it with a description.
    pub(crate) fn find(args: &CappedArgs) -> Result<(Launcher, String)> {
        let engine = output(Command::new("docker").args(["version", "--format", "{{.Server.Version}}"]));
        let engine = engine.and_then(|o| {
            let first = |text: &[u8]| String::from_utf8_lossy(text).lines().next().unwrap_or_default().to_string();
            if o.status.success() { Ok(first(&o.stdout)) } else { Err(first(&o.stderr)) }
        });
        match (&engine, args.by) {
            (Ok(version), By::Auto | By::Docker) => {
                let image = args.image.clone();
                let have = output(Command::new("docker").args(["image", "inspect", &image]))?;
                if !have.status.success() {
                    return Err(format!("the image {image} does not exist; build it with `make image`").into());
                }
                let text = format!("Docker {version}, image {image}");
                return Ok((Launcher::Docker { image }, text));
            }
            (Err(why), By::Docker) => return Err(NotPermitted(format!("no Docker engine responds: {why}")).into()),
            _ => {}
        }
        let script = args.script.clone();
        let means = output(Command::new("sh").arg(&script).arg("--means"))?;
        let trimmed = |text: &[u8]| String::from_utf8_lossy(text).trim().to_string();
        match means.status.code() {
            Some(0) => {}
            Some(4) => {
                return Err(NotPermitted(format!("no Docker engine responds.\n{}", trimmed(&means.stderr))).into());
            }
            _ => return Err(format!("{}: {}", script.display(), trimmed(&means.stderr)).into()),
        }
        let why = if args.by == By::Script { "as requested" } else { "no Docker engine responds" };
        let text = format!("{}, {} ({why})", script.display(), trimmed(&means.stdout));
        Ok((Launcher::Script { script, program: std::env::current_exe()? }, text))
    }

    /// The path of the file `name` in the directory `out`, for the process under the limits.
    pub(crate) fn path(&self, out: &Path, name: &str) -> String {
        match self {
            Launcher::Docker { .. } => format!("/out/{name}"),
            Launcher::Script { .. } => out.join(name).to_string_lossy().into_owned(),
        }
    }

    /// Prints a command, and runs it: this program with the arguments `words`, with or without limits.
    pub(crate) fn run(
        &self,
        cap: Option<Cap>,
        on: &Profile,
        out: &Path,
        words: &[String],
        patience: u64,
    ) -> Result<Ended> {
        // Docker refuses more CPUs than the machine has.
        let have = std::thread::available_parallelism().map_or(1, |n| n.get() as u32);
        let mut limits = vec!["--cpus".to_string(), on.cpus.min(have).to_string()];
        if let Some(cap) = cap {
            limits.extend(["--memory".into(), size(cap.memory), "--memory-swap".into(), size(cap.memory_swap)]);
        }
        limits.extend(["-e".into(), format!("LLC_BYTES={}", on.cache_bytes)]);
        let began = SystemTime::now().duration_since(UNIX_EPOCH)?;
        let name = format!("sqrtspace-{}-{}", std::process::id(), began.as_millis());
        let report = std::env::temp_dir().join(format!("{name}.report"));
        let mut command;
        match self {
            Launcher::Docker { image } => {
                command = Command::new("docker");
                command.args(["run", "--rm", "--name", &name, "--network", "none"]).args(&limits);
                command.arg("-v").arg(format!("{}:/out", out.canonicalize()?.display())).arg(image);
            }
            Launcher::Script { script, program } => {
                command = Command::new("sh");
                command.arg(script).args(&limits).arg("--report").arg(&report).arg("--").arg(program);
            }
        }
        command.args(words);
        complain(&format!("  {}\n", shown(&command)));
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn()?;
        let in_time = self.wait(&mut child, &name, Duration::from_secs(patience))?;
        let run = child.wait_with_output()?;
        let (stdout, stderr) = (String::from_utf8_lossy(&run.stdout), String::from_utf8_lossy(&run.stderr));
        let counted = std::fs::read_to_string(&report).unwrap_or_default();
        let _ = std::fs::remove_file(&report);
        let number = |key: &str| counted.lines().find_map(|l| l.strip_prefix(key)?.trim().parse::<u64>().ok());
        let code = run.status.code().unwrap_or_else(|| 128 + run.status.signal().unwrap_or(0));
        let outcome = match code {
            0 => "ok".to_string(),
            _ if !in_time => "stopped at the time limit".into(),
            137 if number("oom_kills ").is_some_and(|n| n > 0) || self.oom(&name, began.as_secs()) => {
                "killed: out of memory".into()
            }
            137 => "killed".into(),
            _ => {
                let line = stderr.lines().find(|l| !l.trim().is_empty()).unwrap_or("failed without a message");
                program::without_name(line).to_string()
            }
        };
        let kernel_peak_bytes = number("peak_bytes ");
        Ok(Ended { stdout: stdout.into(), outcome, kernel_peak_bytes })
    }

    /// Waits for the end of the process, or stops it at the time limit. Returns false if it was stopped.
    fn wait(&self, child: &mut Child, name: &str, patience: Duration) -> Result<bool> {
        let began = Instant::now();
        while child.try_wait()?.is_none() {
            if began.elapsed() > patience {
                match self {
                    Launcher::Docker { .. } => output(Command::new("docker").args(["kill", name]))?,
                    // SIGTERM, not SIGKILL, so that the script removes its control groups.
                    Launcher::Script { .. } => output(Command::new("kill").arg(child.id().to_string()))?,
                };
                return Ok(false);
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        Ok(true)
    }

    /// True if the engine reported that the container ran out of memory.
    fn oom(&self, name: &str, began: u64) -> bool {
        let Launcher::Docker { .. } = self else { return false };
        let now = SystemTime::now().duration_since(UNIX_EPOCH).map_or(began, |d| d.as_secs()) + 1;
        let (since, until) = (began.to_string(), now.to_string());
        let filter = format!("container={name}");
        let events = ["events", "--since", &since, "--until", &until, "--filter", &filter, "--filter", "event=oom"];
        output(Command::new("docker").args(events)).is_ok_and(|o| !o.stdout.is_empty())
    }
}
