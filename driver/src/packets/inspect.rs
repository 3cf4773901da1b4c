//! `driver packets inspect`.

use crate::cli::PacketsArgs;
use crate::codec::{Damage, open};
use crate::error::Result;
use crate::library::{Packet, packet};
use crate::report::json::Object;
use crate::report::numbers::whole;
use crate::report::print;
use std::collections::BTreeMap;
use std::io::Read;

/// Number of sequence counts.
const COUNTS: u32 = 1 << 14;

/// What is known of an application process.
#[derive(Default)]
struct Process {
    packets: u64,
    bytes: u64,
    shortest: u32,
    longest: u32,
    units: u64,
    next: u32,
    lost: u64,
    repeated: u64,
}

impl Process {
    fn add(&mut self, p: &Packet) {
        let gap = if self.packets == 0 { 0 } else { p.sequence.wrapping_sub(self.next) % COUNTS };
        self.shortest = if self.packets == 0 { p.bytes } else { self.shortest.min(p.bytes) };
        self.longest = self.longest.max(p.bytes);
        self.packets += 1;
        self.bytes += u64::from(p.bytes);
        self.units += u64::from(p.segment >= 2);
        if gap >= COUNTS / 2 {
            self.repeated += 1;
        } else {
            self.lost += u64::from(gap);
            self.next = (p.sequence + 1) % COUNTS;
        }
    }

    fn object(&self, apid: u32, command: bool) -> String {
        Object::new()
            .whole("apid", apid.into())
            .flag("command", command)
            .whole("packets", self.packets)
            .whole("bytes", self.bytes)
            .whole("shortest", self.shortest.into())
            .whole("longest", self.longest.into())
            .whole("units", self.units)
            .whole("lost", self.lost)
            .whole("repeated", self.repeated)
            .close()
    }

    fn line(&self, apid: u32, command: bool) -> String {
        let lengths = match self.shortest == self.longest {
            true => whole(self.longest.into()),
            false => format!("{}-{}", whole(self.shortest.into()), whole(self.longest.into())),
        };
        let kind = if command { "command" } else { "telemetry" };
        let (packets, units, lost) = (whole(self.packets), whole(self.units), whole(self.lost));
        format!("{apid:>6}  {kind:<10}{packets:>12}{lengths:>16}{units:>12}{lost:>10}{:>10}\n", whole(self.repeated))
    }
}

/// Lists the application processes of a file of packets.
pub(crate) fn inspect(args: &PacketsArgs) -> Result<()> {
    let (mut source, _) = open(&args.input)?;
    let mut all: BTreeMap<(u32, bool), Process> = BTreeMap::new();
    let (mut held, mut position, mut end) = (Vec::new(), 0u64, false);
    let left = loop {
        if !end {
            let more = (1u64 << 20) - held.len() as u64;
            source.by_ref().take(more).read_to_end(&mut held).map_err(|e| format!("{}: {e}", args.input))?;
            end = held.len() < 1 << 20;
        }
        let mut at = 0;
        while let Some(p) = packet(&held[at..]).filter(|p| held.len() - at >= p.bytes as usize) {
            all.entry((p.apid, p.command == 1)).or_default().add(&p);
            at += p.bytes as usize;
        }
        position += at as u64;
        held.drain(..at);
        if end || at == 0 {
            break held.len() as u64;
        }
    };
    let lost: u64 = all.values().map(|p| p.lost).sum();
    if args.json {
        let list: Vec<String> = all.iter().map(|((apid, command), p)| p.object(*apid, *command)).collect();
        let o = Object::new().list("processes", &list).whole("lost", lost).whole("bytes", position);
        print(&format!("{}\n", o.whole("left_bytes", left).close()))?;
    } else {
        print("  APID  type           packets         lengths       units      lost  repeated\n")?;
        for ((apid, command), p) in &all {
            print(&p.line(*apid, *command))?;
        }
    }
    let mut damage = Vec::new();
    if lost > 0 {
        damage.push(format!("{} packets lost", whole(lost)));
    }
    if left > 0 {
        damage.push(format!("no whole packet at byte {position}, with {} bytes from there on read", whole(left)));
    }
    if damage.is_empty() { Ok(()) } else { Err(Damage(format!("{}: {}", args.input, damage.join("; "))).into()) }
}
