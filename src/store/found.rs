//! Damaged items found last, so that one that is met again counts once.

/// Number of items that are remembered.
const ITEMS: usize = 4;

/// The items found last, each its number plus 1.
#[derive(Clone, Copy, Debug, Default)]
pub struct Found([u64; ITEMS]);

impl Found {
    /// True if item `number` is not among those found last. Remembers it.
    pub fn is_new(&mut self, number: u64) -> bool {
        let mark = number.saturating_add(1);
        if self.0.contains(&mark) {
            return false;
        }
        self.0.rotate_right(1);
        if let Some(slot) = self.0.first_mut() {
            *slot = mark;
        }
        true
    }
}
