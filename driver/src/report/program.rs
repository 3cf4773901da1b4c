//! The name of the program in its messages.

use std::path::Path;

/// The name that the program was started by: `sqrtspace` if it is installed, else `driver`.
pub(crate) fn name() -> &'static str {
    let started = std::env::args_os().next();
    match started.as_deref().map(Path::new).and_then(Path::file_name) {
        Some(file) if file == "sqrtspace" => "sqrtspace",
        _ => "driver",
    }
}

/// An error message that this program printed in another process, without the name.
pub(crate) fn without_name(text: &str) -> &str {
    let text = text.trim();
    ["driver: ", "sqrtspace: "].iter().find_map(|name| text.strip_prefix(name)).unwrap_or(text)
}
