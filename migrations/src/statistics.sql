-- What the yearly figures are counted from. A fact is one test: imported from earlier years, or sat here. Nothing is overwritten: a corrected fact is
-- withdrawn by a later revision and gets a new row, so that the figures of any earlier revision can be counted again.

-- Every change of the facts, in the order in which they became final. A snapshot is a revision that changes nothing and has a name.
CREATE TABLE fact_revisions (
    revision BIGINT PRIMARY KEY,
    at TIMESTAMPTZ NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('import', 'live', 'snapshot')),
    added BIGINT NOT NULL,
    corrected BIGINT NOT NULL
);
CREATE INDEX fact_revisions_by_date ON fact_revisions (at);

-- What is not known is the empty text. The person is a keyed hash.
CREATE TABLE test_facts (
    id INTEGER PRIMARY KEY,
    source TEXT NOT NULL CHECK (source IN ('import', 'live')),
    test_id TEXT NOT NULL,
    person TEXT NOT NULL,
    agency TEXT NOT NULL,
    site TEXT NOT NULL,
    sat_on TEXT NOT NULL,
    year BIGINT NOT NULL,
    purpose TEXT NOT NULL,
    kind TEXT NOT NULL,
    band TEXT NOT NULL,
    result TEXT NOT NULL,
    language TEXT NOT NULL,
    advice TEXT NOT NULL,
    gender TEXT NOT NULL,
    birth_year TEXT NOT NULL,
    target_group TEXT NOT NULL,
    revision BIGINT NOT NULL,
    withdrawn_revision BIGINT
);
CREATE UNIQUE INDEX test_facts_in_force ON test_facts (test_id, source) WHERE withdrawn_revision IS NULL;

-- What each revision added to and took from every count; the sum up to a revision is what stood then. Language and advice are kept for the tests on
-- living in Belgium only, since no table of the civic tests asks for them.
CREATE TABLE fact_counts (
    revision BIGINT NOT NULL,
    agency TEXT NOT NULL,
    year BIGINT NOT NULL,
    purpose TEXT NOT NULL,
    kind TEXT NOT NULL,
    band TEXT NOT NULL,
    result TEXT NOT NULL,
    language TEXT NOT NULL,
    advice TEXT NOT NULL,
    target_group TEXT NOT NULL,
    n BIGINT NOT NULL
);
CREATE INDEX fact_counts_by_revision ON fact_counts (revision);

CREATE TABLE fact_snapshots (
    id UUID PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    revision BIGINT NOT NULL REFERENCES fact_revisions (revision),
    at TIMESTAMPTZ NOT NULL,
    created_by UUID NOT NULL REFERENCES users (id)
);
