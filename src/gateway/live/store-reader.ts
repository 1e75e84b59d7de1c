import type { Store } from '../../store/index.ts'

/** What the gateway asks of the store: questions only. */
export type StoreReader = Pick<
  Store,
  | 'trades'
  | 'quotes'
  | 'facts'
  | 'latestFacts'
  | 'candles'
  | 'gaps'
  | 'coverages'
  | 'feeds'
  | 'venueStates'
  | 'instruments'
  | 'bookAsOf'
  | 'markets'
  | 'ping'
>
