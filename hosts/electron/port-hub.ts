import { createPort, type MessagePortMain, type PortEnd } from '../ports.ts'

/** Another process that can hold ports: a page, or a utility process. */
export type PortPlace = {
  deliver: (port: number, payload: Uint8Array) => void
  closed: (port: number) => void
}

type Entry = { id: number; peer: number; end: PortEnd; place: PortPlace | undefined }

const entries = new Map<number, Entry>()
const ids = new WeakMap<MessagePortMain, number>()
let lastId = 0

function deliver(id: number, payload: Uint8Array): void {
  const entry = entries.get(id)
  if (entry?.place) entry.place.deliver(id, payload)
  else entry?.end.deliver(payload)
}

function close(id: number): void {
  const entry = entries.get(id)
  if (!entry) return
  entries.delete(id)
  const peer = entries.get(entry.peer)
  if (!peer) return
  entries.delete(peer.id)
  if (peer.place) peer.place.closed(peer.id)
  else setImmediate(peer.end.closed)
}

function add(id: number, peer: number): MessagePortMain {
  const end = createPort({ post: (payload) => deliver(peer, payload), close: () => close(id) })
  entries.set(id, { id, peer, end, place: undefined })
  ids.set(end.port, id)
  return end.port
}

/** Electron's MessageChannelMain: two ports of the main process, each of which can move to a page or a utility process. */
export class MessageChannelMain {
  readonly port1: MessagePortMain
  readonly port2: MessagePortMain

  constructor() {
    const first = ++lastId
    const second = ++lastId
    this.port1 = add(first, second)
    this.port2 = add(second, first)
  }
}

/** Moves ports to a place: `send` posts the message that introduces their ids there, then what they held follows. */
export function transfer(ports: readonly MessagePortMain[], place: PortPlace, send: (ids: number[]) => void): void {
  const moving = ports.map((port) => {
    const entry = entries.get(ids.get(port) ?? 0)
    if (!entry || entry.place) throw new TypeError('Port at index 0 is already neutered')
    return entry
  })
  const held = moving.map((entry) => {
    entry.place = place
    return entry.end.detach()
  })
  send(moving.map((entry) => entry.id))
  for (const [index, entry] of moving.entries()) {
    for (const payload of held[index] ?? []) place.deliver(entry.id, payload)
  }
}

/** A message that a place posted on a port it holds. Ignored for a port that is not there: it was closed meanwhile. */
export function postedAt(place: PortPlace, id: number, payload: Uint8Array): void {
  const entry = entries.get(id)
  if (entry?.place === place) deliver(entry.peer, payload)
}

/** A place closed one of its ports. */
export function closedAt(place: PortPlace, id: number): void {
  if (entries.get(id)?.place === place) close(id)
}

/** A place is gone (reload, crash, exit): all its ports close. */
export function placeGone(place: PortPlace): void {
  for (const entry of [...entries.values()]) if (entry.place === place) close(entry.id)
}
