//! `ijkpunt item check`: what is wrong with items, tests and packages, a line each.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use item_bank::qti::{self, Package};

use super::Outcome;
use super::item::{Failure, print_text, read_file};

/// The largest file that is looked at: the limit of a whole package.
const MAX_FILE: u64 = 1 << 30;
/// The deepest folder that is walked into.
const MAX_DEPTH: usize = 32;

/// What has been looked at so far.
#[derive(Default)]
struct Report {
    lines: Vec<String>,
    documents: usize,
}

impl Report {
    fn add(&mut self, file: &str, line: u32, column: u32, reason: &str) {
        // A reason is one line, whatever the document held.
        let reason: String = reason.chars().map(|character| if character.is_control() { ' ' } else { character }).collect();
        self.lines.push(format!("{file}:{line}:{column}: {reason}\n"));
    }
}

/// Prints every fault and exits 1 when there is any; what cannot be read at all is a fault like the others.
pub fn check(path: &Path) -> Outcome {
    if !path.exists() {
        return Err(format!("{}: there is no such file or folder", path.display()).into());
    }
    let mut report = Report::default();
    check_path(path, 0, &mut report);
    if report.documents == 0 && report.lines.is_empty() {
        return Err(format!("{}: there is no item, test or package here", path.display()).into());
    }
    print_text(&report.lines.concat())?;
    Ok(if report.lines.is_empty() { ExitCode::SUCCESS } else { ExitCode::from(1) })
}

fn check_path(path: &Path, depth: usize, report: &mut Report) {
    let outcome = if path.is_dir() { check_folder(path, depth, report) } else { check_file(path, report) };
    if let Err(failure) = outcome {
        let name = path.display().to_string();
        let text = failure.to_string();
        report.add(&name, 1, 1, text.strip_prefix(&format!("{name}: ")).unwrap_or(&text));
    }
}

fn check_folder(folder: &Path, depth: usize, report: &mut Report) -> Result<(), Failure> {
    if depth > MAX_DEPTH {
        return Err("the folders are too deep to look into".into());
    }
    if folder.join("imsmanifest.xml").is_file() {
        let mut files = BTreeMap::new();
        collect(folder, "", 0, &mut files)?;
        package(&folder.display().to_string(), qti::package_of(files), report);
        return Ok(());
    }
    for entry in entries(folder)? {
        let ending = |wanted: &str| entry.extension().is_some_and(|ending| ending.eq_ignore_ascii_case(wanted));
        if entry.is_dir() || ending("xml") || ending("zip") {
            check_path(&entry, depth + 1, report);
        }
    }
    Ok(())
}

/// What is in a folder, by name. Links are left out: they may lead anywhere, and round in circles.
fn entries(folder: &Path) -> Result<Vec<PathBuf>, Failure> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        if !entry.file_type()?.is_symlink() {
            found.push(entry.path());
        }
    }
    found.sort();
    Ok(found)
}

/// The files of an unpacked package by their paths in it.
fn collect(folder: &Path, prefix: &str, depth: usize, files: &mut BTreeMap<String, Vec<u8>>) -> Result<(), Failure> {
    if depth > MAX_DEPTH {
        return Err("the folders are too deep to look into".into());
    }
    for entry in entries(folder)? {
        let Some(name) = entry.file_name().and_then(|name| name.to_str()) else { continue };
        let path = format!("{prefix}{name}");
        if entry.is_dir() {
            collect(&entry, &format!("{path}/"), depth + 1, files)?;
        } else {
            files.insert(path, read_file(&entry, MAX_FILE)?);
        }
    }
    Ok(())
}

fn check_file(path: &Path, report: &mut Report) -> Result<(), Failure> {
    let name = path.display().to_string();
    let bytes = read_file(path, MAX_FILE)?;
    if bytes.starts_with(b"PK") {
        package(&name, qti::read_package(&bytes), report);
        return Ok(());
    }
    report.documents += 1;
    let folder = path.parent().unwrap_or(Path::new("."));
    let checked = qti::check_document_with(&bytes, &|href| section_file(folder, href));
    for problem in checked.problems() {
        report.add(&name, problem.at.line, problem.at.column, &problem.reason);
    }
    for (used, at) in checked.uses() {
        let is_beside =
            qti::resolve_path("document", &used).is_some_and(|inside| folder.join(inside).is_file()) || folder.join(&used).is_file();
        if !is_beside {
            report.add(&name, at.line, at.column, &format!("the file {used} is not there"));
        }
    }
    Ok(())
}

/// A section of a test that stands in a file of its own.
pub(super) fn section_file(folder: &Path, href: &str) -> Option<Vec<u8>> {
    read_file(&folder.join(qti::resolve_path("document", href)?), 16 << 20).ok()
}

fn package(name: &str, read: Result<Package, Vec<qti::PackageProblem>>, report: &mut Report) {
    report.documents += 1;
    let problems = match &read {
        Err(problems) => problems.clone(),
        Ok(package) => qti::check_package(package),
    };
    for problem in problems {
        report.add(&format!("{name}/{}", problem.file), problem.at.line, problem.at.column, &problem.reason);
    }
}
