-- What is known of items beside what they are: how hard they are, which do not go together, and what was marked again after a correction.

-- How an item measures, on the logistic scale with D = 1. A row is never changed but for its status: somebody proposes, somebody else approves, and
-- approval supersedes what was in force. At most one row of an item is in force.
CREATE TABLE item_parameters (
    id UUID PRIMARY KEY,
    item_id UUID NOT NULL REFERENCES items (id),
    version BIGINT NOT NULL,
    model TEXT NOT NULL CHECK (model IN ('rasch', '2pl', '3pl', 'grm', 'pcm', 'gpcm')),
    a DOUBLE PRECISION NOT NULL,
    -- Difficulty; of a model with steps the mean of them.
    b DOUBLE PRECISION NOT NULL,
    c DOUBLE PRECISION NOT NULL,
    -- The thresholds of a model with steps, else null.
    steps JSONB,
    -- Standard errors, where they are known.
    se_a DOUBLE PRECISION,
    se_b DOUBLE PRECISION,
    se_c DOUBLE PRECISION,
    -- A default goes by the level alone, for want of answers.
    source TEXT NOT NULL CHECK (source IN ('default', 'content', 'import', 'calibration', 'manual')),
    note TEXT NOT NULL,
    status TEXT NOT NULL CHECK (status IN ('proposed', 'approved', 'superseded')),
    calibration_id UUID,
    created_at TIMESTAMPTZ NOT NULL,
    created_by UUID REFERENCES users (id),
    approved_at TIMESTAMPTZ,
    approved_by UUID REFERENCES users (id),
    UNIQUE (item_id, version)
);
CREATE UNIQUE INDEX item_parameters_in_force ON item_parameters (item_id) WHERE status = 'approved';

-- Two items that may not be in one form, since one gives the other away. The smaller id is the first of a pair.
CREATE TABLE item_enemies (
    item_a UUID NOT NULL REFERENCES items (id),
    item_b UUID NOT NULL REFERENCES items (id),
    reason TEXT NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    created_by UUID REFERENCES users (id),
    PRIMARY KEY (item_a, item_b),
    CHECK (item_a < item_b)
);
CREATE INDEX item_enemies_by_second ON item_enemies (item_b);

-- Where an item was given: asked for exposure, and for whom a correction concerns.
CREATE INDEX attempt_items_by_version ON attempt_items (item_version_id, attempt_id, position);

-- One operation that marked every attempt again that a corrected version concerns: which version took the place of which others, and what came of it.
CREATE TABLE corrections (
    id UUID PRIMARY KEY,
    item_id UUID NOT NULL REFERENCES items (id),
    item_version_id UUID NOT NULL REFERENCES item_versions (id),
    reason TEXT NOT NULL,
    outcome JSONB NOT NULL,
    at TIMESTAMPTZ NOT NULL,
    by_user UUID NOT NULL REFERENCES users (id)
);
CREATE INDEX corrections_by_item ON corrections (item_id, at);
