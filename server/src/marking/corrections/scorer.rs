//! Marking many attempts again by one corrected version: items are read once, questions are marked on every core.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use item_bank::standard::CutRule;
use sea_orm::{ConnectionTrait, DbErr};
use serde::Deserialize;
use serde_json::Value;

use super::rules::{self, Before, Remarked};
use super::store::{self, Concerned};
use crate::entity::enums::Part;
use crate::entity::item_versions;
use crate::ids::{AttemptId, RuleId};
use crate::items::qti::{self, Pair};
use crate::marking::machine::rules::{MarkedBy, Question};
use crate::policy;

/// How many attempts are read at once.
const PAGE: u64 = 4_000;

/// What marks attempts again by one version, in the place of another.
pub struct Scorer {
    given: item_versions::Model,
    marking: item_versions::Model,
    ready: Arc<Ready>,
}

/// What was read so far, shared with the threads that mark.
#[derive(Clone)]
struct Ready {
    by: MarkedBy,
    /// By language.
    pairs: BTreeMap<String, Pair>,
    rules: HashMap<RuleId, CutRule>,
}

#[derive(Deserialize)]
struct Kept {
    items: Vec<Question>,
}

/// Attempts marked again, in the order of their ids.
#[derive(Default)]
pub struct Page {
    pub again: Vec<(Concerned, Remarked)>,
    /// How many were looked at, those too whose mark does not go by questions and that stay as they are.
    pub looked_at: u64,
    pub last: Option<AttemptId>,
}

impl Scorer {
    pub fn new(given: item_versions::Model, marking: item_versions::Model) -> Self {
        let by = MarkedBy { version: marking.version, item_version: marking.id };
        Self { given, marking, ready: Arc::new(Ready { by, pairs: BTreeMap::new(), rules: HashMap::new() }) }
    }

    /// Reads the next attempts and marks them again; an empty page is the end.
    pub async fn page(&mut self, db: &impl ConnectionTrait, after: Option<AttemptId>, limit: u64) -> Result<Page, DbErr> {
        let rows = store::concerned(db, self.given.id, after, limit).await?;
        self.prepare(db, &rows).await?;
        score(Arc::clone(&self.ready), rows).await
    }

    /// Walks all attempts; the next page is read while the last is marked.
    pub async fn walk(&mut self, db: &impl ConnectionTrait, mut visit: impl FnMut(&Page)) -> Result<(), DbErr> {
        let given = self.given.id;
        let mut rows = store::concerned(db, given, None, PAGE).await?;
        while let Some(last) = rows.last().map(|row| row.attempt_id) {
            self.prepare(db, &rows).await?;
            let marking = score(Arc::clone(&self.ready), rows);
            let (marked, next) = tokio::join!(marking, store::concerned(db, given, Some(last), PAGE));
            visit(&marked?);
            rows = next?;
        }
        Ok(())
    }

    /// Reads what the rows need and was not read before: the items in their languages, and the cut-score rules.
    async fn prepare(&mut self, db: &impl ConnectionTrait, rows: &[Concerned]) -> Result<(), DbErr> {
        for row in rows {
            if !self.ready.pairs.contains_key(&row.language) {
                let pair = Pair::read(&self.given, &self.marking, &row.language).map_err(|error| DbErr::Custom(error.to_string()))?;
                Arc::make_mut(&mut self.ready).pairs.insert(row.language.clone(), pair);
            }
            if !self.ready.rules.contains_key(&row.cut_score_rule_id) {
                let rule = policy::rule::<CutRule>(db, row.cut_score_rule_id).await?;
                let rule = rule.ok_or_else(|| DbErr::RecordNotFound(format!("cut-score rule {}", row.cut_score_rule_id)))?;
                Arc::make_mut(&mut self.ready).rules.insert(row.cut_score_rule_id, rule.body);
            }
        }
        Ok(())
    }
}

/// Marks the rows, shared between the cores, in their order.
async fn score(ready: Arc<Ready>, rows: Vec<Concerned>) -> Result<Page, DbErr> {
    let (looked_at, last) = (rows.len() as u64, rows.last().map(|row| row.attempt_id));
    let marking = tokio::task::spawn_blocking(move || {
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        let size = rows.len().div_ceil(cores).max(64);
        let mut parts: Vec<Vec<Concerned>> = Vec::with_capacity(cores);
        let mut rows = rows.into_iter().peekable();
        while rows.peek().is_some() {
            parts.push(rows.by_ref().take(size).collect());
        }
        let all = |part: Vec<Concerned>| part.into_iter().filter_map(|row| one(&ready, row).transpose()).collect::<Vec<_>>();
        std::thread::scope(|scope| {
            let at_work: Vec<_> = parts.into_iter().map(|part| scope.spawn(|| all(part))).collect();
            let failed = |_| vec![Err(DbErr::Custom("marking again failed".into()))];
            at_work.into_iter().flat_map(|thread| thread.join().unwrap_or_else(failed)).collect::<Result<Vec<_>, _>>()
        })
    });
    let again = marking.await.map_err(|error| DbErr::Custom(error.to_string()))??;
    Ok(Page { again, looked_at, last })
}

/// Nothing for a mark that does not go by questions.
fn one(ready: &Ready, row: Concerned) -> Result<Option<(Concerned, Remarked)>, DbErr> {
    let fault = |what: &str| DbErr::Custom(format!("attempt {}: {what}", row.attempt_id));
    // What a pre-screening advises is a forecast from all its answers, and nothing hangs on it.
    if row.part == Part::Prescreening {
        return Ok(None);
    }
    let Ok(kept) = serde_json::from_str::<Kept>(&row.explanation) else { return Ok(None) };
    let pair = ready.pairs.get(&row.language).ok_or_else(|| fault("no item in its language"))?;
    let rule = ready.rules.get(&row.cut_score_rule_id).ok_or_else(|| fault("no cut-score rule"))?;
    let response: Value =
        row.response.as_deref().map_or(Ok(Value::Null), serde_json::from_str).map_err(|error| fault(&error.to_string()))?;
    let marked = pair.mark(qti::seed(row.seed, row.position), &response);
    let before = Before { part: row.part, score: row.score, max_score: row.max_score, level: row.level, required: row.required_level };
    let remarked = rules::remark(before, kept.items, &[(row.position, marked)], &ready.by, rule);
    Ok(Some((row, remarked)))
}
