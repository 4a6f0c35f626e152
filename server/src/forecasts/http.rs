//! What came of a pre-screening: in words at the kiosk, in chances at the desk, and on paper.

use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse, web};
use chrono::{DateTime, Utc};
use sea_orm::EntityTrait;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::rules::{Verdict, verdict};
use super::{print, store};
use crate::access::{Action, Actor, rules as access};
use crate::adaptive::rules::Forecasting;
use crate::app::Ijkpunt;
use crate::delivery::store as delivered;
use crate::delivery::who::AtWork;
use crate::delivery::{Refusal, rules as time};
use crate::entity::enums::{Band, ForecastRoad, ItemSkill, Level, Part, StopReason};
use crate::entity::{agencies, forecast_chances, forecasts};
use crate::ids::{AttemptId, CandidateId, ForecastId};
use crate::locale::Locale;
use crate::marking::machine::store::mark_in_force;
use crate::problem::{Problem, ProblemBody};
use crate::{people, policy};

/// What the candidate sees: words, no numbers.
#[derive(Serialize, ToSchema)]
pub struct KioskOutcome {
    /// False while it is being made; ask again in a moment.
    pub ready: bool,
    pub band: Option<Band>,
    pub reached: Option<Level>,
    /// Part by part and level by level; empty after a pre-screening that was not adaptive.
    pub skills: Vec<SkillOutcome>,
    pub practise: Vec<ItemSkill>,
}

#[derive(Serialize, ToSchema)]
pub struct SkillOutcome {
    pub part: Part,
    pub levels: Vec<LevelOutcome>,
}

#[derive(Serialize, ToSchema)]
pub struct LevelOutcome {
    pub level: Level,
    pub verdict: Verdict,
}

#[utoipa::path(get, path = "/api/kiosk/attempts/{id}/outcome", operation_id = "prescreeningOutcome", tag = "kiosk", params(("id" = AttemptId, Path)), responses((status = 200, body = KioskOutcome), (status = 404, body = ProblemBody), (status = 409, body = ProblemBody)))]
pub async fn outcome(ijkpunt: web::Data<Ijkpunt>, at_work: AtWork, id: web::Path<AttemptId>) -> Result<web::Json<KioskOutcome>, Problem> {
    let attempt = delivered::attempt(&ijkpunt.db, *id).await?.filter(|attempt| attempt.booking_id == at_work.sitting.booking_id);
    let attempt = attempt.filter(|attempt| attempt.part == Part::Prescreening).ok_or(Refusal::NotFound)?;
    if !time::is_closed(attempt.status) {
        return Err(Refusal::NotCurrent.into());
    }
    let Some(mark) = mark_in_force(&ijkpunt.db, attempt.id).await? else {
        return Ok(web::Json(KioskOutcome { ready: false, band: None, reached: None, skills: Vec::new(), practise: Vec::new() }));
    };
    let Some(forecast) = store::of_attempt(&ijkpunt.db, attempt.id).await? else {
        let advice = &mark.explanation["advice"];
        return Ok(web::Json(KioskOutcome {
            ready: true,
            band: Band::deserialize(&advice["band"]).ok(),
            reached: Level::deserialize(&advice["reached"]).ok(),
            skills: Vec::new(),
            practise: Vec::new(),
        }));
    };
    let setting = setting(&ijkpunt, &forecast).await?;
    let chances = store::chances(&ijkpunt.db, forecast.id).await?;
    let skill = |part: Part| SkillOutcome {
        part,
        levels: chances
            .iter()
            .filter(|row| row.part == part)
            .map(|row| LevelOutcome { level: row.level, verdict: verdict(row.pass, &setting) })
            .collect(),
    };
    Ok(web::Json(KioskOutcome {
        ready: true,
        band: Some(forecast.band),
        reached: Some(forecast.reached),
        skills: PARTS.into_iter().map(skill).collect(),
        practise: practise(&forecast),
    }))
}

pub const PARTS: [Part; 4] = [Part::Reading, Part::Listening, Part::Writing, Part::Speaking];

fn practise(forecast: &forecasts::Model) -> Vec<ItemSkill> {
    serde_json::from_value(forecast.practise.clone()).unwrap_or_default()
}

async fn setting(ijkpunt: &Ijkpunt, forecast: &forecasts::Model) -> Result<Forecasting, Problem> {
    let rule = policy::rule::<Forecasting>(&ijkpunt.db, forecast.setting_rule_id).await?;
    Ok(rule.ok_or_else(Problem::not_found)?.body)
}

#[derive(Serialize, ToSchema)]
pub struct ForecastView {
    pub id: ForecastId,
    pub attempt_id: AttemptId,
    pub made_at: DateTime<Utc>,
    pub questions: i64,
    /// Why the test ended by itself; none when the time or somebody ended it.
    pub stop: Option<StopReason>,
    /// The ability in logits, 0 the mean of those who are tested, and its standard error.
    pub theta: f64,
    pub se: f64,
    /// The band to book.
    pub band: Band,
    pub reached: Level,
    pub practise: Vec<ItemSkill>,
    /// The share that the intervals hold.
    pub interval: f64,
    pub chances: Vec<ChanceView>,
}

#[derive(Serialize, ToSchema)]
pub struct ChanceView {
    pub part: Part,
    pub band: Band,
    pub level: Level,
    pub road: ForecastRoad,
    pub verdict: Verdict,
    pub pass: Option<f64>,
    /// Standard deviation of the chance over what the answers leave open.
    pub uncertainty: Option<f64>,
    pub low: Option<f64>,
    pub high: Option<f64>,
    /// Why there is no forecast.
    pub reason: Option<String>,
    /// Questions of the forms whose difficulty is known by their level alone.
    pub not_calibrated: i64,
}

#[utoipa::path(get, path = "/api/candidates/{id}/forecasts", operation_id = "candidateForecasts", tag = "results", params(("id" = CandidateId, Path)), responses((status = 200, body = Vec<ForecastView>), (status = 403, body = ProblemBody)))]
pub async fn of_candidate(
    ijkpunt: web::Data<Ijkpunt>,
    actor: Actor,
    id: web::Path<CandidateId>,
) -> Result<web::Json<Vec<ForecastView>>, Problem> {
    access::may_somewhere(&actor, Action::SeeResults)?;
    let mut views = Vec::new();
    for forecast in store::of_candidate(&ijkpunt.db, *id).await? {
        views.push(view(&ijkpunt, forecast).await?);
    }
    Ok(web::Json(views))
}

async fn view(ijkpunt: &Ijkpunt, forecast: forecasts::Model) -> Result<ForecastView, Problem> {
    let setting = setting(ijkpunt, &forecast).await?;
    let chances = store::chances(&ijkpunt.db, forecast.id).await?;
    Ok(ForecastView {
        id: forecast.id,
        attempt_id: forecast.attempt_id,
        made_at: forecast.made_at,
        questions: forecast.questions,
        stop: forecast.stop,
        theta: forecast.theta,
        se: forecast.se,
        band: forecast.band,
        reached: forecast.reached,
        practise: practise(&forecast),
        interval: crate::adaptive::rules::share(setting.interval_per_cent),
        chances: chances.into_iter().map(|row| chance(row, &setting)).collect(),
    })
}

fn chance(row: forecast_chances::Model, setting: &Forecasting) -> ChanceView {
    let forms = row.basis["forms"].as_array().cloned().unwrap_or_default();
    ChanceView {
        part: row.part,
        band: row.band,
        level: row.level,
        road: row.road,
        verdict: verdict(row.pass, setting),
        pass: row.pass,
        uncertainty: row.uncertainty,
        low: row.low,
        high: row.high,
        reason: row.reason,
        not_calibrated: forms.iter().filter_map(|form| form["not_calibrated"].as_i64()).sum(),
    }
}

#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub struct AdviceQuery {
    /// nl, en or fr; by default the caller's.
    pub lang: Option<String>,
}

#[utoipa::path(get, path = "/api/forecasts/{id}/advice.pdf", operation_id = "printAdvice", tag = "results", params(("id" = ForecastId, Path), AdviceQuery), responses((status = 200, content_type = "application/pdf", body = Vec<u8>), (status = 404, body = ProblemBody)))]
pub async fn advice(
    request: HttpRequest,
    ijkpunt: web::Data<Ijkpunt>,
    actor: Actor,
    id: web::Path<ForecastId>,
    query: web::Query<AdviceQuery>,
) -> Result<HttpResponse, Problem> {
    access::may_somewhere(&actor, Action::SeeResults)?;
    let forecast = forecasts::Entity::find_by_id(*id).one(&ijkpunt.db).await?.ok_or_else(Problem::not_found)?;
    let person = people::store::person(&ijkpunt.db, &ijkpunt.keys, forecast.candidate_id).await?.ok_or_else(Problem::not_found)?;
    let agency = agencies::Entity::find_by_id(forecast.agency_id).one(&ijkpunt.db).await?.ok_or_else(Problem::not_found)?;
    let asked = query.lang.as_deref().or_else(|| request.headers().get(header::ACCEPT_LANGUAGE)?.to_str().ok());
    let sheet = print::Advice {
        locale: asked.map_or(Locale::Nl, Locale::from_accept_language),
        agency: agency.name,
        candidate_number: person.number.clone(),
        candidate_name: person.full_name(),
        sample: ijkpunt.config.demo,
        forecast: view(&ijkpunt, forecast).await?,
    };
    let pdf = print::advice(&sheet).map_err(|error| {
        tracing::error!(%error, "an advice could not be printed");
        Problem::new(crate::problem::Code::Internal)
    })?;
    let name = format!("inline; filename=\"advies-{}.pdf\"", sheet.candidate_number);
    Ok(HttpResponse::Ok().content_type("application/pdf").insert_header((header::CONTENT_DISPOSITION, name)).body(pdf))
}
