//! What a store can do. Every method is a whole operation and one transaction: it loads what the rule needs, lets the
//! pure rule decide, takes the next version, commits, and hands what there is to tell to the [`Bus`](crate::Bus) in the
//! order of commits — never before the commit is on disk.
//!
//! A write is queued before its method returns; the answer only waits. So two writes issued one after the other happen in
//! that order, and nothing has to be awaited between them. The default store is `kith-store-sqlite`; every store passes
//! the conformance suite of `kith-testkit`.

use std::{future::Future, pin::Pin};

use kith_protocol::*;

use crate::{Refusal, Turn, passwords::PasswordHash, sessions::TokenHash, users::Username};

/// An operation that has been queued, and its outcome.
pub type Reply<T> = Pin<Box<dyn Future<Output = Result<T, Refusal>> + Send>>;

/// Everything that Kith keeps.
pub trait Store:
    UserStore
    + SessionStore
    + ConversationStore
    + MessageStore
    + PageStore
    + ReactionStore
    + ReceiptStore
    + SearchStore
    + AccountStore
    + AttachmentStore
    + SyncStore
{
    /// The name of this timeline: it changes when the store was restored from a backup.
    fn epoch(&self) -> String;

    /// Refuses further writes, waits for those that are queued, and leaves the files in a clean state.
    fn close(&self) -> Reply<()>;

    /// Whether writes can be committed now. `unavailable` says why not; reads go on all the same.
    fn writable(&self) -> Result<(), Refusal>;
}

/// A person as the server knows them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct User {
    /// As they see themselves.
    pub me: Me,
    /// Signed out and kept out by the console.
    pub suspended: bool,
    /// When they were last connected.
    pub last_active_at: Option<Timestamp>,
}

/// A person to be.
#[derive(Clone, Debug)]
pub struct NewUser {
    /// Their id.
    pub id: UserId,
    /// Checked.
    pub username: Username,
    /// Checked.
    pub display_name: String,
    /// The password's hash.
    pub password: PasswordHash,
}

/// What signing in needs to know.
#[derive(Clone, Debug)]
pub struct Credentials {
    /// Who.
    pub user_id: UserId,
    /// What the password must hash to.
    pub password: PasswordHash,
    /// Kept out by the console.
    pub suspended: bool,
}

/// Accounts.
pub trait UserStore: Send + Sync + 'static {
    /// Makes an account; the first one of a server owns it. `conflict` at `username` when the name is taken.
    fn create_user(&self, user: NewUser, now: Timestamp) -> Reply<User>;
    /// A person. `not_found` when there is none, or when it was deleted.
    fn user(&self, id: UserId) -> Reply<User>;
    /// The person of this name, whatever its case.
    fn credentials(&self, username_key: String) -> Reply<Option<Credentials>>;
    /// The password's hash of a person.
    fn password(&self, id: UserId) -> Reply<PasswordHash>;
    /// Replaces the password's hash and ends every session but `keep`.
    fn set_password(
        &self,
        id: UserId,
        hash: PasswordHash,
        keep: Option<SessionId>,
        now: Timestamp,
    ) -> Reply<()>;
    /// Replaces the hash by a better one of the same password, if it still is `from`. Ends nothing.
    fn rehash_password(&self, id: UserId, from: PasswordHash, to: PasswordHash) -> Reply<()>;
    /// Changes name and "about", and tells acquaintances.
    fn update_profile(&self, id: UserId, change: UpdateProfile, now: Timestamp) -> Reply<User>;
    /// Sets or takes away the picture, an upload of this person, and tells acquaintances.
    fn set_avatar(&self, id: UserId, avatar: Option<AttachmentId>, now: Timestamp) -> Reply<User>;
    /// Deletes an account: sessions end, groups get a successor, messages stay under 'Deleted account', or are noted to
    /// be unsent by [`UserStore::unsend_deleted`].
    fn delete_user(&self, id: UserId, keep_messages: bool, now: Timestamp) -> Reply<()>;
    /// Unsends at most `limit` messages of deleted accounts that wanted it so. Whether there is more to do: a person may
    /// have written a hundred thousand, and nobody shall wait for that.
    fn unsend_deleted(&self, limit: usize, now: Timestamp) -> Reply<bool>;
    /// Keeps a person out, or lets them in again. Ends their sessions.
    fn suspend_user(&self, id: UserId, suspended: bool, now: Timestamp) -> Reply<()>;
    /// The profiles of these people, deleted ones included, unknown ones left out.
    fn profiles(&self, ids: Vec<UserId>) -> Reply<Vec<Profile>>;
    /// People whose name or display name begins with or contains the words, best match first.
    fn search_users(&self, actor: UserId, query: String, limit: usize) -> Reply<UserList>;
    /// Everyone, for the console.
    fn list_users(&self) -> Reply<Vec<User>>;
    /// How many accounts there are, deleted ones included: 0 means that nobody has ever registered.
    fn count_users(&self) -> Reply<u64>;
}

/// A session to be.
#[derive(Clone, Debug)]
pub struct NewSession {
    /// Its id.
    pub id: SessionId,
    /// Whose.
    pub user_id: UserId,
    /// What its token hashes to.
    pub token: TokenHash,
    /// What the device calls itself.
    pub device: String,
    /// The hash of the password that was given; `None` when the proof was another. Signing in takes a moment, in which the
    /// password may be changed: then it was the wrong one.
    pub password: Option<PasswordHash>,
}

/// Who a token belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SignedInAs {
    /// Who.
    pub user_id: UserId,
    /// As which device.
    pub session_id: SessionId,
    /// When it was last heard of, as noted.
    pub last_used_at: Timestamp,
}

/// Signed-in devices.
pub trait SessionStore: Send + Sync + 'static {
    /// Signs a device in. Over [`limits::SESSIONS_MAX`], the longest unused ends. `conflict` when the password's hash
    /// is no longer the one that was given, `forbidden` when the person is suspended: both as of the commit.
    fn create_session(&self, session: NewSession, now: Timestamp) -> Reply<Session>;
    /// Whose token this is; `unauthorized` when nobody's, or of somebody suspended or deleted.
    fn session(&self, token: TokenHash) -> Reply<SignedInAs>;
    /// The devices of a person, latest use first.
    fn sessions(&self, user: UserId, current: Option<SessionId>) -> Reply<Vec<Session>>;
    /// Ends one. `not_found` when it is not this person's.
    fn end_session(&self, user: UserId, session: SessionId, reason: SessionEndReason) -> Reply<()>;
    /// Ends all but `keep`.
    fn end_sessions(&self, user: UserId, keep: Option<SessionId>, reason: SessionEndReason) -> Reply<()>;
    /// Notes when devices and people were last heard of. Not worth a sync of its own: may be lost in a crash.
    fn touch(&self, sessions: Vec<(SessionId, Timestamp)>, people: Vec<(UserId, Timestamp)>) -> Reply<()>;
}

/// A group to be.
#[derive(Clone, Debug)]
pub struct NewGroup {
    /// Its id.
    pub id: ConversationId,
    /// What makes a repeated request find it.
    pub client_id: ClientId,
    /// What the request was, to tell a repetition from another request under the same id.
    pub fingerprint: Fingerprint,
    /// Checked.
    pub title: Option<String>,
    /// The others, without the maker, without repetition.
    pub member_ids: Vec<UserId>,
}

/// A keyed hash of a request, so that nothing unsent has to be kept to recognise it.
pub type Fingerprint = [u8; 8];

/// A checked change of a group: what is `None` stays.
#[derive(Clone, Debug, Default)]
pub struct GroupChange {
    /// The title.
    pub title: Option<Option<String>>,
    /// The picture.
    pub avatar_id: Option<Option<AttachmentId>>,
    /// What members may do.
    pub members_may_edit: Option<bool>,
}

/// Conversations and members.
pub trait ConversationStore: Send + Sync + 'static {
    /// The direct conversation of two people (or of one with oneself), made if need be under the id `new`.
    fn open_direct(
        &self,
        actor: UserId,
        other: UserId,
        new: ConversationId,
        now: Timestamp,
    ) -> Reply<OneConversation>;
    /// Makes a group, once per maker and `client_id`.
    fn create_group(&self, actor: UserId, group: NewGroup, now: Timestamp) -> Reply<OneConversation>;
    /// A conversation as this member sees it.
    fn conversation(&self, actor: UserId, id: ConversationId) -> Reply<OneConversation>;
    /// Changes a group. Each kind of change takes a version of its own.
    fn update_conversation(
        &self,
        actor: UserId,
        id: ConversationId,
        change: GroupChange,
        now: Timestamp,
    ) -> Reply<Changed>;
    /// Adds people; who is in it already is passed over.
    fn add_members(
        &self,
        actor: UserId,
        id: ConversationId,
        user_ids: Vec<UserId>,
        now: Timestamp,
    ) -> Reply<Changed>;
    /// Removes a person.
    fn remove_member(
        &self,
        actor: UserId,
        id: ConversationId,
        user_id: UserId,
        now: Timestamp,
    ) -> Reply<Changed>;
    /// Changes a person's role.
    fn set_role(
        &self,
        actor: UserId,
        id: ConversationId,
        user_id: UserId,
        role: Role,
        now: Timestamp,
    ) -> Reply<Changed>;
    /// Leaves.
    fn leave(&self, actor: UserId, id: ConversationId, now: Timestamp) -> Reply<Changed>;
    /// Who is in it, longest-serving first, after the person `after`.
    fn members(
        &self,
        actor: UserId,
        id: ConversationId,
        after: Option<UserId>,
        limit: usize,
    ) -> Reply<MemberList>;
    /// The ids of everyone in it, for this member; `None` above [`limits::EPHEMERAL_MEMBERS_MAX`].
    fn audience(&self, actor: UserId, id: ConversationId) -> Reply<Option<Vec<UserId>>>;
    /// Of these people, those whose presence `actor` may see, with when they were last there.
    fn visible_presence(&self, actor: UserId, user_ids: Vec<UserId>) -> Reply<Vec<Presence>>;
}

/// A message to be, checked.
#[derive(Clone, Debug)]
pub struct NewMessage {
    /// Where.
    pub conversation_id: ConversationId,
    /// What its sender calls it.
    pub client_id: ClientId,
    /// What the request was.
    pub fingerprint: Fingerprint,
    /// What is said; empty when there are only attachments.
    pub text: String,
    /// Found in the text.
    pub entities: Vec<Entity>,
    /// What it shows.
    pub attachment_ids: Vec<AttachmentId>,
    /// What it answers.
    pub reply_to: Option<Seq>,
    /// What it copies; then there is neither text nor attachments.
    pub forward: Option<MessageAddress>,
}

/// A text to replace another, checked.
#[derive(Clone, Debug)]
pub struct NewText {
    /// What is said.
    pub text: String,
    /// Found in the text.
    pub entities: Vec<Entity>,
    /// The version of the text that it replaces.
    pub if_version: Version,
}

/// Messages: sending and changing them.
pub trait MessageStore: Send + Sync + 'static {
    /// Sends, exactly once per sender and `client_id`. A send that has a turn is carried out only when [`Turn::check`] lets
    /// it, and what became of it is told to [`Turn::settle`] before the next one is checked.
    fn send(&self, actor: UserId, message: NewMessage, turn: Option<Turn>, now: Timestamp) -> Reply<Message>;
    /// Replaces a text.
    fn edit(&self, actor: UserId, address: MessageAddress, text: NewText, now: Timestamp) -> Reply<Message>;
    /// Deletes for everyone. Doing it again changes nothing.
    fn unsend(&self, actor: UserId, address: MessageAddress, now: Timestamp) -> Reply<Changed>;
    /// Deletes for oneself. Doing it again changes nothing.
    fn hide(&self, actor: UserId, address: MessageAddress) -> Reply<AccountChangedTo>;
    /// Pins or takes off.
    fn pin(&self, actor: UserId, address: MessageAddress, pinned: bool, now: Timestamp) -> Reply<Changed>;
}

/// Messages: reading them.
pub trait PageStore: Send + Sync + 'static {
    /// A stretch of a conversation; `request.limit` is set and within its limit.
    fn page(&self, actor: UserId, request: PageRequest) -> Reply<MessagePage>;
    /// The pinned messages of a conversation, newest first.
    fn pinned(&self, actor: UserId, id: ConversationId) -> Reply<MessagePage>;
    /// Messages that show photos (`images`) or other files, older than `before`, newest first.
    fn with_attachments(
        &self,
        actor: UserId,
        id: ConversationId,
        images: bool,
        before: Option<Seq>,
        limit: usize,
    ) -> Reply<MessagePage>;
    /// One message.
    fn message(&self, actor: UserId, address: MessageAddress) -> Reply<OneMessage>;
}

/// Reactions.
pub trait ReactionStore: Send + Sync + 'static {
    /// Puts, replaces or takes back one's reaction.
    fn react(&self, actor: UserId, address: MessageAddress, emoji: Option<String>) -> Reply<Message>;
    /// Who reacted, after the person `after`, as many as fit one answer; each emoji with the count of all.
    fn reactions(&self, actor: UserId, address: MessageAddress, after: Option<UserId>)
    -> Reply<ReactionList>;
}

/// How far members have received and read.
pub trait ReceiptStore: Send + Sync + 'static {
    /// Moves one's `delivered_seq` forward.
    fn mark_delivered(&self, actor: UserId, address: MessageAddress) -> Reply<()>;
    /// Moves one's `read_seq` forward, and takes "marked unread" away.
    fn mark_read(&self, actor: UserId, address: MessageAddress, now: Timestamp) -> Reply<()>;
    /// Who has received and read a message, after the person `after`, as many as fit one answer.
    fn receipts(&self, actor: UserId, address: MessageAddress, after: Option<UserId>) -> Reply<ReceiptList>;
}

/// Finding messages.
pub trait SearchStore: Send + Sync + 'static {
    /// Messages that one may read and that contain the words, newest first. What has just been sent may be missing for a
    /// second; what has been deleted is not found.
    fn search(&self, actor: UserId, search: Search) -> Reply<SearchResults>;
}

/// What to look for, and where.
#[derive(Clone, Debug, Default)]
pub struct Search {
    /// The words, each of which must occur.
    pub query: crate::text::Query,
    /// Only of this person.
    pub from: Option<UserId>,
    /// Only in this conversation.
    pub within: Option<ConversationId>,
    /// Only with photos, or with any attachment.
    pub has: Option<Has>,
    /// Only before this moment.
    pub before: Option<Timestamp>,
    /// Only after this moment.
    pub after: Option<Timestamp>,
    /// Where the last page ended.
    pub cursor: Option<u64>,
    /// How many.
    pub limit: usize,
}

/// What a message that is looked for must have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Has {
    /// A photo.
    Photo,
    /// A file that is no photo.
    File,
    /// A link.
    Link,
}

/// A checked change of what one keeps of a conversation: what is `None` stays.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ConversationAccountChange {
    /// No notifications until then.
    pub muted_until: Option<Option<Timestamp>>,
    /// Keep it on top.
    pub pinned: Option<bool>,
    /// Keep it out of the list.
    pub archived: Option<bool>,
    /// Show it as unread.
    pub marked_unread: Option<bool>,
    /// What has been begun.
    pub draft: Option<Option<String>>,
    /// Clear everything up to here.
    pub cleared_seq: Option<Seq>,
}

/// What only one person sees.
pub trait AccountStore: Send + Sync + 'static {
    /// Changes what one keeps of a conversation.
    fn set_conversation(
        &self,
        actor: UserId,
        id: ConversationId,
        change: ConversationAccountChange,
    ) -> Reply<AccountChangedTo>;
    /// Changes settings.
    fn set_settings(&self, actor: UserId, change: SettingsChange) -> Reply<AccountChangedTo>;
    /// Blocks a person, or no longer.
    fn set_block(&self, actor: UserId, user_id: UserId, blocked: bool) -> Reply<AccountChangedTo>;
    /// Rows changed after a version.
    fn account_changes(&self, actor: UserId, since: AccountVersion) -> Reply<AccountChanges>;
}

/// An upload whose bytes are kept and known.
#[derive(Clone, Debug)]
pub struct NewAttachment {
    /// What it is.
    pub attachment: Attachment,
    /// SHA-256 of its bytes as others receive them, for `kith verify`.
    pub sha256: [u8; 32],
}

/// An attachment that somebody may read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReadableAttachment {
    /// What it is.
    pub attachment: Attachment,
    /// Whose.
    pub owner: UserId,
}

/// Photos and files.
pub trait AttachmentStore: Send + Sync + 'static {
    /// Notes an upload. `rate_limited` over [`limits::PENDING_UPLOADS_MAX`].
    fn add_attachment(&self, owner: UserId, attachment: NewAttachment, now: Timestamp) -> Reply<Attachment>;
    /// Changes the description, by its owner, until a message shows it.
    fn describe_attachment(&self, actor: UserId, id: AttachmentId, alt: Option<String>) -> Reply<Attachment>;
    /// An attachment through the door of whatever shows it: a message one may read, a picture of a person or a group,
    /// an upload of one's own that nothing shows yet. `not_found` otherwise.
    fn attachment(&self, actor: UserId, id: AttachmentId) -> Reply<ReadableAttachment>;
    /// Attachments that nothing shows any more and uploads older than `before` that nothing ever showed. Their rows are
    /// gone for readers; the bytes are to be removed and then [`AttachmentStore::forget`]-ed. In the order of their ids,
    /// beginning after `after`: what cannot be removed now is in nobody's way.
    fn abandoned(
        &self,
        before: Timestamp,
        after: Option<AttachmentId>,
        limit: usize,
    ) -> Reply<Vec<AttachmentId>>;
    /// The bytes of these are removed: nothing has to be known of them any more.
    fn forget(&self, ids: Vec<AttachmentId>) -> Reply<()>;
    /// Of these, those of which nothing is known: bytes without a row, left by a crash.
    fn unknown(&self, ids: Vec<AttachmentId>) -> Reply<Vec<AttachmentId>>;
}

/// Catching up.
pub trait SyncStore: Send + Sync + 'static {
    /// The list of conversations, or what changed since a cursor.
    fn sync(&self, actor: UserId, request: SyncRequest, now: Timestamp) -> Reply<SyncAnswer>;
    /// What changed in a conversation.
    fn changes(&self, actor: UserId, request: ChangesRequest) -> Reply<ConversationChanges>;
}
