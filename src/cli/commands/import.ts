import { type Command, Option } from 'commander'
import type { Micros } from '../../market/index.ts'
import { BULK_VENUE_NAMES } from '../../venues/venue-ids.ts'
import { type ConfigFlags, configFrom, type GlobalFlags, timeFlag, withConfigFlags } from '../common-options.ts'
import { print, printJson } from '../output.ts'

interface ImportFlags extends ConfigFlags, GlobalFlags {
  readonly venue: string
  readonly instrument?: string
  readonly from?: Micros
  readonly to?: Micros
}

/** `opentape import`: brings the venues' public bulk files onto the tape. */
export function addImportCommand(root: Command): void {
  withConfigFlags(root.command('import').summary("import a venue's public bulk files"))
    .argument('<source...>', 'files (.zip, .csv.gz, .csv), folders, or addresses')
    .description(
      `Brings bulk files that venues publish of their past onto the tape. A checksum that lies beside a file (….CHECKSUM) is verified
first. What is stored already is compared and left as it is. Ctrl-C stops it; the same command goes on where it was. Log and store
have to run ("opentape up").`,
    )
    .addOption(new Option('--venue <id>', 'the exchange').choices(BULK_VENUE_NAMES).makeOptionMandatory())
    .option('--instrument <id>', 'only this one')
    .option('--from <time>', 'from this time of the venue on: ISO 8601 with a zone', timeFlag)
    .option('--to <time>', 'before this time', timeFlag)
    .addHelpText(
      'after',
      `
Which files each of them publishes, and where: "bulk" of opentape venues --json.

Examples:
  opentape import --venue binance https://data.binance.vision/data/spot/daily/trades/BTCUSDT/BTCUSDT-trades-2026-01-31.zip
  opentape import --venue kraken --instrument BTC-USD Kraken_Trading_History.zip
  opentape import --venue bybit ~/downloads/bybit --from 2026-01-01T00:00:00Z`,
    )
    .action(async (sources: string[], _flags: unknown, command: Command) => {
      const flags = command.optsWithGlobals<ImportFlags>()
      const [{ importBulk }, { reportText }] = await Promise.all([
        import('../backfill/bulk-import.ts'),
        import('../backfill/past-report.ts'),
      ])
      const say = (message: string): void => void process.stderr.write(`${message}\n`)
      const tables = await importBulk({
        config: configFrom(flags).config,
        venue: flags.venue,
        sources,
        instrument: flags.instrument,
        from: flags.from,
        to: flags.to,
        say,
        done: (report) => (flags.json ? printJson(report) : print(reportText(report))),
      })
      if (tables === 0) say('nothing was imported')
    })
}
