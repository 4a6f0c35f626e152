//! Mantel-Haenszel for more than two groups (Somes 1986; Penfield 2001).

use serde::Serialize;

use super::super::numeric::linear::Matrix;
use super::super::numeric::special::chi_square_upper;
use super::Grouped;

#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct GeneralisedMantelHaenszel {
    pub stat: f64,
    pub df: usize,
    pub p: f64,
}

/// `None` where no level of the score compares the groups.
pub fn generalised_mantel_haenszel(data: &Grouped, item: usize, matching: &[bool], groups: usize) -> Option<GeneralisedMantelHaenszel> {
    let scores = data.scores(item, matching);
    let df = groups.checked_sub(1)?;
    let mut distance = vec![0.0; df];
    let mut covariance = Matrix::zeros(df);
    for score in 0..=data.items() {
        let mut sizes = vec![0.0; groups];
        let mut right = vec![0.0; groups];
        for ((person, group), own) in data.persons.iter().zip(&data.groups).zip(&scores) {
            if *own == score {
                sizes[*group] += 1.0;
                right[*group] += f64::from(person[item]);
            }
        }
        let (n, m): (f64, f64) = (sizes.iter().sum(), right.iter().sum());
        if n < 2.0 {
            continue;
        }
        let factor = m * (n - m) / (n * n * (n - 1.0));
        for i in 0..df {
            distance[i] += right[i] - sizes[i] * m / n;
            for j in 0..df {
                let same = if i == j { sizes[i] * n } else { 0.0 };
                covariance.add(i, j, factor * (same - sizes[i] * sizes[j]));
            }
        }
    }
    let solved = covariance.solve(&distance)?;
    let stat: f64 = solved.iter().zip(&distance).map(|(s, d)| s * d).sum();
    Some(GeneralisedMantelHaenszel { stat, df, p: chi_square_upper(stat, df as f64) })
}
