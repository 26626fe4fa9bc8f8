// Both worlds of a page run this: they share the DOM and nothing else. A CustomEvent's detail is cloned on its way from world to
// world, so a value crosses as it is, and a function or promise as a number that names it on the side it came from.

type Crossing =
  | { kind: 'value'; value: unknown }
  | { kind: 'function'; id: number }
  | { kind: 'promise'; id: number }
  | { kind: 'array'; items: Crossing[] }
  | { kind: 'object'; entries: [string, Crossing][] }

type Signal =
  | { type: 'expose'; key: string; api: Crossing }
  | { type: 'call'; id: number; args: Crossing[] }
  | { type: 'result'; ok: true; value: Crossing }
  | { type: 'result'; ok: false; error: string }
  | { type: 'settled'; id: number; ok: true; value: Crossing }
  | { type: 'settled'; id: number; ok: false; error: string }

/** One world's end of the bridge. */
export type WorldBridge = {
  expose: (key: string, api: unknown) => void
  onExpose: (listener: (key: string, api: unknown) => void) => void
}

const text = (error: unknown): string => (error instanceof Error ? error.message : String(error))

function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value)
  return prototype === Object.prototype || prototype === null
}

/** The end of the bridge that sends as `from` and listens to `to`. */
export function worldBridge(from: string, to: string): WorldBridge {
  const functions = new Map<number, (...args: unknown[]) => unknown>()
  const names = new WeakMap<object, number>()
  const promises = new Map<number, { resolve: (value: unknown) => void; reject: (error: Error) => void }>()
  let lastId = 0
  let returned: Extract<Signal, { type: 'result' }> | undefined
  let exposed: ((key: string, api: unknown) => void) | undefined

  const send = (signal: Signal) => window.dispatchEvent(new CustomEvent(from, { detail: signal }))

  function nameOf(value: (...args: unknown[]) => unknown): number {
    const id = names.get(value) ?? ++lastId
    names.set(value, id)
    functions.set(id, value)
    return id
  }

  function promiseName(value: Promise<unknown>): number {
    const id = ++lastId
    value.then(
      (result) => send({ type: 'settled', id, ok: true, value: pack(result) }),
      (error: unknown) => send({ type: 'settled', id, ok: false, error: text(error) }),
    )
    return id
  }

  function pack(value: unknown): Crossing {
    if (typeof value === 'function') return { kind: 'function', id: nameOf(value as (...args: unknown[]) => unknown) }
    if (typeof value !== 'object' || value === null) return { kind: 'value', value }
    if (value instanceof Promise) return { kind: 'promise', id: promiseName(value) }
    if (Array.isArray(value)) return { kind: 'array', items: value.map(pack) }
    if (!isPlain(value)) return { kind: 'value', value }
    return { kind: 'object', entries: Object.entries(value).map(([key, item]) => [key, pack(item)]) }
  }

  function call(id: number, args: unknown[]): unknown {
    returned = undefined
    send({ type: 'call', id, args: args.map(pack) })
    const result = returned as Extract<Signal, { type: 'result' }> | undefined
    if (!result) throw new Error('The other world did not answer.')
    if (!result.ok) throw new Error(result.error)
    return unpack(result.value)
  }

  function unpack(crossing: Crossing): unknown {
    switch (crossing.kind) {
      case 'value':
        return crossing.value
      case 'function':
        return (...args: unknown[]) => call(crossing.id, args)
      case 'promise':
        return new Promise((resolve, reject) => promises.set(crossing.id, { resolve, reject }))
      case 'array':
        return crossing.items.map(unpack)
      case 'object':
        return Object.freeze(Object.fromEntries(crossing.entries.map(([key, item]) => [key, unpack(item)])))
    }
  }

  function answer(id: number, args: Crossing[]): void {
    try {
      const value = pack(functions.get(id)?.(...args.map(unpack)))
      send({ type: 'result', ok: true, value })
    } catch (error) {
      send({ type: 'result', ok: false, error: text(error) })
    }
  }

  window.addEventListener(to, (event) => {
    const signal = (event as CustomEvent<Signal>).detail
    switch (signal.type) {
      case 'expose':
        exposed?.(signal.key, unpack(signal.api))
        break
      case 'call':
        answer(signal.id, signal.args)
        break
      case 'result':
        returned = signal
        break
      case 'settled': {
        const promise = promises.get(signal.id)
        promises.delete(signal.id)
        if (signal.ok) promise?.resolve(unpack(signal.value))
        else promise?.reject(new Error(signal.error))
        break
      }
    }
  })

  return {
    expose: (key, api) => send({ type: 'expose', key, api: pack(api) }),
    onExpose: (listener) => {
      exposed = listener
    },
  }
}
