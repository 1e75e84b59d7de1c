import assert from 'node:assert/strict'
import { stat } from 'node:fs/promises'
import { request } from 'node:http'
import { Readable } from 'node:stream'
import { after, before, test } from 'node:test'
import { type ClickHouseClient, ClickHouseError, ClickHouseLogLevel, createClient } from '@clickhouse/client'
import fc from 'fast-check'
import type { StoreAddress } from '../store-address.ts'
import { type StoreForTests, startStoreForTests } from '../testing/store-for-tests.ts'

let running: StoreForTests
let plain: ClickHouseClient
let compressed: ClickHouseClient
let reader: ClickHouseClient

function connect(address: StoreAddress, compression = false, password = address.password): ClickHouseClient {
  return createClient({
    url: address.url,
    username: address.user,
    password,
    database: address.database,
    compression: { request: compression, response: compression },
    log: { level: ClickHouseLogLevel.OFF },
  })
}

before(async () => {
  running = await startStoreForTests(false)
  plain = connect(running.child.writer)
  compressed = connect(running.child.writer, true)
  reader = connect(running.child.reader)
})
after(async () => {
  await Promise.all([plain.close(), compressed.close(), reader.close()])
  await running.stop()
})

const code = (number: string) => (error: unknown) => error instanceof ClickHouseError && error.code === number

async function rows(client: ClickHouseClient, query: string, parameters: Record<string, unknown> = {}) {
  const answer = await client.query({ query, format: 'JSONEachRow', query_params: parameters })
  return answer.json<Record<string, unknown>>()
}

test('the official client pings, creates, inserts arrays and streams, and reads them back', async () => {
  for (const [client, table] of [
    [plain, 'first'],
    [compressed, 'second'],
  ] as const) {
    assert.equal((await client.ping()).success, true)
    assert.equal((await client.ping({ select: true })).success, true)
    await client.command({ query: `CREATE TABLE ${table} (a UInt64, b String) ENGINE = MergeTree ORDER BY a` })
    const text = "blank\n\nline, 'quote', \\ and é"
    await client.insert({ table, columns: ['a', 'b'], values: [[1, text]], format: 'JSONCompactEachRow' })
    const stream = Readable.from([
      { a: 2, b: 'x' },
      { a: '18446744073709551615', b: 'y' },
    ])
    await client.insert({ table, values: stream, format: 'JSONEachRow' })
    await client.command({ query: `INSERT INTO ${table} (a, b) VALUES (3, ';'), (4, '')` })
    assert.deepEqual(await rows(client, `SELECT * FROM ${table} ORDER BY a`), [
      { a: '1', b: text },
      { a: '2', b: 'x' },
      { a: '3', b: ';' },
      { a: '4', b: '' },
      { a: '18446744073709551615', b: 'y' },
    ])
  }
})

test('parameters of every kind arrive as they were given', async () => {
  const parameters = { s: "it's \\ a\ttab\nline", a: [1, 2], t: new Date(1_700_000_000_123), f: 'first' }
  const [row] = await rows(
    plain,
    'SELECT {s:String} AS s, {a:Array(UInt8)} AS a, {t:DateTime64(3)} AS t, count() > 0 AS f FROM {f:Identifier}',
    parameters,
  )
  assert.deepEqual(row, { s: parameters.s, a: [1, 2], t: '2023-11-14 22:13:20.123', f: 1 })
})

test('parameters of requests at the same time do not mix', async () => {
  const answers = await Promise.all(
    Array.from({ length: 40 }, (_, index) =>
      rows(plain, 'SELECT {x:UInt32} AS x, {y:String} AS y', { x: index, y: `${index}` }),
    ),
  )
  assert.deepEqual(
    answers.map((answer) => answer[0]),
    Array.from({ length: 40 }, (_, index) => ({ x: index, y: `${index}` })),
  )
})

test('a parameter that is missing is an error even if an earlier request gave one of its name', async () => {
  await rows(plain, 'SELECT {z:String} AS z', { z: 'here' })
  for (let attempt = 0; attempt < 6; attempt++) await assert.rejects(rows(plain, 'SELECT {z:String} AS z'), code('456'))
})

test('settings hold for their own request only', async () => {
  const value = async (settings: Record<string, string>) => {
    const answer = await plain.query({
      query: "SELECT value FROM system.settings WHERE name = 'max_block_size'",
      format: 'JSONEachRow',
      clickhouse_settings: settings,
    })
    return (await answer.json<{ value: string }>())[0]?.value
  }
  const usual = await value({})
  for (let attempt = 0; attempt < 4; attempt++) {
    assert.equal(await value({ max_block_size: '777' }), '777')
    assert.equal(await value({}), usual)
  }
})

test('a deduplication token does not reach the insert after it', async () => {
  await plain.command({
    query:
      'CREATE TABLE tokens (a UInt8) ENGINE = MergeTree ORDER BY a SETTINGS non_replicated_deduplication_window = 100',
  })
  const insert = (a: number, token: string) =>
    plain.insert({
      table: 'tokens',
      values: [[a]],
      format: 'JSONCompactEachRow',
      clickhouse_settings: token === '' ? {} : { insert_deduplication_token: token },
    })
  await insert(1, 't')
  await insert(1, 't')
  await insert(2, '')
  await insert(3, '')
  assert.deepEqual(await rows(plain, 'SELECT count() AS n FROM tokens'), [{ n: '3' }])
})

test('every JSON format keeps digits that a double would lose', async () => {
  const query = "SELECT toUInt64(18446744073709551615) AS u, toDecimal128('0.1234567890123456789', 19) AS d"
  for (const format of [
    'JSON',
    'JSONCompact',
    'JSONStrings',
    'JSONObjectEachRow',
    'JSONEachRow',
    'JSONCompactEachRow',
  ] as const) {
    const text = await (await plain.query({ query, format })).text()
    assert(text.includes('"18446744073709551615"') && text.includes('"0.1234567890123456789"'), text)
  }
})

test('errors are typed, also in the middle of an answer', async () => {
  await assert.rejects(rows(plain, 'SELECT nonsense'), code('47'))
  await assert.rejects(rows(plain, 'SELECT * FROM nowhere'), code('60'))
  await assert.rejects(rows(plain, 'SELECT 1; SELECT 2'), code('62'))
  const answer = await plain.query({
    query: 'SELECT number, throwIf(number = 900000) FROM numbers(1000000)',
    format: 'JSONEachRow',
  })
  let seen = 0
  await assert.rejects(async () => {
    for await (const chunk of answer.stream()) seen += chunk.length
  }, code('395'))
  assert(seen > 0)
})

test('an insert whose sender goes away in the middle is not stored', async () => {
  await plain.command({ query: 'CREATE TABLE cut (a UInt8) ENGINE = MergeTree ORDER BY a' })
  const { url, user, password, database } = running.child.writer
  const target = new URL(url)
  target.searchParams.set('query', `INSERT INTO ${database}.cut FORMAT JSONCompactEachRow`)
  const cut = request(target, { method: 'POST', auth: `${user}:${password}` })
  const gone = new Promise((resolve) => cut.once('close', resolve))
  cut.on('error', () => undefined)
  await new Promise<void>((resolve) => cut.write('[1]\n[2]\n', () => resolve()))
  cut.destroy()
  await gone
  await rows(plain, 'SELECT 1 AS one')
  assert.deepEqual(await rows(plain, 'SELECT count() AS n FROM cut'), [{ n: '0' }])
})

test('no request harms the store: each is answered, refused with a code where it is none, and nobody else notices', async () => {
  const { url, user, password } = running.child.reader
  const authorization = `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`
  const word = fc.constantFrom(
    'SELECT',
    '1',
    'FROM',
    'first',
    ',',
    '(',
    ')',
    "'",
    '`',
    ';',
    '--',
    '/*',
    '{a:UInt8}',
    'FORMAT',
  )
  const text = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 40 }),
    fc.array(word, { maxLength: 8 }).map((all) => all.join(' ')),
  )
  const name = fc.constantFrom('query', 'param_a', 'database', 'session_id', 'max_threads', 'decompress', 'x')
  const headers = fc.dictionary(
    fc.constantFrom('content-encoding', 'x-clickhouse-user', 'accept-encoding', 'x-clickhouse-format'),
    fc.constantFrom('gzip', 'zstd', 'rubbish', 'default', ''),
  )
  await fc.assert(
    fc.asyncProperty(fc.dictionary(name, text), text, headers, fc.boolean(), async (query, body, headers, known) => {
      const answer = await fetch(`${url}/?${new URLSearchParams(query)}`, {
        method: 'POST',
        headers: { ...headers, ...(known && { authorization }) },
        body,
      })
      const said = await answer.text()
      assert.ok(known || answer.status >= 400, `${answer.status} to a stranger: ${said.slice(0, 100)}`)
      if (answer.status >= 400) assert.match(said, /Code: \d+/)
    }),
    { numRuns: 150 },
  )
  assert.deepEqual(await rows(plain, 'SELECT 1 AS one'), [{ one: 1 }])
})

test('an address that is none is refused, and the store lives', async () => {
  const { hostname, port } = new URL(running.child.writer.url)
  const { pid } = running.child
  for (const path of ['//', '//[', '//:99999/', '/%', '/?%', '/ping/../..//[']) {
    const status = await new Promise((resolve, reject) => {
      const asked = request({ hostname, port, path }, (answer) => {
        answer.resume()
        resolve(answer.statusCode)
      })
      asked.on('error', reject).end()
    })
    assert.ok(Number(status) >= 400, `${path}: ${status}`)
  }
  assert.equal(running.child.pid, pid)
  assert.deepEqual(await rows(plain, 'SELECT 1 AS one'), [{ one: 1 }])
})

test('a wrong password and an unknown user are refused', async () => {
  const client = connect(running.child.writer, false, 'wrong')
  await assert.rejects(rows(client, 'SELECT 1'), code('516'))
  await client.close()
})

test('the reader may read our tables and nothing else', async () => {
  assert.deepEqual(await rows(reader, 'SELECT count() > 0 AS n FROM first'), [{ n: 1 }])
  for (const query of [
    "INSERT INTO first SELECT 1, 'x'",
    'CREATE TABLE other (a UInt8) ENGINE = Memory',
    'DROP TABLE first',
    'SET max_threads = 8',
    "SELECT file('/etc/passwd')",
    "SELECT FILE /* hidden */ ('/etc/passwd')",
    "SELECT * FROM url('http://127.0.0.1/', 'CSV')",
    "SELECT * FROM s3('x')",
    "SELECT 1 INTO OUTFILE '/tmp/opentape-never'",
    'SELECT * FROM `/etc/passwd`',
    "SELECT `fi\\x6ce`('/etc/passwd')",
    "SELECT `file`('/etc/passwd')",
    "SELECT * FROM executable('x', 'CSV', 'a String')",
  ]) {
    await assert.rejects(rows(reader, query), ClickHouseError, query)
  }
})

test('the password files are for their owner only', async () => {
  assert.equal(running.child.writer.password.length > 30, true)
  assert.notEqual(running.child.writer.password, running.child.reader.password)
  const { secretsDirectory } = running
  for (const user of ['writer', 'reader']) {
    assert.equal((await stat(`${secretsDirectory}/store-${user}.password`)).mode & 0o777, 0o600)
  }
})
