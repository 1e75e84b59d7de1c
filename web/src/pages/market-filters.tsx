import type { RefObject } from 'react'
import { Icon } from '../components/icon.tsx'
import { venueText } from '../components/venue-label.tsx'
import { DEFAULT_VIEW, type MarketView } from '../state/market-order.ts'

interface Choices {
  readonly venues: readonly string[]
  readonly bases: readonly string[]
  readonly quotes: readonly string[]
}

function Choice(props: {
  label: string
  all: string
  value: string
  choices: readonly string[]
  textOf?: (choice: string) => string
  onChange: (value: string) => void
}) {
  return (
    <select
      aria-label={props.label}
      value={props.value}
      className={props.value === '' ? '' : 'chosen'}
      onChange={(event) => props.onChange(event.target.value)}
    >
      <option value="">{props.all}</option>
      {props.choices.map((choice) => (
        <option key={choice} value={choice}>
          {props.textOf?.(choice) ?? choice}
        </option>
      ))}
    </select>
  )
}

/** Search and filters over the list. */
export function MarketFilters(props: {
  view: MarketView
  onChange: (view: MarketView) => void
  choices: Choices
  shown: number
  total: number
  search: RefObject<HTMLInputElement | null>
  /** Into the list, to its first line. */
  onLeave: () => void
  /** Opens the first line. */
  onOpen: () => void
}) {
  const { view, onChange, choices } = props
  const filtered = view.search !== '' || view.venue !== '' || view.base !== '' || view.quote !== ''
  return (
    <search className="filters" aria-label="Find markets">
      <label className="search">
        <Icon name="search" />
        <span className="visually-hidden">Search markets</span>
        <input
          ref={props.search}
          type="search"
          placeholder="Search markets"
          autoComplete="off"
          spellCheck={false}
          value={view.search}
          onChange={(event) => onChange({ ...view, search: event.target.value })}
          onKeyDown={(event) => {
            if (event.key === 'Escape') {
              if (view.search === '') event.currentTarget.blur()
              else onChange({ ...view, search: '' })
            } else if (event.key === 'ArrowDown') props.onLeave()
            else if (event.key === 'Enter') props.onOpen()
            else return
            event.preventDefault()
          }}
        />
        <span className="key-hint" aria-hidden="true">
          /
        </span>
      </label>
      <Choice
        label="Venue"
        all="All venues"
        value={view.venue}
        choices={choices.venues}
        textOf={venueText}
        onChange={(venue) => onChange({ ...view, venue })}
      />
      <Choice
        label="Asset"
        all="All assets"
        value={view.base}
        choices={choices.bases}
        onChange={(base) => onChange({ ...view, base })}
      />
      <Choice
        label="Quote"
        all="All quotes"
        value={view.quote}
        choices={choices.quotes}
        onChange={(quote) => onChange({ ...view, quote })}
      />
      {filtered && (
        <button
          type="button"
          className="text-button"
          onClick={() => onChange({ ...DEFAULT_VIEW, sort: view.sort, descending: view.descending })}
        >
          Clear
        </button>
      )}
      <output className="count">
        {filtered
          ? `${props.shown} of ${props.total} markets`
          : `${props.total} ${props.total === 1 ? 'market' : 'markets'}`}
      </output>
    </search>
  )
}
