//! For proving only: the real sessions, rules, commits and fan-out, and clients that do what the protocol tells them to, in
//! one thread, on a clock, a network and a disk that are made of a seed. The same seed is the same run, byte for byte.
//!
//! In reading order: [`simulate`] plays a run and has its history checked; a `Town` is who lives in it; a `Server` is the real
//! one on a [`Disk`](disk), taken apart and put together again in the middle of everything; the `Network` carries, delays and
//! breaks; a `Client` is a device. What is simulated is the world: time, latency, cuts, crashes, failing disks. Nothing of
//! Kith is, from the bytes of the WebSocket to the pages of SQLite.

mod run;
pub use run::{Broken, Run, simulate};

mod client;
mod clock;
mod disk;
mod network;
mod server;
mod standing;
mod town;
mod vfs;
pub use vfs::install;
