import './code.css'

/** A coded choice as lists show it: a coloured dot and its label. */
export const CodeDot = ({ tone, label }: { tone: string; label: string }) => (
  <span className="code">
    <span className={`code-dot tone-${tone}`} aria-hidden="true" />
    <span className="truncate">{label}</span>
  </span>
)

const LEVELS: Readonly<Record<string, number>> = { high: 3, medium: 2, low: 1 }

/** A priority as three bars of signal, with its label. */
export const Priority = ({ code, label }: { code: string; label: string }) => {
  const level = LEVELS[code] ?? 0
  return (
    <span className={`code priority priority-${level}`}>
      <svg viewBox="0 0 14 14" width="14" height="14" aria-hidden="true">
        {[1, 2, 3].map((bar) => (
          <rect
            key={bar}
            x={bar * 4 - 3}
            y={11 - bar * 3}
            width="2.6"
            height={bar * 3 + 1}
            rx="0.9"
            className={bar <= level ? 'bar-on' : 'bar-off'}
          />
        ))}
      </svg>
      <span className="truncate">{label}</span>
    </span>
  )
}
