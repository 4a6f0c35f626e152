//! The names under which an attempt's recordings and pictures are fetched: a keyed hash of attempt and file, so that a name tells
//! nothing, is of no use in another attempt, and is the same whenever this attempt asks for it.

use sea_orm::{ColumnTrait, ConnectionTrait, DbErr, EntityTrait, QueryFilter};
use subtle::ConstantTimeEq;
use uuid::Uuid;

use super::rules::is_closed;
use super::{Refusal, paper, store};
use crate::app::Ijkpunt;
use crate::crypto::Keys;
use crate::entity::{attempt_items, attempts, item_versions, media_files};
use crate::ids::{AttemptId, MediaId};
use crate::media::hex;

/// Half of the hash is far beyond guessing.
const MAC: usize = 16;

pub const PREFIX: &str = "/api/kiosk/media/";

pub fn url(keys: &Keys, attempt: AttemptId, media: MediaId) -> String {
    format!("{PREFIX}{}", name(keys, attempt, media))
}

fn name(keys: &Keys, attempt: AttemptId, media: MediaId) -> String {
    let mac = keys.index("media", &format!("{attempt}/{media}"));
    format!("{}{}", attempt.0.simple(), hex(mac.get(..MAC).unwrap_or_default()))
}

pub struct Served {
    pub mime: String,
    pub bytes: Vec<u8>,
}

/// The file behind a name, while its attempt is not closed.
pub async fn open(ijkpunt: &Ijkpunt, asked: &str) -> Result<Served, Refusal> {
    let attempt = asked.get(..32).and_then(|text| Uuid::try_parse(text).ok()).map(AttemptId).ok_or(Refusal::NotFound)?;
    let attempt = store::attempt(&ijkpunt.db, attempt).await?.filter(|attempt| !is_closed(attempt.status)).ok_or(Refusal::NotFound)?;
    for media in media_of(&ijkpunt.db, &attempt).await? {
        if bool::from(name(&ijkpunt.keys, attempt.id, media).as_bytes().ct_eq(asked.as_bytes())) {
            let file = media_files::Entity::find_by_id(media).one(&ijkpunt.db).await?.ok_or(Refusal::NotFound)?;
            return Ok(Served { mime: file.mime, bytes: ijkpunt.media.get(&file.sha256).await? });
        }
    }
    Err(Refusal::NotFound)
}

/// Every file that the attempt's questions use.
async fn media_of(db: &impl ConnectionTrait, attempt: &attempts::Model) -> Result<Vec<MediaId>, DbErr> {
    let items = attempt_items::Entity::find().filter(attempt_items::Column::AttemptId.eq(attempt.id)).all(db).await?;
    let versions = item_versions::Entity::find()
        .filter(item_versions::Column::Id.is_in(items.into_iter().map(|item| item.item_version_id)))
        .all(db)
        .await?;
    let mut media = Vec::new();
    for version in versions {
        media.extend(paper::media_of(&version)?.into_values());
    }
    media.sort_unstable();
    media.dedup();
    Ok(media)
}
