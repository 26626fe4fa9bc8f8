import { Ellipsis, Pencil, SearchX, Trash2, X } from 'lucide-react'
import type { Mark } from '../../../core/protocol/outbox.ts'
import { useActions } from '../../data/actions.tsx'
import { CompanyMark } from '../../ui/avatar.tsx'
import { Button, IconButton } from '../../ui/button.tsx'
import { Empty } from '../../ui/empty.tsx'
import { MarkBadge } from '../../ui/marks.tsx'
import { Menu } from '../../ui/menu.tsx'
import { ChildSection } from './child-section.tsx'
import { ContactLine, MeetingLine, NoteLine, TaskLine } from './children.tsx'
import { HistorySection } from './history.tsx'
import { Property } from './property.tsx'
import { QuickFields } from './quick-fields.tsx'
import { useAccount } from './use-account.ts'
import './account-panel.css'
import './sections.css'

const PROPERTIES = [
  'next_action',
  'next_action_date',
  'deal_value',
  'check_size',
  'website',
  'phone',
  'city',
  'country',
  'address',
  'external_id',
] as const

const BANNERS: Readonly<Record<'refused' | 'removed', string>> = {
  refused: 'The server could not apply a change of yours. You see what the server has; what you entered is kept.',
  removed: 'Somebody else removed this account. It stays here until you decide what becomes of your change.',
}

/** Says why the account differs from the server, and where to settle it. */
const Banner = ({ mark, onShow }: { mark: Mark | null; onShow: () => void }) =>
  (mark === 'refused' || mark === 'removed') && (
    <div className="detail-banner" role="status" data-testid="detail-banner" data-mark={mark}>
      <p>{BANNERS[mark]}</p>
      <Button onClick={onShow} data-testid="detail-attention">
        Decide
      </Button>
    </div>
  )

/** One account beside its list (over it where the window is narrow): all of it, each part editable. */
export const AccountPanel = ({ id, focus }: { id: string; focus: string | null }) => {
  const actions = useActions()
  const detail = useAccount(id)
  const { value } = detail
  const company = String(value?.account.row['company'] ?? '')
  const close = (
    <IconButton label="Close (Esc)" onClick={actions.closeAccount} data-testid="detail-close">
      <X />
    </IconButton>
  )
  if (!value)
    return (
      <aside className="detail" aria-label="Account" data-testid="detail" aria-busy={detail.loading}>
        <div className="detail-bar">{close}</div>
        {detail.error ? (
          <Empty
            icon={<SearchX />}
            title="This account is not here"
            actions={<Button onClick={actions.closeAccount}>Back to the list</Button>}
          >
            {detail.error.message}
          </Empty>
        ) : (
          <div className="detail-bones" aria-hidden="true">
            <span className="bone bone-1" />
            <span className="bone bone-0" />
            <span className="bone bone-2" />
          </div>
        )}
      </aside>
    )
  const { account, contacts, tasks, meetings, notes } = value
  const edit = (): void => actions.openForm({ mode: 'edit', entity: 'accounts', row: account.row })
  const remove = (): void =>
    actions.confirmDelete({ entity: 'accounts', ids: [id], title: company, onDeleted: actions.closeAccount })
  const section = { account: id, company, focus }
  return (
    <aside className="detail" aria-label={`Account ${company}`} data-testid="detail" data-id={id}>
      <div className="detail-bar">
        {account.mark === null || account.mark === 'pending' ? (
          <MarkBadge mark={account.mark} />
        ) : (
          <button type="button" onClick={() => actions.go('attention')}>
            <MarkBadge mark={account.mark} />
          </button>
        )}
        <span className="detail-bar-actions">
          <IconButton label="Edit" onClick={edit} data-testid="detail-edit">
            <Pencil />
          </IconButton>
          <IconButton label="Delete" onClick={remove} data-testid="detail-delete">
            <Trash2 />
          </IconButton>
          <Menu
            trigger={
              <IconButton label="More">
                <Ellipsis />
              </IconButton>
            }
            items={(['contacts', 'tasks', 'meetings', 'notes'] as const).map((entity) => ({
              label: `Add ${entity === 'meetings' ? 'a meeting' : `a ${entity.slice(0, -1)}`}`,
              onSelect: () =>
                actions.openForm({ mode: 'create', entity, preset: { account_id: id }, accountName: company }),
            }))}
          />
          {close}
        </span>
      </div>
      <div className="detail-scroll">
        <header className="detail-head">
          <CompanyMark name={company} size={36} />
          <h2 className="detail-title" data-testid="detail-title" title={company}>
            {company}
          </h2>
        </header>
        <Banner mark={account.mark} onShow={() => actions.go('attention')} />
        <QuickFields row={account.row} />
        <div className="properties">
          {PROPERTIES.map((column) => (
            <Property key={`${id} ${column}`} row={account.row} column={column} />
          ))}
          <Property key={`${id} opportunity`} row={account.row} column="opportunity" wide />
        </div>
        <ChildSection entity="contacts" records={contacts} {...section}>
          {(record) => <ContactLine record={record} />}
        </ChildSection>
        <ChildSection entity="tasks" records={tasks} {...section}>
          {(record) => <TaskLine record={record} />}
        </ChildSection>
        <ChildSection entity="meetings" records={meetings} {...section}>
          {(record) => <MeetingLine record={record} />}
        </ChildSection>
        <ChildSection entity="notes" records={notes} {...section}>
          {(record) => <NoteLine record={record} />}
        </ChildSection>
        <HistorySection key={id} id={id} />
      </div>
    </aside>
  )
}
