//! Each error text of the library is provoked by a test that compares it word for word, or is an exception with a
//! reason.

use crate::commands::root;
use crate::imports::read;

/// Files with other texts, or whose texts other tests provoke.
const NOT_HERE: &[(&str, &str)] = &[
    ("plan/explain.rs", "a report, not errors"),
    ("status.rs", "the texts of statuses"),
    ("stages/manual", "the reference"),
    ("mem/inline.rs", "checked by the compiler"),
];

const MADE_PLAN: &str = "only in a plan with a right CRC that was not exported: tests/engine/frozen.rs";

/// Texts without a case, and why.
const EXCEPTIONS: &[(&str, &str)] = &[
    ("the addresses in the handle are damaged: delete it", DAMAGE),
    ("the detail of the last error is damaged", DAMAGE),
    ("the tables of the pipeline are damaged, they differ from those at seal: delete it", DAMAGE),
    ("the positions of the pipeline are damaged: reset it", DAMAGE),
    ("the stream is damaged; its repair needs sample {a} of {i}, the input buffer starts with {b}: reset it", DAMAGE),
    ("the plan does not fit the graph, although its CRC and hash are valid: export it again", MADE_PLAN),
    ("the order or the places in the plan do not fit the graph: export it again", MADE_PLAN),
    ("the plan is for a work area of {b} bytes, here it needs {a}: stages have other sizes", MADE_PLAN),
    (
        "{a} stored items failed their check, {b} of them were needed and are recomputed",
        "an event, not an error: ctests/test_event.c",
    ),
    ("memory is NULL and this build has no heap: pass an sqs_memory", BUILD),
    ("sqs_config: this build has no files to spill into: spill_dir must be NULL", BUILD),
    ("this build has no transforms on the host's heap: set the parameter portable to 1", BUILD),
    ("the heap of the host has no {a} bytes for the plan of a transform: set the parameter portable to 1", SYSTEM),
    ("no file can be created in spill_dir: errno {a}", SYSTEM),
    ("spill_dir has no room for {b} bytes: errno {a}", "tests/engine/spill.rs"),
    ("the file in spill_dir cannot be mapped: errno {a}", SYSTEM),
    (
        "the checkpoint has {a} rows of stage {n} that are still needed, its buffer here holds {b}",
        "tests/state/impossible.rs",
    ),
    (
        "stage {n} has {a} rows, the plan has states for {b}: seal the pipeline when its sources have all samples",
        "tests/engine/reverse_scans.rs",
    ),
    ("reversing needs at least {a} bytes for states and rows, but has {b}: raise the budget", "src/schedule/leaf.rs"),
    (
        "the stream waits for the end of {i}: end it with sqs_push_end(), or a source with sqs_source_extend()",
        "the last branch: a stream whose inputs have a further window works",
    ),
    (
        "row {a} of stage {n} is needed, but the parameters of the rows before {b} are released",
        "tests/state/changes.rs",
    ),
    (
        "the checkpoint has a change of stage {n} at row {a} that is not made here: reset the pipeline, make its changes, then restore",
        "tests/state/changes.rs",
    ),
    (
        "stage {n} has a change at row {a} that the checkpoint has not: reset the pipeline, make the changes of the checkpoint, then restore",
        "tests/state/changes.rs",
    ),
    ("a checkpoint ring has an even number of slots, 2 or more, not {a}", "config.rs refuses such numbers before"),
    ("the order of {a} stages needs as many entries", FAULT),
    ("the rows of a graph do not fit the address space", FAULT),
    ("stages depend on each other in a circle", FAULT),
    ("a stage reads one that does not exist", FAULT),
    ("the slots of states do not fit the memory planned for them", FAULT),
    ("a coded block is damaged", RUST),
    ("decoding needs {a} words of work memory", RUST),
    ("coded samples need more than {a} bytes", RUST),
    ("{a} samples do not fit the output", RUST),
    ("coded samples end early, after {a} bytes", RUST),
    ("{a} coded samples do not fit the address space", NO_TEXT),
    ("no frame size fits {b} bytes of memory: give the {a} that the smallest needs", NO_TEXT),
    ("the memory of the decoder has {a} bytes, but its options need {b}", SIZES),
    ("the raw bytes have {a} bytes of memory, but need {b}", SIZES),
    ("the coded frame has {a} bytes of memory, but needs {b}", SIZES),
    ("the codecs have {a} bytes of work memory, but need {b}", SIZES),
    ("the index has memory for {a} entries, but needs {b}", SIZES),
    ("a row does not fit a frame: raise frame_bytes", SIZES),
    ("a frame begins past the end of its data", SIZES),
    ("{a} raw bytes do not fit a frame of {b} bytes", SIZES),
    ("a frame does not fit its buffer", SIZES),
    ("no room for the handle", SIZES),
    ("the path of the output is too long", SIZES),
    (
        "a second end frame, at byte {a} of the original: SQS_DECODE_RECOVER reads the rest",
        "after missing frames, which are the error then",
    ),
    (
        "frames out of order, at byte {a} of the original: SQS_DECODE_RECOVER reads the rest",
        "after missing frames, which are the error then",
    ),
    ("the input was cut to {a} bytes while it was read", "needs a file that shrinks while it is read"),
    ("the output cannot be completed, errno {a}: check its disk", SYSTEM),
    ("the output is complete and in its place, but its folder is not on the disk: errno {a}", SYSTEM),
    (
        "the output cannot be written, errno {a}: check its disk and the limits of the process",
        "ctests/test_file_limit.c",
    ),
    ("the folder of the output cannot be synced, errno {a}: use another one", SYSTEM),
    ("{a} processes are writing this output: wait, or use another path", "needs 100 processes"),
    ("the heap has no {a} bytes: give memory in the options", "ctests/test_codec_no_heap.c"),
    ("the heap has no memory for a job: free some, or use the call without a job", "ctests/test_codec_no_heap.c"),
    ("a thread cannot be created, errno {a}: use the call without a job", SYSTEM),
    ("the call came from the write function of a sink: return from it first", "ctests/test_codec_sink.c"),
    ("apid is {a}, not 0 to 2047", NO_TEXT),
    ("packets of {a} bytes: max_bytes is {b} to 65542 for these headers", NO_TEXT),
    ("a unit of {a} bytes has no byte at {b}: set unit_at to 0 for a new unit", NO_TEXT),
    ("out has {a} bytes, but the packet needs {b}", NO_TEXT),
    ("flow is {a}, not SQS_FLOW_CONTINUE or SQS_FLOW_END", NO_TEXT),
    ("expected {a} and progress {b} are not those of a reader: zero both", NO_TEXT),
    ("the version of a packet is not 0", NO_TEXT),
    ("a time of {a} and {b} bytes, not 1 to 4 and 0 to 3", NO_TEXT),
    ("out has {a} bytes, but a time needs more", NO_TEXT),
    ("the place of the handle", REGION),
    ("memory of the options", REGION),
];

const DAMAGE: &str = "needs flipped bits in the control area: tests/state/faults.rs, ctests/test_flips.c";
const RUST: &str = "of functions of the Rust library, which C does not call";
const NO_TEXT: &str = "the C function returns no text";
const SIZES: &str = "the C functions check sizes before";
const REGION: &str = "the name of a region in the text of an overlap";
const BUILD: &str = "another build";
const SYSTEM: &str = "needs a system that refuses memory or files";
const FAULT: &str = "a fault of the library itself, or a flipped bit before seal";

/// Files with cases.
const CASES: &[&str] = &[
    "tests/engine/texts.rs",
    "tests/engine/texts_gaps.rs",
    "tests/engine/texts_graph.rs",
    "tests/engine/texts_running.rs",
    "tests/engine/texts_saved.rs",
    "tests/engine/texts_search.rs",
    "ctests/test_gaps.c",
    "ctests/test_texts.c",
    "ctests/test_params.c",
    "ctests/test_planned.c",
    "ctests/test_codec_texts.c",
];

/// A string literal with the code before it, without white space.
struct Literal {
    before: String,
    text: String,
}

/// String literals of Rust or C code, without comments; adjacent ones of C are one.
fn literals(code: &str) -> Vec<Literal> {
    let c: Vec<char> = code.chars().collect();
    let (mut all, mut before, mut i) = (Vec::<Literal>::new(), String::new(), 0);
    while i < c.len() {
        match (c[i], c.get(i + 1)) {
            ('/', Some('/')) => i += c[i..].iter().position(|c| *c == '\n').unwrap_or(c.len() - i),
            ('/', Some('*')) => i += 2 + c[i + 2..].windows(2).position(|w| *w == ['*', '/']).unwrap_or(0) + 2,
            ('\'', Some('\\')) => i += 2 + c[i + 2..].iter().position(|c| *c == '\'').unwrap_or(0) + 1,
            ('\'', Some(_)) if c.get(i + 2) == Some(&'\'') => i += 3,
            ('"', _) => {
                let mut text = String::new();
                i += 1;
                while i < c.len() && c[i] != '"' {
                    if c[i] == '\\' {
                        i += 1;
                        match c[i] {
                            '\n' => {
                                while c[i + 1].is_whitespace() {
                                    i += 1;
                                }
                            }
                            'n' => text.push('\n'),
                            other => text.push(other),
                        }
                    } else {
                        text.push(c[i]);
                    }
                    i += 1;
                }
                i += 1;
                match all.last_mut() {
                    Some(last) if before.is_empty() => last.text.push_str(&text),
                    _ => all.push(Literal { before: std::mem::take(&mut before), text }),
                }
            }
            (other, _) => {
                if !other.is_whitespace() {
                    before.push(other);
                }
                i += 1;
            }
        }
    }
    all
}

/// The code before the tests of a file.
fn without_tests(code: &str) -> &str {
    code.split("#[cfg(test)]\nmod tests {").next().unwrap_or("")
}

/// Names of modules of tests: `#[cfg(test)]` before `mod name;`.
fn test_modules(code: &str) -> Vec<String> {
    let after = code.split("#[cfg(test)]\n").skip(1);
    let lines = after.filter_map(|rest| rest.split_once(";\n").map(|(line, _)| line)).filter(|l| !l.contains('\n'));
    lines.filter_map(|line| line.rsplit_once("mod ").map(|(_, name)| name.to_owned())).collect()
}

/// Texts of errors: sentences that are not in an attribute. Faults of the library itself have none.
fn texts() -> Vec<(String, String)> {
    let sources = read(&root().join("src"));
    let skipped: Vec<String> = sources
        .iter()
        .flat_map(|(path, code)| {
            let folder = path.rsplit_once('/').map_or("", |(f, _)| f).to_owned();
            test_modules(code)
                .into_iter()
                .map(move |name| format!("{folder}/{name}").trim_start_matches('/').to_owned())
        })
        .collect();
    let mut all = Vec::new();
    for (path, code) in &sources {
        let of_tests = skipped.iter().any(|s| path == &format!("{s}.rs") || path.starts_with(&format!("{s}/")));
        if of_tests || NOT_HERE.iter().any(|(p, _)| path.starts_with(p)) {
            continue;
        }
        for Literal { before, text } in literals(without_tests(code)) {
            let fault = before.ends_with("internal(") || before.ends_with("Status::Internal,");
            let sentence = text.split(' ').count() >= 3 && text.starts_with(|c: char| c.is_lowercase() || c == '{');
            if sentence && !fault && !before.ends_with("reason=") && !before.ends_with(['c', 'b']) {
                all.push((text, path.clone()));
            }
        }
    }
    all
}

/// Whether a text is what a template shows; the letters of the template that it has.
fn shows(template: &str, text: &str) -> Option<usize> {
    let mut parts = Vec::new();
    let mut rest = template;
    while let Some((before, after)) = rest.split_once('{') {
        parts.push(before);
        rest = after.split_once('}')?.1;
    }
    let (Some(first), last) = (parts.first().copied(), rest) else { return (template == text).then_some(text.len()) };
    let mut at = text.strip_prefix(first)?;
    for part in &parts[1..] {
        at = &at[at.find(part)? + part.len()..];
    }
    (at.len() >= last.len() && at.ends_with(last)).then(|| parts.iter().map(|p| p.len()).sum::<usize>() + last.len())
}

#[test]
fn every_text_has_a_case_or_a_reason() {
    let texts = texts();
    assert!(texts.len() > 150, "{}", texts.len());
    let mut provoked = vec![false; texts.len()];
    for file in CASES {
        let code = std::fs::read_to_string(root().join(file)).unwrap();
        for Literal { text, .. } in literals(&code).into_iter().filter(|l| l.text.matches('<').count() >= 3) {
            let text = text.replace(['<', '>'], "");
            let fits = texts.iter().enumerate().filter_map(|(i, (t, _))| Some((shows(t, &text)?, i)));
            match fits.max() {
                Some((_, best)) => {
                    let same = texts[best].0.clone();
                    provoked.iter_mut().zip(&texts).filter(|(_, t)| t.0 == same).for_each(|(p, _)| *p = true);
                }
                None => panic!("{file}: the library has no such text: {text}"),
            }
        }
    }
    let mut missing = Vec::new();
    for ((text, path), provoked) in texts.iter().zip(&provoked) {
        let excepted = EXCEPTIONS.iter().any(|(t, _)| t == text);
        assert!(!(excepted && *provoked), "{path}: has a case and a reason for none: {text}");
        if !excepted && !provoked {
            missing.push(format!("{path}: {text}"));
        }
    }
    for (text, _) in EXCEPTIONS {
        assert!(texts.iter().any(|(t, _)| t == text), "no such text: {text}");
    }
    assert!(missing.is_empty(), "{} texts without a case:\n{}", missing.len(), missing.join("\n"));
}

/// What makes a text hard to use, whatever it is about.
#[test]
fn texts_repeat_no_word_and_need_no_article() {
    let odd = ["a {n}", "an {n}", "a {m}", "an {m}", "input {n}", "{n} {n}", "pointer is NULL", "from 0 to 0"];
    for (text, path) in texts() {
        assert!(!odd.iter().any(|w| text.contains(w)), "{path}: {text}");
    }
}
