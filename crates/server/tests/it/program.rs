//! The program as whoever runs it sees it: options, the console, starting and stopping.

use std::{
    io::Write,
    path::Path,
    process::{Command, Output, Stdio},
};

use http::Method;
use kith_protocol::{ErrorCode, Registration, ServerInfo};
use kith_server::config::Given;
use kith_testkit::{TestServer, rest::PASSWORD};

use crate::asking::{call, get, refused};

fn kith(args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_kith"));
    command.args(args).env_clear();
    command
}

fn run(command: &mut Command) -> (bool, String, String) {
    let Output { status, stdout, stderr } = command.output().expect("it can be started");
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("it speaks UTF-8");
    (status.success(), text(stdout), text(stderr))
}

/// Runs `kith user …` on a folder, handing it a password.
fn user(folder: &Path, args: &[&str], password: &str) -> (bool, String, String) {
    let mut child = kith(&["user"])
        .args(args)
        .arg("--data")
        .arg(folder)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("it can be started");
    // It does not read when it needs no password.
    let _ = child.stdin.take().expect("it is a pipe").write_all(format!("{password}\n").as_bytes());
    let output = child.wait_with_output().expect("it ends");
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("it speaks UTF-8");
    (output.status.success(), text(output.stdout), text(output.stderr))
}

#[test]
fn options_come_from_flags_then_environment_then_file() {
    let folder = tempfile::tempdir().expect("there is room");
    let file = folder.path().join("kith.toml");
    std::fs::write(&file, "name = 'File'\nlisten = '127.0.0.1:1'\nregistration = 'closed'\n")
        .expect("there is room");
    let mut command = kith(&["serve", "--print-config", "--listen", "127.0.0.1:3", "--config"]);
    let (success, printed, complaint) =
        run(command.arg(&file).env("KITH_NAME", "Environment").env("KITH_LISTEN", "127.0.0.1:2"));
    assert!(success, "{complaint}");
    assert!(printed.contains("name = \"Environment\""), "{printed}");
    assert!(printed.contains("listen = \"127.0.0.1:3\""), "{printed}");
    assert!(printed.contains("registration = \"closed\""), "{printed}");
    let config: Given = toml::from_str(&printed).expect("what is printed is a configuration");
    assert_eq!(config.registration, Some(Registration::Closed));
}

#[test]
fn what_is_wrong_with_the_options_is_said_in_a_sentence() {
    for (args, hint) in [
        (&["serve", "--listne", "127.0.0.1:1"][..], "--listen"),
        (&["serve", "--listen", "nowhere"], "nowhere"),
        (&["serve", "--print-config", "--public-url", "https://me:secret@chat.example"], "--public-url"),
        (&["serve", "--print-config", "--image-threads", "0"], "image_threads"),
        (&["serve", "--demo", "--listen", "0.0.0.0:0"], "demo is for looking around"),
        (&["serve", "--config", "/nonexistent.toml"], "/nonexistent.toml"),
        (&["user", "list", "--data", "/nonexistent"], "there is no data folder"),
        (&["dance"], "dance"),
    ] {
        let (success, _, complaint) = run(&mut kith(args));
        assert!(!success && complaint.contains(hint), "{args:?}: {complaint}");
    }
    let (success, help, _) = run(&mut kith(&["--help"]));
    assert!(success && help.contains("serve") && help.contains("user"), "{help}");
    let (success, version, _) = run(&mut kith(&["--version"]));
    assert!(success && version.starts_with("kith "), "{version}");
}

#[tokio::test]
async fn a_second_program_on_the_same_folder_is_refused() {
    let server = TestServer::start().await;
    let mut second = kith(&["serve", "--listen", "127.0.0.1:0", "--data"]);
    second.arg(server.folder());
    let (success, _, complaint) =
        tokio::task::spawn_blocking(move || run(&mut second)).await.expect("it ends");
    assert!(!success && complaint.contains("another kith is running on"), "{complaint}");
    server.stop().await;
}

#[tokio::test]
async fn the_console_rescues_whoever_locked_themselves_out_while_the_server_runs() {
    let server =
        TestServer::start_with(Given { registration: Some(Registration::Closed), ..Given::default() }).await;
    let folder = server.folder().to_owned();
    let console = async |args: &'static [&'static str], password: &'static str| {
        let folder = folder.clone();
        tokio::task::spawn_blocking(move || user(&folder, args, password)).await.expect("it ends")
    };
    let (success, said, _) = console(&["list"], "").await;
    assert!(success && said == "There are no accounts yet.\n", "{said}");
    let (success, said, complaint) =
        console(&["add", "ann", "--display-name", "Ann K.", "--password-stdin"], PASSWORD).await;
    assert!(success && said == "ann has an account. It owns the server.\n", "{said}{complaint}");
    let (success, _, complaint) = console(&["add", "ANN", "--password-stdin"], PASSWORD).await;
    assert!(!success && complaint.starts_with("kith: "), "{complaint}");

    let ann = kith_testkit::login(server.addr(), "ann").await;
    let (_, said, _) = console(&["sessions", "ann"], "").await;
    assert!(said.contains("DEVICE") && said.contains("now"), "{said}");
    let (success, _, _) = console(&["password", "ann", "--password-stdin"], "another good one").await;
    assert!(success);
    refused(&get(&server, &ann, "/me").await, ErrorCode::Unauthorized);
    let login = async |password: &str| {
        let body = format!(r#"{{"username":"ann","password":"{password}","grant":"token"}}"#);
        call(&server, Method::POST, "/auth/login", &[], &body).await
    };
    refused(&login(PASSWORD).await, ErrorCode::Unauthorized);
    assert!(login("another good one").await.status.is_success());

    let (_, said, _) = console(&["suspend", "ann"], "").await;
    assert_eq!(said, "ann is kept out and signed out everywhere.\n");
    refused(&login("another good one").await, ErrorCode::Forbidden);
    let (_, said, _) = console(&["list"], "").await;
    assert!(said.contains("Ann K.") && said.contains("suspended"), "{said}");
    let (_, said, _) = console(&["suspend", "ann", "--undo"], "").await;
    assert_eq!(said, "ann may sign in again.\n");
    assert!(login("another good one").await.status.is_success());
    let (_, said, _) = console(&["sessions", "ann", "--end-all"], "").await;
    assert_eq!(said, "ann is signed out everywhere.\n");
    let (success, _, complaint) = console(&["suspend", "nobody"], "").await;
    assert!(!success && complaint.contains("There is no account \"nobody\" here."), "{complaint}");
    server.stop().await;
}

#[tokio::test]
async fn an_account_is_brought_along_with_its_bcrypt_hash() {
    // Of "brought along", at the lowest cost; made by another implementation.
    let hash = "$2a$04$ehOX.OeuoT/5SVQm/eWE/O.B/cLdu0H7zpSdZyyqUm4C.uxs8lywm";
    let mut server = TestServer::start().await;
    server.restart().await;
    let folder = server.folder().to_owned();
    let added =
        tokio::task::spawn_blocking(move || user(&folder, &["add", "bo_", "--password-hash", hash], ""));
    let (success, _, complaint) = added.await.expect("it ends");
    assert!(success, "{complaint}");
    for _ in 0..2 {
        let body = r#"{"username":"bo_","password":"brought along"}"#;
        assert!(call(&server, Method::POST, "/auth/login", &[], body).await.status.is_success());
    }
    server.stop().await;
}

#[test]
fn the_console_works_without_a_server_too() {
    let folder = tempfile::tempdir().expect("there is room");
    let data = folder.path().join("data");
    let (success, said, complaint) = user(&data, &["add", "ann", "--password-stdin"], PASSWORD);
    assert!(success && said.contains("It owns the server"), "{said}{complaint}");
    let (success, _, complaint) = user(&data, &["add", "ben", "--password-stdin"], "short");
    assert!(!success && complaint.contains("at least 8 characters"), "{complaint}");
    let (_, said, _) = user(&data, &["list"], "");
    assert_eq!(said.lines().count(), 2, "{said}");
}

#[test]
fn a_signal_ends_it_in_order_and_it_says_when_it_is_ready() {
    let folder = tempfile::tempdir().expect("there is room");
    let mut child = kith(&["serve", "--listen", "127.0.0.1:0", "--data"])
        .arg(folder.path())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .expect("it can be started");
    let mut line = String::new();
    let output = child.stdout.take().expect("it is a pipe");
    std::io::BufRead::read_line(&mut std::io::BufReader::new(output), &mut line).expect("it speaks UTF-8");
    assert!(line.starts_with("Kith is ready: http://localhost:"), "{line}");
    let pid = child.id().to_string();
    assert!(Command::new("kill").args(["-TERM", &pid]).status().expect("it can be started").success());
    let status = child.wait().expect("it ends");
    assert!(status.success(), "{status}");
    assert!(!folder.path().join("console.sock").exists());
}

#[tokio::test]
async fn a_demonstration_fills_an_empty_folder_and_no_other() {
    let mut server =
        TestServer::start_with(Given { demo: Some(true), demo_library: Some(false), ..Given::default() })
            .await;
    let info: ServerInfo = call(&server, Method::GET, "/server", &[], "").await.json();
    let people = info.demo.expect("it is a demonstration").people;
    assert_eq!((people[0].username.as_str(), people[1].username.as_str()), ("ann", "ben"));
    let answer = call(&server, Method::POST, "/demo/ann", &[], "").await;
    assert!(answer.status.is_success(), "{}", answer.text());
    let cookie =
        crate::asking::header(&answer, "set-cookie").split(';').next().unwrap_or_default().to_owned();
    let headers = [("cookie", cookie.as_str()), ("x-kith", "1")];
    let list: kith_protocol::ConversationList =
        call(&server, Method::GET, "/conversations", &headers, "").await.json();
    assert!(list.conversations.len() >= 12, "{}", list.conversations.len());
    refused(&call(&server, Method::POST, "/demo/guide", &[], "").await, ErrorCode::NotFound);
    // It is found again, not filled in twice.
    server.restart().await;
    let again: kith_protocol::ConversationList =
        call(&server, Method::GET, "/conversations", &headers, "").await.json();
    assert_eq!(again.conversations.len(), list.conversations.len());
    server.stop().await;

    let real = tempfile::tempdir().expect("there is room");
    let data = real.path().to_owned();
    let outcome = tokio::task::spawn_blocking(move || {
        user(&data, &["add", "ann", "--password-stdin"], PASSWORD);
        run(kith(&["serve", "--demo", "--listen", "127.0.0.1:0", "--data"]).arg(&data))
    });
    let (success, _, complaint) = outcome.await.expect("it ends");
    assert!(!success && complaint.contains("holds real data"), "{complaint}");
}

#[test]
fn a_newer_database_is_refused_untouched() {
    let folder = tempfile::tempdir().expect("there is room");
    user(folder.path(), &["add", "ann", "--password-stdin"], PASSWORD);
    let database = folder.path().join("kith.db");
    let mut bytes = std::fs::read(&database).expect("it is there");
    // Where SQLite keeps `user_version`, by its file format.
    bytes[60..64].copy_from_slice(&9_999_u32.to_be_bytes());
    // A newer program would have written the page's checksum as well.
    let mut checksum = crc32fast::Hasher::new();
    checksum.update(&0_u64.to_le_bytes());
    checksum.update(&bytes[..4_092]);
    bytes[4_092..4_096].copy_from_slice(&checksum.finalize().to_le_bytes());
    std::fs::write(&database, bytes).expect("there is room");
    let before = std::fs::read(&database).expect("it is there");
    let (success, _, complaint) =
        run(kith(&["serve", "--listen", "127.0.0.1:0", "--data"]).arg(folder.path()));
    assert!(!success && complaint.contains("newer Kith"), "{complaint}");
    assert_eq!(std::fs::read(&database).expect("it is there"), before);
}
