//! In Arabic, in Japanese, and in everything at once.

use anyhow::Result;

use crate::demo::{
    people::People,
    pictures::Picture,
    teller::{DAY, HOUR, Teller},
};

pub(super) async fn farah(t: &Teller<'_>, p: &People) -> Result<()> {
    let (ann, farah) = (p.ann, p.farah);
    let room = t.direct(28 * DAY, farah, ann).await?;
    t.say(room, 9 * HOUR, farah, "صباح الخير يا آن! كيف حالك اليوم؟").await?;
    let fine =
        t.say(room, 9 * HOUR - 4, ann, "صباح النور! أنا بخير، شكراً. أتعلم كل يوم **كلمة جديدة** 😊").await?;
    t.react(room, farah, fine, "👏").await?;
    t.reply(room, 9 * HOUR - 6, farah, fine, "ما شاء الله! وما هي كلمة اليوم؟").await?;
    t.say(room, 9 * HOUR - 8, ann, "«نافذة» — ترى منها الجبال").await?;
    let dunes = t
        .show(room, 8 * HOUR, farah, "وهذه نافذتي أنا", &[(Picture::Dunes, "كثبان رملية عند الغروب")])
        .await?;
    t.react(room, ann, dunes, "😍").await?;
    let last = t.say(room, 5 * HOUR, farah, "نلتقي يوم الثلاثاء الساعة 18:30؟ سأحضر القهوة ☕").await?;
    t.deliver(room, last, &[ann]).await
}

pub(super) async fn emi(t: &Teller<'_>, p: &People) -> Result<()> {
    let (ann, emi) = (p.ann, p.emi);
    let room = t.direct(26 * DAY, emi, ann).await?;
    t.say(room, 2 * DAY + 6 * HOUR, emi, "こんにちは！昨日の写真展、とても良かったです。").await?;
    let envy = t.say(room, 2 * DAY + 5 * HOUR, ann, "いいですね！私も**来週**行きたいです。").await?;
    t.reply(room, 2 * DAY + 5 * HOUR - 3, emi, envy, "一緒に行きましょう！木曜日は夜九時まで開いています。")
        .await?;
    let night = t
        .show(
            room,
            2 * DAY + 4 * HOUR,
            emi,
            "帰り道",
            &[(Picture::Night, "夜の海と月"), (Picture::Harbour, "静かな港")],
        )
        .await?;
    t.react(room, ann, night, "🌙").await?;
    let last = t.say(room, 2 * DAY + 3 * HOUR, ann, "きれい…ありがとう🙏✨").await?;
    t.read(room, 2 * DAY + 2 * HOUR, last, &[emi]).await
}

/// Right-to-left beside left-to-right, and a message from elsewhere.
pub(super) async fn languages(t: &Teller<'_>, p: &People) -> Result<()> {
    let room = t.group(22 * DAY, p.emi, "Tandem 🗣️ تبادل لغوي 言語交換", &[p.ann, p.farah, p.chloe]).await?;
    t.say(room, 2 * DAY, p.farah, "How do you say “see you soon”? عندنا: «إلى اللقاء»").await?;
    t.say(room, 2 * DAY - 2, p.emi, "日本語では「またね」です 👋").await?;
    let french = t.say(room, 2 * DAY - 3, p.chloe, "« À bientôt ! » Et avec les mains, bien sûr.").await?;
    t.react(room, p.ann, french, "🇫🇷").await?;
    let other = t.direct(22 * DAY, p.emi, p.farah).await?;
    let proverb = t.say(other, 23 * HOUR, p.emi, "「急がば回れ」— more haste, less speed").await?;
    t.react(other, p.farah, proverb, "🐢").await?;
    t.forward(room, 22 * HOUR, p.farah, other, proverb).await?;
    let last = t.say(room, 21 * HOUR, p.ann, "“Eile mit Weile.” The snail agrees 🐌").await?;
    t.read(room, 20 * HOUR, last, &[p.emi, p.farah]).await
}
