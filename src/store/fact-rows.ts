import { hash } from 'node:crypto'
import type { DecimalText, FactEvents, FactKind, Micros } from '../market/index.ts'
import type { TapePlace } from './event-rows.ts'
import type { ColumnKind, ColumnValues } from './schema/column.ts'
import { FACT_TABLES, type FactTable } from './schema/fact-tables.ts'

/** An event of a kind, told by its own word. */
type Told<Kind extends FactKind> = FactEvents[Kind] & { readonly messageType: Kind }

type Values = readonly ColumnValues[ColumnKind][]

/** The row of a fact. The same fact said again gives a row of the same key. */
export function factRow<Kind extends FactKind>(event: Told<Kind>, place: TapePlace): Values {
  const values = valuesOf(event)
  return [
    event.venue,
    event.instrument,
    event.symbol,
    momentOf(event),
    factNumber(identityOf(event, place) ?? JSON.stringify(values)),
    event.exchangeTime,
    event.receiveTime,
    ...values,
  ]
}

/** Every decimal of a fact. */
export function decimalsOf<Kind extends FactKind>(event: Told<Kind>): readonly DecimalText[] {
  const { fields }: FactTable<FactEvents[Kind]> = FACT_TABLES[event.messageType]
  return fields.flatMap(({ column, read }) => {
    const value = read(event)
    // Canonical by the type of the field.
    return (column.kind === 'decimal' || column.kind === 'optionalDecimal') && value !== null
      ? [value as DecimalText]
      : []
  })
}

function valuesOf<Kind extends FactKind>(event: Told<Kind>): Values {
  const { fields }: FactTable<FactEvents[Kind]> = FACT_TABLES[event.messageType]
  return fields.map(({ read }) => read(event))
}

function momentOf(event: FactEvents[FactKind]): Micros {
  if (event.messageType === 'venue-candle') return event.openTime
  if (event.messageType === 'audit') return event.of
  return event.exchangeTime ?? event.receiveTime
}

/**
 * What makes a fact the one that it is among those of its moment; undefined where that is all that it says. A candle that is
 * said again replaces the one before. Liquidations without an id may be equal and yet two: their place tells them apart.
 */
function identityOf(event: FactEvents[FactKind], place: TapePlace): string | undefined {
  if (event.messageType === 'venue-candle') return event.interval
  if (event.messageType === 'audit') return `${event.subject} ${event.field}`
  if (event.messageType === 'liquidation')
    return event.id === null ? `${place.position}/${place.index}` : `id ${event.id}`
  return undefined
}

/** 64 bits of a digest, as digits. */
function factNumber(text: string): string {
  return BigInt(`0x${hash('sha1', text).slice(0, 16)}`).toString()
}
