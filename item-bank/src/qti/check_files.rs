//! Everything that can be said of documents and packages before they are used.

use std::collections::BTreeSet;

use super::check::publication_problems;
use super::model::Item;
use super::package::{Package, PackageProblem, resolve_path};
use super::test_reader::parse_test_with;
use super::xml::{Position, Problem};

/// What a document turned out to be, with what is wrong with it.
pub enum Checked {
    Item(Box<Item>, Vec<Problem>),
    Test(Box<super::Test>, Vec<Problem>),
    Neither(Vec<Problem>),
}

impl Checked {
    pub fn problems(&self) -> &[Problem] {
        match self {
            Checked::Item(_, problems) | Checked::Test(_, problems) | Checked::Neither(problems) => problems,
        }
    }

    /// The files that the document uses, by the names that it gives them, and where.
    pub fn uses(&self) -> Vec<(String, Position)> {
        match self {
            Checked::Item(item, _) => item.media(),
            Checked::Test(test, _) => test.item_files().into_iter().map(|href| (href, Position { line: 1, column: 1 })).collect(),
            Checked::Neither(_) => Vec::new(),
        }
    }
}

/// Reads a document, an item or a test, and names all that is invalid or not supported in it, in the order of the document.
pub fn check_document(bytes: &[u8]) -> Checked {
    check_document_with(bytes, &|_| None)
}

/// As [`check_document`], with the sections that stand in files of their own (see [`super::parse_test_with`]).
pub fn check_document_with(bytes: &[u8], load: &dyn Fn(&str) -> Option<Vec<u8>>) -> Checked {
    match Item::parse(bytes) {
        Ok(item) => {
            let problems = in_order(publication_problems(&item));
            Checked::Item(Box::new(item), problems)
        }
        Err(of_item) => match parse_test_with(bytes, load) {
            Ok(test) => {
                let problems = in_order(test.problems.clone());
                Checked::Test(Box::new(test), problems)
            }
            Err(of_test) if of_test == of_item => Checked::Neither(of_item),
            Err(_) => Checked::Neither(
                of_item
                    .into_iter()
                    .map(|problem| Problem {
                        reason: problem.reason.replace("is not a QTI item", "is neither a QTI item nor a test"),
                        ..problem
                    })
                    .collect(),
            ),
        },
    }
}

fn in_order(mut problems: Vec<Problem>) -> Vec<Problem> {
    for problem in &mut problems {
        // What concerns the document as a whole stands at its beginning.
        if problem.at.line == 0 {
            problem.at = Position { line: 1, column: 1 };
        }
    }
    problems.sort_by(|a, b| a.at.cmp(&b.at).then_with(|| a.reason.cmp(&b.reason)));
    problems.dedup();
    problems
}

/// All that is wrong with the documents of a package, and the files that they use and that it does not hold.
pub fn check_package(package: &Package) -> Vec<PackageProblem> {
    let files: BTreeSet<&str> = package
        .media
        .keys()
        .map(String::as_str)
        .chain(package.items.iter().chain(&package.tests).map(|resource| resource.href.as_str()))
        .collect();
    let mut found = Vec::new();
    for resource in package.items.iter().chain(&package.tests) {
        let complain = |at: Position, reason: String| PackageProblem { file: resource.href.clone(), at, reason };
        let load = |href: &str| package.media.get(&resolve_path(&resource.href, href)?).cloned();
        let checked = check_document_with(&resource.document, &load);
        found.extend(checked.problems().iter().map(|problem| complain(problem.at, problem.reason.clone())));
        for (name, at) in checked.uses() {
            if resolve_path(&resource.href, &name).is_none_or(|path| !files.contains(path.as_str())) {
                found.push(complain(at, format!("the file {name} is not in the package")));
            }
        }
    }
    found
}
