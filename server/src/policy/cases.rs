//! Cases: people in plain words, with what the rules of their day must say of them. Pure.
//!
//! A case says of a person only what matters. `facts` is there for what rules to come will ask, so that a case need not be written anew.

use std::collections::BTreeMap;

use chrono::{DateTime, Months, NaiveDate, NaiveTime, Utc};
use item_bank::standard::{CutRule, Exact, ItemResult, Outcome as CutOutcome};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

use super::Rule;
use crate::entity::enums::{Advice, Bundle, Component, Level, Part, RuleKind, SessionKind};
use crate::entity::policy_rules;
use crate::fees::rights::{self, Right, Tie, Use};
use crate::fees::rules::{self as fees, Facts, Fee};
use crate::ids::{AgencyId, CertificateId, EnrolmentId, OrderLineId};
use crate::money::Cents;
use crate::purposes::rules::{Purpose, parts_in};
use crate::results::rules::{self as results, Sat, Standing};
use crate::trajectory::rules::{self as trajectory, DatedGround, Ground, Paper};

/// A person on a day, and what is expected.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Case {
    pub name: String,
    /// What a jurist reads.
    pub words: String,
    pub on: NaiveDate,
    pub person: Person,
    /// The sitting that the person wants to book.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub wants: Option<SessionKind>,
    pub expect: Expect,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Person {
    pub purpose: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub level: Option<Level>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub parts: Option<Vec<Part>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub advice: Option<Advice>,
    /// Sat a part of the civic test before, under another purpose.
    pub tested_before: bool,
    /// Got a free test before, under another enrolment.
    pub had_free: bool,
    /// Grounds for a relief of which a proof was seen.
    pub proofs: Vec<String>,
    /// What was sat under this purpose.
    pub sat: Vec<SatPart>,
    /// What was ordered under this purpose.
    pub bought: Vec<Bundle>,
    /// How the questions of a test on living in Belgium went.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub answers: Option<Answers>,
    /// What else is known: contracts, advice, papers from elsewhere. Rules of today do not ask it.
    pub facts: BTreeMap<String, Value>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SatPart {
    pub part: Part,
    pub on: NaiveDate,
    /// The level shown; absent while it is not marked yet.
    #[serde(default)]
    pub level: Option<Level>,
}

/// Questions right and asked; the core questions are among all.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Answers {
    pub right: u32,
    pub asked: u32,
    pub core_right: u32,
    pub core_asked: u32,
}

/// What is expected; what is absent is not asked.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Expect {
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<BTreeMap<String, Level>>)]
    pub levels: Option<BTreeMap<Part, Level>>,
    /// What must be ordered, in cents by bundle; an empty table says that nothing must.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<BTreeMap<String, i64>>)]
    pub fee: Option<BTreeMap<Bundle, Cents>>,
    /// `open`, or why not: `first_sitting_not_passed`, `retake_too_early until 2026-09-01`, ….
    #[serde(skip_serializing_if = "Option::is_none")]
    pub gate: Option<String>,
    /// The decisions that a certificate of that day would bring: `nt2 exempt`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub decisions: Option<Vec<String>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub passes: Option<bool>,
    /// `no_such_purpose`, `no_fee_rule` or `no_cut_score`: the date is before the rule.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub refused: Option<String>,
}

/// The rules, wherever they come from.
#[derive(Clone, Debug, Default)]
pub struct Book(pub Vec<policy_rules::Model>);

impl Book {
    /// Every rule of a kind that is in force on a day, by key: the latest to begin.
    fn at<T: DeserializeOwned>(&self, kind: RuleKind, on: NaiveDate) -> Result<Vec<Rule<T>>, String> {
        let mut newest: BTreeMap<&str, &policy_rules::Model> = BTreeMap::new();
        let in_force = self.0.iter().filter(|row| row.kind == kind && row.withdrawn_at.is_none());
        for row in in_force.filter(|row| row.valid_from <= on && row.valid_to.is_none_or(|last| on <= last)) {
            let best = newest.entry(&row.key).or_insert(row);
            if (row.valid_from, row.version) > (best.valid_from, best.version) {
                *best = row;
            }
        }
        newest.into_values().map(read).collect()
    }

    fn one<T: DeserializeOwned>(&self, kind: RuleKind, key: &str, on: NaiveDate) -> Result<Option<Rule<T>>, String> {
        let mut rules: Vec<Rule<Value>> = self.at(kind, on)?;
        rules.retain(|rule| rule.key == key);
        rules
            .pop()
            .map(|rule| {
                let body = serde_json::from_value(rule.body).map_err(|error| format!("{key}: {error}"))?;
                Ok(Rule {
                    body,
                    id: rule.id,
                    key: rule.key,
                    version: rule.version,
                    valid_from: rule.valid_from,
                    valid_to: rule.valid_to,
                    ground: rule.ground,
                    source: rule.source,
                })
            })
            .transpose()
    }
}

fn read<T: DeserializeOwned>(row: &policy_rules::Model) -> Result<Rule<T>, String> {
    Ok(Rule {
        id: row.id,
        key: row.key.clone(),
        version: row.version,
        valid_from: row.valid_from,
        valid_to: row.valid_to,
        ground: row.ground.clone(),
        source: row.source,
        body: serde_json::from_value(row.body.clone()).map_err(|error| format!("{} {}: {error}", row.kind.as_str(), row.key))?,
    })
}

/// What the rules say of a case, of all that it may ask; and whether that is what was expected.
#[derive(Clone, Debug, PartialEq)]
pub struct Verdict {
    pub said: Expect,
    pub agrees: bool,
    /// What differs, each as "expected … , but the rules say …".
    pub differences: Vec<String>,
}

pub fn judge(book: &Book, case: &Case) -> Verdict {
    let said = match say(book, case) {
        Ok(said) => said,
        Err(refused) => Expect { refused: Some(refused), ..Expect::default() },
    };
    let wanted = &case.expect;
    let mut differences = Vec::new();
    let mut compare = |what: &str, wanted: Value, said: Value, asked: bool| {
        if asked && wanted != said {
            differences.push(format!("{what}: expected {wanted}, but the rules say {said}"));
        }
    };
    compare("levels", json(&wanted.levels), json(&said.levels), wanted.levels.is_some());
    compare("fee", json(&wanted.fee), json(&said.fee), wanted.fee.is_some());
    compare("gate", json(&wanted.gate), json(&said.gate), wanted.gate.is_some());
    compare("decisions", json(&wanted.decisions), json(&said.decisions), wanted.decisions.is_some());
    compare("passes", json(&wanted.passes), json(&said.passes), wanted.passes.is_some());
    compare("refused", json(&wanted.refused), json(&said.refused), true);
    Verdict { agrees: differences.is_empty(), said, differences }
}

fn json<T: Serialize>(value: &T) -> Value {
    serde_json::to_value(value).unwrap_or_default()
}

/// What the rules of the day say; the refusal where there is no rule yet.
fn say(book: &Book, case: &Case) -> Result<Expect, String> {
    let (on, person) = (case.on, &case.person);
    let purpose: Rule<Purpose> = book.one(RuleKind::Purpose, &person.purpose, on)?.ok_or("no_such_purpose")?;
    let required =
        purpose.body.required(person.advice, person.level, person.parts.as_deref()).map_err(|fault| format!("{fault:?}").to_lowercase())?;
    let standing: Vec<Standing> = person
        .sat
        .iter()
        .filter_map(|sat| {
            let level = sat.level?;
            Some(Standing { part: sat.part, level, passed: results::is_passed(level, required.get(&sat.part).copied()) })
        })
        .collect();
    let mut said = Expect { levels: Some(required.clone()), ..Expect::default() };
    if let Some(kind) = case.wants {
        let to_sit: Vec<Part> = parts_in(&required, kind, None)
            .into_iter()
            .filter(|part| !standing.iter().any(|result| result.part == *part && result.passed))
            .collect();
        said.fee = Some(fee(book, case, &to_sit)?);
        said.gate = Some(gate(book, case, kind, &required, &standing)?);
    }
    said.decisions = Some(decisions(book, case, &standing)?);
    if let Some(answers) = person.answers {
        said.passes = Some(passes(book, on, answers)?);
    }
    Ok(said)
}

fn fee(book: &Book, case: &Case, parts: &[Part]) -> Result<BTreeMap<Bundle, Cents>, String> {
    let person = &case.person;
    let enrolment = EnrolmentId(uuid::Uuid::nil());
    let midnight = |day: NaiveDate| -> DateTime<Utc> { day.and_time(NaiveTime::MIN).and_utc() };
    let rights: Vec<Right> = person
        .bought
        .iter()
        .map(|bundle| Right {
            line: OrderLineId::new(),
            bundle: *bundle,
            bought_at: midnight(NaiveDate::default()),
            enrolment,
            purpose: person.purpose.clone(),
            tie: Tie::Nothing,
            credited_at: None,
        })
        .collect();
    let uses: Vec<Use> =
        person.sat.iter().map(|sat| Use { part: sat.part, at: midnight(sat.on), enrolment, purpose: person.purpose.clone() }).collect();
    let owed = rights::owed(&rights, &uses, Some(enrolment), &person.purpose, parts);
    let facts = Facts {
        purpose: person.purpose.clone(),
        tested_before: person.tested_before,
        // What was ordered for nothing under this purpose was free; of the same bundle no second one is.
        had_free: person.bought.clone(),
        had_free_elsewhere: person.had_free,
        proofs: person.proofs.clone(),
    };
    let rules: Vec<Rule<Fee>> = book.at(RuleKind::Fee, case.on)?;
    let lines = fees::quote(&owed, &facts, &rules, case.on).map_err(|_| "no_fee_rule".to_owned())?;
    Ok(lines.into_iter().map(|line| (line.bundle, line.amount_cents)).collect())
}

#[derive(Deserialize)]
struct Retake {
    months: u32,
}

fn gate(book: &Book, case: &Case, kind: SessionKind, required: &BTreeMap<Part, Level>, standing: &[Standing]) -> Result<String, String> {
    let retake: Option<Rule<Retake>> = book.one(RuleKind::Setting, "retake", case.on)?;
    let months = Months::new(retake.map_or(0, |rule| rule.body.months));
    let sat: Vec<Sat> = case.person.sat.iter().map(|sat| Sat { part: sat.part, on: sat.on }).collect();
    let names = |parts: &[Part]| parts.iter().map(|part| part.as_str()).collect::<Vec<_>>().join(" ");
    Ok(match results::may_book(kind, required, standing, &sat, case.on, months) {
        Ok(()) => "open".to_owned(),
        Err(results::Refusal::EnrolmentClosed) => "enrolment_closed".to_owned(),
        Err(results::Refusal::NotNeeded) => "not_needed".to_owned(),
        Err(results::Refusal::AlreadyPassed) => "already_passed".to_owned(),
        Err(results::Refusal::FirstSittingNotPassed { missing }) => format!("first_sitting_not_passed: {}", names(&missing)),
        Err(results::Refusal::AnotherDay { from }) => format!("another_day from {from}"),
        Err(results::Refusal::RetakeTooEarly { part, from }) => format!("retake_too_early: {} from {from}", part.as_str()),
    })
}

/// What a certificate of that day, with the levels that were passed, decides in the trajectory.
fn decisions(book: &Book, case: &Case, standing: &[Standing]) -> Result<Vec<String>, String> {
    let levels = results::levels(standing);
    if levels.is_empty() {
        return Ok(Vec::new());
    }
    let grounds: Vec<Rule<Value>> = book.at(RuleKind::Trajectory, case.on)?;
    let grounds = grounds.into_iter().filter_map(|rule| {
        // Rules of another shape are not on certificates.
        let ground: Ground = serde_json::from_value(rule.body).ok()?;
        Some(DatedGround { rule_id: rule.id, words: rule.ground, ground })
    });
    let paper = Paper {
        id: CertificateId::new(),
        agency_id: AgencyId::new(),
        purpose: case.person.purpose.clone(),
        issued_on: case.on,
        levels,
        grounds: grounds.collect(),
        replaced: Vec::new(),
    };
    let papers = [paper];
    let wanted = Component::ALL.iter().filter_map(|component| trajectory::wanted(*component, &papers, case.person.advice));
    Ok(wanted.map(|decision| format!("{} {}", decision.component.as_str(), decision.outcome.as_str())).collect())
}

/// Does the cut-score rule of the test on living in Belgium pass these answers?
fn passes(book: &Book, on: NaiveDate, answers: Answers) -> Result<bool, String> {
    let rule: Rule<CutRule> = book.one(RuleKind::CutScore, "mo", on)?.ok_or("no_cut_score")?;
    let other = (answers.asked.saturating_sub(answers.core_asked), answers.right.saturating_sub(answers.core_right));
    let question =
        |core: bool, right: bool| ItemResult { core, topics: Vec::new(), score: Exact::from(i64::from(right)), max: Exact::from(1_i64) };
    let of = |core: bool, asked: u32, right: u32| (0..asked).map(move |n| question(core, n < right));
    let all: Vec<ItemResult> = of(true, answers.core_asked, answers.core_right).chain(of(false, other.0, other.1)).collect();
    Ok(item_bank::standard::judge(&rule.body, &all).outcome == CutOutcome::Passed)
}
