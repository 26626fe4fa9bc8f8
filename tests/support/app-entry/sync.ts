// Stands in for the sync process, so that main can be tested by itself: tells what it was given, and fails on demand.
import type { MessagePortMain } from 'electron'
import type { FromSync, ToSync } from '../../../core/protocol/sync-process.ts'

const status = {
  state: 'up_to_date',
  received: 1,
  expected: 1,
  offlineSince: null,
  upToDateAt: 1,
  pending: 0,
  needsAttention: 0,
  detail: null,
} as const

let config: unknown
let pending = 0
const heard: string[] = []

const send = (message: FromSync) => process.parentPort.postMessage(message)
const tellStatus = () => send({ t: 'event', event: 'status', payload: { ...status, pending } })

function answer(id: number, method: string, params: unknown): void {
  const reply = (value: unknown) => send({ t: 'answer', id, result: { ok: true, value } })
  if (method === 'session.get') reply({ config, heard })
  else if (method === 'edits.submit') {
    pending++
    tellStatus()
    reply({ ids: [], groupId: null, params })
  } else if (method === 'outbox.discard') process.exit(7)
  else {
    const error = { code: 'not_found', message: 'That record is not here.' } as const
    send({ t: 'answer', id, result: { ok: false, error } })
  }
}

process.parentPort.on('message', (event: { data: ToSync; ports: MessagePortMain[] }) => {
  const { data } = event
  const [port] = event.ports
  if (data.t === 'start') {
    config = data.config
    send({ t: 'ready' })
    tellStatus()
  } else if (data.t === 'call') answer(data.id, data.method, data.params)
  else if (data.t === 'stop') process.exit(0)
  else heard.push(data.t === 'token' ? `token ${data.token}` : data.t)
  port?.start()
  port?.postMessage({ from: process.pid })
})
