import { searchWords } from '../../../core/query/search-words.ts'
import type { ListEntity } from '../../../core/query/spec.ts'
import { BYTE_CLASS } from '../search/byte-class.ts'
import { andInto, type Bitmap } from '../store/bitmap.ts'
import type { Store } from '../store/store.ts'

/** Rows alive that hold every word of a search; null where nothing is searched for. */
export const searchRows = (store: Store, entity: ListEntity, search: string): Bitmap | null => {
  let found: Bitmap | null = null
  for (const word of searchWords(search)) {
    const rows = wordRows(store, entity, word)
    if (found) andInto(found, rows)
    else found = rows
  }
  return found
}

const wordRows = (store: Store, entity: ListEntity, word: string): Bitmap => {
  const { table, search } = store.shelves[entity]
  if (word.length === 1 && word.charCodeAt(0) < 128) {
    const rows = store.letters[entity].find(BYTE_CLASS[word.charCodeAt(0)] as number, table.alive, table.size)
    if (rows) return rows
  }
  const rows = search.find(word, table.alive, table.size)
  if (entity === 'accounts') {
    const contacts = store.shelves.contacts
    const contactsOf = store.childLists.contacts.forEach.bind(store.childLists.contacts)
    contacts.search.markOwners(word, contacts.table.alive, contacts.table.size, rows, contactsOf)
    andInto(rows, table.alive)
  }
  return rows
}
