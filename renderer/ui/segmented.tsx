import './segmented.css'

/** One of a few choices, all in sight. */
export const Segmented = <T extends string>({
  label,
  options,
  value,
  onChange,
}: {
  label: string
  options: readonly { readonly value: T; readonly label: string }[]
  value: T
  onChange: (value: T) => void
}) => (
  <fieldset className="segmented" aria-label={label}>
    {options.map((option) => (
      <button
        key={option.value}
        type="button"
        className="segment"
        aria-pressed={option.value === value}
        onClick={() => onChange(option.value)}
      >
        {option.label}
      </button>
    ))}
  </fieldset>
)
