//! Lies: a history of a server that did nothing wrong, with one thing in it changed, so that it is wrong.

use kith_protocol::*;
use serde_json::{Value, json};

/// A history, line by line.
pub(crate) type History = Vec<Value>;

/// A way to change a history.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Lie {
    /// An ack names the message after its own.
    AckAnother,
    /// Somebody is shown what nobody wrote.
    ChangeText,
    /// A push comes twice.
    RepeatPush,
    /// A push in the middle of others is not there.
    DropPush,
    /// A device has not come as far as it had.
    StepBack,
    /// A device holds a message differently.
    HoldAnother,
    /// Somebody has one more unread message.
    Miscount,
    /// Whoever was removed hears what everyone else does.
    TellRemoved,
    /// That the server cannot commit is told as a fault of its own.
    SayInternal,
}

impl Lie {
    /// All of them, each with the invariant that it breaks.
    pub(crate) const ALL: [(Self, &str); 9] = [
        (Self::AckAnother, "I1"),
        (Self::ChangeText, "I3"),
        (Self::RepeatPush, "I7"),
        (Self::DropPush, "I8"),
        (Self::StepBack, "I9"),
        (Self::HoldAnother, "I10"),
        (Self::Miscount, "I11"),
        (Self::TellRemoved, "I12"),
        (Self::SayInternal, "I13"),
    ];

    /// The lines that it can be told in.
    pub(crate) fn places(self, history: &History) -> Vec<usize> {
        let fits = |place: &usize| self.fits(history, *place);
        (0..history.len()).filter(fits).collect()
    }

    fn fits(self, history: &History, place: usize) -> bool {
        let line = &history[place];
        match self {
            Self::AckAnother => is_ok(line, SendMessage::EVENT),
            Self::ChangeText => changed(line).is_some() && is_a_text(&line["payload"]["messages"][0]),
            Self::RepeatPush => changed(line).is_some(),
            Self::DropPush => {
                neighbour(history, place, false) == Neighbour::Push(-1)
                    && neighbour(history, place, true) == Neighbour::Push(1)
            }
            Self::StepBack | Self::HoldAnother => {
                line["what"] == "holds" && line["fresh"] == false && held(line).next().is_some()
            }
            Self::Miscount => {
                is_ok(line, SyncRequest::EVENT)
                    && history[..place].iter().any(|line| line["what"] == "finally")
                    && line["reply"]["ok"]["conversations"][0].is_object()
            }
            Self::TellRemoved => changed(line).is_some_and(|(id, version)| {
                let removed = removal(history);
                removed
                    .is_some_and(|(removed, _, since)| id == &removed["conversation_id"] && version > since)
            }),
            Self::SayInternal => {
                let refusal = &line["reply"]["refused"]["code"];
                let edits = [EditMessage::EVENT, React::EVENT];
                let (begun, over) = cannot_commit(history);
                edits.iter().any(|event| line["event"] == **event)
                    && refusal == "unavailable"
                    && (begun..over).contains(&place)
                    && line["issued_us"].as_u64() > history[begun]["us"].as_u64()
            }
        }
    }

    /// Tells it in one of its places.
    pub(crate) fn tell(self, history: &mut History, place: usize) {
        let line = &mut history[place];
        match self {
            Self::AckAnother => add(&mut line["reply"]["ok"]["message"]["seq"], 1),
            Self::ChangeText => {
                let text = &mut line["payload"]["messages"][0]["text"];
                *text = json!(format!("{} not", text.as_str().unwrap_or_default()));
            }
            Self::RepeatPush => history.insert(place, history[place].clone()),
            Self::DropPush => drop(history.remove(place)),
            Self::StepBack => {
                let id = held(line).next().expect("it holds something").clone();
                add(&mut line["conversations"][id]["version"], -1);
            }
            Self::HoldAnother => {
                let id = held(line).next().expect("it holds something").clone();
                line["conversations"][id]["messages"][0][2] = json!(0);
            }
            Self::Miscount => add(&mut line["reply"]["ok"]["conversations"][0]["my"]["unread"], 1),
            Self::TellRemoved => {
                let (_, connection, _) = removal(history).expect("somebody was removed");
                let mut told = history[place].clone();
                for field in ["client", "user_id", "device", "connection"] {
                    told[field] = connection[field].clone();
                }
                history.insert(place + 1, told);
            }
            Self::SayInternal => line["reply"]["refused"]["code"] = json!("internal"),
        }
    }
}

/// What is next to a push on its connection.
#[derive(Debug, PartialEq, Eq)]
enum Neighbour {
    /// Another of the same conversation, so many versions away.
    Push(i64),
    /// Something after which pushes begin anew, or nothing.
    Other,
}

fn neighbour(history: &History, place: usize, after: bool) -> Neighbour {
    let Some((id, version)) = changed(&history[place]) else { return Neighbour::Other };
    let connection = &history[place]["connection"];
    let lines: Box<dyn Iterator<Item = &Value>> =
        if after { Box::new(history[place + 1..].iter()) } else { Box::new(history[..place].iter().rev()) };
    for line in lines.filter(|line| line["connection"] == *connection) {
        match changed(line) {
            Some((other, there)) if other == id => return Neighbour::Push(there - version),
            Some(_) => {}
            None if line["what"] == "push" && line["event"] != "resync" => {}
            None if line["what"] == "call" && line["event"] != SyncRequest::EVENT => {}
            None => return Neighbour::Other,
        }
    }
    Neighbour::Other
}

/// Of the push of a change: of which conversation, and which version.
fn changed(line: &Value) -> Option<(&Value, i64)> {
    let is_one = line["what"] == "push" && line["event"] == "conversation:changed";
    is_one.then(|| Some((&line["payload"]["conversation_id"], line["payload"]["version"].as_i64()?)))?
}

/// What was asked when somebody was removed, some line of a connection of theirs, and the version from which on they are.
fn removal(history: &History) -> Option<(&Value, &Value, i64)> {
    let line = history.iter().find(|line| is_ok(line, RemoveMember::EVENT))?;
    let theirs = history.iter().find(|other| other["user_id"] == line["request"]["user_id"])?;
    Some((&line["request"], theirs, line["reply"]["ok"]["version"].as_i64()?))
}

/// From where to where the server could not commit.
fn cannot_commit(history: &History) -> (usize, usize) {
    let place = |what: &str| history.iter().position(|line| line["what"] == what).unwrap_or_default();
    (place("cannot_commit"), place("can_commit"))
}

fn is_ok(line: &Value, event: &str) -> bool {
    line["what"] == "call" && line["event"] == event && line["reply"]["ok"].is_object()
}

fn is_a_text(row: &Value) -> bool {
    row["client_id"].is_string() && row["unsent_at"].is_null() && row["text"] != ""
}

/// The conversations of which a device holds messages.
fn held(line: &Value) -> impl Iterator<Item = &String> {
    let conversations = line["conversations"].as_object().into_iter().flatten();
    conversations.filter(|(_, held)| held["messages"][0].is_array()).map(|(id, _)| id)
}

fn add(number: &mut Value, difference: i64) {
    *number = json!(number.as_i64().unwrap_or_default() + difference);
}
