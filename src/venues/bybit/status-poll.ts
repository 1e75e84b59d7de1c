import type { Channel, Instrument } from '../../market/index.ts'
import { MICROS_PER_SECOND } from '../../market/index.ts'
import { isTextObject } from '../shared/json-text.ts'
import type { MarketFacts } from '../shared/market/market-facts.ts'
import type { MarketPoll } from '../shared/market/market-words.ts'
import { categoryOf, nameOf } from './category.ts'
import { statusOf } from './instruments.ts'
import { resultOf } from './rest.ts'

const EVERY = 120 * MICROS_PER_SECOND
const CHANNELS: readonly Channel[] = ['status']

/** No stream tells whether an instrument trades: `instruments-info` is asked for each now and then. */
export const statusPoll: MarketPoll = {
  channels: CHANNELS,
  everyMicros: EVERY,

  request(instrument: Instrument) {
    const name = encodeURIComponent(nameOf(instrument.symbol))
    return { path: `/v5/market/instruments-info?category=${categoryOf(instrument)}&symbol=${name}`, weight: 1 }
  },

  read(body: string, instrument: Instrument, facts: MarketFacts): void {
    const name = nameOf(instrument.symbol)
    const { list, time } = resultOf(body)
    const row = list.find((one) => isTextObject(one) && one.symbol === name)
    const venueStatus = isTextObject(row) && typeof row.status === 'string' ? row.status : undefined
    // "By default returns only Trading symbols": one that is not there does not trade.
    if (venueStatus === undefined)
      facts.status(name, { status: 'halted', venueStatus: 'not listed', exchangeTime: time })
    else facts.status(name, { status: statusOf(venueStatus), venueStatus, exchangeTime: time })
  },
}
