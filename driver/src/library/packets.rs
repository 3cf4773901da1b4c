//! Space packets.

use super::failure::{Failure, Result};
use core::ffi::c_void;
use core::mem::size_of;
use sqrtspace::ffi::*;

/// The primary header of a packet.
pub(crate) type Packet = sqs_packet;

/// The primary header at the start of `data`; None if no packet begins there, or fewer than 6 bytes are left.
pub(crate) fn packet(data: &[u8]) -> Option<Packet> {
    let mut packet = sqs_packet {
        struct_size: size_of::<sqs_packet>() as u32,
        apid: 0,
        command: 0,
        secondary: 0,
        segment: 0,
        sequence: 0,
        bytes: 0,
        reserved: 0,
    };
    // SAFETY: the slice has as many bytes as given.
    let status = unsafe { sqs_packet_parse(data.as_ptr().cast(), data.len(), &raw mut packet) };
    (status == SQS_OK).then_some(packet)
}

fn flags(crc: bool, command: bool) -> u32 {
    u32::from(crc) * SQS_PACKET_CRC + u32::from(command) * SQS_PACKET_COMMAND
}

/// Writes units as packets.
pub(crate) struct PacketWriter(sqs_packet_writer);

impl PacketWriter {
    pub(crate) fn new(apid: u32, max_bytes: u32, sequence: u32, crc: bool, command: bool) -> Self {
        let struct_size = size_of::<sqs_packet_writer>() as u32;
        let flags = flags(crc, command);
        PacketWriter(sqs_packet_writer { struct_size, apid, flags, max_bytes, reserved: 0, sequence, unit_at: 0 })
    }

    /// Writes the next packet of a unit to `out`. Returns its size, and true if the unit has more.
    pub(crate) fn write(&mut self, secondary: &[u8], unit: &[u8], out: &mut [u8]) -> Result<(usize, bool)> {
        let (head, data, to) = (secondary.as_ptr().cast(), unit.as_ptr().cast(), out.as_mut_ptr().cast::<c_void>());
        let mut written = 0;
        // SAFETY: the slices have as many bytes as given.
        let status = unsafe {
            sqs_packet_write(&raw mut self.0, head, secondary.len(), data, unit.len(), to, out.len(), &raw mut written)
        };
        if status < 0 { Err(Failure::new(status, String::new())) } else { Ok((written, status == SQS_AGAIN)) }
    }
}

/// A time as CUC, in 4 bytes of seconds and 2 of fractions.
pub(crate) fn packet_time(seconds: u32, fraction: u32) -> [u8; 6] {
    let mut out = [0u8; 6];
    // SAFETY: `out` has the bytes given. 4 and 2 bytes are within the limits, so that the call succeeds.
    unsafe { sqs_packet_time(seconds, fraction, 4, 2, out.as_mut_ptr().cast(), out.len()) };
    out
}

/// Counts of a reader.
pub(crate) type PacketCounts = sqs_packet_reader;

/// Reads units from packets.
pub(crate) struct PacketReader {
    reader: sqs_packet_reader,
    unit: Vec<u8>,
}

impl PacketReader {
    pub(crate) fn new(apid: u32, secondary_bytes: u32, max_unit: usize, crc: bool, command: bool) -> Self {
        let reader = sqs_packet_reader {
            struct_size: size_of::<sqs_packet_reader>() as u32,
            apid,
            flags: flags(crc, command),
            secondary_bytes,
            expected: 0,
            progress: 0,
            unit_at: 0,
            packets: 0,
            other_packets: 0,
            lost_packets: 0,
            repeated_packets: 0,
            lost_units: 0,
            skipped_bytes: 0,
        };
        PacketReader { reader, unit: vec![0; max_unit] }
    }

    /// Reads from `data` up to the end of a unit. Returns the bytes read, and the unit if one is complete.
    pub(crate) fn read(&mut self, data: &[u8], last: bool) -> Result<(usize, Option<&[u8]>)> {
        let flow = if last { SQS_FLOW_END } else { SQS_FLOW_CONTINUE };
        let (mut used, mut len) = (0, 0);
        // SAFETY: slices have as many bytes as given.
        let status = unsafe {
            sqs_packet_read(
                &raw mut self.reader,
                data.as_ptr().cast(),
                data.len(),
                &raw mut used,
                self.unit.as_mut_ptr().cast(),
                self.unit.len(),
                &raw mut len,
                flow,
            )
        };
        if status < 0 {
            return Err(Failure::new(status, String::new()));
        }
        Ok((used, if status == SQS_AGAIN { self.unit.get(..len) } else { None }))
    }

    pub(crate) fn counts(&self) -> PacketCounts {
        self.reader
    }
}
