//! [`Client`]: one connection's namespaces, each with its socket and session.

use std::net::IpAddr;
use std::sync::Arc;

use bytes::Bytes;

use super::event::{Arguments, Event, encode_control};
use super::handle::Socket;
use super::packet::{Packet, PacketKind, ParseError, parse_auth};
use crate::application::{Application, ConnectError, Handshake, Session};
use crate::engine::outbox::Class;
use crate::engine::{
    Connection, DisconnectReason, Handler, Message, Opened, Refusal, RequestInfo, Service, Text,
};

/// Puts an [`Application`] upon an engine.
pub(crate) struct SocketService<A> {
    pub(crate) app: Arc<A>,
}

impl<A: Application> Service for SocketService<A> {
    type Handler = Client<A>;
    type Identity = A::Identity;

    fn admit(&self, request: &RequestInfo<'_>) -> Result<A::Identity, Refusal> {
        self.app.admit(request)
    }

    fn client_ip(&self, request: &RequestInfo<'_>) -> Option<IpAddr> {
        self.app.client_ip(request)
    }

    fn open(&self, opened: Opened<A::Identity>) -> Client<A> {
        opened.connection.set_deadline();
        Client {
            app: Arc::clone(&self.app),
            opened,
            sockets: Vec::new(),
            partial: None,
            was_accepted: false,
            refused: 0,
        }
    }
}

/// What serves one connection.
pub(crate) struct Client<A: Application> {
    app: Arc<A>,
    opened: Opened<A::Identity>,
    sockets: Vec<(Socket, A::Session)>,
    /// A packet that waits for its attachments.
    partial: Option<Box<Partial>>,
    /// Whether a CONNECT was ever accepted.
    was_accepted: bool,
    /// How many CONNECTs were refused.
    refused: usize,
}

struct Partial {
    message: Text,
    kind: PacketKind,
    ack: Option<u64>,
    data_at: usize,
    missing: usize,
    attachments: Vec<Bytes>,
    bytes: usize,
    /// Of which socket.
    index: usize,
}

impl<A: Application> Handler for Client<A> {
    async fn message(&mut self, message: Message) {
        let handled = match message {
            Message::Text(text) => self.text(text).await,
            Message::Binary(bytes) => self.attachment(bytes).await,
        };
        if let Err(reason) = handled {
            self.connection().abort(reason);
        }
    }

    async fn notified(&mut self) {
        for (socket, session) in &mut self.sockets {
            if socket.take_feed_stopped() {
                session.overflowed().await;
            }
        }
        while let Some(index) = self.leaving() {
            self.remove(index, DisconnectReason::ServerDisconnected).await;
            if self.sockets.is_empty() {
                self.connection().close(DisconnectReason::ServerDisconnected);
            }
        }
    }

    async fn closed(self, reason: DisconnectReason) {
        for (socket, session) in self.sockets {
            socket.set_closed();
            session.disconnected(reason).await;
        }
    }
}

impl<A: Application> Client<A> {
    async fn text(&mut self, message: Text) -> Result<(), DisconnectReason> {
        if self.partial.is_some() {
            return Err(DisconnectReason::ProtocolViolation);
        }
        let packet = Packet::parse(&message, self.connection().config().attachments_max)?;
        let data = &message[packet.data_at..];
        match packet.kind {
            PacketKind::Connect => {
                let auth = parse_auth(data)?;
                self.connect(packet.namespace, auth).await
            }
            PacketKind::Disconnect => {
                if let Some(index) = self.index_of(packet.namespace)? {
                    self.remove(index, DisconnectReason::ClientDisconnected).await;
                }
                Ok(())
            }
            PacketKind::Event | PacketKind::Ack => {
                let Some(index) = self.index_of(packet.namespace)? else { return Ok(()) };
                let partial = Partial {
                    kind: packet.kind,
                    ack: packet.ack,
                    data_at: packet.data_at,
                    missing: packet.attachments,
                    attachments: Vec::new(),
                    bytes: message.len(),
                    index,
                    message,
                };
                self.proceed(partial).await
            }
        }
    }

    async fn attachment(&mut self, bytes: Bytes) -> Result<(), DisconnectReason> {
        let Some(mut partial) = self.partial.take() else {
            return Err(DisconnectReason::ProtocolViolation);
        };
        partial.bytes += bytes.len();
        if partial.bytes > self.connection().config().max_payload_bytes {
            return Err(DisconnectReason::TooLarge);
        }
        partial.missing -= 1;
        partial.attachments.push(bytes);
        self.proceed(*partial).await
    }

    /// Delivers a packet that is whole, keeps one that is not.
    async fn proceed(&mut self, partial: Partial) -> Result<(), DisconnectReason> {
        if partial.missing > 0 {
            self.partial = Some(Box::new(partial));
            return Ok(());
        }
        let Partial { message, kind, ack, data_at, attachments, index, .. } = partial;
        let (socket, session) = &mut self.sockets[index];
        if kind == PacketKind::Event {
            let event = Event::parse(message, data_at, ack, attachments)?;
            // Once told to leave, a client is not served any more.
            if !socket.is_leaving() {
                session.event(event).await;
            }
        } else if let Some(ack) = ack {
            socket.acknowledged(ack, Arguments::parse_ack(message, data_at, attachments)?);
        }
        Ok(())
    }

    async fn connect(&mut self, namespace: &str, auth: Option<&str>) -> Result<(), DisconnectReason> {
        if self.sockets.iter().any(|(socket, _)| socket.namespace() == namespace) {
            return Err(DisconnectReason::ProtocolViolation);
        }
        if !self.app.serves(namespace) {
            self.refuse(namespace, &ConnectError::new("Invalid namespace"));
            return Ok(());
        }
        if self.sockets.len() >= self.connection().config().namespaces_max {
            self.refuse(namespace, &ConnectError::new("Too many namespaces"));
            return Ok(());
        }
        let socket = Socket::connecting(Arc::clone(self.connection()), namespace);
        let handshake =
            Handshake { namespace, auth, identity: &*self.opened.identity, client_ip: self.opened.client_ip };
        match self.app.connect(handshake, socket.clone()).await {
            Ok(session) => self.accept(socket, session),
            Err(error) => {
                socket.set_closed();
                self.refuse(namespace, &error);
            }
        }
        Ok(())
    }

    fn accept(&mut self, socket: Socket, session: A::Session) {
        self.was_accepted = true;
        self.connection().cancel_deadline();
        socket.confirm();
        // Nearly every connection has one socket only.
        self.sockets.reserve_exact(1);
        self.sockets.push((socket, session));
    }

    fn refuse(&mut self, namespace: &str, error: &ConnectError) {
        let namespace = (namespace != "/").then_some(namespace);
        let answer = encode_control("44", namespace, &error.to_json());
        // When this fails the connection ends, and the client with it.
        let _ = self.connection().send(&[answer], Class::Reserved);
        self.refused += 1;
        if self.refused >= self.connection().config().connects_refused_max {
            self.connection().close(DisconnectReason::ServerDisconnected);
        }
    }

    fn leaving(&self) -> Option<usize> {
        self.sockets.iter().position(|(socket, _)| socket.is_leaving())
    }

    async fn remove(&mut self, index: usize, reason: DisconnectReason) {
        let (socket, session) = self.sockets.remove(index);
        socket.set_closed();
        if self.sockets.is_empty() {
            self.connection().set_deadline();
        }
        session.disconnected(reason).await;
    }

    /// The socket of a namespace. A packet may still be under way to one that has just ended, but nothing is
    /// taken from a client that was never let in.
    fn index_of(&self, namespace: &str) -> Result<Option<usize>, DisconnectReason> {
        let index = self.sockets.iter().position(|(socket, _)| socket.namespace() == namespace);
        if index.is_none() && !self.was_accepted {
            return Err(DisconnectReason::ProtocolViolation);
        }
        Ok(index)
    }

    fn connection(&self) -> &Arc<Connection> {
        &self.opened.connection
    }
}

impl From<ParseError> for DisconnectReason {
    fn from(error: ParseError) -> Self {
        match error {
            ParseError::TooManyAttachments => Self::TooLarge,
            ParseError::Type | ParseError::Attachments | ParseError::AckId | ParseError::Json => {
                Self::ProtocolViolation
            }
        }
    }
}
