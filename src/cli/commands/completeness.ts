import { type Command, Option } from 'commander'
import { CHANNELS, type Channel, type Micros } from '../../market/index.ts'
import { type ConfigFlags, configFrom, type GlobalFlags, timeFlag, withConfigFlags } from '../common-options.ts'

interface CompletenessFlags extends ConfigFlags, GlobalFlags {
  readonly venue: string
  readonly instrument: string
  readonly channel: Channel
  readonly from?: Micros
  readonly to?: Micros
}

/** `opentape completeness`: what of a range is there, what is missing, and what nobody watched. */
export function addCompletenessCommand(root: Command): void {
  withConfigFlags(root.command('completeness').summary('tell how complete a feed is over a range, and its gaps'))
    .description(
      'Tells what of a range is complete, what is missing and what nobody watched, with every gap: cause, state, what is missing by count and ids, evidence. The store has to run ("opentape up" or "opentape store").',
    )
    .requiredOption('--venue <id>', 'the exchange, such as kraken')
    .requiredOption('--instrument <id>', 'such as BTC-USDT')
    .addOption(new Option('--channel <channel>', 'which feed').choices(CHANNELS).default('trade'))
    .option('--from <time>', 'from this time on: ISO 8601 with a zone (default: a day before the end)', timeFlag)
    .option('--to <time>', 'before this time: ISO 8601 with a zone (default: now)', timeFlag)
    .addHelpText(
      'after',
      `
Examples:
  opentape completeness --venue kraken --instrument BTC-USD
  opentape completeness --venue binance --instrument BTC-USDT --channel book --from 2026-01-31T00:00:00Z --to 2026-02-01T00:00:00Z
  opentape completeness --venue kraken --instrument BTC-USD --json | jq .completeShare`,
    )
    .action(async (_flags: unknown, command: Command) => {
      const flags = command.optsWithGlobals<CompletenessFlags>()
      const { tellCompleteness } = await import('../tell-completeness.ts')
      await tellCompleteness({
        config: configFrom(flags).config,
        venue: flags.venue,
        instrument: flags.instrument,
        channel: flags.channel,
        from: flags.from,
        to: flags.to,
        json: flags.json === true,
      })
    })
}
