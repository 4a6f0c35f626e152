//! Writing mail into the outbox.

use std::str::FromStr;

use chrono::{DateTime, Utc};
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, DatabaseTransaction, DbErr, EntityTrait, QueryFilter};
use serde_json::json;

use super::{store, texts};
use crate::app::Ijkpunt;
use crate::audit::{self, By};
use crate::certificates::rules::Body;
use crate::crypto::Place;
use crate::db::begin_write;
use crate::entity::enums::MailStatus;
use crate::entity::{candidates, certificates, mails};
use crate::ids::{AgencyId, CertificateId, MailId, UserId};
use crate::jobs::{self, Job};
use crate::locale::Locale;

#[derive(Debug, thiserror::Error)]
pub enum MailRefusal {
    #[error("only mail that failed or was kept is sent again")]
    NotToSend,
    #[error("no mail server is configured")]
    NoServer,
    #[error(transparent)]
    Database(#[from] DbErr),
}

/// Writes to the candidate, in their contact language, that the certificate is there. Somebody without an address gets it at the desk.
pub async fn send_certificate(
    ijkpunt: &Ijkpunt,
    tx: &DatabaseTransaction,
    now: DateTime<Utc>,
    candidate: &candidates::Model,
    certificate: &certificates::Model,
    body: &Body,
) -> Result<(), DbErr> {
    let text = texts::certificate(locale_of(candidate), &body.name(), &body.number, &body.verify_url, &body.agency);
    write(ijkpunt, tx, now, candidate, Letter { agency_id: certificate.agency_id, certificate_id: Some(certificate.id), text }).await
}

/// What is written to a candidate.
pub struct Letter {
    pub agency_id: AgencyId,
    /// The certificate that goes with it.
    pub certificate_id: Option<CertificateId>,
    pub text: texts::Text,
}

/// The language in which the candidate is written to, where the product speaks it.
pub fn locale_of(candidate: &candidates::Model) -> Locale {
    Locale::from_str(&candidate.contact_language).unwrap_or_default()
}

/// Puts a letter into the outbox. Somebody without an address is written nothing.
pub async fn write(
    ijkpunt: &Ijkpunt,
    tx: &DatabaseTransaction,
    now: DateTime<Utc>,
    candidate: &candidates::Model,
    letter: Letter,
) -> Result<(), DbErr> {
    let Some(sealed) = &candidate.email_enc else { return Ok(()) };
    let place = Place { table: "candidates", column: "email_enc", row: candidate.id.0 };
    let recipient = ijkpunt.keys.open(place, sealed).map_err(|error| DbErr::Custom(error.to_string()))?;
    let id = MailId::new();
    let row = mails::Model {
        id,
        agency_id: letter.agency_id,
        candidate_id: Some(candidate.id),
        // Chosen once and kept through all tries, so that a mail that was sent twice shows as one.
        message_id: format!("<{id}@{}>", host(&ijkpunt.config.public_origin)),
        recipient_enc: ijkpunt.keys.seal(store::place(id, "recipient_enc"), &recipient),
        subject: letter.text.subject,
        body_enc: ijkpunt.keys.seal(store::place(id, "body_enc"), &letter.text.body),
        certificate_id: letter.certificate_id,
        status: if ijkpunt.config.smtp_url.is_some() { MailStatus::Queued } else { MailStatus::Kept },
        attempts: 0,
        last_error: None,
        created_at: now,
        sent_at: None,
    };
    mails::Entity::insert(mails::ActiveModel::from(row.clone())).exec_without_returning(tx).await?;
    if row.status == MailStatus::Queued {
        jobs::enqueue(tx, now, &Job::SendMail { mail_id: id }, Some(format!("send-mail:{id}"))).await?;
    }
    Ok(())
}

/// Puts a mail that failed, or was kept while no server was configured, into the outbox again.
pub async fn send_again(ijkpunt: &Ijkpunt, by: UserId, mail: &mails::Model) -> Result<(), MailRefusal> {
    if ijkpunt.config.smtp_url.is_none() {
        return Err(MailRefusal::NoServer);
    }
    let now = ijkpunt.clock.now();
    let tx = begin_write(&ijkpunt.db).await?;
    let queued = mails::Entity::update_many()
        .col_expr(mails::Column::Status, Expr::value(MailStatus::Queued))
        .col_expr(mails::Column::Attempts, Expr::value(0))
        .filter(mails::Column::Id.eq(mail.id))
        .filter(mails::Column::Status.is_in([MailStatus::Failed, MailStatus::Kept]))
        .exec(&tx)
        .await?;
    if queued.rows_affected == 0 {
        return Err(MailRefusal::NotToSend);
    }
    jobs::enqueue(&tx, now, &Job::SendMail { mail_id: mail.id }, None).await?;
    let entry = audit::Entry::of(By::User(by), "mail.queued-again", ("mail", Some(mail.id.0))).at(mail.agency_id).with(json!({}));
    audit::record(&tx, now, entry).await?;
    tx.commit().await?;
    Ok(())
}

fn host(origin: &str) -> &str {
    let host = origin.split("://").nth(1).unwrap_or(origin);
    host.split(['/', ':']).next().filter(|host| !host.is_empty()).unwrap_or("ijkpunt.invalid")
}
