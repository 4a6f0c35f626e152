//! Making, enrolling and revoking kiosks.

use chrono::{DateTime, Duration, Utc};
use sea_orm::sea_query::Expr;
use sea_orm::{ActiveValue::Set, ColumnTrait, DbErr, EntityTrait, QueryFilter};

use super::{signing, store};
use crate::app::Ijkpunt;
use crate::audit::{self, By, Entry};
use crate::db::{begin_write, is_unique_violation};
use crate::delivery::rules::normal_code;
use crate::entity::{kiosks, sites};
use crate::ids::{KioskId, SiteId, UserId};

/// An enrolment code is typed in while standing at the machine.
const CODE_HOURS: i64 = 24;
/// Without letters and digits that look like one another.
const ALPHABET: &[u8; 31] = b"ABCDEFGHJKMNPQRSTUVWXYZ23456789";

#[derive(Debug, thiserror::Error)]
pub enum KioskRefusal {
    #[error("there is no such kiosk or site")]
    NotFound,
    #[error("the name is taken at this site")]
    NameTaken,
    #[error(transparent)]
    Database(#[from] DbErr),
}

#[derive(Debug, thiserror::Error)]
pub enum EnrolRefusal {
    #[error("the code is unknown, used or expired")]
    CodeWrong,
    #[error("the key is none, or the proof was not made with it")]
    KeyWrong,
    #[error(transparent)]
    Database(#[from] DbErr),
}

/// Makes a kiosk at a site; answers it with the code by which it is enrolled.
pub async fn create(ijkpunt: &Ijkpunt, by: UserId, site: SiteId, name: &str) -> Result<(kiosks::Model, String), KioskRefusal> {
    let now = ijkpunt.clock.now();
    let (code, expires) = new_code(now);
    let tx = begin_write(&ijkpunt.db).await?;
    let site = sites::Entity::find_by_id(site).one(&tx).await?.ok_or(KioskRefusal::NotFound)?;
    let row = kiosks::ActiveModel {
        id: Set(KioskId::new()),
        site_id: Set(site.id),
        name: Set(name.trim().to_owned()),
        enrol_code_hash: Set(Some(code_hash(ijkpunt, &code))),
        enrol_code_expires_at: Set(Some(expires)),
        ..Default::default()
    };
    let kiosk = kiosks::Entity::insert(row).exec_with_returning(&tx).await.map_err(|error| match error {
        error if is_unique_violation(&error) => KioskRefusal::NameTaken,
        error => error.into(),
    })?;
    let entry = Entry::of(By::User(by), "kiosk.created", ("kiosk", Some(kiosk.id.0))).at(site.agency_id);
    audit::record(&tx, now, entry).await?;
    tx.commit().await?;
    Ok((kiosk, code))
}

/// A new code for a machine that was wiped or replaced. The old machine's key ends when the code is used.
pub async fn renew_code(ijkpunt: &Ijkpunt, by: UserId, id: KioskId) -> Result<String, KioskRefusal> {
    let now = ijkpunt.clock.now();
    let (code, expires) = new_code(now);
    let tx = begin_write(&ijkpunt.db).await?;
    let (kiosk, site) = store::kiosk(&tx, id).await?.ok_or(KioskRefusal::NotFound)?;
    kiosks::Entity::update_many()
        .col_expr(kiosks::Column::EnrolCodeHash, Expr::value(code_hash(ijkpunt, &code)))
        .col_expr(kiosks::Column::EnrolCodeExpiresAt, Expr::value(expires))
        .filter(kiosks::Column::Id.eq(kiosk.id))
        .exec(&tx)
        .await?;
    let entry = Entry::of(By::User(by), "kiosk.code-renewed", ("kiosk", Some(kiosk.id.0))).at(site.agency_id);
    audit::record(&tx, now, entry).await?;
    tx.commit().await?;
    Ok(code)
}

pub async fn revoke(ijkpunt: &Ijkpunt, by: UserId, id: KioskId) -> Result<(), KioskRefusal> {
    let now = ijkpunt.clock.now();
    let tx = begin_write(&ijkpunt.db).await?;
    let (kiosk, site) = store::kiosk(&tx, id).await?.ok_or(KioskRefusal::NotFound)?;
    let revoked = kiosks::Entity::update_many()
        .col_expr(kiosks::Column::RevokedAt, Expr::value(now))
        .col_expr(kiosks::Column::EnrolCodeHash, Expr::value(Option::<Vec<u8>>::None))
        .filter(kiosks::Column::Id.eq(kiosk.id))
        .filter(kiosks::Column::RevokedAt.is_null())
        .exec(&tx)
        .await?;
    if revoked.rows_affected > 0 {
        let entry = Entry::of(By::User(by), "kiosk.revoked", ("kiosk", Some(kiosk.id.0))).at(site.agency_id);
        audit::record(&tx, now, entry).await?;
    }
    tx.commit().await?;
    Ok(())
}

/// Binds a kiosk, once, to the key of the machine at which its code is typed in. `proof` is the code signed with that key.
pub async fn enrol(ijkpunt: &Ijkpunt, code: &str, public_key: &[u8], proof: &[u8]) -> Result<kiosks::Model, EnrolRefusal> {
    let now = ijkpunt.clock.now();
    if !signing::verifies(public_key, &signing::enrolment_text(code), proof) {
        return Err(EnrolRefusal::KeyWrong);
    }
    let hash = code_hash(ijkpunt, code);
    let tx = begin_write(&ijkpunt.db).await?;
    let kiosk = kiosks::Entity::find()
        .filter(kiosks::Column::EnrolCodeHash.eq(hash.clone()))
        .filter(kiosks::Column::EnrolCodeExpiresAt.gt(now))
        .one(&tx)
        .await?
        .ok_or(EnrolRefusal::CodeWrong)?;
    let enrolled = kiosks::Entity::update_many()
        .col_expr(kiosks::Column::PublicKey, Expr::value(public_key.to_vec()))
        .col_expr(kiosks::Column::EnrolledAt, Expr::value(now))
        .col_expr(kiosks::Column::RevokedAt, Expr::value(Option::<DateTime<Utc>>::None))
        .col_expr(kiosks::Column::EnrolCodeHash, Expr::value(Option::<Vec<u8>>::None))
        .filter(kiosks::Column::Id.eq(kiosk.id))
        .filter(kiosks::Column::EnrolCodeHash.eq(hash))
        .exec(&tx)
        .await?;
    if enrolled.rows_affected == 0 {
        return Err(EnrolRefusal::CodeWrong);
    }
    audit::record(&tx, now, Entry::of(By::Kiosk(kiosk.id), "kiosk.enrolled", ("kiosk", Some(kiosk.id.0)))).await?;
    tx.commit().await?;
    Ok(kiosk)
}

fn code_hash(ijkpunt: &Ijkpunt, code: &str) -> Vec<u8> {
    ijkpunt.keys.index("enrol-code", &normal_code(code))
}

/// Eight characters, 39 bits: with the day that it is valid for, beyond guessing.
fn new_code(now: DateTime<Utc>) -> (String, DateTime<Utc>) {
    let mut code: String = (0..8).map(|_| char::from(ALPHABET[rand::random_range(0..ALPHABET.len())])).collect();
    code.insert(4, '-');
    (code, now + Duration::hours(CODE_HOURS))
}
