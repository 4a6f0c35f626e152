//! The public keys of kiosks, kept at hand so that a save needs no query to check its signature. The transaction that saves compares
//! the key with the one in the database, so that one which was revoked or replaced counts for nothing, however long it is remembered here.

use std::collections::HashMap;
use std::sync::{Arc, RwLock};

use sea_orm::{ConnectionTrait, DbErr, EntityTrait};

use crate::entity::kiosks;
use crate::ids::KioskId;

/// A key is some hundred bytes; past this number the memory is emptied rather than let grow.
const MOST: usize = 50_000;

#[derive(Clone, Default)]
pub struct KnownKeys(Arc<RwLock<HashMap<KioskId, Arc<[u8]>>>>);

impl KnownKeys {
    pub fn get(&self, kiosk: KioskId) -> Option<Arc<[u8]>> {
        self.0.read().ok()?.get(&kiosk).cloned()
    }

    /// Reads the key anew. None for a kiosk that is not enrolled.
    pub async fn load(&self, db: &impl ConnectionTrait, kiosk: KioskId) -> Result<Option<Arc<[u8]>>, DbErr> {
        let key: Option<Arc<[u8]>> =
            kiosks::Entity::find_by_id(kiosk).one(db).await?.and_then(|kiosk| kiosk.public_key).map(|key| key.into());
        if let (Some(key), Ok(mut known)) = (&key, self.0.write()) {
            if known.len() >= MOST {
                known.clear();
            }
            known.insert(kiosk, key.clone());
        }
        Ok(key)
    }
}
