import { createHash } from 'node:crypto'

/**
 * The record id of a row of an import: a UUIDv7 of the job's time whose other bits are a hash of job and row number.
 * The same row always gets the same id, so a repeated chunk can't make a record twice, and an import can be undone
 * whole although nobody kept a list of what it made.
 *
 * @param job the job's UUIDv7
 * @param number the row's number among the data rows, from 0
 */
export const rowId = (job: string, number: number): string => {
  const hash = createHash('sha256').update(`${job}/${number}`).digest('hex')
  const variant = '89ab'.charAt(Number.parseInt(hash.charAt(3), 16) & 3)
  return `${job.slice(0, 13)}-7${hash.slice(0, 3)}-${variant}${hash.slice(4, 7)}-${hash.slice(7, 19)}`
}
