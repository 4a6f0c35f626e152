//! The tables of the yearly report: a stable name, what it is called, and in words what it counts.

use serde::Serialize;
use utoipa::ToSchema;

use super::rows;

/// What a table is counted from, and how it is laid out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    CivicByPurpose,
    CivicByAgency,
    CivicByType,
    CivicResults,
    CivicPersons,
    MoExemptionByYear,
    MoExemptionByAdvice,
    MoFinal,
    MoByLanguage,
    IntegrationCertificates,
    IntegrationWithoutContract,
    MonthsToCertificate,
}

#[derive(Clone, Copy, Debug)]
pub struct Table {
    pub name: &'static str,
    pub shape: Shape,
    pub title: Words,
    pub definition: Words,
}

/// A text in the languages of the staff.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
pub struct Words {
    pub nl: &'static str,
    pub en: &'static str,
    pub fr: &'static str,
}

/// A text that is put together, in the languages of the staff.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Text {
    pub nl: String,
    pub en: String,
    pub fr: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Language {
    Nl = 0,
    En = 1,
    Fr = 2,
}

impl Text {
    pub fn each(words: impl Fn(Language) -> String) -> Self {
        Self { nl: words(Language::Nl), en: words(Language::En), fr: words(Language::Fr) }
    }
}

impl From<Words> for Text {
    fn from(words: Words) -> Self {
        Self { nl: words.nl.into(), en: words.en.into(), fr: words.fr.into() }
    }
}

pub fn find(name: &str) -> Option<&'static Table> {
    TABLES.iter().find(|table| table.name == name)
}

pub const TABLES: &[Table] = &[
    Table {
        name: "civic-tests-by-purpose",
        shape: Shape::CivicByPurpose,
        title: Words { nl: "Civiele testen per testdoel", en: "Civic tests by purpose", fr: "Tests civiques par objectif" },
        definition: Words {
            nl: "Telt afgenomen testen, geen personen: elke pre-screening en elk testonderdeel (lezen, luisteren, schrijven, spreken) is er één, met of zonder resultaat. Het jaar is dat van de afname. De testen MO tellen niet mee. Het totaal is de som van de rijen.",
            en: "Counts tests taken, not persons: every pre-screening and every part (reading, listening, writing, speaking) is one, with or without a result. The year is that of the test. The MO tests are not counted. The total is the sum of the rows.",
            fr: "Compte les tests passés, pas les personnes : chaque pré-évaluation et chaque partie (lecture, écoute, écriture, expression orale) compte pour un, avec ou sans résultat. L'année est celle du test. Les tests MO ne sont pas comptés. Le total est la somme des lignes.",
        },
    },
    Table {
        name: "civic-tests-by-agency",
        shape: Shape::CivicByAgency,
        title: Words { nl: "Civiele testen per agentschap", en: "Civic tests by agency", fr: "Tests civiques par agence" },
        definition: Words {
            nl: "Telt dezelfde testen als de tabel per testdoel, naar het agentschap dat ze afnam en het jaar van afname.",
            en: "Counts the same tests as the table by purpose, by the agency that gave them and the year of the test.",
            fr: "Compte les mêmes tests que le tableau par objectif, selon l'agence qui les a organisés et l'année du test.",
        },
    },
    Table {
        name: "civic-tests-by-type",
        shape: Shape::CivicByType,
        title: Words {
            nl: "Civiele testen per onderdeel en testtype",
            en: "Civic tests by part and band",
            fr: "Tests civiques par partie et type",
        },
        definition: Words {
            nl: "Telt dezelfde testen als de tabel per testdoel, naar onderdeel en testtype (A1/A2 of B1/B2). Een pre-screening kan zonder testtype zijn.",
            en: "Counts the same tests as the table by purpose, by part and band (A1/A2 or B1/B2). A pre-screening may be without a band.",
            fr: "Compte les mêmes tests que le tableau par objectif, par partie et par type (A1/A2 ou B1/B2). Une pré-évaluation peut être sans type.",
        },
    },
    Table {
        name: "civic-results-by-part",
        shape: Shape::CivicResults,
        title: Words { nl: "Resultaten per onderdeel en testtype", en: "Results by part and band", fr: "Résultats par partie et type" },
        definition: Words {
            nl: "Telt testonderdelen zonder pre-screenings, per jaar van afname, naar het niveau dat nu geldt: een gecorrigeerd resultaat vervangt het vorige. Het totaal is de som van de kolommen.",
            en: "Counts parts without pre-screenings, by the year of the test, by the level in force: a corrected result replaces the one before. The total is the sum of the columns.",
            fr: "Compte les parties sans les pré-évaluations, par année du test, selon le niveau en vigueur : un résultat corrigé remplace le précédent. Le total est la somme des colonnes.",
        },
    },
    Table {
        name: "civic-persons",
        shape: Shape::CivicPersons,
        title: Words {
            nl: "Unieke personen bij de civiele testen",
            en: "Unique persons in the civic tests",
            fr: "Personnes uniques aux tests civiques",
        },
        definition: Words {
            nl: "Telt personen met minstens één pre-screening of testonderdeel. Wie bij twee agentschappen of in twee jaren kwam, staat in elk van die cellen maar één keer in het totaal; daarom is het totaal niet de som. Ingevoerde en hier afgelegde testen van één persoon worden niet aan elkaar gekoppeld.",
            en: "Counts persons with at least one pre-screening or part. Whoever came to two agencies or in two years is in each of those cells and once in the total, so that the total is not the sum. Imported tests and tests sat here are not linked to one person.",
            fr: "Compte les personnes ayant au moins une pré-évaluation ou une partie. Une personne venue dans deux agences ou deux années figure dans chaque case, mais une fois dans le total, qui n'est donc pas la somme. Les tests importés et ceux passés ici ne sont pas reliés à une même personne.",
        },
    },
    Table {
        name: "mo-exemption-by-year",
        shape: Shape::MoExemptionByYear,
        title: Words { nl: "Vrijstellingstoets MO per jaar", en: "MO exemption test by year", fr: "Test de dispense MO par année" },
        definition: Words {
            nl: "Telt afnames van de vrijstellingstoets MO per jaar. Wie afhaakte of nog geen resultaat heeft, is niet geslaagd en staat in het totaal.",
            en: "Counts MO exemption tests by year. Whoever dropped out or has no result yet has not passed and is in the total.",
            fr: "Compte les tests de dispense MO par année. Qui a abandonné ou n'a pas encore de résultat n'a pas réussi et figure dans le total.",
        },
    },
    Table {
        name: "mo-exemption-by-advice",
        shape: Shape::MoExemptionByAdvice,
        title: Words {
            nl: "Vrijstellingstoets MO naar advies taalleervermogen",
            en: "MO exemption test by learning-ability advice",
            fr: "Test de dispense MO selon l'avis d'apprentissage",
        },
        definition: Words {
            nl: "Telt afnames van de vrijstellingstoets MO per jaar en naar het advies dat bij de afname gold.",
            en: "Counts MO exemption tests by year and by the advice in force at the test.",
            fr: "Compte les tests de dispense MO par année et selon l'avis en vigueur au moment du test.",
        },
    },
    Table {
        name: "mo-final-by-region",
        shape: Shape::MoFinal,
        title: Words {
            nl: "Eindtoets MO naar gewest en doelgroep",
            en: "MO final test by region and target group",
            fr: "Test final MO par région et groupe cible",
        },
        definition: Words {
            nl: "Telt eindtoetsen MO per jaar. Het gewest is dat van het agentschap. De doelgroep is bekend voor testen die hier zijn afgelegd; ingevoerde testen hebben er geen. Wie afhaakte, telt als niet geslaagd.",
            en: "Counts MO final tests by year. The region is that of the agency. The target group is known of tests sat here; imported ones have none. Whoever dropped out counts as not passed.",
            fr: "Compte les tests finaux MO par année. La région est celle de l'agence. Le groupe cible est connu pour les tests passés ici ; les tests importés n'en ont pas. Qui a abandonné compte comme non réussi.",
        },
    },
    Table {
        name: "mo-by-language",
        shape: Shape::MoByLanguage,
        title: Words {
            nl: "Testen MO naar taal en agentschap",
            en: "MO tests by language and agency",
            fr: "Tests MO par langue et agence",
        },
        definition: Words {
            nl: "Telt vrijstellings- en eindtoetsen MO per jaar naar de taal van de toets, de grootste eerst.",
            en: "Counts MO exemption and final tests by year and language of the test, the largest first.",
            fr: "Compte les tests MO (dispense et final) par année et langue du test, la plus grande d'abord.",
        },
    },
    Table {
        name: "integration-certificates",
        shape: Shape::IntegrationCertificates,
        title: Words { nl: "Inburgeringsattesten", en: "Integration certificates", fr: "Attestations d'intégration" },
        definition: Words {
            nl: "Telt beslissingen die een inburgeringsattest toekennen en gelden, naar agentschap en jaar van de beslissing.",
            en: "Counts decisions in force that issue an integration certificate, by agency and year of the decision.",
            fr: "Compte les décisions en vigueur qui délivrent une attestation d'intégration, par agence et année de la décision.",
        },
    },
    Table {
        name: "integration-certificates-without-contract",
        shape: Shape::IntegrationWithoutContract,
        title: Words {
            nl: "Inburgeringsattesten zonder contract",
            en: "Integration certificates without a contract",
            fr: "Attestations d'intégration sans contrat",
        },
        definition: Words {
            nl: "Telt de inburgeringsattesten van wie op de dag van de beslissing nog nooit een contract had.",
            en: "Counts integration certificates of those who never had a contract by the day of the decision.",
            fr: "Compte les attestations des personnes qui n'avaient jamais eu de contrat au jour de la décision.",
        },
    },
    Table {
        name: "months-to-certificate",
        shape: Shape::MonthsToCertificate,
        title: Words {
            nl: "Maanden van contract tot attest",
            en: "Months from contract to certificate",
            fr: "Mois du contrat à l'attestation",
        },
        definition: Words {
            nl: "De mediaan van de volle maanden tussen het eerste contract en het inburgeringsattest, naar profiel en jaar van het attest; bij een even aantal het gemiddelde van de middelste twee. Een lege cel betekent dat er niemand was. Een mediaan is geen som, zodat er geen totaalrij is.",
            en: "The median of whole months between the first contract and the integration certificate, by profile and year of the certificate; of an even number, the mean of the middle two. An empty cell means that there was nobody. A median is no sum, so that there is no row of totals.",
            fr: "La médiane des mois entiers entre le premier contrat et l'attestation, par profil et année de l'attestation ; pour un nombre pair, la moyenne des deux du milieu. Une case vide signifie personne. Une médiane n'est pas une somme : il n'y a pas de ligne de total.",
        },
    },
];

/// The profiles of the last table, in the report's order.
pub const PROFILES: &[rows::Row] = &[
    ("all", "alle inburgeraars"),
    ("mandatory", "verplicht"),
    ("entitled", "rechthebbend"),
    ("cbe_alfa", "CBE alfa"),
    ("cbe", "CBE"),
    ("cbe_nt2", "CBE NT2"),
    ("cvo_extended", "CVO verlengd"),
    ("cvo_standard", "CVO standaard"),
    ("cvo_short", "CVO verkort"),
    ("utc", "UTC"),
];
