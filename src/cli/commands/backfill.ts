import { type Command, Option } from 'commander'
import type { Micros } from '../../market/index.ts'
import { venueIds } from '../../venues/venue-ids.ts'
import { type ConfigFlags, configFrom, type GlobalFlags, timeFlag, withConfigFlags } from '../common-options.ts'
import { print, printJson } from '../output.ts'

interface BackfillFlags extends ConfigFlags, GlobalFlags {
  readonly venue: string
  readonly instrument: string
  readonly channel: 'trade' | 'candle' | 'funding'
  readonly from: Micros
  readonly to?: Micros
}

/** `opentape backfill`: fills a range of the past from a venue's REST history. */
export function addBackfillCommand(root: Command): void {
  withConfigFlags(root.command('backfill').summary('fill a range of the past with what a venue still gives of it'))
    .description(
      `Reads a range of an instrument's past from its venue's REST history onto the tape. What is stored already is compared and
left as it is. Ctrl-C stops it; the same command goes on where it was. Log and store have to run ("opentape up").`,
    )
    .addOption(new Option('--venue <id>', 'the exchange').choices(venueIds()).makeOptionMandatory())
    .requiredOption('--instrument <id>', 'such as BTC-USDT')
    .addOption(new Option('--channel <channel>', 'what').choices(['trade', 'candle', 'funding']).default('trade'))
    .requiredOption('--from <time>', 'from this time of the venue on: ISO 8601 with a zone', timeFlag)
    .option('--to <time>', 'before this time (default: now)', timeFlag)
    .addHelpText(
      'after',
      `
Examples:
  opentape backfill --venue binance --instrument BTC-USDT --from 2026-01-31T12:00:00Z --to 2026-01-31T13:00:00Z
  opentape backfill --venue okx --instrument BTC-USDT-PERP --channel funding --from 2026-01-01T00:00:00Z`,
    )
    .action(async (_flags: unknown, command: Command) => {
      const flags = command.optsWithGlobals<BackfillFlags>()
      const [{ backfillRange }, { reportText }] = await Promise.all([
        import('../backfill/range-backfill.ts'),
        import('../backfill/past-report.ts'),
      ])
      const report = await backfillRange({
        config: configFrom(flags).config,
        venue: flags.venue,
        instrument: flags.instrument,
        channel: flags.channel,
        from: flags.from,
        to: flags.to,
        say: (message) => void process.stderr.write(`${message}\n`),
      })
      if (flags.json) printJson(report)
      else print(reportText(report))
    })
}
