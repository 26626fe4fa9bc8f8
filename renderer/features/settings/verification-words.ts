import { ENTITIES } from '../../../core/model/entities.ts'
import type { VerificationAnswer } from '../../../core/protocol/window-api.ts'
import { formatCount, formatTime, plural } from '../../data/format.ts'

/** What a comparison found, in words: "142,311 records verified 10:32, 0 differences". */
export const verificationWords = (found: VerificationAnswer, locale?: string): string => {
  const verified = `${formatCount(found.records, locale)} records verified ${formatTime(found.at, locale)}`
  const repaired = found.repaired ? `, ${formatCount(found.repaired, locale)} repaired` : ''
  if (found.differences === 0) return `${verified}, 0 differences${repaired}`
  const where = found.entities
    .map(({ entity, differences }) => `${formatCount(differences, locale)} in ${ENTITIES[entity].plural.toLowerCase()}`)
    .join(', ')
  return `${verified}, ${plural(found.differences, 'difference')} (${where})${repaired}`
}
