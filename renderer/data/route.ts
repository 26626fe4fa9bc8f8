import { LIST_ENTITIES, type ListEntity } from '../../core/query/spec.ts'

export type Page = ListEntity | 'attention' | 'receipts' | 'import' | 'settings'

/** Where the person is: a page, and beside a list possibly an open account with one of its records in focus. */
export interface Route {
  readonly page: Page
  readonly account: string | null
  readonly focus: string | null
}

const PAGES: readonly string[] = [...LIST_ENTITIES, 'attention', 'receipts', 'import', 'settings']
const isPage = (name: string): name is Page => PAGES.includes(name)

export const isList = (page: Page): page is ListEntity => (LIST_ENTITIES as readonly string[]).includes(page)

/** The route of a location hash; anything unknown is the list of accounts. */
export const parseRoute = (hash: string): Route => {
  const [page = '', account = '', focus = ''] = hash.replace(/^#?\/?/, '').split('/')
  if (!isPage(page)) return { page: 'accounts', account: null, focus: null }
  return isList(page) ? { page, account: account || null, focus: focus || null } : { page, account: null, focus: null }
}

/** The location hash of a route. */
export const formatRoute = (route: Route): string =>
  `#/${[route.page, route.account, route.focus].filter((part) => part !== null).join('/')}`
