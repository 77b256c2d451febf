//! The people, places and moments that all examples share.

use kith_protocol::*;
use uuid::Uuid;

/// 2026-01-01 12:00 UTC.
pub(crate) const NOON: Timestamp = Timestamp(1_767_268_800_000);

pub(crate) fn ann() -> UserId {
    UserId(id(0xa, 1))
}

pub(crate) fn ben() -> UserId {
    UserId(id(0xa, 2))
}

pub(crate) fn cid() -> UserId {
    UserId(id(0xa, 3))
}

pub(crate) fn walks() -> ConversationId {
    ConversationId(id(0xc, 1))
}

pub(crate) fn photo() -> AttachmentId {
    AttachmentId(id(0xf, 1))
}

pub(crate) fn session() -> SessionId {
    SessionId(id(0xd, 1))
}

pub(crate) fn client() -> ClientId {
    ClientId(id(0xe, 1))
}

/// A UUID of version 7 that says by its first digit of what it is.
fn id(noun: u128, number: u128) -> Uuid {
    Uuid::from_u128((noun << 124) | (7 << 76) | (2 << 62) | number)
}
