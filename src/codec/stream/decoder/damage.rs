//! What is no valid frame of the stream: skips it, and records the damage.
#![allow(clippy::arithmetic_side_effects, reason = "statistics in 64 bits")]

use super::Decoder;
use crate::codec::stream::coded_input::Found;
use crate::codec::stream::foreign::version_error;
use crate::status::{Error, Status};

impl Decoder<'_> {
    /// Skips what is no valid frame of the stream.
    pub(super) fn pass(&mut self, found: &Found) {
        match *found {
            Found::Skip(n) => self.skip(n),
            Found::Version(version) => {
                if !self.met && self.input.position(&self.stats) == 0 {
                    self.failed = Some(version_error(version));
                    return;
                }
                self.version.get_or_insert(version);
                self.skip(1);
            }
            Found::Foreign(ref h) => {
                self.meet();
                self.choice.refuse(h);
                self.stats.foreign_frames += 1;
                self.stats.skipped_bytes += h.frame_len() as u64;
                self.input.skip_frame(h);
                self.damage(
                    "a frame of another stream, at byte {a} of the original: SQS_DECODE_RECOVER reads the rest",
                );
            }
            Found::Damaged { skip, checked } => {
                self.meet();
                self.stats.damaged_frames += 1;
                self.stats.skipped_bytes += skip as u64;
                self.input.skip_damaged(skip, checked);
                self.damage("a damaged frame, at byte {a} of the original: SQS_DECODE_RECOVER reads the rest");
            }
            Found::NeedInput(_) | Found::Frame(_) => {}
        }
    }

    /// Skips bytes that belong to no frame.
    pub(super) fn skip(&mut self, n: usize) {
        self.input.skip(n);
        if self.between {
            self.stats.trailing_bytes += n as u64;
            // The next stream begins wherever its first header is.
            self.begun = false;
            return;
        }
        self.stats.skipped_bytes += n as u64;
        if !self.met && !self.options.recover && self.head.is_known() {
            self.failed = Some(self.head.error());
        }
        self.damage("bytes that belong to no frame, at byte {a} of the original: SQS_DECODE_RECOVER reads the rest");
    }

    /// A valid header was found: the input is an encoded stream, or another one follows the last.
    pub(super) fn meet(&mut self) {
        if self.between {
            self.between = false;
            self.stats.ended = false;
            self.base = self.length.take().unwrap_or(self.base);
            self.decoded.forget();
        }
        if !self.met {
            self.met = true;
            // With a start, damage before it does not matter.
            if self.options.start == 0 {
                self.failed = self.failed.or_else(|| self.deferred.take());
            }
        }
    }

    /// Records damage, which fails the decoder unless it is to recover.
    pub(super) fn damage(&mut self, what: &'static str) {
        if self.options.recover {
            return;
        }
        let e = Error::new(Status::Damaged, what).a(self.holes.reach());
        let before_start = self.options.start > 0 && self.stats.frames == 0;
        if self.met && !before_start {
            self.failed.get_or_insert(e);
        } else {
            self.deferred.get_or_insert(e);
        }
    }

    /// Records missing bytes of the range that the caller asked for.
    pub(super) fn missing_bytes(&mut self) {
        if !self.options.recover {
            let e = Error::new(
                Status::Damaged,
                "missing frames, at byte {a} of the original: SQS_DECODE_RECOVER reads the rest",
            )
            .a(self.holes.reach());
            self.failed = self.failed.or_else(|| self.deferred.take()).or(Some(e));
        }
    }
}
