//! The smoother demo: budgets are limits, plans predict the work, and the rows are identical with every budget.

mod common;
use common::*;

/// The lines of the table.
fn lines(json: &str) -> Vec<String> {
    let list = json.split_once("\"lines\": [{").unwrap().1.trim_end().trim_end_matches("}]}");
    list.split("}, {").map(|l| format!("{l}}}")).collect()
}

#[test]
fn with_every_budget_the_rows_are_those_of_the_classic_order() {
    let json = succeeds(&["demo", "smoother", "--rows", "20000", "--json"]);
    assert_eq!(json.lines().count(), 1);
    assert_eq!(field(&json, "rows"), "20000");
    assert!(number(&json, "classic_bytes") > 20_000.0 * 48.0);
    // Smoothing reduces 5 m of noise to less than a third.
    assert!((number(&json, "measured_error_m") - 5.0).abs() < 0.2, "{json}");
    assert!(number(&json, "smoothed_error_m") < 1.5, "{json}");
    assert_ne!(field(&json, "checksum"), field(&json, "checksum_reverse"));
    let lines = lines(&json);
    for (order, checksum) in [("reverse", "checksum_reverse"), ("forward", "checksum")] {
        let of_order: Vec<&String> = lines.iter().filter(|l| field(l, "order") == order).collect();
        assert!(of_order.len() >= 3, "{json}");
        for l in &of_order {
            assert_eq!((field(l, "verified"), field(l, "checksum")), ("yes", field(&json, checksum)));
            assert!(number(l, "peak_bytes") <= number(l, "plan_peak_bytes"));
            assert!(number(l, "plan_peak_bytes") <= number(l, "budget"));
            assert!(number(l, "least_bytes") <= number(l, "budget"));
            assert!(number(l, "factor") <= number(l, "planned_factor"), "{l}");
            assert_eq!(number(l, "stage_rows"), (40_000.0 * number(l, "factor")).round());
        }
        for pair in of_order.windows(2) {
            assert!(number(pair[0], "budget") < number(pair[1], "budget"));
            assert!(number(pair[0], "factor") >= number(pair[1], "factor"), "more memory, more work: {pair:?}");
        }
        assert!(number(of_order[0], "factor") > 1.02 * number(of_order[of_order.len() - 1], "factor"));
        assert!(number(of_order[0], "budget") * 16.0 <= number(&json, "classic_bytes"));
    }
}

#[test]
fn a_budget_below_the_minimum_is_refused() {
    let given = |budget: &str| succeeds(&["demo", "smoother", "--rows", "5000", "--json", "--budget", budget]);
    let json = given("32K");
    let both = lines(&json);
    assert_eq!(both.iter().map(|l| field(l, "order")).collect::<Vec<_>>(), ["reverse", "forward"]);
    assert!(both.iter().all(|l| field(l, "budget") == "32768" && number(l, "plan_peak_bytes") <= 32768.0));
    // The minimum of the reverse order is lower: between the minima, only the forward order is refused.
    let min = |i: usize| field(&both[i], "least_bytes").to_string();
    assert!(number(&both[0], "least_bytes") < number(&both[1], "least_bytes"));
    let between = format!("{}", number(&both[1], "least_bytes") as u64 - 1);
    assert_eq!(lines(&given(&between)).len(), 1);
    let text = succeeds(&["demo", "smoother", "--rows", "5000", "--budget", &between]);
    assert!(text.contains(&format!("is {}", min(1))), "{text}");
    let text = fails(&["demo", "smoother", "--rows", "5000", "--budget", "500"], 1);
    assert!(text.contains("status -14") && text.contains(&format!("is {}", min(0))), "{text}");
}

#[test]
fn few_rows_work_and_wrong_usage_exits_with_2() {
    for rows in ["1", "2", "65"] {
        let json = succeeds(&["demo", "smoother", "--rows", rows, "--json"]);
        assert!(lines(&json).iter().all(|l| field(l, "verified") == "yes"), "{json}");
    }
    for wrong in [&["--rows", "0"][..], &["--rows", "-5"], &["--budget", "12 apples"], &["--window", "3"]] {
        fails(&[&["demo", "smoother"], wrong].concat(), 2);
    }
}

#[test]
fn the_text_report_agrees_with_the_json() {
    let text = succeeds(&["demo", "smoother", "--rows", "20000"]);
    let json = succeeds(&["demo", "smoother", "--rows", "20000", "--json"]);
    assert!(text.contains(field(&json, "checksum")) && text.contains(field(&json, "checksum_reverse")));
    assert_eq!(text.matches("   identical").count(), lines(&json).len());
    for part in ["Reverse order", "Forward order", "work memory", "o forward order"] {
        assert!(text.contains(part), "no {part} in {text}");
    }
    let chart = text.split_once("Planned recompute factor").unwrap().1;
    assert!(chart.matches('*').count() > 20 && chart.matches('o').count() > 20, "{text}");
    assert!(text.ends_with("With every budget, the rows are bit-identical to those of the classic order.\n"), "{text}");
    assert!(!text.contains("DIFFERENT"));
}
