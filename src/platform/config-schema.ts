import { type Static, type TSchema, Type } from 'typebox'
import { LOG_LEVELS } from './logger.ts'

/** Topics of the log, as `src/log` names them. */
const TOPIC_NAMES = ['raw-market-data', 'line-data', 'market-data', 'analytics', 'alerts', 'collector-state'] as const
/** Channels, as `src/market` names them. */
const CHANNEL_NAMES = [
  'trade',
  'quote',
  'book',
  'ticker',
  'candle',
  'funding',
  'mark-price',
  'open-interest',
  'liquidation',
  'option-summary',
  'status',
] as const

/** No key but those named: a misspelt key is an error, never ignored. */
function section<Properties extends Record<string, TSchema>>(description: string, properties: Properties) {
  return Type.Object(properties, { description, additionalProperties: false })
}

function port(description: string, byDefault: number) {
  return Type.Integer({
    minimum: 0,
    maximum: 65_535,
    default: byDefault,
    description: `${description} 0 = any free one.`,
  })
}

function host(description: string) {
  return Type.String({ minLength: 1, maxLength: 253, default: '127.0.0.1', description })
}

function retention(hours: number, gigabytes: number) {
  return section('The sooner of the two limits counts.', {
    maximumAgeHours: Type.Number({
      minimum: 0.01,
      maximum: 876_000,
      default: hours,
      description: 'Age of the oldest record kept, in hours.',
    }),
    maximumGigabytes: Type.Number({
      minimum: 0.01,
      maximum: 1_000_000,
      default: gigabytes,
      description: 'Size on disk, in gigabytes (10^9 bytes).',
    }),
  })
}

/** Days; 0 = for ever. */
function keepDays(what: string, byDefault: number) {
  return Type.Integer({
    minimum: 0,
    maximum: 36_500,
    default: byDefault,
    description: `Days that ${what} are kept in the store. 0 = for ever.`,
  })
}

const WS_ADDRESS = '^wss?://[^\\s]+$'
const HTTP_ADDRESS = '^https?://[^\\s]+$'

/** Venues that are watched although the configuration does not name them. */
export const DEFAULT_VENUES: readonly string[] = ['binance', 'coinbase', 'kraken']

export const VenueConfigSchema = section('One venue.', {
  enabled: Type.Boolean({
    default: true,
    description:
      'Whether the collector connects to it. Where nothing is said: yes for `binance`, `coinbase` and `kraken`, and for every venue that the configuration names.',
  }),
  instruments: Type.Array(
    Type.String({
      minLength: 1,
      maxLength: 64,
      pattern: '^[A-Za-z0-9*?._/-]+$',
      allowed: 'an instrument such as BTC-USDT, or a pattern with * and ?',
    }),
    {
      default: [
        'BTC-USDT',
        'ETH-USDT',
        'SOL-USDT',
        'XRP-USDT',
        'BNB-USDT',
        'ADA-USDT',
        'DOGE-USDT',
        'AVAX-USDT',
        'LINK-USDT',
        'LTC-USDT',
        'BTC-USD',
        'ETH-USD',
        'SOL-USD',
        'XRP-USD',
        'ADA-USD',
        'DOGE-USD',
        'AVAX-USD',
        'LINK-USD',
        'LTC-USD',
        'BTC-USDT-PERP',
        'ETH-USDT-PERP',
        'SOL-USDT-PERP',
        'BTC-USD-PERP',
        'ETH-USD-PERP',
        'SOL-USD-PERP',
      ],
      maxItems: 5_000,
      description:
        'Instruments by name or by pattern (`*` any text, `?` one character), such as `BTC-USDT` or `*-USDT`. A name that the venue does not have is left out.',
    },
  ),
  top: Type.Integer({
    minimum: 0,
    maximum: 5_000,
    default: 0,
    description:
      'Of the instruments that match, take only this many: those of the largest 24-hour turnover. 0 = all that match.',
  }),
  channels: Type.Array(Type.Enum([...CHANNEL_NAMES]), {
    default: [...CHANNEL_NAMES],
    minItems: 1,
    uniqueItems: true,
    description: 'Kinds of data to collect. What a venue does not have is left out.',
  }),
  endpoints: section("Other addresses than the venue's own: a test server, a regional host.", {
    rest: Type.Optional(
      Type.String({
        pattern: HTTP_ADDRESS,
        allowed: 'an address such as https://host:port',
        description: "Base address of the REST interface, `https://…`. Absent = the venue's own.",
      }),
    ),
    ws: Type.Optional(
      Type.String({
        pattern: WS_ADDRESS,
        allowed: 'an address such as wss://host:port',
        description: "Base address of the WebSocket interface, `wss://…`. Absent = the venue's own.",
      }),
    ),
  }),
  dialect: Type.Optional(
    Type.String({
      minLength: 1,
      maxLength: 32,
      description: "An older form of the venue's protocol, such as `v1` of kraken. Absent = the current one.",
    }),
  ),
})

/** The whole configuration: every key, its default, its bounds and what it is for. */
export const ConfigSchema = section('Configuration of Opentape.', {
  profile: Type.Enum(['development', 'staging', 'production'], {
    default: 'development',
    description: 'Sets other defaults: see the table of profiles. A key that is set anywhere wins over its profile.',
  }),
  data: Type.String({
    minLength: 1,
    maxLength: 4_096,
    default: './data/live',
    description: 'Directory for everything that is kept on this machine.',
  }),
  logging: section('What the processes say about themselves.', {
    level: Type.Enum([...LOG_LEVELS], { default: 'info', description: 'Least severe level that is written.' }),
    format: Type.Enum(['auto', 'json', 'pretty'], {
      default: 'auto',
      description: '`auto`: for people on a terminal, JSON lines elsewhere.',
    }),
  }),
  log: section('The durable log between the roles.', {
    url: Type.String({
      allowed: 'embedded, nats://host:port or tls://host:port',
      pattern: '^(embedded|nats://[^\\s]+|tls://[^\\s]+)$',
      default: 'embedded',
      description: '`embedded` = LMDB files in the data directory; `nats://host:port` = NATS JetStream.',
    }),
    retention: section('Per topic.', {
      'raw-market-data': retention(24, 20),
      'line-data': retention(24, 10),
      'market-data': retention(72, 20),
      analytics: retention(24, 5),
      alerts: retention(720, 1),
      'collector-state': retention(720, 1),
    } satisfies Record<(typeof TOPIC_NAMES)[number], TSchema>),
  }),
  store: section('Market data: the ClickHouse dialect.', {
    url: Type.String({
      allowed: 'embedded, or http(s)://user:password@host:port/database',
      pattern: '^(embedded|https?://[^\\s]+)$',
      default: 'embedded',
      description:
        '`embedded` = a child process with the engine in the data directory; `http(s)://user:password@host:port/database` = a ClickHouse server.',
    }),
    host: host('Address on which the embedded store listens.'),
    port: port('Port of the embedded store.', 8123),
    keep: section('How long data is kept, by kind.', {
      tradeDays: keepDays('trades', 0),
      quoteDays: keepDays('quotes', 30),
      bookDays: keepDays('book updates and snapshots', 7),
      tickerDays: keepDays('tickers', 30),
      candleDays: keepDays('candles', 0),
      venueCandleDays: keepDays("the venues' own candles", 90),
      fundingDays: keepDays('funding rates', 0),
      markPriceDays: keepDays('mark and index prices', 30),
      openInterestDays: keepDays('open interest', 365),
      liquidationDays: keepDays('liquidations', 0),
      optionSummaryDays: keepDays('option summaries', 30),
      statusDays: keepDays('statuses of instruments', 0),
      auditDays: keepDays('audits', 365),
    }),
  }),
  control: section('Small relational state: tokens, configuration in force.', {
    url: Type.String({
      allowed: 'embedded, or postgres://user:password@host:port/database',
      pattern: '^(embedded|postgres(ql)?://[^\\s]+)$',
      default: 'embedded',
      description:
        '`embedded` = SQLite in the data directory; `postgres://user:password@host:port/database` = PostgreSQL.',
    }),
  }),
  collector: section('The role that listens to the venues.', {
    host: host('Address of its HTTP side (`/health`, `/metrics`, `/configure`).'),
    port: port('Port of its HTTP side.', 8081),
    instrumentsRefreshSeconds: Type.Integer({
      minimum: 1,
      maximum: 86_400,
      default: 300,
      description: 'How often each venue is asked for its instruments, in seconds: so new listings are found.',
    }),
    name: Type.String({
      allowed: 'letters, digits, - and _, at most 40',
      pattern: '^[A-Za-z0-9_-]{1,40}$',
      default: 'collector',
      description: 'Tells the state of this collector from that of others on the same log: each must have its own.',
    }),
    line: Type.String({
      allowed: 'empty, or a letter and digits, at most 8',
      pattern: '^([A-Za-z][A-Za-z0-9]{0,7})?$',
      default: '',
      description:
        'Where several collectors watch the same venues: the line that this one is, such as `A` or `B`. What the lines say is made one tape by the processor. Empty: this collector alone writes the tape of its venues.',
    }),
    lines: Type.Integer({
      minimum: 1,
      maximum: 2,
      default: 1,
      description:
        'How many collectors `opentape up` starts. With 2, the lines `A` and `B` watch the same venues, the second on a port of its own, so that losing either loses nothing.',
    }),
    raw: Type.Boolean({ default: true, description: 'Keep every frame byte for byte in the topic `raw-market-data`.' }),
  }),
  backfill: section("Repair of gaps from the venues' history.", {
    enabled: Type.Boolean({
      default: true,
      description:
        'Whether the collector repairs gaps by itself from what the venues give of their past: trades, candles, funding. `opentape backfill` and `opentape import` work either way.',
    }),
    maximumAgeHours: Type.Number({
      minimum: 0.01,
      maximum: 8_760,
      default: 48,
      description:
        'Gaps that ended longer ago are left to `opentape backfill`, in hours. It should be less than the topic `market-data` is kept, since the tape around a gap is looked at.',
    }),
    weightShare: Type.Number({
      minimum: 0.01,
      maximum: 1,
      default: 0.5,
      description:
        "Part of our share of a venue's request budget that the reading of its past may use. Repairs that are under way go first.",
    }),
  }),
  processor: section('The role that keeps books and candles and fills the store.', {
    host: host('Address of its HTTP side (`/health`, `/metrics`).'),
    port: port('Port of its HTTP side.', 8082),
    bookSnapshotSeconds: Type.Integer({
      minimum: 1,
      maximum: 86_400,
      default: 60,
      description: 'How often a whole book is written to the store, in seconds.',
    }),
  }),
  gateway: section('The role that serves people and programs.', {
    host: host('Address it listens on. Anything but loopback needs a token on every request.'),
    port: port('Port it listens on.', 8080),
    token: Type.Enum(['auto', 'required', 'off'], {
      default: 'auto',
      description:
        '`auto`: a token is needed unless the gateway listens on loopback. `required`: always. `off`: never; refused unless it listens on loopback.',
    }),
    maximumClients: Type.Integer({
      minimum: 1,
      maximum: 100_000,
      default: 1_000,
      description: 'WebSocket clients at a time.',
    }),
    requestsPerMinute: Type.Integer({
      minimum: 1,
      maximum: 1_000_000,
      default: 6_000,
      description: 'Requests a minute and address or token.',
    }),
  }),
  simulator: section('Simulated exchanges, for the demo and for tests.', {
    host: host('Address of the simulated exchanges.'),
    port: port('Port of the simulated exchanges.', 8090),
    seed: Type.Integer({
      minimum: 0,
      maximum: 4_294_967_295,
      default: 1,
      description: 'The same seed gives the same market.',
    }),
    instruments: Type.Integer({
      minimum: 1,
      maximum: 1_000,
      default: 12,
      description: 'Coins that each simulated exchange lists.',
    }),
    eventsPerSecond: Type.Number({
      minimum: 0.1,
      maximum: 1_000_000,
      default: 200,
      description: 'Market events a second, over all venues.',
    }),
  }),
  venues: Type.Record(Type.String(), VenueConfigSchema, {
    description:
      'Which venues, and what of them. Keys are venue ids (`opentape venues` lists them); a venue that is not named has the defaults. Any exchange that ccxt knows is watched as `ccxt:<its id>`, such as `ccxt:mexc`, as best effort, once `npm install ccxt` has been done.',
  }),
})

/** The configuration in force: every key has a value. */
export type Config = Static<typeof ConfigSchema>
export type VenueConfig = Static<typeof VenueConfigSchema>
export type Profile = Config['profile']
