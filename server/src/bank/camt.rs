//! camt.053, the statement of account of ISO 20022, in the versions .001.02 to .001.08.

use chrono::NaiveDate;

use super::iban;
use super::statement::{Fault, Movement, Reason, Statement, communication_in, fault, normalised};
use super::xml::{self, Element};
use crate::money::Cents;

const NAMESPACE: &str = "urn:iso:std:iso:20022:tech:xsd:camt.053.001.";

pub fn parse(bytes: &[u8]) -> Result<Vec<Statement>, Fault> {
    let text = std::str::from_utf8(bytes).map_err(|error| {
        let line = 1 + bytes.iter().take(error.valid_up_to()).filter(|byte| **byte == b'\n').count();
        Fault { line, reason: Reason::Xml }
    })?;
    let root = xml::parse(text.trim_start_matches('\u{feff}'))?;
    let version = root.attributes.iter().filter(|(key, _)| key.starts_with("xmlns")).find_map(|(_, uri)| uri.strip_prefix(NAMESPACE));
    let known = matches!(version, Some("02" | "03" | "04" | "05" | "06" | "07" | "08"));
    let message = root.at("BkToCstmrStmt").filter(|_| known && root.name == "Document");
    let message = message.ok_or(Fault { line: root.line, reason: Reason::NotCamt })?;
    let statements: Vec<Statement> = message.all("Stmt").map(statement).collect::<Result<_, _>>()?;
    if statements.is_empty() { fault(root.line, Reason::Empty) } else { Ok(statements) }
}

fn missing(element: &Element) -> Fault {
    Fault { line: element.line, reason: Reason::Missing }
}

fn statement(stmt: &Element) -> Result<Statement, Fault> {
    let number = stmt.at("Acct/Id/IBAN").ok_or_else(|| missing(stmt))?;
    let account = iban::normalised(&number.text).ok_or(Fault { line: number.line, reason: Reason::Account })?;
    let (opening, _) = balance(stmt, &["OPBD", "PRCD"])?;
    let (closing, closed_on) = balance(stmt, &["CLBD"])?;
    let booked: Vec<&Element> = stmt.all("Ntry").filter(|entry| is_booked(entry)).collect();
    let mut movements = Vec::new();
    let (mut credit, mut debit) = (Cents::ZERO, Cents::ZERO);
    for entry in &booked {
        let amount = signed(entry)?;
        if amount < Cents::ZERO {
            debit = debit - amount
        } else {
            credit = credit + amount
        }
        movements.extend(movements_of(entry, amount)?);
    }
    if opening + credit - debit != closing {
        return fault(stmt.line, Reason::Balance);
    }
    if let Some(summary) = stmt.at("TxsSummry") {
        let all = booked.len();
        let credits = booked.iter().filter(|entry| entry.text_at("CdtDbtInd") == Some("CRDT")).count();
        for (path, count, sum) in
            [("TtlNtries", all, credit + debit), ("TtlCdtNtries", credits, credit), ("TtlDbtNtries", all - credits, debit)]
        {
            check_total(summary, path, count, sum)?;
        }
    }
    Ok(Statement {
        line: stmt.line,
        iban: account,
        name: stmt.text_at("Id").ok_or_else(|| missing(stmt))?.chars().take(80).collect(),
        closed_on,
        opening,
        closing,
        movements,
    })
}

/// The totals that the bank wrote beside its entries, where it did.
fn check_total(summary: &Element, path: &str, count: usize, sum: Cents) -> Result<(), Fault> {
    let Some(total) = summary.at(path) else { return Ok(()) };
    if total.text_at("NbOfNtries").is_some_and(|text| text.parse() != Ok(count)) {
        return fault(total.line, Reason::Count);
    }
    match total.text_at("Sum").map(|text| cents(text, total.line)).transpose()? {
        Some(named) if named != sum => fault(total.line, Reason::Turnover),
        _ => Ok(()),
    }
}

/// Entries that are only announced are in no balance yet. The status is a word up to version 7, and a code in version 8.
fn is_booked(entry: &Element) -> bool {
    entry.text_at("Sts/Cd").or_else(|| entry.text_at("Sts")).is_none_or(|status| status == "BOOK")
}

fn balance(stmt: &Element, codes: &[&str]) -> Result<(Cents, NaiveDate), Fault> {
    let with = |code: &str| stmt.all("Bal").find(|balance| balance.text_at("Tp/CdOrPrtry/Cd") == Some(code));
    let balance = codes.iter().find_map(|code| with(code)).ok_or_else(|| missing(stmt))?;
    Ok((signed(balance)?, date(balance, "Dt")?))
}

/// The amount of an entry or balance with its sign: CRDT is money in.
fn signed(element: &Element) -> Result<Cents, Fault> {
    let amount = amount_of(element.at("Amt").ok_or_else(|| missing(element))?)?;
    match element.text_at("CdtDbtInd") {
        Some("CRDT") => Ok(amount),
        Some("DBIT") => Ok(-amount),
        _ => Err(missing(element)),
    }
}

fn amount_of(amount: &Element) -> Result<Cents, Fault> {
    match amount.attribute("Ccy") {
        Some("EUR") => cents(&amount.text, amount.line),
        _ => fault(amount.line, Reason::Currency),
    }
}

/// A decimal number without sign as whole cents; what is finer than a cent must be nothing.
fn cents(text: &str, line: usize) -> Result<Cents, Fault> {
    let text = text.trim();
    let (euros, decimals) = text.split_once('.').unwrap_or((text, ""));
    let digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    let fine = decimals.get(2..).is_none_or(|rest| rest.bytes().all(|byte| byte == b'0'));
    let two: String = decimals.chars().chain("00".chars()).take(2).collect();
    if euros.is_empty() || euros.len() > 15 || !digits(euros) || !digits(decimals) || !fine {
        return fault(line, Reason::Number);
    }
    format!("{euros}{two}").parse().map(Cents).map_err(|_| Fault { line, reason: Reason::Number })
}

/// A day, or a moment of which the day counts.
fn date(element: &Element, path: &str) -> Result<NaiveDate, Fault> {
    let element = element.at(path).ok_or_else(|| missing(element))?;
    let text = element.text_at("Dt").or_else(|| element.text_at("DtTm")).unwrap_or_default();
    let day = text.get(..10).unwrap_or_default();
    day.parse().map_err(|_| Fault { line: element.line, reason: Reason::Date })
}

/// The transactions of an entry, where it puts several together and they add up; else the entry itself.
fn movements_of(entry: &Element, amount: Cents) -> Result<Vec<Movement>, Fault> {
    let booked_on = date(entry, "BookgDt")?;
    let details: Vec<&Element> = entry.all("NtryDtls").flat_map(|details| details.all("TxDtls")).collect();
    let reference = entry.text_at("AcctSvcrRef").or_else(|| entry.text_at("NtryRef")).unwrap_or_default();
    if amount == Cents::ZERO {
        return fault(entry.line, Reason::Number);
    }
    if details.len() > 1 {
        let mut movements = Vec::new();
        for detail in &details {
            let part = detail.at("Amt").or_else(|| detail.at("AmtDtls/TxAmt/Amt")).ok_or_else(|| missing(detail))?;
            let part = amount_of(part)?;
            let sign = detail.text_at("CdtDbtInd").or_else(|| entry.text_at("CdtDbtInd"));
            let part = if sign == Some("DBIT") { -part } else { part };
            movements.push(movement(detail, part, booked_on, reference));
        }
        if movements.iter().map(|one| one.amount).sum::<Cents>() != amount {
            return fault(entry.line, Reason::Turnover);
        }
        return Ok(movements);
    }
    let source = details.first().copied().unwrap_or(entry);
    let mut one = movement(source, amount, booked_on, reference);
    if one.text.is_empty() {
        one.text = entry.text_at("AddtlNtryInf").unwrap_or_default().to_owned();
    }
    Ok(vec![one])
}

fn movement(detail: &Element, amount: Cents, booked_on: NaiveDate, reference: &str) -> Movement {
    // The other party stands in `Pty` from version 8 on.
    let (party, account) = if amount < Cents::ZERO { ("Cdtr", "CdtrAcct") } else { ("Dbtr", "DbtrAcct") };
    let name = [format!("RltdPties/{party}/Nm"), format!("RltdPties/{party}/Pty/Nm")];
    let structured = detail.text_at("RmtInf/Strd/CdtrRefInf/Ref");
    let free: Vec<&str> = detail.at("RmtInf").map(|info| info.all("Ustrd").map(|text| text.text.trim()).collect()).unwrap_or_default();
    let own = detail.text_at("Refs/EndToEndId").filter(|text| *text != "NOTPROVIDED");
    let words: Vec<&str> = structured.into_iter().chain(free).collect();
    let text = if words.is_empty() { own.unwrap_or_default().to_owned() } else { words.join(" ") };
    Movement {
        line: detail.line,
        amount,
        booked_on,
        communication: structured.and_then(normalised).or_else(|| communication_in(&text)),
        text,
        holder: name.iter().find_map(|path| detail.text_at(path)).unwrap_or_default().to_owned(),
        iban: detail.text_at(&format!("RltdPties/{account}/Id/IBAN")).and_then(iban::normalised).unwrap_or_default(),
        reference: reference.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_are_read_to_the_cent_and_never_rounded() {
        for (text, expected) in
            [("90", Ok(9_000)), ("90.5", Ok(9_050)), ("90.05", Ok(9_005)), ("0.01000", Ok(1)), (" 1234567.89 ", Ok(123_456_789))]
        {
            assert_eq!(cents(text, 1).map(|cents| cents.0), expected, "{text}");
        }
        for text in ["", "90,5", "-90", "90.005", "9e3", "1.2.3", "9999999999999999"] {
            assert_eq!(cents(text, 3), fault(3, Reason::Number), "{text}");
        }
    }
}
