//! A store without threads: whoever holds its steps decides what happens next.

use rusqlite::Connection;

use crate::{
    checkpoint::empty_log,
    readers::{Answer, ReadSteps},
    writer::{Broken, CommitSteps},
};

/// What the threads of a store would do, one piece at a time. Everything is done on the caller's thread and is over when a
/// method returns, so that the same calls in the same order do the same.
pub struct Steps {
    commits: CommitSteps,
    reads: ReadSteps,
    checkpoints: Connection,
    broken: Broken,
}

impl Steps {
    pub(crate) fn new(
        commits: CommitSteps,
        reads: ReadSteps,
        checkpoints: Connection,
        broken: Broken,
    ) -> Self {
        Self { commits, reads, checkpoints, broken }
    }

    /// One turn of the commit loop: one transaction for at most so many operations that have queued, then they are told and
    /// answered. How many it were.
    pub fn commit(&mut self, operations_max: usize) -> usize {
        self.commits.commit(operations_max)
    }

    /// Carries out the read that has waited longest, in a snapshot of now. Its answer leaves when the caller lets it: others
    /// may commit in between, as with a reader on a thread. `None` when nobody waits.
    #[must_use]
    pub fn read(&mut self) -> Option<Answer> {
        self.reads.step()
    }

    /// Indexes some messages for search. Whether there are more.
    pub fn index(&mut self) -> bool {
        self.commits.index()
    }

    /// Moves what the log holds into the database, unless the disk has failed.
    pub fn checkpoint(&mut self) {
        // What stands in the way is said to whoever writes next.
        let _ = empty_log(&self.checkpoints, &self.broken);
    }
}
