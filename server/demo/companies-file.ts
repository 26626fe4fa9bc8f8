import { readFile } from 'node:fs/promises'
import { parse } from 'csv-parse/sync'
import { z } from 'zod'

/** What a file says about a company; what it does not say is made up or left empty. */
export interface KnownCompany {
  readonly company: string
  readonly externalId?: string
  readonly website?: string
  readonly phone?: string
  readonly address?: string
  readonly city?: string
  readonly country?: string
  /** The columns that have no field of their own, as text. */
  readonly remark?: string
}

type Part = Exclude<keyof KnownCompany, 'remark'>

/** Header names, simplified to letters and digits, in order of preference. */
const HEADERS: Readonly<Record<Part, readonly string[]>> = {
  company: ['companyname', 'company', 'name', 'security', 'organization', 'organisation', 'title'],
  externalId: ['externalid', 'cik', 'id', 'accountid', 'number', 'symbol', 'ticker'],
  website: ['website', 'url', 'homepage', 'web'],
  phone: ['phone', 'telephone', 'tel'],
  address: ['address', 'street'],
  city: ['city', 'headquarterslocation', 'headquarters', 'town'],
  country: ['country', 'countrycode'],
}

const records = z.array(z.record(z.string(), z.string()))
const simplified = (header: string): string => header.toLowerCase().replace(/[^a-z0-9]/g, '')

const columnsByPart = (headers: readonly string[]): ReadonlyMap<Part, string> => {
  const found = new Map<Part, string>()
  for (const [part, names] of Object.entries(HEADERS) as [Part, readonly string[]][]) {
    const name = names.find((candidate) => headers.some((header) => simplified(header) === candidate))
    const header = headers.find((candidate) => simplified(candidate) === name)
    if (header !== undefined) found.set(part, header)
  }
  return found
}

/**
 * Companies of a CSV file (UTF-8, with a header line), one for each row that has a name.
 *
 * @throws Error in words when the file cannot be read or has no column of names
 */
export const readCompanies = async (file: string): Promise<readonly KnownCompany[]> => {
  const rows = records.parse(
    parse(await readFile(file, 'utf8'), { columns: true, bom: true, skip_empty_lines: true, relax_column_count: true }),
  )
  const headers = Object.keys(rows[0] ?? {})
  const byPart = columnsByPart(headers)
  const nameColumn = byPart.get('company')
  if (nameColumn === undefined)
    throw new Error(`${file} has no column of company names (its columns: ${headers.join(', ')}).`)
  const taken = new Set(byPart.values())
  return rows.flatMap((row) => {
    const company = row[nameColumn]?.trim().slice(0, 500)
    if (!company) return []
    const parts = [...byPart].flatMap(([part, header]) => {
      const value = row[header]?.trim().slice(0, 500)
      return value ? [[part, value] as const] : []
    })
    const remark = headers
      .filter((header) => !taken.has(header) && row[header]?.trim())
      .map((header) => `${header}: ${row[header]?.trim()}`)
      .join(' · ')
    return [{ ...Object.fromEntries(parts), company, ...(remark === '' ? {} : { remark }) }]
  })
}
