import type { ProbabilityLink } from './link.js'

/** log F, F = 1/2 + atan(eta) / pi, and its derivatives into out[at ...], those in -eta where sign is -1. */
function lower(eta: number, sign: number, out: Float64Array, at: number): void {
  const F = cdf(eta)
  const x2 = 1 + eta * eta
  // f = 1 / (pi (1 + x^2)), f' / f = -2 x / (1 + x^2) =: a, and with h = f / F the derivatives are h, h (a - h), ...
  if (F === 0 || x2 === Number.POSITIVE_INFINITY) {
    // F is about 1 / (pi |eta|) on the left, and 1 on the right.
    out[at] = eta < 0 ? -Math.log(Math.PI) - Math.log(-eta) : 0
    out[at + 1] = eta < 0 ? -sign / eta : 0
    out[at + 2] = 0
    out[at + 3] = 0
    return
  }
  const h = 1 / (Math.PI * x2 * F)
  const a = (-2 * eta) / x2
  const a1 = (2 * (eta * eta - 1)) / (x2 * x2)
  const rest = a - h
  const h1 = h * rest
  out[at] = eta > 0 ? Math.log1p(-cdf(-eta)) : Math.log(F)
  out[at + 1] = sign * h
  out[at + 2] = h1
  out[at + 3] = sign * (h1 * rest + h * (a1 - h1))
}

const cdf = (eta: number): number =>
  eta < -1 ? Math.atan(-1 / eta) / Math.PI : eta > 1 ? 1 - Math.atan(1 / eta) / Math.PI : 0.5 + Math.atan(eta) / Math.PI

/** The distribution function of the Cauchy distribution. */
export const cauchit: ProbabilityLink = {
  name: 'cauchit',
  unitless: true,
  link: (mu) =>
    mu < 0.25
      ? -1 / Math.tan(Math.PI * mu)
      : mu > 0.75
        ? 1 / Math.tan(Math.PI * (1 - mu))
        : Math.tan(Math.PI * (mu - 0.5)),
  inverse: cdf,
  slope: (eta) => 1 / (Math.PI * (1 + eta * eta)),
  logTails: (eta, out) => {
    lower(eta, 1, out, 0)
    lower(-eta, -1, out, 4)
  },
}
