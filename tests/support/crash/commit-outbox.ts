/** `node commit-outbox.ts FILE KEY N`: n commits of an outbox, for a look at what reaches the disk. */
import { openDatabase, transact } from '../../../db/sqlite/connection.ts'
import { migrate } from '../../../db/sqlite/migrate.ts'
import { OUTBOX_MIGRATIONS } from '../../../db/sqlite/schemas.ts'

const [file = '', key = '', commits = '0'] = process.argv.slice(2)
const db = openDatabase({ path: file, key, durability: 'full' })
migrate(db, OUTBOX_MIGRATIONS)
const put = db.prepare('insert or replace into settings values (?, ?)')
for (let commit = 0; commit < Number(commits); commit++) transact(db, () => put.run('commit', String(commit)))
db.close()
