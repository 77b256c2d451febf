//! Among several people.

use anyhow::Result;
use kith_protocol::ConversationId;

use crate::demo::{
    people::People,
    pictures::Picture,
    teller::{DAY, HOUR, Teller},
};

/// Everyone is here, and the crier speaks.
pub(super) async fn town_square(t: &Teller<'_>, p: &People) -> Result<ConversationId> {
    let everyone = [p.ann, p.ben, p.chloe, p.dario, p.emi, p.farah];
    let room = t.group(30 * DAY, p.herald, "Town square", &everyone).await?;
    t.group_picture(room, 30 * DAY - 5, p.herald, Picture::Harbour).await?;
    let welcome = t
        .say(room, 10 * DAY, p.herald, "🔔 Hear ye, hear ye! This is the town square. I say a line now and then. Mute me, it is allowed.")
        .await?;
    t.pin(room, 10 * DAY - 1, p.herald, welcome).await?;
    t.react(room, p.dario, welcome, "🔔").await?;
    t.react(room, p.emi, welcome, "👏").await?;
    t.say(room, 7 * HOUR, p.dario, "Who took my spot at the chess tables?").await?;
    let confession = t.say(room, 6 * HOUR, p.farah, "Me. I won. ♟️").await?;
    for (who, emoji) in [(p.ann, "😂"), (p.ben, "😂"), (p.chloe, "🏆"), (p.dario, "😭")] {
        t.react(room, who, confession, emoji).await?;
    }
    let last = t
        .say(room, 3 * HOUR, p.herald, "Market today until two. The man with the *good* apricots is here.")
        .await?;
    t.read(room, 2 * HOUR, last, &[p.ben, p.dario]).await?;
    Ok(room.id)
}

/// Photos, pins, people who come and go.
pub(super) async fn hike(t: &Teller<'_>, p: &People) -> Result<()> {
    let room = t.group(9 * DAY, p.ben, "Saturday", &[p.ann, p.dario]).await?;
    t.rename(room, 9 * DAY - 2, p.ben, "Up to the lake 🏔️").await?;
    t.group_picture(room, 9 * DAY - 3, p.ann, Picture::Lake).await?;
    t.add(room, 8 * DAY, p.ben, p.emi).await?;
    t.add(room, 8 * DAY - 1, p.ben, p.chloe).await?;
    let plan = t
        .say(room, 8 * DAY - 2, p.ben, "**The plan**\n• 7:42 train, platform 4\n• up by the north path, about 3 h\n• swim if brave\n• down before it is dark")
        .await?;
    t.pin(room, 8 * DAY - 3, p.ben, plan).await?;
    t.react(room, p.ann, plan, "👍").await?;
    t.react(room, p.emi, plan, "👍").await?;
    t.react(room, p.dario, plan, "🥶").await?;
    t.say(room, 7 * DAY, p.chloe, "I can’t come after all, the school called a meeting. Send photos!")
        .await?;
    t.leave(room, 7 * DAY - 4, p.chloe).await?;
    let album = t
        .show(
            room,
            4 * HOUR,
            p.emi,
            "下見に行ってきました！ Scouted it this morning.",
            &[
                (Picture::Dawn, "The ridge at dawn"),
                (Picture::Lake, "The lake, still as glass"),
                (Picture::Meadow, "The meadow below the hut"),
                (Picture::Forest, "The north path through the firs"),
            ],
        )
        .await?;
    for (who, emoji) in [(p.ann, "😍"), (p.ben, "😍"), (p.dario, "📷")] {
        t.react(room, who, album, emoji).await?;
    }
    t.reply(room, 3 * HOUR, p.dario, album, "Fine. I will swim. Somebody write it down.").await?;
    t.read(room, 2 * HOUR, album, &[p.ann, p.ben]).await?;
    t.mention(room, 35, p.ben, "@Ann you have the map, haven’t you?", ("@Ann", p.ann)).await?;
    let last = t.say(room, 33, p.emi, "I have a spare one too 🗺️").await?;
    t.deliver(room, last, &[p.ann]).await
}

/// Code, and links.
pub(super) async fn study_group(t: &Teller<'_>, p: &People) -> Result<()> {
    let room = t.group(25 * DAY, p.farah, "Rust on Tuesdays 🦀", &[p.ann, p.ben, p.emi]).await?;
    t.say(room, 3 * DAY + 2 * HOUR, p.farah, "Why does this not compile? I am losing my mind over `&mut`.")
        .await?;
    let code = t.say(room, 3 * DAY + 2 * HOUR - 1, p.farah, BORROW).await?;
    t.reply(
        room,
        3 * DAY + HOUR,
        p.ann,
        code,
        "`first` is still borrowed when you `push`. Read it *before* the push and let go of it, or copy the number out: `let first = numbers[0];`",
    )
    .await?;
    let ah = t.say(room, 3 * DAY + HOUR - 4, p.farah, "Ohhh. It was right to stop me.").await?;
    t.react(room, p.ann, ah, "🦀").await?;
    t.react(room, p.ben, ah, "🦀").await?;
    let link = t.say(room, 3 * DAY, p.ben, "This page saved me last week: https://doc.rust-lang.org/book/ch04-02-references-and-borrowing.html").await?;
    t.pin(room, 3 * DAY, p.farah, link).await?;
    t.read(room, 3 * DAY, link, &[p.ann, p.farah, p.emi]).await?;
    t.keep(room, p.ann, |mine| mine.muted_until = Some(Some(kith_protocol::Timestamp(FAR_AWAY_MS)))).await
}

/// Whoever mutes "always" mutes until then: the year 9999.
const FAR_AWAY_MS: u64 = 253_370_764_800_000;

/// Pins, and what matters in a house.
pub(super) async fn house(t: &Teller<'_>, p: &People) -> Result<()> {
    let room = t.group(40 * DAY, p.ann, "House 14 🗝️", &[p.ben, p.chloe, p.dario]).await?;
    let rules = t
        .say(
            room,
            30 * DAY,
            p.ann,
            "Bins: *Monday* paper, *Thursday* the rest. The cellar key hangs behind the clock.",
        )
        .await?;
    t.pin(room, 30 * DAY, p.ann, rules).await?;
    let plumber =
        t.say(room, 8 * DAY, p.dario, "The plumber comes tomorrow between 8 and the end of time").await?;
    t.react(room, p.ben, plumber, "😂").await?;
    t.react(room, p.chloe, plumber, "🙃").await?;
    let last = t.say(room, 7 * DAY, p.ben, "He came. He sighed. It works.").await?;
    t.read(room, 7 * DAY, last, &[p.ann, p.dario, p.chloe]).await?;
    t.keep(room, p.ann, |mine| mine.pinned = Some(true)).await
}

/// Put away.
pub(super) async fn book_club(t: &Teller<'_>, p: &People) -> Result<()> {
    let room = t.group(58 * DAY, p.chloe, "Book club (over)", &[p.ann, p.emi]).await?;
    t.say(room, 40 * DAY, p.chloe, "I vote that we admit that nobody finished it").await?;
    let last = t.say(room, 39 * DAY, p.emi, "賛成 🙋‍♀️").await?;
    t.react(room, p.ann, last, "🙋").await?;
    t.read(room, 39 * DAY, last, &[p.ann, p.chloe]).await?;
    t.keep(room, p.ann, |mine| mine.archived = Some(true)).await
}

const BORROW: &str = "```rust
let mut numbers = vec![1, 2, 3];
let first = &numbers[0];
numbers.push(4);
println!(\"{first}\");
```";
