import path from 'node:path'
import { parseArgs } from 'node:util'

/** What `npm start -- …` asks for. */
export interface StartOptions {
  readonly headless: boolean
  readonly fresh: boolean
  readonly as: string
  readonly companies: string | undefined
  readonly accounts: number
  readonly data: string
  readonly help: boolean
}

export const START_USAGE = `npm start -- [options]
  --headless             no window: prints the status and the path of a screenshot
  --as MEMBER            sign in as another demo member: a name, an e-mail, or admin, manager, rep (default manager)
  --companies FILE.csv   names and external ids of the demo accounts from a real file
  --accounts N           how many demo accounts to make at the first start (default 50000)
  --data DIR             where everything is kept (default .outpost/demo)
  --fresh                start again from an empty data folder`

/** Reads the command line. Throws an Error that says what is wrong and what there is. */
export const startOptions = (args: readonly string[], root: string): StartOptions => {
  const problem = (words: string): Error => new Error(`${words}\n\n${START_USAGE}`)
  const parsed = (() => {
    try {
      return parseArgs({
        args: [...args],
        options: {
          headless: { type: 'boolean', default: false },
          fresh: { type: 'boolean', default: false },
          help: { type: 'boolean', default: false },
          as: { type: 'string', default: 'manager' },
          companies: { type: 'string' },
          accounts: { type: 'string', default: '50000' },
          data: { type: 'string', default: path.join(root, '.outpost/demo') },
        },
      }).values
    } catch (error) {
      throw problem(error instanceof Error ? error.message : String(error))
    }
  })()
  const accounts = Number(parsed.accounts)
  if (!Number.isSafeInteger(accounts) || accounts < 1) throw problem('--accounts takes a whole number above 0')
  return {
    ...parsed,
    accounts,
    data: path.resolve(parsed.data),
    companies: parsed.companies === undefined ? undefined : path.resolve(parsed.companies),
  }
}
