//! A kiosk's journal as it is handed over: the other side of `ijkpunt::kiosks::journal`, written apart from it.

use ijkpunt::kiosks::signing::{from_base64, to_base64};
use p256::SecretKey;
use p256::elliptic_curve::sec1::ToSec1Point;
use ring::aead::{AES_256_GCM, Aad, LessSafeKey, Nonce, UnboundKey};
use ring::hkdf;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::hall::Kiosk;

/// The journal of one attempt at a kiosk.
pub struct Journal {
    attempt: String,
    key: [u8; 32],
    wrapped: Value,
    entries: u64,
}

impl Journal {
    /// `server_key` as `/api/kiosk/me` says it.
    pub fn new(attempt: &str, server_key: &str) -> Self {
        let ours = SecretKey::from_slice(&[9; 32]).unwrap();
        let theirs = p256::PublicKey::from_sec1_bytes(&from_base64(server_key).unwrap()).unwrap();
        let shared = ours.diffie_hellman(&theirs);
        let mut wrapping = [0; 32];
        let info = [b"IJKPUNT-JOURNAL-1".as_slice()];
        let extracted = hkdf::Salt::new(hkdf::HKDF_SHA256, attempt.as_bytes()).extract(shared.raw_secret_bytes());
        extracted.expand(&info, hkdf::HKDF_SHA256).unwrap().fill(&mut wrapping).unwrap();
        let key = [5; 32];
        let (iv, sealed) = seal(&wrapping, "IJKPUNT-JOURNAL-1", 0, &key);
        let point = to_base64(ours.public_key().to_sec1_point(false).as_bytes());
        Self { attempt: attempt.to_owned(), key, wrapped: json!({ "point": point, "iv": iv, "sealed": sealed }), entries: 0 }
    }

    fn entry(&mut self, kind: &str, bytes: &[u8]) -> (String, String) {
        self.entries += 1;
        seal(&self.key, kind, self.entries, bytes)
    }

    pub fn event(&mut self, seq: i64, position: i64, response: Value, client_at: &str) -> Value {
        let event = json!({ "position": position, "response": response, "flagged": false, "client_at": client_at });
        let (iv, sealed) = self.entry("event", event.to_string().as_bytes());
        json!({ "seq": seq, "iv": iv, "sealed": sealed })
    }

    /// A recording that was begun without connection, of so many slices.
    pub fn recording(&mut self, id: &str, position: i64, slices: &[&[u8]]) -> (Value, Vec<Value>) {
        let about = json!({ "id": id, "serverId": null, "position": position, "mime": "audio/webm;codecs=opus", "slices": slices.len(), "durationMs": 1000 * slices.len() });
        let (iv, sealed) = self.entry("recording", about.to_string().as_bytes());
        let pieces = slices.iter().enumerate().map(|(n, slice)| {
            let (iv, sealed) = self.entry("slice", slice);
            json!({ "recording": id, "n": n, "iv": iv, "sealed": sealed })
        });
        let pieces = pieces.collect();
        (json!({ "iv": iv, "sealed": sealed }), pieces)
    }

    /// The file that the kiosk hands over.
    pub fn file(&self, kiosk: &Kiosk, heard_at: &str, events: Vec<Value>, recordings: Vec<Value>, slices: Vec<Value>) -> Vec<u8> {
        let body = json!({
            "v": 1, "kiosk": kiosk.id, "attempt": self.attempt, "heard_at": heard_at, "key": self.wrapped,
            "events": events, "recordings": recordings, "slices": slices,
        })
        .to_string();
        let hash = Sha256::digest(body.as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect::<String>();
        let signature = kiosk.key.sign(&format!("IJKPUNT-RESCUE-1\n{hash}")).unwrap();
        format!("{body}\n{}\n", to_base64(&signature)).into_bytes()
    }
}

fn seal(key: &[u8], kind: &str, n: u64, bytes: &[u8]) -> (String, String) {
    let mut iv = [0; 12];
    iv[4..].copy_from_slice(&n.to_be_bytes());
    let mut sealed = bytes.to_vec();
    let key = LessSafeKey::new(UnboundKey::new(&AES_256_GCM, key).unwrap());
    key.seal_in_place_append_tag(Nonce::assume_unique_for_key(iv), Aad::from(kind.as_bytes()), &mut sealed).unwrap();
    (to_base64(&iv), to_base64(&sealed))
}
