// Data sets for the calibration of the tests of a model: their own generator and variates, none of the program's.

/** Uniform numbers on (0, 1) and standard normal ones (Mulberry32; Box and Muller 1958). */
export function generator(seed) {
  let state = seed >>> 0
  const uniform = () => {
    state = (state + 0x6d2b79f5) >>> 0
    let t = state
    t = Math.imul(t ^ (t >>> 15), t | 1)
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61)
    return (((t ^ (t >>> 14)) >>> 0) + 0.5) / 4294967296
  }
  const normal = () => Math.sqrt(-2 * Math.log(uniform())) * Math.cos(2 * Math.PI * uniform())
  const exponential = () => -Math.log(uniform())
  /** By the gaps of a Poisson process. */
  const poisson = (mean) => {
    let count = -1
    for (let sum = 0; sum < mean; count++) sum += exponential()
    return Math.max(0, count)
  }
  /** Marsaglia and Tsang (2000). */
  const gamma = (shape) => {
    if (shape < 1) return gamma(shape + 1) * uniform() ** (1 / shape)
    const d = shape - 1 / 3
    for (;;) {
      const x = normal()
      const v = (1 + x / Math.sqrt(9 * d)) ** 3
      if (v > 0 && Math.log(uniform()) < 0.5 * x * x + d - d * v + d * Math.log(v)) return d * v
    }
  }
  const binomial = (n, p) => {
    let count = 0
    for (let i = 0; i < n; i++) if (uniform() < p) count++
    return count
  }
  return { uniform, normal, poisson, gamma, binomial }
}

const logistic = (eta) => 1 / (1 + Math.exp(-eta))

/** Columns of `levels` groups of `each` rows: g, x uniform on (-1, 1), eta = a + bx + sd u + slope * w * x, and a crossed h. */
function grouped(g, levels, each, { a, b, sd, slope = 0, crossed = 0, curve = 0 }) {
  const columns = { g: [], h: [], x: [], eta: [] }
  const others = Array.from({ length: 10 }, () => crossed * g.normal())
  for (let level = 0; level < levels; level++) {
    const [u, w] = [sd * g.normal(), slope * g.normal()]
    for (let i = 0; i < each; i++) {
      const x = 2 * g.uniform() - 1
      const other = (level * each + i) % 10
      columns.g.push(`g${level}`)
      columns.h.push(`h${other}`)
      columns.x.push(x)
      columns.eta.push(a + b * x + u + w * x + others[other] + curve * x * x)
    }
  }
  return columns
}

const counts = { a: 0.5, b: 0.5, sd: 0.5 }
const proportions = { a: -0.3, b: 0.7, sd: 0.7 }
const real = { a: 1, b: 0.5, sd: 0.7 }
const intercepts = 'y ~ x + (1 | g)'
const ofTrials = 'cbind(y, n - y) ~ x + (1 | g)'

const withResponse = (columns, respond, trials) => {
  const { eta, ...rest } = columns
  return { ...rest, y: eta.map(respond), ...(trials && { n: eta.map(() => trials) }) }
}

const poissonOf = (g) => (eta) => g.poisson(Math.exp(eta))
const nbinomOf = (g, phi) => (eta) => g.poisson((Math.exp(eta) * g.gamma(phi)) / phi)
const binomialOf = (g, trials) => (eta) => g.binomial(trials, logistic(eta))
const betabinomialOf = (g, trials, phi) => (eta) => {
  const [a, b] = [g.gamma(phi * logistic(eta)), g.gamma(phi * logistic(-eta))]
  return g.binomial(trials, a / (a + b))
}
const gaussianOf = (g) => (eta) => eta + g.normal()

const sizes = { '22x2': [22, 2], '30x10': [30, 10], '100x5': [100, 5] }

/** True models: what is fitted is what the data come from. Of costly ones a share of the sets is drawn. */
export const calibrated = [
  ...Object.keys(sizes).flatMap((size) =>
    [
      {
        name: 'Poisson',
        size,
        formula: intercepts,
        family: 'poisson',
        make: (g, l, e) => withResponse(grouped(g, l, e, counts), poissonOf(g)),
      },
      {
        name: 'binomial, n = 10',
        size,
        formula: ofTrials,
        family: 'binomial',
        make: (g, l, e) => withResponse(grouped(g, l, e, proportions), binomialOf(g, 10), 10),
      },
      {
        name: 'binomial, 0/1',
        size,
        formula: intercepts,
        family: 'binomial',
        make: (g, l, e) => withResponse(grouped(g, l, e, proportions), binomialOf(g, 1)),
      },
      {
        name: 'gaussian',
        size,
        formula: intercepts,
        family: 'gaussian',
        make: (g, l, e) => withResponse(grouped(g, l, e, real), gaussianOf(g)),
      },
      {
        name: 'nbinom2',
        size,
        formula: intercepts,
        family: 'nbinom2',
        make: (g, l, e) => withResponse(grouped(g, l, e, counts), nbinomOf(g, 2)),
      },
    ].map((one) => (size === '100x5' ? { ...one, share: 0.4 } : one)),
  ),
  ...[
    {
      name: 'Poisson, random slopes',
      size: '30x10',
      formula: 'y ~ x + (x | g)',
      family: 'poisson',
      make: (g, l, e) => withResponse(grouped(g, l, e, { ...counts, slope: 0.5 }), poissonOf(g)),
    },
    {
      name: 'gaussian, random slopes',
      size: '30x10',
      formula: 'y ~ x + (x | g)',
      family: 'gaussian',
      make: (g, l, e) => withResponse(grouped(g, l, e, { ...real, slope: 0.7 }), gaussianOf(g)),
    },
    {
      name: 'Poisson, crossed',
      size: '30x10',
      formula: 'y ~ x + (1 | g) + (1 | h)',
      family: 'poisson',
      make: (g, l, e) => withResponse(grouped(g, l, e, { ...counts, crossed: 0.4 }), poissonOf(g)),
    },
    {
      name: 'binomial, crossed',
      size: '30x10',
      formula: 'cbind(y, n - y) ~ x + (1 | g) + (1 | h)',
      family: 'binomial',
      make: (g, l, e) => withResponse(grouped(g, l, e, { ...proportions, crossed: 0.4 }), binomialOf(g, 10), 10),
    },
    {
      name: 'beta-binomial, n = 10',
      size: '30x10',
      formula: ofTrials,
      family: 'betabinomial',
      make: (g, l, e) => withResponse(grouped(g, l, e, proportions), betabinomialOf(g, 10, 5), 10),
    },
    {
      name: 'Poisson, no random effects',
      size: '30x10',
      formula: 'y ~ x',
      family: 'poisson',
      make: (g, l, e) => withResponse(grouped(g, l, e, { ...counts, sd: 0 }), poissonOf(g)),
    },
  ].map((one) => ({ ...one, share: 0.4 })),
]

/** Faults: what is fitted lacks something of what the data come from. */
export const faulty = Object.keys(sizes).flatMap((size) => [
  {
    name: 'Poisson fit of nbinom2 data, phi 3',
    size,
    formula: intercepts,
    family: 'poisson',
    make: (g, l, e) => withResponse(grouped(g, l, e, counts), nbinomOf(g, 3)),
  },
  {
    name: 'Poisson fit, 15 % further zeros',
    size,
    formula: intercepts,
    family: 'poisson',
    make: (g, l, e) =>
      withResponse(grouped(g, l, e, counts), (eta) => (g.uniform() < 0.15 ? 0 : g.poisson(Math.exp(eta)))),
  },
  {
    name: 'Poisson fit, 0.8 x^2 missing',
    size,
    formula: intercepts,
    family: 'poisson',
    make: (g, l, e) => withResponse(grouped(g, l, e, { ...counts, curve: 0.8 }), poissonOf(g)),
  },
  {
    name: 'gaussian fit, x^2 missing',
    size,
    formula: intercepts,
    family: 'gaussian',
    make: (g, l, e) => withResponse(grouped(g, l, e, { ...real, curve: 1 }), gaussianOf(g)),
  },
  {
    name: 'Poisson fit, random slope of SD 0.7 missing',
    size,
    formula: intercepts,
    family: 'poisson',
    make: (g, l, e) => withResponse(grouped(g, l, e, { ...counts, slope: 0.7 }), poissonOf(g)),
  },
  {
    name: 'binomial fit of beta-binomial data, phi 5',
    size,
    formula: ofTrials,
    family: 'binomial',
    make: (g, l, e) => withResponse(grouped(g, l, e, proportions), betabinomialOf(g, 10, 5), 10),
  },
  {
    name: 'gaussian fit of t(3) errors',
    size,
    formula: intercepts,
    family: 'gaussian',
    make: (g, l, e) =>
      withResponse(grouped(g, l, e, real), (eta) => eta + g.normal() / Math.sqrt((2 * g.gamma(1.5)) / 3)),
  },
])

/** Columns of data set `number` of a case; the same number gives the same data. */
export function dataSet({ name, size, make }, number) {
  let hash = 2166136261
  for (const letter of `${name} ${size}`) hash = Math.imul(hash ^ letter.charCodeAt(0), 16777619)
  const g = generator((hash ^ Math.imul(number + 1, 0x9e3779b1)) >>> 0)
  for (let i = 0; i < 10; i++) g.uniform()
  return make(g, ...sizes[size])
}
