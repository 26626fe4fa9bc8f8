import type { Migration } from './migrate.ts'
import { columns1 } from './migrations/columns-1.ts'
import { outbox1 } from './migrations/outbox-1.ts'
import { replica1 } from './migrations/replica-1.ts'

/** Every migration of outbox.db, in order. */
export const OUTBOX_MIGRATIONS: readonly Migration[] = [outbox1]

/** Every migration of replica.db, in order. */
export const REPLICA_MIGRATIONS: readonly Migration[] = [replica1]

/** Every migration of columns.db, in order. */
export const COLUMNS_MIGRATIONS: readonly Migration[] = [columns1]
