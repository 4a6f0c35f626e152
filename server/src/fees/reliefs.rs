//! Reliefs on proof: which grounds there are today, which proofs were seen, writing one down and withdrawing it.

use actix_web::{HttpResponse, web};
use chrono::{DateTime, NaiveDate, Utc};
use sea_orm::sea_query::Expr;
use sea_orm::{ActiveValue::Set, ColumnTrait, DbErr, EntityTrait, QueryFilter};
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;

use super::rules::Fee;
use super::store;
use crate::access::Actor;
use crate::access::rules::{Action, may, may_somewhere};
use crate::app::Ijkpunt;
use crate::audit::{self, By};
use crate::crypto::Place;
use crate::db::begin_write;
use crate::entity::enums::{Bundle, RuleKind};
use crate::entity::{agencies, relief_proofs};
use crate::http::extract::Json;
use crate::ids::{AgencyId, CandidateId, ReliefProofId, UserId};
use crate::money::Cents;
use crate::people;
use crate::policy;
use crate::problem::{Problem, ProblemBody};
use crate::purposes::rules::Texts;

const MAX_TEXT: usize = 300;

#[derive(Debug, thiserror::Error)]
pub enum ReliefRefusal {
    #[error("there is no such candidate or proof")]
    NotFound,
    #[error("no rule gives this ground today")]
    UnknownGround,
    #[error("it is not said which proof was seen")]
    ProofMissing,
    #[error("a text is too long")]
    TooLong(&'static str),
    #[error("the proof is valid no longer, or ends before it begins")]
    Dates,
    #[error("the proof was withdrawn already")]
    Withdrawn,
    #[error("the reason is missing or too long")]
    Reason(people::rules::Fault),
    #[error(transparent)]
    Database(#[from] DbErr),
}

/// A ground and the proof that it asks.
#[derive(Serialize, ToSchema)]
pub struct ReliefGround {
    pub key: String,
    pub name: Texts,
    pub proof: Texts,
    pub bundles: Vec<Bundle>,
    pub cents: Cents,
    /// What the proof says is sealed.
    pub health: bool,
    pub since: NaiveDate,
    pub ground: String,
}

/// A proof as it was seen. What a health proof says is shown only to whom it was shown, and to the office of that agency.
#[derive(Serialize, ToSchema)]
pub struct ReliefProof {
    pub id: ReliefProofId,
    pub agency_id: AgencyId,
    pub ground: String,
    pub proof: String,
    pub detail: Option<String>,
    pub valid_from: NaiveDate,
    pub valid_until: NaiveDate,
    pub seen_at: DateTime<Utc>,
    pub seen_by_name: String,
    /// It counts today.
    pub valid_today: bool,
}

#[derive(Serialize, ToSchema)]
pub struct Reliefs {
    pub grounds: Vec<ReliefGround>,
    pub proofs: Vec<ReliefProof>,
}

#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewProof {
    pub agency_id: AgencyId,
    pub ground: String,
    /// Which paper was seen.
    pub proof: String,
    /// What it says, where that matters; always sealed.
    #[serde(default)]
    pub detail: Option<String>,
    pub valid_from: NaiveDate,
    pub valid_until: NaiveDate,
}

#[utoipa::path(get, path = "/api/candidates/{id}/reliefs", operation_id = "listReliefs", tag = "fees", params(("id" = CandidateId, Path)), responses((status = 200, body = Reliefs)))]
pub async fn list(ijkpunt: web::Data<Ijkpunt>, actor: Actor, id: web::Path<CandidateId>) -> Result<web::Json<Reliefs>, Problem> {
    may_somewhere(&actor, Action::ServeCandidates)?;
    let today = ijkpunt.clock.today();
    let rows = store::proofs(&ijkpunt.db, *id).await?;
    let names = super::http::names(&ijkpunt, rows.iter().map(|proof| proof.seen_by).collect()).await?;
    let mut proofs = Vec::with_capacity(rows.len());
    for proof in rows {
        let reads = proof.seen_by == actor.user_id || may(&actor, Action::KeepBooks, proof.agency_id).is_ok();
        let sealed = proof.detail_enc.as_ref().filter(|_| reads);
        let detail = sealed.map(|sealed| ijkpunt.keys.open(detail_place(proof.id), sealed)).transpose()?;
        proofs.push(ReliefProof {
            id: proof.id,
            agency_id: proof.agency_id,
            ground: proof.ground,
            proof: proof.proof,
            detail,
            valid_from: proof.valid_from,
            valid_until: proof.valid_until,
            seen_at: proof.seen_at,
            seen_by_name: names.get(&proof.seen_by).cloned().unwrap_or_default(),
            valid_today: proof.valid_from <= today && today <= proof.valid_until,
        });
    }
    let rules = policy::rules_at::<Fee>(&ijkpunt.db, RuleKind::Fee, today).await?;
    let grounds = rules.into_iter().filter_map(|rule| match rule.body {
        Fee::ProofRelief { ground: key, bundles, cents, health, name, proof, .. } => {
            Some(ReliefGround { key, name, proof, bundles, cents, health, since: rule.valid_from, ground: rule.ground })
        }
        _ => None,
    });
    Ok(web::Json(Reliefs { grounds: grounds.collect(), proofs }))
}

#[utoipa::path(post, path = "/api/candidates/{id}/reliefs", operation_id = "writeRelief", tag = "fees", params(("id" = CandidateId, Path)), request_body = NewProof, responses((status = 204), (status = 404, body = ProblemBody), (status = 422, body = ProblemBody)))]
pub async fn write(
    ijkpunt: web::Data<Ijkpunt>,
    actor: Actor,
    id: web::Path<CandidateId>,
    Json(new): Json<NewProof>,
) -> Result<HttpResponse, Problem> {
    may(&actor, Action::TakePayments, new.agency_id)?;
    see(&ijkpunt, actor.user_id, *id, &new).await?;
    Ok(HttpResponse::NoContent().finish())
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ReliefWithdrawal {
    pub reason: String,
}

#[utoipa::path(post, path = "/api/reliefs/{id}/withdraw", operation_id = "withdrawRelief", tag = "fees", params(("id" = ReliefProofId, Path)), request_body = ReliefWithdrawal, responses((status = 204), (status = 404, body = ProblemBody), (status = 409, body = ProblemBody)))]
pub async fn withdraw(
    ijkpunt: web::Data<Ijkpunt>,
    actor: Actor,
    id: web::Path<ReliefProofId>,
    Json(withdrawal): Json<ReliefWithdrawal>,
) -> Result<HttpResponse, Problem> {
    let proof = relief_proofs::Entity::find_by_id(*id).one(&ijkpunt.db).await?.ok_or_else(Problem::not_found)?;
    may(&actor, Action::TakePayments, proof.agency_id)?;
    take_back(&ijkpunt, actor.user_id, &proof, &withdrawal.reason).await?;
    Ok(HttpResponse::NoContent().finish())
}

fn detail_place(id: ReliefProofId) -> Place {
    Place { table: "relief_proofs", column: "detail_enc", row: id.0 }
}

async fn see(ijkpunt: &Ijkpunt, by: UserId, candidate: CandidateId, new: &NewProof) -> Result<(), ReliefRefusal> {
    let now = ijkpunt.clock.now();
    let today = ijkpunt.clock.today();
    let text = |text: &str, field| {
        let text = people::names::clean(text);
        if text.chars().count() > MAX_TEXT { Err(ReliefRefusal::TooLong(field)) } else { Ok(text) }
    };
    let proof = text(&new.proof, "proof")?;
    let detail = text(new.detail.as_deref().unwrap_or_default(), "detail")?;
    if proof.is_empty() {
        return Err(ReliefRefusal::ProofMissing);
    }
    if new.valid_until < today || new.valid_until < new.valid_from {
        return Err(ReliefRefusal::Dates);
    }
    let rules = policy::rules_at::<Fee>(&ijkpunt.db, RuleKind::Fee, today).await?;
    if !rules.iter().any(|rule| matches!(&rule.body, Fee::ProofRelief { ground, .. } if *ground == new.ground)) {
        return Err(ReliefRefusal::UnknownGround);
    }
    let tx = begin_write(&ijkpunt.db).await?;
    people::store::lock(&tx, candidate).await?.ok_or(ReliefRefusal::NotFound)?;
    agencies::Entity::find_by_id(new.agency_id).one(&tx).await?.ok_or(ReliefRefusal::NotFound)?;
    let id = ReliefProofId::new();
    let row = relief_proofs::ActiveModel {
        id: Set(id),
        candidate_id: Set(candidate),
        agency_id: Set(new.agency_id),
        ground: Set(new.ground.clone()),
        proof: Set(proof),
        detail_enc: Set((!detail.is_empty()).then(|| ijkpunt.keys.seal(detail_place(id), &detail))),
        valid_from: Set(new.valid_from),
        valid_until: Set(new.valid_until),
        seen_at: Set(now),
        seen_by: Set(by),
        ..Default::default()
    };
    relief_proofs::Entity::insert(row).exec_without_returning(&tx).await?;
    let entry = audit::Entry::of(By::User(by), "relief.proof-seen", ("relief_proof", Some(id.0)))
        .at(new.agency_id)
        .with(json!({ "candidate": candidate, "valid_until": new.valid_until }));
    audit::record(&tx, now, entry).await?;
    tx.commit().await?;
    Ok(())
}

async fn take_back(ijkpunt: &Ijkpunt, by: UserId, proof: &relief_proofs::Model, reason: &str) -> Result<(), ReliefRefusal> {
    let now = ijkpunt.clock.now();
    let reason = people::rules::check_reason(reason).map_err(ReliefRefusal::Reason)?;
    let tx = begin_write(&ijkpunt.db).await?;
    let withdrawn = relief_proofs::Entity::update_many()
        .col_expr(relief_proofs::Column::WithdrawnAt, Expr::value(now))
        .col_expr(relief_proofs::Column::WithdrawnBy, Expr::value(by))
        .col_expr(relief_proofs::Column::WithdrawnReason, Expr::value(reason))
        .filter(relief_proofs::Column::Id.eq(proof.id))
        .filter(relief_proofs::Column::WithdrawnAt.is_null())
        .exec(&tx)
        .await?;
    if withdrawn.rows_affected == 0 {
        return Err(ReliefRefusal::Withdrawn);
    }
    let entry = audit::Entry::of(By::User(by), "relief.proof-withdrawn", ("relief_proof", Some(proof.id.0))).at(proof.agency_id);
    audit::record(&tx, now, entry).await?;
    tx.commit().await?;
    Ok(())
}
