//! What a purpose asks of a candidate: which parts, at which level, in which band.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::entity::enums::{Advice, Band, Level, Part, SessionKind};

/// A text in the languages of the staff.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Texts {
    pub nl: String,
    pub en: String,
    pub fr: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum PurposeKind {
    /// One of the 18 rows of the yearly report.
    Civic,
    /// The test on living in Belgium, which has no levels.
    Mo,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum PurposeFee {
    Paid,
    FreeWithConditions,
}

/// A paper that is accepted instead of parts of the test.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Alternative {
    pub key: String,
    /// The parts that need not be sat then.
    pub parts: Vec<Part>,
    pub name: Texts,
    pub ground: String,
}

/// The level that each part must reach.
pub type Required = BTreeMap<Part, Level>;

/// The body of a rule of the kind `purpose`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Purpose {
    pub kind: PurposeKind,
    /// The row in the statistics of the civic tests, as the yearly report names it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub row: Option<String>,
    pub fee: PurposeFee,
    pub levels: BTreeMap<Part, Level>,
    /// The levels among which the candidate chooses; empty where the purpose fixes them.
    #[serde(default)]
    pub choice: Vec<Level>,
    #[serde(default)]
    pub by_advice: BTreeMap<Advice, BTreeMap<Part, Level>>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub alternatives: Vec<Alternative>,
    pub name: Texts,
    pub who: Texts,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ChoiceFault {
    /// The purpose leaves the level to the candidate, but not this one.
    LevelNotOffered,
    /// The purpose fixes its levels or its parts.
    NothingToChoose,
    /// A part that the purpose does not have.
    PartNotOffered,
    NoParts,
}

/// What a new version changes for a part; a level that is absent means that the part is not asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct PartChange {
    pub part: Part,
    pub before: Option<Level>,
    pub after: Option<Level>,
}

/// The parts whose level changes between two versions.
pub fn changes(before: &Required, after: &Required) -> Vec<PartChange> {
    let both = Part::ALL.iter().map(|part| PartChange { part: *part, before: before.get(part).copied(), after: after.get(part).copied() });
    both.filter(|change| change.before != change.after).collect()
}

impl Purpose {
    /// What this candidate must reach, with the level and the parts that they chose where there is a choice.
    pub fn required(&self, advice: Option<Advice>, level: Option<Level>, parts: Option<&[Part]>) -> Result<Required, ChoiceFault> {
        let open = !self.choice.is_empty();
        let mut required = advice.and_then(|advice| self.by_advice.get(&advice)).unwrap_or(&self.levels).clone();
        match level {
            Some(level) if self.choice.contains(&level) => required.values_mut().for_each(|reach| *reach = level),
            Some(_) if open => return Err(ChoiceFault::LevelNotOffered),
            Some(_) => return Err(ChoiceFault::NothingToChoose),
            None => {}
        }
        if let Some(parts) = parts {
            if parts.is_empty() {
                return Err(ChoiceFault::NoParts);
            }
            if parts.iter().any(|part| !required.contains_key(part)) {
                return Err(ChoiceFault::PartNotOffered);
            }
            let dropped = required.keys().any(|part| !parts.contains(part));
            if dropped && !open {
                return Err(ChoiceFault::NothingToChoose);
            }
            required.retain(|part, _| parts.contains(part));
        }
        Ok(required)
    }
}

/// The test that can show this level; the tests without levels have no band.
pub fn band_of(level: Level) -> Option<Band> {
    match level {
        Level::A1 | Level::A2 => Some(Band::A1A2),
        Level::B1 | Level::B2 => Some(Band::B1B2),
        Level::Below | Level::Passed | Level::Failed | Level::Advice => None,
    }
}

/// The highest band among the parts.
pub fn band(required: &Required) -> Option<Band> {
    required.values().filter_map(|level| band_of(*level)).max()
}

/// The kind of session in which a part is sat.
pub fn session_kind(part: Part) -> SessionKind {
    match part {
        Part::Prescreening => SessionKind::Prescreening,
        Part::Reading | Part::Listening => SessionKind::First,
        Part::Writing | Part::Speaking => SessionKind::Second,
        Part::MoExemption => SessionKind::MoExemption,
        Part::MoFinal => SessionKind::MoFinal,
    }
}

/// The parts that somebody with these requirements sits in a session of this kind and band. A purpose may need two bands,
/// such as B1 oral and A2 written: each part is then sat in a session of its own band.
pub fn parts_in(required: &Required, kind: SessionKind, session_band: Option<Band>) -> Vec<Part> {
    if kind == SessionKind::Prescreening {
        // Free and without obligation, for whoever will sit a test with levels.
        return if band(required).is_some() { vec![Part::Prescreening] } else { Vec::new() };
    }
    required
        .iter()
        .filter(|(part, level)| session_kind(**part) == kind && (session_band.is_none() || band_of(**level) == session_band))
        .map(|(part, _)| *part)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn catalogue() -> BTreeMap<String, Purpose> {
        let file: toml::Value = toml::from_str(include_str!("../../policy/purposes.toml")).unwrap();
        let rules = file["rule"].as_array().unwrap();
        rules.iter().map(|rule| (rule["key"].as_str().unwrap().to_owned(), rule["body"].clone().try_into().unwrap())).collect()
    }

    #[test]
    fn the_catalogue_has_the_eighteen_rows_of_the_yearly_report_and_the_two_mo_tests() {
        let purposes = catalogue();
        let mut rows: Vec<&str> = purposes.values().filter_map(|purpose| purpose.row.as_deref()).collect();
        rows.sort_unstable();
        rows.dedup();
        assert_eq!(rows.len(), 18);
        assert_eq!(purposes.values().filter(|purpose| purpose.kind == PurposeKind::Mo).count(), 2);
        assert_eq!(purposes.len(), 20);
    }

    #[test]
    fn a_change_from_a2_to_b1_names_each_part_that_changes() {
        let before = catalogue()["childcare_worker"].levels.clone();
        let mut after = before.clone();
        after.insert(Part::Reading, Level::B1);
        after.remove(&Part::Writing);
        assert_eq!(
            changes(&before, &after),
            [
                PartChange { part: Part::Reading, before: Some(Level::A2), after: Some(Level::B1) },
                PartChange { part: Part::Writing, before: Some(Level::A2), after: None },
            ]
        );
        assert_eq!(changes(&before, &before), []);
    }

    #[test]
    fn what_is_accepted_instead_covers_only_parts_that_the_purpose_asks() {
        let purposes = catalogue();
        assert!(purposes.values().filter(|purpose| purpose.kind == PurposeKind::Civic).all(|purpose| !purpose.alternatives.is_empty()));
        for (key, purpose) in &purposes {
            for other in &purpose.alternatives {
                assert!(!other.ground.is_empty() && !other.parts.is_empty(), "{key} {}", other.key);
                assert!(other.parts.iter().all(|part| purpose.levels.contains_key(part)), "{key} {}", other.key);
            }
        }
    }

    #[test]
    fn nationality_needs_a2_in_four_skills_and_leaves_no_choice() {
        let purposes = catalogue();
        let nationality = &purposes["nationality"];
        let required = nationality.required(None, None, None).unwrap();
        assert_eq!(required.len(), 4);
        assert!(required.values().all(|level| *level == Level::A2));
        assert_eq!(band(&required), Some(Band::A1A2));
        assert_eq!(nationality.required(None, Some(Level::B1), None), Err(ChoiceFault::NothingToChoose));
        assert_eq!(nationality.required(None, None, Some(&[Part::Reading])), Err(ChoiceFault::NothingToChoose));
    }

    #[test]
    fn alfa_learners_need_only_the_oral_parts_for_the_course_exemption() {
        let required = catalogue()["nt2_exemption"].required(Some(Advice::CbeAlfa), None, None).unwrap();
        assert_eq!(required.keys().copied().collect::<Vec<_>>(), [Part::Listening, Part::Speaking]);
        assert_eq!(parts_in(&required, SessionKind::First, Some(Band::A1A2)), [Part::Listening]);
    }

    #[test]
    fn who_tests_out_of_own_interest_chooses_level_and_parts() {
        let purposes = catalogue();
        let own = &purposes["own_interest"];
        let required = own.required(None, Some(Level::B2), Some(&[Part::Speaking])).unwrap();
        assert_eq!(required, BTreeMap::from([(Part::Speaking, Level::B2)]));
        assert_eq!(own.required(None, None, Some(&[])), Err(ChoiceFault::NoParts));
        assert_eq!(own.required(None, None, Some(&[Part::MoFinal])), Err(ChoiceFault::PartNotOffered));
        assert_eq!(own.required(None, Some(Level::Passed), None), Err(ChoiceFault::LevelNotOffered));
    }

    #[test]
    fn a_childcare_worker_sits_the_oral_and_written_parts_in_sessions_of_different_bands() {
        let required = catalogue()["childcare_worker"].required(None, None, None).unwrap();
        assert_eq!(band(&required), Some(Band::B1B2));
        assert_eq!(parts_in(&required, SessionKind::First, Some(Band::B1B2)), [Part::Listening]);
        assert_eq!(parts_in(&required, SessionKind::First, Some(Band::A1A2)), [Part::Reading]);
        assert_eq!(parts_in(&required, SessionKind::Second, Some(Band::A1A2)), [Part::Writing]);
        assert_eq!(parts_in(&required, SessionKind::Prescreening, None), [Part::Prescreening]);
    }
}
