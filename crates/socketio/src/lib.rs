//! Engine.IO 4 and Socket.IO 5 for axum. Knows nothing of chat.
