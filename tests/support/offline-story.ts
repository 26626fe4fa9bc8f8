import { afterAll, beforeAll, beforeEach, expect, onTestFailed, test } from 'vitest'
import type { BackendOptions } from '../../server/embedded/backend.ts'
import { type AppWorld, type Client, openAppWorld, PATIENCE_MS } from './app-world.ts'

interface Story {
  /** Begins the pictures' names. */
  readonly name: string
  readonly backend: Partial<BackendOptions>
  /** How many accounts the demo then has. */
  readonly accounts: number
  /** A lower-case word that some companies' names hold. */
  readonly word: string
}

/**
 * Declares the tests of the path that everything else stands on, as one story in order: every account, lists that agree with
 * SQL, edits made while the gateway is away, the app killed, and the edits' arrival exactly once.
 */
export const tellOfflineStory = (options: Story): void => {
  let world: AppWorld
  let app: Client
  beforeAll(async () => {
    world = await openAppWorld(options.backend)
    app = await world.open('first')
  }, 180_000)
  afterAll(() => world?.close())
  beforeEach(() => {
    onTestFailed(() => app?.picture(`${options.name}-failed`))
  })

  const HERE = 'workspace_id = $1 and deleted_at is null'
  const workspace = () => [world.backend.workspaceId]
  const counts = async (column: string, where = ''): Promise<Record<string, number>> => {
    const rows = await world.sql<{ value: string | null; n: number }>(
      `select ${column} as value, count(*)::int as n from accounts where ${HERE} ${where} group by 1`,
      workspace(),
    )
    return Object.fromEntries(rows.map(({ value, n }) => [value ?? 'None', n]))
  }
  const one = async (where: string): Promise<number> => {
    const [row] = await world.sql<{ n: number }>(
      `select count(*)::int as n from accounts where ${HERE} and ${where}`,
      workspace(),
    )
    return row?.n ?? -1
  }
  const companyAt = (row: number) => app.page.getByTestId('row').nth(row).getByRole('gridcell').nth(1)

  test('the first sync brings every account, and "My accounts" is the default view', async () => {
    await app.upToDate()
    const [mine] = await world.sql<{ n: number }>(
      `select count(*)::int as n from accounts where ${HERE} and assigned_to =
        (select id from workspace_members where workspace_id = $1 and role = 'manager' and deleted_at is null order by id limit 1)`,
      workspace(),
    )
    await app.totalIs(mine?.n ?? -1)
    await app.allAccounts()
    await app.totalIs(options.accounts)
    await app.picture(`${options.name}-01-all-accounts`)
  })

  test('search narrows', async () => {
    await app.search(options.word)
    await expect.poll(app.total, { timeout: PATIENCE_MS }).toBeLessThan(options.accounts)
    const found = await app.total()
    expect(found).toBeGreaterThan(0)
    const byCompany = await one(`lower(company) like '%${options.word}%'`)
    expect(found).toBeGreaterThanOrEqual(byCompany)
    await app.picture(`${options.name}-02-search`)
    await app.search('')
    await app.totalIs(options.accounts)
  })

  test('two filters and a sort combine; total and facets agree with SQL', async () => {
    await app.filter('type', ['Customer'])
    await app.filter('priority', ['High'])
    await app.totalIs(await one(`type = 'customer' and priority = 'high'`))
    expect(await app.facet('type')).toMatchObject({
      Customer: await one(`type = 'customer' and priority = 'high'`),
      Investor: await one(`type = 'investor' and priority = 'high'`),
      Partner: await one(`type = 'partner' and priority = 'high'`),
    })
    const won = await one(`type = 'customer' and priority = 'high' and status = 'won'`)
    expect((await app.facet('status'))['Won']).toBe(won)
    const priorities = await counts('priority', `and type = 'customer'`)
    expect(await app.facet('priority')).toMatchObject({ High: priorities['high'], Low: priorities['low'] })

    await app.page.getByTestId('sort-deal_value').click()
    await app.page.getByTestId('sort-deal_value').click()
    const [top] = await world.sql<{ company: string }>(
      `select company from accounts where ${HERE} and type = 'customer' and priority = 'high' and deal_value is not null
        order by deal_value desc, id limit 1`,
      workspace(),
    )
    await expect.poll(() => companyAt(0).textContent(), { timeout: PATIENCE_MS }).toContain(top?.company ?? '?')
    await app.picture(`${options.name}-03-two-filters-and-a-sort`)
    await app.page.getByTestId('clear-filters').click()
    await app.totalIs(options.accounts)
  })

  let edited: { id: string; company: string }
  let deleted: { id: string; company: string }

  test('with the gateway stopped, an account is edited, one is created, one is deleted', async () => {
    const [first, second] = await world.sql<{ id: string; company: string }>(
      `select id, company from accounts a where ${HERE} and (select count(*) from accounts b where b.company = a.company) = 1
        and company ~ '^[A-Za-z ]{12,}$' order by id limit 2`,
      workspace(),
    )
    if (!first || !second) throw new Error('the demo has no two accounts with names of their own')
    edited = first
    deleted = second
    await world.backend.stopGateway()
    const { page } = app

    await app.search(edited.company)
    await app.totalIs(1)
    await page.getByTestId('row').first().click()
    await page.getByTestId('property-next_action').click()
    await page.locator('#property-next_action').fill('Call back from the train')
    await page.keyboard.press('Enter')
    await expect
      .poll(() => page.getByTestId('property-next_action').textContent(), { timeout: PATIENCE_MS })
      .toBe('Call back from the train')
    await page.getByTestId('detail-close').click()

    await page.getByTestId('new-account').click()
    await page.getByTestId('record-dialog').getByLabel('Company').fill('Zwölf Tannen Berghütte')
    await page.getByTestId('save').click()
    await expect.poll(() => page.getByTestId('record-dialog').count(), { timeout: PATIENCE_MS }).toBe(0)

    await app.search(deleted.company)
    await app.totalIs(1)
    await page.getByTestId('row').first().click()
    await page.getByTestId('detail-delete').click()
    await app.picture(`${options.name}-04-delete-asks`)
    await page.getByTestId('confirm-delete').click()
    await app.totalIs(0)

    await app.search('')
    await app.totalIs(options.accounts)
    await app.statusIs('offline')
    await app.picture(`${options.name}-05-offline-with-edits`)
  })

  const showsEdits = async (mark: boolean): Promise<void> => {
    const { page } = app
    const marked = () => page.getByTestId('row').first().locator('[data-mark=pending]').count()
    await app.search(edited.company)
    await app.totalIs(1)
    await expect
      .poll(() => page.getByTestId('row').first().textContent(), { timeout: PATIENCE_MS })
      .toContain('Call back')
    await expect.poll(marked, { timeout: PATIENCE_MS }).toBe(mark ? 1 : 0)
    await app.search('Zwolf Tannen')
    await app.totalIs(1)
    await expect.poll(marked, { timeout: PATIENCE_MS }).toBe(mark ? 1 : 0)
    await app.search(deleted.company)
    await app.totalIs(0)
  }

  test('killed and started again, the app still shows the edits, pending', async () => {
    await app.kill()
    app = await world.open('first')
    await app.statusIs('offline')
    await app.allAccounts()
    await showsEdits(true)
    await app.search('')
    await app.totalIs(options.accounts)
    await app.picture(`${options.name}-06-after-kill-still-pending`)
  })

  test('the gateway returns: the edits reach Postgres exactly once and the marks go', async () => {
    await world.backend.startGateway()
    await app.upToDate()
    const arrived = await world.sql<{ action: string; n: number }>(
      `select action, count(*)::int as n from audit_log where workspace_id = $1 and entity = 'accounts' and mutation_id is not null
        group by 1 order by 1`,
      workspace(),
    )
    expect(arrived).toEqual([
      { action: 'create', n: 1 },
      { action: 'delete', n: 1 },
      { action: 'patch', n: 1 },
    ])
    const [change] = await world.sql<{ changes: unknown }>(
      `select changes from audit_log where record_id = $1 and action = 'patch'`,
      [edited.id],
    )
    expect(change?.changes).toMatchObject([{ field: 'next_action', to: 'Call back from the train' }])
    expect(await one(`company = 'Zwölf Tannen Berghütte'`)).toBe(1)
    expect(await one(`id = '${deleted.id}'`)).toBe(0)
    expect(await one(`id = '${edited.id}' and next_action = 'Call back from the train'`)).toBe(1)
    await showsEdits(false)
    await app.picture(`${options.name}-07-sent`)
  })

  test('a second client sees an edit live', async () => {
    const second = await world.open('second', 'admin')
    await second.upToDate()
    await second.allAccounts()
    await second.search(edited.company)
    await second.totalIs(1)
    await app.search(edited.company)
    await app.totalIs(1)
    await app.page.getByTestId('row').first().click()
    await app.page.getByTestId('property-next_action').click()
    await app.page.locator('#property-next_action').fill('Seen by two')
    await app.page.keyboard.press('Enter')
    await expect
      .poll(() => second.page.getByTestId('row').first().textContent(), { timeout: PATIENCE_MS })
      .toContain('Seen by two')
    await second.picture(`${options.name}-08-second-client`)
    await second.close()
  })
}
