//! Signing up, in and out; one's own profile; and what the console does to accounts.

use kith_protocol::*;

use crate::{
    Chat, Refusal, Reply,
    passwords::PasswordHash,
    sessions::Token,
    store::{NewSession, NewUser, SignedInAs, User},
    text,
    users::{Username, check_new_password, check_password_size, check_profile},
};

/// A device that has just signed in.
#[derive(Clone, Debug)]
pub struct SignedInDevice {
    /// Who.
    pub user: User,
    /// As which device.
    pub session: Session,
    /// Its proof, to be handed over once.
    pub token: Token,
}

/// An account that the console makes.
#[derive(Clone, Debug)]
pub struct Imported {
    /// The username.
    pub username: String,
    /// What to call them; the username when absent.
    pub display_name: Option<String>,
    /// A password, or the hash of one that was brought along; with neither, the account cannot sign in.
    pub password: Option<Result<String, PasswordHash>>,
}

/// How long a device's name may be, in characters.
const DEVICE_CHARS_MAX: usize = 100;
/// How often a login is tried when the password's hash is replaced while it is checked.
const LOGIN_TRIES_MAX: usize = 3;
/// How many messages of a deleted account are unsent in one transaction.
const UNSEND_AT_ONCE_MAX: usize = 200;

impl Chat {
    /// Makes an account and signs its first device in.
    ///
    /// # Errors
    /// `forbidden` when registration is closed; `invalid`, `too_large` or `conflict` at the field to blame.
    pub async fn register(&self, request: Register, device: &str) -> Result<SignedInDevice, Refusal> {
        if self.registration == Registration::Closed {
            return Err(Refusal::forbidden("This server takes no new accounts. Ask whoever runs it."));
        }
        let account = Imported {
            username: request.username,
            display_name: request.display_name,
            password: Some(Ok(request.password)),
        };
        let user = self.add_user(account).await?;
        self.sign_in(user, device).await
    }

    /// Makes an account without signing in: for the console and the demonstration.
    ///
    /// # Errors
    /// `invalid`, `too_large` or `conflict` at the field to blame.
    pub async fn add_user(&self, account: Imported) -> Result<User, Refusal> {
        let username = Username::parse(&account.username)?;
        let display_name = match account.display_name.as_deref().map(str::trim) {
            None | Some("") => username.shown().to_owned(),
            Some(name) => text::display_name(name, "display_name")?,
        };
        let password = match account.password {
            Some(Ok(password)) => {
                check_new_password(&password, "password")?;
                self.passwords.hash(password).await?
            }
            Some(Err(hash)) => hash,
            None => PasswordHash::none(),
        };
        let now = self.now();
        let id = UserId(self.entropy().id(now));
        self.store().create_user(NewUser { id, username, display_name, password }, now).await
    }

    /// Signs a device in. Name and password are wrong together: which of them is not told, nor by the time it takes.
    ///
    /// # Errors
    /// `unauthorized` when wrong, `forbidden` when suspended, `rate_limited` when too many are being checked.
    pub async fn login(&self, request: Login, device: &str) -> Result<SignedInDevice, Refusal> {
        check_password_size(&request.password, "password")?;
        for _ in 1..LOGIN_TRIES_MAX {
            match self.try_login(&request, device).await {
                Err(refusal) if refusal.code() == ErrorCode::Conflict => {}
                outcome => return outcome,
            }
        }
        self.try_login(&request, device).await.map_err(|_| wrong_credentials())
    }

    /// Signs in by the hash as it is now. `conflict` when it was replaced meanwhile: by another password, or by a better
    /// hash of the same one, which only the next try can tell.
    async fn try_login(&self, request: &Login, device: &str) -> Result<SignedInDevice, Refusal> {
        let credentials = match Username::parse(&request.username) {
            Ok(username) => self.store().credentials(username.key().to_owned()).await?,
            Err(_) => None,
        };
        let hash = credentials.as_ref().map(|credentials| credentials.password.clone());
        let right = self.passwords.verify(request.password.clone(), hash).await?;
        let Some(credentials) = credentials.filter(|_| right) else { return Err(wrong_credentials()) };
        if credentials.suspended {
            return Err(Refusal::suspended());
        }
        let id = credentials.user_id;
        let password = match credentials.password.is_outdated() {
            true => self.rehash(id, credentials.password, request.password.clone()).await?,
            false => credentials.password,
        };
        let user = self.store().user(id).await?;
        self.begin_session(user, device, Some(password)).await
    }

    async fn rehash(
        &self,
        id: UserId,
        from: PasswordHash,
        password: String,
    ) -> Result<PasswordHash, Refusal> {
        let better = self.passwords.hash(password).await?;
        self.store().rehash_password(id, from, better.clone()).await?;
        Ok(better)
    }

    /// Signs a device of this person in, without asking for a password: the edge has another proof.
    ///
    /// # Errors
    /// `forbidden` when the person is suspended; those of the store.
    pub async fn sign_in(&self, user: User, device: &str) -> Result<SignedInDevice, Refusal> {
        self.begin_session(user, device, None).await
    }

    async fn begin_session(
        &self,
        user: User,
        device: &str,
        password: Option<PasswordHash>,
    ) -> Result<SignedInDevice, Refusal> {
        let now = self.now();
        let token = Token::random(self.entropy());
        let session = NewSession {
            id: SessionId(self.entropy().id(now)),
            user_id: user.me.profile.id,
            token: token.hash(),
            device: device.chars().filter(|c| !c.is_control()).take(DEVICE_CHARS_MAX).collect(),
            password,
        };
        let session = self.store().create_session(session, now).await?;
        Ok(SignedInDevice { user, session, token })
    }

    /// Whose token this is.
    pub fn authenticate(&self, token: &Token) -> Reply<SignedInAs> {
        self.store().session(token.hash())
    }

    /// One's devices, latest use first.
    pub fn sessions(&self, actor: UserId, current: Option<SessionId>) -> Reply<Vec<Session>> {
        self.store().sessions(actor, current)
    }

    /// Ends one of one's devices; `current` tells signing out from throwing out.
    pub fn end_session(&self, actor: UserId, session: SessionId, current: Option<SessionId>) -> Reply<()> {
        let here = current == Some(session);
        let reason = if here { SessionEndReason::SignedOut } else { SessionEndReason::Revoked };
        self.store().end_session(actor, session, reason)
    }

    /// Ends all of one's devices but `keep`.
    pub fn end_sessions(&self, actor: UserId, keep: Option<SessionId>) -> Reply<()> {
        self.store().end_sessions(actor, keep, SessionEndReason::Revoked)
    }

    /// Notes when devices and people were last heard of.
    pub fn touch(
        &self,
        sessions: Vec<(SessionId, Timestamp)>,
        people: Vec<(UserId, Timestamp)>,
    ) -> Reply<()> {
        self.store().touch(sessions, people)
    }

    /// One's own account.
    pub fn me(&self, actor: UserId) -> Reply<User> {
        self.store().user(actor)
    }

    /// Changes one's name or "about".
    pub fn update_profile(&self, actor: UserId, change: UpdateProfile) -> Reply<User> {
        let now = self.now();
        crate::chat::checked(check_profile(change), |change| self.store().update_profile(actor, change, now))
    }

    /// Sets or takes away one's picture.
    pub fn set_avatar(&self, actor: UserId, avatar: Option<AttachmentId>) -> Reply<User> {
        self.store().set_avatar(actor, avatar, self.now())
    }

    /// Changes one's password and ends every session but `keep`.
    ///
    /// # Errors
    /// `forbidden` at `current` when that is not the password.
    pub async fn change_password(
        &self,
        actor: UserId,
        request: ChangePassword,
        keep: Option<SessionId>,
    ) -> Result<(), Refusal> {
        check_new_password(&request.new, "new")?;
        self.confirm_password(actor, request.current, "current").await?;
        let hash = self.passwords.hash(request.new).await?;
        self.store().set_password(actor, hash, keep, self.now()).await
    }

    /// Deletes one's account.
    ///
    /// # Errors
    /// `forbidden` at `password` when that is not the password.
    pub async fn delete_account(&self, actor: UserId, request: DeleteAccount) -> Result<(), Refusal> {
        self.confirm_password(actor, request.password, "password").await?;
        self.store().delete_user(actor, request.keep_messages, self.now()).await?;
        self.unsend_deleted().await
    }

    /// Unsends what deleted accounts wanted gone, some at a time so that the chat goes on. Also to be called at start
    /// and now and then: a crash, or whoever did not wait for the answer, may have come between.
    ///
    /// # Errors
    /// Those of the store.
    pub async fn unsend_deleted(&self) -> Result<(), Refusal> {
        while self.store().unsend_deleted(UNSEND_AT_ONCE_MAX, self.now()).await? {}
        Ok(())
    }

    async fn confirm_password(&self, actor: UserId, password: String, field: &str) -> Result<(), Refusal> {
        check_password_size(&password, field)?;
        let hash = self.store().password(actor).await?;
        match self.passwords.verify(password, Some(hash)).await? {
            true => Ok(()),
            false => Err(Refusal::forbidden("This is not the password.").at(field)),
        }
    }

    /// The profiles of these people.
    pub fn profiles(&self, ids: Vec<UserId>) -> Reply<Vec<Profile>> {
        self.store().profiles(ids.into_iter().take(limits::PAGE_USERS_MAX).collect())
    }

    /// People to write to, by name.
    pub fn search_users(&self, actor: UserId, query: &str) -> Reply<UserList> {
        let query: String = query.trim().chars().take(limits::QUERY_UTF16_MAX).collect();
        self.store().search_users(actor, query, limits::PAGE_USERS_MAX)
    }
}

fn wrong_credentials() -> Refusal {
    Refusal::new(ErrorCode::Unauthorized, "Username or password is wrong.")
}

/// What the console does: whoever has the data folder may.
impl Chat {
    /// The person of this name.
    ///
    /// # Errors
    /// `not_found` when there is none.
    pub async fn user_by_name(&self, username: &str) -> Result<User, Refusal> {
        let username = Username::parse(username)?;
        let credentials = self.store().credentials(username.key().to_owned()).await?;
        let id = credentials.ok_or_else(|| Refusal::not_found().at("username"))?.user_id;
        self.store().user(id).await
    }

    /// Everyone.
    pub fn list_users(&self) -> Reply<Vec<User>> {
        self.store().list_users()
    }

    /// How many accounts there ever were.
    pub fn count_users(&self) -> Reply<u64> {
        self.store().count_users()
    }

    /// Sets a person's password and ends all their sessions.
    ///
    /// # Errors
    /// `invalid` when it cannot be a password.
    pub async fn reset_password(&self, user: UserId, password: String) -> Result<(), Refusal> {
        check_new_password(&password, "password")?;
        let hash = self.passwords.hash(password).await?;
        self.store().set_password(user, hash, None, self.now()).await
    }

    /// Keeps a person out, or lets them in again.
    pub fn suspend(&self, user: UserId, suspended: bool) -> Reply<()> {
        self.store().suspend_user(user, suspended, self.now())
    }
}
