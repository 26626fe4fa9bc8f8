import { bool, code, day, type Field, instant, int, longText, money, ref, text } from './field.ts'

/** Who may see the rows: everybody of the workspace, or for reps only what is theirs through `shardColumn`. */
export interface Entity {
  readonly label: string
  readonly plural: string
  readonly fields: Readonly<Record<string, Field>>
  /** For reps, the column that must hold the member's id; absent = the whole workspace sees it. */
  readonly shardColumn?: string
  /** May clients create, patch, delete and restore rows? */
  readonly writable: boolean
}

export const ENTITY_NAMES = [
  'workspaces',
  'workspace_members',
  'accounts',
  'contacts',
  'tasks',
  'meetings',
  'notes',
  'saved_views',
  'import_jobs',
] as const
export type EntityName = (typeof ENTITY_NAMES)[number]

/** Children hang on an account and follow it when it is deleted, restored or reassigned. */
export const CHILD_ENTITIES = ['contacts', 'tasks', 'meetings', 'notes'] as const satisfies readonly EntityName[]

const account = { nullable: false } as const
const childFields = {
  account_id: ref('accounts', 'Account', account),
  account_assigned_to: ref('workspace_members', 'Account owner', { editable: false }),
}
const required = { nullable: false } as const

/** One definition per synced entity; SQLite, shape and query columns derive from it. */
export const ENTITIES: Readonly<Record<EntityName, Entity>> = {
  workspaces: {
    label: 'Workspace',
    plural: 'Workspaces',
    writable: false,
    fields: {
      name: text('Name', { ...required, editable: false }),
      currency: code('Currency', { ...required, editable: false }),
      time_zone: text('Time zone', { ...required, editable: false }),
    },
  },
  workspace_members: {
    label: 'Member',
    plural: 'Members',
    writable: false,
    fields: {
      user_id: text('User', { ...required, editable: false }),
      role: code('Role', { ...required, editable: false }),
      display_name: text('Name', { ...required, editable: false }),
      email: text('E-mail', { ...required, editable: false }),
    },
  },
  accounts: {
    label: 'Account',
    plural: 'Accounts',
    shardColumn: 'assigned_to',
    writable: true,
    fields: {
      type: code('Type', required),
      company: text('Company', { ...required, searchable: true }),
      status: code('Status', required),
      priority: code('Priority'),
      next_action: text('Next action'),
      next_action_date: day('Next action on'),
      assigned_to: ref('workspace_members', 'Assigned to'),
      deal_value: money('Deal value'),
      check_size: money('Check size'),
      opportunity: longText('Opportunity'),
      website: text('Website', { inLists: false }),
      phone: text('Phone', { inLists: false }),
      address: text('Address', { inLists: false }),
      city: text('City'),
      country: text('Country'),
      external_id: text('External id', { inLists: false }),
    },
  },
  contacts: {
    label: 'Contact',
    plural: 'Contacts',
    shardColumn: 'account_assigned_to',
    writable: true,
    fields: {
      ...childFields,
      name: text('Name', { ...required, searchable: true }),
      email: text('E-mail', { searchable: true }),
      phone: text('Phone'),
      title: text('Title'),
      assigned_to: ref('workspace_members', 'Assigned to'),
    },
  },
  tasks: {
    label: 'Task',
    plural: 'Tasks',
    shardColumn: 'account_assigned_to',
    writable: true,
    fields: {
      ...childFields,
      title: text('Title', { ...required, searchable: true }),
      status: code('Status', required),
      due_date: day('Due'),
      assigned_to: ref('workspace_members', 'Assigned to'),
    },
  },
  meetings: {
    label: 'Meeting',
    plural: 'Meetings',
    shardColumn: 'account_assigned_to',
    writable: true,
    fields: {
      ...childFields,
      subject: text('Subject', { ...required, inLists: false }),
      starts_at: instant('Starts', required),
      ends_at: instant('Ends'),
      place: text('Place', { inLists: false }),
      notes: longText('Notes'),
    },
  },
  notes: {
    label: 'Note',
    plural: 'Notes',
    shardColumn: 'account_assigned_to',
    writable: true,
    fields: {
      ...childFields,
      body: longText('Text', required),
      author: ref('workspace_members', 'Author'),
    },
  },
  saved_views: {
    label: 'Saved view',
    plural: 'Saved views',
    writable: true,
    fields: {
      name: text('Name', { ...required, inLists: false }),
      entity: code('List', required),
      spec: longText('Query', required),
      shared: bool('Shared'),
      owner: ref('workspace_members', 'Owner', required),
    },
  },
  import_jobs: {
    label: 'Import',
    plural: 'Imports',
    writable: true,
    fields: {
      file_name: text('File', { ...required, inLists: false }),
      entity: code('Into', required),
      state: code('State', required),
      total_rows: int('Rows', required),
      created_rows: int('Created', required),
      rejected_rows: int('Rejected', required),
      group_id: text('Group', { ...required, inLists: false }),
      created_by: ref('workspace_members', 'By', required),
    },
  },
}

/** Columns that the server stamps on every synced row and every client holds. */
export const STAMP_FIELDS: Readonly<Record<string, Field>> = {
  version: int('Version', { nullable: false, editable: false }),
  created_at: instant('Created', { nullable: false, editable: false }),
  updated_at: instant('Updated', { nullable: false, editable: false }),
}

/**
 * The columns of an entity that clients hold, in their one canonical order (shape, replica, checksum): `id`, the
 * entity's fields, then the server's stamps. `workspace_id`, `deleted_at` and `deleted_by_mutation` stay on the
 * server: shapes pin them.
 */
export const columnsOf = (entity: EntityName): readonly string[] => [
  'id',
  ...Object.keys(ENTITIES[entity].fields),
  ...Object.keys(STAMP_FIELDS),
]

/** The field behind a column, or undefined for `id` and unknown columns. */
export const fieldOf = (entity: EntityName, column: string): Field | undefined =>
  ENTITIES[entity].fields[column] ?? STAMP_FIELDS[column]

/** Columns of an entity that the query worker holds. */
export const listColumnsOf = (entity: EntityName): readonly string[] =>
  columnsOf(entity).filter((column) => column === 'id' || fieldOf(entity, column)?.inLists === true)

export const isEntityName = (name: string): name is EntityName => (ENTITY_NAMES as readonly string[]).includes(name)
