//! Writing millions of messages into a folder that nobody serves, through the store's own operation, but without its syncs.

use std::path::Path;

use anyhow::{Result, anyhow};
use kith_chat::{Entropy, store::NewMessage};
use kith_protocol::{ClientId, ConversationId, Timestamp, UserId};
use kith_store_sqlite::{Bulk, Options};

use crate::{
    clock,
    words::{MESSAGE_BYTES, Words},
};

/// Page cache while writing, in KiB.
const CACHE_KIB: usize = 2 << 20;

/// Who writes.
pub(crate) struct Scribe {
    bulk: Bulk,
    entropy: Entropy,
    words: Words,
}

impl Scribe {
    /// Opens a folder in which there are people and conversations. `seed` is that of the words.
    ///
    /// # Errors
    /// When the store cannot be opened.
    pub(crate) fn open(folder: &Path, seed: u64) -> Result<Self> {
        let entropy = Entropy::from_seed(clock::seed());
        let options = Options { writer_cache_kib: CACHE_KIB, ..Options::default() };
        Ok(Self { bulk: Bulk::open(folder, options, &entropy)?, entropy, words: Words::from_seed(seed) })
    }

    /// Writes a message of 100 bytes.
    ///
    /// # Errors
    /// When it is refused.
    pub(crate) fn write(
        &mut self,
        writer: UserId,
        conversation_id: ConversationId,
        at: Timestamp,
    ) -> Result<()> {
        let message = NewMessage {
            conversation_id,
            client_id: ClientId(self.entropy.id(at)),
            fingerprint: [0; 8],
            text: self.words.text(MESSAGE_BYTES),
            entities: Vec::new(),
            attachment_ids: Vec::new(),
            reply_to: None,
            forward: None,
        };
        let sent = self.bulk.send(writer, &message, at);
        sent.map(|_| ()).map_err(|refusal| anyhow!("the store refused: {:?}", refusal.into_body()))
    }

    /// Brings all of it to the disk.
    pub(crate) fn finish(self) -> Result<()> {
        Ok(self.bulk.finish()?)
    }
}
