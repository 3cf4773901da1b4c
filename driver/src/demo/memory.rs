//! `driver demo memory`: the peak memory of encoding and decoding against the size of the file. Each size is encoded in
//! one process and decoded in another, joined by a pipe.

use crate::cli::MemoryArgs;
use crate::error::Result;
use crate::library::{self, Decoding, Encoding, Ends, Route, sample_type};
use crate::report::chart::bars;
use crate::report::json::{Object, field};
use crate::report::numbers::bytes;
use crate::report::process::Usage;
use crate::report::{complain, print};
use std::process::{Command, Stdio};

/// A generated recording of any length: two channels of 16-bit samples with tones in noise.
struct Recording {
    at: u64,
    size: u64,
    noise: u32,
}

impl Recording {
    fn read(&mut self, room: &mut [u8]) -> usize {
        let n = (self.size - self.at).min(room.len() as u64) as usize;
        for byte in &mut room[..n] {
            // A sawtooth with a period of 200 samples on one channel, of 331 on the other.
            let (row, part) = (self.at / 4, self.at % 4);
            if part.is_multiple_of(2) {
                self.noise = self.noise.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            }
            let saw = if part < 2 { row % 200 * 40 } else { row % 331 * 25 };
            let value = saw as i32 - 4000 + (self.noise >> 27) as i32;
            *byte = (value as i16).to_le_bytes()[(part % 2) as usize];
            self.at += 1;
        }
        n
    }
}

/// The encoding process: writes the encoded stream to standard output, and its figures to standard error.
fn encode_one(args: &MemoryArgs, size: u64) -> Result<()> {
    let mut recording = Recording { at: 0, size, noise: 1 };
    let mut coded = 0u64;
    let (dtype, _, big_endian) = sample_type("i16")?;
    let how = Encoding {
        dtype,
        big_endian,
        channels: 2,
        effort: args.effort,
        codec: 0,
        frame_bytes: 0,
        restart_interval: 0,
        history_bytes: 0,
        index_entries: 0,
        threads: 1,
        head_bytes: 0,
        identity: 1,
        first: 0,
        stream_bytes: 0,
    };
    let mut stdout = std::io::stdout().lock();
    let mut read = |room: &mut [u8]| Ok(recording.read(room));
    let mut write = |_: u64, data: &[u8]| {
        coded += data.len() as u64;
        std::io::Write::write_all(&mut stdout, data)
    };
    let ends = Ends { read: &mut read, write: Some(&mut write), seek: None };
    let done = library::encode(Route::Stream(ends), &how, &mut |_, _| {})?;
    done.result?;
    let o = Object::new().whole("raw_bytes", size).whole("coded_bytes", coded);
    let o = o.whole("work_bytes", done.stats.peak_bytes).whole("peak_rss_bytes", Usage::now().peak_rss_bytes);
    complain(&format!("{}\n", o.close()));
    Ok(())
}

/// The decoding process: decodes standard input and compares it with the recording.
fn decode_one(size: u64) -> Result<()> {
    let mut recording = Recording { at: 0, size, noise: 1 };
    let mut want = vec![0; 64 << 10];
    let mut stdin = std::io::stdin().lock();
    let mut read = |room: &mut [u8]| std::io::Read::read(&mut stdin, room);
    let mut write = |_: u64, data: &[u8]| {
        for part in data.chunks(want.len()) {
            let n = recording.read(&mut want[..part.len()]);
            if want[..n] != *part {
                return Err(std::io::Error::other("the decoded bytes differ from the original"));
            }
        }
        Ok(())
    };
    let how = Decoding::of_frames(0);
    let ends = Ends { read: &mut read, write: Some(&mut write), seek: None };
    let done = library::decode(Route::Stream(ends), &how, &mut |_, _| {})?;
    done.result?;
    if done.length != size {
        return Err(format!("{} of {size} bytes were decoded", done.length).into());
    }
    let o = Object::new().whole("work_bytes", done.stats.peak_bytes);
    complain(&format!("{}\n", o.whole("peak_rss_bytes", Usage::now().peak_rss_bytes).close()));
    Ok(())
}

/// Runs both processes for a size. Returns their figures as JSON.
fn pair(args: &MemoryArgs, size: u64) -> Result<[String; 2]> {
    let program = std::env::current_exe()?;
    let (size, effort) = (size.to_string(), args.effort.to_string());
    let command = |half: &str| {
        let mut c = Command::new(&program);
        c.args(["demo", "memory", "--effort", &effort, half, &size]).stderr(Stdio::piped());
        c
    };
    let mut first = command("--encode-one").stdout(Stdio::piped()).spawn()?;
    let stream = first.stdout.take().ok_or("the encoding process has no standard output")?;
    let second = command("--decode-one").stdin(stream).output()?;
    let first = first.wait_with_output()?;
    let mut reports = [first, second].into_iter().map(|run| {
        let text = String::from_utf8_lossy(&run.stderr).trim().to_string();
        if run.status.success() { Ok(text) } else { Err(text) }
    });
    match (reports.next(), reports.next()) {
        (Some(Ok(a)), Some(Ok(b))) => Ok([a, b]),
        (Some(Err(e)), _) | (_, Some(Err(e))) => Err(e.into()),
        _ => Err("a process printed no report".into()),
    }
}

/// `driver demo memory`.
pub(crate) fn run(args: &MemoryArgs) -> Result<()> {
    if let Some(size) = args.encode_one {
        return encode_one(args, size);
    }
    if let Some(size) = args.decode_one {
        return decode_one(size);
    }
    let mut sizes: Vec<u64> = (6..=9).map(|p| 10u64.pow(p)).filter(|s| *s <= args.max).collect();
    if sizes.last() != Some(&args.max) && args.max < 1_000_000_000 {
        sizes.push(args.max);
    }
    let head = ["file", "encoded", "work memory", "encode RSS", "work memory", "decode RSS"];
    if !args.json {
        let h = head;
        print(&format!("{:>14}{:>14}{:>14}{:>14}{:>14}{:>14}\n", h[0], h[1], h[2], h[3], h[4], h[5]))?;
    }
    let (mut lines, mut plot) = (Vec::new(), Vec::new());
    for size in sizes {
        let [encode, decode] = pair(args, size)?;
        let number =
            |json: &str, key| field(json, key).and_then(|t| t.parse::<u64>().ok()).ok_or("a process printed no report");
        let coded = number(&encode, "coded_bytes")?;
        let [(ew, er), (dw, dr)] = [
            (number(&encode, "work_bytes")?, number(&encode, "peak_rss_bytes")?),
            (number(&decode, "work_bytes")?, number(&decode, "peak_rss_bytes")?),
        ];
        let o = Object::new().whole("raw_bytes", size).whole("coded_bytes", coded);
        let o = o.whole("encode_work_bytes", ew).whole("encode_peak_rss_bytes", er);
        lines.push(o.whole("decode_work_bytes", dw).whole("decode_peak_rss_bytes", dr).close());
        plot.push((bytes(size), er, dr));
        if !args.json {
            let [a, b, c, d, e, f] = [size, coded, ew, er, dw, dr].map(bytes);
            print(&format!("{a:>14}{b:>14}{c:>14}{d:>14}{e:>14}{f:>14}\n"))?;
        }
    }
    if args.json {
        return print(&format!("{}\n", Object::new().list("sizes", &lines).close()));
    }
    let max = plot.iter().map(|(_, e, d)| *e.max(d)).max().unwrap_or(1);
    let mut out = String::from("\npeak resident memory of the process\n");
    for (size, encode, decode) in plot {
        out.push_str(&format!("{size:>12} encode |{:<48} {}\n", bars(encode, max, 48), bytes(encode)));
        out.push_str(&format!("{:>12} decode |{:<48} {}\n", "", bars(decode, max, 48), bytes(decode)));
    }
    print(&out)
}
