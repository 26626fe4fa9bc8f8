import { ENTITIES, type EntityName } from '../../core/model/entities.ts'
import type { Member } from './membership.ts'

/** A where clause over one table with its parameters ($1 …), in the SQL that Electric and Postgres both understand. */
export interface Where {
  readonly sql: string
  readonly params: readonly string[]
}

/**
 * The rows of an entity that a member's replica holds: the living ones of the workspace, for reps only their shard. The one source of
 * the shapes' `where`, of counts and of checksums.
 */
export const visibleRows = (entity: EntityName, workspaceId: string, member: Member): Where => {
  if (entity === 'workspaces') return { sql: 'id = $1 and deleted_at is null', params: [workspaceId] }
  const living = 'workspace_id = $1 and deleted_at is null'
  const mine = (condition: string): Where => ({ sql: `${living} and ${condition}`, params: [workspaceId, member.id] })
  if (entity === 'saved_views') return mine('(owner = $2 or shared = true)')
  if (member.role === 'rep') {
    const { shardColumn } = ENTITIES[entity]
    if (shardColumn) return mine(`${shardColumn} = $2`)
    if (entity === 'import_jobs') return mine('created_by = $2')
  }
  return { sql: living, params: [workspaceId] }
}
