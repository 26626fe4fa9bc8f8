/** The tables and rows that the recording began with, derived from its bodies and `electric-schema` headers. */
export const ACCOUNTS = `
  create table accounts (
    id uuid primary key, workspace_id uuid not null, company text not null, status text, deal_value numeric, tags text[],
    meta jsonb, next_action_date date, created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(), is_active boolean not null default true, score int8);
  insert into accounts values
    ('00000000-0000-4000-8000-000000000001', 'aaaaaaaa-0000-4000-8000-000000000001', 'Acme "Quotes", Ltd', 'lead', 1234.50,
     '{red,"two words",NULL,"q\\"uote"}', '{"a": 1, "b": [true, null], "s": "x"}', '2026-01-31',
     '2026-01-02 03:04:05.678901+00', '2026-01-02 01:04:05+00', true, 9007199254740993),
    ('00000000-0000-4000-8000-000000000002', 'aaaaaaaa-0000-4000-8000-000000000001', 'Ünïcode 🚀 GmbH', 'won', null,
     '{}', null, null, '2026-02-02 00:00:00+00', '2026-02-02 00:00:00+00', false, null),
    ('00000000-0000-4000-8000-000000000003', 'bbbbbbbb-0000-4000-8000-000000000002', 'Beta', 'lead', 0.000000000000000001,
     null, '[]', 'infinity', '2026-02-03 00:00:00+00', 'infinity', true, -5)`

export const MEMBERS = `
  create table members (workspace_id uuid, user_id uuid, primary key (workspace_id, user_id));
  insert into members values ('aaaaaaaa-0000-4000-8000-000000000001', '11111111-0000-4000-8000-000000000001')`

export const TYPES = `
  create type mood as enum ('sad', 'ok', 'happy');
  create domain posint as int check (value > 0);
  create table typezoo (
    a int2, b int4, c int8, d float4, e float8, f numeric(12,2), g varchar(20), h char(5), i bytea, j time, k timestamp,
    l timestamptz(3), m interval, n bit(3), o mood, p posint, q int[], r text[][], s json, t jsonb, u inet, v boolean,
    w uuid, primary key (b, g));
  insert into typezoo values
    (1, 2, 3, 1.5, 1e300, 12.30, 'vc', 'ab', '\\xdeadbeef', '12:34:56.7', '2026-01-01 00:00:00',
     '2026-01-01 00:00:00.123456+00', '1 day 02:03:04', B'101', 'ok', 7, '{1,NULL,3}', '{{a,b},{c,d}}', '{"k" : 1}',
     '{"k" : 1.00}', '10.0.0.1/8', true, '00000000-0000-4000-8000-000000000009');
  insert into typezoo (b, c, d, e, g) values (3, 9223372036854775807, 'NaN', 'Infinity', 'x')`

export const NO_KEY = `
  create table nopk (x int, y text);
  insert into nopk values (1, 'a'), (1, 'a'), (2, null)`

export const T1 = `
  create table t1 (id int primary key, v text, w int);
  insert into t1 values (1, 'a', 1);
  create table t3 (id int primary key, v text);
  insert into t3 values (1, 'a')`

export const C1 = `
  create table c1 (id int primary key, v text);
  insert into c1 select n, repeat(chr(96 + n), 100) from generate_series(1, 15) n`

export const S1 = `
  create table s1 (id int primary key, v text);
  insert into s1 values (1, 'old'), (2, 'old');
  create table s2 (id int primary key, v text);
  insert into s2 values (1, 'a')`

export const TOAST = `
  create table toast (id int primary key, grp text, n int, big text);
  alter table toast alter big set storage external;
  insert into toast values (1, 'a', 1, repeat('0123456789', 1200))`

export const ODD_RELATIONS = `
  create table base (id int primary key);
  create view v1 as select * from base;
  create materialized view mv as select * from base;
  create table gen (id int primary key, a int, b int generated always as (a * 2) stored);
  insert into gen (id, a) values (1, 2);
  create table "Camel Case" ("Id" int primary key, "my Col" text);
  insert into "Camel Case" values (1, 'x')`
