//! Signing and checking credentials: an embedded proof (Data Integrity, `eddsa-jcs-2022`) and a token (VC-JWT with ES256). Pure.
//!
//! Sources: W3C "Data Integrity EdDSA Cryptosuites v1.0", 3.3; 1EdTech "Open Badges 3.0", 8.2; RFC 7515; RFC 8785 (JCS).

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::{DateTime, SecondsFormat, Utc};
use ed25519_dalek::Signer as _;
use p256::ecdsa::signature::Verifier as _;
use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};

use crate::entity::enums::KeyAlgorithm;

/// The secret of a key pair, 32 bytes in both algorithms.
pub type Secret = [u8; 32];

/// The prefix of an Ed25519 public key among multicodecs (0xed as a varint).
const MULTICODEC_ED25519: [u8; 2] = [0xed, 0x01];

#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SigningError {
    #[error("the stored key is not a key of its algorithm")]
    Key,
    #[error("the document cannot be written canonically")]
    Canonical,
}

/// A secret that is one: of the 2^256 numbers nearly all are keys of P-256, and all are keys of Ed25519.
pub fn new_secret(algorithm: KeyAlgorithm) -> Secret {
    loop {
        let secret: Secret = rand::random();
        if algorithm == KeyAlgorithm::Ed25519 || p256::ecdsa::SigningKey::from_slice(&secret).is_ok() {
            return secret;
        }
    }
}

/// The public key as the issuer's document says it: JWK for ES256, Multikey for Ed25519.
pub fn verification_method(algorithm: KeyAlgorithm, secret: &Secret, id: &str, controller: &str) -> Result<Value, SigningError> {
    Ok(match algorithm {
        KeyAlgorithm::Ed25519 => {
            let public = ed25519_dalek::SigningKey::from_bytes(secret).verifying_key();
            let text = bs58::encode([&MULTICODEC_ED25519, public.as_bytes().as_slice()].concat()).into_string();
            json!({ "id": id, "type": "Multikey", "controller": controller, "publicKeyMultibase": format!("z{text}") })
        }
        KeyAlgorithm::Es256 => {
            json!({ "id": id, "type": "JsonWebKey", "controller": controller, "publicKeyJwk": jwk(secret, id)? })
        }
    })
}

/// The public key of ES256 as a JSON Web Key (RFC 7517).
pub fn jwk(secret: &Secret, id: &str) -> Result<Value, SigningError> {
    let key = p256::ecdsa::SigningKey::from_slice(secret).map_err(|_| SigningError::Key)?;
    let point = key.verifying_key().to_sec1_point(false);
    let (x, y) = (point.x().ok_or(SigningError::Key)?, point.y().ok_or(SigningError::Key)?);
    Ok(
        json!({ "kty": "EC", "crv": "P-256", "use": "sig", "alg": "ES256", "kid": id, "x": URL_SAFE_NO_PAD.encode(x), "y": URL_SAFE_NO_PAD.encode(y) }),
    )
}

/// The document with a proof by this key in it.
pub fn with_proof(mut document: Map<String, Value>, secret: &Secret, key_id: &str, at: DateTime<Utc>) -> Result<Value, SigningError> {
    document.remove("proof");
    let mut proof = Map::new();
    if let Some(context) = document.get("@context") {
        proof.insert("@context".into(), context.clone());
    }
    for (name, value) in [
        ("type", "DataIntegrityProof".to_owned()),
        ("cryptosuite", "eddsa-jcs-2022".to_owned()),
        ("created", at.to_rfc3339_opts(SecondsFormat::Secs, true)),
        ("verificationMethod", key_id.to_owned()),
        ("proofPurpose", "assertionMethod".to_owned()),
    ] {
        proof.insert(name.into(), value.into());
    }
    let signature = ed25519_dalek::SigningKey::from_bytes(secret).sign(&hashes(&proof, &document)?);
    proof.insert("proofValue".into(), format!("z{}", bs58::encode(signature.to_bytes()).into_string()).into());
    document.insert("proof".into(), proof.into());
    Ok(document.into())
}

/// The key that a document says it was signed with.
pub fn proof_key(document: &Map<String, Value>) -> Option<&str> {
    document.get("proof")?.get("verificationMethod")?.as_str()
}

/// Whether the proof in a document was made with this key over exactly what the document says.
pub fn proof_holds(document: &Map<String, Value>, secret: &Secret) -> bool {
    let mut document = document.clone();
    let Some(Value::Object(mut proof)) = document.remove("proof") else { return false };
    let expected = [("type", "DataIntegrityProof"), ("cryptosuite", "eddsa-jcs-2022"), ("proofPurpose", "assertionMethod")];
    if expected.iter().any(|(name, value)| proof.get(*name).and_then(Value::as_str) != Some(value))
        || proof.get("@context") != document.get("@context")
    {
        return false;
    }
    let Some(Value::String(signature)) = proof.remove("proofValue") else { return false };
    let signature = signature.strip_prefix('z').and_then(|text| bs58::decode(text).into_vec().ok());
    let signature = signature.and_then(|bytes| ed25519_dalek::Signature::from_slice(&bytes).ok());
    let (Some(signature), Ok(hashes)) = (signature, hashes(&proof, &document)) else { return false };
    ed25519_dalek::SigningKey::from_bytes(secret).verifying_key().verify_strict(&hashes, &signature).is_ok()
}

/// The hash of the proof without its value, then the hash of the document without its proof, each in canonical form.
fn hashes(proof: &Map<String, Value>, document: &Map<String, Value>) -> Result<Vec<u8>, SigningError> {
    let hash =
        |value: &Map<String, Value>| serde_json_canonicalizer::to_vec(value).map(Sha256::digest).map_err(|_| SigningError::Canonical);
    Ok([hash(proof)?, hash(document)?].concat())
}

/// Claims as a compact token signed by this key.
pub fn token(claims: &Value, secret: &Secret, key_id: &str) -> Result<String, SigningError> {
    let key = p256::ecdsa::SigningKey::from_slice(secret).map_err(|_| SigningError::Key)?;
    let header = json!({ "alg": "ES256", "typ": "JWT", "kid": key_id });
    let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
    let signed = format!("{}.{}", part(&header), part(claims));
    // Deterministic (RFC 6979): the same claims give the same token.
    let signature: p256::ecdsa::Signature = key.sign(signed.as_bytes());
    Ok(format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature.to_bytes())))
}

/// A token taken apart; nothing is checked yet.
pub struct Token<'a> {
    pub key_id: String,
    pub claims: Map<String, Value>,
    signed: &'a str,
    signature: Vec<u8>,
}

pub fn read_token(text: &str) -> Option<Token<'_>> {
    let (signed, signature) = text.rsplit_once('.')?;
    let (header, claims) = signed.split_once('.')?;
    let decode = |part: &str| -> Option<Map<String, Value>> { serde_json::from_slice(&URL_SAFE_NO_PAD.decode(part).ok()?).ok() };
    let header = decode(header)?;
    // The algorithm is ours to say, never the token's.
    (header.get("alg")?.as_str()? == "ES256").then_some(())?;
    Some(Token {
        key_id: header.get("kid")?.as_str()?.to_owned(),
        claims: decode(claims)?,
        signed,
        signature: URL_SAFE_NO_PAD.decode(signature).ok()?,
    })
}

pub fn token_holds(token: &Token<'_>, secret: &Secret) -> bool {
    let key = p256::ecdsa::SigningKey::from_slice(secret).ok();
    let signature = p256::ecdsa::Signature::from_slice(&token.signature).ok();
    key.zip(signature).is_some_and(|(key, signature)| key.verifying_key().verify(token.signed.as_bytes(), &signature).is_ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn document() -> Map<String, Value> {
        json!({ "@context": ["https://www.w3.org/ns/credentials/v2"], "id": "urn:uuid:1", "level": "A2", "näme": "Zoë" })
            .as_object()
            .unwrap()
            .clone()
    }

    #[test]
    fn a_proof_holds_until_anything_in_the_document_changes() {
        let secret = new_secret(KeyAlgorithm::Ed25519);
        let at = "2026-06-01T09:00:00Z".parse().unwrap();
        let signed = with_proof(document(), &secret, "did:web:x#key-1", at).unwrap();
        let signed = signed.as_object().unwrap();
        assert!(proof_holds(signed, &secret));
        assert_eq!(proof_key(signed), Some("did:web:x#key-1"));
        assert!(!proof_holds(signed, &new_secret(KeyAlgorithm::Ed25519)));
        for (pointer, value) in
            [("/level", "B2"), ("/id", "urn:uuid:2"), ("/proof/created", "2026-06-02T09:00:00Z"), ("/proof/proofPurpose", "authentication")]
        {
            let mut altered = Value::Object(signed.clone());
            *altered.pointer_mut(pointer).unwrap() = value.into();
            assert!(!proof_holds(altered.as_object().unwrap(), &secret), "{pointer}");
        }
        let mut added = signed.clone();
        added.insert("extra".into(), true.into());
        assert!(!proof_holds(&added, &secret));
    }

    #[test]
    fn the_same_document_key_and_moment_give_the_same_proof_and_token() {
        let (ed, es) = (new_secret(KeyAlgorithm::Ed25519), new_secret(KeyAlgorithm::Es256));
        let at = "2026-06-01T09:00:00Z".parse().unwrap();
        assert_eq!(with_proof(document(), &ed, "k", at), with_proof(document(), &ed, "k", at));
        let claims = Value::Object(document());
        assert_eq!(token(&claims, &es, "k"), token(&claims, &es, "k"));
    }

    #[test]
    fn a_token_holds_until_a_character_of_it_changes_and_names_no_algorithm_of_its_own() {
        let secret = new_secret(KeyAlgorithm::Es256);
        let text = token(&Value::Object(document()), &secret, "did:web:x#key-1").unwrap();
        assert!(token_holds(&read_token(&text).unwrap(), &secret));
        for place in 0..text.len() {
            let mut bytes = text.clone().into_bytes();
            bytes[place] = if bytes[place] == b'A' { b'B' } else { b'A' };
            let altered = String::from_utf8(bytes).unwrap();
            // The last character of a part may carry bits that mean nothing; a strict reader refuses those as well.
            assert!(!read_token(&altered).is_some_and(|token| token_holds(&token, &secret)), "{place}");
        }
        let unsigned = format!("{}.{}.", URL_SAFE_NO_PAD.encode(r#"{"alg":"none","kid":"k"}"#), URL_SAFE_NO_PAD.encode("{}"));
        assert!(read_token(&unsigned).is_none());
    }
}
