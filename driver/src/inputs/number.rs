//! The numbers in a file of samples: their type, byte order and scale.

/// The type of a number in a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    I8,
    U8,
    I16,
    U16,
    I24,
    I32,
    U32,
    F32,
    F64,
}

const NAMES: [(&str, Kind); 9] = [
    ("i8", Kind::I8),
    ("u8", Kind::U8),
    ("i16", Kind::I16),
    ("u16", Kind::U16),
    ("i24", Kind::I24),
    ("i32", Kind::I32),
    ("u32", Kind::U32),
    ("f32", Kind::F32),
    ("f64", Kind::F64),
];

/// A number in a file. Full scale of integers is 1; floats are not scaled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Number {
    pub(crate) kind: Kind,
    pub(crate) big_endian: bool,
    /// Unsigned numbers of 8 bits have their zero at 128, as in WAV files, instead of 127.5, as from receivers.
    pub(crate) whole_zero: bool,
}

impl Number {
    pub(crate) fn new(kind: Kind, big_endian: bool) -> Number {
        Number { kind, big_endian: big_endian && kind.width() > 1, whole_zero: false }
    }

    /// A number by its name: `i16`, `f32be`, `u16le`.
    pub(crate) fn parse(text: &str) -> Option<Number> {
        let (name, big_endian, ordered) = match (text.strip_suffix("le"), text.strip_suffix("be")) {
            (Some(name), _) => (name, false, true),
            (_, Some(name)) => (name, true, true),
            _ => (text, false, false),
        };
        let (_, kind) = NAMES.iter().find(|(known, kind)| *known == name && (!ordered || kind.width() > 1))?;
        Some(Number::new(*kind, big_endian))
    }

    /// The name, as for [`Number::parse`]: little-endian numbers have no suffix.
    pub(crate) fn name(self) -> String {
        format!("{}{}", self.kind.name(), if self.big_endian { "be" } else { "" })
    }

    /// Bytes per number.
    pub(crate) fn width(self) -> usize {
        self.kind.width()
    }

    /// The number in `bytes`, to be multiplied by [`Number::scale`].
    pub(crate) fn value(self, bytes: &[u8]) -> f32 {
        let mut b = [0u8; 8];
        let width = self.kind.width().min(bytes.len());
        b[..width].copy_from_slice(&bytes[..width]);
        if self.big_endian {
            b[..width].reverse();
        }
        let [b0, b1, b2, b3, ..] = b;
        let word = [b0, b1, b2, b3];
        match self.kind {
            Kind::I8 => f32::from(b0 as i8),
            Kind::U8 if self.whole_zero => f32::from(b0) - 128.0,
            Kind::U8 => (f32::from(b0) - 127.5) / 127.5,
            Kind::I16 => f32::from(i16::from_le_bytes([b0, b1])),
            Kind::U16 => f32::from(u16::from_le_bytes([b0, b1])) - 32768.0,
            Kind::I24 => (i32::from_le_bytes([0, b0, b1, b2]) >> 8) as f32,
            Kind::I32 => i32::from_le_bytes(word) as f32,
            Kind::U32 => (f64::from(u32::from_le_bytes(word)) - 2_147_483_648.0) as f32,
            Kind::F32 => f32::from_le_bytes(word),
            Kind::F64 => f64::from_le_bytes(b) as f32,
        }
    }

    /// The factor of [`Number::value`].
    pub(crate) fn scale(self) -> f32 {
        match self.kind {
            Kind::F32 | Kind::F64 => 1.0,
            Kind::U8 if !self.whole_zero => 1.0,
            _ => 1.0 / (1u64 << (8 * self.width() - 1)) as f32,
        }
    }
}

impl Kind {
    fn width(self) -> usize {
        match self {
            Kind::I8 | Kind::U8 => 1,
            Kind::I16 | Kind::U16 => 2,
            Kind::I24 => 3,
            Kind::I32 | Kind::U32 | Kind::F32 => 4,
            Kind::F64 => 8,
        }
    }

    /// The name, as for the codec.
    pub(crate) fn name(self) -> &'static str {
        NAMES.iter().find(|(_, kind)| *kind == self).map_or("", |(name, _)| *name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn full_scale_is_one() {
        let number = |name: &str, b: &[u8]| {
            let n = Number::parse(name).unwrap();
            n.value(b) * n.scale()
        };
        assert_eq!([0u8, 255].map(|v| number("u8", &[v])), [-1.0, 1.0]);
        assert_eq!([0x80u8, 0x40].map(|v| number("i8", &[v])), [-1.0, 0.5]);
        assert_eq!((number("i16", &[0, 0x80]), number("i16be", &[0x40, 0])), (-1.0, 0.5));
        assert_eq!((number("u16", &[0, 0]), number("u16be", &[0xc0, 0])), (-1.0, 0.5));
        assert_eq!((number("i24", &[0, 0, 0xc0]), number("i24be", &[0x40, 0, 0])), (-0.5, 0.5));
        assert_eq!((number("i32", &[0, 0, 0, 0x80]), number("i32be", &[0x40, 0, 0, 0])), (-1.0, 0.5));
        assert_eq!((number("u32", &[0; 4]), number("u32be", &[0xc0, 0, 0, 0])), (-1.0, 0.5));
        assert_eq!((number("f32", &2.5f32.to_le_bytes()), number("f32be", &2.5f32.to_be_bytes())), (2.5, 2.5));
        assert_eq!((number("f64le", &2.5f64.to_le_bytes()), number("f64be", &2.5f64.to_be_bytes())), (2.5, 2.5));
        let wave = Number { whole_zero: true, ..Number::new(Kind::U8, false) };
        assert_eq!([0u8, 128, 192].map(|v| wave.value(&[v]) * wave.scale()), [-1.0, 0.0, 0.5]);
        assert_eq!(["u8be", "i64", "f16", ""].map(Number::parse), [None; 4]);
    }
}
