//! The key to which kiosks encrypt what they keep on their disk, and opening what came back by hand in a rescue file.
//!
//! A kiosk draws a key of its own for each attempt (AES-256-GCM) and wraps it for us: ECDH on P-256 with a pair that it makes for this once,
//! HKDF-SHA256 with the attempt's id, AES-256-GCM. Our private key is derived from the key file, so that neither the database nor a backup holds it.

use p256::elliptic_curve::sec1::ToSec1Point;
use p256::{PublicKey, SecretKey};
use ring::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use ring::hkdf;

use super::signing::to_base64;
use crate::crypto::Keys;
use crate::ids::AttemptId;

const WRAPPING: &str = "IJKPUNT-JOURNAL-1";

/// Derived anew when a draw is no scalar of the curve, which happens once in 2³² keys.
fn secret(keys: &Keys) -> Option<SecretKey> {
    (0..8).find_map(|draw| SecretKey::from_slice(&keys.index("kiosk-journal", &draw.to_string())).ok())
}

/// The uncompressed point, in base64url.
pub fn public_key(keys: &Keys) -> String {
    secret(keys).map(|secret| to_base64(secret.public_key().to_sec1_point(false).as_bytes())).unwrap_or_default()
}

/// A key wrapped for us.
pub struct Wrapped<'a> {
    /// The kiosk's public point for this once.
    pub point: &'a [u8],
    pub iv: &'a [u8],
    pub sealed: &'a [u8],
}

/// The key of an attempt's journal.
pub struct JournalKey(LessSafeKey);

impl JournalKey {
    pub fn unwrap(keys: &Keys, attempt: AttemptId, wrapped: &Wrapped<'_>) -> Option<Self> {
        let theirs = PublicKey::from_sec1_bytes(wrapped.point).ok()?;
        let shared = secret(keys)?.diffie_hellman(&theirs);
        let mut wrapping = [0; 32];
        let extracted = hkdf::Salt::new(hkdf::HKDF_SHA256, attempt.to_string().as_bytes()).extract(shared.raw_secret_bytes());
        extracted.expand(&[WRAPPING.as_bytes()], hkdf::HKDF_SHA256).ok()?.fill(&mut wrapping).ok()?;
        let key = open(&aead(&wrapping)?, wrapped.iv, WRAPPING, wrapped.sealed)?;
        Some(Self(aead(&key)?))
    }

    /// Opens one entry. `kind` (`event`, `recording`, `slice`) is authenticated, so that one cannot stand for another.
    pub fn open(&self, kind: &str, iv: &[u8], sealed: &[u8]) -> Option<Vec<u8>> {
        open(&self.0, iv, kind, sealed)
    }
}

fn aead(key: &[u8]) -> Option<LessSafeKey> {
    Some(LessSafeKey::new(UnboundKey::new(&AES_256_GCM, key).ok()?))
}

fn open(key: &LessSafeKey, iv: &[u8], about: &str, sealed: &[u8]) -> Option<Vec<u8>> {
    let nonce = Nonce::assume_unique_for_key(<[u8; NONCE_LEN]>::try_from(iv).ok()?);
    let mut bytes = sealed.to_vec();
    let plain = key.open_in_place(nonce, Aad::from(about.as_bytes()), &mut bytes).ok()?;
    Some(plain.to_vec())
}
