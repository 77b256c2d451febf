//! What the fuzzers start from, held to the same promises.

use std::path::Path;

fn replay(target: &str, run: fn(&[u8])) {
    let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/corpus").join(target);
    let mut replayed = 0;
    for entry in std::fs::read_dir(&corpus).unwrap() {
        run(&std::fs::read(entry.unwrap().path()).unwrap());
        replayed += 1;
    }
    assert!(replayed >= 8, "only {replayed} inputs in {}", corpus.display());
}

#[test]
fn engine_packets() {
    replay("engine_packet", kith_socketio::fuzzing::engine_packet);
}

#[test]
fn engine_payloads() {
    replay("engine_payload", kith_socketio::fuzzing::engine_payload);
}

#[test]
fn socket_packets() {
    replay("socket_packet", kith_socketio::fuzzing::socket_packet);
}

#[test]
fn websockets() {
    replay("websocket", kith_socketio::fuzzing::websocket);
}
