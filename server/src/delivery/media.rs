//! The names under which an attempt's recordings and pictures are fetched: a keyed hash of attempt and file, so that a name tells
//! nothing, is of no use in another attempt, and is the same whenever this attempt asks for it.

use sea_orm::EntityTrait;
use subtle::ConstantTimeEq;
use uuid::Uuid;

use super::rules::is_closed;
use super::{Refusal, paper, store};
use crate::app::Ijkpunt;
use crate::crypto::Keys;
use crate::entity::media_files;
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
    for media in paper::media_of_attempt(ijkpunt, &attempt).await? {
        if bool::from(name(&ijkpunt.keys, attempt.id, media).as_bytes().ct_eq(asked.as_bytes())) {
            let file = media_files::Entity::find_by_id(media).one(&ijkpunt.db).await?.ok_or(Refusal::NotFound)?;
            return Ok(Served { mime: file.mime, bytes: ijkpunt.media.get(&file.sha256).await? });
        }
    }
    Err(Refusal::NotFound)
}
