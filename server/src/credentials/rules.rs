//! What a credential says (Open Badges 3.0 on Verifiable Credentials 2.0), and the public list of what was revoked (Bitstring Status List 1.0). Pure.

use std::io::Write;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::{DateTime, SecondsFormat, Utc};
use flate2::Compression;
use flate2::write::GzEncoder;
use serde_json::{Map, Value, json};
use uuid::Uuid;

use crate::certificates::rules::{Body, Skill, Typed, read_number};
use crate::entity::enums::{AgencyCode, KeyAlgorithm, Level, Part};

const CREDENTIALS: &str = "https://www.w3.org/ns/credentials/v2";
const OPEN_BADGES: &str = "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json";
const SCHEMA: &str = "https://purl.imsglobal.org/spec/ob/v3p0/schema/json/ob_v3p0_achievementcredential_schema.json";

/// Entries of a status list. The specification asks for at least so many, so that one entry hides among the others.
pub const LIST_LENGTH: usize = 131_072;
/// A list takes no more than this, so that a free place is found in a few draws.
pub const LIST_FILL: u64 = 100_000;

/// The form in which a credential is given out. Each names a status list of its own form.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// JSON with an embedded proof.
    Document,
    /// A signed token.
    Token,
}

/// An agency as an issuer: its name and where its keys are found.
#[derive(Clone, Debug)]
pub struct Issuer {
    pub origin: String,
    pub code: AgencyCode,
    pub name: String,
    pub email: String,
}

impl Issuer {
    /// The address under which everything public of the issuer is found.
    pub fn address(&self) -> String {
        format!("{}/api/issuers/{}", self.origin, self.code.as_str())
    }

    /// The identifier by the method `did:web`: the address with colons for slashes, and the port's colon written as %3A.
    pub fn did(&self) -> String {
        let address = self.address();
        let place = address.split_once("://").map_or(address.as_str(), |(_, place)| place);
        format!("did:web:{}", place.replace(':', "%3A").replace('/', ":"))
    }

    pub fn key_id(&self, algorithm: KeyAlgorithm, generation: i64) -> String {
        format!("{}#key-{generation}-{}", self.did(), algorithm.as_str().to_lowercase())
    }

    pub fn status_list(&self, list: i64, form: Form) -> String {
        let ending = if form == Form::Token { ".jwt" } else { "" };
        format!("{}/status-lists/{list}{ending}", self.address())
    }

    fn profile(&self) -> Value {
        json!({ "id": self.did(), "type": ["Profile"], "name": self.name, "url": self.origin, "email": self.email })
    }
}

/// The number of the key in an identifier that [`Issuer::key_id`] made, when it is one of this issuer and algorithm.
pub fn generation_of(issuer: &Issuer, algorithm: KeyAlgorithm, key_id: &str) -> Option<i64> {
    let rest = key_id.strip_prefix(&format!("{}#key-", issuer.did()))?;
    rest.strip_suffix(&format!("-{}", algorithm.as_str().to_lowercase()))?.parse().ok()
}

/// Where a credential stands in the lists of what was revoked.
#[derive(Clone, Copy, Debug)]
pub struct Place {
    pub list: i64,
    pub index: i64,
}

/// What the credential says, before it is signed. The person is named as on the paper; there is no other number of theirs in it.
pub fn credential(
    issuer: &Issuer,
    certificate: Uuid,
    subject: Uuid,
    body: &Body,
    issued_at: DateTime<Utc>,
    place: Place,
    form: Form,
) -> Map<String, Value> {
    let list = issuer.status_list(place.list, form);
    let achievement = format!("{}#achievement", urn(certificate));
    let name = if body.sample { format!("Voorbeeld: {}", title(body)) } else { title(body).to_owned() };
    let mut document = Map::new();
    document.insert("@context".into(), json!([CREDENTIALS, OPEN_BADGES]));
    document.insert("id".into(), urn(certificate).into());
    document.insert("type".into(), json!(["VerifiableCredential", "OpenBadgeCredential"]));
    document.insert("issuer".into(), issuer.profile());
    document.insert("validFrom".into(), issued_at.to_rfc3339_opts(SecondsFormat::Secs, true).into());
    document.insert("name".into(), format!("{name} {}", body.number).into());
    document.insert(
        "credentialSubject".into(),
        json!({
            "id": urn(subject),
            "type": ["AchievementSubject"],
            "identifier": [
                { "type": "IdentityObject", "hashed": false, "identityHash": body.name(), "identityType": "name" },
                { "type": "IdentityObject", "hashed": false, "identityHash": body.birth_date.to_string(), "identityType": "ext:birthDate" },
            ],
            "achievement": {
                "id": achievement,
                "type": ["Achievement"],
                "achievementType": "Certificate",
                "name": name,
                "description": format!("{}. Testdoel: {}.", title(body), body.purpose),
                "inLanguage": "nl",
                "humanCode": body.number,
                "criteria": { "narrative": criteria(body) },
                "resultDescription": body.skills.iter().map(|skill| result_description(&achievement, skill)).collect::<Vec<_>>(),
            },
            "result": body.skills.iter().map(|skill| json!({
                "type": ["Result"],
                "resultDescription": result_id(&achievement, skill.part),
                "value": skill.level,
            })).collect::<Vec<_>>(),
        }),
    );
    document.insert(
        "credentialStatus".into(),
        json!({
            "id": format!("{list}#{}", place.index),
            "type": "BitstringStatusListEntry",
            "statusPurpose": "revocation",
            "statusListIndex": place.index.to_string(),
            "statusListCredential": list,
        }),
    );
    document.insert("credentialSchema".into(), json!([{ "id": SCHEMA, "type": "1EdTechJsonSchemaValidator2019" }]));
    document
}

/// The claims that a token carries beside the document itself (Open Badges 3.0, 8.2.4.1).
pub fn claims(mut document: Map<String, Value>, at: DateTime<Utc>) -> Value {
    let id_of = |value: Option<&Value>| value.and_then(|value| value.get("id")).cloned().unwrap_or(Value::Null);
    let (issuer, subject) = (id_of(document.get("issuer")), id_of(document.get("credentialSubject")));
    let issuer = if issuer.is_null() { document.get("issuer").cloned().unwrap_or(Value::Null) } else { issuer };
    document.insert("iss".into(), issuer);
    document.insert("jti".into(), document.get("id").cloned().unwrap_or(Value::Null));
    document.insert("nbf".into(), at.timestamp().into());
    document.insert("sub".into(), subject);
    document.into()
}

/// The list of what was revoked, as a credential before it is signed. `changed_at` is when it last changed.
pub fn status_list(issuer: &Issuer, list: i64, form: Form, revoked: &[i64], changed_at: DateTime<Utc>) -> Map<String, Value> {
    let address = issuer.status_list(list, form);
    let mut document = Map::new();
    document.insert("@context".into(), json!([CREDENTIALS]));
    document.insert("id".into(), address.clone().into());
    document.insert("type".into(), json!(["VerifiableCredential", "BitstringStatusListCredential"]));
    document.insert("issuer".into(), issuer.did().into());
    document.insert("validFrom".into(), changed_at.to_rfc3339_opts(SecondsFormat::Secs, true).into());
    document.insert(
        "credentialSubject".into(),
        json!({ "id": format!("{address}#list"), "type": "BitstringStatusList", "statusPurpose": "revocation", "encodedList": encode(revoked) }),
    );
    document
}

/// The bits of the list, the first at the left, gzipped, in base64url with the multibase prefix `u`.
fn encode(revoked: &[i64]) -> String {
    let mut bits = vec![0_u8; LIST_LENGTH / 8];
    for index in revoked.iter().filter_map(|index| usize::try_from(*index).ok()) {
        if let Some(byte) = bits.get_mut(index / 8) {
            *byte |= 0x80 >> (index % 8);
        }
    }
    let mut gzip = GzEncoder::new(Vec::new(), Compression::best());
    // Writing to memory does not fail.
    let _ = gzip.write_all(&bits);
    format!("u{}", URL_SAFE_NO_PAD.encode(gzip.finish().unwrap_or_default()))
}

/// Characters of a paper's number, such as `2026-0000123-92`.
pub const NUMBER_LENGTH: usize = 15;

/// The number of a paper, when these bytes are one.
pub fn number_in(bytes: &[u8]) -> Option<String> {
    // Looked at for every place of a file, so that the cheap question comes first.
    if bytes.get(4) != Some(&b'-') || bytes.get(12) != Some(&b'-') {
        return None;
    }
    match read_number(std::str::from_utf8(bytes).ok()?) {
        Typed::Number(number) => Some(number),
        Typed::Mistyped => None,
    }
}

/// The certificate that a credential says it stands beside.
pub fn certificate_of(document: &Map<String, Value>) -> Option<Uuid> {
    document.get("id")?.as_str()?.strip_prefix("urn:uuid:")?.parse().ok()
}

/// The name and the day of birth that a credential states, for whoever was shown it.
pub fn stated_person(document: &Map<String, Value>) -> Option<(String, String)> {
    let identifiers = document.get("credentialSubject")?.get("identifier")?.as_array()?;
    let of = |kind: &str| {
        let found = identifiers.iter().find(|one| one.get("identityType").and_then(Value::as_str) == Some(kind))?;
        Some(found.get("identityHash")?.as_str()?.to_owned())
    };
    Some((of("name")?, of("ext:birthDate")?))
}

fn urn(id: Uuid) -> String {
    format!("urn:uuid:{id}")
}

fn is_language(body: &Body) -> bool {
    body.skills.iter().any(|skill| !matches!(skill.part, Part::MoExemption | Part::MoFinal))
}

fn title(body: &Body) -> &'static str {
    if is_language(body) { "Attest civiele test Nederlands" } else { "Attest maatschappelijke oriëntatie" }
}

fn criteria(body: &Body) -> &'static str {
    if is_language(body) {
        "De houder heeft in een test onder toezicht per vaardigheid het vermelde niveau van het Europees Referentiekader voor Talen (ERK) bereikt."
    } else {
        "De houder is onder toezicht geslaagd voor de vermelde toets over maatschappelijke oriëntatie."
    }
}

fn result_id(achievement: &str, part: Part) -> String {
    format!("{achievement}-{}", part.as_str())
}

fn result_description(achievement: &str, skill: &Skill) -> Value {
    let mo = matches!(skill.part, Part::MoExemption | Part::MoFinal);
    let levels: &[Level] = if mo { &[Level::Failed, Level::Passed] } else { &[Level::Below, Level::A1, Level::A2, Level::B1, Level::B2] };
    json!({
        "id": result_id(achievement, skill.part),
        "type": ["ResultDescription"],
        "name": crate::certificates::pdf::part_name(skill.part),
        "resultType": "PerformanceLevel",
        "allowedValue": levels,
    })
}

#[cfg(test)]
mod tests {
    use std::io::Read;

    use flate2::read::GzDecoder;

    use super::*;

    fn issuer(origin: &str) -> Issuer {
        Issuer { origin: origin.into(), code: AgencyCode::Atlas, name: "Atlas".into(), email: "x@atlas.invalid".into() }
    }

    #[test]
    fn the_identifier_of_an_issuer_leads_to_its_address() {
        assert_eq!(issuer("https://ijkpunt.example").did(), "did:web:ijkpunt.example:api:issuers:atlas");
        assert_eq!(issuer("http://127.0.0.1:8080").did(), "did:web:127.0.0.1%3A8080:api:issuers:atlas");
    }

    #[test]
    fn a_key_is_told_from_that_of_another_issuer_or_algorithm() {
        let ours = issuer("https://ijkpunt.example");
        let id = ours.key_id(KeyAlgorithm::Es256, 12);
        assert_eq!(generation_of(&ours, KeyAlgorithm::Es256, &id), Some(12));
        assert_eq!(generation_of(&ours, KeyAlgorithm::Ed25519, &id), None);
        assert_eq!(generation_of(&issuer("https://elsewhere.example"), KeyAlgorithm::Es256, &id), None);
    }

    #[test]
    fn the_list_has_a_bit_for_each_that_was_revoked_counted_from_the_left() {
        let text = encode(&[0, 9, 131_071, 131_072, -1]);
        let packed = URL_SAFE_NO_PAD.decode(text.strip_prefix('u').unwrap()).unwrap();
        let mut bits = Vec::new();
        GzDecoder::new(packed.as_slice()).read_to_end(&mut bits).unwrap();
        assert_eq!(bits.len(), LIST_LENGTH / 8);
        assert_eq!((bits[0], bits[1], bits[16_383]), (0x80, 0x40, 0x01));
        assert_eq!(bits.iter().map(|byte| byte.count_ones()).sum::<u32>(), 3, "what lies outside the list changes nothing");
    }
}
