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
