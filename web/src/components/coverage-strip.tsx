import { type KeyboardEvent, type PointerEvent, useRef, useState } from 'react'
import type { Gap } from '../../../src/gateway/schemas/index.ts'
import { formatDateTime, formatDuration, type TimeZoneChoice } from '../format/time-format.ts'
import type { FeedCoverage } from '../state/completeness-loader.ts'
import { type CoveragePart, formatShare, partAt } from '../state/coverage-parts.ts'

const MEANING: Record<CoveragePart['kind'], string> = {
  complete: 'Complete',
  quiet: 'Complete: nothing traded',
  missing: 'Missing',
  unknown: 'Not watched',
}

/** Gaps that are named one by one; a part with more says how many. */
const NAMED_GAPS = 3
const TIP_WIDTH = 320
const TIP_ROOM = 190

interface Shown {
  readonly index: number
  readonly left: number
  readonly top: number
  readonly isAbove: boolean
}

function textOf({ kind, from, to }: CoveragePart, zone: TimeZoneChoice): string {
  return `${MEANING[kind]}, ${formatDateTime(from, zone)} to ${formatDateTime(to, zone)}, ${formatDuration(to - from)}`
}

/** What a gap misses, by count and ids. */
export function missingText({ missing, missingIds }: Pick<Gap, 'missing' | 'missingIds'>): string {
  if (missing === null) return 'not numbered'
  return missingIds === null ? `${missing} missing` : `${missing} missing: ${missingIds}`
}

/**
 * A range of a feed from left to right: what is complete, what is missing, what nobody watched, and where nothing traded. The parts
 * differ in height and pattern too, so that they can be told without colour. Arrow keys go from part to part.
 */
export function CoverageStrip(props: { name: string; coverage: FeedCoverage; zone: TimeZoneChoice }) {
  const { name, coverage, zone } = props
  const { parts, gaps } = coverage
  const strip = useRef<HTMLDivElement>(null)
  const [shown, setShown] = useState<Shown | null>(null)
  const first = parts[0]
  const last = parts.at(-1)
  if (first === undefined || last === undefined) return null
  const length = last.to - first.from
  // Pixels, not money: doubles will do.
  const percent = (at: number): number => ((at - first.from) / length) * 100

  const show = (index: number): void => {
    const part = parts[index]
    const bounds = strip.current?.getBoundingClientRect()
    if (part === undefined || bounds === undefined) return
    const middle = bounds.left + (bounds.width * (percent(part.from) + percent(part.to))) / 200
    const left = Math.max(8, Math.min(middle - TIP_WIDTH / 2, innerWidth - TIP_WIDTH - 8))
    const isAbove = bounds.bottom + TIP_ROOM > innerHeight
    setShown({ index, left, top: isAbove ? innerHeight - bounds.top + 6 : bounds.bottom + 6, isAbove })
  }
  const onPointer = (event: PointerEvent<HTMLDivElement>): void => {
    const bounds = event.currentTarget.getBoundingClientRect()
    const index = partAt(parts, (event.clientX - bounds.left) / bounds.width)
    if (index !== shown?.index) show(index)
  }
  const onKey = (event: KeyboardEvent<HTMLDivElement>): void => {
    const at = shown?.index ?? parts.length - 1
    const targets: Record<string, number> = {
      ArrowLeft: Math.max(0, at - 1),
      ArrowRight: Math.min(parts.length - 1, at + 1),
      Home: 0,
      End: parts.length - 1,
    }
    const target = targets[event.key]
    if (target !== undefined) show(target)
    else if (event.key === 'Escape' && shown !== null) setShown(null)
    else return
    event.preventDefault()
    event.stopPropagation()
  }
  const active = parts[shown?.index ?? parts.length - 1] ?? last
  return (
    <div className="coverage">
      <div
        ref={strip}
        className="coverage-strip"
        role="slider"
        tabIndex={0}
        aria-label={`Completeness of ${name}`}
        aria-valuemin={1}
        aria-valuemax={parts.length}
        aria-valuenow={(shown?.index ?? parts.length - 1) + 1}
        aria-valuetext={`${textOf(active, zone)}. ${formatShare(coverage.share)} complete`}
        onPointerMove={onPointer}
        onPointerLeave={() => setShown(null)}
        onFocus={(event) => {
          if (event.currentTarget.matches(':focus-visible')) show(parts.length - 1)
        }}
        onBlur={() => setShown(null)}
        onKeyDown={onKey}
      >
        {parts.map((part, index) => (
          <span
            key={part.from}
            className={`part part-${part.kind} ${shown?.index === index ? 'part-shown' : ''}`}
            style={{ left: `${percent(part.from)}%`, width: `${percent(part.to) - percent(part.from)}%` }}
          />
        ))}
      </div>
      {shown !== null && (
        <div
          className="coverage-tip"
          style={{ left: shown.left, [shown.isAbove ? 'bottom' : 'top']: shown.top, width: TIP_WIDTH }}
        >
          <b>{MEANING[active.kind]}</b>
          <span className="muted">
            {formatDateTime(active.from, zone)} to {formatDateTime(active.to, zone)},{' '}
            {formatDuration(active.to - active.from)}
          </span>
          {active.gaps.slice(0, NAMED_GAPS).map((id) => (
            <GapNote key={id} id={id} gap={gaps.get(id)} />
          ))}
          {active.gaps.length > NAMED_GAPS && (
            <span className="muted">and {active.gaps.length - NAMED_GAPS} more gaps</span>
          )}
        </div>
      )}
    </div>
  )
}

function GapNote({ id, gap }: { id: string; gap: Gap | undefined }) {
  if (gap === undefined) return <span className="muted">{id}</span>
  return (
    <span className="coverage-gap">
      {gap.cause.replaceAll('-', ' ')} · {gap.state.replaceAll('-', ' ')} · {missingText(gap)}
      <span className="muted">{gap.evidence}</span>
    </span>
  )
}
