import { useEffect, useRef, useState } from 'react'
import { formatAmount, formatPrice } from '../format/decimal-format.ts'
import { useServices, useSignal } from '../services.ts'
import type { BookFeed } from '../state/book-feed.ts'
import { type DepthCurve, type DepthPoint, depthCurve, pointAt } from '../state/depth-curve.ts'

const AXIS_HEIGHT = 18

function drawSide(
  context: CanvasRenderingContext2D,
  points: readonly DepthPoint[],
  place: { x: (price: number) => number; y: (total: number) => number; edge: number; floor: number },
  line: string,
  fill: string,
): void {
  const first = points[0]
  if (first === undefined) return
  context.beginPath()
  context.moveTo(place.x(first.price), place.floor)
  let y = place.floor
  for (const point of points) {
    context.lineTo(place.x(point.price), y)
    y = place.y(point.total)
    context.lineTo(place.x(point.price), y)
  }
  context.lineTo(place.edge, y)
  context.strokeStyle = line
  context.lineWidth = 1.25
  context.stroke()
  context.lineTo(place.edge, place.floor)
  context.closePath()
  context.fillStyle = fill
  context.fill()
}

function draw(canvas: HTMLCanvasElement, curve: DepthCurve | null, pointer: number | null, scale: number): void {
  const context = canvas.getContext('2d')
  if (context === null) return
  const ratio = devicePixelRatio
  const width = canvas.clientWidth
  const height = canvas.clientHeight
  if (canvas.width !== Math.round(width * ratio) || canvas.height !== Math.round(height * ratio)) {
    canvas.width = Math.round(width * ratio)
    canvas.height = Math.round(height * ratio)
  }
  context.setTransform(ratio, 0, 0, ratio, 0, 0)
  context.clearRect(0, 0, width, height)
  if (curve === null) return
  const style = getComputedStyle(canvas)
  const color = (name: string): string => style.getPropertyValue(name)
  const floor = height - AXIS_HEIGHT
  const x = (price: number): number => ((price - curve.low) / (curve.high - curve.low)) * width
  const y = (total: number): number => floor - (total / (curve.top || 1)) * (floor - 8)
  drawSide(context, curve.bids, { x, y, edge: 0, floor }, color('--up-fill'), color('--up-soft'))
  drawSide(context, curve.asks, { x, y, edge: width, floor }, color('--down-fill'), color('--down-soft'))
  context.fillStyle = color('--muted')
  context.font = `11px ${style.fontFamily}`
  context.textBaseline = 'bottom'
  const digits = { minimumFractionDigits: Math.min(scale, 8), maximumFractionDigits: Math.min(scale, 8) }
  for (const [share, align] of [
    [0.02, 'left'],
    [0.5, 'center'],
    [0.98, 'right'],
  ] as const) {
    context.textAlign = align
    const price = curve.low + (curve.high - curve.low) * share
    context.fillText(price.toLocaleString('en-US', digits), share * width, height - 2)
  }
  if (pointer === null) return
  context.strokeStyle = color('--faint')
  context.setLineDash([3, 3])
  context.beginPath()
  context.moveTo(pointer, 0)
  context.lineTo(pointer, floor)
  context.stroke()
  context.setLineDash([])
}

/** How much lies between the middle and each price. Greyed with the book when that is not live. */
export function DepthChart(props: { feed: BookFeed; priceScale: number; amountScale: number; unit: string }) {
  const { settings } = useServices()
  const theme = useSignal(settings.shownTheme)
  const ladder = useSignal(props.feed.ladder)
  const state = useSignal(props.feed.state)
  const canvas = useRef<HTMLCanvasElement>(null)
  const [pointer, setPointer] = useState<number | null>(null)
  const [size, setSize] = useState(0)
  const curve = depthCurve(ladder)

  // biome-ignore lint/correctness/useExhaustiveDependencies: theme and size decide what is drawn
  useEffect(() => {
    if (canvas.current !== null) draw(canvas.current, curve, pointer, props.priceScale)
  }, [curve, pointer, theme, size, props.priceScale])

  useEffect(() => {
    if (canvas.current === null) return
    const observer = new ResizeObserver(([entry]) => setSize(entry === undefined ? 0 : entry.contentRect.width))
    observer.observe(canvas.current)
    return () => observer.disconnect()
  }, [])

  const width = canvas.current?.clientWidth ?? 0
  const pointed =
    curve === null || pointer === null || width === 0
      ? null
      : pointAt(curve, curve.low + (pointer / width) * (curve.high - curve.low))
  const summary =
    curve === null
      ? 'no depth'
      : `${curve.bids.at(-1)?.row.total ?? 0} ${props.unit} bid and ${curve.asks.at(-1)?.row.total ?? 0} ${props.unit} asked`
  return (
    <section className="panel depth" aria-labelledby="depth-title">
      <header className="panel-head">
        <h2 id="depth-title">Depth</h2>
        <span className="muted">
          {pointed === null
            ? ''
            : `${pointed.side === 'bid' ? 'Bids down' : 'Asks up'} to ${formatPrice(pointed.point.row.price, props.priceScale)}: ${formatAmount(pointed.point.row.total, props.amountScale)} ${props.unit}`}
        </span>
      </header>
      <canvas
        ref={canvas}
        className={`depth-canvas ${state === 'synchronised' ? '' : 'not-live'}`}
        role="img"
        aria-label={`Depth around the middle: ${summary}`}
        onPointerMove={(event) => setPointer(event.nativeEvent.offsetX)}
        onPointerLeave={() => setPointer(null)}
      />
    </section>
  )
}
