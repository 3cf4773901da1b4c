//! What docs/formats/container.md has a reader refuse, one by one: beside each frame that is refused stands one that is not, from
//! which it differs in one point. The names are the sections.

use crate::damage::{both, frame};
use sqrtspace::codec::container::format::{ByteOrder, Format, SampleType};
use sqrtspace::codec::container::frame::{Codec, Header, StreamId};
use sqrtspace::crc::crc32c;

/// Fields of some bits each, padded with `padding`.
fn bits(fields: &[(u64, u32)], padding: u8) -> Vec<u8> {
    let all = fields.iter().flat_map(|(v, n)| (0..*n).rev().map(move |i| v >> i & 1 == 1));
    let all: Vec<bool> = all.collect();
    let byte = |b: &[bool]| (0..8).fold(0, |v, i| v << 1 | b.get(i).map_or(padding & 1, |b| u8::from(*b)));
    all.chunks(8).map(byte).collect()
}

fn varint(v: usize) -> Vec<u8> {
    let groups = (0..5).rev().map(|i| (v >> (7 * i)) as u8 & 0x7f).collect::<Vec<_>>();
    let from = groups.iter().position(|g| *g > 0).unwrap_or(4);
    let last = groups.len() - 1;
    groups.iter().enumerate().skip(from).map(|(i, g)| if i < last { g | 0x80 } else { *g }).collect()
}

fn glyph(kind: u8, id: u8, payload: &[u8]) -> Vec<u8> {
    [&[kind << 6 | 0x20 | id][..], &varint(payload.len()), payload].concat()
}

/// A group of one channel.
fn group(rows: usize, plane: &[u8]) -> Vec<u8> {
    glyph(3, 0, &[&varint(rows), plane].concat())
}

/// A stream of a frame of `raw_len` bytes, after another one of the same group with `before`, if that is not empty.
fn stream(f: Format, before: &[u8], raw_len: usize, payload: &[u8]) -> Vec<u8> {
    let mut h = Header {
        codec: Codec::Stored,
        position: 0,
        format: f,
        stream: StreamId::new(1),
        raw_offset: 0,
        raw_len: before.len() as u32,
        payload_len: 0,
    };
    let mut out = Vec::new();
    if !before.is_empty() {
        out.extend(frame(&h, before));
        h = Header { position: 1, raw_offset: before.len() as u64, ..h };
    }
    h = Header { codec: Codec::Numeric, raw_len: raw_len as u32, ..h };
    out.extend(frame(&h, payload));
    let end = Header { codec: Codec::End, position: 0, raw_offset: h.raw_end(), raw_len: 0, ..h };
    out.extend(frame(&end, &43u32.to_be_bytes()));
    out
}

fn format(sample: SampleType) -> Format {
    Format::new(sample, ByteOrder::Big, 1).unwrap()
}

const ROWS: usize = 64;

/// A frame of one group and channel: `good` payloads of its plane's glyph are taken, `bad` ones refused.
fn planes(case: &str, sample: SampleType, (kind, id): (u8, u8), good: &[Vec<u8>], bad: &[Vec<u8>]) {
    let f = format(sample);
    for (i, (p, taken)) in good.iter().map(|p| (p, true)).chain(bad.iter().map(|p| (p, false))).enumerate() {
        let stream = stream(f, &[], ROWS * f.row_bytes(), &group(ROWS, &glyph(kind, id, p)));
        assert_eq!(both(&stream, case).is_some(), taken, "{case}: {i}");
    }
}

/// The same of integers with a base of 0 and a factor of 1, by predictor and residuals.
fn predicted(case: &str, good: &[Vec<u8>], bad: &[Vec<u8>]) {
    let all = |p: &[Vec<u8>]| p.iter().map(|p| [&[0, 1], &p[..]].concat()).collect::<Vec<_>>();
    planes(case, SampleType::I16, (2, 0), &all(good), &all(bad));
}

/// Predictor 0 and an array.
fn array(coder: u8, coded: &[u8]) -> Vec<u8> {
    [&[0, coder], coded].concat()
}

/// Predictor 0 and residuals of 0.
const ZEROS: [u8; 2] = [0, 0];

#[test]
fn rice_codes() {
    let zeros = (u64::MAX, 64);
    let rice = |fields: &[(u64, u32)], padding| array(1, &bits(fields, padding));
    let padded = |padding| rice(&[(3, 2), (1, 1), zeros], padding);
    predicted("9.1, padding", &[padded(0)], &[padded(1)]);
    let escaped = |n: u32| rice(&[(3, 2), (1, 1), (1, n + 1), (7, 32), (u64::MAX >> 1, 63)], 0);
    predicted("9.1, an escape has 24 zeros", &[escaped(24)], &[escaped(25), escaped(60)]);
    let begun = |n| rice(&[(3, 2), (1, n), (0, 5), zeros], 0);
    predicted("9.1, a block begins with 3 zeros at most", &[begun(4)], &[begun(5)]);
    // Blocks of 8, the first with k = 31, the second of zeros or with one more.
    let most = |change| {
        let (block, rest) = ([(1 << 31, 32); 8], [change, (u64::MAX, 6)]);
        rice(&[&[(0, 2), (1, 4), (31, 5)], &block[..], &rest].concat(), 0)
    };
    predicted("9.1, k is 31 at most", &[most((1, 3))], &[most((2, 3))]);
}

#[test]
fn linear_predictors() {
    let linear = |[p, r, s, k]: [u64; 4], code: (u64, u32), padding| {
        [&[4], &bits(&[(p, 6), (r, 2), (0, 2), (s, 5), (k, 5), code], padding)[..], &[0]].concat()
    };
    let one = (0b001, 3);
    predicted("8, padding", &[linear([1, 0, 0, 0], one, 0)], &[linear([1, 0, 0, 0], one, 1)]);
    predicted(
        "8, bounds",
        &[linear([0, 0, 20, 23], (0, 0), 0)],
        &[
            linear([33, 0, 0, 0], (u64::MAX >> 31, 33), 0),
            linear([0, 1, 0, 0], (0, 0), 0),
            linear([0, 0, 21, 0], (0, 0), 0),
            linear([0, 0, 0, 24], (0, 0), 0),
        ],
    );
    let coefficient = |z: u64| linear([1, 0, 0, 23], (1 << 23 | z, 24), 0);
    predicted("8, coefficients", &[coefficient((1 << 23) - 2)], &[]);
    predicted("8, coefficients", &[], &[linear([1, 0, 0, 23], (1 << 23, 25), 0)]);
    predicted("8, predictors", &[array(0, &[])], &[vec![5, 0], array(5, &[])]);
}

/// An empty array after the head of a section: raw bits, missing words, a state.
fn section(raw: &[u8], state: u32) -> Vec<u8> {
    [&varint(raw.len()), raw, &[0], &state.to_be_bytes()].concat()
}

/// A list of one value, whose gaps are an array of nothing.
fn lists(case: &str, good: &[Vec<u8>], bad: &[Vec<u8>]) {
    let all = |p: &[Vec<u8>]| p.iter().map(|p| [&[0, 1, 10, 1], &p[..], &ZEROS].concat()).collect::<Vec<_>>();
    planes(case, SampleType::I16, (2, 1), &all(good), &all(bad));
}

#[test]
fn sections() {
    let fixed = |head: [u8; 2], raw: &[u8], state| [&[2], &head[..], &section(raw, state)].concat();
    lists(
        "9.2",
        &[fixed([18, 76], &[], 65536)],
        &[
            fixed([19, 76], &[], 65536),
            fixed([18, 77], &[], 65536),
            fixed([18, 76], &[0], 65536),
            fixed([18, 76], &[], 65537),
        ],
    );
    let table = |classes, rest, padding| bits(&[(0, 4), (classes, 8), (rest, 8)], padding);
    let learned = |raw: &[u8]| [&[4], &section(raw, 65536)[..]].concat();
    lists(
        "9.4",
        &[learned(&table(0, 0, 0))],
        &[
            learned(&table(0, 0, 1)),
            learned(&[table(0, 0, 0), vec![0]].concat()),
            learned(&table(0, 1, 0)),
            learned(&bits(&[(0, 4), (33, 8), (33, 8), (u64::MAX, 33)], 0)),
        ],
    );
}

#[test]
fn adaptive_codes() {
    let adaptive = |bytes: &[u8]| [&[3], &varint(bytes.len())[..], bytes].concat();
    let (good, bad) = ([3, 0, 0, 0, 0, 7], [vec![4], vec![3, 1], vec![3, 0, 0, 0, 0, 7, 7], vec![]]);
    lists("9.3", &[adaptive(&good), adaptive(&[3])], &bad.map(|b| adaptive(&b)));
    predicted("9.3", &[[&[0], &adaptive(&[3])[..]].concat()], &[[&[0], &adaptive(&[3, 1])[..]].concat()]);
}

#[test]
fn lists_of_values() {
    // One more value by a gap of one Rice code.
    let two = |first: &[u8], factor: u8, z: u32| {
        [&[0, 2], first, &[factor, 1], &bits(&[(0, 2), (1, 1), (1, z + 1)], 0)[..], &ZEROS].concat()
    };
    let case = "7.2, a list rises";
    let last = varint(u32::MAX as usize - 1);
    planes(
        case,
        SampleType::I32,
        (2, 1),
        &[two(&[10], 1, 0), two(&[10], 9, 2)],
        &[two(&[10], 1, 1), two(&[10], 1, 3), two(&last, 1, 0), two(&[10], 0, 0)],
    );
    let many = |m| vec![0, m, 10, 1, 0, 0, 0];
    planes("7.2, values", SampleType::I16, (2, 1), &[many(1), many(21)], &[many(0), many(22)]);
    let one = 1f64.to_be_bytes();
    let minus_one = [&[1], &bits(&[(0, 2), (1, 1), (1, 2)], 0)[..]].concat();
    let grid = |errors: &[u8]| [&[1, 2], &one[..], &one, &[0], errors, &[4, 1], &minus_one, &ZEROS].concat();
    let rise = bits(&[(0, 2), (1, 1), (1, 1), (1, 3)], 0);
    let apart = grid(&[&[1], &rise[..]].concat());
    // Two values with one count, with different errors or the same.
    let apart = [apart];
    planes("7.2, a list on a grid rises", SampleType::F32, (2, 1), &apart, &[grid(&[0])]);
    planes("7.2, grids are of floats", SampleType::I32, (2, 1), &[], &apart);
}

#[test]
fn maps() {
    let affine = |factor| [&[0, factor], &ZEROS[..]].concat();
    planes("7.1, a factor", SampleType::I16, (2, 0), &[affine(1), affine(7)], &[affine(0)]);
    let grid = |step: f64, digits| [&1f64.to_be_bytes()[..], &step.to_be_bytes(), &[digits, 0, 0, 1], &ZEROS].concat();
    let bad = [grid(0.0, 0), grid(-1.0, 0), grid(f64::NAN, 0), grid(f64::INFINITY, 0), grid(0.5, 8)];
    planes("7.3", SampleType::F32, (2, 2), &[grid(0.5, 7)], &bad);
    planes("7.3, grids are of floats", SampleType::I32, (2, 2), &[], &[grid(0.5, 7)]);
    planes("7.3, f64 samples are narrow", SampleType::F64, (2, 10), &[grid(0.5, 7)], &[]);
    planes("7.3, f64 samples are narrow", SampleType::F64, (2, 2), &[], &[grid(0.5, 7)]);
    planes("7.5, narrow samples are f64", SampleType::I64, (2, 8), &[], &[affine(1)]);
    planes("7.4, samples of 64 bits", SampleType::I64, (2, 0), &[], &[affine(1)]);
    let upper = |decimals, order, shift: u8, padding: u8| {
        let low = bits(&vec![(0, 1); ROWS * usize::from(shift)], 0);
        let seeds = vec![0; 8 * usize::from(order)];
        [&[decimals, order, shift], &[0; 8][..], &seeds, &low, &vec![0; padding.into()], &affine(1)].concat()
    };
    let good = [upper(255, 0, 0, 0), upper(15, 2, 33, 0)];
    let bad = [upper(16, 0, 0, 0), upper(255, 3, 0, 0), upper(255, 0, 34, 0), upper(255, 0, 3, 1)];
    planes("7.4", SampleType::F64, (2, 3), &good, &bad);
    planes("7.4, decimals are of f64", SampleType::I64, (2, 3), &good[..1], &good[1..]);
    planes("7.4, samples of 64 bits", SampleType::I32, (2, 3), &[], &good);
    // 61 samples of one low bit.
    let padded = |padding| {
        let low = bits(&[(0, 61)], padding);
        let plane = [&[255, 0, 1], &[0; 8][..], &low, &affine(1)].concat();
        both(&stream(format(SampleType::I64), &[], 61 * 8, &group(61, &glyph(2, 3, &plane))), "7.4, padding").is_some()
    };
    assert!(padded(0) && !padded(1));
}

#[test]
fn members_of_frames() {
    let f = Format::new(SampleType::I16, ByteOrder::Big, 2).unwrap();
    let constant = glyph(0, 0, &[1, 2]);
    let rows = |n| group(n, &[&constant[..], &constant].concat());
    let bytes = |n| glyph(0, 1, &vec![9; n]);
    let taken = |raw_len, parts: &[Vec<u8>]| both(&stream(f, &[], raw_len, &parts.concat()), "6").is_some();
    assert!(taken(103, &[rows(20), rows(5), bytes(3)]));
    assert!(!taken(103, &[rows(24), bytes(7)]), "bytes that make a row");
    assert!(!taken(103, &[bytes(3), rows(25)]), "bytes in front");
    assert!(!taken(103, &[rows(25), bytes(1), bytes(2)]), "bytes twice");
    assert!(!taken(103, &[rows(25), bytes(3), bytes(1)]), "bytes left over");
    assert!(!taken(100, &[rows(25), bytes(0)]) && taken(100, &[rows(25)]), "no bytes");
    assert!(!taken(100, &[rows(0), rows(25)]), "no rows");
    assert!(!taken(100, &[rows(26)]) && !taken(100, &[rows(24)]), "another length");
    // Groups of one row are longer than the row itself: the first one makes up for that.
    let groups = |n: usize| taken(4 * (99 + n), &[vec![rows(100)], vec![rows(1); n - 1]].concat());
    assert!(groups(8) && !groups(9), "groups");
    let copy = |d| taken(4 * 25, &[group(25, &[&constant[..], &glyph(1, 0, &[d])].concat())]);
    assert!(copy(1) && !copy(0) && !copy(2), "a plane that is not there");
    let long = [&[3 << 6 | 0x3f, 0], &varint(2)[..], &[1, 0]].concat();
    assert!(!taken(100, &[long]), "a number of a glyph in five bits too many");
}

/// A payload after `u` bytes, whose frame has `raw`.
fn after(u: usize, raw: &[u8], payload: &[u8]) -> Vec<u8> {
    [&varint(u)[..], &crc32c(raw).to_be_bytes(), payload].concat()
}

#[test]
fn frames_behind_others() {
    let plain = glyph(2, 0, &[&[0, 1], &ZEROS[..]].concat());
    let taken = |f: Format, before: &[u8], u: usize, raw: &[u8], plane: &[u8]| {
        let payload = after(u, raw, &group(raw.len() / f.row_bytes(), plane));
        both(&stream(f, before, raw.len(), &payload), "14.2").is_some()
    };
    let f = format(SampleType::I16);
    let zeros = vec![0; 128];
    for (u, sound) in [(0, true), (128, true), (2, true), (1, false), (127, false), (130, false)] {
        assert_eq!(taken(f, &zeros, u, &zeros, &plain), sound, "{u} bytes");
    }
    assert!(!taken(f, &zeros, 128, &[1; 128], &plain), "a CRC");
    let f = format(SampleType::U8);
    let many = vec![0; 9000];
    assert!(taken(f, &many, 8192, &zeros, &plain) && !taken(f, &many, 8193, &zeros, &plain), "8192 rows");
    let f = format(SampleType::I64);
    let upper = glyph(2, 3, &[&[255, 0, 0], &[0; 8][..], &[0, 1], &ZEROS].concat());
    assert!(taken(f, &zeros, 0, &zeros, &upper) && !taken(f, &zeros, 8, &zeros, &upper), "64 bits");
}

#[test]
fn values_of_the_past() {
    let f = format(SampleType::U8);
    let taken = |before: &[u8], u: usize, value: u8, list: &[u8]| {
        let plane = glyph(1, 1, &[list, &ZEROS].concat());
        let raw = [value; ROWS];
        both(&stream(f, before, ROWS, &after(u, &raw, &group(ROWS, &plane))), "14.2").is_some()
    };
    let sevens = [7; 100];
    assert!(taken(&sevens, 100, 7, &[2]), "no more");
    assert!(!taken(&sevens, 0, 7, &[2]), "no past");
    assert!(taken(&sevens, 100, 9, &[0, 1, 18, 1, 0]), "another");
    assert!(taken(&sevens, 100, 7, &[0, 1, 4, 1, 0]), "another below");
    assert!(!taken(&sevens, 100, 7, &[0, 1, 14, 1, 0]), "the same");
    assert!(!taken(&sevens, 100, 7, &[3]), "a kind");
    let values = |n: u8| (0..n).collect::<Vec<u8>>();
    assert!(taken(&values(32), 32, 16, &[2]) && !taken(&values(33), 33, 16, &[2]), "half as many values as rows");
    let first = stream(f, &[], ROWS, &group(ROWS, &glyph(1, 1, &[&[2], &ZEROS[..]].concat())));
    assert!(both(&first, "position 0").is_none());
}
