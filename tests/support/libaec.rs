//! libaec as a child process, where it is installed.

use sqrtspace::codec::ccsds121::Params;
use std::io::{Read, Write};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};

/// The answers of libaec.
pub(crate) struct Libaec(Child);

/// What libaec made of a request.
pub(crate) struct Answer {
    pub(crate) status: i64,
    #[allow(dead_code, reason = "measured by the bench alone")]
    pub(crate) cpu_ns: u64,
    pub(crate) bytes: Vec<u8>,
}

impl Libaec {
    /// Compiles and starts the peer. Prints a note and returns nothing if libaec is missing. With `SQS_NEED_LIBAEC` set, as
    /// in CI, that is an error.
    pub(crate) fn start() -> Option<Self> {
        let found = Libaec::build();
        if found.is_none() {
            assert!(std::env::var_os("SQS_NEED_LIBAEC").is_none(), "libaec is needed and not installed");
            println!("skipped: libaec is not installed (Debian: libaec-dev)");
        }
        found
    }

    fn build() -> Option<Self> {
        // Tests side by side each have a peer, and a file of it.
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let name = format!("ccsds121_libaec_{}_{}", std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed));
        let dir = std::path::Path::new(env!("CARGO_TARGET_TMPDIR"));
        let exe = dir.join(&name);
        let target = if cfg!(target_pointer_width = "64") { "x86_64-unknown-linux-gnu" } else { "" };
        let compiler = cc::Build::new()
            .cargo_metadata(false)
            .opt_level(2)
            .target(target)
            .host(target)
            .out_dir(dir)
            .try_get_compiler()
            .ok()?;
        let source = dir.join(name + ".c");
        std::fs::write(&source, include_str!("libaec.c")).ok()?;
        let built = compiler.to_command().arg(&source).arg("-o").arg(&exe).arg("-laec").output().ok()?;
        if !built.status.success() {
            return None;
        }
        let child = Command::new(&exe).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().ok()?;
        let _ = (std::fs::remove_file(&exe), std::fs::remove_file(&source));
        Some(Libaec(child))
    }

    fn ask(&mut self, decode: bool, p: &Params, repeats: u64, input: &[u8], room: usize) -> Answer {
        let flag = |on: bool, bit: u64| if on { bit } else { 0 };
        let flags = flag(p.signed, 1)
            | flag(p.data_3byte, 2)
            | flag(p.msb, 4)
            | flag(p.preprocess, 8)
            | flag(p.restricted, 16)
            | flag(p.pad_rsi, 32)
            | flag(p.not_enforce, 64);
        let words = [
            u64::from(decode),
            p.bits.into(),
            p.block.into(),
            p.rsi.into(),
            flags,
            repeats,
            input.len() as u64,
            room as u64,
        ];
        let to = self.0.stdin.as_mut().unwrap();
        to.write_all(&words.map(u64::to_ne_bytes).concat()).unwrap();
        to.write_all(input).unwrap();
        to.flush().unwrap();
        let from = self.0.stdout.as_mut().unwrap();
        let mut head = [0u8; 24];
        from.read_exact(&mut head).unwrap();
        let word = |i: usize| u64::from_ne_bytes(head[8 * i..8 * i + 8].try_into().unwrap());
        let mut bytes = vec![0; word(2) as usize];
        from.read_exact(&mut bytes).unwrap();
        Answer { status: word(0) as i64, cpu_ns: word(1), bytes }
    }

    pub(crate) fn encode(&mut self, p: &Params, input: &[u8], room: usize, repeats: u64) -> Answer {
        self.ask(false, p, repeats, input, room)
    }

    pub(crate) fn decode(&mut self, p: &Params, input: &[u8], room: usize, repeats: u64) -> Answer {
        self.ask(true, p, repeats, input, room)
    }
}

impl Drop for Libaec {
    fn drop(&mut self) {
        drop(self.0.stdin.take());
        let _ = self.0.wait();
    }
}
