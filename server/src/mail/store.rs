//! Reading the outbox.

use sea_orm::{ColumnTrait, ConnectionTrait, DbErr, EntityTrait, QueryFilter, QueryOrder, QuerySelect};

use crate::crypto::{Keys, Place};
use crate::entity::mails;
use crate::ids::{AgencyId, MailId};

const LISTED: u64 = 200;

pub const fn place(id: MailId, column: &'static str) -> Place {
    Place { table: "mails", column, row: id.0 }
}

pub fn recipient(keys: &Keys, mail: &mails::Model) -> Result<String, DbErr> {
    keys.open(place(mail.id, "recipient_enc"), &mail.recipient_enc).map_err(|error| DbErr::Custom(error.to_string()))
}

pub fn body(keys: &Keys, mail: &mails::Model) -> Result<String, DbErr> {
    keys.open(place(mail.id, "body_enc"), &mail.body_enc).map_err(|error| DbErr::Custom(error.to_string()))
}

/// The newest mail of these agencies.
pub async fn newest(db: &impl ConnectionTrait, agencies: &[AgencyId]) -> Result<Vec<mails::Model>, DbErr> {
    mails::Entity::find()
        .filter(mails::Column::AgencyId.is_in(agencies.iter().copied()))
        .order_by_desc(mails::Column::CreatedAt)
        .order_by_desc(mails::Column::Id)
        .limit(LISTED)
        .all(db)
        .await
}
