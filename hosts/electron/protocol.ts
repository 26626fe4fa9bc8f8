/** Answers requests of a custom scheme; Electron's `protocol.handle` callback. */
export type SchemeHandler = (request: Request) => Response | Promise<Response>

const handlers = new Map<string, SchemeHandler>()
let sealed = false

export const protocol = {
  registerSchemesAsPrivileged(_schemes: readonly { scheme: string; privileges?: object }[]): void {
    if (sealed) throw new Error('protocol.registerSchemesAsPrivileged should be called before app is ready')
  },
  handle(scheme: string, handler: SchemeHandler): void {
    if (handlers.has(scheme)) throw new Error(`The scheme has been intercepted: ${scheme}`)
    handlers.set(scheme, handler)
  },
  unhandle(scheme: string): void {
    handlers.delete(scheme)
  },
  isProtocolHandled: (scheme: string): boolean => handlers.has(scheme),
}

/** The handler of a scheme. */
export function schemeHandler(scheme: string): SchemeHandler | undefined {
  return handlers.get(scheme)
}

/** After `ready` no scheme may become privileged, as in Electron. */
export function sealSchemes(): void {
  sealed = true
}
