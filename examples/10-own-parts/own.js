// A family, a link and a covariance of one's own. Every thread that computes with them imports this module first.
import { addCovariance, addFamily, addLink, defineFamily, defineLink } from 'glmm'

/** Counts of failures before a success, by their mean. */
addFamily(
  defineFamily({
    name: 'geometric',
    response: 'count',
    links: ['log'],
    logDensity: (y, _trials, [mu]) => y * Math.log(mu) - (y + 1) * Math.log1p(mu),
    varianceOfResponse: ([mu]) => mu * (1 + mu),
    simulate: (rng, [mu]) => Math.floor(Math.log(rng.uniform()) / Math.log(mu / (1 + mu))),
  }),
)

/** The mirror image of cloglog. */
addLink(
  defineLink({
    name: 'loglog',
    mean: 'probability',
    link: (mu) => -Math.log(-Math.log(mu)),
    inverse: (eta) => Math.exp(-Math.exp(-eta)),
    complement: (eta) => -Math.expm1(-Math.exp(-eta)),
  }),
)

const identity = (q) => Float64Array.from({ length: q * q }, (_, e) => (e % (q + 1) === 0 ? 1 : 0))
const sd = (theta, q) => new Float64Array(q).fill(Math.abs(theta[0]))

/** Uncorrelated effects of one standard deviation, theta: Lambda = theta I. */
addCovariance({
  name: 'equal',
  size: (q) => (q > 0 ? 1 : 0),
  start: (q) => new Float64Array(q > 0 ? 1 : 0).fill(1),
  factor: (theta, q, out) => out.set(identity(q).map((one) => one * theta[0])),
  factorDerivative: (_theta, q, _j, out) => out.set(identity(q)),
  elements: (q) => [identity(q)],
  standardDeviations: sd,
  standardDeviationDerivative: (theta, q, out) => out.fill(theta[0] < 0 ? -1 : 1, 0, q),
  correlations: (_theta, q) => identity(q),
  units: () => Int32Array.of(0),
  roots: () => [0],
  part: () => [0],
  canonicalSigns: (theta) => Float64Array.of(theta[0] < 0 ? -1 : 1),
  held: () => [
    {
      kind: 'sd',
      effects: [0],
      range: [0, Number.POSITIVE_INFINITY],
      value: (theta) => Math.abs(theta[0]),
      hold: (theta, value) => theta.fill(value, 0, 1),
      pullback: (_theta, _value, gradient) => gradient.fill(0, 0, 1),
    },
  ],
  chart: {
    deviationOf: (q) => new Int32Array(q),
    correlationSize: () => 0,
    correlationFactor: (_y, q, out) => out.set(identity(q)),
    correlationFactorDerivative: (_y, q, _j, out) => out.fill(0, 0, q * q),
    lkj: () => 0,
    drawLkj: () => {},
    pairs: () => [],
    fromCorrelations: () => new Float64Array(0),
    theta: (deviations, _y, _q, out) => out.set([deviations[0]]),
    pull: (_sd, _y, _q, thetaGradient, sdGradient) => {
      sdGradient[0] += thetaGradient[0]
    },
  },
  boundary: (theta) => (Math.abs(theta[0]) < 1e-8 ? { kind: 'variance', effect: 0 } : null),
})
