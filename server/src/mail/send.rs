//! Handing mail to the mail server. A job calls this until it succeeds; the job's backoff decides when.

use std::time::Duration;

use lettre::message::header::ContentType;
use lettre::message::{Attachment, MultiPart, SinglePart};
use lettre::{AsyncSmtpTransport, AsyncTransport, Message, Tokio1Executor};
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, DbErr, EntityTrait, QueryFilter};

use super::store;
use crate::app::Ijkpunt;
use crate::certificates::{self, actions::PaperError};
use crate::credentials::{self, rules::Form};
use crate::entity::enums::MailStatus;
use crate::entity::{certificates as papers, mails};
use crate::ids::MailId;

/// After this many tries the office sees the mail as failed.
const TRIES: i64 = 12;
const TIMEOUT: Duration = Duration::from_secs(20);

/// Sends one mail, unless it was sent already. An error means: try again later.
pub async fn send(ijkpunt: &Ijkpunt, id: MailId) -> Result<(), String> {
    let mail = mails::Entity::find_by_id(id).one(&ijkpunt.db).await.map_err(|error| error.to_string())?;
    let Some(mail) = mail.filter(|mail| mail.status == MailStatus::Queued) else { return Ok(()) };
    let Some(url) = ijkpunt.config.smtp_url.clone() else {
        return settle(ijkpunt, &mail, MailStatus::Kept, None).await.map_err(|error| error.to_string());
    };
    let (status, error) = match hand_over(ijkpunt, &mail, &url).await {
        Ok(()) => (MailStatus::Sent, None),
        // The server will never take it: trying again would only annoy it.
        Err(Failure { permanent: true, text }) => (MailStatus::Failed, Some(text)),
        Err(Failure { permanent: false, text }) if mail.attempts + 1 >= TRIES => (MailStatus::Failed, Some(text)),
        Err(Failure { permanent: false, text }) => (MailStatus::Queued, Some(text)),
    };
    settle(ijkpunt, &mail, status, error.clone()).await.map_err(|error| error.to_string())?;
    match (status, error) {
        (MailStatus::Queued, Some(error)) => Err(error),
        _ => Ok(()),
    }
}

struct Failure {
    permanent: bool,
    text: String,
}

impl Failure {
    fn ours(error: impl ToString) -> Self {
        Self { permanent: true, text: error.to_string() }
    }
}

async fn hand_over(ijkpunt: &Ijkpunt, mail: &mails::Model, url: &str) -> Result<(), Failure> {
    let message = message(ijkpunt, mail).await?;
    let transport = AsyncSmtpTransport::<Tokio1Executor>::from_url(url).map_err(Failure::ours)?.timeout(Some(TIMEOUT)).build();
    transport.send(message).await.map_err(|error| Failure { permanent: error.is_permanent(), text: error.to_string() })?;
    Ok(())
}

async fn message(ijkpunt: &Ijkpunt, mail: &mails::Model) -> Result<Message, Failure> {
    let text = store::body(&ijkpunt.keys, mail).map_err(Failure::ours)?;
    let mut parts = MultiPart::mixed().singlepart(SinglePart::plain(text));
    for (name, kind, bytes) in attachments(ijkpunt, mail).await? {
        let kind = ContentType::parse(kind).map_err(Failure::ours)?;
        parts = parts.singlepart(Attachment::new(name).body(bytes, kind));
    }
    Message::builder()
        .message_id(Some(mail.message_id.clone()))
        .date(mail.created_at.into())
        .from(ijkpunt.config.mail_from.parse().map_err(Failure::ours)?)
        .to(store::recipient(&ijkpunt.keys, mail).map_err(Failure::ours)?.parse().map_err(Failure::ours)?)
        .subject(mail.subject.clone())
        .multipart(parts)
        .map_err(Failure::ours)
}

/// The paper, and the credential beside it: name, kind and bytes.
async fn attachments(ijkpunt: &Ijkpunt, mail: &mails::Model) -> Result<Vec<(String, &'static str, Vec<u8>)>, Failure> {
    let passing = |error: DbErr| Failure { permanent: false, text: error.to_string() };
    let Some(id) = mail.certificate_id else { return Ok(Vec::new()) };
    let paper = papers::Entity::find_by_id(id).one(&ijkpunt.db).await.map_err(passing)?;
    let Some(paper) = paper else { return Ok(Vec::new()) };
    let pdf = certificates::actions::hand_out(ijkpunt, &paper).await.map_err(|error| match error {
        PaperError::Database(error) => passing(error),
        PaperError::Pdf(error) => Failure::ours(error),
    })?;
    let mut files = vec![(format!("attest-{}.pdf", paper.number), "application/pdf", pdf)];
    if let Some(credential) = credentials::store::find(&ijkpunt.db, paper.id).await.map_err(passing)? {
        let text = credentials::store::open(&ijkpunt.keys, &credential, Form::Document).map_err(Failure::ours)?;
        files.push((format!("attest-{}.json", paper.number), "application/vc", text.into_bytes()));
    }
    Ok(files)
}

async fn settle(ijkpunt: &Ijkpunt, mail: &mails::Model, status: MailStatus, error: Option<String>) -> Result<(), DbErr> {
    let sent_at = (status == MailStatus::Sent).then(|| ijkpunt.clock.now());
    mails::Entity::update_many()
        .col_expr(mails::Column::Status, Expr::value(status))
        .col_expr(mails::Column::Attempts, Expr::value(mail.attempts + 1))
        .col_expr(mails::Column::LastError, Expr::value(error))
        .col_expr(mails::Column::SentAt, Expr::value(sent_at))
        .filter(mails::Column::Id.eq(mail.id))
        .filter(mails::Column::Status.eq(MailStatus::Queued))
        .exec(&ijkpunt.db)
        .await?;
    Ok(())
}
