-- Machine-readable credentials beside the papers: the keys that sign them, the credentials, and the files that were given out.

-- A key is never removed: what it signed stays verifiable, unless the key was withdrawn.
CREATE TABLE issuer_keys (
    id UUID PRIMARY KEY,
    agency_id UUID NOT NULL REFERENCES agencies (id),
    -- Both algorithms of one generation are made and retired together.
    generation BIGINT NOT NULL,
    algorithm TEXT NOT NULL CHECK (algorithm IN ('ES256', 'Ed25519')),
    secret_enc BYTEA NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    created_by UUID REFERENCES users (id),
    -- It signs nothing new from then on.
    retired_at TIMESTAMPTZ,
    retired_by UUID REFERENCES users (id),
    -- What it signed counts no more: somebody else may have had the key.
    withdrawn_at TIMESTAMPTZ,
    withdrawn_by UUID REFERENCES users (id),
    withdrawn_reason TEXT,
    UNIQUE (agency_id, algorithm, generation)
);
CREATE UNIQUE INDEX issuer_keys_in_use ON issuer_keys (agency_id, algorithm) WHERE retired_at IS NULL;

CREATE TABLE credentials (
    certificate_id UUID PRIMARY KEY REFERENCES certificates (id),
    agency_id UUID NOT NULL REFERENCES agencies (id),
    -- Its place in the public list of what was revoked, drawn at random so that it tells nothing of when or for whom it was issued.
    status_list BIGINT NOT NULL,
    status_index BIGINT NOT NULL,
    key_generation BIGINT NOT NULL,
    -- Both forms, sealed, since they name the person.
    document_enc BYTEA NOT NULL,
    jwt_enc BYTEA NOT NULL,
    UNIQUE (agency_id, status_list, status_index)
);

-- The hash of every PDF that was given out, so that a file that somebody shows is known again, also after the program that wrote it has changed.
CREATE TABLE certificate_files (
    sha256 BYTEA PRIMARY KEY,
    certificate_id UUID NOT NULL REFERENCES certificates (id),
    given_at TIMESTAMPTZ NOT NULL
);
