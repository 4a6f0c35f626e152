//! From when on a number is told, and from when on it is worth a look: a dated rule.

use chrono::NaiveDate;
use sea_orm::{ConnectionTrait, DbErr};
use serde::{Deserialize, Serialize};

use crate::entity::enums::RuleKind;
use crate::policy::{self, Rule};

pub const KEY: &str = "measurement";

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Settings {
    pub few: Few,
    pub calibration: CalibrationNeeds,
    pub flags: Flags,
    pub groups: Groups,
}

/// Numbers of persons below which a number is too uncertain to be told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Few {
    pub answers: usize,
    pub correlations: usize,
    pub fit: usize,
    pub group: usize,
    pub small_group: usize,
    pub fewest_a_point: usize,
}

/// Answers per item that each model asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CalibrationNeeds {
    pub rasch: usize,
    pub two_parameters: usize,
    pub three_parameters: usize,
}

#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Flags {
    pub too_easy: f64,
    pub too_hard: f64,
    pub low_discrimination: f64,
    pub unused_option: f64,
    pub misfit_p: f64,
    pub drift_logits: f64,
    pub drift_z: f64,
    pub exposure: f64,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Groups {
    /// How far back the analysis after a session looks.
    pub months: u32,
    pub scores: usize,
    /// The ages at which a new group begins.
    pub ages: Vec<i32>,
    pub correction: Correction,
}

/// How the p-values of many tests are corrected.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Correction {
    BenjaminiHochberg,
    Holm,
}

/// The settings of a day.
pub async fn on(db: &impl ConnectionTrait, day: NaiveDate) -> Result<Rule<Settings>, DbErr> {
    let rule = policy::rule_at(db, RuleKind::Setting, KEY, day).await?;
    rule.ok_or_else(|| DbErr::RecordNotFound(format!("setting {KEY} on {day}")))
}
