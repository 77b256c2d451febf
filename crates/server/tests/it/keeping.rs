//! Backups, and what comes back from them: made while people talk, restored after everything was lost.

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, Output},
    sync::atomic::{AtomicBool, Ordering},
};

use kith_protocol::*;
use kith_testkit::{
    Device, Launch, Person, Program, Replica, eventually, message, reader::all_messages, register,
};
use tempfile::TempDir;

const PROGRAM: &str = env!("CARGO_BIN_EXE_kith");

/// Runs `kith` on a data folder. Whether it succeeded, what it said, what it complained of.
pub(crate) async fn kith(args: &[&str], data: &Path) -> (bool, String, String) {
    let mut command = Command::new(PROGRAM);
    command.args(args).arg("--data").arg(data).env_clear();
    let Output { status, stdout, stderr } = tokio::task::spawn_blocking(move || command.output())
        .await
        .expect("it ends")
        .expect("it can be started");
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("it speaks UTF-8");
    (status.success(), text(stdout), text(stderr))
}

/// A program on a folder that stays when it is killed, and room for backups.
struct Place {
    folder: TempDir,
}

impl Place {
    fn new() -> Self {
        Self { folder: tempfile::tempdir().expect("there is room") }
    }

    fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    fn backup(&self) -> String {
        self.folder.path().join("backup.tar.zst").to_str().expect("it is text").to_owned()
    }

    /// A server with one person on it, and a backup of it.
    async fn backed_up() -> (Self, Program) {
        let place = Self::new();
        let program = place.start().await;
        register(program.addr(), "ann").await;
        let (made, _, complaint) = place.kith(&["backup", &place.backup()]).await;
        assert!(made, "{complaint}");
        (place, program)
    }

    async fn start(&self) -> Program {
        Launch::new(PROGRAM).folder(self.data()).start().await.expect("the program starts")
    }

    async fn kith(&self, args: &[&str]) -> (bool, String, String) {
        kith(args, &self.data()).await
    }

    /// Waits until so many deletions are on the list.
    async fn listed(&self, deletions: usize) {
        let list = self.data().join("deletions.jsonl");
        let on_it = || fs::read_to_string(&list).unwrap_or_default().lines().count();
        eventually("deletions are listed", async || (on_it() >= deletions).then_some(())).await;
    }

    async fn assert_whole(&self) {
        let (whole, said, complaint) = self.kith(&["verify"]).await;
        assert!(whole && said.contains("is whole"), "{said}{complaint}");
    }
}

async fn unsend(person: &Person, conversation_id: ConversationId, seq: Seq) {
    let delete = DeleteMessage { conversation_id, seq, scope: DeleteScope::Everyone };
    person.request(&delete).await.expect("one may unsend");
}

async fn texts(person: &Person, conversation_id: ConversationId) -> Vec<String> {
    let all = all_messages(person, conversation_id).await.expect("a member may read");
    all.into_iter().map(|message| message.text).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_backup_made_while_people_talk_brings_back_what_was_said_and_nothing_that_was_deleted() {
    let place = Place::new();
    let mut program = place.start().await;
    let [ann, ben]: [Device; 2] =
        [register(program.addr(), "ann").await, register(program.addr(), "ben").await];
    let (at_ann, at_ben) = (Person::at(program.addr(), &ann).await, Person::at(program.addr(), &ben).await);
    let group = at_ann.group("Walks", &[ben.user_id]).await;
    let regretted = at_ann.say(group, "regretted").await;
    let mut held = Replica::from_snapshot(ben.user_id, &at_ben.snapshot().await);

    // A backup is made under load: what was acknowledged before it began is in it.
    let before = at_ann.say(group, "before the backup").await;
    let done = AtomicBool::new(false);
    let load = async {
        let mut sent = Vec::new();
        while !done.load(Ordering::Relaxed) {
            let sends: Vec<_> =
                (0..20).map(|number| message(group, &format!("under load {number}"))).collect();
            let answers: Vec<_> = sends.iter().map(|send| at_ann.issue(send)).collect();
            for (send, answer) in sends.into_iter().zip(answers) {
                answer.await.expect("it is connected").expect("a member may send");
                sent.push(send);
            }
        }
        sent
    };
    let backup = async {
        let made = place.kith(&["backup", &place.backup()]).await;
        done.store(true, Ordering::Relaxed);
        made
    };
    let (sent, (made, said, complaint)) = tokio::join!(load, backup);
    assert!(made && complaint.is_empty(), "{said}{complaint}");
    assert!(sent.len() >= 20, "only {} messages came between", sent.len());
    place.assert_whole().await;

    // After it, something is deleted, something is said, and something is still in the outbox.
    unsend(&at_ann, group, regretted.seq).await;
    let after = message(group, "after the backup");
    at_ann.request(&after).await.expect("a member may send");
    let outbox = message(group, "never sent");
    program.kill().await.expect("it runs");

    let (refused, _, complaint) = place.kith(&["restore", &place.backup()]).await;
    assert!(!refused && complaint.contains("is not empty"), "{complaint}");
    let restore = ["restore", "--replace", &place.backup()];
    let (restored, said, complaint) = place.kith(&restore).await;
    assert!(restored && said.contains("1 deletion made since"), "{said}{complaint}");
    assert!(place.data().join("replaced-1/kith.db").is_file(), "what was there is put aside");
    place.assert_whole().await;

    program.restart().await.expect("a restored folder starts");
    let (at_ann, at_ben) = (Person::at(program.addr(), &ann).await, Person::at(program.addr(), &ben).await);
    let found = texts(&at_ben, group).await;
    assert!(found.contains(&before.text), "what was acknowledged before the backup is there");
    assert!(!found.contains(&regretted.text), "what was deleted stays deleted");
    assert!(!found.contains(&"after the backup".to_owned()), "it is the state of the backup");

    // The outbox goes out under its own ids: what is there is not said twice, what is not there is said now.
    for send in sent.iter().chain([&after, &outbox]) {
        at_ann.request(send).await.expect("an outbox may be sent again");
    }
    let epoch = held.epoch.clone();
    at_ben.resume(&mut held).await;
    assert_ne!(held.epoch, epoch, "clients are told that it is another timeline");
    at_ben.catch_up(&mut held).await;
    let fresh = Person::at(program.addr(), &ben).await;
    let afresh = Replica::from_snapshot(ben.user_id, &fresh.snapshot().await);
    assert_eq!(held.conversations[&group].shared, afresh.conversations[&group].shared, "they converge");
    assert_eq!(held.conversations[&group].my, afresh.conversations[&group].my, "they converge");
    let all = all_messages(&fresh, group).await.expect("a member may read");
    for send in sent.iter().chain([&after, &outbox]) {
        let said = all.iter().filter(|message| message.client_id == Some(send.client_id));
        assert_eq!(said.count(), 1, "said once");
    }
    place.assert_whole().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn after_the_disk_is_lost_a_copy_of_the_list_says_what_was_deleted() {
    let place = Place::new();
    let mut program = place.start().await;
    let ann = register(program.addr(), "ann").await;
    let gone = register(program.addr(), "gone").await;
    let person = Person::at(program.addr(), &ann).await;
    let group = person.group("Walks", &[gone.user_id]).await;
    let regretted = person.say(group, "regretted").await;
    let hidden = person.say(group, "hidden").await;
    person.say(group, "kept").await;
    let stolen = kith_testkit::login(program.addr(), "ann").await;
    let backup = &place.backup();
    let (made, said, complaint) = place.kith(&["backup", backup]).await;
    assert!(made, "{said}{complaint}");
    let (again, _, complaint) = place.kith(&["backup", backup]).await;
    assert!(!again && complaint.contains("is there already"), "{complaint}");

    unsend(&person, group, regretted.seq).await;
    let hide = DeleteMessage { conversation_id: group, seq: hidden.seq, scope: DeleteScope::Me };
    person.request(&hide).await.expect("one may hide");
    let body = serde_json::json!({ "password": kith_testkit::rest::PASSWORD, "keep_messages": true });
    let answer = gone.call(program.addr(), http::Method::DELETE, "/api/v1/me", &body).await;
    assert!(answer.status.is_success(), "{}", answer.text());
    let ended = format!("/api/v1/auth/sessions/{}", stolen.session_id);
    let answer = ann.call(program.addr(), http::Method::DELETE, &ended, &()).await;
    assert!(answer.status.is_success(), "{}", answer.text());

    place.listed(5).await;
    let copy = place.folder.path().join("deletions.jsonl");
    fs::copy(place.data().join("deletions.jsonl"), &copy).expect("there is room");
    program.kill().await.expect("it runs");
    fs::remove_dir_all(place.data()).expect("it is there");

    let (restored, said, complaint) =
        place.kith(&["restore", backup, "--deletions", copy.to_str().expect("it is text")]).await;
    assert!(restored && complaint.is_empty(), "{said}{complaint}");
    place.assert_whole().await;
    program.restart().await.expect("a restored folder starts");
    let person = Person::at(program.addr(), &ann).await;
    let found = texts(&person, group).await;
    assert!(found.contains(&"kept".to_owned()), "{found:?}");
    assert!(!found.contains(&"regretted".to_owned()) && !found.contains(&"hidden".to_owned()), "{found:?}");
    let answer = gone.call(program.addr(), http::Method::GET, "/api/v1/me", &()).await;
    assert_eq!(answer.status, http::StatusCode::UNAUTHORIZED, "a deleted account stays deleted");
    let answer = stolen.call(program.addr(), http::Method::GET, "/api/v1/me", &()).await;
    assert_eq!(answer.status, http::StatusCode::UNAUTHORIZED, "a session that was ended stays ended");
    assert!(
        fs::read_to_string(place.data().join("deletions.jsonl")).expect("it goes on").lines().count() >= 5
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_deleted_while_the_backup_was_made_does_not_come_back() {
    let place = Place::new();
    let mut program = place.start().await;
    let ann = register(program.addr(), "ann").await;
    let person = Person::at(program.addr(), &ann).await;
    let group = person.group("Walks", &[]).await;
    let regretted = person.say(group, "regretted").await;
    person.say(group, "kept").await;
    program.kill().await.expect("it runs");
    let before = place.folder.path().join("before");
    copy_database(&place.data(), &before);
    program.restart().await.expect("it starts again");
    unsend(&Person::at(program.addr(), &ann).await, group, regretted.seq).await;
    place.listed(1).await;
    program.kill().await.expect("it runs");

    // A backup takes the database first and the list of deletions after it: here, somebody was quick in between.
    copy_database(&before, &place.data());
    let backup = &place.backup();
    let (made, _, complaint) = place.kith(&["backup", backup]).await;
    assert!(made, "{complaint}");
    fs::remove_dir_all(place.data()).expect("it is there");
    let (restored, said, complaint) = place.kith(&["restore", backup]).await;
    assert!(restored && said.contains("1 deletion made since"), "{said}{complaint}");
    program.restart().await.expect("a restored folder starts");
    let found = texts(&Person::at(program.addr(), &ann).await, group).await;
    assert!(found.contains(&"kept".to_owned()) && !found.contains(&"regretted".to_owned()), "{found:?}");
    place.assert_whole().await;
}

/// Copies the database, its log and its mark, while nobody has it open.
fn copy_database(from: &Path, to: &Path) {
    fs::create_dir_all(to).expect("there is room");
    for name in ["kith.db", "kith.db-wal", "kith.mark"] {
        fs::copy(from.join(name), to.join(name)).expect("it is there");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_damaged_backup_is_refused_before_anything_is_touched() {
    let (place, mut program) = Place::backed_up().await;
    let backup = &place.backup();
    let (refused, _, complaint) = place.kith(&["restore", "--replace", backup]).await;
    assert!(!refused && complaint.contains("another kith is running on"), "{complaint}");
    program.kill().await.expect("it runs");

    let whole = fs::read(backup).expect("it is there");
    let before = contents(&place.data());
    for (what, bytes) in [
        ("a flipped bit", {
            let mut bytes = whole.clone();
            bytes[whole.len() / 2] ^= 1;
            bytes
        }),
        ("a cut", whole[..whole.len() - 1].to_vec()),
        ("nothing", Vec::new()),
        ("something else", b"not a backup, but long enough to be mistaken for one at first sight".to_vec()),
    ] {
        fs::write(backup, bytes).expect("there is room");
        let (refused, _, complaint) = place.kith(&["restore", "--replace", backup]).await;
        assert!(!refused && complaint.contains("nothing was changed"), "{what}: {complaint}");
        assert_eq!(contents(&place.data()), before, "{what}");
    }
    fs::write(backup, whole).expect("there is room");
    let (restored, _, complaint) = place.kith(&["restore", "--replace", "--sign-out", backup]).await;
    assert!(restored, "{complaint}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_restore_that_was_cut_off_is_neither_served_nor_forgotten() {
    let (place, mut program) = Place::backed_up().await;
    let backup = &place.backup();
    program.kill().await.expect("it runs");
    fs::create_dir(place.data().join("restoring")).expect("there is room");
    let refused = program.restart().await;
    assert!(refused.is_err(), "a folder that is half one thing and half another is not served");
    let (refused, _, complaint) = place.kith(&["restore", backup]).await;
    assert!(!refused && complaint.contains("--replace"), "{complaint}");
    let (restored, _, complaint) = place.kith(&["restore", "--replace", backup]).await;
    assert!(restored, "{complaint}");
    program.restart().await.expect("a restored folder starts");
}

/// Every file of a data folder but those that only mark that somebody was there.
fn contents(data: &Path) -> Vec<(PathBuf, Vec<u8>)> {
    let mut found = Vec::new();
    let mut folders = vec![data.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).expect("it is there") {
            let path = entry.expect("it is there").path();
            if path.is_dir() {
                folders.push(path);
            } else if path.is_file() {
                let bytes = fs::read(&path).expect("it is there");
                found.push((path, bytes));
            }
        }
    }
    found.sort();
    found
}
