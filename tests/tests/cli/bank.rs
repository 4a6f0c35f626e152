//! The item bank from the command line: sheets and packages, out and in.

use tests::Backend;
use tests::process::{Installation, stderr, stdout};

#[test]
fn a_sheet_and_a_package_go_out_and_come_in_unchanged_and_a_bad_row_is_named() {
    let here = tokio::runtime::Runtime::new().unwrap().block_on(Installation::new(Backend::Sqlite));
    let path = |name: &str| here.folder.path().join(name).to_str().unwrap().to_owned();
    let (sheet, package) = (path("items.csv"), path("items.zip"));
    assert!(here.run(&["export", "items", "--out", &sheet]).status.success());
    let told = here.run(&["import", "items", &sheet]);
    assert!(stdout(&told).starts_with("0 items revised, parameters of 0 proposed, "), "{}{}", stdout(&told), stderr(&told));
    assert!(here.run(&["export", "package", &package]).status.success());
    let told = here.run(&["import", "package", &package]);
    assert!(
        stdout(&told).starts_with("0 items new, 0 revised, ") && stdout(&told).contains(" 0 refused"),
        "{}{}",
        stdout(&told),
        stderr(&told)
    );

    let text = std::fs::read_to_string(&sheet).unwrap();
    std::fs::write(&sheet, text.replacen(",A1,gezondheid,", ",A3,gezondheid,", 1)).unwrap();
    let refused = here.run(&["import", "items", &sheet]);
    assert_eq!(refused.status.code(), Some(1));
    assert!(
        stderr(&refused).contains("items.csv: line 2, column level: A3 is not one of")
            && stderr(&refused).contains("Nothing was imported: 1 faults.")
    );
    std::fs::write(&sheet, "identifier,topic\na1a2-listening-01,werk\n").unwrap();
    let told = here.run(&["import", "items", &sheet, "--dry-run"]);
    assert!(stdout(&told).starts_with("Dry run, nothing was written: 1 items revised"), "{}", stdout(&told));
    assert!(stdout(&here.run(&["import", "items", &sheet])).starts_with("1 items revised"));
}
