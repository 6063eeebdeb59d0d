/** Derivative of f at x by the five-point central difference with the given step: error about step^4 f^(5) / 30. */
export const slopeOf = (f: (x: number) => number, x: number, step: number): number =>
  (8 * (f(x + step) - f(x - step)) - (f(x + 2 * step) - f(x - 2 * step))) / (12 * step)

/** Gradient of f at x by the same, the step that of every coordinate. */
export function slopesOf(f: (x: Float64Array) => number, x: Float64Array, step = 1e-3): Float64Array {
  return x.map((value, j) => slopeOf((at) => f(x.with(j, at)), value, step))
}

/** |a - b| in units of 1 + |b|. */
export const distance = (a: number, b: number): number => (a === b ? 0 : Math.abs(a - b) / (1 + Math.abs(b)))

/** |a - b| in units of |b|, where differences below `floor` do not count. */
export const relative = (a: number, b: number, floor = 1e-300): number =>
  a === b ? 0 : Math.max(0, Math.abs(a - b) - floor) / Math.abs(b)
