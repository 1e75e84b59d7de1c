import { type Command, Option } from 'commander'
import { FACT_KINDS, type FactKind, type Micros } from '../../market/index.ts'
import { venueIds } from '../../venues/venue-ids.ts'
import { type ConfigFlags, configFrom, type GlobalFlags, timeFlag, withConfigFlags } from '../common-options.ts'

interface RangeFlags extends ConfigFlags, GlobalFlags {
  readonly venue: string
  readonly from?: Micros
  readonly to?: Micros
  readonly output?: string
}

interface StoreFlags extends RangeFlags {
  readonly instrument: string
  readonly format: 'csv' | 'ndjson'
  readonly interval?: string
}

/** `opentape export`: what was recorded, for other programs. */
export function addExportCommand(root: Command): void {
  const exporting = root
    .command('export')
    .summary('write what was recorded: raw captures, trades, candles, funding and the like')
    .description('Writes what was recorded to a file or to standard output.')
    .addHelpText(
      'after',
      `
Examples:
  opentape export raw --venue kraken | opentape normalize --venue kraken
  opentape export trades --venue kraken --instrument BTC-USD --format csv -o trades.csv
  opentape export candles --venue binance --instrument BTC-USDT --interval 1h`,
    )
  withRange(exporting.command('raw').summary('frames as they came, as a capture'))
    .description(
      'Writes the frames of the raw log, byte for byte, as a capture that "opentape normalize" reads. Needs no running part.',
    )
    .option('--connection <name>', 'only this connection of the venue, such as market-0')
    .addHelpText(
      'after',
      `
Examples:
  opentape export raw --venue kraken > kraken.ndjson
  opentape export raw --venue binance --from 2026-01-31T12:00:00Z --to 2026-01-31T12:05:00Z -o capture.ndjson`,
    )
    .action(async (_flags: unknown, command: Command) => {
      const flags = command.optsWithGlobals<RangeFlags & { readonly connection?: string }>()
      const { exportRaw } = await import('../export-raw.ts')
      await exportRaw({ ...rangeOf(flags), connection: flags.connection, config: configFrom(flags).config })
    })
  withInstrument(exporting.command('trades').summary('trades from the store'))
    .description(
      'Writes the trades of one instrument, oldest first. The store has to run ("opentape up" or "opentape store").',
    )
    .addHelpText(
      'after',
      '\nExamples:\n  opentape export trades --venue kraken --instrument BTC-USD --format csv -o trades.csv',
    )
    .action(async (_flags: unknown, command: Command) => {
      const flags = command.optsWithGlobals<StoreFlags>()
      const { exportTrades } = await import('../export-store.ts')
      await exportTrades({
        ...rangeOf(flags),
        instrument: flags.instrument,
        format: flags.format,
        config: configFrom(flags).config,
      })
    })
  withInstrument(exporting.command('candles').summary('candles from the store'))
    .description(
      'Writes the candles of one instrument, oldest first. The store has to run ("opentape up" or "opentape store").',
    )
    .requiredOption('--interval <interval>', '1s, 1m, 5m, 15m, 1h, 1d or 1w')
    .addHelpText(
      'after',
      '\nExamples:\n  opentape export candles --venue binance --instrument BTC-USDT --interval 1m --format csv',
    )
    .action(async (_flags: unknown, command: Command) => {
      const flags = command.optsWithGlobals<StoreFlags>()
      const { exportCandles } = await import('../export-store.ts')
      await exportCandles({
        ...rangeOf(flags),
        instrument: flags.instrument,
        format: flags.format,
        interval: flags.interval ?? '',
        config: configFrom(flags).config,
      })
    })
  for (const kind of FACT_KINDS) addFactCommand(exporting, kind)
}

/** What each kind of fact is called on the command line. */
const FACT_COMMANDS: Readonly<Record<FactKind, readonly [name: string, what: string]>> = {
  'venue-candle': ['venue-candles', 'candles as the venue itself computes them'],
  funding: ['funding', 'funding rates'],
  'mark-price': ['mark-prices', 'mark and index prices'],
  'open-interest': ['open-interest', 'open interest'],
  liquidation: ['liquidations', 'liquidations'],
  'option-summary': ['option-summaries', 'greeks and volatilities of an option'],
  status: ['instrument-status', 'trading statuses'],
  audit: ['audits', 'differences between our trades and what the venue says'],
}

function addFactCommand(exporting: Command, kind: FactKind): void {
  const [name, what] = FACT_COMMANDS[kind]
  withInstrument(exporting.command(name).summary(`${what} from the store`))
    .description(
      `Writes the ${what} of one instrument, oldest first. The store has to run ("opentape up" or "opentape store").`,
    )
    .addHelpText('after', `\nExamples:\n  opentape export ${name} --venue binance --instrument BTC-USDT --format csv`)
    .action(async (_flags: unknown, command: Command) => {
      const flags = command.optsWithGlobals<StoreFlags>()
      const { exportFacts } = await import('../export-store.ts')
      await exportFacts({
        ...rangeOf(flags),
        kind,
        instrument: flags.instrument,
        format: flags.format,
        config: configFrom(flags).config,
      })
    })
}

function withRange(command: Command): Command {
  return withConfigFlags(command)
    .addOption(new Option('--venue <id>', 'the exchange').choices(venueIds()).makeOptionMandatory())
    .option('--from <time>', 'from this receive time on: ISO 8601 with a zone', timeFlag)
    .option('--to <time>', 'before this time: ISO 8601 with a zone', timeFlag)
    .option('-o, --output <file>', 'where to; a file that exists is not replaced (default: standard output)')
}

function withInstrument(command: Command): Command {
  return withRange(command)
    .requiredOption('--instrument <id>', 'such as BTC-USDT')
    .addOption(new Option('--format <format>', 'how it is written').choices(['ndjson', 'csv']).default('ndjson'))
}

function rangeOf(flags: RangeFlags) {
  return { venue: flags.venue, from: flags.from, to: flags.to, output: flags.output }
}
