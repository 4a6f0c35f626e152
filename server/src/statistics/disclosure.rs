//! Keeping small cells back in tables that leave the agency, so that nobody in them can be recognised.
//!
//! A count below the smallest that may be shown is hidden. That alone hides nothing where its row and column have a total, so that other cells are
//! hidden with it. Rows and columns are the nodes of a graph and cells its edges; totals are cells of a row and a column of their own. The equations
//! "cells add up to their total" allow a hidden cell another value exactly when it lies on a cycle of hidden cells whose values can go up and down
//! in turn (Gusfield 1988, A graph theoretic approach to statistical data security). Cells of one or more can go both ways; a cell of zero only up.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BinaryHeap};

use super::rules::{Cell, Grid};

/// What the yearly report hides: counts of one to four.
pub const LEAST: i64 = 5;

/// A cell in the graph of sums.
#[derive(Clone, Copy)]
struct Edge {
    row: usize,
    column: usize,
    n: i64,
    hidden: bool,
    /// Totals stand on the other side of their equations.
    sign: i64,
    place: (usize, usize),
}

/// Hides the counts from 1 up to `least`, whatever would tell them, and the shares that are made of them.
pub fn protect(grid: &mut Grid, least: i64) {
    let mut edges = edges(grid);
    for at in 0..edges.len() {
        if edges.get(at).is_some_and(|edge| (1..least).contains(&edge.n)) {
            hide(&mut edges, at);
        }
    }
    let mut touched = vec![false; grid.rows.len()];
    for edge in edges.iter().filter(|edge| edge.hidden) {
        if let Some(row) = touched.get_mut(edge.place.0) {
            *row = true;
        }
        if let Some(cell) = grid.rows.get_mut(edge.place.0).and_then(|row| row.get_mut(edge.place.1)) {
            *cell = Cell::Hidden;
        }
    }
    for (row, _) in grid.rows.iter_mut().zip(touched).filter(|(_, touched)| *touched) {
        for cell in row.iter_mut().filter(|cell| matches!(cell, Cell::PerMille(_))) {
            *cell = Cell::Hidden;
        }
    }
}

/// Rows and columns are numbered; 0 is the total's. Where a table has no total, nothing binds that side, and all its nodes are one.
fn edges(grid: &Grid) -> Vec<Edge> {
    let total_column = grid.columns.iter().position(|name| name == "total");
    let is_total = |row: &[Cell]| matches!(row.first(), Some(Cell::Text(text)) if text == "totaal");
    let has_total_row = grid.rows.iter().any(|row| is_total(row));
    let mut edges = Vec::new();
    for (line, row) in grid.rows.iter().enumerate() {
        for (at, cell) in row.iter().enumerate() {
            let Cell::Count(n) = cell else { continue };
            let (in_total_row, in_total_column) = (is_total(row), Some(at) == total_column);
            edges.push(Edge {
                row: if in_total_row || total_column.is_none() { 0 } else { line + 1 },
                column: if in_total_column || !has_total_row { 0 } else { at + 1 },
                n: *n,
                hidden: false,
                sign: if in_total_row == in_total_column { 1 } else { -1 },
                place: (line, at),
            });
        }
    }
    edges
}

/// Hides a cell, and the cheapest others with which it can take another value.
fn hide(edges: &mut [Edge], at: usize) {
    let Some(edge) = edges.get_mut(at) else { return };
    edge.hidden = true;
    // Best is a cycle along which values can go both ways; else one on which they can go at least one way.
    let found = cycle(edges, at, None).or_else(|| cycle(edges, at, Some(1))).or_else(|| cycle(edges, at, Some(-1)));
    for at in found.unwrap_or_default() {
        if let Some(edge) = edges.get_mut(at) {
            edge.hidden = true;
        }
    }
}

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Node {
    Row(usize),
    Column(usize),
}

/// The cells of the cheapest way back from the cell's column to its row. With a direction, the cell itself goes that way by one, and cells of zero
/// may lie on the way where they go up.
fn cycle(edges: &[Edge], from: usize, direction: Option<i64>) -> Option<Vec<usize>> {
    let start = edges.get(from)?;
    let mut ends: BTreeMap<Node, Vec<usize>> = BTreeMap::new();
    for (at, edge) in edges.iter().enumerate().filter(|(at, _)| *at != from) {
        ends.entry(Node::Row(edge.row)).or_default().push(at);
        ends.entry(Node::Column(edge.column)).or_default().push(at);
    }
    let target = Node::Column(start.column);
    let mut best: BTreeMap<Node, (i64, Option<usize>)> = BTreeMap::from([(Node::Row(start.row), (0, None))]);
    let mut waiting = BinaryHeap::from([Reverse((0, Node::Row(start.row)))]);
    while let Some(Reverse((cost, node))) = waiting.pop() {
        if node == target {
            break;
        }
        if best.get(&node).is_some_and(|(known, _)| *known < cost) {
            continue;
        }
        for at in ends.get(&node).into_iter().flatten() {
            let Some(edge) = edges.get(*at) else { continue };
            let (next, turn) = match node {
                Node::Row(_) => (Node::Column(edge.column), -1),
                Node::Column(_) => (Node::Row(edge.row), 1),
            };
            let goes_up = direction.is_some_and(|way| way * start.sign * turn * edge.sign > 0);
            if edge.n < 1 && !goes_up {
                continue;
            }
            let price = cost + if edge.hidden { 0 } else { edge.n.max(1) };
            if best.get(&next).is_none_or(|(known, _)| price < *known) {
                best.insert(next, (price, Some(*at)));
                waiting.push(Reverse((price, next)));
            }
        }
    }
    let (mut node, mut way) = (target, Vec::new());
    while let Some((_, Some(at))) = best.get(&node) {
        way.push(*at);
        let edge = edges.get(*at)?;
        node = match node {
            Node::Row(_) => Node::Column(edge.column),
            Node::Column(_) => Node::Row(edge.row),
        };
    }
    (!way.is_empty()).then_some(way)
}

#[cfg(test)]
mod tests {
    use microlp::{ComparisonOp, OptimizationDirection, Problem, SolveOutcome, Variable};
    use proptest::prelude::*;

    use super::*;

    fn grid(counts: &[Vec<i64>], total_row: bool) -> Grid {
        let width = counts.first().map_or(0, Vec::len);
        let mut columns = vec!["purpose".to_owned()];
        columns.extend((0..width).map(|n| n.to_string()));
        columns.push("total".into());
        let line = |name: &str, counts: &[i64]| {
            let total = counts.iter().sum();
            std::iter::once(Cell::Text(name.into())).chain(counts.iter().copied().chain([total]).map(Cell::Count)).collect::<Vec<_>>()
        };
        let mut rows: Vec<Vec<Cell>> = counts.iter().map(|row| line("row", row)).collect();
        if total_row {
            let sums: Vec<i64> = (0..width).map(|at| counts.iter().map(|row| row[at]).sum()).collect();
            rows.push(line("totaal", &sums));
        }
        Grid { columns, rows }
    }

    /// The least and the most that a reader of the table can make of each hidden cell, by linear programming.
    fn audit(before: &Grid, after: &Grid, total_row: bool) -> Vec<(i64, f64, f64)> {
        let width = before.columns.len() - 1;
        let places: Vec<(usize, usize)> = (0..after.rows.len())
            .flat_map(|line| (1..=width).map(move |at| (line, at)))
            .filter(|(line, at)| after.rows[*line][*at] == Cell::Hidden)
            .collect();
        let solve = |of: (usize, usize), direction: OptimizationDirection| {
            let mut problem = Problem::new(direction);
            let variables: BTreeMap<(usize, usize), Variable> =
                places.iter().map(|place| (*place, problem.add_var(if *place == of { 1.0 } else { 0.0 }, (0.0, 1_000_000.0)))).collect();
            let mut sum = |parts: Vec<(usize, usize)>, total: (usize, usize)| {
                let (mut known, mut unknown) = (0.0, Vec::new());
                for (place, sign) in parts.into_iter().map(|place| (place, 1.0)).chain([(total, -1.0)]) {
                    match (variables.get(&place), &before.rows[place.0][place.1]) {
                        (Some(variable), _) => unknown.push((*variable, sign)),
                        (None, Cell::Count(n)) => known += sign * *n as f64,
                        _ => unreachable!("only counts"),
                    }
                }
                if !unknown.is_empty() {
                    problem.add_constraint(unknown.as_slice(), ComparisonOp::Eq, -known);
                }
            };
            for line in 0..before.rows.len() {
                sum((1..width).map(|at| (line, at)).collect(), (line, width));
            }
            if total_row {
                for at in 1..=width {
                    sum((0..before.rows.len() - 1).map(|line| (line, at)).collect(), (before.rows.len() - 1, at));
                }
            }
            match problem.solve() {
                Ok(SolveOutcome::Solution(solution)) => solution.var_value(variables[&of]),
                other => unreachable!("the real values solve it: {other:?}"),
            }
        };
        places
            .iter()
            .map(|place| {
                let Cell::Count(n) = before.rows[place.0][place.1] else { unreachable!("only counts are hidden") };
                (n, solve(*place, OptimizationDirection::Minimize), solve(*place, OptimizationDirection::Maximize))
            })
            .collect()
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(200))]
        #[test]
        fn no_small_cell_can_be_computed_from_what_is_shown(
            counts in (2usize..7, 2usize..7).prop_flat_map(|(rows, columns)| {
                let cell = prop_oneof![3 => Just(0i64), 3 => 1i64..5, 3 => 5i64..400];
                proptest::collection::vec(proptest::collection::vec(cell, columns), rows)
            }),
            total_row in any::<bool>(),
        ) {
            let before = grid(&counts, total_row);
            let mut after = before.clone();
            protect(&mut after, LEAST);
            for (line, row) in before.rows.iter().enumerate() {
                for (at, cell) in row.iter().enumerate() {
                    if matches!(cell, Cell::Count(1..5)) {
                        prop_assert_eq!(&after.rows[line][at], &Cell::Hidden, "small cells are hidden");
                    }
                }
            }
            for (n, low, high) in audit(&before, &after, total_row) {
                if (1..LEAST).contains(&n) {
                    prop_assert!(high - low > 0.99, "{} lies between {} and {}: {:?}", n, low, high, after.rows);
                }
            }
        }
    }

    #[test]
    fn a_table_without_small_cells_stays_as_it_is() {
        let before = grid(&[vec![10, 0, 25], vec![0, 7, 90]], true);
        let mut after = before.clone();
        protect(&mut after, LEAST);
        assert_eq!(after, before);
    }

    #[test]
    fn one_small_cell_takes_three_others_with_it_of_which_none_is_larger_than_needed() {
        let before = grid(&[vec![3, 40, 900], vec![50, 60, 800], vec![700, 750, 990]], true);
        let mut after = before.clone();
        protect(&mut after, LEAST);
        let hidden: Vec<(usize, usize)> =
            (0..4).flat_map(|line| (1..5).map(move |at| (line, at))).filter(|(line, at)| after.rows[*line][*at] == Cell::Hidden).collect();
        assert_eq!(hidden, [(0, 1), (0, 2), (1, 1), (1, 2)]);
    }
}
