import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { heapBytes, openPage, SKIP_REASON } from './browser.ts'
import { useDashboard } from './use-dashboard.ts'

/** A soak that is short by default; `OPENTAPE_SOAK_SECONDS` makes it long. */
const SOAK_SECONDS = Number(process.env.OPENTAPE_SOAK_SECONDS ?? 6)
/** Growth that a page may show: bounded buffers fill, and the engine keeps compiled code. */
const SOAK_GROWTH_BYTES = 6 * 1024 * 1024

describe('the dashboard under load', { skip: SKIP_REASON }, () => {
  const { gateway, browser } = useDashboard()

  test(`calm at 1,000 updates a second: the heap stays flat for ${SOAK_SECONDS} s on every page`, async () => {
    // Of what the stand-in says, some is of channels that a page does not subscribe to: the list gets about 1,000 a second.
    const { url } = await gateway({ updatesPerSecond: 2_700 })
    for (const path of ['/', '/markets/binance/BTC-USDT', '/feeds']) {
      const { page, session, complaints, close } = await openPage(browser(), `${url}${path}`)
      await page.getByRole('status').getByText('Connected', { exact: true }).waitFor()
      await page.waitForTimeout(3_000)
      const early = await heapBytes(session)
      await page.waitForTimeout(SOAK_SECONDS * 1_000)
      const late = await heapBytes(session)
      assert.ok(late - early < SOAK_GROWTH_BYTES, `${path}: ${early} to ${late} bytes`)
      // It kept up: nothing was cut for being slow, and what is shown still moves.
      assert.ok(await page.getByRole('status').getByText('Connected', { exact: true }).isVisible())
      assert.deepEqual(complaints, [])
      await close()
    }
  })
})
