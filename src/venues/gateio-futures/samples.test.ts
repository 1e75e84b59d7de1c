import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { MarketEvent } from '../../market/index.ts'
import { asOpinion, type Opinion, opinionsOf, readSample } from '../testing/opinion.ts'
import { messageRows, recordingsAbsent } from '../testing/recordings.ts'
import { instrumentFromContract } from './instruments.ts'
import { gateioFutures } from './protocol.ts'

const skip = recordingsAbsent('gateio')

function contract(symbol: string) {
  const instrument = instrumentFromContract(symbol)
  assert.ok(instrument !== undefined, symbol)
  return instrument
}

/** The names in a sample, or one for those that name none. */
function symbolOf(raw: unknown): string {
  return /"(?:contract|c)":"([A-Z0-9_]+)"/.exec(JSON.stringify(raw))?.[1] ?? 'BTC_USDT'
}

/** A change of the book needs a book before it. */
function wholeBook(symbol: string) {
  return {
    time: 1593561600,
    channel: 'futures.order_book',
    event: 'all',
    result: { contract: symbol, asks: [], bids: [] },
  }
}

/** Mark, funding and open interest in the words of the other project, which joins them. */
function derivativeTicker(events: readonly MarketEvent[]): Partial<Opinion> {
  const joined: Record<string, unknown> = {}
  for (const event of events) {
    if (event.messageType === 'ticker') joined.lastPrice = Number(event.last)
    if (event.messageType === 'open-interest') joined.openInterest = Number(event.openInterest)
    if (event.messageType === 'mark-price') {
      joined.markPrice = Number(event.markPrice)
      joined.indexPrice = Number(event.indexPrice)
      joined.timestamp = event.exchangeTime
    }
    if (event.messageType === 'funding') {
      joined.fundingRate = Number(event.rate)
      joined.predictedFundingRate = Number(event.predictedRate)
    }
  }
  return joined
}

test('every sample means what another project reads in it', { skip }, () => {
  let compared = 0
  for (const row of messageRows('gateio-futures')) {
    const symbol = symbolOf(row.raw)
    const before = row.channel === 'futures.order_book' ? [wholeBook(symbol)] : []
    const channels = ['trade', 'book', 'ticker', 'funding', 'mark-price', 'open-interest'] as const
    const out = readSample(gateioFutures, contract(symbol), channels, row.raw, before)
    assert.deepEqual(out.refusals, [], JSON.stringify(row.raw))
    const events = out.events.filter((event) => event.messageType !== 'feed-state')
    const opinions = opinionsOf(row)
    if (row.channel === 'futures.tickers' && opinions.length > 0) {
      const [{ type: _type, symbol: _symbol, fundingTimestamp: _time, ...values } = { type: '', symbol: '' }] = opinions
      assert.deepEqual(derivativeTicker(events), values)
    } else assert.deepEqual(events.map(asOpinion), opinions)
    compared++
  }
  assert.equal(compared, 15)
})
