import assert from 'node:assert/strict'
import { createServer } from 'node:http'
import { after, test } from 'node:test'
import type { UpEvent, UpReport } from './up-report.ts'
import { watchVenues } from './venue-watch.ts'

let venues: readonly { venue: string; state: string; reason: string }[] = []
const server = createServer((_request, response) => response.end(JSON.stringify({ venues })))
await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
after(() => server.close())
const address = server.address()
const url = `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}`

/** What was said until something fitting was. */
async function hear(until: (event: UpEvent) => boolean, meanwhile: (event: UpEvent) => void = () => undefined) {
  const stop = new AbortController()
  const heard: UpEvent[] = []
  const report: Pick<UpReport, 'say'> = {
    say(event) {
      heard.push(event)
      meanwhile(event)
      if (until(event)) stop.abort()
    },
  }
  await watchVenues(() => url, report, stop.signal)
  return heard
}

test('when no exchange can be reached, that is said with the reasons; when one is back, that too', async () => {
  venues = [
    { venue: 'binance', state: 'unreachable', reason: 'ENOTFOUND' },
    { venue: 'kraken', state: 'unreachable', reason: 'refused' },
  ]
  const heard = await hear(
    (event) => event.event === 'venue',
    (event) => {
      if (event.event === 'no-exchange') venues = [{ venue: 'kraken', state: 'connected', reason: '' }]
    },
  )
  assert.deepEqual(heard, [
    { event: 'no-exchange', reasons: { binance: 'ENOTFOUND', kraken: 'refused' } },
    { event: 'venue', venue: 'kraken', state: 'connected', reason: '' },
  ])
})

test('a venue that is lost is named with the reason', async () => {
  venues = [{ venue: 'kraken', state: 'connected', reason: '' }]
  const heard = await hear(
    (event) => event.event === 'venue' && event.state === 'connecting',
    (event) => {
      if (event.event === 'venue') venues = [{ venue: 'kraken', state: 'connecting', reason: 'closed with 1006' }]
    },
  )
  assert.deepEqual(heard.at(-1), { event: 'venue', venue: 'kraken', state: 'connecting', reason: 'closed with 1006' })
})
