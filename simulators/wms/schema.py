"""The tables of the WMS's own database (SQLite)."""

SCHEMA = """
-- The WMS's own books. One row per thing the site told us, one per thing we asked of it.

create table if not exists orders (          -- an order we sent
    owner text not null,
    order_key text not null,
    payload text not null,
    sent_at text not null,
    answer text,                             -- accepted | rejected, as answered to the POST
    state text not null default 'sent',      -- sent | accepted | picking | packed | shipped | cancelled | rejected
    reason text,
    primary key (owner, order_key)
);

create table if not exists order_lines (
    owner text not null,
    order_key text not null,
    line text not null,
    sku text not null,
    quantity integer not null,
    picked integer not null default 0,       -- sum of the pick facts
    shipped integer not null default 0,
    short integer not null default 0,
    primary key (owner, order_key, line)
);

create table if not exists parcels (         -- as packed
    tracking text primary key,
    owner text not null,
    order_key text not null,
    lines text not null
);

create index if not exists parcels_by_order on parcels (owner, order_key);

create table if not exists requests (        -- cancel and change requests and stock postings, by our key
    request_key text primary key,
    kind text not null,
    owner text not null,
    order_key text not null,
    body text not null,                      -- as sent, to be sent again after a restart
    outcome text                             -- cancelled | pending | too_late | applied | refused
);

create table if not exists events (          -- what the site told us, each id once
    id text primary key,
    subject text not null,
    number integer not null,
    seq integer not null,
    incarnation integer not null,
    type text not null,
    at text not null,
    data text not null,
    received_at text not null,
    reason text                              -- why it was refused, null if accepted
);
create unique index if not exists events_by_number on events (subject, number);
create index if not exists events_by_seq on events (seq);
create index if not exists events_by_incarnation on events (incarnation);

create table if not exists violations (
    code text not null,
    subject text not null,
    number integer not null,
    detail text not null
);

create table if not exists stock (
    owner text not null,
    sku text not null,
    quantity integer not null,
    primary key (owner, sku)
);

create table if not exists point_tags (      -- what stands at each read point
    point text not null,
    tag text not null,
    primary key (point, tag)
);

create table if not exists counters (
    name text primary key,
    value integer not null
);
"""
