//! Text, tables, pictures and sound of an item's body as delivery nodes: only what is on the list, with only the attributes that are on it.

use serde_json::{Map, Value as Json};

use super::check::is_interaction;
use super::deliver::{Projection, interaction, printed};
use super::value::Single;
use super::xml::{Element, Node};

/// What an element of a body is to delivery.
pub(crate) enum Kind {
    /// A node of this name.
    Node(&'static str),
    /// A picture or a sound.
    Media,
    /// Part of an interaction, which delivers it.
    Part,
    /// Shown in some clones of the item.
    Conditional,
    /// The value of a template variable.
    Printed,
    /// Not for candidates.
    Hidden,
    Unknown,
}

const NODES: [&str; 44] = [
    "p",
    "div",
    "blockquote",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "ul",
    "ol",
    "li",
    "table",
    "caption",
    "thead",
    "tbody",
    "tr",
    "th",
    "td",
    "span",
    "em",
    "strong",
    "b",
    "i",
    "u",
    "small",
    "sub",
    "sup",
    "br",
    "hr",
    "pre",
    "code",
    "ruby",
    "rt",
    "rp",
    "figure",
    "figcaption",
    "dl",
    "dt",
    "dd",
    "gap",
    "hottext",
    "img",
    "audio",
];

const BLOCKS: [&str; 48] = [
    "p",
    "div",
    "blockquote",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "ul",
    "ol",
    "li",
    "table",
    "caption",
    "thead",
    "tbody",
    "tfoot",
    "tr",
    "th",
    "td",
    "hr",
    "pre",
    "figure",
    "figcaption",
    "dl",
    "dt",
    "dd",
    "section",
    "article",
    "header",
    "footer",
    "address",
    "template-block",
    "feedback-block",
    "rubric-block",
    "prompt",
    "choice-interaction",
    "extended-text-interaction",
    "gap-match-interaction",
    "match-interaction",
    "order-interaction",
    "hottext-interaction",
    "media-interaction",
    "upload-interaction",
    "gap-text",
    "gap-img",
    "simple-choice",
    "col",
];

/// Classes with a meaning in the product's style sheets.
const CLASSES: [&str; 4] = ["letter", "notice", "dialogue", "highlight"];

pub(crate) fn kind(element: &Element) -> Kind {
    match element.name.as_str() {
        "section" | "article" | "header" | "footer" | "address" | "aside" | "main" => Kind::Node("div"),
        // A link would lead out of the test, so only its text is shown.
        "a" | "q" | "cite" | "dfn" | "abbr" | "acronym" | "kbd" | "samp" | "var" | "bdo" | "bdi" | "label" | "tt" | "big" | "mark"
        | "time" => Kind::Node("span"),
        "tfoot" => Kind::Node("tbody"),
        "img" | "audio" | "object" => Kind::Media,
        "prompt"
        | "simple-choice"
        | "inline-choice"
        | "simple-match-set"
        | "simple-associable-choice"
        | "gap-text"
        | "gap-img"
        | "gap"
        | "hottext" => Kind::Part,
        "template-block" | "template-inline" => Kind::Conditional,
        "printed-variable" => Kind::Printed,
        "feedback-block"
        | "feedback-inline"
        | "rubric-block"
        | "col"
        | "colgroup"
        | "stylesheet"
        | "catalog-info"
        | "template-block-feedback" => Kind::Hidden,
        name => NODES[..40].iter().find(|node| **node == name).map_or(Kind::Unknown, |node| Kind::Node(node)),
    }
}

/// The nodes of everything inside an element.
pub(crate) fn children(projection: &mut Projection<'_>, element: &Element) -> Json {
    with_parts(projection, element, &[])
}

/// The same, where gaps and hottexts stand for the aliases in a table. Prompts and gap choices are left to their interaction.
pub(crate) fn with_parts(projection: &mut Projection<'_>, element: &Element, parts: &[(String, String, u64)]) -> Json {
    let mut list = Vec::new();
    collect(projection, element, parts, &mut list);
    Json::Array(list)
}

fn collect(projection: &mut Projection<'_>, element: &Element, parts: &[(String, String, u64)], list: &mut Vec<Json>) {
    for (place, child) in element.children.iter().enumerate() {
        match child {
            Node::Text(text) if element.name == "pre" => push_text(list, text),
            Node::Text(text) => push_text(list, &shown_text(element, place, text)),
            Node::Element(child) => push_element(projection, child, parts, list),
        }
    }
}

/// What is shown of the text at this place of an element: space between blocks is the author's indentation; space between words is
/// kept as one.
pub(crate) fn shown_text(element: &Element, place: usize, text: &str) -> String {
    let beside_block = |index: Option<usize>| match index.and_then(|index| element.children.get(index)) {
        Some(Node::Element(sibling)) => BLOCKS.contains(&sibling.name.as_str()),
        _ => index.is_none() || index == Some(element.children.len()),
    };
    let (before, after) = (beside_block(place.checked_sub(1)), beside_block(Some(place + 1)));
    let mut text = collapsed(text);
    if before {
        text = text.trim_start().to_owned();
    }
    if after {
        text = text.trim_end().to_owned();
    }
    text
}

fn push_text(list: &mut Vec<Json>, text: &str) {
    if text.is_empty() {
        return;
    }
    if let Some(Json::String(last)) = list.last_mut() {
        last.push_str(text);
    } else {
        list.push(text.into());
    }
}

fn collapsed(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for character in text.chars() {
        let space = matches!(character, ' ' | '\n' | '\t' | '\r');
        if !space {
            out.push(character);
        } else if !out.ends_with(' ') {
            out.push(' ');
        }
    }
    out
}

fn push_element(projection: &mut Projection<'_>, element: &Element, parts: &[(String, String, u64)], list: &mut Vec<Json>) {
    if is_interaction(&element.name) {
        let node = interaction(projection, element);
        list.extend(node);
        return;
    }
    match kind(element) {
        Kind::Node(name) => {
            let mut node = Map::new();
            node.insert("t".into(), name.into());
            attributes(element, name, &mut node);
            let (lang, dir) = (projection.lang.clone(), projection.dir.clone());
            let shown = language(projection, element, node);
            enter(projection, element);
            let content = with_parts(projection, element, parts);
            (projection.lang, projection.dir) = (lang, dir);
            if let Json::Object(mut node) = shown {
                if !matches!(name, "br" | "hr") {
                    node.insert("c".into(), content);
                }
                list.push(Json::Object(node));
            }
        }
        Kind::Media => list.extend(medium(projection, element)),
        Kind::Conditional if is_shown(projection, element) => collect(projection, element, parts, list),
        Kind::Printed => {
            let text = printed(projection, element.attribute("identifier").unwrap_or_default());
            push_text(list, &text);
        }
        Kind::Part => {
            let alias =
                parts.iter().find(|(_, identifier, _)| element.attribute("identifier") == Some(identifier)).map(|(alias, _, _)| alias);
            let mut node = Map::new();
            match (element.name.as_str(), alias) {
                ("gap", Some(alias)) => {
                    node.insert("t".into(), "gap".into());
                    node.insert("id".into(), alias.as_str().into());
                }
                ("hottext", Some(alias)) => {
                    node.insert("t".into(), "hot".into());
                    node.insert("id".into(), alias.as_str().into());
                    let content = children(projection, element);
                    node.insert("c".into(), content);
                }
                _ => return,
            }
            let node = language(projection, element, node);
            list.push(node);
        }
        Kind::Hidden | Kind::Unknown | Kind::Conditional => {}
    }
}

fn attributes(element: &Element, name: &str, node: &mut Map<String, Json>) {
    if matches!(name, "th" | "td") {
        for key in ["colspan", "rowspan"] {
            if let Some(span) = element.parsed::<u64>(key).filter(|span| (2..=100).contains(span)) {
                node.insert(key.into(), span.into());
            }
        }
        if let Some(scope) = element.attribute("scope").filter(|scope| ["row", "col", "rowgroup", "colgroup"].contains(scope)) {
            node.insert("scope".into(), scope.into());
        }
    }
    let classes: Vec<&str> = CLASSES.into_iter().filter(|class| element.has_class(class)).collect();
    if !classes.is_empty() {
        node.insert("cls".into(), classes.into());
    }
}

fn enter(projection: &mut Projection<'_>, element: &Element) {
    if let Some(lang) = element.attribute("xml:lang").or_else(|| element.attribute("lang")) {
        projection.lang = lang.to_owned();
        projection.dir = direction(lang).to_owned();
    }
    if let Some(dir) = element.attribute("dir").filter(|dir| ["ltr", "rtl"].contains(dir)) {
        projection.dir = dir.to_owned();
    }
}

/// Adds the language and direction of a node where they differ from its parent's.
pub(crate) fn language(projection: &mut Projection<'_>, element: &Element, mut node: Map<String, Json>) -> Json {
    let (lang, dir) = (projection.lang.clone(), projection.dir.clone());
    enter(projection, element);
    if projection.lang != lang {
        node.insert("lang".into(), projection.lang.as_str().into());
    }
    if projection.dir != dir {
        node.insert("dir".into(), projection.dir.as_str().into());
    }
    (projection.lang, projection.dir) = (lang, dir);
    Json::Object(node)
}

fn medium(projection: &mut Projection<'_>, element: &Element) -> Option<Json> {
    let mut node = Map::new();
    let (name, mime) = media_source(element).unwrap_or_default();
    let url = (projection.media_url)(&name).unwrap_or_default();
    if mime.starts_with("audio/") {
        node.insert("t".into(), "audio".into());
        node.insert("src".into(), url.into());
        node.insert("mime".into(), mime.into());
    } else if mime.starts_with("image/") {
        node.insert("t".into(), "img".into());
        node.insert("src".into(), url.into());
        let alt = element.attribute("alt").map_or_else(|| element.text().trim().to_owned(), str::to_owned);
        node.insert("alt".into(), alt.into());
        for key in ["width", "height"] {
            if let Some(size) = element.parsed::<u64>(key) {
                node.insert(key.into(), size.into());
            }
        }
    } else {
        return None;
    }
    Some(language(projection, element, node))
}

/// The file of a picture or a sound and its media type, by what is said of it or by its ending.
pub(crate) fn media_source(element: &Element) -> Option<(String, String)> {
    let own = element.attribute("src").or_else(|| element.attribute("data")).map(|name| (name, element.attribute("type")));
    let (name, said) =
        own.or_else(|| element.child("source").and_then(|source| Some((source.attribute("src")?, source.attribute("type")))))?;
    let mime = said.map(|said| said.split(';').next().unwrap_or_default().trim()).filter(|said| !said.is_empty()).unwrap_or_else(|| {
        match name.rsplit('.').next().unwrap_or_default().to_ascii_lowercase().as_str() {
            "mp3" => "audio/mpeg",
            "ogg" | "oga" | "opus" => "audio/ogg",
            "m4a" | "aac" => "audio/mp4",
            "wav" => "audio/wav",
            "weba" => "audio/webm",
            "png" => "image/png",
            "jpg" | "jpeg" => "image/jpeg",
            "gif" => "image/gif",
            "svg" => "image/svg+xml",
            "webp" => "image/webp",
            "avif" => "image/avif",
            _ if element.name == "img" => "image/png",
            _ if element.name == "audio" => "audio/mpeg",
            _ => "application/octet-stream",
        }
    });
    Some((name.to_owned(), mime.to_owned()))
}

/// Whether this clone shows an element: `template-identifier` holds its `identifier`, or does not where `show-hide` is `hide`.
pub(crate) fn is_shown(projection: &Projection<'_>, element: &Element) -> bool {
    let Some(variable) = element.attribute("template-identifier") else { return true };
    let wanted = element.attribute("identifier").unwrap_or_default();
    let holds = projection.clone.variable(variable).members().iter().filter_map(Single::as_text).any(|text| text == wanted);
    holds != (element.attribute("show-hide") == Some("hide"))
}

/// The direction in which a language is written.
pub(crate) fn direction(lang: &str) -> &'static str {
    let mut parts = lang.split(['-', '_']);
    let primary = parts.next().unwrap_or_default().to_ascii_lowercase();
    if parts.any(|part| part.eq_ignore_ascii_case("latn") || part.eq_ignore_ascii_case("cyrl")) {
        return "ltr";
    }
    let rtl = ["ar", "ary", "arz", "apc", "fa", "prs", "ps", "pbt", "ur", "he", "yi", "ckb", "sd", "ug", "dv", "syr", "arc"];
    if rtl.contains(&primary.as_str()) { "rtl" } else { "ltr" }
}
