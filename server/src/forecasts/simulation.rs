//! How a pre-screening would do, before candidates meet it: the engine that chooses live, on simulated persons.

use std::sync::Arc;

use actix_web::web;
use item_bank::measure::cat::Rules;
use item_bank::measure::simulate;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::access::{Action, Actor, rules as access};
use crate::adaptive::rules::{AREAS, Plan, Prescreening, Ready, engine_rules, grid};
use crate::adaptive::store;
use crate::app::Ijkpunt;
use crate::entity::enums::{Band, FormPart, FormStatus, ItemSkill, Level, Part};
use crate::entity::forms;
use crate::http::extract::Json;
use crate::problem::{Code, Problem, ProblemBody};

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewSimulation {
    pub persons: usize,
    /// The same seed gives the same figures.
    pub seed: u64,
    /// The rule to try; the one of today when left out.
    #[serde(default)]
    pub rule: Option<Prescreening>,
}

#[derive(Serialize, ToSchema)]
pub struct Simulation {
    pub persons: usize,
    pub seed: u64,
    pub rule: Prescreening,
    pub bias: f64,
    pub rmse: f64,
    /// Share of persons whose true ability lies in the interval of 95 %.
    pub coverage: f64,
    pub mean_se: f64,
    pub mean_length: f64,
    /// Mean share of questions that two persons have in common.
    pub overlap: f64,
    /// Persons by number of questions, from 0 on.
    pub lengths: Vec<usize>,
    /// The share of tests that a clear decision ended; the others ended by their length or for want of questions.
    pub decided: f64,
    pub content: Vec<ContentShare>,
    pub items: Vec<ItemExposure>,
    pub by_ability: Vec<AbilityRow>,
    pub forecasts: Vec<SimulatedForecast>,
}

#[derive(Serialize, ToSchema)]
pub struct ContentShare {
    pub area: ItemSkill,
    pub wanted: f64,
    pub found: f64,
}

#[derive(Serialize, ToSchema)]
pub struct ItemExposure {
    pub identifier: String,
    pub area: ItemSkill,
    /// The share of persons who met it.
    pub exposure: f64,
}

#[derive(Serialize, ToSchema)]
pub struct AbilityRow {
    /// The middle of a band of a logit.
    pub ability: f64,
    pub persons: usize,
    pub bias: f64,
    pub rmse: f64,
    pub coverage: f64,
    pub mean_length: f64,
}

/// How forecasts of a level came true in the simulation.
#[derive(Serialize, ToSchema)]
pub struct SimulatedForecast {
    pub part: Part,
    pub band: Band,
    pub level: Level,
    pub ece: f64,
    pub brier: f64,
    /// The same of a chance that is plugged in at the estimate, for comparison.
    pub plugin_ece: f64,
    pub plugin_brier: f64,
}

/// More take longer than somebody should wait for a page; the command line has no such end.
const MOST_PERSONS: usize = 5_000;

#[utoipa::path(post, path = "/api/simulations", operation_id = "simulatePrescreening", tag = "measurement", request_body = NewSimulation, responses((status = 200, body = Simulation), (status = 403, body = ProblemBody), (status = 409, body = ProblemBody), (status = 422, body = ProblemBody)))]
pub async fn run(ijkpunt: web::Data<Ijkpunt>, actor: Actor, Json(new): Json<NewSimulation>) -> Result<web::Json<Simulation>, Problem> {
    access::may_somewhere(&actor, Action::SeeStatistics)?;
    if !(1..=MOST_PERSONS).contains(&new.persons) {
        return Err(Problem::field("/persons", Code::OutOfRange));
    }
    let form = forms::Entity::find()
        .filter(forms::Column::Part.eq(FormPart::Prescreening))
        .filter(forms::Column::Status.eq(FormStatus::Published))
        .order_by_desc(forms::Column::CreatedAt)
        .one(&ijkpunt.db)
        .await?
        .ok_or(Problem::new(Code::NoForm))?;
    let plan = store::plan_of_today(&ijkpunt.db, &ijkpunt.plans, form.id, ijkpunt.clock.today()).await?;
    let mut plan = plan.ok_or(Problem::new(Code::PoolNotCalibrated))?;
    if let Some(rule) = new.rule {
        check(&rule, plan.pool.len())?;
        plan.prescreening = rule;
    }
    let (persons, seed) = (new.persons, new.seed);
    let found = web::block(move || simulated(plan, persons, seed)).await;
    found.map(web::Json).map_err(|error| {
        tracing::error!(%error, "a simulation did not end");
        Problem::new(Code::Internal)
    })
}

fn check(rule: &Prescreening, pool: usize) -> Result<(), Problem> {
    let shares = [rule.reading_per_cent, rule.listening_per_cent, rule.vocabulary_per_cent];
    let wrong = [
        ("/rule/max_items", !(1..=pool).contains(&rule.max_items)),
        ("/rule/min_items", rule.min_items > rule.max_items),
        ("/rule/draw_from_best", !(1..=pool).contains(&rule.draw_from_best)),
        ("/rule/reading_per_cent", shares.iter().any(|share| !(0..=100).contains(share)) || shares.iter().sum::<i64>() != 100),
        ("/rule/decided_below_per_cent", !(0..=100).contains(&rule.decided_below_per_cent)),
        ("/rule/decided_above_per_cent", rule.decided_above_per_cent > 100 || rule.decided_above_per_cent <= rule.decided_below_per_cent),
    ];
    let fields: Vec<_> = wrong.into_iter().filter(|(_, wrong)| *wrong).map(|(pointer, _)| (pointer, Code::OutOfRange)).collect();
    if fields.is_empty() { Ok(()) } else { Err(Problem::fields(fields)) }
}

fn simulated(plan: Plan, persons: usize, seed: u64) -> Simulation {
    let ready = Arc::new(Ready::new(plan));
    let rules = engine_rules(&ready.plan, &ready.curves);
    let report = simulate::adaptive(ready.engine.bank(), &rules, &grid(), persons, seed);
    let shares =
        [ready.plan.prescreening.reading_per_cent, ready.plan.prescreening.listening_per_cent, ready.plan.prescreening.vocabulary_per_cent];
    let pool = ready.plan.pool.iter().zip(&report.exposure);
    Simulation {
        persons,
        seed,
        rule: ready.plan.prescreening.clone(),
        bias: report.bias,
        rmse: report.rmse,
        coverage: report.coverage,
        mean_se: report.mean_se,
        mean_length: report.mean_length,
        overlap: report.overlap,
        decided: report.stops.decision,
        content: AREAS
            .into_iter()
            .zip(shares)
            .zip(&report.content)
            .map(|((area, wanted), found)| ContentShare { area, wanted: wanted as f64 / 100.0, found: *found })
            .collect(),
        items: pool
            .map(|(one, exposure)| ItemExposure { identifier: one.identifier.clone(), area: one.skill, exposure: *exposure })
            .collect(),
        by_ability: report
            .by_ability
            .iter()
            .map(|band| AbilityRow {
                ability: band.ability,
                persons: band.persons,
                bias: band.bias,
                rmse: band.rmse,
                coverage: band.coverage,
                mean_length: band.mean_length,
            })
            .collect(),
        lengths: report.lengths,
        forecasts: forecasts(&ready, &rules, persons, seed),
    }
}

/// One level of each band, in reading: the others are forecast by the same road.
fn forecasts(ready: &Ready, rules: &Rules, persons: usize, seed: u64) -> Vec<SimulatedForecast> {
    let chosen =
        ready.curves.iter().filter(|curve| curve.part == Part::Reading && ready.plan.prescreening.decide_levels.contains(&curve.level));
    chosen
        .filter_map(|curve| {
            let found = simulate::adaptive_forecasts(ready.engine.bank(), rules, curve.chance.as_ref().ok()?, &grid(), persons, seed);
            Some(SimulatedForecast {
                part: curve.part,
                band: curve.band,
                level: curve.level,
                ece: found.posterior.ece,
                brier: found.posterior.brier,
                plugin_ece: found.plugin.ece,
                plugin_brier: found.plugin.brier,
            })
        })
        .collect()
}
