//! `/api/measurement`: what can be analysed, the runs and their reports, and the history of an item.

use std::collections::HashMap;

use actix_web::{HttpResponse, web};
use chrono::{DateTime, NaiveDate, Utc};
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, ConnectionTrait, DbErr, EntityTrait, Iterable, QueryFilter, QueryOrder, QuerySelect};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use super::actions;
use super::rules::Asked;
use crate::access::{Action, Actor, rules as access};
use crate::app::Ijkpunt;
use crate::entity::enums::{Band, FormPart, FormStatus, MeasurementDecision, MeasurementKind, MeasurementStatus};
use crate::entity::{forms, items, measurement_runs, users};
use crate::http::extract::Json;
use crate::ids::{FormId, ItemId, MeasurementRunId, RuleId, UserId};
use crate::items::parameters;
use crate::problem::{Code, Problem, ProblemBody};
use crate::psychometrics::analysis::report::{AnalysisReport, Flag};
use crate::psychometrics::calibration::report::CalibrationReport;
use crate::psychometrics::dif::report::DifReport;
use crate::psychometrics::store;

/// More than anybody scrolls through.
const MOST_RUNS: u64 = 200;
/// How far back the history of an item goes.
const MOST_ANALYSES: u64 = 500;

#[derive(Serialize, ToSchema)]
pub struct MeasuredForm {
    pub id: FormId,
    pub key: String,
    pub version: i64,
    pub part: FormPart,
    pub band: Option<Band>,
    pub status: FormStatus,
    /// Attempts that were sat to the end.
    pub attempts: i64,
    pub last: Option<DateTime<Utc>>,
}

#[derive(Serialize, ToSchema)]
pub struct RunView {
    pub id: MeasurementRunId,
    pub kind: MeasurementKind,
    pub asked: Asked,
    /// The forms by name and version.
    pub forms: Vec<String>,
    pub status: MeasurementStatus,
    /// Per cent.
    pub progress: i64,
    /// Why it failed: `too-few`, `no-anchors`, `not-estimable` or `internal`.
    pub problem: Option<String>,
    /// Whether the end of a session asked for it.
    pub after_session: bool,
    pub created_at: DateTime<Utc>,
    pub created_by: Option<String>,
    pub finished_at: Option<DateTime<Utc>>,
    pub decision: Option<MeasurementDecision>,
    pub decided_at: Option<DateTime<Utc>>,
    pub decided_by: Option<String>,
    pub decision_reason: Option<String>,
    /// Whether the caller may approve what it proposes.
    pub may_approve: bool,
}

#[derive(Serialize, ToSchema)]
pub struct RunReport {
    #[serde(flatten)]
    pub run: RunView,
    /// The settings that it was computed under.
    pub settings: Option<RuleId>,
    pub analysis: Option<AnalysisReport>,
    pub calibration: Option<CalibrationReport>,
    pub dif: Option<DifReport>,
}

#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub struct RunQuery {
    kind: Option<MeasurementKind>,
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CalibrationDecision {
    pub decision: MeasurementDecision,
    #[serde(default)]
    pub reason: String,
}

#[derive(Serialize, ToSchema)]
pub struct ItemHistory {
    pub identifier: String,
    pub analyses: Vec<ItemAnalysed>,
    pub parameters: Vec<ParameterView>,
}

/// The item in one analysis.
#[derive(Serialize, ToSchema)]
pub struct ItemAnalysed {
    pub run: MeasurementRunId,
    pub at: DateTime<Utc>,
    pub form: String,
    pub from: NaiveDate,
    pub until: NaiveDate,
    pub n: usize,
    pub p: Option<f64>,
    pub rir: Option<f64>,
    pub exposure: Option<f64>,
    pub flags: Vec<Flag>,
}

#[derive(Serialize, ToSchema)]
pub struct ParameterView {
    pub version: i64,
    pub model: String,
    pub a: f64,
    pub b: f64,
    pub c: f64,
    pub se_b: Option<f64>,
    pub source: String,
    pub status: String,
    pub created_at: DateTime<Utc>,
    pub approved_at: Option<DateTime<Utc>>,
}

#[utoipa::path(get, path = "/api/measurement/forms", operation_id = "listMeasuredForms", tag = "measurement", responses((status = 200, body = Vec<MeasuredForm>), (status = 403, body = ProblemBody)))]
pub async fn list_forms(ijkpunt: web::Data<Ijkpunt>, actor: Actor) -> Result<web::Json<Vec<MeasuredForm>>, Problem> {
    access::may_somewhere(&actor, Action::Measure)?;
    let sat: HashMap<FormId, store::SatForm> = store::sat(&ijkpunt.db).await?.into_iter().map(|row| (row.id, row)).collect();
    let describe = |form: forms::Model| MeasuredForm {
        attempts: sat.get(&form.id).map_or(0, |row| row.attempts),
        last: sat.get(&form.id).and_then(|row| row.last),
        id: form.id,
        key: form.key,
        version: form.version,
        part: form.part,
        band: form.band,
        status: form.status,
    };
    Ok(web::Json(store::closed_forms(&ijkpunt.db).await?.into_iter().map(describe).collect()))
}

#[utoipa::path(get, path = "/api/measurement/runs", operation_id = "listMeasurementRuns", tag = "measurement", params(RunQuery), responses((status = 200, body = Vec<RunView>), (status = 403, body = ProblemBody)))]
pub async fn list(ijkpunt: web::Data<Ijkpunt>, actor: Actor, query: web::Query<RunQuery>) -> Result<web::Json<Vec<RunView>>, Problem> {
    access::may_somewhere(&actor, Action::Measure)?;
    // Reports are large, and a list shows none.
    let mut rows = measurement_runs::Entity::find()
        .select_only()
        .columns(measurement_runs::Column::iter().filter(|column| !matches!(column, measurement_runs::Column::Report)))
        .column_as(Expr::cust("NULL"), "report")
        .order_by_desc(measurement_runs::Column::CreatedAt)
        .limit(MOST_RUNS);
    if access::may_somewhere(&actor, Action::CompareGroups).is_err() {
        rows = rows.filter(measurement_runs::Column::Kind.ne(MeasurementKind::Dif));
    }
    if let Some(kind) = query.kind {
        rows = rows.filter(measurement_runs::Column::Kind.eq(kind));
    }
    let rows = rows.into_model::<measurement_runs::Model>().all(&ijkpunt.db).await?;
    let names = Names::of(&ijkpunt.db, &rows).await?;
    rows.iter().map(|row| names.describe(row, &actor).map_err(Problem::from)).collect::<Result<_, _>>().map(web::Json)
}

#[utoipa::path(post, path = "/api/measurement/runs", operation_id = "askMeasurement", tag = "measurement", request_body = Asked, responses((status = 202, body = RunView), (status = 403, body = ProblemBody), (status = 422, body = ProblemBody)))]
pub async fn ask(ijkpunt: web::Data<Ijkpunt>, actor: Actor, Json(asked): Json<Asked>) -> Result<HttpResponse, Problem> {
    access::may_somewhere(&actor, action_of(asked.kind()))?;
    let id = actions::ask(&ijkpunt, actor.user_id, &asked).await?;
    let row = readable(&ijkpunt, &actor, id).await?;
    let names = Names::of(&ijkpunt.db, std::slice::from_ref(&row)).await?;
    Ok(HttpResponse::Accepted().json(names.describe(&row, &actor)?))
}

#[utoipa::path(get, path = "/api/measurement/runs/{id}", operation_id = "getMeasurementRun", tag = "measurement", params(("id" = Uuid, Path)), responses((status = 200, body = RunReport), (status = 403, body = ProblemBody), (status = 404, body = ProblemBody)))]
pub async fn read(ijkpunt: web::Data<Ijkpunt>, actor: Actor, id: web::Path<MeasurementRunId>) -> Result<web::Json<RunReport>, Problem> {
    let row = readable(&ijkpunt, &actor, *id).await?;
    Ok(web::Json(report(&ijkpunt, &actor, row).await?))
}

#[utoipa::path(post, path = "/api/measurement/runs/{id}/cancel", operation_id = "cancelMeasurement", tag = "measurement", params(("id" = Uuid, Path)), responses((status = 200, body = RunReport), (status = 409, body = ProblemBody)))]
pub async fn cancel(ijkpunt: web::Data<Ijkpunt>, actor: Actor, id: web::Path<MeasurementRunId>) -> Result<web::Json<RunReport>, Problem> {
    readable(&ijkpunt, &actor, *id).await?;
    actions::cancel(&ijkpunt, actor.user_id, *id).await?;
    let row = readable(&ijkpunt, &actor, *id).await?;
    Ok(web::Json(report(&ijkpunt, &actor, row).await?))
}

#[utoipa::path(post, path = "/api/measurement/runs/{id}/decision", operation_id = "decideCalibration", tag = "measurement", params(("id" = Uuid, Path)), request_body = CalibrationDecision, responses((status = 200, body = RunReport), (status = 403, body = ProblemBody), (status = 409, body = ProblemBody), (status = 422, body = ProblemBody)))]
pub async fn decide(
    ijkpunt: web::Data<Ijkpunt>,
    actor: Actor,
    id: web::Path<MeasurementRunId>,
    Json(body): Json<CalibrationDecision>,
) -> Result<web::Json<RunReport>, Problem> {
    readable(&ijkpunt, &actor, *id).await?;
    if body.reason.chars().count() > 1_000 {
        return Err(Problem::field("/reason", Code::TooLong));
    }
    actions::decide(&ijkpunt, actor.user_id, *id, body.decision, &body.reason).await?;
    let row = readable(&ijkpunt, &actor, *id).await?;
    Ok(web::Json(report(&ijkpunt, &actor, row).await?))
}

#[utoipa::path(get, path = "/api/measurement/items/{id}", operation_id = "getItemHistory", tag = "measurement", params(("id" = Uuid, Path)), responses((status = 200, body = ItemHistory), (status = 404, body = ProblemBody)))]
pub async fn item(ijkpunt: web::Data<Ijkpunt>, actor: Actor, id: web::Path<ItemId>) -> Result<web::Json<ItemHistory>, Problem> {
    access::may_somewhere(&actor, Action::Measure)?;
    let item = items::Entity::find_by_id(*id).one(&ijkpunt.db).await?.ok_or_else(Problem::not_found)?;
    let runs = measurement_runs::Entity::find()
        .filter(measurement_runs::Column::Kind.eq(MeasurementKind::Analysis))
        .filter(measurement_runs::Column::Status.eq(MeasurementStatus::Done))
        .order_by_desc(measurement_runs::Column::FinishedAt)
        .limit(MOST_ANALYSES)
        .all(&ijkpunt.db)
        .await?;
    let analysed = |run: measurement_runs::Model| {
        let asked: Asked = serde_json::from_value(run.asked).ok()?;
        let report: AnalysisReport = serde_json::from_value(run.report?).ok()?;
        let found = report.items.into_iter().find(|found| found.item_id == id.0)?;
        let period = asked.period();
        Some(ItemAnalysed {
            run: run.id,
            at: run.finished_at.unwrap_or(run.created_at),
            form: format!("{} {}", report.form.key, report.form.version),
            from: period.from,
            until: period.until,
            n: found.n,
            p: found.p,
            rir: found.rir,
            exposure: found.exposure,
            flags: found.flags,
        })
    };
    let said = parameters::history(&ijkpunt.db, item.id).await?.into_iter().map(|row| ParameterView {
        version: row.version,
        model: row.model.as_str().to_owned(),
        a: row.a,
        b: row.b,
        c: row.c,
        se_b: row.se_b,
        source: row.source.as_str().to_owned(),
        status: row.status.as_str().to_owned(),
        created_at: row.created_at,
        approved_at: row.approved_at,
    });
    let parameters = said.collect();
    Ok(web::Json(ItemHistory { identifier: item.identifier, analyses: runs.into_iter().filter_map(analysed).collect(), parameters }))
}

const fn action_of(kind: MeasurementKind) -> Action {
    match kind {
        MeasurementKind::Analysis | MeasurementKind::Calibration => Action::Measure,
        // Gender, age, origin and advice are of people, so that fewer may look at them.
        MeasurementKind::Dif => Action::CompareGroups,
    }
}

async fn readable(ijkpunt: &Ijkpunt, actor: &Actor, id: MeasurementRunId) -> Result<measurement_runs::Model, Problem> {
    access::may_somewhere(actor, Action::Measure)?;
    let row = measurement_runs::Entity::find_by_id(id).one(&ijkpunt.db).await?.ok_or_else(Problem::not_found)?;
    access::may_somewhere(actor, action_of(row.kind))?;
    Ok(row)
}

async fn report(ijkpunt: &Ijkpunt, actor: &Actor, row: measurement_runs::Model) -> Result<RunReport, DbErr> {
    let run = Names::of(&ijkpunt.db, std::slice::from_ref(&row)).await?.describe(&row, actor)?;
    let (kind, body) = (row.kind, row.report.unwrap_or_default());
    Ok(RunReport {
        run,
        settings: row.setting_rule_id,
        analysis: read_as(kind == MeasurementKind::Analysis, &body)?,
        calibration: read_as(kind == MeasurementKind::Calibration, &body)?,
        dif: read_as(kind == MeasurementKind::Dif, &body)?,
    })
}

fn read_as<T: serde::de::DeserializeOwned>(wanted: bool, body: &serde_json::Value) -> Result<Option<T>, DbErr> {
    if !wanted || body.is_null() {
        return Ok(None);
    }
    T::deserialize(body).map(Some).map_err(|error| DbErr::Type(format!("a measurement report: {error}")))
}

/// Names of the forms and people that runs point to.
struct Names {
    forms: HashMap<Uuid, String>,
    people: HashMap<UserId, String>,
}

impl Names {
    async fn of(db: &impl ConnectionTrait, rows: &[measurement_runs::Model]) -> Result<Self, DbErr> {
        let asked = rows.iter().filter_map(|row| Asked::deserialize(&row.asked).ok());
        let wanted: Vec<FormId> = asked.flat_map(|asked| asked.forms()).collect();
        let forms = forms::Entity::find().filter(forms::Column::Id.is_in(wanted)).all(db).await?;
        let by = rows.iter().flat_map(|row| [row.created_by, row.decided_by]).flatten();
        let people = users::Entity::find().filter(users::Column::Id.is_in(by)).all(db).await?;
        Ok(Self {
            forms: forms.into_iter().map(|form| (form.id.0, format!("{} {}", form.key, form.version))).collect(),
            people: people.into_iter().map(|user| (user.id, user.display_name)).collect(),
        })
    }

    fn describe(&self, row: &measurement_runs::Model, actor: &Actor) -> Result<RunView, DbErr> {
        let asked = Asked::deserialize(&row.asked).map_err(|error| DbErr::Type(error.to_string()))?;
        let person = |id: Option<UserId>| id.and_then(|id| self.people.get(&id)).cloned();
        let state = (row.kind, row.status, row.decision);
        let approve = super::rules::may_decide(state, row.created_by, actor.user_id, MeasurementDecision::Approved, "");
        Ok(RunView {
            id: row.id,
            kind: row.kind,
            forms: asked.forms().iter().filter_map(|form| self.forms.get(&form.0)).cloned().collect(),
            asked,
            status: row.status,
            progress: row.progress,
            problem: row.problem.clone(),
            after_session: row.session_id.is_some(),
            created_at: row.created_at,
            created_by: person(row.created_by),
            finished_at: row.finished_at,
            decision: row.decision,
            decided_at: row.decided_at,
            decided_by: person(row.decided_by),
            decision_reason: row.decision_reason.clone().filter(|reason| !reason.is_empty()),
            may_approve: approve.is_ok(),
        })
    }
}
