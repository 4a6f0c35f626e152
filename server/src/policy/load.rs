//! Loading the dated rules that a fresh database starts from.

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDate, Utc};
use sea_orm::{ActiveValue::Set, DatabaseConnection, DbErr, EntityTrait, PaginatorTrait};
use serde::Deserialize;

use super::cases::Case;
use crate::db::begin_write;
use crate::entity::enums::{RuleKind, RuleSource};
use crate::entity::policy_rules;
use crate::ids::RuleId;

/// The files, in the binary so that it runs without the source tree.
const FILES: &[(RuleKind, &str, &str)] = &[
    (RuleKind::CutScore, "cut-scores.toml", include_str!("../../policy/cut-scores.toml")),
    (RuleKind::Fee, "fees.toml", include_str!("../../policy/fees.toml")),
    (RuleKind::Language, "languages.toml", include_str!("../../policy/languages.toml")),
    (RuleKind::Purpose, "purposes.toml", include_str!("../../policy/purposes.toml")),
    (RuleKind::Setting, "settings.toml", include_str!("../../policy/settings.toml")),
    (RuleKind::Trajectory, "trajectory.toml", include_str!("../../policy/trajectory.toml")),
];

/// A file is a list of `[[rule]]`: key, dates, ground, source and a body whose shape is that of its kind.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    rule: Vec<FileRule>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct FileRule {
    key: String,
    valid_from: toml::value::Datetime,
    valid_to: Option<toml::value::Datetime>,
    ground: String,
    source: RuleSource,
    body: serde_json::Value,
}

/// The cases that come with the product.
const CASES: &[(&str, &str)] = &[
    ("fees.toml", include_str!("../../policy/cases/fees.toml")),
    ("gate.toml", include_str!("../../policy/cases/gate.toml")),
    ("mo-test.toml", include_str!("../../policy/cases/mo-test.toml")),
    ("purposes.toml", include_str!("../../policy/cases/purposes.toml")),
    ("trajectory.toml", include_str!("../../policy/cases/trajectory.toml")),
];

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct CaseFile {
    case: Vec<Case>,
}

pub fn built_in_cases() -> Result<Vec<Case>, String> {
    let mut cases = Vec::new();
    for (name, text) in CASES {
        cases.extend(cases_of(name, text)?);
    }
    Ok(cases)
}

/// The cases of a file: a list of `[[case]]`.
pub fn cases_of(name: &str, text: &str) -> Result<Vec<Case>, String> {
    toml::from_str::<CaseFile>(text).map(|file| file.case).map_err(|error| format!("{name}: {error}"))
}

/// The rules of the files, as a fresh database would hold them.
pub fn built_in_rules(now: DateTime<Utc>) -> Result<Vec<policy_rules::Model>, DbErr> {
    let mut rows = Vec::new();
    for (kind, name, text) in FILES {
        let file: File = toml::from_str(text).map_err(|error| DbErr::Custom(format!("{name}: {error}")))?;
        let mut versions: BTreeMap<String, i64> = BTreeMap::new();
        for rule in file.rule {
            let version = versions.entry(rule.key.clone()).or_default();
            *version += 1;
            rows.push(policy_rules::Model {
                id: RuleId::new(),
                kind: *kind,
                key: rule.key,
                version: *version,
                valid_from: date(&rule.valid_from)?,
                valid_to: rule.valid_to.as_ref().map(date).transpose()?,
                body: rule.body,
                ground: rule.ground,
                source: rule.source,
                created_at: now,
                created_by: None,
                withdrawn_at: None,
                withdrawn_by: None,
                withdrawn_reason: None,
            });
        }
    }
    Ok(rows)
}

/// Fills an empty table of rules. A database that has rules is left alone: from then on they are changed in the office.
pub async fn load_if_empty(db: &DatabaseConnection, now: DateTime<Utc>) -> Result<(), DbErr> {
    if policy_rules::Entity::find().count(db).await? > 0 {
        return Ok(());
    }
    let tx = begin_write(db).await?;
    for rule in built_in_rules(now)? {
        policy_rules::Entity::insert(policy_rules::ActiveModel {
            id: Set(rule.id),
            kind: Set(rule.kind),
            key: Set(rule.key),
            version: Set(rule.version),
            valid_from: Set(rule.valid_from),
            valid_to: Set(rule.valid_to),
            body: Set(rule.body),
            ground: Set(rule.ground),
            source: Set(rule.source),
            created_at: Set(now),
            ..Default::default()
        })
        .exec_without_returning(&tx)
        .await?;
    }
    tx.commit().await
}

fn date(written: &toml::value::Datetime) -> Result<NaiveDate, DbErr> {
    written.to_string().parse().map_err(|error| DbErr::Custom(format!("{written}: {error}")))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::super::cases::{Book, Case, judge};
    use super::*;

    #[test]
    fn the_rules_of_the_files_say_of_every_case_what_is_expected() {
        let book = Book(built_in_rules(DateTime::default()).unwrap());
        let cases = built_in_cases().unwrap();
        assert!(cases.len() >= 60, "{} cases", cases.len());
        let wrong: Vec<String> =
            cases.iter().flat_map(|case| judge(&book, case).differences.into_iter().map(|what| format!("{}: {what}", case.name))).collect();
        assert!(wrong.is_empty(), "{wrong:#?}");
    }

    #[test]
    fn no_case_repeats_another_and_each_says_in_words_what_it_is_about() {
        let cases = built_in_cases().unwrap();
        let names: BTreeSet<&str> = cases.iter().map(|case| case.name.as_str()).collect();
        assert_eq!(names.len(), cases.len(), "names are unique");
        assert!(cases.iter().all(|case| case.words.split(' ').count() >= 6));
        let facts: BTreeSet<String> = cases
            .iter()
            .map(|case| {
                let bare = Case { name: String::new(), words: String::new(), ..case.clone() };
                serde_json::to_string(&bare).unwrap()
            })
            .collect();
        assert_eq!(facts.len(), cases.len(), "the same person on the same day with the same wish stands here twice");
    }

    #[test]
    fn a_case_that_the_rules_do_not_bear_out_says_what_differs() {
        let book = Book(built_in_rules(DateTime::default()).unwrap());
        let mut case = built_in_cases().unwrap().into_iter().find(|case| case.name == "laatste gratis dag").unwrap();
        case.on = "2022-03-01".parse().unwrap();
        let verdict = judge(&book, &case);
        assert!(!verdict.agrees);
        assert_eq!(verdict.differences, [r#"fee: expected {"oral":0,"written":0}, but the rules say {"oral":9000,"written":9000}"#]);
    }

    #[test]
    fn a_file_with_a_word_that_is_not_known_is_refused() {
        let broken = "[[case]]\nname = \"x\"\nwords = \"x\"\non = \"2026-06-01\"\n[case.person]\npurpse = \"taxi\"\n[case.expect]\n";
        assert!(cases_of("x.toml", broken).unwrap_err().contains("purpse"));
    }
}
