import type { BookEvent, BookLevel, DecimalText, InstrumentId, QuoteEvent, TradeEvent } from '../market/index.ts'
import { bookUpdateRow, isNumericId, quoteRow, type TapePlace, tapeOrdinal, tradeRow } from './event-rows.ts'

// The rows of which there are most, written as JSON by hand: a third of the time of forming the row and JSON.stringify.
// A test holds them to be what that gives.

type Named = Pick<TradeEvent, 'venue' | 'instrument' | 'symbol'>

interface Head extends Named {
  readonly text: string
}

/** Bounded, since names come from outside. */
const MAXIMUM_HEADS = 100_000
const heads = new Map<InstrumentId, Head[]>()
let headCount = 0

/** The row of a trade, as JSON. */
export function tradeLine(event: TradeEvent, place: TapePlace): string {
  const { price, amount } = event
  if (!isPlain(price) || !isPlain(amount)) return JSON.stringify(tradeRow(event, place))
  const { id, side, exchangeTime, receiveTime } = event
  const head = `[${headOf(event)},${exchangeTime ?? receiveTime},`
  const tail = `,"${price}","${amount}","${side}",${exchangeTime !== null},${receiveTime},${event.backlog === true}]`
  if (isNumericId(id)) return `${head}"${id}","number",""${tail}`
  return `${head}"${tapeOrdinal(place)}",${id === null ? '"none",""' : `"text",${JSON.stringify(id)}`}${tail}`
}

/** The row of a quote, as JSON. */
export function quoteLine(event: QuoteEvent, place: TapePlace): string {
  const { bidPrice, bidAmount, askPrice, askAmount } = event
  if (!isPlainOrNull(bidPrice) || !isPlainOrNull(bidAmount) || !isPlainOrNull(askPrice) || !isPlainOrNull(askAmount))
    return JSON.stringify(quoteRow(event, place))
  const { receiveTime, exchangeTime, sequence } = event
  const { position, index } = place
  return `[${headOf(event)},${receiveTime},${position},${index},${exchangeTime},${quoted(bidPrice)},${quoted(bidAmount)},${quoted(askPrice)},${quoted(askAmount)},${sequence}]`
}

/** The row of a change of a book, as JSON. */
export function bookLine(event: BookEvent, place: TapePlace): string {
  const bids = levels(event.bids)
  const asks = levels(event.asks)
  if (bids === undefined || asks === undefined) return JSON.stringify(bookUpdateRow(event, place))
  const { receiveTime, exchangeTime, kind, sequence } = event
  const { position, index } = place
  return `[${headOf(event)},${receiveTime},${position},${index},${exchangeTime},"${kind}",${bids},${asks},${sequence}]`
}

function levels(side: readonly BookLevel[]): string | undefined {
  if (side.length === 0) return '[]'
  let text = '['
  for (let index = 0; index < side.length; index++) {
    const [price, amount] = side[index] as BookLevel
    if (!isPlain(price) || !isPlain(amount)) return undefined
    text += index === 0 ? `["${price}","${amount}"]` : `,["${price}","${amount}"]`
  }
  return `${text}]`
}

function quoted(value: DecimalText | null): string {
  return value === null ? 'null' : `"${value}"`
}

function isPlainOrNull(value: DecimalText | null): boolean {
  return value === null || isPlain(value)
}

/** Whether it is made of what decimals are made of: nothing that JSON would have to escape. */
function isPlain(value: DecimalText): boolean {
  for (let at = 0; at < value.length; at++) {
    const code = value.charCodeAt(at)
    // Digits, point and minus; the slash between them is no part of a decimal and needs no escape either.
    if (code < 45 || code > 57) return false
  }
  return true
}

/** Venue, instrument and symbol as JSON, which are the same for millions of rows. */
function headOf({ venue, instrument, symbol }: Named): string {
  const known = heads.get(instrument)
  if (known !== undefined) {
    for (const head of known) if (head.symbol === symbol && head.venue === venue) return head.text
  }
  const text = `${JSON.stringify(venue)},${JSON.stringify(instrument)},${JSON.stringify(symbol)}`
  if (headCount >= MAXIMUM_HEADS) {
    heads.clear()
    headCount = 0
  }
  const head = { venue, instrument, symbol, text }
  headCount++
  const beside = heads.get(instrument)
  if (beside === undefined) heads.set(instrument, [head])
  else beside.push(head)
  return text
}
