import type { Migration } from '../migrate.ts'

/** Column snapshots: bytes that only the query worker reads. `head` names the one that counts. */
export const columns1: Migration = {
  version: 1,
  name: 'column snapshots',
  up: (db) => {
    db.exec(`
      create table head (only_row integer primary key check (only_row = 1), snapshot integer not null, body text not null);
      create table pieces (snapshot integer not null, n integer not null, bytes blob not null);
      create unique index pieces_place on pieces (snapshot, n);
    `)
  },
}
