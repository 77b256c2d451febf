//! Who lives in the demonstration.

use kith_chat::{Chat, Imported, Refusal};
use kith_protocol::UserId;

/// Somebody of the demonstration.
pub(super) struct Person {
    pub(super) username: &'static str,
    pub(super) display_name: &'static str,
    pub(super) about: &'static str,
}

/// The account of somebody. Without a password: one comes in as them through the demonstration's own door only.
pub(super) fn account_of(person: &Person) -> Imported {
    Imported {
        username: person.username.into(),
        display_name: Some(person.display_name.into()),
        password: None,
    }
}

/// Those whom one may try it as; the two main ones first.
pub(super) const PEOPLE: [Person; 6] = [
    Person { username: "ann", display_name: "Ann Keller", about: "Hills, bread, small computers." },
    Person { username: "ben", display_name: "Ben Ortiz", about: "Somewhere between two trains." },
    Person { username: "chloe", display_name: "Chloé Martin", about: "Architecte. Also: plants." },
    Person { username: "dario", display_name: "Dario Rossi", about: "I cook, you wash up." },
    Person { username: "emi", display_name: "田中 恵美", about: "写真と散歩 📷" },
    Person {
        username: "farah", display_name: "فرح الحسن", about: "طبيبة، وأحب القهوة ☕"
    },
];

/// Answers whoever writes to it. The first account, so it owns the server: nobody can sign in as it.
pub(super) const GUIDE: Person =
    Person { username: "guide", display_name: "Guide", about: "I am a bot. Write to me, I answer." };

/// Says something in the town square now and then.
pub(super) const HERALD: Person =
    Person { username: "herald", display_name: "Town crier", about: "I am a bot. Hear ye!" };

/// Their ids.
#[derive(Clone, Copy)]
pub(super) struct People {
    pub(super) ann: UserId,
    pub(super) ben: UserId,
    pub(super) chloe: UserId,
    pub(super) dario: UserId,
    pub(super) emi: UserId,
    pub(super) farah: UserId,
    pub(super) guide: UserId,
    pub(super) herald: UserId,
}

impl People {
    /// Those whom one may try it as.
    pub(super) fn guests(&self) -> Vec<UserId> {
        vec![self.ann, self.ben, self.chloe, self.dario, self.emi, self.farah]
    }

    /// Those who have an account already.
    pub(super) async fn find(chat: &Chat) -> Result<Self, Refusal> {
        let id = async |username: &str| Ok::<_, Refusal>(chat.user_by_name(username).await?.me.profile.id);
        Ok(Self {
            ann: id("ann").await?,
            ben: id("ben").await?,
            chloe: id("chloe").await?,
            dario: id("dario").await?,
            emi: id("emi").await?,
            farah: id("farah").await?,
            guide: id(GUIDE.username).await?,
            herald: id(HERALD.username).await?,
        })
    }
}
