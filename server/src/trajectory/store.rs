//! Reading decisions and the papers they rest on.

use sea_orm::{ColumnTrait, ConnectionTrait, DbErr, EntityTrait, QueryFilter, QueryOrder};

use super::rules::{DatedGround, Ground, Paper};
use crate::certificates;
use crate::clock::belgian_date;
use crate::entity::decisions;
use crate::entity::enums::{CertificateStatus, RuleKind};
use crate::ids::{CandidateId, CertificateId};
use crate::policy;

/// The valid papers of a candidate, each with the rules of its day.
pub async fn papers(db: &impl ConnectionTrait, candidate_id: CandidateId) -> Result<Vec<Paper>, DbErr> {
    let rows = certificates::store::of_candidate(db, candidate_id).await?;
    let mut papers = Vec::new();
    for row in rows.iter().filter(|row| row.status == CertificateStatus::Valid) {
        let issued_on = belgian_date(row.issued_at);
        let grounds = policy::rules_at::<Ground>(db, RuleKind::Trajectory, issued_on).await?;
        let grounds = grounds.into_iter().map(|rule| DatedGround { rule_id: rule.id, words: rule.ground, ground: rule.body }).collect();
        let mut replaced: Vec<CertificateId> = Vec::new();
        let mut next = row.supersedes_id;
        while let Some(id) = next {
            replaced.push(id);
            next = rows.iter().find(|older| older.id == id).and_then(|older| older.supersedes_id);
        }
        papers.push(Paper {
            id: row.id,
            agency_id: row.agency_id,
            purpose: row.purpose.clone(),
            issued_on,
            levels: certificates::store::levels(row)?,
            grounds,
            replaced,
        });
    }
    Ok(papers)
}

pub async fn in_force(db: &impl ConnectionTrait, candidate_id: CandidateId) -> Result<Vec<decisions::Model>, DbErr> {
    decisions::Entity::find()
        .filter(decisions::Column::CandidateId.eq(candidate_id))
        .filter(decisions::Column::SupersededAt.is_null())
        .all(db)
        .await
}

/// Every decision on a candidate, also superseded ones, newest first.
pub async fn history(db: &impl ConnectionTrait, candidate_id: CandidateId) -> Result<Vec<decisions::Model>, DbErr> {
    decisions::Entity::find()
        .filter(decisions::Column::CandidateId.eq(candidate_id))
        .order_by_desc(decisions::Column::CreatedAt)
        .order_by_desc(decisions::Column::Id)
        .all(db)
        .await
}
