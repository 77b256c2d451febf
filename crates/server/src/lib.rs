//! The edge: what the program `kith` is made of. HTTP, sockets, the disk, the console; the rules are in `kith-chat`.

pub mod auth;
