//! The standard response processing templates, written in QTI and read by the same reader as items are.

use std::sync::OnceLock;

use super::model::{Expression, Rule, RuleKind};
use super::rules_reader::rules;
use super::xml::{Position, parse};

const MATCH_CORRECT: &str = r#"<response-processing><response-condition>
  <response-if><match><variable identifier="RESPONSE"/><correct identifier="RESPONSE"/></match>
    <set-outcome-value identifier="SCORE"><base-value base-type="float">1</base-value></set-outcome-value></response-if>
  <response-else><set-outcome-value identifier="SCORE"><base-value base-type="float">0</base-value></set-outcome-value></response-else>
</response-condition></response-processing>"#;

const MAP_RESPONSE: &str = r#"<response-processing><response-condition>
  <response-if><is-null><variable identifier="RESPONSE"/></is-null>
    <set-outcome-value identifier="SCORE"><base-value base-type="float">0</base-value></set-outcome-value></response-if>
  <response-else><set-outcome-value identifier="SCORE"><map-response identifier="RESPONSE"/></set-outcome-value></response-else>
</response-condition></response-processing>"#;

const MAP_RESPONSE_POINT: &str = r#"<response-processing><response-condition>
  <response-if><is-null><variable identifier="RESPONSE"/></is-null>
    <set-outcome-value identifier="SCORE"><base-value base-type="float">0</base-value></set-outcome-value></response-if>
  <response-else><set-outcome-value identifier="SCORE"><map-response-point identifier="RESPONSE"/></set-outcome-value></response-else>
</response-condition></response-processing>"#;

/// The Common Cartridge template: the whole of MAXSCORE or nothing, with basic feedback.
const CC2_MATCH: &str = r#"<response-processing><response-condition>
  <response-if><match><variable identifier="RESPONSE"/><correct identifier="RESPONSE"/></match>
    <set-outcome-value identifier="SCORE"><variable identifier="MAXSCORE"/></set-outcome-value>
    <set-outcome-value identifier="FEEDBACKBASIC"><base-value base-type="identifier">correct</base-value></set-outcome-value></response-if>
  <response-else>
    <set-outcome-value identifier="FEEDBACKBASIC"><base-value base-type="identifier">incorrect</base-value></set-outcome-value></response-else>
</response-condition></response-processing>"#;

const CC2_MAP: &str = r#"<response-processing><response-condition>
  <response-if><is-null><variable identifier="RESPONSE"/></is-null>
    <set-outcome-value identifier="SCORE"><base-value base-type="float">0</base-value></set-outcome-value></response-if>
  <response-else><set-outcome-value identifier="SCORE"><map-response identifier="RESPONSE"/></set-outcome-value></response-else>
  </response-condition><response-condition>
  <response-if><gte><variable identifier="SCORE"/><variable identifier="MAXSCORE"/></gte>
    <set-outcome-value identifier="FEEDBACKBASIC"><base-value base-type="identifier">correct</base-value></set-outcome-value></response-if>
  <response-else>
    <set-outcome-value identifier="FEEDBACKBASIC"><base-value base-type="identifier">incorrect</base-value></set-outcome-value></response-else>
</response-condition></response-processing>"#;

/// The rules of a standard template, by its address: 2.x and 3.0 differ in host and folder, never in the last name.
///
/// Every step of them stands where the item names the template.
pub(crate) fn rules_of(address: &str, at: Position) -> Option<Vec<Rule>> {
    static READ: OnceLock<[Vec<Rule>; 5]> = OnceLock::new();
    let read = READ.get_or_init(|| [MATCH_CORRECT, MAP_RESPONSE, MAP_RESPONSE_POINT, CC2_MATCH, CC2_MAP].map(read));
    let name = address.trim().rsplit(['/', ':']).next()?;
    let index = match name.strip_suffix(".xml").unwrap_or(name) {
        "match_correct" => 0,
        "map_response" => 1,
        "map_response_point" => 2,
        "CC2_match" | "CC2_match_basic" | "CC2_match_correct" => 3,
        "CC2_map_response" => 4,
        _ => return None,
    };
    let mut found = read[index].clone();
    place(&mut found, at);
    Some(found)
}

fn place(rules: &mut [Rule], at: Position) {
    for rule in rules {
        rule.at = at;
        match &mut rule.kind {
            RuleKind::Condition(branches) => {
                for (condition, then) in branches {
                    condition.iter_mut().for_each(|condition| place_expression(condition, at));
                    place(then, at);
                }
            }
            RuleKind::Set(_, value)
            | RuleKind::SetDefault(_, value)
            | RuleKind::SetCorrect(_, value)
            | RuleKind::Lookup(_, value)
            | RuleKind::Constraint(value) => place_expression(value, at),
            RuleKind::Fragment(inner) => place(inner, at),
            RuleKind::Exit => {}
        }
    }
}

fn place_expression(expression: &mut Expression, at: Position) {
    expression.at = at;
    for arg in &mut expression.args {
        place_expression(arg, at);
    }
}

fn read(text: &str) -> Vec<Rule> {
    parse(text.as_bytes()).map(|root| rules(&root, &mut Vec::new())).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_standard_template_is_found_by_the_addresses_of_both_versions() {
        for name in ["match_correct", "map_response", "map_response_point", "CC2_match", "CC2_map_response"] {
            for address in [
                format!("http://www.imsglobal.org/question/qti_v2p1/rptemplates/{name}"),
                format!("http://www.imsglobal.org/question/qti_v2p2/rptemplates/{name}.xml"),
                format!("https://purl.imsglobal.org/spec/qti/v3p0/rptemplates/{name}.xml"),
            ] {
                assert!(!rules_of(&address, Position::default()).unwrap().is_empty(), "{address}");
            }
        }
        assert!(rules_of("https://example.org/own.xml", Position::default()).is_none());
    }
}
