import type { Log } from '../log/index.ts'
import {
  decodeEvent,
  type InstrumentId,
  MICROS_PER_SECOND,
  type Micros,
  type TradeEvent,
  type VenueId,
} from '../market/index.ts'
import { isBackfill, isOfLine, tapeTopic } from './line.ts'

/** So far back a trade may have been told later than one that happened after it, or a venue's clock have jumped. */
const TAIL_MICROS = 10 * MICROS_PER_SECOND
/** Time of a record over the times of its events. */
const SLACK_MICROS = 2 * MICROS_PER_SECOND
const RECORDS_A_READ = 256
const TRADE_LINE = '{"messageType":"trade"'

interface RecentTrade {
  readonly id: string
  readonly exchangeTime: Micros
  readonly receiveTime: Micros
}

/** The trades of some seconds of the tape, by instrument, in the order in which they came. */
export class RecentTrades {
  /** Whoever received a trade after this was heard again since. */
  readonly moment: Micros
  readonly #trades = new Map<string, RecentTrade[]>()

  private constructor(moment: Micros) {
    this.moment = moment
  }

  /**
   * Reads those of the last seconds before a moment, in which a collector received its last trade.
   * @param wants whether the trades of a venue are asked for
   */
  static async before(
    log: Pick<Log, 'bounds' | 'read'>,
    moment: Micros,
    line: string,
    wants: (venue: VenueId) => boolean,
  ): Promise<RecentTrades> {
    const recent = new RecentTrades(moment)
    const topic = tapeTopic(line)
    let from = await positionAt(log, topic, moment - TAIL_MICROS)
    for (;;) {
      const records = await log.read(topic, from, { records: RECORDS_A_READ })
      const last = records.at(-1)
      if (last === undefined) return recent
      from = last.position + 1
      for (const { key, time, value } of records) {
        if (time > moment + SLACK_MICROS) return recent
        if (!isOfLine(key, line) || isBackfill(key)) continue
        for (const text of Buffer.from(value).toString('utf8').split('\n')) {
          if (!text.startsWith(TRADE_LINE)) continue
          const event = decodeEvent(text)
          if (event.messageType === 'trade' && wants(event.venue)) recent.#add(event)
        }
      }
    }
  }

  /** Ids and exchange times of the trades of an instrument that were received before a moment. */
  of(venue: VenueId, instrument: InstrumentId, before: number): (readonly [id: string, exchangeTime: Micros])[] {
    return (this.#trades.get(`${venue}:${instrument}`) ?? [])
      .filter(({ receiveTime }) => receiveTime < before)
      .map(({ id, exchangeTime }) => [id, exchangeTime] as const)
  }

  #add({ venue, instrument, id, exchangeTime, receiveTime }: TradeEvent): void {
    if (id === null || exchangeTime === null) return
    const key = `${venue}:${instrument}`
    const trades = this.#trades.get(key)
    const trade = { id, exchangeTime, receiveTime }
    if (trades === undefined) this.#trades.set(key, [trade])
    else trades.push(trade)
  }
}

/** The first position whose record was written at a time or after it. O(log n) reads. */
async function positionAt(
  log: Pick<Log, 'bounds' | 'read'>,
  topic: ReturnType<typeof tapeTopic>,
  time: number,
): Promise<number> {
  const { first, next } = await log.bounds(topic)
  let low = first
  let high = next
  while (low < high) {
    const middle = (low + high) >> 1
    const [record] = await log.read(topic, middle, { records: 1 })
    if (record === undefined || record.time >= time) high = middle
    else low = record.position + 1
  }
  return low
}
