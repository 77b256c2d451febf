//! The rules: who may do what, what follows from it, and who hears of it. No axum, no SQL, no sockets.
//!
//! In reading order: [`Chat`] is the one door from outside and takes the actor of every deed; the nouns check requests and
//! decide; [`store`] and [`Bus`], [`Blobs`], [`Clock`] are what the rules need from the world.

mod chat;
pub use chat::{Chat, Config, World};
mod accounts;
pub use accounts::{Imported, SignedInDevice};

pub mod account;
pub mod attachments;
pub mod conversations;
pub mod messages;
pub mod passwords;
pub mod receipts;
pub mod rights;
pub mod sessions;
pub mod text;
pub mod users;
pub use rights::Standing;

mod refusal;
pub use refusal::Refusal;
mod clock;
pub use clock::{Clock, Entropy};
mod bus;
pub use bus::{Audience, Bus, LocalBus, Notice, Published};
mod order;
pub use order::{SendOrder, Turn};
mod blobs;
pub use blobs::{Blob, Blobs, Variant};
pub mod store;
pub use store::{Reply, Store};
