//! The certificate's PDF, read by tools that are not ours: poppler and qpdf.

use std::collections::BTreeSet;
use std::path::Path;
use std::process::Command;

use ijkpunt::certificates::pdf::render;
use ijkpunt::certificates::rules::{Body, Skill, number};
use ijkpunt::entity::enums::{Band, Level, Part};

fn body(given_names: &str, family_name: &str) -> Body {
    let number = number(2026, 123);
    let skill = |part, level| Skill { part, band: Some(Band::A1A2), level, sat_on: "2026-05-04".parse().unwrap() };
    Body {
        verify_url: format!("https://ijkpunt.example/verify/{number}"),
        number,
        given_names: given_names.into(),
        family_name: family_name.into(),
        birth_date: "1990-02-03".parse().unwrap(),
        purpose: "Nationaliteit".into(),
        agency: "Agentschap Integratie en Inburgering".into(),
        issued_on: "2026-06-01".parse().unwrap(),
        skills: vec![
            skill(Part::Reading, Level::A2),
            skill(Part::Listening, Level::A2),
            skill(Part::Writing, Level::A2),
            skill(Part::Speaking, Level::B1),
        ],
        part_only: false,
        sample: true,
        replaces: None,
    }
}

/// Names as they come to the desk: accents of every kind, Arabic, Amharic, Georgian, Armenian, and very long ones.
const NAMES: &[(&str, &str)] = &[
    ("Zoë Ægir", "Şükrü-Łukasiewicz"),
    ("Nguye\u{0302}\u{0303}n Thị", "Đặng"),
    ("محمد علي", "الحسن"),
    ("Samira", "بن عبد الله"),
    ("Σοφία", "Παπαδοπούλου"),
    ("Олександр", "Шевченко"),
    ("ሰላም", "ተስፋዬ"),
    ("გიორგი", "ბერიძე"),
    ("Maria Francisca Josefa Antonia Gertrudis Bonifacia", "Wolfeschlegelsteinhausenbergerdorffvoralternwarengewissenhaft"),
];

/// Runs a tool on the PDF and answers what it prints.
fn read_with(tool: &str, arguments: &[&str], pdf: &[u8]) -> String {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("certificate.pdf");
    std::fs::write(&file, pdf).unwrap();
    let arguments = arguments.iter().map(|argument| if *argument == "FILE" { file.as_path() } else { Path::new(argument) });
    let output = Command::new(tool).args(arguments).output().unwrap_or_else(|error| panic!("{tool}: {error}"));
    assert!(output.status.success(), "{tool}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn the_same_data_gives_the_same_bytes_and_less_than_60_kilobytes() {
    for (given, family) in NAMES {
        let pdf = render(&body(given, family)).unwrap();
        assert_eq!(pdf, render(&body(given, family)).unwrap());
        assert!(pdf.len() < 60_000, "{given} {family}: {}", pdf.len());
    }
}

#[test]
fn it_says_that_it_is_tagged_archivable_and_accessible() {
    let pdf = render(&body("Zoë", "Peeters")).unwrap();
    let info = read_with("pdfinfo", &["FILE"], &pdf);
    assert!(info.contains("Tagged:") && info.lines().any(|line| line.starts_with("Tagged:") && line.ends_with("yes")), "{info}");
    assert!(info.contains("Title:           Attest civiele test Nederlands 2026-0000123-"), "{info}");
    let metadata = read_with("pdfinfo", &["-meta", "FILE"], &pdf);
    for claim in ["<pdfaid:part>2</pdfaid:part>", "<pdfaid:conformance>A</pdfaid:conformance>", "<pdfuaid:part>1</pdfuaid:part>"] {
        assert!(metadata.contains(claim), "{claim} in {metadata}");
    }
    read_with("qpdf", &["--check", "FILE"], &pdf);
    let json: serde_json::Value = serde_json::from_str(&read_with("qpdf", &["--json", "FILE"], &pdf)).unwrap();
    assert!(json.to_string().contains("u:nl-BE"), "the language of the document is named");
}

#[test]
fn it_has_headings_a_table_with_header_cells_a_described_figure_and_a_link() {
    let pdf = render(&body("Zoë", "Peeters")).unwrap();
    let structure = read_with("pdfinfo", &["-struct-text", "FILE"], &pdf);
    let tags: BTreeSet<&str> =
        structure.lines().map(|line| line.split_whitespace().next().unwrap_or_default().trim_end_matches(':')).collect();
    for tag in ["H1", "H2", "Table", "THead", "TBody", "TR", "TH", "TD", "Figure", "Link", "P"] {
        assert!(tags.contains(tag), "{tag} in {structure}");
    }
    let attributes = read_with("pdfinfo", &["-struct", "FILE"], &pdf);
    assert!(attributes.contains("Scope") && attributes.contains("/Column") && attributes.contains("/Row"), "{attributes}");
    let objects = read_with("qpdf", &["--json", "FILE"], &pdf);
    assert!(objects.contains(r#""/Alt": "u:QR-code naar de controlepagina van attest 2026-0000123-"#), "the figure is described");
}

#[test]
fn every_font_is_embedded_as_a_subset_with_its_characters() {
    for (given, family) in NAMES {
        let fonts = read_with("pdffonts", &["FILE"], &render(&body(given, family)).unwrap());
        let rows: Vec<&str> = fonts.lines().skip(2).collect();
        assert!(!rows.is_empty(), "{fonts}");
        for row in rows {
            let columns: Vec<&str> = row.split_whitespace().collect();
            assert_eq!(&columns[columns.len() - 5..columns.len() - 2], ["yes", "yes", "yes"], "embedded, subset, unicode: {fonts}");
        }
    }
}

#[test]
fn names_in_every_script_are_read_back_as_they_were_written() {
    for (given, family) in NAMES.iter().take(8) {
        let text = read_with("pdftotext", &["FILE", "-"], &render(&body(given, family)).unwrap());
        let letters = |text: &str| -> String { text.chars().filter(|sign| sign.is_alphanumeric()).collect() };
        // Poppler reads the one glyph of "lillah" from left to right; the PDF itself has its letters in the order of writing.
        let name = letters(&format!("{given} {family}")).replace("الله", "اهلل");
        assert!(letters(&text).contains(&name), "{given} {family}: {text}");
    }
}

#[test]
fn a_name_that_no_font_can_show_is_refused_and_not_printed_as_boxes() {
    assert!(render(&body("太郎", "山田")).unwrap_err().to_string().contains('太'));
}
