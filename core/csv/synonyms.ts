/** Entities that rows of a file can become. */
export const IMPORT_ENTITIES = ['accounts', 'contacts', 'tasks'] as const
export type ImportEntity = (typeof IMPORT_ENTITIES)[number]

const words = (list: string): readonly string[] => list.split(',').map((word) => word.trim())

const OWNER = words(
  'assigned to, assignee, owner, account owner, owner name, owner email, record owner, sales rep, rep, responsible, account manager, salesperson',
)
const PHONE = words('phone number, telephone, telephone number, tel, main phone, business phone, work phone, mobile')
const ACCOUNT = words(
  'account name, account, company, company name, organization, organization name, organisation, organisation name, customer, client, firm',
)

/**
 * What exports of other systems call our columns, most telling first; normalized as `normalizeHeader` does. A column's
 * own name and label always match and are not repeated here.
 */
export const SYNONYMS: Readonly<Record<ImportEntity, Readonly<Record<string, readonly string[]>>>> = {
  accounts: {
    company: words(
      'company name, account name, account, organization name, organization, organisation name, organisation, business name, legal name, customer name, client name, customer, client, firm, issuer, security, name',
    ),
    external_id: words(
      'external key, cik, customer number, account number, customer id, account id, company id, crm id, record id, reference, ticker symbol, ticker, symbol, id',
    ),
    website: words('web site, website url, company url, homepage, home page, url, web, domain, company domain name'),
    phone: PHONE,
    address: words(
      'street address, street, address 1, address line 1, billing street, billing address, postal address',
    ),
    city: words('town, billing city, locality, headquarters location, headquarters, location'),
    country: words('country region, billing country, nation'),
    type: words('account type, record type, relationship'),
    status: words('account status, stage, lifecycle stage, lead status, deal stage, pipeline stage'),
    priority: words('rating, importance'),
    deal_value: words(
      'deal size, deal amount, contract value, opportunity value, amount, value, revenue potential, acv, arr',
    ),
    check_size: words('cheque size, ticket size, investment size'),
    opportunity: words('opportunity description, description, notes, note, about, summary, comments'),
    next_action: words('next step, next steps, next activity'),
    next_action_date: words('next action date, next step date, follow up date, next activity date, next contact date'),
    assigned_to: OWNER,
  },
  contacts: {
    account_id: ACCOUNT,
    name: words('full name, contact name, contact, person'),
    email: words('email, email address, e mail address, mail, work email'),
    phone: PHONE,
    title: words('job title, position, role, function'),
    assigned_to: OWNER.filter((word) => word !== 'account owner'),
  },
  tasks: {
    account_id: ACCOUNT,
    title: words('task, task name, subject, name, summary'),
    status: words('task status, state'),
    due_date: words('due on, due by, deadline, date'),
    assigned_to: OWNER.filter((word) => word !== 'account owner'),
  },
}

/** Columns that files often spread over several: the cells are joined by a space, in the order of the file. */
export const JOINED_HEADERS: Readonly<
  Partial<Record<ImportEntity, readonly { readonly column: string; readonly parts: readonly (readonly string[])[] }[]>>
> = {
  contacts: [
    {
      column: 'name',
      parts: [words('first name, given name, forename, firstname'), words('last name, surname, family name, lastname')],
    },
  ],
}
