//! What can be said of forms and of searches, as it is stored and sent.

use item_bank::forms::assemble::{Assembly, Refusal};
use item_bank::forms::blueprint::{Bank, Blueprint};
use item_bank::forms::check::{check, information};
use item_bank::forms::conflict::{Conflict, Lack};
use item_bank::forms::pool::Why;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::store::Stock;
use crate::ids::ItemVersionId;

/// What came of a search. Written once, with the parameters of its day.
#[derive(Clone, Debug, Default, Serialize, Deserialize, ToSchema)]
pub struct Outcome {
    pub forms: Vec<ProposedForm>,
    pub quality: Option<Quality>,
    /// How many nodes of the search tree were looked at.
    pub nodes: u64,
    /// How many items each two forms share, row by row.
    pub shared: Vec<Vec<usize>>,
    /// Why there are no forms: none of these can be left out.
    pub conflicts: Vec<Contradiction>,
    /// Items that the blueprint requires and that are not to be had.
    pub missing: Vec<String>,
    pub failure: Option<SearchFailure>,
}

/// Why a search ended without forms and without a reason.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum SearchFailure {
    /// Nothing was found with the effort that was allowed.
    NotFound,
    /// The blueprint contradicts itself.
    Faulty,
    Solver,
}

#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct ProposedForm {
    pub items: Vec<ItemVersionId>,
    pub report: FormReport,
}

/// How near the best the forms are.
#[derive(Clone, Copy, Debug, Serialize, Deserialize, ToSchema)]
pub struct Quality {
    /// The largest difference from the target at any point; where as much as possible was asked, the smallest share of the target.
    pub reached: f64,
    /// Nothing better exists than this.
    pub bound: f64,
    pub proven: bool,
}

/// A form held against a blueprint.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct FormReport {
    /// Information at each place of the scale of `thetas()`.
    pub curve: Vec<f64>,
    pub rows: Vec<ReportRow>,
    pub kept: bool,
}

/// One requirement and what the form has.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct ReportRow {
    pub kind: RequirementKind,
    /// Which quota, point, or form in use.
    pub index: Option<usize>,
    /// An item or a form by name.
    pub name: Option<String>,
    pub min: f64,
    pub max: Option<f64>,
    pub has: f64,
    pub kept: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum RequirementKind {
    Count,
    Quota,
    Target,
    Pinned,
    Enemies,
    InUse,
    Reuse,
    Overlap,
}

/// A requirement that cannot be met together with the others of its set. Numbers are of all forms together.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct Contradiction {
    pub kind: RequirementKind,
    pub index: Option<usize>,
    pub name: Option<String>,
    /// What is asked at least, or at most.
    pub asked: Option<f64>,
    /// What the other requirements leave.
    pub possible: Option<f64>,
    /// Whether too little is possible, rather than too much unavoidable.
    pub too_few: bool,
    pub stock: Option<StockCount>,
}

/// What the bank has of what is asked, and how many of it were left out, by the reason.
#[derive(Clone, Copy, Debug, Serialize, Deserialize, ToSchema)]
pub struct StockCount {
    pub items: usize,
    pub usable: usize,
    pub forbidden: usize,
    pub too_often: usize,
    pub no_parameters: usize,
    pub company: usize,
}

/// Where curves are drawn: from -4 to 4 by quarters.
pub fn thetas() -> Vec<f64> {
    (-16..=16).map(|quarter| f64::from(quarter) / 4.0).collect()
}

/// A form held against a blueprint; without one only its curve and its enemies are told.
pub fn of_form(blueprint: Option<&Blueprint>, stock: &Stock, places: &[usize]) -> FormReport {
    let bank = &stock.bank;
    let curve = thetas().into_iter().map(|theta| information(bank, places, theta)).collect();
    let nothing = Blueprint {
        forms: 1,
        items: places.len(),
        quotas: Vec::new(),
        target: None,
        max_forms_per_item: 1,
        max_overlap: None,
        max_shared_in_use: None,
        max_exposure: None,
        pinned: Vec::new(),
        forbidden: Vec::new(),
    };
    let findings = check(blueprint.unwrap_or(&nothing), bank, std::slice::from_ref(&places.to_vec()));
    let of_one_form =
        findings.into_iter().filter(|finding| finding.why != Why::Reuse && (blueprint.is_some() || finding.why == Why::Enemies));
    let rows: Vec<ReportRow> = of_one_form
        .map(|finding| {
            let (kind, index, name) = said(finding.why, stock);
            let kept = finding.kept();
            ReportRow { kind, index, name, min: finding.min, max: finding.max.is_finite().then_some(finding.max), has: finding.has, kept }
        })
        .collect();
    FormReport { curve, kept: rows.iter().all(|row| row.kept), rows }
}

/// What the solver found, in the words of the database.
pub fn of_search(blueprint: &Blueprint, stock: &Stock, result: Result<Assembly, Refusal>) -> Outcome {
    match result {
        Ok(made) => Outcome {
            forms: made
                .forms
                .iter()
                .map(|places| {
                    let places = in_order(&stock.bank, places);
                    let items = places.iter().filter_map(|place| stock.versions.get(*place)).map(|version| version.id).collect();
                    ProposedForm { items, report: of_form(Some(blueprint), stock, &places) }
                })
                .collect(),
            quality: made.quality.map(|quality| Quality { reached: quality.reached, bound: finite(quality.bound), proven: quality.proven }),
            nodes: made.nodes,
            shared: made
                .forms
                .iter()
                .map(|one| made.forms.iter().map(|other| one.iter().filter(|place| other.contains(place)).count()).collect())
                .collect(),
            ..Outcome::default()
        },
        Err(Refusal::Impossible(conflicts)) => {
            Outcome { conflicts: conflicts.iter().map(|conflict| contradiction(conflict, stock)).collect(), ..Outcome::default() }
        }
        Err(Refusal::Pinned(missing)) => Outcome { missing, ..Outcome::default() },
        Err(Refusal::Faults(_)) => Outcome { failure: Some(SearchFailure::Faulty), ..Outcome::default() },
        Err(Refusal::Solver(_)) => Outcome { failure: Some(SearchFailure::Solver), ..Outcome::default() },
        Err(Refusal::NotFound | Refusal::Cancelled) => Outcome { failure: Some(SearchFailure::NotFound), ..Outcome::default() },
    }
}

/// By skill, then from easy to hard, with what belongs to one text together.
fn in_order(bank: &Bank, places: &[usize]) -> Vec<usize> {
    let mut places = places.to_vec();
    places.sort_by_key(|place| {
        bank.items.get(*place).map(|item| {
            let first =
                item.stimulus.as_ref().and_then(|stimulus| bank.items.iter().find(|other| other.stimulus.as_ref() == Some(stimulus)));
            let leader = first.unwrap_or(item);
            (item.skill.clone(), leader.level.clone(), leader.name.clone(), *place)
        })
    });
    places
}

/// JSON has no infinity.
fn finite(value: f64) -> f64 {
    if value.is_finite() { value } else { 0.0 }
}

fn said(why: Why, stock: &Stock) -> (RequirementKind, Option<usize>, Option<String>) {
    match why {
        Why::Count => (RequirementKind::Count, None, None),
        Why::Quota(index) => (RequirementKind::Quota, Some(index), None),
        Why::Target(index) => (RequirementKind::Target, Some(index), None),
        Why::Pinned(place) => (RequirementKind::Pinned, None, stock.versions.get(place).map(|version| version.identifier.clone())),
        Why::Enemies => (RequirementKind::Enemies, None, None),
        Why::InUse(index) => (RequirementKind::InUse, Some(index), stock.in_use.get(index).map(|form| form.key.clone())),
        Why::Reuse => (RequirementKind::Reuse, None, None),
        Why::Overlap => (RequirementKind::Overlap, None, None),
    }
}

fn contradiction(conflict: &Conflict, stock: &Stock) -> Contradiction {
    let (kind, index, name) = said(conflict.why, stock);
    let (asked, possible, too_few) = match conflict.lack {
        Some(Lack::TooFew { needs, can }) => (Some(needs), Some(can), true),
        Some(Lack::TooMany { most, least }) => (Some(most), Some(least), false),
        None => (None, None, true),
    };
    let stock = conflict.stock.map(|stock| StockCount {
        items: stock.items,
        usable: stock.usable,
        forbidden: stock.forbidden,
        too_often: stock.too_often,
        no_parameters: stock.no_parameters,
        company: stock.company,
    });
    Contradiction { kind, index, name, asked, possible, too_few, stock }
}
