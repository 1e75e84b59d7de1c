import { createHash, randomBytes, timingSafeEqual } from 'node:crypto'
import type { Kysely } from 'kysely'
import { ControlError } from './control-error.ts'
import type { ControlTables, TokenTable } from './control-tables.ts'

/** What a token allows. `read`: all data. `configure`: change what is collected. `admin`: everything. */
export const TOKEN_SCOPES = ['read', 'configure', 'admin'] as const
export type TokenScope = (typeof TOKEN_SCOPES)[number]

/** A token as it may be shown: without its secret. Times are microseconds. */
export interface Token {
  readonly id: string
  readonly name: string
  readonly scopes: readonly TokenScope[]
  readonly createdTime: number
  readonly expiresTime: number | null
  /** To the minute. */
  readonly lastUsedTime: number | null
  readonly revokedTime: number | null
}

export interface NewToken {
  readonly name: string
  readonly scopes: readonly TokenScope[]
  readonly expiresTime?: number | null
}

const PREFIX = 'ot'
const ID_BYTES = 6
const SECRET_BYTES = 32
const FORM = /^ot_([0-9a-f]{12})_([A-Za-z0-9_-]{43})$/
const MAXIMUM_NAME_LENGTH = 100
/** `lastUsedTime` is written at most this often, so that a busy client does not write at every request. */
const LAST_USED_MICROSECONDS = 60_000_000

/** Tokens that programs and people show to the gateway. */
export class TokenStore {
  #database: Kysely<ControlTables>
  #now: () => number

  constructor(database: Kysely<ControlTables>, now: () => number) {
    this.#database = database
    this.#now = now
  }

  /**
   * Makes a token. Its text is given back this once and kept nowhere.
   * @throws ControlError CONTROL_TOKEN_INVALID if name, scopes or expiry make no sense
   */
  async create(wanted: NewToken): Promise<{ readonly text: string; readonly token: Token }> {
    const name = wanted.name.trim()
    if (name === '' || name.length > MAXIMUM_NAME_LENGTH)
      throw invalid(`a name has 1 to ${MAXIMUM_NAME_LENGTH} characters`)
    if (wanted.scopes.length === 0) throw invalid(`a token needs a scope: ${TOKEN_SCOPES.join(', ')}`)
    const expiresTime = wanted.expiresTime ?? null
    if (expiresTime !== null && expiresTime <= this.#now()) throw invalid('it would have expired already')
    const id = randomBytes(ID_BYTES).toString('hex')
    const secret = randomBytes(SECRET_BYTES).toString('base64url')
    const row: TokenTable = {
      id,
      name,
      secret_hash: hashOf(secret),
      scopes: [...new Set(wanted.scopes)].sort().join(' '),
      created_at: this.#now(),
      expires_at: expiresTime,
      last_used_at: null,
      revoked_at: null,
    }
    await this.#database.insertInto('token').values(row).execute()
    return { text: `${PREFIX}_${id}_${secret}`, token: asToken(row) }
  }

  /** The token that a text stands for; undefined if there is none, or it has expired or was revoked. */
  async verify(text: string): Promise<Token | undefined> {
    const [, id, secret] = FORM.exec(text) ?? []
    if (id === undefined || secret === undefined) return undefined
    const row = await this.#database.selectFrom('token').selectAll().where('id', '=', id).executeTakeFirst()
    if (row === undefined) return undefined
    // The secret has 256 random bits: a slow hash would protect nothing that guessing could reach.
    const matches = timingSafeEqual(Buffer.from(row.secret_hash, 'hex'), Buffer.from(hashOf(secret), 'hex'))
    const now = this.#now()
    if (!matches || row.revoked_at !== null || (row.expires_at !== null && row.expires_at <= now)) return undefined
    if (row.last_used_at === null || now - row.last_used_at >= LAST_USED_MICROSECONDS)
      await this.#database.updateTable('token').set({ last_used_at: now }).where('id', '=', id).execute()
    return asToken(row)
  }

  /** Every token, the newest first, also those that are no longer valid. */
  async list(): Promise<readonly Token[]> {
    const rows = await this.#database
      .selectFrom('token')
      .selectAll()
      .orderBy('created_at', 'desc')
      .orderBy('id')
      .execute()
    return rows.map(asToken)
  }

  /** Makes a token invalid from now on. @throws ControlError CONTROL_TOKEN_UNKNOWN */
  async revoke(id: string): Promise<Token> {
    const row = await this.#database.selectFrom('token').selectAll().where('id', '=', id).executeTakeFirst()
    if (row === undefined)
      throw new ControlError('CONTROL_TOKEN_UNKNOWN', `there is no token ${id}: "opentape token list" shows them`)
    if (row.revoked_at !== null) return asToken(row)
    const revokedTime = this.#now()
    await this.#database.updateTable('token').set({ revoked_at: revokedTime }).where('id', '=', id).execute()
    return { ...asToken(row), revokedTime }
  }
}

function hashOf(secret: string): string {
  return createHash('sha256').update(secret).digest('hex')
}

function asToken(row: TokenTable): Token {
  const words = row.scopes.split(' ')
  return {
    id: row.id,
    name: row.name,
    scopes: TOKEN_SCOPES.filter((scope) => words.includes(scope)),
    createdTime: row.created_at,
    expiresTime: row.expires_at,
    lastUsedTime: row.last_used_at,
    revokedTime: row.revoked_at,
  }
}

function invalid(reason: string): ControlError {
  return new ControlError('CONTROL_TOKEN_INVALID', `the token was not made: ${reason}`)
}
