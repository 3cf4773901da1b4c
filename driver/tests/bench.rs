//! Benchmarks in all their forms, and their plots.

mod common;
use common::*;

#[test]
fn each_mode_runs_in_a_separate_process_and_is_plotted() {
    let dir = Dir::new("extreme");
    for (workload, more) in
        [("audio", &[][..]), ("logs", &[]), ("satcom", &[]), ("logs", &["--deep", "--win", "1024", "--hop", "256"])]
    {
        let (csv, png) = (dir.file("runs.csv"), dir.file("runs.png"));
        let args = ["bench", workload, "--n", "200000", "--extreme", "--iters", "2", "--csv", &csv];
        let text = succeeds(&[&args[..], more].concat());
        let sum = |mode: &str| text.lines().find(|l| l.starts_with(mode)).unwrap().split_whitespace().last().unwrap();
        assert_eq!((sum("classic"), sum("classic").len()), (sum("sqrt"), 16), "{text}");
        assert_eq!(sum("sqrt"), sum("auto"));
        let table = std::fs::read_to_string(&csv).unwrap();
        let heading: Vec<&str> = table.lines().next().unwrap().split(',').collect();
        let column = |line: &str, key: &str| {
            let at = heading.iter().position(|h| *h == key).unwrap();
            line.split(',').nth(at).unwrap().to_string()
        };
        let lines: Vec<&str> = table.lines().skip(1).collect();
        assert_eq!(lines.len(), 6);
        for line in &lines {
            assert_eq!((column(line, "outcome"), column(line, "n")), ("ok".into(), "200000".into()));
            let number = |key: &str| column(line, key).parse::<f64>().unwrap();
            assert!(number("wall_s") > 0.0 && number("peak_rss_bytes") > 1e5 && number("minor_faults") > 10.0);
            assert!(number("peak_bytes") <= number("plan_bytes") && number("stage_rows") > 0.0);
        }
        assert_eq!(lines.iter().filter(|l| column(l, "mode") == "sqrt" && column(l, "iter") == "1").count(), 1);
        succeeds(&["plot", &csv, "-o", &png]);
        let (width, height, drawn) = picture(&png);
        assert!(width >= 800 && height >= 600 && drawn > 20_000, "{width} {height} {drawn}");
    }
}

#[test]
fn a_mode_that_does_not_fit_is_a_result() {
    let dir = Dir::new("refused");
    let (csv, png) = (dir.file("runs.csv"), dir.file("runs.png"));
    let args = ["bench", "audio", "--n", "400000", "--extreme", "--memory-budget", "1M", "--csv", &csv];
    let text = succeeds(&args);
    let classic = text.lines().find(|l| l.starts_with("classic")).unwrap();
    assert!(classic.contains("the memory budget is too small"), "{text}");
    assert_eq!(std::fs::read_to_string(&csv).unwrap().lines().count(), 4);
    succeeds(&["plot", &csv, "-o", &png]);
    let text = fails(&["bench", "audio", "--n", "400000", "--extreme", "--memory-budget", "1K"], 1);
    assert!(text.contains("no mode completed"), "{text}");
}

#[test]
fn written_samples_are_the_generated_ones() {
    let dir = Dir::new("written");
    for workload in ["audio", "logs", "satcom"] {
        let file = dir.file(workload);
        succeeds(&["bench", workload, "--n", "150000", "--write", &file]);
        assert_eq!(std::fs::metadata(&file).unwrap().len(), 600_000);
        let generated = succeeds(&["bench", workload, "--n", "150000", "--json", "--mode", "classic"]);
        let read = succeeds(&["bench", workload, "--input", &file, "--json", "--mode", "sqrt"]);
        assert_eq!(field(&generated, "checksum"), field(&read, "checksum"), "{workload}");
        assert_eq!(field(&read, "n"), "150000");
    }
}

#[test]
fn sweeps_vary_one_parameter_and_no_row() {
    let dir = Dir::new("sweep");
    let size = ["--n", "120000", "--window", "512", "--hop", "64", "--ranges", "60"];
    for over in ["k", "lru", "budget"] {
        let (csv, png) = (dir.file("sweep.csv"), dir.file("sweep.png"));
        let json = succeeds(&[&["bench", "sweep", "--over", over, "--csv", &csv, "--json"], &size[..]].concat());
        let points: Vec<&str> = json.lines().collect();
        assert!(points.len() >= 9);
        let (first, last) = (points[0], points[points.len() - 1]);
        match over {
            "k" => assert!(number(last, "stage_rows") > 1.5 * number(first, "stage_rows"), "{first}\n{last}"),
            "lru" => {
                assert_eq!(field(first, "cache_hits"), "0");
                assert!(number(last, "cache_hits") > 0.0);
                assert!(number(last, "stage_rows") < number(first, "stage_rows"), "{first}\n{last}");
                assert!(number(last, "peak_bytes") > number(first, "peak_bytes"));
            }
            _ => {
                let reverse: Vec<&&str> = points.iter().filter(|p| field(p, "order") == "reverse").collect();
                let factor = |p: &str| number(p, "recompute_factor");
                assert!(factor(reverse[0]) > factor(reverse[reverse.len() - 1]), "{json}");
                assert!(points.iter().all(|p| number(p, "peak_bytes") <= number(p, "budget_bytes")), "{json}");
            }
        }
        succeeds(&["plot", &csv, "-o", &png]);
        assert!(picture(&png).2 > 5_000);
    }
}

#[test]
fn other_csv_files_are_refused() {
    let dir = Dir::new("plot-bad");
    let (csv, png) = (dir.file("x.csv"), dir.file("x.png"));
    assert!(fails(&["plot", &csv, "-o", &png], 1).contains("x.csv"));
    std::fs::write(&csv, "a,b\n1,2\n").unwrap();
    assert!(fails(&["plot", &csv, "-o", &png], 1).contains("not a CSV file of `bench`"));
    std::fs::write(&csv, "workload,mode,wall_s\naudio,sqrt\n").unwrap();
    assert!(fails(&["plot", &csv, "-o", &png], 1).contains("line: 2, "));
}
