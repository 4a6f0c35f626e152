//! A table of years as a chart, in SVG and as a picture. The words in it say what the eye sees.

use std::fmt::Write;
use std::sync::{Arc, LazyLock};

use resvg::{tiny_skia, usvg};

use super::report::Report;
use super::rules::Cell;

const WIDTH: f64 = 960.0;
const HEIGHT: f64 = 500.0;
const TOP: f64 = 70.0;
const BOTTOM: f64 = 430.0;
const LEFT: f64 = 80.0;
const RIGHT: f64 = 940.0;
const MOST_SERIES: usize = 5;
/// Colours that people who see them otherwise tell apart (Okabe and Ito 2008), each with a dash of its own.
const SERIES: [(&str, &str); MOST_SERIES] =
    [("#16426e", "none"), ("#b34d00", "10 5"), ("#007a5e", "3 4"), ("#a3477f", "14 4 3 4"), ("#6b6100", "6 3")];

struct Series {
    name: String,
    values: Vec<Option<i64>>,
}

/// The largest rows by year; nothing where the table has no column a year.
pub fn svg(report: &Report) -> Option<String> {
    let years: Vec<(usize, &String)> = report
        .grid
        .columns
        .iter()
        .enumerate()
        .filter(|(_, name)| name.len() == 4 && name.bytes().all(|byte| byte.is_ascii_digit()))
        .collect();
    if years.is_empty() {
        return None;
    }
    let size = |series: &Series| series.values.iter().flatten().sum::<i64>();
    let mut series: Vec<Series> = report
        .grid
        .rows
        .iter()
        .filter_map(|row| match row.first() {
            Some(Cell::Text(name)) if name != "totaal" => Some(Series {
                name: name.clone(),
                values: years.iter().map(|(at, _)| if let Some(Cell::Count(n)) = row.get(*at) { Some(*n) } else { None }).collect(),
            }),
            _ => None,
        })
        .filter(|series| size(series) > 0)
        .collect();
    series.sort_by_key(|series| std::cmp::Reverse(size(series)));
    series.truncate(MOST_SERIES);
    let years: Vec<&str> = years.into_iter().map(|(_, year)| year.as_str()).collect();
    draw(&report.title.nl, &years, &series).ok()
}

fn draw(title: &str, years: &[&str], series: &[Series]) -> Result<String, std::fmt::Error> {
    let most = series.iter().flat_map(|one| one.values.iter().flatten()).copied().max().unwrap_or(0);
    let step = tick(most);
    let top = ((most + step - 1) / step).max(1) * step;
    let y = |n: i64| BOTTOM - (BOTTOM - TOP) * n as f64 / top as f64;
    let band = (RIGHT - LEFT) / years.len() as f64;
    let x = |at: usize| LEFT + band * (at as f64 + 0.5);
    let described: Vec<String> = series
        .iter()
        .map(|one| {
            let values = years.iter().zip(&one.values).map(|(year, n)| format!("{year} {}", n.map_or("*".to_owned(), dutch)));
            format!("{}: {}", one.name, values.collect::<Vec<_>>().join(", "))
        })
        .collect();
    let mut out = String::new();
    write!(
        out,
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {HEIGHT}\" width=\"{WIDTH}\" height=\"{HEIGHT}\" role=\"img\" \
         aria-labelledby=\"title desc\" font-family=\"Noto Sans, sans-serif\" font-size=\"14\"><title id=\"title\">{0}</title><desc id=\"desc\">{1}</desc>\
         <rect width=\"{WIDTH}\" height=\"{HEIGHT}\" fill=\"#ffffff\"/><text x=\"{LEFT}\" y=\"30\" font-size=\"20\" font-weight=\"700\" fill=\"#1a1e26\">{0}</text>",
        escaped(title),
        escaped(&described.join(". ")),
    )?;
    for n in (0..=top).step_by(usize::try_from(step).unwrap_or(1)) {
        write!(
            out,
            "<line x1=\"{LEFT}\" x2=\"{RIGHT}\" y1=\"{0:.1}\" y2=\"{0:.1}\" stroke=\"#cdd3db\"/><text x=\"{1}\" y=\"{2:.1}\" text-anchor=\"end\" fill=\"#5c626c\">{3}</text>",
            y(n),
            LEFT - 10.0,
            y(n) + 5.0,
            dutch(n)
        )?;
    }
    for (at, year) in years.iter().enumerate() {
        write!(out, "<text x=\"{:.1}\" y=\"{}\" text-anchor=\"middle\" fill=\"#5c626c\">{year}</text>", x(at), BOTTOM + 24.0)?;
    }
    let mut legend = LEFT;
    for (one, (colour, dash)) in series.iter().zip(SERIES) {
        let mut path = String::new();
        let mut pen = 'M';
        for (at, n) in one.values.iter().enumerate() {
            match n {
                Some(n) => {
                    write!(path, "{pen}{:.1} {:.1}", x(at), y(*n))?;
                    pen = 'L';
                    write!(out, "<circle cx=\"{:.1}\" cy=\"{:.1}\" r=\"5\" fill=\"{colour}\"/>", x(at), y(*n))?;
                }
                None => pen = 'M',
            }
        }
        if !path.is_empty() {
            write!(out, "<path d=\"{path}\" fill=\"none\" stroke=\"{colour}\" stroke-width=\"3\" stroke-dasharray=\"{dash}\"/>")?;
        }
        let name: String = one.name.chars().take(24).collect();
        write!(
            out,
            "<line x1=\"{legend:.1}\" x2=\"{:.1}\" y1=\"475\" y2=\"475\" stroke=\"{colour}\" stroke-width=\"3\" stroke-dasharray=\"{dash}\"/>\
             <text x=\"{:.1}\" y=\"480\" font-size=\"12\" fill=\"#1a1e26\">{}</text>",
            legend + 28.0,
            legend + 34.0,
            escaped(&name)
        )?;
        legend += (RIGHT - LEFT) / MOST_SERIES as f64;
    }
    out.push_str("</svg>\n");
    Ok(out)
}

/// A step of 1, 2 or 5 times a power of ten that gives about five lines.
fn tick(most: i64) -> i64 {
    let mut unit = 1;
    loop {
        for step in [unit, 2 * unit, 5 * unit] {
            if step * 6 >= most {
                return step;
            }
        }
        unit *= 10;
    }
}

/// As the report writes numbers: 6.199.
pub fn dutch(n: i64) -> String {
    let digits = n.abs().to_string();
    let mut out = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            out.push('.');
        }
        out.push(digit);
    }
    if n < 0 { format!("-{out}") } else { out }
}

pub fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

static FONTS: LazyLock<Arc<usvg::fontdb::Database>> = LazyLock::new(|| {
    let mut fonts = usvg::fontdb::Database::new();
    fonts.load_font_data(include_bytes!("../../fonts/NotoSans-Regular.ttf").to_vec());
    fonts.load_font_data(include_bytes!("../../fonts/NotoSans-Bold.ttf").to_vec());
    fonts.set_sans_serif_family("Noto Sans");
    Arc::new(fonts)
});

/// The drawing with its fonts found, for a PDF or a picture.
pub fn tree(svg: &str) -> Result<usvg::Tree, usvg::Error> {
    let options = usvg::Options { fontdb: FONTS.clone(), font_family: "Noto Sans".into(), ..usvg::Options::default() };
    usvg::Tree::from_str(svg, &options)
}

/// Twice as large as drawn, so that it is sharp on paper.
pub fn png(svg: &str) -> Option<Vec<u8>> {
    let tree = tree(svg).ok()?;
    let mut pixels = tiny_skia::Pixmap::new(WIDTH as u32 * 2, HEIGHT as u32 * 2)?;
    resvg::render(&tree, tiny_skia::Transform::from_scale(2.0, 2.0), &mut pixels.as_mut());
    pixels.encode_png().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_axis_has_about_five_lines_at_round_numbers() {
        assert_eq!([1, 6, 7, 480, 6199, 1_000_000].map(tick), [1, 1, 2, 100, 2000, 200_000]);
    }

    #[test]
    fn numbers_are_written_as_in_the_report() {
        assert_eq!([0, 999, 6199, 1_234_567, -12_345].map(dutch), ["0", "999", "6.199", "1.234.567", "-12.345"]);
    }
}
