//! The yearly chapter: text with the figures filled in, tables and charts, as PDF and for a word processor, in Dutch as the report is.

use chrono::{DateTime, Datelike, Timelike, Utc};
use docx_rs::{
    AlignmentType, BreakType, Docx, Paragraph, Pic, Run, RunFonts, Style, StyleType, Table as DocxTable, TableCell, TableRow, WidthType,
};
use krilla::destination::XyzDestination;
use krilla::geom::Point;
use krilla::metadata::Metadata;
use krilla::outline::{Outline, OutlineNode};
use krilla::page::PageSettings;
use krilla::tagging::{Tag, TagGroup, TagTree};
use sea_orm::ConnectionTrait;

use super::chart::{self, dutch};
use super::question::per_mille;
use super::report::{Asked, Report, ReportRefusal, moment, report};
use super::rules::{Cell, Grid};
use super::{store, tables};
use crate::pdf::sheet::{self, ACCENT, INK, LEADING, Sheet};
use crate::pdf::text::{self, Weight};
use crate::pdf::{self, PdfError};

/// As many years as fit beside each other on paper.
const YEARS: usize = 6;

pub struct Chapter {
    pub title: String,
    /// When the records came to be as they are counted, so that the same figures are the same bytes.
    pub dated: DateTime<Utc>,
    pub blocks: Vec<Block>,
}

pub enum Block {
    Heading(String),
    Paragraph(String),
    Table {
        caption: String,
        columns: Vec<String>,
        rows: Vec<Vec<String>>,
    },
    /// A drawing in SVG with the words that stand for it.
    Chart {
        svg: String,
        described: String,
    },
}

/// The chapter on a year, of the records that are asked.
pub async fn chapter(db: &impl ConnectionTrait, year: i64, asked: Asked<'_>, now: DateTime<Utc>) -> Result<Chapter, ReportRefusal> {
    let (moment, _) = moment(db, asked, now).await?;
    let living = asked.snapshot.is_none() && asked.as_of.is_none();
    let dated = if living { store::revision_at(db, moment.revision).await?.unwrap_or_default() } else { moment.at };
    let mut reports = Vec::new();
    for table in tables::TABLES {
        reports.push(report(db, table, asked, now).await?);
    }
    Ok(compose(year, dated, &reports))
}

fn compose(year: i64, dated: DateTime<Utc>, reports: &[Report]) -> Chapter {
    let mut blocks = Vec::new();
    let of = |name: &str| reports.iter().find(|report| report.name == name);
    if let (Some(purposes), Some(persons)) = (of("civic-tests-by-purpose"), of("civic-persons")) {
        blocks.push(Block::Heading("Civiele testen".into()));
        blocks.push(Block::Paragraph(tests_and_persons(year, &purposes.grid, &persons.grid)));
        blocks.extend(largest(year, &purposes.grid).map(Block::Paragraph));
        blocks.push(by_years(purposes, year));
        blocks.extend(drawing(purposes, year));
    }
    if let Some(agencies) = of("civic-tests-by-agency") {
        blocks.push(Block::Heading("Per agentschap".into()));
        blocks.push(by_years(agencies, year));
    }
    for (heading, names) in [
        ("Resultaten", ["civic-results-by-part"].as_slice()),
        ("Vrijstellingstoets maatschappelijke oriëntatie", &["mo-exemption-by-year", "mo-exemption-by-advice"]),
        ("Eindtoets maatschappelijke oriëntatie", &["mo-final-by-region"]),
        ("Talen van de testen maatschappelijke oriëntatie", &["mo-by-language"]),
    ] {
        blocks.push(Block::Heading(heading.into()));
        if let Some(said) = names.first().and_then(|name| of(name)).and_then(|report| passed(year, report)) {
            blocks.push(Block::Paragraph(said));
        }
        let found = names.iter().filter_map(|name| of(name)).filter_map(|report| of_year(report, year)).collect::<Vec<_>>();
        if found.is_empty() {
            blocks.push(Block::Paragraph(format!("In {year} zijn hiervoor geen testen geteld.")));
        }
        blocks.extend(found);
    }
    blocks.push(Block::Heading("Inburgeringsattesten".into()));
    for name in ["integration-certificates", "integration-certificates-without-contract", "months-to-certificate"] {
        blocks.extend(of(name).map(|report| by_years(report, year)));
    }
    blocks.push(Block::Heading("Verantwoording".into()));
    if let Some(first) = reports.first() {
        let origin = &first.origin;
        let records = match (&origin.snapshot_name, origin.as_of) {
            (Some(name), _) => format!("de foto \"{name}\""),
            (None, Some(date)) => format!("de gegevens zoals ze stonden op het einde van {date}"),
            (None, None) => "de levende gegevens".to_owned(),
        };
        let hidden =
            if origin.protected { " Een * staat voor een getal dat verborgen is omdat het personen kan doen herkennen." } else { "" };
        blocks.push(Block::Paragraph(format!(
            "De cijfers komen uit {records}, herziening {}, met de regels {}, berekend met IJkpunt {}. Dezelfde vraag geeft later dezelfde cijfers.{hidden}",
            origin.revision,
            origin.purpose_rules.join(", "),
            origin.program
        )));
    }
    blocks.extend(reports.iter().map(|report| Block::Paragraph(format!("{}: {}", report.title.nl, report.definition.nl))));
    Chapter { title: format!("Civiele testen en testen MO in {year}"), dated, blocks }
}

/// "In 2023 werden er 6.199 testen afgenomen bij 1.995 unieke personen, een daling met 10 % t.o.v. 2022."
fn tests_and_persons(year: i64, purposes: &Grid, persons: &Grid) -> String {
    let total = |grid: &Grid, year: i64| {
        grid.columns.iter().position(|name| *name == year.to_string()).and_then(|at| grid.rows.last()?.get(at).cloned())
    };
    let (now, before) = (total(purposes, year), total(purposes, year - 1));
    let Some(Cell::Count(tests)) = now else {
        return match now {
            Some(Cell::Hidden) => format!("Het aantal testen van {year} is te klein om te tonen."),
            _ => format!("In {year} werden er geen testen afgenomen."),
        };
    };
    if tests == 0 {
        return format!("In {year} werden er geen testen afgenomen.");
    }
    let taken = match (tests, total(persons, year)) {
        (1, _) => format!("In {year} werd er 1 test afgenomen"),
        (_, Some(Cell::Count(1))) => format!("In {year} werden er {} testen afgenomen bij 1 persoon", dutch(tests)),
        (_, Some(Cell::Count(persons))) => {
            format!("In {year} werden er {} testen afgenomen bij {} unieke personen", dutch(tests), dutch(persons))
        }
        _ => format!("In {year} werden er {} testen afgenomen", dutch(tests)),
    };
    let change = match before {
        Some(Cell::Count(before)) if before > 0 => {
            let percent = (per_mille(tests - before, before) + if tests < before { -5 } else { 5 }) / 10;
            match percent {
                0 => format!(", ongeveer evenveel als in {}", year - 1),
                1.. => format!(", een stijging met {percent} % t.o.v. {}", year - 1),
                _ => format!(", een daling met {} % t.o.v. {}", -percent, year - 1),
            }
        }
        _ => String::new(),
    };
    format!("{taken}{change}.")
}

fn largest(year: i64, purposes: &Grid) -> Option<String> {
    let at = purposes.columns.iter().position(|name| *name == year.to_string())?;
    let Cell::Count(total) = purposes.rows.last()?.get(at)? else { return None };
    let mut found: Vec<(&String, i64)> = purposes
        .rows
        .iter()
        .filter_map(|row| match (row.first(), row.get(at)) {
            (Some(Cell::Text(name)), Some(Cell::Count(n))) if name != "totaal" && *n > 0 => Some((name, *n)),
            _ => None,
        })
        .collect();
    found.sort_by_key(|(_, n)| std::cmp::Reverse(*n));
    let (name, n) = found.first()?;
    let mut said = format!("De meeste testen, {} of {}, waren voor het testdoel {name}", dutch(*n), percent(per_mille(*n, *total)));
    if let Some((second, n)) = found.get(1) {
        said.push_str(&format!(", gevolgd door {second} met {}", dutch(*n)));
    }
    Some(said + ".")
}

/// What a table with a share of passed says of the year.
fn passed(year: i64, report: &Report) -> Option<String> {
    let at = |name: &str| report.grid.columns.iter().position(|column| column == name);
    at("aandeel geslaagd")?;
    let (good, total) = (at("geslaagd")?, at("total")?);
    let mut sums = [0, 0];
    for row in report.grid.rows.iter().filter(|row| matches!(row.first(), Some(Cell::Text(text)) if *text == year.to_string())) {
        for (sum, at) in sums.iter_mut().zip([good, total]) {
            match row.get(at) {
                Some(Cell::Count(n)) => *sum += n,
                _ => return None,
            }
        }
    }
    let [good, total] = sums;
    (total > 0).then(|| {
        format!(
            "In {year} werd de toets {} keer afgelegd; {} keer ({}) geslaagd.",
            dutch(total),
            dutch(good),
            percent(per_mille(good, total))
        )
    })
}

fn percent(share: i64) -> String {
    format!("{},{} %", share / 10, share % 10)
}

fn words(cell: &Cell) -> String {
    match cell {
        Cell::Text(text) => text.clone(),
        Cell::Count(n) => dutch(*n),
        Cell::PerMille(share) => percent(*share),
        Cell::Change(share) => format!("{}{}", if *share < 0 { "-" } else { "+" }, percent(share.abs())),
        Cell::HalfMonths(halves) => format!("{}{}", halves / 2, if halves % 2 == 1 { ",5" } else { "" }),
        Cell::Empty => "–".into(),
        Cell::Hidden => "*".into(),
    }
}

fn heading(column: &str) -> String {
    match column {
        "test_purpose" => "Testdoel",
        "agency" => "Agentschap",
        "year" => "Jaar",
        "part" => "Onderdeel",
        "band" => "Testtype",
        "advice" => "Advies",
        "region" => "Gewest",
        "target_group" => "Doelgroep",
        "language" => "Taal",
        "profile" => "Profiel",
        "total" => "totaal",
        other => other,
    }
    .to_owned()
}

fn is_year(column: &str) -> bool {
    column.len() == 4 && column.bytes().all(|byte| byte.is_ascii_digit())
}

/// The columns up to the year, the last few; totals over other years than the shown ones are left out.
fn by_years(report: &Report, year: i64) -> Block {
    let all = report.grid.columns.iter().filter(|name| is_year(name)).count();
    let years: Vec<usize> = (0..report.grid.columns.len())
        .filter(|at| report.grid.columns.get(*at).is_some_and(|name| is_year(name) && name.parse::<i64>().is_ok_and(|of| of <= year)))
        .collect();
    let shown = years.get(years.len().saturating_sub(YEARS)..).unwrap_or_default();
    let mut at: Vec<usize> = vec![0];
    at.extend(shown);
    if shown.len() == all
        && let Some(total) = report.grid.columns.iter().position(|name| name == "total")
    {
        at.push(total);
    }
    let figures = |row: &Vec<Cell>| {
        row.iter().zip(&report.grid.columns).any(|(cell, name)| is_year(name) && !matches!(cell, Cell::Count(0) | Cell::Empty))
    };
    if shown.is_empty() || !report.grid.rows.iter().any(figures) {
        return Block::Paragraph(format!("{}: tot en met {year} is hiervoor niets geteld.", report.title.nl));
    }
    pick(report, &at, |_| true, None)
}

/// The rows of the year, without the column that says so; nothing where there is none.
fn of_year(report: &Report, year: i64) -> Option<Block> {
    let at: Vec<usize> =
        (0..report.grid.columns.len()).filter(|at| report.grid.columns.get(*at).is_none_or(|name| name != "year")).collect();
    let every_year = report.name == "mo-exemption-by-year";
    let columns: Vec<usize> = if every_year { (0..report.grid.columns.len()).collect() } else { at };
    let of = |row: &[Cell]| matches!(row.first(), Some(Cell::Text(text)) if *text == year.to_string()) || every_year;
    report.grid.rows.iter().any(|row| of(row)).then(|| pick(report, &columns, of, (!every_year).then_some(year)))
}

/// These columns of these rows; columns in which nothing is counted are left out.
fn pick(report: &Report, at: &[usize], of: impl Fn(&[Cell]) -> bool, year: Option<i64>) -> Block {
    let rows: Vec<&Vec<Cell>> = report.grid.rows.iter().filter(|row| of(row)).collect();
    let counted = |at: usize| rows.iter().any(|row| !matches!(row.get(at), Some(Cell::Count(0) | Cell::Empty) | None));
    let at: Vec<usize> =
        at.iter().copied().filter(|at| counted(*at) || report.grid.columns.get(*at).is_some_and(|name| is_year(name))).collect();
    let caption = year.map_or_else(|| report.title.nl.clone(), |year| format!("{}, {year}", report.title.nl));
    Block::Table {
        caption,
        columns: at.iter().filter_map(|at| report.grid.columns.get(*at)).map(|name| heading(name)).collect(),
        rows: rows.iter().map(|row| at.iter().filter_map(|at| row.get(*at)).map(words).collect()).collect(),
    }
}

fn drawing(report: &Report, year: i64) -> Option<Block> {
    let until: Vec<usize> = (0..report.grid.columns.len())
        .filter(|at| report.grid.columns.get(*at).is_some_and(|name| !is_year(name) || name.parse::<i64>().is_ok_and(|of| of <= year)))
        .collect();
    let keep = |row: &Vec<Cell>| until.iter().filter_map(|at| row.get(*at).cloned()).collect();
    let grid = Grid {
        columns: until.iter().filter_map(|at| report.grid.columns.get(*at).cloned()).collect(),
        rows: report.grid.rows.iter().map(keep).collect(),
    };
    let report = Report { grid, ..report.clone() };
    let described = format!("Grafiek van de grootste rijen van de tabel {}", report.title.nl);
    chart::svg(&report).map(|svg| Block::Chart { svg, described })
}

/// The chapter on sheets of A4.
pub fn render_pdf(chapter: &Chapter) -> Result<Vec<u8>, PdfError> {
    const BODY: f32 = 10.5;
    let mut document = pdf::document()?;
    document.set_metadata(
        Metadata::new().title(chapter.title.clone()).language("nl-BE".into()).creator("IJkpunt".into()).creation_date(date(chapter.dated)),
    );
    let settings = PageSettings::from_wh(sheet::WIDTH, sheet::HEIGHT).ok_or_else(|| PdfError::Pdf("page size".into()))?;
    let mut tree = TagTree::new().with_lang(Some("nl-BE".into()));
    let mut outline = Outline::new();
    let mut pieces = pieces(chapter)?.into_iter().peekable();
    // A table that goes on over the page is one table to who hears it.
    let mut table: Option<TagGroup> = None;
    let mut number = 0;
    while pieces.peek().is_some() {
        let mut page = document.start_page_with(settings.clone());
        let mut sheet = Sheet::new(page.surface());
        sheet.band();
        if number == 0 {
            tree.push(sheet.heading(1, &chapter.title, 22.0)?);
            sheet.space(10.0);
        } else if let (Some(Piece::Row { columns, shares, .. }), Some(_)) = (pieces.peek(), &table) {
            // The heads are repeated for the eye; the table has them once.
            sheet.figures(columns, shares, 8.5, true, false)?;
        }
        let mut first = true;
        while let Some(piece) = pieces.next_if(|piece| first || sheet.has_room(piece.height())) {
            first = false;
            if !matches!(piece, Piece::Row { .. })
                && let Some(table) = table.take()
            {
                tree.push(table);
            }
            match piece {
                Piece::Heading(words) => {
                    sheet.space(10.0);
                    outline.push_child(OutlineNode::new(words.clone(), XyzDestination::new(number, Point::from_xy(0.0, 0.0))));
                    tree.push(sheet.heading(2, &words, 14.0)?);
                }
                Piece::Paragraph(words, _) => {
                    tree.push(sheet.paragraph(&words, Weight::Regular, BODY, INK)?);
                    sheet.space(5.0);
                }
                Piece::Head { caption, columns, shares } => {
                    sheet.space(6.0);
                    tree.push(sheet.paragraph(&caption, Weight::Bold, 10.0, ACCENT)?);
                    let mut head = TagGroup::new(Tag::THead);
                    head.push(sheet.figures(&columns, &shares, 8.5, true, false)?);
                    let mut group = TagGroup::new(Tag::Table);
                    group.push(head);
                    table = Some(group);
                }
                Piece::Row { cells, shares, last, .. } => {
                    let row = sheet.figures(&cells, &shares, 9.0, false, cells.first().is_some_and(|name| name == "totaal"))?;
                    if let Some(table) = &mut table {
                        let mut body = TagGroup::new(Tag::TBody);
                        body.push(row);
                        table.push(body);
                    }
                    if last {
                        sheet.space(8.0);
                    }
                }
                Piece::Chart(drawing, described) => tree.push(sheet.drawing(&drawing, &described, number)?),
            }
        }
        number += 1;
        sheet.footer(&format!("{}, bladzijde {number}", chapter.title))?;
        drop(sheet);
        page.finish();
    }
    if let Some(table) = table {
        tree.push(table);
    }
    document.set_tag_tree(tree);
    document.set_outline(outline);
    document.finish().map_err(|error| PdfError::Pdf(format!("{error:?}")))
}

fn date(at: DateTime<Utc>) -> krilla::metadata::DateTime {
    let part = |n: u32| u8::try_from(n).unwrap_or(1);
    krilla::metadata::DateTime::new(u16::try_from(at.year()).unwrap_or(1970))
        .month(part(at.month()))
        .day(part(at.day()))
        .hour(part(at.hour()))
        .minute(part(at.minute()))
        .second(part(at.second()))
        .utc_offset_hour(0)
        .utc_offset_minute(0)
}

/// What goes on a page whole.
enum Piece {
    Heading(String),
    Paragraph(String, f32),
    Head { caption: String, columns: Vec<String>, shares: Vec<f32> },
    Row { cells: Vec<String>, columns: Vec<String>, shares: Vec<f32>, height: f32, last: bool },
    Chart(Box<resvg::usvg::Tree>, String),
}

impl Piece {
    /// A heading stays with what follows it.
    fn height(&self) -> f32 {
        match self {
            Self::Heading(_) => 120.0,
            Self::Paragraph(_, height) | Self::Row { height, .. } => *height,
            Self::Head { .. } => 90.0,
            Self::Chart(tree, _) => sheet::INNER * tree.size().height() / tree.size().width() + 8.0,
        }
    }
}

fn pieces(chapter: &Chapter) -> Result<Vec<Piece>, PdfError> {
    let mut pieces = Vec::new();
    for block in &chapter.blocks {
        match block {
            Block::Heading(words) => pieces.push(Piece::Heading(words.clone())),
            Block::Paragraph(words) => {
                let lines = text::lines(words, Weight::Regular, 10.5, sheet::INNER)?.len();
                pieces.push(Piece::Paragraph(words.clone(), lines as f32 * 10.5 * LEADING + 5.0));
            }
            Block::Table { caption, columns, rows } => {
                let shares = shares(columns, rows);
                pieces.push(Piece::Head { caption: caption.clone(), columns: columns.clone(), shares: shares.clone() });
                for (at, row) in rows.iter().enumerate() {
                    let mut lines = 1;
                    for (cell, share) in row.iter().zip(&shares) {
                        lines = lines.max(text::lines(cell, Weight::Regular, 9.0, share * sheet::INNER - 4.0)?.len());
                    }
                    let (columns, shares) = (columns.clone(), shares.clone());
                    let height = lines as f32 * 9.0 * LEADING + 6.0;
                    pieces.push(Piece::Row { cells: row.clone(), columns, shares, height, last: at + 1 == rows.len() });
                }
            }
            Block::Chart { svg, described } => {
                let tree = chart::tree(svg).map_err(|error| PdfError::Pdf(error.to_string()))?;
                pieces.push(Piece::Chart(Box::new(tree), described.clone()));
            }
        }
    }
    Ok(pieces)
}

/// How wide the columns are: those of words by their longest word, those of figures alike.
fn shares(columns: &[String], rows: &[Vec<String>]) -> Vec<f32> {
    let weight = |at: usize| {
        let longest = rows.iter().filter_map(|row| row.get(at)).map(|cell| cell.chars().count()).max().unwrap_or(1);
        let head = columns.get(at).map_or(0, |name| name.split(' ').map(|word| word.chars().count()).max().unwrap_or(0));
        (longest.max(head) as f32).clamp(7.0, 34.0)
    };
    let weights: Vec<f32> = (0..columns.len()).map(weight).collect();
    let total: f32 = weights.iter().sum();
    weights.into_iter().map(|weight| weight / total).collect()
}

/// The chapter for a word processor.
pub fn render_docx(chapter: &Chapter) -> Result<Vec<u8>, String> {
    const WIDTH: usize = 9_000;
    let style = |id: &str, name: &str, size: usize| {
        Style::new(id, StyleType::Paragraph).name(name).size(size).bold().color("16426E").fonts(RunFonts::new().ascii("Noto Sans"))
    };
    // The library numbers what it makes from the start of the program; numbered here, the same chapter is the same bytes.
    let number = std::cell::Cell::new(0_u32);
    let paragraph = || {
        number.set(number.get() + 1);
        Paragraph::new().id(format!("{:08x}", number.get()))
    };
    let mut docx = Docx::new()
        .default_fonts(RunFonts::new().ascii("Noto Sans"))
        .default_size(21)
        .add_style(style("Title", "Title", 44))
        .add_style(style("Heading1", "heading 1", 28))
        .add_style(style("Caption", "caption", 20))
        .add_paragraph(paragraph().style("Title").add_run(Run::new().add_text(&chapter.title)));
    for block in &chapter.blocks {
        docx = match block {
            Block::Heading(words) => docx.add_paragraph(paragraph().style("Heading1").add_run(Run::new().add_text(words))),
            Block::Paragraph(words) => docx.add_paragraph(paragraph().add_run(Run::new().add_text(words))),
            Block::Table { caption, columns, rows } => {
                let shares = shares(columns, rows);
                let line = |cells: &[String], bold: bool| {
                    TableRow::new(
                        cells
                            .iter()
                            .enumerate()
                            .map(|(at, words)| {
                                let run = Run::new().add_text(words).size(18);
                                let run = if bold { run.bold() } else { run };
                                let side = if at == 0 { AlignmentType::Left } else { AlignmentType::Right };
                                let width = (shares.get(at).copied().unwrap_or(0.1) * WIDTH as f32) as usize;
                                TableCell::new().width(width, WidthType::Dxa).add_paragraph(paragraph().align(side).add_run(run))
                            })
                            .collect(),
                    )
                };
                let mut lines = vec![line(columns, true)];
                lines.extend(rows.iter().map(|row| line(row, row.first().is_some_and(|name| name == "totaal"))));
                docx.add_paragraph(paragraph().style("Caption").keep_next(true).add_run(Run::new().add_text(caption)))
                    .add_table(DocxTable::new(lines).width(WIDTH, WidthType::Dxa))
                    .add_paragraph(paragraph().add_run(Run::new().add_break(BreakType::TextWrapping)))
            }
            Block::Chart { svg, described } => {
                let picture = chart::png(svg).ok_or("the chart cannot be drawn")?;
                let picture = Pic::new_with_dimensions(picture, 600, 312).id(format!("rIdImage{}", number.get()));
                docx.add_paragraph(paragraph().add_run(Run::new().add_image(picture)))
                    .add_paragraph(paragraph().style("Caption").add_run(Run::new().add_text(described)))
            }
        };
    }
    let mut out = std::io::Cursor::new(Vec::new());
    docx.build().pack(&mut out).map_err(|error| error.to_string())?;
    Ok(out.into_inner())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn grid(before: i64, now: i64) -> Grid {
        Grid {
            columns: ["test_purpose", "2022", "2023", "total"].map(String::from).to_vec(),
            rows: vec![vec![Cell::Text("totaal".into()), Cell::Count(before), Cell::Count(now), Cell::Count(before + now)]],
        }
    }

    #[test]
    fn the_first_sentence_says_how_many_and_how_that_changed() {
        let said = |before, now, persons| tests_and_persons(2023, &grid(before, now), &grid(0, persons));
        assert_eq!(
            said(6_888, 6_199, 1_995),
            "In 2023 werden er 6.199 testen afgenomen bij 1.995 unieke personen, een daling met 10 % t.o.v. 2022."
        );
        assert_eq!(said(100, 150, 30), "In 2023 werden er 150 testen afgenomen bij 30 unieke personen, een stijging met 50 % t.o.v. 2022.");
        assert_eq!(said(1000, 1001, 30), "In 2023 werden er 1.001 testen afgenomen bij 30 unieke personen, ongeveer evenveel als in 2022.");
        assert_eq!(said(0, 1, 1), "In 2023 werd er 1 test afgenomen.");
        assert_eq!(said(5, 0, 0), "In 2023 werden er geen testen afgenomen.");
    }
}
