//! Setting a standard with a panel: Angoff and bookmark.
//!
//! | method | a panellist's cut | source |
//! | --- | --- | --- |
//! | Angoff, modified | Σ of the chances that a borderline candidate answers each item right | Angoff 1971; Hambleton & Pitoniak 2006 |
//! | yes/no | number of items that a borderline candidate answers right | Impara & Plake 1997 |
//! | bookmark | ability at which the last item before the bookmark is right with the response probability | Mitzel, Lewis, Patz & Green 2001 |
//!
//! The panel's cut is the mean over panellists and its standard error s / √n, the panellists taken as a sample of all who might have sat there.

use serde::Serialize;

use crate::measure::Item;

/// The cut of a panel.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct PanelCut {
    pub mean: f64,
    pub median: f64,
    /// `None` with one panellist.
    pub sd: Option<f64>,
    pub se: Option<f64>,
    pub lowest: f64,
    pub highest: f64,
    pub panellists: usize,
}

/// Mean, spread and error of the panellists' cuts. `None` without any.
pub fn panel_cut(cuts: &[f64]) -> Option<PanelCut> {
    let n = cuts.len();
    if n == 0 {
        return None;
    }
    let mut sorted = cuts.to_vec();
    sorted.sort_by(f64::total_cmp);
    let mean = cuts.iter().sum::<f64>() / n as f64;
    let sd = (n > 1).then(|| (cuts.iter().map(|cut| (cut - mean).powi(2)).sum::<f64>() / (n as f64 - 1.0)).sqrt());
    Some(PanelCut {
        mean,
        median: (sorted[(n - 1) / 2] + sorted[n / 2]) / 2.0,
        sd,
        se: sd.map(|sd| sd / (n as f64).sqrt()),
        lowest: sorted[0],
        highest: sorted[n - 1],
        panellists: n,
    })
}

/// A panellist's Angoff cut in points: the sum of chances, each times what the item is worth. `None` while one is missing.
pub fn angoff(chances: &[Option<f64>], worth: &[f64]) -> Option<f64> {
    chances.iter().zip(worth).map(|(chance, worth)| chance.map(|chance| chance * worth)).sum()
}

/// The ability at which a right-or-wrong item is right with probability `rp`: b + ln((rp − c) / (1 − rp)) / a. For other items, where
/// the expected score is `rp` of the highest. `None` when guessing alone reaches `rp`.
pub fn location(item: &Item, rp: f64) -> Option<f64> {
    match item {
        Item::Logistic { a, b, c } => (rp > *c && rp < 1.0).then(|| b + ((rp - c) / (1.0 - rp)).ln() / a),
        _ => {
            let wanted = rp * (item.categories() - 1) as f64;
            let (mut low, mut high) = (-20.0, 20.0);
            for _ in 0..80 {
                let middle = (low + high) / 2.0;
                if item.expected_score(middle) < wanted { low = middle } else { high = middle }
            }
            Some((low + high) / 2.0)
        }
    }
}

/// The ordered booklet: places of the items from the easiest to the hardest, with their locations. Items without one are left out.
pub fn booklet(items: &[Item], rp: f64) -> Vec<(usize, f64)> {
    let mut pages: Vec<(usize, f64)> = items.iter().enumerate().filter_map(|(place, item)| Some((place, location(item, rp)?))).collect();
    pages.sort_by(|left, right| left.1.total_cmp(&right.1).then(left.0.cmp(&right.0)));
    pages
}

/// The ability of a bookmark on `page`, counted from 1: the location of the page before it; on the first page, of that page itself. A bookmark
/// behind the last page is the number of pages and one. `None` outside the booklet.
pub fn bookmark(pages: &[(usize, f64)], page: usize) -> Option<f64> {
    if page == 0 || page > pages.len() + 1 {
        return None;
    }
    pages.get(page.saturating_sub(2)).map(|(_, location)| *location)
}

/// The expected sum score at an ability, and how fast it rises there: what turns a cut in logits and its error into points.
pub fn expected_score(items: &[Item], theta: f64) -> (f64, f64) {
    let score = |theta: f64| -> f64 { items.iter().map(|item| item.expected_score(theta)).sum() };
    let h = 1e-5;
    (score(theta), (score(theta + h) - score(theta - h)) / (2.0 * h))
}

/// The lowest whole score that is at least the cut. A cut that is whole up to rounding is itself.
pub fn whole_score(cut: f64) -> usize {
    (cut - 1e-9).ceil().max(0.0) as usize
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_panel_of_three_has_a_mean_and_its_error() {
        let cut = panel_cut(&[10.0, 12.0, 14.0]).unwrap();
        assert_eq!((cut.mean, cut.median, cut.sd, cut.lowest, cut.highest), (12.0, 12.0, Some(2.0), 10.0, 14.0));
        assert!((cut.se.unwrap() - 2.0 / 3.0_f64.sqrt()).abs() < 1e-12);
        assert_eq!(panel_cut(&[7.0]).unwrap().se, None);
        assert_eq!(panel_cut(&[]), None);
    }

    #[test]
    fn an_angoff_cut_needs_every_item() {
        assert_eq!(angoff(&[Some(0.5), Some(1.0), Some(0.25)], &[1.0, 1.0, 2.0]), Some(2.0));
        assert_eq!(angoff(&[Some(0.5), None], &[1.0, 1.0]), None);
    }

    #[test]
    fn a_bookmark_is_the_location_of_the_page_before_it() {
        let items = [Item::rasch(1.0), Item::rasch(-1.0), Item::rasch(0.0)];
        let pages = booklet(&items, 0.5);
        assert_eq!(pages.iter().map(|page| page.0).collect::<Vec<_>>(), [1, 2, 0]);
        assert_eq!([1, 2, 3, 4].map(|page| bookmark(&pages, page)), [Some(-1.0), Some(-1.0), Some(0.0), Some(1.0)]);
        assert_eq!((bookmark(&pages, 0), bookmark(&pages, 5)), (None, None));
    }

    #[test]
    fn an_item_that_guessing_solves_has_no_location() {
        assert_eq!(location(&Item::Logistic { a: 1.0, b: 0.0, c: 0.7 }, 0.67), None);
        assert_eq!(whole_score(12.0 + 1e-12), 12);
        assert_eq!(whole_score(12.01), 13);
    }

    proptest! {
        #[test]
        fn at_its_location_an_item_is_right_with_the_response_probability(a in 0.3..3.0_f64, b in -3.0..3.0_f64, c in 0.0..0.4_f64, rp in 0.5..0.9_f64) {
            let item = Item::Logistic { a, b, c };
            prop_assert!((item.probability(location(&item, rp).unwrap(), 1) - rp).abs() < 1e-12);
            let steps = Item::Credit { a, steps: vec![b, b + 0.5] };
            prop_assert!((steps.expected_score(location(&steps, rp).unwrap()) - 2.0 * rp).abs() < 1e-9);
        }
    }
}
