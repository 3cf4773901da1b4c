//! `driver packets split` and `join`.

use crate::cli::{JoinArgs, SplitArgs};
use crate::codec::{Damage, open};
use crate::error::Result;
use crate::library::{PacketReader, PacketWriter, packet_time};
use crate::report::numbers::whole;
use crate::report::{complain, output, print};
use std::io::{Read, Write};
use std::path::Path;
use std::time::SystemTime;

/// Maximum size of a packet.
const MAX_BYTES: usize = 65542;
/// Default size of a unit of anything but an encoded file.
const UNIT: usize = 4096;
/// Bytes of a frame header up to its payload, by version, and the position of the payload's length in it.
const HEADERS: [(u8, usize, usize); 2] = [(1, 32, 17), (2, 35, 20)];
/// The first bytes of a frame.
const SYNC: [u8; 4] = [0xf5, 0x53, 0x51, 0xb2];

/// The size of the frame that `data` begins with, if it has a header.
fn frame_bytes(data: &[u8]) -> Option<usize> {
    let version = data.get(4).filter(|_| data.starts_with(&SYNC))? >> 4;
    let (_, head, at) = HEADERS.into_iter().find(|(v, ..)| *v == version)?;
    let len = data.get(at..at + 3)?.iter().fold(0, |n, b| n << 8 | usize::from(*b));
    Some(head + len + 4)
}

/// Fills `held` up to `size` bytes. Returns true at the end of the input.
fn fill(source: &mut dyn Read, held: &mut Vec<u8>, size: usize, path: &str) -> Result<bool> {
    let more = size.saturating_sub(held.len()) as u64;
    source.take(more).read_to_end(held).map_err(|e| format!("{path}: {e}"))?;
    Ok(held.len() < size)
}

/// Reports where the output is not standard output.
fn summary(output: &str, text: &str) -> Result<()> {
    if output::is_stdout(output) {
        complain(text);
        return Ok(());
    }
    print(text)
}

/// Splits a file into packets.
pub(crate) fn split(args: &SplitArgs) -> Result<()> {
    output::check(&args.output, args.force)?;
    let (mut source, _) = open(&args.input)?;
    let max = u32::try_from(args.max_bytes).unwrap_or(u32::MAX);
    let mut writer = PacketWriter::new(args.common.apid, max, args.sequence, args.common.crc, args.common.command);
    let (mut units, mut packets, mut failed) = (0u64, 0u64, None);
    let written = output::Output::write(Path::new(&args.output), |to| {
        failed = units_of(args, &mut *source, &mut |unit| {
            let mut more = true;
            let mut packet = vec![0; MAX_BYTES];
            units += 1;
            while more {
                let time = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
                let fraction = (u64::from(time.subsec_nanos()) << 32) / 1_000_000_000;
                let time = packet_time(time.as_secs() as u32, fraction as u32);
                let (n, rest) = writer.write(if args.time { &time } else { &[] }, unit, &mut packet)?;
                to.write_all(&packet[..n])?;
                packets += 1;
                more = rest;
            }
            Ok(())
        })
        .err();
        failed.as_ref().map_or(Ok(()), |e| Err(std::io::Error::other(e.to_string())))
    });
    if let Some(e) = failed {
        return Err(e);
    }
    written?;
    summary(
        &args.output,
        &format!("{} units in {} packets of APID {}\n", whole(units), whole(packets), args.common.apid),
    )
}

/// Calls `each` with the units of the input: frames of an encoded file, or parts of equal length.
fn units_of(args: &SplitArgs, source: &mut dyn Read, each: &mut dyn FnMut(&[u8]) -> Result<()>) -> Result<()> {
    let mut held = Vec::new();
    loop {
        let mut size = if args.unit > 0 { usize::try_from(args.unit)? } else { UNIT };
        if args.unit == 0 {
            fill(source, &mut held, HEADERS[1].1, &args.input)?;
            size = frame_bytes(&held).unwrap_or(UNIT);
        }
        fill(source, &mut held, size, &args.input)?;
        let n = held.len().min(size);
        if n == 0 {
            return Ok(());
        }
        each(&held[..n])?;
        held.drain(..n);
    }
}

/// Joins the units of an application process.
pub(crate) fn join(args: &JoinArgs) -> Result<()> {
    output::check(&args.output, args.force)?;
    let (mut source, _) = open(&args.input)?;
    let secondary = u32::try_from(args.secondary)?;
    let max_unit = usize::try_from(args.max_unit)?;
    let mut reader = PacketReader::new(args.common.apid, secondary, max_unit, args.common.crc, args.common.command);
    let (mut units, mut failed) = (0u64, None);
    let written = output::Output::write(Path::new(&args.output), |to| {
        failed = join_to(&mut reader, &mut *source, &args.input, &mut |unit| {
            units += 1;
            Ok(to.write_all(unit)?)
        })
        .err();
        failed.as_ref().map_or(Ok(()), |e| Err(std::io::Error::other(e.to_string())))
    });
    if let Some(e) = failed {
        return Err(e);
    }
    written?;
    let c = reader.counts();
    let lost = format!(
        "{} packets lost, {} repeated or late, {} units lost, {} bytes outside packets",
        whole(c.lost_packets),
        whole(c.repeated_packets),
        whole(c.lost_units),
        whole(c.skipped_bytes)
    );
    let text = format!("{} units in {} packets of APID {}", whole(units), whole(c.packets), args.common.apid);
    summary(&args.output, &format!("{text}; {} packets of others\n", whole(c.other_packets)))?;
    if c.lost_packets + c.lost_units + c.skipped_bytes > 0 {
        return Err(Damage(format!("{}: {lost}", args.input)).into());
    }
    Ok(())
}

/// Reads all packets and calls `each` with every unit.
fn join_to(
    reader: &mut PacketReader,
    source: &mut dyn Read,
    path: &str,
    each: &mut dyn FnMut(&[u8]) -> Result<()>,
) -> Result<()> {
    let mut held = Vec::new();
    loop {
        let last = fill(source, &mut held, 4 * MAX_BYTES, path)?;
        let mut at = 0;
        loop {
            let (used, unit) = reader.read(&held[at..], last)?;
            at += used;
            let Some(unit) = unit else { break };
            each(unit)?;
        }
        if last {
            return Ok(());
        }
        held.drain(..at);
    }
}
