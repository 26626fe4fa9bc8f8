import path from 'node:path'
import { tellOfflineStory } from '../support/offline-story.ts'

const shared = process.env['OUTPOST_SHARED'] ?? path.resolve(import.meta.dirname, '../../../shared')

tellOfflineStory({
  name: 'sec',
  backend: { companiesFile: path.join(shared, 'data/sec-companies.csv') },
  accounts: 10_069,
  word: 'bancorp',
})
