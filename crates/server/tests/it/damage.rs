//! One flipped bit or one cut in any stored file: it is named by `kith verify`, and never served as if it were right.
//!
//! `KITH_DAMAGE_SEEDS=1000 cargo test -p kith-server damage` tries more places than every change has time for.

use std::{
    fs,
    path::{Path, PathBuf},
};

use http::Method;
use kith_media::testing;
use kith_protocol::*;
use kith_testkit::{Device, Launch, Person, TestServer, http::request, message};
use rand::{RngExt, SeedableRng, rngs::StdRng};

use crate::{asking::call_as, keeping::kith};

const SEEDS: u64 = 60;
/// What holds nothing that was stored.
const NOT_STORED: [&str; 4] = ["lock", "files.lock", "kith.db-shm", "console.sock"];

/// What was stored, and by whom it can be read.
struct Stored {
    folder: tempfile::TempDir,
    ben: Device,
    group: ConversationId,
    messages: Vec<Message>,
    photo: Attachment,
    bytes: Vec<Vec<u8>>,
}

impl Stored {
    /// Some of it in the database and some in the log, as a power cut would find it.
    async fn make() -> Self {
        let mut server = TestServer::start().await;
        let (ann, ben) = (server.register("ann").await, server.register("ben").await);
        let photo = testing::camera_jpeg(640, 480, kith_media::Orientation::UPRIGHT);
        let photo = call_as(&server, &ann, Method::POST, "/attachments?name=lake.jpg", &[], photo).await;
        let photo: Attachment = photo.json();
        let person = Person::at(server.addr(), &ann).await;
        let group = person.group("Walks", &[ben.user_id]).await;
        let shown = SendMessage { attachment_ids: vec![photo.id], ..message(group, "a lake at dusk") };
        person.request(&shown).await.expect("a member may send");
        say(&person, group, 40).await;
        tokio::time::sleep(std::time::Duration::from_millis(500)).await;
        server.restart().await;
        say(&Person::at(server.addr(), &ann).await, group, 40).await;
        // What follows by a moment has to be over: nothing may be written while it is copied.
        tokio::time::sleep(std::time::Duration::from_secs(2)).await;
        let folder = tempfile::tempdir().expect("there is room");
        copy(server.folder(), folder.path());
        let messages = read(&Person::at(server.addr(), &ben).await, group).await;
        let mut bytes = Vec::new();
        for path in paths(&photo) {
            let answer = call_as(&server, &ben, Method::GET, &path, &[], "").await;
            assert!(answer.status.is_success(), "{}", answer.text());
            bytes.push(answer.body.to_vec());
        }
        Self { folder, ben, group, messages, photo, bytes }
    }

    /// Starts a server on a damaged copy and reads everything. Panics when anything else is served than was stored.
    /// Returns whether all of it was served.
    async fn serves_nothing_else(&self, damaged: &Path, what: &str) -> bool {
        let start = Launch::new(env!("CARGO_BIN_EXE_kith")).folder(damaged).start().await;
        let Ok(program) = start else { return false };
        let Ok(client) = kith_testkit::TestClient::open(
            program.addr(),
            kith_testkit::Connect::with_token(&self.ben.token),
        )
        .await
        else {
            return false;
        };
        let person = Person { device: self.ben.clone(), client };
        let mut all = true;
        for stored in &self.messages {
            let at = Some(stored.seq);
            let page = PageRequest {
                conversation_id: self.group,
                before: None,
                after: None,
                around: at,
                limit: Some(1),
            };
            match person.request(&page).await {
                Ok(page) => {
                    assert!(
                        page.messages.iter().any(|message| message == stored),
                        "{what}: message {} is another",
                        stored.seq
                    );
                }
                Err(_) => all = false,
            }
        }
        for (path, bytes) in paths(&self.photo).iter().zip(&self.bytes) {
            let authorization = format!("Bearer {}", self.ben.token);
            let headers = [("authorization", authorization.as_str())];
            let path = format!("/api/v1{path}");
            match request(program.addr(), Method::GET, &path, &headers, "").await {
                Ok(answer) if answer.status.is_success() => assert_eq!(answer.body, *bytes, "{what}: {path}"),
                _ => all = false,
            }
        }
        all
    }
}

fn paths(photo: &Attachment) -> [String; 3] {
    let path = format!("/attachments/{}", photo.id);
    [path.clone(), format!("{path}/thumbnail?size=320"), format!("{path}/thumbnail?size=1280")]
}

async fn say(person: &Person, group: ConversationId, count: usize) {
    for number in 0..count {
        person
            .say(
                group,
                &format!(
                    "{number}: {}",
                    "all work and no play ".repeat(if number % 10 == 0 { 300 } else { 12 })
                ),
            )
            .await;
    }
}

async fn read(person: &Person, conversation_id: ConversationId) -> Vec<Message> {
    let page = PageRequest { conversation_id, before: None, after: None, around: None, limit: Some(100) };
    let page = person.request(&page).await.expect("a member may read");
    page.messages.into_iter().map(Shared::into_inner).collect()
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).expect("there is room");
    for entry in fs::read_dir(from).expect("it is there") {
        let path = entry.expect("it is there").path();
        let to = to.join(path.file_name().expect("it has a name"));
        if path.is_dir() {
            copy(&path, &to);
        } else if path.is_file() {
            fs::copy(&path, &to).expect("there is room");
        }
    }
}

fn stored_files(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).expect("it is there") {
        let path = entry.expect("it is there").path();
        let name = path.file_name().and_then(|name| name.to_str()).expect("our names are text");
        if path.is_dir() {
            files.extend(stored_files(&path));
        } else if !NOT_STORED.contains(&name) && fs::metadata(&path).is_ok_and(|it| it.len() > 0) {
            files.push(path);
        }
    }
    files.sort();
    files
}

/// Flips a bit of a file, or cuts it short. Returns what was done.
fn damage(path: &Path, random: &mut StdRng) -> String {
    let mut bytes = fs::read(path).expect("it is there");
    let name = path.file_name().and_then(|name| name.to_str()).expect("our names are text");
    if random.random_ratio(1, 5) {
        let kept = random.random_range(0..bytes.len());
        fs::write(path, &bytes[..kept]).expect("there is room");
        return format!("{name} cut to {kept} of {} bytes", bytes.len());
    }
    let bit = random.random_range(0..bytes.len() * 8);
    bytes[bit / 8] ^= 1 << (bit % 8);
    fs::write(path, bytes).expect("there is room");
    format!("bit {bit} of {name}")
}

#[tokio::test(flavor = "multi_thread")]
async fn one_flipped_bit_or_cut_in_any_stored_file_is_named_and_never_served() {
    let seeds = std::env::var("KITH_DAMAGE_SEEDS").ok().and_then(|seeds| seeds.parse().ok()).unwrap_or(SEEDS);
    let stored = Stored::make().await;
    let (whole, said, complaint) = kith(&["verify"], stored.folder.path()).await;
    assert!(whole, "{said}{complaint}");
    let (mut named, mut harmless) = (0, Vec::new());
    for seed in 0..seeds {
        let mut random = StdRng::seed_from_u64(seed);
        let copied = tempfile::tempdir().expect("there is room");
        copy(stored.folder.path(), copied.path());
        let files = stored_files(copied.path());
        let file = &files[usize::try_from(seed).expect("it is small") % files.len()];
        let what = format!("seed {seed}: {}", damage(file, &mut random));
        let (whole, said, complaint) = kith(&["verify"], copied.path()).await;
        assert!(complaint.is_empty(), "{what}: {complaint}");
        named += u64::from(!whole);
        if !whole {
            let name = file.file_name().and_then(|name| name.to_str()).expect("our names are text");
            assert!(said.contains(name), "{what} is named otherwise: {said}");
        }
        if whole || seed % 6 == 0 {
            let all = stored.serves_nothing_else(copied.path(), &what).await;
            assert!(all || !whole, "{what}: something is missing, and nobody says so");
        }
        if whole {
            harmless.push(what);
        }
    }
    println!("{seeds} seeds: {named} named; {} without effect: {harmless:#?}", harmless.len());
    assert!(named >= seeds * 9 / 10, "too much went by unnamed: {harmless:#?}");
}
