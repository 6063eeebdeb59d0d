/**
 * A number as R prints and names it: up to 15 significant digits, and the shorter of fixed and scientific form
 * (fixed on a tie), so 100000 is '1e+05' and 123456 is '123456'.
 */
export function numberText(value: number): string {
  if (Number.isInteger(value) && value > -100000 && value < 100000) return String(value + 0)
  if (Number.isNaN(value)) return 'NaN'
  if (!Number.isFinite(value)) return value > 0 ? 'Inf' : '-Inf'
  const [mantissa, exponentText] = value.toExponential(14).split('e')
  const exponent = Number(exponentText)
  const digits = mantissa.includes('.') ? mantissa.replace(/\.?0+$/, '') : mantissa
  const significant = digits.replace(/[-.]/g, '').length
  const sign = exponent < 0 ? '-' : '+'
  const scientific = `${digits}e${sign}${String(Math.abs(exponent)).padStart(2, '0')}`
  const decimals = Math.max(0, significant - 1 - exponent)
  const minus = value < 0 ? 1 : 0
  const fixedWidth = minus + (exponent >= 0 ? exponent + 1 : 1) + (decimals > 0 ? decimals + 1 : 0)
  if (fixedWidth > scientific.length) return scientific
  return exponent <= 20 && decimals <= 100 ? Number(`${digits}e${exponent}`).toFixed(decimals) : scientific
}
