/**
 * Round numbers (1, 2 or 5 times a power of ten apart) inside [low, high], about `count` of them, with the number
 * of decimals that distinguishes them.
 */
export function ticks(low: number, high: number, count: number): { values: readonly number[]; decimals: number } {
  const rough = (high - low) / Math.max(1, count)
  const power = Math.floor(Math.log10(rough))
  const fraction = rough / 10 ** power
  // Geometric means of neighbouring steps, so that the number of ticks is nearest to `count` in ratio.
  const factor = fraction < Math.SQRT2 ? 1 : fraction < Math.sqrt(10) ? 2 : fraction < Math.sqrt(50) ? 5 : 10
  const step = factor * 10 ** power
  const first = Math.ceil(low / step - 1e-9)
  const last = Math.floor(high / step + 1e-9)
  const values: number[] = []
  for (let i = first; i <= last; i++) values.push(i * step + 0) // `+ 0` turns -0 into 0
  return { values, decimals: Math.min(20, Math.max(0, -Math.floor(Math.log10(step) + 1e-9))) }
}
