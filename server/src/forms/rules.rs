//! Who may do what with forms, and what a form can hold.

use item_bank::measure;

use crate::entity::enums::{AssemblyStatus, Band, FormPart, FormStatus, IrtModel, ItemSkill, Level};
use crate::entity::item_parameters;
use crate::ids::UserId;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FormRefusal {
    NotFromHere,
    /// Four eyes: who made it does not approve it.
    Own,
    /// The form does not keep to its blueprint, and nobody says why it may.
    NotKept,
}

/// May somebody approve or reject the forms that a search proposed? Who started it may reject.
pub fn may_decide(status: AssemblyStatus, starter: UserId, actor: UserId, approves: bool) -> Result<(), FormRefusal> {
    match status {
        AssemblyStatus::Proposed if approves && starter == actor => Err(FormRefusal::Own),
        AssemblyStatus::Proposed => Ok(()),
        _ => Err(FormRefusal::NotFromHere),
    }
}

/// May somebody publish a form? `kept` tells whether it keeps to its blueprint, if it has one.
pub fn may_publish(status: FormStatus, maker: Option<UserId>, actor: UserId, kept: bool, comment: &str) -> Result<(), FormRefusal> {
    if status != FormStatus::Draft {
        return Err(FormRefusal::NotFromHere);
    }
    if maker == Some(actor) {
        return Err(FormRefusal::Own);
    }
    if !kept && comment.trim().is_empty() { Err(FormRefusal::NotKept) } else { Ok(()) }
}

pub fn may_retire(status: FormStatus) -> Result<(), FormRefusal> {
    if status == FormStatus::Retired { Err(FormRefusal::NotFromHere) } else { Ok(()) }
}

/// The four skills come in two bands, the other tests are one for all.
pub fn band_fits(part: FormPart, band: Option<Band>) -> bool {
    let one_for_all = matches!(part, FormPart::Prescreening | FormPart::Mo);
    one_for_all == band.is_none()
}

/// Which items a form of this part can hold.
pub fn skills_of(part: FormPart) -> &'static [ItemSkill] {
    match part {
        FormPart::Prescreening => &[ItemSkill::Reading, ItemSkill::Listening, ItemSkill::Vocabulary],
        FormPart::Reading => &[ItemSkill::Reading],
        FormPart::Listening => &[ItemSkill::Listening],
        FormPart::Writing => &[ItemSkill::Writing],
        FormPart::Speaking => &[ItemSkill::Speaking],
        FormPart::Mo => &[ItemSkill::Mo],
    }
}

/// An item without a level fits every band.
pub fn level_fits(band: Option<Band>, level: Option<Level>) -> bool {
    match (band, level) {
        (None, _) | (_, None) => true,
        (Some(Band::A1A2), Some(level)) => matches!(level, Level::A1 | Level::A2),
        (Some(Band::B1B2), Some(level)) => matches!(level, Level::B1 | Level::B2),
    }
}

/// A short name that can stand in an address: letters, digits and hyphens.
pub fn is_key(key: &str) -> bool {
    (1..=40).contains(&key.len())
        && !key.starts_with('-')
        && key.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-' || byte.is_ascii_uppercase())
}

/// Parameters as the measuring engine takes them; nothing when they describe no curve.
pub fn measure(row: &item_parameters::Model) -> Option<measure::Item> {
    let steps = || -> Vec<f64> { row.steps.clone().and_then(|steps| serde_json::from_value(steps).ok()).unwrap_or_default() };
    let item = match row.model {
        IrtModel::Rasch | IrtModel::TwoPl | IrtModel::ThreePl => measure::Item::Logistic { a: row.a, b: row.b, c: row.c },
        IrtModel::GradedResponse => measure::Item::Graded { a: row.a, b: steps() },
        IrtModel::PartialCredit | IrtModel::GeneralisedPartialCredit => measure::Item::Credit { a: row.a, steps: steps() },
    };
    item.check().is_ok().then_some(item)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_approves_what_they_made() {
        let (maker, colleague) = (UserId::new(), UserId::new());
        assert_eq!(may_decide(AssemblyStatus::Proposed, maker, maker, true), Err(FormRefusal::Own));
        assert_eq!(may_decide(AssemblyStatus::Proposed, maker, maker, false), Ok(()));
        assert_eq!(may_decide(AssemblyStatus::Proposed, maker, colleague, true), Ok(()));
        assert_eq!(may_publish(FormStatus::Draft, Some(maker), maker, true, ""), Err(FormRefusal::Own));
        assert_eq!(may_publish(FormStatus::Draft, Some(maker), colleague, true, ""), Ok(()));
    }

    #[test]
    fn what_breaks_its_blueprint_is_published_only_with_a_reason() {
        let (maker, colleague) = (UserId::new(), UserId::new());
        assert_eq!(may_publish(FormStatus::Draft, Some(maker), colleague, false, "  "), Err(FormRefusal::NotKept));
        assert_eq!(may_publish(FormStatus::Draft, Some(maker), colleague, false, "te weinig items over werk"), Ok(()));
    }

    #[test]
    fn nothing_comes_back_from_where_it_ended() {
        let (maker, colleague) = (UserId::new(), UserId::new());
        for status in [
            AssemblyStatus::Queued,
            AssemblyStatus::Running,
            AssemblyStatus::Impossible,
            AssemblyStatus::Approved,
            AssemblyStatus::Rejected,
        ] {
            assert_eq!(may_decide(status, maker, colleague, true), Err(FormRefusal::NotFromHere));
        }
        for status in [FormStatus::Published, FormStatus::Retired] {
            assert_eq!(may_publish(status, Some(maker), colleague, true, ""), Err(FormRefusal::NotFromHere));
        }
        assert_eq!(may_retire(FormStatus::Retired), Err(FormRefusal::NotFromHere));
    }

    #[test]
    fn keys_are_short_names_for_addresses() {
        for (key, fits) in [
            ("lezen-a1a2", true),
            ("Lezen-2027", true),
            ("", false),
            ("-lezen", false),
            ("a b", false),
            ("é", false),
            (&"a".repeat(41), false),
        ] {
            assert_eq!(is_key(key), fits, "{key}");
        }
        assert!(band_fits(FormPart::Mo, None) && !band_fits(FormPart::Mo, Some(Band::A1A2)) && !band_fits(FormPart::Reading, None));
    }
}
