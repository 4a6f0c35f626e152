//! Reading XML into a small tree, safely: no document type, no entities but the five of XML, bounded depth and size.
//!
//! QTI 2.x names (`choiceInteraction`, `responseIdentifier`) and QTI 3.0 names (`qti-choice-interaction`, `response-identifier`) come out alike,
//! in the words of 3.0 without the prefix: `choice-interaction`, `response-identifier`.

use quick_xml::events::{BytesStart, Event};
use quick_xml::reader::Reader;

use super::Problem;

/// No item of a real bank is nested this deep.
const MAX_DEPTH: usize = 100;
/// Nor as large as this, in bytes.
const MAX_SIZE: usize = 8 * 1024 * 1024;

#[derive(Clone, Debug, PartialEq)]
pub enum Node {
    Text(String),
    Element(Element),
}

#[derive(Clone, Debug, Default, PartialEq)]
pub struct Element {
    /// In the words of QTI 3.0, without `qti-`.
    pub name: String,
    /// Whether the element belongs to MathML, whose names are left as they are.
    pub math: bool,
    pub attributes: Vec<(String, String)>,
    pub children: Vec<Node>,
    pub line: usize,
    pub column: usize,
}

impl Element {
    pub fn attribute(&self, name: &str) -> Option<&str> {
        self.attributes.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
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

    pub fn children_named<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a Element> {
        self.elements().filter(move |element| element.name == name)
    }

    /// All text within, as it stands.
    pub fn text(&self) -> String {
        fn collect(element: &Element, text: &mut String) {
            for node in &element.children {
                match node {
                    Node::Text(part) => text.push_str(part),
                    Node::Element(inner) => collect(inner, text),
                }
            }
        }
        let mut text = String::new();
        collect(self, &mut text);
        text
    }

    /// This element and all within it, in the order of the document.
    pub fn descendants(&self) -> Vec<&Element> {
        let mut found = vec![self];
        for element in self.elements() {
            found.extend(element.descendants());
        }
        found
    }

    pub fn problem(&self, reason: impl Into<String>) -> Problem {
        Problem { line: self.line, column: self.column, reason: reason.into() }
    }
}

/// Reads a document and answers its root.
pub fn parse(bytes: &[u8]) -> Result<Element, Problem> {
    if bytes.len() > MAX_SIZE {
        return Err(Problem { line: 1, column: 1, reason: format!("the document is larger than {MAX_SIZE} bytes") });
    }
    let text = std::str::from_utf8(bytes).map_err(|error| {
        let (line, column) = position(bytes, error.valid_up_to());
        Problem { line, column, reason: "the document is not UTF-8".into() }
    })?;
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let lines = LineIndex::new(text);
    let mut reader = Reader::from_str(text);
    let mut open: Vec<Element> = Vec::new();
    let mut root: Option<Element> = None;
    loop {
        let at = reader.buffer_position() as usize;
        let fault = |reason: String| {
            let (line, column) = lines.position(at);
            Problem { line, column, reason }
        };
        let event = reader.read_event().map_err(|error| {
            let (line, column) = lines.position(reader.error_position() as usize);
            Problem { line, column, reason: format!("not well-formed: {error}") }
        })?;
        match event {
            Event::Start(start) => {
                if root.is_some() {
                    return Err(fault("there is more than one root element".into()));
                }
                if open.len() >= MAX_DEPTH {
                    return Err(fault(format!("elements are nested more than {MAX_DEPTH} deep")));
                }
                open.push(element(&start, open.last(), lines.position(at)).map_err(fault)?);
            }
            Event::Empty(start) => {
                let element = element(&start, open.last(), lines.position(at)).map_err(fault)?;
                close(element, &mut open, &mut root);
            }
            Event::End(_) => {
                if let Some(element) = open.pop() {
                    close(element, &mut open, &mut root);
                }
            }
            Event::Text(part) => {
                append_text(&mut open, &part);
            }
            Event::CData(part) => {
                append_text(&mut open, &part);
            }
            Event::GeneralRef(reference) => {
                let name = reference.to_string();
                let resolved = match reference.resolve_char_ref() {
                    Ok(Some(character)) => character,
                    Ok(None) => predefined(&name).ok_or_else(|| fault(format!("the entity &{name}; is not allowed")))?,
                    Err(error) => return Err(fault(error.to_string())),
                };
                append_text(&mut open, resolved.encode_utf8(&mut [0; 4]));
            }
            Event::DocType(_) => return Err(fault("a document type is not allowed: it could name entities and files".into())),
            Event::Decl(_) | Event::PI(_) | Event::Comment(_) => {}
            Event::Eof => break,
        }
    }
    if let Some(element) = open.last() {
        return Err(element.problem(format!("<{}> is not closed", element.name)));
    }
    root.ok_or(Problem { line: 1, column: 1, reason: "the document has no element".into() })
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

fn append_text(open: &mut [Element], part: &str) {
    if let Some(element) = open.last_mut() {
        match element.children.last_mut() {
            Some(Node::Text(text)) => text.push_str(part),
            _ => element.children.push(Node::Text(part.to_owned())),
        }
    }
}

fn close(element: Element, open: &mut [Element], root: &mut Option<Element>) {
    match open.last_mut() {
        Some(parent) => parent.children.push(Node::Element(element)),
        None => *root = Some(element),
    }
}

fn element(start: &BytesStart<'_>, parent: Option<&Element>, (line, column): (usize, usize)) -> Result<Element, String> {
    let qualified = start.name().into_inner().to_owned();
    let (prefix, local) = qualified.rsplit_once(':').unwrap_or(("", &qualified));
    let math = prefix == "m" || prefix == "mml" || local == "math" || parent.is_some_and(|parent| parent.math);
    let mut attributes = Vec::new();
    for attribute in start.attributes() {
        let attribute = attribute.map_err(|error| error.to_string())?;
        let key = attribute.key.into_inner();
        let value = quick_xml::escape::unescape(&attribute.value).map_err(|error| error.to_string())?.into_owned();
        attributes.push((if key.starts_with("xml") || math { key.to_owned() } else { kebab(key) }, value));
    }
    let name = if math { local.to_owned() } else { kebab(local.strip_prefix("qti-").unwrap_or(local)) };
    Ok(Element { name, math, attributes, children: Vec::new(), line, column })
}

/// `responseIdentifier` becomes `response-identifier`; `baseURI` and the like do not occur in QTI.
fn kebab(name: &str) -> String {
    let mut out = String::with_capacity(name.len() + 4);
    for (n, character) in name.chars().enumerate() {
        if character.is_ascii_uppercase() {
            if n > 0 {
                out.push('-');
            }
            out.push(character.to_ascii_lowercase());
        } else {
            out.push(character);
        }
    }
    out
}

/// Where the lines begin, so that a position is found without reading the text again.
struct LineIndex<'a> {
    text: &'a str,
    starts: Vec<usize>,
}

impl<'a> LineIndex<'a> {
    fn new(text: &'a str) -> Self {
        let starts = std::iter::once(0).chain(text.bytes().enumerate().filter(|(_, byte)| *byte == b'\n').map(|(at, _)| at + 1)).collect();
        Self { text, starts }
    }

    /// Line and column, both from 1; columns count characters.
    fn position(&self, at: usize) -> (usize, usize) {
        let line = self.starts.partition_point(|start| *start <= at).max(1);
        let start = self.starts.get(line - 1).copied().unwrap_or(0);
        let column = self.text.get(start..at.min(self.text.len())).map_or(0, |part| part.chars().count());
        (line, column + 1)
    }
}

fn position(bytes: &[u8], at: usize) -> (usize, usize) {
    let before = bytes.get(..at).unwrap_or(bytes);
    let line = before.iter().filter(|byte| **byte == b'\n').count() + 1;
    let column = before.iter().rev().take_while(|byte| **byte != b'\n').count() + 1;
    (line, column)
}
