//! What the store is compared with: one group in memory, as plainly as it can be written.

use std::collections::{BTreeMap, BTreeSet};

use kith_protocol::ErrorCode;
use proptest::prelude::*;

/// People in the group. The first one made it and keeps order in it.
pub(crate) const PEOPLE: usize = 3;
/// What can be said.
pub(crate) const TEXTS: [&str; 3] = ["tea?", "yes", "no, coffee"];
/// What can be reacted with.
pub(crate) const EMOJI: [&str; 2] = ["👍", "🍵"];

/// Something that a person does. Numbers are taken modulo how many there are, so that every number means something.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Deed {
    Send {
        who: usize,
        text: usize,
    },
    /// The last send of anybody, once more.
    Again,
    Edit {
        who: usize,
        message: u64,
        text: usize,
        is_late: bool,
    },
    Unsend {
        who: usize,
        message: u64,
    },
    React {
        who: usize,
        message: u64,
        emoji: Option<usize>,
    },
    Delivered {
        who: usize,
        message: u64,
    },
    Read {
        who: usize,
        message: u64,
    },
    Hide {
        who: usize,
        message: u64,
    },
    Clear {
        who: usize,
        message: u64,
    },
    Block {
        who: usize,
        whom: usize,
        blocked: bool,
    },
    /// The store is closed without a word and opened again.
    Restart,
}

/// At most so many deeds, more likely such that change something.
pub(crate) fn deeds(deeds_max: usize) -> impl Strategy<Value = Vec<Deed>> {
    let (who, message, text) = (0..PEOPLE, 0_u64..16, 0..TEXTS.len());
    let emoji = prop::option::weighted(0.7, 0..EMOJI.len());
    let deed = prop_oneof![
        6 => (who.clone(), text.clone()).prop_map(|(who, text)| Deed::Send { who, text }),
        1 => Just(Deed::Again),
        4 => (who.clone(), message.clone(), text, any::<bool>())
            .prop_map(|(who, message, text, is_late)| Deed::Edit { who, message, text, is_late }),
        3 => (who.clone(), message.clone()).prop_map(|(who, message)| Deed::Unsend { who, message }),
        4 => (who.clone(), message.clone(), emoji)
            .prop_map(|(who, message, emoji)| Deed::React { who, message, emoji }),
        2 => (who.clone(), message.clone()).prop_map(|(who, message)| Deed::Delivered { who, message }),
        3 => (who.clone(), message.clone()).prop_map(|(who, message)| Deed::Read { who, message }),
        2 => (who.clone(), message.clone()).prop_map(|(who, message)| Deed::Hide { who, message }),
        1 => (who.clone(), message).prop_map(|(who, message)| Deed::Clear { who, message }),
        1 => (who.clone(), who, any::<bool>())
            .prop_map(|(who, whom, blocked)| Deed::Block { who, whom, blocked }),
        1 => Just(Deed::Restart),
    ];
    prop::collection::vec(deed, 1..=deeds_max)
}

/// A group and what its people have done in it.
#[derive(Clone, Debug)]
pub(crate) struct Model {
    /// The group's last change.
    pub(crate) version: u64,
    /// By number, from 1.
    pub(crate) messages: Vec<Message>,
    /// Each person's own view of it.
    pub(crate) people: [Person; PEOPLE],
    /// The last send of anybody.
    pub(crate) last_send: Option<u64>,
}

/// A message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Message {
    /// Who wrote it; nobody, what the server tells.
    pub(crate) sender: Option<usize>,
    pub(crate) text: String,
    pub(crate) version: u64,
    pub(crate) text_version: u64,
    pub(crate) is_edited: bool,
    pub(crate) is_unsent: bool,
    pub(crate) reactions: BTreeMap<usize, String>,
}

/// What only one person sees, and how far they have come.
#[derive(Clone, Debug, Default)]
pub(crate) struct Person {
    pub(crate) delivered: u64,
    pub(crate) read: u64,
    pub(crate) cleared: u64,
    pub(crate) hidden: BTreeSet<u64>,
    pub(crate) blocked: BTreeSet<usize>,
}

/// What comes of a deed.
pub(crate) type Outcome = Result<(), ErrorCode>;

impl Model {
    /// A group in which nobody has said anything yet.
    pub(crate) fn beginning(version: u64, messages: Vec<Message>, people: [Person; PEOPLE]) -> Self {
        Self { version, messages, people, last_send: None }
    }

    /// The number of the newest message.
    pub(crate) fn last_seq(&self) -> u64 {
        self.messages.len() as u64
    }

    /// The number that a deed names: of a message that is there, or one beyond.
    pub(crate) fn seq(&self, message: u64) -> u64 {
        1 + message % (self.last_seq() + 1)
    }

    /// The message of this number.
    pub(crate) fn message(&self, seq: u64) -> &Message {
        &self.messages[seq as usize - 1]
    }

    /// Does it.
    pub(crate) fn apply(&mut self, deed: Deed) -> Outcome {
        match deed {
            Deed::Send { who, text } => self.send(who, TEXTS[text]),
            Deed::Edit { who, message, text, is_late } => {
                self.edit(who, self.seq(message), TEXTS[text], is_late)?;
            }
            Deed::Unsend { who, message } => self.unsend(who, self.seq(message))?,
            Deed::React { who, message, emoji } => self.react(who, self.seq(message), emoji)?,
            Deed::Delivered { who, message } => {
                let seq = self.there(message);
                let person = &mut self.people[who];
                person.delivered = person.delivered.max(seq);
            }
            Deed::Read { who, message } => self.people[who].reads(self.there(message)),
            Deed::Hide { who, message } => {
                let seq = self.seq(message);
                if seq > self.last_seq() {
                    return Err(ErrorCode::NotFound);
                }
                if self.sees(who, seq) {
                    self.people[who].hidden.insert(seq);
                }
            }
            Deed::Clear { who, message } => {
                let seq = self.there(message);
                let person = &mut self.people[who];
                person.cleared = person.cleared.max(seq);
            }
            Deed::Block { who, whom, .. } if who == whom => return Err(ErrorCode::Invalid),
            Deed::Block { who, whom, blocked: true } => drop(self.people[who].blocked.insert(whom)),
            Deed::Block { who, whom, blocked: false } => drop(self.people[who].blocked.remove(&whom)),
            Deed::Again | Deed::Restart => {}
        }
        Ok(())
    }

    /// Whether somebody sees a message, if only as a tombstone.
    pub(crate) fn sees(&self, who: usize, seq: u64) -> bool {
        let person = &self.people[who];
        seq <= self.last_seq() && seq > person.cleared && !person.hidden.contains(&seq)
    }

    /// The numbers of the messages that somebody sees.
    pub(crate) fn visible(&self, who: usize) -> Vec<u64> {
        (1..=self.last_seq()).filter(|seq| self.sees(who, *seq)).collect()
    }

    /// How many messages somebody has not read.
    pub(crate) fn unread(&self, who: usize) -> usize {
        let person = &self.people[who];
        let counts = |seq: &u64| {
            let message = self.message(*seq);
            let others = message.sender.filter(|sender| *sender != who && !person.blocked.contains(sender));
            *seq > person.read && others.is_some() && !message.is_unsent
        };
        self.visible(who).iter().filter(|seq| counts(seq)).count()
    }

    /// As far as a pointer goes that is told to go to the message of this number: not beyond the newest.
    fn there(&self, message: u64) -> u64 {
        self.seq(message).min(self.last_seq())
    }

    fn send(&mut self, who: usize, text: &str) {
        self.version += 1;
        self.messages.push(Message {
            sender: Some(who),
            text: text.to_owned(),
            version: self.version,
            text_version: self.version,
            is_edited: false,
            is_unsent: false,
            reactions: BTreeMap::new(),
        });
        let seq = self.last_seq();
        // Who speaks has read what was said before.
        self.people[who].reads(seq);
        self.last_send = Some(seq);
    }

    fn edit(&mut self, who: usize, seq: u64, text: &str, is_late: bool) -> Outcome {
        let message = self.seen_by(who, seq)?;
        if message.is_unsent {
            return Err(ErrorCode::Gone);
        }
        if message.sender != Some(who) {
            return Err(ErrorCode::Forbidden);
        }
        if message.text == text {
            return Ok(());
        }
        if is_late {
            return Err(ErrorCode::Conflict);
        }
        let version = self.change(seq);
        let message = &mut self.messages[seq as usize - 1];
        (message.text, message.text_version, message.is_edited) = (text.to_owned(), version, true);
        Ok(())
    }

    fn unsend(&mut self, who: usize, seq: u64) -> Outcome {
        let message = self.seen_by(who, seq)?;
        let keeps_order = who == 0;
        if message.sender.is_none() || (message.sender != Some(who) && !keeps_order) {
            return Err(ErrorCode::Forbidden);
        }
        if !message.is_unsent {
            self.change(seq);
            let message = &mut self.messages[seq as usize - 1];
            message.text.clear();
            message.reactions.clear();
            (message.is_unsent, message.is_edited) = (true, false);
        }
        Ok(())
    }

    fn react(&mut self, who: usize, seq: u64, emoji: Option<usize>) -> Outcome {
        let message = self.seen_by(who, seq)?;
        if message.is_unsent {
            return Err(ErrorCode::Gone);
        }
        if message.sender.is_none() {
            return Err(ErrorCode::Forbidden);
        }
        let emoji = emoji.map(|emoji| EMOJI[emoji].to_owned());
        if message.reactions.get(&who) != emoji.as_ref() {
            self.change(seq);
            let reactions = &mut self.messages[seq as usize - 1].reactions;
            match emoji {
                Some(emoji) => drop(reactions.insert(who, emoji)),
                None => drop(reactions.remove(&who)),
            }
        }
        Ok(())
    }

    fn seen_by(&self, who: usize, seq: u64) -> Result<&Message, ErrorCode> {
        if self.sees(who, seq) { Ok(self.message(seq)) } else { Err(ErrorCode::NotFound) }
    }

    /// Takes the group's next version for a change of a message.
    fn change(&mut self, seq: u64) -> u64 {
        self.version += 1;
        self.messages[seq as usize - 1].version = self.version;
        self.version
    }
}

impl Person {
    fn reads(&mut self, seq: u64) {
        self.read = self.read.max(seq);
        self.delivered = self.delivered.max(seq);
    }
}
