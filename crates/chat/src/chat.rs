//! The one door from outside.

use std::{future::ready, sync::Arc};

use kith_protocol::*;

use crate::{
    Blobs, Bus, Clock, Entropy, Refusal, Reply, Store, messages::Fingerprints, passwords::Passwords,
};

/// What the rules need from the world.
#[derive(Clone)]
pub struct World {
    /// What is kept.
    pub store: Arc<dyn Store>,
    /// Where bytes are kept.
    pub blobs: Arc<dyn Blobs>,
    /// Where ephemeral things are told.
    pub bus: Arc<dyn Bus>,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// Chance.
    pub entropy: Arc<Entropy>,
}

/// What whoever runs the server has chosen.
#[derive(Clone, Debug)]
pub struct Config {
    /// Whether anyone may make an account.
    pub registration: Registration,
    /// Threads that hash passwords.
    pub password_threads: usize,
    /// The key under which requests are fingerprinted. Lives as long as the store does.
    pub fingerprint_key: [u8; 32],
}

/// Everything one can do in Kith. Each deed takes its actor; what the actor may not see or do is refused here or in the
/// rules that the store applies inside of its transaction. Edges (sockets, REST, console, demo) have no other way in.
///
/// Deeds that write are queued when the method returns: two of them, issued one after the other, happen in that order.
pub struct Chat {
    pub(crate) world: World,
    pub(crate) registration: Registration,
    pub(crate) passwords: Arc<Passwords>,
    pub(crate) fingerprints: Fingerprints,
}

impl Chat {
    /// Opens the door.
    #[must_use]
    pub fn new(world: World, config: &Config) -> Self {
        let passwords = Passwords::new(config.password_threads, Arc::clone(&world.entropy));
        let passwords = Arc::new(passwords);
        let fingerprints = Fingerprints::new(config.fingerprint_key);
        Self { world, registration: config.registration, passwords, fingerprints }
    }

    /// The same door at another time: for telling of what has happened while others go on living in the present.
    #[must_use]
    pub fn with_clock(&self, clock: Arc<dyn Clock>) -> Self {
        Self {
            world: World { clock, ..self.world.clone() },
            registration: self.registration,
            passwords: Arc::clone(&self.passwords),
            fingerprints: self.fingerprints.clone(),
        }
    }

    /// The name of this timeline.
    #[must_use]
    pub fn epoch(&self) -> String {
        self.store().epoch()
    }

    /// Now.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        self.world.clock.now()
    }

    /// Where bytes are kept. Whoever reads from it has come through [`Chat::attachment`] first.
    #[must_use]
    pub fn blobs(&self) -> Arc<dyn Blobs> {
        Arc::clone(&self.world.blobs)
    }

    /// Chance.
    #[must_use]
    pub fn entropy(&self) -> &Entropy {
        &self.world.entropy
    }

    /// Whether anyone may make an account.
    #[must_use]
    pub fn registration(&self) -> Registration {
        self.registration
    }

    /// Whether writes can be committed now.
    ///
    /// # Errors
    /// `unavailable` says why not.
    pub fn writable(&self) -> Result<(), Refusal> {
        self.store().writable()
    }

    /// Finishes what is queued and closes the store.
    pub fn close(&self) -> Reply<()> {
        self.store().close()
    }

    /// The list of conversations, or what changed since a cursor.
    pub fn sync(&self, actor: UserId, request: SyncRequest) -> Reply<SyncAnswer> {
        self.store().sync(actor, request, self.now())
    }

    pub(crate) fn store(&self) -> &dyn Store {
        &*self.world.store
    }
}

/// The outcome of something that was refused before it was queued.
pub(crate) fn refused<T: Send + 'static>(refusal: Refusal) -> Reply<T> {
    Box::pin(ready(Err(refusal)))
}

/// Queues what a check let through, or answers its refusal.
pub(crate) fn checked<C, T: Send + 'static>(
    check: Result<C, Refusal>,
    queue: impl FnOnce(C) -> Reply<T>,
) -> Reply<T> {
    match check {
        Ok(checked) => queue(checked),
        Err(refusal) => refused(refusal),
    }
}

/// Turns the answer of a reply into another.
pub(crate) fn map<T: 'static, U: 'static>(
    reply: Reply<T>,
    turn: impl FnOnce(T) -> U + Send + 'static,
) -> Reply<U> {
    Box::pin(async move { reply.await.map(turn) })
}
