//! The life of an item version: draft, in review, approved by somebody else than its author, published, retired.

use crate::entity::enums::ItemStatus;
use crate::ids::UserId;

/// Longest comment that is kept with a step.
pub const MAX_COMMENT: usize = 4_000;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StepRefusal {
    /// A version does not go from where it stands to there.
    NotFromHere,
    /// Four eyes: the author of a version does not approve it.
    OwnVersion,
    /// Sending a version back needs a reason that its author can work with.
    CommentNeeded,
}

/// May this person move a version from one state to another?
pub fn may_move(from: ItemStatus, to: ItemStatus, author: Option<UserId>, actor: UserId, comment: &str) -> Result<(), StepRefusal> {
    use ItemStatus::{Approved, Draft, InReview, Published, Retired};
    match (from, to) {
        (Draft, InReview) | (Approved, Published) | (Draft | InReview | Approved | Published, Retired) => Ok(()),
        (InReview, Approved) if author == Some(actor) => Err(StepRefusal::OwnVersion),
        (InReview, Approved) => Ok(()),
        (InReview | Approved, Draft) if comment.trim().is_empty() => Err(StepRefusal::CommentNeeded),
        (InReview | Approved, Draft) => Ok(()),
        _ => Err(StepRefusal::NotFromHere),
    }
}

/// Where a version can go from here, for the buttons on the screen.
pub fn steps(from: ItemStatus, author: Option<UserId>, actor: UserId) -> Vec<ItemStatus> {
    ItemStatus::ALL.iter().copied().filter(|to| may_move(from, *to, author, actor, "reason").is_ok()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use ItemStatus::{Approved, Draft, InReview, Published, Retired};

    #[test]
    fn an_author_never_approves_their_own_version() {
        let (author, colleague) = (UserId::new(), UserId::new());
        assert_eq!(may_move(InReview, Approved, Some(author), author, ""), Err(StepRefusal::OwnVersion));
        assert_eq!(may_move(InReview, Approved, Some(author), colleague, ""), Ok(()));
        assert_eq!(steps(InReview, Some(author), author), [Draft, Retired]);
        assert_eq!(steps(InReview, Some(author), colleague), [Draft, Approved, Retired]);
    }

    #[test]
    fn nothing_is_published_without_approval_and_nothing_comes_back_from_retirement() {
        let actor = UserId::new();
        for from in [Draft, InReview, Published, Retired] {
            assert_eq!(may_move(from, Published, None, actor, ""), Err(StepRefusal::NotFromHere));
        }
        assert!(steps(Retired, None, actor).is_empty());
        assert_eq!(may_move(InReview, Draft, None, actor, " "), Err(StepRefusal::CommentNeeded));
    }
}
