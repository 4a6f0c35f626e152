//! What is owed, and why. Rules are dated; the quote says by which rule, since when and on what ground.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::rights::Tie;
use crate::entity::enums::{Bundle, Part};
use crate::ids::RuleId;
use crate::money::Cents;
use crate::policy::Rule;
use crate::purposes::rules::Texts;

/// The body of a rule of the kind `fee`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum Fee {
    /// What a bundle of parts costs.
    Price { bundle: Bundle, parts: Vec<Part>, cents: Cents, why: Texts },
    /// Bundles that are free for a purpose, under conditions.
    Relief {
        purposes: Vec<String>,
        bundles: Vec<Bundle>,
        /// Given at most once in a lifetime.
        once: bool,
        /// Only for people who never sat the test.
        never_tested: bool,
        why: Texts,
        why_not: Texts,
    },
    /// Bundles that cost less for whoever shows a proof.
    ProofRelief {
        ground: String,
        bundles: Vec<Bundle>,
        /// What a bundle costs under this relief.
        cents: Cents,
        /// The proof tells of somebody's health: what it says is sealed.
        health: bool,
        name: Texts,
        proof: Texts,
        why: Texts,
    },
    /// A ground on which money is given back, whatever else is paid too much.
    Refund {
        ground: String,
        /// Also for bundles of which a part was sat.
        used: bool,
        name: Texts,
    },
}

impl Fee {
    /// No price is below nothing, and none is of nothing.
    pub fn is_sound(&self) -> bool {
        match self {
            Self::Price { parts, cents, .. } => *cents >= Cents::ZERO && !parts.is_empty(),
            Self::Relief { purposes, bundles, .. } => !purposes.is_empty() && !bundles.is_empty(),
            Self::ProofRelief { bundles, cents, ground, .. } => *cents >= Cents::ZERO && !bundles.is_empty() && !ground.is_empty(),
            Self::Refund { ground, .. } => !ground.is_empty(),
        }
    }
}

/// What the rules ask about the person.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Facts {
    pub purpose: String,
    /// Sat a part of the civic test before, for whatever purpose.
    pub tested_before: bool,
    /// Bundles that this person got free before.
    pub had_free: Vec<Bundle>,
    /// Got a free test for an earlier enrolment.
    pub had_free_elsewhere: bool,
    /// Grounds for a relief of which a proof was seen that is valid on the day.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub proofs: Vec<String>,
}

/// One line of an order, with its explanation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Line {
    pub bundle: Bundle,
    pub amount_cents: Cents,
    /// Free by the relief of a purpose, and not because the bundle costs nothing.
    pub relief: bool,
    /// What the bundle serves: see `rights`.
    #[serde(skip)]
    #[schema(ignore)]
    pub tie: Tie,
    pub rule_id: RuleId,
    pub rule_since: NaiveDate,
    pub ground: String,
    pub why: Texts,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum QuoteFault {
    /// The date is before any rule on this bundle.
    NoRule(Bundle),
}

/// What these bundles cost this person on that date.
pub fn quote(bundles: &[Bundle], facts: &Facts, rules: &[Rule<Fee>], date: NaiveDate) -> Result<Vec<Line>, QuoteFault> {
    bundles.iter().map(|bundle| quote_one(*bundle, facts, rules, date)).collect()
}

fn quote_one(bundle: Bundle, facts: &Facts, rules: &[Rule<Fee>], date: NaiveDate) -> Result<Line, QuoteFault> {
    let mut in_force: Vec<&Rule<Fee>> =
        rules.iter().filter(|rule| rule.valid_from <= date && rule.valid_to.is_none_or(|last| date <= last)).collect();
    // The latest to begin counts, and of two that begin on one day the later version.
    in_force.sort_by_key(|rule| std::cmp::Reverse((rule.valid_from, rule.version)));
    let price = in_force.iter().find_map(|rule| match &rule.body {
        Fee::Price { bundle: of, cents, why, .. } if *of == bundle => Some((*rule, *cents, why)),
        _ => None,
    });
    let (price_rule, cents, why) = price.ok_or(QuoteFault::NoRule(bundle))?;
    let relief = in_force.iter().find_map(|rule| match &rule.body {
        Fee::Relief { purposes, bundles, once, never_tested, why, why_not }
            if purposes.contains(&facts.purpose) && bundles.contains(&bundle) =>
        {
            Some((*rule, *once, *never_tested, why, why_not))
        }
        _ => None,
    });
    // Of several proofs the one counts that leaves least to pay.
    let proof = in_force
        .iter()
        .filter_map(|rule| match &rule.body {
            Fee::ProofRelief { ground, bundles, cents: reduced, why, .. }
                if bundles.contains(&bundle) && facts.proofs.contains(ground) && *reduced < cents =>
            {
                Some((*rule, *reduced, why))
            }
            _ => None,
        })
        .min_by_key(|(_, reduced, _)| *reduced);
    let line = |rule: &Rule<Fee>, amount_cents, why| Line {
        bundle,
        amount_cents,
        relief: matches!(rule.body, Fee::Relief { .. }),
        tie: match rule.body {
            Fee::Relief { .. } => Tie::Purpose,
            Fee::Price { .. } if cents == Cents::ZERO => Tie::Enrolment,
            _ => Tie::Nothing,
        },
        rule_id: rule.id,
        rule_since: rule.valid_from,
        ground: rule.ground.clone(),
        why,
    };
    let by_purpose = relief.map(|(rule, once, never_tested, why_free, why_not)| {
        let used = once && (facts.had_free_elsewhere || facts.had_free.contains(&bundle));
        let tested = never_tested && facts.tested_before;
        if used || tested { Err(why_not) } else { Ok((rule, why_free)) }
    });
    if let Some(Ok((rule, why_free))) = by_purpose {
        return Ok(line(rule, Cents::ZERO, filled(why_free, Cents::ZERO, rule.valid_from)));
    }
    if let Some((rule, reduced, why)) = proof {
        return Ok(line(rule, reduced, filled(why, reduced, rule.valid_from)));
    }
    let why = filled(why, cents, price_rule.valid_from);
    Ok(match by_purpose {
        Some(Err(why_not)) => line(price_rule, cents, joined(why_not, &why)),
        _ => line(price_rule, cents, why),
    })
}

fn filled(texts: &Texts, cents: Cents, since: NaiveDate) -> Texts {
    let fill = |text: &str, date: String| text.replace("{amount}", &cents.to_string()).replace("{date}", &date);
    Texts {
        nl: fill(&texts.nl, written_date(since, MONTHS_NL)),
        en: fill(&texts.en, written_date(since, MONTHS_EN)),
        fr: fill(&texts.fr, written_date(since, MONTHS_FR)),
    }
}

fn joined(first: &Texts, second: &Texts) -> Texts {
    // One sentence: why it is not free, and what it costs then.
    let join = |a: &str, b: &str| {
        let mut rest = b.chars();
        let begin: String = rest.next().map(|c| c.to_lowercase().collect()).unwrap_or_default();
        format!("{}; {begin}{}", a.trim_end_matches('.'), rest.as_str())
    };
    Texts { nl: join(&first.nl, &second.nl), en: join(&first.en, &second.en), fr: join(&first.fr, &second.fr) }
}

const MONTHS_NL: &str = "januari februari maart april mei juni juli augustus september oktober november december";
const MONTHS_EN: &str = "January February March April May June July August September October November December";
const MONTHS_FR: &str = "janvier février mars avril mai juin juillet août septembre octobre novembre décembre";

fn written_date(date: NaiveDate, months: &str) -> String {
    use chrono::Datelike;
    let month = months.split(' ').nth(date.month0() as usize).unwrap_or_default();
    format!("{} {month} {}", date.day(), date.year())
}

/// The bundle that a part is paid by.
pub fn bundle_of(part: Part) -> Bundle {
    match part {
        Part::Listening | Part::Speaking => Bundle::Oral,
        Part::Reading | Part::Writing => Bundle::Written,
        Part::MoExemption | Part::MoFinal => Bundle::Mo,
        Part::Prescreening => Bundle::Prescreening,
    }
}

/// How much of an order can be given back now, when these of its lines are taken back.
///
/// Only money that came in and is not on its way out already: what was not paid is merely owed no longer.
pub fn refundable(total: Cents, credited: Cents, paid: Cents, under_way: Cents, lines: Cents) -> Cents {
    (paid - under_way - (total - credited - lines)).max(Cents::ZERO)
}

/// The structured communication of a Belgian transfer: ten digits and their remainder by 97, where 0 is written 97.
pub fn structured_communication(base: u64) -> String {
    let base = base % 10_000_000_000;
    let check = match base % 97 {
        0 => 97,
        rest => rest,
    };
    let digits = format!("{base:010}{check:02}");
    let part = |from: usize, to: usize| digits.get(from..to).unwrap_or_default();
    format!("+++{}/{}/{}+++", part(0, 3), part(3, 7), part(7, 12))
}

/// Is it a communication whose check digits are right? Signs and spaces in between do not matter.
pub fn is_structured_communication(text: &str) -> bool {
    let digits: String = text.chars().filter(char::is_ascii_digit).collect();
    let signs = text.chars().all(|c| c.is_ascii_digit() || matches!(c, '+' | '/' | '*' | ' '));
    let base = digits.get(..10).and_then(|base| base.parse::<u64>().ok());
    signs
        && digits.len() == 12
        && base.is_some_and(|base| structured_communication(base).chars().filter(char::is_ascii_digit).eq(digits.chars()))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::entity::enums::RuleSource;

    fn rules() -> Vec<Rule<Fee>> {
        #[derive(Deserialize)]
        struct File {
            rule: Vec<toml::Value>,
        }
        let file: File = toml::from_str(include_str!("../../policy/fees.toml")).unwrap();
        let date = |value: Option<&toml::Value>| value.map(|value| value.to_string().parse::<NaiveDate>().unwrap());
        file.rule
            .iter()
            .map(|rule| Rule {
                id: RuleId::new(),
                key: rule["key"].as_str().unwrap().into(),
                version: 1,
                valid_from: date(rule.get("valid_from")).unwrap(),
                valid_to: date(rule.get("valid_to")),
                ground: rule["ground"].as_str().unwrap().into(),
                source: RuleSource::Report,
                body: rule["body"].clone().try_into().unwrap(),
            })
            .collect()
    }

    fn on(date: &str, facts: &Facts, bundles: &[Bundle]) -> Vec<Line> {
        quote(bundles, facts, &rules(), date.parse().unwrap()).unwrap()
    }

    fn purpose(name: &str) -> Facts {
        Facts { purpose: name.into(), ..Facts::default() }
    }

    #[test]
    fn the_last_free_day_and_the_first_paid_day() {
        let both = [Bundle::Oral, Bundle::Written];
        let total = |date| on(date, &purpose("nationality"), &both).iter().map(|line| line.amount_cents).sum::<Cents>();
        assert_eq!(total("2022-02-28"), Cents(0));
        assert_eq!(total("2022-03-01"), Cents(18_000));
        assert_eq!(quote(&both, &purpose("nationality"), &rules(), "2018-02-14".parse().unwrap()), Err(QuoteFault::NoRule(Bundle::Oral)));
    }

    #[test]
    fn the_price_explains_itself_in_three_languages() {
        let lines = on("2026-06-01", &purpose("taxi"), &[Bundle::Oral]);
        assert_eq!(lines[0].why.nl, "De mondelinge delen (luisteren en spreken) kosten samen € 90,00 sinds 1 maart 2022.");
        assert_eq!(lines[0].why.en, "The oral parts (listening and speaking) cost € 90,00 together since 1 March 2022.");
        assert_eq!(lines[0].why.fr, "Les parties orales (écouter et parler) coûtent ensemble € 90,00 depuis le 1 mars 2022.");
        assert!(!lines[0].ground.is_empty());
    }

    #[test]
    fn the_course_exemption_is_free_once_and_for_who_was_never_tested() {
        let first = purpose("nt2_exemption");
        assert_eq!(on("2026-06-01", &first, &[Bundle::Oral])[0].amount_cents, Cents(0));
        let tested = Facts { tested_before: true, ..first.clone() };
        let line = &on("2026-06-01", &tested, &[Bundle::Oral])[0];
        assert_eq!(line.amount_cents, Cents(9000));
        assert!(line.why.nl.starts_with("De gratis test"));
        assert_eq!(on("2026-06-01", &Facts { had_free_elsewhere: true, ..first.clone() }, &[Bundle::Oral])[0].amount_cents, Cents(9000));
        let had_oral = Facts { had_free: vec![Bundle::Oral], ..first };
        assert_eq!(on("2026-06-01", &had_oral, &[Bundle::Oral])[0].amount_cents, Cents(9000));
        assert_eq!(on("2026-06-01", &had_oral, &[Bundle::Written])[0].amount_cents, Cents(0));
    }

    #[test]
    fn the_prescreening_is_free_on_every_date_and_the_mo_test_since_september_2023_is_not() {
        for date in ["2018-02-15", "2022-03-01", "2026-06-01"] {
            assert_eq!(on(date, &purpose("nationality"), &[Bundle::Prescreening])[0].amount_cents, Cents(0));
        }
        assert_eq!(on("2023-08-31", &purpose("mo_final"), &[Bundle::Mo])[0].amount_cents, Cents(0));
        assert_eq!(on("2023-09-01", &purpose("mo_final"), &[Bundle::Mo])[0].amount_cents, Cents(9000));
    }

    #[test]
    fn a_proof_makes_the_test_cheaper_and_the_cheapest_counts() {
        let with = |proofs: &[&str]| Facts {
            purpose: "mo_final".into(),
            proofs: proofs.iter().map(|one| (*one).into()).collect(),
            ..Facts::default()
        };
        assert_eq!(on("2026-06-01", &with(&["living_wage"]), &[Bundle::Mo])[0].amount_cents, Cents(0));
        assert_eq!(on("2026-06-01", &with(&["nothing_known"]), &[Bundle::Mo])[0].amount_cents, Cents(9000));
        assert_eq!(
            on("2026-06-01", &with(&["living_wage"]), &[Bundle::Oral])[0].amount_cents,
            Cents(9000),
            "the relief is for the test on living in Belgium"
        );
        assert!(!on("2026-06-01", &with(&["living_wage"]), &[Bundle::Mo])[0].why.fr.is_empty());
        assert_eq!(on("2023-08-31", &with(&["living_wage"]), &[Bundle::Mo])[0].rule_since, "2022-03-01".parse().unwrap());
    }

    #[test]
    fn what_can_be_given_back() {
        // total, credited, paid, under way, lines taken back now → refundable
        for (case, [total, credited, paid, under_way, lines], expected) in [
            ("all paid, nothing taken back", [18_000, 0, 18_000, 0, 0], 0),
            ("paid too much", [18_000, 0, 20_000, 0, 0], 2_000),
            ("one bundle back", [18_000, 0, 18_000, 0, 9_000], 9_000),
            ("one bundle back of an order that is half paid: only the debt goes", [18_000, 0, 9_000, 0, 9_000], 0),
            ("both back of an order that is half paid", [18_000, 0, 9_000, 0, 18_000], 9_000),
            ("a refund is under way already", [18_000, 9_000, 18_000, 9_000, 0], 0),
            ("it was paid out", [18_000, 9_000, 9_000, 0, 0], 0),
            ("nothing paid", [18_000, 0, 0, 0, 18_000], 0),
        ] {
            assert_eq!(refundable(Cents(total), Cents(credited), Cents(paid), Cents(under_way), Cents(lines)), Cents(expected), "{case}");
        }
    }

    #[test]
    fn the_published_example_of_a_structured_communication_is_valid() {
        assert!(is_structured_communication("+++312/4013/98067+++"));
        assert!(!is_structured_communication("+++312/4013/98068+++"));
        assert!(!is_structured_communication("312401398067 x"));
        assert_eq!(structured_communication(97), "+++000/0000/09797+++");
    }

    proptest! {
        #[test]
        fn every_communication_made_is_valid_and_none_with_one_wrong_digit(base in 0_u64..10_000_000_000, at in 0_usize..12, other in 1_u8..10) {
            let text = structured_communication(base);
            prop_assert!(is_structured_communication(&text));
            let mut digits: Vec<u8> = text.bytes().filter(u8::is_ascii_digit).collect();
            digits[at] = b'0' + (digits[at] - b'0' + other) % 10;
            let wrong = String::from_utf8(digits).unwrap();
            prop_assert!(!is_structured_communication(&wrong));
        }

        #[test]
        fn never_more_is_given_back_than_was_paid(
            prices in prop::collection::vec(0_i64..20_000, 1..4),
            steps in prop::collection::vec((0_u8..4, 0_i64..30_000, 0_usize..4), 0..30),
        ) {
            let total: i64 = prices.iter().sum();
            let (mut received, mut paid_out, mut under_way, mut credited) = (0, 0, 0, 0);
            let mut taken_back = vec![false; prices.len()];
            for (what, cents, which) in steps {
                match what {
                    0 => received += cents,
                    1 => (paid_out, under_way) = (paid_out + under_way, 0),
                    _ => {
                        let lines = match taken_back.get(which) { Some(false) if what == 2 => prices[which], _ => 0 };
                        let back = refundable(Cents(total), Cents(credited), Cents(received - paid_out), Cents(under_way), Cents(lines));
                        if back > Cents::ZERO {
                            under_way += back.0;
                            credited += lines;
                            if lines > 0 { taken_back[which] = true; }
                        }
                    }
                }
                prop_assert!(paid_out + under_way <= received, "{paid_out} + {under_way} of {received}");
                // What was not taken back stays paid for.
                prop_assert!(received - paid_out - under_way >= received.min(total - credited));
            }
        }
    }
}
