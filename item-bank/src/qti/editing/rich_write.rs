//! A document of ProseMirror as the markup of an item: the inverse of `rich_open.rs`.

use serde_json::Value as Json;

use super::draft::{Kept, Mark, Rich};
use super::rich_open::Place;

/// Writes an interaction in running text by the response that it fills.
pub(super) type Inline<'a> = &'a mut dyn FnMut(&str, &mut String);

/// The content of a document.
pub(super) fn content(document: &Rich, place: Place, inline: Inline<'_>, out: &mut String) {
    blocks(&document.content, place, inline, out);
}

fn blocks(nodes: &[Rich], place: Place, inline: Inline<'_>, out: &mut String) {
    let alone = nodes.len() == 1;
    let mut after_bare = false;
    for node in nodes {
        let wrap = node.attrs.get("wrap").and_then(Json::as_bool).unwrap_or(!(place == Place::Tight && alone));
        if node.kind == "paragraph" && !wrap && !after_bare {
            inlines(&node.content, inline, out);
            after_bare = true;
        } else {
            block(node, inline, out);
            after_bare = false;
        }
    }
}

fn block(node: &Rich, inline: Inline<'_>, out: &mut String) {
    let name = match node.kind.as_str() {
        "paragraph" => "p".to_owned(),
        "heading" => format!("h{}", node.attrs.get("level").and_then(Json::as_u64).unwrap_or(2).clamp(1, 6)),
        "bulletList" => "ul".to_owned(),
        "orderedList" => "ol".to_owned(),
        "listItem" => "li".to_owned(),
        "blockquote" => "blockquote".to_owned(),
        "box" => "div".to_owned(),
        "tableHeader" => "th".to_owned(),
        "tableCell" => "td".to_owned(),
        "tableRow" => "tr".to_owned(),
        "horizontalRule" => return start("hr", &kept_of(node), &[], true, out),
        "table" => return table(node, inline, out),
        _ => return,
    };
    let spans: Vec<(&str, String)> = ["colspan", "rowspan"]
        .into_iter()
        .filter_map(|span| Some((span, node.attrs.get(span).and_then(Json::as_u64).filter(|cells| *cells > 1)?.to_string())))
        .collect();
    start(&name, &kept_of(node), &spans, false, out);
    match node.kind.as_str() {
        "paragraph" | "heading" => inlines(&node.content, inline, out),
        "listItem" | "tableHeader" | "tableCell" => blocks(&node.content, Place::Tight, inline, out),
        "bulletList" | "orderedList" | "tableRow" => node.content.iter().for_each(|child| block(child, inline, out)),
        _ => blocks(&node.content, Place::Loose, inline, out),
    }
    end(&name, out);
}

fn table(node: &Rich, inline: Inline<'_>, out: &mut String) {
    start("table", &kept_of(node), &[], false, out);
    if let Some(caption) = node.attr("caption").filter(|caption| !caption.is_empty()) {
        start("caption", &Kept::new(), &[], false, out);
        escape(caption, out);
        end("caption", out);
    }
    let sectioned = node.content.iter().any(|row| row.attr("section").is_some());
    let mut open: Option<&str> = None;
    for row in &node.content {
        let section = sectioned.then(|| row.attr("section").filter(|name| ["thead", "tbody", "tfoot"].contains(name)).unwrap_or("tbody"));
        if section != open {
            open.iter().for_each(|name| end(name, out));
            section.iter().for_each(|name| start(name, &Kept::new(), &[], false, out));
            open = section;
        }
        block(row, inline, out);
    }
    open.iter().for_each(|name| end(name, out));
    end("table", out);
}

fn inlines(nodes: &[Rich], inline: Inline<'_>, out: &mut String) {
    nested(&spaces_apart(nodes), inline, out);
}

/// Spaces at the edge of a marked word stand outside its mark: at the edge of an element they would not be shown.
fn spaces_apart(nodes: &[Rich]) -> Vec<Rich> {
    let mut apart: Vec<Rich> = Vec::new();
    for (index, node) in nodes.iter().enumerate() {
        let Some(text) = node.text.as_deref().filter(|_| !node.marks.is_empty()) else {
            apart.push(node.clone());
            continue;
        };
        let shared = |neighbour: Option<&Rich>| -> Vec<Mark> {
            node.marks.iter().filter(|mark| neighbour.is_some_and(|other| other.marks.contains(mark))).cloned().collect()
        };
        let core = text.trim();
        let lead = text.len() - text.trim_start().len();
        let (lead, rest) = text.split_at(if core.is_empty() { 0 } else { lead });
        let (core, trail) = if core.is_empty() { ("", text) } else { rest.split_at(core.len()) };
        let before = shared(index.checked_sub(1).and_then(|index| nodes.get(index)));
        let after = shared(nodes.get(index + 1));
        for (part, marks) in [(lead, before), (core, node.marks.clone()), (trail, after)] {
            if !part.is_empty() {
                apart.push(Rich { kind: "text".into(), text: Some(part.to_owned()), marks, ..Rich::default() });
            }
        }
    }
    apart
}

/// Writes marks around the longest runs that share them.
fn nested(nodes: &[Rich], inline: Inline<'_>, out: &mut String) {
    let mut at = 0;
    while let Some(node) = nodes.get(at) {
        let run = |mark: &Mark| nodes.iter().skip(at).take_while(|other| other.marks.contains(mark)).count();
        // A word that can be chosen is outermost; of the others the one that lasts longest, and of equals the first.
        let rank = |mark: &Mark| (mark.kind == "hottext", run(mark));
        let outer = node.marks.iter().rev().max_by_key(|mark| rank(mark)).cloned();
        let Some(mark) = outer else {
            leaf(node, inline, out);
            at += 1;
            continue;
        };
        let end_at = at + run(&mark);
        let inside: Vec<Rich> = nodes.get(at..end_at).unwrap_or_default().iter().map(|node| without(node, &mark)).collect();
        let name = element_of(&mark);
        start(name, &Kept::new(), &attributes_of(&mark), false, out);
        nested(&inside, inline, out);
        end(name, out);
        at = end_at;
    }
}

fn without(node: &Rich, mark: &Mark) -> Rich {
    let mut node = node.clone();
    node.marks.retain(|other| other != mark);
    node
}

fn element_of(mark: &Mark) -> &'static str {
    let tag = mark.attrs.get("tag").and_then(Json::as_str);
    match (mark.kind.as_str(), tag) {
        ("bold", Some("b")) => "b",
        ("bold", _) => "strong",
        ("italic", Some("i")) => "i",
        ("italic", _) => "em",
        ("underline", _) => "u",
        ("subscript", _) => "sub",
        ("superscript", _) => "sup",
        ("hottext", _) => "qti-hottext",
        _ => "span",
    }
}

fn attributes_of(mark: &Mark) -> Vec<(&'static str, String)> {
    let attr = |name: &str| mark.attrs.get(name).and_then(Json::as_str).map(str::to_owned);
    match mark.kind.as_str() {
        "language" => attr("lang").map(|lang| ("xml:lang", lang)).into_iter().chain(attr("dir").map(|dir| ("dir", dir))).collect(),
        "highlight" => vec![("class", "highlight".into())],
        "hottext" => vec![("identifier", attr("identifier").unwrap_or_default())],
        _ => Vec::new(),
    }
}

fn leaf(node: &Rich, inline: Inline<'_>, out: &mut String) {
    match node.kind.as_str() {
        "text" => escape(node.text.as_deref().unwrap_or_default(), out),
        "hardBreak" => start("br", &Kept::new(), &[], true, out),
        "image" => {
            let attributes: Vec<(&str, String)> =
                ["src", "alt", "width", "height"].into_iter().filter_map(|name| Some((name, node.attr(name)?.to_owned()))).collect();
            start("img", &kept_of(node), &attributes, true, out);
        }
        "gap" => {
            let identifier = node.attr("identifier").unwrap_or_default().to_owned();
            start("qti-gap", &kept_of(node), &[("identifier", identifier)], true, out);
        }
        "inlineAnswer" => inline(node.attr("response").unwrap_or_default(), out),
        _ => {}
    }
}

fn kept_of(node: &Rich) -> Kept {
    node.attrs.get("kept").and_then(|kept| serde_json::from_value(kept.clone()).ok()).unwrap_or_default()
}

/// A start tag; `own` attributes first, then those that were kept under names that XML allows.
pub(super) fn start(name: &str, kept: &Kept, own: &[(&str, String)], empty: bool, out: &mut String) {
    out.push('<');
    out.push_str(name);
    let plain = |name: &str| {
        name.starts_with(|first: char| first.is_ascii_lowercase())
            && name.chars().all(|letter| letter.is_ascii_lowercase() || letter.is_ascii_digit() || "-:".contains(letter))
    };
    let kept = kept.iter().filter(|(name, _)| plain(name)).map(|(name, value)| (name.as_str(), value));
    for (name, value) in own.iter().map(|(name, value)| (*name, value)).chain(kept) {
        out.push(' ');
        out.push_str(name);
        out.push_str("=\"");
        escape(value, out);
        out.push('"');
    }
    out.push_str(if empty { "/>" } else { ">" });
}

pub(super) fn end(name: &str, out: &mut String) {
    out.push_str("</");
    out.push_str(name);
    out.push('>');
}

/// Text for content or an attribute. What XML 1.0 cannot hold at all is left out.
pub(super) fn escape(text: &str, out: &mut String) {
    for character in text.chars() {
        match character {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\n' | '\t' => out.push(' '),
            control if control < ' ' || matches!(control, '\u{fffe}' | '\u{ffff}') => {}
            other => out.push(other),
        }
    }
}
