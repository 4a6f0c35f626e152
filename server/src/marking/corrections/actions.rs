//! Showing what a correction would change, and making it.

use chrono::{DateTime, Utc};
use sea_orm::sea_query::Expr;
use sea_orm::{ActiveValue::Set, ColumnTrait, DatabaseTransaction, DbErr, EntityTrait, QueryFilter, QueryOrder};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use utoipa::ToSchema;

use super::rules::{Change, Remarked, Shift};
use super::scorer::Scorer;
use super::store::Concerned;
use crate::access::Actor;
use crate::app::Ijkpunt;
use crate::audit::{self, By, Entry};
use crate::db::begin_write;
use crate::delivery::store::lock_attempt;
use crate::entity::enums::{Band, ItemStatus, Level, Part};
use crate::entity::{corrections, item_versions, marks};
use crate::ids::{AgencyId, AttemptId, CorrectionId, ItemVersionId, MarkId};
use crate::jobs::{self, Job};
use crate::media::hex;
use crate::results;

/// How many of those who change are named.
const NAMED: usize = 200;
/// Attempts a transaction: answers that are coming in wait as long as one takes.
const BATCH: u64 = 50;

const GIVEN: &str = "(EXISTS (SELECT 1 FROM attempt_items AS given WHERE given.item_version_id = item_versions.id)
    OR EXISTS (SELECT 1 FROM form_items AS given WHERE given.item_version_id = item_versions.id))";

#[derive(Debug, thiserror::Error)]
pub enum CorrectionRefusal {
    #[error("there is no such version")]
    NotFound,
    /// Four eyes come first: only a published version corrects.
    #[error("the version is not published")]
    NotPublished,
    #[error("there is no earlier version that it could correct")]
    NothingEarlier,
    /// Answers to the earlier version cannot be marked by this one: why, a line each.
    #[error("the versions are answered differently: {0:?}")]
    Unlike(Vec<String>),
    /// Since it was shown, something changed.
    #[error("what was shown is not what would be written")]
    Stale,
    #[error(transparent)]
    Database(#[from] DbErr),
}

/// What a correction would change, before anything is written.
#[derive(Clone, Debug, Default, Serialize, Deserialize, ToSchema)]
pub struct CorrectionPreview {
    /// Marked attempts in which an earlier version was given.
    pub attempts: u64,
    /// Attempts whose mark does not go by questions, such as an adaptive test's; they stay as they are.
    pub left_out: u64,
    pub same: u64,
    /// Other points, the same level.
    pub points: u64,
    /// A higher level.
    pub up: u64,
    /// A lower level by the corrected key; what was reached stands.
    pub kept: u64,
    /// Of those that would lose the pass; it stands.
    pub kept_passes: u64,
    /// Who passes that did not.
    pub new_passes: u64,
    pub shifts: Vec<Shift>,
    /// The first 200 whose level is concerned, then those whose points are.
    pub who: Vec<Who>,
    /// Says all of the above: what is written must be what was shown.
    pub fingerprint: String,
}

#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct Who {
    pub attempt: AttemptId,
    pub agency: AgencyId,
    pub part: Part,
    pub band: Option<Band>,
    pub change: Change,
    pub score: i64,
    pub new_score: i64,
    pub level: Level,
    /// By the corrected key.
    pub new_level: Level,
}

/// How far a correction is.
#[derive(Clone, Debug, Default, Serialize, Deserialize, ToSchema)]
pub struct CorrectionOutcome {
    /// What was shown before it began.
    pub preview: CorrectionPreview,
    /// Attempts looked at so far.
    pub done: u64,
    /// Marks that were superseded.
    pub written: u64,
    pub finished: bool,
}

/// Computes what a published version would change where it takes the place of the earlier ones.
pub async fn preview(ijkpunt: &Ijkpunt, by: ItemVersionId) -> Result<CorrectionPreview, CorrectionRefusal> {
    let db = &ijkpunt.db;
    let (marking, earlier) = versions(ijkpunt, by).await?;
    let mut found = CorrectionPreview::default();
    let mut print = Sha256::new();
    for given in earlier {
        let mut scorer = Scorer::new(given, marking.clone());
        scorer
            .walk(db, |page| {
                found.left_out += page.looked_at - page.again.len() as u64;
                for (row, again) in &page.again {
                    found.count(row, again);
                    if again.change != Change::Same {
                        print.update(row.mark_id.0.as_bytes());
                        print.update(again.judged.score.to_be_bytes());
                        print.update(again.judged.max_score.to_be_bytes());
                        print.update(again.judged.level.as_str());
                    }
                }
            })
            .await?;
    }
    found.who.sort_by_key(|who| (std::cmp::Reverse(who.change), who.attempt));
    found.who.truncate(NAMED);
    found.shifts.sort_by_key(|shift| (shift.part, shift.band, shift.before, shift.after));
    found.fingerprint = hex(&print.finalize());
    Ok(found)
}

impl CorrectionPreview {
    fn count(&mut self, row: &Concerned, again: &Remarked) {
        self.attempts += 1;
        match again.change {
            Change::Same => self.same += 1,
            Change::Points => self.points += 1,
            Change::Up => self.up += 1,
            Change::Kept => self.kept += 1,
            Change::KeptPass => {
                self.kept += 1;
                self.kept_passes += 1;
            }
        }
        let passes = |level| results::rules::is_passed(level, row.required_level);
        self.new_passes += u64::from(!passes(row.level) && passes(again.level));
        if again.change == Change::Same {
            return;
        }
        let shift = Shift { part: row.part, band: row.band, before: row.level, after: again.judged.level, change: again.change, count: 1 };
        let alike = |other: &&mut Shift| Shift { count: 1, ..(*other).clone() } == shift;
        match self.shifts.iter_mut().find(alike) {
            Some(shift) => shift.count += 1,
            None => self.shifts.push(shift),
        }
        // Room for those who matter more and come later; the rest is cut off at the end.
        if self.who.len() < NAMED || again.change > Change::Points {
            if self.who.len() >= 2 * NAMED {
                self.who.sort_by_key(|who| (std::cmp::Reverse(who.change), who.attempt));
                self.who.truncate(NAMED);
            }
            self.who.push(Who {
                attempt: row.attempt_id,
                agency: row.agency_id,
                part: row.part,
                band: row.band,
                change: again.change,
                score: row.score,
                new_score: again.judged.score,
                level: row.level,
                new_level: again.judged.level,
            });
        }
    }
}

/// Writes the correction down, from when on it marks; the attempts follow in the background.
pub async fn correct(
    ijkpunt: &Ijkpunt,
    actor: &Actor,
    by: ItemVersionId,
    reason: &str,
    shown: &str,
) -> Result<CorrectionId, CorrectionRefusal> {
    let preview = preview(ijkpunt, by).await?;
    if preview.fingerprint != shown {
        return Err(CorrectionRefusal::Stale);
    }
    let (marking, earlier) = versions(ijkpunt, by).await?;
    let now = ijkpunt.clock.now();
    let id = CorrectionId::new();
    let tx = begin_write(&ijkpunt.db).await?;
    let detail = json!({ "item_version": by, "reason": reason, "attempts": preview.attempts, "up": preview.up, "kept": preview.kept, "points": preview.points });
    let outcome = CorrectionOutcome { finished: preview.attempts == 0, preview, ..CorrectionOutcome::default() };
    let row = corrections::ActiveModel {
        id: Set(id),
        item_id: Set(marking.item_id),
        item_version_id: Set(by),
        reason: Set(reason.to_owned()),
        outcome: Set(json!(outcome)),
        at: Set(now),
        by_user: Set(actor.user_id),
    };
    corrections::Entity::insert(row).exec_without_returning(&tx).await?;
    audit::record(&tx, now, Entry::of(By::User(actor.user_id), "item.corrected", ("correction", Some(id.0))).with(detail)).await?;
    if let Some(first) = earlier.first() {
        jobs::enqueue(&tx, now, &Job::Remark { correction: id, given: first.id, after: None }, Some(format!("remark:{id}"))).await?;
    }
    tx.commit().await?;
    Ok(id)
}

/// Marks the next attempts of a correction again, and asks for those after them. Doing it twice has the effect of once: what is marked
/// again already changes no more.
pub async fn go_on(ijkpunt: &Ijkpunt, id: CorrectionId, given: ItemVersionId, after: Option<AttemptId>) -> Result<(), DbErr> {
    let Some(correction) = corrections::Entity::find_by_id(id).one(&ijkpunt.db).await? else { return Ok(()) };
    let (marking, earlier) = match versions(ijkpunt, correction.item_version_id).await {
        Ok(found) => found,
        Err(CorrectionRefusal::Database(error)) => return Err(error),
        Err(refusal) => return Err(DbErr::Custom(refusal.to_string())),
    };
    let at = earlier.iter().position(|version| version.id == given);
    let Some(current) = at.and_then(|at| earlier.get(at)) else { return Ok(()) };
    let mut scorer = Scorer::new(current.clone(), marking);
    let page = scorer.page(&ijkpunt.db, after, BATCH).await?;
    let now = ijkpunt.clock.now();
    let tx = begin_write(&ijkpunt.db).await?;
    let mut written = 0;
    for (row, again) in &page.again {
        if again.change != Change::Same && write(&tx, now, &correction, row, again).await? {
            written += 1;
        }
    }
    let next = match page.last {
        Some(last) => Some((given, Some(last))),
        None => at.and_then(|at| earlier.get(at + 1)).map(|version| (version.id, None)),
    };
    tell(&tx, id, page.again.len() as u64, written, next.is_none()).await?;
    if let Some((given, after)) = next {
        let key = after.map_or_else(|| format!("remark:{id}:{given}"), |after| format!("remark:{id}:{given}:{after}"));
        jobs::enqueue(&tx, now, &Job::Remark { correction: id, given, after }, Some(key)).await?;
    }
    tx.commit().await
}

/// Supersedes a mark, unless somebody else did in the meantime; the result, papers and decisions follow from it.
async fn write(
    tx: &DatabaseTransaction,
    now: DateTime<Utc>,
    of: &corrections::Model,
    row: &Concerned,
    again: &Remarked,
) -> Result<bool, DbErr> {
    let Some(attempt) = lock_attempt(tx, row.attempt_id).await? else { return Ok(false) };
    let before = marks::Entity::find_by_id(row.mark_id).filter(marks::Column::SupersededAt.is_null()).one(tx).await?;
    let Some(before) = before else { return Ok(false) };
    let superseded = marks::Entity::update_many()
        .col_expr(marks::Column::SupersededAt, Expr::value(now))
        .filter(marks::Column::Id.eq(before.id))
        .filter(marks::Column::SupersededAt.is_null())
        .exec(tx)
        .await?;
    if superseded.rows_affected == 0 {
        return Ok(false);
    }
    let mark = marks::Model {
        id: MarkId::new(),
        attempt_id: attempt.id,
        version: before.version + 1,
        score: again.judged.score,
        max_score: again.judged.max_score,
        level: again.level,
        explanation: explanation(of, &before, again),
        cut_score_rule_id: before.cut_score_rule_id,
        marked_at: now,
        marked_by: Some(of.by_user),
        reason: "item-corrected".into(),
        superseded_at: None,
    };
    marks::Entity::insert(sea_orm::ActiveModelTrait::reset_all(marks::ActiveModel::from(mark.clone()))).exec_without_returning(tx).await?;
    let entry = Entry::of(By::User(of.by_user), "attempt.remarked", ("attempt", Some(attempt.id.0))).at(attempt.agency_id);
    let detail =
        json!({ "mark": mark.id, "correction": of.id, "score": mark.score, "level": mark.level, "by_corrected_key": again.judged.level });
    audit::record(tx, now, entry.with(detail)).await?;
    results::actions::record(tx, now, &attempt, &mark).await?;
    Ok(true)
}

/// As the earlier mark explained itself, with the questions as they are marked now and what the correction did.
fn explanation(of: &corrections::Model, before: &marks::Model, again: &Remarked) -> Value {
    let mut said = before.explanation.clone();
    if let Some(fields) = said.as_object_mut() {
        fields.insert("items".into(), json!(again.questions));
        fields.insert("judgement".into(), json!(again.judged.judgement));
        fields.insert("advice".into(), json!(again.judged.advice));
        fields.insert(
            "correction".into(),
            json!({
                "id": of.id, "reason": of.reason, "item_version": of.item_version_id, "earlier_score": before.score,
                "earlier_level": before.level, "level_by_corrected_key": again.judged.level,
                "earned_level_stands": again.level != again.judged.level,
            }),
        );
    }
    said
}

async fn tell(tx: &DatabaseTransaction, id: CorrectionId, done: u64, written: u64, finished: bool) -> Result<(), DbErr> {
    let Some(row) = corrections::Entity::find_by_id(id).one(tx).await? else { return Ok(()) };
    let mut outcome: CorrectionOutcome = serde_json::from_value(row.outcome).map_err(|error| DbErr::Type(error.to_string()))?;
    outcome.done += done;
    outcome.written += written;
    outcome.finished = finished;
    let told = corrections::Entity::update_many().col_expr(corrections::Column::Outcome, Expr::value(json!(outcome)));
    told.filter(corrections::Column::Id.eq(id)).exec(tx).await.map(|_| ())
}

/// The version that corrects, and those before it.
async fn versions(ijkpunt: &Ijkpunt, by: ItemVersionId) -> Result<(item_versions::Model, Vec<item_versions::Model>), CorrectionRefusal> {
    let db = &ijkpunt.db;
    let marking = item_versions::Entity::find_by_id(by).one(db).await?.ok_or(CorrectionRefusal::NotFound)?;
    if !matches!(marking.status, ItemStatus::Published | ItemStatus::Retired) {
        return Err(CorrectionRefusal::NotPublished);
    }
    let earlier: Vec<item_versions::Model> = item_versions::Entity::find()
        .filter(item_versions::Column::ItemId.eq(marking.item_id))
        .filter(item_versions::Column::Version.lt(marking.version))
        // Only what was or can be given is corrected.
        .filter(Expr::cust(GIVEN))
        .order_by_asc(item_versions::Column::Version)
        .all(db)
        .await?;
    if earlier.is_empty() {
        return Err(CorrectionRefusal::NothingEarlier);
    }
    for given in &earlier {
        let unlike = crate::items::qti::unlike_answers(given, &marking).map_err(|error| DbErr::Custom(error.to_string()))?;
        if !unlike.is_empty() {
            let named = unlike.into_iter().map(|reason| format!("version {}: {reason}", given.version)).collect();
            return Err(CorrectionRefusal::Unlike(named));
        }
    }
    Ok((marking, earlier))
}
