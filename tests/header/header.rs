//! The committed header is generated from the C API's sources by chapter. `SQS_UPDATE_HEADER=1` (make header) writes
//! it.
//!
//! A chapter is a list of parts, joined in order: prose (`.txt`), declarations that cbindgen makes of one source file
//! (`.rs`), or C text (`.h`), all in `src/ffi`. Comments are Doxygen's.

use sqrtspace::stages::{KINDS, Kind};
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// Columns of the header.
const WIDTH: usize = 120;

struct Chapter {
    /// Name of its group in the manual.
    group: &'static str,
    title: &'static str,
    parts: &'static [&'static str],
}

/// The chapters after the introduction. Their order is the order of the header.
const CHAPTERS: &[Chapter] = &[
    Chapter {
        group: "basics",
        title: "Basics: version, statuses, element types",
        parts: &["manual/02-basics.txt", "version.rs", "status.rs", "elements.rs"],
    },
    Chapter {
        group: "pipeline",
        title: "Pipeline, the simple way",
        parts: &[
            "manual/03-pipeline.txt",
            "event.rs",
            "pipeline/config.rs",
            "handle.rs",
            "manual/memory_forward.h",
            "pipeline/lifecycle.rs",
            "pipeline/push.rs",
            "pipeline/gaps.rs",
            "pipeline/evaluate.rs",
        ],
    },
    Chapter {
        group: "memory",
        title: "Memory and planning",
        parts: &[
            "manual/04-memory.txt",
            "memory.rs",
            "manual/control_bytes.h",
            "pipeline/control.rs",
            "pipeline/request.rs",
            "pipeline/plan.rs",
            "pipeline/seal.rs",
            "pipeline/host.rs",
        ],
    },
    Chapter {
        group: "stages",
        title: "Stages of your own",
        parts: &["manual/05-stages.txt", "pipeline/stage.rs", "pipeline/change.rs", "pipeline/rows.rs", "manual/row.h"],
    },
    Chapter {
        group: "builtin",
        title: "Built-in stages",
        parts: &[
            "manual/06-builtin.txt",
            "pipeline/builtin.rs",
            "pipeline/params.rs",
            "manual/06-kinds.txt",
            "pipeline/kinds.rs",
        ],
    },
    Chapter {
        group: "streaming",
        title: "Streaming: outputs, inputs, sources",
        parts: &[
            "manual/07-streaming.txt",
            "pipeline/output.rs",
            "pipeline/input.rs",
            "pipeline/source.rs",
            "pipeline/source_file.rs",
            "pipeline/waiting.rs",
        ],
    },
    Chapter {
        group: "evaluation",
        title: "Evaluation and order",
        parts: &["manual/08-evaluation.txt", "pipeline/evaluate_to.rs"],
    },
    Chapter { group: "state", title: "State and checkpoints", parts: &["manual/09-state.txt"] },
    Chapter { group: "save", title: "Save and restore", parts: &["manual/10-save.txt", "pipeline/checkpoint.rs"] },
    Chapter {
        group: "statistics",
        title: "Statistics and damaged memory",
        parts: &["manual/11-statistics.txt", "pipeline/stats.rs", "pipeline/scrub.rs"],
    },
    Chapter {
        group: "codec_files",
        title: "Codec: files and streams",
        parts: &[
            "manual/12-codec-files.txt",
            "codec/format.rs",
            "codec/progress.rs",
            "codec/stats.rs",
            "codec/encode_options.rs",
            "codec/encode_file.rs",
            "codec/decode_options.rs",
            "codec/decode_file.rs",
            "codec/stream.rs",
            "codec/encode_stream.rs",
            "codec/decode_stream.rs",
            "codec/evaluate_file.rs",
            "codec/recovered_file.rs",
        ],
    },
    Chapter {
        group: "codec_memory",
        title: "Codec: streams in memory of yours",
        parts: &[
            "manual/13-codec-memory.txt",
            "codec/coder.rs",
            "codec/encoder.rs",
            "codec/decoder.rs",
            "codec/sink.rs",
        ],
    },
    Chapter { group: "jobs", title: "Codec: jobs in the background", parts: &["manual/14-jobs.txt", "codec/job.rs"] },
    Chapter {
        group: "ccsds121",
        title: "CCSDS 121 without a container",
        parts: &["manual/15-ccsds121.txt", "codec/ccsds121_params.rs", "codec/ccsds121.rs"],
    },
    Chapter { group: "packets", title: "CCSDS space packets", parts: &["manual/15-packets.txt", "packet.rs"] },
    Chapter {
        group: "advanced",
        title: "Advanced: versions of the interface, panics",
        parts: &["manual/16-advanced.txt", "abi.rs", "panic.rs"],
    },
];

/// Structs that a chapter uses before they are defined; `.h` parts declare them.
const FORWARD: &[&str] = &["sqs_memory"];

fn root() -> PathBuf {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../..")).to_path_buf()
}

fn read(part: &str) -> String {
    let path = root().join("src/ffi").join(part);
    std::fs::read_to_string(&path).unwrap_or_else(|e| panic!("{}: {e}", path.display()))
}

fn generated() -> String {
    let contents: Vec<_> = CHAPTERS.iter().zip(2..).map(|(c, number)| format!("    {number:2}. {}", c.title)).collect();
    let introduction = read("manual/01-introduction.txt").replace("@CHAPTERS@", &contents.join("\n"));
    let mut text = comment(&introduction);
    text += "\n#ifndef SQRTSPACE_H\n#define SQRTSPACE_H\n\n/* Generated from the Rust sources by `make header`. Do not edit. */\n";
    text += "\n#include <stddef.h>\n#include <stdint.h>\n\n#ifdef __cplusplus\nextern \"C\" {\n#endif\n";
    for (chapter, number) in CHAPTERS.iter().zip(2..) {
        text += &format!("\n\n/* {} */\n", "=".repeat(WIDTH - 6));
        for (i, part) in chapter.parts.iter().enumerate() {
            let made = match part.rsplit('.').next() {
                Some("txt") if i == 0 => {
                    let title = format!("@defgroup {} {number}. {}\n\n", chapter.group, chapter.title);
                    comment(&format!("{title}{}\n@{{\n", read(part)))
                }
                Some("txt") => format!("/* {} */\n", wrapped_plain(&read(part))),
                Some("rs") => declarations(part),
                _ => read(part),
            };
            text += &(if i == 0 { made } else { format!("\n{}\n", made.trim()) });
        }
        text += "\n/** @} */\n";
    }
    text += "\n#ifdef __cplusplus\n} /* extern \"C\" */\n#endif\n\n#endif /* SQRTSPACE_H */\n";
    text.lines().map(|line| line.trim_end().to_string() + "\n").collect()
}

/// A Doxygen comment of these lines.
fn comment(text: &str) -> String {
    let lines: Vec<_> = text.trim_end().lines().map(|l| format!(" * {l}").trim_end().to_string()).collect();
    format!("/**\n{}\n */\n", lines.join("\n"))
}

/// The lines of a plain comment, after its start.
fn wrapped_plain(text: &str) -> String {
    text.trim_end().lines().collect::<Vec<_>>().join("\n * ")
}

/// An item of the C API: its comment without stars, and its text.
struct Item {
    doc: Vec<String>,
    code: Vec<String>,
}

/// What cbindgen makes of one source file.
fn declarations(part: &str) -> String {
    let mut config = cbindgen::Config::from_file(root().join("cbindgen.toml")).expect("cbindgen.toml");
    let source = read(part);
    let names = source.lines().filter_map(|l| {
        let rest = l.strip_prefix("pub struct ").or_else(|| l.strip_prefix("pub type "))?;
        Some(rest.split(|c: char| !c.is_alphanumeric() && c != '_').next().unwrap_or_default().to_string())
    });
    config.export.include = names.filter(|n| n.starts_with("sqs_")).collect();
    let builder = cbindgen::Builder::new().with_config(config).with_src(root().join("src/ffi").join(part));
    let mut text = Vec::new();
    builder.generate().expect(part).write(&mut text);
    let (constants, rest): (Vec<_>, Vec<_>) =
        items(&String::from_utf8(text).expect("UTF-8")).into_iter().partition(|i| i.code[0].starts_with("#define"));
    let mut out = constant_groups(constants);
    for item in rest {
        out += "\n";
        out += &rendered(item);
    }
    out
}

/// Splits cbindgen's text into items.
fn items(text: &str) -> Vec<Item> {
    let (mut all, mut doc, mut code) = (Vec::new(), Vec::new(), Vec::new());
    let mut in_comment = false;
    for line in text.lines() {
        let outside = code.is_empty();
        if outside && line == "/**" {
            in_comment = true;
        } else if in_comment {
            match line.trim_start().strip_prefix('*') {
                Some("/") => in_comment = false,
                Some(text) => doc.push(text.strip_prefix(' ').unwrap_or(text).to_string()),
                None => panic!("comment: {line}"),
            }
        } else if !line.is_empty() {
            code.push(line.to_string());
            if line.starts_with("#define") || (line.ends_with(';') && !line.starts_with(' ')) {
                all.push(Item { doc: std::mem::take(&mut doc), code: std::mem::take(&mut code) });
            }
        }
    }
    assert!(code.is_empty(), "{code:?}");
    all
}

/// Constants as tables: `@name` in the comment of one begins a group with a title.
fn constant_groups(items: Vec<Item>) -> String {
    let mut groups: Vec<(Option<String>, Vec<Item>)> = Vec::new();
    for mut item in items {
        let title = item.doc.first().and_then(|l| l.strip_prefix("@name ")).map(str::to_string);
        if title.is_some() {
            item.doc.drain(..2);
        }
        if title.is_some() || groups.is_empty() {
            groups.push((title, Vec::new()));
        }
        groups.last_mut().expect("a group").1.push(item);
    }
    let mut out = String::new();
    for (title, items) in groups {
        let parts: Vec<_> = items.iter().map(|i| constant(&i.code[0])).collect();
        let names = parts.iter().map(|(name, _)| name.len()).max().unwrap_or(0);
        let values = parts.iter().map(|(_, value)| value.len()).max().unwrap_or(0);
        let lines: Vec<_> = parts.iter().map(|(n, v)| format!("#define {n:names$} {v:>values$}")).collect();
        let width = lines.iter().map(String::len).max().unwrap_or(0);
        if let Some(title) = &title {
            out += &format!("\n/** @name {title}\n *  @{{ */\n");
        } else {
            out += "\n";
        }
        for (item, line) in items.iter().zip(&lines) {
            let text = item.doc.join(" ");
            let wrapped = wrap(&text, WIDTH - width - 10);
            let indent = format!("\n{}", " ".repeat(width + 7));
            out += &format!("{line:width$} /**< {} */\n", wrapped.join(&indent));
        }
        if title.is_some() {
            out += "/** @} */\n";
        }
    }
    out
}

/// Name and value of a constant. In an expression negative values need their parentheses; cbindgen leaves them bare.
fn constant(line: &str) -> (String, String) {
    let (name, value) = line.trim_start_matches("#define ").split_once(' ').expect("a value");
    (name.to_string(), if value.starts_with('-') { format!("({value})") } else { value.to_string() })
}

fn wrap(text: &str, width: usize) -> Vec<String> {
    let mut lines = vec![String::new()];
    for word in text.split_whitespace() {
        let line = lines.last_mut().expect("a line");
        if line.is_empty() {
            *line = word.to_string();
        } else if line.len() + 1 + word.len() <= width {
            *line += &format!(" {word}");
        } else {
            lines.push(word.to_string());
        }
    }
    lines
}

/// A type or function with its comment.
fn rendered(item: Item) -> String {
    let mut doc = item.doc;
    // Struct tags are not needed: every struct has a typedef.
    let code = item.code.join("\n").replace("struct sqs_", "sqs_").replace("typedef sqs_", "typedef struct sqs_");
    if let Some(name) = code.strip_prefix("const sqs_kind *sqs_kind_").and_then(|l| l.strip_suffix("(void);")) {
        let kind = KINDS.iter().find(|k| k.name == name).unwrap_or_else(|| panic!("no kind {name}"));
        doc = kind_manual(kind);
    }
    assert!(!doc.is_empty(), "no comment: {code}");
    let is_struct = code.starts_with("typedef struct") && code.contains('{');
    let code = if is_struct { structure(&code) } else { function(&code) };
    let comment = if doc.len() == 1 && doc[0].len() + 7 <= WIDTH {
        format!("/** {} */\n", doc[0])
    } else {
        comment(&doc.join("\n"))
    };
    format!("{comment}{code}\n")
}

/// A struct: fields are indented by four, comments of one line are on one line, and forward declarations are kept.
fn structure(code: &str) -> String {
    let lines: Vec<_> = code.lines().map(|l| l.replacen("  ", "    ", 1)).collect();
    let (mut out, mut at) = (Vec::new(), 0);
    while at < lines.len() {
        let text = lines.get(at + 1).map_or("", |l| l.trim().trim_start_matches("* "));
        let short = lines.get(at + 2).is_some_and(|l| l.trim() == "*/") && text.len() + 11 <= WIDTH;
        if lines[at].trim() == "/**" && short {
            out.push(format!("    /** {text} */"));
            at += 3;
        } else {
            out.push(lines[at].clone());
            at += 1;
        }
    }
    for name in FORWARD {
        let (first, last) = (format!("typedef struct {name} {{"), format!("}} {name};"));
        if out[0] == first {
            out[0] = format!("struct {name} {{");
            *out.last_mut().expect("a line") = "};".into();
            assert!(code.ends_with(&last), "{code}");
        }
    }
    out.join("\n")
}

/// A function or function type: parameters on as many lines as they need, aligned to the first.
fn function(code: &str) -> String {
    let code = code.replace('\n', " ");
    let Some((start, parameters)) = code.rsplit_once('(').filter(|_| code.len() > WIDTH) else { return code };
    let start = format!("{start}(");
    let mut lines = vec![start.clone()];
    for parameter in parameters.split_inclusive(", ") {
        let line = lines.last_mut().expect("a line");
        if line.len() + parameter.trim_end().len() <= WIDTH {
            *line += parameter;
        } else {
            lines.push(" ".repeat(start.len()) + parameter);
        }
    }
    lines.iter().map(|l| l.trim_end()).collect::<Vec<_>>().join("\n")
}

/// The comment of a kind: its text, and the table of its parameters.
fn kind_manual(kind: &Kind) -> Vec<String> {
    let m = &kind.manual;
    let mut lines = wrap(&format!("{}: {}", kind.name, m.summary), WIDTH - 3);
    lines.push(String::new());
    let mut point = |name: &str, text: &str| {
        if !text.is_empty() {
            let wrapped = wrap(&format!("{name}: {text}"), WIDTH - 5);
            lines.push(format!("- {}", wrapped.join("\n  ")));
        }
    };
    point("Input", m.input);
    point("Output", m.output);
    point("NaN", m.nan.text());
    point("Notes", m.notes);
    point("Source", m.source);
    point("Parameters", if kind.params.is_empty() { "none" } else { "" });
    if !kind.params.is_empty() {
        lines.push(String::new());
        let whole = table(kind, true);
        if whole.iter().all(|l| l.len() <= WIDTH - 3) {
            lines.extend(whole);
        } else {
            lines.extend(table(kind, false));
            lines.push(String::new());
            for p in kind.params {
                let wrapped = wrap(&format!("{}: {}", p.name, p.meaning), WIDTH - 5);
                lines.push(format!("- {}", wrapped.join("\n  ")));
            }
        }
    }
    lines.push(String::new());
    lines.push(format!("@return the kind \"{}\"", kind.name));
    lines.join("\n").lines().map(String::from).collect()
}

/// The table of a kind's parameters, with or without their meaning.
fn table(kind: &Kind, meaning: bool) -> Vec<String> {
    let columns = if meaning { 6 } else { 5 };
    let head = ["Parameter", "Type", "Unit", "Range", "Default", "Meaning"];
    let params = kind.params.iter().map(|p| [p.name, p.kind.name(), p.unit, p.range, p.default, p.meaning]);
    let mut rows: Vec<_> = std::iter::once(head).chain(params).map(|r| r[..columns].to_vec()).collect();
    let widths: Vec<_> = (0..columns).map(|c| rows.iter().map(|r| r[c].len()).max().unwrap_or(0)).collect();
    let rule: Vec<_> = widths.iter().map(|w| "-".repeat(*w)).collect();
    rows.insert(1, rule.iter().map(String::as_str).collect());
    let cells = |row: &Vec<&str>| row.iter().zip(&widths).map(|(t, w)| format!("{t:w$}")).collect::<Vec<_>>();
    rows.iter().map(|row| format!("| {} |", cells(row).join(" | "))).collect()
}

#[test]
fn committed_header_is_up_to_date() {
    let path = root().join("include/sqrtspace.h");
    let fresh = generated();
    if std::env::var_os("SQS_UPDATE_HEADER").is_some() {
        std::fs::write(&path, &fresh).expect("write the header");
    }
    let committed = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(committed == fresh, "include/sqrtspace.h is stale: run `make header`");
}

/// Every function, struct, field and constant that a comment of the header names exists.
#[test]
fn names_in_comments_exist() {
    let header = std::fs::read_to_string(root().join("include/sqrtspace.h")).expect("header");
    let word = |c: char| !c.is_alphanumeric() && c != '_';
    let (mut declared, mut named) = (BTreeSet::new(), BTreeSet::new());
    let mut rest = header.as_str();
    while let Some((code, after)) = rest.split_once("/*") {
        declared.extend(code.split(word));
        let (comment, after) = after.split_once("*/").expect("end of the comment");
        named.extend(comment.split(word).filter(|w| w.starts_with("sqs_") || w.starts_with("SQS_")));
        rest = after;
    }
    declared.extend(rest.split(word));
    // Prefixes: SQS_CODEC_*, an sqs_kind_ function.
    let known =
        |name: &str| declared.contains(name) || (name.ends_with('_') && declared.iter().any(|d| d.starts_with(name)));
    let missing: Vec<_> = named.into_iter().filter(|n| !known(n)).collect();
    assert!(missing.is_empty(), "{missing:?}");
}

#[test]
fn every_source_of_the_c_api_is_in_a_chapter() {
    let folder = root().join("src/ffi");
    let parts: BTreeSet<_> = CHAPTERS.iter().flat_map(|c| c.parts).copied().collect();
    for sub in ["", "pipeline", "codec"] {
        for entry in std::fs::read_dir(folder.join(sub)).expect("folder") {
            let path = entry.expect("entry").path();
            let name = path.strip_prefix(&folder).expect("inside").to_string_lossy().into_owned();
            if path.extension().is_some_and(|e| e == "rs") && read(&name).contains("\n#[unsafe(no_mangle)]") {
                assert!(parts.contains(name.as_str()), "{name} is in no chapter");
            }
        }
    }
}
