//! Resources that this process used, as the operating system counts them, and a checksum of rows.

use nix::sys::resource::{UsageWho, getrusage};
use nix::sys::time::TimeVal;
use std::time::Instant;

/// Resources used since the start of the process.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Usage {
    pub(crate) user_s: f64,
    pub(crate) sys_s: f64,
    pub(crate) minor_faults: u64,
    pub(crate) major_faults: u64,
    /// Peak resident memory.
    pub(crate) peak_rss_bytes: u64,
    /// Bytes read and written by system calls, and bytes transferred from and to storage.
    pub(crate) read_bytes: u64,
    pub(crate) write_bytes: u64,
    pub(crate) disk_read_bytes: u64,
    pub(crate) disk_write_bytes: u64,
    /// Pages that the machine swapped in for any process. If 0, no page fault was caused by swapping.
    pub(crate) swapped_in: u64,
}

impl Usage {
    /// The resources of this process since its start.
    pub(crate) fn now() -> Usage {
        let Ok(u) = getrusage(UsageWho::RUSAGE_SELF) else { return Usage::default() };
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

fn seconds(t: TimeVal) -> f64 {
    t.tv_sec() as f64 + 1e-6 * t.tv_usec() as f64
}

fn cpu_s(who: UsageWho) -> f64 {
    getrusage(who).map_or(0.0, |u| seconds(u.user_time()) + seconds(u.system_time()))
}

/// CPU time of this process.
pub(crate) fn own_cpu_s() -> f64 {
    cpu_s(UsageWho::RUSAGE_SELF)
}

/// CPU time of all child processes that ended and were waited for.
pub(crate) fn children_cpu_s() -> f64 {
    cpu_s(UsageWho::RUSAGE_CHILDREN)
}

fn io(key: &str) -> u64 {
    proc_number("/proc/self/io", key).unwrap_or(0)
}

/// A number from a file in /proc. (VmHWM counts this program alone; the maximum of getrusage starts at the size of the
/// parent process.)
fn proc_number(path: &str, key: &str) -> Option<u64> {
    use std::io::Read;
    let mut text = [0u8; 16384];
    let len = std::fs::File::open(path).ok()?.read(&mut text).ok()?;
    let text = std::str::from_utf8(&text[..len]).ok()?;
    let line = text.lines().find_map(|l| l.strip_prefix(key))?;
    line.trim().trim_end_matches("kB").trim().parse::<u64>().ok()
}

/// Measures the time and the resources of a piece of work.
pub(crate) struct Stopwatch {
    began: Instant,
    usage: Usage,
}

/// The measurement of a [`Stopwatch`].
#[derive(Clone, Copy, Debug)]
pub(crate) struct Took {
    pub(crate) wall_s: f64,
    pub(crate) user_s: f64,
    pub(crate) sys_s: f64,
    /// Pages that the machine swapped in meanwhile.
    pub(crate) swapped_in: u64,
    /// Resources of the process since its start.
    pub(crate) usage: Usage,
}

impl Took {
    /// CPU time.
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

/// A hash of all bits of rows: 64-bit FNV-1a over 32-bit words.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Checksum(u64);

impl Checksum {
    pub(crate) fn new() -> Checksum {
        Checksum(0xcbf2_9ce4_8422_2325)
    }

    /// Continues from a [`Checksum::value`].
    pub(crate) fn from_value(value: u64) -> Checksum {
        Checksum(value)
    }

    /// The hash of the rows added so far.
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
