import { memo } from 'react'

const WIDTH = 96
const HEIGHT = 26

/** The shape of recent closing prices. Prices become doubles here, for pixels only. */
export const Sparkline = memo(function Sparkline({ prices }: { prices: readonly string[] }) {
  if (prices.length < 2) return <span className="spark-none" aria-hidden="true" />
  const values = prices.map(Number)
  const low = Math.min(...values)
  const high = Math.max(...values)
  const span = high - low || 1
  const step = WIDTH / (values.length - 1)
  const points = values.map((value, index) => {
    const y = HEIGHT - 2 - ((value - low) / span) * (HEIGHT - 4)
    return `${(index * step).toFixed(1)} ${y.toFixed(1)}`
  })
  const line = `M${points.join('L')}`
  const trend = (values.at(-1) ?? 0) >= (values[0] ?? 0) ? 'up' : 'down'
  return (
    <svg className={`spark ${trend}`} viewBox={`0 0 ${WIDTH} ${HEIGHT}`} preserveAspectRatio="none" aria-hidden="true">
      <path className="spark-area" d={`${line}L${WIDTH} ${HEIGHT}L0 ${HEIGHT}Z`} />
      <path className="spark-line" d={line} vectorEffect="non-scaling-stroke" />
    </svg>
  )
})
