//! The advice on paper: what is said in words, then the chances with their intervals, on one sheet.

use chrono::Datelike;
use krilla::destination::XyzDestination;
use krilla::geom::Point;
use krilla::metadata::{DateTime, Metadata};
use krilla::outline::{Outline, OutlineNode};
use krilla::page::PageSettings;
use krilla::tagging::{TableHeaderScope, Tag, TagGroup, TagTree};

use super::http::{ChanceView, ForecastView, PARTS};
use super::rules::Verdict;
use crate::clock::belgian_time;
use crate::entity::enums::{Band, ForecastRoad, ItemSkill, Level, Part};
use crate::locale::Locale;
use crate::pdf::sheet::{self, ACCENT, INK, Sheet};
use crate::pdf::text::Weight;
use crate::pdf::{self, PdfError};

pub struct Advice {
    pub locale: Locale,
    pub agency: String,
    pub candidate_number: String,
    pub candidate_name: String,
    pub sample: bool,
    pub forecast: ForecastView,
}

const LEVELS: [Level; 4] = [Level::A1, Level::A2, Level::B1, Level::B2];

pub fn advice(advice: &Advice) -> Result<Vec<u8>, PdfError> {
    let words = words(advice.locale);
    let mut document = pdf::document()?;
    document.set_metadata(metadata(advice, words));
    let settings = PageSettings::from_wh(sheet::WIDTH, sheet::HEIGHT).ok_or_else(|| PdfError::Pdf("page size".into()))?;
    let mut page = document.start_page_with(settings);
    let mut tree = TagTree::new().with_lang(Some(words.lang.into()));
    write(&mut Sheet::new(page.surface()), advice, words, &mut tree)?;
    page.finish();
    document.set_tag_tree(tree);
    let mut outline = Outline::new();
    outline.push_child(OutlineNode::new(words.title.to_owned(), XyzDestination::new(0, Point::from_xy(0.0, 0.0))));
    document.set_outline(outline);
    document.finish().map_err(|error| PdfError::Pdf(format!("{error:?}")))
}

/// Writes the sheet from top to bottom, which is also the order in which it is read aloud.
fn write(sheet: &mut Sheet, advice: &Advice, words: &Words, tree: &mut TagTree) -> Result<(), PdfError> {
    let forecast = &advice.forecast;
    sheet.band();
    if advice.sample {
        tree.push(sheet.notice(words.sample)?);
    }
    tree.push(sheet.paragraph(&advice.agency, Weight::Bold, 11.0, ACCENT)?);
    sheet.space(10.0);
    tree.push(sheet.heading(1, words.title, 22.0)?);
    sheet.space(8.0);
    tree.push(sheet.fact(words.candidate, &format!("{} ({})", advice.candidate_name, advice.candidate_number))?);
    let made = belgian_time(forecast.made_at).format("%d/%m/%Y").to_string();
    tree.push(sheet.fact(words.made, &made)?);
    sheet.space(12.0);

    tree.push(sheet.heading(2, words.advice, 13.0)?);
    let band = if forecast.band == Band::A1A2 { "A1/A2" } else { "B1/B2" };
    let advised = if forecast.reached == Level::Below { words.learn_first.to_owned() } else { words.book.replace("{}", band) };
    tree.push(sheet.paragraph(&advised, Weight::Bold, 12.0, INK)?);
    sheet.space(4.0);
    let weaker: Vec<&str> = forecast.practise.iter().map(|area| words.area(*area)).collect();
    let practise = if weaker.is_empty() { words.practise_all.to_owned() } else { words.practise.replace("{}", &weaker.join(", ")) };
    tree.push(sheet.paragraph(&practise, Weight::Regular, 11.0, INK)?);
    sheet.space(4.0);
    tree.push(sheet.paragraph(words.free, Weight::Regular, 11.0, INK)?);
    sheet.space(14.0);

    tree.push(sheet.heading(2, words.in_words, 13.0)?);
    tree.push(table(sheet, words, forecast, |chance| words.verdict(chance.verdict).to_owned())?);
    sheet.space(14.0);
    tree.push(sheet.heading(2, words.in_numbers, 13.0)?);
    tree.push(table(sheet, words, forecast, number)?);
    sheet.space(8.0);
    let interval = format!("{:.0}", forecast.interval * 100.0);
    tree.push(sheet.paragraph(&words.how.replace("{}", &interval), Weight::Regular, 9.5, INK)?);
    let (road, estimated) = (
        forecast.chances.iter().any(|chance| chance.road == ForecastRoad::Linked),
        forecast.chances.iter().any(|chance| chance.not_calibrated > 0),
    );
    if road {
        sheet.space(4.0);
        tree.push(sheet.paragraph(words.linked, Weight::Regular, 9.5, INK)?);
    }
    if estimated {
        sheet.space(4.0);
        tree.push(sheet.paragraph(words.not_calibrated, Weight::Regular, 9.5, INK)?);
    }
    sheet.footer(&format!("{} {}", words.footer, advice.candidate_number))
}

fn table(sheet: &mut Sheet, words: &Words, forecast: &ForecastView, say: impl Fn(&ChanceView) -> String) -> Result<TagGroup, PdfError> {
    const SHARES: [f32; 5] = [0.2; 5];
    let mut table = TagGroup::new(Tag::Table);
    let mut head = TagGroup::new(Tag::THead);
    let names: Vec<String> = std::iter::once(words.part_heading.to_owned()).chain(LEVELS.map(|level| level.as_str().to_owned())).collect();
    head.push(sheet.table_row(&names, &SHARES, 10.0, Some(TableHeaderScope::Column))?);
    table.push(head);
    let mut body = TagGroup::new(Tag::TBody);
    for part in PARTS {
        let cell = |level: Level| {
            let found = forecast.chances.iter().find(|chance| chance.part == part && chance.level == level);
            found.map_or_else(|| "–".to_owned(), &say)
        };
        let cells: Vec<String> = std::iter::once(words.part(part).to_owned()).chain(LEVELS.map(cell)).collect();
        body.push(sheet.table_row(&cells, &SHARES, 10.0, None)?);
    }
    table.push(body);
    Ok(table)
}

/// 82 % (70–91); a chance is never said to be 0 or 100 %.
fn number(chance: &ChanceView) -> String {
    let per_cent = |value: f64| (value * 100.0).round().clamp(1.0, 99.0);
    match (chance.pass, chance.low, chance.high) {
        (Some(pass), Some(low), Some(high)) if per_cent(low) == per_cent(high) => format!("{} %", per_cent(pass)),
        (Some(pass), Some(low), Some(high)) => format!("{} % ({}–{})", per_cent(pass), per_cent(low), per_cent(high)),
        _ => "–".into(),
    }
}

fn metadata(advice: &Advice, words: &Words) -> Metadata {
    let made = belgian_time(advice.forecast.made_at);
    let date = DateTime::new(u16::try_from(made.year()).unwrap_or_default())
        .month(u8::try_from(made.month()).unwrap_or(1))
        .day(u8::try_from(made.day()).unwrap_or(1))
        .utc_offset_hour(0);
    Metadata::new()
        .title(format!("{} {}", words.title, advice.candidate_number))
        .authors(vec![advice.agency.clone()])
        .language(words.lang.into())
        .creator("IJkpunt".into())
        .creation_date(date)
        .document_id(format!("urn:ijkpunt:forecast:{}", advice.forecast.id))
}

struct Words {
    lang: &'static str,
    title: &'static str,
    sample: &'static str,
    candidate: &'static str,
    made: &'static str,
    advice: &'static str,
    book: &'static str,
    learn_first: &'static str,
    practise: &'static str,
    practise_all: &'static str,
    free: &'static str,
    in_words: &'static str,
    in_numbers: &'static str,
    how: &'static str,
    linked: &'static str,
    not_calibrated: &'static str,
    footer: &'static str,
    part_heading: &'static str,
    parts: [&'static str; 4],
    vocabulary: &'static str,
    verdicts: [&'static str; 4],
}

impl Words {
    fn part(&self, part: Part) -> &'static str {
        let [reading, listening, writing, speaking] = self.parts;
        match part {
            Part::Reading => reading,
            Part::Listening => listening,
            Part::Writing => writing,
            _ => speaking,
        }
    }

    fn area(&self, area: ItemSkill) -> &'static str {
        match area {
            ItemSkill::Reading => self.part(Part::Reading),
            ItemSkill::Listening => self.part(Part::Listening),
            _ => self.vocabulary,
        }
    }

    fn verdict(&self, verdict: Verdict) -> &'static str {
        let [likely, uncertain, not_yet, unknown] = self.verdicts;
        match verdict {
            Verdict::Likely => likely,
            Verdict::Uncertain => uncertain,
            Verdict::NotYet => not_yet,
            Verdict::Unknown => unknown,
        }
    }
}

/// The sheet is written in the languages of the staff; whoever asks in another language gets Dutch.
fn words(locale: Locale) -> &'static Words {
    match locale {
        Locale::Nl | Locale::Ar => &Words {
            lang: "nl-BE",
            title: "Advies na de pre-screening",
            sample: "Voorbeeld: dit is geen officieel advies",
            candidate: "Kandidaat",
            made: "Afgelegd op",
            advice: "Advies",
            book: "Boek de test {}.",
            learn_first: "Leer eerst nog verder. Wie toch wil testen, boekt de test A1/A2.",
            practise: "Oefen vooral: {}.",
            practise_all: "Geen onderdeel ging duidelijk minder goed dan de andere.",
            free: "Dit advies is vrijblijvend: u kiest zelf. Het is geen resultaat en staat niet op een attest.",
            in_words: "Haalt u het niveau?",
            in_numbers: "Kans om te slagen",
            how: "Tussen haakjes: het gebied waarin de kans met {} % zekerheid ligt. Meer vragen zouden het smaller maken. Voor wie slaagt op een niveau, is een lager niveau ook gehaald.",
            linked: "Schrijven en spreken werden niet gevraagd. Ze zijn geschat uit lezen, luisteren en woordenschat, en daarom minder zeker.",
            not_calibrated: "Van sommige testvragen is de moeilijkheid nog niet gemeten; daarvoor telt hun niveau, met een ruimere marge.",
            footer: "Opgemaakt met IJkpunt. Pre-screening van kandidaat",
            part_heading: "Onderdeel",
            parts: ["Lezen", "Luisteren", "Schrijven", "Spreken"],
            vocabulary: "woordenschat",
            verdicts: ["waarschijnlijk", "onzeker", "nog niet", "niet te zeggen"],
        },
        Locale::En => &Words {
            lang: "en",
            title: "Advice after the pre-screening",
            sample: "Example: this is not official advice",
            candidate: "Candidate",
            made: "Taken on",
            advice: "Advice",
            book: "Book the {} test.",
            learn_first: "Learn more first. Who wants to be tested all the same books the A1/A2 test.",
            practise: "Practise above all: {}.",
            practise_all: "No part went clearly worse than the others.",
            free: "This advice is without obligation: the choice is yours. It is no result and stands on no certificate.",
            in_words: "Will you reach the level?",
            in_numbers: "Chance of passing",
            how: "In brackets: where the chance lies with {} % certainty. More questions would make it narrower. Who passes at a level has reached the lower ones too.",
            linked: "Writing and speaking were not asked. They are estimated from reading, listening and vocabulary, and are less certain for it.",
            not_calibrated: "The difficulty of some test questions has not been measured yet; their level stands in for it, with a wider margin.",
            footer: "Made with IJkpunt. Pre-screening of candidate",
            part_heading: "Part",
            parts: ["Reading", "Listening", "Writing", "Speaking"],
            vocabulary: "vocabulary",
            verdicts: ["likely", "uncertain", "not yet", "cannot be said"],
        },
        Locale::Fr => &Words {
            lang: "fr-BE",
            title: "Conseil après le test préalable",
            sample: "Exemple : ceci n’est pas un conseil officiel",
            candidate: "Candidat",
            made: "Passé le",
            advice: "Conseil",
            book: "Réservez le test {}.",
            learn_first: "Continuez d’abord à apprendre. Qui veut quand même passer un test réserve le test A1/A2.",
            practise: "À exercer surtout : {}.",
            practise_all: "Aucune partie n’a été nettement moins bonne que les autres.",
            free: "Ce conseil est sans engagement : c’est vous qui choisissez. Ce n’est pas un résultat et il ne figure sur aucune attestation.",
            in_words: "Atteindrez-vous le niveau ?",
            in_numbers: "Chance de réussir",
            how: "Entre parenthèses : où se trouve la chance avec {} % de certitude. Plus de questions rendraient cet intervalle plus étroit. Qui réussit à un niveau a aussi atteint les niveaux inférieurs.",
            linked: "L’écriture et l’expression orale n’ont pas été testées. Elles sont estimées à partir de la lecture, de l’écoute et du vocabulaire, donc moins sûres.",
            not_calibrated: "La difficulté de certaines questions n’a pas encore été mesurée ; leur niveau en tient lieu, avec une marge plus large.",
            footer: "Établi avec IJkpunt. Test préalable du candidat",
            part_heading: "Partie",
            parts: ["Lire", "Écouter", "Écrire", "Parler"],
            vocabulary: "vocabulaire",
            verdicts: ["probable", "incertain", "pas encore", "indéterminé"],
        },
    }
}
