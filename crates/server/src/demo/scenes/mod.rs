//! What has happened in the demonstration before anyone looks at it.
//!
//! Told in the order in which the conversations were last touched, so that they stand in that order.

mod friends;
mod groups;
mod languages;

use anyhow::Result;
use kith_protocol::ConversationId;

use super::{
    people::{GUIDE, HERALD, PEOPLE, People},
    pictures::Picture,
    teller::{DAY, Teller},
};

/// Tells all of it. Returns the town square.
pub(super) async fn play(teller: &Teller<'_>) -> Result<ConversationId> {
    let people = settle(teller).await?;
    groups::book_club(teller, &people).await?;
    friends::old_neighbours(teller, &people).await?;
    friends::notes_to_self(teller, &people).await?;
    groups::house(teller, &people).await?;
    friends::a_long_letter(teller, &people).await?;
    groups::study_group(teller, &people).await?;
    languages::emi(teller, &people).await?;
    friends::dinner(teller, &people).await?;
    languages::languages(teller, &people).await?;
    languages::farah(teller, &people).await?;
    let square = groups::town_square(teller, &people).await?;
    groups::hike(teller, &people).await?;
    friends::guide(teller, &people).await?;
    friends::ann_and_ben(teller, &people).await?;
    Ok(square)
}

async fn settle(teller: &Teller<'_>) -> Result<People> {
    teller.at(60 * DAY);
    teller.person(&GUIDE, Some(Picture::Dawn)).await?;
    teller.person(&HERALD, None).await?;
    let portraits = [
        Some(Picture::Meadow),
        Some(Picture::Harbour),
        Some(Picture::Garden),
        None,
        Some(Picture::Forest),
        Some(Picture::Dunes),
    ];
    for (person, portrait) in PEOPLE.iter().zip(portraits) {
        teller.person(person, portrait).await?;
    }
    Ok(People::find(teller.chat()).await?)
}
