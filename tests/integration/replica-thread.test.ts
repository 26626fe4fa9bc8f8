import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { expect, test } from 'vitest'
import type { ShapeMessage } from '../../core/sync/shape-message.ts'
import type { ReplicaCalls } from '../../workers/sync/replica-calls.ts'
import { BrokenShapeError, ThreadClient } from '../../workers/sync/thread-client.ts'
import { ownThreads } from '../../workers/sync/threads.ts'
import { change, SNAPSHOT_END, snapshotRow, UP_TO_DATE } from '../support/replica.ts'

test('R-7 R-4 a body goes on only from where the shape stands; a broken shape is told apart; a dead thread fails its calls', async () => {
  const dir = mkdtempSync(path.join(tmpdir(), 'outpost-thread-'))
  const deaths: string[] = []
  const worker = ownThreads.replica({
    replicaPath: path.join(dir, 'replica.db'),
    columnsPath: path.join(dir, 'columns.db'),
    databaseKey: 'ab'.repeat(32),
  })
  const replica = new ThreadClient<ReplicaCalls>(worker, (error) => deaths.push(error.code))
  const apply = async (
    messages: readonly ShapeMessage[],
    requestedOffset: string,
    offset: string,
    upToDate = false,
    handle = 'h1',
  ) => {
    const body = Uint8Array.from(Buffer.from(JSON.stringify(messages)))
    const { applied, memory } = await replica.call(
      'apply',
      { entity: 'saved_views', slot: 'main', body, requestedOffset, handle, offset, upToDate },
      [body.buffer],
    )
    expect(memory.byteLength).toBeGreaterThan(0)
    return applied
  }
  const first = await apply([snapshotRow({ id: 'a', version: '1', name: 'A' }), SNAPSHOT_END], '-1', '0_0')
  expect(first).toMatchObject({ appended: 1, state: { offset: '0_0' } })
  expect(await apply([snapshotRow({ id: 'b', version: '1' })], '-1', '0_0')).toBe(null)
  expect(await apply([UP_TO_DATE], '0_0', '0_inf', true, 'another handle')).toBe(null)
  expect(await apply([UP_TO_DATE], '0_0', '0_inf', true)).toMatchObject({ state: { complete: true } })
  await expect(apply([change('update', { id: 'nobody', version: '2' })], '0_inf', '9_0')).rejects.toBeInstanceOf(
    BrokenShapeError,
  )
  void worker.terminate()
  const inFlight = replica.call('states', null)
  await expect(inFlight).rejects.toThrow()
  await expect(replica.call('states', null)).rejects.toThrow()
  await expect.poll(() => deaths).toEqual(['internal'])
  rmSync(dir, { recursive: true, force: true })
})
