import type { OpenEdit } from '../../../core/sync/open-edit.ts'
import { ECHO_WAIT_MS, type Echo } from '../../../core/sync/settle.ts'

export { ECHO_WAIT_MS, type Echo }

/** Faulty: an accepted edit leaves at once, whether the replica has it or not. */
export const settles = (open: OpenEdit, _echo: Echo): boolean => open.state === 'accepted'
