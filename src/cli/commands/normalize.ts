import { type Command, Option } from 'commander'
import { venueIds } from '../../venues/venue-ids.ts'
import type { GlobalFlags } from '../common-options.ts'

interface NormalizeFlags extends GlobalFlags {
  readonly venue: string
  readonly books?: boolean
}

const EXAMPLES = `
A capture has one record a line, in order of time:
  {"t":<seconds since 1970>,"kind":"http"|"ws","dir":"in"|"out"|"open","url":…,"conn":…,"data":<the text>}
"opentape export raw" writes such captures from what the collector has recorded.

The answer is NDJSON, one event a line: {"messageType":…,"timestamp":<microseconds>,"payload":{…}}.
docs/data-dictionary.md describes every field.

Examples:
  opentape normalize --venue kraken --books capture.ndjson > events.ndjson
  zcat capture.ndjson.gz | opentape normalize --venue binance | jq -c 'select(.messageType == "trade")'`

/** `opentape normalize`: a capture as events. */
export function addNormalizeCommand(root: Command): void {
  root
    .command('normalize')
    .summary('read a capture of exchange traffic and write its events')
    .description(
      'Reads a capture through the very code that listens to the exchange, and writes its events to standard output.',
    )
    .argument('[file]', 'the capture; "-" or nothing = standard input', '-')
    .addOption(new Option('--venue <id>', 'whose traffic it is').choices(venueIds()).makeOptionMandatory())
    .option('--books', 'at the end, write every book as it then is, whole')
    .addHelpText('after', EXAMPLES)
    .action(async (file: string, _flags: unknown, command: Command) => {
      const flags = command.optsWithGlobals<NormalizeFlags>()
      const { normalize } = await import('../normalize.ts')
      await normalize({ file, venue: flags.venue, books: flags.books === true, json: flags.json === true })
    })
}
