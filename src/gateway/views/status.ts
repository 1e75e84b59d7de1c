import { CHANNELS, now } from '../../market/index.ts'
import type { GatewayServices } from '../routes/gateway-services.ts'
import type { Feed, Health, Notice, Status } from '../schemas/index.ts'
import { venuesOf } from './venues.ts'

/** How everything that the gateway sees stands now. */
export function statusOf(services: GatewayServices): Status {
  const { market, reference, follower, hub, rates } = services
  const time = now()
  const feeds: Record<Feed['state'], number> = { synchronised: 0, recovering: 0, stale: 0, halted: 0, unknown: 0 }
  for (const slot of market.slots) {
    for (const channel of CHANNELS) {
      if (slot.feeds.has(channel)) feeds[market.feedState(slot, channel, time).state]++
    }
  }
  const venues = venuesOf(services)
  const notFollowing = market.notFollowing
  return {
    version: services.version,
    time,
    startTime: services.startTime,
    simulated: market.simulated,
    notices: noticesOf(services, venues),
    venues,
    feeds,
    store: { state: reference.failure === '' ? 'ready' : 'unreachable', reason: reference.failure },
    log: {
      state: notFollowing === undefined ? 'following' : follower.failure === '' ? 'behind' : 'failed',
      reason: notFollowing ?? '',
      topics: Object.entries(follower.progress).map(([topic, { next, position }]) => ({ topic, next, position })),
    },
    stream: {
      clients: hub.clientCount,
      subscriptions: hub.subscriptionCount,
      eventsPerSecond: rates.eventsPerSecond,
      deliveriesPerSecond: rates.deliveriesPerSecond,
    },
  }
}

/** Whether the gateway can answer, and why not. */
export function healthOf({ market, reference }: Pick<GatewayServices, 'market' | 'reference'>): Health {
  const reasons: string[] = []
  if (market.notFollowing !== undefined) reasons.push(market.notFollowing)
  if (reference.failure !== '') reasons.push(`store: ${reference.failure}`)
  return { live: true, ready: reasons.length === 0, reasons }
}

const NOTICE_ORDER = ['error', 'warning', 'info']

function noticesOf({ market, reference }: GatewayServices, venues: Status['venues']): Notice[] {
  const notices: Notice[] = []
  const watched = venues.filter(({ state }) => state !== 'stopped' && state !== 'unknown')
  const unreachable = watched.filter(({ state }) => state === 'unreachable')
  if (watched.length > 0 && unreachable.length === watched.length) {
    notices.push({
      level: 'error',
      code: 'no-venue-reachable',
      text: `No exchange can be reached (${unreachable.map(({ name, reason }) => `${name}: ${reason}`).join('; ')}). Tries go on. Without a network, \`npm run demo\` shows simulated exchanges.`,
    })
  } else {
    for (const { name, reason } of unreachable) {
      notices.push({
        level: 'warning',
        code: 'venue-unreachable',
        text: `${name} cannot be reached: ${reason}. Tries go on.`,
      })
    }
  }
  if (watched.length === 0) {
    notices.push({
      level: 'warning',
      code: 'no-collector',
      text: 'No collector says anything. If this lasts, look at its output, or run `opentape doctor`.',
    })
  }
  if (market.notFollowing !== undefined) {
    notices.push({ level: 'warning', code: 'tape-not-followed', text: `Live data is behind: ${market.notFollowing}.` })
  }
  if (reference.failure !== '') {
    notices.push({
      level: 'warning',
      code: 'store-unreachable',
      text: `History cannot be read now: ${reference.failure}. Live data goes on.`,
    })
  }
  if (market.simulated) {
    notices.push({ level: 'info', code: 'simulated', text: 'These exchanges are simulated: every price is invented.' })
  }
  return notices.sort((left, right) => NOTICE_ORDER.indexOf(left.level) - NOTICE_ORDER.indexOf(right.level))
}
