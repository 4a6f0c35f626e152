//! Did the forecasts come true? Each real test is compared with the last forecast before it.

use std::collections::BTreeMap;

use actix_web::http::header;
use actix_web::{HttpResponse, web};
use item_bank::measure::reliability::{Reliability, reliability};
use sea_orm::{ConnectionTrait, DbErr, FromQueryResult, Statement};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::access::{Action, Actor, rules as access};
use crate::adaptive::rules::{Forecasting, cefr, levels_of};
use crate::app::Ijkpunt;
use crate::entity::enums::{Advice, Band, Level, Part, RuleKind};
use crate::policy;
use crate::problem::{Code, Problem, ProblemBody};

#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub struct CalibrationQuery {
    pub part: Option<Part>,
    pub level: Option<Level>,
    /// A language of contact, such as ar.
    pub language: Option<String>,
    /// An advice on learning ability.
    pub advice: Option<Advice>,
    /// csv gives the comparison as a file.
    pub format: Option<String>,
}

/// A forecast beside what happened.
#[derive(Clone, Debug, FromQueryResult)]
pub struct Pair {
    pub part: Part,
    pub band: Band,
    pub level: Level,
    pub pass: f64,
    pub reached: Level,
    pub required_level: Option<Level>,
    pub language: String,
    pub advice: Option<Advice>,
}

#[derive(Serialize, ToSchema)]
pub struct Calibration {
    /// Forecasts that can be compared by now.
    pub pairs: usize,
    /// How many are asked for before numbers are shown.
    pub needed: usize,
    pub needed_in_bin: usize,
    /// None when there are too few.
    pub overall: Option<Scores>,
    pub bins: Vec<BinView>,
    pub by_language: Vec<Group>,
    pub by_advice: Vec<Group>,
    pub by_part: Vec<Group>,
}

#[derive(Serialize, ToSchema)]
pub struct Scores {
    pub brier: f64,
    pub reliability: f64,
    pub resolution: f64,
    pub uncertainty: f64,
    /// Expected calibration error.
    pub ece: f64,
    pub forecast: f64,
    pub passed: f64,
}

/// A tenth of the chances; without numbers when too few fell in it.
#[derive(Serialize, ToSchema)]
pub struct BinView {
    pub from: f64,
    pub to: f64,
    pub pairs: usize,
    pub forecast: Option<f64>,
    pub passed: Option<f64>,
    pub low: Option<f64>,
    pub high: Option<f64>,
}

#[derive(Serialize, ToSchema)]
pub struct Group {
    pub name: String,
    pub pairs: usize,
    pub scores: Option<Scores>,
}

#[utoipa::path(get, path = "/api/forecast-calibration", operation_id = "forecastCalibration", tag = "measurement", params(CalibrationQuery), responses((status = 200, body = Calibration), (status = 403, body = ProblemBody), (status = 422, body = ProblemBody)))]
pub async fn read(ijkpunt: web::Data<Ijkpunt>, actor: Actor, query: web::Query<CalibrationQuery>) -> Result<HttpResponse, Problem> {
    access::may_somewhere(&actor, Action::SeeStatistics)?;
    let setting = policy::rule_at::<Forecasting>(&ijkpunt.db, RuleKind::Setting, "forecast", ijkpunt.clock.today()).await?;
    let setting = setting.ok_or_else(Problem::not_found)?.body;
    let pairs = pairs(&ijkpunt.db).await?;
    let found = compare(&pairs, &query, &setting);
    match query.format.as_deref() {
        None | Some("json") => Ok(HttpResponse::Ok().json(found)),
        Some("csv") => Ok(HttpResponse::Ok()
            .content_type("text/csv; charset=utf-8")
            .insert_header((header::CONTENT_DISPOSITION, "attachment; filename=\"forecasts-calibration.csv\""))
            .body(csv(&found))),
        Some(_) => Err(Problem::field("/format", Code::OutOfRange)),
    }
}

/// Every first test of a part and band after a forecast, beside each level of the last forecast before it. A test that was never finished has no
/// result and is no evidence.
pub async fn pairs(db: &impl ConnectionTrait) -> Result<Vec<Pair>, DbErr> {
    let sql = "SELECT c.part, c.band, c.level, c.pass, r.level AS reached, r.required_level, f.language, f.advice
        FROM results r
        JOIN attempts a ON a.id = r.attempt_id
        JOIN forecasts f ON f.candidate_id = r.candidate_id AND f.superseded_at IS NULL AND f.made_at < a.started_at
        JOIN forecast_chances c ON c.forecast_id = f.id AND c.part = r.part AND c.band = r.band AND c.pass IS NOT NULL
        WHERE r.superseded_at IS NULL
        AND NOT EXISTS (SELECT 1 FROM forecasts later WHERE later.candidate_id = f.candidate_id AND later.superseded_at IS NULL
            AND later.made_at > f.made_at AND later.made_at < a.started_at)
        AND NOT EXISTS (SELECT 1 FROM attempts sooner WHERE sooner.candidate_id = a.candidate_id AND sooner.part = a.part AND sooner.band = a.band
            AND sooner.started_at > f.made_at AND sooner.started_at < a.started_at AND sooner.status <> 'annulled')
        ORDER BY c.forecast_id, c.part, c.level";
    Pair::find_by_statement(Statement::from_string(db.get_database_backend(), sql)).all(db).await
}

/// Without a level asked for, each test counts once, at the level that it was taken for, so that no test is counted twice.
pub fn compare(pairs: &[Pair], query: &CalibrationQuery, setting: &Forecasting) -> Calibration {
    let asked = |pair: &&Pair| {
        let level = query.level.unwrap_or_else(|| taken_for(pair));
        pair.level == level
            && query.part.is_none_or(|part| pair.part == part)
            && query.language.as_ref().is_none_or(|language| pair.language == *language)
            && query.advice.is_none_or(|advice| pair.advice == Some(advice))
    };
    let asked: Vec<&Pair> = pairs.iter().filter(asked).collect();
    let needed = setting.calibration_from_persons;
    let all = of(&asked);
    let enough = |found: &Reliability| found.persons >= needed;
    Calibration {
        pairs: asked.len(),
        needed,
        needed_in_bin: setting.calibration_bin_from_persons,
        overall: enough(&all).then(|| scores(&asked, &all)),
        bins: bins(&all, setting),
        by_language: groups(&asked, needed, |pair| pair.language.clone()),
        by_advice: groups(&asked, needed, |pair| pair.advice.map_or("none", |advice| advice.as_str()).to_owned()),
        by_part: groups(&asked, needed, |pair| pair.part.as_str().to_owned()),
    }
}

fn taken_for(pair: &Pair) -> Level {
    let levels = levels_of(pair.band);
    pair.required_level.filter(|level| levels.contains(level)).unwrap_or(levels[1])
}

fn of(pairs: &[&Pair]) -> Reliability {
    let outcome = |pair: &&Pair| (pair.pass, cefr(pair.reached) >= cefr(pair.level));
    reliability(&pairs.iter().map(outcome).collect::<Vec<_>>())
}

fn scores(pairs: &[&Pair], found: &Reliability) -> Scores {
    Scores {
        brier: found.brier,
        reliability: found.reliability,
        resolution: found.resolution,
        uncertainty: found.uncertainty,
        ece: found.ece,
        forecast: pairs.iter().map(|pair| pair.pass).sum::<f64>() / pairs.len().max(1) as f64,
        passed: found.passed,
    }
}

fn bins(found: &Reliability, setting: &Forecasting) -> Vec<BinView> {
    let show = found.persons >= setting.calibration_from_persons;
    let view = |bin: &item_bank::measure::reliability::Bin| {
        let enough = show && bin.persons >= setting.calibration_bin_from_persons;
        let shown = |value: f64| enough.then_some(value);
        BinView {
            from: bin.from,
            to: bin.to,
            pairs: bin.persons,
            forecast: shown(bin.forecast),
            passed: shown(bin.passed),
            low: shown(bin.low),
            high: shown(bin.high),
        }
    };
    found.bins.iter().map(view).collect()
}

fn groups(pairs: &[&Pair], needed: usize, name: impl Fn(&Pair) -> String) -> Vec<Group> {
    let mut by_name: BTreeMap<String, Vec<&Pair>> = BTreeMap::new();
    for pair in pairs {
        by_name.entry(name(pair)).or_default().push(pair);
    }
    let group = |(name, pairs): (String, Vec<&Pair>)| {
        let scores = (pairs.len() >= needed).then(|| scores(&pairs, &of(&pairs)));
        Group { name, pairs: pairs.len(), scores }
    };
    by_name.into_iter().map(group).collect()
}

/// The bins, then the groups. What rests on too few is empty.
fn csv(found: &Calibration) -> String {
    let number = |value: Option<f64>| value.map(|value| value.to_string()).unwrap_or_default();
    let mut lines = vec!["kind,name,pairs,forecast,passed,low,high,brier,reliability,resolution,uncertainty,ece".to_owned()];
    for bin in &found.bins {
        let cells = [bin.forecast, bin.passed, bin.low, bin.high].map(number).join(",");
        lines.push(format!("bin,{:.1}-{:.1},{},{cells},,,,,", bin.from, bin.to, bin.pairs));
    }
    let mut group = |kind: &str, name: &str, pairs: usize, scores: Option<&Scores>| {
        let of = |value: fn(&Scores) -> f64| number(scores.map(value));
        let (forecast, passed) = (of(|s| s.forecast), of(|s| s.passed));
        let rest = [of(|s| s.brier), of(|s| s.reliability), of(|s| s.resolution), of(|s| s.uncertainty), of(|s| s.ece)].join(",");
        lines.push(format!("{kind},{name},{pairs},{forecast},{passed},,,{rest}"));
    };
    group("all", "", found.pairs, found.overall.as_ref());
    for (kind, groups) in [("language", &found.by_language), ("advice", &found.by_advice), ("part", &found.by_part)] {
        groups.iter().for_each(|one| group(kind, &one.name, one.pairs, one.scores.as_ref()));
    }
    lines.join("\r\n") + "\r\n"
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::adaptive::rules::tests::plan;

    fn pair(pass: f64, level: Level, reached: Level, language: &str) -> Pair {
        let (part, band) = (Part::Reading, Band::A1A2);
        Pair { part, band, level, pass, reached, required_level: Some(Level::A2), language: language.into(), advice: None }
    }

    fn query() -> CalibrationQuery {
        CalibrationQuery { part: None, level: None, language: None, advice: None, format: None }
    }

    #[test]
    fn a_test_counts_once_at_the_level_that_it_was_taken_for() {
        let pairs: Vec<Pair> = (0..40)
            .flat_map(|n| {
                let reached = if n % 4 == 0 { Level::A1 } else { Level::A2 };
                [pair(0.95, Level::A1, reached, "ar"), pair(0.75, Level::A2, reached, if n < 20 { "ar" } else { "fr" })]
            })
            .collect();
        let found = compare(&pairs, &query(), &plan().forecast);
        assert_eq!(found.pairs, 40);
        let overall = found.overall.unwrap();
        assert!((overall.passed - 0.75).abs() < 1e-12 && overall.ece.abs() < 1e-12);
        assert_eq!(found.bins[7].pairs, 40);
        // Twenty of a language are too few, and say so by having no numbers.
        assert!(found.by_language.iter().all(|group| group.pairs == 20 && group.scores.is_none()));
        let at_a1 = compare(&pairs, &CalibrationQuery { level: Some(Level::A1), ..query() }, &plan().forecast);
        assert!((at_a1.overall.unwrap().passed - 1.0).abs() < 1e-12);
    }

    #[test]
    fn too_few_give_no_numbers() {
        let found = compare(&[pair(0.8, Level::A2, Level::A2, "ar")], &query(), &plan().forecast);
        assert_eq!(found.pairs, 1);
        assert!(found.overall.is_none() && found.bins.iter().all(|bin| bin.passed.is_none()));
        assert!(csv(&found).contains("\r\nall,,1,,,,,,,,,\r\n"));
    }
}
