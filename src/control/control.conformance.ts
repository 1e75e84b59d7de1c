import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { type ControlDatabase, ControlError } from './index.ts'

/** What is opened again, and how to leave nothing behind. */
export interface ControlUnderTest {
  readonly open: (now: () => number) => Promise<ControlDatabase>
  readonly clean: () => Promise<void>
}

const START = 1_700_000_000_000_000
const MINUTE = 60_000_000

/** What every control database does. */
export function controlConformance(prepare: () => Promise<ControlUnderTest>): void {
  let under: ControlUnderTest
  let control: ControlDatabase
  let clock = START
  const now = () => clock

  before(async () => {
    under = await prepare()
    control = await under.open(now)
  })
  after(async () => {
    await control?.close()
    await under?.clean()
  })

  test('a token is verified by its text alone, and its secret is not kept', async () => {
    const { text, token } = await control.tokens.create({ name: ' grafana ', scopes: ['read', 'configure', 'read'] })
    assert.equal(token.name, 'grafana')
    assert.deepEqual(token.scopes, ['read', 'configure'])
    assert.deepEqual((await control.tokens.verify(text))?.id, token.id)
    assert.equal(JSON.stringify(await control.tokens.list()).includes(text.split('_').slice(2).join('_')), false)
  })

  test('a text that differs in one character is no token', async () => {
    const { text } = await control.tokens.create({ name: 'one', scopes: ['read'] })
    const last = text.endsWith('A') ? 'B' : 'A'
    for (const wrong of [
      '',
      'ot_',
      text.slice(0, -1) + last,
      `${text}x`,
      text.toUpperCase(),
      `ot_000000000000_${text.slice(16)}`,
    ])
      assert.equal(await control.tokens.verify(wrong), undefined)
  })

  test('a token ends when it expires or is revoked', async () => {
    const expiring = await control.tokens.create({ name: 'short', scopes: ['read'], expiresTime: clock + MINUTE })
    const revoked = await control.tokens.create({ name: 'gone', scopes: ['admin'] })
    assert.notEqual(await control.tokens.verify(expiring.text), undefined)
    clock += MINUTE
    assert.equal(await control.tokens.verify(expiring.text), undefined)
    assert.equal((await control.tokens.revoke(revoked.token.id)).revokedTime, clock)
    assert.equal(await control.tokens.verify(revoked.text), undefined)
    await assert.rejects(control.tokens.revoke('ffffffffffff'), hasCode('CONTROL_TOKEN_UNKNOWN'))
  })

  test('last use is kept to the minute', async () => {
    const { text, token } = await control.tokens.create({ name: 'used', scopes: ['read'] })
    const lastUsed = async () => (await control.tokens.list()).find((each) => each.id === token.id)?.lastUsedTime
    const first = clock
    await control.tokens.verify(text)
    assert.equal(await lastUsed(), first)
    clock += MINUTE - 1
    await control.tokens.verify(text)
    assert.equal(await lastUsed(), first)
    clock += 1
    await control.tokens.verify(text)
    assert.equal(await lastUsed(), clock)
  })

  test('a token that makes no sense is refused', async () => {
    await assert.rejects(control.tokens.create({ name: '  ', scopes: ['read'] }), hasCode('CONTROL_TOKEN_INVALID'))
    await assert.rejects(control.tokens.create({ name: 'x', scopes: [] }), hasCode('CONTROL_TOKEN_INVALID'))
    await assert.rejects(
      control.tokens.create({ name: 'x', scopes: ['read'], expiresTime: clock }),
      hasCode('CONTROL_TOKEN_INVALID'),
    )
  })

  test('a setting has versions, and the last one is in force', async () => {
    assert.equal(await control.settings.get('collector'), undefined)
    const value = {
      venues: { kraken: { instruments: ['BTC-USD'] } },
      text: "ü ' \\ \n",
      big: 9_007_199_254_740_991,
      none: null,
    }
    await control.settings.put('collector', { value: 1, changedBy: 'a' })
    await control.settings.put('collector', { value, changedBy: 'b' })
    assert.deepEqual(await control.settings.get('collector'), {
      name: 'collector',
      version: 2,
      value,
      changedTime: clock,
      changedBy: 'b',
    })
    assert.deepEqual(
      (await control.settings.history('collector')).map((each) => each.version),
      [2, 1],
    )
  })

  test('a change based on an older version is refused', async () => {
    await control.settings.put('contested', { value: 1, changedBy: 'a', expectedVersion: 0 })
    const late = control.settings.put('contested', { value: 2, changedBy: 'b', expectedVersion: 0 })
    await assert.rejects(late, hasCode('CONTROL_SETTING_CONFLICT'))
    await assert.rejects(
      control.settings.put('contested', { value: undefined, changedBy: 'b' }),
      hasCode('CONTROL_SETTING_INVALID'),
    )
    assert.equal((await control.settings.get('contested'))?.value, 1)
  })

  test('only so many versions are kept', async () => {
    for (let count = 0; count < 105; count++) await control.settings.put('many', { value: count, changedBy: 'a' })
    const history = await control.settings.history('many', 1_000)
    assert.equal(history.length, 100)
    assert.equal(history[0]?.version, 105)
  })

  test('another process sees the same, and migrating again changes nothing', async () => {
    const others = await Promise.all([under.open(now), under.open(now)])
    const { text } = await control.tokens.create({ name: 'shared', scopes: ['read'] })
    for (const other of others) assert.equal((await other.tokens.verify(text))?.name, 'shared')
    const writes = await Promise.allSettled(
      others.map((other, index) => other.settings.put('race', { value: index, changedBy: 'a', expectedVersion: 0 })),
    )
    assert.equal(writes.filter((write) => write.status === 'fulfilled').length, 1)
    await Promise.all(others.map((other) => other.close()))
  })

  test('what was stored is there after closing, and the tables can be taken away and made anew', async () => {
    const { text } = await control.tokens.create({ name: 'durable', scopes: ['read'] })
    await control.close()
    control = await under.open(now)
    assert.equal((await control.tokens.verify(text))?.name, 'durable')
    await control.migrateDown()
    await control.close()
    control = await under.open(now)
    assert.deepEqual(await control.tokens.list(), [])
  })
}

/** For `assert.rejects`. */
export function hasCode(code: string): (error: unknown) => boolean {
  return (error) => error instanceof ControlError && error.code === code
}
