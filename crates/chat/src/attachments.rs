//! Photos and files: who may read them, and when their bytes go.

use kith_protocol::*;

use crate::{
    Chat, Refusal, Reply,
    chat::checked,
    store::{NewAttachment, ReadableAttachment},
    text,
    users::check_utf16,
};

/// Uploads that no message shows are collected after a day.
const UNUSED_AFTER_MS: u64 = 24 * 60 * 60 * 1000;
/// How many are collected in one go.
const COLLECT_AT_ONCE_MAX: usize = 100;

impl Chat {
    /// Notes an upload whose bytes are kept. Name and description are cleaned; the rest was found from the bytes.
    pub fn add_attachment(&self, owner: UserId, attachment: NewAttachment) -> Reply<Attachment> {
        let now = self.now();
        checked(check_attachment(attachment), |attachment| {
            self.store().add_attachment(owner, attachment, now)
        })
    }

    /// Describes an upload for people who cannot see it.
    pub fn describe_attachment(
        &self,
        actor: UserId,
        id: AttachmentId,
        change: &UpdateAttachment,
    ) -> Reply<Attachment> {
        checked(check_alt(&change.alt), |alt| self.store().describe_attachment(actor, id, alt))
    }

    /// An attachment, through the door of whatever shows it.
    pub fn attachment(&self, actor: UserId, id: AttachmentId) -> Reply<ReadableAttachment> {
        self.store().attachment(actor, id)
    }

    /// Removes all bytes that nothing shows any more, some at a time. Returns how many attachments went. What cannot be
    /// removed from the disk is passed over, and tried again next time.
    ///
    /// # Errors
    /// Those of the store.
    pub async fn collect_garbage(&self) -> Result<usize, Refusal> {
        let before = Timestamp(self.now().0.saturating_sub(UNUSED_AFTER_MS));
        let mut count = 0;
        let mut after = None;
        loop {
            let abandoned = self.store().abandoned(before, after, COLLECT_AT_ONCE_MAX).await?;
            let Some(last) = abandoned.last() else { return Ok(count) };
            after = Some(*last);
            let removed = self.remove_bytes(abandoned);
            count += removed.len();
            if !removed.is_empty() {
                self.store().forget(removed).await?;
            }
        }
    }

    /// Removes the bytes of these. Returns those of which none are left.
    fn remove_bytes(&self, ids: Vec<AttachmentId>) -> Vec<AttachmentId> {
        let mut removed = ids;
        removed.retain(|id| match self.world.blobs.remove(*id) {
            Ok(()) => true,
            Err(error) => {
                tracing::warn!(%id, %error, "the bytes of an attachment could not be removed");
                false
            }
        });
        removed
    }

    /// Removes bytes of which the store knows nothing: what a crash left between the bytes and their row. To be called
    /// while no upload is under way. Returns how many went.
    ///
    /// # Errors
    /// Those of the store.
    pub async fn collect_strays(&self) -> Result<usize, Refusal> {
        let kept = self.world.blobs.list().map_err(|error| {
            tracing::warn!(%error, "the folder of attachments could not be read");
            Refusal::unavailable("The folder of attachments cannot be read.")
        })?;
        let strays = self.store().unknown(kept).await?;
        for id in &strays {
            if let Err(error) = self.world.blobs.remove(*id) {
                tracing::warn!(%id, %error, "stray bytes could not be removed");
            }
        }
        Ok(strays.len())
    }
}

fn check_attachment(mut new: NewAttachment) -> Result<NewAttachment, Refusal> {
    new.attachment.name = text::file_name(&new.attachment.name);
    new.attachment.alt = match &new.attachment.alt {
        Some(alt) => check_alt(alt)?,
        None => None,
    };
    Ok(new)
}

fn check_alt(alt: &str) -> Result<Option<String>, Refusal> {
    check_utf16(alt, limits::ALT_UTF16_MAX, "alt")?;
    let alt = alt.trim();
    Ok((!alt.is_empty()).then(|| alt.to_owned()))
}
