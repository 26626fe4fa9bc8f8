import { EventEmitter } from 'node:events'
import { expect, test } from 'vitest'
import { freeChunk, freeReadChunks } from '../../../core/free-chunk.ts'

test('a piece that has its memory to itself gives it back', () => {
  const chunk = new Uint8Array(64)
  freeChunk(chunk)
  expect(chunk.buffer.detached).toBe(true)
})

test('memory that others share stays theirs', () => {
  const shared = new Uint8Array([1, 2, 3, 4])
  freeChunk(shared.subarray(1))
  expect([...shared]).toEqual([1, 2, 3, 4])
})

test('an empty one has nothing to give back and may be used on', () => {
  const empty = new ArrayBuffer(0)
  freeChunk(new Uint8Array(empty))
  expect(empty.detached).toBe(false)
})

test('what a socket read is given back when its next piece comes, once for all its requests', () => {
  const socket = new EventEmitter()
  freeReadChunks(socket)
  freeReadChunks(socket)
  const pieces = [new Uint8Array(8), new Uint8Array(8), new Uint8Array(new ArrayBuffer(16), 8), new Uint8Array(8)]
  const detached = pieces.map((piece) => {
    socket.emit('data', piece)
    return pieces.map(({ buffer }) => buffer.detached)
  })
  expect(detached).toEqual([
    [false, false, false, false],
    [true, false, false, false],
    [true, true, false, false],
    [true, true, false, false],
  ])
})
