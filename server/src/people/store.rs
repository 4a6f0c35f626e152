//! Reading and writing candidates.

use chrono::{DateTime, NaiveDate, Utc};
use sea_orm::sea_query::Query;
use sea_orm::{
    ActiveValue::Set, ColumnTrait, ConnectionTrait, DatabaseTransaction, DbErr, EntityTrait, QueryFilter, QueryOrder, QuerySelect,
};

use super::insz::Insz;
use super::names;
use super::rules::Checked;
use crate::crypto::{CannotOpen, Keys, Place};
use crate::db::is_sqlite;
use crate::entity::enums::{Advice, Sex};
use crate::entity::{candidate_name_keys, candidates};
use crate::ids::{AgencyId, CandidateId};

/// A candidate's record, opened.
#[derive(Clone, Debug)]
pub struct Person {
    pub id: CandidateId,
    pub number: String,
    pub revision: i64,
    pub insz: Option<Insz>,
    pub no_insz_reason: Option<String>,
    pub given_names: String,
    pub family_name: String,
    pub email: Option<String>,
    pub phone: Option<String>,
    pub birth_date: NaiveDate,
    pub sex: Sex,
    pub contact_language: String,
    pub advice: Option<Advice>,
    pub agency_id: AgencyId,
    pub created_at: DateTime<Utc>,
}

impl Person {
    pub fn full_name(&self) -> String {
        [self.given_names.as_str(), self.family_name.as_str()].iter().filter(|part| !part.is_empty()).copied().collect::<Vec<_>>().join(" ")
    }
}

pub fn place(id: CandidateId, column: &'static str) -> Place {
    Place { table: "candidates", column, row: id.0 }
}

pub fn insz_hash(keys: &Keys, insz: &Insz) -> Vec<u8> {
    keys.index("insz", insz.as_str())
}

/// Opens the sealed columns. A value that does not open is a fault of the installation, not of the request.
pub fn open(keys: &Keys, row: candidates::Model) -> Result<Person, DbErr> {
    let text = |column, sealed: &[u8]| keys.open(place(row.id, column), sealed).map_err(broken);
    let maybe = |column, sealed: &Option<Vec<u8>>| sealed.as_deref().map(|sealed| text(column, sealed)).transpose();
    let insz = maybe("insz_enc", &row.insz_enc)?;
    Ok(Person {
        insz: insz.map(|digits| Insz::parse(&digits).map_err(|_| broken(CannotOpen))).transpose()?,
        given_names: text("given_names_enc", &row.given_names_enc)?,
        family_name: text("family_name_enc", &row.family_name_enc)?,
        email: maybe("email_enc", &row.email_enc)?,
        phone: maybe("phone_enc", &row.phone_enc)?,
        id: row.id,
        number: row.number,
        revision: row.revision,
        no_insz_reason: row.no_insz_reason,
        birth_date: row.birth_date,
        sex: row.sex,
        contact_language: row.contact_language,
        advice: row.advice,
        agency_id: row.agency_id,
        created_at: row.created_at,
    })
}

fn broken(error: CannotOpen) -> DbErr {
    DbErr::Custom(error.to_string())
}

/// Seals what a record says into its columns.
pub fn seal(keys: &Keys, id: CandidateId, checked: &Checked) -> candidates::ActiveModel {
    let sealed = |column, text: &str| keys.seal(place(id, column), text);
    candidates::ActiveModel {
        id: Set(id),
        insz_enc: Set(checked.insz.as_ref().map(|insz| sealed("insz_enc", insz.as_str()))),
        insz_hash: Set(checked.insz.as_ref().map(|insz| insz_hash(keys, insz))),
        no_insz_reason: Set(checked.no_insz_reason.clone()),
        given_names_enc: Set(sealed("given_names_enc", &checked.given_names)),
        family_name_enc: Set(sealed("family_name_enc", &checked.family_name)),
        email_enc: Set(checked.email.as_deref().map(|email| sealed("email_enc", email))),
        phone_enc: Set(checked.phone.as_deref().map(|phone| sealed("phone_enc", phone))),
        birth_date: Set(checked.birth_date),
        sex: Set(checked.sex),
        contact_language: Set(checked.contact_language.clone()),
        advice: Set(checked.advice),
        ..Default::default()
    }
}

pub async fn person(db: &impl ConnectionTrait, keys: &Keys, id: CandidateId) -> Result<Option<Person>, DbErr> {
    candidates::Entity::find_by_id(id).one(db).await?.map(|row| open(keys, row)).transpose()
}

pub async fn people(db: &impl ConnectionTrait, keys: &Keys, ids: Vec<CandidateId>) -> Result<Vec<Person>, DbErr> {
    let rows = candidates::Entity::find().filter(candidates::Column::Id.is_in(ids)).all(db).await?;
    rows.into_iter().map(|row| open(keys, row)).collect()
}

/// Makes others wait who would change something about this candidate at the same time.
pub async fn lock(tx: &DatabaseTransaction, id: CandidateId) -> Result<Option<candidates::Model>, DbErr> {
    let find = candidates::Entity::find_by_id(id);
    let find = if is_sqlite(tx) { find } else { find.lock_exclusive() };
    find.one(tx).await
}

pub async fn by_insz(db: &impl ConnectionTrait, keys: &Keys, insz: &Insz) -> Result<Option<Person>, DbErr> {
    let row = candidates::Entity::find().filter(candidates::Column::InszHash.eq(insz_hash(keys, insz))).one(db).await?;
    row.map(|row| open(keys, row)).transpose()
}

pub async fn by_number(db: &impl ConnectionTrait, keys: &Keys, number: &str) -> Result<Option<Person>, DbErr> {
    let row = candidates::Entity::find().filter(candidates::Column::Number.eq(number)).one(db).await?;
    row.map(|row| open(keys, row)).transpose()
}

pub async fn by_birth_date(db: &impl ConnectionTrait, keys: &Keys, birth_date: NaiveDate) -> Result<Vec<Person>, DbErr> {
    let rows = candidates::Entity::find().filter(candidates::Column::BirthDate.eq(birth_date)).all(db).await?;
    rows.into_iter().map(|row| open(keys, row)).collect()
}

/// At most this many rows are opened for one search; who typed so little types more.
const MAX_OPENED: u64 = 400;

/// People whose names begin with the typed words, in whatever order, and who were born that day, when a day was typed.
pub async fn by_name(db: &impl ConnectionTrait, keys: &Keys, words: &[String], born: Option<NaiveDate>) -> Result<Vec<Person>, DbErr> {
    let mut find = candidates::Entity::find().order_by_desc(candidates::Column::CreatedAt).limit(MAX_OPENED);
    if let Some(born) = born {
        find = find.filter(candidates::Column::BirthDate.eq(born));
    }
    for word in words {
        let having = Query::select()
            .column(candidate_name_keys::Column::CandidateId)
            .from(candidate_name_keys::Entity)
            .and_where(candidate_name_keys::Column::KeyHash.eq(keys.index("name", &names::lookup_key(word))))
            .to_owned();
        find = find.filter(candidates::Column::Id.in_subquery(having));
    }
    let mut found = Vec::new();
    for row in find.all(db).await? {
        let person = open(keys, row)?;
        if names::matches(&person.full_name(), words) {
            found.push(person);
        }
    }
    found.sort_by_cached_key(|person| (names::words(&person.family_name), names::words(&person.given_names)));
    Ok(found)
}

/// Writes the keys by which the names are found, in the place of those of before.
pub async fn write_name_keys(tx: &DatabaseTransaction, keys: &Keys, id: CandidateId, checked: &Checked) -> Result<(), DbErr> {
    candidate_name_keys::Entity::delete_many().filter(candidate_name_keys::Column::CandidateId.eq(id)).exec(tx).await?;
    let rows = names::keys(&format!("{} {}", checked.given_names, checked.family_name))
        .into_iter()
        .map(|key| candidate_name_keys::ActiveModel { candidate_id: Set(id), key_hash: Set(keys.index("name", &key)) });
    candidate_name_keys::Entity::insert_many(rows).exec_without_returning(tx).await?;
    Ok(())
}
