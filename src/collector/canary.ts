import type { Instrument, InstrumentId, VenueId } from '../market/index.ts'

/** Trades of others in which this venue should have had so many by its usual share: silence then is chance once in a million. */
const SUSPECT_EXPECTED = 14
/** A shorter silence is never suspect, in milliseconds. */
const SHORTEST_SILENCE_MILLISECONDS = 5_000
/** How fast shares are forgotten: after so many milliseconds a trade counts for a third. */
const MEMORY_MILLISECONDS = 1_800_000
/** Other venues that must trade: one alone may be the odd one. */
const LEAST_OTHERS = 2
/** Assets that stand for the same money as far as activity goes. */
const DOLLARS = new Set(['USD', 'USDT', 'USDC', 'FDUSD', 'BUSD', 'TUSD'])

/** A market among those that trade the same thing. */
export interface CanaryMember {
  readonly group: CanaryGroup
  readonly venue: VenueId
  readonly instrument: InstrumentId
  /** Trades, fading with time, as of `weighedAt`. */
  weight: number
  weighedAt: number
  lastAt: number
  /** Trades of the whole group when this one traded last. */
  groupCountAtLast: number
  /** It doubles while nothing changes. */
  threshold: number
}

interface CanaryGroup {
  readonly members: Map<string, CanaryMember>
  /** Trades of all members since the beginning. */
  count: number
}

/** A market that should have traded by what others traded meanwhile. */
export interface CanarySuspect {
  readonly instrument: InstrumentId
  readonly silentMilliseconds: number
  /** Trades that it should have had. */
  readonly expected: number
}

/**
 * Compares venues that trade the same thing: if the others go on trading and one does not, that one's feed is suspect, however
 * quiet its own history may be. Only so a feed that goes mute together with its heartbeat's rate is found in a lively market.
 */
export class Canary {
  readonly #groups = new Map<string, CanaryGroup>()
  readonly #groupOf = new Map<string, CanaryGroup>()

  add(instrument: Instrument): void {
    const key = memberKey(instrument.venue, instrument.id)
    if (this.#groupOf.has(key)) return
    const name = groupName(instrument)
    let group = this.#groups.get(name)
    if (group === undefined) {
      group = { members: new Map(), count: 0 }
      this.#groups.set(name, group)
    }
    const { venue, id } = instrument
    group.members.set(key, {
      group,
      venue,
      instrument: id,
      weight: 0,
      weighedAt: 0,
      lastAt: 0,
      groupCountAtLast: 0,
      threshold: SUSPECT_EXPECTED,
    })
    this.#groupOf.set(key, group)
  }

  remove(venue: VenueId, instrument: InstrumentId): void {
    const key = memberKey(venue, instrument)
    this.#groupOf.get(key)?.members.delete(key)
    this.#groupOf.delete(key)
  }

  /** A market that was added and not removed since. */
  member(venue: VenueId, instrument: InstrumentId): CanaryMember | undefined {
    const key = memberKey(venue, instrument)
    return this.#groupOf.get(key)?.members.get(key)
  }

  /** A live trade of a market came, at a time in milliseconds. O(1). */
  heard(member: CanaryMember, at: number): void {
    const { group } = member
    group.count++
    member.weight = faded(member, at) + 1
    member.weighedAt = at
    member.lastAt = at
    member.groupCountAtLast = group.count
    member.threshold = SUSPECT_EXPECTED
  }

  /** The markets of a venue that are suspect now. Each is named again only after twice as much was traded elsewhere. */
  suspects(venue: VenueId, at: number): CanarySuspect[] {
    const found: CanarySuspect[] = []
    for (const group of this.#groups.values()) {
      if (group.members.size <= LEAST_OTHERS) continue
      for (const member of group.members.values()) {
        if (member.venue !== venue || member.lastAt === 0) continue
        const silence = at - member.lastAt
        if (silence < SHORTEST_SILENCE_MILLISECONDS) continue
        const expected = expectedTrades(group, member, at)
        if (expected < member.threshold) continue
        member.threshold = expected * 2
        found.push({ instrument: member.instrument, silentMilliseconds: silence, expected: Math.round(expected) })
      }
    }
    return found
  }
}

/** How many trades a market should have had while the others had theirs, by its share of the last half hour. */
function expectedTrades(group: CanaryGroup, member: CanaryMember, at: number): number {
  const others = group.count - member.groupCountAtLast
  let weightOfOthers = 0
  let lively = 0
  for (const other of group.members.values()) {
    if (other.venue === member.venue) continue
    weightOfOthers += faded(other, at)
    if (other.lastAt > member.lastAt) lively++
  }
  if (lively < LEAST_OTHERS || weightOfOthers <= 0) return 0
  // Its own weight as it was when it spoke last: fading must not excuse the silence.
  return (faded(member, member.lastAt) / weightOfOthers) * others
}

function faded({ weight, weighedAt }: CanaryMember, at: number): number {
  return weight * Math.exp(-(at - weighedAt) / MEMORY_MILLISECONDS)
}

function groupName({ base, quote, kind }: Instrument): string {
  return `${base}-${DOLLARS.has(quote) ? 'dollar' : quote}:${kind}`
}

function memberKey(venue: VenueId, instrument: InstrumentId): string {
  return `${venue} ${instrument}`
}
