//! Files of both formats, whole and broken.

use proptest::prelude::*;

use super::read;
use super::statement::{Fault, Reason, Statement};
use crate::entity::enums::BankFormat;
use crate::money::Cents;

/// A record of 128 characters: what stands at which place, by the numbers of the specification.
fn record(fields: &[(usize, &str)]) -> String {
    let mut characters = [' '; 128];
    for (from, text) in fields {
        for (place, c) in (from - 1..).zip(text.chars()) {
            characters[place] = c;
        }
    }
    characters.iter().collect()
}

fn amount(cents: i64) -> String {
    format!("{:012}{:02}0", cents.abs() / 100, cents.abs() % 100)
}

struct Line<'a> {
    cents: i64,
    communication: Option<&'a str>,
    text: &'a str,
}

/// A statement as a bank writes it, with a movement of three records for each line.
fn coda(number: &str, opening: i64, lines: &[Line]) -> Vec<String> {
    let sign = |cents: i64| if cents < 0 { "1" } else { "0" };
    let mut records = vec![
        record(&[
            (1, "0"),
            (2, "0000"),
            (6, "010626"),
            (12, "725"),
            (15, "05"),
            (25, "0000000001"),
            (35, "ATLAS"),
            (61, "KREDBEBB"),
            (128, "2"),
        ]),
        record(&[
            (1, "12"),
            (3, number),
            (6, "BE68539007547034"),
            (40, "EUR"),
            (43, sign(opening)),
            (44, &amount(opening)),
            (59, "290526"),
            (65, "ATLAS"),
            (126, number),
        ]),
    ];
    for (n, line) in (1..).zip(lines) {
        let sequence = format!("{n:04}");
        let (kind, words) = match line.communication {
            Some(digits) => ("1", format!("101{digits}")),
            None => ("0", line.text.to_owned()),
        };
        records.push(record(&[
            (1, "21"),
            (3, &sequence),
            (7, "0000"),
            (11, "REF0001"),
            (32, sign(line.cents)),
            (33, &amount(line.cents)),
            (48, "010626"),
            (54, "00150000"),
            (62, kind),
            (63, &words),
            (116, "010626"),
            (122, number),
            (125, "0"),
            (126, "1"),
            (128, "0"),
        ]));
        records.push(record(&[(1, "22"), (3, &sequence), (7, "0000"), (126, "1"), (128, "0")]));
        records.push(record(&[
            (1, "23"),
            (3, &sequence),
            (7, "0000"),
            (11, "BE71096123456769"),
            (48, "BENALI SAMIRA"),
            (126, "0"),
            (128, "0"),
        ]));
    }
    let closing = opening + lines.iter().map(|line| line.cents).sum::<i64>();
    records.push(record(&[
        (1, "8"),
        (2, number),
        (5, "BE68539007547034"),
        (42, sign(closing)),
        (43, &amount(closing)),
        (58, "010626"),
        (128, "0"),
    ]));
    let count = format!("{:06}", records.len() - 1);
    let turnover = |debit: bool| amount(lines.iter().map(|line| line.cents).filter(|cents| (*cents < 0) == debit).sum());
    records.push(record(&[(1, "9"), (17, &count), (23, &turnover(true)), (38, &turnover(false)), (128, "2")]));
    records
}

fn two_lines() -> Vec<String> {
    coda(
        "012",
        100_000,
        &[Line { cents: 18_000, communication: Some("312401398067"), text: "" }, Line { cents: -250, communication: None, text: "KOSTEN" }],
    )
}

fn read_lines(records: &[String]) -> Result<Vec<Statement>, Fault> {
    read(records.join("\r\n").as_bytes()).map(|(_, statements)| statements)
}

fn refused(records: &[String]) -> (usize, Reason) {
    let fault = read_lines(records).unwrap_err();
    (fault.line, fault.reason)
}

#[test]
fn a_coda_file_is_read_record_by_record() {
    let statements = read_lines(&two_lines()).unwrap();
    let statement = &statements[0];
    assert_eq!((statement.iban.as_str(), statement.name.as_str()), ("BE68539007547034", "2026-06-01/012"));
    assert_eq!((statement.opening, statement.closing), (Cents(100_000), Cents(117_750)));
    let paid = &statement.movements[0];
    assert_eq!((paid.amount, paid.communication.as_deref()), (Cents(18_000), Some("+++312/4013/98067+++")));
    assert_eq!((paid.holder.as_str(), paid.iban.as_str()), ("BENALI SAMIRA", "BE71096123456769"));
    let costs = &statement.movements[1];
    assert_eq!((costs.amount, costs.text.as_str(), costs.communication.as_deref()), (Cents(-250), "KOSTEN", None));
}

#[test]
fn a_communication_in_free_text_over_two_records_is_found() {
    let mut records = coda("012", 0, &[Line { cents: 9_000, communication: None, text: "" }]);
    records[2].replace_range(100..115, "TEST +++312/401");
    records[3].replace_range(10..22, "3/98067+++ D");
    let statements = read_lines(&records).unwrap();
    assert_eq!(statements[0].movements[0].communication.as_deref(), Some("+++312/4013/98067+++"));
}

#[test]
fn several_statements_in_one_file_are_all_read() {
    let records = [two_lines(), coda("013", 117_750, &[Line { cents: 100, communication: None, text: "x" }])].concat();
    let statements = read_lines(&records).unwrap();
    assert_eq!(statements.iter().map(|one| one.name.as_str()).collect::<Vec<_>>(), ["2026-06-01/012", "2026-06-01/013"]);
}

#[test]
fn a_total_gives_way_to_its_details_when_they_add_up() {
    let mut records = coda("012", 0, &[Line { cents: 18_000, communication: None, text: "VERZAMELD" }]);
    records[2].replace_range(53..54, "2");
    for (detail, cents, digits) in [("0001", 9_000, "312401398067"), ("0002", 9_000, "000000009797")] {
        let mut part = coda("012", 0, &[Line { cents, communication: Some(digits), text: "" }])[2..5].to_vec();
        for one in &mut part {
            one.replace_range(6..10, detail);
        }
        part[0].replace_range(53..54, "6");
        let at = records.len() - 2;
        records.splice(at..at, part);
    }
    let last = records.len() - 1;
    records[last].replace_range(16..22, "000011");
    let movements = &read_lines(&records).unwrap()[0].movements;
    assert_eq!(
        movements.iter().map(|one| (one.amount.0, one.communication.as_deref())).collect::<Vec<_>>(),
        [(9_000, Some("+++312/4013/98067+++")), (9_000, Some("+++000/0000/09797+++")),]
    );
}

#[test]
fn a_file_that_does_not_hold_together_is_refused_with_its_line() {
    let whole = two_lines();
    let broken = |change: &dyn Fn(&mut Vec<String>)| {
        let mut records = whole.clone();
        change(&mut records);
        refused(&records)
    };
    assert_eq!(broken(&|records| drop(records.pop())), (9, Reason::CutOff), "record 9 is missing");
    assert_eq!(broken(&|records| records.truncate(5)), (5, Reason::CutOff), "cut in half");
    assert_eq!(broken(&|records| records[6].truncate(60)), (7, Reason::RecordLength), "cut within a record");
    assert_eq!(broken(&|records| drop(records.remove(3))), (9, Reason::Count), "a record is missing");
    assert_eq!(broken(&|records| records[5].replace_range(2..6, "0003")), (6, Reason::Sequence), "a number is missing in the row");
    assert_eq!(broken(&|records| records[2].replace_range(32..47, "000000000181000")), (10, Reason::Turnover), "an amount was changed");
    assert_eq!(broken(&|records| records[8].replace_range(42..57, "000000001177510")), (9, Reason::Balance), "the balance was changed");
    assert_eq!(broken(&|records| records[9].replace_range(16..22, "000009")), (10, Reason::Count));
    assert_eq!(broken(&|records| records[2].replace_range(32..47, "000000000180005")), (3, Reason::Number), "finer than a cent");
    assert_eq!(broken(&|records| records[2].replace_range(115..121, "310226")), (3, Reason::Date));
    assert_eq!(broken(&|records| records[1].replace_range(39..42, "USD")), (2, Reason::Currency));
    assert_eq!(broken(&|records| records[1].replace_range(5..21, "BE69539007547034")), (2, Reason::Account));
    assert_eq!(broken(&|records| records[0].replace_range(127..128, "1")), (1, Reason::Version));
    assert_eq!(broken(&|records| records.swap(1, 2)), (2, Reason::RecordOrder));
    assert_eq!(read(b"").unwrap_err(), Fault { line: 1, reason: Reason::Empty });
    assert_eq!(read(b"datum;bedrag\n").unwrap_err().reason, Reason::UnknownFormat);
}

fn camt(version: &str, entries: &str, closing: &str, more: &str) -> String {
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Document xmlns=\"urn:iso:std:iso:20022:tech:xsd:camt.053.001.{version}\"><BkToCstmrStmt><GrpHdr><MsgId>1</MsgId></GrpHdr>\n<Stmt><Id>S-12</Id><Acct><Id><IBAN>BE68539007547034</IBAN></Id><Ccy>EUR</Ccy></Acct>\n<Bal><Tp><CdOrPrtry><Cd>OPBD</Cd></CdOrPrtry></Tp><Amt Ccy=\"EUR\">1000.00</Amt><CdtDbtInd>CRDT</CdtDbtInd><Dt><Dt>2026-05-29</Dt></Dt></Bal>\n<Bal><Tp><CdOrPrtry><Cd>CLBD</Cd></CdOrPrtry></Tp><Amt Ccy=\"EUR\">{closing}</Amt><CdtDbtInd>CRDT</CdtDbtInd><Dt><Dt>2026-06-01</Dt></Dt></Bal>\n{more}{entries}</Stmt></BkToCstmrStmt></Document>"
    )
}

fn entry(status: &str, details: &str) -> String {
    format!(
        "<Ntry><Amt Ccy=\"EUR\">180.00</Amt><CdtDbtInd>CRDT</CdtDbtInd>{status}<BookgDt><Dt>2026-06-01</Dt></BookgDt><AcctSvcrRef>A1</AcctSvcrRef><NtryDtls>{details}</NtryDtls></Ntry>\n"
    )
}

const OLD: &str = "<TxDtls><RltdPties><Dbtr><Nm>Benali &amp; Zn</Nm></Dbtr><DbtrAcct><Id><IBAN>BE71096123456769</IBAN></Id></DbtrAcct></RltdPties><RmtInf><Strd><CdtrRefInf><Tp><CdOrPrtry><Cd>SCOR</Cd></CdOrPrtry><Issr>BBA</Issr></Tp><Ref>312401398067</Ref></CdtrRefInf></Strd></RmtInf></TxDtls>";
const NEW: &str = "<TxDtls><RltdPties><Dbtr><Pty><Nm>Benali &amp; Zn</Nm></Pty></Dbtr><DbtrAcct><Id><IBAN>BE71096123456769</IBAN></Id></DbtrAcct></RltdPties><RmtInf><Ustrd>+++312/4013/98067+++</Ustrd></RmtInf></TxDtls>";

#[test]
fn camt_053_is_read_in_its_old_and_its_new_version() {
    for (version, status, details) in [("02", "<Sts>BOOK</Sts>", OLD), ("08", "<Sts><Cd>BOOK</Cd></Sts>", NEW)] {
        let announced = entry("<Sts><Cd>PDNG</Cd></Sts>", "");
        let text = camt(version, &format!("{}{announced}", entry(status, details)), "1180.00", "");
        let (format, statements) = read(text.as_bytes()).unwrap();
        assert_eq!(format, BankFormat::Camt053);
        let movement = &statements[0].movements[0];
        assert_eq!(statements[0].movements.len(), 1, "what is only announced is not booked");
        assert_eq!((movement.amount, movement.communication.as_deref()), (Cents(18_000), Some("+++312/4013/98067+++")));
        assert_eq!((movement.holder.as_str(), movement.iban.as_str()), ("Benali & Zn", "BE71096123456769"));
    }
}

#[test]
fn a_camt_file_that_is_cut_changed_or_malicious_is_refused() {
    let whole = camt("08", &entry("<Sts><Cd>BOOK</Cd></Sts>", NEW), "1180.00", "");
    let reason = |text: &str| read(text.as_bytes()).unwrap_err().reason;
    assert!(matches!(reason(&whole[..whole.len() / 2]), Reason::CutOff | Reason::Xml));
    assert_eq!(
        reason(&whole.replace("180.00</Amt><CdtDbtInd>CRDT</CdtDbtInd><Sts>", "181.00</Amt><CdtDbtInd>CRDT</CdtDbtInd><Sts>")),
        Reason::Balance
    );
    assert_eq!(reason(&whole.replace("053.001.08", "053.001.09")), Reason::NotCamt);
    assert_eq!(reason(&whole.replace("camt.053", "pain.001")), Reason::NotCamt);
    assert_eq!(reason(&whole.replace("Ccy=\"EUR\">180", "Ccy=\"USD\">180")), Reason::Currency);
    assert_eq!(reason(&whole.replace("<Id>S-12</Id>", "")), Reason::Missing);
    assert_eq!(reason("<Document>"), Reason::CutOff);
    let file = whole
        .replacen("<Document", "<!DOCTYPE d [<!ENTITY x SYSTEM \"file:///etc/passwd\">]><Document", 1)
        .replace("Benali &amp; Zn", "&x;");
    assert_eq!(reason(&file), Reason::Doctype);
    assert_eq!(reason(&whole.replace("Benali &amp; Zn", "&x;")), Reason::Doctype);
    let total = camt(
        "08",
        &entry("<Sts><Cd>BOOK</Cd></Sts>", NEW),
        "1180.00",
        "<TxsSummry><TtlNtries><NbOfNtries>2</NbOfNtries></TtlNtries></TxsSummry>\n",
    );
    assert_eq!(read(total.as_bytes()).unwrap_err(), Fault { line: 6, reason: Reason::Count });
}

proptest! {
    #[test]
    fn no_file_whatever_makes_the_reader_stumble(bytes in prop::collection::vec(any::<u8>(), 0..600), as_coda: bool) {
        let bytes = if as_coda { [b"0".as_slice(), &bytes].concat() } else { [b"<".as_slice(), &bytes].concat() };
        let _ = read(&bytes);
    }

    #[test]
    fn a_statement_reads_back_as_it_was_written_and_not_when_a_line_is_lost(
        cents in prop::collection::vec(prop_oneof![-900_000_i64..0, 1_i64..900_000], 1..12), opening in -500_000_i64..500_000, lost in 0_usize..100,
    ) {
        let lines: Vec<Line> = cents.iter().map(|cents| Line { cents: *cents, communication: None, text: "x" }).collect();
        let records = coda("001", opening, &lines);
        let statements = read_lines(&records).unwrap();
        prop_assert_eq!(statements[0].movements.iter().map(|one| one.amount.0).collect::<Vec<_>>(), cents);
        let mut cut = records.clone();
        cut.remove(lost % records.len());
        prop_assert!(read_lines(&cut).is_err());
    }
}
