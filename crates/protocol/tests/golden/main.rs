//! The wire, written down: an example of everything that a client and the server can say to each other.
//!
//! The pages under `snapshots/` are what others have built on. A difference there is a change of the contract: a field
//! may be added, nothing may be renamed, retyped or taken away. `cargo insta review` shows it, or
//! `INSTA_UPDATE=always cargo test -p kith-protocol` writes it for `git diff` to show.

mod page;
mod values;

mod account;
mod attachments;
mod commands;
mod conversations;
mod error;
mod events;
mod messages;
mod numbers;
mod presence;
mod reactions;
mod receipts;
mod search;
mod sessions;
mod sync;
mod users;

use std::collections::BTreeSet;

use kith_protocol::*;
use serde_json::{Value, json};

use page::Page;

/// Writes the examples of one noun.
type Write = fn(&mut Page);

/// A page for each noun.
const PAGES: [(&str, Write); 14] = [
    ("account", account::write),
    ("attachments", attachments::write),
    ("conversations", conversations::write),
    ("error", error::write),
    ("events", events::write),
    ("messages", messages::write),
    ("numbers", numbers::write),
    ("presence", presence::write),
    ("reactions", reactions::write),
    ("receipts", receipts::write),
    ("search", search::write),
    ("sessions", sessions::write),
    ("sync", sync::write),
    ("users", users::write),
];

fn pages() -> impl Iterator<Item = (&'static str, Page)> {
    PAGES.into_iter().map(|(name, write)| {
        let mut page = Page::default();
        write(&mut page);
        (name, page)
    })
}

fn assert_written_down(name: &str, text: &str) {
    let mut settings = insta::Settings::clone_current();
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.bind(|| insta::assert_snapshot!(name, text));
}

#[test]
fn every_payload_is_what_was_written_down() {
    for (name, page) in pages() {
        assert_written_down(name, &page.to_string());
    }
}

#[test]
fn what_a_client_asks_and_is_answered_is_what_was_written_down() {
    assert_written_down("commands", &commands::table());
}

#[test]
fn what_the_server_tells_is_what_was_written_down() {
    assert_written_down("server_events", &events::table());
}

#[test]
fn the_change_of_every_cause_is_what_was_written_down() {
    assert_written_down("causes", &sync::causes());
}

#[test]
fn what_is_printed_is_read_as_the_same() {
    for example in pages().flat_map(|(_, page)| page.examples) {
        assert!((example.reads_as_itself)(&example.json), "{} {}", example.type_name, example.json);
    }
}

/// That is how the contract grows: an older reader meets what a newer writer has added.
#[test]
fn unknown_fields_are_ignored_everywhere() {
    let mut checked = 0;
    for example in pages().flat_map(|(_, page)| page.examples) {
        let Ok(Value::Object(mut object)) = serde_json::from_str(&example.json) else { continue };
        object.insert("added_next_year".into(), json!({ "anything": [1, null] }));
        let grown = Value::Object(object).to_string();
        assert!((example.reads_as_itself)(&grown), "{} {grown}", example.type_name);
        checked += 1;
    }
    assert!(checked > 100, "only {checked} objects were looked at");
}

#[test]
fn every_type_that_the_web_client_is_given_has_an_example() {
    let (_, generated) = typescript::files().remove(0);
    let given: BTreeSet<String> = generated
        .lines()
        .filter_map(|line| line.strip_prefix("export type "))
        .filter_map(|rest| rest.split([' ', '=']).next())
        .filter(|name| !name.contains('<'))
        .map(str::to_owned)
        .collect();
    let shown: BTreeSet<String> =
        pages().flat_map(|(_, page)| page.examples).map(|example| example.type_name).collect();
    assert!(given.len() > 100, "the generated file is not read as it is written: {given:?}");
    assert_eq!(given, shown);
}

#[test]
fn every_event_of_a_client_has_an_example() {
    let shown: Vec<&str> = commands::table_rows().iter().map(|row| row.event).collect();
    let all: Vec<&str> = ClientEvent::ALL.iter().map(|event| event.name()).collect();
    assert_eq!(shown, all);
}

#[test]
fn every_event_of_the_server_has_an_example() {
    let (_, generated) = typescript::files().remove(0);
    let (_, table) = generated.split_once("export interface ServerEvents {").expect("there is a table");
    let (table, _) = table.split_once('}').expect("it ends");
    let given: Vec<&str> = table.split('\'').skip(1).step_by(2).collect();
    let shown: Vec<&str> = events::all().iter().map(ServerEvent::name).collect();
    assert_eq!(given, shown);
}
