//! The codes of a whole room on paper: a ticket for each candidate, eight on a sheet of A4, to be cut along the lines.

use std::collections::HashMap;
use std::sync::LazyLock;

use printpdf::{FontId, Line, LinePoint, Mm, Op, ParsedFont, PdfDocument, PdfFontHandle, PdfPage, PdfSaveOptions, Point, Pt, TextItem};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};

use super::{Refusal, actions, names, state, store};
use crate::app::Ijkpunt;
use crate::clock::belgian_time;
use crate::entity::{candidates, kiosks};
use crate::ids::{SessionId, UserId};

static REGULAR: LazyLock<Option<ParsedFont>> =
    LazyLock::new(|| ParsedFont::from_bytes(include_bytes!("../../fonts/NotoSans-Regular.ttf"), 0, &mut Vec::new()));
static BOLD: LazyLock<Option<ParsedFont>> =
    LazyLock::new(|| ParsedFont::from_bytes(include_bytes!("../../fonts/NotoSans-Bold.ttf"), 0, &mut Vec::new()));

const SHEET: (f32, f32) = (210.0, 297.0);
const COLUMNS: usize = 2;
const ROWS: usize = 4;
const TICKET: (f32, f32) = (SHEET.0 / COLUMNS as f32, SHEET.1 / ROWS as f32);

/// What stands on a ticket.
#[derive(Debug)]
pub struct Ticket {
    pub code: String,
    pub kiosk: String,
    pub candidate: String,
    pub number: String,
    pub session: String,
}

/// Draws fresh codes for everybody who is ready to start, and prints them.
pub async fn print(ijkpunt: &Ijkpunt, by: UserId, id: SessionId) -> Result<Vec<u8>, Refusal> {
    let session = store::session(&ijkpunt.db, id).await?.ok_or(Refusal::NotFound)?;
    let session = state::describe(ijkpunt, session).await?;
    let starts = belgian_time(session.starts_at).format("%d/%m/%Y %H:%M");
    let place = format!("{}, {} · {starts}", session.site, session.room);
    let codes = actions::codes_for_room(ijkpunt, by, id).await?;
    let people: HashMap<_, _> = candidates::Entity::find()
        .filter(candidates::Column::Id.is_in(codes.iter().map(|(booking, _)| booking.candidate_id)))
        .all(&ijkpunt.db)
        .await?
        .into_iter()
        .map(|candidate| (candidate.id, candidate))
        .collect();
    let machines: HashMap<_, _> = kiosks::Entity::find()
        .filter(kiosks::Column::Id.is_in(codes.iter().filter_map(|(booking, _)| booking.kiosk_id)))
        .all(&ijkpunt.db)
        .await?
        .into_iter()
        .map(|kiosk| (kiosk.id, kiosk.name))
        .collect();
    let mut tickets = Vec::with_capacity(codes.len());
    for (booking, code) in codes {
        let candidate = people.get(&booking.candidate_id).ok_or(Refusal::NotFound)?;
        tickets.push(Ticket {
            code,
            kiosk: booking.kiosk_id.and_then(|kiosk| machines.get(&kiosk).cloned()).unwrap_or_default(),
            candidate: names::short(&ijkpunt.keys, candidate)?,
            number: candidate.number.clone(),
            session: place.clone(),
        });
    }
    tickets.sort_by(|a, b| a.kiosk.cmp(&b.kiosk));
    // Drawing takes milliseconds of work, which other requests should not wait for.
    tokio::task::spawn_blocking(move || draw(&tickets)).await.map_err(|error| Refusal::Paper(error.to_string()))?
}

fn draw(tickets: &[Ticket]) -> Result<Vec<u8>, Refusal> {
    let (Some(regular), Some(bold)) = (REGULAR.as_ref(), BOLD.as_ref()) else {
        return Err(Refusal::Paper("the fonts in the program cannot be read".into()));
    };
    let mut document = PdfDocument::new("Codes");
    let fonts = (document.add_font(regular), document.add_font(bold));
    let mut pages: Vec<PdfPage> = tickets.chunks(COLUMNS * ROWS).map(|sheet| page(sheet, &fonts, regular)).collect();
    if pages.is_empty() {
        pages.push(page(&[], &fonts, regular));
    }
    Ok(document.with_pages(pages).save(&PdfSaveOptions::default(), &mut Vec::new()))
}

fn page(tickets: &[Ticket], (regular, bold): &(FontId, FontId), metrics: &ParsedFont) -> PdfPage {
    let mut ops = Vec::new();
    for (n, ticket) in tickets.iter().enumerate() {
        let left = TICKET.0 * (n % COLUMNS) as f32 + 12.0;
        let top = SHEET.1 - TICKET.1 * (n / COLUMNS) as f32;
        // In another script than the font has, the number alone says whose ticket it is, rather than a row of empty boxes.
        let who = if is_printable(&ticket.candidate, metrics) {
            format!("{} · {}", ticket.candidate, ticket.number)
        } else {
            ticket.number.clone()
        };
        text(&mut ops, bold, 12.0, (left, top - 16.0), &ticket.kiosk);
        text(&mut ops, regular, 10.0, (left, top - 22.0), &who);
        text(&mut ops, bold, 40.0, (left, top - 44.0), &ticket.code);
        text(&mut ops, regular, 8.0, (left, top - 56.0), &ticket.session);
        text(&mut ops, regular, 8.0, (left, top - 61.0), "Geldig voor één keer · Valid once · Valable une fois");
    }
    for column in 1..COLUMNS {
        let x = TICKET.0 * column as f32;
        line(&mut ops, (x, 0.0), (x, SHEET.1));
    }
    for row in 1..ROWS {
        let y = TICKET.1 * row as f32;
        line(&mut ops, (0.0, y), (SHEET.0, y));
    }
    PdfPage::new(Mm(SHEET.0), Mm(SHEET.1), ops)
}

fn is_printable(text: &str, font: &ParsedFont) -> bool {
    // The letters of right-to-left scripts would need joining as well.
    text.chars().all(|c| c == ' ' || ((c as u32) < 0x0590 && font.lookup_glyph_index(c as u32).is_some_and(|glyph| glyph != 0)))
}

fn text(ops: &mut Vec<Op>, font: &FontId, size: f32, at: (f32, f32), text: &str) {
    ops.extend([
        Op::StartTextSection,
        Op::SetTextCursor { pos: Point::new(Mm(at.0), Mm(at.1)) },
        Op::SetFont { font: PdfFontHandle::External(font.clone()), size: Pt(size) },
        Op::ShowText { items: vec![TextItem::Text(text.to_owned())] },
        Op::EndTextSection,
    ]);
}

fn line(ops: &mut Vec<Op>, from: (f32, f32), to: (f32, f32)) {
    let point = |(x, y): (f32, f32)| LinePoint { p: Point::new(Mm(x), Mm(y)), bezier: false };
    ops.extend([
        Op::SetOutlineThickness { pt: Pt(0.3) },
        Op::DrawLine { line: Line { points: vec![point(from), point(to)], is_closed: false } },
    ]);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nine_tickets_take_two_sheets() {
        let ticket = |n: usize| Ticket {
            code: format!("482{n}-77"),
            kiosk: format!("Kiosk {n}"),
            candidate: if n == 3 { "سميرة أ.".into() } else { "Zoë Š.".into() },
            number: format!("K-00{n}"),
            session: "Gent, lokaal 1".into(),
        };
        let pdf = draw(&(0..9).map(ticket).collect::<Vec<_>>()).unwrap();
        assert!(pdf.starts_with(b"%PDF"));
        let text = String::from_utf8_lossy(&pdf);
        assert!(text.contains("/Count 2"), "nine tickets, eight to a sheet");
        assert!(pdf.len() < 300_000, "the fonts are subset: {} bytes", pdf.len());
    }
}
