//! The sockets: who is connected, what they ask for, and what they are told.
//!
//! In reading order: [`admission`] lets a socket in, [`session`] handles its events in order with the help of
//! [`dispatch`], [`fanout`] tells what was committed to the sockets that the [`hub`] knows. [`typing`] and [`presence`]
//! are ephemeral and live in memory only.

mod admission;
mod session;

mod dispatch;
mod pipeline;

mod fanout;
mod feed;
mod hub;
mod receipts;

mod activity;
mod presence;
mod typing;

use std::{
    sync::{Arc, mpsc::Receiver},
    time::Duration,
};

use axum::Router;
use kith_chat::{Chat, Published, Refusal};
use kith_protocol::{Presences, SetTyping, UserId, limits};
use kith_socketio::Server;
use tokio::{task::JoinHandle, time::Instant};

use crate::{auth::Policy, faults::Switch, metrics::Metrics};
use activity::Activity;
use admission::Admission;
use fanout::Fanout;
pub use fanout::Telling;
use hub::Hub;
pub use hub::Listener;
use presence::Board;
use typing::Typing;

/// Writes of one socket that may wait for their commit.
const WRITES_IN_FLIGHT_MAX: usize = 256;

/// The times and limits of the sockets.
#[derive(Clone, Debug)]
pub struct Config {
    /// Those of the transport.
    pub socket: kith_socketio::Config,
    /// How long a person without a socket still counts as there, so that a reload does not flicker.
    pub presence_grace: Duration,
    /// Sockets of one person; one more closes the oldest.
    pub sockets_per_person_max: usize,
    /// Writes of one socket that may wait for their commit; nothing more is read from it until one is done.
    pub writes_in_flight_max: usize,
    /// Events that one socket may send, on average. Far above what a person or a bridge needs: it stops a client that
    /// runs wild from living at its neighbours' expense, and nothing else.
    pub events_per_second: u32,
    /// Events that it may send at once before the average counts.
    pub events_burst: u32,
    /// What a test has put wrong.
    pub faults: Switch,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            socket: kith_socketio::Config {
                max_payload_bytes: limits::EVENT_BYTES_MAX,
                queue_packets_max: limits::QUEUE_PACKETS_MAX,
                queue_bytes_max: limits::QUEUE_BYTES_MAX,
                // Every write that is under way when the queue fills up will be answered.
                queue_reserved_packets_max: WRITES_IN_FLIGHT_MAX + 64,
                ..kith_socketio::Config::default()
            },
            presence_grace: Duration::from_secs(8),
            sockets_per_person_max: 100,
            writes_in_flight_max: WRITES_IN_FLIGHT_MAX,
            events_per_second: 2_000,
            events_burst: 8_000,
            faults: Switch::default(),
        }
    }
}

/// The sockets of a running server.
pub struct Realtime {
    server: Server<Admission>,
    hub: Arc<Hub>,
    typing: Arc<Typing>,
    board: Arc<Board>,
    activity: Arc<Activity>,
    tasks: Vec<JoinHandle<()>>,
}

/// Starts the sockets on the running Tokio runtime: `notices` is where the commits of `chat` come out.
///
/// The thread that tells them ends when `notices` does, that is with the bus of `chat`.
///
/// # Panics
/// When the operating system gives no thread.
#[must_use]
pub fn start(
    chat: Arc<Chat>,
    notices: Receiver<Published>,
    policy: Arc<Policy>,
    config: Config,
    metrics: Arc<Metrics>,
) -> Realtime {
    let (realtime, fanout) = connect(chat, policy, config, metrics);
    fanout.spawn(notices);
    realtime
}

/// As [`start`], without a thread: what `chat` commits is told when [`Telling::step`] is called. For a simulation.
#[must_use]
pub fn start_stepped(
    chat: Arc<Chat>,
    notices: Receiver<Published>,
    policy: Arc<Policy>,
    config: Config,
    metrics: Arc<Metrics>,
) -> (Realtime, Telling) {
    let (realtime, fanout) = connect(chat, policy, config, metrics);
    (realtime, Telling::new(fanout, notices))
}

fn connect(
    chat: Arc<Chat>,
    policy: Arc<Policy>,
    config: Config,
    metrics: Arc<Metrics>,
) -> (Realtime, Fanout) {
    let hub = Arc::new(Hub::new(config.sockets_per_person_max, metrics));
    let typing = Arc::new(Typing::new(Arc::clone(&hub)));
    let (board, doubts) = Board::new(config.presence_grace);
    let board = Arc::new(board);
    let activity = Arc::new(Activity::new(Arc::clone(&hub)));
    let faults = config.faults.clone();
    let fanout = Fanout::new(Arc::clone(&hub), Arc::clone(&typing), Arc::clone(&board), faults);
    let tasks = vec![
        tokio::spawn(Arc::clone(&typing).run()),
        tokio::spawn(presence::run(Arc::clone(&board), Arc::clone(&chat), doubts)),
        tokio::spawn(activity::run(Arc::clone(&activity), Arc::clone(&chat))),
    ];
    let socket = config.socket.clone();
    let activity_of_sockets = Arc::clone(&activity);
    let admission = Admission {
        chat,
        policy,
        config,
        hub: Arc::clone(&hub),
        typing: Arc::clone(&typing),
        board: Arc::clone(&board),
        activity: activity_of_sockets,
    };
    let server = Server::new(socket, Arc::new(admission));
    (Realtime { server, hub, typing, board, activity, tasks }, fanout)
}

impl Realtime {
    /// The one route of Socket.IO.
    pub fn router<S: Clone + Send + Sync + 'static>(&self) -> Router<S> {
        self.server.router()
    }

    /// How many connections are open.
    #[must_use]
    pub fn connections(&self) -> usize {
        self.server.connections()
    }

    /// How many people have a socket.
    #[must_use]
    pub fn people(&self) -> usize {
        self.hub.people()
    }

    /// Hears everything that this person's devices hear, from now on. For whoever lives in this process.
    #[must_use]
    pub fn subscribe(&self, user_id: UserId) -> Listener {
        self.hub.listen(user_id)
    }

    /// Shows this person as being there from now on. For whoever lives in this process.
    pub fn appear(&self, user_id: UserId) {
        self.board.arrive(user_id);
    }

    /// Of these people, those whom `actor` may see, with whether they are there now. Nothing follows, unlike with
    /// `presence:watch`.
    ///
    /// # Errors
    /// `too_large` for more than [`limits::PRESENCE_WATCH_MAX`].
    pub async fn presences(&self, actor: UserId, user_ids: Vec<UserId>) -> Result<Presences, Refusal> {
        self.board.see(&self.server.application().chat, actor, user_ids).await
    }

    /// A person types, or no longer, as with `conversation:typing`.
    ///
    /// # Errors
    /// `not_found` when it is not their conversation.
    pub async fn set_typing(&self, actor: UserId, said: &SetTyping) -> Result<(), Refusal> {
        let chat = &self.server.application().chat;
        chat.audience(actor, said.conversation_id).await?;
        self.typing.set(chat, actor, said, Instant::now());
        Ok(())
    }

    /// Tells the clients, lets what is queued leave, closes every connection and notes who was there. Call it before the
    /// store is closed.
    pub async fn shutdown(&self) {
        self.server.shutdown().await;
        self.tasks.iter().for_each(JoinHandle::abort);
        let chat = Arc::clone(&self.server.application().chat);
        self.activity.note_active(chat.now());
        self.activity.flush(&chat).await;
    }
}

impl Drop for Realtime {
    fn drop(&mut self) {
        self.tasks.iter().for_each(JoinHandle::abort);
    }
}
