//! Scores by mapping, and areas.

use super::super::item::{Area, MapEntry, Shape, area};
use super::super::processing::Context;
use super::super::value::{Scalar, Value};
use super::super::xml::Element;
use super::boolean;

/// `map-response`: the mapped value of each *different* value of the response, added up and bounded (QTI 3.0, `qti-map-response`:
/// a value that stands in a container more than once counts once; what is not mapped has the default).
pub fn map_response(context: &Context<'_>, identifier: &str) -> Result<f64, String> {
    let declaration = context.item.responses.get(identifier).ok_or_else(|| format!("{identifier:?} is not declared"))?;
    let mapping = declaration.mapping.as_ref().ok_or_else(|| format!("{identifier:?} has no mapping"))?;
    let response = context.responses.get(identifier).cloned().unwrap_or_default();
    let mut counted: Vec<&Scalar> = Vec::new();
    let mut sum = 0.0;
    for value in response.scalars() {
        if counted.iter().any(|other| other.same(value)) {
            continue;
        }
        counted.push(value);
        sum += mapping.entries.iter().find(|entry| entry_fits(entry, value)).map_or(mapping.default, |entry| entry.value);
    }
    // A single value of NULL maps to the default; an empty container has nothing to add up.
    if counted.is_empty() && declaration.cardinality == super::super::value::Cardinality::Single {
        sum = mapping.default;
    }
    Ok(bounded(sum, mapping.lower_bound, mapping.upper_bound))
}

fn entry_fits(entry: &MapEntry, value: &Scalar) -> bool {
    match (&entry.key, value) {
        (Scalar::String(key), Scalar::String(text)) if !entry.case_sensitive => super::patterns::same_folded(key, text),
        (key, value) => key.same(value),
    }
}

/// `map-response-point`: each area that holds at least one point counts once; each point that is in no area has the default.
pub fn map_response_point(context: &Context<'_>, identifier: &str) -> Result<f64, String> {
    let declaration = context.item.responses.get(identifier).ok_or_else(|| format!("{identifier:?} is not declared"))?;
    let mapping = declaration.area_mapping.as_ref().ok_or_else(|| format!("{identifier:?} has no area mapping"))?;
    let response = context.responses.get(identifier).cloned().unwrap_or_default();
    let mut hit = vec![false; mapping.entries.len()];
    let mut sum = 0.0;
    for value in response.scalars() {
        let Scalar::Point(x, y) = value else { return Err("its values are not points".into()) };
        match mapping.entries.iter().position(|(area, _)| holds(area, *x, *y)) {
            None => sum += mapping.default,
            Some(index) => {
                if let (Some(hit), Some((_, score))) = (hit.get_mut(index), mapping.entries.get(index))
                    && !std::mem::replace(hit, true)
                {
                    sum += score;
                }
            }
        }
    }
    Ok(bounded(sum, mapping.lower_bound, mapping.upper_bound))
}

/// `inside`: whether a point, or any point of a container, is in the area.
pub fn inside(expression: &Element, arguments: &[Value]) -> Result<Value, String> {
    let area = area(expression).map_err(|problem| problem.reason)?;
    let value = arguments.first().unwrap_or(&Value::Null);
    if value.is_null() {
        return Ok(Value::Null);
    }
    let mut any = false;
    for point in value.scalars() {
        let Scalar::Point(x, y) = point else { return Err("it takes points".into()) };
        any |= holds(&area, *x, *y);
    }
    Ok(boolean(Some(any)))
}

/// Whether an area holds a point; its edge belongs to it.
fn holds(area: &Area, x: f64, y: f64) -> bool {
    match (area.shape, area.coords.as_slice()) {
        (Shape::Default, _) => true,
        (Shape::Rect, [left, top, right, bottom]) => (*left..=*right).contains(&x) && (*top..=*bottom).contains(&y),
        (Shape::Circle, [cx, cy, radius]) => (x - cx).powi(2) + (y - cy).powi(2) <= radius.powi(2),
        (Shape::Ellipse, [cx, cy, h, v]) if *h != 0.0 && *v != 0.0 => ((x - cx) / h).powi(2) + ((y - cy) / v).powi(2) <= 1.0,
        (Shape::Poly, coords) => in_polygon(coords, x, y),
        _ => false,
    }
}

/// Even-odd rule; a point on an edge is inside.
fn in_polygon(coords: &[f64], x: f64, y: f64) -> bool {
    let points: Vec<(f64, f64)> = coords.chunks_exact(2).filter_map(|pair| Some((*pair.first()?, *pair.get(1)?))).collect();
    let mut inside = false;
    for (n, (x1, y1)) in points.iter().enumerate() {
        let Some((x2, y2)) = points.get((n + 1) % points.len()) else { continue };
        let cross = (x - x1) * (y2 - y1) - (y - y1) * (x2 - x1);
        if cross == 0.0 && x >= x1.min(*x2) && x <= x1.max(*x2) && y >= y1.min(*y2) && y <= y1.max(*y2) {
            return true;
        }
        if (*y1 > y) != (*y2 > y) && x < (x2 - x1) * (y - y1) / (y2 - y1) + x1 {
            inside = !inside;
        }
    }
    inside
}

fn bounded(sum: f64, lower: Option<f64>, upper: Option<f64>) -> f64 {
    let sum = lower.map_or(sum, |lower| sum.max(lower));
    upper.map_or(sum, |upper| sum.min(upper))
}
