import type { Migration } from '../migrate.ts'

/**
 * What the replica keeps beside the entities' own tables, which `replica-schema.ts` makes from the model: how far each
 * shape has come, and which records changed.
 */
export const replica1: Migration = {
  version: 1,
  name: 'shapes and changes',
  up: (db) => {
    db.exec(`
      create table shapes (
        entity text not null,
        -- 'main' is what readers see; 'next' is a whole reload beside it.
        slot text not null,
        table_name text not null,
        handle text,
        "offset" text,
        rows_received integer not null default 0,
        indexed integer not null default 0,
        complete integer not null default 0,
        primary key (entity, slot)
      ) without rowid;
      create table changes (seq integer primary key autoincrement, entity text not null, id text not null);
      create table meta (key text primary key, value text not null) without rowid;
    `)
  },
}
