//! Computing a run. The answers are read first; the computing itself happens beside the server's own threads, tells how far it is, and stops when
//! somebody cancels.

use std::ops::ControlFlow;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};
use std::time::Duration;

use chrono::{DateTime, Utc};
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, ConnectionTrait, DbErr, EntityTrait, QueryFilter};
use serde_json::{Value, json};

use super::rules::Asked;
use crate::app::Ijkpunt;
use crate::audit::{self, By, Entry};
use crate::clock::belgian_date;
use crate::db::begin_write;
use crate::entity::enums::MeasurementStatus;
use crate::entity::{forms, measurement_runs};
use crate::ids::{FormId, ItemId, MeasurementRunId, RuleId};
use crate::policy::Rule;
use crate::psychometrics::analysis::report::{Earlier, FormName};
use crate::psychometrics::analysis::{self, rules::Beside};
use crate::psychometrics::answers::Answers;
use crate::psychometrics::calibration::{self, report::CalibrationReport, rules::CalibrationFault};
use crate::psychometrics::dif;
use crate::psychometrics::settings::{self, Settings};
use crate::psychometrics::store::{self, Period};

/// How often it is written down how far a run is, and looked whether it was cancelled.
const LOOK: Duration = Duration::from_millis(500);

/// What came out.
enum Outcome {
    Report(Value),
    Calibrated(Box<CalibrationReport>),
    Failed(&'static str),
    Stopped,
}

/// Progress and the wish to stop, between the thread that computes and the task that looks after it.
#[derive(Clone, Default)]
struct Watch {
    per_cent: Arc<AtomicI64>,
    stop: Arc<AtomicBool>,
}

impl Watch {
    fn tell(&self, share: f64) -> ControlFlow<()> {
        self.per_cent.store((share * 100.0).clamp(0.0, 99.0) as i64, Ordering::Relaxed);
        if self.stop.load(Ordering::Relaxed) { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    }
}

/// Computes a run that waits, or that a worker left when it died. Doing it twice has the effect of once.
pub async fn work(ijkpunt: &Ijkpunt, id: MeasurementRunId) -> Result<(), DbErr> {
    let now = ijkpunt.clock.now();
    let begun = measurement_runs::Entity::update_many()
        .col_expr(measurement_runs::Column::Status, Expr::value(MeasurementStatus::Running))
        .col_expr(measurement_runs::Column::StartedAt, Expr::value(now))
        .filter(measurement_runs::Column::Id.eq(id))
        .filter(measurement_runs::Column::Status.is_in([MeasurementStatus::Queued, MeasurementStatus::Running]))
        .exec(&ijkpunt.db)
        .await?;
    if begun.rows_affected == 0 {
        return Ok(());
    }
    let run = measurement_runs::Entity::find_by_id(id).one(&ijkpunt.db).await?;
    let run = run.ok_or_else(|| DbErr::RecordNotFound(format!("measurement run {id}")))?;
    let asked: Asked = serde_json::from_value(run.asked.clone()).map_err(|error| DbErr::Type(error.to_string()))?;
    let rule = settings::on(&ijkpunt.db, belgian_date(now)).await?;
    let settings_id = rule.id;
    let outcome = computed(ijkpunt, id, asked, rule).await?;
    finish(ijkpunt, &run, outcome, settings_id, ijkpunt.clock.now()).await
}

async fn computed(ijkpunt: &Ijkpunt, id: MeasurementRunId, asked: Asked, rule: Rule<Settings>) -> Result<Outcome, DbErr> {
    let db = &ijkpunt.db;
    let (wanted, period, settings) = (asked.forms(), asked.period(), rule.body);
    let answers = store::answers(db, &wanted, period).await?;
    let items: Vec<ItemId> = answers.columns.iter().map(|column| column.item).collect();
    match asked {
        Asked::Analysis { form, .. } => {
            let (name, beside) = beside(ijkpunt, FormId(form), &items, period).await?;
            let earlier = beside.earlier.as_ref().and_then(|earlier| {
                let before = period.before()?;
                Some(Earlier { from: before.from, until: before.until, attempts: earlier.rows.len() })
            });
            aside(ijkpunt, id, move |_| {
                let mut report = analysis::rules::analyse(&answers, &beside, &settings);
                (report.form, report.earlier) = (name, earlier);
                as_report(&report)
            })
            .await
        }
        Asked::Dif { form, by, reference, purify, .. } => {
            let name = name(db, FormId(form)).await?.0;
            aside(ijkpunt, id, move |_| {
                let mut report = dif::rules::compare(&answers, by, reference.as_deref(), purify, &settings);
                report.form = name;
                as_report(&report)
            })
            .await
        }
        Asked::Calibration { model, anchoring, .. } => {
            let approved = calibration::store::scale(db, &items).await?;
            aside(ijkpunt, id, move |watch| calibrated(&answers, model, anchoring, &approved, &settings, watch)).await
        }
    }
}

fn as_report(report: &impl serde::Serialize) -> Outcome {
    serde_json::to_value(report).map_or(Outcome::Failed("internal"), Outcome::Report)
}

fn calibrated(
    answers: &Answers,
    model: calibration::report::CalibrationModel,
    anchoring: calibration::report::Anchoring,
    approved: &std::collections::HashMap<ItemId, calibration::report::Parameters>,
    settings: &Settings,
    watch: &Watch,
) -> Outcome {
    match calibration::rules::calibrate(answers, model, anchoring, approved, settings.calibration, &mut |share| watch.tell(share)) {
        Ok(report) => Outcome::Calibrated(Box::new(report)),
        Err(CalibrationFault::TooFew) => Outcome::Failed("too-few"),
        Err(CalibrationFault::NoAnchors) => Outcome::Failed("no-anchors"),
        Err(CalibrationFault::NotEstimable) => Outcome::Failed("not-estimable"),
        Err(CalibrationFault::Stopped) => Outcome::Stopped,
    }
}

async fn name(db: &impl ConnectionTrait, id: FormId) -> Result<(FormName, forms::Model), DbErr> {
    let form = forms::Entity::find_by_id(id).one(db).await?.ok_or_else(|| DbErr::RecordNotFound(format!("form {id}")))?;
    Ok((FormName { id: id.0, key: form.key.clone(), version: form.version }, form))
}

/// What an analysis looks at beside its answers: the period before, the parameters in force, and who met the items.
async fn beside(ijkpunt: &Ijkpunt, form: FormId, items: &[ItemId], period: Period) -> Result<(FormName, Beside), DbErr> {
    let db = &ijkpunt.db;
    let (name, form) = name(db, form).await?;
    let earlier = match period.before() {
        Some(before) => Some(store::answers(db, &[form.id], before).await?).filter(|answers| !answers.rows.is_empty()),
        None => None,
    };
    let approved = calibration::store::scale(db, items).await?;
    let approved = approved.into_iter().map(|(item, found)| (item, (calibration::rules::curve(found), found.se_b))).collect();
    let exposure = store::exposure(db, store::parts_of(form.part), period).await?;
    Ok((name, Beside { earlier, approved, exposure }))
}

/// Computes on a thread of its own, and looks after it until it has ended.
async fn aside(
    ijkpunt: &Ijkpunt,
    id: MeasurementRunId,
    compute: impl FnOnce(&Watch) -> Outcome + Send + 'static,
) -> Result<Outcome, DbErr> {
    let watch = Watch::default();
    let watched = watch.clone();
    let mut computing = tokio::task::spawn_blocking(move || compute(&watched));
    loop {
        tokio::select! {
            outcome = &mut computing => return outcome.map_err(|error| DbErr::Custom(error.to_string())),
            () = tokio::time::sleep(LOOK) => {
                let still = measurement_runs::Entity::update_many()
                    .col_expr(measurement_runs::Column::Progress, Expr::value(watch.per_cent.load(Ordering::Relaxed)))
                    .filter(measurement_runs::Column::Id.eq(id))
                    .filter(measurement_runs::Column::Status.eq(MeasurementStatus::Running))
                    .exec(&ijkpunt.db)
                    .await?;
                if still.rows_affected == 0 {
                    watch.stop.store(true, Ordering::Relaxed);
                }
            }
        }
    }
}

/// Writes down what came out, unless the run was cancelled meanwhile. The parameters of a calibration are proposed in the same transaction.
async fn finish(
    ijkpunt: &Ijkpunt,
    run: &measurement_runs::Model,
    outcome: Outcome,
    settings: RuleId,
    now: DateTime<Utc>,
) -> Result<(), DbErr> {
    let (status, problem, report, calibration) = match outcome {
        Outcome::Stopped => return Ok(()),
        Outcome::Failed(problem) => (MeasurementStatus::Failed, Some(problem), None, None),
        Outcome::Report(report) => (MeasurementStatus::Done, None, Some(report), None),
        Outcome::Calibrated(found) => {
            let report = serde_json::to_value(&*found).map_err(|error| DbErr::Custom(error.to_string()))?;
            (MeasurementStatus::Done, None, Some(report), Some(found))
        }
    };
    let tx = begin_write(&ijkpunt.db).await?;
    let ended = measurement_runs::Entity::update_many()
        .col_expr(measurement_runs::Column::Status, Expr::value(status))
        .col_expr(measurement_runs::Column::Progress, Expr::value(100))
        .col_expr(measurement_runs::Column::Problem, Expr::value(problem))
        .col_expr(measurement_runs::Column::Report, Expr::value(report))
        .col_expr(measurement_runs::Column::SettingRuleId, Expr::value(settings))
        .col_expr(measurement_runs::Column::FinishedAt, Expr::value(now))
        .filter(measurement_runs::Column::Id.eq(run.id))
        .filter(measurement_runs::Column::Status.eq(MeasurementStatus::Running))
        .exec(&tx)
        .await?;
    if ended.rows_affected == 0 {
        return Ok(());
    }
    if let Some(found) = calibration {
        calibration::store::propose(&tx, run.id, &found, run.created_by, now).await?;
    }
    let entry = Entry::of(By::System, "measurement.ended", ("measurement_run", Some(run.id.0)));
    audit::record(&tx, now, entry.with(json!({ "kind": run.kind, "status": status }))).await?;
    tx.commit().await
}
