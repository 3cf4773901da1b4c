//! `driver bench encode`: the codec beside other programs, each run a process, its processor time as the system has it.

use super::table::median;
use crate::Result;
use crate::cli::EncodersArgs;
use crate::codec::sample_type;
use crate::report::json::Object;
use crate::report::process::children_cpu_s;
use crate::report::say;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// A directory that goes with this program.
struct Scratch(PathBuf);

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// Who encodes: its name in the table, the program, and its arguments to encode and to decode, `IN` and `OUT` being the
/// files; without `OUT` it writes to standard output.
struct Encoder {
    name: String,
    program: PathBuf,
    encode: Vec<String>,
    decode: Vec<String>,
    /// This program: its failures are failures of the bench.
    ours: bool,
}

impl Encoder {
    fn new(name: &str, program: impl Into<PathBuf>, encode: &str, decode: &str) -> Encoder {
        let words = |text: &str| text.split_whitespace().map(str::to_string).collect();
        let ours = name.starts_with("sqrtspace");
        Encoder { name: name.to_string(), program: program.into(), encode: words(encode), decode: words(decode), ours }
    }

    /// Processor seconds of a run from file to file; None where there is no such program.
    fn run(&self, args: &[String], from: &Path, to: &Path) -> Result<Option<f64>> {
        let file = args.iter().all(|a| a != "OUT");
        let mut command = Command::new(&self.program);
        for arg in args {
            match arg.as_str() {
                "IN" => command.arg(from),
                "OUT" => command.arg(to),
                other => command.arg(other),
            };
        }
        command.stdout(if file { Stdio::from(std::fs::File::create(to)?) } else { Stdio::null() });
        let before = children_cpu_s();
        match command.stderr(Stdio::piped()).output() {
            Err(e) if e.kind() == std::io::ErrorKind::NotFound => Ok(None),
            Err(e) => Err(format!("{}: {e}", self.name).into()),
            Ok(run) if run.status.success() => Ok(Some(children_cpu_s() - before)),
            Ok(run) => Err(format!("{}: {}", self.name, String::from_utf8_lossy(&run.stderr).trim()).into()),
        }
    }
}

impl Encoder {
    /// Encodes, decodes and compares: processor seconds of both, None where there is no such program.
    fn round(&self, file: &Path, coded: &Path, back: &Path) -> Result<Option<(f64, f64)>> {
        let Some(encode) = self.run(&self.encode, file, coded)? else { return Ok(None) };
        let Some(decode) = self.run(&self.decode, coded, back)? else { return Ok(None) };
        if same(file, back, self.name == "aec")? {
            return Ok(Some((encode, decode)));
        }
        Err(format!("{}: {} does not come back as it was", self.name, file.display()).into())
    }
}

/// Format and channels: as given, else as a name such as `x_2ch.i16` says.
fn kind(args: &EncodersArgs, file: &str) -> (String, u32) {
    let (stem, end) = file.rsplit_once('.').unwrap_or((file, ""));
    let named = if sample_type(end).is_ok() { end } else { "auto" };
    let format = args.format.clone().unwrap_or_else(|| named.to_string());
    let count = stem.rsplit_once('_').and_then(|(_, t)| t.strip_suffix("ch")?.parse().ok());
    let channels = count.filter(|n| named != "auto" && (1..=4096).contains(n)).unwrap_or(1);
    (format, args.channels.unwrap_or(channels))
}

/// All that can encode a file, installed or not.
fn encoders(format: &str, channels: u32) -> Result<Vec<Encoder>> {
    let program = std::env::current_exe()?;
    let channels = if format == "auto" || format == "wav" { String::new() } else { format!("--channels {channels}") };
    let mut all: Vec<Encoder> = [1, 5, 9]
        .map(|effort| {
            let encode = format!("encode --effort {effort} --format {format} {channels} IN OUT");
            Encoder::new(&format!("sqrtspace -{effort}"), &program, &encode, "decode IN OUT")
        })
        .into();
    for level in ["-1", "-3", "-19"] {
        all.push(Encoder::new(&format!("zstd {level}"), "zstd", &format!("-q -c {level} IN"), "-q -d -c IN"));
    }
    all.push(Encoder::new("lz4 -1", "lz4", "-q -c -1 IN", "-q -d -c IN"));
    all.push(Encoder::new("gzip -6", "gzip", "-c -6 IN", "-d -c IN"));
    // aec knows integers of up to 32 bits only; the bits of floats are integers to it.
    if let Ok((_, width @ 1..=4, big)) = sample_type(format) {
        let signed = if format.starts_with('i') { "-s" } else { "" };
        let order = if big { "-m" } else { "" };
        let three = if width == 3 { "-3" } else { "" };
        let kind = format!("-n {} {signed} {order} {three} -j 16 -r 128", 8 * width);
        all.push(Encoder::new("aec", "aec", &format!("{kind} IN OUT"), &format!("-d {kind} IN OUT")));
    }
    Ok(all)
}

/// Runs every encoder on every file.
pub(crate) fn encode(args: &EncodersArgs) -> Result<()> {
    let scratch = Scratch(std::env::temp_dir().join(format!("sqrtspace-bench-encode-{}", std::process::id())));
    std::fs::create_dir_all(&scratch.0)?;
    let (coded, back) = (scratch.0.join("coded"), scratch.0.join("back"));
    let mut lines = Vec::new();
    let head = ["encoder", "bytes", "ratio", "encode ms/MB", "decode ms/MB"];
    if args.csv {
        say("file,encoder,raw_bytes,coded_bytes,ratio,encode_cpu_s_per_mb,decode_cpu_s_per_mb\n")?;
    }
    for file in &args.files {
        let raw = std::fs::metadata(file).map_err(|e| format!("{file}: {e}"))?.len();
        let (format, channels) = kind(args, file);
        if !args.json && !args.csv {
            say(&format!("{file}: {raw} bytes, {format} x {channels}\n"))?;
            say(&format!("  {:<14}{:>12}{:>9}{:>15}{:>15}\n", head[0], head[1], head[2], head[3], head[4]))?;
        }
        // The encoders take turns, so that what else the machine does meets all of them.
        let all = encoders(&format, channels)?;
        let mut times: Vec<(Vec<f64>, Vec<f64>, u64)> = vec![(Vec::new(), Vec::new(), 0); all.len()];
        let mut failed: Vec<String> = Vec::new();
        for _ in 0..args.rounds {
            for (e, (encoding, decoding, size)) in all.iter().zip(&mut times) {
                // What fails once is not tried again.
                if failed.contains(&e.name) {
                    continue;
                }
                match e.round(Path::new(file), &coded, &back) {
                    Ok(Some((encode, decode))) => {
                        encoding.push(encode);
                        decoding.push(decode);
                        *size = std::fs::metadata(&coded)?.len();
                    }
                    Ok(None) => failed.push(e.name.clone()),
                    Err(error) if e.ours => return Err(error),
                    Err(error) => {
                        eprintln!("{}: {error}", crate::name());
                        failed.push(e.name.clone());
                    }
                }
            }
        }
        for (e, (mut encoding, mut decoding, size)) in all.iter().zip(times) {
            if failed.contains(&e.name) {
                eprintln!("{}: {file}: {} is left out: it is not installed, or failed", crate::name(), e.name);
                continue;
            }
            let mb = raw as f64 / 1e6;
            let (ratio, encode) = (raw as f64 / size as f64, median(&mut encoding) / mb);
            let decode = median(&mut decoding) / mb;
            if args.json {
                let o = Object::new().text("file", file).text("encoder", &e.name).whole("raw_bytes", raw);
                let o = o.whole("coded_bytes", size).real("ratio", ratio).real("encode_cpu_s_per_mb", encode);
                lines.push(o.real("decode_cpu_s_per_mb", decode).close());
            } else if args.csv {
                say(&format!("{file},{},{raw},{size},{ratio:.4},{encode:.6},{decode:.6}\n", e.name))?;
            } else {
                let (name, encode, decode) = (&e.name, 1e3 * encode, 1e3 * decode);
                say(&format!("  {name:<14}{size:>12}{ratio:>9.3}{encode:>15.2}{decode:>15.2}\n"))?;
            }
        }
    }
    if args.json { say(&format!("{}\n", Object::new().list("runs", &lines).close())) } else { Ok(()) }
}

/// Whether a file came back with the same bytes, read a piece at a time; `padded`: what follows them is of no interest
/// (aec fills its last block).
fn same(a: &Path, b: &Path, padded: bool) -> Result<bool> {
    use std::io::{BufRead, BufReader};
    let open = |p: &Path| std::fs::File::open(p).map(|f| BufReader::with_capacity(64 << 10, f));
    let (mut a, mut b) = (open(a)?, open(b)?);
    loop {
        let (x, y) = (a.fill_buf()?, b.fill_buf()?);
        let n = x.len().min(y.len());
        if x[..n] != y[..n] {
            return Ok(false);
        }
        if n == 0 {
            return Ok(x.is_empty() && (padded || y.is_empty()));
        }
        a.consume(n);
        b.consume(n);
    }
}
