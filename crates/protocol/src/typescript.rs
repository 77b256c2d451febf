//! The same words in TypeScript, for the web client. `cargo xtask codegen` writes them to `web/src/protocol`.

use ts_rs::{Config, TS};

use crate::*;

const HEADER: &str = "// Generated from crates/protocol by `cargo xtask codegen`. Do not edit.\n\n";

macro_rules! declarations {
    ($cfg:expr, [$($name:ident),* $(,)?]) => {
        vec![$(declaration::<$name>($cfg)),*]
    };
}

/// Every generated file: its path under `web/src/protocol`, and its text.
#[must_use]
pub fn files() -> Vec<(String, String)> {
    vec![("index.ts".into(), index())]
}

fn index() -> String {
    let cfg = &Config::default();
    let types = declarations!(
        cfg,
        [
            Seq,
            Version,
            AccountVersion,
            Timestamp,
            UserId,
            SessionId,
            ConversationId,
            AttachmentId,
            ClientId,
            ErrorCode,
            ErrorBody,
            Problem,
            Profile,
            Me,
            ServerRole,
            UpdateProfile,
            SetAvatar,
            ChangePassword,
            DeleteAccount,
            UserList,
            Session,
            Grant,
            Register,
            Login,
            SignedIn,
            SessionList,
            ServerInfo,
            Demo,
            DemoPerson,
            Registration,
            ConversationKind,
            Role,
            Conversation,
            Member,
            ConversationSummary,
            MyConversation,
            OpenConversation,
            OneConversation,
            UpdateConversation,
            AddMembers,
            RemoveMember,
            SetRole,
            ConversationRef,
            MemberList,
            ConversationList,
            Message,
            MessageKind,
            SystemNotice,
            SystemAction,
            Entity,
            EntityKind,
            Mention,
            SendMessage,
            MessageAddress,
            EditMessage,
            DeleteMessage,
            DeleteScope,
            Deleted,
            PinMessage,
            OneMessage,
            Changed,
            PageRequest,
            MessagePage,
            Reaction,
            React,
            ReactionList,
            Receipt,
            MarkDelivered,
            MarkRead,
            ReceiptList,
            Attachment,
            AttachmentKind,
            UpdateAttachment,
            Presence,
            WatchPresence,
            Presences,
            SetTyping,
            Typing,
            Settings,
            SettingsChange,
            AccountConversation,
            HiddenMessage,
            Block,
            AccountRows,
            SetAccount,
            AccountChangedTo,
            AccountChangesRequest,
            AccountChanges,
            SyncRequest,
            SyncAnswer,
            ChangesRequest,
            ConversationChanges,
            ConversationChanged,
            Cause,
            CauseKind,
            ConversationRemoved,
            RemovedReason,
            ReceiptUpdated,
            UserUpdated,
            Resync,
            ResyncReason,
            SessionEnded,
            SessionEndReason,
            Done,
            SearchResults,
            SearchResult,
        ]
    );
    let mut text = String::from(HEADER);
    for declaration in types {
        text.push_str(&declaration);
    }
    text.push_str(&commands(cfg));
    text.push_str(SERVER_EVENTS);
    text.push_str(&limits());
    text.lines().map(str::trim_end).fold(String::new(), |lines, line| lines + line + "\n")
}

fn declaration<T: TS>(cfg: &Config) -> String {
    let docs = T::docs().unwrap_or_default();
    format!("{docs}export {}\n\n", T::decl(cfg))
}

fn commands(cfg: &Config) -> String {
    let rows: String = typescript_table(cfg)
        .into_iter()
        .map(|(event, payload, answer)| format!("  '{event}': {{ payload: {payload}; answer: {answer} }};\n"))
        .collect();
    format!(
        "/** What a client asks for: payload and answer of every event that takes an ack. */\nexport interface ClientCommands {{\n{rows}}}\n\n"
    )
}

const SERVER_EVENTS: &str = "/** What the server says of its own accord. */
export interface ServerEvents {
  'conversation:changed': ConversationChanged;
  'conversation:removed': ConversationRemoved;
  'receipt:updated': ReceiptUpdated;
  'account:changed': AccountRows;
  'user:updated': UserUpdated;
  'typing': Typing;
  'presence': Presence;
  'resync': Resync;
  'session:ended': SessionEnded;
}

/** The ack of every event: the answer, or why not. */
export type Ack<Answer> = ({ ok: true } & Answer) | { ok: false; error: ErrorBody };

";

fn limits() -> String {
    let rows: String = limits::TABLE.iter().map(|(name, value)| format!("  {name}: {value},\n")).collect();
    format!(
        "/** Everything that can grow, with its unit last. */\nexport const LIMITS = {{\n{rows}}} as const;\n"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_client_event_is_in_the_generated_table() {
        let text = index();
        for event in ClientEvent::ALL {
            assert!(text.contains(&format!("'{}'", event.name())), "{} is missing", event.name());
            assert_eq!(ClientEvent::from_name(event.name()), Some(*event));
        }
    }
}
