//! What the whole program does, as those who talk to it see it: one binary, a file for each noun.

mod accounts;
mod asking;
mod assets;
mod attachments;
mod bad_input;
mod crash;
mod damage;
mod keeping;
mod metrics;
mod origins;
mod program;
mod proxied;
mod realtime_admission;
mod realtime_feed;
mod realtime_messages;
mod realtime_payloads;
mod realtime_presence;
mod realtime_receipts;
mod realtime_transcripts;
mod realtime_transports;
mod realtime_typing;
mod realtime_wrong;
mod rest;
mod uploads;
