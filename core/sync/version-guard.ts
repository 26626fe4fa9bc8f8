/** What to do with a change of a shape: write it, leave it, or reload the whole shape. */
export type MessageDecision = 'write' | 'drop' | 'broken'

/**
 * Rule: a message that is not newer than the stored row is dropped; an update of a record that is not here
 * means that something was missed, and is never written as half a row.
 *
 * @param storedVersion the version of the row that is here, null where there is none
 * @param version the version that the message carries
 */
export const messageDecision = (operation: string, storedVersion: number | null, version: number): MessageDecision => {
  if (storedVersion === null) return operation === 'insert' ? 'write' : 'broken'
  return version > storedVersion ? 'write' : 'drop'
}
