//! Photos: sniffing, metadata removal, thumbnails.
