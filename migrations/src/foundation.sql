-- The tables of the whole journey, from the desk to the trajectory. Types are written as PostgreSQL names them; see `ddl` in lib.rs for SQLite.
-- Nothing is overwritten: what is corrected gets a new row, and the old one names its successor.

-- ── Agencies, people who work there, machines ────────────────────────────────────────────────────────────────────────────

CREATE TABLE agencies (
    id UUID PRIMARY KEY,
    code TEXT NOT NULL UNIQUE CHECK (code IN ('agii', 'atlas', 'amal', 'hvn')),
    name TEXT NOT NULL,
    email TEXT NOT NULL,
    iban TEXT NOT NULL
);

CREATE TABLE sites (
    id UUID PRIMARY KEY,
    agency_id UUID NOT NULL REFERENCES agencies (id),
    code TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    address TEXT NOT NULL,
    opening_hours JSONB NOT NULL
);

CREATE TABLE users (
    id UUID PRIMARY KEY,
    username TEXT NOT NULL UNIQUE,
    display_name TEXT NOT NULL,
    email TEXT NOT NULL,
    password_hash TEXT NOT NULL,
    locale TEXT NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    disabled_at TIMESTAMPTZ
);

CREATE TABLE user_roles (
    user_id UUID NOT NULL REFERENCES users (id),
    agency_id UUID NOT NULL REFERENCES agencies (id),
    role TEXT NOT NULL CHECK (role IN ('desk', 'invigilator', 'examiner', 'author', 'office', 'admin')),
    PRIMARY KEY (user_id, agency_id, role)
);

CREATE TABLE staff_sessions (
    id UUID PRIMARY KEY,
    user_id UUID NOT NULL REFERENCES users (id),
    token_hash BYTEA NOT NULL UNIQUE,
    created_at TIMESTAMPTZ NOT NULL,
    last_seen_at TIMESTAMPTZ NOT NULL,
    expires_at TIMESTAMPTZ NOT NULL,
    ended_at TIMESTAMPTZ
);

CREATE TABLE login_throttles (
    key_hash BYTEA PRIMARY KEY,
    failures BIGINT NOT NULL,
    window_started_at TIMESTAMPTZ NOT NULL
);

CREATE TABLE kiosks (
    id UUID PRIMARY KEY,
    site_id UUID NOT NULL REFERENCES sites (id),
    name TEXT NOT NULL,
    enrol_code_hash BYTEA UNIQUE,
    enrol_code_expires_at TIMESTAMPTZ,
    -- Of the pair that the machine made when it was enrolled: an uncompressed point on P-256. The other half never leaves the machine.
    public_key BYTEA UNIQUE,
    enrolled_at TIMESTAMPTZ,
    revoked_at TIMESTAMPTZ,
    last_seen_at TIMESTAMPTZ,
    UNIQUE (site_id, name)
);

-- ── Dated rules ─────────────────────────────────────────────────────────────────────────────────────────────────────────

CREATE TABLE policy_rules (
    id UUID PRIMARY KEY,
    kind TEXT NOT NULL CHECK (kind IN ('purpose', 'fee', 'cut_score', 'trajectory', 'language', 'setting')),
    key TEXT NOT NULL,
    version BIGINT NOT NULL,
    valid_from DATE NOT NULL,
    valid_to DATE,
    body JSONB NOT NULL,
    ground TEXT NOT NULL,
    source TEXT NOT NULL CHECK (source IN ('report', 'public', 'default')),
    created_at TIMESTAMPTZ NOT NULL,
    created_by UUID REFERENCES users (id),
    withdrawn_at TIMESTAMPTZ,
    withdrawn_by UUID REFERENCES users (id),
    withdrawn_reason TEXT,
    UNIQUE (kind, key, version)
);
CREATE INDEX policy_rules_by_date ON policy_rules (kind, key, valid_from);

-- ── Candidates ──────────────────────────────────────────────────────────────────────────────────────────────────────────

-- Columns that end in _enc are sealed with the configured key; *_hash are keyed hashes for looking up.
CREATE TABLE candidates (
    id UUID PRIMARY KEY,
    number TEXT NOT NULL UNIQUE,
    revision BIGINT NOT NULL,
    insz_enc BYTEA,
    insz_hash BYTEA UNIQUE,
    no_insz_reason TEXT,
    given_names_enc BYTEA NOT NULL,
    family_name_enc BYTEA NOT NULL,
    email_enc BYTEA,
    phone_enc BYTEA,
    birth_date DATE NOT NULL,
    sex TEXT NOT NULL CHECK (sex IN ('female', 'male', 'x')),
    contact_language TEXT NOT NULL,
    advice TEXT CHECK (advice IN ('cbe_alfa', 'cbe_nt2', 'cbe', 'cvo_extended', 'cvo_standard', 'cvo_short', 'utc')),
    agency_id UUID NOT NULL REFERENCES agencies (id),
    created_at TIMESTAMPTZ NOT NULL,
    created_by UUID NOT NULL REFERENCES users (id)
);
CREATE INDEX candidates_by_birth_date ON candidates (birth_date);

-- Keyed hashes of the normalised name parts and of their first letters, so that a name is found without being stored in the open.
CREATE TABLE candidate_name_keys (
    candidate_id UUID NOT NULL REFERENCES candidates (id),
    key_hash BYTEA NOT NULL,
    PRIMARY KEY (candidate_id, key_hash)
);
CREATE INDEX candidate_name_keys_by_hash ON candidate_name_keys (key_hash);

-- What a candidate's record said before each change.
CREATE TABLE candidate_revisions (
    candidate_id UUID NOT NULL REFERENCES candidates (id),
    revision BIGINT NOT NULL,
    body_enc BYTEA NOT NULL,
    reason TEXT NOT NULL,
    replaced_at TIMESTAMPTZ NOT NULL,
    replaced_by UUID NOT NULL REFERENCES users (id),
    PRIMARY KEY (candidate_id, revision)
);

-- A candidate with a purpose at an agency: what the certificate is for, under the rule of that day.
CREATE TABLE enrolments (
    id UUID PRIMARY KEY,
    candidate_id UUID NOT NULL REFERENCES candidates (id),
    agency_id UUID NOT NULL REFERENCES agencies (id),
    purpose TEXT NOT NULL,
    purpose_rule_id UUID NOT NULL REFERENCES policy_rules (id),
    -- The highest band among the parts; absent for the tests on living in Belgium, which have none.
    band TEXT CHECK (band IN ('A1A2', 'B1B2')),
    -- The level that each part must reach: {"reading": "A2", …} or {"mo_final": "passed"}; parts that are not needed are absent.
    required JSONB NOT NULL,
    status TEXT NOT NULL CHECK (status IN ('open', 'completed', 'withdrawn')),
    created_at TIMESTAMPTZ NOT NULL,
    created_by UUID NOT NULL REFERENCES users (id),
    closed_at TIMESTAMPTZ,
    closed_reason TEXT
);
CREATE INDEX enrolments_by_candidate ON enrolments (candidate_id);

-- ── Sessions and bookings ───────────────────────────────────────────────────────────────────────────────────────────────

CREATE TABLE test_sessions (
    id UUID PRIMARY KEY,
    agency_id UUID NOT NULL REFERENCES agencies (id),
    site_id UUID NOT NULL REFERENCES sites (id),
    room TEXT NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('prescreening', 'first', 'second', 'mo_exemption', 'mo_final')),
    band TEXT CHECK (band IN ('A1A2', 'B1B2')),
    starts_at TIMESTAMPTZ NOT NULL,
    ends_at TIMESTAMPTZ NOT NULL,
    capacity BIGINT NOT NULL CHECK (capacity > 0),
    -- Kept equal to the number of bookings that hold a seat, so that the last seat is given once.
    booked BIGINT NOT NULL DEFAULT 0 CHECK (booked >= 0 AND booked <= capacity),
    status TEXT NOT NULL CHECK (status IN ('planned', 'open', 'paused', 'closed', 'cancelled')),
    created_at TIMESTAMPTZ NOT NULL,
    created_by UUID NOT NULL REFERENCES users (id),
    opened_at TIMESTAMPTZ,
    opened_by UUID REFERENCES users (id),
    closed_at TIMESTAMPTZ,
    cancelled_reason TEXT
);
CREATE INDEX test_sessions_by_site ON test_sessions (site_id, starts_at);

CREATE TABLE bookings (
    id UUID PRIMARY KEY,
    session_id UUID NOT NULL REFERENCES test_sessions (id),
    enrolment_id UUID NOT NULL REFERENCES enrolments (id),
    candidate_id UUID NOT NULL REFERENCES candidates (id),
    -- The parts to sit: ["reading", "listening"]; "prescreening", "mo_exemption" and "mo_final" are parts of their own.
    parts JSONB NOT NULL,
    status TEXT NOT NULL CHECK (status IN ('booked', 'waiting', 'cancelled', 'attended', 'absent')),
    created_at TIMESTAMPTZ NOT NULL,
    created_by UUID NOT NULL REFERENCES users (id),
    cancelled_at TIMESTAMPTZ,
    cancelled_by UUID REFERENCES users (id),
    cancelled_reason TEXT,
    -- The seat in the room.
    kiosk_id UUID REFERENCES kiosks (id),
    identity_document TEXT CHECK (identity_document IN ('eid', 'residence_card', 'passport', 'annex', 'other')),
    identity_tail TEXT,
    identity_checked_at TIMESTAMPTZ,
    identity_checked_by UUID REFERENCES users (id),
    code_hash BYTEA,
    code_expires_at TIMESTAMPTZ,
    code_used_at TIMESTAMPTZ
);
CREATE UNIQUE INDEX bookings_once ON bookings (session_id, candidate_id) WHERE status <> 'cancelled';
CREATE UNIQUE INDEX bookings_code ON bookings (code_hash) WHERE code_used_at IS NULL;
CREATE INDEX bookings_by_candidate ON bookings (candidate_id);
CREATE INDEX bookings_by_enrolment ON bookings (enrolment_id);

-- ── Money ───────────────────────────────────────────────────────────────────────────────────────────────────────────────

CREATE TABLE orders (
    id UUID PRIMARY KEY,
    number TEXT NOT NULL UNIQUE,
    enrolment_id UUID NOT NULL REFERENCES enrolments (id),
    candidate_id UUID NOT NULL REFERENCES candidates (id),
    agency_id UUID NOT NULL REFERENCES agencies (id),
    communication TEXT NOT NULL UNIQUE,
    status TEXT NOT NULL CHECK (status IN ('open', 'paid', 'cancelled')),
    total_cents BIGINT NOT NULL CHECK (total_cents >= 0),
    created_at TIMESTAMPTZ NOT NULL,
    created_by UUID NOT NULL REFERENCES users (id),
    cancelled_at TIMESTAMPTZ,
    cancelled_reason TEXT
);
CREATE INDEX orders_by_enrolment ON orders (enrolment_id);

CREATE TABLE order_lines (
    id UUID PRIMARY KEY,
    order_id UUID NOT NULL REFERENCES orders (id),
    bundle TEXT NOT NULL CHECK (bundle IN ('oral', 'written', 'mo', 'prescreening')),
    amount_cents BIGINT NOT NULL CHECK (amount_cents >= 0),
    rule_id UUID NOT NULL REFERENCES policy_rules (id),
    facts JSONB NOT NULL
);

CREATE TABLE payments (
    id UUID PRIMARY KEY,
    receipt_number TEXT NOT NULL UNIQUE,
    order_id UUID NOT NULL REFERENCES orders (id),
    method TEXT NOT NULL CHECK (method IN ('cash', 'terminal', 'transfer')),
    amount_cents BIGINT NOT NULL CHECK (amount_cents <> 0),
    reference TEXT,
    -- A clerk who presses twice pays once.
    idempotency_key UUID NOT NULL UNIQUE,
    received_at TIMESTAMPTZ NOT NULL,
    received_by UUID NOT NULL REFERENCES users (id),
    reverses_id UUID UNIQUE REFERENCES payments (id),
    reason TEXT
);
CREATE INDEX payments_by_order ON payments (order_id);

-- ── The item bank ───────────────────────────────────────────────────────────────────────────────────────────────────────

CREATE TABLE media_files (
    id UUID PRIMARY KEY,
    sha256 BYTEA NOT NULL UNIQUE,
    mime TEXT NOT NULL,
    size BIGINT NOT NULL,
    created_at TIMESTAMPTZ NOT NULL
);

CREATE TABLE items (
    id UUID PRIMARY KEY,
    identifier TEXT NOT NULL UNIQUE,
    skill TEXT NOT NULL CHECK (skill IN ('reading', 'listening', 'writing', 'speaking', 'vocabulary', 'mo')),
    created_at TIMESTAMPTZ NOT NULL,
    created_by UUID REFERENCES users (id)
);

CREATE TABLE item_versions (
    id UUID PRIMARY KEY,
    item_id UUID NOT NULL REFERENCES items (id),
    version BIGINT NOT NULL,
    status TEXT NOT NULL CHECK (status IN ('draft', 'in_review', 'approved', 'published', 'retired')),
    title TEXT NOT NULL,
    level TEXT CHECK (level IN ('A1', 'A2', 'B1', 'B2')),
    topic TEXT,
    text_type TEXT,
    -- Where it comes from, and on which terms it may be used.
    source TEXT,
    licence TEXT,
    core BOOLEAN NOT NULL,
    sample BOOLEAN NOT NULL,
    qti TEXT NOT NULL,
    metadata JSONB NOT NULL,
    -- Texts by language tag, for items that are one structure in many languages.
    translations JSONB NOT NULL,
    -- Media by the name that the item uses: {"audio/dialoog-1.opus": "<media id>"}.
    media JSONB NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    created_by UUID REFERENCES users (id),
    UNIQUE (item_id, version)
);

-- Steps in the life of a version, and remarks beside it.
CREATE TABLE item_events (
    id UUID PRIMARY KEY,
    item_version_id UUID NOT NULL REFERENCES item_versions (id),
    to_status TEXT CHECK (to_status IN ('draft', 'in_review', 'approved', 'published', 'retired')),
    comment TEXT NOT NULL,
    at TIMESTAMPTZ NOT NULL,
    by_user UUID NOT NULL REFERENCES users (id)
);
CREATE INDEX item_events_by_version ON item_events (item_version_id, at);

CREATE TABLE forms (
    id UUID PRIMARY KEY,
    key TEXT NOT NULL,
    version BIGINT NOT NULL,
    part TEXT NOT NULL CHECK (part IN ('prescreening', 'reading', 'listening', 'writing', 'speaking', 'mo')),
    band TEXT CHECK (band IN ('A1A2', 'B1B2')),
    status TEXT NOT NULL CHECK (status IN ('draft', 'published', 'retired')),
    sample BOOLEAN NOT NULL,
    time_limit_seconds BIGINT NOT NULL,
    cut_score_key TEXT NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    UNIQUE (key, version)
);

CREATE TABLE form_items (
    form_id UUID NOT NULL REFERENCES forms (id),
    position BIGINT NOT NULL,
    item_version_id UUID NOT NULL REFERENCES item_versions (id),
    PRIMARY KEY (form_id, position)
);

CREATE TABLE rubrics (
    id UUID PRIMARY KEY,
    key TEXT NOT NULL,
    version BIGINT NOT NULL,
    part TEXT NOT NULL CHECK (part IN ('writing', 'speaking')),
    band TEXT NOT NULL CHECK (band IN ('A1A2', 'B1B2')),
    body JSONB NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    UNIQUE (key, version)
);

-- ── Delivery ────────────────────────────────────────────────────────────────────────────────────────────────────────────

CREATE TABLE attempts (
    id UUID PRIMARY KEY,
    booking_id UUID NOT NULL REFERENCES bookings (id),
    session_id UUID NOT NULL REFERENCES test_sessions (id),
    candidate_id UUID NOT NULL REFERENCES candidates (id),
    enrolment_id UUID NOT NULL REFERENCES enrolments (id),
    agency_id UUID NOT NULL REFERENCES agencies (id),
    part TEXT NOT NULL CHECK (part IN ('prescreening', 'reading', 'listening', 'writing', 'speaking', 'mo_exemption', 'mo_final')),
    band TEXT CHECK (band IN ('A1A2', 'B1B2')),
    position BIGINT NOT NULL,
    form_id UUID NOT NULL REFERENCES forms (id),
    cut_score_rule_id UUID NOT NULL REFERENCES policy_rules (id),
    seed BIGINT NOT NULL,
    status TEXT NOT NULL CHECK (status IN ('ready', 'running', 'paused', 'submitted', 'ended', 'annulled')),
    language TEXT NOT NULL,
    time_limit_seconds BIGINT NOT NULL,
    extra_seconds BIGINT NOT NULL DEFAULT 0,
    created_at TIMESTAMPTZ NOT NULL,
    started_at TIMESTAMPTZ,
    deadline_at TIMESTAMPTZ,
    paused_at TIMESTAMPTZ,
    paused_reason TEXT,
    finished_at TIMESTAMPTZ,
    finished_reason TEXT,
    item_count BIGINT NOT NULL,
    UNIQUE (booking_id, part)
);
CREATE INDEX attempts_by_session ON attempts (session_id);
CREATE INDEX attempts_by_deadline ON attempts (status, deadline_at);
CREATE INDEX attempts_by_candidate ON attempts (candidate_id, part);

-- The one browser that may work on a booking's attempts. Each start, resume or move raises the epoch and replaces the token,
-- so that a kiosk that held the older token is told that another one has taken over.
CREATE TABLE sittings (
    booking_id UUID PRIMARY KEY REFERENCES bookings (id),
    kiosk_id UUID REFERENCES kiosks (id),
    epoch BIGINT NOT NULL,
    token_hash BYTEA UNIQUE,
    language TEXT NOT NULL,
    started_at TIMESTAMPTZ NOT NULL,
    -- Numbers up to here are kept free for answers that may still lie on a kiosk which the candidate has left.
    seq_base BIGINT NOT NULL DEFAULT 0
);
CREATE INDEX sittings_by_kiosk ON sittings (kiosk_id);

-- What a kiosk last said. A narrow table of its own, since it is written with every answer and heartbeat.
CREATE TABLE presence (
    attempt_id UUID PRIMARY KEY REFERENCES attempts (id),
    last_seen_at TIMESTAMPTZ NOT NULL,
    position BIGINT NOT NULL,
    -- The number of the newest signed request of this sitting's kiosk: an older one is a replay.
    request_number BIGINT NOT NULL DEFAULT 0,
    -- How soon after this sign of life the kiosk was asked for the next.
    heartbeat_ms BIGINT NOT NULL DEFAULT 5000,
    -- The first sign of life after the deadline: how long ago decides whether work done offline may still come in.
    after_deadline_at TIMESTAMPTZ
);

CREATE TABLE attempt_items (
    attempt_id UUID NOT NULL REFERENCES attempts (id),
    position BIGINT NOT NULL,
    item_version_id UUID NOT NULL REFERENCES item_versions (id),
    PRIMARY KEY (attempt_id, position)
);

-- Every answer as it was given; the highest sequence number of an item that is not late is the answer. Rows are never changed.
CREATE TABLE answers (
    attempt_id UUID NOT NULL REFERENCES attempts (id),
    seq BIGINT NOT NULL,
    position BIGINT NOT NULL,
    response JSONB NOT NULL,
    flagged BOOLEAN NOT NULL,
    late BOOLEAN NOT NULL,
    client_at TIMESTAMPTZ NOT NULL,
    received_at TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (attempt_id, seq)
);

CREATE TABLE media_plays (
    attempt_id UUID NOT NULL REFERENCES attempts (id),
    position BIGINT NOT NULL,
    media TEXT NOT NULL,
    plays BIGINT NOT NULL,
    PRIMARY KEY (attempt_id, position, media)
);

CREATE TABLE recordings (
    id UUID PRIMARY KEY,
    attempt_id UUID NOT NULL REFERENCES attempts (id),
    position BIGINT NOT NULL,
    mime TEXT NOT NULL,
    started_at TIMESTAMPTZ NOT NULL,
    completed_at TIMESTAMPTZ,
    slices BIGINT,
    duration_ms BIGINT,
    -- The candidate hears a recording back once.
    played_back_at TIMESTAMPTZ
);
CREATE INDEX recordings_by_attempt ON recordings (attempt_id, position);

CREATE TABLE recording_slices (
    recording_id UUID NOT NULL REFERENCES recordings (id),
    n BIGINT NOT NULL,
    sha256 BYTEA NOT NULL,
    size BIGINT NOT NULL,
    received_at TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (recording_id, n)
);

CREATE TABLE incidents (
    id UUID PRIMARY KEY,
    session_id UUID NOT NULL REFERENCES test_sessions (id),
    booking_id UUID REFERENCES bookings (id),
    kind TEXT NOT NULL,
    text TEXT NOT NULL,
    at TIMESTAMPTZ NOT NULL,
    by_user UUID REFERENCES users (id)
);
CREATE INDEX incidents_by_session ON incidents (session_id, at);

-- ── Marks, ratings, results ─────────────────────────────────────────────────────────────────────────────────────────────

-- How an attempt was marked; a later mark supersedes an earlier one.
CREATE TABLE marks (
    id UUID PRIMARY KEY,
    attempt_id UUID NOT NULL REFERENCES attempts (id),
    version BIGINT NOT NULL,
    score BIGINT NOT NULL,
    max_score BIGINT NOT NULL,
    level TEXT NOT NULL CHECK (level IN ('below', 'A1', 'A2', 'B1', 'B2', 'passed', 'failed', 'advice')),
    -- Per item: identifier, version, response, score, maximum; and how the cut-score rule judged them.
    explanation JSONB NOT NULL,
    cut_score_rule_id UUID NOT NULL REFERENCES policy_rules (id),
    marked_at TIMESTAMPTZ NOT NULL,
    marked_by UUID REFERENCES users (id),
    reason TEXT NOT NULL,
    superseded_at TIMESTAMPTZ,
    UNIQUE (attempt_id, version)
);
CREATE UNIQUE INDEX marks_in_force ON marks (attempt_id) WHERE superseded_at IS NULL;

CREATE TABLE ratings (
    id UUID PRIMARY KEY,
    attempt_id UUID NOT NULL REFERENCES attempts (id),
    -- 1 and 2 are independent of each other; 3 is asked for when they disagree.
    round BIGINT NOT NULL CHECK (round IN (1, 2, 3)),
    rubric_id UUID NOT NULL REFERENCES rubrics (id),
    examiner_id UUID REFERENCES users (id),
    status TEXT NOT NULL CHECK (status IN ('open', 'claimed', 'submitted', 'void')),
    scores JSONB,
    comment TEXT,
    created_at TIMESTAMPTZ NOT NULL,
    claimed_at TIMESTAMPTZ,
    submitted_at TIMESTAMPTZ,
    UNIQUE (attempt_id, round)
);
CREATE UNIQUE INDEX ratings_once_an_examiner ON ratings (attempt_id, examiner_id) WHERE examiner_id IS NOT NULL AND status <> 'void';

-- The level of a candidate in one part, as it stands.
CREATE TABLE results (
    id UUID PRIMARY KEY,
    enrolment_id UUID NOT NULL REFERENCES enrolments (id),
    candidate_id UUID NOT NULL REFERENCES candidates (id),
    attempt_id UUID NOT NULL REFERENCES attempts (id),
    mark_id UUID NOT NULL REFERENCES marks (id),
    part TEXT NOT NULL,
    band TEXT,
    level TEXT NOT NULL CHECK (level IN ('below', 'A1', 'A2', 'B1', 'B2', 'passed', 'failed', 'advice')),
    required_level TEXT,
    passed BOOLEAN NOT NULL,
    sat_on DATE NOT NULL,
    decided_at TIMESTAMPTZ NOT NULL,
    superseded_at TIMESTAMPTZ,
    superseded_reason TEXT
);
CREATE UNIQUE INDEX results_in_force ON results (attempt_id) WHERE superseded_at IS NULL;
CREATE INDEX results_by_candidate ON results (candidate_id, part);

-- ── Papers ──────────────────────────────────────────────────────────────────────────────────────────────────────────────

CREATE TABLE certificates (
    id UUID PRIMARY KEY,
    number TEXT NOT NULL UNIQUE,
    enrolment_id UUID NOT NULL REFERENCES enrolments (id),
    candidate_id UUID NOT NULL REFERENCES candidates (id),
    agency_id UUID NOT NULL REFERENCES agencies (id),
    -- The one part that the paper is about, when somebody asked for a paper before the purpose was met.
    part TEXT CHECK (part IN ('reading', 'listening', 'writing', 'speaking', 'mo_exemption', 'mo_final')),
    -- What the paper says, sealed, since it names the person.
    body_enc BYTEA NOT NULL,
    purpose TEXT NOT NULL,
    -- The levels per skill, public to whoever holds the number: {"reading": "A2", …}.
    levels JSONB NOT NULL,
    issued_at TIMESTAMPTZ NOT NULL,
    status TEXT NOT NULL CHECK (status IN ('valid', 'superseded', 'revoked')),
    supersedes_id UUID REFERENCES certificates (id),
    status_changed_at TIMESTAMPTZ,
    status_changed_by UUID REFERENCES users (id),
    status_reason TEXT
);
CREATE UNIQUE INDEX certificates_once ON certificates (enrolment_id, COALESCE(part, '')) WHERE status = 'valid';

CREATE TABLE mails (
    id UUID PRIMARY KEY,
    agency_id UUID NOT NULL REFERENCES agencies (id),
    candidate_id UUID REFERENCES candidates (id),
    message_id TEXT NOT NULL UNIQUE,
    recipient_enc BYTEA NOT NULL,
    subject TEXT NOT NULL,
    body_enc BYTEA NOT NULL,
    certificate_id UUID REFERENCES certificates (id),
    status TEXT NOT NULL CHECK (status IN ('queued', 'sent', 'kept', 'failed')),
    attempts BIGINT NOT NULL DEFAULT 0,
    last_error TEXT,
    created_at TIMESTAMPTZ NOT NULL,
    sent_at TIMESTAMPTZ
);

-- ── The trajectory ──────────────────────────────────────────────────────────────────────────────────────────────────────

-- Dated spells in the target group: people switch between mandatory and entitled.
CREATE TABLE target_group_spells (
    id UUID PRIMARY KEY,
    candidate_id UUID NOT NULL REFERENCES candidates (id),
    target_group TEXT NOT NULL CHECK (target_group IN ('mandatory', 'entitled')),
    region TEXT NOT NULL CHECK (region IN ('flanders', 'brussels')),
    valid_from DATE NOT NULL,
    valid_to DATE,
    ground TEXT NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    created_by UUID NOT NULL REFERENCES users (id)
);
CREATE INDEX target_group_spells_by_candidate ON target_group_spells (candidate_id);

CREATE TABLE contracts (
    id UUID PRIMARY KEY,
    candidate_id UUID NOT NULL REFERENCES candidates (id),
    agency_id UUID NOT NULL REFERENCES agencies (id),
    signed_on DATE NOT NULL,
    ended_on DATE,
    created_at TIMESTAMPTZ NOT NULL,
    created_by UUID NOT NULL REFERENCES users (id)
);

CREATE TABLE decisions (
    id UUID PRIMARY KEY,
    candidate_id UUID NOT NULL REFERENCES candidates (id),
    component TEXT NOT NULL CHECK (component IN ('mo', 'nt2', 'employment', 'participation', 'b1_oral', 'integration_certificate')),
    outcome TEXT NOT NULL CHECK (outcome IN ('exempt', 'passed', 'failed', 'met', 'waived', 'issued', 'withdrawn')),
    decided_on DATE NOT NULL,
    ground TEXT NOT NULL,
    rule_id UUID REFERENCES policy_rules (id),
    certificate_id UUID REFERENCES certificates (id),
    attempt_id UUID REFERENCES attempts (id),
    agency_id UUID NOT NULL REFERENCES agencies (id),
    created_at TIMESTAMPTZ NOT NULL,
    created_by UUID REFERENCES users (id),
    superseded_at TIMESTAMPTZ,
    superseded_by_id UUID REFERENCES decisions (id),
    superseded_reason TEXT
);
CREATE UNIQUE INDEX decisions_in_force ON decisions (candidate_id, component) WHERE superseded_at IS NULL;

-- ── Work in the background, the paper trail ─────────────────────────────────────────────────────────────────────────────

CREATE TABLE jobs (
    id UUID PRIMARY KEY,
    kind TEXT NOT NULL,
    payload JSONB NOT NULL,
    status TEXT NOT NULL CHECK (status IN ('queued', 'running', 'done', 'dead')),
    run_at TIMESTAMPTZ NOT NULL,
    attempts BIGINT NOT NULL DEFAULT 0,
    max_attempts BIGINT NOT NULL,
    leased_until TIMESTAMPTZ,
    last_error TEXT,
    -- The same effect asked for twice is one job.
    dedup_key TEXT UNIQUE,
    created_at TIMESTAMPTZ NOT NULL,
    finished_at TIMESTAMPTZ
);
CREATE INDEX jobs_due ON jobs (status, run_at);

CREATE TABLE audit_head (
    id BIGINT PRIMARY KEY CHECK (id = 1),
    seq BIGINT NOT NULL,
    hash BYTEA NOT NULL
);

CREATE TABLE audit_log (
    seq BIGINT PRIMARY KEY,
    at TIMESTAMPTZ NOT NULL,
    actor_kind TEXT NOT NULL CHECK (actor_kind IN ('user', 'kiosk', 'system', 'anonymous')),
    actor_id UUID,
    agency_id UUID,
    action TEXT NOT NULL,
    subject_kind TEXT NOT NULL,
    subject_id UUID,
    detail TEXT NOT NULL,
    prev_hash BYTEA NOT NULL,
    hash BYTEA NOT NULL
);
CREATE INDEX audit_log_by_subject ON audit_log (subject_kind, subject_id);

-- Gapless numbers for orders, receipts, candidates and certificates, drawn inside the transaction that uses them.
CREATE TABLE counters (
    name TEXT PRIMARY KEY,
    value BIGINT NOT NULL
);

INSERT INTO audit_head (id, seq, hash) VALUES (1, 0, '');
