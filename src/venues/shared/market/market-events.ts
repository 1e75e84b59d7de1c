import type {
  FundingEvent,
  InstrumentId,
  LiquidationEvent,
  MarketEvent,
  MarkPriceEvent,
  Micros,
  OpenInterestEvent,
  OptionSummaryEvent,
  StatusEvent,
  TickerEvent,
  VenueCandleEvent,
  VenueId,
  VenueSymbol,
} from '../../../market/index.ts'

/** An event without what a session knows by itself. */
export type Facts<Event extends MarketEvent> = Omit<
  Event,
  'messageType' | 'venue' | 'instrument' | 'symbol' | 'receiveTime'
>

/** Who an instrument is, as every event of it says. */
export interface MarketName {
  readonly venue: VenueId
  readonly instrument: InstrumentId
  readonly symbol: VenueSymbol
}

// Written out member by member: copies of what readers give take several times as long, and would come in as many shapes as there are readers.

export function tickerEvent(name: MarketName, receiveTime: Micros, facts: Facts<TickerEvent>): TickerEvent {
  const { venue, instrument, symbol } = name
  const { exchangeTime, last, open, high, low, volume, quoteVolume } = facts
  const messageType = 'ticker'
  return {
    messageType,
    venue,
    instrument,
    symbol,
    receiveTime,
    exchangeTime,
    last,
    open,
    high,
    low,
    volume,
    quoteVolume,
  }
}

export function candleEvent(name: MarketName, receiveTime: Micros, facts: Facts<VenueCandleEvent>): VenueCandleEvent {
  const { venue, instrument, symbol } = name
  const { exchangeTime, interval, openTime, open, high, low, close, volume, quoteVolume, trades, isClosed } = facts
  return {
    messageType: 'venue-candle',
    venue,
    instrument,
    symbol,
    receiveTime,
    exchangeTime,
    interval,
    openTime,
    open,
    high,
    low,
    close,
    volume,
    quoteVolume,
    trades,
    isClosed,
  }
}

export function fundingEvent(name: MarketName, receiveTime: Micros, facts: Facts<FundingEvent>): FundingEvent {
  const { venue, instrument, symbol } = name
  const { exchangeTime, rate, predictedRate, fundingTime, intervalSeconds } = facts
  return {
    messageType: 'funding',
    venue,
    instrument,
    symbol,
    receiveTime,
    exchangeTime,
    rate,
    predictedRate,
    fundingTime,
    intervalSeconds,
  }
}

export function markPriceEvent(name: MarketName, receiveTime: Micros, facts: Facts<MarkPriceEvent>): MarkPriceEvent {
  const { venue, instrument, symbol } = name
  const { exchangeTime, markPrice, indexPrice } = facts
  const messageType = 'mark-price'
  return { messageType, venue, instrument, symbol, receiveTime, exchangeTime, markPrice, indexPrice }
}

export function openInterestEvent(
  name: MarketName,
  receiveTime: Micros,
  facts: Facts<OpenInterestEvent>,
): OpenInterestEvent {
  const { venue, instrument, symbol } = name
  const { exchangeTime, openInterest, value } = facts
  const messageType = 'open-interest'
  return { messageType, venue, instrument, symbol, receiveTime, exchangeTime, openInterest, value }
}

export function liquidationEvent(
  name: MarketName,
  receiveTime: Micros,
  facts: Facts<LiquidationEvent>,
): LiquidationEvent {
  const { venue, instrument, symbol } = name
  const { exchangeTime, id, price, amount, side } = facts
  const messageType = 'liquidation'
  return { messageType, venue, instrument, symbol, receiveTime, exchangeTime, id, price, amount, side }
}

export function optionSummaryEvent(
  name: MarketName,
  receiveTime: Micros,
  facts: Facts<OptionSummaryEvent>,
): OptionSummaryEvent {
  const { venue, instrument, symbol } = name
  const { exchangeTime, markPrice, underlyingPrice, markVolatility, bidVolatility, askVolatility } = facts
  const { delta, gamma, vega, theta, rho, openInterest } = facts
  return {
    messageType: 'option-summary',
    venue,
    instrument,
    symbol,
    receiveTime,
    exchangeTime,
    markPrice,
    underlyingPrice,
    markVolatility,
    bidVolatility,
    askVolatility,
    delta,
    gamma,
    vega,
    theta,
    rho,
    openInterest,
  }
}

export function statusEvent(name: MarketName, receiveTime: Micros, facts: Facts<StatusEvent>): StatusEvent {
  const { venue, instrument, symbol } = name
  const { exchangeTime, status, venueStatus } = facts
  const messageType = 'status'
  return { messageType, venue, instrument, symbol, receiveTime, exchangeTime, status, venueStatus }
}
