-- Item analysis, calibration and comparison of groups, each a run in the background with its report; and the setting of standards by a panel.

-- What was asked, how far it is, and what came out. A report is written once.
CREATE TABLE measurement_runs (
    id UUID PRIMARY KEY,
    kind TEXT NOT NULL CHECK (kind IN ('analysis', 'calibration', 'dif')),
    asked JSONB NOT NULL,
    -- The form that it is about, when it is about one.
    form_id UUID REFERENCES forms (id),
    status TEXT NOT NULL CHECK (status IN ('queued', 'running', 'done', 'failed', 'cancelled')),
    -- Per cent.
    progress BIGINT NOT NULL CHECK (progress BETWEEN 0 AND 100),
    problem TEXT,
    report JSONB,
    setting_rule_id UUID REFERENCES policy_rules (id),
    -- The session whose end asked for it.
    session_id UUID REFERENCES test_sessions (id),
    created_at TIMESTAMPTZ NOT NULL,
    created_by UUID REFERENCES users (id),
    started_at TIMESTAMPTZ,
    finished_at TIMESTAMPTZ,
    cancelled_by UUID REFERENCES users (id),
    -- Of a calibration: whether its parameters were taken.
    decision TEXT CHECK (decision IN ('approved', 'rejected')),
    decided_at TIMESTAMPTZ,
    decided_by UUID REFERENCES users (id),
    decision_reason TEXT
);
CREATE INDEX measurement_runs_by_moment ON measurement_runs (created_at);
CREATE INDEX measurement_runs_by_form ON measurement_runs (form_id, created_at);

-- A panel that sets the cut scores of a form.
CREATE TABLE standard_settings (
    id UUID PRIMARY KEY,
    title TEXT NOT NULL,
    form_id UUID NOT NULL REFERENCES forms (id),
    method TEXT NOT NULL CHECK (method IN ('angoff', 'yes_no', 'bookmark')),
    -- What is to be reached, from low to high: ["A1", "A2"] or ["passed"].
    levels JSONB NOT NULL,
    -- Of a bookmark: how surely a borderline candidate has an item right.
    response_probability DOUBLE PRECISION,
    -- Of a bookmark: the pages, with the item and its location, as they were when the session began.
    booklet JSONB,
    -- The round that is open; the last one stays when the session is closed.
    round BIGINT NOT NULL CHECK (round >= 1),
    status TEXT NOT NULL CHECK (status IN ('open', 'closed')),
    created_at TIMESTAMPTZ NOT NULL,
    created_by UUID NOT NULL REFERENCES users (id),
    closed_at TIMESTAMPTZ,
    closed_by UUID REFERENCES users (id)
);

CREATE TABLE standard_panellists (
    id UUID PRIMARY KEY,
    setting_id UUID NOT NULL REFERENCES standard_settings (id),
    name TEXT NOT NULL,
    added_at TIMESTAMPTZ NOT NULL,
    added_by UUID NOT NULL REFERENCES users (id),
    UNIQUE (setting_id, name)
);

-- What a panellist judged in a round; what is entered again supersedes.
CREATE TABLE standard_judgements (
    id UUID PRIMARY KEY,
    panellist_id UUID NOT NULL REFERENCES standard_panellists (id),
    round BIGINT NOT NULL CHECK (round >= 1),
    level TEXT NOT NULL,
    -- Chances by place in the form, or the page of the bookmark alone.
    marks JSONB NOT NULL,
    entered_at TIMESTAMPTZ NOT NULL,
    entered_by UUID NOT NULL REFERENCES users (id),
    superseded_at TIMESTAMPTZ
);
CREATE UNIQUE INDEX standard_judgements_in_force ON standard_judgements (panellist_id, round, level) WHERE superseded_at IS NULL;

-- A cut score that a panel came to, until somebody else puts it in force.
CREATE TABLE cut_proposals (
    id UUID PRIMARY KEY,
    setting_id UUID NOT NULL REFERENCES standard_settings (id),
    rule_key TEXT NOT NULL,
    -- For each level the cut in points, its error, and the score that passes.
    cuts JSONB NOT NULL,
    body JSONB NOT NULL,
    valid_from DATE NOT NULL,
    ground TEXT NOT NULL,
    status TEXT NOT NULL CHECK (status IN ('proposed', 'in_force', 'rejected')),
    created_at TIMESTAMPTZ NOT NULL,
    created_by UUID NOT NULL REFERENCES users (id),
    decided_at TIMESTAMPTZ,
    decided_by UUID REFERENCES users (id),
    decision_reason TEXT,
    rule_id UUID REFERENCES policy_rules (id)
);
CREATE UNIQUE INDEX cut_proposals_open ON cut_proposals (setting_id) WHERE status = 'proposed';
