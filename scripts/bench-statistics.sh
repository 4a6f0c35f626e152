#!/usr/bin/env bash
# How long the yearly figures take over so many tests, beside DuckDB over the same rows: scripts/bench-statistics.sh [ROWS]
# Brings in a file of made-up tests, counts tables, writes extracts. With DATABASE_URL it does so on an empty PostgreSQL database.
set -euo pipefail
cd "$(dirname "$0")/.."
rows=${1:-1000000}
binary=$PWD/target/release/ijkpunt
[ -x "$binary" ] || cargo build --locked --release -p ijkpunt
folder=$(mktemp -d "${TMPDIR:-/tmp}/ijkpunt-bench.XXXXXX")
trap 'rm -rf "$folder"' EXIT
export IJKPUNT_DATA=$folder/data
mkdir "$IJKPUNT_DATA"

echo "── $rows made-up tests"
awk -v rows="$rows" 'BEGIN {
  srand(7)
  purposes = split("nationality nt2_exemption taxi higher_education social_interpreter education_b2 own_interest childcare_worker employer childcare_manager education_a2 public_body_a2 public_body_b1 coc gbbw housing_code education_b1 other", purpose, " ")
  split("agii atlas amal hvn", agency, " "); split("prescreening reading listening writing speaking", kind, " ")
  split("A1A2 B1B2", band, " "); split("below A1 A2 A2 B1 B2", result, " "); split("ar fr en tr uk ps so ti", language, " ")
  print "test_id,candidate_ref,agency,site,date,purpose,kind,band,result,language,advice,gender,birth_year"
  for (n = 0; n < rows; n++) {
    k = int(rand() * 5) + 1; b = int(rand() * 2) + 1
    printf "T%d,C%d,%s,Site %d,%d-%02d-%02d,%s,%s,%s,%s,%s,,%s,%d\n", n, rand() * rows / 3, agency[int(rand() * 4) + 1], n % 7, 2014 + int(rand() * 10),
      int(rand() * 12) + 1, int(rand() * 28) + 1, purpose[int(rand() * purposes) + 1], kind[k], band[b], k == 1 ? "advice" : result[b * 3 - int(rand() * 3)],
      language[int(rand() * 8) + 1], rand() < .5 ? "f" : "m", 1950 + int(rand() * 55)
  }
}' > "$folder/tests.csv"

timed() { local what=$1; shift; /usr/bin/time -f "$what: %e s, %M kB" "$@" 2> >(tail -n 1 >&2); }
timed "import" "$binary" import tests "$folder/tests.csv" >/dev/null
for table in civic-tests-by-purpose civic-tests-by-agency civic-tests-by-type civic-results-by-part civic-persons; do
  for _ in 1 2 3; do timed "$table (with the start of the program)" "$binary" report "$table" --out "$folder/$table.csv"; done
done
timed "own question" "$binary" report question --question '{"measure":"tests","rows":["language","gender"],"columns":"year"}' --out "$folder/own.csv"
for format in $([ "$rows" -gt 1000000 ] || echo xlsx parquet csv); do
  timed "extract as $format" "$binary" extract --project bench --ground bench --format "$format" --out "$folder/extract.$format" >/dev/null
done
[ "$rows" -gt 1000000 ] || ls -l "$folder"/extract.* | awk '{ print $9, $5 }' | sed "s|$folder/||"

# An independent count of the same rows, for the time and for the figures.
python3 -m venv "$folder/venv" && "$folder/venv/bin/pip" install --quiet duckdb || { echo "DuckDB cannot be installed here: no comparison"; exit 0; }
"$folder/venv/bin/python" - "$folder" <<'PYTHON'
import csv, sys, time
import duckdb
folder = sys.argv[1]
con = duckdb.connect()
con.execute("SET threads TO 2")
con.execute(f"CREATE TABLE tests AS SELECT * FROM read_csv('{folder}/tests.csv', all_varchar = true)")
ask = "SELECT purpose, substr(date, 1, 4) AS year, count(*) FROM tests GROUP BY 1, 2"
for _ in range(3):
    begun = time.perf_counter()
    counted = con.execute(ask).fetchall()
    print(f"DuckDB {duckdb.__version__}, the table by purpose: {time.perf_counter() - begun:.3f} s")
begun = time.perf_counter()
persons = con.execute("SELECT count(DISTINCT candidate_ref) FROM tests").fetchone()[0]
print(f"DuckDB, unique persons: {time.perf_counter() - begun:.3f} s")
with open(f"{folder}/civic-tests-by-purpose.csv") as file:
    ours = list(csv.DictReader(file))
for year in sorted({year for _, year, _ in counted}):
    theirs = sorted(n for _, of, n in counted if of == year)
    assert theirs == sorted(int(row[year]) for row in ours[:-1] if row[year] != "0"), year
with open(f"{folder}/civic-persons.csv") as file:
    assert int(list(csv.DictReader(file))[-1]["total"]) == persons
print("The figures are the same.")
PYTHON
