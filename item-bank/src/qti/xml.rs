//! XML into a small tree with positions, under limits. QTI 2.x names (`assessmentItem`, `baseType`) become those of QTI 3.0 without its prefix
//! (`assessment-item`, `base-type`), so that everything after this file knows one vocabulary.

use quick_xml::Reader;
use quick_xml::XmlVersion;
use quick_xml::events::{BytesStart, Event};
use serde::{Deserialize, Serialize};

/// The largest document that is read, in bytes.
const MAX_BYTES: usize = 4 << 20;
/// The deepest nesting that is read: recursion over the tree is bounded by it.
const MAX_DEPTH: usize = 96;
/// The most elements that one document may hold.
const MAX_ELEMENTS: usize = 100_000;

/// Where something stands: line and column, both from 1.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Position {
    pub line: u32,
    pub column: u32,
}

/// What is wrong or not supported, and where. Its text names the element and the reason, never a person.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error, Serialize, Deserialize)]
#[error("{}:{}: {reason}", at.line, at.column)]
pub struct Problem {
    pub at: Position,
    pub reason: String,
}

impl Problem {
    pub(crate) fn new(at: Position, reason: impl Into<String>) -> Self {
        Problem { at, reason: reason.into() }
    }
}

/// An element with its name in the common vocabulary and as it was written.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Element {
    pub name: String,
    pub written: String,
    pub attributes: Vec<(String, String)>,
    pub children: Vec<Node>,
    pub at: Position,
}

#[derive(Clone, Debug, PartialEq)]
pub enum Node {
    Element(Element),
    Text(String),
}

impl Element {
    pub fn attribute(&self, name: &str) -> Option<&str> {
        self.attributes.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    /// The attribute's value parsed, or nothing when it is absent or malformed.
    pub fn parsed<T: std::str::FromStr>(&self, name: &str) -> Option<T> {
        self.attribute(name)?.trim().parse().ok()
    }

    pub fn is_true(&self, name: &str) -> bool {
        self.attribute(name).is_some_and(|value| matches!(value.trim(), "true" | "1"))
    }

    pub fn elements(&self) -> impl Iterator<Item = &Element> {
        self.children.iter().filter_map(|node| match node {
            Node::Element(element) => Some(element),
            Node::Text(_) => None,
        })
    }

    pub fn child(&self, name: &str) -> Option<&Element> {
        self.elements().find(|element| element.name == name)
    }

    pub fn has_class(&self, name: &str) -> bool {
        self.attribute("class").is_some_and(|list| list.split_whitespace().any(|class| class == name))
    }

    /// All text inside, in document order.
    pub fn text(&self) -> String {
        let mut text = String::new();
        self.collect_text(&mut text);
        text
    }

    fn collect_text(&self, text: &mut String) {
        for node in &self.children {
            match node {
                Node::Text(part) => text.push_str(part),
                Node::Element(element) => element.collect_text(text),
            }
        }
    }

    /// Visits this element and everything inside it, in document order.
    pub fn walk<'a>(&'a self, visit: &mut impl FnMut(&'a Element)) {
        visit(self);
        for element in self.elements() {
            element.walk(visit);
        }
    }
}

/// Reads a document into its root element.
pub(crate) fn parse(bytes: &[u8]) -> Result<Element, Problem> {
    if bytes.len() > MAX_BYTES {
        return Err(Problem::new(Position { line: 1, column: 1 }, format!("the document is larger than {MAX_BYTES} bytes")));
    }
    let text = match std::str::from_utf8(bytes) {
        Ok(text) => text,
        Err(error) => {
            let before = String::from_utf8_lossy(&bytes[..error.valid_up_to()]).into_owned();
            return Err(Problem::new(Lines::new(&before).position(before.len()), "the document is not UTF-8"));
        }
    };
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let lines = Lines::new(text);
    let mut reader = Reader::from_str(text);
    let mut open: Vec<Element> = Vec::new();
    let mut root: Option<Element> = None;
    let mut count = 0_usize;
    loop {
        let at = lines.position(usize::try_from(reader.buffer_position()).unwrap_or(usize::MAX));
        let event = reader.read_event().map_err(|error| {
            let place = usize::try_from(reader.error_position()).unwrap_or(usize::MAX);
            Problem::new(lines.position(place), format!("this is not well-formed XML: {error}"))
        })?;
        match event {
            Event::Start(start) | Event::Empty(start) if root.is_some() && open.is_empty() => {
                return Err(Problem::new(at, format!("<{}> stands after the root element", name_of(&start))));
            }
            Event::Start(start) => {
                count += 1;
                if open.len() >= MAX_DEPTH || count > MAX_ELEMENTS {
                    return Err(Problem::new(at, format!("more than {MAX_DEPTH} levels or {MAX_ELEMENTS} elements")));
                }
                open.push(element(&start, at)?);
            }
            Event::Empty(start) => {
                count += 1;
                if count > MAX_ELEMENTS {
                    return Err(Problem::new(at, format!("more than {MAX_ELEMENTS} elements")));
                }
                close(element(&start, at)?, &mut open, &mut root);
            }
            Event::End(_) => {
                if let Some(done) = open.pop() {
                    close(done, &mut open, &mut root);
                }
            }
            Event::Text(part) => push_text(&part.xml10_content(), at, &mut open)?,
            Event::CData(part) => push_text(&part.xml10_content(), at, &mut open)?,
            Event::GeneralRef(reference) => {
                let resolved = match reference.resolve_char_ref() {
                    Ok(Some(character)) => character,
                    Ok(None) => predefined(&reference.xml10_content()).ok_or_else(|| {
                        Problem::new(at, format!("the entity &{}; is not one of the five predefined", reference.xml10_content()))
                    })?,
                    Err(error) => return Err(Problem::new(at, format!("a broken character reference: {error}"))),
                };
                push_text(resolved.encode_utf8(&mut [0; 4]), at, &mut open)?;
            }
            Event::DocType(declaration) => {
                let text = declaration.xml10_content();
                // Entities and external subsets are how XML bombs and file disclosure come in; no item needs either.
                if text.contains('[') || text.contains("SYSTEM") || text.contains("PUBLIC") {
                    return Err(Problem::new(at, "a DOCTYPE with entities or an external subset is refused"));
                }
            }
            Event::Comment(_) | Event::PI(_) | Event::Decl(_) => {}
            Event::Eof => break,
        }
    }
    if let Some(left) = open.last() {
        return Err(Problem::new(left.at, format!("<{}> is never closed", left.written)));
    }
    root.ok_or_else(|| Problem::new(Position { line: 1, column: 1 }, "the document holds no element"))
}

fn close(done: Element, open: &mut [Element], root: &mut Option<Element>) {
    match open.last_mut() {
        Some(parent) => parent.children.push(Node::Element(done)),
        None => *root = Some(done),
    }
}

fn push_text(text: &str, at: Position, open: &mut [Element]) -> Result<(), Problem> {
    match open.last_mut() {
        Some(parent) => {
            if let Some(Node::Text(last)) = parent.children.last_mut() {
                last.push_str(text);
            } else {
                parent.children.push(Node::Text(text.to_owned()));
            }
            Ok(())
        }
        None if text.trim().is_empty() => Ok(()),
        None => Err(Problem::new(at, "text outside the root element")),
    }
}

fn predefined(name: &str) -> Option<char> {
    Some(match name {
        "amp" => '&',
        "lt" => '<',
        "gt" => '>',
        "quot" => '"',
        "apos" => '\'',
        _ => return None,
    })
}

fn name_of(start: &BytesStart<'_>) -> String {
    start.local_name().as_ref().to_owned()
}

fn element(start: &BytesStart<'_>, at: Position) -> Result<Element, Problem> {
    let written = name_of(start);
    let mut attributes = Vec::new();
    for attribute in start.attributes() {
        let attribute = attribute.map_err(|error| Problem::new(at, format!("<{written}> has a broken attribute: {error}")))?;
        let key = attribute.key.as_ref();
        if key == "xmlns" || key.starts_with("xmlns:") || key.starts_with("xsi:") {
            continue;
        }
        let value = attribute
            .normalized_value(XmlVersion::Implicit1_0)
            .map_err(|error| Problem::new(at, format!("the attribute {key} of <{written}> cannot be read: {error}")))?;
        attributes.push((common_name(key), value.into_owned()));
    }
    Ok(Element { name: common_name(&written), written, attributes, children: Vec::new(), at })
}

/// A name of QTI 2.x or 3.0 in the common vocabulary: `durationGTE` and `qti-duration-gte` are both `duration-gte`.
pub(crate) fn common_name(name: &str) -> String {
    if let Some(rest) = name.strip_prefix("qti-") {
        return rest.to_owned();
    }
    let mut common = String::with_capacity(name.len() + 4);
    let mut previous_lower = false;
    for character in name.chars() {
        if character.is_ascii_uppercase() && previous_lower {
            common.push('-');
        }
        previous_lower = character.is_ascii_lowercase() || character.is_ascii_digit();
        common.push(character.to_ascii_lowercase());
    }
    common
}

/// Where the lines of a text begin, to turn a byte offset into a position.
struct Lines<'a> {
    text: &'a str,
    starts: Vec<usize>,
}

impl<'a> Lines<'a> {
    fn new(text: &'a str) -> Self {
        let starts =
            std::iter::once(0).chain(text.bytes().enumerate().filter(|(_, byte)| *byte == b'\n').map(|(index, _)| index + 1)).collect();
        Lines { text, starts }
    }

    fn position(&self, offset: usize) -> Position {
        let mut offset = offset.min(self.text.len());
        while !self.text.is_char_boundary(offset) {
            offset -= 1;
        }
        let line = self.starts.partition_point(|start| *start <= offset).max(1);
        let start = self.starts.get(line - 1).copied().unwrap_or(0);
        // Columns are only counted on lines of a sane length: one line of four million bytes must not cost its square.
        let column = if offset - start > 4096 { offset - start } else { self.text[start..offset].chars().count() };
        Position { line: u32::try_from(line).unwrap_or(u32::MAX), column: u32::try_from(column + 1).unwrap_or(u32::MAX) }
    }
}
