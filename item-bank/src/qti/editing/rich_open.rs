//! Marked-up text of an item as a document of ProseMirror.
//!
//! Nodes: doc, paragraph, heading (level), bulletList, orderedList, listItem, blockquote, box (a div), horizontalRule, table (caption), tableRow (section),
//! tableHeader, tableCell; inline text, hardBreak, image, gap, inlineAnswer. Marks: bold, italic, underline, subscript, superscript, language,
//! highlight, hottext. A paragraph's `wrap` says whether it is a `<p>` where that is not what its place would make of it.

use serde_json::{Map, Value as Json, json};

use super::draft::{Hidden, HiddenWhat, Kept, Mark, Rich};
use crate::qti::check::is_interaction;
use crate::qti::delivery_nodes::shown_text;
use crate::qti::xml::{Element, Node};

/// Where text stands.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    /// Among blocks: text is in paragraphs.
    Loose,
    /// In a choice, an item of a list or a cell: a single paragraph is written without `<p>`.
    Tight,
}

pub(super) struct Reader<'a> {
    pub hidden: &'a mut Vec<Hidden>,
    /// Takes an interaction in running text and gives the response that it fills; nothing where it has no place.
    pub inline: &'a mut dyn FnMut(&Element, &mut Vec<Hidden>) -> Option<String>,
    pub gaps: bool,
    pub hottexts: bool,
}

impl Reader<'_> {
    /// The document of these children of an element.
    pub fn document(&mut self, element: &Element, children: std::ops::Range<usize>, place: Place) -> Rich {
        Rich::new("doc", self.blocks(element, children, place))
    }

    fn blocks(&mut self, element: &Element, children: std::ops::Range<usize>, place: Place) -> Vec<Rich> {
        let mut blocks: Vec<Rich> = Vec::new();
        let mut line: Vec<Rich> = Vec::new();
        for index in children {
            match element.children.get(index) {
                Some(Node::Text(text)) => push_text(&mut line, shown_text(element, index, text), &[]),
                Some(Node::Element(child)) if is_block(&child.name) => {
                    close(&mut line, &mut blocks);
                    blocks.extend(self.block(child));
                }
                Some(Node::Element(child)) => self.inline(child, &[], &mut line),
                None => {}
            }
        }
        close(&mut line, &mut blocks);
        if let [only] = blocks.as_mut_slice()
            && place == Place::Tight
            && only.kind == "paragraph"
        {
            // In a tight place the bare paragraph is the rule, and the one in `<p>` the exception.
            let bare = only.attrs.remove("wrap").is_some();
            if !bare {
                only.attrs.insert("wrap".into(), true.into());
            }
        }
        if blocks.is_empty() {
            blocks.push(Rich::new("paragraph", Vec::new()));
        }
        blocks
    }

    fn block(&mut self, element: &Element) -> Option<Rich> {
        let mut node = match element.name.as_str() {
            "p" => Rich::new("paragraph", self.line(element)),
            "h1" | "h2" | "h3" | "h4" | "h5" | "h6" => {
                let level = element.name.trim_start_matches('h').parse::<u64>().unwrap_or(2);
                let mut node = Rich::new("heading", self.line(element));
                node.attrs.insert("level".into(), level.into());
                node
            }
            "ul" | "ol" => {
                let kind = if element.name == "ul" { "bulletList" } else { "orderedList" };
                Rich::new(kind, self.only(element, &["li"]))
            }
            "li" => Rich::new("listItem", self.blocks(element, 0..element.children.len(), Place::Tight)),
            "blockquote" => Rich::new("blockquote", self.blocks(element, 0..element.children.len(), Place::Loose)),
            "div" => Rich::new("box", self.blocks(element, 0..element.children.len(), Place::Loose)),
            "hr" => Rich::new("horizontalRule", Vec::new()),
            "table" => self.table(element),
            _ => {
                self.hide(element);
                return None;
            }
        };
        keep(&mut node.attrs, element, &[]);
        Some(node)
    }

    fn table(&mut self, table: &Element) -> Rich {
        let mut made = Rich::new("table", Vec::new());
        for part in table.elements() {
            match part.name.as_str() {
                "caption" if part.elements().next().is_none() && part.attributes.is_empty() => {
                    made.attrs.insert("caption".into(), part.text().trim().into());
                }
                "tr" => made.content.extend(self.row(part, None)),
                "thead" | "tbody" | "tfoot" if part.attributes.is_empty() => {
                    for row in part.elements() {
                        let row = self.row(row, Some(&part.name));
                        made.content.extend(row);
                    }
                }
                _ => self.hide(part),
            }
        }
        made
    }

    fn row(&mut self, row: &Element, section: Option<&str>) -> Option<Rich> {
        if row.name != "tr" {
            self.hide(row);
            return None;
        }
        let mut made = Rich::new("tableRow", Vec::new());
        if let Some(section) = section {
            made.attrs.insert("section".into(), section.into());
        }
        for cell in row.elements() {
            let kind = match cell.name.as_str() {
                "th" => "tableHeader",
                "td" => "tableCell",
                _ => {
                    self.hide(cell);
                    continue;
                }
            };
            let mut node = Rich::new(kind, self.blocks(cell, 0..cell.children.len(), Place::Tight));
            for span in ["colspan", "rowspan"] {
                if let Some(cells) = cell.parsed::<u64>(span).filter(|cells| (1..=100).contains(cells)) {
                    node.attrs.insert(span.into(), cells.into());
                }
            }
            keep(&mut node.attrs, cell, &["colspan", "rowspan"]);
            made.content.push(node);
        }
        keep(&mut made.attrs, row, &[]);
        Some(made)
    }

    /// The blocks of an element that may only hold these.
    fn only(&mut self, element: &Element, names: &[&str]) -> Vec<Rich> {
        let mut found = Vec::new();
        for child in element.elements() {
            if names.contains(&child.name.as_str()) {
                found.extend(self.block(child));
            } else {
                self.hide(child);
            }
        }
        found
    }

    fn line(&mut self, element: &Element) -> Vec<Rich> {
        let mut line = Vec::new();
        self.inlines(element, &[], &mut line);
        line
    }

    fn inlines(&mut self, element: &Element, marks: &[Mark], line: &mut Vec<Rich>) {
        for (index, child) in element.children.iter().enumerate() {
            match child {
                Node::Text(text) => push_text(line, shown_text(element, index, text), marks),
                Node::Element(child) => self.inline(child, marks, line),
            }
        }
    }

    fn inline(&mut self, element: &Element, marks: &[Mark], line: &mut Vec<Rich>) {
        let name = element.name.as_str();
        let mark = match name {
            "strong" => marked("bold", &[]),
            "b" => marked("bold", &[("tag", "b")]),
            "em" => marked("italic", &[]),
            "i" => marked("italic", &[("tag", "i")]),
            "u" => marked("underline", &[]),
            "sub" => marked("subscript", &[]),
            "sup" => marked("superscript", &[]),
            "span" => match (element.attribute("xml:lang"), element.attribute("class"), element.attributes.len()) {
                (Some(lang), None, 1) => marked("language", &[("lang", lang)]),
                (Some(lang), None, 2) if element.attribute("dir").is_some() => {
                    marked("language", &[("lang", lang), ("dir", element.attribute("dir").unwrap_or_default())])
                }
                (None, Some("highlight"), 1) => marked("highlight", &[]),
                _ => return self.hide(element),
            },
            "hottext" if self.hottexts => marked("hottext", &[("identifier", element.attribute("identifier").unwrap_or_default())]),
            _ => return self.atom(element, marks, line),
        };
        let known: &[&str] = match name {
            "span" => &["xml:lang", "dir", "class"],
            "hottext" => &["identifier"],
            _ => &[],
        };
        for (attribute, _) in element.attributes.iter().filter(|(attribute, _)| !known.contains(&attribute.as_str())) {
            self.hidden.push(Hidden::new(element.at, HiddenWhat::Attribute, format!("{} {attribute}", element.written)));
        }
        let marks: Vec<Mark> = marks.iter().cloned().chain([mark]).collect();
        self.inlines(element, &marks, line);
    }

    fn atom(&mut self, element: &Element, marks: &[Mark], line: &mut Vec<Rich>) {
        let mut node = match element.name.as_str() {
            "br" => {
                let named = element.attributes.iter().map(|(name, _)| format!("{} {name}", element.written));
                self.hidden.extend(named.map(|name| Hidden::new(element.at, HiddenWhat::Attribute, name)));
                Rich::new("hardBreak", Vec::new())
            }
            "img" => {
                let mut node = Rich::new("image", Vec::new());
                for name in ["src", "alt", "width", "height"] {
                    if let Some(value) = element.attribute(name) {
                        node.attrs.insert(name.into(), value.into());
                    }
                }
                keep(&mut node.attrs, element, &["src", "alt", "width", "height"]);
                node
            }
            "gap" if self.gaps => {
                let mut node = Rich::new("gap", Vec::new());
                node.attrs.insert("identifier".into(), element.attribute("identifier").unwrap_or_default().into());
                keep(&mut node.attrs, element, &["identifier"]);
                node
            }
            name if is_interaction(name) => match (self.inline)(element, self.hidden) {
                Some(response) => {
                    let mut node = Rich::new("inlineAnswer", Vec::new());
                    node.attrs.insert("response".into(), response.into());
                    node
                }
                None => return,
            },
            _ => return self.hide(element),
        };
        node.marks = marks.to_vec();
        line.push(node);
    }

    fn hide(&mut self, element: &Element) {
        let what = if is_interaction(&element.name) { HiddenWhat::Interaction } else { HiddenWhat::Element };
        self.hidden.push(Hidden::new(element.at, what, element.written.clone()));
    }
}

/// Keeps the attributes that the editor does not show.
fn keep(attrs: &mut Map<String, Json>, element: &Element, shown: &[&str]) {
    let kept = kept(element, shown);
    if !kept.is_empty() {
        attrs.insert("kept".into(), json!(kept));
    }
}

pub(super) fn kept(element: &Element, shown: &[&str]) -> Kept {
    element.attributes.iter().filter(|(name, _)| !shown.contains(&name.as_str())).cloned().collect()
}

fn marked(kind: &str, attrs: &[(&str, &str)]) -> Mark {
    Mark { kind: kind.to_owned(), attrs: attrs.iter().map(|(name, value)| ((*name).to_owned(), Json::from(*value))).collect() }
}

fn is_block(name: &str) -> bool {
    let blocks = ["p", "h1", "h2", "h3", "h4", "h5", "h6", "ul", "ol", "li", "blockquote", "div", "hr", "table"];
    blocks.contains(&name) || ["pre", "dl", "figure", "section", "article", "header", "footer", "address"].contains(&name)
}

fn push_text(line: &mut Vec<Rich>, text: String, marks: &[Mark]) {
    if text.is_empty() {
        return;
    }
    match line.last_mut() {
        Some(last) if last.marks == marks && last.text.is_some() => {
            if let Some(before) = &mut last.text {
                before.push_str(&text);
            }
        }
        _ => line.push(Rich { kind: "text".into(), text: Some(text), marks: marks.to_vec(), ..Rich::default() }),
    }
}

/// Ends a paragraph of bare text.
fn close(line: &mut Vec<Rich>, blocks: &mut Vec<Rich>) {
    let blank = line.iter().all(|node| node.text.as_ref().is_some_and(|text| text.trim().is_empty()));
    let content = std::mem::take(line);
    if !blank {
        let mut paragraph = Rich::new("paragraph", content);
        paragraph.attrs.insert("wrap".into(), false.into());
        blocks.push(paragraph);
    }
}
