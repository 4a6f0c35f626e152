//! A sheet of A4 that is written from top to bottom, with each piece tagged as it is drawn.

use std::num::NonZeroU16;

use krilla::action::LinkAction;
use krilla::annotation::{Annotation, LinkAnnotation, Target};
use krilla::color::rgb;
use krilla::geom::{PathBuilder, Point, Rect, Size, Transform};
use krilla::num::NormalizedF32;
use krilla::paint::Fill;
use krilla::surface::Surface;
use krilla::tagging::{Artifact, ArtifactType, ContentTag, Identifier, SpanTag, TableHeaderScope, Tag, TagGroup};
use krilla_svg::{SurfaceExt, SvgSettings};
use qrcode::{EcLevel, QrCode};
use resvg::usvg;

use super::PdfError;
use super::text::{self, Run, Weight};

pub const WIDTH: f32 = 595.0;
pub const HEIGHT: f32 = 842.0;
const MARGIN: f32 = 64.0;
pub const INNER: f32 = WIDTH - 2.0 * MARGIN;
pub const LEADING: f32 = 1.4;
const QR_SIZE: f32 = 96.0;

pub const INK: [u8; 3] = [26, 30, 38];
pub const ACCENT: [u8; 3] = [22, 66, 110];
const GREY: [u8; 3] = [92, 98, 108];
const LINE: [u8; 3] = [205, 211, 219];
const SAMPLE_RED: [u8; 3] = [168, 28, 28];

pub struct Sheet<'a> {
    surface: Surface<'a>,
    /// The height at which the next line begins.
    y: f32,
}

/// The drawn text of a link and where it stands.
pub struct LinkText {
    pub text: Identifier,
    rect: Option<Rect>,
}

pub fn link(link: &LinkText, url: &str) -> Annotation {
    let rect = link.rect.or_else(|| Rect::from_xywh(MARGIN, MARGIN, 1.0, 1.0));
    let target = Target::Action(LinkAction::new(url.to_owned()).into());
    let annotation = match rect {
        Some(rect) => LinkAnnotation::new(rect, target),
        None => LinkAnnotation::new_with_quad_points(vec![], target),
    };
    Annotation::new_link(annotation, Some(format!("Controlepagina: {url}")))
}

impl<'a> Sheet<'a> {
    pub fn new(surface: Surface<'a>) -> Self {
        Self { surface, y: MARGIN }
    }

    pub fn space(&mut self, height: f32) {
        self.y += height;
    }

    /// The bar at the top.
    pub fn band(&mut self) {
        self.artifact(ArtifactType::Layout);
        self.rectangle(0.0, 0.0, WIDTH, 10.0, ACCENT);
        self.surface.end_tagged();
    }

    pub fn heading(&mut self, level: u16, words: &str, size: f32) -> Result<TagGroup, PdfError> {
        let level = NonZeroU16::new(level).unwrap_or(NonZeroU16::MIN);
        let mut group = TagGroup::new(Tag::Hn(level, Some(words.to_owned())));
        self.block(&mut group, words, Weight::Bold, size, ACCENT, MARGIN, INNER)?;
        self.space(4.0);
        Ok(group)
    }

    pub fn paragraph(&mut self, words: &str, weight: Weight, size: f32, colour: [u8; 3]) -> Result<TagGroup, PdfError> {
        let mut group = TagGroup::new(Tag::P);
        self.block(&mut group, words, weight, size, colour, MARGIN, INNER)?;
        Ok(group)
    }

    /// The person's name, large; a very long one is set smaller so that it stays on a few lines.
    pub fn name(&mut self, name: &str) -> Result<TagGroup, PdfError> {
        let mut size = 24.0;
        while size > 11.0 && (text::lines(name, Weight::Regular, size, INNER)?.len() > 2 || self.widest_word(name, size)? > INNER) {
            size -= 1.0;
        }
        let name = self.paragraph(name, Weight::Regular, size, INK)?;
        self.space(4.0);
        Ok(name)
    }

    /// A label and what it labels, on one line.
    pub fn fact(&mut self, label: &str, value: &str) -> Result<TagGroup, PdfError> {
        const LABEL: f32 = 110.0;
        let mut group = TagGroup::new(Tag::P);
        let y = self.y;
        self.block(&mut group, &format!("{label}: "), Weight::Regular, 10.5, GREY, MARGIN, LABEL)?;
        self.y = y;
        self.block(&mut group, value, Weight::Regular, 10.5, INK, MARGIN + LABEL, INNER - LABEL)?;
        Ok(group)
    }

    /// A framed notice.
    pub fn notice(&mut self, words: &str) -> Result<TagGroup, PdfError> {
        let mut group = TagGroup::new(Tag::P);
        self.artifact(ArtifactType::Layout);
        let top = self.y - 14.0;
        self.rectangle(MARGIN, top, INNER, 1.2, SAMPLE_RED);
        self.rectangle(MARGIN, top + 26.0, INNER, 1.2, SAMPLE_RED);
        self.surface.end_tagged();
        self.y -= 10.0;
        self.block(&mut group, words, Weight::Bold, 12.0, SAMPLE_RED, MARGIN + 4.0, INNER - 8.0)?;
        self.space(14.0);
        Ok(group)
    }

    /// A table with a row of headers; the first cell of a row is its header too.
    pub fn table(&mut self, columns: &[&str], rows: &[Vec<String>], shares: &[f32], first: TableHeaderScope) -> Result<TagGroup, PdfError> {
        let mut table = TagGroup::new(Tag::Table);
        let mut head = TagGroup::new(Tag::TR);
        let y = self.y;
        let mut bottom = y;
        let mut x = MARGIN;
        for (column, share) in columns.iter().zip(shares) {
            let mut cell = TagGroup::new(Tag::TH(TableHeaderScope::Column));
            self.y = y;
            self.block(&mut cell, column, Weight::Bold, 10.0, GREY, x, share * INNER)?;
            head.push(cell);
            bottom = bottom.max(self.y);
            x += share * INNER;
        }
        let mut thead = TagGroup::new(Tag::THead);
        thead.push(head);
        table.push(thead);
        self.y = bottom + 3.0;
        self.rule();
        let mut tbody = TagGroup::new(Tag::TBody);
        for row in rows {
            let mut group = TagGroup::new(Tag::TR);
            let y = self.y + 3.0;
            let mut x = MARGIN;
            for (place, (words, share)) in row.iter().zip(shares).enumerate() {
                self.y = y;
                let mut cell = if place == 0 { TagGroup::new(Tag::TH(first)) } else { TagGroup::new(Tag::TD) };
                let weight = if place == 1 { Weight::Bold } else { Weight::Regular };
                self.block(&mut cell, words, weight, 11.0, INK, x, share * INNER)?;
                group.push(cell);
                x += share * INNER;
            }
            tbody.push(group);
            self.y += 3.0;
            self.rule();
        }
        table.push(tbody);
        Ok(table)
    }

    /// A row of figures under a rule: the first cell at the start, the others at the end of their columns.
    pub fn figures(&mut self, cells: &[String], shares: &[f32], size: f32, head: bool, bold: bool) -> Result<TagGroup, PdfError> {
        let mut group = TagGroup::new(Tag::TR);
        let (y, mut bottom, mut x) = (self.y + 2.0, self.y, MARGIN);
        let (weight, colour) = if head { (Weight::Bold, GREY) } else { (if bold { Weight::Bold } else { Weight::Regular }, INK) };
        for (place, (words, share)) in cells.iter().zip(shares).enumerate() {
            self.y = y;
            let mut cell = match place {
                _ if head => TagGroup::new(Tag::TH(TableHeaderScope::Column)),
                0 => TagGroup::new(Tag::TH(TableHeaderScope::Row)),
                _ => TagGroup::new(Tag::TD),
            };
            let fits = share * INNER - 4.0;
            let numeric = words.chars().any(|sign| sign.is_ascii_digit() || sign == '*') && words.chars().count() < 12 || head;
            if place > 0 && numeric {
                for line in text::lines(words, weight, size, fits)? {
                    self.line(&mut cell, &line, x + (fits - text::width(&line, size)).max(0.0), size, colour);
                }
            } else {
                self.block(&mut cell, words, weight, size, colour, x, fits)?;
            }
            bottom = bottom.max(self.y);
            group.push(cell);
            x += share * INNER;
        }
        self.y = bottom + 2.0;
        self.rule();
        Ok(group)
    }

    /// A row of short words over a rule, as high as its highest cell. A row of headers says so; otherwise the first cell is the row's header.
    pub fn table_row(
        &mut self,
        cells: &[String],
        shares: &[f32],
        size: f32,
        header: Option<TableHeaderScope>,
    ) -> Result<TagGroup, PdfError> {
        let mut group = TagGroup::new(Tag::TR);
        let (y, mut bottom, mut x) = (self.y + 3.0, self.y, MARGIN);
        let (weight, colour) = if header.is_some() { (Weight::Bold, GREY) } else { (Weight::Regular, INK) };
        for (place, (words, share)) in cells.iter().zip(shares).enumerate() {
            self.y = y;
            let mut cell = match header {
                Some(scope) => TagGroup::new(Tag::TH(scope)),
                None if place == 0 => TagGroup::new(Tag::TH(TableHeaderScope::Row)),
                None => TagGroup::new(Tag::TD),
            };
            self.block(&mut cell, words, weight, size, colour, x, share * INNER - 4.0)?;
            bottom = bottom.max(self.y);
            group.push(cell);
            x += share * INNER;
        }
        self.y = bottom + 3.0;
        self.rule();
        Ok(group)
    }

    /// A drawing over the full width, with the words that stand for it.
    pub fn drawing(&mut self, tree: &usvg::Tree, described: &str, page: usize) -> Result<TagGroup, PdfError> {
        let height = INNER * tree.size().height() / tree.size().width();
        let size = Size::from_wh(INNER, height).ok_or_else(|| PdfError::Pdf("size of a drawing".into()))?;
        let tag = self.surface.start_tagged(ContentTag::Other);
        self.surface.push_transform(&Transform::from_translate(MARGIN, self.y));
        self.surface.draw_svg(tree, size, SvgSettings::default());
        self.surface.pop();
        self.surface.end_tagged();
        let bbox = Rect::from_xywh(MARGIN, self.y, INNER, height).map(|rect| krilla::tagging::BBox::new(page, rect));
        let mut figure = TagGroup::new(Tag::Figure(Some(described.to_owned())).with_bbox(bbox));
        figure.push(tag);
        self.space(height + 8.0);
        Ok(figure)
    }

    /// Whether so much still fits above the footer.
    pub fn has_room(&self, height: f32) -> bool {
        self.y + height < HEIGHT - 64.0
    }

    /// The code in squares, drawn as one path.
    pub fn qr(&mut self, url: &str, described: &str) -> Result<TagGroup, PdfError> {
        let code = QrCode::with_error_correction_level(url, EcLevel::M).map_err(|error| PdfError::Pdf(error.to_string()))?;
        let modules = code.width();
        let module = QR_SIZE / modules as f32;
        let mut path = PathBuilder::new();
        for (place, colour) in code.to_colors().into_iter().enumerate() {
            let (column, row) = ((place % modules) as f32, (place / modules) as f32);
            if colour == qrcode::Color::Dark
                && let Some(square) = Rect::from_xywh(MARGIN + column * module, self.y + 4.0 + row * module, module, module)
            {
                path.push_rect(square);
            }
        }
        let tag = self.surface.start_tagged(ContentTag::Other);
        if let Some(path) = path.finish() {
            self.surface.set_fill(Some(fill([0, 0, 0])));
            self.surface.draw_path(&path);
        }
        self.surface.end_tagged();
        let bbox = Rect::from_xywh(MARGIN, self.y + 4.0, QR_SIZE, QR_SIZE).map(|rect| krilla::tagging::BBox::new(0, rect));
        let mut figure = TagGroup::new(Tag::Figure(Some(described.to_owned())).with_bbox(bbox));
        figure.push(tag);
        Ok(figure)
    }

    pub fn beside_qr(&mut self, words: &str) -> Result<TagGroup, PdfError> {
        let mut group = TagGroup::new(Tag::P);
        self.block(&mut group, words, Weight::Regular, 10.5, INK, MARGIN + QR_SIZE + 20.0, INNER - QR_SIZE - 20.0)?;
        self.space(6.0);
        Ok(group)
    }

    pub fn link_text(&mut self, url: &str) -> Result<LinkText, PdfError> {
        let runs = text::set(url, Weight::Regular)?;
        let x = MARGIN + QR_SIZE + 20.0;
        let mut size: f32 = 10.5;
        while size > 5.0 && text::width(&runs, size) > INNER - QR_SIZE - 20.0 {
            size -= 0.5;
        }
        let rect = Rect::from_xywh(x, self.y, text::width(&runs, size).max(1.0), size * LEADING);
        let text = self.surface.start_tagged(ContentTag::Other);
        self.draw(&runs, x, size, ACCENT);
        self.surface.end_tagged();
        self.space(size * LEADING);
        Ok(LinkText { text, rect })
    }

    pub fn footer(&mut self, words: &str) -> Result<(), PdfError> {
        self.y = HEIGHT - 48.0;
        let runs = text::set(words, Weight::Regular)?;
        self.artifact(ArtifactType::Footer);
        self.draw(&runs, MARGIN, 8.5, GREY);
        self.surface.end_tagged();
        Ok(())
    }

    /// Writes text into a column, line under line, each line tagged as part of the group.
    #[expect(clippy::too_many_arguments, reason = "what, how and where are all needed for a piece of text")]
    fn block(
        &mut self,
        group: &mut TagGroup,
        words: &str,
        weight: Weight,
        size: f32,
        colour: [u8; 3],
        x: f32,
        fits: f32,
    ) -> Result<(), PdfError> {
        let lines = text::lines(words, weight, size, fits)?;
        for line in &lines {
            self.line(group, line, x, size, colour);
        }
        Ok(())
    }

    fn line(&mut self, group: &mut TagGroup, line: &[Run], x: f32, size: f32, colour: [u8; 3]) {
        let mut at = x;
        for run in line {
            let tag = self.surface.start_tagged(ContentTag::Span(SpanTag::empty().with_lang(run.face.language)));
            self.draw(std::slice::from_ref(run), at, size, colour);
            self.surface.end_tagged();
            group.push(tag);
            at += run.width * size;
        }
        self.space(size * LEADING);
    }

    /// Draws a line at the present height; the caller has opened the tag.
    fn draw(&mut self, line: &[Run], x: f32, size: f32, colour: [u8; 3]) {
        self.surface.set_fill(Some(fill(colour)));
        let mut at = x;
        for run in line {
            let start = Point::from_xy(at, self.y + size);
            self.surface.draw_glyphs(start, &run.glyphs, run.face.drawing.clone(), &run.text, size, false);
            at += run.width * size;
        }
    }

    fn widest_word(&self, words: &str, size: f32) -> Result<f32, PdfError> {
        let mut widest: f32 = 0.0;
        for word in words.split_whitespace() {
            widest = widest.max(text::width(&text::set(word, Weight::Regular)?, size));
        }
        Ok(widest)
    }

    fn rule(&mut self) {
        self.artifact(ArtifactType::Layout);
        self.rectangle(MARGIN, self.y, INNER, 0.8, LINE);
        self.surface.end_tagged();
    }

    fn artifact(&mut self, kind: ArtifactType) {
        self.surface.start_tagged(ContentTag::Artifact(Artifact::with_kind(kind)));
    }

    fn rectangle(&mut self, x: f32, y: f32, width: f32, height: f32, colour: [u8; 3]) {
        let mut path = PathBuilder::new();
        if let Some(rect) = Rect::from_xywh(x, y, width, height) {
            path.push_rect(rect);
        }
        if let Some(path) = path.finish() {
            self.surface.set_fill(Some(fill(colour)));
            self.surface.draw_path(&path);
        }
    }
}

fn fill([red, green, blue]: [u8; 3]) -> Fill {
    Fill { paint: rgb::Color::new(red, green, blue).into(), opacity: NormalizedF32::ONE, ..Fill::default() }
}
