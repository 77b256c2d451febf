//! What readers remember of earlier reads. Every answer is of one moment of the database, so each thing is kept with the
//! number under which it is true: that of the people, the tick of a conversation, its version. A read asks for that number
//! in its own snapshot; what is of another moment is no use to it. So nobody has to tell readers what has changed.

use std::sync::Arc;

use kith_protocol::{Message, Profile, Seq, Shared, UserId, Version};
use parking_lot::Mutex;

use crate::{people::Person, recent::Recent, summaries::Common};

/// People remembered, at most.
const PEOPLE_MAX: usize = 20_000;
/// What all members and receipts that are remembered may take, in bytes.
const COMMON_BYTES_MAX: usize = 16 << 20;
/// What all messages that are remembered may take, in bytes.
const MESSAGES_BYTES_MAX: usize = 64 << 20;
/// Messages that are remembered, and forgotten, together.
const STRETCH_MESSAGES: u64 = 32;

/// What the readers of one database remember.
pub(crate) struct Memory {
    people: Mutex<People>,
    common: Mutex<Recent<i64, (u64, Arc<Common>)>>,
    messages: Mutex<Recent<(i64, u64), Stretch>>,
}

impl Default for Memory {
    fn default() -> Self {
        Self {
            people: Mutex::new(People {
                moment: 0,
                persons: Recent::new(PEOPLE_MAX),
                profiles: Recent::new(PEOPLE_MAX),
            }),
            common: Mutex::new(Recent::new(COMMON_BYTES_MAX)),
            messages: Mutex::new(Recent::new(MESSAGES_BYTES_MAX)),
        }
    }
}

/// People as they were at a moment: the number that changes with any of them.
struct People {
    moment: i64,
    persons: Recent<i64, Person>,
    profiles: Recent<UserId, Arc<Profile>>,
}

impl People {
    /// Those of this moment; `None` when others have seen a later one.
    fn at(&mut self, moment: i64) -> Option<&mut Self> {
        if moment > self.moment {
            self.persons.clear();
            self.profiles.clear();
            self.moment = moment;
        }
        (moment == self.moment).then_some(self)
    }
}

impl Memory {
    /// Forgets what has not been asked for since the last time it was called. Returns about how many bytes that took, people
    /// not counted.
    pub(crate) fn forget_unused(&self) -> usize {
        let unused = |people: &mut People| (people.persons.take_unused(), people.profiles.take_unused());
        // Nobody who reads waits while they are dropped.
        let _people = unused(&mut self.people.lock());
        let (_common, common_bytes) = self.common.lock().take_unused();
        let (_messages, messages_bytes) = self.messages.lock().take_unused();
        common_bytes + messages_bytes
    }

    /// A person by number, as they were at a moment.
    pub(crate) fn person(
        &self,
        moment: i64,
        number: i64,
        find: impl FnOnce() -> rusqlite::Result<Person>,
    ) -> rusqlite::Result<Person> {
        if let Some(person) = self.people.lock().at(moment).and_then(|people| people.persons.get(&number)) {
            return Ok(*person);
        }
        let person = find()?;
        if let Some(people) = self.people.lock().at(moment) {
            people.persons.put(number, person, 1);
        }
        Ok(person)
    }

    /// What others may know of a person, as it was at a moment.
    pub(crate) fn profile(
        &self,
        moment: i64,
        id: UserId,
        find: impl FnOnce() -> rusqlite::Result<Option<Profile>>,
    ) -> rusqlite::Result<Option<Arc<Profile>>> {
        if let Some(profile) = self.people.lock().at(moment).and_then(|people| people.profiles.get(&id)) {
            return Ok(Some(Arc::clone(profile)));
        }
        let Some(profile) = find()?.map(Arc::new) else { return Ok(None) };
        if let Some(people) = self.people.lock().at(moment) {
            people.profiles.put(id, Arc::clone(&profile), 1);
        }
        Ok(Some(profile))
    }

    /// What all members see of a conversation, as the commit of this tick has left it.
    pub(crate) fn common(
        &self,
        conversation: i64,
        tick: u64,
        find: impl FnOnce() -> rusqlite::Result<Common>,
    ) -> rusqlite::Result<Arc<Common>> {
        if let Some((of, common)) = self.common.lock().get(&conversation)
            && *of == tick
        {
            return Ok(Arc::clone(common));
        }
        let common = Arc::new(find()?);
        let mut remembered = self.common.lock();
        // Whoever looks back from an older snapshot leaves what is newer.
        if remembered.get(&conversation).is_none_or(|(of, _)| *of < tick) {
            remembered.put(conversation, (tick, Arc::clone(&common)), common.bytes());
        }
        Ok(common)
    }

    /// What is remembered of these messages, in their order, as they are in this version of their conversation. `changed`
    /// finds the numbers of those that have changed after a version.
    pub(crate) fn messages(
        &self,
        conversation: i64,
        version: Version,
        (first, last): (Seq, Seq),
        mut changed: impl FnMut(Version) -> rusqlite::Result<Option<Vec<Seq>>>,
    ) -> rusqlite::Result<Vec<Option<Shared<Message>>>> {
        let mut stretches = self.messages.lock();
        let mut found = Vec::new();
        for number in first.0 / STRETCH_MESSAGES..=last.0 / STRETCH_MESSAGES {
            let key = (conversation, number);
            if let Some(stretch) = stretches.get(&key)
                && stretch.version < version
            {
                match changed(stretch.version)? {
                    Some(changed) => stretch.bring_to(version, number, &changed),
                    None => drop(stretches.remove(&key)),
                }
            }
            let stretch = stretches.get(&key).filter(|stretch| stretch.version == version);
            let seqs = first.0.max(number * STRETCH_MESSAGES)..=last.0.min(end_of(number));
            match stretch {
                Some(stretch) => {
                    found.extend(seqs.map(|seq| stretch.messages[place_of(Seq(seq))].clone()));
                }
                None => found.extend(seqs.map(|_| None)),
            }
        }
        Ok(found)
    }

    /// Remembers messages as they are in this version of their conversation.
    pub(crate) fn keep_messages(&self, conversation: i64, version: Version, read: &[Shared<Message>]) {
        let mut stretches = self.messages.lock();
        for some in read.chunk_by(|one, next| stretch_of(one.seq) == stretch_of(next.seq)) {
            let key = (conversation, stretch_of(some[0].seq));
            let mut stretch = match stretches.remove(&key) {
                Some(stretch) if stretch.version == version => stretch,
                // Seen from an older snapshot than others have seen since.
                Some(newer) if newer.version > version => {
                    let bytes = newer.bytes();
                    stretches.put(key, newer, bytes);
                    continue;
                }
                _ => Stretch { version, messages: Default::default() },
            };
            for message in some {
                stretch.messages[place_of(message.seq)] = Some(message.clone());
            }
            let bytes = stretch.bytes();
            stretches.put(key, stretch, bytes);
        }
    }
}

/// Messages that follow one another, each as it is in a version of the conversation; `None` where nobody has looked.
struct Stretch {
    version: Version,
    messages: [Option<Shared<Message>>; STRETCH_MESSAGES as usize],
}

impl Stretch {
    /// Forgets what has changed up to a version.
    fn bring_to(&mut self, version: Version, number: u64, changed: &[Seq]) {
        for seq in changed.iter().filter(|seq| stretch_of(**seq) == number) {
            self.messages[place_of(*seq)] = None;
        }
        self.version = version;
    }

    /// About how many bytes it takes.
    fn bytes(&self) -> usize {
        let message = |message: &Shared<Message>| size_of::<Message>() + 2 * message.json_bytes();
        size_of::<Self>() + self.messages.iter().flatten().map(message).sum::<usize>()
    }
}

fn stretch_of(seq: Seq) -> u64 {
    seq.0 / STRETCH_MESSAGES
}

fn end_of(stretch: u64) -> u64 {
    (stretch + 1) * STRETCH_MESSAGES - 1
}

fn place_of(seq: Seq) -> usize {
    usize::try_from(seq.0 % STRETCH_MESSAGES).expect("it is small")
}

#[cfg(test)]
mod tests {
    use kith_protocol::{MessageKind, Timestamp};

    use super::*;

    const FAR: u64 = STRETCH_MESSAGES + 3;

    fn message(seq: u64, text: &str) -> Shared<Message> {
        Shared::written(Message {
            seq: Seq(seq),
            version: Version(seq),
            client_id: None,
            sender_id: UserId::from([1; 16]),
            kind: MessageKind::Text,
            text: text.into(),
            entities: Vec::new(),
            attachments: Vec::new(),
            reply_to: None,
            forwarded: false,
            reactions: Vec::new(),
            created_at: Timestamp(1),
            edited_at: None,
            unsent_at: None,
            unsent_by: None,
            pinned_at: None,
            system: None,
            my_reaction: None,
        })
    }

    /// The texts that are remembered of a stretch that ends beyond the first, when these have changed since.
    fn texts(memory: &Memory, version: u64, changed: Option<&[u64]>) -> Vec<(u64, String)> {
        let changed = |_| Ok(changed.map(|changed| changed.iter().copied().map(Seq).collect()));
        let found = memory.messages(7, Version(version), (Seq(1), Seq(FAR)), changed).unwrap();
        assert_eq!(found.len() as u64, FAR);
        let found = found.into_iter().zip(1..).filter_map(|(message, seq)| Some((seq, message?)));
        found.map(|(seq, message)| (seq, message.text.clone())).collect()
    }

    #[test]
    fn messages_are_remembered_until_they_change() {
        let memory = Memory::default();
        memory.keep_messages(7, Version(50), &[message(1, "a"), message(2, "b"), message(FAR, "c")]);
        let all = [(1, "a".into()), (2, "b".into()), (FAR, "c".into())];
        assert_eq!(texts(&memory, 50, None), all);
        assert_eq!(texts(&memory, 51, Some(&[2, 900])), [all[0].clone(), all[2].clone()]);
        assert_eq!(texts(&memory, 52, None), [], "so much has changed that all of it is read again");
    }

    #[test]
    fn an_older_snapshot_neither_sees_nor_replaces_what_is_newer() {
        let memory = Memory::default();
        memory.keep_messages(7, Version(50), &[message(1, "new")]);
        assert_eq!(texts(&memory, 49, None), []);
        memory.keep_messages(7, Version(49), &[message(1, "old")]);
        assert_eq!(texts(&memory, 50, None), [(1, "new".into())]);
    }

    #[test]
    fn what_nobody_asks_for_between_two_calls_is_forgotten() {
        let memory = Memory::default();
        memory.keep_messages(7, Version(50), &[message(1, "a"), message(FAR, "c")]);
        assert_eq!(memory.forget_unused(), 0);
        let first =
            |memory: &Memory| memory.messages(7, Version(50), (Seq(1), Seq(1)), |_| Ok(None)).unwrap();
        assert!(first(&memory)[0].is_some());
        assert!(memory.forget_unused() > 0);
        assert_eq!(texts(&memory, 50, None), [(1, "a".into())]);
    }

    #[test]
    fn people_are_of_one_moment() {
        let memory = Memory::default();
        let id = UserId::from([1; 16]);
        let named = |moment, name: &str| {
            let profile = Profile {
                id,
                username: name.into(),
                display_name: String::new(),
                about: String::new(),
                avatar: None,
                deleted: false,
            };
            memory.profile(moment, id, || Ok(Some(profile))).unwrap().unwrap().username.clone()
        };
        assert_eq!(named(3, "ann"), "ann");
        assert_eq!(named(3, "never asked for"), "ann");
        assert_eq!(named(4, "anna"), "anna");
        assert_eq!(named(3, "ann, still"), "ann, still");
        assert_eq!(named(4, "never asked for"), "anna");
    }
}
