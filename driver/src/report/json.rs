//! A JSON object, written field by field, and a reader for fields of such objects.

use std::fmt::{Display, Write};

/// An object that is being written.
pub(crate) struct Object(String);

impl Object {
    pub(crate) fn new() -> Object {
        Object(String::new())
    }

    fn key(&mut self, key: &str) -> &mut String {
        self.0.push_str(if self.0.is_empty() { "{" } else { ", " });
        quote(&mut self.0, key);
        self.0.push_str(": ");
        &mut self.0
    }

    /// Adds an integer.
    pub(crate) fn whole(mut self, key: &str, value: u64) -> Object {
        let _ = write!(self.key(key), "{value}");
        self
    }

    /// Adds a number; NaN and infinities become null.
    pub(crate) fn real(mut self, key: &str, value: f64) -> Object {
        let out = self.key(key);
        let _ = if value.is_finite() { write!(out, "{value}") } else { write!(out, "null") };
        self
    }

    /// Adds a Boolean.
    pub(crate) fn flag(mut self, key: &str, value: bool) -> Object {
        let _ = write!(self.key(key), "{value}");
        self
    }

    /// Adds a string.
    pub(crate) fn text(mut self, key: &str, value: impl Display) -> Object {
        let value = value.to_string();
        quote(self.key(key), &value);
        self
    }

    /// Adds a list of closed objects.
    pub(crate) fn list(mut self, key: &str, objects: &[String]) -> Object {
        let _ = write!(self.key(key), "[{}]", objects.join(", "));
        self
    }

    /// Closes the object and returns its text.
    pub(crate) fn close(mut self) -> String {
        self.0.push_str(if self.0.is_empty() { "{}" } else { "}" });
        self.0
    }
}

/// The value of a field of an object that was written by [`Object`], without quotes.
pub(crate) fn field<'a>(json: &'a str, key: &str) -> Option<&'a str> {
    let rest = json.split_once(&format!("\"{key}\": "))?.1;
    match rest.strip_prefix('"') {
        Some(text) => text.split('"').next(),
        None => rest.split([',', '}']).next(),
    }
}

fn quote(out: &mut String, text: &str) {
    out.push('"');
    for c in text.chars() {
        match c {
            '"' | '\\' => {
                out.push('\\');
                out.push(c);
            }
            c if c < ' ' => {
                let _ = write!(out, "\\u{:04x}", c as u32);
            }
            c => out.push(c),
        }
    }
    out.push('"');
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn objects_are_valid_json_and_fields_are_found() {
        let object = Object::new().text("a\"b", "c\\d\n").whole("n", u64::MAX).real("x", 0.5).real("none", f64::NAN);
        let expected = "{\"a\\\"b\": \"c\\\\d\\u000a\", \"n\": 18446744073709551615, \"x\": 0.5, \"none\": null}";
        assert_eq!(object.close(), expected);
        assert_eq!(Object::new().close(), "{}");
        let lines = ["{}".to_string(), Object::new().whole("n", 1).close()];
        assert_eq!(Object::new().list("lines", &lines).close(), "{\"lines\": [{}, {\"n\": 1}]}");
        let object = Object::new().text("mode", "sqrt").whole("n", 3).close();
        assert_eq!((field(&object, "mode"), field(&object, "n"), field(&object, "m")), (Some("sqrt"), Some("3"), None));
    }
}
