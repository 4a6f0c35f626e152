-- Kiosks: which signed requests were taken.

-- A signed request of a kiosk is taken once. Answers keep the number of their newest request in `presence` instead, since they come in order;
-- what is here is forgotten after some minutes, when its number is too old to be taken anyway.
CREATE TABLE kiosk_requests (
    kiosk_id UUID NOT NULL REFERENCES kiosks (id),
    -- The moment of signing in milliseconds.
    number BIGINT NOT NULL,
    PRIMARY KEY (kiosk_id, number)
);
CREATE INDEX kiosk_requests_by_number ON kiosk_requests (number);

-- What a site asks of the browser at its kiosks. A site without a row asks nothing.
CREATE TABLE site_lockdowns (
    site_id UUID PRIMARY KEY REFERENCES sites (id),
    seb_required BOOLEAN NOT NULL,
    -- Browser Exam Keys in hex, one for each version of Safe Exam Browser that is taken; none: every version.
    exam_keys JSONB NOT NULL,
    changed_at TIMESTAMPTZ NOT NULL,
    changed_by UUID NOT NULL REFERENCES users (id)
);

-- Rescue files that were read, so that the trail of an answer that came by hand is whole.
CREATE TABLE rescues (
    id UUID PRIMARY KEY,
    attempt_id UUID NOT NULL REFERENCES attempts (id),
    kiosk_id UUID NOT NULL REFERENCES kiosks (id),
    sha256 BYTEA NOT NULL UNIQUE,
    answers BIGINT NOT NULL,
    taken BIGINT NOT NULL,
    late BIGINT NOT NULL,
    slices BIGINT NOT NULL,
    at TIMESTAMPTZ NOT NULL,
    by_user UUID NOT NULL REFERENCES users (id)
);
CREATE INDEX rescues_by_attempt ON rescues (attempt_id);
