const ROWS = Array.from({ length: 24 }, (_, index) => index)

/** What a list looks like in the moment before its first rows are here. */
export const ListSkeleton = () => (
  <div className="skeleton" aria-hidden="true">
    {ROWS.map((row) => (
      <div key={row} className="skeleton-row">
        <span className={`bone bone-${row % 3}`} />
        <span className={`bone bone-${(row + 1) % 3}`} />
        <span className={`bone bone-${(row + 2) % 3}`} />
        <span className={`bone bone-${(row + 1) % 3}`} />
      </div>
    ))}
  </div>
)
