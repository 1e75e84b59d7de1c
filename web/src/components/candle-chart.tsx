import {
  type CandlestickData,
  CandlestickSeries,
  ColorType,
  CrosshairMode,
  createChart,
  HistogramSeries,
  type IChartApi,
  type ISeriesApi,
  type UTCTimestamp,
} from 'lightweight-charts'
import { useEffect, useRef, useState } from 'react'
import type { CandleInterval } from '../../../src/gateway/schemas/index.ts'
import type { DecimalText } from '../../../src/market/index.ts'
import { formatCompact, formatPercent, formatPrice, percentChange, signOf } from '../format/decimal-format.ts'
import { formatDateTime } from '../format/time-format.ts'
import { useServices, useSignal } from '../services.ts'
import type { CandleFeed } from '../state/candle-feed.ts'
import type { Candle } from '../state/candle-series.ts'
import type { GapBand } from '../state/chart-gaps.ts'
import { INTERVAL_SECONDS, timeMark } from '../state/chart-time.ts'
import { GapPrimitive } from './gap-primitive.ts'
import { SIGN_CLASS } from './sign.ts'

/** A page of history is fetched when fewer candles than this are left of the view. */
const FETCH_BEFORE = 60

interface Drawn {
  readonly chart: IChartApi
  readonly candles: ISeriesApi<'Candlestick'>
  readonly volumes: ISeriesApi<'Histogram'>
  readonly gaps: GapPrimitive
}

/** Candles become doubles here, and only here: the library draws pixels. Everything in text keeps its decimals. */
function bar(candle: Candle): CandlestickData<UTCTimestamp> {
  return {
    time: (candle.openTime / 1_000_000) as UTCTimestamp,
    open: Number(candle.open),
    high: Number(candle.high),
    low: Number(candle.low),
    close: Number(candle.close),
  }
}

function volume(candle: Candle, colors: Colors) {
  return {
    time: (candle.openTime / 1_000_000) as UTCTimestamp,
    value: Number(candle.volume),
    color: Number(candle.close) >= Number(candle.open) ? colors.upSoft : colors.downSoft,
  }
}

interface Colors {
  readonly text: string
  readonly line: string
  readonly up: string
  readonly down: string
  readonly upSoft: string
  readonly downSoft: string
  readonly cross: string
  readonly gap: string
  readonly surface: string
}

function readColors(): Colors {
  const style = getComputedStyle(document.documentElement)
  const read = (name: string): string => style.getPropertyValue(name).trim()
  return {
    text: read('--muted'),
    line: read('--line'),
    up: read('--up-fill'),
    down: read('--down-fill'),
    upSoft: read('--up-volume'),
    downSoft: read('--down-volume'),
    cross: read('--faint'),
    gap: read('--gap'),
    surface: read('--surface'),
  }
}

/** The candle under the pointer, or the newest, in exact decimals. */
function Legend({ candle, scale }: { candle: Candle | undefined; scale: number }) {
  const { settings } = useServices()
  const zone = useSignal(settings.zone)
  if (candle === undefined) return null
  const change = percentChange(candle.open as DecimalText, candle.close as DecimalText)
  const sign = SIGN_CLASS[signOf(change)]
  return (
    <div className="legend">
      <span className="legend-time">{formatDateTime(candle.openTime, zone)}</span>
      {(['open', 'high', 'low', 'close'] as const).map((field) => (
        <span key={field}>
          <i>{field[0]?.toUpperCase()}</i>
          <span className={sign}>{formatPrice(candle[field], scale)}</span>
        </span>
      ))}
      <span className={sign}>{formatPercent(change)}</span>
      <span>
        <i>Vol</i>
        {formatCompact(candle.volume)}
      </span>
    </div>
  )
}

/** Candles with volume. Live, scrolled back by pages, with the gaps of the tape behind them. */
export function CandleChart(props: {
  feed: CandleFeed
  interval: CandleInterval
  scale: number
  gaps: readonly GapBand[]
  name: string
}) {
  const { feed, interval, scale, gaps } = props
  const { settings } = useServices()
  const theme = useSignal(settings.shownTheme)
  const zone = useSignal(settings.zone)
  const load = useSignal(feed.load)
  const failure = useSignal(feed.failure)
  const version = useSignal(feed.version)
  const host = useRef<HTMLDivElement>(null)
  const drawn = useRef<Drawn | null>(null)
  const [pointed, setPointed] = useState<number | null>(null)

  useEffect(() => {
    if (host.current === null) return
    const chart = createChart(host.current, {
      autoSize: true,
      layout: {
        // The library's licence asks for this notice on the page, or the logo; the page has both.
        attributionLogo: true,
        fontFamily: getComputedStyle(document.body).fontFamily,
        fontSize: 11,
      },
      crosshair: { mode: CrosshairMode.Normal },
      rightPriceScale: { borderVisible: false, scaleMargins: { top: 0.1, bottom: 0.24 } },
      timeScale: { borderVisible: false, rightOffset: 4, barSpacing: 7, minBarSpacing: 1 },
      handleScroll: { vertTouchDrag: false },
    })
    const candles = chart.addSeries(CandlestickSeries, { borderVisible: false })
    const volumes = chart.addSeries(HistogramSeries, {
      priceScaleId: 'volume',
      priceFormat: { type: 'volume' },
      lastValueVisible: false,
      priceLineVisible: false,
    })
    chart.priceScale('volume').applyOptions({ scaleMargins: { top: 0.82, bottom: 0 } })
    const primitive = new GapPrimitive()
    candles.attachPrimitive(primitive)
    drawn.current = { chart, candles, volumes, gaps: primitive }
    chart.subscribeCrosshairMove((move) => setPointed(typeof move.time === 'number' ? move.time * 1_000_000 : null))
    chart.timeScale().subscribeVisibleLogicalRangeChange((range) => {
      if (range !== null && range.from < FETCH_BEFORE) feed.loadOlder()
    })
    feed.series.redrawAll()
    return () => {
      drawn.current = null
      chart.remove()
    }
  }, [feed])

  // biome-ignore lint/correctness/useExhaustiveDependencies: the theme decides what the style sheet answers
  useEffect(() => {
    const colors = readColors()
    drawn.current?.chart.applyOptions({
      layout: { background: { type: ColorType.Solid, color: colors.surface }, textColor: colors.text },
      grid: { vertLines: { color: colors.line }, horzLines: { color: colors.line } },
      crosshair: { vertLine: { color: colors.cross }, horzLine: { color: colors.cross } },
    })
    drawn.current?.candles.applyOptions({
      upColor: colors.up,
      downColor: colors.down,
      wickUpColor: colors.up,
      wickDownColor: colors.down,
    })
    drawn.current?.gaps.setColor(colors.gap)
    drawn.current?.volumes.setData(feed.series.candles.map((candle) => volume(candle, colors)))
  }, [theme, feed])

  // biome-ignore lint/correctness/useExhaustiveDependencies: a new feed has a new chart, which is to be told too
  useEffect(() => {
    drawn.current?.candles.applyOptions({
      priceFormat: { type: 'price', precision: Math.min(scale, 12), minMove: 10 ** -Math.min(scale, 12) },
    })
  }, [scale, feed])

  // biome-ignore lint/correctness/useExhaustiveDependencies: a new feed has a new chart, which is to be told too
  useEffect(() => {
    drawn.current?.chart.applyOptions({
      localization: {
        locale: 'en-GB',
        timeFormatter: (time: unknown) => formatDateTime(Number(time) * 1_000_000, zone),
      },
      timeScale: {
        timeVisible: INTERVAL_SECONDS[interval] < 86_400,
        secondsVisible: interval === '1s',
        tickMarkFormatter: (time: unknown, weight: number) => timeMark(Number(time), weight, zone, interval),
      },
    })
  }, [zone, interval, feed])

  // biome-ignore lint/correctness/useExhaustiveDependencies: a new feed has a new chart, which is to be told too
  useEffect(() => {
    drawn.current?.gaps.setBands(gaps)
  }, [gaps, feed])

  // biome-ignore lint/correctness/useExhaustiveDependencies: the version says that the series has changed
  useEffect(() => {
    const now = drawn.current
    if (now === null) return
    const change = feed.series.takeChange()
    if (change.kind === 'none') return
    const colors = readColors()
    if (change.kind === 'all') {
      const range = now.chart.timeScale().getVisibleRange()
      now.candles.setData(feed.series.candles.map(bar))
      now.volumes.setData(feed.series.candles.map((candle) => volume(candle, colors)))
      // An older page must not move what is being looked at; by default the library keeps the distance to the right edge.
      if (range === null) now.chart.timeScale().scrollToRealTime()
    } else {
      for (const candle of change.candles) {
        now.candles.update(bar(candle))
        now.volumes.update(volume(candle, colors))
      }
    }
    now.gaps.setTimes(
      feed.series.candles.map((candle) => candle.openTime / 1_000_000),
      INTERVAL_SECONDS[interval],
    )
  }, [version, feed, interval])

  const shown =
    pointed === null
      ? feed.series.last
      : (feed.series.candles.find((candle) => candle.openTime === pointed) ?? feed.series.last)
  const empty = load === 'ready' && feed.series.candles.length === 0
  return (
    <div className="chart">
      <Legend candle={shown} scale={scale} />
      <div ref={host} className="chart-host" role="img" aria-label={`Candles of ${props.name}, ${interval}`} />
      {load === 'loading' && <p className="chart-note">Loading candles…</p>}
      {empty && <p className="chart-note">No trade has been recorded yet. Candles appear with the first one.</p>}
      {load === 'failed' && (
        <div className="chart-note" role="alert">
          <p>{failure}</p>
          <button type="button" className="button" onClick={feed.retry}>
            Load the candles again
          </button>
        </div>
      )}
    </div>
  )
}
