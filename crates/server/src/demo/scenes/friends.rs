//! Between two people, and with oneself.

use anyhow::Result;

use crate::demo::{
    people::People,
    pictures::Picture,
    teller::{DAY, HOUR, Teller},
};

/// The first one that is seen: everything that a message can be.
pub(super) async fn ann_and_ben(t: &Teller<'_>, p: &People) -> Result<()> {
    let (ann, ben) = (p.ann, p.ben);
    let room = t.direct(40 * DAY, ann, ben).await?;
    t.say(room, 3 * DAY + 5, ben, "Did you get home all right?").await?;
    let home = t.say(room, 3 * DAY + 2, ann, "Yes! Last train, standing, next to a cello.").await?;
    t.react(room, ben, home, "😂").await?;
    t.reply(room, 3 * DAY, ben, home, "The cello had a seat, I suppose").await?;
    t.say(room, 3 * DAY, ann, "Two.").await?;

    t.say(room, DAY + 4 * HOUR, ben, "The weather for Saturday looks **very good** now").await?;
    t.say(
        room,
        DAY + 4 * HOUR - 1,
        ann,
        "Then up to the lake? I have the map here: https://www.openstreetmap.org/#map=13/46.57/8.41",
    )
    .await?;
    let lake = t
        .show(
            room,
            DAY + 3 * HOUR,
            ann,
            "Last year, same week",
            &[
                (Picture::Lake, "A mountain lake in the morning, hills mirrored in it"),
                (Picture::Forest, "Fir trees in layers of mist"),
                (Picture::Meadow, "A meadow under a wide sky"),
            ],
        )
        .await?;
    t.react(room, ben, lake, "😍").await?;
    t.say(room, DAY + 2 * HOUR, ben, "I am in. So in.").await?;
    let wrong = t.say(room, DAY + 2 * HOUR - 1, ben, "Train at 7:12?").await?;
    t.edit(room, DAY + 2 * HOUR - 2, ben, wrong, "Train at 7:42? ~~7:12~~ is for other people").await?;
    let oops = t.say(room, DAY + HOUR, ann, "Wrong window, sorry").await?;
    t.unsend(room, DAY + HOUR - 1, ann, oops).await?;
    let tickets = t.hand_over(room, 5 * HOUR, ann, "packing list.txt", PACKING_LIST.as_bytes()).await?;
    t.react(room, ben, tickets, "🙏").await?;

    t.say(room, 50, ben, "Bread: you. Cheese: me. Chocolate: *both*.").await?;
    t.say(room, 48, ann, "Deal 🤝").await?;
    let last = t.say(room, 12, ben, "And bring the small stove if you still have it?").await?;
    t.read(room, 10, last, &[ann]).await?;
    let answer = t.say(room, 9, ann, "It is already in the bag 🎒").await?;
    t.read(room, 8, answer, &[ben]).await?;
    t.keep(room, ann, |mine| mine.pinned = Some(true)).await
}

/// The bot has written first, so that one only has to answer.
pub(super) async fn guide(t: &Teller<'_>, p: &People) -> Result<()> {
    for (person, name) in [(p.ann, "Ann"), (p.ben, "Ben")] {
        let room = t.direct(30, p.guide, person).await?;
        let text = format!(
            "Hello {name}! I am a *bot*. Write me anything: you will see me read it, type, and answer. Ask me for **help** if you want ideas."
        );
        let seq = t.say(room, 29, p.guide, &text).await?;
        t.deliver(room, seq, &[person]).await?;
    }
    Ok(())
}

pub(super) async fn dinner(t: &Teller<'_>, p: &People) -> Result<()> {
    let (ann, dario) = (p.ann, p.dario);
    let room = t.direct(20 * DAY, dario, ann).await?;
    t.say(room, 2 * DAY, dario, "Dinner on Thursday? I have found *the* mushrooms.").await?;
    let yes = t.say(room, 2 * DAY - 10, ann, "Always. What do I bring?").await?;
    t.reply(room, 2 * DAY - 12, dario, yes, "Hunger").await?;
    let photo = t
        .show(
            room,
            26 * HOUR,
            dario,
            "Where they grow. I am not telling where this is.",
            &[(Picture::Dawn, "Hills at dawn")],
        )
        .await?;
    t.react(room, ann, photo, "🍄").await?;
    let last = t.say(room, 25 * HOUR, ann, "Your secret is safe: the photo has no position in it 😄").await?;
    t.read(room, 25 * HOUR, last, &[dario]).await?;
    t.keep(room, ann, |mine| mine.draft = Some(Some("Shall I bring the big pan or".into()))).await
}

pub(super) async fn a_long_letter(t: &Teller<'_>, p: &People) -> Result<()> {
    let (ann, chloe) = (p.ann, p.chloe);
    let room = t.direct(50 * DAY, chloe, ann).await?;
    t.say(room, 6 * DAY, ann, "How is the new flat? Tell me everything.").await?;
    let letter = t.say(room, 5 * DAY, chloe, LETTER).await?;
    t.react(room, ann, letter, "❤️").await?;
    t.hand_over(room, 5 * DAY - 3, chloe, "plan de l’appartement.svg", FLOOR_PLAN.as_bytes()).await?;
    let last = t.say(room, 4 * DAY, ann, "I can *smell* that kitchen. I am coming in spring. 🌱").await?;
    t.read(room, 4 * DAY, last, &[chloe, ann]).await
}

pub(super) async fn notes_to_self(t: &Teller<'_>, p: &People) -> Result<()> {
    let room = t.direct(30 * DAY, p.ann, p.ann).await?;
    t.say(room, 12 * DAY, p.ann, "Sourdough: 450 g flour, 330 g water, 10 g salt, *patience*").await?;
    let plants = t
        .say(
            room,
            9 * DAY,
            p.ann,
            "Things to ask Chloé:\n• which pot for the fig tree\n• how to say “drawer” in French\n• spring?",
        )
        .await?;
    t.read(room, 9 * DAY, plants, &[p.ann]).await
}

/// Ann is not in this one; it is what Ben sees, and Chloé.
pub(super) async fn old_neighbours(t: &Teller<'_>, p: &People) -> Result<()> {
    let room = t.direct(45 * DAY, p.ben, p.chloe).await?;
    t.say(room, 15 * DAY, p.ben, "Your old letterbox still has your name on it").await?;
    let seq = t.say(room, 15 * DAY - 30, p.chloe, "Leave it. It gets better post than I do.").await?;
    t.react(room, p.ben, seq, "💌").await?;
    t.read(room, 15 * DAY - 40, seq, &[p.ben]).await
}

const PACKING_LIST: &str = "Rain jacket\nMap\nBread\nChocolate (x2)\nSmall stove\nSocks, dry\n";

const FLOOR_PLAN: &str = r##"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 120 80"><rect x="2" y="2" width="116" height="76" fill="none" stroke="#334"/><path d="M60 2v40M60 42h58M2 50h40" stroke="#334"/></svg>
"##;

const LETTER: &str = "All right, *everything*.\n\n\
The flat is on the fifth floor, and the lift is a rumour. The kitchen looks east, so breakfast is the best room of the \
house until ten, and then the sun moves on to the bedroom, where the fig tree lives now. The floor complains in two \
places; I have learned to step over both in the dark, which makes me feel as if I had always lived here.\n\n\
The neighbour below is a retired violin maker. He came up on the second evening to say that he does not mind noise, only \
*bad* noise, and stayed for soup. He says the house was built by someone who had quarrelled with the river and wanted to \
look down on it. Whether that is true I do not know, but from the window over the sink you do look down on it, and on \
foggy mornings there is no river at all, only a white road with swans on it.\n\n\
I drew all winter at that window. The school in Lyon is going ahead, with the courtyard as we wanted it: one large lime \
tree, and the classrooms around it like people around a fire. They asked me three times whether the tree could be \
smaller. **It could not.**\n\n\
There is a bed for you, a shelf for your books, and a key on the nail behind the door. Come when the market has asparagus.";
