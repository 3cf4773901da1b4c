//! A report as one HTML file that needs no other file: facts, plots, text and plan.

use super::output::Output;
use std::io::Write;
use std::path::Path;

const STYLE: &str = "body{font:16px/1.5 system-ui,sans-serif;max-width:1080px;margin:2em auto;padding:0 1em;color:#222}\
h1,h2{font-weight:600;line-height:1.2}table{border-collapse:collapse}\
th,td{text-align:left;vertical-align:top;padding:.2em 1.2em .2em 0;border-bottom:1px solid #e4e4e4;font-weight:400}\
th{color:#666;white-space:nowrap}pre{font-size:13px;line-height:1.35;overflow-x:auto;background:#f7f7f7;padding:1em}\
svg{max-width:100%;height:auto}";

/// The parts of a page. An empty part is left out.
pub(crate) struct Page<'a> {
    pub(crate) title: &'a str,
    /// Name and value of each fact; a fact without a name continues the one before it.
    pub(crate) facts: &'a [(&'a str, String)],
    /// The text of an SVG file.
    pub(crate) plot: &'a str,
    pub(crate) findings: &'a str,
    pub(crate) plan: &'a str,
}

/// Text in HTML.
fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

impl Page<'_> {
    fn html(&self) -> String {
        let title = escaped(self.title);
        let mut out = format!(
            "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<title>{title}</title>\n\
             <style>{STYLE}</style>\n</head>\n<body>\n<h1>{title}</h1>\n<table>\n"
        );
        for (name, value) in self.facts {
            out.push_str(&format!("<tr><th>{}</th><td>{}</td></tr>\n", escaped(name), escaped(value)));
        }
        out.push_str("</table>\n");
        if !self.plot.is_empty() {
            // What is before the element belongs to a file of its own.
            let element = self.plot.find("<svg").map_or("", |at| &self.plot[at..]);
            out.push_str(&format!("<figure>\n{element}\n</figure>\n"));
        }
        for (heading, text) in [("Findings", self.findings), ("Plan", self.plan)] {
            if !text.trim().is_empty() {
                out.push_str(&format!("<h2>{heading}</h2>\n<pre>{}</pre>\n", escaped(text.trim_matches('\n'))));
            }
        }
        out + "</body>\n</html>\n"
    }

    /// Writes the page to a file.
    pub(crate) fn write(&self, path: &Path) -> Result<(), String> {
        Output::write(path, |file| file.write_all(self.html().as_bytes()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_has_its_parts_with_text_as_text() {
        let facts = [("input", "a<b>.wav & \"c\"".to_string())];
        let mut page =
            Page { title: "audio", facts: &facts, plot: "<?xml?>\n<svg>x</svg>", findings: "1 < 2\n", plan: "" };
        let html = page.html();
        assert!(html.contains("<td>a&lt;b&gt;.wav &amp; &quot;c&quot;</td>") && html.contains("<pre>1 &lt; 2</pre>"));
        assert!(
            html.contains("<figure>\n<svg>x</svg>\n</figure>") && !html.contains("<?xml") && !html.contains("Plan")
        );
        (page.plot, page.plan) = ("", "blocks");
        let html = page.html();
        assert!(!html.contains("<figure>") && html.contains("<h2>Plan</h2>\n<pre>blocks</pre>"));
    }
}
