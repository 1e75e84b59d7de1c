import type { Channel, Instrument } from '../../market/index.ts'
import type { SessionOptions, Subscription, VenueProtocol } from '../protocol.ts'
import type { MarketFacts } from '../shared/market/market-facts.ts'
import { MarketSession } from '../shared/market/market-session.ts'
import type { MarketWords } from '../shared/market/market-words.ts'
import { VenueError } from '../venue-error.ts'

/** An instrument of no venue in particular. */
export function plainInstrument(base = 'BTC'): Instrument {
  const kind = 'spot'
  return {
    venue: 'test',
    id: `${base}-USD`,
    symbol: `${base.toLowerCase()}usd`,
    kind,
    base,
    quote: 'USD',
    status: 'trading',
  } as Instrument
}

/**
 * A venue for tests of what all venues share. Its frames are names of what they say: a frame that was not given a meaning is of an
 * unknown kind, and one that begins with a meaning's first word but is damaged is malformed.
 */
export class PlainVenue {
  readonly #meanings = new Map<string, (facts: MarketFacts) => void>()
  readonly #words: Partial<MarketWords>

  constructor(words: Partial<MarketWords> = {}) {
    this.#words = words
  }

  /** Gives a frame its meaning. @returns the frame */
  frame(text: string, meaning: (facts: MarketFacts) => void): string {
    this.#meanings.set(text, meaning)
    return text
  }

  session(options: Partial<SessionOptions> & { readonly subscriptions: readonly Subscription[] }): MarketSession {
    const { subscriptions, ...others } = options
    const plan = { name: 'market-0', path: '', subscriptions }
    const instruments = subscriptions.map(({ instrument }) => instrument)
    const words = this.#allWords()
    return new MarketSession({ plan, instruments, resume: new Map(), repairTrades: true, ...others }, words)
  }

  /** The part of a protocol that tests of sessions need. */
  get protocol(): Pick<VenueProtocol, 'plan' | 'session'> {
    return {
      plan: (subscriptions) => [{ name: 'market-0', path: '', subscriptions }],
      session: (options) => new MarketSession(options, this.#allWords()),
    }
  }

  #allWords(): MarketWords {
    return {
      tradeIds: 'unique',
      tradeHistory: null,
      bookRule: null,
      quotesFromBook: false,
      confirmsSubscriptions: false,
      rareChannels: [],
      subscribe: (subscriptions) => subscriptions.map((one) => `subscribe ${nameOf(one)}`),
      unsubscribe: (subscriptions) => subscriptions.map((one) => `unsubscribe ${nameOf(one)}`),
      read: (frame, facts) => {
        const meaning = this.#meanings.get(frame)
        if (meaning !== undefined) meaning(facts)
        else if (frame.includes('"')) throw new VenueError('VENUE_TEXT_INVALID', 'a damaged frame')
        return meaning !== undefined
      },
      ...this.#words,
    }
  }
}

export function plainSubscriptions(instrument: Instrument, ...channels: readonly Channel[]): Subscription[] {
  return channels.map((channel) => ({ instrument, channel }))
}

function nameOf({ instrument, channel }: Subscription): string {
  return `${channel} ${instrument.symbol}`
}
