import type { Random } from '../../core/random.ts'
import { pick, pickTwo } from './draw.ts'
import { slugOf } from './people.ts'
import { COINED, COINED_LOCAL, INVESTOR_TRADES, LOCAL_TRADES, TRADES } from './phrases.ts'
import type { Place } from './places.ts'

/** A company's name, built the way companies of the place are called. */
export const companyName = (random: Random, place: Place, type: string): string => {
  const form = pick(random, place.companyForms)
  const local = COINED_LOCAL[place.country]
  if (local) {
    const joiner = place.familyFirst ? '' : ' '
    const words = [pick(random, local), pick(random, LOCAL_TRADES[place.country] ?? [''])]
    if (random() < 0.4) words.unshift(pick(random, place.lastNames))
    return form.replace('*', words.filter((word) => word !== '').join(joiner))
  }
  const trade = pick(random, type === 'investor' ? INVESTOR_TRADES : TRADES)
  const kind = random()
  const [first, second] = pickTwo(random, place.lastNames)
  const own =
    kind < 0.45
      ? `${pick(random, COINED)} ${trade}`
      : kind < 0.65
        ? `${pick(random, place.lastNames)} ${trade}`
        : kind < 0.8
          ? `${first} & ${second}`
          : kind < 0.92
            ? `${pick(random, place.cities)} ${trade}`
            : `${pick(random, COINED)}${pick(random, ['tec', 'works', 'line', 'soft', 'io', ' 24', ' 360', ' One'])}`
  return form.replace('*', own)
}

/** The host name of a company's mail and website, under the reserved `.example`. */
export const hostOf = (company: string, index: number, place: Place): string => {
  const slug = slugOf(company).slice(0, 40)
  return `${slug === '' ? `company-${index}` : slug}.${place.domain.replaceAll('.', '-')}.example`
}
