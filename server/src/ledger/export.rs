//! The journal of a month as a file for the accountants: a row for each line, debit and credit apart.

use rust_xlsxwriter::{Format, Workbook, XlsxError};

use super::store::FullEntry;
use crate::entity::enums::Account;
use crate::money::Cents;

const HEAD: [&str; 9] = ["entry", "date", "kind", "paper", "account", "account_name", "detail", "debit", "credit"];

/// The numbers of the minimum general ledger of Belgian accounting. Which sub-accounts an agency keeps is its own choice; these are ours.
pub const fn number(account: Account) -> &'static str {
    match account {
        Account::Receivable => "400000",
        Account::Cash => "570000",
        Account::TerminalClearing => "580100",
        Account::TransferClearing => "580200",
        Account::Bank => "550000",
        Account::Revenue => "700000",
        Account::RefundsDue => "489100",
        Account::Unallocated => "499000",
        Account::TillDifferences => "659000",
        Account::Other => "499900",
    }
}

struct Row {
    text: [String; 7],
    debit: Cents,
    credit: Cents,
}

fn rows(entries: &[FullEntry], detail: impl Fn(&str) -> String) -> Vec<Row> {
    let mut rows = Vec::new();
    for full in entries {
        for line in &full.lines {
            let amount = line.amount_cents;
            rows.push(Row {
                text: [
                    full.entry.number.clone(),
                    full.entry.booked_on.to_string(),
                    full.entry.kind.as_str().to_owned(),
                    full.entry.paper.clone(),
                    number(line.account).to_owned(),
                    line.account.as_str().to_owned(),
                    line.detail.as_deref().map(&detail).unwrap_or_default(),
                ],
                debit: if amount > Cents::ZERO { amount } else { Cents::ZERO },
                credit: if amount < Cents::ZERO { -amount } else { Cents::ZERO },
            });
        }
    }
    rows
}

/// Euros with two decimals and a comma, as Belgian spreadsheets read them; made of the cents, without a float.
fn euros(cents: Cents) -> String {
    if cents == Cents::ZERO { String::new() } else { format!("{},{:02}", cents.0 / 100, cents.0 % 100) }
}

/// Separated by semicolons, with a mark that tells spreadsheets that it is UTF-8.
pub fn csv(entries: &[FullEntry], detail: impl Fn(&str) -> String) -> Result<Vec<u8>, csv::Error> {
    let mut writer = csv::WriterBuilder::new().delimiter(b';').from_writer(b"\xef\xbb\xbf".to_vec());
    writer.write_record(HEAD)?;
    for row in rows(entries, detail) {
        writer.write_record(row.text.iter().cloned().chain([euros(row.debit), euros(row.credit)]))?;
    }
    writer.into_inner().map_err(|error| error.into_error().into())
}

pub fn xlsx(entries: &[FullEntry], detail: impl Fn(&str) -> String) -> Result<Vec<u8>, XlsxError> {
    let mut book = Workbook::new();
    let sheet = book.add_worksheet();
    let (bold, money) = (Format::new().set_bold(), Format::new().set_num_format("#,##0.00"));
    for (column, name) in (0_u16..).zip(HEAD) {
        sheet.write_with_format(0, column, name, &bold)?;
    }
    for (at, row) in (1_u32..).zip(rows(entries, detail)) {
        for (column, text) in (0_u16..).zip(&row.text) {
            sheet.write(at, column, text)?;
        }
        for (column, cents) in [(7, row.debit), (8, row.credit)] {
            if cents != Cents::ZERO {
                // The cell holds a number, as every cell of a workbook does; the sums stay exact in cents on our side.
                sheet.write_with_format(at, column, cents.0 as f64 / 100.0, &money)?;
            }
        }
    }
    book.save_to_buffer()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_are_written_from_whole_cents() {
        assert_eq!(euros(Cents(9_005)), "90,05");
        assert_eq!(euros(Cents(7)), "0,07");
        assert_eq!(euros(Cents(0)), "");
    }
}
