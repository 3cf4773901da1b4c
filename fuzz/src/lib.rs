//! Fuzz targets: functions of any bytes that must neither panic nor find what they assert to be wrong.
//!
//! `cargo run --release -p fuzz -- --help` runs them over mutations of a seeded corpus; a fixed number of cases is part of
//! the tests. For a fuzzer guided by coverage each target is the body of a harness as it is.

pub mod corpus;
pub mod input;
pub mod streams;
pub mod targets;

/// A target: its name, what it is given, and itself.
pub struct Target {
    /// What it is called.
    pub name: &'static str,
    /// Makes a case from random numbers.
    pub case: fn(&mut input::Random) -> Vec<u8>,
    /// Runs a case.
    pub run: fn(&[u8]),
}

/// All targets but the one that needs libaec.
pub const TARGETS: [Target; 6] = [
    Target { name: "round_trip", case: corpus::samples, run: targets::round_trip },
    Target { name: "decoder", case: corpus::stream, run: targets::decoder },
    Target { name: "payload", case: corpus::payload, run: targets::payload },
    Target { name: "boundary", case: corpus::any, run: targets::boundary },
    Target { name: "ccsds121_decoder", case: corpus::ccsds121, run: targets::ccsds121_decoder },
    Target { name: "ccsds121_round_trip", case: corpus::samples, run: targets::ccsds121_round_trip },
];
