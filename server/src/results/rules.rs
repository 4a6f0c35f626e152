//! When a part is passed, when an enrolment is complete, and who may sit what on which day. Pure.

use std::collections::BTreeMap;

use chrono::{Days, Months, NaiveDate};

use crate::entity::enums::{Level, Part, SessionKind};

/// The level that each part must reach for the purpose of an enrolment.
pub type Required = BTreeMap<Part, Level>;

/// A result in force, as the rules look at it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Standing {
    pub part: Part,
    pub level: Level,
    pub passed: bool,
}

/// A test that was begun, whether or not it is marked yet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sat {
    pub part: Part,
    pub on: NaiveDate,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// The enrolment is completed or withdrawn.
    EnrolmentClosed,
    /// The purpose asks nothing of what is sat there.
    NotNeeded,
    /// Everything that the purpose asks of that sitting is passed already.
    AlreadyPassed,
    /// Writing and speaking open after reading and listening.
    FirstSittingNotPassed { missing: Vec<Part> },
    /// The second sitting is on another day than the first.
    AnotherDay { from: NaiveDate },
    /// The same part can be sat again only after some months.
    RetakeTooEarly { part: Part, from: NaiveDate },
}

/// A part is passed when it reaches what the purpose requires. What the purpose does not require is passed by any level that the test can show.
pub fn is_passed(level: Level, required: Option<Level>) -> bool {
    match (cefr(level), required.and_then(cefr)) {
        (Some(reached), Some(required)) => reached >= required,
        (Some(reached), None) => reached > 0,
        (None, _) => level == Level::Passed,
    }
}

/// The place of a level in the CEFR scale; outcomes without levels have none.
pub const fn cefr(level: Level) -> Option<u8> {
    match level {
        Level::Below => Some(0),
        Level::A1 => Some(1),
        Level::A2 => Some(2),
        Level::B1 => Some(3),
        Level::B2 => Some(4),
        Level::Passed | Level::Failed | Level::Advice => None,
    }
}

/// The parts that are still to be passed. An enrolment that requires nothing by name is complete with any passed part.
pub fn missing(required: &Required, standing: &[Standing]) -> Vec<Part> {
    required.keys().copied().filter(|part| !has_passed(standing, *part)).collect()
}

pub fn is_complete(required: &Required, standing: &[Standing]) -> bool {
    standing.iter().any(|result| result.passed && result.part != Part::Prescreening) && missing(required, standing).is_empty()
}

/// The best level in force of each part that is passed: what a certificate says.
pub fn levels(standing: &[Standing]) -> BTreeMap<Part, Level> {
    let mut levels = BTreeMap::new();
    for result in standing.iter().filter(|result| result.passed && result.part != Part::Prescreening) {
        let best = levels.entry(result.part).or_insert(result.level);
        *best = (*best).max(result.level);
    }
    levels
}

/// What is sat in a session of this kind.
pub const fn parts_of(kind: SessionKind) -> &'static [Part] {
    match kind {
        SessionKind::Prescreening => &[Part::Prescreening],
        SessionKind::First => &[Part::Reading, Part::Listening],
        SessionKind::Second => &[Part::Writing, Part::Speaking],
        SessionKind::MoExemption => &[Part::MoExemption],
        SessionKind::MoFinal => &[Part::MoFinal],
    }
}

/// The parts of a session of this kind that the candidate still has to pass.
pub fn parts_to_sit(kind: SessionKind, required: &Required, standing: &[Standing]) -> Vec<Part> {
    let needed = parts_of(kind).iter().copied().filter(|part| required.contains_key(part) || kind == SessionKind::Prescreening);
    needed.filter(|part| !has_passed(standing, *part)).collect()
}

/// The staged gate and the waiting time before a retake. `retake_after` is the dated setting in months.
pub fn may_book(
    kind: SessionKind,
    required: &Required,
    standing: &[Standing],
    sat: &[Sat],
    on: NaiveDate,
    retake_after: Months,
) -> Result<(), Refusal> {
    // The pre-screening is free and without obligation, as often as somebody likes.
    if kind == SessionKind::Prescreening {
        return Ok(());
    }
    if !parts_of(kind).iter().any(|part| required.contains_key(part)) {
        return Err(Refusal::NotNeeded);
    }
    let to_sit = parts_to_sit(kind, required, standing);
    if to_sit.is_empty() {
        return Err(Refusal::AlreadyPassed);
    }
    if kind == SessionKind::Second {
        let missing = parts_to_sit(SessionKind::First, required, standing);
        if !missing.is_empty() {
            return Err(Refusal::FirstSittingNotPassed { missing });
        }
        let first = sat.iter().filter(|sat| parts_of(SessionKind::First).contains(&sat.part)).map(|sat| sat.on).max();
        if let Some(first) = first.filter(|first| on <= *first) {
            return Err(Refusal::AnotherDay { from: first.checked_add_days(Days::new(1)).unwrap_or(first) });
        }
    }
    for part in to_sit {
        let last = sat.iter().filter(|sat| sat.part == part).map(|sat| sat.on).max();
        let from = last.and_then(|last| last.checked_add_months(retake_after));
        if let Some(from) = from.filter(|from| on < *from) {
            return Err(Refusal::RetakeTooEarly { part, from });
        }
    }
    Ok(())
}

fn has_passed(standing: &[Standing], part: Part) -> bool {
    standing.iter().any(|result| result.part == part && result.passed)
}

#[cfg(test)]
mod tests {
    use super::*;

    const FOUR_SKILLS: [Part; 4] = [Part::Reading, Part::Listening, Part::Writing, Part::Speaking];

    fn date(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    fn required(parts: &[Part]) -> Required {
        parts.iter().map(|part| (*part, Level::A2)).collect()
    }

    fn passed(parts: &[Part]) -> Vec<Standing> {
        parts.iter().map(|part| Standing { part: *part, level: Level::A2, passed: true }).collect()
    }

    fn book(kind: SessionKind, needs: &[Part], has: &[Part], sat: &[(Part, &str)], on: &str) -> Result<(), Refusal> {
        let sat: Vec<Sat> = sat.iter().map(|(part, on)| Sat { part: *part, on: date(on) }).collect();
        may_book(kind, &required(needs), &passed(has), &sat, date(on), Months::new(3))
    }

    #[test]
    fn a_part_is_passed_from_the_required_level_on() {
        assert!(!is_passed(Level::A1, Some(Level::A2)));
        assert!(is_passed(Level::A2, Some(Level::A2)));
        assert!(is_passed(Level::B2, Some(Level::A2)));
        assert!(!is_passed(Level::Below, None));
        assert!(is_passed(Level::A1, None));
        assert!(is_passed(Level::Passed, Some(Level::Passed)));
        assert!(!is_passed(Level::Failed, None));
        assert!(!is_passed(Level::Advice, None));
    }

    #[test]
    fn the_second_sitting_opens_after_reading_and_listening() {
        let missing = vec![Part::Reading, Part::Listening];
        assert_eq!(book(SessionKind::Second, &FOUR_SKILLS, &[], &[], "2026-06-01"), Err(Refusal::FirstSittingNotPassed { missing }));
        let missing = vec![Part::Listening];
        assert_eq!(
            book(SessionKind::Second, &FOUR_SKILLS, &[Part::Reading], &[], "2026-06-01"),
            Err(Refusal::FirstSittingNotPassed { missing })
        );
        assert_eq!(book(SessionKind::Second, &FOUR_SKILLS, &[Part::Reading, Part::Listening], &[], "2026-06-01"), Ok(()));
    }

    #[test]
    fn who_needs_the_oral_skills_alone_need_not_read() {
        let oral = [Part::Listening, Part::Speaking];
        assert_eq!(book(SessionKind::Second, &oral, &[Part::Listening], &[], "2026-06-01"), Ok(()));
        assert_eq!(book(SessionKind::Second, &[Part::Writing], &[], &[], "2026-06-01"), Ok(()));
        assert_eq!(book(SessionKind::Second, &[Part::Reading], &[], &[], "2026-06-01"), Err(Refusal::NotNeeded));
    }

    #[test]
    fn the_second_sitting_is_on_another_day() {
        let first = [(Part::Reading, "2026-06-01"), (Part::Listening, "2026-06-01")];
        let has = [Part::Reading, Part::Listening];
        assert_eq!(
            book(SessionKind::Second, &FOUR_SKILLS, &has, &first, "2026-06-01"),
            Err(Refusal::AnotherDay { from: date("2026-06-02") })
        );
        assert_eq!(book(SessionKind::Second, &FOUR_SKILLS, &has, &first, "2026-06-02"), Ok(()));
    }

    #[test]
    fn a_retake_waits_for_its_months_to_the_day() {
        let sat = [(Part::Reading, "2026-03-01"), (Part::Listening, "2026-03-01")];
        let refused = Err(Refusal::RetakeTooEarly { part: Part::Listening, from: date("2026-06-01") });
        assert_eq!(book(SessionKind::First, &FOUR_SKILLS, &[Part::Reading], &sat, "2026-05-31"), refused);
        assert_eq!(book(SessionKind::First, &FOUR_SKILLS, &[Part::Reading], &sat, "2026-06-01"), Ok(()));
        assert_eq!(
            book(SessionKind::First, &FOUR_SKILLS, &[Part::Reading, Part::Listening], &sat, "2026-06-01"),
            Err(Refusal::AlreadyPassed)
        );
    }

    #[test]
    fn a_retake_after_the_end_of_a_long_month_waits_until_the_end_of_the_short_one() {
        let sat = [(Part::Speaking, "2025-11-30")];
        let refused = Err(Refusal::RetakeTooEarly { part: Part::Speaking, from: date("2026-02-28") });
        assert_eq!(book(SessionKind::Second, &[Part::Speaking], &[], &sat, "2026-02-27"), refused);
    }

    #[test]
    fn a_pre_screening_is_always_open() {
        assert_eq!(book(SessionKind::Prescreening, &FOUR_SKILLS, &[], &[(Part::Prescreening, "2026-06-01")], "2026-06-01"), Ok(()));
    }

    #[test]
    fn an_enrolment_is_complete_when_every_required_part_is_passed() {
        assert!(!is_complete(&required(&FOUR_SKILLS), &passed(&FOUR_SKILLS[..3])));
        assert!(is_complete(&required(&FOUR_SKILLS), &passed(&FOUR_SKILLS)));
        assert!(!is_complete(&Required::new(), &[]));
        assert!(!is_complete(&Required::new(), &passed(&[Part::Prescreening])));
    }

    #[test]
    fn the_best_of_two_sittings_counts() {
        let standing = [
            Standing { part: Part::Reading, level: Level::B2, passed: true },
            Standing { part: Part::Reading, level: Level::B1, passed: true },
            Standing { part: Part::Listening, level: Level::A2, passed: false },
        ];
        assert_eq!(levels(&standing), BTreeMap::from([(Part::Reading, Level::B2)]));
    }
}
