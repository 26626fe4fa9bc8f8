import type { EntityName } from '../../../core/model/entities.ts'
import type { Value } from '../../../core/model/field.ts'
import { accountRow } from '../../../server/demo/accounts.ts'
import { contactRow, meetingRow, noteRow, taskRow } from '../../../server/demo/children.ts'
import { savedViewRows } from '../../../server/demo/extras.ts'
import { sizesFor } from '../../../server/demo/sizes.ts'
import { mainWorkspace } from '../../../server/demo/workspace.ts'

export type FakeRow = Record<string, Value>
export type Tables = Record<EntityName, Map<string, FakeRow>>

const table = (rows: number, make: (index: number) => FakeRow): Map<string, FakeRow> => {
  const map = new Map<string, FakeRow>()
  for (let index = 0; index < rows; index++) {
    const row = make(index)
    map.set(String(row['id']), { ...row })
  }
  return map
}

const fakeId = (index: number): string => `01900000-0000-7000-8000-${String(index).padStart(12, '0')}`

/** The demo workspace's rows, made in the page. */
export const makeTables = (accounts: number, withChildren: boolean) => {
  const workspace = mainWorkspace(7, Date.now())
  const sizes = withChildren ? sizesFor(accounts) : { ...sizesFor(0), accounts }
  const few = Array.from({ length: 500 }, (_, index) => accountRow(workspace, index))
  const views = savedViewRows(workspace)
  const tables: Tables = {
    accounts: table(sizes.accounts, (index) =>
      withChildren ? accountRow(workspace, index) : { ...few[index % few.length], id: fakeId(index) },
    ),
    contacts: table(sizes.contacts, (index) => contactRow(workspace, index, { count: sizes.accounts, known: null })),
    tasks: table(sizes.tasks, (index) => taskRow(workspace, index, { count: sizes.accounts, known: null })),
    meetings: table(sizes.meetings, (index) => meetingRow(workspace, index, { count: sizes.accounts, known: null })),
    notes: table(sizes.notes, (index) => noteRow(workspace, index, { count: sizes.accounts, known: null })),
    saved_views: table(views.length, (index) => views[index] ?? {}),
    import_jobs: new Map(),
    workspaces: new Map(),
    workspace_members: new Map(),
  }
  return { workspace, tables }
}
