-- Up to which revisions all counts are added up, so that a table reads little more than its cells.
CREATE TABLE fact_bases (
    revision BIGINT PRIMARY KEY
);
CREATE TABLE fact_base_counts (
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
CREATE INDEX fact_base_counts_by_revision ON fact_base_counts (revision);

-- The few facts that no longer stand explain the difference between two moments.
CREATE INDEX test_facts_withdrawn ON test_facts (withdrawn_revision) WHERE withdrawn_revision IS NOT NULL;

-- Questions of the staff's own, kept by name. One that is removed keeps its row.
CREATE TABLE statistics_questions (
    id UUID PRIMARY KEY,
    agency_id UUID NOT NULL REFERENCES agencies (id),
    name TEXT NOT NULL,
    question JSONB NOT NULL,
    shared BOOLEAN NOT NULL,
    created_by UUID NOT NULL REFERENCES users (id),
    created_at TIMESTAMPTZ NOT NULL,
    removed_by UUID REFERENCES users (id),
    removed_at TIMESTAMPTZ
);
CREATE UNIQUE INDEX statistics_questions_by_name ON statistics_questions (agency_id, name) WHERE removed_at IS NULL;

-- Research for which single tests are given out, under pseudonyms that a key of the project makes. Closing a project destroys the key.
CREATE TABLE research_projects (
    id UUID PRIMARY KEY,
    agency_id UUID REFERENCES agencies (id),
    name TEXT NOT NULL,
    ground TEXT NOT NULL,
    key_enc BYTEA,
    created_by UUID REFERENCES users (id),
    created_at TIMESTAMPTZ NOT NULL,
    closed_by UUID REFERENCES users (id),
    closed_at TIMESTAMPTZ
);
CREATE UNIQUE INDEX research_projects_by_name ON research_projects (name) WHERE closed_at IS NULL;
