import type { Migration } from '../migrate.ts'

/** Edits with their bases, the merged rows that readers show, drafts and settings. */
export const outbox1: Migration = {
  version: 1,
  name: 'edits, shown rows, drafts, settings',
  up: (db) => {
    db.exec(`
      create table edits (
        seq integer primary key autoincrement,
        -- Place in the record's lane: the seq, except that a resent edit takes the place of the one that it replaces.
        pos integer not null,
        id text not null unique,
        entity text not null,
        record_id text not null,
        body text not null,
        after text not null default '[]',
        state text not null,
        made_at integer not null,
        attempts integer not null default 0,
        next_attempt_at integer,
        -- The server's row when the first pending edit of the record was made; null for a create.
        base text,
        answer text,
        group_id text,
        finished_at integer
      );
      create index edits_open on edits (state, pos) where state in ('queued', 'sending', 'accepted', 'refused');
      create index edits_finished on edits (finished_at) where finished_at is not null;
      create index edits_group on edits (group_id) where group_id is not null;
      create table shown (
        entity text not null,
        id text not null,
        row text,
        mark text,
        primary key (entity, id)
      ) without rowid;
      create table drafts (
        key text primary key,
        body text not null,
        updated_at integer not null
      ) without rowid;
      create table settings (
        key text primary key,
        value text not null
      ) without rowid;
    `)
  },
}
