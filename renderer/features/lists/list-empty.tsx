import { CloudDownload, Plus, SearchX, Upload, Users } from 'lucide-react'
import type { ListEntity } from '../../../core/query/spec.ts'
import { useActions } from '../../data/actions.tsx'
import { formatCount } from '../../data/format.ts'
import { isNarrowed, type ListQuery } from '../../data/list-query.ts'
import type { ListSnapshot } from '../../data/list-session.ts'
import { useStatus } from '../../data/status-store.ts'
import { Button } from '../../ui/button.tsx'
import { Empty, Progress } from '../../ui/empty.tsx'

const NOUN: Readonly<Record<ListEntity, string>> = { accounts: 'account', contacts: 'contact', tasks: 'task' }

/** Why a list shows nothing, and what to do about it. */
export const ListEmpty = ({ query, list, onClear }: { query: ListQuery; list: ListSnapshot; onClear: () => void }) => {
  const status = useStatus()
  const actions = useActions()
  const { entity } = query
  if (!list.complete && list.loaded === 0) {
    const share = status.expected > 0 ? status.received / status.expected : null
    return (
      <Empty icon={<CloudDownload />} title={`Getting your ${entity}`}>
        <p>
          {status.state === 'offline'
            ? 'There is no connection to the server yet. This starts by itself when there is.'
            : 'This happens once. After that, everything is on this computer and opens at once, online or not.'}
        </p>
        {status.state !== 'offline' && (
          <div className="list-first-load">
            <Progress value={share} label="First load" />
            {status.expected > 0 && (
              <span className="num muted">
                {formatCount(status.received)} of {formatCount(status.expected)} records
              </span>
            )}
          </div>
        )}
      </Empty>
    )
  }
  const onlyMine =
    query.search === '' && query.other.length === 0 && Object.keys(query.filters).join() === 'assigned_to'
  if (isNarrowed(query) && list.loaded > 0)
    return (
      <Empty
        icon={onlyMine ? <Users /> : <SearchX />}
        title={onlyMine ? `No ${entity} of theirs` : `No ${entity} match`}
        actions={
          <Button onClick={onClear} data-testid="empty-clear">
            {onlyMine ? `Show all ${entity}` : 'Clear filters'}
          </Button>
        }
      >
        {onlyMine
          ? `None of ${formatCount(list.loaded)} ${entity} is assigned to whom you chose.`
          : 'Try fewer filters or another search.'}
      </Empty>
    )
  return (
    <Empty
      icon={<Users />}
      title={`No ${entity} yet`}
      actions={
        <>
          <Button
            kind="primary"
            icon={<Plus aria-hidden="true" />}
            onClick={() => actions.openForm({ mode: 'create', entity, preset: {} })}
          >
            New {NOUN[entity]}
          </Button>
          <Button icon={<Upload aria-hidden="true" />} onClick={() => actions.go('import')}>
            Import a CSV file
          </Button>
        </>
      }
    >
      Create the first one, or bring what you have in a spreadsheet.
    </Empty>
  )
}
