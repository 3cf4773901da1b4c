//! What this process used, as the operating system has it.

use nix::sys::resource::{UsageWho, getrusage};
use nix::sys::time::TimeVal;
use std::time::Instant;

/// Used so far.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Usage {
    pub(crate) user_s: f64,
    pub(crate) sys_s: f64,
    pub(crate) minor_faults: u64,
    pub(crate) major_faults: u64,
    /// Most memory resident at a time.
    pub(crate) peak_rss_bytes: u64,
    /// Bytes that it read and wrote, through the page cache or not; and those that went to and from the storage.
    pub(crate) read_bytes: u64,
    pub(crate) write_bytes: u64,
    pub(crate) disk_read_bytes: u64,
    pub(crate) disk_write_bytes: u64,
    /// Pages that the machine took back from swap, for whomever: without any, no fault was one of memory swapped out.
    pub(crate) swapped_in: u64,
}

impl Usage {
    /// Of this process, from its start.
    pub(crate) fn now() -> Usage {
        let Ok(u) = getrusage(UsageWho::RUSAGE_SELF) else { return Usage::default() };
        let seconds = |t: TimeVal| t.tv_sec() as f64 + 1e-6 * t.tv_usec() as f64;
        Usage {
            user_s: seconds(u.user_time()),
            sys_s: seconds(u.system_time()),
            minor_faults: u.minor_page_faults() as u64,
            major_faults: u.major_page_faults() as u64,
            peak_rss_bytes: proc_number("/proc/self/status", "VmHWM:").unwrap_or(u.max_rss() as u64) * 1024,
            read_bytes: io("rchar:"),
            write_bytes: io("wchar:"),
            disk_read_bytes: io("read_bytes:"),
            disk_write_bytes: io("write_bytes:"),
            swapped_in: proc_number("/proc/vmstat", "pswpin ").unwrap_or(0),
        }
    }
}

/// Processor time of all child processes that have ended and were waited for.
pub(crate) fn children_cpu_s() -> f64 {
    let seconds = |t: TimeVal| t.tv_sec() as f64 + 1e-6 * t.tv_usec() as f64;
    getrusage(UsageWho::RUSAGE_CHILDREN).map_or(0.0, |u| seconds(u.user_time()) + seconds(u.system_time()))
}

fn io(key: &str) -> u64 {
    proc_number("/proc/self/io", key).unwrap_or(0)
}

/// A number the kernel tells of this program alone. (Of the memory, what getrusage tells starts at the size of the process
/// that started it.)
fn proc_number(path: &str, key: &str) -> Option<u64> {
    use std::io::Read;
    let mut text = [0u8; 16384];
    let len = std::fs::File::open(path).ok()?.read(&mut text).ok()?;
    let text = std::str::from_utf8(&text[..len]).ok()?;
    let line = text.lines().find_map(|l| l.strip_prefix(key))?;
    line.trim().trim_end_matches("kB").trim().parse::<u64>().ok()
}

/// Times a piece of work.
pub(crate) struct Stopwatch {
    began: Instant,
    usage: Usage,
}

/// The time of a piece of work.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Took {
    pub(crate) wall_s: f64,
    pub(crate) user_s: f64,
    pub(crate) sys_s: f64,
    /// Of the machine.
    pub(crate) swapped_in: u64,
    /// Of the process from its start.
    pub(crate) usage: Usage,
}

impl Took {
    /// Processor time.
    pub(crate) fn cpu_s(&self) -> f64 {
        self.user_s + self.sys_s
    }
}

impl Stopwatch {
    pub(crate) fn start() -> Stopwatch {
        let usage = Usage::now();
        Stopwatch { began: Instant::now(), usage }
    }

    pub(crate) fn stop(&self) -> Took {
        let wall_s = self.began.elapsed().as_secs_f64();
        let usage = Usage::now();
        Took {
            wall_s,
            user_s: usage.user_s - self.usage.user_s,
            sys_s: usage.sys_s - self.usage.sys_s,
            swapped_in: usage.swapped_in - self.usage.swapped_in,
            usage,
        }
    }
}

/// A hash of all bits of rows: FNV-1a of 64 bits, a 32-bit word at a time.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Checksum(u64);

impl Checksum {
    pub(crate) fn new() -> Checksum {
        Checksum(0xcbf2_9ce4_8422_2325)
    }

    /// Goes on from a [`Checksum::value`].
    pub(crate) fn from_value(value: u64) -> Checksum {
        Checksum(value)
    }

    /// The hash of what was added so far.
    pub(crate) fn value(self) -> u64 {
        self.0
    }

    pub(crate) fn add(&mut self, rows: &[f32]) {
        for x in rows {
            self.0 = (self.0 ^ u64::from(x.to_bits())).wrapping_mul(0x0000_0100_0000_01b3);
        }
    }
}

impl std::fmt::Display for Checksum {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:016x}", self.0)
    }
}
