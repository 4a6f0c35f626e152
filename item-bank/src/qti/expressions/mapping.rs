//! Mappings, areas and lookup tables.

use super::text;
use crate::qti::model::{Area, AreaMapping, Mapping, Table, TableRows};
use crate::qti::value::{Single, Value};

/// "map-response": a single value's target; for a container the sum over its *distinct* members, each counted once.
///
/// The default stands for every distinct member without an entry, and the bounds hold for the sum as a whole, the default included
/// (QTI 3.0, class Mapping: lower-bound, upper-bound, default-value). Of several entries that fit, the first counts.
pub(crate) fn map_response(mapping: Option<&Mapping>, value: &Value) -> Value {
    let Some(mapping) = mapping else { return Value::Null };
    let mut sum = 0.0;
    let mut counted: Vec<&Single> = Vec::new();
    for member in value.members() {
        if counted.iter().any(|earlier| earlier.same(member)) {
            continue;
        }
        counted.push(member);
        sum += mapping
            .entries
            .iter()
            .find(|entry| fits(&entry.key, member, entry.case_sensitive))
            .map_or(mapping.default, |entry| entry.target);
    }
    Value::float(bounded(sum, mapping.lower, mapping.upper))
}

fn fits(key: &Value, value: &Single, case_sensitive: bool) -> bool {
    match (key.single(), value) {
        (Some(Single::String(key)), Single::String(value)) => text::same(key, value, case_sensitive),
        (Some(key), value) => key.same(value),
        (None, _) => false,
    }
}

/// "map-response-point": every area that holds a point counts once, however many points lie in it; of overlapping areas the first takes the point;
/// every distinct point outside them all counts as the default.
pub(crate) fn map_response_point(mapping: Option<&AreaMapping>, value: &Value) -> Value {
    let Some(mapping) = mapping else { return Value::Null };
    let mut sum = 0.0;
    let mut hit = vec![false; mapping.entries.len()];
    let mut outside: Vec<&Single> = Vec::new();
    for point in value.members() {
        let Single::Point(x, y) = point else { continue };
        match mapping.entries.iter().position(|(area, _)| inside(area, *x, *y)) {
            Some(place) if !hit[place] => {
                hit[place] = true;
                sum += mapping.entries[place].1;
            }
            Some(_) => {}
            None if outside.iter().any(|earlier| earlier.same(point)) => {}
            None => {
                outside.push(point);
                sum += mapping.default;
            }
        }
    }
    Value::float(bounded(sum, mapping.lower, mapping.upper))
}

fn bounded(sum: f64, lower: Option<f64>, upper: Option<f64>) -> f64 {
    let sum = lower.map_or(sum, |lower| sum.max(lower));
    upper.map_or(sum, |upper| sum.min(upper))
}

/// Whether a point lies in an area; its edge belongs to it.
pub(crate) fn inside(area: &Area, x: f64, y: f64) -> bool {
    match area {
        Area::Default => true,
        Area::Rectangle([left, top, right, bottom]) => {
            x >= left.min(*right) && x <= left.max(*right) && y >= top.min(*bottom) && y <= top.max(*bottom)
        }
        Area::Circle([cx, cy, radius]) => (x - cx).powi(2) + (y - cy).powi(2) <= radius.powi(2),
        Area::Ellipse([cx, cy, horizontal, vertical]) => {
            *horizontal > 0.0 && *vertical > 0.0 && ((x - cx) / horizontal).powi(2) + ((y - cy) / vertical).powi(2) <= 1.0
        }
        Area::Polygon(corners) => in_polygon(corners, x, y),
    }
}

fn in_polygon(corners: &[(f64, f64)], x: f64, y: f64) -> bool {
    let mut within = false;
    let mut previous = corners.len().wrapping_sub(1);
    for (index, (x1, y1)) in corners.iter().enumerate() {
        let Some((x0, y0)) = corners.get(previous) else { return false };
        let cross = (x - x0) * (y1 - y0) - (y - y0) * (x1 - x0);
        if cross == 0.0 && x >= x0.min(*x1) && x <= x0.max(*x1) && y >= y0.min(*y1) && y <= y0.max(*y1) {
            return true;
        }
        if (*y1 > y) != (*y0 > y) && x < (x0 - x1) * (y - y1) / (y0 - y1) + x1 {
            within = !within;
        }
        previous = index;
    }
    within
}

/// "lookup-outcome-value": the target of the first row that fits, else the table's default.
pub(crate) fn look_up(table: &Table, value: &Value) -> Value {
    let found = match (&table.rows, value.number()) {
        (TableRows::Match(rows), Some(_)) => {
            value.as_integer().and_then(|source| rows.iter().find(|(key, _)| *key == source)).map(|(_, target)| target)
        }
        // "The first entry whose source value is less than the given one, or equal to it where the boundary is included."
        (TableRows::Interpolation(rows), Some(source)) => {
            rows.iter().find(|(bound, include, _)| *bound < source || (*include && *bound == source)).map(|(_, _, target)| target)
        }
        (_, None) => None,
    };
    found.cloned().unwrap_or_else(|| table.default.clone())
}
