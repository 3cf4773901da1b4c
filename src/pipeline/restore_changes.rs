//! The changes of parameters in a checkpoint file. Kernels are not in a file: the same changes must have been made in
//! the pipeline that reads it.

use super::definition::Pipeline;
use super::saved::{ODD, Saved, SavedChange, SavedChanges};
use crate::exec::Change;
use crate::status::{Error, Result, Status};

impl Pipeline<'_> {
    /// The error for a change here that is not in a file.
    pub(super) fn more_changes(&self, own: &Change) -> Error {
        let text = "stage {n} has a change at row {a} that the checkpoint has not: reset the pipeline, make the changes \
                    of the checkpoint, then restore";
        let stage = usize::try_from(own.stage).unwrap_or(usize::MAX);
        self.graph.about_stage(stage, Error::new(Status::Graph, text).a(own.first))
    }

    /// Fails where the changes of a file are not those here. Changes here that are replaced by the first one of the
    /// file may be more: their rows can no longer be computed. `windows` are those of the samples in the file.
    pub(super) fn check_changes(&self, saved: &SavedChanges<'_>, windows: u64) -> Result<()> {
        let stages = self.graph.stages().len();
        for (stage, rows) in self.graph.stages().iter().zip(saved.rows()) {
            if rows.end > stage.rows(windows) || rows.floor > rows.end {
                return Err(ODD);
            }
        }
        let key = |c: &SavedChange| (c.stage, c.first);
        let mut ascending = saved.all().zip(saved.all().skip(1));
        if saved.all().any(|c| c.stage >= stages) || ascending.any(|(a, b)| key(&a) >= key(&b)) {
            return Err(ODD);
        }
        for (i, rows) in (0..stages).zip(saved.rows()) {
            let first = saved.all().find(|c| c.stage == i).map(|c| c.first);
            let freed = |own: &&Change| rows.floor > 0 && first.is_some_and(|f| own.first < f);
            let mut own = self.changes.of(i).iter().skip_while(freed);
            for change in saved.all().filter(|c| c.stage == i) {
                let found = own.next();
                if found.is_none_or(|o| o.first != change.first || o.revision != change.revision) {
                    let text = "the checkpoint has a change of stage {n} at row {a} that is not made here: reset the \
                                pipeline, make its changes, then restore";
                    return Err(self.graph.about_stage(i, Error::new(Status::Graph, text).a(change.first)));
                }
            }
            if let Some(own) = own.next() {
                return Err(self.more_changes(own));
            }
        }
        Ok(())
    }

    /// Sets what is computed and released, and frees the changes that the file has not.
    pub(super) fn apply_changes(&mut self, saved: &Saved<'_>) {
        if self.changes.capacity() == 0 {
            return;
        }
        let Some(changes) = saved.changes.as_ref() else {
            // A pipeline without changes, of which all rows that its samples allow may be computed.
            for (i, stage) in self.graph.stages().iter().enumerate() {
                self.changes.set_rows(i, stage.rows(saved.available), 0);
            }
            return;
        };
        for (i, rows) in (0..self.graph.stages().len()).zip(changes.rows()) {
            self.changes.free_before(i, rows.floor);
            self.changes.set_rows(i, rows.end, rows.floor);
        }
    }
}
