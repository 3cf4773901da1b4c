//! Space packets as telemetry has them: several application processes, interleaved.

use crate::streams::Random;

/// What the packets of a stream have in common.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Kind {
    /// One application process.
    Single,
    /// Eight application processes in random order, each with a length of its own.
    Mixed,
    /// The same in turn.
    Turns,
    /// The same in random order, and the lengths of packets vary.
    Variable,
}

/// One application process.
struct Process {
    apid: u16,
    sequence: u16,
    count: u32,
    walks: Vec<u16>,
    floats: Vec<f64>,
    flags: Vec<u8>,
}

impl Process {
    fn new(number: usize, r: &mut Random) -> Self {
        Process {
            apid: 16 + 7 * number as u16,
            sequence: (r.next() & 0x3fff) as u16,
            count: r.next() % 1000,
            walks: (0..8 + r.below(17)).map(|_| 2000 + (r.next() % 28_000) as u16).collect(),
            floats: (0..2 + r.below(7)).map(|_| f64::from(r.next() % 60_000) * 1e-4).collect(),
            flags: (0..2 + r.below(5)).map(|_| (r.next() & 3) as u8).collect(),
        }
    }

    /// The next packet, at a time in units of 2^-16 s.
    fn packet(&mut self, time: u64, variable: bool, r: &mut Random) -> Vec<u8> {
        self.count += 1;
        let mut data = (800_000_000 + (time >> 16) as u32).to_be_bytes().to_vec();
        data.extend((time as u16).to_be_bytes());
        data.extend(self.count.to_be_bytes());
        for v in &mut self.walks {
            *v = v.wrapping_add([0, 1, 2, 1, 0, 0xffff, 0xfffe, 0xffff, 0, 0][r.below(10)]);
            data.extend(v.to_be_bytes());
        }
        for phase in &self.floats {
            let v = 20.0 + 5.0 * (time as f64 / 6_553_600.0 + phase).sin();
            data.extend((((v * 100.0).round() / 100.0) as f32).to_be_bytes());
        }
        for flag in &mut self.flags {
            *flag ^= u8::from(r.below(100) == 0);
            data.push(*flag);
        }
        if variable {
            data.extend((0..r.below(20)).map(|_| b'A' + r.below(26) as u8));
        }
        let mut packet = (0x0800 | self.apid).to_be_bytes().to_vec();
        packet.extend((0xc000 | self.sequence).to_be_bytes());
        packet.extend((data.len() as u16 - 1).to_be_bytes());
        packet.extend(data);
        self.sequence = (self.sequence + 1) & 0x3fff;
        packet
    }
}

/// `count` packets of a kind.
pub(crate) fn packets(kind: Kind, count: usize, seed: u64) -> Vec<Vec<u8>> {
    let mut r = Random(seed);
    let number = if kind == Kind::Single { 1 } else { 8 };
    let mut all: Vec<Process> = (0..number).map(|n| Process::new(n, &mut r)).collect();
    let mut time = 0u64;
    (0..count)
        .map(|i| {
            let n = if kind == Kind::Turns { i % number } else { r.below(number) };
            time += 3277 + u64::from(r.next() % 66);
            all[n].packet(time, kind == Kind::Variable, &mut r)
        })
        .collect()
}
