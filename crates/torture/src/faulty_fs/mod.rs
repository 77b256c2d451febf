//! A file system that can fail: on a disk in memory that knows what was synced, loses the rest when its power is cut,
//! fails at a chosen operation, and fills up.
//!
//! [`Disk`] is the disk; [`FaultyFs`] mounts one through FUSE, so that the real program can be run on it.

mod disk;
mod mount;

pub use disk::{Disk, Faults, Happened};
pub use mount::{FaultyFs, why_not};
pub(crate) use mount::{MOUNT_POINT, detach};
