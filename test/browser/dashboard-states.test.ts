import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { openPage, SKIP_REASON } from './browser.ts'
import { useDashboard } from './use-dashboard.ts'

describe('the dashboard when something is wrong', { skip: SKIP_REASON }, () => {
  const { gateway, browser } = useDashboard()

  test('a lost connection is shown, its book is greyed, and both come back by themselves', async () => {
    const mock = await gateway()
    const { page, close } = await openPage(browser(), `${mock.url}/markets/binance/BTC-USDT`)
    await page.locator('.ladder-asks tbody tr').nth(5).waitFor()
    await page.locator('.not-live').first().waitFor({ state: 'detached' })
    mock.dropStreams()
    await page.getByText('Not live: connection lost').waitFor()
    await page.getByText('Disconnected', { exact: true }).waitFor()
    await page.getByText('what is shown is from before, and not live').waitFor()
    mock.admitStreams()
    await page.getByRole('status').getByText('Connected', { exact: true }).waitFor()
    await page.locator('.not-live').first().waitFor({ state: 'detached' })
    // A hole in the frames: everything is taken anew.
    mock.skipFrame()
    await page.getByText('Not live: connection lost').waitFor()
    await page.locator('.not-live').first().waitFor({ state: 'detached' })
    await close()
  })

  test('a book whose feed is not synchronised is never shown as live', async () => {
    const mock = await gateway()
    const { page, close } = await openPage(browser(), `${mock.url}/markets/binance/BTC-USDT`)
    await page.locator('.ladder-asks tbody tr').nth(5).waitFor()
    for (const [state, note] of [
      ['stale', 'Not live: stale'],
      ['recovering', 'Not live: being repaired'],
    ] as const) {
      mock.world.bookState = state
      mock.say(mock.world.feedStates())
      await page.getByText(note).waitFor()
      assert.equal(await page.locator('.ladder-body.not-live').count(), 1)
      assert.equal(await page.locator('.depth-canvas.not-live').count(), 1)
    }
    mock.world.bookState = 'synchronised'
    mock.say(mock.world.feedStates())
    await page.locator('.not-live').first().waitFor({ state: 'detached' })
    await close()
  })

  test('where no exchange can be reached, the page says so and names the demo', async () => {
    const { url } = await gateway({ mode: 'empty' })
    const { page, close } = await openPage(browser(), url)
    await page.getByRole('heading', { name: 'No exchange can be reached' }).waitFor()
    await page.getByText('npm run demo').first().waitFor()
    await page.getByText('next try in 8 s').first().waitFor()
    await close()
  })

  test('where the gateway fails, the page says what it answered and can be told to try again', async () => {
    const { url } = await gateway({ mode: 'failing' })
    const { page, close } = await openPage(browser(), url)
    await page.getByText('The mock gateway was told to fail.').waitFor()
    await page.getByRole('button', { name: 'Try now' }).click()
    await page.getByText('The mock gateway was told to fail.').waitFor()
    await close()
  })

  test('a gateway that wants a token is given one, for the tab only', async () => {
    const { url } = await gateway({ token: 'secret' })
    const { page, close } = await openPage(browser(), `${url}/feeds`)
    await page.getByRole('heading', { name: 'This gateway asks for a token' }).waitFor()
    await page.getByLabel('Token').fill('wrong')
    await page.getByRole('button', { name: 'Open' }).click()
    await page.getByText('is not valid here').waitFor()
    await page.getByLabel('Token').fill('secret')
    await page.getByRole('button', { name: 'Open' }).click()
    await page.getByRole('heading', { name: 'Feeds', level: 2 }).waitFor()
    await page.getByRole('status').getByText('Connected', { exact: true }).waitFor()
    assert.equal(new URL(page.url()).search, '')
    await close()
  })
})
