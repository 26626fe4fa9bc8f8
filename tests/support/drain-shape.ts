import { z } from 'zod'

const message = z.object({
  key: z.string().optional(),
  value: z.record(z.string(), z.string().nullable()).optional(),
  headers: z.looseObject({ operation: z.string().optional(), control: z.string().optional() }),
})

export interface Drained {
  readonly rows: ReadonlyMap<string, Readonly<Record<string, string | null>>>
  readonly handle: string
  readonly offset: string
}

/** Follows a shape from its start to up-to-date over raw HTTP and answers the rows that it then holds, by id. */
export const drainShape = async (url: string, headers: Record<string, string>): Promise<Drained> => {
  const rows = new Map<string, Record<string, string | null>>()
  let offset = '-1'
  let handle = ''
  for (;;) {
    const asked = new URL(url)
    asked.searchParams.set('offset', offset)
    if (handle !== '') asked.searchParams.set('handle', handle)
    const answer = await fetch(asked, { headers })
    if (answer.status !== 200) throw new Error(`the shape answered ${answer.status}: ${await answer.text()}`)
    offset = answer.headers.get('electric-offset') ?? offset
    handle = answer.headers.get('electric-handle') ?? handle
    for (const { value, headers: meta } of z.array(message).parse(await answer.json())) {
      if (meta.control === 'up-to-date') return { rows, handle, offset }
      const id = value?.['id']
      if (!id || !value) continue
      if (meta.operation === 'delete') rows.delete(id)
      else rows.set(id, { ...rows.get(id), ...value })
    }
  }
}
