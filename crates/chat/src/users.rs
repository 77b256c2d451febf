//! People: what their names and passwords may be.

use kith_protocol::{SettingsChange, UpdateProfile, limits, limits::utf16_len};

use crate::{Refusal, text};

/// A username that may be used: as it is shown, and the key under which it is unique.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Username {
    shown: String,
    key: String,
}

impl Username {
    /// Checks a username: Unicode in NFKC, 3–32 characters.
    ///
    /// # Errors
    /// `invalid` or `too_large` at `username`.
    pub fn parse(text: &str) -> Result<Self, Refusal> {
        let shown = text::username(text)?;
        let key = text::username_key(&shown);
        Ok(Self { shown, key })
    }

    /// As it is shown.
    #[must_use]
    pub fn shown(&self) -> &str {
        &self.shown
    }

    /// The same for every spelling that differs in case only.
    #[must_use]
    pub fn key(&self) -> &str {
        &self.key
    }
}

/// Both names of a person as they are searched: without regard to case.
#[must_use]
pub fn search_key(username: &str, display_name: &str) -> String {
    format!("{} {}", text::username_key(username), text::username_key(display_name))
}

/// Checks a password that somebody wants to have.
///
/// # Errors
/// `invalid` when it is too short, `too_large` when it is too long, both at `field`.
pub(crate) fn check_new_password(password: &str, field: &str) -> Result<(), Refusal> {
    if password.chars().count() < limits::PASSWORD_CHARS_MIN {
        let message = format!("A password has at least {} characters.", limits::PASSWORD_CHARS_MIN);
        return Err(Refusal::invalid(field, message));
    }
    check_password_size(password, field)
}

/// Checks that a password is not so long that hashing it would only cost time.
pub(crate) fn check_password_size(password: &str, field: &str) -> Result<(), Refusal> {
    if password.len() > limits::PASSWORD_BYTES_MAX {
        return Err(Refusal::too_large(field, limits::PASSWORD_BYTES_MAX, "This password is too long."));
    }
    Ok(())
}

/// Cleans a change of a profile.
pub(crate) fn check_profile(change: UpdateProfile) -> Result<UpdateProfile, Refusal> {
    let display_name =
        change.display_name.map(|name| text::display_name(&name, "display_name")).transpose()?;
    let about = change.about.map(|about| text::about(&about, "about")).transpose()?;
    Ok(UpdateProfile { display_name, about })
}

/// Checks a change of settings by itself; how many preferences there may be is decided where they are kept.
pub(crate) fn check_settings(change: &SettingsChange) -> Result<(), Refusal> {
    if change.preferences.len() > limits::PREFERENCES_MAX {
        let message = "These are too many preferences.";
        return Err(Refusal::too_large("settings.preferences", limits::PREFERENCES_MAX, message));
    }
    for (key, value) in &change.preferences {
        if key.is_empty() || key.len() + value.as_ref().map_or(0, String::len) > limits::PREFERENCE_BYTES_MAX
        {
            let message = "This preference is empty or too long.";
            return Err(Refusal::too_large("settings.preferences", limits::PREFERENCE_BYTES_MAX, message));
        }
    }
    Ok(())
}

/// Checks a length in UTF-16 units.
pub(crate) fn check_utf16(text: &str, limit: usize, field: &str) -> Result<(), Refusal> {
    if utf16_len(text) > limit {
        return Err(Refusal::too_large(field, limit, format!("This has more than {limit} characters.")));
    }
    Ok(())
}
