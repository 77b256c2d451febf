//! What the console orders, and how it is carried out.

use std::fmt::Write as _;

use kith_chat::{Chat, Imported, Refusal, passwords::PasswordHash, store::User};
use kith_protocol::{ErrorCode, ServerRole, Timestamp};
use serde::{Deserialize, Serialize};

/// An order, complete: nothing has to be asked any more. It may hold a password, so it is never shown.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "order")]
pub(crate) enum Order {
    List,
    Add {
        name: String,
        display_name: Option<String>,
        password: Option<String>,
        password_hash: Option<String>,
    },
    Password {
        name: String,
        password: String,
    },
    Sessions {
        name: String,
        end_all: bool,
    },
    Suspend {
        name: String,
        suspended: bool,
    },
}

impl Order {
    /// Carries it out. Returns what to say, in whole lines.
    pub(crate) async fn carry_out(self, chat: &Chat) -> Result<String, Refusal> {
        match self {
            Self::List => list(chat).await,
            Self::Add { name, display_name, password, password_hash } => {
                let password = match (password, password_hash) {
                    (_, Some(hash)) => Some(Err(PasswordHash::parse(&hash)?)),
                    (Some(password), None) => Some(Ok(password)),
                    (None, None) => None,
                };
                add(chat, Imported { username: name, display_name, password }).await
            }
            Self::Password { name, password } => {
                let user = find(chat, &name).await?;
                chat.reset_password(user.me.profile.id, password).await?;
                Ok(format!("{} has a new password and is signed out everywhere.\n", user.me.profile.username))
            }
            Self::Sessions { name, end_all } => sessions(chat, &name, end_all).await,
            Self::Suspend { name, suspended } => {
                let user = find(chat, &name).await?;
                chat.suspend(user.me.profile.id, suspended).await?;
                let what =
                    if suspended { "is kept out and signed out everywhere" } else { "may sign in again" };
                Ok(format!("{} {what}.\n", user.me.profile.username))
            }
        }
    }
}

async fn find(chat: &Chat, name: &str) -> Result<User, Refusal> {
    chat.user_by_name(name).await.map_err(|refusal| match refusal.code() {
        ErrorCode::NotFound | ErrorCode::Invalid | ErrorCode::TooLarge => {
            Refusal::new(ErrorCode::NotFound, format!("There is no account {name:?} here."))
        }
        _ => refusal,
    })
}

async fn add(chat: &Chat, account: Imported) -> Result<String, Refusal> {
    let user = chat.add_user(account).await?;
    let owns = if user.me.role == ServerRole::Owner { " It owns the server." } else { "" };
    Ok(format!("{} has an account.{owns}\n", user.me.profile.username))
}

async fn list(chat: &Chat) -> Result<String, Refusal> {
    let users = chat.list_users().await?;
    if users.is_empty() {
        return Ok("There are no accounts yet.\n".into());
    }
    let now = chat.now();
    let mut rows =
        vec![["USERNAME", "NAME", "ROLE", "MADE", "LAST THERE", "STATE"].map(str::to_owned).to_vec()];
    rows.extend(users.iter().map(|user| row(user, now)));
    Ok(table(&rows))
}

fn row(user: &User, now: Timestamp) -> Vec<String> {
    let profile = &user.me.profile;
    let state = match (profile.deleted, user.suspended) {
        (true, _) => "deleted",
        (_, true) => "suspended",
        _ => "",
    };
    let role = if user.me.role == ServerRole::Owner { "owner" } else { "member" };
    vec![
        profile.username.clone(),
        profile.display_name.clone(),
        role.into(),
        ago(user.me.created_at, now),
        user.last_active_at.map_or_else(|| "never".into(), |at| ago(at, now)),
        state.into(),
    ]
}

async fn sessions(chat: &Chat, name: &str, end_all: bool) -> Result<String, Refusal> {
    let user = find(chat, name).await?;
    let username = &user.me.profile.username;
    if end_all {
        chat.end_sessions(user.me.profile.id, None).await?;
        return Ok(format!("{username} is signed out everywhere.\n"));
    }
    let sessions = chat.sessions(user.me.profile.id, None).await?;
    if sessions.is_empty() {
        return Ok(format!("{username} is signed in nowhere.\n"));
    }
    let now = chat.now();
    let mut rows = vec![["DEVICE", "SIGNED IN", "LAST USED"].map(str::to_owned).to_vec()];
    rows.extend(
        sessions.into_iter().map(|session| {
            vec![session.device, ago(session.created_at, now), ago(session.last_used_at, now)]
        }),
    );
    Ok(table(&rows))
}

/// Columns as wide as their widest cell, counted in characters.
fn table(rows: &[Vec<String>]) -> String {
    let columns = rows.first().map_or(0, Vec::len);
    let width = |column: usize| rows.iter().map(|row| row[column].chars().count()).max().unwrap_or(0);
    let widths: Vec<usize> = (0..columns).map(width).collect();
    let mut text = String::new();
    for row in rows {
        let mut line = String::new();
        for (cell, width) in row.iter().zip(&widths) {
            let padding = width - cell.chars().count();
            write!(line, "{cell}{:padding$}  ", "").expect("writing to a string cannot fail");
        }
        text.push_str(line.trim_end());
        text.push('\n');
    }
    text
}

/// How long ago that was, in the largest unit that fits.
fn ago(then: Timestamp, now: Timestamp) -> String {
    let minutes = now.since_ms(then) / 60_000;
    let (count, unit) = match minutes {
        0 => return "now".into(),
        1..60 => (minutes, "minute"),
        60..1_440 => (minutes / 60, "hour"),
        _ => (minutes / 1_440, "day"),
    };
    let plural = if count == 1 { "" } else { "s" };
    format!("{count} {unit}{plural} ago")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_line_up_whatever_the_script() {
        let rows = [["NAME", "MADE"], ["Aña", "now"], ["日本語の名", "1 day ago"]];
        let rows: Vec<Vec<String>> = rows.iter().map(|row| row.map(str::to_owned).to_vec()).collect();
        assert_eq!(table(&rows), "NAME   MADE\nAña    now\n日本語の名  1 day ago\n");
    }

    #[test]
    fn times_are_told_in_the_largest_unit_that_fits() {
        for (minutes, expected) in [
            (0, "now"),
            (1, "1 minute ago"),
            (59, "59 minutes ago"),
            (60, "1 hour ago"),
            (2_880, "2 days ago"),
        ] {
            assert_eq!(ago(Timestamp(0), Timestamp(minutes * 60_000)), expected);
        }
    }
}
