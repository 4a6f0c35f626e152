-- What forms have to hold. A version is never changed: saving makes the next one.
CREATE TABLE blueprints (
    id UUID PRIMARY KEY,
    -- The forms that are made from it are called after it.
    key TEXT NOT NULL,
    version BIGINT NOT NULL,
    title TEXT NOT NULL,
    part TEXT NOT NULL CHECK (part IN ('prescreening', 'reading', 'listening', 'writing', 'speaking', 'mo')),
    band TEXT CHECK (band IN ('A1A2', 'B1B2')),
    time_limit_seconds BIGINT NOT NULL,
    cut_score_key TEXT NOT NULL,
    body JSONB NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    created_by UUID NOT NULL REFERENCES users (id),
    UNIQUE (key, version)
);

-- A search for forms that keep to a blueprint, and what came of it: forms that are proposed, or why there are none.
CREATE TABLE form_assemblies (
    id UUID PRIMARY KEY,
    blueprint_id UUID NOT NULL REFERENCES blueprints (id),
    status TEXT NOT NULL CHECK (status IN ('queued', 'running', 'proposed', 'impossible', 'failed', 'cancelled', 'approved', 'rejected')),
    -- How far the search is.
    step BIGINT NOT NULL,
    steps BIGINT NOT NULL,
    nodes BIGINT NOT NULL,
    outcome JSONB,
    created_at TIMESTAMPTZ NOT NULL,
    created_by UUID NOT NULL REFERENCES users (id),
    finished_at TIMESTAMPTZ,
    decided_at TIMESTAMPTZ,
    decided_by UUID REFERENCES users (id)
);
-- Who clicks twice starts one search.
CREATE UNIQUE INDEX form_assemblies_open ON form_assemblies (blueprint_id) WHERE status IN ('queued', 'running');

-- Where a form comes from: a search, or somebody's hands; and the blueprint that it is held against. Sample forms have none.
CREATE TABLE form_origins (
    form_id UUID PRIMARY KEY REFERENCES forms (id),
    blueprint_id UUID REFERENCES blueprints (id),
    assembly_id UUID REFERENCES form_assemblies (id),
    created_by UUID NOT NULL REFERENCES users (id)
);

-- Steps in the life of a form.
CREATE TABLE form_events (
    id UUID PRIMARY KEY,
    form_id UUID NOT NULL REFERENCES forms (id),
    to_status TEXT NOT NULL CHECK (to_status IN ('draft', 'published', 'retired')),
    comment TEXT NOT NULL,
    at TIMESTAMPTZ NOT NULL,
    by_user UUID NOT NULL REFERENCES users (id)
);
CREATE INDEX form_events_by_form ON form_events (form_id, at);

-- New attempts find one version of a form.
CREATE UNIQUE INDEX forms_published ON forms (key) WHERE status = 'published';
