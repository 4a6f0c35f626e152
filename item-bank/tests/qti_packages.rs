//! Packages: the round trip, and what is refused.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test that meets what it does not expect must fail")]

use std::collections::BTreeMap;
use std::io::{Cursor, Write};

use item_bank::qti::{Item, Package, Resource, deliver, mark, parse_test, read_package, write_package};
use proptest::prelude::*;
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

fn path() -> impl Strategy<Value = String> {
    "[a-z]{1,6}/[a-z0-9 %&é]{0,5}[a-z0-9]"
}

fn text() -> impl Strategy<Value = String> {
    "[a-zA-Z<>&\"'éا]([a-zA-Z <>&\"'éا]{0,12}[a-zA-Z<>&\"'éا])?"
}

prop_compose! {
    fn package()(
        documents in prop::collection::btree_map(path(), (text(), prop::collection::vec(any::<u8>(), 0..40), prop::collection::vec(text(), 0..3)), 0..6),
        media in prop::collection::btree_map(path().prop_map(|path| format!("media/{path}")), prop::collection::vec(any::<u8>(), 0..40), 0..4),
        identifier in text(),
        split in 0_usize..6,
    ) -> Package {
        let files: Vec<String> = media.keys().cloned().collect();
        let resources: Vec<Resource> = documents.into_iter().map(|(href, (identifier, document, texts))| Resource {
            identifier,
            href,
            document,
            files: files.clone(),
            dependencies: texts.clone(),
            metadata: texts.into_iter().map(|text| ("lom/general/title/string".to_owned(), text)).collect(),
        }).collect();
        let split = split.min(resources.len());
        let (items, tests) = resources.split_at(split);
        Package { identifier, items: items.to_vec(), tests: tests.to_vec(), media }
    }
}

proptest! {
    #[test]
    fn what_is_written_is_read_again_identically(package in package()) {
        let bytes = write_package(&package).unwrap();
        prop_assert_eq!(read_package(&bytes).unwrap(), package.clone());
        prop_assert_eq!(write_package(&package).unwrap(), bytes);
    }

    #[test]
    fn no_bytes_make_the_readers_panic(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        let _ = read_package(&bytes);
        let _ = Item::parse(&bytes);
        let _ = parse_test(&bytes);
    }

    #[test]
    fn no_tree_of_qti_words_makes_marking_panic(words in prop::collection::vec(0_usize..24, 0..60), seed in any::<u64>()) {
        const WORDS: [&str; 24] = [
            "<qti-sum>", "<qti-product>", "<qti-repeat number-repeats=\"9999999\">", "<qti-index n=\"-3\">", "<qti-and>", "<qti-any-n min=\"x\" max=\"2\">",
            "<qti-round-to figures=\"99999\" rounding-mode=\"decimalPlaces\">", "<qti-power>", "<qti-lcm>", "<qti-gcd>", "<qti-integer-modulus>",
            "<qti-base-value base-type=\"integer\">-9223372036854775808</qti-base-value>", "<qti-base-value base-type=\"integer\">-1</qti-base-value>",
            "<qti-base-value base-type=\"float\">NaN</qti-base-value>", "<qti-base-value base-type=\"float\">-INF</qti-base-value>",
            "<qti-random-integer min=\"-9223372036854775808\" max=\"9223372036854775807\"/>", "<qti-math-operator name=\"floor\">", "<qti-integer-divide>",
            "<qti-stats-operator name=\"popSD\">", "<qti-pattern-match pattern=\"[a-z-[b]]*\">", "<qti-multiple>", "<qti-truncate>", "<qti-random>", "</>",
        ];
        let mut open: Vec<&str> = Vec::new();
        let mut expression = String::new();
        for word in words.into_iter().map(|index| WORDS[index]) {
            if word == "</>" {
                if let Some(name) = open.pop() { expression.push_str(&format!("</{name}>")); }
            } else {
                expression.push_str(word);
                if !word.contains("</") && !word.ends_with("/>") && open.len() < 40 {
                    open.push(word[1..].split([' ', '>']).next().unwrap());
                } else if !word.contains("</") && !word.ends_with("/>") {
                    expression.push_str(&format!("</{}>", word[1..].split([' ', '>']).next().unwrap()));
                }
            }
        }
        while let Some(name) = open.pop() { expression.push_str(&format!("</{name}>")); }
        let text = format!("<qti-assessment-item identifier=\"i\" title=\"i\"><qti-outcome-declaration identifier=\"SCORE\" cardinality=\"single\" base-type=\"float\"/>
            <qti-response-processing><qti-set-outcome-value identifier=\"SCORE\"><qti-ordered>{expression}</qti-ordered></qti-set-outcome-value></qti-response-processing></qti-assessment-item>");
        let item = Item::parse(text.as_bytes()).unwrap();
        // As text, since a NaN is not equal to itself.
        let marked = || format!("{:?}", mark(&item, &BTreeMap::new(), seed));
        prop_assert_eq!(marked(), marked());
        deliver(&item, seed, &|_| None);
    }
}

fn zip(files: &[(&str, &[u8])]) -> Vec<u8> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, content) in files {
        zip.start_file(*name, SimpleFileOptions::default()).unwrap();
        zip.write_all(content).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

const EMPTY: &[u8] = b"<manifest identifier=\"m\"><resources/></manifest>";

#[test]
fn paths_that_lead_out_of_the_package_are_refused() {
    for name in ["../evil.xml", "a/../../evil.xml", "/etc/passwd", "C:/evil", "a\\..\\..\\evil"] {
        let found = read_package(&zip(&[("imsmanifest.xml", EMPTY), (name, b"x")])).unwrap_err();
        assert!(found[0].reason.contains("leads out"), "{name}: {found:?}");
    }
}

#[test]
fn a_file_that_unpacks_to_a_thousand_times_its_size_is_refused() {
    let bomb = vec![0_u8; 20 << 20];
    let found = read_package(&zip(&[("imsmanifest.xml", EMPTY), ("bomb.bin", &bomb)])).unwrap_err();
    assert!(found[0].reason.contains("more than is allowed"), "{found:?}");
}

#[test]
fn an_item_without_its_file_is_named_by_line() {
    let manifest = b"<manifest identifier=\"m\"><resources>\n<resource identifier=\"r\" type=\"imsqti_item_xmlv2p2\" href=\"i.xml\"/></resources></manifest>";
    let found = read_package(&zip(&[("imsmanifest.xml", manifest)])).unwrap_err();
    assert_eq!(found[0].to_string(), "imsmanifest.xml:2:1: the file i.xml is not in the package");
}

#[test]
fn a_package_of_a_thousand_items_is_read_quickly() {
    let item = b"<qti-assessment-item identifier=\"i\" title=\"i\"><qti-item-body><p>Dag</p></qti-item-body></qti-assessment-item>";
    let items = (0..1_000)
        .map(|number| Resource {
            identifier: format!("i{number}"),
            href: format!("items/{number}.xml"),
            document: item.to_vec(),
            ..Resource::default()
        })
        .collect();
    let bytes = write_package(&Package { identifier: "p".into(), items, ..Package::default() }).unwrap();
    let begun = std::time::Instant::now();
    let package = read_package(&bytes).unwrap();
    assert!(package.items.iter().all(|item| Item::parse(&item.document).is_ok()));
    assert!(package.items.len() == 1_000 && begun.elapsed().as_secs() < 5, "{:?}", begun.elapsed());
}

#[test]
fn a_manifest_says_what_other_players_look_for() {
    let item =
        |version: &str| format!("<assessmentItem xmlns=\"http://www.imsglobal.org/xsd/imsqti_{version}\" identifier=\"i\"/>").into_bytes();
    let metadata =
        [("lom/general/title/string", "Winkelen"), ("lom/general/keyword/string", "brood"), ("lom/rights/description/string", "EUPL-1.2")];
    let resource = |identifier: &str, document| Resource {
        identifier: identifier.into(),
        href: format!("items/{identifier}.xml"),
        document,
        files: vec!["media/a.opus".into()],
        metadata: metadata.map(|(path, text)| (path.into(), text.into())).to_vec(),
        ..Resource::default()
    };
    let media = BTreeMap::from([("media/a.opus".to_owned(), vec![1, 2])]);
    let items = vec![resource("old", item("v2p1")), resource("new", item("asiv3p0"))];
    let package = Package { identifier: "p".into(), items, media, ..Package::default() };
    let bytes = write_package(&package).unwrap();
    let mut zip = zip::ZipArchive::new(Cursor::new(&bytes)).unwrap();
    let manifest = std::io::read_to_string(zip.by_name("imsmanifest.xml").unwrap()).unwrap();
    for part in [
        "xmlns=\"http://www.imsglobal.org/xsd/qti/qtiv3p0/imscp_v1p1\"",
        "xsi:schemaLocation=\"http://www.imsglobal.org/xsd/qti/qtiv3p0/imscp_v1p1 ",
        "<schema>QTI Package</schema><schemaversion>3.0.0</schemaversion>",
        "<resource identifier=\"old\" type=\"imsqti_item_xmlv2p1\" href=\"items/old.xml\">",
        "<resource identifier=\"new\" type=\"imsqti_item_xmlv3p0\" href=\"items/new.xml\">",
        "<lom xmlns=\"http://ltsc.ieee.org/xsd/LOM\"><general><title><string>Winkelen</string></title><keyword><string>brood</string></keyword></general><rights>",
        "<dependency identifierref=\"ijkpunt-file-1\"/>",
        "<resource identifier=\"ijkpunt-file-1\" type=\"webcontent\" href=\"media/a.opus\">",
    ] {
        assert!(manifest.contains(part), "{part} is not in {manifest}");
    }
    assert_eq!(read_package(&bytes).unwrap(), package);
}

#[test]
fn a_file_that_an_item_only_depends_on_is_its_file_too() {
    let manifest = b"<manifest identifier=\"m\"><resources>
        <resource identifier=\"i\" type=\"imsqti_item_xmlv2p2\" href=\"i.xml\"><file href=\"i.xml\"/><dependency identifierref=\"sound\"/><dependency identifierref=\"other\"/></resource>
        <resource identifier=\"sound\" type=\"webcontent\" href=\"a.mp3\"><file href=\"a.mp3\"/></resource></resources></manifest>";
    let found = read_package(&zip(&[("imsmanifest.xml", manifest), ("i.xml", b"<x/>"), ("a.mp3", b"1")])).unwrap();
    assert_eq!(
        (found.items[0].files.as_slice(), found.items[0].dependencies.as_slice()),
        (["a.mp3".to_owned()].as_slice(), ["other".to_owned()].as_slice())
    );
}

#[test]
fn entities_of_its_own_and_documents_elsewhere_are_refused() {
    for declared in ["<!DOCTYPE m [<!ENTITY e SYSTEM \"file:///etc/passwd\">]>", "<!DOCTYPE m [<!ENTITY a \"xx\"><!ENTITY b \"&a;&a;\">]>"]
    {
        let manifest = format!("{declared}<manifest identifier=\"m\"><resources/></manifest>");
        let found = read_package(&zip(&[("imsmanifest.xml", manifest.as_bytes())])).unwrap_err();
        assert_eq!((found.len(), found[0].file.as_str()), (1, "imsmanifest.xml"), "{found:?}");
        assert!(Item::parse(format!("{declared}<qti-assessment-item identifier=\"i\"/>").as_bytes()).is_err());
    }
}
