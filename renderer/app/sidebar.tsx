import { Bookmark, Building2, CircleAlert, ListChecks, Settings, Trash2, Upload, Users } from 'lucide-react'
import type { ReactNode } from 'react'
import { ROLES } from '../../core/model/codes.ts'
import { LIST_ENTITIES, type ListEntity } from '../../core/query/spec.ts'
import { useActions } from '../data/actions.tsx'
import { formatCount } from '../data/format.ts'
import { sameQuery } from '../data/list-query.ts'
import { useLists } from '../data/lists.tsx'
import type { Page } from '../data/route.ts'
import { useSavedViews } from '../data/saved-views.ts'
import { useStatusOf } from '../data/status-store.ts'
import { useWorkspace } from '../data/workspace.tsx'
import { Avatar } from '../ui/avatar.tsx'
import { IconButton } from '../ui/button.tsx'
import { Logo } from './logo.tsx'
import './sidebar.css'

const LISTS: Readonly<Record<ListEntity, { label: string; icon: ReactNode }>> = {
  accounts: { label: 'Accounts', icon: <Building2 /> },
  contacts: { label: 'Contacts', icon: <Users /> },
  tasks: { label: 'Tasks', icon: <ListChecks /> },
}

const NavItem = ({
  page,
  current,
  icon,
  label,
  count,
}: {
  page: Page
  current: Page
  icon: ReactNode
  label: string
  count?: number
}) => {
  const actions = useActions()
  return (
    <button
      type="button"
      className="nav-item"
      aria-current={page === current ? 'page' : undefined}
      data-testid={`nav-${page}`}
      onClick={() => actions.go(page)}
      title={label}
    >
      {icon}
      <span className="nav-label truncate">{label}</span>
      {count !== undefined && count > 0 && <span className="nav-count num">{formatCount(count)}</span>}
    </button>
  )
}

/** Where to go: the lists, saved views, what needs attention, and who is working. */
export const Sidebar = ({ page }: { page: Page }) => {
  const { session } = useWorkspace()
  const needsAttention = useStatusOf((status) => status.needsAttention)
  const { lists, dispatch } = useLists()
  const actions = useActions()
  const views = useSavedViews()
  const role = ROLES.find((one) => one.code === session.member.role)?.label ?? session.member.role
  return (
    <aside className="sidebar" aria-label="Navigation">
      <div className="workspace" title={session.workspace.name}>
        <Logo />
        <span className="workspace-name truncate">{session.workspace.name}</span>
      </div>
      <nav className="nav" aria-label="Main">
        {LIST_ENTITIES.map((entity) => (
          <NavItem key={entity} page={entity} current={page} icon={LISTS[entity].icon} label={LISTS[entity].label} />
        ))}
        <span className="nav-space" />
        <NavItem
          page="attention"
          current={page}
          icon={<CircleAlert />}
          label="Needs attention"
          count={needsAttention}
        />
        <NavItem page="import" current={page} icon={<Upload />} label="Import" />
      </nav>
      {views.length > 0 && (
        <div className="nav nav-views">
          <h2 className="nav-title">Saved views</h2>
          {views.map((view) => (
            <div className="nav-view" key={view.id}>
              <button
                type="button"
                className="nav-item"
                aria-current={
                  page === view.entity && sameQuery(lists[view.entity].query, view.query) ? 'page' : undefined
                }
                title={`${view.name}${view.shared ? ' (shared)' : ''}`}
                onClick={() => {
                  dispatch({ t: 'view', view })
                  actions.go(view.entity)
                }}
              >
                {view.shared ? <Users /> : <Bookmark />}
                <span className="nav-label truncate">{view.name}</span>
              </button>
              {view.owner === session.member.id && (
                <IconButton
                  className="small"
                  label={`Delete the view ${view.name}`}
                  onClick={() => actions.confirmDelete({ entity: 'saved_views', ids: [view.id], title: view.name })}
                >
                  <Trash2 />
                </IconButton>
              )}
            </div>
          ))}
        </div>
      )}
      <footer className="me">
        <Avatar name={session.member.name} seed={session.member.id} size={24} />
        <div className="me-words" title={`${session.member.name}, ${session.member.email}`}>
          <span className="me-name truncate">{session.member.name}</span>
          <span className="me-role truncate" data-testid="role">
            {role}
          </span>
        </div>
        <IconButton
          label="Settings"
          onClick={() => actions.go('settings')}
          data-testid="nav-settings"
          aria-current={page === 'settings' ? 'page' : undefined}
        >
          <Settings />
        </IconButton>
      </footer>
    </aside>
  )
}
