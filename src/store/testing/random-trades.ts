import fc from 'fast-check'
import type {
  Amount,
  InstrumentId,
  Micros,
  Price,
  TakerSide,
  TradeEvent,
  VenueId,
  VenueSymbol,
} from '../../market/index.ts'
import { decimal } from '../../market/index.ts'

/** Decimals of every size that the store takes, most of them as markets write them. */
const decimals = fc.oneof(
  { weight: 6, arbitrary: fc.tuple(fc.bigInt(1n, 10n ** 9n), fc.integer({ min: 0, max: 8 })) },
  { weight: 1, arbitrary: fc.tuple(fc.bigInt(1n, 10n ** 37n), fc.constant(18)) },
)

const positive = decimals.map(([units, scale]) => {
  const digits = units.toString().padStart(scale + 1, '0')
  const point = digits.length - scale
  return decimal(scale === 0 ? digits : `${digits.slice(0, point)}.${digits.slice(point)}`)
})

const sides: readonly TakerSide[] = ['buy', 'sell', 'unknown']

/** Trades of few instruments within some weeks: many share a second, some a microsecond. Ids are unique. */
export const randomTrades: fc.Arbitrary<readonly TradeEvent[]> = fc
  .array(
    fc.record({
      instrument: fc.constantFrom('BTC-USDT', 'ETH-USDT'),
      second: fc.oneof(fc.integer({ min: 0, max: 120 }), fc.integer({ min: 0, max: 1_500_000 })),
      micros: fc.constantFrom(0, 1, 500_000, 999_999),
      price: positive,
      amount: positive,
      side: fc.constantFrom(...sides),
    }),
    { minLength: 1, maxLength: 60 },
  )
  .map((drafts) =>
    drafts.map((draft, index) => {
      const time = (1_700_000_000_000_000 + draft.second * 1_000_000 + draft.micros) as Micros
      return {
        messageType: 'trade',
        venue: 'binance' as VenueId,
        instrument: draft.instrument as InstrumentId,
        symbol: draft.instrument.replace('-', '') as VenueSymbol,
        // Ids that go down, so that ids and arrival disagree.
        id: String(10_000 - index),
        price: draft.price as Price,
        amount: draft.amount as Amount,
        side: draft.side,
        exchangeTime: time,
        receiveTime: (time + 1_000 + index) as Micros,
      }
    }),
  )
