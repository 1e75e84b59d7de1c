import type {
  IChartApiBase,
  IPrimitivePaneView,
  ISeriesPrimitive,
  Logical,
  SeriesAttachedParameter,
  Time,
} from 'lightweight-charts'
import { fractionalIndex, type GapBand } from '../state/chart-gaps.ts'

/** Narrowest band, so that even a gap of a moment can be seen. */
const NARROWEST_PIXELS = 3

type DrawTarget = Parameters<NonNullable<ReturnType<IPrimitivePaneView['renderer']>>['draw']>[0]

/** Draws gaps of the tape behind the candles. */
export class GapPrimitive implements ISeriesPrimitive<Time> {
  #chart: IChartApiBase<Time> | null = null
  #requestUpdate: () => void = () => {}
  #bands: readonly GapBand[] = []
  #times: readonly number[] = []
  #step = 60
  #color = 'transparent'

  attached({ chart, requestUpdate }: SeriesAttachedParameter<Time>): void {
    this.#chart = chart
    this.#requestUpdate = requestUpdate
  }

  detached(): void {
    this.#chart = null
  }

  /** Opening times of the candles in seconds, ascending, and their distance. */
  setTimes(times: readonly number[], step: number): void {
    this.#times = times
    this.#step = step
  }

  setBands(bands: readonly GapBand[]): void {
    this.#bands = bands
    this.#requestUpdate()
  }

  setColor(color: string): void {
    this.#color = color
    this.#requestUpdate()
  }

  paneViews(): readonly IPrimitivePaneView[] {
    return [
      {
        zOrder: () => 'bottom',
        renderer: () => ({ draw: (target) => this.#draw(target) }),
      },
    ]
  }

  #draw(target: DrawTarget): void {
    const scale = this.#chart?.timeScale()
    if (scale === undefined || this.#bands.length === 0 || this.#times.length === 0) return
    // biome-ignore lint/correctness/useHookAtTopLevel: a method of the chart library, not a hook
    target.useMediaCoordinateSpace(({ context, mediaSize }) => {
      context.fillStyle = this.#color
      for (const band of this.#bands) {
        // A band before the first candle belongs to a page of history that is not here.
        if (band.toSeconds !== null && band.toSeconds < (this.#times[0] ?? 0)) continue
        const left = scale.logicalToCoordinate(this.#index(band.fromSeconds) as Logical)
        const right =
          band.toSeconds === null ? mediaSize.width : scale.logicalToCoordinate(this.#index(band.toSeconds) as Logical)
        if (left === null || right === null) continue
        context.fillRect(left, 0, Math.max(NARROWEST_PIXELS, right - left), mediaSize.height)
      }
    })
  }

  /** Half a place to the left: a candle is drawn around its place, and its time starts at its left edge. */
  #index(seconds: number): number {
    return fractionalIndex(this.#times, seconds, this.#step) - 0.5
  }
}
