//! The real server, in the process of the test, on a folder of its own.

use std::net::{Ipv4Addr, SocketAddr};

use kith_protocol::SessionId;
use kith_server::{
    app::{self, Running},
    config::{Config, Given},
    faults::Switch,
};
use tempfile::TempDir;

use crate::{Device, Person, login, register};

/// A server on a free port of the loopback address. It and its folder are gone when this is dropped.
pub struct TestServer {
    folder: TempDir,
    given: Given,
    faults: Switch,
    running: Option<Running>,
}

impl TestServer {
    /// Starts a server on an empty folder.
    ///
    /// # Panics
    /// When it does not start.
    pub async fn start() -> Self {
        Self::start_with(Given::default()).await
    }

    /// Starts a server on an empty folder, with some options chosen.
    ///
    /// # Panics
    /// When it does not start.
    pub async fn start_with(given: Given) -> Self {
        Self::start_faulty(given, Switch::default()).await
    }

    /// Starts a server on an empty folder, with something wrong with it. There are such switches with the feature `faults`
    /// only.
    ///
    /// # Panics
    /// When it does not start.
    pub async fn start_faulty(given: Given, faults: Switch) -> Self {
        let folder = tempfile::tempdir().expect("there is room for a folder");
        let own = Given {
            data: Some(folder.path().to_owned()),
            listen: Some(SocketAddr::from((Ipv4Addr::LOCALHOST, 0))),
            disk_reserve_bytes: given.disk_reserve_bytes.or(Some(0)),
            ..Given::default()
        };
        let mut server = Self { folder, given: own.or(given), faults, running: None };
        server.run().await;
        server
    }

    /// Where it listens; another port after each restart.
    #[must_use]
    pub fn addr(&self) -> SocketAddr {
        self.running.as_ref().expect("it runs until it is stopped").address()
    }

    /// Where its figures can be read, if it was told to show them.
    #[must_use]
    pub fn metrics_addr(&self) -> Option<SocketAddr> {
        self.running.as_ref().and_then(Running::metrics_address)
    }

    /// Its data folder.
    #[must_use]
    pub fn folder(&self) -> &std::path::Path {
        self.folder.path()
    }

    /// Stops it in order and starts it again on the same folder.
    ///
    /// # Panics
    /// When it does not.
    pub async fn restart(&mut self) {
        self.halt().await;
        self.run().await;
    }

    /// Stops it in order.
    ///
    /// # Panics
    /// When it does not.
    pub async fn stop(mut self) {
        self.halt().await;
    }

    /// Signs a new person up.
    pub async fn register(&self, username: &str) -> Device {
        register(self.addr(), username).await
    }

    /// Signs another device of a person in.
    pub async fn another_device(&self, device: &Device) -> Device {
        login(self.addr(), &device.username).await
    }

    /// Signs a new person up and connects their device over a WebSocket.
    pub async fn person(&self, username: &str) -> Person {
        Person::at(self.addr(), &self.register(username).await).await
    }

    /// Ends a session as its person, from the device `by`.
    ///
    /// # Panics
    /// When the server does not let it.
    pub async fn end_session(&self, by: &Device, session: SessionId) {
        let path = format!("/api/v1/auth/sessions/{session}");
        let answer = by.call(self.addr(), http::Method::DELETE, &path, &()).await;
        assert!(answer.status.is_success(), "{} {}", answer.status, answer.text());
    }

    async fn run(&mut self) {
        let config = Config::load(self.given.clone(), None).expect("the options of a test are valid");
        let running = app::start_with(config, self.faults.clone()).await;
        self.running = Some(running.expect("a server starts on a folder of its own"));
    }

    async fn halt(&mut self) {
        let running = self.running.take().expect("it runs until it is stopped");
        running.stop().await.expect("a server stops in order");
    }
}
