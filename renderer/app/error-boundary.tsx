import { TriangleAlert } from 'lucide-react'
import { Component, type ReactNode } from 'react'
import { Button } from '../ui/button.tsx'
import { Empty } from '../ui/empty.tsx'

interface State {
  readonly thrown: Error | null
}

/** What stands in for a part of the app that failed to draw. What was saved is in the sync process and safe. */
export class ErrorBoundary extends Component<{ readonly children: ReactNode }, State> {
  override state: State = { thrown: null }

  static getDerivedStateFromError(thrown: unknown): State {
    return { thrown: thrown instanceof Error ? thrown : new Error(String(thrown)) }
  }

  override render(): ReactNode {
    const { thrown } = this.state
    if (!thrown) return this.props.children
    return (
      <Empty
        icon={<TriangleAlert />}
        title="This part of Outpost failed"
        actions={
          <>
            <Button kind="primary" onClick={() => this.setState({ thrown: null })}>
              Try again
            </Button>
            <Button onClick={() => window.location.reload()}>Reload the window</Button>
          </>
        }
      >
        <p>What you saved is safe. If it happens again, the log says more.</p>
        <p className="mono muted">{thrown.message}</p>
      </Empty>
    )
  }
}
