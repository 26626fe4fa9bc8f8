import type { StartShapeEndpointOptions } from '../../../server/embedded/shape/start.ts'
import type { Stage, Step } from './replay.ts'
import { ACCOUNTS, C1, MEMBERS, NO_KEY, ODD_RELATIONS, S1, T1, TOAST, TYPES } from './schema.ts'

/** Transcripts that were recorded one after the other on one database, and what the recording leaves unsaid. */
export type Scenario = {
  readonly name: string
  readonly setup: readonly string[]
  readonly endpoint?: Partial<StartShapeEndpointOptions>
  /** Send the first request while the endpoint still starts. */
  readonly atStart?: boolean
  /** File → what is special about its exchanges, by number from 1. */
  readonly transcripts: Readonly<Record<string, Readonly<Record<number, Step>>>>
}

const insertInto =
  (table: string, id: number): Step['whileWaiting'] =>
  (stage) =>
    stage.sql(`insert into ${table}(id, v) values (${id}, 'n')`)

const alterThenInsert = (alter: string, id: number): Step => ({
  whileWaiting: async (stage) => {
    await stage.sql(alter)
    await insertInto('t1', id)?.(stage)
  },
})

const checkTables = (stage: Stage): Promise<void> => stage.endpoint.checkTables()

/** An open transaction in a session of its own. */
async function openTransaction(stage: Stage, sql: string): Promise<{ commit(): Promise<void> }> {
  const client = await stage.database.pool.connect()
  await client.query('begin')
  await client.query(sql)
  return {
    commit: async () => {
      await client.query('commit')
      client.release()
    },
  }
}

let openOnS1: { commit(): Promise<void> } | null = null
let openOnS2: { commit(): Promise<void> } | null = null

const toastSteps = (first: number, value: number): Record<number, Step> => ({
  [first]: { whileWaiting: (stage) => stage.sql(`update toast set n = ${value} where id = 1`) },
  [first + 1]: { whileWaiting: (stage) => stage.sql(`update toast set grp = 'b' where id = 1`) },
  [first + 2]: { whileWaiting: (stage) => stage.sql(`update toast set grp = 'a' where id = 1`) },
})

export const SCENARIOS: readonly Scenario[] = [
  {
    name: 'reading, following, errors',
    setup: [ACCOUNTS, MEMBERS, TYPES, NO_KEY],
    transcripts: {
      '01-initial-where-columns': {},
      '02-follow-to-up-to-date': {},
      '03-initial-no-where': {},
      '04-types': {},
      '05-column-order': {},
      '06-live-default': {},
      '07-log-replay-nonlive': {},
      '08-live-replica-full': {
        1: {
          before: (stage) =>
            stage.sql(
              `insert into accounts(id,workspace_id,company,status,deal_value,tags) values ('00000000-0000-4000-8000-000000000010','aaaaaaaa-0000-4000-8000-000000000001','New Co','lead',10,'{x}')`,
            ),
        },
      },
      '09-nopk-live': {},
      '10-types-live': {
        2: {
          before: (stage) =>
            stage.sql('create table z2 (like typezoo including all)', 'insert into z2 select * from typezoo'),
        },
      },
      '11-live-timeout': {},
      '12-cursor': {},
      '13-handle-409': {},
      '14-errors-400': {},
      '15-offset-out-of-bounds': {},
      '16-offset-now': {},
      '17-params': {},
      '18-etag-head-options': {},
    },
  },
  {
    name: 'truncate, alter, drop',
    setup: [T1],
    transcripts: {
      '24-truncate': {
        1: { whileWaiting: (stage) => stage.sql('truncate t1') },
        5: {
          whileWaiting: (stage) =>
            stage.sql(
              `begin; insert into t1 values (1, 'a', 1); truncate t1; insert into t1 values (2, 'b', 2); commit`,
            ),
        },
      },
      '25-alter-table': {
        1: alterThenInsert('alter table t1 add column extra text', 3),
        4: alterThenInsert('alter table t1 add column extra2 int not null default 5', 4),
        7: alterThenInsert('alter table t1 rename column w to w2', 5),
        10: alterThenInsert('alter table t1 alter column w2 type bigint', 6),
        13: alterThenInsert('alter table t1 drop column extra2', 7),
        16: alterThenInsert('alter table t1 alter column v set not null', 8),
        17: { before: checkTables },
        19: alterThenInsert('alter table t1 add column extra9 text', 9),
        20: {
          whileWaiting: async (stage) => {
            await stage.sql('alter table t3 add column extra text')
            await checkTables(stage)
          },
        },
      },
      '26-drop-table': {
        1: { whileWaiting: (stage) => stage.sql('drop table t1') },
        4: { before: checkTables },
        5: {
          whileWaiting: async (stage) => {
            await stage.sql('drop table t3')
            await checkTables(stage)
          },
        },
      },
    },
  },
  {
    name: 'transactions, open ones, large values, odd spellings',
    setup: [ACCOUNTS, S1, TOAST],
    transcripts: {
      '32-txids': {
        1: {
          whileWaiting: (stage) =>
            stage.sql(
              `begin; select pg_current_xact_id(); update accounts set company = 'tx1' where id = '00000000-0000-4000-8000-000000000001'; savepoint s; update accounts set company = 'tx2' where id = '00000000-0000-4000-8000-000000000001'; commit`,
            ),
        },
        2: {
          whileWaiting: (stage) =>
            stage.sql(
              `begin; update accounts set company = 'never' where status = 'lead'; rollback`,
              `update accounts set company = 'tx3' where id = '00000000-0000-4000-8000-000000000001'`,
            ),
        },
      },
      '33-snapshot-with-open-transaction': {
        1: {
          before: async (stage) => {
            await fetch(`${stage.endpoint.url}/v1/shape?table=s1&where=id=0&offset=-1`)
            openOnS1 = await openTransaction(stage, `update s1 set v = 'open' where id = 1`)
            await stage.sql(`update s1 set v = 'committed between' where id = 2`)
          },
        },
        3: { whileWaiting: () => openOnS1?.commit() },
        4: {
          before: async (stage) => {
            openOnS2 = await openTransaction(stage, `update s2 set v = 'open' where id = 1`)
          },
        },
      },
      '38-toast': {
        1: { ...toastSteps(1, 2)[1], before: () => openOnS2?.commit() },
        2: toastSteps(1, 2)[2] ?? {},
        3: toastSteps(1, 2)[3] ?? {},
        ...toastSteps(4, 3),
      },
      '39-http-odds': {},
    },
  },
  {
    name: 'odd relations',
    setup: [ODD_RELATIONS],
    transcripts: { '35-odd-relations': {} },
  },
  {
    name: 'starting',
    setup: [ACCOUNTS, `delete from accounts where company like '%GmbH'`],
    endpoint: { secret: 'topsecret' },
    atStart: true,
    transcripts: { '28-startup': {} },
  },
  {
    name: 'secret, deletion',
    setup: [MEMBERS],
    endpoint: { secret: 'topsecret' },
    transcripts: { '27-secret': {}, '19-delete-shape': { 2: { startBefore: true } } },
  },
  {
    name: 'small chunks',
    setup: [C1],
    endpoint: { secret: 'topsecret', chunkBytes: 1000 },
    transcripts: {
      '22b-small-chunks': {
        6: { whileWaiting: (stage) => stage.sql(`update c1 set v = repeat('Z', 150) where id <= 11`) },
      },
    },
  },
]
