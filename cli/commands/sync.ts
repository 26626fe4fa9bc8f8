import { OutpostError } from '../../core/errors.ts'
import type { Command } from '../command.ts'
import { settled, withEngine } from '../running.ts'

/** `sync --once`: to the end of every shape and of the outbox. `--watch`: until it is interrupted. */
export const sync: Command = (context) =>
  withEngine(context, async (running) => {
    if (!context.args.flag('watch')) return { status: await settled(running, context, true) }
    running.engine.onEvent((event, payload) => {
      if (event === 'status') context.say(JSON.stringify(payload))
    })
    await new Promise<void>((resolve) => context.onInterrupt(resolve))
    return { status: await running.status() }
  })

/** `verify`: as `sync --once`, then every shape compared with the server; `--repair` fetches what differs anew. */
export const verify: Command = (context) =>
  withEngine(context, async (running) => {
    await settled(running, context, false)
    const found = await running.engine.verify()
    if (found.differences === 0 || !context.args.flag('repair')) return found
    for (const { entity } of found.entities) await running.engine.repair(entity)
    await settled(running, context, false)
    const after = await running.engine.verify()
    if (after.differences > 0) throw new OutpostError('internal', 'Records still differ after the repair.')
    return { ...after, repaired: found.differences }
  })
