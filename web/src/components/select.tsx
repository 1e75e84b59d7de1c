/** A name of several words, as people write it. */
export function spaced(name: string): string {
  return name.replaceAll('-', ' ')
}

/** A choice of one among names, or of all. */
export function Select(props: {
  label: string
  /** What is said for all of them. */
  every: string
  value: string
  options: readonly string[]
  /** How an option is said; as it is, if not given. */
  textOf?: (option: string) => string
  onChange: (value: string) => void
}) {
  return (
    <select aria-label={props.label} value={props.value} onChange={(event) => props.onChange(event.target.value)}>
      <option value="">{props.every}</option>
      {props.options.map((option) => (
        <option key={option} value={option}>
          {props.textOf?.(option) ?? option}
        </option>
      ))}
    </select>
  )
}
