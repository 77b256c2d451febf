//! The wire: every word that a client and the server say to each other.
