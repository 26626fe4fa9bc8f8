import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import '@fontsource-variable/inter/index.css'
import '../ui/tokens.css'
import '../ui/base.css'
import { createQueryClient } from '../data/query-client.ts'
import { startTheme } from '../data/theme.ts'
import { App } from './app.tsx'
import { ErrorBoundary } from './error-boundary.tsx'

startTheme()
const root = document.getElementById('root')
if (!root) throw new Error('The page has no root')
const queries = createQueryClient()
createRoot(root).render(
  <StrictMode>
    <ErrorBoundary>
      <App queries={queries} />
    </ErrorBoundary>
  </StrictMode>,
)
