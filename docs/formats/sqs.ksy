meta:
  id: sqs
  title: Stream of libsqrtspace's codec
  file-extension: sqs
  license: MIT
  endian: be
doc: |
  The container format, versions 1 and 2: frames up to the end frame. Numbers in brackets are sections of container.md.
  Payloads are described down to glyphs and blocks, not to samples.
doc-ref: container.md
seq:
  - id: frames
    type: frame
    repeat: until
    repeat-until: _.header.codec == codecs::end
types:
  frame:
    doc: A header, a payload, and its CRC-32C [3].
    seq:
      - id: header
        type: header
      - id: payload
        size: header.len_payload
        type:
          switch-on: header.codec
          cases:
            'codecs::numeric': numeric
            'codecs::lz': lz
            'codecs::ccsds121': ccsds121
            'codecs::packets': packets
            'codecs::end': end
      - id: crc_payload
        type: u4
        doc: Of the header CRC (version 2) and the payload.
  header:
    doc: The header of version 1 or 2 [3.1, 3.2].
    seq:
      - id: sync
        contents: [0xf5, 0x53, 0x51, 0xb2]
      - id: version
        type: b4
      - id: position_high
        type: b4
      - id: position_low
        type: b4
      - id: codec
        type: b4
        enum: codecs
      - id: is_little_endian
        type: b1
      - id: sample
        type: b7
        enum: samples
      - id: channels_less_one
        type: u2
      - id: tag
        type: u2
        if: version == 1
      - id: sequence
        type: b24
        if: version == 1
      - id: identity
        type: u8
        if: version == 2
      - id: len_raw
        type: b24
      - id: len_payload
        type: b24
      - id: ofs_raw
        type: u8
      - id: crc_header
        type: u4
    instances:
      position:
        value: (position_high << 4) | position_low
        doc: Position in the frame group [14].
      channels:
        value: channels_less_one + 1
  reference:
    doc: The start of a payload that may refer to bytes before its frame [14].
    seq:
      - id: len_before
        type: varint
      - id: crc_raw
        type: u4
  numeric:
    doc: Groups of rows, and the bytes after the last row [6].
    seq:
      - id: reference
        type: reference
        if: _parent.header.position > 0
      - id: groups
        type: glyph
        repeat: eos
  lz:
    doc: A block of lz.md [12].
    seq:
      - id: reference
        type: reference
        if: _parent.header.position > 0
      - id: block
        size-eos: true
  ccsds121:
    doc: Parameters and a bitstream of ccsds121.md [13].
    seq:
      - id: bits
        type: u1
      - id: flags
        type: u1
      - id: block
        type: u2
      - id: rsi
        type: u2
      - id: coded
        size-eos: true
  packets:
    doc: Kinds of space packets, and their fields in blocks [15].
    seq:
      - id: len_head
        type: varint
      - id: num_packets
        type: varint
      - id: num_kinds
        type: varint
      - id: kinds
        type: packet_kind
        repeat: expr
        repeat-expr: num_kinds.value
      - id: order
        type: block
        if: num_kinds.value > 1
        doc: The kind of each packet.
      - id: blocks
        size-eos: true
  packet_kind:
    seq:
      - id: identification
        type: u2
      - id: length
        type: varint
        doc: 0 if lengths differ.
      - id: covered
        type: varint
  block:
    doc: An array of bytes of packets [15.1].
    seq:
      - id: mode
        type: u1
        enum: modes
      - id: len
        type: varint
        if: mode != modes::stored
      - id: body
        size: 'mode == modes::stored ? _parent.num_packets.value : len.value'
  end:
    doc: An optional index, and the length of the end frame [4].
    seq:
      - id: index
        type: glyph
        if: _io.size > 4
      - id: len_frame
        type: u4
  glyph:
    doc: A unit of numeric payloads and the index [5].
    seq:
      - id: kind
        type: b2
        enum: glyphs
      - id: has_payload
        type: b1
      - id: short_id
        type: b5
      - id: long_id
        type: varint
        if: short_id == 31
      - id: len
        type: varint
        if: has_payload
      - id: payload
        size: len.value
        if: has_payload
        type:
          switch-on: 'kind == glyphs::composite ? short_id : 31'
          cases:
            0: group
            1: index
  group:
    doc: Rows of all channels [6].
    seq:
      - id: num_rows
        type: varint
      - id: planes
        type: glyph
        repeat: eos
  index:
    seq:
      - id: entries
        type: index_entry
        repeat: eos
  index_entry:
    seq:
      - id: ofs_raw
        type: u8
      - id: ofs_frame
        type: u8
  varint:
    doc: An unsigned number of up to 32 bits, seven bits per byte, most significant group first [1].
    seq:
      - id: groups
        type: varint_group
        repeat: until
        repeat-until: not _.has_more
    instances:
      last:
        value: groups.size - 1
      value:
        value: >-
          groups[last].bits
          | (last >= 1 ? groups[last - 1].bits << 7 : 0)
          | (last >= 2 ? groups[last - 2].bits << 14 : 0)
          | (last >= 3 ? groups[last - 3].bits << 21 : 0)
          | (last >= 4 ? groups[last - 4].bits << 28 : 0)
  varint_group:
    seq:
      - id: has_more
        type: b1
      - id: bits
        type: b7
enums:
  codecs:
    0: stored
    1: numeric
    2: lz
    3: ccsds121
    4: packets
    15: end
  samples:
    0: bytes
    1: i8
    2: u8
    3: i16
    4: u16
    5: i24
    6: i32
    7: u32
    8: i64
    9: f32
    10: f64
  glyphs:
    0: primitive
    1: reference
    2: delta
    3: composite
  modes:
    0: stored
    1: numeric
    2: lz
    3: columns
