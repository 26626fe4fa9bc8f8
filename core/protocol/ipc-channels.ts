/** Preload → main, `invoke(method, params)`: a call of `window.outpost`; answers a `Result`. */
export const CALL_CHANNEL = 'outpost:call'
/** Main → preload, `send(event, payload)`: an event of `window.outpost`. */
export const EVENT_CHANNEL = 'outpost:event'
/** Main → preload, with one port: the message to post to the window, so that the query worker gets its line. */
export const QUERY_PORT_CHANNEL = 'outpost:query-port'
