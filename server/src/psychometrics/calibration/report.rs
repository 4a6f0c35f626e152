//! What a calibration says.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub enum CalibrationModel {
    #[serde(rename = "rasch")]
    Rasch,
    #[serde(rename = "2pl")]
    TwoPl,
    #[serde(rename = "3pl")]
    ThreePl,
}

/// How the new parameters come on the old scale.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Anchoring {
    /// A scale of its own: these candidates have mean 0 and, but for Rasch, spread 1.
    None,
    /// Items with approved parameters keep them; only the others are estimated.
    Fixed,
    /// All are estimated, then put on the old scale by the curves of the items that have approved parameters (Stocking & Lord 1983).
    Linking,
}

#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct CalibrationReport {
    pub model: CalibrationModel,
    pub anchoring: Anchoring,
    pub attempts: usize,
    /// Items with approved parameters that rest on answers.
    pub anchors: usize,
    /// θ(old) = a θ(new) + b, when the scales were linked.
    pub link_a: Option<f64>,
    pub link_b: Option<f64>,
    /// Mean and standard deviation of these candidates on the scale of the result.
    pub mean: f64,
    pub sd: f64,
    pub log_likelihood: f64,
    pub iterations: usize,
    pub converged: bool,
    pub items: Vec<CalibratedItem>,
}

#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct CalibratedItem {
    pub item_id: Uuid,
    pub identifier: String,
    pub title: String,
    pub n: usize,
    pub p: Option<f64>,
    /// Too few answers, or answers that say nothing: the item has no new parameters.
    pub left_out: Option<LeftOut>,
    /// Kept its parameters, so that the others stand on their scale.
    pub anchored: bool,
    pub new: Option<Parameters>,
    pub old: Option<Parameters>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum LeftOut {
    TooFew,
    /// Everybody was right, or everybody wrong.
    AllTheSame,
}

#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Parameters {
    pub a: f64,
    pub b: f64,
    pub c: f64,
    pub se_a: Option<f64>,
    pub se_b: Option<f64>,
    pub se_c: Option<f64>,
}
