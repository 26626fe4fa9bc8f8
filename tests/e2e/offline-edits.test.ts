import { tellOfflineStory } from '../support/offline-story.ts'

tellOfflineStory({ name: 'demo', backend: {}, accounts: 50_000, word: 'engineering' })
