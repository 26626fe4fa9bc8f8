import { createHash } from 'node:crypto'
import { expect, test } from 'vitest'
import { z } from 'zod'
import { edit, editInput } from '../../../core/protocol/edit.ts'
import {
  checksumsAnswer,
  historyAnswer,
  mutationsAnswer,
  mutationsRequest,
  summaryAnswer,
} from '../../../core/protocol/gateway.ts'
import { outboxEntry } from '../../../core/protocol/outbox.ts'
import { syncStatus } from '../../../core/protocol/status.ts'
import { syncConfig } from '../../../core/protocol/sync-process.ts'
import { PROTOCOL_VERSION } from '../../../core/protocol/version.ts'
import { ANSWER_SCHEMAS, MAIN_METHODS, SYNC_METHODS } from '../../../core/protocol/window-api.ts'

/** When this fails: raise PROTOCOL_VERSION if an older peer could not go on, then pin the new hash beside it. */
const PINNED = { version: 1, hash: 'a40cec04454186a3' }

const schemas = {
  edit,
  editInput,
  mutationsRequest,
  mutationsAnswer,
  summaryAnswer,
  checksumsAnswer,
  historyAnswer,
  outboxEntry,
  syncStatus,
  syncConfig,
  ...SYNC_METHODS,
  ...MAIN_METHODS,
  ...Object.fromEntries(Object.entries(ANSWER_SCHEMAS).map(([name, schema]) => [`answer ${name}`, schema])),
}

test('the protocol version is pinned to the schemas of every wire', () => {
  const text = Object.entries(schemas)
    .map(([name, schema]) => `${name} ${JSON.stringify(z.toJSONSchema(schema, { io: 'input' }))}`)
    .join('\n')
  const hash = createHash('sha256').update(text).digest('hex').slice(0, 16)
  expect({ version: PROTOCOL_VERSION, hash }).toEqual(PINNED)
})
