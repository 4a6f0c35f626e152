-- Money beyond the order and its payments: the ledger, the till, refunds, reliefs on proof, bank statements, and cases that the rules are tried on.

-- Double entry. The lines of an entry add up to nothing; a debit is positive. Nothing here is ever changed.
CREATE TABLE ledger_entries (
    id UUID PRIMARY KEY,
    agency_id UUID NOT NULL REFERENCES agencies (id),
    number TEXT NOT NULL UNIQUE,
    booked_on DATE NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('order', 'lapse', 'payment', 'reversal', 'credit', 'refund', 'refund_rejected', 'payout', 'till', 'bank', 'assignment')),
    -- The paper that it rests on: the number of an order, receipt, refund or statement.
    paper TEXT NOT NULL,
    order_id UUID REFERENCES orders (id),
    created_at TIMESTAMPTZ NOT NULL,
    created_by UUID NOT NULL REFERENCES users (id)
);
CREATE INDEX ledger_entries_by_month ON ledger_entries (agency_id, booked_on);

CREATE TABLE ledger_lines (
    id UUID PRIMARY KEY,
    entry_id UUID NOT NULL REFERENCES ledger_entries (id),
    place BIGINT NOT NULL,
    account TEXT NOT NULL CHECK (account IN ('receivable', 'cash', 'terminal_clearing', 'transfer_clearing', 'bank', 'revenue', 'refunds_due', 'unallocated', 'till_differences', 'other')),
    -- Whose till, or which bundle.
    detail TEXT,
    amount_cents BIGINT NOT NULL CHECK (amount_cents <> 0)
);
CREATE INDEX ledger_lines_by_entry ON ledger_lines (entry_id);

-- What a clerk counted in the drawer, at the opening and the closing of a day. A recount is a row more; the last one counts.
CREATE TABLE till_counts (
    id UUID PRIMARY KEY,
    agency_id UUID NOT NULL REFERENCES agencies (id),
    user_id UUID NOT NULL REFERENCES users (id),
    day DATE NOT NULL,
    moment TEXT NOT NULL CHECK (moment IN ('opening', 'closing')),
    counted_cents BIGINT NOT NULL CHECK (counted_cents >= 0),
    expected_cents BIGINT NOT NULL,
    note TEXT,
    counted_at TIMESTAMPTZ NOT NULL
);
CREATE INDEX till_counts_by_day ON till_counts (agency_id, day);

CREATE TABLE refunds (
    id UUID PRIMARY KEY,
    number TEXT NOT NULL UNIQUE,
    agency_id UUID NOT NULL REFERENCES agencies (id),
    -- Absent for money on a statement that belongs to no order.
    order_id UUID REFERENCES orders (id),
    amount_cents BIGINT NOT NULL CHECK (amount_cents > 0),
    ground TEXT NOT NULL,
    rule_id UUID REFERENCES policy_rules (id),
    reason TEXT NOT NULL,
    method TEXT NOT NULL CHECK (method IN ('cash', 'transfer')),
    iban_enc BYTEA,
    holder_enc BYTEA,
    status TEXT NOT NULL CHECK (status IN ('requested', 'approved', 'paid', 'rejected')),
    idempotency_key UUID NOT NULL UNIQUE,
    requested_at TIMESTAMPTZ NOT NULL,
    requested_by UUID NOT NULL REFERENCES users (id),
    decided_at TIMESTAMPTZ,
    decided_by UUID REFERENCES users (id),
    decided_reason TEXT,
    paid_at TIMESTAMPTZ,
    paid_by UUID REFERENCES users (id),
    payment_id UUID REFERENCES payments (id)
);
CREATE INDEX refunds_by_order ON refunds (order_id);
CREATE INDEX refunds_by_agency ON refunds (agency_id, status);

-- The bundles that a refund takes back. The part of a refund without a line is what was paid too much.
CREATE TABLE refund_lines (
    refund_id UUID NOT NULL REFERENCES refunds (id),
    order_line_id UUID NOT NULL REFERENCES order_lines (id),
    amount_cents BIGINT NOT NULL CHECK (amount_cents > 0),
    PRIMARY KEY (refund_id, order_line_id)
);

-- A ground on which somebody pays less, and the proof that was shown. What the proof says is sealed where it tells of somebody's health.
CREATE TABLE relief_proofs (
    id UUID PRIMARY KEY,
    candidate_id UUID NOT NULL REFERENCES candidates (id),
    agency_id UUID NOT NULL REFERENCES agencies (id),
    ground TEXT NOT NULL,
    proof TEXT NOT NULL,
    detail_enc BYTEA,
    valid_from DATE NOT NULL,
    valid_until DATE NOT NULL,
    seen_at TIMESTAMPTZ NOT NULL,
    seen_by UUID NOT NULL REFERENCES users (id),
    withdrawn_at TIMESTAMPTZ,
    withdrawn_by UUID REFERENCES users (id),
    withdrawn_reason TEXT
);
CREATE INDEX relief_proofs_by_candidate ON relief_proofs (candidate_id);

-- ── Statements of the bank ──────────────────────────────────────────────────────────────────────────────────────────────

CREATE TABLE bank_files (
    id UUID PRIMARY KEY,
    agency_id UUID NOT NULL REFERENCES agencies (id),
    format TEXT NOT NULL CHECK (format IN ('coda', 'camt053')),
    sha256 BYTEA NOT NULL,
    imported_at TIMESTAMPTZ NOT NULL,
    imported_by UUID NOT NULL REFERENCES users (id),
    UNIQUE (agency_id, sha256)
);

CREATE TABLE bank_statements (
    id UUID PRIMARY KEY,
    file_id UUID NOT NULL REFERENCES bank_files (id),
    agency_id UUID NOT NULL REFERENCES agencies (id),
    iban TEXT NOT NULL,
    -- What the bank calls it: the day and the number of a CODA, the identification of a camt.053.
    name TEXT NOT NULL,
    closed_on DATE NOT NULL,
    opening_cents BIGINT NOT NULL,
    closing_cents BIGINT NOT NULL,
    UNIQUE (agency_id, iban, name)
);

CREATE TABLE bank_lines (
    id UUID PRIMARY KEY,
    statement_id UUID NOT NULL REFERENCES bank_statements (id),
    agency_id UUID NOT NULL REFERENCES agencies (id),
    place BIGINT NOT NULL,
    amount_cents BIGINT NOT NULL CHECK (amount_cents <> 0),
    booked_on DATE NOT NULL,
    -- The structured communication, where there is one with right check digits.
    communication TEXT,
    text_enc BYTEA NOT NULL,
    holder_enc BYTEA NOT NULL,
    iban_enc BYTEA NOT NULL,
    bank_reference TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('matched', 'open', 'settled')),
    -- Why somebody must look at it.
    remark TEXT CHECK (remark IN ('underpaid', 'overpaid', 'duplicate', 'cancelled', 'unknown', 'no_communication', 'outgoing')),
    -- What belongs to no order yet.
    left_cents BIGINT NOT NULL,
    order_id UUID REFERENCES orders (id),
    payment_id UUID REFERENCES payments (id),
    refund_id UUID REFERENCES refunds (id),
    settled_as TEXT CHECK (settled_as IN ('assigned', 'returned', 'ignored')),
    settled_at TIMESTAMPTZ,
    settled_by UUID REFERENCES users (id),
    settled_reason TEXT
);
CREATE INDEX bank_lines_by_state ON bank_lines (agency_id, state);
CREATE INDEX bank_lines_by_statement ON bank_lines (statement_id);

-- ── Cases that the rules are tried on ───────────────────────────────────────────────────────────────────────────────────

CREATE TABLE policy_cases (
    id UUID PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    body JSONB NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    created_by UUID NOT NULL REFERENCES users (id)
);
