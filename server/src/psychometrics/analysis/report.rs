//! What an analysis says. A number that rests on too few answers, or that does not exist, is absent.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

#[derive(Clone, Debug, Default, Serialize, Deserialize, ToSchema)]
pub struct AnalysisReport {
    pub form: FormName,
    pub attempts: usize,
    /// Which numbers are left out for want of answers.
    pub few: FewAnswers,
    pub mean: Option<f64>,
    pub sd: Option<f64>,
    pub highest: f64,
    pub alpha: Option<f64>,
    /// 95 % interval of alpha.
    pub alpha_from: Option<f64>,
    pub alpha_to: Option<f64>,
    /// Standard error of measurement, in points.
    pub sem: Option<f64>,
    /// The model whose fit was looked at.
    pub model: Option<String>,
    pub earlier: Option<Earlier>,
    /// Attempts by points, from 0 on.
    pub scores: Vec<usize>,
    pub items: Vec<ItemReport>,
}

#[derive(Clone, Debug, Default, Serialize, Deserialize, ToSchema)]
pub struct FormName {
    pub id: Uuid,
    pub key: String,
    pub version: i64,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct FewAnswers {
    /// Too few for shares and options.
    pub answers: bool,
    /// Too few for correlations, alpha and the error of measurement.
    pub correlations: bool,
    /// Too few for the fit of a model.
    pub fit: bool,
}

/// The period before, which drift is measured against.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct Earlier {
    pub from: NaiveDate,
    pub until: NaiveDate,
    pub attempts: usize,
}

#[derive(Clone, Debug, Default, Serialize, Deserialize, ToSchema)]
pub struct ItemReport {
    pub item_id: Uuid,
    pub identifier: String,
    pub version: i64,
    pub title: String,
    pub level: Option<String>,
    pub n: usize,
    /// Share of the points earned.
    pub p: Option<f64>,
    /// Correlations with all points, and with those of the other items.
    pub rit: Option<f64>,
    pub rir: Option<f64>,
    pub alpha_without: Option<f64>,
    pub s_x2: Option<f64>,
    pub df: Option<usize>,
    pub fit_p: Option<f64>,
    pub infit: Option<f64>,
    pub outfit: Option<f64>,
    /// Since the period before, and since its parameters were approved.
    pub drift: Option<Drift>,
    pub drift_b: Option<Drift>,
    /// Share of the attempts at this part that met the item.
    pub exposure: Option<f64>,
    pub options: Vec<OptionReport>,
    /// Share of the points in each score group, from the weakest to the best.
    pub curve: Vec<Option<f64>>,
    pub flags: Vec<Flag>,
}

/// A change of difficulty in logits beyond that of the other items; positive is harder.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Drift {
    pub logits: f64,
    pub se: f64,
    pub z: f64,
}

#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct OptionReport {
    pub letter: String,
    pub text: String,
    pub key: bool,
    pub chosen: usize,
    pub share: f64,
    /// Share in each score group, from the weakest to the best.
    pub by_group: Vec<Option<f64>>,
    pub correlation: Option<f64>,
}

/// Something worth a look.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Flag {
    pub kind: FlagKind,
    /// The letter of the option that it is about.
    pub option: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum FlagKind {
    /// The best candidates choose another option than the key.
    KeyWrong,
    /// Who knows more gets it wrong more often.
    Negative,
    LowDiscrimination,
    TooEasy,
    TooHard,
    /// Hardly anybody chooses the option.
    UnusedOption,
    Misfit,
    Easier,
    Harder,
    Overexposed,
}
