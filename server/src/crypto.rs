//! Sealing personal data, finding it again by keyed hash, and tokens.

use aes_gcm_siv::aead::{Aead, KeyInit, Payload};
use aes_gcm_siv::{Aes256GcmSiv, Nonce};
use hmac::{Hmac, Mac};
use sha2::{Digest, Sha256};
use uuid::Uuid;

/// The key that seals columns and the key of the blind index. The second one never stands in the database or a backup.
#[derive(Clone)]
pub struct Keys {
    seal: Aes256GcmSiv,
    index: [u8; 32],
}

#[derive(Debug, thiserror::Error)]
#[error("a sealed value cannot be opened: it was made with another key, or moved from another row")]
pub struct CannotOpen;

/// Where a sealed value stands. It is part of what is authenticated: a value copied to another row or column does not open.
#[derive(Clone, Copy, Debug)]
pub struct Place {
    pub table: &'static str,
    pub column: &'static str,
    pub row: Uuid,
}

const KEY_ID: u8 = 1;
const NONCE_LENGTH: usize = 12;

impl Keys {
    pub fn new(seal: [u8; 32], index: [u8; 32]) -> Self {
        Self { seal: Aes256GcmSiv::new(&seal.into()), index }
    }

    /// One byte of key id, the nonce, then the ciphertext.
    pub fn seal(&self, place: Place, text: &str) -> Vec<u8> {
        let nonce: [u8; NONCE_LENGTH] = rand::random();
        let associated = associated_data(place);
        let sealed = self.seal.encrypt(&Nonce::from(nonce), Payload { msg: text.as_bytes(), aad: &associated }).unwrap_or_default();
        [&[KEY_ID], nonce.as_slice(), &sealed].concat()
    }

    pub fn open(&self, place: Place, sealed: &[u8]) -> Result<String, CannotOpen> {
        let (head, body) = sealed.split_at_checked(1 + NONCE_LENGTH).ok_or(CannotOpen)?;
        let (&key_id, nonce) = head.split_first().ok_or(CannotOpen)?;
        let nonce: [u8; NONCE_LENGTH] = nonce.try_into().map_err(|_| CannotOpen)?;
        if key_id != KEY_ID {
            return Err(CannotOpen);
        }
        let associated = associated_data(place);
        let plain = self.seal.decrypt(&Nonce::from(nonce), Payload { msg: body, aad: &associated }).map_err(|_| CannotOpen)?;
        String::from_utf8(plain).map_err(|_| CannotOpen)
    }

    /// The keyed hash by which a value is found without being readable. `purpose` keeps the hashes of different columns apart.
    pub fn index(&self, purpose: &str, value: &str) -> Vec<u8> {
        // A key of 32 bytes always fits HMAC-SHA256; were it ever not so, nothing would be found rather than too much.
        let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(&self.index) else {
            return Vec::new();
        };
        mac.update(purpose.as_bytes());
        mac.update(&[0]);
        mac.update(value.as_bytes());
        mac.finalize().into_bytes().to_vec()
    }
}

fn associated_data(place: Place) -> Vec<u8> {
    [place.table.as_bytes(), b"\0", place.column.as_bytes(), b"\0", place.row.as_bytes(), &[KEY_ID]].concat()
}

/// A secret of 256 bits, as text for a header or cookie.
pub fn new_token() -> String {
    use base64::Engine;
    base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(rand::random::<[u8; 32]>())
}

/// Tokens have 256 random bits, so a plain hash suffices to store them.
pub fn token_hash(token: &str) -> Vec<u8> {
    Sha256::digest(token.as_bytes()).to_vec()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sealed_value_opens_only_in_its_own_place() {
        let keys = Keys::new([1; 32], [2; 32]);
        let place = Place { table: "candidates", column: "insz_enc", row: Uuid::now_v7() };
        let sealed = keys.seal(place, "00012556777");
        assert_eq!(keys.open(place, &sealed).unwrap(), "00012556777");
        assert!(keys.open(Place { row: Uuid::now_v7(), ..place }, &sealed).is_err());
        assert!(keys.open(Place { column: "email_enc", ..place }, &sealed).is_err());
        assert!(Keys::new([3; 32], [2; 32]).open(place, &sealed).is_err());
        assert!(keys.open(place, &sealed[..5]).is_err());
    }

    #[test]
    fn the_blind_index_depends_on_key_and_purpose() {
        let keys = Keys::new([1; 32], [2; 32]);
        assert_eq!(keys.index("insz", "1"), keys.index("insz", "1"));
        assert_ne!(keys.index("insz", "1"), keys.index("name", "1"));
        assert_ne!(keys.index("insz", "1"), Keys::new([1; 32], [9; 32]).index("insz", "1"));
    }
}
