//! Faults that a test switches in, to see that they are caught. Without the feature `faults`, as in every program that is
//! built to be run, a [`Switch`] holds nothing and changes nothing.

#[cfg(not(feature = "faults"))]
mod off;
#[cfg(feature = "faults")]
mod on;

#[cfg(all(feature = "faults", not(debug_assertions)))]
compile_error!("a program that is built to be run has no faults to switch in");

use std::borrow::Cow;

use kith_chat::Refusal;

#[cfg(not(feature = "faults"))]
pub use off::Switch;
#[cfg(feature = "faults")]
pub use on::{Fault, Switch};

/// What becomes of a request.
pub(crate) enum Request<'a> {
    /// It is carried out, in these words.
    Carry(Cow<'a, str>),
    /// It is not carried out, and answered with this.
    #[cfg_attr(
        not(feature = "faults"),
        expect(dead_code, reason = "only a fault answers what it does not do")
    )]
    Answer(String),
    /// It is refused for the moment, as by a server that does so for a reason of its own.
    #[cfg_attr(
        not(feature = "faults"),
        expect(dead_code, reason = "only a fault has a server refuse what it could do")
    )]
    Refuse(Refusal),
}
