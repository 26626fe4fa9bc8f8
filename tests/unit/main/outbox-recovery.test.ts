import { describe, expect, it } from 'vitest'
import { appError } from '../../../core/errors.ts'
import { OutboxRecovery, recoveryQuestion } from '../../../main/outbox-recovery.ts'

const withBackup = appError('outbox_damaged', undefined, { backupAt: 5, backupUnsent: 2 })
const showTime = (at: number) => `moment ${at}`

describe('a damaged outbox', () => {
  it('is asked about in words that name the backup and what it can bring back', () => {
    const question = recoveryQuestion(withBackup, showTime)
    expect(question?.detail).toContain('moment 5 with 2 changes')
    expect(question?.detail).toContain('discarded after it comes back')
    expect(question?.choices).toEqual(['from_backup', 'start_empty', 'quit'])
  })

  it('offers no backup where there is none', () => {
    const none = appError('outbox_damaged', undefined, { backupAt: null, backupUnsent: null })
    expect(recoveryQuestion(none, showTime)?.choices).toEqual(['start_empty', 'quit'])
  })

  it('is not what another failure is', () => {
    expect(recoveryQuestion(appError('disk_full'), showTime)).toBe(undefined)
  })

  it('is asked about once at a time, and the answer is given to one start', async () => {
    const answers: ((button: number) => void)[] = []
    const chosen: string[] = []
    const recovery = new OutboxRecovery(
      () => new Promise((resolve) => answers.push(resolve)),
      (choice) => chosen.push(choice),
    )
    const first = recovery.down(withBackup, showTime)
    await recovery.down(withBackup, showTime)
    expect(answers).toHaveLength(1)
    expect(recovery.take()).toEqual({})
    answers[0]?.(0)
    await first
    expect(chosen).toEqual(['from_backup'])
    expect(recovery.take()).toEqual({ recover: 'from_backup' })
    expect(recovery.take()).toEqual({})
    const second = recovery.down(withBackup, showTime)
    answers[1]?.(2)
    await second
    expect(chosen).toEqual(['from_backup', 'quit'])
    expect(recovery.take()).toEqual({})
  })
})
