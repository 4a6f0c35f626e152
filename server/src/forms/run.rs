//! The search for forms, as a job: the solver works on a thread of its own, tells how far it is, and stops when somebody cancels.

use std::ops::ControlFlow;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use item_bank::forms::assemble::{Effort, Progress, assemble};
use item_bank::forms::blueprint::Blueprint;
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, DbErr, EntityTrait, QueryFilter};
use serde_json::json;
use tokio::sync::watch;

use super::blueprints::is_of;
use super::report::{self, Outcome};
use super::store;
use crate::app::Ijkpunt;
use crate::audit::{self, By, Entry};
use crate::db::begin_write;
use crate::entity::enums::AssemblyStatus;
use crate::entity::{blueprints, form_assemblies};
use crate::ids::AssemblyId;

/// How often the database is told how far the search is, and asked whether it was cancelled.
const TELL: Duration = Duration::from_millis(400);

/// Searches, unless it was done or cancelled meanwhile. A search whose worker died is begun again: the same question has the same answer.
pub async fn run(ijkpunt: &Ijkpunt, id: AssemblyId) -> Result<(), DbErr> {
    let Some(row) = form_assemblies::Entity::find_by_id(id).one(&ijkpunt.db).await? else { return Ok(()) };
    let Some(of) = store::blueprint(&ijkpunt.db, row.blueprint_id).await? else { return Ok(()) };
    if !still_open(ijkpunt, id, None).await? {
        return Ok(());
    }
    let outcome = search(ijkpunt, id, &of).await?;
    finish(ijkpunt, id, outcome).await
}

async fn search(ijkpunt: &Ijkpunt, id: AssemblyId, of: &blueprints::Model) -> Result<Outcome, DbErr> {
    let blueprint: Blueprint = serde_json::from_value(of.body.clone()).map_err(|error| DbErr::Type(error.to_string()))?;
    let stock = store::stock(&ijkpunt.db, of.part, of.band, |key| is_of(key, &of.key)).await?;
    let (tell, mut told) = watch::channel(Progress { step: 0, steps: 1, nodes: 0 });
    let stop = Arc::new(AtomicBool::new(false));
    let (bank, wanted, stopped) = (stock.bank.clone(), blueprint.clone(), stop.clone());
    let mut solving = tokio::task::spawn_blocking(move || {
        assemble(&wanted, &bank, Effort::default(), &mut |progress| {
            tell.send_replace(progress);
            if stopped.load(Ordering::Relaxed) { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        })
    });
    let result = loop {
        tokio::select! {
            result = &mut solving => break result,
            () = tokio::time::sleep(TELL) => {
                let progress = *told.borrow_and_update();
                if !still_open(ijkpunt, id, Some(progress)).await? {
                    stop.store(true, Ordering::Relaxed);
                }
            }
        }
    };
    let result = result.map_err(|error| DbErr::Custom(format!("the search broke off: {error}")))?;
    Ok(report::of_search(&blueprint, &stock, result))
}

/// Writes how far the search is; answers whether it is still wanted.
async fn still_open(ijkpunt: &Ijkpunt, id: AssemblyId, progress: Option<Progress>) -> Result<bool, DbErr> {
    let whole = |count: u64| i64::try_from(count).unwrap_or(i64::MAX);
    let mut update = form_assemblies::Entity::update_many()
        .col_expr(form_assemblies::Column::Status, Expr::value(AssemblyStatus::Running))
        .filter(form_assemblies::Column::Id.eq(id))
        .filter(form_assemblies::Column::Status.is_in([AssemblyStatus::Queued, AssemblyStatus::Running]));
    if let Some(progress) = progress {
        update = update
            .col_expr(form_assemblies::Column::Step, Expr::value(whole(progress.step as u64)))
            .col_expr(form_assemblies::Column::Steps, Expr::value(whole(progress.steps as u64)))
            .col_expr(form_assemblies::Column::Nodes, Expr::value(whole(progress.nodes)));
    }
    Ok(update.exec(&ijkpunt.db).await?.rows_affected > 0)
}

async fn finish(ijkpunt: &Ijkpunt, id: AssemblyId, outcome: Outcome) -> Result<(), DbErr> {
    let status = if !outcome.forms.is_empty() {
        AssemblyStatus::Proposed
    } else if !outcome.conflicts.is_empty() || !outcome.missing.is_empty() {
        AssemblyStatus::Impossible
    } else {
        AssemblyStatus::Failed
    };
    let now = ijkpunt.clock.now();
    let tx = begin_write(&ijkpunt.db).await?;
    let finished = form_assemblies::Entity::update_many()
        .col_expr(form_assemblies::Column::Status, Expr::value(status))
        .col_expr(
            form_assemblies::Column::Outcome,
            Expr::value(serde_json::to_value(&outcome).map_err(|error| DbErr::Type(error.to_string()))?),
        )
        .col_expr(form_assemblies::Column::FinishedAt, Expr::value(now))
        .filter(form_assemblies::Column::Id.eq(id))
        .filter(form_assemblies::Column::Status.eq(AssemblyStatus::Running))
        .exec(&tx)
        .await?;
    if finished.rows_affected > 0 {
        let entry = Entry::of(By::System, "forms.searched", ("form_assembly", Some(id.0)));
        audit::record(&tx, now, entry.with(json!({ "status": status, "forms": outcome.forms.len() }))).await?;
    }
    tx.commit().await
}
