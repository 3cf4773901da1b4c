//! The inputs: sample files, generated text and packets, and the files of `SQS_LZ_FILES`.

use std::fmt::Write;
use std::path::Path;

/// Size of a generated input in bytes.
const GENERATED: usize = 1 << 20;

/// The generator xorshift64*.
struct Rng(u64);

impl Rng {
    /// A random number from 0 to `n` - 1.
    fn below(&mut self, n: u64) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        (self.0.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 33) % n
    }
}

/// The inputs with their names, truncated to `max` bytes.
pub(crate) fn all(max: usize) -> Vec<(String, Vec<u8>)> {
    let dir = std::env::var("SQS_SAMPLE_DATA")
        .unwrap_or_else(|_| concat!(env!("CARGO_MANIFEST_DIR"), "/../shared/data").to_string());
    let mut files: Vec<String> = ["log_openssh.txt", "pkt_hs_sim.bin"].iter().map(|f| format!("{dir}/{f}")).collect();
    files.extend(std::env::var("SQS_LZ_FILES").iter().flat_map(|f| f.split(':').map(String::from)));
    let mut out = Vec::new();
    for file in files {
        let Ok(mut raw) = std::fs::read(&file) else {
            println!("skipped: {file} does not exist");
            continue;
        };
        raw.truncate(max);
        out.push((Path::new(&file).file_name().unwrap_or_default().to_string_lossy().into_owned(), raw));
    }
    out.extend(
        [("log", log()), ("csv", csv()), ("json", json()), ("packets", packets())].map(|(n, raw)| (n.into(), raw)),
    );
    out
}

fn lines(mut line: impl FnMut(&mut String, u64, &mut Rng)) -> Vec<u8> {
    let mut rng = Rng(1);
    let mut out = String::new();
    let mut n = 0;
    while out.len() < GENERATED {
        line(&mut out, n, &mut rng);
        out.push('\n');
        n += 1;
    }
    out.truncate(GENERATED);
    out.into_bytes()
}

fn log() -> Vec<u8> {
    const UNITS: [&str; 6] = ["aocs", "eps", "comms", "payload", "thermal", "obc"];
    const TEXTS: [&str; 8] = [
        "mode change requested",
        "wheel speed out of band",
        "bus voltage nominal",
        "frame queued for downlink",
        "checksum mismatch, retrying",
        "heater on",
        "watchdog served",
        "star tracker lost lock",
    ];
    let mut ms = 0;
    lines(|out, _, r| {
        ms += r.below(900);
        let (unit, text) = (UNITS[r.below(6) as usize], TEXTS[r.below(8).min(r.below(8)) as usize]);
        let level = ["DEBUG", "INFO", "INFO", "WARN"][r.below(4) as usize];
        let (h, m, s) = (ms / 3_600_000 % 24, ms / 60_000 % 60, ms / 1000 % 60);
        let _ = write!(
            out,
            "2031-04-02T{h:02}:{m:02}:{s:02}.{:03}Z {level} {unit}[{}]: {text}",
            ms % 1000,
            100 + r.below(40)
        );
        if r.below(3) == 0 {
            let _ = write!(out, " (id={:08x}, value={}.{})", r.below(1 << 32), r.below(300), r.below(10));
        }
    })
}

fn csv() -> Vec<u8> {
    let mut walk = [2000i64, 150, -40, 9_000];
    lines(|out, n, r| {
        let _ = write!(out, "{}", 1_700_000_000 + 10 * n);
        for w in &mut walk {
            *w += r.below(21) as i64 - 10;
            let _ = write!(out, ",{}.{:02}", *w / 100, w.abs() % 100);
        }
        let _ = write!(out, ",{}", if r.below(50) == 0 { "SAFE" } else { "NOMINAL" });
    })
}

fn json() -> Vec<u8> {
    lines(|out, n, r| {
        let _ = write!(
            out,
            "{{\"seq\":{n},\"apid\":{},\"time\":\"2031-092T{:02}:{:02}:{:02}Z\",\"temps\":[{}.{},{}.{}],\"flags\":{{\"sun\":{},\"link\":{}}},\"raw\":\"{:010x}\"}}",
            [17, 33, 64, 65][r.below(4) as usize],
            n / 3600 % 24,
            n / 60 % 60,
            n % 60,
            20 + r.below(4),
            r.below(10),
            35 + r.below(3),
            r.below(10),
            r.below(2) == 0,
            r.below(9) > 0,
            r.below(1 << 31) * 512 + r.below(512),
        );
    })
}

/// Packets of four kinds with counters, slowly varying values and noise.
fn packets() -> Vec<u8> {
    let mut r = Rng(2);
    let mut out = Vec::with_capacity(GENERATED + 256);
    let mut counts = [0u16; 4];
    let mut slow = [[1000u16; 16]; 4];
    let mut time = 0u32;
    while out.len() < GENERATED {
        let kind = r.below(4).min(r.below(4)) as usize;
        time += 40 + r.below(20) as u32;
        out.extend_from_slice(&[0x08, 0x40 + kind as u8]);
        out.extend_from_slice(&(0xC000 | counts[kind]).to_be_bytes());
        counts[kind] = (counts[kind] + 1) & 0x3FFF;
        out.extend_from_slice(&[0, 20 + 16 * kind as u8]);
        out.extend_from_slice(&time.to_be_bytes());
        for v in slow[kind].iter_mut().take(4 + 4 * kind) {
            if r.below(4) == 0 {
                *v = v.wrapping_add(r.below(7) as u16).wrapping_sub(3);
            }
            out.extend_from_slice(&v.to_be_bytes());
        }
        out.extend_from_slice(&[0; 6]);
        out.extend_from_slice(&(r.below(1 << 16) as u16).to_be_bytes());
    }
    out.truncate(GENERATED);
    out
}
