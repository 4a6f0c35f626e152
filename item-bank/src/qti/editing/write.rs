//! From a draft to QTI 3.0.

use super::draft::*;
use super::rich_open::Place;
use super::rich_write::{content, end, escape, start};
use super::scoring;

const HEAD: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n\
<qti-assessment-item xmlns=\"http://www.imsglobal.org/xsd/imsqtiasi_v3p0\" xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\" \
xsi:schemaLocation=\"http://www.imsglobal.org/xsd/imsqtiasi_v3p0 https://purl.imsglobal.org/spec/qti/v3p0/schema/xsd/imsqti_asiv3p0_v1p0.xsd\"\n   ";

/// The draft as a QTI 3.0 item. Answers that no text refers to any more are left out.
pub fn write(draft: &Draft) -> String {
    let mut body = String::new();
    let mut answers: Vec<&Answer> = Vec::new();
    // A text in which nothing was written yet is not there.
    let shown = draft.blocks.iter().filter(|block| !matches!(block, Block::Text { text } if text.is_empty()));
    for block in shown {
        body.push_str("    ");
        write_block(draft, block, &mut answers, &mut body);
        body.push('\n');
    }
    let mut out = HEAD.to_owned();
    let mut root = String::new();
    let own = |name: &'static str, value: &str| (name, value.to_owned());
    let mut attributes = vec![own("identifier", &draft.identifier), own("title", &draft.title), own("adaptive", "false")];
    if !draft.kept.contains_key("time-dependent") {
        attributes.push(own("time-dependent", "false"));
    }
    attributes.push(own("xml:lang", &draft.language));
    start("", &draft.kept, &attributes, false, &mut root);
    // The root carries its namespaces on a line of their own.
    out.push_str(root.trim_start_matches('<'));
    out.push('\n');
    answers.iter().for_each(|answer| declaration(answer, &mut out));
    outcome(draft, &mut out);
    out.push_str("  ");
    start("qti-item-body", &draft.body_kept, &[], false, &mut out);
    out.push('\n');
    out.push_str(&body);
    out.push_str("  </qti-item-body>\n");
    scoring::write(draft, &mut out);
    out.push_str("</qti-assessment-item>\n");
    out
}

fn declaration(answer: &Answer, out: &mut String) {
    let attributes =
        [("identifier", answer.identifier.clone()), ("cardinality", answer.cardinality.clone()), ("base-type", answer.base.clone())];
    out.push_str("  ");
    if answer.correct.is_empty() && answer.points.is_none() {
        start("qti-response-declaration", &Kept::new(), &attributes, true, out);
        out.push('\n');
        return;
    }
    start("qti-response-declaration", &Kept::new(), &attributes, false, out);
    if !answer.correct.is_empty() {
        out.push_str("\n    <qti-correct-response>");
        for value in &answer.correct {
            out.push_str("<qti-value>");
            escape(value, out);
            out.push_str("</qti-value>");
        }
        out.push_str("</qti-correct-response>");
    }
    answer.points.iter().for_each(|points| mapping(answer, points, out));
    out.push_str("\n  </qti-response-declaration>\n");
}

fn mapping(answer: &Answer, points: &Points, out: &mut String) {
    let bounds = [("lower-bound", points.lower), ("upper-bound", points.upper), ("default-value", Some(points.default))];
    let bounds: Vec<(&str, String)> = bounds.into_iter().filter_map(|(name, bound)| Some((name, bound?.to_string()))).collect();
    out.push_str("\n    ");
    start("qti-mapping", &Kept::new(), &bounds, false, out);
    for entry in &points.entries {
        let mut attributes = vec![("map-key", entry.key.clone()), ("mapped-value", entry.points.to_string())];
        if answer.base == "string" {
            attributes.push(("case-sensitive", entry.case_sensitive.to_string()));
        }
        out.push_str("\n      ");
        start("qti-map-entry", &Kept::new(), &attributes, true, out);
    }
    out.push_str("\n    </qti-mapping>");
}

fn outcome(draft: &Draft, out: &mut String) {
    let mut attributes = vec![("identifier", "SCORE".to_owned()), ("cardinality", "single".to_owned()), ("base-type", "float".to_owned())];
    if draft.scoring.kind == ScoringKind::Human {
        attributes.push(("external-scored", "human".to_owned()));
        attributes.extend(draft.scoring.maximum.map(|maximum| ("normal-maximum", maximum.to_string())));
    } else {
        attributes.push(("normal-maximum", draft.scoring.maximum.unwrap_or_else(|| scoring::maximum(draft)).to_string()));
    }
    out.push_str("  ");
    start("qti-outcome-declaration", &Kept::new(), &attributes, true, out);
    out.push('\n');
}

type Attributes = Vec<(&'static str, String)>;

fn write_block<'a>(draft: &'a Draft, block: &'a Block, answers: &mut Vec<&'a Answer>, out: &mut String) {
    let mut attributes: Attributes = Vec::new();
    if let Some(answer) = block.answer() {
        attributes.push(("response-identifier", answer.identifier.clone()));
        answers.push(answer);
    }
    match block {
        Block::Text { text } => content(text, Place::Loose, &mut |response, out| inline(draft, response, answers, out), out),
        Block::Choice { prompt, shuffle, max, min, horizontal, choices, kept, .. } => {
            attributes.extend([("shuffle", shuffle.to_string()), ("max-choices", max.to_string())]);
            least("min-choices", *min, &mut attributes);
            orientation(*horizontal, &mut attributes);
            interaction("qti-choice-interaction", kept, &attributes, prompt.as_ref(), out, |out| {
                write_choices("qti-simple-choice", choices, out)
            });
        }
        Block::Order { prompt, shuffle, horizontal, choices, kept, .. } => {
            attributes.push(("shuffle", shuffle.to_string()));
            orientation(*horizontal, &mut attributes);
            interaction("qti-order-interaction", kept, &attributes, prompt.as_ref(), out, |out| {
                write_choices("qti-simple-choice", choices, out)
            });
        }
        Block::Match { prompt, shuffle, max, min, rows, columns, kept, .. } => {
            attributes.extend([("shuffle", shuffle.to_string()), ("max-associations", max.to_string())]);
            least("min-associations", *min, &mut attributes);
            interaction("qti-match-interaction", kept, &attributes, prompt.as_ref(), out, |out| {
                for set in [rows, columns] {
                    out.push_str("\n      <qti-simple-match-set>");
                    write_choices("qti-simple-associable-choice", set, out);
                    out.push_str("\n      </qti-simple-match-set>");
                }
            });
        }
        Block::GapMatch { prompt, shuffle, choices, text, kept, .. } => {
            attributes.push(("shuffle", shuffle.to_string()));
            interaction("qti-gap-match-interaction", kept, &attributes, prompt.as_ref(), out, |out| {
                write_choices("qti-gap-text", choices, out);
                out.push_str("\n      ");
                content(text, Place::Loose, &mut |_, _| {}, out);
            });
        }
        Block::Hottext { prompt, max, min, text, kept, .. } => {
            attributes.push(("max-choices", max.to_string()));
            least("min-choices", *min, &mut attributes);
            interaction("qti-hottext-interaction", kept, &attributes, prompt.as_ref(), out, |out| {
                out.push_str("\n      ");
                content(text, Place::Loose, &mut |_, _| {}, out);
            });
        }
        Block::ExtendedText { prompt, lines, min_words, max_words, kept, .. } => {
            for (name, number) in [("expected-lines", lines), ("data-min-words", min_words), ("data-max-words", max_words)] {
                attributes.extend(number.map(|number| (name, number.to_string())));
            }
            interaction("qti-extended-text-interaction", kept, &attributes, prompt.as_ref(), out, |_| {});
        }
        Block::Media { prompt, src, mime, max_plays, min_plays, transcript, kept, .. } => {
            attributes.push(("max-plays", max_plays.to_string()));
            least("min-plays", *min_plays, &mut attributes);
            if !transcript.is_empty() {
                attributes.push(("data-transcript", transcript.clone()));
            }
            let mut kept = kept.clone();
            kept.entry("autostart".into()).or_insert_with(|| "false".into());
            interaction("qti-media-interaction", &kept, &attributes, prompt.as_ref(), out, |out| {
                out.push_str("\n      <audio>");
                start("source", &Kept::new(), &[("src", src.clone()), ("type", mime.clone())], true, out);
                out.push_str("</audio>");
            });
        }
        Block::Record { prompt, max_seconds, prepare_seconds, kept, .. } => {
            attributes.extend([("data-recorder", "audio".to_owned()), ("data-max-seconds", max_seconds.to_string())]);
            least("data-prepare-seconds", *prepare_seconds, &mut attributes);
            interaction("qti-upload-interaction", kept, &attributes, prompt.as_ref(), out, |_| {});
        }
    }
}

fn least(name: &'static str, number: u64, attributes: &mut Attributes) {
    if number > 0 {
        attributes.push((name, number.to_string()));
    }
}

fn orientation(horizontal: bool, attributes: &mut Attributes) {
    if horizontal {
        attributes.push(("orientation", "horizontal".to_owned()));
    }
}

fn interaction(
    name: &str,
    kept: &Kept,
    attributes: &[(&'static str, String)],
    prompt: Option<&Rich>,
    out: &mut String,
    inside: impl FnOnce(&mut String),
) {
    start(name, kept, attributes, false, out);
    if let Some(prompt) = prompt.filter(|prompt| !prompt.is_empty()) {
        out.push_str("\n      <qti-prompt>");
        content(prompt, Place::Tight, &mut |_, _| {}, out);
        out.push_str("</qti-prompt>");
    }
    inside(out);
    out.push_str("\n    ");
    end(name, out);
}

fn write_choices(name: &str, choices: &[Choice], out: &mut String) {
    for choice in choices {
        out.push_str("\n      ");
        write_choice(name, choice, out);
    }
}

fn write_choice(name: &str, choice: &Choice, out: &mut String) {
    let mut attributes = vec![("identifier", choice.identifier.clone())];
    if choice.fixed {
        attributes.push(("fixed", "true".to_owned()));
    }
    attributes.extend(choice.max.map(|max| ("match-max", max.to_string())));
    start(name, &choice.kept, &attributes, false, out);
    content(&choice.text, Place::Tight, &mut |_, _| {}, out);
    end(name, out);
}

/// The answer in running text. One that stands twice is written once: a response is filled by one interaction.
fn inline<'a>(draft: &'a Draft, response: &str, answers: &mut Vec<&'a Answer>, out: &mut String) {
    let Some(inline) = draft.inline_answer(response) else { return };
    if answers.iter().any(|known| known.identifier == response) {
        return;
    }
    answers.push(inline.answer());
    let mut attributes: Attributes = vec![("response-identifier", response.to_owned())];
    match inline {
        Inline::Choice { shuffle, choices, kept, .. } => {
            attributes.push(("shuffle", shuffle.to_string()));
            start("qti-inline-choice-interaction", kept, &attributes, false, out);
            choices.iter().for_each(|choice| write_choice("qti-inline-choice", choice, out));
            end("qti-inline-choice-interaction", out);
        }
        Inline::TextEntry { expected_length, kept, .. } => {
            attributes.extend(expected_length.map(|length| ("expected-length", length.to_string())));
            start("qti-text-entry-interaction", kept, &attributes, true, out);
        }
    }
}
