//! XML into a small tree with lines, under limits. A document type is refused whatever it says: no statement needs one, and entities and external
//! subsets are how XML bombs and the disclosure of files come in.

use quick_xml::Reader;
use quick_xml::XmlVersion;
use quick_xml::events::{BytesStart, Event};

use super::statement::{Fault, Reason, fault};

const MAX_DEPTH: usize = 64;
const MAX_ELEMENTS: usize = 2_000_000;

#[derive(Clone, Debug, Default)]
pub struct Element {
    pub name: String,
    pub attributes: Vec<(String, String)>,
    pub children: Vec<Element>,
    pub text: String,
    pub line: usize,
}

impl Element {
    pub fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a Self> {
        self.children.iter().filter(move |child| child.name == name)
    }

    /// The first element at a path such as `Acct/Id/IBAN`.
    pub fn at(&self, path: &str) -> Option<&Self> {
        path.split('/').try_fold(self, |element, name| element.children.iter().find(|child| child.name == name))
    }

    pub fn text_at(&self, path: &str) -> Option<&str> {
        self.at(path).map(|element| element.text.trim()).filter(|text| !text.is_empty())
    }

    pub fn attribute(&self, name: &str) -> Option<&str> {
        self.attributes.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }
}

pub fn parse(text: &str) -> Result<Element, Fault> {
    let mut reader = Reader::from_str(text);
    let mut open: Vec<Element> = Vec::new();
    let mut root = None;
    let mut count = 0_usize;
    // Lines are counted on the way: a statement of thousands of entries is walked once.
    let (mut line, mut counted) = (1_usize, 0_usize);
    loop {
        let place = usize::try_from(reader.buffer_position()).unwrap_or(text.len()).min(text.len());
        line += text.as_bytes().get(counted..place).unwrap_or_default().iter().filter(|byte| **byte == b'\n').count();
        counted = counted.max(place);
        let event = reader.read_event().map_err(|_| Fault { line, reason: Reason::Xml })?;
        match event {
            Event::Start(_) | Event::Empty(_) if root.is_some() && open.is_empty() => return fault(line, Reason::Xml),
            Event::Start(start) => {
                count += 1;
                if open.len() >= MAX_DEPTH || count > MAX_ELEMENTS {
                    return fault(line, Reason::Xml);
                }
                open.push(element(&start, line)?);
            }
            Event::Empty(start) => close(element(&start, line)?, &mut open, &mut root),
            Event::End(_) => {
                if let Some(done) = open.pop() {
                    close(done, &mut open, &mut root);
                }
            }
            Event::Text(part) => push(&part.xml10_content(), line, &mut open)?,
            Event::CData(part) => push(&part.xml10_content(), line, &mut open)?,
            Event::GeneralRef(reference) => {
                let broken = Fault { line, reason: Reason::Xml };
                let character = match reference.resolve_char_ref().map_err(|_| broken)? {
                    Some(character) => character,
                    None => predefined(&reference.xml10_content()).ok_or(Fault { line, reason: Reason::Doctype })?,
                };
                push(character.encode_utf8(&mut [0; 4]), line, &mut open)?;
            }
            Event::DocType(_) => return fault(line, Reason::Doctype),
            Event::Comment(_) | Event::PI(_) | Event::Decl(_) => {}
            Event::Eof => break,
        }
    }
    if !open.is_empty() {
        return fault(line, Reason::CutOff);
    }
    root.ok_or(Fault { line, reason: Reason::Empty })
}

fn close(done: Element, open: &mut [Element], root: &mut Option<Element>) {
    match open.last_mut() {
        Some(parent) => parent.children.push(done),
        None => *root = Some(done),
    }
}

fn push(text: &str, line: usize, open: &mut [Element]) -> Result<(), Fault> {
    match open.last_mut() {
        Some(parent) => parent.text.push_str(text),
        None if text.trim().is_empty() => {}
        None => return fault(line, Reason::Xml),
    }
    Ok(())
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

fn element(start: &BytesStart<'_>, line: usize) -> Result<Element, Fault> {
    let broken = Fault { line, reason: Reason::Xml };
    let mut attributes = Vec::new();
    for attribute in start.attributes() {
        let attribute = attribute.map_err(|_| broken)?;
        let value = attribute.normalized_value(XmlVersion::Implicit1_0).map_err(|_| broken)?;
        let key: &str = attribute.key.as_ref();
        attributes.push((key.to_owned(), value.into_owned()));
    }
    let name = start.local_name().as_ref().to_owned();
    Ok(Element { name, attributes, line, ..Element::default() })
}
