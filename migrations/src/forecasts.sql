-- The adaptive pre-screening, and what it forecasts.

-- What an adaptive test is made from: the pool with its parameters, the rules that choose and stop, and the tests that are forecast with their cut-score
-- rules. Kept once for all attempts that are made from the same, and never changed: an attempt keeps what it was made under.
CREATE TABLE adaptive_plans (
    id UUID PRIMARY KEY,
    digest BYTEA NOT NULL UNIQUE,
    body JSONB NOT NULL,
    created_at TIMESTAMPTZ NOT NULL
);

CREATE TABLE adaptive_attempts (
    attempt_id UUID PRIMARY KEY REFERENCES attempts (id),
    plan_id UUID NOT NULL REFERENCES adaptive_plans (id),
    -- The question to answer now; those before it are done with.
    position BIGINT NOT NULL,
    stop TEXT CHECK (stop IN ('precision', 'decision', 'length', 'exhausted')),
    stopped_at TIMESTAMPTZ
);

-- What the choice of the next question rested on: the answer as it was marked then, and the estimate after it.
CREATE TABLE adaptive_steps (
    attempt_id UUID NOT NULL REFERENCES attempts (id),
    position BIGINT NOT NULL,
    category BIGINT NOT NULL,
    theta DOUBLE PRECISION NOT NULL,
    se DOUBLE PRECISION NOT NULL,
    at TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (attempt_id, position)
);

-- What a pre-screening says about the tests; a later forecast of the same attempt supersedes it, as after a corrected key.
CREATE TABLE forecasts (
    id UUID PRIMARY KEY,
    attempt_id UUID NOT NULL REFERENCES attempts (id),
    candidate_id UUID NOT NULL REFERENCES candidates (id),
    agency_id UUID NOT NULL REFERENCES agencies (id),
    version BIGINT NOT NULL,
    plan_id UUID NOT NULL REFERENCES adaptive_plans (id),
    setting_rule_id UUID NOT NULL REFERENCES policy_rules (id),
    questions BIGINT NOT NULL,
    stop TEXT CHECK (stop IN ('precision', 'decision', 'length', 'exhausted')),
    theta DOUBLE PRECISION NOT NULL,
    se DOUBLE PRECISION NOT NULL,
    -- The band to book, and the level that is within reach in reading and listening.
    band TEXT NOT NULL CHECK (band IN ('A1A2', 'B1B2')),
    reached TEXT NOT NULL CHECK (reached IN ('below', 'A1', 'A2', 'B1', 'B2')),
    -- The areas that went worse than the others: ["listening"].
    practise JSONB NOT NULL,
    -- For whom it was made, as known on that day.
    language TEXT NOT NULL,
    advice TEXT,
    made_at TIMESTAMPTZ NOT NULL,
    superseded_at TIMESTAMPTZ,
    UNIQUE (attempt_id, version)
);
CREATE UNIQUE INDEX forecasts_in_force ON forecasts (attempt_id) WHERE superseded_at IS NULL;
CREATE INDEX forecasts_by_candidate ON forecasts (candidate_id);

CREATE TABLE forecast_chances (
    forecast_id UUID NOT NULL REFERENCES forecasts (id),
    part TEXT NOT NULL CHECK (part IN ('reading', 'listening', 'writing', 'speaking')),
    band TEXT NOT NULL CHECK (band IN ('A1A2', 'B1B2')),
    level TEXT NOT NULL CHECK (level IN ('A1', 'A2', 'B1', 'B2')),
    -- By which road: the score distribution of the published forms, a skill that is linked to those that were asked, or none.
    road TEXT NOT NULL CHECK (road IN ('score', 'linked', 'none')),
    -- Null where no forecast can be honest; the reason says why.
    pass DOUBLE PRECISION,
    uncertainty DOUBLE PRECISION,
    low DOUBLE PRECISION,
    high DOUBLE PRECISION,
    -- The chance at the estimate itself, for comparison.
    plugin DOUBLE PRECISION,
    reason TEXT,
    -- The cut-score rule, the forms, and how many of their questions were never calibrated.
    rule_id UUID REFERENCES policy_rules (id),
    basis JSONB NOT NULL,
    PRIMARY KEY (forecast_id, part, band, level)
);
