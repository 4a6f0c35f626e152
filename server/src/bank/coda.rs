//! CODA, version 2: statements of account as Belgian banks deliver them (Febelfin, "Coded statement of account", 2.6).
//!
//! Every record has 128 characters. A statement is 0 (header), 1 (old balance), then movements 21, 22, 23 with information 31, 32, 33 and free
//! text 4, then 8 (new balance) and 9 (trailer). Amounts have three decimals. What does not add up is refused as a whole.

use chrono::NaiveDate;

use super::iban;
use super::statement::{Fault, Movement, Reason, Statement, communication_in, fault, normalised};
use crate::money::Cents;

/// A record with its place in the file.
#[derive(Clone, Copy)]
struct Record<'a> {
    line: usize,
    characters: &'a [char],
}

impl Record<'_> {
    /// The characters of a field, by the numbers of the specification: both ends included, from 1.
    fn raw(&self, from: usize, to: usize) -> String {
        self.characters.get(from - 1..to).unwrap_or_default().iter().collect()
    }

    /// Without the blanks around it.
    fn text(&self, from: usize, to: usize) -> String {
        self.raw(from, to).trim().to_owned()
    }

    fn kind(&self) -> (char, char) {
        (self.characters.first().copied().unwrap_or(' '), self.characters.get(1).copied().unwrap_or(' '))
    }

    fn number(&self, from: usize, to: usize) -> Result<i64, Fault> {
        let digits = self.raw(from, to);
        let all_digits = digits.bytes().all(|byte| byte.is_ascii_digit());
        match digits.parse() {
            Ok(number) if all_digits => Ok(number),
            _ => fault(self.line, Reason::Number),
        }
    }

    /// Fifteen digits, the last three of them decimals: whole cents, or the file is not ours to read.
    fn cents(&self, from: usize, to: usize) -> Result<Cents, Fault> {
        let thousandths = self.number(from, to)?;
        if thousandths % 10 == 0 { Ok(Cents(thousandths / 10)) } else { fault(self.line, Reason::Number) }
    }

    /// An amount with its sign before it: 0 is credit, 1 is debit.
    fn signed(&self, sign: usize, from: usize, to: usize) -> Result<Cents, Fault> {
        let amount = self.cents(from, to)?;
        match self.raw(sign, sign).as_str() {
            "0" => Ok(amount),
            "1" => Ok(-amount),
            _ => fault(self.line, Reason::Number),
        }
    }

    fn date(&self, from: usize, to: usize) -> Result<NaiveDate, Fault> {
        let (day, month, year) = (self.number(from, from + 1)?, self.number(from + 2, from + 3)?, self.number(to - 1, to)?);
        let parts = (i32::try_from(2000 + year), u32::try_from(month), u32::try_from(day));
        let (Ok(year), Ok(month), Ok(day)) = parts else { return fault(self.line, Reason::Date) };
        NaiveDate::from_ymd_opt(year, month, day).ok_or(Fault { line: self.line, reason: Reason::Date })
    }
}

/// The statements of a file.
pub fn parse(bytes: &[u8]) -> Result<Vec<Statement>, Fault> {
    // Banks write ISO 8859-1, in which every byte is a character; what passed through an editor may be UTF-8.
    let text: String = match std::str::from_utf8(bytes) {
        Ok(text) => text.trim_start_matches('\u{feff}').to_owned(),
        Err(_) => bytes.iter().map(|byte| char::from(*byte)).collect(),
    };
    let lines: Vec<Vec<char>> = text.split('\n').map(|line| line.trim_end_matches('\r').chars().collect()).collect();
    let mut records = Vec::new();
    for (line, characters) in (1..).zip(&lines) {
        // The file may end with an empty line.
        if characters.is_empty() && line == lines.len() {
            continue;
        }
        if characters.len() != 128 {
            return fault(line, Reason::RecordLength);
        }
        records.push(Record { line, characters });
    }
    let mut rest = records.as_slice();
    let mut statements = Vec::new();
    while !rest.is_empty() {
        let (statement, after) = statement(rest)?;
        statements.push(statement);
        rest = after;
    }
    if statements.is_empty() { fault(1, Reason::Empty) } else { Ok(statements) }
}

/// One statement, and the records after it.
fn statement<'a>(records: &'a [Record<'a>]) -> Result<(Statement, &'a [Record<'a>]), Fault> {
    let last_line = records.last().map_or(1, |record| record.line);
    let cut_off = || Fault { line: last_line, reason: Reason::CutOff };
    let [header, old, body @ ..] = records else { return Err(cut_off()) };
    if header.kind().0 != '0' {
        return fault(header.line, Reason::RecordOrder);
    }
    if header.raw(128, 128) != "2" {
        return fault(header.line, Reason::Version);
    }
    if old.kind().0 != '1' {
        return fault(old.line, Reason::RecordOrder);
    }
    let account = account(old)?;
    let opening = old.signed(43, 44, 58)?;
    let mut movements = Movements::default();
    let mut at = 0;
    let closing_record = loop {
        let record = body.get(at).ok_or_else(cut_off)?;
        at += 1;
        match record.kind() {
            ('2', '1'..='3') => movements.movement(record)?,
            ('3', '1'..='3') => movements.information(record)?,
            ('4', _) => movements.must_not_continue(record)?,
            ('8', _) => break record,
            _ => return fault(record.line, Reason::RecordOrder),
        }
    };
    movements.must_not_continue(closing_record)?;
    let closing = closing_record.signed(42, 43, 57)?;
    let closed_on = closing_record.date(58, 63)?;
    // Free text may follow the new balance.
    while body.get(at).is_some_and(|record| record.kind().0 == '4') {
        at += 1;
    }
    let trailer = body.get(at).ok_or_else(cut_off)?;
    if trailer.kind().0 != '9' {
        return fault(trailer.line, Reason::RecordOrder);
    }
    let counted = body.iter().take(at).filter(|record| record.kind().0 != '4').count() + 1;
    if trailer.number(17, 22)? != i64::try_from(counted).unwrap_or(i64::MAX) {
        return fault(trailer.line, Reason::Count);
    }
    let sum = |mains: &[Main], debit: bool| -> Cents {
        mains.iter().map(|main| main.movement.amount).filter(|amount| (*amount < Cents::ZERO) == debit).sum()
    };
    if trailer.cents(23, 37)? != -sum(&movements.mains, true) || trailer.cents(38, 52)? != sum(&movements.mains, false) {
        return fault(trailer.line, Reason::Turnover);
    }
    if opening + sum(&movements.mains, true) + sum(&movements.mains, false) != closing {
        return fault(closing_record.line, Reason::Balance);
    }
    let statement = Statement {
        line: header.line,
        iban: account,
        name: format!("{closed_on}/{}", old.text(126, 128)),
        closed_on,
        opening,
        closing,
        movements: movements.mains.into_iter().flat_map(Main::leaves).collect(),
    };
    Ok((statement, body.get(at + 1..).unwrap_or_default()))
}

/// The account of the old balance: its structure is 2 for a Belgian IBAN and 3 for a foreign one.
fn account(old: &Record) -> Result<String, Fault> {
    let (number, currency) = match old.kind().1 {
        '2' => (old.text(6, 21), old.text(40, 42)),
        '3' => (old.text(6, 39), old.text(40, 42)),
        _ => return fault(old.line, Reason::Account),
    };
    if currency != "EUR" {
        return fault(old.line, Reason::Currency);
    }
    iban::normalised(&number).ok_or(Fault { line: old.line, reason: Reason::Account })
}

/// A movement with its details: what a customer or a bank put together.
struct Main {
    sequence: i64,
    /// The first digit of the transaction code: 1 and 2 are totals of which the details follow.
    kind: char,
    movement: Movement,
    details: Vec<(char, Movement)>,
}

impl Main {
    /// The details of a total, when they add up to it; else the movement itself.
    fn leaves(self) -> Vec<Movement> {
        let details: Vec<Movement> =
            self.details.into_iter().filter(|(kind, _)| matches!(kind, '5'..='7')).map(|(_, detail)| detail).collect();
        let total: Cents = details.iter().map(|detail| detail.amount).sum();
        let is_total = matches!(self.kind, '1' | '2') && !details.is_empty() && total == self.movement.amount;
        if is_total { details } else { vec![self.movement] }
    }
}

/// The movements so far, and which record must follow.
#[derive(Default)]
struct Movements {
    mains: Vec<Main>,
    /// The record before said that the movement or the information goes on.
    continues: bool,
    before: Option<(char, char)>,
}

impl Movements {
    fn last(&mut self) -> Option<(i64, &mut Movement)> {
        let main = self.mains.last_mut()?;
        let sequence = main.sequence;
        Some((sequence, main.details.last_mut().map_or(&mut main.movement, |(_, detail)| detail)))
    }

    fn must_not_continue(&self, record: &Record) -> Result<(), Fault> {
        if self.continues { fault(record.line, Reason::RecordOrder) } else { Ok(()) }
    }

    fn movement(&mut self, record: &Record) -> Result<(), Fault> {
        let (sequence, detail) = (record.number(3, 6)?, record.number(7, 10)?);
        if record.kind().1 == '1' {
            self.must_not_continue(record)?;
            self.begin(record, sequence, detail)?;
        } else {
            // 22 follows 21; 23 follows 21 or 22, of the same movement.
            let fits = matches!((self.before, record.kind().1), (Some(('2', '1')), '2' | '3') | (Some(('2', '2')), '3'));
            if !fits || !self.continues {
                return fault(record.line, Reason::RecordOrder);
            }
            let (of, movement) = self.last().ok_or(Fault { line: record.line, reason: Reason::RecordOrder })?;
            if of != sequence {
                return fault(record.line, Reason::Sequence);
            }
            let more = if record.kind().1 == '2' {
                record.raw(11, 63)
            } else {
                movement.iban = record.text(11, 47).split_whitespace().next().and_then(iban::normalised).unwrap_or_default();
                movement.holder = record.text(48, 82);
                record.raw(83, 125)
            };
            movement.text = format!("{}{}", movement.text, more).trim_end().to_owned();
        }
        self.continues = record.raw(126, 126) == "1";
        self.before = Some(record.kind());
        Ok(())
    }

    fn begin(&mut self, record: &Record, sequence: i64, detail: i64) -> Result<(), Fault> {
        let amount = record.signed(32, 33, 47)?;
        let kind = record.raw(54, 54).chars().next().unwrap_or(' ');
        let structured = match record.raw(62, 62).as_str() {
            "0" => false,
            "1" => true,
            _ => return fault(record.line, Reason::Number),
        };
        // Types 101 and 102 hold the twelve digits of a structured communication.
        let is_communication = structured && matches!(record.raw(63, 65).as_str(), "101" | "102");
        let communication = if is_communication { normalised(&record.raw(66, 77)) } else { None };
        let text = if is_communication { record.raw(66, 77) } else { record.raw(63, 115) };
        let movement = Movement {
            line: record.line,
            amount,
            booked_on: record.date(116, 121)?,
            communication,
            text,
            holder: String::new(),
            iban: String::new(),
            reference: record.text(11, 31),
        };
        let expected = self.mains.last().map_or(1, |main| main.sequence + 1);
        match self.mains.last_mut() {
            Some(main) if detail > 0 && main.sequence == sequence => main.details.push((kind, movement)),
            _ if detail == 0 && sequence == expected => {
                if amount == Cents::ZERO {
                    return fault(record.line, Reason::Number);
                }
                self.mains.push(Main { sequence, kind, movement, details: Vec::new() });
            }
            _ => return fault(record.line, Reason::Sequence),
        }
        Ok(())
    }

    /// Information of a movement is checked for its place in the file; orders are found by the movement itself.
    fn information(&mut self, record: &Record) -> Result<(), Fault> {
        let fits = match record.kind().1 {
            '1' => !self.continues,
            '2' => self.continues && self.before == Some(('3', '1')),
            _ => self.continues && matches!(self.before, Some(('3', '1' | '2'))),
        };
        if !fits {
            return fault(record.line, Reason::RecordOrder);
        }
        let sequence = record.number(3, 6)?;
        let of = self.mains.last().map(|main| main.sequence);
        if of != Some(sequence) {
            return fault(record.line, Reason::Sequence);
        }
        self.continues = record.raw(126, 126) == "1";
        self.before = Some(record.kind());
        Ok(())
    }
}

/// The communication may also stand in the free text.
pub fn with_communications(mut statements: Vec<Statement>) -> Vec<Statement> {
    for movement in statements.iter_mut().flat_map(|statement| &mut statement.movements) {
        movement.text = movement.text.split_whitespace().collect::<Vec<_>>().join(" ");
        if movement.communication.is_none() {
            movement.communication = communication_in(&movement.text);
        }
    }
    statements
}
