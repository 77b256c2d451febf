//! Transcripts: what one person's client is told around one kind of change. Recorded here, asserted with the reference
//! client, and replayed by the reducers of the web client: snapshot and events together are a fresh snapshot.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
    time::Duration,
};

use kith_protocol::{ConversationChanges, UserId};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use uuid::Uuid;

use crate::{Next, Person, Replica, Snapshot};

/// How long nothing may come before a story is over: longer than receipts and typing are gathered, with room for a
/// machine that is late.
const SILENCE: Duration = Duration::from_secs(2);

/// One story.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Transcript {
    /// The kind of change that it is about: of a shared one its `cause.kind`, else the event's name.
    pub kind: String,
    /// Whose eyes these are.
    pub viewer: UserId,
    /// What the viewer's client knew before.
    pub snapshot: Snapshot,
    /// What it was told, in order: names and payloads.
    pub events: Vec<(String, Value)>,
    /// What a client knows that begins afterwards.
    pub fresh: Snapshot,
}

/// A transcript that is being recorded.
pub struct Recording {
    kind: String,
    snapshot: Snapshot,
}

impl Recording {
    /// Begins a story of this kind: writes down what the viewer knows.
    pub async fn begin(kind: &str, viewer: &Person) -> Self {
        // What happened before the story must not be told in it.
        viewer.sync().await;
        until_silence(viewer).await;
        let snapshot = viewer.snapshot().await;
        Self { kind: kind.to_owned(), snapshot }
    }

    /// Ends it when nothing more is told: writes down what was, and what `fresh`, another socket of the viewer, reads.
    pub async fn end(self, viewer: &Person, fresh: &Person) -> Transcript {
        let events = until_silence(viewer).await;
        let fresh = fresh.snapshot().await;
        Transcript { kind: self.kind, viewer: viewer.id(), snapshot: self.snapshot, events, fresh }
    }
}

/// Everything that is told until nothing more is.
async fn until_silence(viewer: &Person) -> Vec<(String, Value)> {
    let mut events = Vec::new();
    loop {
        tokio::time::sleep(SILENCE).await;
        let pushes = viewer.take_pushes();
        if pushes.is_empty() {
            return events;
        }
        events.extend(pushes.into_iter().map(|push| (push.name, push.payload)));
    }
}

impl Transcript {
    /// Checks that the snapshot and the events are the fresh snapshot, for the reference client.
    ///
    /// # Panics
    /// When they are not, or when the events have a hole in a conversation that the viewer knew.
    pub fn check(&self) {
        let mut replica = Replica::from_snapshot(self.viewer, &self.snapshot);
        for (name, payload) in &self.events {
            match replica.pushed(name, payload) {
                Next::Nothing => {}
                Next::Changes(request) => {
                    let id = request.conversation_id;
                    assert!(!replica.conversations.contains_key(&id), "{}: a hole in the events", self.kind);
                    let answer: Option<&ConversationChanges> = self.fresh.changes.get(&id.to_string());
                    replica.changed(answer.expect("whoever is told of a conversation may read it").clone());
                }
                Next::Sync => panic!("{}: the feed has stopped", self.kind),
            }
        }
        let fresh = Replica::from_snapshot(self.viewer, &self.fresh);
        similar(&self.kind, &replica.view(), &fresh.view());
        for (id, profile) in &fresh.users {
            assert_eq!(
                replica.users.get(id),
                Some(profile),
                "{}: a person is not known as they are",
                self.kind
            );
        }
    }

    /// The same story with ids and times that are the same in every recording.
    #[must_use]
    pub fn normalized(&self) -> Value {
        let mut value = serde_json::to_value(self).expect("a transcript is JSON");
        let mut times = BTreeMap::new();
        visit(&mut value, "", &mut |key, value| {
            if let Some(time) = value.as_u64().filter(|time| is_time(key) && *time > 0) {
                times.insert(time, 0);
            }
        });
        for (place, time) in times.values_mut().enumerate() {
            *time = 1_767_225_600_000 + 1_000 * place as u64;
        }
        let mut ids = Ids::default();
        ids.find(&value);
        visit(&mut value, "", &mut |key, value| match value {
            Value::Number(number) if is_time(key) => {
                if let Some(time) = number.as_u64().and_then(|time| times.get(&time)) {
                    *value = Value::from(*time);
                }
            }
            Value::String(text) if key == "cursor" => *text = "cursor".to_owned(),
            Value::String(text) if key == "epoch" => *text = "epoch".to_owned(),
            Value::String(text) => ids.replace(text),
            _ => {}
        });
        rename_keys(&mut value, &ids);
        value
    }
}

/// The file of a kind of story.
#[must_use]
pub fn path(kind: &str) -> PathBuf {
    let name = kind.replace(':', "_");
    Path::new(env!("CARGO_MANIFEST_DIR")).join("transcripts").join(name).with_extension("json")
}

/// Checks a transcript and compares it with the committed one; with `KITH_RECORD=1`, writes that one anew.
///
/// # Panics
/// When it does not hold, or is not what is committed.
pub fn settle(transcript: &Transcript) {
    transcript.check();
    let path = path(&transcript.kind);
    let text = written(&transcript.normalized());
    if std::env::var_os("KITH_RECORD").is_some_and(|record| record == "1") {
        std::fs::create_dir_all(path.parent().expect("it is in a folder")).expect("the folder can be made");
        std::fs::write(&path, text).expect("the transcript can be written");
        return;
    }
    let committed = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(
        committed == text,
        "{} is not what the server says now; look at the difference after KITH_RECORD=1 cargo test -p kith-server",
        path.display()
    );
}

/// Indented, so that a difference can be reviewed, and by little, because there are many levels.
fn written(value: &Value) -> String {
    let mut text = Vec::new();
    let formatter = serde_json::ser::PrettyFormatter::with_indent(b" ");
    value
        .serialize(&mut serde_json::Serializer::with_formatter(&mut text, formatter))
        .expect("a transcript is JSON");
    text.push(b'\n');
    String::from_utf8(text).expect("JSON is UTF-8")
}

fn similar(kind: &str, told: &Value, fresh: &Value) {
    if told != fresh {
        let pretty = |value| serde_json::to_string_pretty(value).expect("a view is JSON");
        let (told, fresh) = (pretty(told), pretty(fresh));
        let differing = told.lines().zip(fresh.lines()).find(|(told, fresh)| told != fresh);
        panic!(
            "{kind}: snapshot and events are not the fresh snapshot, first at {differing:?}\n{told}\n≠\n{fresh}"
        );
    }
}

fn is_time(key: &str) -> bool {
    key.ends_with("_at") || key == "server_time" || key == "muted_until"
}

/// Visits every value, with the key under which it is; values of lists have their list's.
fn visit(value: &mut Value, key: &str, change: &mut impl FnMut(&str, &mut Value)) {
    match value {
        Value::Array(values) => values.iter_mut().for_each(|value| visit(value, key, change)),
        Value::Object(fields) => fields.iter_mut().for_each(|(key, value)| visit(value, key, change)),
        _ => change(key, value),
    }
}

/// Ids in the order in which they were made, which is that of their names: they are UUIDv7.
#[derive(Default)]
struct Ids(BTreeMap<String, String>);

impl Ids {
    fn find(&mut self, value: &Value) {
        let mut found = BTreeMap::new();
        visit(&mut value.clone(), "", &mut |_, value| {
            if let Some(text) = value.as_str().filter(|text| is_id(text)) {
                found.insert(text.to_owned(), String::new());
            }
        });
        for (place, id) in found.values_mut().enumerate() {
            *id = format!("01900000-0000-7000-8000-{:012}", place + 1);
        }
        self.0 = found;
    }

    fn replace(&self, text: &mut String) {
        if let Some(id) = self.0.get(text) {
            text.clone_from(id);
        }
    }
}

fn is_id(text: &str) -> bool {
    text.len() == 36 && Uuid::try_parse(text).is_ok()
}

fn rename_keys(value: &mut Value, ids: &Ids) {
    match value {
        Value::Array(values) => values.iter_mut().for_each(|value| rename_keys(value, ids)),
        Value::Object(fields) => {
            let renamed = std::mem::take(fields).into_iter().map(|(mut key, mut value)| {
                ids.replace(&mut key);
                rename_keys(&mut value, ids);
                (key, value)
            });
            *fields = renamed.collect();
        }
        _ => {}
    }
}
