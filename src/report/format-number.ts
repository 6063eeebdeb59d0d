type Numeric = number | null | undefined

/** Numbers that have no digits, as R writes them; undefined for the others. */
function special(x: Numeric): string | undefined {
  if (x === null || x === undefined) return 'NA'
  if (Number.isNaN(x)) return 'NaN'
  return Number.isFinite(x) ? undefined : x > 0 ? 'Inf' : '-Inf'
}

/** `1.2e-7` as C and R write it, `1.2e-07`. */
const rExponent = (text: string): string => text.replace(/e([+-])(\d)$/, 'e$10$2')

/** So many decimals, never `-0.00`; scientific from 1e15 on. */
export function formatFixed(x: Numeric, decimals: number): string {
  const word = special(x)
  if (word !== undefined) return word
  if (Math.abs(x!) >= 1e15) return rExponent(x!.toExponential(Math.min(decimals, 6)))
  const text = x!.toFixed(decimals)
  return /^-0(?:\.0*)?$/.test(text) ? text.slice(1) : text
}

/**
 * So many decimals, unless fewer than two significant digits would be left or the number is so large that its
 * decimals are noise: then scientific. Zero stays zero.
 */
export function formatNumber(x: Numeric, decimals: number): string {
  const word = special(x)
  if (word !== undefined) return word
  const size = Math.abs(x!)
  if (size !== 0 && (size < 10 ** (1 - decimals) || size >= 1e9)) {
    return rExponent(x!.toExponential(Math.min(4, decimals)))
  }
  return formatFixed(x, size >= 1e5 ? Math.min(decimals, 2) : decimals)
}

/** Coefficients, standard deviations and their errors: seven decimals. */
export const formatEstimate = (x: Numeric): string => formatNumber(x, 7)

/**
 * An estimate, limit or mean whose uncertainty is `scale`: fixed decimals wherever the uncertainty would have them, so
 * that one near zero by chance is not printed as 3e-05 among its neighbours.
 */
export function formatBeside(x: Numeric, scale: Numeric, decimals: number): string {
  return formatNumber(scale, decimals).includes('e') || special(scale) !== undefined
    ? formatNumber(x, decimals)
    : formatFixed(x, decimals)
}

/** Distances in standard errors: four decimals, two significant digits where they are small. */
export const formatShift = (x: Numeric): string =>
  typeof x === 'number' && x !== 0 && Math.abs(x) < 0.001 ? formatScientific(x) : formatFixed(x, 4)

/** Two significant digits, `3.1e-09`: for tolerances and gradients. */
export const formatScientific = (x: Numeric): string => special(x) ?? (x === 0 ? '0' : rExponent(x!.toExponential(1)))

/** z values: three decimals. */
export const formatZ = (x: Numeric): string => formatFixed(x, 3)

/** p values as R's format.pval with three digits: `<2e-16`, `1.71e-07`, `0.0123`. */
export function formatP(p: Numeric): string {
  const word = special(p)
  if (word !== undefined) return word
  if (p! < 2.2e-16) return '<2e-16'
  if (p! < 1e-4) return rExponent(p!.toExponential(2).replace(/\.?0*e/, 'e'))
  return String(Number(p!.toPrecision(3)))
}

export const STARS_LEGEND = 'Signif. codes: 0 *** 0.001 ** 0.01 * 0.05 . 0.1'

/** R's significance stars. */
export function stars(p: Numeric): string {
  if (p === null || p === undefined || Number.isNaN(p)) return ''
  return p < 0.001 ? '***' : p < 0.01 ? '**' : p < 0.05 ? '*' : p < 0.1 ? '.' : ''
}

/** Whole numbers, such as effective sample sizes. */
export const formatCount = (x: Numeric): string => formatFixed(x, 0)

/** A time in milliseconds, in a unit that suits it. */
export function formatDuration(milliseconds: number): string {
  if (!Number.isFinite(milliseconds)) return 'NA'
  if (milliseconds < 1000) return `${formatFixed(milliseconds, milliseconds < 10 ? 1 : 0)} ms`
  return milliseconds < 120_000
    ? `${formatFixed(milliseconds / 1000, 1)} s`
    : `${formatFixed(milliseconds / 60_000, 1)} min`
}
