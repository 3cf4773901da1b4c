//! `driver bench encode`: the codec compared with other programs. Each run is a separate process, whose CPU time is
//! measured.

use crate::cli::EncodersArgs;
use crate::error::Result;
use crate::library::sample_type;
use crate::report::json::Object;
use crate::report::numbers::median;
use crate::report::process::children_cpu_s;
use crate::report::{complain, print, program};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// A temporary directory that is deleted at the end.
struct Scratch(PathBuf);

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// An encoder: its name in the table, the program, and its arguments to encode and to decode. `IN` and `OUT` stand for
/// the files; without `OUT`, the program writes to standard output.
struct Encoder {
    name: String,
    program: PathBuf,
    encode: Vec<String>,
    decode: Vec<String>,
    /// True for this program, whose failures are failures of the benchmark.
    ours: bool,
}

impl Encoder {
    fn new(name: &str, program: impl Into<PathBuf>, encode: &str, decode: &str) -> Encoder {
        let words = |text: &str| text.split_whitespace().map(str::to_string).collect();
        let ours = name.starts_with("sqrtspace");
        Encoder { name: name.to_string(), program: program.into(), encode: words(encode), decode: words(decode), ours }
    }

    /// CPU seconds of a run from file to file, or None if the program is not installed.
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

    /// Encodes, decodes and compares. Returns the CPU seconds of both, or None if the program is not installed.
    fn round(&self, file: &Path, coded: &Path, decoded: &Path) -> Result<Option<(f64, f64)>> {
        let Some(encode) = self.run(&self.encode, file, coded)? else { return Ok(None) };
        let Some(decode) = self.run(&self.decode, coded, decoded)? else { return Ok(None) };
        if same(file, decoded, self.name == "aec")? {
            return Ok(Some((encode, decode)));
        }
        Err(format!("{}: the decoded {} differs from the original", self.name, file.display()).into())
    }
}

/// Format and channels: from the arguments, else from a name such as `x_2ch.i16`.
fn kind(args: &EncodersArgs, file: &str) -> (String, u32) {
    let (stem, end) = file.rsplit_once('.').unwrap_or((file, ""));
    let named = if sample_type(end).is_ok() { end } else { "auto" };
    let format = args.format.clone().unwrap_or_else(|| named.to_string());
    let count = stem.rsplit_once('_').and_then(|(_, t)| t.strip_suffix("ch")?.parse().ok());
    let channels = count.filter(|n| named != "auto" && (1..=4096).contains(n)).unwrap_or(1);
    (format, args.channels.unwrap_or(channels))
}

/// All encoders for a file, installed or not.
fn encoders(format: &str, channels: u32) -> Result<Vec<Encoder>> {
    let program = std::env::current_exe()?;
    let channels = if format == "auto" || format == "wav" { String::new() } else { format!("--channels {channels}") };
    let mut all: Vec<Encoder> = [1, 5, 9]
        .map(|effort| {
            let encode = format!("encode --force --effort {effort} --format {format} {channels} IN OUT");
            Encoder::new(&format!("sqrtspace -{effort}"), &program, &encode, "decode --force IN OUT")
        })
        .into();
    for level in ["-1", "-3", "-19"] {
        all.push(Encoder::new(&format!("zstd {level}"), "zstd", &format!("-q -c {level} IN"), "-q -d -c IN"));
    }
    all.push(Encoder::new("lz4 -1", "lz4", "-q -c -1 IN", "-q -d -c IN"));
    all.push(Encoder::new("gzip -6", "gzip", "-c -6 IN", "-d -c IN"));
    // aec encodes integers of up to 32 bits; it gets floats as integers.
    if let Ok((_, width @ 1..=4, big)) = sample_type(format) {
        let signed = if format.starts_with('i') { "-s" } else { "" };
        let order = if big { "-m" } else { "" };
        let three = if width == 3 { "-3" } else { "" };
        let kind = format!("-n {} {signed} {order} {three} -j 16 -r 128", 8 * width);
        all.push(Encoder::new("aec", "aec", &format!("{kind} IN OUT"), &format!("-d {kind} IN OUT")));
    }
    Ok(all)
}

/// The figures of an encoder on a file.
struct Figures {
    coded_bytes: u64,
    ratio: f64,
    /// CPU seconds per 10^6 bytes of the original, medians over the rounds.
    encode_s_per_mb: f64,
    decode_s_per_mb: f64,
}

/// Seconds of encoding and decoding per round, and encoded bytes.
type Times = (Vec<f64>, Vec<f64>, u64);

/// Runs the encoders on a file in turn, so that other load on the machine affects all of them. Returns the figures of
/// each, or None if it is not installed or failed.
fn measure(all: &[Encoder], file: &Path, scratch: &Path, rounds: u32) -> Result<Vec<Option<Figures>>> {
    let (coded, decoded) = (scratch.join("coded"), scratch.join("decoded"));
    let raw = std::fs::metadata(file)?.len() as f64;
    let mb = raw / 1e6;
    let mut times: Vec<Option<Times>> = vec![Some((Vec::new(), Vec::new(), 0)); all.len()];
    for _ in 0..rounds {
        for (e, slot) in all.iter().zip(&mut times) {
            // An encoder that failed once is not tried again.
            let Some((encode, decode, size)) = slot else { continue };
            match e.round(file, &coded, &decoded) {
                Ok(Some(seconds)) => {
                    encode.push(seconds.0);
                    decode.push(seconds.1);
                    *size = std::fs::metadata(&coded)?.len();
                }
                Ok(None) => *slot = None,
                Err(error) if e.ours => return Err(error),
                Err(error) => {
                    complain(&format!("{}: {error}\n", program::name()));
                    *slot = None;
                }
            }
        }
    }
    let figures = |(encode, decode, size): (Vec<f64>, Vec<f64>, u64)| Figures {
        coded_bytes: size,
        ratio: raw / size as f64,
        encode_s_per_mb: median(encode).unwrap_or(f64::NAN) / mb,
        decode_s_per_mb: median(decode).unwrap_or(f64::NAN) / mb,
    };
    Ok(times.into_iter().map(|t| t.map(figures)).collect())
}

/// `driver bench encode`: runs every encoder on every file.
pub(crate) fn encode(args: &EncodersArgs) -> Result<()> {
    let scratch = Scratch(std::env::temp_dir().join(format!("sqrtspace-bench-encode-{}", std::process::id())));
    std::fs::create_dir_all(&scratch.0)?;
    let mut lines = Vec::new();
    let head = ["encoder", "bytes", "ratio", "encode ms/MB", "decode ms/MB"];
    if args.csv {
        print("file,encoder,raw_bytes,coded_bytes,ratio,encode_cpu_s_per_mb,decode_cpu_s_per_mb\n")?;
    }
    for file in &args.files {
        let raw = std::fs::metadata(file).map_err(|e| format!("{file}: {e}"))?.len();
        let (format, channels) = kind(args, file);
        if !args.json && !args.csv {
            print(&format!("{file}: {raw} bytes, {format} x {channels}; CPU times\n"))?;
            print(&format!("  {:<14}{:>12}{:>9}{:>15}{:>15}\n", head[0], head[1], head[2], head[3], head[4]))?;
        }
        let all = encoders(&format, channels)?;
        for (e, figures) in all.iter().zip(measure(&all, Path::new(file), &scratch.0, args.rounds)?) {
            let Some(f) = figures else {
                let (program, name) = (program::name(), &e.name);
                complain(&format!("{program}: {file}: {name} is left out because it is not installed or failed\n"));
                continue;
            };
            let (name, size, ratio, encode, decode) =
                (&e.name, f.coded_bytes, f.ratio, f.encode_s_per_mb, f.decode_s_per_mb);
            if args.json {
                let o = Object::new().text("file", file).text("encoder", name).whole("raw_bytes", raw);
                let o = o.whole("coded_bytes", size).real("ratio", ratio).real("encode_cpu_s_per_mb", encode);
                lines.push(o.real("decode_cpu_s_per_mb", decode).close());
            } else if args.csv {
                print(&format!("{file},{name},{raw},{size},{ratio:.4},{encode:.6},{decode:.6}\n"))?;
            } else {
                let (encode, decode) = (1e3 * encode, 1e3 * decode);
                print(&format!("  {name:<14}{size:>12}{ratio:>9.3}{encode:>15.2}{decode:>15.2}\n"))?;
            }
        }
    }
    if args.json { print(&format!("{}\n", Object::new().list("runs", &lines).close())) } else { Ok(()) }
}

/// True if file `b` has the bytes of file `a`. With `padded`, `b` may be longer, because aec fills its last block.
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
