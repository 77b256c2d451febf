//! People: what others see of them, and what they see of themselves.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::{AttachmentId, Settings, Timestamp, UserId};

/// What everyone may know of a person.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Profile {
    /// Who.
    pub id: UserId,
    /// Unique on this server without regard to case; empty for a deleted account.
    pub username: String,
    /// What to call them; 'Deleted account' is for the client to say, in its language.
    pub display_name: String,
    /// A line or two of their own.
    pub about: String,
    /// Their picture, read through `GET /attachments/{id}/thumbnail`.
    pub avatar: Option<AttachmentId>,
    /// The account is gone; its messages may still be there.
    pub deleted: bool,
}

/// The signed-in person's own account.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Me {
    /// What everyone may know.
    #[serde(flatten)]
    pub profile: Profile,
    /// What this person may do on the server.
    pub role: ServerRole,
    /// When the account was made.
    pub created_at: Timestamp,
    /// What they have chosen.
    pub settings: Settings,
}

/// What a person may do on the server as a whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum ServerRole {
    /// The first account of the server.
    Owner,
    /// Everyone else.
    Member,
}

/// `PATCH /me`: what is absent stays.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct UpdateProfile {
    /// The new display name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub display_name: Option<String>,
    /// The new "about".
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub about: Option<String>,
}

/// `PUT /me/avatar`: an uploaded photo, or nothing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct SetAvatar {
    /// The photo, uploaded by this person.
    pub attachment_id: Option<AttachmentId>,
}

/// `PUT /me/password`. Ends every other session.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct ChangePassword {
    /// The password as it is.
    pub current: String,
    /// The password as it shall be.
    pub new: String,
}

/// `DELETE /me`.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct DeleteAccount {
    /// To be sure that it is the person.
    pub password: String,
    /// Whether what they wrote stays, under 'Deleted account'. If not, all of it is unsent.
    pub keep_messages: bool,
}

/// `GET /users`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct UserList {
    /// Who was found.
    pub users: Vec<Profile>,
    /// There are more than fit.
    pub more: bool,
}
