import type { VenueProtocol } from '../src/venues/index.ts'
import { venueProtocols } from '../src/venues/index.ts'

/** The page of all venues, made from the registry. */
export function venuesPage(): string {
  const protocols = [...venueProtocols()].sort((left, right) => (left.venue < right.venue ? -1 : 1))
  return [
    '# Venues',
    '',
    'Made from the registry (`src/venues/registry.ts`) by `npm run docs`. Each venue has a folder `src/venues/<id>/` with a table of evidence:',
    'what it says, what we do with it, and by which documented rule. Any other exchange that ccxt knows can be watched as `ccxt:<id>`, as',
    'best effort: see [configuration.md](configuration.md).',
    '',
    '| venue | channels | trades | verified |',
    '| --- | --- | --- | --- |',
    ...protocols.map(
      ({ venue, name, channels, tradeIds, verified }) =>
        `| [\`${venue}\`](#${venue}) ${name} | ${channels.join(', ')} | ids ${tradeIds === 'consecutive' ? 'follow one another' : 'are unique'} | ${verified.on} |`,
    ),
    '',
    ...protocols.flatMap(section),
  ].join('\n')
}

function section(protocol: VenueProtocol): string[] {
  const { venue, name, endpoints, integrity, limits, verified, past, bulk, channels } = protocol
  const age = limits.connectionAgeMilliseconds
  return [
    `## ${venue}`,
    '',
    `${name}. [Evidence](../src/venues/${venue}/README.md).`,
    '',
    '| | |',
    '| --- | --- |',
    `| WebSocket | \`${endpoints.ws}\` |`,
    `| REST | \`${endpoints.rest}\` |`,
    `| channels | ${channels.join(', ')} |`,
    `| integrity of trades | ${integrity.trades} |`,
    `| integrity of books | ${integrity.books} |`,
    `| history | ${past === undefined ? 'none' : past.map(({ channel, depth }) => `${channel}: ${depth}`).join('; ')} |`,
    ...(bulk === undefined ? [] : [`| bulk files | ${bulk.map(({ what }) => what).join('; ')} |`]),
    `| subscriptions on one socket | ${count(limits.subscriptionsPerConnection)} |`,
    `| new sockets a minute | ${newSockets(limits)} |`,
    `| messages a second to the venue, each socket | ${count(limits.messagesPerSecond)} |`,
    `| requests | weight ${count(limits.requestWeight)} in ${count(limits.requestWindowMilliseconds / 1000)} s |`,
    `| age of a socket | ${age === null ? 'not limited' : `${count(Math.round(age / 60_000))} minutes`} |`,
    `| last verified | ${verified.on}: ${verified.against} |`,
    '',
  ]
}

function newSockets({
  connectionsPerMinute,
  connectionBurst,
  countsConnectionsBySymbol,
}: VenueProtocol['limits']): string {
  const burst = connectionBurst === undefined ? '' : `, ${count(connectionBurst)} at once`
  return `${count(connectionsPerMinute)}${burst}${countsConnectionsBySymbol === true ? ', for each of ours' : ''}`
}

function count(value: number): string {
  return value.toLocaleString('en')
}
