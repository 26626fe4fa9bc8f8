import { writeFileSync } from 'node:fs'
import { OutpostError } from '../../core/errors.ts'
import { exportReceipts, listReceipts } from '../../workers/sync/receipts.ts'
import { withFiles } from '../beside.ts'
import type { Command } from '../command.ts'

/**
 * `outbox receipts [--before SEQ] [--count N]`, or `outbox receipts --format csv [--out FILE]`: the edits that the server
 * accepted in the last 30 days, newest first.
 */
export const receipts: Command = (context) =>
  withFiles(context, ({ outbox }) => {
    const { args, clock, print } = context
    const format = args.text('format') ?? 'json'
    if (format === 'json') {
      const limit = wholeNumber(args.text('count'), 'count') ?? 100
      return listReceipts(outbox, clock.now(), { before: wholeNumber(args.text('before'), 'before'), limit })
    }
    if (format !== 'csv') throw new OutpostError('invalid_request', '--format is json or csv')
    const { csv, count } = exportReceipts(outbox, clock.now())
    const out = args.text('out')
    if (out === undefined) {
      print(csv)
      return undefined
    }
    writeFileSync(out, csv, { mode: 0o600 })
    return { file: out, count }
  })

const wholeNumber = (text: string | undefined, name: string): number | null => {
  if (text === undefined) return null
  if (/^[1-9]\d{0,14}$/.test(text)) return Number(text)
  throw new OutpostError('invalid_request', `--${name} must be a number from 1 on`)
}
