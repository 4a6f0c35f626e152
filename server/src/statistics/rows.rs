//! The words of the yearly report: its rows, in its order, with the codes of ours that belong to them.

/// A code and what the report calls it.
pub type Row = (&'static str, &'static str);

/// Table 8.2.1. The codes are the keys of the rules on purposes.
pub const PURPOSES: &[Row] = &[
    ("nationality", "Nationaliteit"),
    ("nt2_exemption", "Inburgering - vrijstelling NT2 cursus"),
    ("taxi", "Taxisector"),
    ("higher_education", "Student Hoger Onderwijs"),
    ("social_interpreter", "Kandidaat sociaal tolken"),
    ("education_b2", "Onderwijs werk B2"),
    ("own_interest", "Eigen interesse"),
    ("childcare_worker", "K&G Begeleider"),
    ("employer", "Werkgever"),
    ("childcare_manager", "K&G Verantwoordelijke"),
    ("education_a2", "Onderwijs werk A2"),
    ("public_body_a2", "Openbare besturen A2"),
    ("public_body_b1", "Openbare besturen B1"),
    ("coc", "COC"),
    ("gbbw", "GBBW"),
    ("housing_code", "Wooncode"),
    ("education_b1", "Onderwijs werk B1"),
    ("other", "overige"),
];

/// The purposes of the tests on living in Belgium, which are in no row of table 8.2.1.
pub const MO_PURPOSES: &[Row] = &[("mo_exemption", "Vrijstellingstoets MO"), ("mo_final", "Eindtoets MO")];

pub const AGENCIES: &[Row] =
    &[("agii", "Vlaams Agentschap"), ("atlas", "Atlas (Antwerpen)"), ("amal", "Amal (Gent)"), ("hvn", "Huis van het Nederlands Brussel")];

pub const CIVIC_KINDS: &[Row] = &[
    ("prescreening", "Pre-screening"),
    ("reading", "Lezen"),
    ("listening", "Luisteren"),
    ("writing", "Schrijven"),
    ("speaking", "Spreken"),
];

pub const MO_KINDS: &[Row] = &[("mo_exemption", "Vrijstellingstoets MO"), ("mo_final", "Eindtoets MO")];

pub const BANDS: &[Row] = &[("A1A2", "A1/A2"), ("B1B2", "B1/B2"), ("", "zonder testtype")];

pub const RESULTS: &[Row] = &[
    ("below", "onder A1"),
    ("A1", "A1"),
    ("A2", "A2"),
    ("B1", "B1"),
    ("B2", "B2"),
    ("passed", "geslaagd"),
    ("failed", "niet geslaagd"),
    ("dropped", "afgehaakt"),
    ("advice", "advies"),
    ("", "geen resultaat"),
];

pub const ADVICE: &[Row] = &[
    ("cbe_alfa", "CBE alfa"),
    ("cbe_nt2", "CBE NT2"),
    ("cbe", "CBE"),
    ("cvo_extended", "CVO verlengd"),
    ("cvo_standard", "CVO standaard"),
    ("cvo_short", "CVO verkort"),
    ("utc", "UTC"),
];

pub const GENDERS: &[Row] = &[("female", "vrouw"), ("male", "man"), ("x", "x")];

pub const TARGET_GROUPS: &[Row] = &[("mandatory", "verplicht"), ("entitled", "rechthebbend"), ("", "onbekend")];

/// Brussels is served by the Huis van het Nederlands, the Flemish Region by the other three.
pub fn region(agency: &str) -> &'static str {
    if agency == "hvn" { "Brussels Hoofdstedelijk Gewest" } else { "Vlaams Gewest" }
}

/// The row of this code or of this name.
pub fn find(rows: &[Row], text: &str) -> Option<&'static str> {
    rows.iter().find(|(code, name)| !code.is_empty() && (*code == text || *name == text)).map(|(code, _)| *code)
}

/// The row of this code; for columns in which only codes are written.
pub fn find_code(rows: &[Row], text: &str) -> Option<&'static str> {
    rows.iter().find(|(code, _)| !code.is_empty() && *code == text).map(|(code, _)| *code)
}

pub fn name(rows: &[Row], code: &str) -> String {
    match rows.iter().find(|(of, _)| *of == code) {
        Some((_, name)) => (*name).to_owned(),
        None if code.is_empty() => "onbekend".to_owned(),
        None => code.to_owned(),
    }
}
