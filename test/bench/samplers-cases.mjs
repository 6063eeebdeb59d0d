// The models of the benchmarks of samplers, in the order of the tables, with priors that rstanarm has too: normal for
// coefficients (rstanarm's intercept is that of centred columns) and exponential for standard deviations, which is what decov(1, 1, 1, 1) is
// for an intercept. `target`: how many times rstanarm's effective draws a CPU second are to be reached.
import { fileURLToPath } from 'node:url'

const file = (name) => fileURLToPath(new URL(`../reference/${name}.csv`, import.meta.url))
const priors = ['b ~ normal(0, 2.5)', 'Intercept ~ normal(0, 2.5)', 'sd ~ exponential(1)']

export const cases = [
  {
    name: 'betablocker',
    data: fileURLToPath(new URL('../../examples/01-betablocker/betablocker.csv', import.meta.url)),
    formula: 'cbind(r, n - r) ~ treat + (1 | center)',
    family: 'binomial',
    factors: ['center'],
    target: 20,
  },
  {
    name: 'cbpp',
    data: file('cbpp'),
    formula: 'cbind(incidence, size - incidence) ~ factor(period) + (1 | herd)',
    family: 'binomial',
    factors: ['herd'],
    target: 20,
  },
  {
    name: 'epil',
    data: file('epil'),
    formula: 'y ~ lbase * trt + lage + V4 + (1 | subject)',
    family: 'poisson',
    factors: ['subject'],
    target: 20,
  },
  {
    name: 'toenail',
    data: file('toenail'),
    formula: 'y ~ treatment * time + (1 | patient)',
    family: 'binomial',
    factors: ['patient'],
    target: 50,
  },
  {
    name: 'Contraception, slope',
    data: file('Contraception'),
    formula: 'y ~ age + agesq + urban + livch + (1 + urban | district)',
    family: 'binomial',
    factors: ['district'],
    target: 1,
  },
  {
    name: 'sleepstudy',
    data: file('sleepstudy'),
    formula: 'Reaction ~ Days + (1 + Days | Subject)',
    family: 'gaussian',
    factors: ['Subject'],
    // Reaction times in milliseconds: priors of that scale on both sides.
    priors: [
      'b ~ normal(0, 50)',
      'Intercept ~ normal(250, 250)',
      'sd ~ exponential(0.02)',
      'sigma ~ exponential(0.02)',
    ],
    scale: 50,
    target: 1,
  },
  {
    name: 'VerbAgg',
    data: file('VerbAgg'),
    formula: 'y ~ Anger + Gender + btype + situ + (1 | id) + (1 | item)',
    family: 'binomial',
    factors: ['id', 'item'],
    large: true,
    target: 3,
  },
].map((one) => ({ priors, scale: null, ...one }))
