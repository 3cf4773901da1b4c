//! `driver packets`: files come back from their packets, and what is lost is reported.

mod common;

use common::{Dir, driver, fails, field, succeeds};

#[test]
fn files_come_back_from_packets() {
    let dir = Dir::new("packets");
    let [raw, coded, packets, joined, back] = ["raw", "sqs", "packets", "joined", "back"].map(|n| dir.file(n));
    let x: Vec<u8> =
        (0..300_000u32).flat_map(|i| ((i.wrapping_mul(2_654_435_761) >> 20) as u16).to_le_bytes()).collect();
    std::fs::write(&raw, &x).unwrap();
    succeeds(&["encode", &raw, &coded, "--format", "i16"]);
    let split = |more: &[&str], from: &str, to: &str| {
        succeeds(&[&["packets", "split", from, to, "--apid", "42", "--force", "--crc"], more].concat())
    };
    let join = ["packets", "join", &packets, &joined, "--apid", "42", "--crc", "--force"];
    for more in [vec![], vec!["--max-bytes", "1000"], vec!["--unit", "7", "--max-bytes", "12"]] {
        split(&more, &coded, &packets);
        succeeds(&join);
        assert!(std::fs::read(&joined).unwrap() == std::fs::read(&coded).unwrap(), "{more:?}");
    }
    split(&["--time", "--max-bytes", "1000", "--sequence", "16000"], &coded, &packets);
    succeeds(&[&join[..], &["--secondary", "6"]].concat());
    assert!(std::fs::read(&joined).unwrap() == std::fs::read(&coded).unwrap());
    let list = succeeds(&["packets", "inspect", &packets, "--json"]);
    assert_eq!((field(&list, "apid"), field(&list, "lost"), field(&list, "left_bytes")), ("42", "0", "0"));
    // One packet of a frame is lost: the decoder misses this frame.
    let bytes = std::fs::read(&packets).unwrap();
    std::fs::write(&packets, [&bytes[..1000], &bytes[2000..]].concat()).unwrap();
    let run = driver(&[&join[..], &["--secondary", "6"]].concat());
    let error = String::from_utf8(run.stderr).unwrap();
    assert!(
        run.status.code() == Some(3) && error.contains("1 packets lost") && error.contains("1 units lost"),
        "{error}"
    );
    assert_eq!(driver(&["packets", "inspect", &packets]).status.code(), Some(3));
    assert_eq!(driver(&["decode", &joined, &back, "--recover"]).status.code(), Some(3));
    let got = std::fs::read(&back).unwrap();
    let wrong = got.iter().zip(&x).filter(|(a, b)| a != b).count();
    assert!(got.len() == x.len() && wrong > 0 && wrong <= 32 << 10, "{} {wrong}", got.len());
    fails(&["packets", "split", &raw, &packets, "--apid", "42"], 1);
    fails(&["packets", "split", &raw, &packets, "--apid", "42", "--force", "--max-bytes", "6"], 1);
}
