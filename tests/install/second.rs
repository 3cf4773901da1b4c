//! Another static library written in Rust, which shares std's symbols with ours.
use std::collections::HashMap;

#[unsafe(no_mangle)]
pub extern "C" fn second_sum(n: i32) -> i32 {
    let map: HashMap<i32, String> = (0..n).map(|i| (i, format!("{i}"))).collect();
    let thread = std::thread::spawn(move || map.values().filter_map(|v| v.parse::<i32>().ok()).sum());
    thread.join().unwrap_or(-1)
}

#[unsafe(no_mangle)]
pub extern "C" fn second_catches() -> i32 {
    std::panic::catch_unwind(|| panic!("the second library panics")).is_err().into()
}
