//! CCSDS space packets.

use super::regions::Region;
use super::status::{sqs_status, without_handle};
use super::structs::{self, Out, versioned};
use crate::packet::{self, Header, MAX_BYTES, Progress, State, Style};
use crate::status::{Error, Result, Status};
use crate::util::unsigned::Unsigned;
use core::ffi::c_void;

/// @name Flags of packets
///
/// Commands; without it telemetry.
pub const SQS_PACKET_COMMAND: u32 = 1;
/// Packets end with a checksum of two bytes, the packet error control of ECSS-E-ST-70-41.
pub const SQS_PACKET_CRC: u32 = 2;

/// @name Place of a packet in its unit
///
/// Neither the first nor the last segment.
pub const SQS_PACKET_CONTINUATION: u32 = 0;
/// The first segment.
pub const SQS_PACKET_FIRST: u32 = 1;
/// The last segment.
pub const SQS_PACKET_LAST: u32 = 2;
/// A whole unit.
pub const SQS_PACKET_WHOLE: u32 = 3;

/// Writes units as packets of one application process.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct sqs_packet_writer {
    /// sizeof(sqs_packet_writer).
    pub struct_size: u32,
    /// Application process identifier, 0 to 2047.
    pub apid: u32,
    /// Sum of #SQS_PACKET_COMMAND and #SQS_PACKET_CRC, or 0.
    pub flags: u32,
    /// Maximum size of a packet with its headers, in bytes, up to 65542; 0 means 65542.
    pub max_bytes: u32,
    /// 0.
    pub reserved: u32,
    /// State: sequence count of the next packet, modulo 16384. May be set to continue a stream.
    pub sequence: u32,
    /// State: bytes of the unit in packets; 0 between units. Set it to 0 to give up a unit.
    pub unit_at: u64,
}
versioned!(sqs_packet_writer);

/// Reads units from packets of one application process.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct sqs_packet_reader {
    /// sizeof(sqs_packet_reader).
    pub struct_size: u32,
    /// Application process identifier, 0 to 2047.
    pub apid: u32,
    /// Sum of #SQS_PACKET_COMMAND and #SQS_PACKET_CRC, or 0: as the writer.
    pub flags: u32,
    /// Size of the secondary header of packets that have one, in bytes.
    pub secondary_bytes: u32,
    /// State: one more than the expected sequence count; 0 before the first packet.
    pub expected: u32,
    /// State: 0 between units, 1 within one, 2 within a lost one; 4 more while searching for a valid packet.
    pub progress: u32,
    /// State: bytes of the unit collected.
    pub unit_at: u64,
    /// Valid packets of the application process.
    pub packets: u64,
    /// Packets of others.
    pub other_packets: u64,
    /// Packets that sequence counts show to be lost.
    pub lost_packets: u64,
    /// Repeated or late packets, which are dropped.
    pub repeated_packets: u64,
    /// Units of which a packet arrived, but not all, and units that did not fit.
    pub lost_units: u64,
    /// Bytes that belong to no packet.
    pub skipped_bytes: u64,
}
versioned!(sqs_packet_reader);

/// The primary header of a packet.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct sqs_packet {
    /// In: sizeof(sqs_packet).
    pub struct_size: u32,
    /// Application process identifier.
    pub apid: u32,
    /// 1 for a command, 0 for telemetry.
    pub command: u32,
    /// 1 if a secondary header follows.
    pub secondary: u32,
    /// Place in the unit: SQS_PACKET_CONTINUATION to SQS_PACKET_WHOLE.
    pub segment: u32,
    /// Sequence count, 0 to 16383.
    pub sequence: u32,
    /// Size of the packet with its headers in bytes, which may be more than the input has.
    pub bytes: u32,
    /// 0.
    pub reserved: u32,
}
versioned!(sqs_packet);

/// What a writer and a reader have in common.
fn style(apid: u32, flags: u32, secondary_bytes: usize) -> Result<Style> {
    structs::known("flags", flags, SQS_PACKET_COMMAND | SQS_PACKET_CRC)?;
    let (command, crc) = (flags & SQS_PACKET_COMMAND != 0, flags & SQS_PACKET_CRC != 0);
    Ok(Style { apid, command, crc, secondary_bytes })
}

/// Writes the next packet of a unit.
///
/// Call it until it returns #SQS_OK: a unit that is longer than one packet is cut into segments. Does not allocate.
///
/// @param[in,out] writer           what packets have in common, and the state
/// @param[in]     secondary        secondary header of this packet; may be NULL if secondary_bytes is 0
/// @param[in]     secondary_bytes  size of the secondary header in bytes; 0 for none
/// @param[in]     unit             the unit: the same in all calls until it is complete
/// @param[in]     unit_bytes       size of the unit in bytes, at least 1
/// @param[out]    out              the packet
/// @param[in]     out_bytes        size of out; writer->max_bytes is always enough
/// @param[out]    written_bytes    size of the packet in bytes
/// @retval SQS_OK                the packet is the last one of the unit
/// @retval SQS_AGAIN             the unit has more: call again
/// @retval SQS_ERR_SPACE         out is too short for the packet; nothing changed
/// @retval SQS_ERR_ARGUMENT      a pointer is NULL, the unit is empty or shorter than writer->unit_at, apid is above 2047,
///                               or max_bytes is above 65542 or has no room for data
/// @retval SQS_ERR_OVERLAP       buffers and structs overlap
/// @retval SQS_ERR_ALIGN         a pointer is misaligned
/// @retval SQS_ERR_STRUCT_SIZE   writer->struct_size is not valid
/// @retval SQS_ERR_UNSUPPORTED   flags or fields are set that this version does not know
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sqs_packet_write(
    writer: *mut sqs_packet_writer,
    secondary: *const c_void,
    secondary_bytes: usize,
    unit: *const c_void,
    unit_bytes: usize,
    out: *mut c_void,
    out_bytes: usize,
    written_bytes: *mut usize,
) -> sqs_status {
    without_handle(core::ptr::null_mut(), |call| {
        let outs = [
            Region::structure("writer", writer),
            Region::bytes("out", out, out_bytes),
            Region::value("written_bytes", written_bytes),
        ];
        let ins = [Region::bytes("secondary", secondary, secondary_bytes), Region::bytes("unit", unit, unit_bytes)];
        call.claim(&outs, &ins)?;
        let mut w = structs::read(writer)?;
        structs::known("reserved", w.reserved, 0)?;
        let style = style(w.apid, w.flags, secondary_bytes)?;
        let written = Out::new("written_bytes", written_bytes)?;
        // SAFETY: pointers and sizes are the caller's.
        let (secondary, unit, out) = unsafe {
            (
                structs::array("secondary", secondary.cast::<u8>(), secondary_bytes)?,
                structs::array("unit", unit.cast::<u8>(), unit_bytes)?,
                structs::array_mut("out", out.cast::<u8>(), out_bytes)?,
            )
        };
        let max = if w.max_bytes == 0 { MAX_BYTES } else { w.max_bytes as usize };
        let at = usize::try_from(w.unit_at).unwrap_or(usize::MAX);
        let (bytes, data) = packet::write(&style, max, w.sequence, secondary, unit, at, out)?;
        let more = at.sat_add(data) < unit.len();
        w.unit_at = if more { at.sat_add(data) as u64 } else { 0 };
        w.sequence = w.sequence.wrapping_add(1) & 0x3fff;
        structs::write(writer, w)?;
        written.set(bytes);
        Ok(if more { Status::Again } else { Status::Ok })
    })
}

/// Reads packets up to the end of a unit or of the input.
///
/// Give what is not consumed, the start of a packet, again with the bytes that follow it; a packet has at most 65542.
/// Lost packets, and units that are not complete, are counted in the reader and never delivered. Does not allocate.
///
/// @param[in,out] reader               what packets have in common, the state and the counts
/// @param[in]     in                   input; may be NULL if in_bytes is 0
/// @param[in]     in_bytes             size of in
/// @param[out]    consumed_bytes       bytes of in consumed
/// @param[in,out] unit                 memory of the unit: keep its content until the unit is complete
/// @param[in]     unit_capacity_bytes  size of unit; longer units are lost
/// @param[out]    unit_bytes           size of the unit that is complete; 0 if none is
/// @param[in]     flow                 #SQS_FLOW_CONTINUE, or #SQS_FLOW_END: no input follows
/// @retval SQS_OK               the input is consumed, up to the start of a packet
/// @retval SQS_AGAIN            a unit is complete: use it, and call again with the rest of the input and the same flow
/// @retval SQS_END              all input is consumed, and no more follows
/// @retval SQS_ERR_ARGUMENT     a pointer is NULL, the flow is neither of the two, apid is above 2047, the secondary
///                              header leaves no room for data, or the state is not one of a reader
/// @retval SQS_ERR_OVERLAP      buffers and structs overlap
/// @retval SQS_ERR_ALIGN        a pointer is misaligned
/// @retval SQS_ERR_STRUCT_SIZE  reader->struct_size is not valid
/// @retval SQS_ERR_UNSUPPORTED  flags or fields are set that this version does not know
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sqs_packet_read(
    reader: *mut sqs_packet_reader,
    r#in: *const c_void,
    in_bytes: usize,
    consumed_bytes: *mut usize,
    unit: *mut c_void,
    unit_capacity_bytes: usize,
    unit_bytes: *mut usize,
    flow: u32,
) -> sqs_status {
    without_handle(core::ptr::null_mut(), |call| {
        let outs = [
            Region::structure("reader", reader),
            Region::value("consumed_bytes", consumed_bytes),
            Region::bytes("unit", unit, unit_capacity_bytes),
            Region::value("unit_bytes", unit_bytes),
        ];
        call.claim(&outs, &[Region::bytes("in", r#in, in_bytes)])?;
        let mut r = structs::read(reader)?;
        let style = style(r.apid, r.flags, r.secondary_bytes as usize)?;
        style.check(MAX_BYTES)?;
        let last = match flow {
            0 => false,
            2 => true,
            _ => return Err(Error::new(Status::Argument, "flow is {a}, not SQS_FLOW_CONTINUE or SQS_FLOW_END").a(flow)),
        };
        let mut state = state_of(&r)?;
        let (consumed, length) = (Out::new("consumed_bytes", consumed_bytes)?, Out::new("unit_bytes", unit_bytes)?);
        // SAFETY: pointers and sizes are the caller's.
        let (input, unit) = unsafe {
            (
                structs::array("in", r#in.cast::<u8>(), in_bytes)?,
                structs::array_mut("unit", unit.cast::<u8>(), unit_capacity_bytes)?,
            )
        };
        let (used, complete) = state.read(&style, input, last, unit);
        store(&state, &mut r);
        structs::write(reader, r)?;
        consumed.set(used);
        length.set(complete.unwrap_or(0));
        Ok(match complete {
            Some(_) => Status::Again,
            None if last => Status::End,
            None => Status::Ok,
        })
    })
}

/// The state in a reader.
fn state_of(r: &sqs_packet_reader) -> Result<State> {
    let progress = match r.progress & 3 {
        0 => Progress::Between,
        1 => Progress::Within,
        _ => Progress::Dropping,
    };
    if r.progress > 7 || r.progress & 3 == 3 || r.expected > 1 << 14 {
        return Err(Error::new(Status::Argument, "expected {a} and progress {b} are not those of a reader: zero both")
            .a(r.expected)
            .b(r.progress));
    }
    Ok(State {
        unit_at: r.unit_at,
        expected: r.expected.checked_sub(1),
        progress,
        searching: r.progress & 4 != 0,
        packets: r.packets,
        other_packets: r.other_packets,
        lost_packets: r.lost_packets,
        repeated_packets: r.repeated_packets,
        lost_units: r.lost_units,
        skipped_bytes: r.skipped_bytes,
    })
}

/// Stores a state in a reader.
fn store(s: &State, r: &mut sqs_packet_reader) {
    r.unit_at = s.unit_at;
    r.expected = s.expected.map_or(0, |e| e.sat_add(1));
    r.progress = s.progress as u32 | if s.searching { 4 } else { 0 };
    r.packets = s.packets;
    r.other_packets = s.other_packets;
    r.lost_packets = s.lost_packets;
    r.repeated_packets = s.repeated_packets;
    r.lost_units = s.lost_units;
    r.skipped_bytes = s.skipped_bytes;
}

/// Reads the primary header at the start of a packet.
///
/// Use it to distribute packets to readers, or to list them.
///
/// @param[in]  in        input
/// @param[in]  in_bytes  size of in
/// @param[out] packet    the header; struct_size is set by the caller
/// @retval SQS_OK
/// @retval SQS_AGAIN            in has less than the 6 bytes of a header; packet is not written
/// @retval SQS_ERR_FORMAT       the version is not 0: no packet begins here
/// @retval SQS_ERR_ARGUMENT     a pointer is NULL
/// @retval SQS_ERR_OVERLAP      in and packet overlap
/// @retval SQS_ERR_ALIGN        packet is misaligned
/// @retval SQS_ERR_STRUCT_SIZE  packet->struct_size is not valid
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sqs_packet_parse(r#in: *const c_void, in_bytes: usize, packet: *mut sqs_packet) -> sqs_status {
    without_handle(core::ptr::null_mut(), |call| {
        call.claim(&[Region::structure("packet", packet)], &[Region::bytes("in", r#in, in_bytes)])?;
        structs::writable(packet)?;
        // SAFETY: pointer and size are the caller's.
        let input = unsafe { structs::array("in", r#in.cast::<u8>(), in_bytes)? };
        let Some(head) = input.first_chunk() else { return Ok(Status::Again) };
        let Some(h) = Header::parse(head) else {
            return Err(Error::new(Status::Format, "the version of a packet is not 0"));
        };
        let value = sqs_packet {
            struct_size: 0,
            apid: h.apid,
            command: h.command.into(),
            secondary: h.secondary.into(),
            segment: h.segment as u32,
            sequence: h.sequence,
            bytes: h.bytes as u32,
            reserved: 0,
        };
        structs::write(packet, value)?;
        Ok(Status::Ok)
    })
}

/// Writes a time as in secondary headers: the T-field of an unsegmented time code (CUC, CCSDS 301.0-B-4).
///
/// @param[in]  seconds        seconds since the epoch of the mission
/// @param[in]  fraction       fraction of a second in units of 2^-32 s
/// @param[in]  coarse_bytes   bytes of the seconds, 1 to 4: their low ones
/// @param[in]  fine_bytes     bytes of the fraction, 0 to 3: its high ones
/// @param[out] out            the field
/// @param[in]  out_bytes      size of out, at least coarse_bytes + fine_bytes
/// @retval SQS_OK
/// @retval SQS_ERR_ARGUMENT   out is NULL, or a number of bytes is out of range
/// @retval SQS_ERR_SPACE      out is too short
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sqs_packet_time(
    seconds: u32,
    fraction: u32,
    coarse_bytes: u32,
    fine_bytes: u32,
    out: *mut c_void,
    out_bytes: usize,
) -> sqs_status {
    without_handle(core::ptr::null_mut(), |call| {
        call.claim(&[Region::bytes("out", out, out_bytes)], &[])?;
        structs::usable("out", out.cast_const().cast::<u8>())?;
        if !(1..=4).contains(&coarse_bytes) || fine_bytes > 3 {
            return Err(Error::new(Status::Argument, "a time of {a} and {b} bytes, not 1 to 4 and 0 to 3")
                .a(coarse_bytes)
                .b(fine_bytes));
        }
        // SAFETY: pointer and size are the caller's.
        let to = unsafe { structs::array_mut("out", out.cast::<u8>(), out_bytes)? };
        let short = Error::new(Status::Space, "out has {a} bytes, but a time needs more").a(out_bytes as u64);
        packet::write_time(seconds, fraction, coarse_bytes as usize, fine_bytes as usize, to).ok_or(short)?;
        Ok(Status::Ok)
    })
}
