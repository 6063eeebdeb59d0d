// The models of the comparison with lme4 and glmmTMB, in the order of the table. `peers` are those that can fit them.
// `factors` are columns that R has to take for factors; `nodes` other than 1 are asked of lme4 alone, glmmTMB has none.
import { fileURLToPath } from 'node:url'
import { readTable, tableFrom } from '../../dist/src/index.js'

const file = (path) => fileURLToPath(new URL(path, import.meta.url))
const both = ['lme4', 'glmmTMB']
const betablocker = {
  data: file('../../examples/01-betablocker/betablocker.csv'),
  formula: 'cbind(r, n - r) ~ treat + (1 | center)',
  family: 'binomial',
  factors: ['center'],
}
const contraception = {
  data: file('../reference/Contraception.csv'),
  family: 'binomial',
  factors: ['district'],
}

export const cases = [
  { name: 'betablocker, Laplace', ...betablocker, peers: both },
  { name: 'betablocker, 25 nodes', ...betablocker, nodes: 25, peers: ['lme4'] },
  {
    name: 'cbpp, Laplace',
    data: file('../reference/cbpp.csv'),
    formula: 'cbind(incidence, size - incidence) ~ factor(period) + (1 | herd)',
    family: 'binomial',
    factors: ['herd'],
    peers: both,
  },
  {
    name: 'toenail, 25 nodes',
    data: file('../reference/toenail.csv'),
    formula: 'y ~ treatment * time + (1 | patient)',
    family: 'binomial',
    factors: ['patient'],
    nodes: 25,
    peers: ['lme4'],
  },
  {
    name: 'Contraception, slope, Laplace',
    ...contraception,
    formula: 'y ~ age + agesq + urban + livch + (1 + urban | district)',
    peers: both,
  },
  {
    name: 'VerbAgg, crossed, Laplace',
    data: file('../reference/VerbAgg.csv'),
    formula: 'y ~ Anger + Gender + btype + situ + (1 | id) + (1 | item)',
    family: 'binomial',
    factors: ['id', 'item'],
    peers: both,
  },
  {
    name: 'sleepstudy, REML',
    data: file('../reference/sleepstudy.csv'),
    formula: 'Reaction ~ Days + (1 + Days | Subject)',
    family: 'gaussian',
    factors: ['Subject'],
    reml: true,
    peers: both,
  },
  {
    name: 'Salamanders, nbinom2',
    data: file('../reference/Salamanders.csv'),
    formula: 'count ~ mined + spp + (1 | site)',
    family: 'nbinom2',
    factors: ['site'],
    peers: ['glmmTMB'],
  },
  { name: 'Poisson, 100,000 rows, 2,000 groups', ...oneFactor(100_000, 2_000), peers: both },
  { name: 'Poisson, 1,000,000 rows, 20,000 groups', ...oneFactor(1_000_000, 20_000), peers: both, large: true },
  { name: 'crossed binary, 70,000 rows, 3,000 + 1,000 effects', ...crossed(), peers: both, large: true },
]

/** The table of a case: read, or simulated as arrays. */
export const tableOf = async (one) => (one.simulate ? tableFrom(one.simulate()) : await readTable(one.data))

function oneFactor(rows, groups) {
  return {
    formula: 'y ~ x + (1 | g)',
    family: 'poisson',
    factors: ['g'],
    simulate: () => {
      const { uniform, normal } = noise()
      const effect = Float64Array.from({ length: groups }, () => 0.5 * normal())
      const g = Float64Array.from({ length: rows }, (_, i) => i % groups)
      const x = Float64Array.from({ length: rows }, () => normal())
      const y = Float64Array.from(g, (level, i) => {
        const floor = Math.exp(-Math.exp(0.5 + 0.3 * x[i] + effect[level]))
        let count = -1
        for (let product = 1; product > floor; product *= uniform()) count++
        return count
      })
      return { y, x, g }
    },
  }
}

function crossed() {
  return {
    formula: 'y ~ x + (1 | a) + (1 | b)',
    family: 'binomial',
    factors: ['a', 'b'],
    simulate: () => {
      const { uniform, normal } = noise()
      const rows = 70_000
      const [subjects, items] = [3_000, 1_000].map((n) => Float64Array.from({ length: n }, () => normal()))
      const a = Float64Array.from({ length: rows }, (_, i) => i % subjects.length)
      const b = Float64Array.from({ length: rows }, () => Math.floor(items.length * uniform()))
      const x = Float64Array.from({ length: rows }, () => normal())
      const y = x.map((value, i) => +(uniform() < 1 / (1 + Math.exp(-(0.5 * value + subjects[a[i]] + items[b[i]])))))
      return { y, x, a, b }
    },
  }
}

/** Marsaglia's xorshift with 32 bits and the Box-Muller method: the same numbers everywhere. */
function noise() {
  let state = 2463534242
  const uniform = () => {
    state ^= state << 13
    state ^= state >>> 17
    state ^= state << 5
    return ((state >>> 0) + 0.5) / 2 ** 32
  }
  return { uniform, normal: () => Math.sqrt(-2 * Math.log(uniform())) * Math.cos(2 * Math.PI * uniform()) }
}
