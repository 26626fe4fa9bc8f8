import type { Edit } from '../../../core/protocol/edit.ts'
import { type Decided, Ledger as RightLedger } from '../model/ledger.ts'

/** Faulty: forgets what it has decided, so that an edit sent twice is carried out twice. */
export class Ledger extends RightLedger {
  override recall(_edit: Edit, _userId: string): Decided | null {
    return null
  }
}
