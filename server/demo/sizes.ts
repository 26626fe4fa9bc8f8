/** How many rows of each kind a workspace gets. */
export interface Sizes {
  readonly accounts: number
  readonly contacts: number
  readonly tasks: number
  readonly meetings: number
  readonly notes: number
}

export const DEMO_ACCOUNTS = 50_000

/** The demo's proportions (50,000 accounts : 120,000 : 30,000 : 20,000 : 40,000) at any number of accounts. */
export const sizesFor = (accounts: number): Sizes => ({
  accounts,
  contacts: Math.round(accounts * 2.4),
  tasks: Math.round(accounts * 0.6),
  meetings: Math.round(accounts * 0.4),
  notes: Math.round(accounts * 0.8),
})
