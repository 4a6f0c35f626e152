//! The receipt and the invitation to pay on paper: one page A5, with the fonts embedded.

use std::sync::LazyLock;

use printpdf::{
    FontId, Line, LinePoint, Mm, Op, PaintMode, ParsedFont, PdfDocument, PdfFontHandle, PdfPage, PdfSaveOptions, Point, Polygon,
    PolygonRing, Pt, TextItem, WindingOrder,
};

use super::transfer;
use super::views::OrderView;
use crate::bank::iban;
use crate::clock::belgian_time;
use crate::entity::enums::{Bundle, PaymentMethod};
use crate::locale::Locale;
use crate::money::Cents;

static REGULAR: LazyLock<Option<ParsedFont>> =
    LazyLock::new(|| ParsedFont::from_bytes(include_bytes!("../../fonts/NotoSans-Regular.ttf"), 0, &mut Vec::new()));
static BOLD: LazyLock<Option<ParsedFont>> =
    LazyLock::new(|| ParsedFont::from_bytes(include_bytes!("../../fonts/NotoSans-Bold.ttf"), 0, &mut Vec::new()));

const WIDTH: f32 = 148.0;
const HEIGHT: f32 = 210.0;
const MARGIN: f32 = 14.0;
/// The side of the QR code.
const QR: f32 = 38.0;

pub struct Receipt<'a> {
    pub locale: Locale,
    pub agency: &'a str,
    pub candidate_number: &'a str,
    pub candidate_name: &'a str,
    pub order: &'a OrderView,
    /// The payment that the receipt is for; the others of the order are listed with it. Absent for an invitation to pay by transfer.
    pub payment_number: Option<&'a str>,
    /// What the QR code of a transfer says, where something is still due.
    pub transfer: Option<&'a str>,
    pub sample: bool,
}

/// The bytes of the PDF.
pub fn receipt(receipt: &Receipt) -> Vec<u8> {
    let (Some(regular), Some(bold)) = (REGULAR.as_ref(), BOLD.as_ref()) else { return Vec::new() };
    let number = receipt.payment_number.unwrap_or(&receipt.order.number);
    let mut document = PdfDocument::new(number);
    let mut sheet =
        Sheet { regular: document.add_font(regular), bold: document.add_font(bold), metrics: regular, ops: Vec::new(), y: HEIGHT - 20.0 };
    let words = words(receipt.locale);
    let order = receipt.order;

    sheet.text(MARGIN, 15.0, true, if receipt.payment_number.is_some() { words.receipt } else { words.invitation });
    sheet.text_end(WIDTH - MARGIN, 11.0, true, number);
    sheet.down(7.0);
    sheet.text(MARGIN, 9.0, false, receipt.agency);
    if receipt.sample {
        sheet.down(5.0);
        sheet.text(MARGIN, 9.0, true, words.sample);
    }
    sheet.down(8.0);
    sheet.pair(words.candidate, &who(receipt, regular));
    sheet.pair(words.order, &order.number);
    sheet.pair(words.communication, &order.communication);
    sheet.down(3.0);
    sheet.rule();
    for line in &order.lines {
        sheet.text(MARGIN, 10.0, true, words.bundle(line.bundle));
        sheet.text_end(WIDTH - MARGIN, 10.0, false, &line.amount_cents.to_string());
        let why = match receipt.locale {
            Locale::Nl | Locale::Ar => &line.why.nl,
            Locale::En => &line.why.en,
            Locale::Fr => &line.why.fr,
        };
        sheet.down(4.5);
        for row in sheet.wrapped(why, 8.0, WIDTH - 2.0 * MARGIN - 25.0) {
            sheet.text(MARGIN, 8.0, false, &row);
            sheet.down(4.0);
        }
        sheet.down(2.5);
    }
    sheet.rule();
    sheet.total(words.total, order.total_cents, true);
    for payment in &order.payments {
        let at = belgian_time(payment.received_at).format("%d/%m/%Y %H:%M");
        let reference = payment.reference.as_deref().map(|reference| format!(" ({reference})")).unwrap_or_default();
        let label = format!("{} {} {at}{reference}", payment.receipt_number, words.method(payment.method));
        sheet.total(&label, payment.amount_cents, Some(payment.receipt_number.as_str()) == receipt.payment_number);
    }
    let due = order.due_cents;
    if due != Cents::ZERO {
        sheet.total(if due > Cents::ZERO { words.due } else { words.too_much }, if due > Cents::ZERO { due } else { -due }, true);
    }
    if let Some(squares) = receipt.transfer.and_then(|payload| transfer::squares(payload).ok()) {
        sheet.down(2.0);
        sheet.text(MARGIN, 10.0, true, words.by_transfer);
        sheet.down(5.0);
        let beside = MARGIN + QR + 6.0;
        let top = sheet.y;
        sheet.qr(squares);
        for (label, value) in [
            (words.amount, due.to_string()),
            (words.account, iban::grouped(&order.iban)),
            (words.payee, receipt.agency.to_owned()),
            (words.communication, order.communication.clone()),
        ] {
            sheet.down(4.5);
            sheet.text(beside, 8.0, false, label);
            sheet.down(4.5);
            sheet.text(beside, 10.0, true, &value);
        }
        sheet.y = (top - QR).min(sheet.y);
    }
    sheet.down(6.0);
    for row in sheet.wrapped(words.keep, 8.0, WIDTH - 2.0 * MARGIN) {
        sheet.text(MARGIN, 8.0, false, &row);
        sheet.down(4.0);
    }
    let page = PdfPage::new(Mm(WIDTH), Mm(HEIGHT), sheet.ops);
    document.with_pages(vec![page]).save(&PdfSaveOptions::default(), &mut Vec::new())
}

/// The name is printed where the font has all its letters; in another script the number alone says whose receipt it is,
/// rather than a row of empty boxes.
fn who(receipt: &Receipt, font: &ParsedFont) -> String {
    let printable = receipt.candidate_name.chars().all(|c| c == ' ' || font.lookup_glyph_index(c as u32).is_some_and(|glyph| glyph != 0));
    let left_to_right = receipt.candidate_name.chars().all(|c| (c as u32) < 0x0590);
    if printable && left_to_right {
        format!("{} ({})", receipt.candidate_name, receipt.candidate_number)
    } else {
        receipt.candidate_number.to_owned()
    }
}

/// A page that is written from the top down.
struct Sheet<'a> {
    regular: FontId,
    bold: FontId,
    metrics: &'a ParsedFont,
    ops: Vec<Op>,
    /// Where the next line of text stands, in millimetres from the bottom.
    y: f32,
}

impl Sheet<'_> {
    fn down(&mut self, mm: f32) {
        self.y -= mm;
    }

    fn text(&mut self, x: f32, size: f32, bold: bool, text: &str) {
        let font = if bold { &self.bold } else { &self.regular };
        self.ops.extend([
            Op::StartTextSection,
            Op::SetTextCursor { pos: Point::new(Mm(x), Mm(self.y)) },
            Op::SetFont { font: PdfFontHandle::External(font.clone()), size: Pt(size) },
            Op::ShowText { items: vec![TextItem::Text(text.to_owned())] },
            Op::EndTextSection,
        ]);
    }

    /// Text that ends at `x`.
    fn text_end(&mut self, x: f32, size: f32, bold: bool, text: &str) {
        // Bold letters are a little wider than the measured ones.
        let width = self.width(text, size) * if bold { 1.06 } else { 1.0 };
        self.text(x - width, size, bold, text);
    }

    /// The width in millimetres.
    fn width(&self, text: &str, size: f32) -> f32 {
        let units: usize = text
            .chars()
            .filter_map(|c| self.metrics.lookup_glyph_index(c as u32))
            .filter_map(|glyph| self.metrics.get_glyph_width_internal(glyph))
            .sum();
        units as f32 / f32::from(self.metrics.font_metrics.units_per_em.max(1)) * size * 0.352_778
    }

    fn wrapped(&self, text: &str, size: f32, width: f32) -> Vec<String> {
        let mut rows: Vec<String> = Vec::new();
        for word in text.split(' ') {
            match rows.last_mut() {
                Some(row) if self.width(&format!("{row} {word}"), size) <= width => {
                    row.push(' ');
                    row.push_str(word);
                }
                _ => rows.push(word.to_owned()),
            }
        }
        rows
    }

    fn pair(&mut self, label: &str, value: &str) {
        self.text(MARGIN, 9.0, false, label);
        self.text(MARGIN + 38.0, 9.0, true, value);
        self.down(5.5);
    }

    fn total(&mut self, label: &str, amount: Cents, bold: bool) {
        self.text(MARGIN, 9.0, bold, label);
        self.text_end(WIDTH - MARGIN, 9.0, bold, &amount.to_string());
        self.down(5.5);
    }

    /// The code, with its top at the line where the sheet stands.
    fn qr(&mut self, (side, dark): (usize, Vec<bool>)) {
        let size = QR / side as f32;
        let point = |x: f32, y: f32| LinePoint { p: Point::new(Mm(x), Mm(y)), bezier: false };
        let rings = dark.iter().enumerate().filter(|(_, dark)| **dark).map(|(place, _)| {
            let (x, y) = (MARGIN + (place % side) as f32 * size, self.y - (place / side) as f32 * size);
            PolygonRing { points: vec![point(x, y), point(x + size, y), point(x + size, y - size), point(x, y - size)] }
        });
        let polygon = Polygon { rings: rings.collect(), mode: PaintMode::Fill, winding_order: WindingOrder::NonZero };
        self.ops.push(Op::DrawPolygon { polygon });
    }

    fn rule(&mut self) {
        let point = |x: f32, y: f32| LinePoint { p: Point::new(Mm(x), Mm(y)), bezier: false };
        let points = vec![point(MARGIN, self.y), point(WIDTH - MARGIN, self.y)];
        self.ops.extend([Op::SetOutlineThickness { pt: Pt(0.6) }, Op::DrawLine { line: Line { points, is_closed: false } }]);
        self.down(6.5);
    }
}

struct Words {
    receipt: &'static str,
    invitation: &'static str,
    by_transfer: &'static str,
    amount: &'static str,
    account: &'static str,
    payee: &'static str,
    sample: &'static str,
    candidate: &'static str,
    order: &'static str,
    communication: &'static str,
    total: &'static str,
    due: &'static str,
    too_much: &'static str,
    keep: &'static str,
    bundles: [&'static str; 4],
    methods: [&'static str; 3],
}

impl Words {
    fn bundle(&self, bundle: Bundle) -> &'static str {
        let [oral, written, mo, prescreening] = self.bundles;
        match bundle {
            Bundle::Oral => oral,
            Bundle::Written => written,
            Bundle::Mo => mo,
            Bundle::Prescreening => prescreening,
        }
    }

    fn method(&self, method: PaymentMethod) -> &'static str {
        let [cash, terminal, transfer] = self.methods;
        match method {
            PaymentMethod::Cash => cash,
            PaymentMethod::Terminal => terminal,
            PaymentMethod::Transfer => transfer,
        }
    }
}

/// Receipts are written in the languages of the staff; whoever asks in another language gets Dutch.
fn words(locale: Locale) -> Words {
    match locale {
        Locale::Nl | Locale::Ar => Words {
            receipt: "Ontvangstbewijs",
            invitation: "Uitnodiging tot betaling",
            by_transfer: "Betaal met een overschrijving: scan de code met de app van uw bank.",
            amount: "Bedrag",
            account: "Rekeningnummer",
            payee: "Begunstigde",
            sample: "VOORBEELD: geen echte betaling",
            candidate: "Kandidaat",
            order: "Bestelling",
            communication: "Mededeling",
            total: "Totaal",
            due: "Nog te betalen",
            too_much: "Te veel ontvangen",
            keep: "Bewaar dit bewijs. Wie annuleert zonder opnieuw te boeken, krijgt het bedrag niet terug.",
            bundles: [
                "Mondeling: luisteren en spreken",
                "Schriftelijk: lezen en schrijven",
                "Maatschappelijke oriëntatie",
                "Pre-screening",
            ],
            methods: ["contant", "kaart", "overschrijving"],
        },
        Locale::En => Words {
            receipt: "Receipt",
            invitation: "Invitation to pay",
            by_transfer: "Pay by transfer: scan the code with the app of your bank.",
            amount: "Amount",
            account: "Account number",
            payee: "Payee",
            sample: "EXAMPLE: not a real payment",
            candidate: "Candidate",
            order: "Order",
            communication: "Communication",
            total: "Total",
            due: "Still to pay",
            too_much: "Received too much",
            keep: "Keep this receipt. Who cancels without booking again does not get the amount back.",
            bundles: ["Oral: listening and speaking", "Written: reading and writing", "Living in Belgium", "Pre-screening"],
            methods: ["cash", "card", "transfer"],
        },
        Locale::Fr => Words {
            receipt: "Reçu",
            invitation: "Invitation à payer",
            by_transfer: "Payez par virement : scannez le code avec l’application de votre banque.",
            amount: "Montant",
            account: "Numéro de compte",
            payee: "Bénéficiaire",
            sample: "EXEMPLE : pas un vrai paiement",
            candidate: "Candidat",
            order: "Commande",
            communication: "Communication",
            total: "Total",
            due: "Reste à payer",
            too_much: "Trop-perçu",
            keep: "Conservez ce reçu. Une annulation sans nouvelle réservation n’est pas remboursée.",
            bundles: ["Oral : écouter et parler", "Écrit : lire et écrire", "Orientation sociale", "Test préalable"],
            methods: ["espèces", "carte", "virement"],
        },
    }
}
