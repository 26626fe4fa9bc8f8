import { uuidv7 } from '../../core/id.ts'
import type { Row } from '../../core/model/field.ts'
import type { ListSpec } from '../../core/query/spec.ts'
import { rowRandom } from './draw.ts'
import type { DemoWorkspace } from './workspace.ts'

const STREAM = { views: 30, imports: 31 } as const
const DAY_MS = 86_400_000

const list = (spec: Partial<ListSpec> & Pick<ListSpec, 'entity'>): ListSpec => ({
  where: [],
  search: '',
  sort: [],
  facets: [],
  ...spec,
})

const VIEWS: readonly { name: string; shared: boolean; spec: ListSpec }[] = [
  {
    name: 'Hot customers',
    shared: true,
    spec: list({
      entity: 'accounts',
      where: [
        { field: 'type', op: 'eq', value: 'customer' },
        { field: 'priority', op: 'eq', value: 'high' },
      ],
      sort: [{ field: 'deal_value', dir: 'desc' }],
    }),
  },
  {
    name: 'Nobody’s accounts',
    shared: true,
    spec: list({
      entity: 'accounts',
      where: [{ field: 'assigned_to', op: 'isnull', value: true }],
      sort: [{ field: 'created_at', dir: 'desc' }],
    }),
  },
  {
    name: 'Due this week',
    shared: true,
    spec: list({
      entity: 'tasks',
      where: [
        { field: 'status', op: 'in', value: ['open', 'doing'] },
        { field: 'due_date', op: 'between', value: ['today', 'today+7'] },
      ],
      sort: [{ field: 'due_date', dir: 'asc' }],
    }),
  },
  {
    name: 'Term sheets',
    shared: false,
    spec: list({ entity: 'accounts', where: [{ field: 'status', op: 'eq', value: 'term_sheet' }] }),
  },
]

const stamps = (atMs: number) => ({ version: 1, created_at: atMs, updated_at: atMs })

/** A few saved views: three shared ones of the first admin, one private. */
export const savedViewRows = (workspace: DemoWorkspace): readonly Row[] =>
  VIEWS.map(({ name, shared, spec }, index) => {
    const atMs = workspace.epochMs - (40 - index) * DAY_MS
    return {
      id: uuidv7(atMs, rowRandom(workspace.seed, STREAM.views, index)),
      name,
      entity: spec.entity,
      spec: JSON.stringify(spec),
      shared: shared ? 1 : 0,
      owner: workspace.members[0]?.id ?? null,
      ...stamps(atMs),
    }
  })

/** One finished import, long ago. */
export const importJobRows = (workspace: DemoWorkspace): readonly Row[] => {
  const atMs = workspace.epochMs - 90 * DAY_MS
  const random = rowRandom(workspace.seed, STREAM.imports, 0)
  return [
    {
      id: uuidv7(atMs, random),
      file_name: 'trade-fair-leads.csv',
      entity: 'accounts',
      state: 'done',
      total_rows: 240,
      created_rows: 236,
      rejected_rows: 4,
      group_id: uuidv7(atMs, random),
      created_by: workspace.members[0]?.id ?? null,
      ...stamps(atMs),
    },
  ]
}
