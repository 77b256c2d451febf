//! Two friendly bots. They live in this process, and hear and say what any client could.

use std::{sync::Arc, time::Duration};

use kith_chat::{Audience, Bus, Chat, Notice, Refusal};
use kith_protocol::*;
use tokio::{task::JoinHandle, time::sleep};

use crate::realtime::Realtime;

/// How often the crier has something to say, while anybody is there to hear it.
const CRY_EVERY: Duration = Duration::from_secs(20);
/// How long the guide takes to look up, and to type a character.
const LOOKS_UP_AFTER: Duration = Duration::from_millis(700);
const TYPES_A_CHARACTER_IN: Duration = Duration::from_millis(18);
const TYPES_AT_LEAST: Duration = Duration::from_millis(900);
const TYPES_AT_MOST: Duration = Duration::from_secs(4);

/// The bots, until this is dropped.
pub(crate) struct Bots(Vec<JoinHandle<()>>);

impl Bots {
    pub(super) fn wake(
        chat: &Arc<Chat>,
        bus: &Arc<dyn Bus>,
        realtime: &Arc<Realtime>,
        guide: UserId,
        herald: UserId,
        square: ConversationId,
    ) -> Self {
        [guide, herald].into_iter().for_each(|bot| realtime.appear(bot));
        let bot =
            |me| Bot { chat: Arc::clone(chat), bus: Arc::clone(bus), realtime: Arc::clone(realtime), me };
        Self(vec![tokio::spawn(bot(guide).guide()), tokio::spawn(bot(herald).cry(square))])
    }
}

impl Drop for Bots {
    fn drop(&mut self) {
        self.0.iter().for_each(JoinHandle::abort);
    }
}

struct Bot {
    chat: Arc<Chat>,
    bus: Arc<dyn Bus>,
    realtime: Arc<Realtime>,
    me: UserId,
}

impl Bot {
    /// Answers whoever writes to it, one after the other.
    async fn guide(self) {
        let mut said = 0;
        loop {
            let mut events = self.realtime.subscribe(self.me);
            while let Some(event) = events.next().await {
                let ServerEvent::ConversationChanged(change) = &*event else { continue };
                if change.cause.kind != CauseKind::Sent || change.cause.actor_id == self.me {
                    continue;
                }
                for message in change.messages.iter().filter(|message| message.kind == MessageKind::Text) {
                    if let Err(error) = self.answer(change.conversation_id, message, said).await {
                        tracing::debug!(%error, "the guide could not answer");
                    }
                    said += 1;
                }
            }
        }
    }

    async fn answer(
        &self,
        conversation_id: ConversationId,
        message: &Message,
        said: usize,
    ) -> Result<(), Refusal> {
        let (asker, seq) = (message.sender_id, message.seq);
        self.chat.mark_delivered(self.me, MarkDelivered { conversation_id, seq }).await?;
        sleep(LOOKS_UP_AFTER).await;
        self.chat.mark_read(self.me, MarkRead { conversation_id, seq }).await?;
        if let Some(emoji) = reaction(message) {
            self.chat.react(self.me, React { conversation_id, seq, emoji: Some(emoji.into()) }).await?;
        }
        let text = reply(message, said);
        self.types(conversation_id, asker, true);
        let characters = u32::try_from(text.chars().count()).unwrap_or(u32::MAX);
        sleep(TYPES_A_CHARACTER_IN.saturating_mul(characters).clamp(TYPES_AT_LEAST, TYPES_AT_MOST)).await;
        self.types(conversation_id, asker, false);
        self.say(conversation_id, text, None).await
    }

    fn types(&self, conversation_id: ConversationId, for_whom: UserId, typing: bool) {
        let user_ids = if typing { vec![self.me] } else { vec![] };
        let event = ServerEvent::Typing(Typing { conversation_id, user_ids });
        self.bus.publish_ephemeral(Notice { to: Audience::Person(for_whom), event });
    }

    /// Says something in the square now and then.
    async fn cry(self, square: ConversationId) {
        for line in CRIES.iter().cycle() {
            sleep(CRY_EVERY).await;
            // Nobody wants to come back to a thousand lines that nobody heard.
            while self.realtime.connections() == 0 {
                sleep(CRY_EVERY).await;
            }
            if let Err(error) = self.say(square, line, None).await {
                tracing::debug!(%error, "the crier was not heard");
            }
        }
    }

    async fn say(
        &self,
        conversation_id: ConversationId,
        text: &str,
        reply_to: Option<Seq>,
    ) -> Result<(), Refusal> {
        let message = SendMessage {
            conversation_id,
            client_id: ClientId(self.chat.entropy().id(self.chat.now())),
            text: Some(text.into()),
            mentions: vec![],
            attachment_ids: vec![],
            reply_to,
            forward: None,
        };
        self.chat.send(self.me, message).await.map(|_| ())
    }
}

fn reaction(message: &Message) -> Option<&'static str> {
    let text = message.text.to_lowercase();
    if message.attachments.iter().any(|attachment| attachment.kind == AttachmentKind::Image) {
        return Some("😍");
    }
    let of = |words: &[&str]| words.iter().any(|word| text.contains(word));
    if of(&["thank", "merci", "danke", "gracias", "ありがとう", "شكر"]) {
        Some("❤️")
    } else if of(&["haha", "lol", "😂"]) {
        Some("😂")
    } else if of(&["hello", "hi ", "hey", "hallo", "bonjour", "こんにちは", "مرحبا"]) {
        Some("👋")
    } else {
        None
    }
}

fn reply(message: &Message, said: usize) -> &'static str {
    let text = message.text.to_lowercase();
    let of = |words: &[&str]| words.iter().any(|word| text.contains(word));
    if message.attachments.iter().any(|attachment| attachment.kind == AttachmentKind::Image) {
        "What a view! Whatever your camera wrote into it about *where* and *when* is gone: nobody here received it."
    } else if !message.attachments.is_empty() {
        "Got it, safe and sound. Files come through just as they are."
    } else if message.reply_to.is_some() {
        "Answers stay tied to what they answer. Tap the quote and you are there."
    } else if of(&["help", "what can", "how do"]) {
        "Try these:\n• hover or long-press a message to **react**, **reply**, **edit** or **delete** it\n• drop a few photos at once: they become an album\n• write `code`, **bold**, *italic* or ~~never mind~~\n• open this page as somebody else in a second window"
    } else if of(&["こんにちは", "ありがとう", "元気"]) {
        "こんにちは！何でも書いてみてください 😊"
    } else if of(&["مرحبا", "شكر", "السلام"]) {
        "أهلاً وسهلاً! اكتب لي ما تشاء 😊"
    } else {
        REPLIES[said % REPLIES.len()]
    }
}

const REPLIES: [&str; 8] = [
    "Hello! I am a bot, but a friendly one. Ask me for **help** and I tell you what there is to try.",
    "I have read that: look at the tick below your message.",
    "Everything here is stored on this one machine. Close the window, come back, it is all still there.",
    "Send me a photo, I love photos 📷",
    "You can edit what you sent. I promise to have seen only the better version.",
    "Open this page as *Ben* in a second window and write to yourself across the room.",
    "Did you see me typing? I am not fast, I am a bot with one finger.",
    "Mute me if I talk too much. I will not be offended; I do not know how.",
];

const CRIES: [&str; 12] = [
    "🔔 Hear ye! The bakery has opened, and it smells of cardamom.",
    "The number 4 tram is running again. Late, but running.",
    "Lost: one glove, left, blue. Found: one glove, right, blue. 🧤",
    "Market today until two. The man with the *good* apricots is here.",
    "Reminder: the library takes back books without asking questions this week.",
    "☁️ Clouds from the west, and a promise of sun.",
    "The choir looks for a bass. Humming is enough.",
    "Somebody has watered the plants at the fountain. Thank you, somebody.",
    "Chess under the chestnut trees at six. Bring your own king.",
    "🐈 The cat of number 12 is back. Nobody knows where it was.",
    "Tonight: film in the courtyard. **Bring a blanket.**",
    "All is well. I repeat: all is well.",
];

#[cfg(test)]
mod tests {
    #[test]
    fn whatever_the_bots_put_on_a_message_is_a_reaction() {
        for emoji in ["😍", "❤️", "😂", "👋"] {
            assert!(kith_chat::text::is_reaction(emoji), "{emoji}");
        }
    }
}
