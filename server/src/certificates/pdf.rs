//! The certificate as a PDF: tagged for screen readers (PDF/UA-1), fit for archives (PDF/A-2a), with the same bytes for the same data.

use chrono::{Datelike, NaiveDate};
use krilla::destination::XyzDestination;
use krilla::geom::Point;
use krilla::metadata::{DateTime, Metadata};
use krilla::outline::{Outline, OutlineNode};
use krilla::page::PageSettings;
use krilla::tagging::{TableHeaderScope, Tag, TagGroup, TagTree};

use super::rules::Body;
use crate::entity::enums::{Level, Part};
use crate::pdf::sheet::{self, ACCENT, INK, Sheet};
use crate::pdf::text::Weight;
use crate::pdf::{self, PdfError};

const SAMPLE: &str = "Voorbeeld: dit is geen officieel attest";

pub fn render(body: &Body) -> Result<Vec<u8>, PdfError> {
    let mut document = pdf::document()?;
    document.set_metadata(metadata(body));

    let settings = PageSettings::from_wh(sheet::WIDTH, sheet::HEIGHT).ok_or_else(|| PdfError::Pdf("page size".into()))?;
    let mut page = document.start_page_with(settings);
    let mut tree = TagTree::new().with_lang(Some("nl-BE".into()));
    let link = {
        let mut sheet = Sheet::new(page.surface());
        write(&mut sheet, body, &mut tree)?
    };
    let annotation = page.add_tagged_annotation(sheet::link(&link, &body.verify_url));
    let mut tag = TagGroup::new(Tag::Link);
    tag.push(link.text);
    tag.push(annotation);
    let mut paragraph = TagGroup::new(Tag::P);
    paragraph.push(tag);
    tree.push(paragraph);
    page.finish();
    document.set_tag_tree(tree);
    let mut outline = Outline::new();
    outline.push_child(OutlineNode::new(title(body).to_owned(), XyzDestination::new(0, Point::from_xy(0.0, 0.0))));
    document.set_outline(outline);
    document.finish().map_err(|error| PdfError::Pdf(format!("{error:?}")))
}

/// Writes the sheet from top to bottom, which is also the order in which it is read aloud.
fn write(sheet: &mut Sheet, body: &Body, tree: &mut TagTree) -> Result<sheet::LinkText, PdfError> {
    sheet.band();
    if body.sample {
        tree.push(sheet.notice(SAMPLE)?);
    }
    tree.push(sheet.paragraph(&body.agency, Weight::Bold, 11.0, ACCENT)?);
    sheet.space(18.0);
    tree.push(sheet.heading(1, title(body), 22.0)?);
    sheet.space(14.0);
    tree.push(sheet.paragraph(&format!("{} verklaart dat", body.agency), Weight::Regular, 11.0, INK)?);
    sheet.space(8.0);
    tree.push(sheet.name(&body.name())?);
    tree.push(sheet.paragraph(&format!("geboren op {}", in_words(body.birth_date)), Weight::Regular, 11.0, INK)?);
    sheet.space(8.0);
    let proven = if is_language(body) {
        "de volgende niveaus van het Europees Referentiekader voor Talen (ERK) heeft bewezen."
    } else {
        "geslaagd is voor de volgende toets."
    };
    tree.push(sheet.paragraph(proven, Weight::Regular, 11.0, INK)?);
    sheet.space(16.0);

    tree.push(sheet.heading(2, "Resultaten", 13.0)?);
    let rows: Vec<Vec<String>> =
        body.skills.iter().map(|skill| vec![part_name(skill.part).into(), level(skill.level).into(), in_words(skill.sat_on)]).collect();
    let columns = if is_language(body) { ["Vaardigheid", "Niveau", "Afgelegd op"] } else { ["Toets", "Uitslag", "Afgelegd op"] };
    tree.push(sheet.table(&columns, &rows, &[0.45, 0.2, 0.35], TableHeaderScope::Row)?);
    sheet.space(16.0);

    tree.push(sheet.heading(2, "Attest", 13.0)?);
    tree.push(sheet.fact("Nummer", &body.number)?);
    tree.push(sheet.fact("Testdoel", &body.purpose)?);
    tree.push(sheet.fact("Uitgereikt op", &in_words(body.issued_on))?);
    if body.part_only {
        tree.push(sheet.fact("Reikwijdte", "één onderdeel van de test; het testdoel is hiermee niet bereikt")?);
    }
    if let Some(replaced) = &body.replaces {
        tree.push(sheet.fact("Vervangt attest", replaced)?);
    }
    sheet.space(16.0);

    tree.push(sheet.heading(2, "Controleren", 13.0)?);
    tree.push(sheet.qr(&body.verify_url, &format!("QR-code naar de controlepagina van attest {}", body.number))?);
    tree.push(
        sheet.beside_qr("Scan de code of open het adres hieronder. U ziet er of dit attest geldig is. Er staat niets over de persoon.")?,
    );
    let link = sheet.link_text(&body.verify_url)?;
    sheet.footer(&format!("Digitaal opgemaakt met IJkpunt, geldig zonder handtekening. Attest {}", body.number))?;
    Ok(link)
}

fn is_language(body: &Body) -> bool {
    body.skills.iter().any(|skill| !matches!(skill.part, Part::MoExemption | Part::MoFinal))
}

fn title(body: &Body) -> &'static str {
    if is_language(body) { "Attest civiele test Nederlands" } else { "Attest maatschappelijke oriëntatie" }
}

/// A part in Dutch, the language of the papers.
pub const fn part_name(part: Part) -> &'static str {
    match part {
        Part::Reading => "Lezen",
        Part::Listening => "Luisteren",
        Part::Writing => "Schrijven",
        Part::Speaking => "Spreken",
        Part::MoExemption => "Vrijstellingstoets",
        Part::MoFinal => "Eindtoets",
        Part::Prescreening => "Pre-screening",
    }
}

const fn level(level: Level) -> &'static str {
    match level {
        Level::Below => "onder A1",
        Level::A1 => "A1",
        Level::A2 => "A2",
        Level::B1 => "B1",
        Level::B2 => "B2",
        Level::Passed => "geslaagd",
        Level::Failed => "niet geslaagd",
        Level::Advice => "advies",
    }
}

fn in_words(date: NaiveDate) -> String {
    const MONTHS: [&str; 12] =
        ["januari", "februari", "maart", "april", "mei", "juni", "juli", "augustus", "september", "oktober", "november", "december"];
    let month = MONTHS.get(date.month0() as usize).copied().unwrap_or_default();
    format!("{} {month} {}", date.day(), date.year())
}

fn metadata(body: &Body) -> Metadata {
    let (year, month, day) = (body.issued_on.year(), body.issued_on.month(), body.issued_on.day());
    let date = DateTime::new(u16::try_from(year).unwrap_or_default())
        .month(u8::try_from(month).unwrap_or(1))
        .day(u8::try_from(day).unwrap_or(1))
        .utc_offset_hour(0);
    let sample = if body.sample { format!(" ({SAMPLE})") } else { String::new() };
    Metadata::new()
        .title(format!("{} {}{sample}", title(body), body.number))
        .authors(vec![body.agency.clone()])
        .language("nl-BE".into())
        .creator("IJkpunt".into())
        .creation_date(date)
        // The identifier follows from the number, so that the same data gives the same bytes.
        .document_id(format!("urn:ijkpunt:certificate:{}", body.number))
}
