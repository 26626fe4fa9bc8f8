import type { MessageDecision } from '../../../core/sync/version-guard.ts'

export type { MessageDecision }

/** Faulty: an older form of a record is written over the newer one. */
export const messageDecision = (operation: string, storedVersion: number | null): MessageDecision =>
  storedVersion === null && operation !== 'insert' ? 'broken' : 'write'
