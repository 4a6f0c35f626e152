//! Registering and correcting candidates.

use sea_orm::sea_query::Expr;
use sea_orm::{ActiveValue::Set, ColumnTrait, DbErr, EntityTrait, QueryFilter};
use serde_json::json;

use super::insz::Insz;
use super::names;
use super::rules::{self, Details, Fault};
use super::store::{self, Person};
use crate::app::Ijkpunt;
use crate::audit::{self, By};
use crate::clock::belgian_date;
use crate::crypto::Place;
use crate::db::{begin_write, is_unique_violation, next_number};
use crate::entity::{candidate_revisions, candidates};
use crate::ids::{AgencyId, CandidateId, UserId};

#[derive(Debug, thiserror::Error)]
pub enum PersonRefusal {
    #[error("some details are wrong: {0:?}")]
    Faults(Vec<(&'static str, Fault)>),
    #[error("the reason is missing or too long")]
    Reason(Fault),
    /// Somebody with this number is there already.
    #[error("the number is another candidate's")]
    SameInsz(Box<Person>),
    /// People of the same birth date with a name like this one.
    #[error("the candidate seems to be there already")]
    LikelyDuplicates(Vec<Person>),
    #[error("there is no such candidate")]
    NotFound,
    #[error("somebody else changed the record")]
    ChangedMeanwhile,
    #[error(transparent)]
    Database(#[from] DbErr),
}

/// Makes a record. Likely duplicates are shown first; `despite_duplicates` says that the clerk looked at them.
pub async fn register(
    ijkpunt: &Ijkpunt,
    by: UserId,
    agency: AgencyId,
    details: &Details,
    despite_duplicates: bool,
) -> Result<Person, PersonRefusal> {
    let now = ijkpunt.clock.now();
    let checked = rules::check(details, None, belgian_date(now)).map_err(PersonRefusal::Faults)?;
    let tx = begin_write(&ijkpunt.db).await?;
    // Drawing the number first makes two clerks who register at once wait for each other, so that the second sees the first one's record.
    let number = next_number(&tx, "candidate").await?;
    if let Some(insz) = &checked.insz
        && let Some(person) = store::by_insz(&tx, &ijkpunt.keys, insz).await?
    {
        return Err(PersonRefusal::SameInsz(Box::new(person)));
    }
    let same_day = store::by_birth_date(&tx, &ijkpunt.keys, checked.birth_date).await?;
    let alike: Vec<Person> = same_day
        .into_iter()
        // Two different numbers are two people.
        .filter(|other| checked.insz.is_none() || other.insz.is_none())
        .filter(|other| names::alike(&checked.given_names, &checked.family_name, &other.given_names, &other.family_name))
        .collect();
    if !alike.is_empty() && !despite_duplicates {
        return Err(PersonRefusal::LikelyDuplicates(alike));
    }
    let id = CandidateId::new();
    let row = candidates::ActiveModel {
        number: Set(format!("K{number:06}")),
        revision: Set(1),
        agency_id: Set(agency),
        created_at: Set(now),
        created_by: Set(by),
        ..store::seal(&ijkpunt.keys, id, &checked)
    };
    candidates::Entity::insert(row).exec_without_returning(&tx).await?;
    store::write_name_keys(&tx, &ijkpunt.keys, id, &checked).await?;
    let looked_at: Vec<_> = alike.iter().map(|person| person.id).collect();
    let entry = audit::Entry::of(By::User(by), "candidate.registered", ("candidate", Some(id.0)))
        .at(agency)
        .with(json!({ "has_insz": checked.insz.is_some(), "despite_duplicates": looked_at }));
    audit::record(&tx, now, entry).await?;
    let person = store::person(&tx, &ijkpunt.keys, id).await?.ok_or(PersonRefusal::NotFound)?;
    tx.commit().await?;
    Ok(person)
}

/// Corrects a record that is still as the clerk saw it. The old state is kept.
pub async fn correct(
    ijkpunt: &Ijkpunt,
    by: UserId,
    agency: AgencyId,
    id: CandidateId,
    revision: i64,
    details: &Details,
    reason: &str,
) -> Result<Person, PersonRefusal> {
    let now = ijkpunt.clock.now();
    let reason = rules::check_reason(reason).map_err(PersonRefusal::Reason)?;
    let tx = begin_write(&ijkpunt.db).await?;
    let before = store::person(&tx, &ijkpunt.keys, id).await?.ok_or(PersonRefusal::NotFound)?;
    let checked = rules::check(details, before.insz.as_ref(), belgian_date(now)).map_err(PersonRefusal::Faults)?;
    if let Some(insz) = &checked.insz
        && let Some(other) = store::by_insz(&tx, &ijkpunt.keys, insz).await?.filter(|other| other.id != id)
    {
        return Err(PersonRefusal::SameInsz(Box::new(other)));
    }
    let changed = candidates::Entity::update_many()
        .set(store::seal(&ijkpunt.keys, id, &checked))
        .col_expr(candidates::Column::Revision, Expr::value(revision + 1))
        .filter(candidates::Column::Id.eq(id))
        .filter(candidates::Column::Revision.eq(revision))
        .exec(&tx)
        .await;
    match changed {
        Ok(changed) if changed.rows_affected == 1 => {}
        Ok(_) => return Err(PersonRefusal::ChangedMeanwhile),
        Err(error) if is_unique_violation(&error) => return Err(PersonRefusal::ChangedMeanwhile),
        Err(error) => return Err(error.into()),
    }
    let place = Place { table: "candidate_revisions", column: "body_enc", row: id.0 };
    let row = candidate_revisions::ActiveModel {
        candidate_id: Set(id),
        revision: Set(revision),
        body_enc: Set(ijkpunt.keys.seal(place, &as_it_was(&before).to_string())),
        reason: Set(reason),
        replaced_at: Set(now),
        replaced_by: Set(by),
    };
    candidate_revisions::Entity::insert(row).exec_without_returning(&tx).await?;
    store::write_name_keys(&tx, &ijkpunt.keys, id, &checked).await?;
    let entry = audit::Entry::of(By::User(by), "candidate.corrected", ("candidate", Some(id.0)))
        .at(agency)
        .with(json!({ "from_revision": revision }));
    audit::record(&tx, now, entry).await?;
    let person = store::person(&tx, &ijkpunt.keys, id).await?.ok_or(PersonRefusal::NotFound)?;
    tx.commit().await?;
    Ok(person)
}

fn as_it_was(person: &Person) -> serde_json::Value {
    json!({
        "insz": person.insz.as_ref().map(Insz::as_str),
        "no_insz_reason": person.no_insz_reason,
        "given_names": person.given_names,
        "family_name": person.family_name,
        "email": person.email,
        "phone": person.phone,
        "birth_date": person.birth_date,
        "sex": person.sex,
        "contact_language": person.contact_language,
        "advice": person.advice,
    })
}
