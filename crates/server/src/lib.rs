//! The edge: what the program `kith` is made of. HTTP, sockets, the disk, the console; the rules are in `kith-chat`.
//!
//! In reading order: [`cli`] and [`config`] say what to do, [`app`] wires everything once, `http` and [`realtime`] answer.

pub mod cli;
pub mod config;
pub mod logging;
pub mod metrics;

pub mod app;
pub mod auth;
pub mod faults;
pub mod heap;
pub mod realtime;

mod addresses;
mod drain;
mod http;
mod listener;
mod pace;
mod payload;
mod throttle;
#[cfg(feature = "otlp")]
mod traces;

mod files;
mod folder;
mod media;
mod uploads;

mod activity;
mod assets;
pub mod console;
mod demo;
mod jobs;
pub mod keeping;
mod world;
