/** Symbols of the load: made-up coins, so that nobody takes their prices for real ones. */
export const LOAD_SYMBOLS = Array.from({ length: 20 }, (_, index) => `C${String(index).padStart(2, '0')}USDT`)

/** Frames that go out in one piece. */
export const BLOCK_FRAMES = 500
const FIRST_ID = 100_000_000_000
const ID_DIGITS = 12
const TIME_DIGITS = 13
const ID = '0'.repeat(ID_DIGITS)
const TIME = '0'.repeat(TIME_DIGITS)
/** Ids that a depth message covers. */
const DEPTH_IDS = 3
const ZERO = 48
const TEXT_FRAME = 0x81

type Field = 'time' | 'trade' | 'quote' | 'first' | 'last'

/** A number in the block that is written anew each time it goes out. */
interface Patch {
  readonly at: number
  readonly field: Field
  readonly symbol: number
}

/** WebSocket frames put together once, of which only ids and times change: what sending costs is next to nothing. */
interface Block {
  readonly bytes: Buffer
  readonly patches: readonly Patch[]
}

/**
 * The messages of a Binance that speaks very fast: of ten frames five best quotes, three trades and two changes of a
 * book with three levels a side. Ids go on without a hole for ever.
 */
export class LoadFrames {
  readonly #blocks: readonly Block[]
  readonly #trades = new Float64Array(LOAD_SYMBOLS.length).fill(FIRST_ID)
  readonly #quotes = new Float64Array(LOAD_SYMBOLS.length).fill(FIRST_ID)
  readonly #updates = new Float64Array(LOAD_SYMBOLS.length).fill(FIRST_ID)
  #next = 0

  constructor() {
    this.#blocks = Array.from({ length: 16 }, (_, index) => makeBlock(index))
  }

  /** Bytes of a frame, on average, without the WebSocket's header. */
  get meanBytes(): number {
    const [block] = this.#blocks
    return block === undefined ? 0 : block.bytes.length / BLOCK_FRAMES - 4
  }

  /** The next {@link BLOCK_FRAMES} frames, with memory of their own. */
  next(milliseconds: number): Buffer {
    const { bytes, patches } = this.#blocks[this.#next++ % this.#blocks.length] as Block
    for (const { at, field, symbol } of patches) {
      if (field === 'time') writeDigits(bytes, at, milliseconds, TIME_DIGITS)
      else writeDigits(bytes, at, this.#idOf(field, symbol), ID_DIGITS)
    }
    return Buffer.from(bytes)
  }

  /** The body of `/api/v3/depth` at this moment. */
  snapshot(symbol: string): string {
    const index = LOAD_SYMBOLS.indexOf(symbol)
    const side = (sign: number): string[][] =>
      Array.from({ length: 100 }, (_, level) => [price(index, sign * (level + 1)), '5.00000000'])
    return JSON.stringify({ lastUpdateId: this.#updates[index], bids: side(-1), asks: side(1) })
  }

  #idOf(field: Exclude<Field, 'time'>, symbol: number): number {
    if (field === 'trade') return this.#step(this.#trades, symbol, 1)
    if (field === 'quote') return this.#step(this.#quotes, symbol, 1)
    // `U` comes before `u` in the frame.
    return this.#step(this.#updates, symbol, field === 'first' ? 1 : DEPTH_IDS - 1)
  }

  #step(ids: Float64Array, symbol: number, by: number): number {
    const id = (ids[symbol] ?? 0) + by
    ids[symbol] = id
    return id
  }
}

function writeDigits(bytes: Buffer, at: number, value: number, digits: number): void {
  let rest = value
  for (let index = at + digits - 1; index >= at; index--) {
    const tens = Math.floor(rest / 10)
    bytes[index] = ZERO + (rest - tens * 10)
    rest = tens
  }
}

function makeBlock(block: number): Block {
  const parts: Buffer[] = []
  const patches: Patch[] = []
  let length = 0
  for (let index = 0; index < BLOCK_FRAMES; index++) {
    const salt = block * BLOCK_FRAMES + index
    // Kinds repeat every ten frames, symbols shift against them.
    const symbol = (salt + Math.floor(salt / LOAD_SYMBOLS.length)) % LOAD_SYMBOLS.length
    const kind = salt % 10
    const made = kind < 5 ? quote(symbol, salt) : kind < 8 ? trade(symbol, salt) : depth(symbol, salt)
    const head = Buffer.from([TEXT_FRAME, 126, made.text.length >> 8, made.text.length & 255])
    for (const { at, field } of made.fields) patches.push({ at: length + head.length + at, field, symbol })
    parts.push(head, Buffer.from(made.text, 'latin1'))
    length += head.length + made.text.length
  }
  return { bytes: Buffer.concat(parts), patches }
}

interface Made {
  readonly text: string
  readonly fields: readonly { readonly at: number; readonly field: Field }[]
}

function trade(symbol: number, salt: number): Made {
  const name = LOAD_SYMBOLS[symbol] ?? ''
  const head = `{"stream":"${name.toLowerCase()}@trade","data":{"e":"trade",`
  const after = `,"p":"${price(symbol, (salt % 9) - 4)}","q":"${amount(salt)}",`
  return fill([
    head,
    ['E', 'time'],
    `,"s":"${name}",`,
    ['t', 'trade'],
    after,
    ['T', 'time'],
    `,"m":${salt % 2 === 0},"M":true}}`,
  ])
}

function quote(symbol: number, salt: number): Made {
  const name = LOAD_SYMBOLS[symbol] ?? ''
  const tail = `,"s":"${name}","b":"${price(symbol, -1)}","B":"${amount(salt)}","a":"${price(symbol, 1)}","A":"${amount(salt + 3)}"}}`
  return fill([`{"stream":"${name.toLowerCase()}@bookTicker","data":{`, ['u', 'quote'], tail])
}

function depth(symbol: number, salt: number): Made {
  const name = LOAD_SYMBOLS[symbol] ?? ''
  const side = (sign: number): string =>
    [0, 1, 2]
      .map((level) => `["${price(symbol, sign * (1 + ((salt + 11 * level) % 60)))}","${amount(salt + level)}"]`)
      .join()
  const head = `{"stream":"${name.toLowerCase()}@depth@100ms","data":{"e":"depthUpdate",`
  return fill([
    head,
    ['E', 'time'],
    `,"s":"${name}",`,
    ['U', 'first'],
    ',',
    ['u', 'last'],
    `,"b":[${side(-1)}],"a":[${side(1)}]}}`,
  ])
}

function fill(parts: readonly (string | readonly [string, Field])[]): Made {
  let text = ''
  const fields: { at: number; field: Field }[] = []
  for (const part of parts) {
    if (typeof part === 'string') {
      text += part
      continue
    }
    const [name, field] = part
    text += `"${name}":`
    fields.push({ at: text.length, field })
    text += field === 'time' ? TIME : ID
  }
  return { text, fields }
}

function price(symbol: number, ticks: number): string {
  return ((symbol + 1) * 1_000 + ticks * 0.01).toFixed(8)
}

function amount(salt: number): string {
  return (0.0001 * (1 + ((salt * 7_919) % 9_973))).toFixed(8)
}
