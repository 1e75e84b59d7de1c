import type { Instrument } from '../../../src/gateway/schemas/index.ts'
import { type Amount, type DecimalText, notionalOf, type Price } from '../../../src/market/index.ts'
import { formatCompact, formatPrice } from '../format/decimal-format.ts'
import { formatTime } from '../format/time-format.ts'
import { useServices, useSignal } from '../services.ts'
import type { DerivativeFeed, LiquidationLine } from '../state/derivative-feed.ts'

/** What it was worth in the quote asset. */
function worthOf(line: LiquidationLine, definition: Instrument): string | null {
  const { contractSize, contractUnit, baseMultiplier } = definition
  const contract = {
    ...(contractSize === null ? {} : { contractSize: contractSize as DecimalText }),
    ...(contractUnit === null ? {} : { contractUnit }),
    ...(baseMultiplier === null ? {} : { baseMultiplier: baseMultiplier as DecimalText }),
  }
  return notionalOf(contract, line.amount as DecimalText as Amount, line.price as DecimalText as Price).quote
}

const SIDES = { sell: 'Long', buy: 'Short', unknown: '—' } as const

/** Positions that were closed by force, newest first. */
export function LiquidationList(props: { feed: DerivativeFeed; definition: Instrument; priceScale: number }) {
  const { settings } = useServices()
  const zone = useSignal(settings.zone)
  const lines = useSignal(props.feed.liquidations)
  const loaded = useSignal(props.feed.loaded)
  return (
    <section className="panel liquidations" aria-labelledby="liquidations-title">
      <header className="panel-head">
        <h2 id="liquidations-title">Liquidations</h2>
      </header>
      <div className="panel-body tape-body">
        <table className="tape">
          <thead>
            <tr>
              <th scope="col" title="The position that was closed">
                Position
              </th>
              <th scope="col" className="number">
                Price
              </th>
              <th scope="col" className="number">
                Worth ({props.definition.quote})
              </th>
              <th scope="col" className="number">
                Time
              </th>
            </tr>
          </thead>
          <tbody>
            {lines.map((line) => (
              <tr key={line.key} className={`print print-${line.side}`}>
                <td className="print-price">{SIDES[line.side]}</td>
                <td className="number">{formatPrice(line.price, props.priceScale)}</td>
                <td className="number">{formatCompact(worthOf(line, props.definition))}</td>
                <td className="number print-time">{formatTime(line.time, zone)}</td>
              </tr>
            ))}
          </tbody>
        </table>
        {lines.length === 0 && (
          <p className="panel-note">{loaded ? 'None that the venue told of.' : 'Loading liquidations…'}</p>
        )}
      </div>
    </section>
  )
}
