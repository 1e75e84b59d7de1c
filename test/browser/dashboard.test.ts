import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { until } from '../support/until.ts'
import { openPage, SKIP_REASON, sidewaysOverflow } from './browser.ts'
import { useDashboard } from './use-dashboard.ts'

/** Longer than the list waits before it is put in order anew, shorter than the stream's silence is borne. */
const REORDERED_MILLISECONDS = 6_000

describe('the dashboard against a stand-in for the gateway', { skip: SKIP_REASON }, () => {
  const { gateway, browser } = useDashboard()

  for (const colorScheme of ['light', 'dark'] as const) {
    test(`every page shows what it is for, without complaint and without a stranger, ${colorScheme}`, async () => {
      const { url } = await gateway()
      const { page, complaints, foreign, close } = await openPage(browser(), url, { colorScheme })
      assert.equal(await page.locator('html').getAttribute('data-theme'), colorScheme)
      await page.getByRole('link', { name: 'BTC-USDT binance' }).waitFor()
      await page.getByText('Simulated', { exact: true }).waitFor()
      await page.getByRole('status').getByText('Connected', { exact: true }).waitFor()
      assert.equal(await page.title(), 'Markets · Opentape')

      await page.getByRole('link', { name: 'BTC-USDT binance' }).click()
      await page.waitForURL('**/markets/binance/BTC-USDT')
      await page.getByRole('heading', { name: 'Order book' }).waitFor()
      await page.locator('.ladder-asks tbody tr').nth(5).waitFor()
      await page.locator('.tape tbody tr').nth(20).waitFor()
      await page.locator('.legend').waitFor()
      await page.getByText('synchronised', { exact: true }).first().waitFor()
      assert.equal(await page.locator('.not-live').count(), 0)
      await until('the title tells the price', async () => /^[\d,.]+ BTC-USDT · binance/.test(await page.title()))
      // The notice of the chart library is on the page, and its logo on the chart.
      assert.ok(await page.getByRole('link', { name: /TradingView Lightweight Charts/ }).isVisible())
      assert.ok(await page.locator('#tv-attr-logo').isVisible())

      for (const interval of ['1s', '5m', '15m', '1h', '1d', '1w']) {
        await page.getByRole('button', { name: interval, exact: true }).click()
        await page.getByRole('img', { name: `Candles of BTC-USDT on binance, ${interval}` }).waitFor()
      }
      await page.getByRole('button', { name: 'Local' }).click()
      assert.equal(await page.getByRole('button', { name: 'Local' }).getAttribute('aria-pressed'), 'true')

      await page.getByRole('link', { name: 'Feeds', exact: true }).click()
      await page.getByRole('heading', { name: 'Feeds', level: 2 }).waitFor()
      await page.locator('.feed-table tbody tr').nth(10).waitFor()
      await page.getByLabel('State').selectOption('stale')
      await page.getByText(/^12 of 192$/).waitFor()
      assert.equal(await page.title(), 'Feeds · Opentape')

      await page.goBack()
      await page.waitForURL('**/markets/binance/BTC-USDT')
      await page.goBack()
      await page.getByRole('link', { name: 'BTC-USDT binance' }).waitFor()
      assert.deepEqual(complaints, [])
      assert.deepEqual(foreign, [])
      await close()
    })
  }

  test('the completeness of every feed is drawn, and each part is told to pointers, keyboards and listeners', async () => {
    const { url } = await gateway()
    const { page, complaints, close } = await openPage(browser(), `${url}/feeds`)
    await page.getByLabel('Channel').selectOption('book')
    const strip = page.getByRole('slider', { name: 'Completeness of binance ETH-USDT book' })
    await strip.waitFor()
    assert.deepEqual(await strip.locator('.part').evaluateAll((parts) => parts.map((part) => part.className.trim())), [
      'part part-complete',
      'part part-missing',
    ])
    await strip.focus()
    await page.keyboard.press('End')
    await page.locator('.coverage-tip').getByText('disconnect · open · not numbered').waitFor()
    assert.match((await strip.getAttribute('aria-valuetext')) ?? '', /^Missing, .* complete$/)
    await page.keyboard.press('ArrowLeft')
    assert.match((await strip.getAttribute('aria-valuetext')) ?? '', /^Complete, /)
    await page.keyboard.press('Escape')
    assert.equal(await page.locator('.coverage-tip').count(), 0)
    assert.equal(new URL(page.url()).pathname, '/feeds')
    await strip.hover({ position: { x: 4, y: 8 } })
    await page.locator('.coverage-tip').getByText('Complete', { exact: true }).waitFor()

    const unwatched = page.getByRole('slider', { name: 'Completeness of binance XRP-USDT book' })
    await unwatched.locator('.part-unknown').first().waitFor({ state: 'attached' })
    await page.getByRole('button', { name: '7 d' }).click()
    await strip.waitFor()
    assert.deepEqual(complaints, [])
    await close()
  })

  test('the gap catalogue is filtered, says what is missing by count and ids, and why', async () => {
    const { url } = await gateway()
    const { page, complaints, close } = await openPage(browser(), `${url}/feeds/gaps`)
    const rows = page.locator('.gap-table tbody tr')
    await rows.nth(5).waitFor()
    await page.getByLabel('Cause').selectOption('missed-trades')
    await until('one gap is left', async () => (await rows.count()) === 1)
    assert.match(
      (await rows.first().textContent()) ?? '',
      /SOL-USDT.*missed trades.*41.*8812301-8812340,8812345.*mock:/,
    )
    await page.getByLabel('State').selectOption('open')
    await page.getByText('No gap is known that fits.').waitFor()

    await page.getByRole('link', { name: 'Venues' }).click()
    await page.getByRole('row', { name: /Kraken connected .* 8\.2 21 64 190/ }).waitFor()
    await page.getByRole('link', { name: 'Audit' }).click()
    await page.getByRole('row', { name: /BTC-USDT volume of a candle 12\.5 12\.75/ }).waitFor()
    assert.equal(await page.title(), 'Audit · Opentape')
    assert.deepEqual(complaints, [])
    await close()
  })

  test('a venue that is watched as best effort says so', async () => {
    const mock = await gateway()
    const { page, close } = await openPage(browser(), `${mock.url}/feeds`)
    await page.locator('.feed-table tbody tr').nth(10).waitFor()
    const [said] = mock.world.feedStates()
    assert.ok(said !== undefined)
    const payload = { ...said.payload, venue: 'ccxt:mexc', instrument: 'A-B', state: 'stale' }
    mock.say([{ ...said, payload }])
    await page.getByRole('row', { name: /ccxt:mexc best effort/ }).waitFor()
    await close()
  })

  test('an address can be opened directly, and one that names nothing says so', async () => {
    const { url } = await gateway()
    const { page, close } = await openPage(browser(), `${url}/feeds`)
    await page.getByRole('heading', { name: 'Feeds', level: 2 }).waitFor()
    await page.goto(`${url}/no/such/page/here`)
    await page.getByRole('heading', { name: 'There is no page here' }).waitFor()
    await page.goto(`${url}/markets/binance/NOPE-NOPE`)
    await page.getByRole('heading', { name: 'This market is not known' }).waitFor()
    await close()
  })

  test('the theme that was chosen is remembered', async () => {
    const { url } = await gateway()
    const { page, close } = await openPage(browser(), url, { colorScheme: 'dark' })
    await page.getByRole('button', { name: 'Switch to the light theme' }).click()
    assert.equal(await page.locator('html').getAttribute('data-theme'), 'light')
    await page.reload()
    await page.getByRole('button', { name: 'Switch to the dark theme' }).waitFor()
    assert.equal(await page.locator('html').getAttribute('data-theme'), 'light')
    await close()
  })

  test('everything can be done by keyboard', async () => {
    const { url } = await gateway()
    const { page, close } = await openPage(browser(), url)
    await page.getByRole('link', { name: 'BTC-USDT binance' }).waitFor()
    await page.keyboard.press('/')
    await page.keyboard.type('eth kraken')
    await page.getByText('1 of 48 markets').waitFor()
    await page.keyboard.press('ArrowDown')
    await page.locator('a[data-row="kraken/ETH-USD"]:focus').waitFor()
    await page.keyboard.press('/')
    await page.keyboard.press('Enter')
    await page.waitForURL('**/markets/kraken/ETH-USD')
    // Back in the list, at the line that was left.
    await page.keyboard.press('Escape')
    await page.locator('a[data-row="kraken/ETH-USD"]:focus').waitFor()
    await page.keyboard.press('/')
    await page.keyboard.press('Escape')
    await page.getByText('48 markets', { exact: true }).waitFor()
    await page.keyboard.press('Escape')
    await page.keyboard.press('j')
    await page.keyboard.press('j')
    await page.keyboard.press('k')
    await page.keyboard.press('ArrowDown')
    // The second line: the order holds still while the list has the focus.
    await page.locator('tr[aria-rowindex="3"] a:focus').waitFor()
    const outline = await page
      .locator('a[data-row]:focus')
      .evaluate((element) => element.ownerDocument.defaultView?.getComputedStyle(element).outlineStyle)
    assert.equal(outline, 'solid')
    await page.keyboard.press('Enter')
    await page.waitForURL('**/markets/**')
    await page.keyboard.press('3')
    await page.getByRole('img', { name: /, 5m$/ }).waitFor()
    await page.keyboard.press('?')
    await page.getByRole('dialog').getByRole('heading', { name: 'Keyboard' }).waitFor()
    await page.keyboard.press('Escape')
    await page.getByRole('dialog').waitFor({ state: 'detached' })
    assert.match(page.url(), /markets/)
    await page.keyboard.press('Escape')
    await page.waitForURL(`${url}/`)
    await page.keyboard.press('f')
    await page.waitForURL(`${url}/feeds`)
    await close()
  })

  test('the order of the list holds still while a line has the focus, and goes on when it has not', async () => {
    const { url, say, world } = await gateway({ updatesPerSecond: 0 })
    const { page, close } = await openPage(browser(), url)
    // From here on the page's clock is turned by hand.
    await page.clock.install()
    await page.reload()
    const first = page.locator('tr[aria-rowindex="2"] a')
    await first.waitFor()
    const lines = page.locator('a[data-row]')
    const shown = () => lines.evaluateAll((links) => links.slice(0, 12).map((link) => link.getAttribute('data-row')))
    await page.keyboard.press('j')
    await page.locator('tr[aria-rowindex="2"] a:focus').waitFor()
    const before = await shown()
    const last = before.at(-1) ?? ''
    const market = world.markets.find(({ venue, instrument }) => `${venue}/${instrument}` === last)
    if (market === undefined) throw new Error(`no market ${last}`)
    // In the list that the page reads again now and then as well as on the stream.
    market.turnover = '777000000000'
    say([market.ticker()])
    const line = page.locator(`tr:has(a[data-row="${last}"])`)
    await line.getByText('777B').waitFor()
    await page.clock.runFor(REORDERED_MILLISECONDS)
    assert.deepEqual(await shown(), before)
    await page.keyboard.press('/')
    await page.locator('input:focus').waitFor()
    await page.clock.runFor(REORDERED_MILLISECONDS)
    await page.locator(`tr[aria-rowindex="2"] a[data-row="${last}"]`).waitFor()
    await close()
  })

  test('pages fit a phone', async () => {
    const { url } = await gateway()
    const { page, close } = await openPage(browser(), url, { viewport: { width: 360, height: 740 } })
    await page.getByRole('link', { name: 'BTC-USDT binance' }).waitFor()
    assert.equal(await sidewaysOverflow(page), 0)
    await page.getByRole('link', { name: 'BTC-USDT binance' }).click()
    for (const [tab, shown] of [
      ['Book', '.ladder-asks'],
      ['Depth', '.depth-canvas'],
      ['Trades', '.tape'],
      ['Chart', '.chart-host'],
    ] as const) {
      await page.getByRole('button', { name: tab, exact: true }).click()
      await page.locator(shown).waitFor({ state: 'visible' })
      assert.equal(await sidewaysOverflow(page), 0, tab)
    }
    await page.getByRole('link', { name: 'Feeds', exact: true }).click()
    await page.locator('.feed-table tbody tr').first().waitFor()
    assert.equal(await sidewaysOverflow(page), 0)
    await close()
  })

  test('the page of a perpetual tells funding with a countdown, mark, index, open interest and liquidations', async () => {
    const { url } = await gateway({ derivatives: true })
    const { page, complaints, close } = await openPage(browser(), `${url}/markets/binance/BTC-USD-PERP`)
    const strip = page.getByRole('region', { name: 'Contract' })
    await strip.getByText('+0.0100%').waitFor()
    await strip.getByText('next −0.0034%').waitFor()
    assert.match((await strip.locator('.strip-countdown').textContent()) ?? '', /^(\d:)?\d{1,2}:\d{2}$/)
    await strip.getByText('61,042.7').waitFor()
    await strip.getByText('61,030.2').waitFor()
    await strip.getByText('4.81M').waitFor()
    await strip.getByText('100 USD').waitFor()
    const liquidations = page.getByRole('region', { name: 'Liquidations' })
    await liquidations.locator('tbody tr').nth(20).waitFor({ state: 'attached' })
    // The newest comes by the stream: 35 contracts of 100 USD.
    assert.match((await liquidations.locator('tbody tr').first().textContent()) ?? '', /^Long.*3\.50K/)
    assert.match((await page.locator('.tape thead').first().textContent()) ?? '', /Contracts/)
    assert.deepEqual(complaints, [])
    await page.setViewportSize({ width: 360, height: 740 })
    assert.equal(await sidewaysOverflow(page), 0)
    await page.getByRole('button', { name: 'Liquidations', exact: true }).click()
    await liquidations.waitFor({ state: 'visible' })
    await close()
    const spot = await openPage(browser(), `${url}/markets/binance/BTC-USDT`)
    await spot.page.getByRole('heading', { name: 'Order book' }).waitFor()
    assert.equal(await spot.page.getByRole('region', { name: 'Contract' }).count(), 0)
    await spot.close()
  })

  test('of a long list only the lines in sight are drawn, and the last can be reached', async () => {
    const { url } = await gateway({ markets: 400 })
    const { page, close } = await openPage(browser(), url)
    await page.getByText('1200 markets').waitFor()
    assert.ok((await page.locator('a[data-row]').count()) < 80)
    await page.keyboard.press('j')
    await page.keyboard.press('End')
    await page.locator('tr[aria-rowindex="1201"] a:focus').waitFor()
    await close()
  })

  test('prices do not flash for those who want no motion', async () => {
    const { url } = await gateway()
    for (const [reducedMotion, moves] of [
      ['reduce', false],
      ['no-preference', true],
    ] as const) {
      const { page, close } = await openPage(browser(), url, { reducedMotion })
      const flashing = page.locator('[class*="flash-"]').first()
      await flashing.waitFor()
      const name = await flashing.evaluate(
        (element) => element.ownerDocument.defaultView?.getComputedStyle(element, '::after').animationName,
      )
      assert.equal(name !== 'none', moves)
      await close()
    }
  })

  test('older candles are fetched as the reader scrolls back', async () => {
    const { url } = await gateway()
    const { page, complaints, close } = await openPage(browser(), `${url}/markets/kraken/ETH-USD`)
    await page.locator('.legend').waitFor()
    const older = page.waitForRequest((request) => request.url().includes('/candles') && request.url().includes('to='))
    await page.locator('.chart-host').hover()
    const scroll = async (): Promise<void> => {
      for (let turn = 0; turn < 60; turn++) await page.mouse.wheel(-600, 0)
    }
    await Promise.all([older, scroll()])
    assert.deepEqual(complaints, [])
    await close()
  })
})
