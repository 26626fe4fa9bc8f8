import pg from 'pg'
import { z } from 'zod'

const memberRow = z.object({
  id: z.string(),
  workspaceId: z.string(),
  userId: z.string(),
  role: z.enum(['admin', 'manager', 'rep']),
  name: z.string(),
  email: z.string(),
})
export type BackendMember = z.infer<typeof memberRow>

/** Every live member of every workspace, in the order in which they joined. */
export const listMembers = async (databaseUrl: string): Promise<readonly BackendMember[]> => {
  const client = new pg.Client({ connectionString: databaseUrl })
  await client.connect()
  try {
    const { rows } = await client.query(
      `select id, workspace_id as "workspaceId", user_id as "userId", role, display_name as name, email
       from workspace_members where deleted_at is null order by workspace_id, id`,
    )
    return z.array(memberRow).parse(rows)
  } finally {
    await client.end()
  }
}

/**
 * The member meant by an id, user id, e-mail, name, or a role (its first member in the main workspace).
 *
 * @throws Error in words when nobody is
 */
export const findMember = (members: readonly BackendMember[], workspaceId: string, who: string): BackendMember => {
  const wanted = who.trim().toLowerCase()
  const found =
    members.find(({ id, userId, email }) => [id, userId, email].some((key) => key.toLowerCase() === wanted)) ??
    members.find((member) => member.workspaceId === workspaceId && member.role === wanted) ??
    members.find(({ name }) => name.toLowerCase() === wanted)
  if (found) return found
  throw new Error(`There is no member "${who}". Give a role (admin, manager, rep), an e-mail, a name or an id.`)
}
