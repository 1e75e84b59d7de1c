import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isTextObject, parseJsonText } from './json-text.ts'
import { MemberWalker } from './member-walker.ts'

const NAMES = ['price', 'qty', 'id']

test('values are found in whichever order, and those that are absent are not', () => {
  const walker = new MemberWalker(NAMES)
  const texts: Array<[text: string, values: Array<string | undefined>]> = [
    ['{"price":1.50,"qty":"2","id":null}', ['1.50', '2', undefined]],
    ['{"price":1.50,"qty":"2","id":null}', ['1.50', '2', undefined]],
    ['{"id":7,"other":true,"price":-2e-8}', ['-2e-8', undefined, '7']],
    ['{"id":7,"id":8,"price":1,"price":null}', [undefined, undefined, '8']],
    ['{"x":false}', [undefined, undefined, undefined]],
  ]
  for (const [text, values] of texts) {
    assert.equal(walker.read(`  ${text}.`, 2), text.length + 2, text)
    assert.deepEqual(
      NAMES.map((_, index) => walker.value(index)),
      values,
      text,
    )
  }
})

test('lists and objects are read by whom they are for', () => {
  const seen: string[] = []
  const walker = new MemberWalker(['list', 'id'], (text, at, member) => {
    seen.push(`${member} ${text.slice(at, at + 3)}`)
    return at + 3
  })
  assert.equal(walker.read('{"list":[1],"id":5}', 0), 19)
  assert.deepEqual(seen, ['0 [1]'])
  assert.equal(walker.read('{"other":[1]}', 0), -1)
})

test('what is not as expected is left, and nothing is accepted that is no JSON', () => {
  const walker = new MemberWalker(NAMES)
  const frame = '{"price":1.50,"qty":"2","id":null,"t":true}'
  let seed = 3
  const random = (below: number) => {
    seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648
    return seed % below
  }
  const spare = ['"', '{', '}', ',', '-', '1e9', 'null', '\\', ' ', '0', '.', '[]', ':', '\n']
  let accepted = 0
  for (let turn = 0; turn < 20_000; turn++) {
    let text = frame
    for (let change = 0; change <= random(3); change++) {
      const at = random(text.length + 1)
      text = text.slice(0, at) + (spare[random(spare.length)] ?? '') + text.slice(at + random(3))
    }
    if (walker.read(text, 0) !== text.length) continue
    accepted++
    const careful = parseJsonText(text)
    assert.ok(isTextObject(careful), text)
    for (const [index, name] of NAMES.entries()) {
      const value: unknown = careful[name] ?? undefined
      assert.equal(walker.value(index), typeof value === 'boolean' ? String(value) : value || undefined, text)
    }
  }
  assert.ok(accepted > 100)
})
