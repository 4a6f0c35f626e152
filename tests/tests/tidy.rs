//! The rules of the house, as tests: what the architecture says is absent must be absent.

use std::fs;
use std::path::{Path, PathBuf};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_owned()
}

/// Every file below a folder with one of these endings.
fn files(folder: &str, endings: &[&str]) -> Vec<PathBuf> {
    fn walk(folder: &Path, endings: &[&str], found: &mut Vec<PathBuf>) {
        for entry in fs::read_dir(folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display())) {
            let path = entry.unwrap().path();
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            if path.is_dir() {
                if !["target", "node_modules", "dist", ".git", "data"].contains(&name.as_str()) {
                    walk(&path, endings, found);
                }
            } else if endings.iter().any(|ending| name.ends_with(ending)) {
                found.push(path);
            }
        }
    }
    let mut found = Vec::new();
    walk(&root().join(folder), endings, &mut found);
    assert!(!found.is_empty(), "nothing to look at in {folder}");
    found
}

/// The lines, as `file:line: text`, of the files in which one of the words stands.
fn lines_with(files: &[PathBuf], words: &[&str]) -> Vec<String> {
    files
        .iter()
        .flat_map(|file| {
            let text = fs::read_to_string(file).unwrap();
            text.lines()
                .enumerate()
                .filter(|(_, line)| words.iter().any(|word| line.contains(word)))
                .map(|(number, line)| format!("{}:{}: {}", file.display(), number + 1, line.trim()))
                .collect::<Vec<_>>()
        })
        .collect()
}

#[test]
fn the_item_bank_reads_no_clock_no_file_and_no_network_and_draws_nothing_unseeded() {
    let manifest = fs::read_to_string(root().join("item-bank/Cargo.toml")).unwrap();
    let dependencies = manifest.split("[dev-dependencies]").next().unwrap();
    for absent in ["actix", "sea-orm", "tokio", "chrono", "getrandom", "reqwest"] {
        assert!(!dependencies.contains(absent), "item-bank must not depend on {absent}");
    }
    let found = lines_with(
        &files("item-bank/src", &[".rs"]),
        &[
            "std::fs",
            "std::net",
            "std::time::SystemTime",
            "Instant::now",
            "rand::random",
            "thread_rng",
            "from_os_rng",
            "HashMap::new()",
            "std::env",
        ],
    );
    assert!(found.is_empty(), "{found:#?}");
}

#[test]
fn rules_are_synchronous_and_know_neither_database_nor_http() {
    let rules: Vec<PathBuf> = files("server/src", &["rules.rs"]);
    let found =
        lines_with(&rules, &["async fn", "DatabaseConnection", "DatabaseTransaction", "EntityTrait", "actix_web", "Utc::now", "Clock"]);
    assert!(found.is_empty(), "{found:#?}");
}

#[test]
fn only_the_clock_reads_the_time_and_only_problem_rs_knows_statuses() {
    let server = files("server/src", &[".rs"]);
    let others: Vec<PathBuf> = server.iter().filter(|file| !file.ends_with("clock.rs")).cloned().collect();
    let found = lines_with(&others, &["Utc::now()", "Local::now()", "SystemTime::now()"]);
    assert!(found.is_empty(), "{found:#?}");
    let domain: Vec<PathBuf> =
        server.iter().filter(|file| ["rules.rs", "actions.rs", "store.rs"].iter().any(|name| file.ends_with(name))).cloned().collect();
    let found = lines_with(&domain, &["StatusCode", "HttpResponse", "Problem::"]);
    assert!(found.is_empty(), "{found:#?}");
}

#[test]
fn entities_have_no_logic_and_migrations_import_no_entity() {
    let entities: Vec<PathBuf> = files("server/src/entity", &[".rs"]).into_iter().filter(|file| !file.ends_with("enums.rs")).collect();
    let found = lines_with(&entities, &["fn "]);
    assert!(found.is_empty(), "{found:#?}");
    let found = lines_with(&files("migrations/src", &[".rs"]), &["ijkpunt", "entity"]);
    assert!(found.is_empty(), "{found:#?}");
}

#[test]
fn transactions_that_write_begin_in_one_place() {
    let server: Vec<PathBuf> = files("server/src", &[".rs"]).into_iter().filter(|file| !file.ends_with("db.rs")).collect();
    let found = lines_with(&server, &[".begin()", "begin_with_options", "begin_with_config", "TransactionTrait"]);
    assert!(found.is_empty(), "{found:#?}");
}

#[test]
fn pages_load_nothing_from_elsewhere_and_set_no_markup_from_text() {
    let web = files("web", &[".svelte", ".ts", ".html", ".css"]);
    let found = lines_with(
        &web,
        &["{@html", ".innerHTML", "insertAdjacentHTML", "document.write", "https://cdn", "fonts.googleapis", "unpkg.com", "jsdelivr"],
    );
    assert!(found.is_empty(), "{found:#?}");
}

#[test]
fn styles_use_logical_directions() {
    let web = files("web", &[".svelte", ".css"]);
    let found = lines_with(
        &web,
        &[
            "margin-left",
            "margin-right",
            "padding-left",
            "padding-right",
            "border-left:",
            "border-right:",
            "text-align: left",
            "text-align: right",
            "float: left",
        ],
    );
    assert!(found.is_empty(), "{found:#?}");
}

#[test]
fn nothing_is_unfinished_by_its_own_words() {
    let sources: Vec<PathBuf> =
        ["server/src", "item-bank/src", "migrations/src"].iter().flat_map(|folder| files(folder, &[".rs"])).collect();
    let found = lines_with(&sources, &["todo!(", "unimplemented!(", "TODO", "FIXME"]);
    assert!(found.is_empty(), "{found:#?}");
}
