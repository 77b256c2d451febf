//! For proving only: the real program under real faults, with every answer checked.
//!
//! In reading order: a [`Scenario`] does something terrible to the program on a [`Stage`] and says in an [`Outcome`] what
//! really happened; a [`crowd`] is the load under which it does, [`faulty_fs`] a
//! disk that fails; [`scenarios::ALL`] names them; [`run`] plays one with its control and judges both; [`Report`] is the line
//! of JSON that is kept of it. `cargo xtask torture` builds the program and this, runs it and renders the page.

pub mod crowd;
mod faketime;
pub mod faulty_fs;
mod outcome;
pub mod process;
pub mod proxy;
mod report;
mod run;
mod scenario;
pub mod scenarios;

pub use outcome::{Bound, Figure, Outcome};
pub use report::Report;
pub use run::{Verdict, run};
pub use scenario::{Length, Minimum, Part, Playing, Scenario, Stage};
