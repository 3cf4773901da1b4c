//! What the demos draw: plots in PNG and SVG files, and reports in HTML.

mod common;
use common::*;
use std::process::Command;

const DEMOS: [&[&str]; 4] = [
    &["demo", "audio", "--seconds", "4"],
    &["demo", "logs"],
    &["demo", "satcom", "--deep", "--seconds", "2"],
    &["demo", "smoother", "--rows", "5000"],
];

/// The arguments of a demo, and more.
fn with<'a>(demo: &[&'a str], more: &[&'a str]) -> Vec<&'a str> {
    [demo, more].concat()
}

#[test]
fn each_demo_draws_its_result_and_computes_the_same_rows() {
    let dir = Dir::new("pictures");
    let (png, svg, html) = (dir.file("x.png"), dir.file("x.svg"), dir.file("x.html"));
    for demo in DEMOS {
        let plain = succeeds(&with(demo, &["--json"]));
        let drawn = succeeds(&with(demo, &["--json", "--plot", &png, "--report", &html]));
        assert_eq!(field(&drawn, "checksum"), field(&plain, "checksum"), "{demo:?}");
        assert!(picture(&png).2 > 5_000 && colors(&png) > 10, "{demo:?}");

        let page = std::fs::read_to_string(&html).unwrap();
        assert!(page.starts_with("<!DOCTYPE html>") && page.ends_with("</html>\n"), "{demo:?}");
        assert!(page.contains(field(&plain, "checksum")), "{demo:?}");
        assert!(!page.contains("src=") && !page.contains("href=\"http"), "{demo:?} needs other files");
        let opened = page.matches("<text").count();
        assert!(page.matches("<svg").count() == 1 && page.matches("</svg>").count() == 1, "{demo:?}");
        assert!(opened > 10 && opened == page.matches("</text>").count(), "{demo:?}");
    }
    let text = succeeds(&with(DEMOS[0], &["--plot", &svg]));
    assert!(text.ends_with(&format!("The plot was written to {svg}.\n")), "{text}");
    let text = std::fs::read_to_string(&svg).unwrap();
    assert!(text.starts_with("<svg") && text.trim_end().ends_with("</svg>") && text.contains("<image"), "{text:.300}");
}

#[test]
fn a_spectrogram_does_not_change_the_rows() {
    let dir = Dir::new("spectrogram");
    let png = dir.file("out.png");
    let plain = succeeds(&["demo", "audio", "--seconds", "4", "--json"]);
    for mode in ["classic", "sqrt"] {
        let drawn = succeeds(&["demo", "audio", "--seconds", "4", "--json", "--mode", mode, "--plot", &png]);
        assert_eq!(field(&drawn, "checksum"), field(&plain, "checksum"));
        assert!(picture(&png).2 > 400_000, "the whole area is colored");
        assert!(colors(&png) > 100, "levels differ");
        std::fs::remove_file(&png).unwrap();
    }
    assert!(
        fails(&["demo", "audio", "--seconds", "1", "--plot", "/nonexistent/x.png"], 1).contains("/nonexistent/x.png")
    );
}

#[test]
fn a_report_has_the_text_of_the_run_and_its_plan() {
    let dir = Dir::new("report");
    let html = dir.file("x.html");
    let printed = succeeds(&["demo", "logs", "--report", &html]);
    assert!(printed.ends_with(&format!("The report was written to {html}.\n")), "{printed}");
    let page = std::fs::read_to_string(&html).unwrap();
    for heading in ["<h1>logs: ", "<h2>Findings</h2>", "<h2>Plan</h2>"] {
        assert!(page.contains(heading), "{heading}");
    }
    let found = printed.lines().find(|l| l.contains("spikes were found")).unwrap();
    assert!(page.contains(found) && page.contains("work area"), "{found}");
    assert!(fails(&["demo", "logs", "--report", "/nonexistent/x.html"], 1).contains("/nonexistent/x.html"));
    assert!(fails(&["demo", "logs", "--plot", "/nonexistent/x.svg"], 1).contains("/nonexistent/x.svg"));
}

/// A browser shows text, plot and table. Package: chromium; `SQS_NEED_CHROMIUM=1` makes its absence an error.
#[test]
fn a_browser_renders_a_report() {
    if Command::new("chromium").arg("--version").output().is_err() {
        assert!(std::env::var_os("SQS_NEED_CHROMIUM").is_none(), "chromium is not installed");
        eprintln!("skipped: chromium is not installed");
        return;
    }
    let dir = Dir::new("browser");
    let (html, shot) = (dir.file("x.html"), dir.file("shot.png"));
    succeeds(&["demo", "audio", "--seconds", "4", "--report", &html]);
    let run = Command::new("chromium")
        .args(["--headless", "--no-sandbox", "--disable-gpu", "--window-size=1120,1200"])
        .args([format!("--screenshot={shot}"), format!("--user-data-dir={}", dir.file("profile"))])
        .arg(format!("file://{html}"))
        .output()
        .unwrap();
    assert!(run.status.success(), "{}", String::from_utf8_lossy(&run.stderr));
    let (width, height, drawn) = picture(&shot);
    assert!((width, height) == (1120, 1200) && drawn > 300_000, "{width} x {height}, {drawn} pixels are not white");
    assert!(colors(&shot) > 200, "the spectrogram is drawn");
}
