//! How a kiosk proves that a request is its own: it signs each one with the private key that it made when it was enrolled, and that its
//! browser never lets out (ECDSA on P-256 with SHA-256, FIPS 186-5; the signature is `r` and `s`, 32 bytes each, as Web Crypto gives it).
//!
//! Signed are the method, the address, the sitting's token, the hash of the body and a number. The number is the moment of signing in
//! milliseconds by the server's clock, as far as the kiosk knows it, and always higher than the one before: too old a number is refused,
//! and so is one that was used.
//!
//! `ring` verifies: it takes a quarter of the time that the `p256` crate takes, and each save waits for it.

use chrono::{DateTime, Duration, Utc};
use ring::rand::SystemRandom;
use ring::signature::{ECDSA_P256_SHA256_FIXED, ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair, UnparsedPublicKey};
use sha2::{Digest, Sha256};

use crate::ids::KioskId;
use crate::media::hex;

/// How far the number may lie from the server's clock. What travels longer is signed anew by the kiosk.
pub const WINDOW: Duration = Duration::seconds(60);

/// What stands in the `Authorization` header: `Kiosk <id>.<number>.<signature in base64url>`.
#[derive(Clone, Debug)]
pub struct Signature {
    pub kiosk: KioskId,
    pub number: i64,
    pub bytes: Vec<u8>,
}

/// What a signature is about.
#[derive(Clone, Copy, Debug)]
pub struct Signed<'a> {
    pub method: &'a str,
    /// With the query, as it was asked for.
    pub path: &'a str,
    pub number: i64,
    /// The sitting's token, or nothing.
    pub attempt_token: &'a str,
    pub body_sha256: &'a [u8],
}

impl Signed<'_> {
    /// The bytes that are signed: a line each.
    pub fn text(&self) -> String {
        let Self { method, path, number, attempt_token, body_sha256 } = self;
        format!("IJKPUNT-KIOSK-1\n{method}\n{path}\n{number}\n{attempt_token}\n{}", hex(body_sha256))
    }
}

/// What is signed with the code of an enrolment, so that nobody enrols a key that is not theirs.
pub fn enrolment_text(code: &str) -> String {
    format!("IJKPUNT-ENROL-1\n{code}")
}

/// Reads the header's value after `Kiosk `.
pub fn parse(value: &str) -> Option<Signature> {
    let mut parts = value.trim().splitn(3, '.');
    let (kiosk, number, bytes) = (parts.next()?, parts.next()?, parts.next()?);
    Some(Signature { kiosk: KioskId(uuid::Uuid::try_parse(kiosk).ok()?), number: number.parse().ok()?, bytes: from_base64(bytes)? })
}

pub fn verifies(public_key: &[u8], text: &str, signature: &[u8]) -> bool {
    UnparsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, public_key).verify(text.as_bytes(), signature).is_ok()
}

pub fn is_fresh(number: i64, now: DateTime<Utc>) -> bool {
    (now.timestamp_millis() - number).abs() <= WINDOW.num_milliseconds()
}

pub fn body_hash(body: &[u8]) -> [u8; 32] {
    Sha256::digest(body).into()
}

pub fn from_base64(text: &str) -> Option<Vec<u8>> {
    use base64::Engine;
    base64::engine::general_purpose::URL_SAFE_NO_PAD.decode(text).ok()
}

pub fn to_base64(bytes: &[u8]) -> String {
    use base64::Engine;
    base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(bytes)
}

/// A kiosk's pair of keys, for whoever plays a kiosk without a browser: the measurements, the worked example and the tests.
pub struct DeviceKey {
    pair: EcdsaKeyPair,
    random: SystemRandom,
}

#[derive(Debug, thiserror::Error)]
#[error("no key could be made")]
pub struct NoKey;

impl DeviceKey {
    pub fn generate() -> Result<Self, NoKey> {
        let random = SystemRandom::new();
        let made = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &random).map_err(|_| NoKey)?;
        let pair = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, made.as_ref(), &random).map_err(|_| NoKey)?;
        Ok(Self { pair, random })
    }

    pub fn public_key(&self) -> &[u8] {
        self.pair.public_key().as_ref()
    }

    pub fn sign(&self, text: &str) -> Result<Vec<u8>, NoKey> {
        Ok(self.pair.sign(&self.random, text.as_bytes()).map_err(|_| NoKey)?.as_ref().to_vec())
    }

    /// The whole `Authorization` header.
    pub fn authorization(&self, kiosk: KioskId, signed: Signed<'_>) -> Result<String, NoKey> {
        Ok(format!("Kiosk {kiosk}.{}.{}", signed.number, to_base64(&self.sign(&signed.text())?)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_signature_holds_for_exactly_what_was_signed() {
        let key = DeviceKey::generate().unwrap();
        let body = body_hash(b"{}");
        let signed = Signed { method: "POST", path: "/api/kiosk/start", number: 5, attempt_token: "", body_sha256: &body };
        let header = key.authorization(KioskId::new(), signed).unwrap();
        let signature = parse(header.strip_prefix("Kiosk ").unwrap()).unwrap();
        assert!(verifies(key.public_key(), &signed.text(), &signature.bytes));
        let other_body = body_hash(b"{ }");
        for changed in [
            Signed { method: "PUT", ..signed },
            Signed { path: "/api/kiosk/resume", ..signed },
            Signed { number: 6, ..signed },
            Signed { attempt_token: "x", ..signed },
            Signed { body_sha256: &other_body, ..signed },
        ] {
            assert!(!verifies(key.public_key(), &changed.text(), &signature.bytes), "{changed:?}");
        }
        assert!(!verifies(DeviceKey::generate().unwrap().public_key(), &signed.text(), &signature.bytes));
        assert!(!verifies(b"", &signed.text(), &signature.bytes));
        assert!(!verifies(key.public_key(), &signed.text(), b""));
    }

    #[test]
    fn a_number_is_good_for_a_minute() {
        let now = DateTime::from_timestamp(1_800_000_000, 0).unwrap();
        let at = |seconds: i64| (now + Duration::seconds(seconds)).timestamp_millis();
        assert!(is_fresh(at(-60), now) && is_fresh(at(60), now));
        assert!(!is_fresh(at(-61), now) && !is_fresh(at(61), now));
    }

    #[test]
    fn a_header_that_makes_no_sense_is_none() {
        for text in ["", "a.b.c", "019abcde-0000-7000-8000-000000000000.5", "019abcde-0000-7000-8000-000000000000.5.!"] {
            assert!(parse(text).is_none(), "{text}");
        }
    }
}
