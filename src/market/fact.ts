import type {
  AuditEvent,
  Channel,
  FundingEvent,
  LiquidationEvent,
  MarkPriceEvent,
  OpenInterestEvent,
  OptionSummaryEvent,
  StatusEvent,
  VenueCandleEvent,
} from './event.ts'

/**
 * What venues say of an instrument beside trades, quotes, books and tickers, and what we found of it: all of these are kept and
 * served alike.
 */
export interface FactEvents {
  readonly 'venue-candle': VenueCandleEvent
  readonly funding: FundingEvent
  readonly 'mark-price': MarkPriceEvent
  readonly 'open-interest': OpenInterestEvent
  readonly liquidation: LiquidationEvent
  readonly 'option-summary': OptionSummaryEvent
  readonly status: StatusEvent
  readonly audit: AuditEvent
}

export type FactKind = keyof FactEvents

export type FactEvent = FactEvents[FactKind]

/** The channel that each kind comes from; audits stand on trades. */
export const FACT_CHANNELS: Readonly<Record<FactKind, Channel>> = {
  'venue-candle': 'candle',
  funding: 'funding',
  'mark-price': 'mark-price',
  'open-interest': 'open-interest',
  liquidation: 'liquidation',
  'option-summary': 'option-summary',
  status: 'status',
  audit: 'trade',
}

/** Every kind, in the order in which they are shown. */
export const FACT_KINDS = Object.keys(FACT_CHANNELS) as readonly FactKind[]

/** The kind that comes from a channel; undefined for trades, quotes, books and tickers. */
export function factOfChannel(channel: Channel): FactKind | undefined {
  return FACT_KINDS.find((kind) => kind !== 'audit' && FACT_CHANNELS[kind] === channel)
}

/** Whether a message type is one of a fact. */
export function isFactKind(messageType: string): messageType is FactKind {
  return Object.hasOwn(FACT_CHANNELS, messageType)
}

/** Whether an event is a fact. */
export function isFact(event: { readonly messageType: string }): event is FactEvent {
  return isFactKind(event.messageType)
}
