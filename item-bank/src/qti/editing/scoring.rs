//! Response processing that a draft can say in a word: everything right or nothing, points by answer, or a person.

use super::draft::{Answer, Draft, Points, Scoring, ScoringKind};
use super::rich_write::escape;
use crate::qti::xml::{Element, Node, parse};

const TEMPLATES: &str = "https://purl.imsglobal.org/spec/qti/v3p0/rptemplates";

/// How an item is marked; nothing when its rules say something that a draft cannot.
pub(super) fn recognise(processing: Option<&Element>, marked: &[&Answer], base: &str) -> Option<Scoring> {
    let scoring = |kind, points| Some(Scoring { kind, points, maximum: None });
    let Some(processing) = processing else { return scoring(ScoringKind::Human, 1.0) };
    let only_response = matches!(marked, [answer] if answer.identifier == "RESPONSE");
    if processing.elements().next().is_none() {
        let name = processing.attribute("template")?.rsplit(['/', ':']).next()?;
        return match name.strip_suffix(".xml").unwrap_or(name) {
            "match_correct" if only_response => scoring(ScoringKind::All, 1.0),
            "map_response" if only_response && all_have_points(marked) => scoring(ScoringKind::Parts, 1.0),
            _ => None,
        };
    }
    if marked.is_empty() {
        return None;
    }
    let mut points = None;
    processing.walk(&mut |element| {
        if element.name == "base-value" && points.is_none() {
            points = element.text().trim().parse::<f64>().ok().filter(|points| points.is_finite());
        }
    });
    let said = shape(processing);
    let same = |written: String| parse(written.as_bytes()).is_ok_and(|element| shape(&element) == said);
    let points = points.unwrap_or(1.0);
    if [false, true].into_iter().any(|with_else| same(all(marked, points, base, with_else))) {
        return scoring(ScoringKind::All, points);
    }
    if all_have_points(marked) && same(parts(marked)) {
        return scoring(ScoringKind::Parts, 1.0);
    }
    None
}

/// The response processing of a draft, or nothing where a person marks it.
pub(super) fn write(draft: &Draft, out: &mut String) {
    let marked = draft.marked();
    let only_response = matches!(marked.as_slice(), [answer] if answer.identifier == "RESPONSE");
    let text = match draft.scoring.kind {
        ScoringKind::Human => return,
        _ if marked.is_empty() => return,
        ScoringKind::All if only_response && draft.scoring.points == 1.0 => template("match_correct"),
        ScoringKind::Parts if only_response => template("map_response"),
        ScoringKind::All => all(&marked, draft.scoring.points, "float", true),
        ScoringKind::Parts => parts(&marked),
    };
    out.push_str("  ");
    out.push_str(&text);
    out.push('\n');
}

/// The highest score that follows from the key.
pub(super) fn maximum(draft: &Draft) -> f64 {
    match draft.scoring.kind {
        ScoringKind::All => draft.scoring.points,
        ScoringKind::Parts => draft.marked().iter().filter_map(|answer| Some(highest(answer, answer.points.as_ref()?))).sum(),
        ScoringKind::Human => 0.0,
    }
}

/// The most that one answer can earn: its best value when it holds one, the sum of what is worth something when it holds several.
fn highest(answer: &Answer, points: &Points) -> f64 {
    let worth = points.entries.iter().map(|entry| entry.points);
    let most = if answer.cardinality == "single" { worth.fold(0.0, f64::max) } else { worth.filter(|points| *points > 0.0).sum() };
    points.upper.map_or(most, |upper| most.min(upper))
}

fn all_have_points(marked: &[&Answer]) -> bool {
    !marked.is_empty() && marked.iter().all(|answer| answer.points.is_some())
}

fn template(name: &str) -> String {
    format!("<qti-response-processing template=\"{TEMPLATES}/{name}.xml\"/>")
}

fn all(marked: &[&Answer], points: f64, base: &str, with_else: bool) -> String {
    let matches: String = marked
        .iter()
        .map(|answer| {
            let name = escaped(&answer.identifier);
            format!("<qti-match><qti-variable identifier=\"{name}\"/><qti-correct identifier=\"{name}\"/></qti-match>")
        })
        .collect();
    let matches = if marked.len() == 1 { matches } else { format!("<qti-and>{matches}</qti-and>") };
    let set = |points: f64| {
        format!(
            "<qti-set-outcome-value identifier=\"SCORE\"><qti-base-value base-type=\"{base}\">{points}</qti-base-value></qti-set-outcome-value>"
        )
    };
    let otherwise = if with_else { format!("<qti-response-else>{}</qti-response-else>", set(0.0)) } else { String::new() };
    format!(
        "<qti-response-processing><qti-response-condition><qti-response-if>{matches}{}</qti-response-if>{otherwise}</qti-response-condition></qti-response-processing>",
        set(points)
    )
}

fn parts(marked: &[&Answer]) -> String {
    let rules: String = marked
        .iter()
        .map(|answer| {
            let name = escaped(&answer.identifier);
            format!(
                "<qti-response-condition><qti-response-if><qti-not><qti-is-null><qti-variable identifier=\"{name}\"/></qti-is-null></qti-not>\
                 <qti-set-outcome-value identifier=\"SCORE\"><qti-sum><qti-variable identifier=\"SCORE\"/><qti-map-response identifier=\"{name}\"/></qti-sum>\
                 </qti-set-outcome-value></qti-response-if></qti-response-condition>"
            )
        })
        .collect();
    format!("<qti-response-processing>{rules}</qti-response-processing>")
}

fn escaped(text: &str) -> String {
    let mut out = String::new();
    escape(text, &mut out);
    out
}

/// An element with everything in it, without places and the space between elements.
fn shape(element: &Element) -> String {
    let mut attributes: Vec<String> = element.attributes.iter().map(|(name, value)| format!(" {name}={value:?}")).collect();
    attributes.sort_unstable();
    let children: String = element
        .children
        .iter()
        .map(|child| match child {
            Node::Element(child) => shape(child),
            // 1 and 1.0 are the same number of points.
            Node::Text(text) => text.trim().parse::<f64>().map_or_else(|_| text.trim().to_owned(), |number| number.to_string()),
        })
        .collect();
    format!("<{}{}>{children}</>", element.name, attributes.concat())
}
