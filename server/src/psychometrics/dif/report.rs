//! What a comparison of groups says.

use item_bank::measure::dif::EtsClass;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::psychometrics::analysis::report::FormName;
use crate::psychometrics::settings::Correction;

/// What groups are made by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum GroupCriterion {
    /// The language in which the test was taken.
    TestLanguage,
    /// The language in which the candidate is written to.
    ContactLanguage,
    Gender,
    Age,
    Advice,
}

#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct DifReport {
    pub form: FormName,
    pub by: GroupCriterion,
    /// The group that the others are compared with; absent when there is none that is large enough.
    pub reference: Option<String>,
    /// Everybody who belongs to a group.
    pub persons: usize,
    pub groups: Vec<GroupReport>,
    pub items: Vec<DifItem>,
    pub comparisons: Vec<Comparison>,
    /// How p was corrected, and for how many tests.
    #[schema(inline)]
    pub correction: CorrectionName,
    pub tests: usize,
    /// Whether items that showed a difference were taken out of the matching score.
    pub purified: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum CorrectionName {
    BenjaminiHochberg,
    Holm,
}

impl From<Correction> for CorrectionName {
    fn from(correction: Correction) -> Self {
        match correction {
            Correction::BenjaminiHochberg => Self::BenjaminiHochberg,
            Correction::Holm => Self::Holm,
        }
    }
}

#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct GroupReport {
    pub group: String,
    pub persons: usize,
    /// Too few to be compared.
    pub few: bool,
    pub mean: Option<f64>,
}

#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct DifItem {
    pub item_id: Uuid,
    pub identifier: String,
    pub title: String,
    /// The share right in bands of rising score, for each group in the order of `groups`; absent where too few persons are.
    pub curves: Vec<Vec<Option<f64>>>,
}

/// One group against the reference.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct Comparison {
    pub focal: String,
    pub persons: usize,
    /// Judged by empirical Bayes, since the group is small.
    pub small: bool,
    /// In the order of the report's items.
    pub items: Vec<ItemDifference>,
}

#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct ItemDifference {
    /// ETS delta: positive favours the focal group. Absent where it does not exist.
    pub delta: Option<f64>,
    pub se: Option<f64>,
    pub chisq: Option<f64>,
    pub p: Option<f64>,
    pub p_adjusted: Option<f64>,
    /// A negligible, B moderate, C large: after the correction for many tests, or by empirical Bayes in a small group.
    pub class: Option<ClassName>,
    /// The class without a correction, as ETS defines it.
    pub raw_class: Option<ClassName>,
    pub favours: Option<Favours>,
    /// Empirical Bayes: the delta shrunk towards the other items, its error, and the probabilities of A, B and C.
    pub eb_delta: Option<f64>,
    pub eb_se: Option<f64>,
    pub eb_probabilities: Option<[f64; 3]>,
    /// Whether the item counted in the matching score of the others.
    pub in_score: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub enum ClassName {
    A,
    B,
    C,
}

impl From<EtsClass> for ClassName {
    fn from(class: EtsClass) -> Self {
        match class {
            EtsClass::A => Self::A,
            EtsClass::B => Self::B,
            EtsClass::C => Self::C,
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Favours {
    Reference,
    Focal,
}
