//! The invariants, each in a file of its own that begins with what it promises.

mod access;
mod converges;
mod dense;
mod durable;
mod ephemeral;
mod gap_free;
mod honest;
mod issued_order;
mod monotonic;
mod once;
mod own_writes;
mod real;
mod settles;
mod unread;

pub use super::checker::Find;
use super::{Sight, Truth, checker::Named};

/// Something that a history must keep to.
pub trait Invariant: Send {
    /// Looks at a line. What is wrong can be found here already, or at the end.
    fn see(&mut self, sight: &Sight, find: Find<'_>);

    /// Holds what was seen against what is kept.
    fn finish(&mut self, truth: &Truth, find: Find<'_>);
}

/// Each with its number.
pub(super) fn all() -> Vec<Named> {
    vec![
        ("I1", Box::<durable::Durable>::default()),
        ("I2", Box::<once::Once>::default()),
        ("I3", Box::<real::Real>::default()),
        ("I4", Box::<dense::Dense>::default()),
        ("I5", Box::<issued_order::IssuedOrder>::default()),
        ("I6", Box::<own_writes::OwnWrites>::default()),
        ("I7", Box::<monotonic::Monotonic>::default()),
        ("I8", Box::<gap_free::GapFree>::default()),
        ("I9", Box::<settles::Settles>::default()),
        ("I10", Box::<converges::Converges>::default()),
        ("I11", Box::<unread::Unread>::default()),
        ("I12", Box::<access::Access>::default()),
        ("I13", Box::<honest::Honest>::default()),
        ("I14", Box::<ephemeral::Ephemeral>::default()),
    ]
}
