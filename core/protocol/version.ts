/** The version of every wire in this folder. A test pins it to a hash of the schemas: change both together. */
export const PROTOCOL_VERSION = 1

/** The header that says "this answer is the gateway's". Its value is the gateway's protocol version. */
export const PROTOCOL_HEADER = 'outpost-protocol'
