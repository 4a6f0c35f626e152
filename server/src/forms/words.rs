//! Why there are no forms, in words, with what could be done about it.

use item_bank::forms::blueprint::{Attribute, Blueprint, Quota};

use super::report::{Contradiction, RequirementKind};
use crate::locale::Locale;

/// A sentence about a requirement that cannot be met, and one about what helps.
pub fn say(locale: Locale, blueprint: &Blueprint, what: &Contradiction) -> (String, String) {
    let subject = subject(locale, blueprint, what);
    let forms = blueprint.forms;
    let in_all = match forms {
        1 => ["in het formulier".to_owned(), "the form".to_owned(), "le formulaire".to_owned()],
        _ => [format!("in {forms} formulieren samen"), format!("{forms} forms together"), format!("{forms} formulaires ensemble")],
    };
    let in_all = pick(locale, in_all);
    let (asked, possible) = (number(locale, what.asked.unwrap_or(0.0)), number(locale, what.possible.unwrap_or(0.0)));
    let sentence = match (what.kind, what.asked, what.too_few) {
        (RequirementKind::Count | RequirementKind::Quota, Some(_), true) => {
            let stock = stock(locale, what);
            pick(
                locale,
                [
                    format!(
                        "{subject}: {in_all} zijn er {asked} nodig{stock}. Naast de andere eisen hier kunnen er hoogstens {possible} in."
                    ),
                    format!("{subject}: {in_all} must hold {asked}{stock}. Beside the other requirements here at most {possible} fit."),
                    format!(
                        "{subject} : {in_all}, il en faut {asked}{stock}. À côté des autres exigences ici, {possible} au plus sont possibles."
                    ),
                ],
            )
        }
        (RequirementKind::Count | RequirementKind::Quota, Some(_), false) => pick(
            locale,
            [
                format!("{subject}: {in_all} mogen er {asked} in, maar de andere eisen hier vragen er minstens {possible}."),
                format!("{subject}: {in_all} may hold {asked}, but the other requirements here ask for at least {possible}."),
                format!("{subject} : {in_all}, {asked} au plus, mais les autres exigences ici en demandent au moins {possible}."),
            ],
        ),
        (RequirementKind::Target, Some(asked), _) => {
            let each = |value: f64| number(locale, value / forms as f64);
            let (asked, possible) = (each(asked), each(what.possible.unwrap_or(0.0)));
            pick(
                locale,
                [
                    format!("{subject}: elk formulier moet {asked} geven, en hoogstens {possible} is mogelijk."),
                    format!("{subject}: each form must give {asked}, and at most {possible} is possible."),
                    format!("{subject} : chaque formulaire doit donner {asked}, et {possible} au plus est possible."),
                ],
            )
        }
        _ => pick(
            locale,
            [
                format!("{subject}: dit laat geen ruimte voor de andere eisen hier."),
                format!("{subject}: this leaves no room for the other requirements here."),
                format!("{subject} : ceci ne laisse pas de place aux autres exigences ici."),
            ],
        ),
    };
    (sentence, suggestion(locale, blueprint, what))
}

fn subject(locale: Locale, blueprint: &Blueprint, what: &Contradiction) -> String {
    let name = what.name.clone().unwrap_or_default();
    match what.kind {
        RequirementKind::Count => pick(locale, ["Aantal vragen".into(), "Number of questions".into(), "Nombre de questions".into()]),
        RequirementKind::Quota => {
            let quota = what.index.and_then(|index| blueprint.quotas.get(index));
            quota.map(|quota| properties(locale, quota)).unwrap_or_default()
        }
        RequirementKind::Target => {
            let theta = what.index.and_then(|index| blueprint.points().get(index)).map_or(0.0, |point| point.theta);
            let theta = number(locale, theta);
            pick(
                locale,
                [
                    format!("Informatie bij niveau {theta}"),
                    format!("Information at level {theta}"),
                    format!("Information au niveau {theta}"),
                ],
            )
        }
        RequirementKind::Pinned => {
            pick(locale, [format!("Verplichte vraag {name}"), format!("Required question {name}"), format!("Question imposée {name}")])
        }
        RequirementKind::Enemies => pick(
            locale,
            ["Vragen die niet samen mogen".into(), "Questions that exclude each other".into(), "Questions qui s'excluent".into()],
        ),
        RequirementKind::InUse => pick(
            locale,
            [
                format!("Overlap met formulier {name}"),
                format!("Overlap with form {name}"),
                format!("Chevauchement avec le formulaire {name}"),
            ],
        ),
        RequirementKind::Reuse => {
            let most = blueprint.max_forms_per_item;
            pick(
                locale,
                [
                    format!("Elke vraag in hoogstens {most} van de formulieren"),
                    format!("Each question in at most {most} of the forms"),
                    format!("Chaque question dans {most} des formulaires au plus"),
                ],
            )
        }
        RequirementKind::Overlap => pick(
            locale,
            ["Overlap tussen de formulieren".into(), "Overlap between the forms".into(), "Chevauchement entre les formulaires".into()],
        ),
    }
}

/// `topic work, level A2`.
fn properties(locale: Locale, quota: &Quota) -> String {
    let each = quota.of.iter().map(|property| {
        let value = &property.value;
        match property.on {
            Attribute::Skill => pick(
                locale,
                [
                    format!("vaardigheid {}", skill(locale, value)),
                    format!("skill {}", skill(locale, value)),
                    format!("compétence {}", skill(locale, value)),
                ],
            ),
            Attribute::Level => pick(locale, [format!("niveau {value}"), format!("level {value}"), format!("niveau {value}")]),
            Attribute::Topic => pick(locale, [format!("onderwerp {value}"), format!("topic {value}"), format!("thème {value}")]),
            Attribute::TextType => {
                pick(locale, [format!("tekstsoort {value}"), format!("text type {value}"), format!("type de texte {value}")])
            }
            Attribute::Core if value == "true" => {
                pick(locale, ["sokkelvragen".into(), "core questions".into(), "questions du socle".into()])
            }
            Attribute::Core => pick(locale, ["geen sokkelvragen".into(), "no core questions".into(), "hors socle".into()]),
        }
    });
    let said = each.collect::<Vec<_>>().join(", ");
    let mut letters = said.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}

fn skill(locale: Locale, value: &str) -> &str {
    match (value, locale) {
        ("reading", Locale::Nl) => "lezen",
        ("listening", Locale::Nl) => "luisteren",
        ("writing", Locale::Nl) => "schrijven",
        ("speaking", Locale::Nl) => "spreken",
        ("vocabulary", Locale::Nl) => "woordenschat",
        ("reading", Locale::Fr) => "lecture",
        ("listening", Locale::Fr) => "écoute",
        ("writing", Locale::Fr) => "écriture",
        ("speaking", Locale::Fr) => "expression orale",
        ("vocabulary", Locale::Fr) => "vocabulaire",
        _ => value,
    }
}

/// `; the bank has 9, of which 1 given too often`.
fn stock(locale: Locale, what: &Contradiction) -> String {
    let Some(stock) = what.stock else { return String::new() };
    let items = stock.items;
    let mut said =
        pick(locale, [format!(", de bank heeft er {items}"), format!(", the bank has {items}"), format!(", la banque en a {items}")]);
    let left_out = [
        (stock.too_often, ["te vaak gegeven", "given too often", "utilisées trop souvent"]),
        (stock.no_parameters, ["zonder parameters", "without parameters", "sans paramètres"]),
        (stock.forbidden, ["verboden", "forbidden", "interdites"]),
        (stock.company, ["bij een tekst die niet kan", "of a text that cannot be used", "liées à un texte inutilisable"]),
    ];
    for (count, words) in left_out.into_iter().filter(|(count, _)| *count > 0) {
        let words = pick(locale, words.map(str::to_owned));
        said.push_str(&pick(locale, [format!(" ({count} {words})"), format!(" ({count} {words})"), format!(" ({count} {words})")]));
    }
    said
}

fn suggestion(locale: Locale, blueprint: &Blueprint, what: &Contradiction) -> String {
    let forms = blueprint.forms.max(1) as f64;
    let possible = what.possible.unwrap_or(0.0);
    match what.kind {
        RequirementKind::Count | RequirementKind::Quota if what.too_few => {
            let (down, more) = (number(locale, (possible / forms).floor()), number(locale, what.asked.unwrap_or(0.0) - possible));
            let short = what.stock.is_some_and(|stock| (stock.usable as f64) < what.asked.unwrap_or(0.0));
            pick(
                locale,
                match short {
                    true => [
                        format!("Vraag er hoogstens {down} per formulier, of voeg {more} zulke vragen toe aan de bank."),
                        format!("Ask for at most {down} a form, or add {more} such questions to the bank."),
                        format!("Demandez-en au plus {down} par formulaire, ou ajoutez {more} questions de ce genre à la banque."),
                    ],
                    false => [
                        format!("Vraag er hoogstens {down} per formulier, of laat een andere eis hier los."),
                        format!("Ask for at most {down} a form, or let go of another requirement here."),
                        format!("Demandez-en au plus {down} par formulaire, ou renoncez à une autre exigence ici."),
                    ],
                },
            )
        }
        RequirementKind::Count | RequirementKind::Quota => {
            let up = number(locale, (possible / forms).ceil());
            pick(
                locale,
                [
                    format!("Laat er tot {up} per formulier toe."),
                    format!("Allow up to {up} a form."),
                    format!("Admettez-en jusqu'à {up} par formulaire."),
                ],
            )
        }
        RequirementKind::Target => {
            let most = number(locale, possible / forms);
            pick(
                locale,
                [
                    format!("Verlaag het doel tot onder {most}."),
                    format!("Lower the target to under {most}."),
                    format!("Abaissez l'objectif sous {most}."),
                ],
            )
        }
        RequirementKind::Pinned => pick(
            locale,
            ["Maak deze vraag niet verplicht.".into(), "Do not require this question.".into(), "N'imposez pas cette question.".into()],
        ),
        RequirementKind::Enemies => pick(
            locale,
            [
                "Kijk na of al deze vragen elkaar echt uitsluiten.".into(),
                "See whether all these questions really exclude each other.".into(),
                "Vérifiez si toutes ces questions s'excluent vraiment.".into(),
            ],
        ),
        RequirementKind::InUse => pick(
            locale,
            [
                "Sta meer gedeelde vragen met dit formulier toe, of trek het in.".into(),
                "Allow more shared questions with this form, or retire it.".into(),
                "Admettez plus de questions communes avec ce formulaire, ou retirez-le.".into(),
            ],
        ),
        RequirementKind::Reuse => pick(
            locale,
            [
                "Laat een vraag in meer formulieren toe, of maak minder formulieren.".into(),
                "Allow a question in more forms, or make fewer forms.".into(),
                "Admettez une question dans plus de formulaires, ou faites moins de formulaires.".into(),
            ],
        ),
        RequirementKind::Overlap => pick(
            locale,
            [
                "Sta meer overlap tussen de formulieren toe.".into(),
                "Allow more overlap between the forms.".into(),
                "Admettez plus de chevauchement entre les formulaires.".into(),
            ],
        ),
    }
}

/// Whole numbers without decimals, others with two.
fn number(locale: Locale, value: f64) -> String {
    let said = if (value - value.round()).abs() < 1e-6 { format!("{value:.0}") } else { format!("{value:.2}") };
    if locale == Locale::En { said } else { said.replace('.', ",") }
}

/// The staff's languages; others read English.
fn pick(locale: Locale, [nl, en, fr]: [String; 3]) -> String {
    match locale {
        Locale::Nl => nl,
        Locale::Fr => fr,
        Locale::En | Locale::Ar => en,
    }
}
