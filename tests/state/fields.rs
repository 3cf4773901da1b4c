//! The fields of a checkpoint file, read as docs/formats/checkpoint.md describes them.

use crate::save_resume::Run;

/// A number in a file.
#[derive(Clone, Debug)]
pub(crate) struct Field {
    pub(crate) name: String,
    pub(crate) at: usize,
    pub(crate) bytes: usize,
    /// No other value is possible where all other numbers stay the same.
    pub(crate) fixed: bool,
}

struct Reader<'f> {
    file: &'f [u8],
    at: usize,
    fields: Vec<Field>,
}

impl Reader<'_> {
    fn number(&mut self, name: String, bytes: usize, fixed: bool) -> u64 {
        let value = self.file[self.at..self.at + bytes].iter().fold(0, |v, b| v << 8 | u64::from(*b));
        self.fields.push(Field { name, at: self.at, bytes, fixed });
        self.at += bytes;
        value
    }

    fn part<const N: usize>(&mut self, what: &str, parts: [(&str, usize, bool); N]) -> [u64; N] {
        parts.map(|(name, bytes, fixed)| self.number(format!("{what}: {name}"), bytes, fixed))
    }
}

/// The numbers of a file of `run`, without samples, rows and states.
pub(crate) fn fields(run: &Run, file: &[u8]) -> Vec<Field> {
    let mut r = Reader { file, at: 0, fields: Vec::new() };
    let (inputs, stages) = (&run.graph.inputs, &run.graph.stages);
    r.part("head", [("magic", 8, true), ("version", 4, true), ("order", 4, true), ("length", 8, true)]);
    r.part("head", [("hash", 8, true), ("inputs", 4, true), ("stages", 4, true), ("outputs", 4, true)]);
    let [slots, _] = r.part("head", [("slots", 4, false), ("every", 8, false)]);
    for i in 0..inputs.len() + stages.len() {
        r.number(format!("identity {i}"), 8, true);
    }
    for (stage, _) in &run.open {
        r.part(&format!("output {stage}"), [("stage", 4, true), ("capacity", 8, false)]);
    }
    for (i, input) in inputs.iter().enumerate() {
        let what = format!("input {i}");
        let [_, _, samples, _, first] = r.part(
            &what,
            [
                ("pushed", 4, true),
                ("ended", 4, false),
                ("samples", 8, false),
                ("released", 8, false),
                ("first", 8, false),
            ],
        );
        r.at += (samples - first) as usize * input.channels as usize * 4;
    }
    if r.number("stream".into(), 4, true) == 1 {
        r.part("stream", [("frontier", 8, false), ("windows", 8, true)]);
        for (i, stage) in stages.iter().enumerate() {
            let (what, target) = (format!("stage {i}"), run.open.iter().any(|(s, _)| *s == i));
            if r.number(format!("{what}: active"), 4, true) == 0 {
                continue;
            }
            let [_, _, next, _, carried] = r.part(
                &what,
                [
                    ("first", 8, false),
                    ("end", 8, target),
                    ("next", 8, true),
                    ("delivered", 8, target || !stage.scan),
                    ("carried", 8, true),
                ],
            );
            r.at += if stage.scan { 4 } else { 0 } + (next - carried) as usize * stage.len * 4;
        }
    }
    for (stage, _) in &run.open {
        let [head, tail] = r.part(&format!("output {stage}"), [("head", 8, false), ("tail", 8, true)]);
        r.at += (tail - head) as usize * stages[*stage].len * 4;
    }
    for (i, _) in stages.iter().enumerate().filter(|(_, s)| slots > 0 && s.scan) {
        let what = format!("scan {i}");
        let [_, _, count] = r.part(&what, [("newest", 8, false), ("last", 8, false), ("states", 4, true)]);
        for k in 0..count {
            r.part(&format!("{what}: state {k}"), [("slot", 4, true), ("row", 8, true)]);
            r.at += 4;
        }
    }
    assert_eq!(r.at + 4, file.len());
    r.fields
}
