import { useEffect, useMemo, useState } from 'react'
import type { CandleInterval } from '../../../src/gateway/schemas/index.ts'
import { scaleOf } from '../../../src/market/index.ts'
import { BookLadder } from '../components/book-ladder.tsx'
import { CandleChart } from '../components/candle-chart.tsx'
import { DepthChart } from '../components/depth-chart.tsx'
import { DerivativeStrip } from '../components/derivative-strip.tsx'
import { Link } from '../components/link.tsx'
import { LiquidationList } from '../components/liquidation-list.tsx'
import { TradeList } from '../components/trade-list.tsx'
import { CONTRACTS } from '../format/decimal-format.ts'
import { useServices, useSignal } from '../services.ts'
import type { CandleFeed } from '../state/candle-feed.ts'
import { gapBands } from '../state/chart-gaps.ts'
import { INTERVALS, isInterval } from '../state/chart-time.ts'
import { candleFeed, InstrumentModel } from '../state/instrument-model.ts'
import { marketKey } from '../state/market-row.ts'
import { InstrumentHeader } from './instrument-header.tsx'

/** Digits of an amount where the venue does not name its step. */
const USUAL_AMOUNT_SCALE = 4
/** More digits than this do not fit a column; longer amounts are rounded there, never prices. */
const WIDEST_AMOUNT_SCALE = 8

const SPOT_TABS = ['Chart', 'Book', 'Depth', 'Trades'] as const
const DERIVATIVE_TABS = [...SPOT_TABS, 'Liquidations'] as const
type Tab = (typeof DERIVATIVE_TABS)[number]

/** The interval that is looked at, remembered, and switched by the keys 1 to 7. */
function useInterval(): [CandleInterval, (interval: CandleInterval) => void] {
  const { settings } = useServices()
  const [interval, setInterval] = useState<CandleInterval>(() => {
    const known = settings.interval
    return isInterval(known) ? known : '1m'
  })
  useEffect(() => {
    settings.interval = interval
  }, [interval, settings])
  useEffect(() => {
    const onKey = (event: KeyboardEvent): void => {
      if (event.ctrlKey || event.metaKey || event.altKey || event.target instanceof HTMLInputElement) return
      const chosen = INTERVALS[Number(event.key) - 1]
      if (chosen !== undefined) setInterval(chosen)
    }
    addEventListener('keydown', onKey)
    return () => removeEventListener('keydown', onKey)
  }, [])
  return [interval, setInterval]
}

function IntervalSwitch(props: { interval: CandleInterval; onChange: (interval: CandleInterval) => void }) {
  return (
    <fieldset className="segmented" aria-label="Width of the candles">
      {INTERVALS.map((interval) => (
        <button
          key={interval}
          type="button"
          aria-pressed={interval === props.interval}
          onClick={() => props.onChange(interval)}
        >
          {interval}
        </button>
      ))}
    </fieldset>
  )
}

export function InstrumentPage({ venue, instrument }: { venue: string; instrument: string }) {
  const { markets, stream, coalescer } = useServices()
  const [model, setModel] = useState<InstrumentModel | null>(null)

  useEffect(() => {
    const created = new InstrumentModel(stream, coalescer, venue, instrument)
    created.start()
    const end = markets.follow(stream, venue, instrument)
    setModel(created)
    return () => {
      end()
      created.stop()
    }
  }, [stream, coalescer, markets, venue, instrument])

  return model === null ? null : <InstrumentView model={model} venue={venue} instrument={instrument} />
}

function InstrumentView({ model, venue, instrument }: { model: InstrumentModel; venue: string; instrument: string }) {
  const { markets, stream, coalescer } = useServices()
  const definition = useSignal(model.definition)
  const missing = useSignal(model.missing)
  const gaps = useSignal(model.feeds.gaps)
  const derivative = useSignal(model.derivative)
  const [interval, setInterval] = useInterval()
  const [tab, setTab] = useState<Tab>('Chart')
  const [feed, setFeed] = useState<{ feed: CandleFeed; interval: CandleInterval } | null>(null)

  useEffect(() => {
    const created = candleFeed(coalescer, venue, instrument, interval)
    created.start(stream, venue, instrument, interval)
    setFeed({ feed: created, interval })
    return () => created.stop()
  }, [stream, coalescer, venue, instrument, interval])

  const bands = useMemo(() => gapBands(gaps), [gaps])
  const row = markets.rows.get(marketKey(venue, instrument))
  const priceScale = Math.max(definition?.tickSize == null ? 0 : scaleOf(definition.tickSize), row?.scale ?? 0)
  const amountScale = Math.min(
    definition?.lotSize == null ? USUAL_AMOUNT_SCALE : scaleOf(definition.lotSize),
    WIDEST_AMOUNT_SCALE,
  )
  // Where a venue counts contracts, that is what its amounts are.
  const unit = definition?.contractSize != null ? CONTRACTS : (definition?.base ?? row?.base ?? '')
  const tabs: readonly Tab[] = derivative === null ? SPOT_TABS : DERIVATIVE_TABS

  if (missing && row === undefined) {
    return (
      <div className="empty">
        <h1>This market is not known</h1>
        <p>
          <code>{instrument}</code> on <code>{venue}</code> is not among the instruments that are watched here.
        </p>
        <Link href="/" className="button">
          All markets
        </Link>
      </div>
    )
  }
  return (
    <div className="instrument" data-tab={tab} data-derivative={derivative !== null}>
      <InstrumentHeader venue={venue} instrument={instrument} scale={priceScale} feeds={model.feeds} />
      {derivative !== null && definition !== null && (
        <DerivativeStrip feed={derivative} definition={definition} scale={priceScale} />
      )}
      <fieldset className="tabs" aria-label="Part of the page">
        {tabs.map((name) => (
          <button key={name} type="button" aria-pressed={tab === name} onClick={() => setTab(name)}>
            {name}
          </button>
        ))}
      </fieldset>
      <section className="panel candles" aria-labelledby="chart-title">
        <header className="panel-head">
          <h2 id="chart-title">Candles</h2>
          {bands.length > 0 && (
            <span className="gap-key" title="Trades are missing in the shaded stretches">
              <i aria-hidden="true" /> gaps
            </span>
          )}
          <IntervalSwitch interval={interval} onChange={setInterval} />
        </header>
        {feed !== null && (
          <CandleChart
            key={feed.interval}
            feed={feed.feed}
            interval={feed.interval}
            scale={priceScale}
            gaps={bands}
            name={`${instrument} on ${venue}`}
          />
        )}
      </section>
      <DepthChart feed={model.book} priceScale={priceScale} amountScale={amountScale} unit={unit} />
      <BookLadder feed={model.book} priceScale={priceScale} amountScale={amountScale} unit={unit} />
      <TradeList feed={model.tape} priceScale={priceScale} amountScale={amountScale} unit={unit} />
      {derivative !== null && definition !== null && (
        <LiquidationList feed={derivative} definition={definition} priceScale={priceScale} />
      )}
    </div>
  )
}
