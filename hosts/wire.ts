// What goes over the WebSocket between the host and a page's bridge worker. Both are started by the host, from one build.
import { decode, encode } from './codec.ts'

/** From the page: its IPC, its progress, and ports that it closed. */
export type FromPage =
  | { type: 'send'; channel: string; args: unknown[] }
  | { type: 'invoke'; id: number; channel: string; args: unknown[] }
  | { type: 'document'; state: 'dom-ready' | 'load' }
  | { type: 'accelerator'; id: number }
  | { type: 'prompt-answer'; id: number; button: number; text: string }
  | { type: 'port-closed'; port: number }

/** A question that a stand-in dialog asks inside the window. */
export type Prompt = { message: string; detail: string; buttons: string[]; cancel: number; text?: string }

/** A key combination of the application menu: which modifiers, which key (as `KeyboardEvent.key`, lower case). */
export type Accelerator = { id: number; key: string; control: boolean; shift: boolean; alt: boolean; meta: boolean }

/** To the page. `ports` are ids of ports that come with a message; their traffic follows in port frames. */
export type ToPage =
  | { type: 'message'; channel: string; args: unknown[]; ports: number[] }
  | { type: 'answer'; id: number; ok: true; value: unknown }
  | { type: 'answer'; id: number; ok: false; error: string }
  | { type: 'accelerators'; list: Accelerator[] }
  | { type: 'prompt'; id: number; prompt: Prompt }
  | { type: 'port-closed'; port: number }

const headerBytes = 5
const controlFrame = 0
const portFrame = 1

function frame(kind: number, port: number, payload: Uint8Array): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(headerBytes + payload.byteLength)
  new DataView(bytes.buffer).setUint32(1, port)
  bytes[0] = kind
  bytes.set(payload, headerBytes)
  return bytes
}

/** A control message as one binary frame. */
export function packControl(message: FromPage | ToPage): Uint8Array<ArrayBuffer> {
  return frame(controlFrame, 0, encode(message))
}

/** A message of a port, already encoded, as one binary frame. */
export function packPortMessage(port: number, payload: Uint8Array): Uint8Array<ArrayBuffer> {
  return frame(portFrame, port, payload)
}

/** A frame taken apart. The message of a port stays encoded: the host only passes it on. */
export function unpackFrame<Control extends FromPage | ToPage>(
  bytes: Uint8Array,
): { port: number; payload: Uint8Array } | { control: Control } {
  const payload = bytes.subarray(headerBytes)
  if (bytes[0] === controlFrame) return { control: decode(payload) as Control }
  return { port: new DataView(bytes.buffer, bytes.byteOffset).getUint32(1), payload }
}
