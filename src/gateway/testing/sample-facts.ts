import { amount, decimal, type FactEvents, type InstrumentId, micros, now, price } from '../../market/index.ts'
import { type Named, named } from './sample-events.ts'

/** One fact of each kind, every member said. */
export function sampleFacts(of: Named = {}): FactEvents {
  const head = named(of)
  const times = { exchangeTime: micros(1_700_000_000_000_000), receiveTime: now() }
  return {
    'venue-candle': {
      messageType: 'venue-candle',
      ...head,
      interval: '1m',
      openTime: micros(1_699_999_980_000_000),
      open: price('100'),
      high: price('102'),
      low: price('99'),
      close: price('101'),
      volume: decimal('7'),
      quoteVolume: decimal('707'),
      trades: 3,
      isClosed: true,
      ...times,
    },
    funding: {
      messageType: 'funding',
      ...head,
      rate: decimal('0.0001'),
      predictedRate: decimal('-0.00002'),
      fundingTime: micros(1_700_003_600_000_000),
      intervalSeconds: 28_800,
      ...times,
    },
    'mark-price': {
      messageType: 'mark-price',
      ...head,
      markPrice: price('100.5'),
      indexPrice: price('100.4'),
      ...times,
    },
    'open-interest': {
      messageType: 'open-interest',
      ...head,
      openInterest: decimal('1200'),
      value: decimal('120000'),
      ...times,
    },
    liquidation: {
      messageType: 'liquidation',
      ...head,
      id: 'l1',
      price: price('98'),
      amount: amount('4'),
      side: 'sell',
      ...times,
    },
    'option-summary': {
      messageType: 'option-summary',
      ...head,
      markPrice: price('0.05'),
      underlyingPrice: price('100'),
      markVolatility: decimal('0.65'),
      bidVolatility: decimal('0.64'),
      askVolatility: decimal('0.66'),
      delta: decimal('0.5'),
      gamma: decimal('0.00001'),
      vega: decimal('12'),
      theta: decimal('-3'),
      rho: decimal('1'),
      openInterest: decimal('10'),
      ...times,
    },
    status: { messageType: 'status', ...head, status: 'halted', venueStatus: 'BREAK', ...times },
    audit: {
      messageType: 'audit',
      ...head,
      subject: 'candle',
      field: 'close',
      ours: decimal('101'),
      theirs: decimal('101.5'),
      of: micros(1_699_999_980_000_000),
      evidence: '3 prints',
      ...times,
    },
  }
}

export const PERPETUAL = 'BTC-USD-PERP' as InstrumentId
