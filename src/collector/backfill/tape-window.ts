import { decodeEvent, type InstrumentId, type Micros, type TradeEvent, type VenueId } from '../../market/index.ts'
import type { BackfillLog } from './backfill-log.ts'

const READ_LIMITS = { records: 256, bytes: 4 * 1024 * 1024 }
/** Ids that are remembered of one stretch. */
const MAXIMUM_IDS = 500_000
const TRADE_LINE = '{"messageType":"trade"'

/** What the tape holds of an instrument's trades in a stretch of it. */
export interface TradesOnTape {
  readonly ids: ReadonlySet<string>
  /** The last trade that was received by the beginning of the gap, and the first that was after its end. */
  readonly before: TradeEvent | undefined
  readonly after: TradeEvent | undefined
  /** False if the tape begins later, or there are too many to remember. */
  readonly isWhole: boolean
}

/** Position of the first record of `market-data` that was appended at a time or after it. O(log n) reads. */
async function positionAt(log: BackfillLog, at: Micros): Promise<number> {
  const { first, next } = await log.bounds('market-data')
  let low = first
  let high = next
  while (low < high) {
    const middle = Math.floor((low + high) / 2)
    const [record] = await log.read('market-data', middle, { records: 1 })
    if (record === undefined || record.time >= at) high = middle
    else low = Math.max(middle, record.position) + 1
  }
  return low
}

/** Reads the trades of an instrument that were put on the tape between two times. */
export async function tradesOnTape(
  log: BackfillLog,
  stretch: { readonly venue: VenueId; readonly instrument: InstrumentId; readonly from: Micros; readonly to: Micros },
  gap: { readonly from: Micros; readonly to: Micros },
): Promise<TradesOnTape> {
  const { venue, instrument, from, to } = stretch
  const { first } = await log.bounds('market-data')
  const start = await positionAt(log, from)
  const ids = new Set<string>()
  const name = `"venue":${JSON.stringify(venue)},"instrument":${JSON.stringify(instrument)},`
  let before: TradeEvent | undefined
  let after: TradeEvent | undefined
  let isWhole = start > first || start === 1
  for (let position = start; ; ) {
    const records = await log.read('market-data', position, READ_LIMITS)
    const last = records.at(-1)
    if (last === undefined) break
    for (const record of records) {
      if (record.time > to) continue
      for (const line of Buffer.from(record.value).toString('utf8').split('\n')) {
        if (!line.startsWith(TRADE_LINE) || !line.includes(name)) continue
        const event = decodeEvent(line)
        if (event.messageType !== 'trade') continue
        if (event.id !== null) ids.add(event.id)
        if (event.backlog === true) continue
        if (event.receiveTime <= gap.from) before = event
        else if (event.receiveTime >= gap.to) after ??= event
      }
    }
    if (ids.size > MAXIMUM_IDS) isWhole = false
    if (last.time > to || !isWhole) break
    position = last.position + 1
  }
  return { ids, before, after, isWhole }
}
