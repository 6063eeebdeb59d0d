import { GlmmError } from '../errors.js'
import { contrastKinds } from './contrasts.js'

/** What `means` is asked for: 'pairwise ~ treat | time'. */
export interface AskedMeans {
  /** The contrasts before ~, or null. */
  readonly contrasts: string | null
  /** Variables whose combinations have means, and are contrasted. */
  readonly of: readonly string[]
  /** Variables within whose combinations that is done. */
  readonly by: readonly string[]
}

/**
 * Reads what is asked for as emmeans writes it: `~ a`, `~ a * b`, `~ a | b`, `pairwise ~ a | b`; `~ 1` is the mean of everything.
 *
 * @throws GlmmError USAGE where it cannot be read
 */
export function askedMeans(text: string): AskedMeans {
  const cut = text.indexOf('~')
  const left = cut < 0 ? '' : text.slice(0, cut).trim()
  const [of, by, ...more] = (cut < 0 ? text : text.slice(cut + 1)).split('|').map(namesIn)
  const kind = contrastKinds.find((one) => cut < 0 && text.trim().startsWith(`${one} `))
  if (
    kind !== undefined ||
    more.length > 0 ||
    of.length === 0 ||
    of.some((name) => name === '') ||
    by?.some((name) => name === '')
  ) {
    const hint = `write "~ a", "~ a | b" or "${contrastKinds[0]} ~ a"`
    throw new GlmmError('USAGE', `expected variables after ~, and after | those within which, got '${text}'`, hint)
  }
  return { contrasts: left === '' ? null : left, of: of.filter((name) => name !== '1'), by: by ?? [] }
}

const namesIn = (text: string): string[] => [
  ...new Set(text.split(/[*+:,]/).map((name) => name.trim().replace(/^`(.*)`$/, '$1'))),
]

/**
 * Values by variable, as `--at` has them: "time=0,6,12; treat=a,b", and numbers from:to:by. A second = within a level is the level's.
 *
 * @throws GlmmError USAGE where it cannot be read
 * @example askedValues('x=0:1:0.5; g=a') // { x: ['0', '0.5', '1'], g: ['a'] }
 */
export function askedValues(text: string): Record<string, string[]> {
  const out: Record<string, string[]> = {}
  for (const part of text.split(';')) {
    if (part.trim() === '') continue
    const cut = part.indexOf('=')
    const name = part.slice(0, cut).trim()
    if (cut < 1 || name === '') {
      throw new GlmmError('USAGE', `expected variable=values, got '${part.trim()}'`, 'write --at "time=0,6,12; dose=1"')
    }
    out[name] = part
      .slice(cut + 1)
      .split(',')
      .map((one) => one.trim())
      .filter((one) => one !== '')
      .flatMap(sequence)
  }
  return out
}

/** from:to or from:to:by spelled out; anything else as it is. */
function sequence(text: string): string[] {
  const parts = text.split(':')
  const numbers = parts.map(Number)
  if (parts.length < 2 || parts.length > 3 || parts.some((one) => one.trim() === '') || !numbers.every(Number.isFinite))
    return [text]
  const [from, to, by = from <= to ? 1 : -1] = numbers
  const steps = (to - from) / by
  if (!(steps >= 0) || steps > 1e6) {
    throw new GlmmError('USAGE', `expected from:to:by with steps towards its end, got '${text}'`, 'write 0:10:0.5')
  }
  // Without the digits that sums of binary fractions add.
  return Array.from({ length: Math.floor(steps + 1e-9) + 1 }, (_, i) => String(Number((from + i * by).toPrecision(12))))
}
