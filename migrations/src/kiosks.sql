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
