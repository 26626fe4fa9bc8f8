import { open } from 'node:fs/promises'
import { detectDelimiter } from '../../core/csv/delimiter.ts'
import { mapHeaders, uniqueHeaders } from '../../core/csv/headers.ts'
import { recordsOf } from '../../workers/csv/parse.ts'

/** What a file says about a company; what it does not say is made up or left empty. */
export interface KnownCompany {
  readonly company: string
  readonly external_id?: string
  readonly website?: string
  readonly phone?: string
  readonly address?: string
  readonly city?: string
  readonly country?: string
  /** The columns that have no field of their own, as text. */
  readonly remark?: string
}

const TAKEN_FIELDS = new Set(['company', 'external_id', 'website', 'phone', 'address', 'city', 'country'])
const SAMPLE_BYTES = 64 * 1024
const MAX_CELL_CHARS = 500

const sampleOf = async (file: string): Promise<string> => {
  const handle = await open(file)
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(SAMPLE_BYTES), 0, SAMPLE_BYTES, 0)
    return buffer.toString('utf8', 0, bytesRead)
  } finally {
    await handle.close()
  }
}

const companyOf = (
  headers: readonly string[],
  fields: readonly (string | null)[],
  cells: readonly string[],
): KnownCompany | null => {
  const values: Record<string, string> = {}
  const remarks: string[] = []
  headers.forEach((header, index) => {
    const cell = cells[index]?.trim().slice(0, MAX_CELL_CHARS) ?? ''
    const field = fields[index] ?? null
    if (cell === '') return
    if (field !== null && values[field] === undefined) values[field] = cell
    else remarks.push(`${header}: ${cell}`)
  })
  const { company } = values
  if (company === undefined) return null
  return { ...values, company, ...(remarks.length === 0 ? {} : { remark: remarks.join(' · ') }) }
}

/**
 * Companies of a CSV file (UTF-8, with a header line, any usual delimiter), one for each row that has a name. Columns are recognised by
 * their headers as in an import.
 *
 * @throws Error in words when the file cannot be read or has no column of names
 */
export const readCompanies = async (file: string): Promise<readonly KnownCompany[]> => {
  let headers: readonly string[] | null = null
  let fields: readonly (string | null)[] = []
  const companies: KnownCompany[] = []
  for await (const { cells } of recordsOf(file, detectDelimiter(await sampleOf(file)))) {
    if (headers === null) {
      headers = uniqueHeaders(cells)
      const mapping = mapHeaders('accounts', headers)
      fields = headers
        .map((header) => mapping[header] ?? null)
        .map((field) => (field !== null && TAKEN_FIELDS.has(field) ? field : null))
      if (!fields.includes('company'))
        throw new Error(`${file} has no column of company names (its columns: ${headers.join(', ')}).`)
      continue
    }
    const company = companyOf(headers, fields, cells)
    if (company) companies.push(company)
  }
  return companies
}
