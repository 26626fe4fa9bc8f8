import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, expect, onTestFailed, test } from 'vitest'
import { type AppWorld, type Client, openAppWorld, PATIENCE_MS } from '../support/app-world.ts'

/**
 * What becomes of edits that cannot simply be sent, as one story in order, by clicking: each is shown, explained and settled.
 * A client is held back by a token that has expired, while the other one works on.
 */
let world: AppWorld
let app: Client
let other: Client
/** Accounts with names of their own, one for each test. */
let accounts: { id: string; company: string }[]

beforeAll(async () => {
  world = await openAppWorld({ accounts: 400 })
  accounts = await world.sql(
    `select id, company from accounts a where workspace_id = $1 and deleted_at is null and company ~ '^[A-Za-z ]{12,}$'
      and (select count(*) from accounts b where b.company = a.company) = 1 order by id limit 6`,
    [world.backend.workspaceId],
  )
  await world.sql(`alter table accounts drop constraint accounts_city_check,
    add constraint accounts_city_check check (city <> 'Atlantis')`)
  app = await world.open('mine', 'manager')
  other = await world.open('other', 'admin')
}, 180_000)
afterAll(() => world?.close())
beforeEach(() => {
  onTestFailed(() => app?.picture('attention-failed'))
})

const eventually = <T>(read: () => Promise<T>) => expect.poll(read, { timeout: PATIENCE_MS })
const account = (at: number): { id: string; company: string } => {
  const found = accounts[at]
  if (!found) throw new Error('the demo has too few accounts with names of their own')
  return found
}
const tokenFile = (): string => join(world.dir, 'mine', 'token')
const holdBack = async (): Promise<void> => {
  writeFileSync(tokenFile(), await world.backend.tokenFor('manager', { expiresIn: '-1h' }))
  await app.statusIs('signed_out')
}
const letGo = async (): Promise<void> => {
  writeFileSync(tokenFile(), await world.backend.tokenFor('manager'))
  await app.upToDate()
}

/** In light and in dark. */
const picture = async (name: string): Promise<void> => {
  const { page } = app
  await page.mouse.move(0, 0)
  for (const colorScheme of ['dark', 'light'] as const) {
    await page.emulateMedia({ colorScheme })
    await page.waitForFunction(
      (theme) =>
        document.documentElement.dataset['theme'] === theme &&
        document.getAnimations().every((one) => one.playState !== 'running'),
      colorScheme,
    )
    // The frame after the last one of a transition.
    await page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))))
    await page.waitForFunction(() => document.getAnimations().every((one) => one.playState !== 'running'))
    await app.picture(`attention-${name}-${colorScheme}`)
  }
}

const open = async (client: Client, company: string): Promise<void> => {
  const { page } = client
  await page.getByTestId('nav-accounts').click()
  await client.search(company)
  // The row of the search before may still be there.
  await page.getByTestId('row').filter({ hasText: company }).first().click()
  await eventually(() => page.getByTestId('detail-title').textContent()).toBe(company)
}
const change = async (client: Client, column: string, text: string): Promise<void> => {
  const { page } = client
  await page.getByTestId(`property-${column}`).click()
  await page.locator(`#property-${column}`).fill(text)
  await page.keyboard.press('Enter')
  await eventually(() => page.locator(`#property-${column}`).count()).toBe(0)
}
const shows = (client: Client, column: string, text: string) =>
  eventually(() => client.page.getByTestId(`property-${column}`).textContent()).toBe(text)
const items = () => app.page.getByTestId('needs-attention-item')
const attention = async (count: number): Promise<void> => {
  await app.page.getByTestId('nav-attention').click()
  await eventually(() => items().count()).toBe(count)
}
const onServer = async (id: string, columns: string): Promise<Record<string, unknown> | undefined> =>
  (await world.sql(`select ${columns}, deleted_at is not null as deleted from accounts where id = $1`, [id]))[0]

test('two clients have everything', async () => {
  for (const client of [app, other]) {
    await client.upToDate()
    await client.allAccounts()
    await client.totalIs(400)
  }
})

test('an edit made while the token had expired waits, and goes out after the sign-in', async () => {
  const { page } = app
  const { id, company } = account(0)
  await holdBack()
  await open(app, company)
  await change(app, 'next_action', 'Written without a token')
  await page.getByTestId('status-pill').click()
  await page.getByTestId('status-detail').getByText('1 unsent edit is kept').waitFor()
  await picture('01-waiting-for-sign-in')
  await page.getByTestId('pill-sign-in').click()
  const dialog = page.getByTestId('sign-in-dialog')
  await dialog.getByLabel('Token').fill('not a token')
  await page.getByTestId('sign-in-submit').click()
  await dialog.getByText('That is not a sign-in token').waitFor()
  await dialog.getByLabel('Token').fill(await world.backend.tokenFor('admin'))
  await page.getByTestId('sign-in-submit').click()
  await dialog.getByText('another member’s').waitFor()
  await picture('02-sign-in')
  await dialog.getByLabel('Token').fill(`  ${await world.backend.tokenFor('manager')}\n`)
  await page.getByTestId('sign-in-submit').click()
  await eventually(() => dialog.count()).toBe(0)
  await app.upToDate()
  await eventually(() => onServer(id, 'next_action')).toMatchObject({ next_action: 'Written without a token' })
})

test('an edit that the server refuses says which value it is, and what hangs on it; changed, all of it goes', async () => {
  const { page } = app
  await holdBack()
  await page.getByTestId('nav-accounts').click()
  await page.getByTestId('new-account').click()
  const form = page.getByTestId('record-dialog')
  await form.getByLabel('Company').fill('Poseidon Trading')
  await form.getByLabel('City').fill('Atlantis')
  await page.getByTestId('save').click()
  await eventually(() => form.count()).toBe(0)
  await eventually(() => page.getByTestId('detail-title').textContent()).toBe('Poseidon Trading')
  await page.getByTestId('add-contacts').click()
  await form.getByLabel('Name').fill('Amphitrite Nereid')
  await page.getByTestId('save').click()
  await eventually(() => form.count()).toBe(0)
  await letGo()

  await attention(1)
  const item = items().first()
  await item.getByText('The server does not take this value').waitFor()
  await item.getByText('1 later edit waits for this one').waitFor()
  await item.getByText('Amphitrite Nereid').waitFor()
  await picture('03-refused')
  await page.getByTestId('status-pill').click()
  await page.getByTestId('pill-attention').waitFor()
  await picture('04-pill-needs-attention')
  await page.keyboard.press('Escape')

  await item.getByTestId('attention-edit').click()
  expect(await form.getByLabel('City').inputValue()).toBe('Atlantis')
  await form.getByLabel('City').fill('Piraeus')
  await form.getByLabel('Country').fill('Greece')
  await picture('05-change-and-send-again')
  await page.getByTestId('save').click()
  await attention(0)
  await app.upToDate()
  await eventually(() =>
    world.sql(
      `select a.city, a.country, c.name from accounts a join contacts c on c.account_id = a.id where a.company = 'Poseidon Trading'`,
    ),
  ).toEqual([{ city: 'Piraeus', country: 'Greece', name: 'Amphitrite Nereid' }])
})

test('a conflict shows mine, theirs and what I started from; each field is settled by itself', async () => {
  const { page } = app
  const { id, company } = account(1)
  await open(app, company)
  await change(app, 'city', 'Before')
  await app.upToDate()
  await open(other, company)
  await shows(other, 'city', 'Before')
  await holdBack()
  await open(app, company)
  await change(app, 'city', 'Mine')
  await change(app, 'next_action', 'Mine alone')
  await change(other, 'city', 'Theirs')
  await eventually(() => onServer(id, 'city')).toMatchObject({ city: 'Theirs' })
  await letGo()

  await attention(1)
  await eventually(() => onServer(id, 'city, next_action')).toMatchObject({ city: 'Theirs', next_action: 'Mine alone' })
  const city = items().first().locator('[data-field=city]')
  expect(await city.locator('.side-value').allTextContents()).toEqual(['Mine', 'Theirs', 'Before'])
  await picture('06-conflict')
  await items().first().getByRole('button', { name: 'Open' }).click()
  await shows(app, 'city', 'Theirs')
  await page.getByTestId('detail-banner').waitFor()
  await picture('07-refused-in-the-record')
  await page.getByTestId('detail-attention').click()
  await city.getByText('Theirs', { exact: true }).first().click()
  expect(await city.locator('.refused-input input').inputValue()).toBe('Theirs')
  await city.getByText('Mine', { exact: true }).first().click()
  await items().first().getByTestId('attention-resend').click()
  await attention(0)
  await eventually(() => onServer(id, 'city')).toMatchObject({ city: 'Mine' })
  await shows(other, 'city', 'Mine')
})

const removeElsewhere = async (company: string): Promise<void> => {
  await open(other, company)
  await other.page.getByTestId('detail-delete').click()
  await other.page.getByTestId('confirm-delete').click()
  await other.totalIs(0)
}

test('a record deleted elsewhere with my edits pending stays, says so, and can be brought back or let go', async () => {
  const { page } = app
  const [back, gone] = [account(2), account(3)]
  await holdBack()
  for (const { company } of [back, gone]) {
    await open(app, company)
    await change(app, 'next_action', 'Still wanted')
  }
  for (const { id, company } of [back, gone]) {
    await removeElsewhere(company)
    await eventually(() => onServer(id, 'id')).toMatchObject({ deleted: true })
  }
  await letGo()

  await attention(2)
  await picture('08-removed-elsewhere')
  await open(app, back.company)
  await page.getByTestId('detail-banner').waitFor()
  await eventually(() => page.getByTestId('row').first().locator('[data-mark=removed]').count()).toBe(1)
  await picture('09-removed-in-the-record')
  await page.getByTestId('detail-attention').click()

  const item = (title: string) => items().filter({ has: page.getByText(`“${title}”`) })
  await item(back.company).getByTestId('attention-bring-back').click()
  await attention(1)
  await eventually(() => onServer(back.id, 'next_action')).toMatchObject({
    next_action: 'Still wanted',
    deleted: false,
  })
  await open(other, back.company)
  await shows(other, 'next_action', 'Still wanted')

  await item(gone.company).getByTestId('attention-discard').click()
  await picture('10-discard-asks')
  await page.getByTestId('confirm-discard').click()
  await attention(0)
  await page.getByTestId('nav-accounts').click()
  await app.search(gone.company)
  await app.totalIs(0)
  await app.search('')
  expect(await onServer(gone.id, 'id')).toMatchObject({ deleted: true })
})

test('receipts of what was sent can be seen and exported', async () => {
  const { page } = app
  await page.getByTestId('nav-settings').click()
  await page.getByTestId('settings-receipts').click()
  await page.getByTestId('receipt').first().waitFor()
  const total = Number(await page.getByTestId('receipts').getAttribute('data-total'))
  const sent = await world.sql<{ id: string; txid: string }>(
    `select m.id, m.answer ->> 'txid' as txid from mutations m join workspace_members w on w.user_id = m.user_id and w.workspace_id = m.workspace_id
      where w.role = 'manager' and m.answer ->> 'status' = 'accepted'`,
  )
  expect(total).toBe(sent.length)
  await picture('11-receipts')
  const file = join(world.dir, 'receipts.csv')
  await app.answerDialog('showSaveDialog', { canceled: false, filePath: file })
  await page.getByTestId('receipts-export').click()
  await page.getByText(`${total} receipts exported`).waitFor()
  const lines = readFileSync(file, 'utf8').trimEnd().split('\r\n').slice(1)
  expect(lines.map((line) => [line.slice(0, 36), line.split(',').at(-2)]).sort()).toEqual(
    sent.map(({ id, txid }) => [id, txid]).sort(),
  )
})

test('the data is compared with the server, in words', async () => {
  const { page } = app
  await page.getByTestId('nav-settings').click()
  await page.getByTestId('verify-now').click()
  await eventually(() => page.getByTestId('verify-result').textContent()).toMatch(
    /^[\d,]+ records verified \d+:\d\d.*, 0 differences$/,
  )
  await picture('12-verified')
})

test('several accounts are assigned at once, with one undo', async () => {
  const { page } = app
  await page.getByTestId('nav-accounts').click()
  await page.getByTestId('view-all').click()
  await app.search('')
  await app.totalIs(400)
  const box = (row: number) => page.locator(`#row-${row} .grid-box`)
  const chosen = await Promise.all([2, 3, 4, 5, 6].map((row) => page.locator(`#row-${row}`).getAttribute('data-id')))
  const owners = () =>
    world.sql<{ id: string; assigned_to: string | null }>(
      'select id, assigned_to from accounts where id = any ($1) order by id',
      [chosen],
    )
  const before = await owners()
  const [to] = await world.sql<{ id: string; display_name: string }>(
    `select id, display_name from workspace_members where workspace_id = $1 and role = 'rep' and deleted_at is null
      and not id = any ($2) order by id limit 1`,
    [world.backend.workspaceId, before.map((row) => row.assigned_to)],
  )
  await box(2).click()
  await box(6).click({ modifiers: ['Shift'] })
  await page.getByTestId('bulk-bar').getByText('5 selected').waitFor()
  await page.getByTestId('bulk-assign').click()
  await picture('13-bulk-assign')
  await page
    .getByRole('option')
    .filter({ hasText: to?.display_name ?? '?' })
    .first()
    .click()
  const toast = page.locator('[data-sonner-toast]').filter({ hasText: `5 accounts assigned to ${to?.display_name}` })
  await toast.waitFor()
  await eventually(async () => (await owners()).map((row) => row.assigned_to)).toEqual(Array(5).fill(to?.id))
  await toast.getByRole('button', { name: 'Undo' }).click()
  await eventually(owners).toEqual(before)
  await app.upToDate()
})

test('somebody who just installed it signs in, and is known at the next start and after signing out', async () => {
  const folders = () => readdirSync(join(world.dir, 'installed', 'data'))
  let fresh = await world.openUnsigned('installed')
  await fresh.page.getByTestId('sign-in').click()
  await fresh.page
    .getByTestId('sign-in-dialog')
    .getByLabel('Token')
    .fill(await world.backend.tokenFor('manager'))
  await fresh.page.getByTestId('sign-in-submit').click()
  await fresh.upToDate()
  await fresh.allAccounts()
  await fresh.totalIs(await app.total())
  expect(folders()).toHaveLength(2)
  await fresh.close()

  fresh = await world.openUnsigned('installed')
  await fresh.upToDate()
  await fresh.page.getByTestId('nav-settings').click()
  await fresh.page.getByTestId('settings-sign-out').click()
  await fresh.page.getByTestId('confirm-sign-out').click()
  await fresh.statusIs('signed_out')
  await fresh.close()

  fresh = await world.openUnsigned('installed')
  await fresh.statusIs('signed_out')
  await fresh.allAccounts()
  await fresh.totalIs(await app.total())
  expect(folders()).toHaveLength(2)
  await fresh.close()
})

test('signing out and removing the data say what is unsent, and lose it only when that number is agreed to', async () => {
  const { page } = app
  const { id, company } = account(4)
  await holdBack()
  await open(app, company)
  await change(app, 'next_action', 'Never sent')
  await letGo()
  await eventually(() => onServer(id, 'next_action')).toMatchObject({ next_action: 'Never sent' })
  await world.backend.stopGateway()
  await change(app, 'next_action', 'Not sent either')
  await page.getByTestId('nav-settings').click()
  await page.getByTestId('settings-sign-out').click()
  expect(await page.getByTestId('unsent-warning').getAttribute('data-count')).toBe('1')
  await picture('14-sign-out-asks')
  await page.getByTestId('confirm-sign-out').click()
  await app.statusIs('signed_out')
  await world.backend.startGateway()

  await page.getByTestId('settings-remove-data').click()
  const remove = page.getByTestId('confirm-remove-data')
  expect(await remove.isDisabled()).toBe(true)
  await page.getByTestId('agree-to-lose').check()
  await picture('15-remove-data-asks')
  const databases = () => readdirSync(join(world.dir, 'mine')).filter((name) => /^(outbox|replica)\.db$/.test(name))
  expect(databases()).toEqual(['outbox.db', 'replica.db'])
  const key = readFileSync(join(world.dir, 'mine', 'key.sealed'))
  await remove.click()
  await page.getByTestId('first-run').waitFor()
  await page.getByTestId('sign-in').waitFor()
  await picture('16-first-run')
  expect(readFileSync(join(world.dir, 'mine', 'key.sealed')).equals(key)).toBe(false)

  await page.getByTestId('sign-in').click()
  await app.answerDialog('showOpenDialog', { canceled: false, filePaths: [tokenFile()] })
  await page.getByTestId('sign-in-file').click()
  await app.upToDate()
  await app.allAccounts()
  await open(app, company)
  await shows(app, 'next_action', 'Never sent')
})
