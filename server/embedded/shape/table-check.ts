import { newClient } from './session.ts'
import type { Shape } from './shape.ts'
import { fitsRelation } from './shape-changes.ts'
import type { ShapeRegistry } from './shape-registry.ts'
import { electricSchema, loadTablesByOid } from './table.ts'

/**
 * Compares every shape with its table as it is now: a change of columns shows in the stream with the next write only, and
 * a dropped table never. Shapes that live on get the current `electric-schema`.
 */
export async function checkTables(
  databaseUrl: string,
  registry: ShapeRegistry,
  onChanged: (shape: Shape) => void,
): Promise<void> {
  const oids = registry.tableOids
  if (oids.length === 0) return
  const client = newClient(databaseUrl)
  try {
    await client.connect()
    const tables = new Map((await loadTablesByOid(client, oids)).map((table) => [table.oid, table]))
    for (const oid of oids) {
      const table = tables.get(oid)
      for (const shape of [...registry.ofTable(oid)]) {
        if (!table || !fitsRelation(shape.parts.definition, { ...table, identity: 'f' })) onChanged(shape)
        else shape.schema = electricSchema(table, shape.parts.definition.columns)
      }
    }
  } finally {
    await client.end().catch(() => {})
  }
}
