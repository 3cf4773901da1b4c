-- Wireshark dissector for space packets (CCSDS 133.0-B) that carry codec frames of libsqrtspace, and for frames alone.
-- docs/formats/container.md, section 3, specifies the frames. Checksums are shown, not checked.
--
-- sqs         frames in UDP datagrams: by their sync marker, or "Decode As"
-- sqs_packet  space packets in UDP datagrams: preference "UDP port", or "Decode As". A gap in the sequence count of an
--             APID is a warning of the packet after it.

local CODECS = { [0] = "stored", "numeric", "LZ", "CCSDS 121", "packets", [15] = "end" }
local SAMPLES = { [0] = "bytes", "i8", "u8", "i16", "u16", "i24", "i32", "u32", "i64", "f32", "f64" }
local SEGMENTS = { [0] = "continuation", "first", "last", "unsegmented" }
local SYNC = 0xF55351B2
local HEADER_BYTES = { 32, 35 }

local sqs = Proto("sqs", "libsqrtspace frame")
local f = sqs.fields
f.version = ProtoField.uint8("sqs.version", "Version")
f.position = ProtoField.uint8("sqs.position", "Position in the group")
f.codec = ProtoField.uint8("sqs.codec", "Codec", base.DEC, CODECS)
f.little = ProtoField.bool("sqs.little_endian", "Little-endian samples")
f.sample = ProtoField.uint8("sqs.sample", "Sample type", base.DEC, SAMPLES)
f.channels = ProtoField.uint16("sqs.channels", "Channels")
f.identity = ProtoField.uint64("sqs.identity", "Identity", base.HEX)
f.tag = ProtoField.uint16("sqs.tag", "Tag", base.HEX)
f.sequence = ProtoField.uint24("sqs.sequence", "Sequence")
f.raw = ProtoField.uint24("sqs.raw_bytes", "Raw length")
f.len = ProtoField.uint24("sqs.payload_bytes", "Payload length")
f.offset = ProtoField.uint64("sqs.raw_offset", "Raw offset")
f.header_crc = ProtoField.uint32("sqs.header_crc", "Header CRC", base.HEX)
f.payload = ProtoField.bytes("sqs.payload", "Payload")
f.payload_crc = ProtoField.uint32("sqs.payload_crc", "Payload CRC", base.HEX)
local cut = ProtoExpert.new("sqs.cut", "The frame continues after this packet", expert.group.REASSEMBLE,
    expert.severity.NOTE)
local unknown = ProtoExpert.new("sqs.unknown", "Unknown version", expert.group.UNDECODED, expert.severity.WARN)
sqs.experts = { cut, unknown }

local function is_frame(buffer)
    return buffer:len() >= 5 and buffer(0, 4):uint() == SYNC
end

-- Adds the frame at the start of the buffer to the tree. Returns its length, or nil where the header is not complete.
local function frame(buffer, tree)
    local version = bit.rshift(buffer(4, 1):uint(), 4)
    local header = HEADER_BYTES[version]
    local item = tree:add(sqs, buffer())
    item:add(f.version, buffer(4, 1), version)
    if not header then
        item:add_proto_expert_info(unknown)
        return nil
    end
    if buffer:len() < header then
        item:add_proto_expert_info(cut)
        return nil
    end
    local codec, format = buffer(5, 1):uint(), buffer(6, 1):uint()
    local position = bit.lshift(bit.band(buffer(4, 1):uint(), 15), 4) + bit.rshift(codec, 4)
    item:add(f.position, buffer(4, 2), position)
    item:add(f.codec, buffer(5, 1), bit.band(codec, 15))
    item:add(f.little, buffer(6, 1), format >= 128)
    item:add(f.sample, buffer(6, 1), bit.band(format, 127))
    item:add(f.channels, buffer(7, 2), buffer(7, 2):uint() + 1)
    if version == 2 then
        item:add(f.identity, buffer(9, 8))
    else
        item:add(f.tag, buffer(9, 2))
        item:add(f.sequence, buffer(11, 3))
    end
    local at = header - 18
    local payload = buffer(at + 3, 3):uint()
    item:add(f.raw, buffer(at, 3))
    item:add(f.len, buffer(at + 3, 3))
    item:add(f.offset, buffer(at + 6, 8))
    item:add(f.header_crc, buffer(at + 14, 4))
    item:append_text(string.format(": %s, %d bytes at %s", CODECS[bit.band(codec, 15)] or "unknown codec",
        buffer(at, 3):uint(), tostring(buffer(at + 6, 8):uint64())))
    local rest = buffer:len() - header
    if payload > 0 and rest > 0 then
        item:add(f.payload, buffer(header, math.min(payload, rest)))
    end
    local total = header + payload + 4
    if buffer:len() < total then
        item:add_proto_expert_info(cut)
    else
        item:add(f.payload_crc, buffer(header + payload, 4))
        item:set_len(total)
    end
    return total
end

-- Frames that follow one another. Each takes 36 bytes or more, which bounds the loop.
local function frames(buffer, tree)
    local at = 0
    while at < buffer:len() and is_frame(buffer(at)) do
        local used = frame(buffer(at), tree)
        if not used then return end
        at = at + used
    end
end

function sqs.dissector(buffer, pinfo, tree)
    if not is_frame(buffer) then return 0 end
    pinfo.cols.protocol = "SQS"
    frames(buffer, tree)
    return buffer:len()
end

local packet = Proto("sqs_packet", "Space packet (libsqrtspace)")
packet.prefs.port = Pref.uint("UDP port", 0, "Datagrams of this port hold space packets; 0: none")
packet.prefs.secondary = Pref.uint("Secondary header", 0, "Bytes of the secondary header of packets that have one")
local p = packet.fields
p.version = ProtoField.uint16("sqs_packet.version", "Version", base.DEC, nil, 0xE000)
p.command = ProtoField.uint16("sqs_packet.type", "Type", base.DEC, { [0] = "telemetry", "telecommand" }, 0x1000)
p.secondary = ProtoField.bool("sqs_packet.secondary", "Secondary header", 16, nil, 0x0800)
p.apid = ProtoField.uint16("sqs_packet.apid", "APID", base.DEC, nil, 0x07FF)
p.segment = ProtoField.uint16("sqs_packet.segment", "Sequence flags", base.DEC, SEGMENTS, 0xC000)
p.count = ProtoField.uint16("sqs_packet.count", "Sequence count", base.DEC, nil, 0x3FFF)
p.bytes = ProtoField.uint32("sqs_packet.bytes", "Length of the packet")
p.header = ProtoField.bytes("sqs_packet.secondary_header", "Secondary header")
p.data = ProtoField.bytes("sqs_packet.data", "User data")
p.missing = ProtoField.uint16("sqs_packet.missing", "Missing packets before this one")
local gap = ProtoExpert.new("sqs_packet.gap", "Gap in the sequence count", expert.group.SEQUENCE, expert.severity.WARN)
local short = ProtoExpert.new("sqs_packet.cut", "The packet is cut off", expert.group.MALFORMED, expert.severity.WARN)
packet.experts = { gap, short }

-- Last sequence count of each APID, and the missing packets found in the first traversal of the capture.
local last, missing = {}, {}
function packet.init() last, missing = {}, {} end

-- Packets missing before the packet at this place of the capture.
local function missing_before(pinfo, at, apid, count)
    local key = pinfo.number .. ":" .. at
    if not pinfo.visited then
        if last[apid] then missing[key] = (count - last[apid] - 1) % 16384 end
        last[apid] = count
    end
    return missing[key] or 0
end

-- Adds the packet at the start of the buffer. Returns its length.
local function space_packet(buffer, pinfo, tree, at)
    local first, second = buffer(0, 2):uint(), buffer(2, 2):uint()
    local total = buffer(4, 2):uint() + 7
    local apid, count = bit.band(first, 0x7FF), bit.band(second, 0x3FFF)
    local item = tree:add(packet, buffer(0, math.min(total, buffer:len())))
    item:append_text(string.format(", APID %d, count %d", apid, count))
    for _, field in ipairs({ p.version, p.command, p.secondary, p.apid }) do item:add(field, buffer(0, 2)) end
    item:add(p.segment, buffer(2, 2))
    item:add(p.count, buffer(2, 2))
    item:add(p.bytes, buffer(4, 2), total)
    local lost = missing_before(pinfo, at, apid, count)
    if lost > 0 then
        item:add(p.missing, lost):set_generated()
        item:add_proto_expert_info(gap, lost .. " packets are missing")
    end
    if buffer:len() < total then item:add_proto_expert_info(short) end
    local from, data_end = 6, math.min(total, buffer:len())
    if bit.band(first, 0x800) ~= 0 and packet.prefs.secondary > 0 then
        from = math.min(6 + packet.prefs.secondary, data_end)
        if from > 6 then item:add(p.header, buffer(6, from - 6)) end
    end
    if from < data_end then
        local data = buffer(from, data_end - from):tvb("User data")
        item:add(p.data, buffer(from, data_end - from))
        frames(data, tree)
    end
    return total
end

function packet.dissector(buffer, pinfo, tree)
    pinfo.cols.protocol = "SQS packet"
    local at = 0
    -- Each packet takes 7 bytes or more, which bounds the loop.
    while buffer:len() - at >= 7 do
        at = at + space_packet(buffer(at):tvb("Packet"), pinfo, tree, at)
    end
    return buffer:len()
end

local ports = DissectorTable.get("udp.port")
local registered = 0
function packet.prefs_changed()
    if registered > 0 then ports:remove(registered, packet) end
    registered = packet.prefs.port
    if registered > 0 then ports:add(registered, packet) end
end
ports:add_for_decode_as(packet)
ports:add_for_decode_as(sqs)
sqs:register_heuristic("udp", function(buffer, pinfo, tree)
    if not is_frame(buffer) then return false end
    sqs.dissector(buffer, pinfo, tree)
    return true
end)
