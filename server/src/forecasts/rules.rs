//! From the answers of a pre-screening to chances, words and advice. Pure.

use item_bank::measure::grid::Estimate;
use item_bank::measure::pass::{Chance, LinkedSkill};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use utoipa::ToSchema;

use crate::adaptive::rules::{AREAS, Forecasting, Ready, levels_of, share};
use crate::entity::enums::{Band, ForecastRoad, ItemSkill, Level, Part};
use crate::ids::RuleId;

/// The chance to reach a level in a part of a test.
#[derive(Clone, Debug, PartialEq)]
pub struct Line {
    pub part: Part,
    pub band: Band,
    pub level: Level,
    pub road: ForecastRoad,
    pub chance: Option<Chance>,
    pub plugin: Option<f64>,
    pub reason: Option<String>,
    pub rule: Option<RuleId>,
    pub basis: Value,
}

/// What a chance is called.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    Likely,
    Uncertain,
    NotYet,
    /// No forecast can be honest.
    Unknown,
}

/// Everything that a pre-screening says.
#[derive(Clone, Debug, PartialEq)]
pub struct Outcome {
    pub estimate: Estimate,
    pub lines: Vec<Line>,
    pub band: Band,
    pub reached: Level,
    pub practise: Vec<ItemSkill>,
}

/// `answered` are places in the pool, with the category that was reached.
pub fn outcome(ready: &Ready, answered: &[(usize, u8)]) -> Outcome {
    let posterior = ready.engine.posterior(answered);
    let estimate = ready.engine.grid().moments(&posterior);
    let mut lines = asked_lines(ready, &posterior, estimate);
    lines.extend(linked_lines(ready, &posterior, estimate));
    let reached = reached(&lines, &ready.plan.forecast);
    Outcome {
        band: if matches!(reached, Level::B1 | Level::B2) { Band::B1B2 } else { Band::A1A2 },
        reached,
        practise: practise(ready, answered, estimate),
        estimate,
        lines,
    }
}

/// Reading and listening, from the score distribution of the forms.
fn asked_lines(ready: &Ready, posterior: &[f64], estimate: Estimate) -> Vec<Line> {
    let grid = ready.engine.grid();
    let interval = share(ready.plan.forecast.interval_per_cent);
    let line = |curve: &crate::adaptive::rules::Curve| {
        let targets = ready.plan.targets.iter().filter(|target| target.part == curve.part && target.band == curve.band);
        let forms: Vec<Value> = targets
            .clone()
            .map(|target| {
                let estimated = target.parameters.iter().filter(|known| known.is_none()).count();
                json!({ "form": target.form, "key": target.key, "version": target.version, "rule": target.rule,
                    "questions": target.parameters.len(), "not_calibrated": estimated })
            })
            .collect();
        Line {
            part: curve.part,
            band: curve.band,
            level: curve.level,
            road: if curve.chance.is_ok() { ForecastRoad::Score } else { ForecastRoad::None },
            chance: curve.chance.as_ref().ok().map(|curve| Chance::under(curve, posterior, interval)),
            plugin: curve.chance.as_ref().ok().map(|curve| curve.between(grid, estimate.theta)),
            reason: curve.chance.as_ref().err().cloned(),
            rule: targets.clone().map(|target| target.rule).next(),
            basis: json!({ "forms": forms }),
        }
    };
    ready.curves.iter().map(line).collect()
}

/// Writing and speaking, which were not asked.
fn linked_lines(ready: &Ready, posterior: &[f64], estimate: Estimate) -> Vec<Line> {
    let setting = &ready.plan.forecast;
    let interval = share(setting.interval_per_cent);
    let mut lines = Vec::new();
    for (part, correlation) in [(Part::Writing, setting.writing_correlation), (Part::Speaking, setting.speaking_correlation)] {
        for band in [Band::A1A2, Band::B1B2] {
            for level in levels_of(band) {
                let skill = LinkedSkill { correlation, cut: setting.level_cuts.of(level), error: setting.linked_error };
                lines.push(Line {
                    part,
                    band,
                    level,
                    road: ForecastRoad::Linked,
                    chance: Some(skill.under(ready.engine.grid(), posterior, interval)),
                    plugin: Some(skill.at(estimate.theta)),
                    reason: None,
                    rule: None,
                    basis: json!({ "correlation": correlation, "cut": skill.cut, "error": skill.error }),
                });
            }
        }
    }
    lines
}

/// The highest level of which both reading and listening are within reach; a higher one never counts without those below it.
fn reached(lines: &[Line], setting: &Forecasting) -> Level {
    let from = share(setting.book_from_per_cent);
    let within = |level: Level| {
        let asked = lines.iter().filter(|line| line.level == level && matches!(line.part, Part::Reading | Part::Listening));
        let chances: Vec<f64> = asked.filter_map(|line| line.chance.map(|chance| chance.pass)).collect();
        !chances.is_empty() && chances.iter().all(|pass| *pass >= from)
    };
    let rising = [Level::A1, Level::A2, Level::B1, Level::B2];
    rising.into_iter().take_while(|level| within(*level)).last().unwrap_or(Level::Below)
}

pub fn verdict(pass: Option<f64>, setting: &Forecasting) -> Verdict {
    match pass {
        None => Verdict::Unknown,
        Some(pass) if pass >= share(setting.likely_from_per_cent) => Verdict::Likely,
        Some(pass) if pass < share(setting.not_yet_below_per_cent) => Verdict::NotYet,
        Some(_) => Verdict::Uncertain,
    }
}

/// How far below its expected score an area must be, in standard errors, to be called weaker: less is chance.
const WEAKER: f64 = -1.0;

/// The areas that went worse than the rest, worst first: the answers against what the estimate expects of the same questions.
fn practise(ready: &Ready, answered: &[(usize, u8)], estimate: Estimate) -> Vec<ItemSkill> {
    let mut areas: Vec<(f64, ItemSkill)> = AREAS
        .into_iter()
        .filter_map(|area| {
            let (mut surplus, mut variance) = (0.0, 0.0);
            for (place, category) in answered.iter().filter(|(place, _)| ready.plan.pool.get(*place).is_some_and(|one| one.skill == area)) {
                let item = ready.engine.bank().get(*place)?;
                let chances = item.probabilities(estimate.theta);
                let expected: f64 = chances.iter().enumerate().map(|(k, p)| k as f64 * p).sum();
                surplus += f64::from(*category) - expected;
                variance += chances.iter().enumerate().map(|(k, p)| p * (k as f64 - expected).powi(2)).sum::<f64>();
            }
            (variance > 0.0).then(|| (surplus / variance.sqrt(), area))
        })
        .filter(|(z, _)| *z < WEAKER)
        .collect();
    areas.sort_by(|one, other| one.0.total_cmp(&other.0));
    areas.into_iter().map(|(_, area)| area).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::adaptive::rules::tests::plan;

    fn right_up_to(ready: &Ready, b: f64) -> Vec<(usize, u8)> {
        let right = |place: usize| match &ready.engine.bank()[place] {
            item_bank::measure::Item::Logistic { b: difficulty, .. } => u8::from(*difficulty < b),
            _ => 0,
        };
        (0..60).step_by(3).map(|place| (place, right(place))).collect()
    }

    #[test]
    fn a_higher_level_is_never_likelier_and_writing_is_less_sure_than_reading() {
        let ready = Ready::new(plan());
        for b in [-3.0, -1.0, 0.0, 1.0, 3.0] {
            let found = outcome(&ready, &right_up_to(&ready, b));
            assert_eq!(found.lines.len(), 16);
            for part in [Part::Reading, Part::Listening, Part::Writing, Part::Speaking] {
                let of: Vec<&Line> = found.lines.iter().filter(|line| line.part == part).collect();
                for pair in of.windows(2).filter(|pair| pair[0].band == pair[1].band) {
                    assert!(pair[0].chance.unwrap().pass >= pair[1].chance.unwrap().pass);
                }
            }
            let width = |part| {
                let line = found.lines.iter().find(|line| line.part == part && line.level == Level::A2).unwrap();
                line.chance.unwrap().high - line.chance.unwrap().low
            };
            assert!(width(Part::Writing) >= width(Part::Reading) - 0.02, "{b}");
        }
    }

    #[test]
    fn the_band_follows_what_is_within_reach() {
        let ready = Ready::new(plan());
        let beginner = outcome(&ready, &right_up_to(&ready, -3.0));
        assert_eq!((beginner.reached, beginner.band), (Level::Below, Band::A1A2));
        let strong = outcome(&ready, &right_up_to(&ready, 3.0));
        assert_eq!((strong.reached, strong.band), (Level::B2, Band::B1B2));
    }

    #[test]
    fn what_went_worse_than_the_rest_is_to_be_practised() {
        let ready = Ready::new(plan());
        let mut answered = right_up_to(&ready, 0.0);
        assert_eq!(outcome(&ready, &answered).practise, []);
        answered.iter_mut().filter(|(place, _)| (20..40).contains(place)).for_each(|(_, category)| *category = 0);
        assert_eq!(outcome(&ready, &answered).practise.first(), Some(&ItemSkill::Listening));
    }

    #[test]
    fn a_chance_has_a_word() {
        let setting = plan().forecast;
        assert_eq!(verdict(Some(0.75), &setting), Verdict::Likely);
        assert_eq!(verdict(Some(0.5), &setting), Verdict::Uncertain);
        assert_eq!(verdict(Some(0.34), &setting), Verdict::NotYet);
        assert_eq!(verdict(None, &setting), Verdict::Unknown);
    }
}
