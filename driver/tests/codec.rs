//! `encode`, `decode`, `verify` and `inspect` with files and streams.

mod common;
use common::*;
use std::io::Write;
use std::process::{Command, Output, Stdio};

/// Runs the program with bytes on standard input.
fn piped(args: &[&str], input: &[u8]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_driver"));
    let pipes = command.args(args).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = pipes.spawn().unwrap();
    let mut stdin = child.stdin.take().unwrap();
    std::thread::scope(|scope| {
        scope.spawn(move || stdin.write_all(input));
        child.wait_with_output().unwrap()
    })
}

/// Bytes of 16-bit samples, a tone in noise.
fn samples(bytes: usize) -> Vec<u8> {
    let x = tone(440.0, 48_000, bytes.div_ceil(2));
    let mut all: Vec<u8> = x.iter().flat_map(|x| ((x * 9000.0) as i16).to_le_bytes()).collect();
    all.truncate(bytes);
    all
}

/// A directory with `raw` and, encoded in frames of 32 KiB, `coded`.
fn encoded(name: &str, bytes: usize) -> (Dir, Vec<u8>, String) {
    let (dir, x) = (Dir::new(name), samples(bytes));
    std::fs::write(dir.file("raw"), &x).unwrap();
    let coded = dir.file("coded");
    succeeds(&["encode", "--force", "--identity", "1", "--format", "i16le", &dir.file("raw"), &coded]);
    (dir, x, coded)
}

/// Positions of the frames in a stream, by their sync marker.
fn frames(stream: &[u8]) -> Vec<usize> {
    (0..stream.len()).filter(|i| stream[*i..].starts_with(&[0xf5, 0x53, 0x51, 0xb2])).collect()
}

#[test]
fn all_formats_are_restored() {
    // The length is not a multiple of a row.
    let (dir, x, _) = encoded("formats", 50_021);
    let (raw, coded, back) = (dir.file("raw"), dir.file("coded"), dir.file("back"));
    let wide = ["i16", "u16", "i24", "i32", "u32", "i64", "f32", "f64"];
    let orders = wide.iter().flat_map(|f| [format!("{f}le"), format!("{f}be"), f.to_string()]);
    for format in ["auto", "bytes", "i8", "u8"].map(str::to_string).into_iter().chain(orders) {
        for channels in ["1", "3"] {
            let json =
                succeeds(&["encode", "--force", "--json", "--format", &format, "--channels", channels, &raw, &coded]);
            assert_eq!(number(&json, "raw_bytes"), 50_021.0);
            assert_eq!(number(&json, "coded_bytes") as u64, std::fs::metadata(&coded).unwrap().len());
            assert_eq!(field(&json, "channels"), channels);
            succeeds(&["decode", "--force", &coded, &back]);
            assert!(std::fs::read(&back).unwrap() == x, "{format} x {channels}");
        }
    }
    for more in
        [["--codec", "glyph"], ["--codec", "lz"], ["--codec", "ccsds121"], ["--codec", "stored"]].iter().chain(&[
            ["--effort", "1"],
            ["--effort", "9"],
            ["--frame-bytes", "16K"],
            ["--frame-bytes", "1M"],
            ["--index", "9"],
        ])
    {
        let json = succeeds(&["encode", "--force", "--json", "--format", "i16le", more[0], more[1], &raw, &coded]);
        if more[0] == "--codec" {
            assert!(number(&json, &format!("{}_frames", more[1])) >= 1.0, "{json}");
        }
        succeeds(&["decode", "--force", &coded, &back]);
        assert!(std::fs::read(&back).unwrap() == x, "{more:?}");
        assert!(succeeds(&["verify", &coded]).starts_with("valid: "));
    }
}

#[test]
fn samples_shrink_and_byte_order_matters() {
    let (dir, _, coded) = encoded("shrink", 100_000);
    let size = std::fs::metadata(&coded).unwrap().len();
    assert!(size < 85_000, "{size}");
    succeeds(&["encode", "--force", "--format", "i16be", &dir.file("raw"), &dir.file("big")]);
    assert!(std::fs::metadata(dir.file("big")).unwrap().len() > size + 5000);
}

#[test]
fn standard_input_and_output_give_the_same_bytes() {
    let (dir, x, coded) = encoded("pipes", 200_000);
    let stream = std::fs::read(&coded).unwrap();
    let run = piped(&["encode", "--force", "--identity", "0x1", "--format", "i16le", "-", "-"], &x);
    assert!(run.status.success() && run.stdout == stream);
    assert!(String::from_utf8_lossy(&run.stderr).contains("ratio"));
    let run = piped(&["decode", "--force", "-", "-"], &stream);
    assert!(run.status.success() && run.stdout == x);

    let (to, back) = (dir.file("to"), dir.file("back"));
    assert!(piped(&["encode", "--force", "--identity", "1", "--format", "i16le", "-", &to], &x).status.success());
    assert!(std::fs::read(&to).unwrap() == stream);
    assert!(piped(&["decode", "--force", "-", &back], &stream).status.success());
    assert!(std::fs::read(&back).unwrap() == x);
    assert!(piped(&["verify", "-"], &stream).status.success());
    assert_eq!(piped(&["verify", "-"], &stream[..stream.len() - 1]).status.code(), Some(3));
    let run = piped(&["encode", "--force", "-", "-"], b"");
    assert!(run.status.success() && piped(&["decode", "--force", "-", "-"], &run.stdout).stdout.is_empty());
}

#[test]
fn wav_files_are_restored_with_their_header() {
    let dir = Dir::new("codec-wav");
    let x = tone(700.0, 44_100, 30_000);
    for (bits, channels, sample) in
        [(8, 1, "u8"), (16, 1, "i16"), (16, 2, "i16"), (24, 1, "i24"), (24, 2, "i24"), (32, 2, "f32")]
    {
        let (wav, coded, back) = (dir.file("x.wav"), dir.file("coded"), dir.file("back"));
        write_wav(&wav, 44_100, bits, &vec![&x[..]; channels]);
        let file = std::fs::read(&wav).unwrap();
        let json = succeeds(&["encode", "--force", "--json", "--identity", "7", &wav, &coded]);
        assert_eq!(field(&json, "sample"), sample, "{bits} bits");
        assert_eq!(field(&json, "channels"), channels.to_string());
        // Equal channels are encoded well only if the header does not misalign the rows.
        let min = if channels == 2 && bits < 32 { 2.0 } else { 1.05 };
        assert!(number(&json, "ratio") > min, "{json}");
        succeeds(&["decode", "--force", &coded, &back]);
        assert!(std::fs::read(&back).unwrap() == file, "{bits} bits");
        let run = piped(&["encode", "--force", "--identity", "7", "--format", "wav", "-", "-"], &file);
        assert!(run.stdout == std::fs::read(&coded).unwrap());
        assert_eq!(piped(&["encode", "--force", "--format", "wav", "-", "-"], &file[1..]).status.code(), Some(1));
    }
}

#[test]
fn the_output_does_not_depend_on_the_threads() {
    let (dir, _, coded) = encoded("threads", 400_000);
    for n in ["2", "3"] {
        let more = dir.file("more");
        succeeds(&[
            "encode",
            "--force",
            "--identity",
            "1",
            "--format",
            "i16le",
            "--threads",
            n,
            &dir.file("raw"),
            &more,
        ]);
        assert!(std::fs::read(dir.file("more")).unwrap() == std::fs::read(&coded).unwrap());
    }
}

#[test]
fn ranges_are_cut_out() {
    let (dir, x, coded) = encoded("range", 200_000);
    let part = dir.file("part");
    for (text, want) in [
        ("0..1", 0..1),
        ("32767..32769", 32_767..32_769),
        ("70000..170001", 70_000..170_001),
        ("199999..", 199_999..200_000),
        ("..5000", 0..5000),
        ("64K..96K", 65_536..98_304),
    ] {
        succeeds(&["decode", "--force", "--range", text, &coded, &part]);
        assert!(std::fs::read(&part).unwrap() == x[want.clone()], "{text}");
        let run = driver(&["decode", "--force", "--range", text, &coded, "-"]);
        assert!(run.status.success() && run.stdout == x[want], "{text}");
    }
    for wrong in ["5..5", "6..5", "7", "a..b"] {
        fails(&["decode", "--force", "--range", wrong, &coded, &part], 2);
    }
    std::fs::remove_file(&part).unwrap();
    for past in ["200001..", "199990..200001", "..200001", "300000..400000"] {
        assert!(fails(&["decode", "--force", "--range", past, &coded, &part], 1).contains("status -16"), "{past}");
        assert!(
            fails(&["decode", "--force", "--recover", "--range", past, &coded, &part], 1).contains("status -16"),
            "{past}"
        );
        assert!(!std::path::Path::new(&part).exists());
    }
    // What is written is counted, not what its frames hold.
    assert!(succeeds(&["decode", "--force", "--range", "5..6", &coded, &part]).starts_with("1 B from 1 frame in "));
    // From a file on standard input, too, without reading what is before the range.
    let file = || Stdio::from(std::fs::File::open(&coded).unwrap());
    let run = Command::new(env!("CARGO_BIN_EXE_driver"))
        .args(["decode", "--force", "--json", "--range", "199000..", "-", "-"])
        .stdin(file())
        .output()
        .unwrap();
    let json = String::from_utf8(run.stderr).unwrap();
    assert!(run.status.success() && run.stdout == x[199_000..] && number(&json, "coded_bytes") < 20_000.0, "{json}");
    // Damage before a range does not matter, in a pipe either.
    let mut stream = std::fs::read(&coded).unwrap();
    stream[5000] ^= 1;
    let run = piped(&["decode", "--force", "--range", "150000..", "-", "-"], &stream);
    assert!(run.status.success() && run.stdout == x[150_000..]);
    // A range of a stream that was cut off is not shortened silently.
    let run = piped(
        &["decode", "--force", "--recover", "--range", "100000..150000", "-", "-"],
        &stream[..frames(&stream)[4]],
    );
    assert_eq!((run.status.code(), run.stdout.len()), (Some(3), 50_000));
    assert!(String::from_utf8_lossy(&run.stderr).contains("missing 131072..150000 (18928 bytes)"));
}

#[test]
fn streams_that_follow_one_another() {
    let (dir, x, coded) = encoded("follow", 100_000);
    let (two, back) = (dir.file("two"), dir.file("back"));
    let one = std::fs::read(&coded).unwrap();
    succeeds(&["encode", "--force", "--format", "i16le", &dir.file("raw"), &two]);
    let other = std::fs::read(&two).unwrap();
    assert_ne!(one, other, "two recordings of the same bytes are two streams");
    std::fs::write(&two, [&one[..], &other].concat()).unwrap();
    for command in [&["decode", "--force", &two, &back][..], &["verify", &two], &["inspect", &two]] {
        let text = succeeds(command);
        assert!(text.contains(&format!("the stream ends at byte {}", one.len())) && text.contains("--all"), "{text}");
    }
    assert!(std::fs::read(&back).unwrap() == x);
    let text = succeeds(&["decode", "--force", "--all", &two, &back]);
    assert!(text.contains("of 2 streams") && !text.contains("--all"), "{text}");
    assert!(std::fs::read(&back).unwrap() == [&x[..], &x].concat());
    assert!(succeeds(&["verify", "--all", &two]).starts_with("valid: 2 streams, 8 frames, 200000 bytes"));
    assert!(
        piped(&["decode", "--force", "--all", "-", "-"], &std::fs::read(&two).unwrap()).stdout == [&x[..], &x].concat()
    );
    let json = succeeds(&["decode", "--force", "--json", "--all", &two, &back]);
    assert_eq!((number(&json, "streams"), number(&json, "raw_bytes")), (2.0, 200_000.0));
    // By its identity, which must be there.
    let text = succeeds(&["decode", "--force", "--identity", "0x1", &two, &back]);
    assert!(text.starts_with("97.7 KiB from 4 frames in "), "{text}");
    assert!(fails(&["decode", "--force", "--identity", "2", &two, &back], 3).contains("10 frames of another stream"));
    // Zeros and text.
    for after in [&[0; 3000][..], b"text"] {
        std::fs::write(&two, [&one[..], after].concat()).unwrap();
        assert!(succeeds(&["verify", &two]).contains("the stream ends at byte"));
        assert!(succeeds(&["verify", "--all", &two]).contains(&format!("{} bytes after", after.len())));
        succeeds(&["decode", "--force", "--recover", &two, &back]);
        assert!(std::fs::read(&back).unwrap() == x);
    }
}

/// An archive that holds an encoded stream: no damage to its first header leads to the inner stream.
#[test]
fn an_inner_stream_is_not_taken_for_the_outer() {
    let (dir, x, coded) = encoded("inner", 40_000);
    let (archive, outer, back) = (dir.file("archive"), dir.file("outer"), dir.file("back"));
    let mut bytes = b"an archive\n".to_vec();
    bytes.extend(std::fs::read(&coded).unwrap());
    bytes.extend(x.iter().take(300));
    std::fs::write(&archive, &bytes).unwrap();
    succeeds(&[
        "encode",
        "--force",
        "--format",
        "bytes",
        "--codec",
        "stored",
        "--frame-bytes",
        "16K",
        &archive,
        &outer,
    ]);
    let stream = std::fs::read(&outer).unwrap();
    let (at, lost) = (frames(&stream)[0], 16 << 10);
    assert_eq!(at, 0);
    for bit in (0..8 * 35).step_by(13) {
        let mut bad = stream.clone();
        bad[bit / 8] ^= 1 << (bit % 8);
        std::fs::write(&outer, &bad).unwrap();
        let run = driver(&["decode", "--force", "--recover", &outer, &back]);
        assert_eq!(run.status.code(), Some(3));
        let mut want = bytes.clone();
        want[..lost].fill(0);
        assert!(std::fs::read(&back).unwrap() == want, "bit {bit}");
        let run = piped(&["decode", "--force", "--recover", "-", "-"], &bad);
        assert!(run.status.code() == Some(3) && run.stdout == want, "bit {bit}, from a pipe");
    }
    // A burst over the whole header: the outer stream follows from its later frames, which is reported.
    let mut bad = stream.clone();
    bad[..40].fill(0x55);
    std::fs::write(&outer, &bad).unwrap();
    let run = driver(&["decode", "--force", "--recover", &outer, &back]);
    let text = String::from_utf8_lossy(&run.stderr).into_owned();
    assert!(run.status.code() == Some(3) && text.contains("was chosen by later frames"), "{text}");
    assert!(std::fs::read(&back).unwrap()[lost..] == bytes[lost..]);
}

/// A file that is worth something is not replaced by nothing.
#[test]
fn garbage_replaces_no_file() {
    let (dir, x, coded) = encoded("garbage", 50_000);
    let (bad, good) = (dir.file("bad"), dir.file("good"));
    std::fs::write(&good, &x).unwrap();
    let stream = std::fs::read(&coded).unwrap();
    for (garbage, code) in
        [(&b""[..], 1), (b"time,value\n1,2\n", 1), (&[7; 999], 1), (&stream[..30], 3), (&stream[..900], 3)]
    {
        std::fs::write(&bad, garbage).unwrap();
        assert_eq!(driver(&["decode", "--force", "--recover", &bad, &good]).status.code(), Some(code));
        assert_eq!(piped(&["decode", "--force", "--recover", "-", &good], garbage).status.code(), Some(code));
        assert!(std::fs::read(&good).unwrap() == x);
    }
    assert!(fails(&["verify", &bad], 3).contains("no frame is valid"));
}

#[test]
fn damage_is_reported_and_the_rest_is_recovered() {
    let (dir, x, coded) = encoded("damage", 200_000);
    let mut stream = std::fs::read(&coded).unwrap();
    let at = frames(&stream);
    assert_eq!(at.len(), 8);
    stream[at[2] + 1000] ^= 1;
    std::fs::write(&coded, &stream).unwrap();
    let back = dir.file("back");
    let hole = 65_536..98_304;

    for args in [&["verify", &coded[..]][..], &["decode", "--force", &coded, &back]] {
        let text = fails(args, 3);
        assert!(text.contains("missing 65536..98304 (32768 bytes)"), "{text}");
    }
    assert!(!std::path::Path::new(&back).exists());
    let run = driver(&["verify", "--json", &coded]);
    let json = String::from_utf8(run.stdout).unwrap();
    assert_eq!((run.status.code(), field(&json, "sound"), number(&json, "first")), (Some(3), "false", 65_536.0));
    assert_eq!((number(&json, "missing_bytes"), number(&json, "damaged_frames")), (32_768.0, 1.0));

    let mut want = x.clone();
    want[hole].fill(0);
    let run = driver(&["decode", "--force", "--recover", &coded, &back]);
    assert_eq!(run.status.code(), Some(3));
    assert!(std::fs::read(&back).unwrap() == want);
    let run = driver(&["decode", "--force", "--recover", &coded, "-"]);
    assert!(run.status.code() == Some(3) && run.stdout == want);
    assert!(String::from_utf8_lossy(&run.stderr).contains("missing 65536..98304"));
    // A range without damage is decoded as usual.
    succeeds(&["decode", "--force", "--range", "98304..", &coded, &back]);
    assert!(std::fs::read(&back).unwrap() == x[98_304..]);

    let run = driver(&["inspect", &coded]);
    let text = String::from_utf8(run.stdout).unwrap();
    assert_eq!(run.status.code(), Some(3));
    let rows: Vec<Vec<&str>> = text.lines().map(|l| l.split_whitespace().collect()).collect();
    assert_eq!(rows[3][..2], [&at[2].to_string()[..], "-"], "{text}");
    assert!(text.lines().nth(3).unwrap().contains("DAMAGE"));
    assert_eq!(rows[4][..3], [&at[3].to_string()[..], "98304", "32768"], "{text}");
    assert!(String::from_utf8_lossy(&run.stderr).contains("missing 65536..98304"));
}

#[test]
fn a_truncated_stream_gives_its_complete_frames() {
    let (dir, x, coded) = encoded("cut", 200_000);
    let stream = std::fs::read(&coded).unwrap();
    let at = frames(&stream);
    std::fs::write(&coded, &stream[..at[3] + 500]).unwrap();
    assert!(fails(&["verify", &coded], 3).contains("truncated"));
    let run = driver(&["decode", "--force", "--recover", &coded, &dir.file("back")]);
    assert_eq!(run.status.code(), Some(3));
    assert!(std::fs::read(dir.file("back")).unwrap() == x[..98_304]);
}

#[test]
fn a_late_frame_is_placed_correctly_in_a_file_only() {
    let (dir, x, coded) = encoded("late", 200_000);
    let stream = std::fs::read(&coded).unwrap();
    let at = frames(&stream);
    let parts = [&stream[..at[1]], &stream[at[2]..at[3]], &stream[at[1]..at[2]], &stream[at[3]..]];
    std::fs::write(&coded, parts.concat()).unwrap();
    assert_eq!(driver(&["decode", "--force", "--recover", &coded, &dir.file("back")]).status.code(), Some(3));
    assert!(std::fs::read(dir.file("back")).unwrap() == x);
    let run = driver(&["decode", "--force", "--recover", &coded, "-"]);
    assert!(run.status.code() == Some(1) && String::from_utf8_lossy(&run.stderr).contains("cannot seek back"));
}

#[test]
fn frames_are_listed() {
    let (_dir, _, coded) = encoded("inspect", 200_000);
    let at = frames(&std::fs::read(&coded).unwrap());
    let text = succeeds(&["inspect", &coded]);
    let rows: Vec<Vec<&str>> = text.lines().skip(1).take(7).map(|l| l.split_whitespace().collect()).collect();
    for (i, row) in rows.iter().enumerate() {
        let (offset, len) = (32_768 * i, 32_768.min(200_000 - 32_768 * i));
        let want = [at[i], offset, len, at[i + 1] - at[i]].map(|n| n.to_string());
        assert_eq!(row[..4], want, "{text}");
        assert_eq!(row[5], "glyph");
    }
    assert!(text.contains("7 frames of i16") && text.ends_with("valid\n"), "{text}");
    let json = succeeds(&["inspect", "--json", &coded]);
    assert_eq!(json.matches("\"what\": \"glyph\"").count(), 7);
    assert_eq!((number(&json, "frames"), number(&json, "missing_bytes")), (7.0, 0.0));
    assert_eq!((json.matches('{').count(), json.lines().count()), (json.matches('}').count(), 1));
}

#[test]
fn refusals_are_clear_and_leave_no_files() {
    let (dir, _, coded) = encoded("refusals", 50_000);
    let (raw, none, out) = (dir.file("raw"), dir.file("none"), dir.file("out"));
    for wrong in [
        &["encode", "--force", &raw][..],
        &["encode", "--force", "--format", "i12", &raw, &out],
        &["encode", "--force", "--format", "u8be", &raw, &out],
        &["encode", "--force", "--channels", "0", &raw, &out],
        &["encode", "--force", "--effort", "10", &raw, &out],
        &["encode", "--force", "--codec", "flac", &raw, &out],
        &["encode", "--force", "--frame-bytes", "1K", &raw, &out],
        &["encode", "--force", "--threads", "65", &raw, &out],
    ] {
        fails(wrong, 2);
    }
    assert!(fails(&["encode", "--force", &none, &out], 1).contains("none"));
    assert!(fails(&["decode", "--force", &none, &out], 1).contains("none"));
    assert!(fails(&["verify", &none], 1).contains("none"));
    assert!(fails(&["encode", "--force", &raw, &raw], 1).contains("status -"));
    assert!(fails(&["encode", "--force", &raw, &dir.file("no/such/place")], 1).contains("errno 2"));
    assert!(fails(&["encode", "--force", "--format", "wav", &raw, &out], 1).contains("not a WAV file"));
    // The file is not an encoded stream: that is no damage, and nothing is to be recovered.
    for wrong in [
        &["decode", "--force", &raw, &out][..],
        &["verify", &raw],
        &["inspect", &raw],
        &["decode", "--force", "--recover", &raw, &out],
    ] {
        let text = fails(wrong, 1);
        assert!(text.contains("status -22") && text.contains("not an encoded stream"), "{text}");
        assert!(!text.contains("--recover writes") && !text.contains("damaged"), "{text}");
    }
    let mut left: Vec<_> = std::fs::read_dir(dir.path()).unwrap().map(|e| e.unwrap().file_name()).collect();
    left.sort();
    assert_eq!(left, ["coded", "raw"]);
    assert!(succeeds(&["verify", &coded]).starts_with("valid"));
}

#[test]
fn memory_does_not_grow_with_the_file() {
    let text = succeeds(&["demo", "memory", "--json", "--max", "8000000"]);
    let parts: Vec<&str> = text.split("{\"raw_bytes\"").skip(1).collect();
    assert_eq!(parts.len(), 2, "{text}");
    for key in ["encode_peak_rss_bytes", "decode_peak_rss_bytes"] {
        let [small, large] = [number(parts[0], key), number(parts[1], key)];
        assert!(small > 500_000.0 && large < small + 1_048_576.0, "{text}");
    }
    assert_eq!(number(parts[0], "encode_work_bytes"), number(parts[1], "encode_work_bytes"));
    assert!(succeeds(&["demo", "memory", "--max", "1000000"]).contains("encode |####"));
}

#[test]
fn the_benchmark_has_a_line_for_each_encoder() {
    let (dir, _, _) = encoded("encoders", 60_000);
    let raw = dir.file("x_2ch.i16");
    std::fs::rename(dir.file("raw"), &raw).unwrap();
    let table = succeeds(&["bench", "encode", "--rounds", "1", &raw]);
    assert!(table.contains("60000 bytes, i16 x 2"), "{table}");
    let csv = succeeds(&["bench", "encode", "--rounds", "1", "--csv", &raw]);
    let json = succeeds(&["bench", "encode", "--rounds", "1", "--json", &raw]);
    for effort in [1, 5, 9] {
        let name = format!("sqrtspace -{effort}");
        let line = csv.lines().find(|l| l.contains(&name)).unwrap();
        let fields: Vec<f64> = line.split(',').skip(2).map(|f| f.parse().unwrap()).collect();
        assert!(
            fields.len() == 5 && fields[0] == 60_000.0 && (fields[0] / fields[1] - fields[2]).abs() < 1e-3,
            "{csv}"
        );
        assert!(json.contains(&name) && table.contains(&name));
    }
    assert!(fails(&["bench", "encode", &dir.file("none.i16")], 1).contains("none.i16"));
}

#[test]
fn frame_groups_are_decoded_and_lost_as_a_group() {
    let dir = Dir::new("codec-groups");
    let text: Vec<u8> = (0..30_000u32)
        .flat_map(|i| format!("{:08x} line {i}\n", (i % 997).wrapping_mul(0x9e37_79b9)).into_bytes())
        .collect();
    let (raw, alone, coded, back) = (dir.file("raw"), dir.file("alone"), dir.file("coded"), dir.file("back"));
    std::fs::write(&raw, &text).unwrap();
    succeeds(&["encode", "--force", "--frame-bytes", "16K", &raw, &alone]);
    succeeds(&["encode", "--force", "--frame-bytes", "16K", "--restart-interval", "8", &raw, &coded]);
    let sizes = [&alone, &coded].map(|f| std::fs::metadata(f).unwrap().len());
    assert!(sizes[1] < sizes[0], "{sizes:?}");
    succeeds(&["decode", "--force", &coded, &back]);
    assert!(std::fs::read(&back).unwrap() == text);
    let mut stream = std::fs::read(&coded).unwrap();
    assert!(piped(&["decode", "--force", "-", "-"], &stream).stdout == text);
    succeeds(&["decode", "--force", "--range", "300001..300100", &coded, &back]);
    assert!(std::fs::read(&back).unwrap() == text[300_001..300_100]);
    assert!(succeeds(&["verify", &coded]).starts_with("valid"));
    assert!(succeeds(&["inspect", &coded]).contains("valid"));
    // A flipped bit in the second frame of the second group loses seven frames of the group.
    let at = frames(&stream)[9];
    stream[at + 60] ^= 1;
    std::fs::write(&coded, &stream).unwrap();
    let text = fails(&["verify", &coded], 3);
    assert!(text.contains("7 damaged frames") && text.contains("missing 147456..262144"), "{text}");
    fails(&["decode", "--force", &coded, &dir.file("none")], 3);
    fails(&["encode", "--force", "--restart-interval", "257", &raw, &coded], 1);
    // Repetitions at a distance above the default history.
    let noise: Vec<u8> =
        (0..200_000u64).map(|i| (i.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 40) as u8 ^ (i >> 7) as u8).collect();
    let twice = [&noise[..], &noise[..]].concat();
    std::fs::write(&raw, &twice).unwrap();
    let far = ["encode", "--force", "--format", "bytes", "--restart-interval", "64", "--history", "512K", &raw, &coded];
    succeeds(&far);
    assert!(std::fs::metadata(&coded).unwrap().len() < 250_000);
    succeeds(&["decode", "--force", &coded, &back]);
    assert!(std::fs::read(&back).unwrap() == twice);
    fails(&["encode", "--force", "--history", "5M", "--restart-interval", "2", &raw, &coded], 1);
}

/// Bytes that are read from a named pipe to find a WAV header are encoded as well.
#[test]
fn named_pipes_are_read_once() {
    let (dir, x, _) = encoded("named", 100_000);
    let (to, back) = (dir.file("to"), dir.file("back"));
    assert!(piped(&["encode", "--force", "/dev/stdin", &to], &x).status.success());
    succeeds(&["decode", "--force", &to, &back]);
    assert!(std::fs::read(&back).unwrap() == x);
    let stream = std::fs::read(&to).unwrap();
    assert!(piped(&["decode", "--force", "/dev/stdin", &back], &stream).status.success());
    assert!(std::fs::read(&back).unwrap() == x);
    assert_eq!(piped(&["decode", "--force", "/dev/stdin", &back], &stream[1..]).status.code(), Some(3));
}
