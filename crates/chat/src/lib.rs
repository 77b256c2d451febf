//! The rules: who may do what, what follows from it, and who hears of it. No axum, no SQL, no sockets.

pub mod text;
