import { useEffect, useMemo, useRef, useState } from 'react'
import { type Actions, ActionsProvider, type DeleteRequest, type FormRequest } from '../data/actions.tsx'
import type { ListQuery } from '../data/list-query.ts'
import { isList, type Page } from '../data/route.ts'
import { useEvent } from '../data/use-event.ts'
import { navigate, useRoute } from '../data/use-route.ts'
import { AccountPanel } from '../features/account/account-panel.tsx'
import { AttentionPage } from '../features/attention/attention-page.tsx'
import { ImportPage } from '../features/import/import-page.tsx'
import { ListPage } from '../features/lists/list-page.tsx'
import { ReceiptsPage } from '../features/receipts/receipts-page.tsx'
import { DeleteDialog } from '../features/records/delete-dialog.tsx'
import { RecordDialog } from '../features/records/record-dialog.tsx'
import { SignInDialog } from '../features/session/sign-in-dialog.tsx'
import { SettingsPage } from '../features/settings/settings-page.tsx'
import { StatusPill } from '../features/status/status-pill.tsx'
import { SaveViewDialog } from '../features/views/save-view-dialog.tsx'
import { ErrorBoundary } from './error-boundary.tsx'
import { Sidebar } from './sidebar.tsx'
import { TopBar } from './top-bar.tsx'
import { useShortcuts } from './use-shortcuts.ts'
import './shell.css'

/** The frame around every page, and the dialogs that any of them may ask for. */
export const Shell = () => {
  const route = useRoute()
  const [form, setForm] = useState<FormRequest | null>(null)
  const [removal, setRemoval] = useState<DeleteRequest | null>(null)
  const [naming, setNaming] = useState<ListQuery | null>(null)
  const [signingIn, setSigningIn] = useState(false)
  const search = useRef<HTMLInputElement>(null)
  const grid = useRef<HTMLDivElement>(null)
  const here = useRef(route)
  here.current = route
  const lastList = useRef(isList(route.page) ? route.page : ('accounts' as const))
  if (isList(route.page)) lastList.current = route.page

  const actions = useMemo<Actions>(() => {
    const go = (page: Page): void => navigate({ page, account: null, focus: null })
    return {
      go,
      openAccount: (id, focus) => {
        const { page, account } = here.current
        const at = isList(page) ? page : lastList.current
        navigate({ page: at, account: id, focus: focus ?? null }, account !== null && at === page)
      },
      closeAccount: () => {
        navigate({ ...here.current, account: null, focus: null })
        grid.current?.focus()
      },
      openForm: setForm,
      confirmDelete: setRemoval,
      saveView: setNaming,
      signIn: () => setSigningIn(true),
      focusSearch: (entity) => {
        const focus = (): void => {
          search.current?.focus()
          search.current?.select()
        }
        // At once where it can be: what is typed before the next frame belongs to the search already.
        if (isList(here.current.page)) return focus()
        go(entity ?? lastList.current)
        requestAnimationFrame(focus)
      },
    }
  }, [])

  const create = (): void =>
    setForm({ mode: 'create', entity: isList(route.page) ? route.page : 'accounts', preset: {} })
  useShortcuts({ create, search: actions.focusSearch, close: actions.closeAccount, go: actions.go })
  useEvent('command', ({ name }) => {
    if (name === 'new-account') setForm({ mode: 'create', entity: 'accounts', preset: {} })
    else if (name === 'find') actions.focusSearch()
    else if (name === 'needs-attention') actions.go('attention')
    else actions.go(name)
  })
  useEffect(() => {
    if (isList(route.page)) grid.current?.focus({ preventScroll: true })
  }, [route.page])

  return (
    <ActionsProvider value={actions}>
      <div className="shell">
        <Sidebar page={route.page} />
        <div className="shell-main">
          <TopBar
            entity={lastList.current}
            searchRef={search}
            onLeave={() => grid.current?.focus()}
            onUse={() => !isList(route.page) && actions.go(lastList.current)}
            status={<StatusPill />}
          />
          <main className={route.account ? 'shell-page has-detail' : 'shell-page'}>
            <ErrorBoundary key={route.page}>
              {isList(route.page) && (
                <ListPage
                  key={route.page}
                  entity={route.page}
                  open={route.page === 'accounts' ? route.account : route.focus}
                  gridRef={grid}
                />
              )}
              {route.page === 'attention' && <AttentionPage />}
              {route.page === 'receipts' && <ReceiptsPage />}
              {route.page === 'import' && <ImportPage />}
              {route.page === 'settings' && <SettingsPage />}
            </ErrorBoundary>
            {route.account && (
              <ErrorBoundary key={route.account}>
                <AccountPanel id={route.account} focus={route.focus} />
              </ErrorBoundary>
            )}
          </main>
        </div>
      </div>
      {form && <RecordDialog request={form} onClose={() => setForm(null)} />}
      {removal && <DeleteDialog request={removal} onClose={() => setRemoval(null)} />}
      {signingIn && <SignInDialog onClose={() => setSigningIn(false)} />}
      {naming && <SaveViewDialog query={naming} onClose={() => setNaming(null)} />}
    </ActionsProvider>
  )
}
