/** The colour of a code's dot, by how far along or how good it is. Unknown codes are gray. */
export type Tone = 'gray' | 'blue' | 'cyan' | 'violet' | 'amber' | 'orange' | 'green' | 'red'

const TONES: Readonly<Record<string, Tone>> = {
  researching: 'gray',
  contacted: 'blue',
  meeting: 'cyan',
  due_diligence: 'violet',
  term_sheet: 'amber',
  invested: 'green',
  passed: 'red',
  lead: 'gray',
  qualified: 'blue',
  proposal: 'violet',
  negotiation: 'amber',
  won: 'green',
  lost: 'red',
  churned: 'orange',
  prospect: 'gray',
  in_talks: 'blue',
  active: 'green',
  paused: 'amber',
  ended: 'red',
  open: 'gray',
  doing: 'amber',
  done: 'green',
  cancelled: 'red',
}

export const toneOf = (code: string): Tone => TONES[code] ?? 'gray'
