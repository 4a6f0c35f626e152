//! The yearly figures from the command line: what goes in comes out, cell for cell.

use std::fmt::Write;
use std::path::PathBuf;

use tests::Backend;
use tests::process::{Installation, stderr, stdout};

/// Table 8.2.1 of the Jaarrapport Inburgering 2023.
const TABLE: &str = include_str!("../../data/civic-tests-by-purpose.csv");
const HEADER: &str = "test_id,candidate_ref,agency,site,date,purpose,kind,band,result,language,advice,gender,birth_year";

/// A file of tests whose counts are those of the report: one row a test, spread over agencies, parts, bands and months.
fn tests_of_the_report() -> String {
    let agencies = ["agii", "atlas", "amal", "hvn"];
    let kinds = ["prescreening", "reading", "listening", "writing", "speaking"];
    let mut lines = TABLE.lines();
    let years: Vec<&str> = lines.next().unwrap().split(',').skip(1).take_while(|year| *year != "total").collect();
    let mut file = format!("{HEADER}\n");
    let mut n = 0;
    for line in lines.filter(|line| !line.starts_with("totaal")) {
        let cells: Vec<&str> = line.split(',').collect();
        for (year, count) in years.iter().zip(&cells[1..]) {
            for _ in 0..count.parse::<usize>().unwrap() {
                let kind = kinds[n % 5];
                let result = if kind == "prescreening" { "advice" } else { ["below", "A1", "A2", ""][n % 4] };
                let (agency, month) = (agencies[n % 4], n % 10 + 3);
                writeln!(file, "t{n},p{},{agency},Loket,{year}-{month:02}-15,{},{kind},A1A2,{result},nl,,,", n / 3, cells[0]).unwrap();
                n += 1;
            }
        }
    }
    // A test on living in Belgium is no civic test.
    writeln!(file, "mo1,p1,atlas,Loket,2022-05-12,,mo_final,,passed,ar,,v,1990").unwrap();
    file
}

struct Office {
    here: Installation,
}

impl Office {
    fn with(backend: Backend, check: impl Fn(&Office)) {
        let runtime = tokio::runtime::Runtime::new().unwrap();
        let here = runtime.block_on(Installation::new(backend));
        check(&Office { here });
    }

    fn file(&self, name: &str, text: &str) -> PathBuf {
        let path = self.here.folder.path().join(name);
        std::fs::write(&path, text).unwrap();
        path
    }

    #[track_caller]
    fn import(&self, text: &str) -> String {
        let path = self.file("tests.csv", text);
        let output = self.here.run(&["import", "tests", path.to_str().unwrap()]);
        assert!(output.status.success(), "{}", stderr(&output));
        stdout(&output)
    }

    #[track_caller]
    fn report(&self, arguments: &[&str]) -> String {
        let output = self.here.run(&[&["report"], arguments].concat());
        assert!(output.status.success(), "{}", stderr(&output));
        stdout(&output)
    }
}

fn the_table_of_the_report_comes_back(backend: Backend) {
    Office::with(backend, |office| {
        let file = tests_of_the_report();
        assert_eq!(office.import(&file), "44578 tests added, 0 corrected, 0 unchanged.\n");
        assert_eq!(office.report(&["civic-tests-by-purpose"]), TABLE);
        assert_eq!(office.import(&file), "0 tests added, 0 corrected, 44578 unchanged.\n");
        assert_eq!(office.report(&["civic-tests-by-purpose", "--format", "csv"]), TABLE);
        let json: serde_json::Value = serde_json::from_str(&office.report(&["civic-tests-by-purpose", "--format", "json"])).unwrap();
        assert_eq!(json["rows"][18]["total"], 44_577);
        let by_type = office.report(&["civic-tests-by-type"]);
        assert!(by_type.contains("\nSpreken A1/A2,") && by_type.ends_with("totaal,5612,7918,7749,10238,6861,6199,44577\n"), "{by_type}");
        let by_agency = office.report(&["civic-tests-by-agency"]);
        assert!(by_agency.ends_with("totaal,5612,7918,7749,10238,6861,6199,44577\n"), "{by_agency}");
        let twice =
            [office.report(&["civic-results-by-part", "--format", "json"]), office.report(&["civic-results-by-part", "--format", "json"])];
        assert_eq!(twice[0], twice[1]);
    });
}

#[test]
fn table_8_2_1_is_rebuilt_cell_for_cell_on_sqlite() {
    the_table_of_the_report_comes_back(Backend::Sqlite);
}

#[test]
fn table_8_2_1_is_rebuilt_cell_for_cell_on_postgres() {
    the_table_of_the_report_comes_back(Backend::Postgres);
}

fn the_yearly_chapter_says_the_figures(backend: Backend) {
    Office::with(backend, |office| {
        office.import(&tests_of_the_report());
        let path = |name: &str| office.here.folder.path().join(name);
        let pdf = path("chapter.pdf");
        office.report(&["chapter", "--year", "2023", "--out", pdf.to_str().unwrap()]);
        let read = std::process::Command::new("pdftotext").args(["-layout", pdf.to_str().unwrap(), "-"]).output().unwrap();
        let text = String::from_utf8(read.stdout).unwrap();
        let words = text.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(
            words.contains("In 2023 werden er 6.199 testen afgenomen bij") && words.contains("een daling met 10 % t.o.v. 2022."),
            "{words}"
        );
        assert!(words.contains("Testdoel 2018 2019 2020 2021 2022 2023 totaal"), "{words}");
        assert!(words.contains("totaal 5.612 7.918 7.749 10.238 6.861 6.199 44.577"), "{words}");
        let structure =
            std::process::Command::new("pdfinfo").args(["-enc", "UTF-8", "-struct-text", pdf.to_str().unwrap()]).output().unwrap();
        let structure = String::from_utf8_lossy(&structure.stdout);
        assert!(structure.contains("Table") && structure.contains("Figure") && structure.contains("\"totaal\""), "{structure}");
        let again = path("again.pdf");
        office.report(&["chapter", "--year", "2023", "--out", again.to_str().unwrap()]);
        assert!(std::fs::read(&pdf).unwrap() == std::fs::read(&again).unwrap(), "the same records are the same bytes");
        let empty = office.here.run(&["report", "chapter"]);
        assert!(!empty.status.success() && stderr(&empty).contains("--year"), "{}", stderr(&empty));
    });
}

#[test]
fn the_yearly_chapter_says_the_figures_of_the_report_on_sqlite() {
    the_yearly_chapter_says_the_figures(Backend::Sqlite);
}

#[test]
fn the_yearly_chapter_says_the_figures_of_the_report_on_postgres() {
    the_yearly_chapter_says_the_figures(Backend::Postgres);
}

#[test]
fn single_tests_are_written_under_the_pseudonyms_of_a_project_that_says_its_ground() {
    Office::with(Backend::Sqlite, |office| {
        office.import(&format!("{HEADER}\nt1,p1,atlas,Loket,2022-05-12,taxi,reading,A1A2,A1,nl,,v,1990\nt2,p2,amal,Gent,2022-05-12,taxi,reading,A1A2,A1,nl,,v,1990\n"));
        let out = office.here.folder.path().join("tests.csv");
        let extract = |more: &[&str]| office.here.run(&[&["extract", "--project", "Wonen", "--out", out.to_str().unwrap()], more].concat());
        assert!(stderr(&extract(&[])).contains("--ground"), "a project has a ground");
        assert!(extract(&["--ground", "Overeenkomst 2026/4"]).status.success());
        let all = std::fs::read_to_string(&out).unwrap();
        assert_eq!(all.lines().count(), 3);
        assert!(!all.contains("t1") && !all.contains("p1") && !all.contains("Loket") && !all.contains("1990"), "{all}");
        assert!(extract(&["--agency", "atlas"]).status.success());
        let own = std::fs::read_to_string(&out).unwrap();
        assert_eq!(own.lines().collect::<Vec<_>>(), all.lines().take(2).collect::<Vec<_>>(), "the pseudonyms stay those of the project");
        assert!(stderr(&extract(&["--format", "svg"])).contains("csv, xlsx or parquet"));
    });
}

fn bad_rows_are_named(backend: Backend) {
    Office::with(backend, |office| {
        let good = "t1,p1,atlas,Loket,2022-05-12,Nationaliteit,reading,A1A2,A2,nl,cbe,f,1990";
        let bad = [
            "t2,p1,antwerpen,Loket,2022-05-12,Nationaliteit,reading,A1A2,A2,nl,,,",
            "t3,p1,atlas,Loket,2022-02-30,Nationaliteit,reading,A1A2,A2,nl,,,",
            "t4,p1,atlas,Loket,2022-05-12,Natie,lezen,A1,C1,nl,XYZ,q,2023",
            "t1,p1,atlas,Loket,2022-05-12,Nationaliteit,reading,A1A2,A2,nl,,,",
            "t5,p1,atlas",
            ",,atlas,Loket,2999-05-12,,reading,,,,,,",
        ];
        let path = office.file("bad.csv", &format!("{HEADER}\n{good}\n{}\n", bad.join("\n")));
        let refused = office.here.run(&["import", "tests", path.to_str().unwrap()]);
        assert_eq!(refused.status.code(), Some(1));
        let said = stderr(&refused);
        for (line, column) in [
            (3, "agency"),
            (4, "date"),
            (5, "purpose"),
            (5, "kind"),
            (5, "band"),
            (5, "result"),
            (5, "advice"),
            (5, "gender"),
            (5, "birth_year"),
            (6, "test_id"),
            (7, "test_id"),
            (8, "test_id"),
            (8, "candidate_ref"),
            (8, "date"),
            (8, "purpose"),
        ] {
            assert!(said.contains(&format!("line {line}, column {column}: ")), "line {line}, column {column} is not named in:\n{said}");
        }
        assert!(said.contains("is on line 2 too") && said.contains("Nothing was imported"), "{said}");
        assert_eq!(office.report(&["civic-tests-by-purpose"]).lines().next(), Some("test_purpose,total"), "nothing was imported");
    });
}

#[test]
fn every_bad_row_is_named_and_nothing_is_imported() {
    bad_rows_are_named(Backend::Sqlite);
    bad_rows_are_named(Backend::Postgres);
}

fn corrections(backend: Backend) {
    Office::with(backend, |office| {
        let row =
            |result: &str, agency: &str| format!("{HEADER}\nt1,p1,{agency},Loket,2022-05-12,nationality,reading,A1A2,{result},nl,,,\n");
        let path = office.file("dry.csv", &row("A1", "atlas"));
        let dry = office.here.run(&["import", "tests", "--dry-run", path.to_str().unwrap()]);
        assert_eq!(stdout(&dry), "Dry run, nothing was written: 1 tests added, 0 corrected, 0 unchanged.\n");
        assert_eq!(office.import(&row("A1", "atlas")), "1 tests added, 0 corrected, 0 unchanged.\n", "the dry run wrote nothing");
        assert_eq!(office.import(&row("A2", "amal")), "0 tests added, 1 corrected, 0 unchanged.\n");
        let table = office.report(&["civic-results-by-part"]);
        assert!(table.contains("2022,Lezen,A1/A2,0,0,1,0,0,0,0,0,0,0,1"), "{table}");
        assert!(office.report(&["civic-tests-by-purpose", "--agency", "amal"]).contains("Nationaliteit,1,1\n"));
        assert_eq!(office.report(&["civic-tests-by-purpose", "--agency", "atlas"]).lines().next(), Some("test_purpose,total"));
        assert_eq!(office.report(&["civic-tests-by-purpose", "--as-of", "2020-01-01"]).lines().next(), Some("test_purpose,total"));
        assert!(stdout(&office.here.run(&["audit", "verify"])).contains("intact"));
    });
}

#[test]
fn a_known_test_that_changed_is_a_correction_and_a_dry_run_writes_nothing() {
    corrections(Backend::Sqlite);
    corrections(Backend::Postgres);
}

#[test]
fn every_table_is_listed_with_its_definition_and_can_be_asked_in_every_format() {
    Office::with(Backend::Sqlite, |office| {
        office.import(&format!("{HEADER}\nt1,p1,atlas,Loket,2022-05-12,,mo_exemption,,passed,ar,CVO verlengd,v,1990\n"));
        let list = office.report(&["list"]);
        for table in ijkpunt::statistics::tables::TABLES {
            assert!(list.contains(table.name) && list.contains(table.definition.nl));
            let data: serde_json::Value = serde_json::from_str(&office.report(&[table.name, "--format", "json"])).unwrap();
            assert_eq!(data["definition"]["nl"], table.definition.nl);
            let workbook = office.here.run(&["report", table.name, "--format", "xlsx"]);
            assert!(workbook.stdout.starts_with(b"PK"));
            assert_eq!(
                workbook.stdout,
                office.here.run(&["report", table.name, "--format", "xlsx"]).stdout,
                "the same figures are the same bytes"
            );
        }
        assert!(office.report(&["mo-exemption-by-advice"]).contains("2022,CVO verlengd,1,0,0,0,1,1.000"));
        let unknown = office.here.run(&["report", "no-such-table"]);
        assert_eq!(unknown.status.code(), Some(2));
        assert!(stderr(&unknown).contains("civic-tests-by-purpose"));
    });
}
