/** From the main process to a utility process, over Node's child channel with structured clone. */
export type ToUtility =
  | { type: 'message'; data: unknown; ports: number[] }
  | { type: 'port-message'; port: number; payload: Uint8Array }
  | { type: 'port-closed'; port: number }

/** Back. */
export type FromUtility =
  | { type: 'message'; data: unknown }
  | { type: 'port-message'; port: number; payload: Uint8Array }
  | { type: 'port-closed'; port: number }
