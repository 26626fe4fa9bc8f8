import { describe, expect, it } from 'vitest'
import { queryField } from '../../../core/query/fields.ts'
import { LIST_ENTITIES } from '../../../core/query/spec.ts'
import { FACETS } from '../../../renderer/data/list-query.ts'
import { formatRoute, parseRoute } from '../../../renderer/data/route.ts'
import { columnsThatFit } from '../../../renderer/features/lists/columns.ts'

describe('columns of a list', () => {
  it('are ones that the query engine knows', () => {
    for (const entity of LIST_ENTITIES)
      for (const field of [...columnsThatFit(entity, 5_000).map((column) => column.field), ...FACETS[entity]])
        expect(queryField(entity, field), `${entity}.${field}`).not.toBeNull()
  })

  it('grow in number with the width, keep their order, and always name the record', () => {
    for (const entity of LIST_ENTITIES) {
      const all = columnsThatFit(entity, 5_000)
      let before = 0
      for (let width = 100; width <= 2_000; width += 50) {
        const some = columnsThatFit(entity, width)
        expect(some.length).toBeGreaterThanOrEqual(Math.max(1, before))
        expect(some).toEqual(all.filter((column) => some.includes(column)))
        expect(some[0]).toBe(all[0])
        before = some.length
      }
    }
  })
})

describe('routes', () => {
  it.each(['#/accounts', '#/contacts/a/b', '#/attention', '#/tasks/a'])('come back from %s', (hash) =>
    expect(formatRoute(parseRoute(hash))).toBe(hash),
  )

  it.each(['', '#/nowhere/x', '#accounts//'])('fall back to the accounts from %j', (hash) =>
    expect(parseRoute(hash)).toEqual({ page: 'accounts', account: null, focus: null }),
  )
})
