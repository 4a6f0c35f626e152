//! Reading credentials and the lists of what was revoked.

use chrono::{DateTime, Utc};
use sea_orm::sea_query::Query;
use sea_orm::{ColumnTrait, ConnectionTrait, DbErr, EntityTrait, PaginatorTrait, QueryFilter};

use super::rules::{Form, Issuer};
use crate::config::Config;
use crate::crypto::{Keys, Place};
use crate::entity::enums::{AgencyCode, CertificateStatus};
use crate::entity::{agencies, certificate_files, certificates, credentials};
use crate::ids::{AgencyId, CertificateId};

pub fn issuer(config: &Config, agency: &agencies::Model) -> Issuer {
    Issuer { origin: config.public_origin.clone(), code: agency.code, name: agency.name.clone(), email: agency.email.clone() }
}

pub async fn agency(db: &impl ConnectionTrait, code: AgencyCode) -> Result<Option<agencies::Model>, DbErr> {
    agencies::Entity::find().filter(agencies::Column::Code.eq(code)).one(db).await
}

pub async fn find(db: &impl ConnectionTrait, id: CertificateId) -> Result<Option<credentials::Model>, DbErr> {
    credentials::Entity::find_by_id(id).one(db).await
}

/// A credential as it was signed.
pub fn open(keys: &Keys, row: &credentials::Model, form: Form) -> Result<String, DbErr> {
    let sealed = if form == Form::Document { &row.document_enc } else { &row.jwt_enc };
    keys.open(place(row.certificate_id, form), sealed).map_err(|error| DbErr::Custom(error.to_string()))
}

pub const fn place(id: CertificateId, form: Form) -> Place {
    let column = match form {
        Form::Document => "document_enc",
        Form::Token => "jwt_enc",
    };
    Place { table: "credentials", column, row: id.0 }
}

pub async fn count(db: &impl ConnectionTrait, agency_id: AgencyId) -> Result<u64, DbErr> {
    credentials::Entity::find().filter(credentials::Column::AgencyId.eq(agency_id)).count(db).await
}

pub async fn is_taken(db: &impl ConnectionTrait, agency_id: AgencyId, list: i64, index: i64) -> Result<bool, DbErr> {
    let found = credentials::Entity::find()
        .filter(credentials::Column::AgencyId.eq(agency_id))
        .filter(credentials::Column::StatusList.eq(list))
        .filter(credentials::Column::StatusIndex.eq(index))
        .one(db)
        .await?;
    Ok(found.is_some())
}

/// The places in a list whose papers are valid no more, and when the last of them ceased to be.
pub async fn revoked(db: &impl ConnectionTrait, agency_id: AgencyId, list: i64) -> Result<(Vec<i64>, Option<DateTime<Utc>>), DbErr> {
    let of_list = Query::select()
        .column(credentials::Column::CertificateId)
        .from(credentials::Entity)
        .and_where(credentials::Column::AgencyId.eq(agency_id))
        .and_where(credentials::Column::StatusList.eq(list))
        .to_owned();
    let ended = certificates::Entity::find()
        .filter(certificates::Column::Status.ne(CertificateStatus::Valid))
        .filter(certificates::Column::Id.in_subquery(of_list))
        .all(db)
        .await?;
    let changed_at = ended.iter().filter_map(|paper| paper.status_changed_at).max();
    let ended_ids = Query::select()
        .column(certificates::Column::Id)
        .from(certificates::Entity)
        .and_where(certificates::Column::Status.ne(CertificateStatus::Valid))
        .to_owned();
    let rows = credentials::Entity::find()
        .filter(credentials::Column::AgencyId.eq(agency_id))
        .filter(credentials::Column::StatusList.eq(list))
        .filter(credentials::Column::CertificateId.in_subquery(ended_ids))
        .all(db)
        .await?;
    Ok((rows.into_iter().map(|row| row.status_index).collect(), changed_at))
}

/// The paper whose PDF has this hash.
pub async fn by_file(db: &impl ConnectionTrait, sha256: &[u8]) -> Result<Option<CertificateId>, DbErr> {
    let row = certificate_files::Entity::find_by_id(sha256.to_vec()).one(db).await?;
    Ok(row.map(|row| row.certificate_id))
}
