//! Taking the decisions that papers call for.

use chrono::{DateTime, Utc};
use sea_orm::sea_query::Expr;
use sea_orm::{
    ActiveValue::Set, ColumnTrait, ConnectionTrait, DatabaseTransaction, DbBackend, DbErr, EntityTrait, QueryFilter, QuerySelect,
};
use serde_json::json;

use super::rules::{self, InForce, Step, Wanted};
use super::store;
use crate::app::Ijkpunt;
use crate::audit::{self, By};
use crate::clock::belgian_date;
use crate::db::begin_write;
use crate::entity::enums::{Component, Outcome};
use crate::entity::{candidates, decisions};
use crate::ids::{CandidateId, DecisionId};

/// Brings the decisions on a candidate in line with their papers. Doing it again changes nothing.
pub async fn settle(ijkpunt: &Ijkpunt, candidate_id: CandidateId) -> Result<(), DbErr> {
    let now = ijkpunt.clock.now();
    let tx = begin_write(&ijkpunt.db).await?;
    let Some(candidate) = lock(&tx, candidate_id).await? else { return Ok(()) };
    let papers = store::papers(&tx, candidate_id).await?;
    let in_force = store::in_force(&tx, candidate_id).await?;
    for component in Component::ALL {
        let decision = in_force.iter().find(|decision| decision.component == *component);
        let known = decision.map(|decision| InForce {
            id: decision.id,
            outcome: decision.outcome,
            certificate_id: decision.certificate_id,
            decided_on: decision.decided_on,
            by_hand: decision.created_by.is_some(),
        });
        let supports = |certificate, outcome| {
            let paper = papers.iter().find(|paper| paper.id == certificate);
            paper.is_some_and(|paper| {
                let of_outcome =
                    paper.grounds.iter().filter(|dated| dated.ground.component == *component && dated.ground.outcome == outcome);
                of_outcome.into_iter().any(|dated| rules::meets(&dated.ground, paper, candidate.advice))
            })
        };
        match (rules::next_step(known.as_ref(), rules::wanted(*component, &papers, candidate.advice), supports), decision) {
            (Step::Nothing, _) => {}
            (Step::Decide(wanted), _) => {
                decide(&tx, now, candidate_id, wanted).await?;
            }
            (Step::Supersede(old, wanted), _) => {
                supersede(&tx, now, old, "other-paper").await?;
                let new = decide(&tx, now, candidate_id, wanted).await?;
                name_successor(&tx, old, new).await?;
            }
            (Step::Withdraw(old), Some(decision)) => {
                supersede(&tx, now, old, "paper-not-valid").await?;
                let new = withdraw(&tx, now, decision).await?;
                name_successor(&tx, old, new).await?;
            }
            (Step::Withdraw(_), None) => {}
        }
    }
    tx.commit().await
}

async fn decide(tx: &DatabaseTransaction, now: DateTime<Utc>, candidate_id: CandidateId, wanted: Wanted) -> Result<DecisionId, DbErr> {
    let row = decisions::ActiveModel {
        id: Set(DecisionId::new()),
        candidate_id: Set(candidate_id),
        component: Set(wanted.component),
        outcome: Set(wanted.outcome),
        decided_on: Set(wanted.decided_on),
        ground: Set(wanted.words),
        rule_id: Set(Some(wanted.rule_id)),
        certificate_id: Set(Some(wanted.certificate_id)),
        agency_id: Set(wanted.agency_id),
        created_at: Set(now),
        ..Default::default()
    };
    insert(tx, now, row).await
}

/// Nothing is erased: that the decision no longer stands is a decision too.
async fn withdraw(tx: &DatabaseTransaction, now: DateTime<Utc>, old: &decisions::Model) -> Result<DecisionId, DbErr> {
    let row = decisions::ActiveModel {
        id: Set(DecisionId::new()),
        candidate_id: Set(old.candidate_id),
        component: Set(old.component),
        outcome: Set(Outcome::Withdrawn),
        decided_on: Set(belgian_date(now)),
        ground: Set("Het attest waarop de beslissing steunde, is niet meer geldig".into()),
        rule_id: Set(old.rule_id),
        certificate_id: Set(old.certificate_id),
        agency_id: Set(old.agency_id),
        created_at: Set(now),
        ..Default::default()
    };
    insert(tx, now, row).await
}

async fn insert(tx: &DatabaseTransaction, now: DateTime<Utc>, row: decisions::ActiveModel) -> Result<DecisionId, DbErr> {
    let (id, agency) = (*row.id.as_ref(), *row.agency_id.as_ref());
    let detail =
        json!({ "component": row.component.as_ref(), "outcome": row.outcome.as_ref(), "certificate": row.certificate_id.as_ref() });
    decisions::Entity::insert(row).exec_without_returning(tx).await?;
    audit::record(tx, now, audit::Entry::of(By::System, "decision.taken", ("decision", Some(id.0))).at(agency).with(detail)).await?;
    Ok(id)
}

async fn supersede(tx: &DatabaseTransaction, now: DateTime<Utc>, id: DecisionId, reason: &str) -> Result<(), DbErr> {
    decisions::Entity::update_many()
        .col_expr(decisions::Column::SupersededAt, Expr::value(now))
        .col_expr(decisions::Column::SupersededReason, Expr::value(reason.to_owned()))
        .filter(decisions::Column::Id.eq(id))
        .filter(decisions::Column::SupersededAt.is_null())
        .exec(tx)
        .await?;
    Ok(())
}

async fn name_successor(tx: &DatabaseTransaction, old: DecisionId, new: DecisionId) -> Result<(), DbErr> {
    decisions::Entity::update_many()
        .col_expr(decisions::Column::SupersededById, Expr::value(new))
        .filter(decisions::Column::Id.eq(old))
        .exec(tx)
        .await?;
    Ok(())
}

/// Decisions on one person are taken one after the other. SQLite has one writer at a time as it is.
async fn lock(tx: &DatabaseTransaction, id: CandidateId) -> Result<Option<candidates::Model>, DbErr> {
    let mut found = candidates::Entity::find_by_id(id);
    if tx.get_database_backend() != DbBackend::Sqlite {
        found = found.lock_exclusive();
    }
    found.one(tx).await
}
