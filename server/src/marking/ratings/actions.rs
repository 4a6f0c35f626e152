//! What examiners do, and what follows from it.

use chrono::{DateTime, Utc};
use sea_orm::sea_query::{Expr, OnConflict};
use sea_orm::{
    ActiveValue::Set, ColumnTrait, ConnectionTrait, DatabaseTransaction, DbBackend, DbErr, EntityTrait, QueryFilter, QueryOrder,
    QuerySelect,
};
use serde_json::json;

use super::rules::{self, Next, ScoreError, Scores, Setting};
use super::store;
use crate::app::Ijkpunt;
use crate::audit::{self, By};
use crate::clock::belgian_date;
use crate::db::{begin_write, is_unique_violation};
use crate::entity::enums::{RatingStatus, RuleKind};
use crate::entity::{attempts, marks, ratings};
use crate::ids::{AttemptId, MarkId, RatingId, RubricId, UserId};
use crate::marking::levels;
use crate::policy::{self, Rule};
use crate::results;

#[derive(Debug, thiserror::Error)]
pub enum RatingRefusal {
    #[error("somebody else is rating this script")]
    Taken,
    #[error("the examiner has rated this script before")]
    RatedBefore,
    #[error("the rating was handed in already")]
    Closed,
    #[error("the points are not right: {0:?}")]
    Scores(Vec<ScoreError>),
    #[error(transparent)]
    Database(#[from] DbErr),
}

/// Makes the ratings that a finished attempt at writing or speaking begins with. Asking twice changes nothing.
pub async fn open(tx: &DatabaseTransaction, now: DateTime<Utc>, attempt: &attempts::Model) -> Result<(), DbErr> {
    let Some(band) = attempt.band else { return Err(DbErr::Custom(format!("attempt {} has no band to rate by", attempt.id))) };
    let rubric = store::rubric_for(tx, attempt.part, band).await?;
    let rubric = rubric.ok_or_else(|| DbErr::RecordNotFound(format!("a rubric for {} {}", attempt.part.as_str(), band.as_str())))?;
    let setting = setting(tx, attempt).await?;
    let second = rules::second_is_drawn(attempt.seed, setting.body.second_rating_per_cent);
    for round in if second { 1..=2 } else { 1..=1 } {
        insert_round(tx, now, attempt.id, rubric.id, round).await?;
    }
    let detail = json!({ "part": attempt.part, "second": second, "setting": setting.id });
    let entry = audit::Entry::of(By::System, "rating.opened", ("attempt", Some(attempt.id.0))).at(attempt.agency_id).with(detail);
    audit::record(tx, now, entry).await
}

/// Takes a script in hand.
pub async fn claim(ijkpunt: &Ijkpunt, examiner: UserId, attempt: &attempts::Model, id: RatingId) -> Result<(), RatingRefusal> {
    let now = ijkpunt.clock.now();
    let tx = begin_write(&ijkpunt.db).await?;
    let claimed = ratings::Entity::update_many()
        .col_expr(ratings::Column::Status, Expr::value(RatingStatus::Claimed))
        .col_expr(ratings::Column::ExaminerId, Expr::value(examiner))
        .col_expr(ratings::Column::ClaimedAt, Expr::value(now))
        .filter(ratings::Column::Id.eq(id))
        .filter(ratings::Column::Status.eq(RatingStatus::Open))
        .exec(&tx)
        .await;
    match claimed {
        Ok(claimed) if claimed.rows_affected == 0 => return Err(RatingRefusal::Taken),
        Ok(_) => {}
        // One rating of a script for each examiner: the database says so by a unique index.
        Err(error) if is_unique_violation(&error) => return Err(RatingRefusal::RatedBefore),
        Err(error) => return Err(error.into()),
    }
    record(&tx, now, examiner, attempt, "rating.claimed", id).await?;
    tx.commit().await?;
    Ok(())
}

/// Puts a script back for somebody else; the draft is not kept.
pub async fn release(ijkpunt: &Ijkpunt, examiner: UserId, attempt: &attempts::Model, id: RatingId) -> Result<(), RatingRefusal> {
    let now = ijkpunt.clock.now();
    let tx = begin_write(&ijkpunt.db).await?;
    let released = in_hand(examiner, id)
        .col_expr(ratings::Column::Status, Expr::value(RatingStatus::Open))
        .col_expr(ratings::Column::ExaminerId, Expr::value(Option::<UserId>::None))
        .col_expr(ratings::Column::ClaimedAt, Expr::value(Option::<DateTime<Utc>>::None))
        .col_expr(ratings::Column::Scores, Expr::value(Option::<serde_json::Value>::None))
        .col_expr(ratings::Column::Comment, Expr::value(Option::<String>::None))
        .exec(&tx)
        .await?;
    if released.rows_affected == 0 {
        return Err(RatingRefusal::Closed);
    }
    record(&tx, now, examiner, attempt, "rating.released", id).await?;
    tx.commit().await?;
    Ok(())
}

/// Keeps what the examiner has so far.
pub async fn save_draft(
    ijkpunt: &Ijkpunt,
    examiner: UserId,
    rating: &ratings::Model,
    scores: &Scores,
    comment: &str,
) -> Result<(), RatingRefusal> {
    check(ijkpunt, rating, scores, false).await?;
    let tx = begin_write(&ijkpunt.db).await?;
    let saved = in_hand(examiner, rating.id)
        .col_expr(ratings::Column::Scores, Expr::value(json!(scores)))
        .col_expr(ratings::Column::Comment, Expr::value(comment.to_owned()))
        .exec(&tx)
        .await?;
    if saved.rows_affected == 0 {
        return Err(RatingRefusal::Closed);
    }
    tx.commit().await?;
    Ok(())
}

/// Hands the rating in. When it was the last that was waited for, the attempt is marked.
pub async fn submit(
    ijkpunt: &Ijkpunt,
    examiner: UserId,
    rating: &ratings::Model,
    attempt: &attempts::Model,
    scores: &Scores,
    comment: &str,
) -> Result<(), RatingRefusal> {
    check(ijkpunt, rating, scores, true).await?;
    let now = ijkpunt.clock.now();
    let tx = begin_write(&ijkpunt.db).await?;
    lock(&tx, attempt.id).await?;
    let submitted = in_hand(examiner, rating.id)
        .col_expr(ratings::Column::Status, Expr::value(RatingStatus::Submitted))
        .col_expr(ratings::Column::Scores, Expr::value(json!(scores)))
        .col_expr(ratings::Column::Comment, Expr::value(comment.to_owned()))
        .col_expr(ratings::Column::SubmittedAt, Expr::value(now))
        .exec(&tx)
        .await?;
    if submitted.rows_affected == 0 {
        return Err(RatingRefusal::Closed);
    }
    record(&tx, now, examiner, attempt, "rating.submitted", rating.id).await?;
    conclude(&tx, now, attempt, rating.rubric_id).await?;
    tx.commit().await?;
    Ok(())
}

/// Looks at all ratings of the attempt: waits, asks a third, or marks.
async fn conclude(tx: &DatabaseTransaction, now: DateTime<Utc>, attempt: &attempts::Model, rubric_id: RubricId) -> Result<(), DbErr> {
    let ratings = store::of_attempt(tx, attempt.id).await?;
    let open = ratings.iter().any(|rating| rating.status != RatingStatus::Submitted);
    let totals: Vec<i64> = ratings.iter().filter(|rating| rating.status == RatingStatus::Submitted).map(total).collect();
    let setting = setting(tx, attempt).await?;
    match rules::next(&totals, open, &setting.body) {
        Next::Wait => Ok(()),
        Next::AskThird => {
            insert_round(tx, now, attempt.id, rubric_id, 3).await?;
            let detail = json!({ "totals": totals, "beyond": setting.body.third_beyond_points, "setting": setting.id });
            let entry =
                audit::Entry::of(By::System, "rating.third-asked", ("attempt", Some(attempt.id.0))).at(attempt.agency_id).with(detail);
            audit::record(tx, now, entry).await
        }
        Next::Done { score, by } => {
            let rounds: Vec<_> = ratings
                .iter()
                .map(|rating| json!({ "round": rating.round, "examiner": rating.examiner_id, "scores": rating.scores, "total": total(rating) }))
                .collect();
            let explanation = json!({ "ratings": rounds, "summary": by, "setting": setting.id, "rubric": rubric_id });
            mark(tx, now, attempt, rubric_id, score, explanation).await
        }
    }
}

async fn mark(
    tx: &DatabaseTransaction,
    now: DateTime<Utc>,
    attempt: &attempts::Model,
    rubric_id: RubricId,
    score: i64,
    mut explanation: serde_json::Value,
) -> Result<(), DbErr> {
    let max_score = store::rubric(tx, rubric_id).await?.max_score();
    let judged = levels::by_points(tx, attempt.cut_score_rule_id, score, max_score).await?;
    if let Some(fields) = explanation.as_object_mut() {
        fields.insert("cut_score".into(), judged.explanation);
    }
    let earlier =
        marks::Entity::find().filter(marks::Column::AttemptId.eq(attempt.id)).order_by_desc(marks::Column::Version).one(tx).await?;
    marks::Entity::update_many()
        .col_expr(marks::Column::SupersededAt, Expr::value(now))
        .filter(marks::Column::AttemptId.eq(attempt.id))
        .filter(marks::Column::SupersededAt.is_null())
        .exec(tx)
        .await?;
    let mark = marks::Model {
        id: MarkId::new(),
        attempt_id: attempt.id,
        version: earlier.map_or(1, |mark| mark.version + 1),
        score,
        max_score,
        level: judged.level,
        explanation,
        cut_score_rule_id: attempt.cut_score_rule_id,
        marked_at: now,
        marked_by: None,
        reason: "rated".into(),
        superseded_at: None,
    };
    marks::Entity::insert(marks::ActiveModel::from(mark.clone())).exec_without_returning(tx).await?;
    results::actions::record(tx, now, attempt, &mark).await
}

/// The points of a rating, all criteria together.
fn total(rating: &ratings::Model) -> i64 {
    let scores: Scores = rating.scores.clone().and_then(|scores| serde_json::from_value(scores).ok()).unwrap_or_default();
    scores.values().sum()
}

async fn setting(tx: &DatabaseTransaction, attempt: &attempts::Model) -> Result<Rule<Setting>, DbErr> {
    let on = belgian_date(attempt.created_at);
    policy::rule_at(tx, RuleKind::Setting, "rating", on)
        .await?
        .ok_or_else(|| DbErr::RecordNotFound(format!("the setting `rating` on {on}")))
}

async fn insert_round(
    tx: &DatabaseTransaction,
    now: DateTime<Utc>,
    attempt_id: AttemptId,
    rubric_id: RubricId,
    round: i64,
) -> Result<(), DbErr> {
    let row = ratings::ActiveModel {
        id: Set(RatingId::new()),
        attempt_id: Set(attempt_id),
        round: Set(round),
        rubric_id: Set(rubric_id),
        status: Set(RatingStatus::Open),
        created_at: Set(now),
        ..Default::default()
    };
    let once = OnConflict::columns([ratings::Column::AttemptId, ratings::Column::Round]).do_nothing().to_owned();
    ratings::Entity::insert(row).on_conflict(once).exec_without_returning(tx).await?;
    Ok(())
}

/// Two examiners who hand in at the same moment must not each think the other is still rating. SQLite has one writer at a time as it is.
async fn lock(tx: &DatabaseTransaction, attempt_id: AttemptId) -> Result<(), DbErr> {
    if tx.get_database_backend() != DbBackend::Sqlite {
        attempts::Entity::find_by_id(attempt_id).lock_exclusive().one(tx).await?;
    }
    Ok(())
}

/// The rating as long as this examiner holds it.
fn in_hand(examiner: UserId, id: RatingId) -> sea_orm::UpdateMany<ratings::Entity> {
    ratings::Entity::update_many()
        .filter(ratings::Column::Id.eq(id))
        .filter(ratings::Column::ExaminerId.eq(examiner))
        .filter(ratings::Column::Status.eq(RatingStatus::Claimed))
}

async fn check(ijkpunt: &Ijkpunt, rating: &ratings::Model, scores: &Scores, complete: bool) -> Result<(), RatingRefusal> {
    let errors = rules::check(&store::rubric(&ijkpunt.db, rating.rubric_id).await?, scores, complete);
    if errors.is_empty() { Ok(()) } else { Err(RatingRefusal::Scores(errors)) }
}

async fn record(
    tx: &DatabaseTransaction,
    now: DateTime<Utc>,
    examiner: UserId,
    attempt: &attempts::Model,
    action: &'static str,
    id: RatingId,
) -> Result<(), DbErr> {
    audit::record(tx, now, audit::Entry::of(By::User(examiner), action, ("rating", Some(id.0))).at(attempt.agency_id)).await
}
