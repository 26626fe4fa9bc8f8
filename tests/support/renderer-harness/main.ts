import { createFakeApp } from './fake-app.ts'

/** `?scene=` what the fake app is like (see fake-app), `?accounts=` how many, `?theme=` light or dark. */
const search = new URLSearchParams(window.location.search)
const theme = search.get('theme')
if (theme) window.localStorage.setItem('outpost.theme', theme)
const app = createFakeApp(search.get('scene') ?? 'calm', Number(search.get('accounts') ?? 50_000))
Object.defineProperty(window, 'outpost', { value: app })
