import { expect } from 'vitest'

type Kind = 'handle' | 'lsn' | 'txid' | 'cursor' | 'offset'

/**
 * Which of our handles, positions and transaction ids stand for the recorded ones. A recorded value always means the same
 * one of ours, and two recorded values never the same one.
 */
export class Correspondence {
  readonly #ours = new Map<string, string>()
  readonly #recorded = new Map<string, string>()

  /** Takes a pair as it is: a cursor is about the time of day, a starting offset about what came before the recording. */
  note(kind: 'cursor' | 'offset', recorded: string, ours: string): void {
    this.#ours.set(`${kind} ${recorded}`, ours)
  }

  relate(kind: 'handle' | 'lsn' | 'txid', recorded: string, ours: string): void {
    const known = this.#ours.get(`${kind} ${recorded}`)
    const inverse = this.#recorded.get(`${kind} ${ours}`)
    if (known !== undefined) expect(ours, `${kind} ${recorded}`).toBe(known)
    else if (inverse !== undefined) expect(recorded, `${kind} ${ours} (ours)`).toBe(inverse)
    if (kind === 'lsn') this.#inOrder(recorded, ours)
    this.#ours.set(`${kind} ${recorded}`, ours)
    this.#recorded.set(`${kind} ${ours}`, recorded)
  }

  #inOrder(recorded: string, ours: string): void {
    for (const [name, value] of this.#ours) {
      const [kind, other] = name.split(' ')
      if (kind !== 'lsn') continue
      expect(Math.sign(Number(value) - Number(ours)), `order of lsn ${other} and ${recorded}`).toBe(
        Math.sign(Number(other) - Number(recorded)),
      )
    }
  }

  knows(kind: Kind, recorded: string): boolean {
    return this.#ours.has(`${kind} ${recorded}`)
  }

  /** Ours for a recorded value; itself when it stands for nothing (a made-up handle, a far-off position). */
  translate(kind: Kind, recorded: string): string {
    return this.#ours.get(`${kind} ${recorded}`) ?? recorded
  }

  translateOffset(recorded: string): string {
    if (this.knows('offset', recorded)) return this.translate('offset', recorded)
    const [lsn = '', op = ''] = recorded.split('_')
    return op === '' || lsn === '0' ? recorded : `${this.translate('lsn', lsn)}_${op}`
  }

  relateOffset(recorded: string, ours: string): void {
    const [lsn = '', op = ''] = recorded.split('_')
    const [ourLsn = '', ourOp = ''] = ours.split('_')
    expect(ourOp, `operation of offset ${recorded}`).toBe(op)
    if (lsn === '0' || lsn === '-1' || lsn === 'now') expect(ours).toBe(recorded)
    else this.relate('lsn', lsn, ourLsn)
  }

  /** `"handle:requested offset:answered offset[:unique]"`. */
  relateEtag(recorded: string, ours: string): void {
    const parts = recorded.replaceAll('"', '').split(':')
    const ourParts = ours.replaceAll('"', '').split(':')
    expect(ourParts.length, `parts of etag ${recorded}`).toBe(parts.length)
    this.relate('handle', parts[0] ?? '', ourParts[0] ?? '')
    for (const index of [1, 2]) {
      const offset = parts[index] ?? ''
      if (offset === '') expect(ourParts[index]).toBe('')
      else if (index === 1) expect(ourParts[1]).toBe(this.translateOffset(offset))
      else this.relateOffset(offset, ourParts[index] ?? '')
    }
  }

  translateEtag(recorded: string): string {
    const [handle = '', from = '', to = ''] = recorded.replaceAll('"', '').split(':')
    return `"${this.translate('handle', handle)}:${this.translateOffset(from)}:${this.translateOffset(to)}"`
  }
}
