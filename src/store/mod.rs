//! Data stored between calls, each item with a CRC-32C that is verified before the item is used.
//!
//! | module | content |
//! |---|---|
//! | `input_buffer` | samples of pushed inputs |
//! | `gaps` | samples of pushed inputs that are missing |
//! | `queue` | rows of opened outputs that wait to be pulled |
//! | `found` | damaged items found last |
//! | `cache` | finished rows that may be requested again |
//! | `state_slots` | states of scans in slots with a header |
//! | `checkpoints` | the checkpoints of all scans, in such slots |

pub mod cache;
pub mod checkpoints;
pub mod found;
pub mod gaps;
pub mod input_buffer;
pub mod queue;
pub mod state_slots;
