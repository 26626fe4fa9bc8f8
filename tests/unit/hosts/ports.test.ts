import { describe, expect, it } from 'vitest'
import { decode, encode } from '../../../hosts/codec.ts'
import {
  closedAt,
  MessageChannelMain,
  type PortPlace,
  placeGone,
  postedAt,
  transfer,
} from '../../../hosts/electron/port-hub.ts'

/** A process that holds ports, as the hub sees it. */
function place() {
  const heard: unknown[] = []
  const self: PortPlace = {
    deliver: (port, payload) => heard.push([port, decode(payload)]),
    closed: (port) => heard.push([port, 'closed']),
  }
  return { self, heard }
}

const turn = () => new Promise((resolve) => setImmediate(resolve))

describe('ports of the main process', () => {
  it('hold messages until started, then hand them out in order, in a later turn', async () => {
    const { port1, port2 } = new MessageChannelMain()
    const heard: unknown[] = []
    port2.on('message', ({ data }) => heard.push(data))
    port1.postMessage('a')
    await turn()
    port2.start()
    port1.postMessage('b')
    expect(heard).toEqual([])
    await turn()
    expect(heard).toEqual(['a', 'b'])
  })

  it('clone what is posted at once', async () => {
    const { port1, port2 } = new MessageChannelMain()
    const heard: unknown[] = []
    port2.on('message', ({ data }) => heard.push(data))
    port2.start()
    const message = { n: 1 }
    port1.postMessage(message)
    message.n = 2
    await turn()
    expect(heard).toEqual([{ n: 1 }])
  })

  it('tell the other end that they closed, after what was posted before', async () => {
    const { port1, port2 } = new MessageChannelMain()
    const heard: unknown[] = []
    port2.on('message', ({ data }) => heard.push(data))
    port2.on('close', () => heard.push('closed'))
    port2.start()
    port1.postMessage('last')
    port1.close()
    await turn()
    expect(heard).toEqual(['last', 'closed'])
  })

  it('move to another process once, their introduction before what they held', () => {
    const { port1, port2 } = new MessageChannelMain()
    const { self, heard } = place()
    port1.postMessage('early')
    transfer([port2], self, ([id]) => heard.push(['introduced', id]))
    const [, id] = heard[0] as [string, number]
    expect(heard).toEqual([
      ['introduced', id],
      [id, 'early'],
    ])
    expect(() => transfer([port2], self, () => {})).toThrow('neutered')
    port2.postMessage('into nothing')
    port1.postMessage('late')
    expect(heard.at(-1)).toEqual([id, 'late'])
  })

  it('join two processes, and close when either is gone', () => {
    const { port1, port2 } = new MessageChannelMain()
    const [left, right] = [place(), place()]
    let [leftId, rightId] = [0, 0]
    transfer([port1], left.self, ([id = 0]) => {
      leftId = id
    })
    transfer([port2], right.self, ([id = 0]) => {
      rightId = id
    })
    postedAt(left.self, leftId, encode('hello'))
    expect(right.heard).toEqual([[rightId, 'hello']])
    placeGone(left.self)
    expect(right.heard.at(-1)).toEqual([rightId, 'closed'])
    postedAt(right.self, rightId, encode('too late'))
    expect(left.heard).toEqual([])
  })

  it('belong to the process that they moved to, and to no other', async () => {
    const { port1, port2 } = new MessageChannelMain()
    const [owner, stranger] = [place(), place()]
    let id = 0
    transfer([port2], owner.self, ([moved = 0]) => {
      id = moved
    })
    const heard: unknown[] = []
    port1.on('close', () => heard.push('closed'))
    postedAt(stranger.self, id, encode('forged'))
    closedAt(stranger.self, id)
    await turn()
    expect(heard).toEqual([])
    closedAt(owner.self, id)
    await turn()
    expect(heard).toEqual(['closed'])
  })
})
