//! The plan of an adaptive test and what follows from it. Pure.

use item_bank::measure::cat::{Engine, Next, Rules};
use item_bank::measure::content::ContentBalance;
use item_bank::measure::exposure::Exposure;
use item_bank::measure::grid::{Estimate, Grid, Rule as Weights};
use item_bank::measure::pass::{Decision, PassCurve};
use item_bank::measure::select::Criterion;
use item_bank::measure::{Item, pass};
use item_bank::standard::chance::{Question, RuleChance};
use item_bank::standard::{Cefr, CutRule};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::entity::enums::{Band, ItemSkill, Level, Part, StopReason};
use crate::ids::{FormId, ItemParametersId, ItemVersionId, RuleId};

/// The dated setting `prescreening`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Prescreening {
    pub max_items: usize,
    pub minutes: i64,
    pub min_items: usize,
    pub reading_per_cent: i64,
    pub listening_per_cent: i64,
    pub vocabulary_per_cent: i64,
    /// The next question is one of the best so many, each as likely.
    pub draw_from_best: usize,
    pub decide_levels: Vec<Level>,
    pub decided_below_per_cent: i64,
    pub decided_above_per_cent: i64,
}

/// The dated setting `forecast`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Forecasting {
    pub likely_from_per_cent: i64,
    pub not_yet_below_per_cent: i64,
    pub book_from_per_cent: i64,
    pub interval_per_cent: i64,
    pub uncalibrated_sd: f64,
    pub writing_correlation: f64,
    pub speaking_correlation: f64,
    pub linked_error: f64,
    pub level_cuts: LevelCuts,
    pub calibration_from_persons: usize,
    pub calibration_bin_from_persons: usize,
}

/// The ability of each level, in logits.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(non_snake_case, reason = "levels are written as everybody writes them")]
pub struct LevelCuts {
    pub A1: f64,
    pub A2: f64,
    pub B1: f64,
    pub B2: f64,
}

impl LevelCuts {
    pub fn of(self, level: Level) -> f64 {
        match level {
            Level::A1 => self.A1,
            Level::A2 => self.A2,
            Level::B1 => self.B1,
            _ => self.B2,
        }
    }
}

/// Everything that an adaptive test is made from.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Plan {
    pub prescreening_rule: RuleId,
    pub prescreening: Prescreening,
    pub forecast_rule: RuleId,
    pub forecast: Forecasting,
    /// By identifier.
    pub pool: Vec<PoolItem>,
    /// Places in the pool of items that do not go together.
    pub enemies: Vec<(usize, usize)>,
    pub targets: Vec<Target>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PoolItem {
    pub item_version: ItemVersionId,
    pub identifier: String,
    pub skill: ItemSkill,
    pub parameters: ItemParametersId,
    pub item: Item,
}

/// A published form that somebody may be given, with the rule that it is judged by.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Target {
    pub part: Part,
    pub band: Band,
    pub form: FormId,
    pub key: String,
    pub version: i64,
    pub rule: RuleId,
    pub cut: CutRule,
    /// None when there is no forecast; the reason says why.
    pub questions: Result<Vec<Question>, String>,
    /// The parameters of each question, none where only its level is known.
    pub parameters: Vec<Option<ItemParametersId>>,
}

/// The areas of the pool, in the order of their shares.
pub const AREAS: [ItemSkill; 3] = [ItemSkill::Reading, ItemSkill::Listening, ItemSkill::Vocabulary];

/// The levels that a band's tests tell apart.
pub const fn levels_of(band: Band) -> [Level; 2] {
    match band {
        Band::A1A2 => [Level::A1, Level::A2],
        Band::B1B2 => [Level::B1, Level::B2],
    }
}

pub const fn cefr(level: Level) -> Cefr {
    match level {
        Level::A1 => Cefr::A1,
        Level::A2 => Cefr::A2,
        Level::B1 => Cefr::B1,
        Level::B2 => Cefr::B2,
        _ => Cefr::Below,
    }
}

/// Steps of a tenth of a logit: what is left out beyond five logits changes no digit that is shown.
pub fn grid() -> Grid {
    Grid::normal(101, -5.0, 5.0, Weights::Trapezoid)
}

/// A plan made ready for use.
pub struct Ready {
    pub plan: Plan,
    pub engine: Engine<'static>,
    pub curves: Vec<Curve>,
}

/// The chance to reach a level in a test, at each point of the grid: the mean over the forms of which one will be given.
pub struct Curve {
    pub part: Part,
    pub band: Band,
    pub level: Level,
    pub chance: Result<PassCurve, String>,
}

impl Ready {
    pub fn new(plan: Plan) -> Self {
        let curves = curves(&plan);
        let bank: Vec<Item> = plan.pool.iter().map(|one| one.item.clone()).collect();
        let engine = Engine::new(bank, engine_rules(&plan, &curves), grid());
        Self { plan, engine, curves }
    }

    /// What comes after these answers (places in the pool, with the category that was reached).
    pub fn next(&self, seed: i64, answered: &[(usize, u8)]) -> (Result<usize, StopReason>, Estimate) {
        let (next, estimate) = self.engine.next(seed as u64, answered);
        match next {
            Next::Item(place) => (Ok(place), estimate),
            Next::Stop(stop) => (Err(stop_reason(stop)), estimate),
        }
    }

    pub fn place_of(&self, version: ItemVersionId) -> Option<usize> {
        self.plan.pool.iter().position(|one| one.item_version == version)
    }
}

pub const fn stop_reason(stop: item_bank::measure::cat::Stop) -> StopReason {
    use item_bank::measure::cat::Stop;
    match stop {
        Stop::Precision => StopReason::Precision,
        Stop::Decision => StopReason::Decision,
        Stop::Length => StopReason::Length,
        Stop::Exhausted => StopReason::Exhausted,
    }
}

/// The rules of the engine, live and in simulation alike.
pub fn engine_rules(plan: &Plan, curves: &[Curve]) -> Rules {
    let setting = &plan.prescreening;
    let area = |skill: ItemSkill| AREAS.iter().position(|area| *area == skill).unwrap_or(0);
    let shares = [setting.reading_per_cent, setting.listening_per_cent, setting.vocabulary_per_cent];
    let decides = |curve: &&Curve| matches!(curve.part, Part::Reading | Part::Listening) && setting.decide_levels.contains(&curve.level);
    let decisive: Vec<PassCurve> = curves.iter().filter(decides).filter_map(|curve| curve.chance.as_ref().ok().cloned()).collect();
    Rules {
        criterion: Criterion::Mepv,
        min_items: setting.min_items,
        max_items: setting.max_items,
        content: Some(ContentBalance {
            areas: plan.pool.iter().map(|one| area(one.skill)).collect(),
            shares: shares.iter().map(|share| *share as f64).collect(),
        }),
        exposure: if setting.draw_from_best > 1 { Exposure::Randomesque(setting.draw_from_best) } else { Exposure::Free },
        // Without a test that can be forecast nothing is ever decided, and the length alone ends the pre-screening.
        decision: (!decisive.is_empty()).then(|| Decision {
            curves: decisive,
            low: share(setting.decided_below_per_cent),
            high: share(setting.decided_above_per_cent),
        }),
        enemies: plan.enemies.clone(),
        ..Rules::default()
    }
}

pub fn share(per_cent: i64) -> f64 {
    per_cent as f64 / 100.0
}

/// A curve for each level of each test of reading and listening.
pub fn curves(plan: &Plan) -> Vec<Curve> {
    let grid = grid();
    let mut curves = Vec::new();
    for part in [Part::Reading, Part::Listening] {
        for band in [Band::A1A2, Band::B1B2] {
            let forms: Vec<Result<RuleChance, String>> = plan
                .targets
                .iter()
                .filter(|target| target.part == part && target.band == band)
                .map(|target| chance(target, &plan.forecast))
                .collect();
            let usable: Vec<&RuleChance> = forms.iter().filter_map(|form| form.as_ref().ok()).collect();
            for level in levels_of(band) {
                let at = |theta: &f64| usable.iter().map(|form| form.reaches(cefr(level), *theta)).sum::<f64>() / usable.len() as f64;
                let chance = match forms.iter().find_map(|form| form.as_ref().err()) {
                    // A mean over some of the forms would be that of another test.
                    Some(reason) => Err(reason.clone()),
                    None if forms.is_empty() => Err("no-form".into()),
                    None => Ok(PassCurve::of_values(grid.points.iter().map(at).collect())),
                };
                curves.push(Curve { part, band, level, chance });
            }
        }
    }
    curves
}

fn chance(target: &Target, setting: &Forecasting) -> Result<RuleChance, String> {
    use item_bank::standard::chance::NoChance;
    let questions = target.questions.as_ref().map_err(Clone::clone)?;
    let blurred: Vec<Question> = questions
        .iter()
        .zip(&target.parameters)
        .map(|(question, known)| match known {
            Some(_) => question.clone(),
            None => Question { item: pass::blurred(&question.item, setting.uncalibrated_sd), ..question.clone() },
        })
        .collect();
    RuleChance::new(&target.cut, &blurred).map_err(|fault| {
        match fault {
            NoChance::Empty => "no-form",
            NoChance::PartOfPoint => "part-of-point",
            NoChance::TooManyWays => "rule-too-wide",
        }
        .to_owned()
    })
}

#[cfg(test)]
pub mod tests {
    use super::*;
    use serde_json::json;

    pub fn plan() -> Plan {
        let text = include_str!("../../policy/settings.toml");
        let file: toml::Table = toml::from_str(text).unwrap();
        let body = |key: &str| {
            let rules = file["rule"].as_array().unwrap();
            serde_json::to_value(&rules.iter().find(|rule| rule["key"].as_str() == Some(key)).unwrap()["body"]).unwrap()
        };
        let pool = (0..60)
            .map(|n| PoolItem {
                item_version: ItemVersionId::new(),
                identifier: format!("pre-{n:02}"),
                skill: AREAS[n / 20],
                parameters: ItemParametersId::new(),
                item: Item::Logistic { a: 0.9 + 0.1 * (n % 5) as f64, b: -2.3 + 0.24 * (n % 20) as f64, c: 0.0 },
            })
            .collect();
        let cut = |high: &str, low: &str| -> CutRule {
            serde_json::from_value(json!({ "kind": "levels", "levels": [
                { "level": high, "condition": { "if": "share_at_least", "of": "all", "share": "3/5" } },
                { "level": low, "condition": { "if": "share_at_least", "of": "all", "share": "1/3" } }] }))
            .unwrap()
        };
        let question = |b: f64| Question { item: Item::rasch(b), points: 1, core: false, topics: Vec::new() };
        let target = |part, band, b| Target {
            part,
            band,
            form: FormId::new(),
            key: "form".into(),
            version: 1,
            rule: RuleId::new(),
            cut: if band == Band::A1A2 { cut("A2", "A1") } else { cut("B2", "B1") },
            questions: Ok((0..15).map(|n| question(b + 0.08 * f64::from(n))).collect()),
            parameters: vec![None; 15],
        };
        let targets = [Part::Reading, Part::Listening]
            .into_iter()
            .flat_map(|part| [target(part, Band::A1A2, -1.8), target(part, Band::B1B2, 0.6)])
            .collect();
        Plan {
            prescreening_rule: RuleId::new(),
            prescreening: serde_json::from_value(body("prescreening")).unwrap(),
            forecast_rule: RuleId::new(),
            forecast: serde_json::from_value(body("forecast")).unwrap(),
            pool,
            enemies: vec![(0, 1)],
            targets,
        }
    }

    /// Answers as somebody of this ability most likely would, up to the stop.
    fn walk(ready: &Ready, seed: i64, theta: f64) -> (Vec<(usize, u8)>, StopReason) {
        let mut answered = Vec::new();
        loop {
            match ready.next(seed, &answered).0 {
                Ok(place) => answered.push((place, u8::from(ready.engine.bank()[place].probability(theta, 1) > 0.5))),
                Err(stop) => return (answered, stop),
            }
        }
    }

    #[test]
    fn the_same_answers_and_seed_give_the_same_questions_and_another_seed_gives_others() {
        let ready = Ready::new(plan());
        let again = Ready::new(serde_json::from_value(serde_json::to_value(&ready.plan).unwrap()).unwrap());
        assert_eq!(walk(&ready, 7, 0.3), walk(&again, 7, 0.3));
        assert_ne!(walk(&ready, 7, 0.3).0, walk(&ready, 8, 0.3).0);
    }

    #[test]
    fn every_area_is_asked_no_question_twice_and_enemies_never_meet() {
        let ready = Ready::new(plan());
        for seed in 0..20 {
            let (answered, _) = walk(&ready, seed, f64::from(seed as i32 % 5) - 2.0);
            assert!((9..=20).contains(&answered.len()), "{}", answered.len());
            let mut places: Vec<usize> = answered.iter().map(|(place, _)| *place).collect();
            for area in 0..3 {
                let asked = places.iter().filter(|place| **place / 20 == area).count();
                assert!(asked >= answered.len() / 3 - 1, "{asked} of {}", answered.len());
            }
            assert!(!(places.contains(&0) && places.contains(&1)));
            places.sort_unstable();
            places.dedup();
            assert_eq!(places.len(), answered.len());
        }
    }

    #[test]
    fn somebody_far_from_every_border_is_done_sooner() {
        let ready = Ready::new(plan());
        let (beginner, stop) = walk(&ready, 3, -3.5);
        assert_eq!(stop, StopReason::Decision);
        assert!(beginner.len() < walk(&ready, 3, 0.6).0.len());
    }

    #[test]
    fn without_a_form_nothing_is_decided_and_the_length_ends_it() {
        let ready = Ready::new(Plan { targets: Vec::new(), ..plan() });
        assert!(ready.curves.iter().all(|curve| curve.chance.as_ref().err().is_some_and(|reason| reason == "no-form")));
        assert_eq!(walk(&ready, 3, -3.5).1, StopReason::Length);
    }
}
