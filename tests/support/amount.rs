//! How much tests of many random cases do.
#![allow(dead_code, unreachable_pub, missing_docs, reason = "each test crate uses its part")]

/// The long forms of tests are asked for.
pub fn long() -> bool {
    std::env::var_os("SQS_LONG").is_some_and(|v| v != "0")
}

/// The number of random cases to run out of `usual`: one in three, all of them in the long form. `SQS_TEST_SHARE=n` runs
/// one in n, for machines that are emulated.
pub fn some<N: TryInto<u64> + TryFrom<u64>>(usual: N) -> N {
    let share = std::env::var("SQS_TEST_SHARE").ok();
    let share: u64 = share.map_or(if long() { 1 } else { 3 }, |n| n.parse().expect("SQS_TEST_SHARE is a number"));
    let all: u64 = usual.try_into().ok().expect("a count");
    N::try_from((all / share).max(all.min(10))).ok().expect("no more than it was")
}
