//! Setting text: which font a script takes, how letters join, and how wide a line is.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use harfrust::{Buffer, Direction, ShapeOptions, ShaperFont, shape};
use krilla::text::{GlyphId, KrillaGlyph};

#[derive(Debug, thiserror::Error)]
pub enum TextError {
    #[error("no font has the character {0:?}")]
    NoFont(char),
    #[error("a font of the program cannot be used")]
    BrokenFont,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Weight {
    Regular,
    Bold,
}

/// A font in the two shapes in which it is needed: for joining letters and for drawing.
pub struct Face {
    shaping: harfrust::Font,
    pub drawing: krilla::text::Font,
    right_to_left: bool,
    /// The language of what is written in it, where the script says so.
    pub language: Option<&'static str>,
}

struct Faces {
    bold: Face,
    /// In the order in which they are tried.
    regular: Vec<Face>,
}

static FACES: LazyLock<Option<Faces>> = LazyLock::new(|| {
    Some(Faces {
        bold: face(include_bytes!("../../fonts/NotoSans-Bold.ttf"), false, None)?,
        regular: vec![
            face(include_bytes!("../../fonts/NotoSans-Regular.ttf"), false, None)?,
            face(include_bytes!("../../fonts/NotoNaskhArabic-Regular.ttf"), true, Some("ar"))?,
            face(include_bytes!("../../fonts/NotoSansEthiopic-Regular.ttf"), false, None)?,
            face(include_bytes!("../../fonts/NotoSansArmenian-Regular.ttf"), false, Some("hy"))?,
            face(include_bytes!("../../fonts/NotoSansGeorgian-Regular.ttf"), false, Some("ka"))?,
            face(include_bytes!("../../fonts/NotoSansHebrew-Regular.ttf"), true, Some("he"))?,
        ],
    })
});

fn face(bytes: &'static [u8], right_to_left: bool, language: Option<&'static str>) -> Option<Face> {
    Some(Face { shaping: harfrust::Font::new(bytes, 0)?, drawing: krilla::text::Font::new(bytes.into(), 0)?, right_to_left, language })
}

/// A stretch of text in one font and direction, with its letters in place.
pub struct Run {
    pub face: &'static Face,
    pub text: String,
    pub glyphs: Vec<KrillaGlyph>,
    /// At a size of one point.
    pub width: f32,
}

/// Sets a line of a left-to-right paragraph: stretches in the order in which they stand on paper.
pub fn set(text: &str, weight: Weight) -> Result<Vec<Run>, TextError> {
    let faces = FACES.as_ref().ok_or(TextError::BrokenFont)?;
    let mut stretches: Vec<(&'static Face, String)> = Vec::new();
    for sign in text.chars() {
        // A space or a hyphen goes with what stands before it, so that a name of several Arabic words is one stretch.
        let neutral = sign.is_whitespace() || sign == '-' || sign == '\'' || sign == '\u{2019}';
        match stretches.last_mut() {
            Some((face, stretch)) if (neutral || is_mark(sign)) && has(face, sign) => stretch.push(sign),
            _ => {
                let face = pick(faces, sign, weight)?;
                match stretches.last_mut() {
                    Some((last, stretch)) if std::ptr::eq(*last, face) => stretch.push(sign),
                    _ => stretches.push((face, sign.to_string())),
                }
            }
        }
    }
    stretches.into_iter().map(|(face, text)| run(face, text)).collect()
}

pub fn width(runs: &[Run], size: f32) -> f32 {
    runs.iter().map(|run| run.width * size).sum()
}

fn pick(faces: &'static Faces, sign: char, weight: Weight) -> Result<&'static Face, TextError> {
    if weight == Weight::Bold && has(&faces.bold, sign) {
        return Ok(&faces.bold);
    }
    faces.regular.iter().find(|face| has(face, sign)).ok_or(TextError::NoFont(sign))
}

fn has(face: &Face, sign: char) -> bool {
    face.shaping.charmap().map_unicode(sign).is_some()
}

/// Accents that stand apart from their letter must be set in the letter's font.
const fn is_mark(sign: char) -> bool {
    matches!(sign, '\u{0300}'..='\u{036F}' | '\u{064B}'..='\u{065F}' | '\u{0670}')
}

fn run(face: &'static Face, text: String) -> Result<Run, TextError> {
    let mut buffer = Buffer::new();
    buffer.push_str(&text);
    buffer.guess_segment_properties();
    buffer.set_direction(if face.right_to_left { Direction::RightToLeft } else { Direction::LeftToRight });
    shape(&ShaperFont::new(&face.shaping), &mut buffer, ShapeOptions::new()).map_err(|_| TextError::BrokenFont)?;
    let em = f32::from(face.shaping.units_per_em());
    // A cluster ends where the next one begins, in the order of the text and not of the glyphs.
    let starts: Vec<usize> = buffer.glyph_infos().iter().map(|info| info.cluster as usize).collect();
    let mut ends: BTreeMap<usize, usize> = BTreeMap::new();
    let mut sorted = starts.clone();
    sorted.sort_unstable();
    sorted.dedup();
    for (place, start) in sorted.iter().enumerate() {
        ends.insert(*start, sorted.get(place + 1).copied().unwrap_or(text.len()));
    }
    let mut glyphs = Vec::new();
    for ((info, position), start) in buffer.glyph_infos().iter().zip(buffer.glyph_positions()).zip(starts) {
        if info.glyph_id == 0 {
            return Err(TextError::NoFont(text.get(start..).and_then(|rest| rest.chars().next()).unwrap_or('\u{FFFD}')));
        }
        let end = ends.get(&start).copied().unwrap_or(text.len());
        glyphs.push(KrillaGlyph {
            glyph_id: GlyphId::new(info.glyph_id),
            text_range: start..end,
            x_advance: position.x_advance as f32 / em,
            x_offset: position.x_offset as f32 / em,
            y_offset: position.y_offset as f32 / em,
            y_advance: position.y_advance as f32 / em,
            location: None,
        });
    }
    let width = glyphs.iter().map(|glyph| glyph.x_advance).sum();
    Ok(Run { face, text, glyphs, width })
}

/// Breaks text at spaces into lines that fit; a word that is too wide for a line stands on a line of its own.
pub fn lines(text: &str, weight: Weight, size: f32, fits: f32) -> Result<Vec<Vec<Run>>, TextError> {
    let mut lines = Vec::new();
    let mut line = String::new();
    for word in text.split_whitespace() {
        let longer = if line.is_empty() { word.to_owned() } else { format!("{line} {word}") };
        if line.is_empty() || width(&set(&longer, weight)?, size) <= fits {
            line = longer;
        } else {
            // The space at the end of a line is drawn too, so that the words stay apart for who hears or copies the text.
            lines.push(set(&format!("{line} "), weight)?);
            line = word.to_owned();
        }
    }
    if !line.is_empty() {
        lines.push(set(&line, weight)?);
    }
    Ok(lines)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arabic_letters_are_joined_and_stand_from_right_to_left() {
        let runs = set("محمد", Weight::Regular).unwrap();
        assert_eq!(runs.len(), 1);
        let starts: Vec<usize> = runs[0].glyphs.iter().map(|glyph| glyph.text_range.start).collect();
        assert!(starts.windows(2).all(|pair| pair[0] >= pair[1]), "the last letter is drawn first: {starts:?}");
        // The letter alone is another shape than within the word.
        let alone = set("ح", Weight::Regular).unwrap()[0].glyphs[0].glyph_id;
        assert!(runs[0].glyphs.iter().all(|glyph| glyph.glyph_id != alone));
    }

    #[test]
    fn a_name_in_two_scripts_is_two_stretches_and_its_accents_stay_with_their_letters() {
        let runs = set("Nguye\u{0302}\u{0303}n محمد علي", Weight::Bold).unwrap();
        let texts: Vec<&str> = runs.iter().map(|run| run.text.as_str()).collect();
        assert_eq!(texts, ["Nguye\u{0302}\u{0303}n ", "محمد علي"]);
    }

    #[test]
    fn a_character_without_a_font_is_named_and_not_drawn_as_a_box() {
        assert!(matches!(set("山田", Weight::Regular), Err(TextError::NoFont('山'))));
    }

    #[test]
    fn long_text_breaks_into_lines_that_fit() {
        let lines = lines("een twee drie vier vijf zes zeven acht", Weight::Regular, 10.0, 80.0).unwrap();
        assert!(lines.len() > 1);
        assert!(lines.iter().all(|line| width(line, 10.0) <= 83.0));
    }
}
