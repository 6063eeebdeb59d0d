/** Made on first need: loading its tables takes milliseconds. */
let collator: Intl.Collator | null = null

/**
 * Levels as R sorts them in its usual en_US locale: digits, then letters with a < A < b. Plain code-unit order gives
 * the same for lower-case letters and digits alone, and is much faster.
 */
export function sortedLevels(levels: Iterable<string>): string[] {
  const sorted = [...levels]
  let plain = true
  for (const level of sorted) {
    if (/[^0-9a-z]/.test(level)) {
      plain = false
      break
    }
  }
  if (plain) return sorted.sort()
  collator ??= new Intl.Collator('en')
  const { compare } = collator
  return sorted.sort((a, b) => compare(a, b) || (a < b ? -1 : a > b ? 1 : 0))
}

/** A factor whose levels are numbers, whole ones of any length among them, with these in ascending order. */
export function byNumber({ levels, codes }: Levelled): Levelled {
  const order = levels.map((level, i) => ({ value: Number(level), digits: level.replace(/^[+-]?0*/, ''), i }))
  order.sort((a, b) => a.value - b.value || (a.value < 0 ? -1 : 1) * compareDigits(a.digits, b.digits) || a.i - b.i)
  const place = new Int32Array(levels.length)
  for (const [at, { i }] of order.entries()) place[i] = at
  return { levels: order.map(({ i }) => levels[i]), codes: codes.map((code) => (code < 0 ? -1 : place[code])) }
}

/** Of whole numbers that are one to a double. */
const compareDigits = (a: string, b: string): number => a.length - b.length || (a < b ? -1 : a > b ? 1 : 0)

interface Levelled {
  readonly levels: readonly string[]
  readonly codes: Int32Array
}
