import type { Log } from '../log/index.ts'
import type { Channel, GapEvent } from '../market/index.ts'
import { isStateOf, newestState, payloadOf } from './newest-state.ts'
import type { TradeFrontierState } from './trade-frontier.ts'

/**
 * The newest trade of an instrument whose ids do not follow one another, up to which nothing is known to be missing: while a gap of its
 * trades is open, that is the last one before it, however many came since.
 */
export interface NewestTrade {
  readonly id: string
  readonly exchangeTime: number
  readonly receiveTime: number
}

/** What a collector writes to `collector-state` of what is whole. */
export interface Checkpoint {
  version: 1
  collector: string
  /** The first position of `market-data` that is not yet in this state. */
  next: number
  stopped: boolean
  venues: Record<
    string,
    {
      instruments: Record<
        string,
        {
          symbol: string
          heard: Partial<Record<Channel, number>>
          trades?: TradeFrontierState
          newestTrade?: NewestTrade
        }
      >
      openGaps: Record<string, GapEvent>
    }
  >
}

/**
 * The last checkpoint that a collector wrote; undefined if there is none.
 * @throws CollectorError COLLECTOR_STATE_UNREADABLE
 */
export async function lastCheckpoint(log: Log, collector: string): Promise<Checkpoint | undefined> {
  const text = await newestState(log, collector)
  return text === undefined ? undefined : payloadOf(text, "the collector's last state", isCheckpoint)
}

function isCheckpoint(payload: unknown): payload is Checkpoint {
  return isStateOf(payload, { next: 'number', venues: 'object' })
}
