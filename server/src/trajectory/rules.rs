//! Which certificate decides on which component, and what becomes of decisions when papers change. Pure.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use crate::entity::enums::{Advice, Component, Level, Outcome, Part};
use crate::ids::{AgencyId, CertificateId, DecisionId, RuleId};
use crate::results::rules::cefr;

/// The body of a dated rule of kind `trajectory`: what a certificate must show for a decision.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Ground {
    pub component: Component,
    pub outcome: Outcome,
    /// Only certificates for one of these purposes; any purpose when empty.
    #[serde(default)]
    pub purposes: Vec<String>,
    /// Only people with one of these pieces of advice; anybody when empty.
    #[serde(default)]
    pub advice: Vec<Advice>,
    /// The level that each of these parts must reach.
    pub levels: BTreeMap<Part, Level>,
}

/// A rule as it is in force on the day of a paper.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DatedGround {
    pub rule_id: RuleId,
    pub words: String,
    pub ground: Ground,
}

/// A valid certificate, as the rules look at it, with the rules of its day.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Paper {
    pub id: CertificateId,
    pub agency_id: AgencyId,
    pub purpose: String,
    pub issued_on: NaiveDate,
    pub levels: BTreeMap<Part, Level>,
    pub grounds: Vec<DatedGround>,
    /// The papers that it replaced, by name or by result.
    pub replaced: Vec<CertificateId>,
}

/// A decision in force.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InForce {
    pub id: DecisionId,
    pub outcome: Outcome,
    pub certificate_id: Option<CertificateId>,
    pub decided_on: NaiveDate,
    /// Taken by a person, not by the rules: it is left alone.
    pub by_hand: bool,
}

/// A decision that the papers call for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wanted {
    pub component: Component,
    pub outcome: Outcome,
    pub decided_on: NaiveDate,
    pub certificate_id: CertificateId,
    pub agency_id: AgencyId,
    pub rule_id: RuleId,
    pub words: String,
    pub replaced: Vec<CertificateId>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    Nothing,
    Decide(Wanted),
    /// A later decision takes the place of the earlier one.
    Supersede(DecisionId, Wanted),
    /// The paper on which the decision rests is no longer valid, and no other takes its place.
    Withdraw(DecisionId),
}

pub fn meets(ground: &Ground, paper: &Paper, advice: Option<Advice>) -> bool {
    let for_purpose = ground.purposes.is_empty() || ground.purposes.contains(&paper.purpose);
    let for_advice = ground.advice.is_empty() || advice.is_some_and(|advice| ground.advice.contains(&advice));
    let reached = |part: &Part, needed: Level| match paper.levels.get(part) {
        Some(reached) => match (cefr(*reached), cefr(needed)) {
            (Some(reached), Some(needed)) => reached >= needed,
            _ => *reached == needed,
        },
        None => false,
    };
    for_purpose && for_advice && ground.levels.iter().all(|(part, needed)| reached(part, *needed))
}

/// The decision on a component for which the papers give ground: the earliest, since that is since when the duty is met.
pub fn wanted(component: Component, papers: &[Paper], advice: Option<Advice>) -> Option<Wanted> {
    let grounds = papers.iter().flat_map(|paper| paper.grounds.iter().map(move |dated| (paper, dated)));
    let met = grounds.filter(|(paper, dated)| dated.ground.component == component && meets(&dated.ground, paper, advice));
    let (paper, dated) = met.min_by_key(|(paper, _)| (paper.issued_on, paper.id))?;
    Some(Wanted {
        component,
        outcome: dated.ground.outcome,
        decided_on: paper.issued_on,
        certificate_id: paper.id,
        agency_id: paper.agency_id,
        rule_id: dated.rule_id,
        words: dated.words.clone(),
        replaced: paper.replaced.clone(),
    })
}

/// What to do about a component. `supports` tells whether a paper that a decision rests on still gives ground for it.
pub fn next_step(in_force: Option<&InForce>, wanted: Option<Wanted>, supports: impl Fn(CertificateId, Outcome) -> bool) -> Step {
    match (in_force, wanted) {
        (None, None) => Step::Nothing,
        (None, Some(wanted)) => Step::Decide(wanted),
        (Some(decision), _) if decision.by_hand => Step::Nothing,
        (Some(decision), Some(wanted)) => {
            let stands = decision.outcome != Outcome::Withdrawn
                && decision.certificate_id.is_some_and(|certificate| supports(certificate, decision.outcome));
            if stands {
                return Step::Nothing;
            }
            // A paper that was only issued anew does not change since when the duty is met.
            let renewed = decision.outcome == wanted.outcome && decision.certificate_id.is_some_and(|old| wanted.replaced.contains(&old));
            let decided_on = if renewed { decision.decided_on } else { wanted.decided_on };
            Step::Supersede(decision.id, Wanted { decided_on, ..wanted })
        }
        (Some(decision), None) if decision.outcome == Outcome::Withdrawn => Step::Nothing,
        (Some(decision), None) => Step::Withdraw(decision.id),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FOUR_SKILLS: [Part; 4] = [Part::Reading, Part::Listening, Part::Writing, Part::Speaking];

    fn ground(component: Component, outcome: Outcome, purposes: &[&str], advice: &[Advice], parts: &[Part], level: Level) -> DatedGround {
        let ground = Ground {
            component,
            outcome,
            purposes: purposes.iter().map(|purpose| (*purpose).to_owned()).collect(),
            advice: advice.to_vec(),
            levels: parts.iter().map(|part| (*part, level)).collect(),
        };
        DatedGround { rule_id: RuleId::new(), words: "grond".into(), ground }
    }

    fn grounds() -> Vec<DatedGround> {
        let oral = [Part::Listening, Part::Speaking];
        vec![
            ground(Component::Nt2, Outcome::Exempt, &["nt2_exemption"], &[], &FOUR_SKILLS, Level::A2),
            ground(Component::Nt2, Outcome::Exempt, &["nt2_exemption"], &[Advice::CbeAlfa], &oral, Level::A2),
            ground(Component::Mo, Outcome::Exempt, &[], &[], &[Part::MoExemption], Level::Passed),
            ground(Component::Mo, Outcome::Passed, &[], &[], &[Part::MoFinal], Level::Passed),
            ground(Component::B1Oral, Outcome::Met, &[], &[], &oral, Level::B1),
        ]
    }

    fn paper(purpose: &str, on: &str, levels: &[(Part, Level)]) -> Paper {
        Paper {
            id: CertificateId::new(),
            agency_id: AgencyId::new(),
            purpose: purpose.into(),
            issued_on: on.parse().unwrap(),
            levels: levels.iter().copied().collect(),
            grounds: grounds(),
            replaced: Vec::new(),
        }
    }

    fn all(level: Level) -> Vec<(Part, Level)> {
        FOUR_SKILLS.map(|part| (part, level)).to_vec()
    }

    fn outcome(component: Component, papers: &[Paper], advice: Option<Advice>) -> Option<Outcome> {
        wanted(component, papers, advice).map(|wanted| wanted.outcome)
    }

    #[test]
    fn a2_in_four_skills_exempts_from_the_course_when_that_was_the_purpose() {
        assert_eq!(outcome(Component::Nt2, &[paper("nt2_exemption", "2026-06-01", &all(Level::A2))], None), Some(Outcome::Exempt));
        assert_eq!(outcome(Component::Nt2, &[paper("nationality", "2026-06-01", &all(Level::A2))], None), None);
        assert_eq!(outcome(Component::Nt2, &[paper("nt2_exemption", "2026-06-01", &all(Level::A1))], None), None);
    }

    #[test]
    fn oral_a2_suffices_for_alfa_learners_alone() {
        let oral = [(Part::Listening, Level::A2), (Part::Speaking, Level::A2)];
        let papers = [paper("nt2_exemption", "2026-06-01", &oral)];
        assert_eq!(outcome(Component::Nt2, &papers, Some(Advice::CbeAlfa)), Some(Outcome::Exempt));
        assert_eq!(outcome(Component::Nt2, &papers, Some(Advice::Cbe)), None);
        assert_eq!(outcome(Component::Nt2, &papers, None), None);
    }

    #[test]
    fn the_two_roles_of_the_mo_test_lead_to_different_outcomes() {
        let exemption = paper("mo_exemption", "2026-06-01", &[(Part::MoExemption, Level::Passed)]);
        let final_test = paper("mo_final", "2026-06-01", &[(Part::MoFinal, Level::Passed)]);
        assert_eq!(outcome(Component::Mo, &[exemption], None), Some(Outcome::Exempt));
        assert_eq!(outcome(Component::Mo, &[final_test], None), Some(Outcome::Passed));
    }

    #[test]
    fn oral_b1_meets_the_duty_whatever_the_purpose_from_the_earliest_paper_on() {
        let papers = [paper("taxi", "2026-07-01", &all(Level::B1)), paper("own_interest", "2026-06-01", &all(Level::B2))];
        let wanted = wanted(Component::B1Oral, &papers, None).unwrap();
        assert_eq!((wanted.outcome, wanted.certificate_id), (Outcome::Met, papers[1].id));
        assert_eq!(outcome(Component::B1Oral, &[paper("taxi", "2026-07-01", &all(Level::A2))], None), None);
    }

    fn in_force(outcome: Outcome, certificate: CertificateId, by_hand: bool) -> InForce {
        InForce { id: DecisionId::new(), outcome, certificate_id: Some(certificate), decided_on: "2026-05-01".parse().unwrap(), by_hand }
    }

    #[test]
    fn a_decision_stands_as_long_as_its_paper_does() {
        let paper = paper("taxi", "2026-07-01", &all(Level::B1));
        let wanted = wanted(Component::B1Oral, std::slice::from_ref(&paper), None);
        let decision = in_force(Outcome::Met, paper.id, false);
        assert_eq!(next_step(Some(&decision), wanted, |_, _| true), Step::Nothing);
        assert_eq!(next_step(Some(&decision), None, |_, _| false), Step::Withdraw(decision.id));
        let by_hand = in_force(Outcome::Waived, paper.id, true);
        assert_eq!(next_step(Some(&by_hand), None, |_, _| false), Step::Nothing);
    }

    #[test]
    fn a_paper_issued_anew_keeps_the_date_of_the_decision_and_another_paper_does_not() {
        let old = CertificateId::new();
        let renewed = Paper { replaced: vec![old], ..paper("taxi", "2026-07-01", &all(Level::B1)) };
        let decision = in_force(Outcome::Met, old, false);
        let step = next_step(Some(&decision), wanted(Component::B1Oral, &[renewed], None), |_, _| false);
        assert!(matches!(step, Step::Supersede(_, wanted) if wanted.decided_on == decision.decided_on));
        let other = paper("taxi", "2026-07-01", &all(Level::B1));
        let step = next_step(Some(&decision), wanted(Component::B1Oral, std::slice::from_ref(&other), None), |_, _| false);
        assert!(matches!(step, Step::Supersede(_, wanted) if wanted.decided_on == other.issued_on));
    }

    #[test]
    fn what_was_withdrawn_is_decided_again_when_a_new_paper_gives_ground() {
        let paper = paper("taxi", "2026-07-01", &all(Level::B1));
        let decision = in_force(Outcome::Withdrawn, CertificateId::new(), false);
        assert_eq!(next_step(Some(&decision), None, |_, _| false), Step::Nothing);
        let step = next_step(Some(&decision), wanted(Component::B1Oral, &[paper], None), |_, _| false);
        assert!(matches!(step, Step::Supersede(..)));
    }
}
