import type { AppError } from '../core/errors.ts'
import type { SyncConfig } from '../core/protocol/sync-process.ts'

type Choice = NonNullable<SyncConfig['recover']> | 'quit'

/** What is asked about a damaged outbox; the last button quits and changes nothing. */
export type RecoveryQuestion = {
  message: string
  detail: string
  buttons: string[]
  /** What each button means. */
  choices: Choice[]
}

const changes = (n: number) => (n === 1 ? '1 change' : `${n.toLocaleString('en')} changes`)

/** What to ask when the sync process could not start; undefined when it is not about the outbox. */
export function recoveryQuestion(error: AppError, showTime: (at: number) => string): RecoveryQuestion | undefined {
  if (error.code !== 'outbox_damaged') return undefined
  const message = 'The file with your unsent changes is damaged.'
  const kept = 'The damaged file is set aside, not deleted.'
  const { backupAt, backupUnsent } = error.context ?? {}
  if (typeof backupAt !== 'number' || typeof backupUnsent !== 'number') {
    return {
      message,
      detail: `There is no backup of it. Outpost can start without the changes in it that were not sent yet. ${kept}`,
      buttons: ['Start Without Them', 'Quit'],
      choices: ['start_empty', 'quit'],
    }
  }
  return {
    message,
    detail:
      `There is a backup of ${showTime(backupAt)} with ${changes(backupUnsent)} that had not been sent. ` +
      'What you changed after it and had not been sent is not in it; what you undid or discarded after it comes back, ' +
      `and what was sent since is not sent twice. ${kept}`,
    buttons: ['Restore the Backup', 'Start Without Them', 'Quit'],
    choices: ['from_backup', 'start_empty', 'quit'],
  }
}

/** Asks about a damaged outbox, once at a time, and hands the answer to the next start of the sync process. */
export class OutboxRecovery {
  readonly #ask: (question: RecoveryQuestion) => Promise<number>
  readonly #onChoice: (choice: Choice) => void
  #asking = false
  #choice: SyncConfig['recover']

  constructor(ask: (question: RecoveryQuestion) => Promise<number>, onChoice: (choice: Choice) => void) {
    this.#ask = ask
    this.#onChoice = onChoice
  }

  /** The answer for the start that is about to happen, given out once. */
  take(): { recover?: SyncConfig['recover'] } {
    const choice = this.#choice
    this.#choice = undefined
    return choice === undefined ? {} : { recover: choice }
  }

  /** The sync process is down. */
  async down(error: AppError, showTime: (at: number) => string): Promise<void> {
    const question = recoveryQuestion(error, showTime)
    if (question === undefined || this.#asking) return
    this.#asking = true
    try {
      const choice = question.choices[await this.#ask(question)] ?? 'quit'
      if (choice !== 'quit') this.#choice = choice
      this.#onChoice(choice)
    } finally {
      this.#asking = false
    }
  }
}
