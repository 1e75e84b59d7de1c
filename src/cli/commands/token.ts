import { type Command, InvalidArgumentError, Option } from 'commander'
import type { ControlDatabase, Token, TokenScope } from '../../control/index.ts'
import { type ConfigFlags, configFrom, type GlobalFlags, withConfigFlags } from '../common-options.ts'
import { paint, print, printJson, table } from '../output.ts'

interface CreateFlags extends ConfigFlags, GlobalFlags {
  readonly scope: readonly TokenScope[]
  readonly days?: number
}

const SCOPES: readonly TokenScope[] = ['read', 'configure', 'admin']
const MICROSECONDS_PER_DAY = 86_400_000_000
const MAXIMUM_DAYS = 36_500

/** `opentape token`: what programs and people show to the gateway. */
export function addTokenCommand(root: Command): void {
  const token = root
    .command('token')
    .summary('make, list and revoke tokens for the gateway')
    .description('Tokens for the gateway, which asks for one unless it listens on loopback alone.')
    .addHelpText(
      'after',
      `
Examples:
  opentape token create grafana                          may read, never expires
  opentape token create ops --scope configure --days 90
  opentape token list
  opentape token revoke 3f9c0a11d2e4
  curl -H "Authorization: Bearer $TOKEN" http://host:8080/api/v1/instruments`,
    )
  withConfigFlags(token.command('create').summary('make a token'))
    .description('Makes a token and shows it once; only its hash is kept.')
    .argument('<name>', 'what it is for')
    .addOption(new Option('--scope <scope...>', 'what it allows').choices(SCOPES).default(['read']))
    .option('--days <days>', 'days until it expires (default: never)', days)
    .action(async (name: string, _flags: unknown, command: Command) => {
      const flags = command.optsWithGlobals<CreateFlags>()
      await withControl(flags, async (control) => {
        const expiresTime = flags.days === undefined ? null : Date.now() * 1_000 + flags.days * MICROSECONDS_PER_DAY
        const { text, token: made } = await control.tokens.create({ name, scopes: flags.scope, expiresTime })
        if (flags.json) printJson({ ...made, token: text })
        else print(`${paint.strong(text)}\n${paint.faint(`Shown this once. ${summary(made)}`)}`)
      })
    })
  withConfigFlags(token.command('list').summary('list tokens'))
    .description('Lists every token, the newest first; never their secrets.')
    .action(async (_flags: unknown, command: Command) => {
      const flags = command.optsWithGlobals<ConfigFlags & GlobalFlags>()
      await withControl(flags, async (control) => {
        const tokens = await control.tokens.list()
        if (flags.json) printJson(tokens)
        else if (tokens.length === 0) print('No tokens. "opentape token create NAME" makes one.')
        else print(table([['id', 'name', 'scopes', 'created', 'last used', 'state'], ...tokens.map(row)]))
      })
    })
  withConfigFlags(token.command('revoke').summary('make a token invalid'))
    .description('Makes a token invalid from now on.')
    .argument('<id>', 'as "opentape token list" shows it')
    .action(async (id: string, _flags: unknown, command: Command) => {
      const flags = command.optsWithGlobals<ConfigFlags & GlobalFlags>()
      await withControl(flags, async (control) => {
        const revoked = await control.tokens.revoke(id)
        if (flags.json) printJson(revoked)
        else print(`Revoked: ${summary(revoked)}`)
      })
    })
}

async function withControl(flags: ConfigFlags, work: (control: ControlDatabase) => Promise<void>): Promise<void> {
  const { config } = configFrom(flags)
  const { openConfiguredControl } = await import('../parts.ts')
  const { roleLogger } = await import('../roles.ts')
  const control = await openConfiguredControl(config, roleLogger('token', config))
  try {
    await work(control)
  } finally {
    await control.close()
  }
}

function days(text: string): number {
  const value = Number(text)
  if (!Number.isInteger(value) || value < 1 || value > MAXIMUM_DAYS)
    throw new InvalidArgumentError(`Write a whole number of days, 1 to ${MAXIMUM_DAYS}.`)
  return value
}

function day(micros: number | null): string {
  return micros === null ? 'never' : new Date(micros / 1_000).toISOString().slice(0, 10)
}

function state(token: Token): string {
  if (token.revokedTime !== null) return 'revoked'
  if (token.expiresTime === null) return 'valid'
  return token.expiresTime <= Date.now() * 1_000 ? 'expired' : `valid until ${day(token.expiresTime)}`
}

function row(token: Token): readonly string[] {
  return [token.id, token.name, token.scopes.join(' '), day(token.createdTime), day(token.lastUsedTime), state(token)]
}

function summary(token: Token): string {
  return `${token.name} (${token.id}): ${token.scopes.join(', ')}; ${state(token)}`
}
