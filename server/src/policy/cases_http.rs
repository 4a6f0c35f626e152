//! `/api/policy/cases`: the cases with what the rules in force say of them, adding one, and trying a drafted rule on all.

use actix_web::{HttpResponse, web};
use sea_orm::{ActiveValue::Set, ColumnTrait, ConnectionTrait, DbErr, EntityTrait, QueryFilter, QueryOrder};
use serde::Serialize;
use serde_json::json;
use utoipa::ToSchema;

use super::actions::{self, PolicyRefusal};
use super::cases::{Book, Case, Expect, judge};
use super::http::NewRuleVersion;
use super::load;
use crate::access::{Action, Actor, rules as access};
use crate::app::Ijkpunt;
use crate::audit::{self, By};
use crate::db::{begin_write, is_unique_violation};
use crate::entity::{policy_cases, policy_rules};
use crate::http::extract::Json;
use crate::ids::{PolicyCaseId, RuleId, UserId};
use crate::problem::{Code, Problem, ProblemBody};

#[derive(Debug, thiserror::Error)]
pub enum CaseRefusal {
    #[error("there is a case of this name")]
    NameTaken,
    #[error(transparent)]
    Database(#[from] DbErr),
}

/// A case, and what the rules in force say of it.
#[derive(Serialize, ToSchema)]
pub struct CaseView {
    pub case: Case,
    /// It comes with the product.
    pub built_in: bool,
    pub agrees: bool,
    pub said: Expect,
    pub differences: Vec<String>,
}

#[derive(Serialize, ToSchema)]
pub struct Cases {
    pub cases: Vec<CaseView>,
    pub wrong: usize,
}

#[utoipa::path(get, path = "/api/policy/cases", operation_id = "listPolicyCases", tag = "policy", responses((status = 200, body = Cases), (status = 403, body = ProblemBody)))]
pub async fn list(ijkpunt: web::Data<Ijkpunt>, actor: Actor) -> Result<web::Json<Cases>, Problem> {
    access::may_somewhere(&actor, Action::ChangePolicy)?;
    let book = in_force(&ijkpunt.db).await?;
    let cases: Vec<CaseView> = all(&ijkpunt.db).await?.into_iter().map(|(case, built_in)| view(&book, case, built_in)).collect();
    Ok(web::Json(Cases { wrong: cases.iter().filter(|case| !case.agrees).count(), cases }))
}

#[utoipa::path(post, path = "/api/policy/cases", operation_id = "addPolicyCase", tag = "policy", request_body = Case, responses((status = 201, body = CaseView), (status = 409, body = ProblemBody), (status = 422, body = ProblemBody)))]
pub async fn add(ijkpunt: web::Data<Ijkpunt>, actor: Actor, Json(case): Json<Case>) -> Result<HttpResponse, Problem> {
    access::may_somewhere(&actor, Action::ChangePolicy)?;
    let faults = [("/name", &case.name, 80), ("/words", &case.words, 600)].into_iter().filter_map(|(field, text, most)| {
        match text.trim().chars().count() {
            0 => Some((field, Code::Required)),
            length if length > most => Some((field, Code::TooLong)),
            _ => None,
        }
    });
    let faults: Vec<_> = faults.collect();
    if !faults.is_empty() {
        return Err(Problem::fields(faults));
    }
    keep(&ijkpunt, actor.user_id, &case).await?;
    let book = in_force(&ijkpunt.db).await?;
    Ok(HttpResponse::Created().json(view(&book, case, false)))
}

/// A case on which a drafted rule says something else than the rules in force.
#[derive(Serialize, ToSchema)]
pub struct Changed {
    pub case: Case,
    pub agreed_before: bool,
    pub agrees: bool,
    pub before: Expect,
    pub after: Expect,
}

#[derive(Serialize, ToSchema)]
pub struct Trial {
    /// How many cases were tried.
    pub tried: usize,
    /// Otherwise than expected, once the draft were in force.
    pub wrong: usize,
    pub changed: Vec<Changed>,
}

#[utoipa::path(post, path = "/api/policy/cases/try", operation_id = "tryRuleOnCases", tag = "policy", request_body = NewRuleVersion, responses((status = 200, body = Trial), (status = 404, body = ProblemBody), (status = 422, body = ProblemBody)))]
pub async fn try_rule(ijkpunt: web::Data<Ijkpunt>, actor: Actor, Json(draft): Json<NewRuleVersion>) -> Result<web::Json<Trial>, Problem> {
    access::may_somewhere(&actor, Action::ChangePolicy)?;
    let book = in_force(&ijkpunt.db).await?;
    let drafted = with_draft(&book, &draft, ijkpunt.clock.now())?;
    let mut trial = Trial { tried: 0, wrong: 0, changed: Vec::new() };
    for (case, _) in all(&ijkpunt.db).await? {
        let (before, after) = (judge(&book, &case), judge(&drafted, &case));
        trial.tried += 1;
        trial.wrong += usize::from(!after.agrees);
        if before.said != after.said {
            trial.changed.push(Changed {
                case,
                agreed_before: before.agrees,
                agrees: after.agrees,
                before: before.said,
                after: after.said,
            });
        }
    }
    Ok(web::Json(trial))
}

fn view(book: &Book, case: Case, built_in: bool) -> CaseView {
    let verdict = judge(book, &case);
    CaseView { case, built_in, agrees: verdict.agrees, said: verdict.said, differences: verdict.differences }
}

async fn in_force(db: &impl ConnectionTrait) -> Result<Book, DbErr> {
    let rows = policy_rules::Entity::find().filter(policy_rules::Column::WithdrawnAt.is_null()).all(db).await?;
    Ok(Book(rows))
}

/// Every case, and whether it comes with the product.
async fn all(db: &impl ConnectionTrait) -> Result<Vec<(Case, bool)>, DbErr> {
    let mut cases: Vec<(Case, bool)> = load::built_in_cases().map_err(DbErr::Custom)?.into_iter().map(|case| (case, true)).collect();
    for row in policy_cases::Entity::find().order_by_asc(policy_cases::Column::CreatedAt).all(db).await? {
        let case = serde_json::from_value(row.body).map_err(|error| DbErr::Type(format!("case {}: {error}", row.id)))?;
        cases.push((case, false));
    }
    Ok(cases)
}

/// The rules as they would be with the draft.
fn with_draft(book: &Book, draft: &NewRuleVersion, now: chrono::DateTime<chrono::Utc>) -> Result<Book, PolicyRefusal> {
    if draft.valid_to.is_some_and(|last| last < draft.valid_from) {
        return Err(PolicyRefusal::Dates);
    }
    let of_key = book.0.iter().filter(|rule| rule.kind == draft.kind && rule.key == draft.key);
    let latest = of_key.max_by_key(|rule| rule.version).ok_or(PolicyRefusal::Unknown)?;
    if !actions::has_shape(draft.kind, &latest.body, &draft.body) {
        return Err(PolicyRefusal::Shape);
    }
    let mut drafted = book.clone();
    drafted.0.push(policy_rules::Model {
        id: RuleId::new(),
        version: latest.version + 1,
        valid_from: draft.valid_from,
        valid_to: draft.valid_to,
        body: draft.body.clone(),
        ground: draft.ground.clone(),
        source: draft.source,
        created_at: now,
        created_by: None,
        ..latest.clone()
    });
    Ok(drafted)
}

async fn keep(ijkpunt: &Ijkpunt, by: UserId, case: &Case) -> Result<(), CaseRefusal> {
    let now = ijkpunt.clock.now();
    let names = load::built_in_cases().map_err(DbErr::Custom)?;
    if names.iter().any(|other| other.name == case.name) {
        return Err(CaseRefusal::NameTaken);
    }
    let tx = begin_write(&ijkpunt.db).await?;
    let id = PolicyCaseId::new();
    let row = policy_cases::ActiveModel {
        id: Set(id),
        name: Set(case.name.clone()),
        body: Set(json!(case)),
        created_at: Set(now),
        created_by: Set(by),
    };
    match policy_cases::Entity::insert(row).exec_without_returning(&tx).await {
        Err(error) if is_unique_violation(&error) => return Err(CaseRefusal::NameTaken),
        other => other?,
    };
    audit::record(&tx, now, audit::Entry::of(By::User(by), "policy.case-added", ("policy_case", Some(id.0)))).await?;
    tx.commit().await?;
    Ok(())
}
