import './avatar.css'

const hueOf = (seed: string): number => {
  let hash = 0
  for (let i = 0; i < seed.length; i++) hash = (hash * 31 + seed.charCodeAt(i)) >>> 0
  return hash % 8
}

const initialsOf = (name: string): string => {
  const words = name.trim().split(/\s+/)
  const first = words[0]?.[0] ?? '?'
  const last = words.length > 1 ? (words.at(-1)?.[0] ?? '') : ''
  return (first + last).toUpperCase()
}

/** A person's initials on their colour. Decorative: the name stands beside it. */
export const Avatar = ({ name, seed, size = 18 }: { name: string; seed: string; size?: 18 | 24 | 28 }) => (
  <span className={`avatar avatar-${size} hue-${hueOf(seed)}`} aria-hidden="true">
    {initialsOf(name)}
  </span>
)

/** A company's first letter on a square. Decorative. */
export const CompanyMark = ({ name, size = 20 }: { name: string; size?: 20 | 36 }) => (
  <span className={`company-mark company-mark-${size}`} aria-hidden="true">
    {(name.trim()[0] ?? '?').toUpperCase()}
  </span>
)
