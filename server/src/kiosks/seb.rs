//! Safe Exam Browser: the settings with which it opens a site's kiosks, and the keys by which it is recognised.
//!
//! The Config Key is the SHA-256 of the settings as "SEB-JSON" (safeexambrowser.org/developer/seb-config-key.html): without
//! `originatorVersion` and empty dictionaries, keys in order without regard to case, no white space, nothing escaped, data in base64.
//! What SEB sends is the SHA-256 of the absolute address without fragment followed by the key in hex, in headers or by its JavaScript
//! API; the Browser Exam Key, which depends on the version of SEB as well, is sent likewise. The address is made from the configured public origin,
//! never from what the request says of its host.

use std::collections::BTreeMap;
use std::fmt::Write;

use sha2::{Digest, Sha256};
use subtle::{Choice, ConstantTimeEq};

use crate::media::hex;

/// A value in a property list.
#[derive(Clone, Debug, PartialEq)]
pub enum Setting {
    Yes(bool),
    Number(i64),
    Text(String),
    Data(Vec<u8>),
    List(Vec<Self>),
    Dict(Settings),
}

pub type Settings = BTreeMap<String, Setting>;

/// The settings of a site: SEB opens the kiosk and nothing else, keeps what the kiosk's browser holds (its key, its journal, what it has
/// fetched) from one start to the next, and lets go by the link at the end.
pub fn settings(public_origin: &str, salt: &[u8]) -> Settings {
    let origin = public_origin.trim_end_matches('/');
    let rule = BTreeMap::from([
        ("active".to_owned(), Setting::Yes(true)),
        ("regex".to_owned(), Setting::Yes(false)),
        ("expression".to_owned(), Setting::Text(format!("{origin}/*"))),
        ("action".to_owned(), Setting::Number(1)),
    ]);
    let yes = ["URLFilterEnable", "allowAudioCapture", "allowDownUploads", "browserWindowAllowReload", "sendBrowserExamKey", "showTime"];
    let no = [
        "allowBrowsingBackForward",
        "allowDictionaryLookup",
        "allowDisplayMirroring",
        "allowPreferencesWindow",
        "allowQuit",
        "allowSpellCheck",
        "allowSwitchToApplications",
        "allowVideoCapture",
        "allowVirtualMachine",
        "downloadAndOpenSebConfig",
        "enablePrintScreen",
        "enableRightMouse",
        "examSessionClearCookiesOnEnd",
        "examSessionClearCookiesOnStart",
        "quitURLConfirm",
        "removeBrowserProfile",
        "removeLocalStorage",
        "showReloadWarning",
        "URLFilterEnableContentFilter",
    ];
    let numbers = [
        ("allowedDisplaysMaxNumber", 1),
        ("browserViewMode", 1),
        ("newBrowserWindowByLinkPolicy", 0),
        ("sebConfigPurpose", 0),
        ("sebMode", 0),
    ];
    let mut settings: Settings = [yes.map(|name| (name, true)).as_slice(), no.map(|name| (name, false)).as_slice()]
        .concat()
        .into_iter()
        .map(|(name, value)| (name.to_owned(), Setting::Yes(value)))
        .collect();
    settings.extend(numbers.map(|(name, value)| (name.to_owned(), Setting::Number(value))));
    settings.insert("URLFilterRules".into(), Setting::List(vec![Setting::Dict(rule)]));
    settings.insert("examKeySalt".into(), Setting::Data(salt.to_vec()));
    settings.insert("originatorVersion".into(), Setting::Text("IJkpunt".into()));
    settings.insert("quitURL".into(), Setting::Text(format!("{origin}/kiosk/quit")));
    settings.insert("startURL".into(), Setting::Text(format!("{origin}/kiosk/")));
    settings
}

/// The file that SEB opens: an XML property list, not encrypted, since it holds no secret.
pub fn file(settings: &Settings) -> String {
    let mut xml = String::from(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<!DOCTYPE plist PUBLIC \"-//Apple//DTD PLIST 1.0//EN\" \"http://www.apple.com/DTDs/PropertyList-1.0.dtd\">\n<plist version=\"1.0\">\n",
    );
    write_dict(&mut xml, settings);
    xml.push_str("</plist>\n");
    xml
}

fn write_dict(xml: &mut String, settings: &Settings) {
    xml.push_str("<dict>\n");
    for (key, value) in settings {
        let _ = writeln!(xml, "<key>{}</key>", escaped(key));
        write_value(xml, value);
    }
    xml.push_str("</dict>\n");
}

fn write_value(xml: &mut String, value: &Setting) {
    let _ = match value {
        Setting::Yes(true) => writeln!(xml, "<true/>"),
        Setting::Yes(false) => writeln!(xml, "<false/>"),
        Setting::Number(number) => writeln!(xml, "<integer>{number}</integer>"),
        Setting::Text(text) => writeln!(xml, "<string>{}</string>", escaped(text)),
        Setting::Data(bytes) => writeln!(xml, "<data>{}</data>", base64(bytes)),
        Setting::Dict(dict) => {
            write_dict(xml, dict);
            Ok(())
        }
        Setting::List(list) => {
            xml.push_str("<array>\n");
            list.iter().for_each(|value| write_value(xml, value));
            writeln!(xml, "</array>")
        }
    };
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

fn base64(bytes: &[u8]) -> String {
    use base64::Engine;
    base64::engine::general_purpose::STANDARD.encode(bytes)
}

/// The Config Key in lower-case hex. Without any setting SEB hashes an empty list.
pub fn config_key(settings: &Settings) -> String {
    let kept: Settings =
        settings.iter().filter(|(key, _)| *key != "originatorVersion").map(|(key, value)| (key.clone(), value.clone())).collect();
    let text = if kept.is_empty() { "[]".to_owned() } else { seb_json(&Setting::Dict(kept)) };
    hex(&Sha256::digest(text.as_bytes()))
}

/// The settings in the form that is hashed. It is not JSON: a backslash or a quotation mark stands as it is.
pub fn seb_json(value: &Setting) -> String {
    match value {
        Setting::Yes(value) => value.to_string(),
        Setting::Number(number) => number.to_string(),
        Setting::Text(text) => format!("\"{text}\""),
        Setting::Data(bytes) => format!("\"{}\"", base64(bytes)),
        Setting::List(list) => format!("[{}]", list.iter().map(seb_json).collect::<Vec<_>>().join(",")),
        Setting::Dict(dict) => {
            let mut entries: Vec<_> = dict.iter().filter(|(_, value)| !matches!(value, Setting::Dict(inner) if inner.is_empty())).collect();
            // Names that differ in case alone: lower case first, as SEB's own order is.
            entries.sort_by_key(|(key, _)| (key.to_lowercase(), swapped_case(key)));
            let entries: Vec<_> = entries.into_iter().map(|(key, value)| format!("\"{key}\":{}", seb_json(value))).collect();
            format!("{{{}}}", entries.join(","))
        }
    }
}

fn swapped_case(text: &str) -> String {
    text.chars().map(|c| if c.is_lowercase() { c.to_ascii_uppercase() } else { c.to_ascii_lowercase() }).collect()
}

/// What a browser shows of itself, with the address that its hashes are about.
#[derive(Clone, Debug, Default)]
pub struct Shown {
    /// Absolute, made from the public origin.
    pub address: String,
    pub config_key: Option<String>,
    pub exam_key: Option<String>,
}

/// Is it Safe Exam Browser with these settings and, where exam keys are named, of one of these versions?
pub fn is_recognised(shown: &[Shown], config_key: &str, exam_keys: &[String]) -> bool {
    let config = any(shown.iter().map(|one| matches(&one.address, config_key, one.config_key.as_deref())));
    let exam = any(exam_keys.iter().flat_map(|key| shown.iter().map(move |one| matches(&one.address, key, one.exam_key.as_deref()))));
    bool::from(config & (exam | Choice::from(u8::from(exam_keys.is_empty()))))
}

/// Takes as long whichever of them holds.
fn any(choices: impl Iterator<Item = Choice>) -> Choice {
    choices.fold(Choice::from(0), |found, one| found | one)
}

fn matches(address: &str, key: &str, given: Option<&str>) -> Choice {
    let expected = hex(&Sha256::digest(format!("{address}{key}").as_bytes()));
    given.map_or(Choice::from(0), |given| expected.as_bytes().ct_eq(given.to_ascii_lowercase().as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(value: &serde_json::Value) -> Setting {
        match value {
            serde_json::Value::Bool(value) => Setting::Yes(*value),
            serde_json::Value::Number(number) => Setting::Number(number.as_i64().unwrap()),
            serde_json::Value::Array(list) => Setting::List(list.iter().map(read).collect()),
            serde_json::Value::Object(map) => Setting::Dict(map.iter().map(|(key, value)| (key.clone(), read(value))).collect()),
            other => Setting::Text(other.as_str().unwrap().to_owned()),
        }
    }

    fn dict(value: serde_json::Value) -> Settings {
        match read(&value) {
            Setting::Dict(settings) => settings,
            other => panic!("{other:?}"),
        }
    }

    /// The settings of a real SEB 2.1.4 for Mac and their key, as Moodle publishes them with its tests (quizaccess_seb, `unencrypted_mac_001`).
    #[test]
    fn the_published_key_of_a_real_configuration_comes_out() {
        let settings = dict(serde_json::from_str(include_str!("seb_vector.json")).unwrap());
        assert_eq!(settings.len(), 202);
        assert_eq!(config_key(&settings), "4fa9af8ec8759eb7c680752ef4ee5eaf1a860628608fccae2715d519849f9292");
        assert_eq!(config_key(&Settings::new()), "4f53cda18c2baa0c0354bb5f9a3ecbe5ed12ab4d8e11ba873c2f11161202b945");
    }

    /// The pairs that Moodle publishes with its tests, after SEB's own description.
    #[test]
    fn the_published_pairs_hold() {
        for (settings, expected) in [
            (serde_json::json!({"string": "hello wörld"}), r#"{"string":"hello wörld"}"#),
            (serde_json::json!({"string": r"ws:\localhost"}), r#"{"string":"ws:\localhost"}"#),
            (serde_json::json!({"string": r"ws:\\\localhost"}), r#"{"string":"ws:\\\localhost"}"#),
            (serde_json::json!({"bool": true}), r#"{"bool":true}"#),
            (serde_json::json!({"array": [false, true]}), r#"{"array":[false,true]}"#),
            (serde_json::json!({"bool": true, "array": []}), r#"{"array":[],"bool":true}"#),
            (serde_json::json!({"dict": {"dictbool": false, "dictbool2": true}}), r#"{"dict":{"dictbool":false,"dictbool2":true}}"#),
            (serde_json::json!({"bool": true, "emptydict": {}}), r#"{"bool":true}"#),
            (
                serde_json::json!({"testKey": "testValue", "allowWLAN": "testValue2", "allowWlan": "testValue3"}),
                r#"{"allowWlan":"testValue3","allowWLAN":"testValue2","testKey":"testValue"}"#,
            ),
            (serde_json::json!({"url": "http://test.com"}), r#"{"url":"http://test.com"}"#),
            (serde_json::json!({"dict": {"banana": false, "apple": true}}), r#"{"dict":{"apple":true,"banana":false}}"#),
        ] {
            assert_eq!(seb_json(&read(&settings)), expected);
        }
        assert_eq!(seb_json(&Setting::Data(b"blahblah".to_vec())), r#""YmxhaGJsYWg=""#);
    }

    #[test]
    fn the_file_says_what_the_key_is_made_of() {
        let settings = settings("https://test.example/", &[7; 32]);
        let file = file(&settings);
        for line in [
            "<string>https://test.example/kiosk/</string>",
            "<key>removeLocalStorage</key>\n<false/>",
            "<key>removeBrowserProfile</key>\n<false/>",
        ] {
            assert!(file.contains(line), "{line}");
        }
        assert_ne!(config_key(&settings), config_key(&super::settings("https://other.example", &[7; 32])));
    }

    #[test]
    fn only_the_right_key_at_the_right_address_is_recognised() {
        let address = "https://example.com/api/kiosk/start";
        let hash = |address: &str, key: &str| hex(&Sha256::digest(format!("{address}{key}").as_bytes()));
        let shown =
            |config: Option<String>, exam: Option<String>| vec![Shown { address: address.into(), config_key: config, exam_key: exam }];
        let (key, exam) = (hash("", "config"), hash("", "exam"));
        let exams = [hash("", "other version"), exam.clone()];
        assert!(is_recognised(&shown(Some(hash(address, &key).to_uppercase()), None), &key, &[]));
        assert!(is_recognised(&shown(Some(hash(address, &key)), Some(hash(address, &exam))), &key, &exams));
        for (wrong, keys) in [
            (shown(None, None), &[][..]),
            (vec![], &[]),
            (shown(Some(key.clone()), None), &[]),
            (shown(Some(hash("https://example.com/other", &key)), None), &[]),
            (shown(Some(hash(address, &key)), None), &exams),
            (shown(Some(hash(address, &key)), Some(hash(address, "made up"))), &exams),
            (shown(None, Some(hash(address, &exam))), &exams),
        ] {
            assert!(!is_recognised(&wrong, &key, keys), "{wrong:?}");
        }
    }
}
