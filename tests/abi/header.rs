//! The committed header is what cbindgen makes of the sources. `SQS_UPDATE_HEADER=1` (make header) writes it.

use std::path::Path;

fn generated() -> String {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut config = cbindgen::Config::from_file(root.join("cbindgen.toml")).expect("cbindgen.toml");
    let manual = config.header.take().expect("the manual");
    config.header = Some(manual.replace("@STAGES@", &stages(root)).trim().to_string());
    // The C API alone, in the order in which it is to be read.
    let files = [
        "types",
        "handle",
        "version",
        "panic",
        "pipeline/lifecycle",
        "pipeline/host",
        "pipeline/graph",
        "pipeline/builtin",
        "pipeline/kinds",
        "pipeline/plan",
        "pipeline/stream",
        "pipeline/source_file",
        "pipeline/evaluate",
        "pipeline/checkpoint",
        "pipeline/stats",
        "codec/types",
        "codec/encoder",
        "codec/decoder",
        "codec/ccsds121",
        "codec/encode_file",
        "codec/decode_file",
        "codec/job",
        "codec/sink",
        "codec/evaluate_file",
    ];
    let start = cbindgen::Builder::new().with_config(config);
    let builder = files.iter().fold(start, |b, file| b.with_src(root.join(format!("src/ffi/{file}.rs"))));
    let mut text = Vec::new();
    builder.generate().expect("bindings").write(&mut text);
    let text = one_line_comments(&String::from_utf8(text).expect("UTF-8"));
    // cbindgen leaves negative constants bare; in an expression they need their parentheses.
    // Nor does C89 have the comments that it puts around `extern "C"`.
    let text = text.replace("// __cplusplus", "/* __cplusplus */").replace("// extern \"C\"", "/* extern \"C\" */");
    let lines = text.lines().map(|line| match line.strip_prefix("#define ").and_then(|l| l.split_once(" -")) {
        Some((name, value)) if !name.contains('(') => format!("#define {name} (-{value})"),
        _ => line.trim_end().to_string(),
    });
    lines.collect::<Vec<_>>().join("\n") + "\n"
}

/// A comment of one line stands on one line.
fn one_line_comments(text: &str) -> String {
    let lines: Vec<&str> = text.lines().collect();
    let (mut out, mut at) = (String::new(), 0);
    while at < lines.len() {
        let indent = lines[at].len() - lines[at].trim_start().len();
        let short = lines[at].trim() == "/*" && lines.get(at + 2).is_some_and(|l| l.trim() == "*/");
        if short {
            out += &format!("{}/* {} */\n", &lines[at][..indent], lines[at + 1].trim());
            at += 3;
        } else {
            out += lines[at];
            out += "\n";
            at += 1;
        }
    }
    out
}

/// The table of built-in stages: the first paragraph of each stage file's documentation.
fn stages(root: &Path) -> String {
    let mut text = String::from(" *\n * BUILT-IN STAGES (sqs_stage_register_builtin, sqs_stage_register_kind)\n *\n");
    for kind in sqrtspace::stages::KINDS {
        let (kind, manual) = (kind.name, kind.manual);
        assert!(!manual.is_empty(), "stage {kind} has no line in the manual");
        text += &format!(" * {kind}\n");
        let mut line = String::from(" *    ");
        for word in manual.split_whitespace() {
            if line.len() + 1 + word.len() > 110 {
                text += &(line + "\n");
                line = String::from(" *    ");
            }
            line += " ";
            line += word;
        }
        text += &(line + "\n");
    }
    let _ = root;
    text.trim_end().to_string()
}

#[test]
fn committed_header_is_up_to_date() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("include/sqrtspace.h");
    let fresh = generated();
    if std::env::var_os("SQS_UPDATE_HEADER").is_some() {
        std::fs::write(&path, &fresh).expect("write the header");
    }
    let committed = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(committed == fresh, "include/sqrtspace.h is stale: run `make header`");
}
