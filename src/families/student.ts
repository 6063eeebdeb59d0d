import { betaTail, normalCdf } from '../numerics/special.js'
import { residual } from './drawn.js'
import { type Family, noDeviance } from './family.js'
import { risingExcess } from './gamma-ratio.js'
import { vanishUnlessFinite } from './row-density.js'
import { gammaVariate } from '../random/gamma-variate.js'

const halfLog2Pi = 0.5 * Math.log(2 * Math.PI)

/** From so many degrees of freedom on the distribution is normal to ten digits. */
const normalFrom = 1e10

/**
 * Real numbers at location mu with scale sigma and df degrees of freedom (Student's t). With s = log sigma,
 * v = log df = log nu, r = (y - mu) / sigma and u = log(1 + r^2 / nu),
 *
 *   log f = log(Gamma((nu + 1) / 2) / (Gamma(nu / 2) sqrt(nu / 2))) - log(2 pi) / 2 - s - (nu + 1) u / 2.
 */
export const student: Family = {
  name: 'student',
  response: 'real',
  links: ['identity'],
  further: [
    {
      name: 'dispersion',
      role: 'scale',
      link: 'log',
      reports: 'sigma',
      start: 0,
      precisionPower: -0.5,
      drawn: residual,
    },
    {
      name: 'df',
      role: 'shape',
      link: 'log',
      reports: 'df',
      start: Math.log(10),
      limit: { at: 16, says: 'no heavier tails than a gaussian: df runs to infinity' },
      // Juarez and Steel 2010.
      drawn: { name: 'nu', power: 1, prior: () => 'gamma(2, 0.1)' },
    },
  ],
  derivatives: 'exact',
  density: (_link, { y }) => {
    const f = new Float64Array(4)
    // df is the same in every row unless it has predictors of its own.
    let known = Number.NaN
    return {
      predictors: 3,
      at: (row, eta, out) => {
        const w = Math.exp(-eta[1])
        // exp(300) cannot be distinguished from infinity: the normal density.
        const v = Math.min(eta[2], 300)
        const nu = Math.exp(v)
        const r = (y[row] - eta[0]) * w
        const r2 = r * r
        const per = 1 / (nu + r2)
        const P = r2 * per
        const Q = nu * per
        const u = Math.log1p(r2 / nu)
        // u's derivatives, by way of g = -u_m / 2 and e, whose derivatives are dP = -2 Q g, dg = -e (Q - P), de = 2 e g in mu.
        const g = r * w * per
        const e = w * w * per
        const PQ = P * Q
        const gQ = g * Q
        const bend = Q - P
        const um = -2 * g
        const umv = 2 * gQ
        const umm = 2 * e * bend
        const ummv = 2 * e * Q * (3 * P - Q)
        const umvv = -2 * gQ * bend
        const uvvv = -PQ * bend
        // The factor (nu + 1) / 2 has all its derivatives in v equal to nu / 2.
        const k = 0.5 * (nu + 1)
        const h = 0.5 * nu
        if (v !== known) risingExcess(0.5, h, v - Math.LN2, f)
        known = v
        out[0] = f[0] - halfLog2Pi - eta[1] - k * u
        out[1] = -k * um
        out[2] = 2 * k * P - 1
        out[3] = f[1] - h * u + k * P
        out[4] = -k * umm
        out[5] = -2 * k * umv
        out[6] = -4 * k * PQ
        out[7] = -h * um - k * umv
        out[8] = 2 * h * P - 2 * k * PQ
        out[9] = f[2] - h * u + 2 * h * P - k * PQ
        out[10] = -4 * k * e * g * (3 * Q - P)
        out[11] = -2 * k * ummv
        out[12] = -4 * k * umvv
        out[13] = -8 * k * uvvv
        out[14] = -h * umm - k * ummv
        out[15] = -2 * h * umv - 2 * k * umvv
        out[16] = -4 * h * PQ - 4 * k * uvvv
        out[17] = -h * um - 2 * h * umv - k * umvv
        out[18] = 2 * h * P - 4 * h * PQ - 2 * k * uvvv
        out[19] = f[3] - h * u + 3 * h * P - 3 * h * PQ - k * uvvv
        vanishUnlessFinite(out, 20)
      },
      // r^2 / (nu + r^2) is a beta variate with shapes 1/2 and nu / 2; the score in log nu has mean 0 (Lange, Little and Taylor 1989).
      expected: (_row, eta, out) => {
        const v = Math.min(eta[2], 300)
        const nu = Math.exp(v)
        const [one, three] = [nu / (nu + 1), nu / (nu + 3)]
        risingExcess(0.5, 0.5 * nu, v - Math.LN2, f)
        known = v
        out[0] = ((nu + 1) / (nu + 3)) * Math.exp(-2 * eta[1])
        out[1] = 0
        out[2] = 2 * three
        out[3] = 0
        out[4] = (-2 * one) / (nu + 3)
        // No less than what log sigma leaves of it, where rounding would.
        out[5] = Math.max((out[4] * out[4]) / out[2], f[1] - f[2] + 0.5 - one + 0.5 * three)
      },
    }
  },
  variance: (_mu, sigma = 1) => sigma * sigma,
  meanOfResponse: ([mu]) => mu,
  varianceOfResponse: ([, sigma, df]) => (df > 2 ? (sigma * sigma * df) / (df - 2) : Number.POSITIVE_INFINITY),
  tail: (y, [mu, sigma, df], _trials, upper) => {
    const t = ((upper ? -1 : 1) * (y - mu)) / sigma
    if (df > normalFrom) return normalCdf(t)
    const beyond = 0.5 * betaTail(df / (df + t * t), 0.5 * df, 0.5, false)
    return t < 0 ? beyond : 1 - beyond
  },
  weight: () => 1,
  observed: (response, row) => response.y[row],
  start: (observed) => observed,
  unitDeviance: noDeviance,
  ratio: () => null,
  simulate: (noise, [mu, sigma, df]) =>
    mu + (sigma * noise.normal()) / Math.sqrt((2 * gammaVariate(noise, 0.5 * df)) / df),
}
