//! Template processing: a clone of an item from its seed.

use std::collections::BTreeMap;

use super::model::Item;
use super::processing::{self, End};
use super::random::{Dice, Stream};
use super::scope::Scope;
use super::value::Value;
use super::xml::Position;

/// How often a clone is drawn again when a constraint does not hold, before the last draw is kept.
///
/// QTI 3.0, "template-constraint": "a minimum of 100 times".
const MAX_DRAWS: usize = 100;

/// Gives the template variables their values, drawing again while a constraint does not hold.
pub(crate) fn run(item: &Item, seed: u64, given: Option<&BTreeMap<String, Value>>, scope: &mut Scope<'_>) {
    let marking = std::mem::replace(&mut scope.dice, Dice::new(seed, Stream::Templates));
    let recorded = scope.trace.len();
    for draw in 0..=MAX_DRAWS {
        scope.trace.truncate(recorded);
        scope.defaults.clear();
        scope.corrects.clear();
        for declaration in &item.templates {
            let given = given.and_then(|given| given.get(&declaration.identifier));
            let fitted = given.and_then(|value| value.fit(declaration.cardinality, declaration.base));
            scope.values.insert(declaration.identifier.clone(), fitted.unwrap_or_else(|| declaration.default.clone()));
        }
        if draw == MAX_DRAWS {
            // "If the constraint cannot be met, the default values of the template variables are used."
            scope.note(Position::default(), "no draw met the template constraint: the template variables keep their defaults");
            break;
        }
        if processing::run(&item.template_processing, scope) != End::Again {
            break;
        }
    }
    scope.dice = marking;
}
