//! Identities of streams for callers that give none.

/// An identity from the system's randomness.
///
/// The keys of the standard library's hash come from it, once per thread. A process that forked has the keys of its
/// parent: its id and the time make the difference.
#[cfg(feature = "std")]
pub(super) fn drawn() -> Option<u64> {
    use std::hash::{BuildHasher, Hasher, RandomState};
    let mut hash = RandomState::new().build_hasher();
    hash.write_u32(std::process::id());
    let time = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
    hash.write_u128(time.map_or(0, |t| t.as_nanos()));
    Some(hash.finish().max(1))
}

/// Nothing to draw from.
#[cfg(not(feature = "std"))]
pub(super) const fn drawn() -> Option<u64> {
    None
}
