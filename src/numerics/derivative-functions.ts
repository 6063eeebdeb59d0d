import type { UnaryOperation } from './expression-tape.js'

/** Writes f(x) and its first three derivatives into out[0] ... out[3]. */
export type WithDerivatives = (x: number, out: Float64Array) => void

const halves = (out: Float64Array, f: number, d1: number, d2: number, d3: number): void => {
  out[0] = f
  out[1] = d1
  out[2] = d2
  out[3] = d3
}

/** Smooth functions of one argument with their derivatives. */
export const withDerivatives: Readonly<Record<Exclude<UnaryOperation, 'negative' | 'abs'>, WithDerivatives>> = {
  exp: (x, out) => {
    const e = Math.exp(x)
    halves(out, e, e, e, e)
  },
  expm1: (x, out) => {
    const e = Math.exp(x)
    halves(out, Math.expm1(x), e, e, e)
  },
  log: (x, out) => {
    const r = 1 / x
    halves(out, Math.log(x), r, -r * r, 2 * r * r * r)
  },
  log1p: (x, out) => {
    const r = 1 / (1 + x)
    halves(out, Math.log1p(x), r, -r * r, 2 * r * r * r)
  },
  sqrt: (x, out) => {
    const root = Math.sqrt(x)
    const d1 = 0.5 / root
    halves(out, root, d1, (-0.5 * d1) / x, (0.75 * d1) / x / x)
  },
  sin: (x, out) => {
    const [s, c] = [Math.sin(x), Math.cos(x)]
    halves(out, s, c, -s, -c)
  },
  cos: (x, out) => {
    const [s, c] = [Math.sin(x), Math.cos(x)]
    halves(out, c, -s, -c, s)
  },
  atan: (x, out) => {
    const r = 1 / (1 + x * x)
    halves(out, Math.atan(x), r, -2 * x * r * r, (6 * x * x - 2) * r * r * r)
  },
  tanh: (x, out) => {
    const t = Math.tanh(x)
    const d1 = 1 - t * t
    halves(out, t, d1, -2 * t * d1, (6 * t * t - 2) * d1)
  },
  sinh: (x, out) => {
    const [s, c] = [Math.sinh(x), Math.cosh(x)]
    halves(out, s, c, s, c)
  },
  asinh: (x, out) => {
    const r = 1 / (1 + x * x)
    const root = Math.sqrt(r)
    halves(out, Math.asinh(x), root, -x * root * r, (2 * x * x - 1) * root * r * r)
  },
  logistic: (x, out) => {
    const e = Math.exp(-Math.abs(x))
    const small = e / (1 + e)
    const large = 1 / (1 + e)
    const slope = small * large
    const rest = x < 0 ? large - small : small - large // 1 - 2 f
    halves(out, x < 0 ? small : large, slope, slope * rest, slope * (rest * rest - 2 * slope))
  },
}

/** Writes x^p and its first three derivatives in x for a number p. */
export function powerDerivatives(x: number, p: number, out: Float64Array): void {
  halves(out, x ** p, p * x ** (p - 1), p * (p - 1) * x ** (p - 2), p * (p - 1) * (p - 2) * x ** (p - 3))
}
