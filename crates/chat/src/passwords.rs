//! Passwords: argon2id, on a bounded pool of threads so that logins cannot starve the chat.

use std::{
    fmt,
    sync::{
        Arc,
        mpsc::{Receiver, SyncSender, sync_channel},
    },
    thread,
};

use argon2::{
    Algorithm, Argon2, Params, PasswordHasher, PasswordVerifier, Version,
    password_hash::{Error as HashError, phc},
};
use parking_lot::Mutex;
use tokio::sync::oneshot;

use crate::{Entropy, Refusal, Reply};

/// Memory of one hash, in KiB: the first choice of the OWASP password storage cheat sheet, with [`ITERATIONS`] and
/// [`LANES`]. One hash takes about 26 ms of a core.
const MEMORY_KIB: u32 = 19_456;
const ITERATIONS: u32 = 2;
const LANES: u32 = 1;

/// How many hashes may wait for a thread. At 26 ms each, the last one waits about two seconds.
const WAITING_MAX: usize = 64;
/// When to come back if more are waiting, in milliseconds.
const RETRY_AFTER_MS: u64 = 2_000;

/// The hash of a password with its parameters: a PHC string of argon2id, or a bcrypt string that was brought along.
#[derive(Clone, PartialEq, Eq)]
pub struct PasswordHash(String);

impl PasswordHash {
    /// Reads a hash: `$argon2id$…`, or `$2a$`, `$2b$`, `$2y$` of bcrypt.
    ///
    /// # Errors
    /// `invalid` when it is neither.
    pub fn parse(text: &str) -> Result<Self, Refusal> {
        let bcrypt = is_bcrypt(text) && text.parse::<bcrypt::HashParts>().is_ok();
        if bcrypt || (text.starts_with("$argon2") && phc::PasswordHash::new(text).is_ok()) {
            Ok(Self(text.to_owned()))
        } else {
            Err(Refusal::invalid("password_hash", "This is neither an argon2 nor a bcrypt hash."))
        }
    }

    /// A hash that no password has: of accounts that cannot sign in.
    #[must_use]
    pub fn none() -> Self {
        Self("!".into())
    }

    /// What is stored.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// A hash as it was stored, unchecked: one that cannot be read matches no password.
    #[must_use]
    pub fn from_stored(text: String) -> Self {
        Self(text)
    }

    /// Whether it should be made anew when the password is at hand: bcrypt, or other parameters than today's.
    #[must_use]
    pub fn is_outdated(&self) -> bool {
        !self.0.starts_with(&format!("$argon2id$v=19$m={MEMORY_KIB},t={ITERATIONS},p={LANES}$"))
    }

    fn matches(&self, password: &str) -> bool {
        if is_bcrypt(&self.0) {
            return bcrypt::verify(password, &self.0).unwrap_or(false);
        }
        let Ok(hash) = phc::PasswordHash::new(&self.0) else { return false };
        match argon2id().verify_password(password.as_bytes(), &hash) {
            Ok(()) => true,
            Err(HashError::PasswordInvalid) => false,
            Err(error) => {
                tracing::warn!(%error, "a stored password hash could not be checked");
                false
            }
        }
    }
}

impl fmt::Debug for PasswordHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PasswordHash(…)")
    }
}

fn is_bcrypt(text: &str) -> bool {
    ["$2a$", "$2b$", "$2y$"].iter().any(|prefix| text.starts_with(prefix))
}

fn argon2id() -> Argon2<'static> {
    let params =
        Params::new(MEMORY_KIB, ITERATIONS, LANES, None).expect("the parameters are within argon2's ranges");
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
}

type Job = Box<dyn FnOnce() + Send>;

/// Hashes and checks passwords on threads of its own: never more at once than it has threads, never more waiting than
/// `WAITING_MAX`.
pub struct Passwords {
    jobs: SyncSender<Job>,
    entropy: Arc<Entropy>,
    /// Checked when there is no such user, so that the time taken does not tell.
    decoy: PasswordHash,
}

impl Passwords {
    /// A pool of `threads` threads, each using 19 MiB while it works.
    ///
    /// # Panics
    /// When the operating system gives no thread.
    #[must_use]
    pub fn new(threads: usize, entropy: Arc<Entropy>) -> Self {
        let (jobs, queue) = sync_channel(WAITING_MAX);
        let queue = Arc::new(Mutex::new(queue));
        for _ in 0..threads.max(1) {
            let queue = Arc::clone(&queue);
            thread::Builder::new()
                .name("passwords".into())
                .spawn(move || work(&queue))
                .expect("the operating system gives threads at start");
        }
        // The hash of bytes that nobody types; made once, with today's parameters.
        let decoy = hash_with_salt(&"\u{0}".repeat(16), &entropy.bytes());
        Self { jobs, entropy, decoy }
    }

    /// The hash of a password under a fresh salt.
    pub fn hash(&self, password: String) -> Reply<PasswordHash> {
        let salt = self.entropy.bytes();
        self.run(move || hash_with_salt(&password, &salt))
    }

    /// Whether this is the password. Without a hash it takes as long and the answer is no.
    pub fn verify(&self, password: String, hash: Option<PasswordHash>) -> Reply<bool> {
        let known = hash.is_some();
        let hash = hash.unwrap_or_else(|| self.decoy.clone());
        self.run(move || hash.matches(&password) && known)
    }

    fn run<T: Send + 'static>(&self, job: impl FnOnce() -> T + Send + 'static) -> Reply<T> {
        let (sender, receiver) = oneshot::channel();
        let job: Job = Box::new(move || {
            // Whoever asked may have gone away.
            let _ = sender.send(job());
        });
        let queued = self.jobs.try_send(job);
        Box::pin(async move {
            queued.map_err(|_| Refusal::rate_limited(RETRY_AFTER_MS))?;
            receiver.await.map_err(|_| Refusal::internal())
        })
    }
}

fn work(queue: &Mutex<Receiver<Job>>) {
    loop {
        // Held only while waiting for the next job, so that the threads take turns.
        let job = queue.lock().recv();
        match job {
            Ok(job) => job(),
            Err(_) => return,
        }
    }
}

fn hash_with_salt(password: &str, salt: &[u8; 16]) -> PasswordHash {
    let hash: phc::PasswordHash = argon2id()
        .hash_password_with_salt(password.as_bytes(), salt)
        .expect("the salt has 16 bytes and the password is shorter than 4 GiB");
    PasswordHash(hash.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hash_names_its_parameters_and_matches_only_its_password() {
        let hash = hash_with_salt("correct horse", &[7; 16]);
        assert!(hash.as_str().starts_with("$argon2id$v=19$m=19456,t=2,p=1$"));
        assert!(!hash.is_outdated());
        assert!(hash.matches("correct horse"));
        assert!(!hash.matches("correct horsf"));
        assert_eq!(format!("{hash:?}"), "PasswordHash(…)");
    }

    #[test]
    fn the_three_spellings_of_bcrypt_are_accepted_and_outdated() {
        let made = bcrypt::hash("brought along", 4).unwrap();
        for prefix in ["$2a$", "$2b$", "$2y$"] {
            let hash = PasswordHash::parse(&format!("{prefix}{}", &made[4..])).unwrap();
            assert!(hash.matches("brought along"), "{prefix}");
            assert!(!hash.matches("brought alonf"), "{prefix}");
            assert!(hash.is_outdated());
        }
    }

    #[test]
    fn what_is_no_hash_is_refused_and_matches_nothing() {
        for text in ["", "plain", "$2b$10$short", "$argon2id$nonsense", "$1$md5$x"] {
            assert!(PasswordHash::parse(text).is_err(), "{text:?}");
            assert!(!PasswordHash::from_stored(text.into()).matches(text), "{text:?}");
        }
        assert!(!PasswordHash::none().matches("!"));
    }
}
