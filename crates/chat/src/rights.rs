//! Who may do what in a conversation: one table, and the one door.

use kith_protocol::{ConversationKind, Role};

use crate::Refusal;

/// What one can do in a conversation beyond reading it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action {
    /// Send, reply, react; edit and unsend one's own.
    Talk,
    /// Change title or picture, add people, pin.
    Arrange,
    /// Unsend another's message, remove members, change the group's settings.
    Moderate,
    /// Give and take roles.
    Appoint,
    /// Leave.
    Leave,
}

/// What the table needs to know of the conversation and of who acts in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Standing {
    /// Two people, or a group.
    pub kind: ConversationKind,
    /// What the person may do there.
    pub role: Role,
    /// Whether plain members may [`Action::Arrange`].
    pub members_may_edit: bool,
}

impl Standing {
    /// Whether this person may do this here.
    ///
    /// # Errors
    /// `forbidden` when not. (Who is not a member has no standing and gets `not_found` before it comes to this.)
    pub fn allow(self, action: Action) -> Result<(), Refusal> {
        let allowed = match (self.kind, action) {
            (_, Action::Talk) => true,
            (ConversationKind::Direct, Action::Arrange) => false,
            (ConversationKind::Direct, _) => false,
            (ConversationKind::Group, Action::Leave) => true,
            (ConversationKind::Group, Action::Arrange) => self.members_may_edit || self.role >= Role::Admin,
            (ConversationKind::Group, Action::Moderate) => self.role >= Role::Admin,
            (ConversationKind::Group, Action::Appoint) => self.role == Role::Owner,
        };
        if allowed { Ok(()) } else { Err(Refusal::forbidden("You may not do this in this conversation.")) }
    }
}

/// Who owns a group after its last owner has left: the longest-serving admin, else the longest-serving member.
/// `remaining` is ordered by how long they have served, longest first.
#[must_use]
pub fn successor<Id: Copy>(remaining: &[(Id, Role)]) -> Option<Id> {
    if remaining.iter().any(|(_, role)| *role == Role::Owner) {
        return None;
    }
    let admin = remaining.iter().find(|(_, role)| *role == Role::Admin);
    admin.or_else(|| remaining.first()).map(|(id, _)| *id)
}

#[cfg(test)]
mod tests {
    use super::*;

    const ACTIONS: [Action; 5] =
        [Action::Talk, Action::Arrange, Action::Moderate, Action::Appoint, Action::Leave];

    fn allowed(kind: ConversationKind, role: Role, members_may_edit: bool) -> Vec<Action> {
        let standing = Standing { kind, role, members_may_edit };
        ACTIONS.into_iter().filter(|action| standing.allow(*action).is_ok()).collect()
    }

    #[test]
    fn the_table_of_who_may_do_what() {
        use Action::*;
        let group = ConversationKind::Group;
        assert_eq!(allowed(ConversationKind::Direct, Role::Member, true), [Talk]);
        assert_eq!(allowed(group, Role::Member, false), [Talk, Leave]);
        assert_eq!(allowed(group, Role::Member, true), [Talk, Arrange, Leave]);
        assert_eq!(allowed(group, Role::Admin, false), [Talk, Arrange, Moderate, Leave]);
        assert_eq!(allowed(group, Role::Owner, false), ACTIONS);
    }

    #[test]
    fn the_longest_serving_admin_follows_else_the_longest_serving_member() {
        assert_eq!(successor(&[(1, Role::Member), (2, Role::Admin), (3, Role::Admin)]), Some(2));
        assert_eq!(successor(&[(1, Role::Member), (2, Role::Member)]), Some(1));
        assert_eq!(successor(&[(1, Role::Owner), (2, Role::Admin)]), None);
        assert_eq!(successor::<u8>(&[]), None);
    }
}
