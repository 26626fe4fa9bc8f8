import { uuidv7 } from '../../../core/id.ts'
import type { EditInput } from '../../../core/protocol/edit.ts'
import type { Random } from '../../../core/random.ts'
import type { ModelServer } from '../model/server.ts'
import type { Member } from '../model/tables.ts'
import type { Machine } from '../sim/machine.ts'
import type { VirtualTime } from '../sim/time.ts'

const WAIT_MS = 8_000
/** Long enough for the lists' columns to be stored. */
const QUIET_MS = 5_000
const STOP_MS = 6_000

export interface Stage {
  readonly time: VirtualTime
  readonly random: Random
  readonly server: ModelServer
  readonly machine: Machine
  /** Somebody else, who edits straight on the server. */
  readonly other: Member
  readonly accounts: readonly string[]
  readonly promised: Map<string, number>
}

const atRest = ({ engine }: Machine): boolean => (engine?.drained() && engine.caughtUp()) === true

/** Waits until the client is at rest, or long enough to see that a fault keeps it from it. */
const rest = async ({ time, machine }: Stage): Promise<void> => {
  await time.run(time.now + 100, () => false)
  await time.run(time.now + WAIT_MS, () => atRest(machine))
}

/** A call's answer; null where it failed, or the process died over it. */
const submit = async (stage: Stage, ...edits: EditInput[]): Promise<void> => {
  const { machine, time, promised } = stage
  let over = false
  machine.port?.call('edits.submit', { edits, group: edits.length > 1 }).then((answer) => {
    over = true
    if (answer.ok) for (const id of answer.value.ids) promised.set(id, machine.index)
  })
  await time.run(time.now + 50, () => over)
}

/** Ends the process as the app does, and starts it again over its files. */
const restart = async ({ time, machine }: Stage): Promise<void> => {
  const { engine } = machine
  let stopped = false
  if (engine)
    machine.process
      .run(() => engine.stop())
      .catch(() => undefined)
      .finally(() => {
        stopped = true
      })
  await time.run(time.now + STOP_MS, () => stopped)
  machine.kill()
  await time.run(time.now + 10, () => false)
  machine.start()
}

/**
 * One scenario over the whole of the sync process: first load, columns stored, a new start from them, 409, create with a child, edit, conflict, delete, echo
 * of each, verify. Whatever fails under a fault is left, as a user would leave it.
 */
export const playScenario = async (stage: Stage): Promise<void> => {
  const { time, random, server, machine, other, accounts } = stage
  machine.start()
  await rest(stage)
  await time.run(time.now + QUIET_MS, () => false)
  await restart(stage)
  await rest(stage)
  server.shapes.drop(({ entity }) => entity === 'accounts' || entity === 'contacts')
  await rest(stage)
  const account = uuidv7(time.now, random)
  await submit(
    stage,
    {
      op: 'create',
      entity: 'accounts',
      record_id: account,
      values: { type: 'customer', company: 'New', status: 'lead', assigned_to: machine.member.id },
    },
    {
      op: 'create',
      entity: 'contacts',
      record_id: uuidv7(time.now, random),
      values: { account_id: account, name: 'Zoë' },
    },
  )
  const [first = '', second = '', third = ''] = accounts
  await submit(stage, {
    op: 'patch',
    entity: 'accounts',
    record_id: first,
    values: { city: 'Oslo' },
    base: { city: null },
  })
  await rest(stage)
  // The other one is quicker, by less than an echo.
  server.mutations(
    other,
    JSON.stringify({
      client_id: uuidv7(time.now, random),
      edits: [
        {
          id: uuidv7(time.now, random),
          op: 'patch',
          entity: 'accounts',
          record_id: second,
          patch: [
            { op: 'test', path: '/status', value: 'lead' },
            { op: 'replace', path: '/status', value: 'won' },
          ],
        },
      ],
    }),
  )
  await submit(stage, {
    op: 'patch',
    entity: 'accounts',
    record_id: second,
    values: { status: 'lost' },
    base: { status: 'lead' },
  })
  await submit(stage, { op: 'delete', entity: 'accounts', record_id: third })
  await rest(stage)
  const { engine } = machine
  if (engine) machine.process.run(() => engine.verify()).catch(() => undefined)
  await time.run(time.now + 3_000, () => false)
}
