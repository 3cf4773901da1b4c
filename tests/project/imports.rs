//! Imports between the modules of a source folder, and circles of them.
//!
//! The rule: a module is a file. It imports every module that a path in its code names, in a `use` or not, through
//! `crate::`, `super::`, `self::` or the name of a child. A path to a re-export counts for the module that defines the
//! item. Two things are no imports: a `mod` declaration, and a `pub use` in a `mod.rs` of an item from its own folder,
//! as long as the rest of the `mod.rs` does not use that name. Code under `#[cfg(test)]` does not count. Calls of
//! methods need no path, so the checker does not see them.
//!
//! Each folder is checked by itself, with its files, its `mod.rs` and its subfolders as nodes; a subfolder stands for
//! all files in it. If no folder has a circle, no files of the crate form one.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// Path of a file in the source folder, with `/`, and its text.
pub(crate) type Sources = BTreeMap<String, String>;

pub(crate) fn read(dir: &Path) -> Sources {
    let mut found = Sources::new();
    let mut open = vec![dir.to_owned()];
    while let Some(folder) = open.pop() {
        for entry in std::fs::read_dir(&folder).expect("folder") {
            let path = entry.expect("entry").path();
            if path.is_dir() {
                open.push(path);
            } else if path.extension().is_some_and(|e| e == "rs") {
                let name = path.strip_prefix(dir).expect("in the folder").to_string_lossy().replace('\\', "/");
                found.insert(name, std::fs::read_to_string(&path).expect("source"));
            }
        }
    }
    found
}

/// From one module to another: what the first one uses of the second.
type Edges = BTreeMap<(String, String), BTreeSet<String>>;

/// Words and punctuation of a file, without comments and literals; `::` is one token.
fn tokens(text: &str) -> Vec<String> {
    let c: Vec<char> = text.chars().collect();
    let at = |i: usize| c.get(i).copied().unwrap_or('\0');
    let word = |c: char| c.is_alphanumeric() || c == '_';
    let mut out = Vec::new();
    let mut i = 0;
    while i < c.len() {
        match (at(i), at(i + 1)) {
            ('/', '/') => i = (i..c.len()).find(|i| at(*i) == '\n').unwrap_or(c.len()),
            ('/', '*') => i = (i + 2..c.len()).find(|i| at(*i) == '*' && at(i + 1) == '/').unwrap_or(c.len()) + 2,
            ('r', '"' | '#') if !(i > 0 && word(at(i - 1)) && at(i - 1) != 'b') && raw_string(&c, i).is_some() => {
                i = raw_string(&c, i).unwrap_or(c.len());
            }
            ('"', _) => {
                i += 1;
                while i < c.len() && at(i) != '"' {
                    i += if at(i) == '\\' { 2 } else { 1 };
                }
                i += 1;
            }
            ('\'', '\\') => i = (i + 3..c.len()).find(|i| at(*i) == '\'').unwrap_or(c.len()) + 1,
            ('\'', _) => i += if at(i + 2) == '\'' { 3 } else { 1 },
            (':', ':') => {
                out.push("::".to_owned());
                i += 2;
            }
            (a, _) if word(a) => {
                let end = (i..=c.len()).find(|i| !word(at(*i))).unwrap_or(c.len());
                out.push(c[i..end].iter().collect());
                i = end;
            }
            (a, _) => {
                if !a.is_whitespace() {
                    out.push(a.to_string());
                }
                i += 1;
            }
        }
    }
    out
}

/// The position after the raw string that starts at `start`.
fn raw_string(c: &[char], start: usize) -> Option<usize> {
    let hashes = c[start + 1..].iter().take_while(|c| **c == '#').count();
    let open = start + 1 + hashes;
    if c.get(open) != Some(&'"') {
        return None;
    }
    let closes = |i: &usize| c[*i] == '"' && c[i + 1..].iter().take_while(|c| **c == '#').count() >= hashes;
    Some((open + 1..c.len()).find(closes)? + hashes + 1)
}

/// Code of a file without its tests, and the names of its child modules that are tests.
fn without_tests(code: &[String]) -> (Vec<String>, Vec<String>) {
    const MARK: [&str; 7] = ["#", "[", "cfg", "(", "test", ")", "]"];
    let (mut out, mut children) = (Vec::new(), Vec::new());
    let mut i = 0;
    while i < code.len() {
        if code[i..].iter().map(String::as_str).take(MARK.len()).eq(MARK) {
            let end = item_end(code, i + MARK.len());
            let item = &code[i + MARK.len()..end];
            if let Some(at) = item.iter().position(|t| t == "mod")
                && item.get(at + 2).is_some_and(|t| t == ";")
            {
                children.push(item[at + 1].clone());
            }
            i = end;
        } else {
            out.push(code[i].clone());
            i += 1;
        }
    }
    (out, children)
}

/// The position after the item that starts at `start`: after its `;`, or the `}` of its body.
fn item_end(code: &[String], start: usize) -> usize {
    let mut depth = 0;
    let mut import = false;
    for (i, token) in code.iter().enumerate().skip(start) {
        match token.as_str() {
            "use" if depth == 0 => import |= is_import(code, i),
            "{" | "(" | "[" => depth += 1,
            "}" | ")" | "]" => {
                depth -= 1;
                if token == "}" && depth == 0 && !import {
                    return i + 1;
                }
            }
            ";" if depth == 0 => return i + 1,
            _ => {}
        }
    }
    code.len()
}

/// A module: a file without its tests.
pub(crate) struct Module {
    /// Code without comments, literals and tests.
    pub(crate) code: Vec<String>,
    /// Imported names: from the local name to the absolute path.
    names: BTreeMap<String, Vec<String>>,
    /// Paths of `use x::*`.
    globs: Vec<Vec<String>>,
    /// All paths that count as imports, absolute.
    paths: BTreeSet<Vec<String>>,
    /// Names of the items that it defines.
    items: BTreeSet<String>,
}

/// All modules of a crate by their paths (`codec::lz::encode`, without `crate`); empty for its root.
pub(crate) struct Modules {
    pub(crate) all: BTreeMap<Vec<String>, Module>,
    /// Modules that are a folder's `mod.rs`, or the root.
    folders: BTreeSet<Vec<String>>,
}

/// An imported name: its path, and the local name (`*` for a glob).
type Use = (Vec<String>, String);

/// Whether the token at `i` begins an import: in a type, `use<'a>` lists what the type captures.
fn is_import(code: &[String], i: usize) -> bool {
    code[i] == "use" && code.get(i + 1).is_some_and(|t| t != "<")
}

/// Collects the paths of a `use` tree whose first token is at `i`; returns the position after it.
fn use_tree(code: &[String], mut i: usize, before: &[String], out: &mut Vec<Use>) -> usize {
    let mut path = before.to_vec();
    while i < code.len() {
        match code[i].as_str() {
            "::" => i += 1,
            "{" => {
                i += 1;
                while code[i] != "}" {
                    let end = use_tree(code, i, &path, out);
                    assert!(end > i, "an import at {:?} ends within its list", &code[i..code.len().min(i + 4)]);
                    i = end + usize::from(code[end] == ",");
                }
                return i + 1;
            }
            "*" => {
                out.push((path, "*".to_owned()));
                return i + 1;
            }
            "," | ";" | "}" => break,
            "as" => {
                out.push((path, code[i + 1].clone()));
                return i + 2;
            }
            // `use a::b::{self, c}` names `b` itself.
            "self" if !path.is_empty() => i += 1,
            part => {
                path.push(part.to_owned());
                i += 1;
            }
        }
    }
    let name = path.last().cloned().unwrap_or_default();
    out.push((path, name));
    i
}

/// The absolute path for one that module `at` writes, `inner` inline modules deep; None for a path of another crate.
fn absolute(path: &[String], at: &[String], inner: usize, children: &BTreeSet<String>) -> Option<Vec<String>> {
    let mut base = at.to_vec();
    let mut levels = inner;
    let rest = match path.first()?.as_str() {
        "crate" => return Some(path[1..].to_vec()),
        "self" => &path[1..],
        "super" => {
            let up = path.iter().take_while(|p| *p == "super").count();
            for _ in 0..up {
                if levels > 0 {
                    levels -= 1;
                } else {
                    base.pop();
                }
            }
            &path[up..]
        }
        first if children.contains(first) && path.len() > 1 => path,
        _ => return None,
    };
    base.extend_from_slice(rest);
    Some(base)
}

impl Module {
    fn new(code: Vec<String>, at: &[String], is_folder: bool) -> Self {
        let after = |word: &str| -> BTreeSet<String> {
            code.windows(2).filter(|w| w[0] == word).map(|w| w[1].clone()).collect()
        };
        let children = if is_folder { after("mod") } else { BTreeSet::new() };
        let mut items: BTreeSet<String> =
            code.windows(3).filter(|w| w[0] == "macro_rules").map(|w| w[2].clone()).collect();
        for word in ["fn", "struct", "enum", "union", "trait", "type", "const", "static"] {
            items.extend(after(word));
        }
        let mut module = Self { code, names: BTreeMap::new(), globs: Vec::new(), paths: BTreeSet::new(), items };
        module.collect(at, is_folder, &children);
        module
    }

    fn collect(&mut self, at: &[String], is_folder: bool, children: &BTreeSet<String>) {
        let code = std::mem::take(&mut self.code);
        let mut reexports: Vec<(String, Vec<String>)> = Vec::new();
        let mut used: BTreeSet<&String> = BTreeSet::new();
        // Depths of the braces of the inline modules around this point.
        let (mut depth, mut inline) = (0_usize, Vec::new());
        let mut i = 0;
        while i < code.len() {
            match code[i].as_str() {
                "{" => {
                    if i >= 2 && code[i - 2] == "mod" {
                        inline.push(depth);
                    }
                    depth += 1;
                    i += 1;
                }
                "}" => {
                    depth -= 1;
                    if inline.last() == Some(&depth) {
                        inline.pop();
                    }
                    i += 1;
                }
                "use" if is_import(&code, i) => {
                    let mut list = Vec::new();
                    let public = i > 0 && (code[i - 1] == "pub" || code[i - 1] == ")");
                    let end = use_tree(&code, i + 1, &[], &mut list);
                    for (path, name) in list {
                        let Some(path) = absolute(&path, at, inline.len(), children) else { continue };
                        if is_folder && public && path.starts_with(at) {
                            reexports.push((name.clone(), path.clone()));
                        } else {
                            self.paths.insert(path.clone());
                        }
                        if name == "*" {
                            self.globs.push(path);
                        } else if inline.is_empty() {
                            self.names.insert(name, path);
                        }
                    }
                    i = end;
                }
                "mod" => i += 2,
                _ => {
                    let start = i;
                    i += 1;
                    if code[start].chars().all(|c| c.is_alphanumeric() || c == '_') {
                        while code.get(i).is_some_and(|t| t == "::")
                            && code.get(i + 1).is_some_and(|t| t.starts_with(|c: char| c.is_alphabetic() || c == '_'))
                        {
                            i += 2;
                        }
                        let part: Vec<String> = code[start..i].iter().step_by(2).cloned().collect();
                        // `pub(in crate::codec)` imports nothing.
                        let visibility = start > 0 && code[start - 1] == "in" && code[start.max(3) - 3] == "pub";
                        let inherent = start > 0 && code[start - 1] == "::";
                        if !inherent && !visibility {
                            used.insert(&code[start]);
                            if part.len() > 1
                                && let Some(path) = absolute(&part, at, inline.len(), children)
                            {
                                self.paths.insert(path);
                            }
                        }
                    }
                }
            }
        }
        for (name, path) in reexports {
            if used.contains(&name) {
                self.paths.insert(path);
            }
        }
        self.code = code;
    }
}

impl Modules {
    pub(crate) fn new(sources: &Sources) -> Self {
        let mut all = BTreeMap::new();
        let mut folders = BTreeSet::new();
        let mut tests: Vec<Vec<String>> = Vec::new();
        for (name, text) in sources {
            let mut at: Vec<String> = name.trim_end_matches(".rs").split('/').map(str::to_owned).collect();
            let is_folder = at.last().is_some_and(|l| l == "mod") || ["lib.rs", "main.rs"].contains(&name.as_str());
            if is_folder {
                at.pop();
                folders.insert(at.clone());
            }
            let (code, children) = without_tests(&tokens(text));
            for child in children {
                let mut path = at.clone();
                path.push(child);
                tests.push(path);
            }
            all.insert(at.clone(), Module::new(code, &at, is_folder));
        }
        all.retain(|at, _| !tests.iter().any(|t| at.starts_with(t)));
        Self { all, folders }
    }

    /// The module that defines what an absolute path names.
    fn resolve(&self, path: &[String], tries: usize) -> Vec<String> {
        let deepest = (0..=path.len()).rev().find(|n| self.all.contains_key(&path[..*n])).unwrap_or(0);
        let (at, rest) = path.split_at(deepest);
        let (Some(module), Some(name)) = (self.all.get(at), rest.first()) else { return at.to_vec() };
        if tries == 0 || module.items.contains(name) {
            return at.to_vec();
        }
        if let Some(target) = module.names.get(name) {
            let mut target = target.clone();
            target.extend_from_slice(&rest[1..]);
            return self.resolve(&target, tries - 1);
        }
        for glob in &module.globs {
            let mut target = glob.clone();
            target.push(name.clone());
            let found = self.resolve(&target, tries - 1);
            if self.all.get(&found).is_some_and(|m| m.items.contains(name)) {
                return found;
            }
        }
        at.to_vec()
    }

    /// Every import between two modules: the importing module, the imported one, and the path in the code.
    pub(crate) fn imports(&self) -> Vec<(Vec<String>, Vec<String>, String)> {
        let mut out = Vec::new();
        for (at, module) in &self.all {
            for path in &module.paths {
                let target = self.resolve(path, 8);
                if target != *at {
                    out.push((at.clone(), target, path.join("::")));
                }
            }
        }
        out
    }

    /// Part of a folder that a module of it belongs to.
    fn part(&self, module: &[String], folder: &[String]) -> String {
        module.get(folder.len()).cloned().unwrap_or_else(|| "mod.rs".to_owned())
    }

    /// The circles of every folder, as text: the parts of each, and the imports among them.
    pub(crate) fn circles(&self) -> Vec<String> {
        let mut folders: BTreeMap<Vec<String>, Edges> = BTreeMap::new();
        for (from, to, path) in self.imports() {
            let mut common = from.iter().zip(&to).take_while(|(a, b)| a == b).count();
            if !self.folders.contains(&from[..common]) {
                common = common.saturating_sub(1);
            }
            let folder = &from[..common];
            let edge = (self.part(&from, folder), self.part(&to, folder));
            // The root has the declarations alone; its order is that of the layers.
            if edge.0 != edge.1 && !(folder.is_empty() && from.is_empty()) {
                let text = format!("{} uses {path}", if from.is_empty() { "root".to_owned() } else { from.join("/") });
                folders.entry(folder.to_vec()).or_default().entry(edge).or_default().insert(text);
            }
        }
        let mut out = Vec::new();
        for (folder, edges) in &folders {
            for circle in circles(edges.keys()) {
                let inside = |e: &&(String, String)| circle.contains(&e.0) && circle.contains(&e.1);
                let mut text = format!(
                    "{}: {}",
                    if folder.is_empty() { "src".to_owned() } else { folder.join("/") },
                    circle.iter().cloned().collect::<Vec<_>>().join(", ")
                );
                for edge in edges.keys().filter(inside) {
                    let reasons: Vec<_> = edges[edge].iter().cloned().collect();
                    text += &format!("\n  {} -> {}: {}", edge.0, edge.1, reasons.join("; "));
                }
                out.push(text);
            }
        }
        out
    }
}

/// Sets of names that reach each other.
fn circles<'a>(edges: impl Iterator<Item = &'a (String, String)>) -> Vec<BTreeSet<String>> {
    let mut reach: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for (from, to) in edges {
        reach.entry(from).or_default().insert(to);
    }
    loop {
        let before: usize = reach.values().map(BTreeSet::len).sum();
        let once = reach.clone();
        for set in reach.values_mut() {
            let more: Vec<&str> = set.iter().filter_map(|t| once.get(t)).flatten().copied().collect();
            set.extend(more);
        }
        if before == reach.values().map(BTreeSet::len).sum::<usize>() {
            break;
        }
    }
    let mut out: BTreeSet<BTreeSet<String>> = BTreeSet::new();
    for (from, set) in reach.iter().filter(|(from, set)| set.contains(*from)) {
        let circle = set.iter().filter(|t| reach.get(*t).is_some_and(|s| s.contains(from)));
        out.insert(circle.map(|t| (*t).to_owned()).collect());
    }
    out.into_iter().collect()
}
