import type { Pair, WireChannel } from './pair.ts'
import { BOOK_DEPTH } from './pair-book.ts'

/** Pairs named in one request, so that it stays small. */
const PAIRS_PER_REQUEST = 100

type Method = 'subscribe' | 'unsubscribe'
type Parameters = Readonly<Record<string, string | number | boolean>>

/** Texts of the requests that subscribe pairs to all that they need. */
export function subscriptionTexts(pairs: readonly Pair[]): string[] {
  const symbols = (holds: (pair: Pair) => boolean) => pairs.filter(holds).map((pair) => pair.instrument.symbol)
  return [
    ...requestTexts(
      'subscribe',
      { channel: 'trade', snapshot: true },
      symbols((pair) => pair.needs.trade),
    ),
    ...(['bbo', 'trades'] as const).flatMap((event_trigger) =>
      requestTexts(
        'subscribe',
        { channel: 'ticker', event_trigger, snapshot: true },
        symbols((pair) => pair.needs.ticker === event_trigger),
      ),
    ),
    ...requestTexts(
      'subscribe',
      { channel: 'book', depth: BOOK_DEPTH, snapshot: true },
      symbols((pair) => pair.needs.book),
    ),
  ]
}

/** Text of the request about one channel of one pair. */
export function requestText(method: Method, channel: WireChannel, pair: Pair): string {
  const trigger = pair.needs.ticker ?? 'trades'
  const extras: Parameters =
    channel === 'book'
      ? { depth: method === 'subscribe' ? BOOK_DEPTH : pair.book.depth }
      : channel === 'ticker'
        ? { event_trigger: trigger }
        : {}
  const [text = ''] = requestTexts(method, { channel, ...extras, ...(method === 'subscribe' && { snapshot: true }) }, [
    pair.instrument.symbol,
  ])
  return text
}

function requestTexts(method: Method, parameters: Parameters, symbols: readonly string[]): string[] {
  const texts: string[] = []
  for (let from = 0; from < symbols.length; from += PAIRS_PER_REQUEST) {
    const symbol = symbols.slice(from, from + PAIRS_PER_REQUEST)
    texts.push(JSON.stringify({ method, params: { ...parameters, symbol } }))
  }
  return texts
}
