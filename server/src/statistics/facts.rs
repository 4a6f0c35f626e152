//! Writing facts: a revision is drawn, facts are added and withdrawn, and what changes in the counts is written beside them, in one transaction.

use std::collections::HashMap;

use chrono::{DateTime, NaiveDate, Utc};
use sea_orm::{ConnectionTrait, DatabaseTransaction, DbBackend, DbErr, FromQueryResult, Statement, Value};
use serde::Serialize;

use super::store;
use crate::db;

/// One test. What is not known is the empty text.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, FromQueryResult)]
pub struct Fact {
    pub test_id: String,
    pub person: String,
    pub agency: String,
    pub site: String,
    pub sat_on: String,
    pub year: i64,
    pub purpose: String,
    pub kind: String,
    pub band: String,
    pub result: String,
    pub language: String,
    pub advice: String,
    pub gender: String,
    pub birth_year: String,
    pub target_group: String,
}

pub const COLUMNS: &str =
    "test_id, person, agency, site, sat_on, year, purpose, kind, band, result, language, advice, gender, birth_year, target_group";

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Source {
    Import,
    Live,
}

impl Source {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Import => "import",
            Self::Live => "live",
        }
    }
}

/// A fact that stands, with its row.
#[derive(Clone, Debug, FromQueryResult)]
pub struct Standing {
    pub id: i32,
    #[sea_orm(nested)]
    pub fact: Fact,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Changes {
    pub added: i64,
    pub corrected: i64,
    pub unchanged: i64,
}

/// The facts as one transaction changes them. Two that change them wait for each other, so that revisions become final in their order.
pub struct Ledger<'a> {
    tx: &'a DatabaseTransaction,
    source: Source,
    revision: i64,
    next_id: i64,
    /// Nothing can stand yet, so that nothing has to be looked up.
    fresh: bool,
    counts: HashMap<Key, i64>,
    pub changes: Changes,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize)]
struct Key {
    agency: String,
    year: i64,
    purpose: String,
    kind: String,
    band: String,
    result: String,
    language: String,
    advice: String,
    target_group: String,
}

impl<'a> Ledger<'a> {
    pub async fn begin(tx: &'a DatabaseTransaction, source: Source) -> Result<Self, DbErr> {
        if !db::is_sqlite(tx) {
            // Who changes facts also writes an audit row, some before and some after: all take that lock first, so that none waits in a circle.
            tx.execute_unprepared("SELECT seq FROM audit_head WHERE id = 1 FOR UPDATE").await?;
        }
        let revision = db::next_number(tx, "fact_revision").await?;
        #[derive(FromQueryResult)]
        struct Last {
            last: i64,
        }
        let sql = "SELECT CAST(coalesce(max(id), 0) AS BIGINT) AS last FROM test_facts";
        let last = Last::find_by_statement(Statement::from_string(tx.get_database_backend(), sql)).one(tx).await?;
        let next_id = last.map_or(0, |last| last.last) + 1;
        Ok(Self { tx, source, revision, next_id, fresh: next_id == 1, counts: HashMap::new(), changes: Changes::default() })
    }

    /// Brings facts in by their test ids: what is not known is added, what differs is corrected, what is the same stays.
    pub async fn put(&mut self, facts: Vec<Fact>) -> Result<(), DbErr> {
        let standing = self.standing(&facts).await?;
        let (mut adds, mut withdrawn) = (Vec::with_capacity(facts.len()), Vec::new());
        for fact in facts {
            match standing.get(&fact.test_id) {
                Some(old) if old.fact == fact => {
                    self.changes.unchanged += 1;
                    continue;
                }
                Some(old) => {
                    self.changes.corrected += 1;
                    self.count(&old.fact, -1);
                    withdrawn.push(old.id);
                }
                None => self.changes.added += 1,
            }
            self.count(&fact, 1);
            adds.push(fact);
        }
        self.withdraw_rows(&withdrawn).await?;
        self.insert(&adds).await
    }

    /// Writes the counts and the revision; when nothing changed, nothing is written.
    pub async fn finish(self, now: DateTime<Utc>) -> Result<Changes, DbErr> {
        let changes = self.changes;
        if changes.added + changes.corrected == 0 {
            return Ok(changes);
        }
        write_revision(self.tx, self.revision, now, self.source.as_str(), &changes).await?;
        #[derive(Serialize)]
        struct Row<'a> {
            revision: i64,
            #[serde(flatten)]
            key: &'a Key,
            n: i64,
        }
        let mut changed: Vec<(&Key, i64)> = self.counts.iter().map(|(key, n)| (key, *n)).filter(|(_, n)| *n != 0).collect();
        changed.sort_by(|(a, _), (b, _)| (a.year, &a.agency, &a.purpose, &a.kind).cmp(&(b.year, &b.agency, &b.purpose, &b.kind)));
        let fields = "revision, agency, year, purpose, kind, band, result, language, advice, target_group, n";
        for chunk in changed.chunks(5_000) {
            let rows: Vec<Row<'_>> = chunk.iter().map(|(key, n)| Row { revision: self.revision, key, n: *n }).collect();
            insert_json(self.tx, "fact_counts", fields, &[], &rows).await?;
        }
        // Looking how much there is to add up costs as much as adding it up, so that small changes do it now and then only.
        if changed.len() > 1_000 || self.revision % 64 == 0 {
            self.add_up().await?;
        }
        Ok(changes)
    }

    /// Adds the counts up to this revision, once there are more of them than the last sum has rows: so a table never reads much more than its cells,
    /// and the sums take no more room than the counts themselves.
    async fn add_up(&self) -> Result<(), DbErr> {
        let backend = self.tx.get_database_backend();
        let base = store::base_before(self.tx, self.revision).await?;
        let sizes = "SELECT (SELECT count(*) FROM fact_counts WHERE revision > $1) AS counts, \
            (SELECT count(*) FROM fact_base_counts WHERE revision = $1) AS base";
        #[derive(FromQueryResult)]
        struct Sizes {
            counts: i64,
            base: i64,
        }
        let sizes = Sizes::find_by_statement(Statement::from_sql_and_values(backend, sizes, [base.into()])).one(self.tx).await?;
        if sizes.is_none_or(|sizes| sizes.counts < sizes.base + 2_000) {
            return Ok(());
        }
        let values: [Value; 2] = [self.revision.into(), base.into()];
        self.tx
            .execute_raw(Statement::from_sql_and_values(backend, "INSERT INTO fact_bases (revision) VALUES ($1)", [self.revision.into()]))
            .await?;
        let by = "agency, year, purpose, kind, band, result, language, advice, target_group";
        let sql = format!(
            "INSERT INTO fact_base_counts (revision, {by}, n) SELECT CAST($1 AS BIGINT), {by}, CAST(sum(n) AS BIGINT) FROM \
             (SELECT {by}, n FROM fact_base_counts WHERE revision = $2 UNION ALL SELECT {by}, n FROM fact_counts WHERE revision > $2 AND revision <= $1) \
             AS counts GROUP BY {by} HAVING sum(n) <> 0"
        );
        self.tx.execute_raw(Statement::from_sql_and_values(backend, sql, values)).await.map(|_| ())
    }

    async fn standing(&self, facts: &[Fact]) -> Result<HashMap<String, Standing>, DbErr> {
        if self.fresh {
            return Ok(HashMap::new());
        }
        let ids: Vec<&str> = facts.iter().map(|fact| fact.test_id.as_str()).collect();
        Ok(self.lookup(&ids).await?.into_iter().map(|row| (row.fact.test_id.clone(), row)).collect())
    }

    async fn lookup(&self, test_ids: &[&str]) -> Result<Vec<Standing>, DbErr> {
        let backend = self.tx.get_database_backend();
        let columns = COLUMNS.split(", ").map(|column| format!("f.{column}")).collect::<Vec<_>>().join(", ");
        let standing = format!("source = '{}' AND withdrawn_revision IS NULL", self.source.as_str());
        let sql = match backend {
            DbBackend::Sqlite => format!(
                "SELECT f.id, {columns} FROM json_each($1) AS j CROSS JOIN test_facts AS f WHERE f.test_id = j.value AND {standing}"
            ),
            // The planner knows nothing of a table that this very transaction fills: OFFSET keeps it from turning the look-ups into scans.
            _ => format!(
                "SELECT f.id, {columns} FROM json_array_elements_text($1::json) AS j (value) \
                 CROSS JOIN LATERAL (SELECT * FROM test_facts WHERE test_id = j.value AND {standing} OFFSET 0) AS f"
            ),
        };
        Standing::find_by_statement(Statement::from_sql_and_values(backend, sql, [json(&test_ids)?])).all(self.tx).await
    }

    async fn withdraw_rows(&self, ids: &[i32]) -> Result<(), DbErr> {
        if ids.is_empty() {
            return Ok(());
        }
        let backend = self.tx.get_database_backend();
        let among = match backend {
            DbBackend::Sqlite => "SELECT value FROM json_each($2)",
            _ => "SELECT value::integer FROM json_array_elements_text($2::json)",
        };
        let sql = format!("UPDATE test_facts SET withdrawn_revision = $1 WHERE id IN ({among})");
        self.tx.execute_raw(Statement::from_sql_and_values(backend, sql, [self.revision.into(), json(&ids)?])).await.map(|_| ())
    }

    async fn insert(&mut self, facts: &[Fact]) -> Result<(), DbErr> {
        #[derive(Serialize)]
        struct Row<'a> {
            id: i64,
            source: &'static str,
            revision: i64,
            #[serde(flatten)]
            fact: &'a Fact,
        }
        if facts.is_empty() {
            return Ok(());
        }
        let (first, source, revision) = (self.next_id, self.source.as_str(), self.revision);
        let rows: Vec<Row<'_>> = (first..).zip(facts).map(|(id, fact)| Row { id, source, revision, fact }).collect();
        self.next_id += i64::try_from(facts.len()).unwrap_or(0);
        insert_json(self.tx, "test_facts", &format!("id, source, revision, {COLUMNS}"), &["id"], &rows).await
    }

    fn count(&mut self, fact: &Fact, by: i64) {
        let mo = fact.kind.starts_with("mo_");
        let only_mo = |text: &String| if mo { text.clone() } else { String::new() };
        let key = Key {
            agency: fact.agency.clone(),
            year: fact.year,
            purpose: fact.purpose.clone(),
            kind: fact.kind.clone(),
            band: fact.band.clone(),
            result: fact.result.clone(),
            language: only_mo(&fact.language),
            advice: only_mo(&fact.advice),
            target_group: only_mo(&fact.target_group),
        };
        *self.counts.entry(key).or_default() += by;
    }
}

pub async fn write_revision(
    tx: &DatabaseTransaction,
    revision: i64,
    now: DateTime<Utc>,
    kind: &str,
    changes: &Changes,
) -> Result<(), DbErr> {
    let sql = "INSERT INTO fact_revisions (revision, at, kind, added, corrected) VALUES ($1, $2, $3, $4, $5)";
    let values: [Value; 5] = [revision.into(), now.into(), kind.into(), changes.added.into(), changes.corrected.into()];
    tx.execute_raw(Statement::from_sql_and_values(tx.get_database_backend(), sql, values)).await.map(|_| ())
}

/// The year of a date, as every table counts it.
pub fn year(sat_on: NaiveDate) -> i64 {
    use chrono::Datelike;
    i64::from(sat_on.year())
}

/// Many rows in one statement with one parameter, which both databases take apart faster than they bind as many values.
async fn insert_json<T: Serialize>(
    tx: &DatabaseTransaction,
    table: &str,
    fields: &str,
    integers: &[&str],
    rows: &[T],
) -> Result<(), DbErr> {
    let backend = tx.get_database_backend();
    let sql = match backend {
        DbBackend::Sqlite => {
            let values = fields.split(", ").map(|field| format!("json_extract(value, '$.{field}')")).collect::<Vec<_>>().join(", ");
            format!("INSERT INTO {table} ({fields}) SELECT {values} FROM json_each($1)")
        }
        _ => {
            let typed = |field: &str| match field {
                _ if integers.contains(&field) => "integer",
                "revision" | "year" | "n" => "bigint",
                _ => "text",
            };
            let columns = fields.split(", ").map(|field| format!("{field} {}", typed(field))).collect::<Vec<_>>().join(", ");
            format!("INSERT INTO {table} ({fields}) SELECT {fields} FROM json_to_recordset($1::json) AS r ({columns})")
        }
    };
    tx.execute_raw(Statement::from_sql_and_values(backend, sql, [json(rows)?])).await.map(|_| ())
}

fn json<T: Serialize + ?Sized>(value: &T) -> Result<Value, DbErr> {
    serde_json::to_string(value).map(Value::from).map_err(|error| DbErr::Custom(error.to_string()))
}
