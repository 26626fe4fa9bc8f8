/**
 * The life of an edit. `queued`, `sending`, `accepted` and `refused` are open; the rest are ends and stay as receipts.
 */
export const STATES = ['queued', 'sending', 'accepted', 'refused', 'settled', 'cancelled', 'discarded'] as const
export type EditState = (typeof STATES)[number]

export const OPEN_STATES = ['queued', 'sending', 'accepted', 'refused'] as const satisfies readonly EditState[]
export type OpenState = (typeof OPEN_STATES)[number]

/**
 * - `send`: it goes out in a batch · `restart`: the process starts anew · `retry`: no verdict came, or `busy`
 * - `accept`, `refuse`: the server's verdict · `settle`: the replica shows it · `cancel`: undone before it was ever sent
 * - `discard`: a refused edit is given up, or replaced by a resent one
 */
export const EVENTS = ['send', 'restart', 'retry', 'accept', 'refuse', 'settle', 'cancel', 'discard'] as const
export type EditEvent = (typeof EVENTS)[number]

/**
 * State × event, total (rule W-1). `null`: the event cannot happen there and is ignored; a verdict that comes twice or
 * late must not move an edit that has moved on.
 */
const TABLE: Readonly<Record<EditState, Readonly<Record<EditEvent, EditState | null>>>> = {
  queued: {
    send: 'sending',
    restart: 'queued',
    retry: 'queued',
    // A verdict for an edit that a restart put back: the same id, so the server's word holds.
    accept: 'accepted',
    refuse: 'refused',
    settle: null,
    cancel: 'cancelled',
    discard: 'discarded',
  },
  sending: {
    send: null,
    restart: 'queued',
    retry: 'queued',
    accept: 'accepted',
    refuse: 'refused',
    settle: null,
    cancel: null,
    discard: null,
  },
  accepted: {
    send: null,
    restart: 'accepted',
    retry: null,
    accept: null,
    refuse: null,
    settle: 'settled',
    cancel: null,
    discard: null,
  },
  refused: {
    send: null,
    restart: 'refused',
    retry: null,
    accept: null,
    refuse: null,
    settle: null,
    cancel: null,
    discard: 'discarded',
  },
  settled: ended('settled'),
  cancelled: ended('cancelled'),
  discarded: ended('discarded'),
}

function ended(state: EditState): Readonly<Record<EditEvent, EditState | null>> {
  return {
    send: null,
    restart: state,
    retry: null,
    accept: null,
    refuse: null,
    settle: null,
    cancel: null,
    discard: null,
  }
}

/** The state after an event; null where the event does not apply. */
export const nextState = (state: EditState, event: EditEvent): EditState | null => TABLE[state][event]

export const isOpen = (state: EditState): state is OpenState => (OPEN_STATES as readonly string[]).includes(state)
