//! The languages of instructions and of the MO test: dated rules of their own kind.

use chrono::NaiveDate;
use sea_orm::{ConnectionTrait, DbErr};
use serde::Deserialize;

use crate::entity::enums::RuleKind;
use crate::policy;

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Language {
    /// A BCP 47 tag.
    pub tag: String,
    /// In Dutch, as the agencies call it.
    pub name: String,
    /// In the language itself, as a candidate looks for it.
    pub own_name: String,
    pub dir: Direction,
    /// May instructions and screens be had in it?
    pub interface: bool,
    /// Is it a language of the MO test?
    pub mo: bool,
    /// Where it comes in lists.
    pub rank: i64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Direction {
    Ltr,
    Rtl,
}

/// The languages in which a kiosk speaks, in the order of the lists.
pub async fn interface(db: &impl ConnectionTrait, on: NaiveDate) -> Result<Vec<Language>, DbErr> {
    let mut languages: Vec<Language> =
        policy::rules_at::<Language>(db, RuleKind::Language, on).await?.into_iter().map(|rule| rule.body).collect();
    languages.retain(|language| language.interface);
    languages.sort_by_key(|language| language.rank);
    Ok(languages)
}
