import type { Instrument } from '../../../src/gateway/schemas/index.ts'
import type { DecimalText } from '../../../src/market/index.ts'
import {
  CONTRACTS,
  formatCompact,
  formatPercent,
  formatPrice,
  groupDigits,
  percentChange,
  ratioText,
  signOf,
  UNKNOWN,
} from '../format/decimal-format.ts'
import { formatCountdown, formatDateTime } from '../format/time-format.ts'
import { useNow } from '../pages/use-now.ts'
import { useServices, useSignal } from '../services.ts'
import type { DerivativeFeed } from '../state/derivative-feed.ts'
import { SIGN_CLASS } from './sign.ts'

/** Digits of a funding rate in percent: a hundredth of a basis point. */
const RATE_SCALE = 4
const ONE = '1' as DecimalText

/** A fraction as a percentage with its sign: `0.0001` as `+0.0100%`. */
function rateText(rate: string | null | undefined): string {
  return rate == null ? UNKNOWN : formatPercent(ratioText(rate as DecimalText, ONE, 2, RATE_SCALE))
}

function Item(props: { label: string; title?: string; children: React.ReactNode; note?: React.ReactNode }) {
  return (
    <div className="strip-item" title={props.title}>
      <dt>{props.label}</dt>
      <dd>
        {props.children}
        {props.note !== undefined && <span className="strip-note">{props.note}</span>}
      </dd>
    </div>
  )
}

/** What one contract stands for, in words. */
function contractText({ contractSize, contractUnit, base, quote }: Instrument): string {
  if (contractSize === null) return `1 ${base}`
  return `${groupDigits(contractSize)} ${contractUnit === 'quote' ? quote : base}`
}

function FundingItems({ feed }: { feed: DerivativeFeed }) {
  const { settings } = useServices()
  const zone = useSignal(settings.zone)
  const { funding } = useSignal(feed.facts)
  const now = useNow()
  const rate = funding?.rate ?? null
  const predicted = funding?.predictedRate ?? null
  const time = funding?.fundingTime ?? null
  return (
    <>
      <Item
        label="Funding"
        title="A fraction of the position, exchanged at the time beside it. Longs pay shorts if it is positive"
        note={predicted === null ? undefined : <>next {rateText(predicted)}</>}
      >
        <span className={SIGN_CLASS[signOf(rate)]}>{rateText(rate)}</span>
      </Item>
      <Item label="Exchanged in" title={time === null ? 'The venue has not said when' : formatDateTime(time, zone)}>
        <span className="strip-countdown">{time === null ? UNKNOWN : formatCountdown(time - now)}</span>
      </Item>
    </>
  )
}

function OptionItems({ feed }: { feed: DerivativeFeed }) {
  const { option } = useSignal(feed.facts)
  const volatility = (text: string | null | undefined) =>
    text == null ? UNKNOWN : `${ratioText(text as DecimalText, ONE, 2, 1)}%`
  const greek = (text: string | null | undefined) => (text == null ? UNKNOWN : groupDigits(text))
  return (
    <>
      <Item label="Volatility" title="Implied by the mark price">
        {volatility(option?.markVolatility)}
      </Item>
      <Item label="Bid / ask volatility">
        {volatility(option?.bidVolatility)} / {volatility(option?.askVolatility)}
      </Item>
      {(['delta', 'gamma', 'vega', 'theta'] as const).map((name) => (
        <Item key={name} label={name}>
          {greek(option?.[name])}
        </Item>
      ))}
    </>
  )
}

/** What only derivatives have, in one line: funding, mark and index price, open interest, the contract. */
export function DerivativeStrip(props: { feed: DerivativeFeed; definition: Instrument; scale: number }) {
  const { feed, definition, scale } = props
  const { mark, openInterest, option } = useSignal(feed.facts)
  const markPrice = mark?.markPrice ?? option?.markPrice ?? null
  const indexPrice = mark?.indexPrice ?? option?.underlyingPrice ?? null
  const premium = percentChange(indexPrice as DecimalText | null, markPrice as DecimalText | null)
  const open = openInterest?.openInterest ?? option?.openInterest ?? null
  const unit = definition.contractSize === null ? definition.base : CONTRACTS
  return (
    <section className="strip" aria-label="Contract">
      <dl>
        {definition.kind === 'perpetual' && <FundingItems feed={feed} />}
        <Item label="Mark price" title="The price by which positions are valued">
          {formatPrice(markPrice, scale)}
        </Item>
        <Item
          label={definition.kind === 'option' ? 'Underlying' : 'Index'}
          title="The price of what the contract is about, and how far the mark price is from it"
          note={definition.kind === 'option' ? undefined : formatPercent(premium)}
        >
          {formatPrice(indexPrice, scale)}
        </Item>
        {definition.kind === 'option' && <OptionItems feed={feed} />}
        <Item label="Open interest" note={unit}>
          {open === null ? formatCompact(openInterest?.value) : formatCompact(open)}
        </Item>
        <Item
          label="1 contract"
          note={definition.settleCurrency === null ? undefined : `in ${definition.settleCurrency}`}
        >
          {contractText(definition)}
        </Item>
        {definition.status !== 'trading' && (
          <Item label="Trading">
            <span className={`badge badge-${definition.status}`}>{definition.status}</span>
          </Item>
        )}
      </dl>
    </section>
  )
}
