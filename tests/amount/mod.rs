//! How much tests of many random cases do.
#![allow(dead_code, unreachable_pub, missing_docs, reason = "each test crate uses its part")]

/// The long forms of tests are asked for.
pub fn long() -> bool {
    std::env::var_os("SQS_LONG").is_some_and(|v| v != "0")
}

/// Of `usual` cases as many as are to be run: `SQS_TEST_SHARE=n` has one in n of them, for machines that are emulated.
pub fn some<N: TryInto<u64> + TryFrom<u64>>(usual: N) -> N {
    let share: u64 = std::env::var("SQS_TEST_SHARE").map_or(1, |n| n.parse().expect("SQS_TEST_SHARE is a number"));
    let all: u64 = usual.try_into().ok().expect("a count");
    N::try_from((all / share).max(all.min(10))).ok().expect("no more than it was")
}
