//! The black-box history of a run, and the checker that decides whether the delivery contract was kept in it.
//!
//! Clients write one [`Line`] for each call and each push, as they leave and arrive; nothing is known of the server but what
//! it said. A run ends with one full read. [`check`] then goes through the lines once and decides, invariant by invariant.
//! Each of them is a file of its own in [`invariants`], with what it promises in its first lines.
//!
//! All clients of a run are in one process and share one monotonic clock, so "before" can be decided between them: a call
//! takes effect somewhere between `issued_us` and `us`.

mod checker;
pub mod invariants;
mod line;
mod recorder;
mod seen;
mod truth;

pub use checker::{Findings, Violation, check};
pub use line::{Held, HeldConversation, Line, Reply, What};
pub use recorder::{Look, Recorder, Role};
pub use seen::{At, Outcome, Seen, Sight};
pub use truth::Truth;
