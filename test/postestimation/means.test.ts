import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { tableFrom } from '../../src/data/table-from.js'
import { fit } from '../../src/fit/fit.js'
import { normalCdf } from '../../src/numerics/special.js'
import { contrastsOf, ownContrasts } from '../../src/postestimation/contrasts.js'
import { means } from '../../src/postestimation/means.js'
import type { MeansRecord } from '../../src/postestimation/means-record.js'
import { readReference } from '../reference/tables.js'

/** A line of a table of emmeans, or of the averages beside them. */
interface Line {
  readonly [number: string]: number
}
interface Named {
  readonly contrast: string
  readonly level: string
  readonly trt: string
  readonly wool: string
  readonly tension: string
  readonly mined: string
  readonly Sex: string
}
type Row = Line & Named
type Entry = Readonly<Record<string, readonly Row[]>> & {
  readonly pairwise: Readonly<Record<string, readonly Row[]>>
  readonly tension_averaged: Readonly<Record<string, readonly Row[]>>
}

const {
  emmeans,
  population,
}: Record<'emmeans' | 'population', Record<string, Entry>> = JSON.parse(
  readFileSync(new URL('../reference/means.json', import.meta.url), 'utf8'),
)

const pairs = (record: MeansRecord): Record<string, (typeof record.contrasts & object)[number]> =>
  Object.fromEntries(record.contrasts!.map((one) => [one.contrast, one]))

/** Relative. */
const near = (value: unknown, told: number, digits = 1e-5): void =>
  expect(Math.abs((value as number) - told) / Math.max(1e-3, Math.abs(told))).toBeLessThan(digits)

const cbpp = readReference('cbpp')
const cbppFormula = 'cbind(incidence, size - incidence) ~ factor(period) + (1 | herd)'

describe('means with random effects at zero are those of emmeans', () => {
  it('cbpp: means, differences and all adjustments', () => {
    const laplace = fit(cbppFormula, cbpp)
    const told = emmeans.cbpp_glmer
    const link = means(laplace, '~ period', { average: 'zero', scale: 'link' })
    expect(link.grid.map(({ period }) => period)).toEqual([1, 2, 3, 4])
    told.link.forEach((one, i) => {
      near(link.grid[i].estimate, one.emmean)
      near(link.grid[i].se, one.SE)
      near(link.grid[i].lower, one['asymp.LCL'])
      near(link.grid[i].upper, one['asymp.UCL'])
    })
    const response = means(laplace, '~ period', { average: 'zero' })
    told.response.forEach((one, i) => {
      near(response.grid[i].estimate, one.prob)
      near(response.grid[i].se, one.SE)
      near(response.grid[i].upper, one['asymp.UCL'])
    })
    for (const adjust of ['tukey', 'holm', 'sidak', 'bonferroni', 'none'] as const) {
      const own = pairs(means(laplace, 'pairwise ~ period', { average: 'zero', scale: 'link', adjust }))
      for (const one of told.pairwise[adjust]) {
        const mine = own[one.contrast]
        near(mine.estimate, one.estimate)
        near(mine.se, one.SE)
        near(mine.pAdjusted, one['p.value'], 1e-4)
        near(mine.lower, one['asymp.LCL'])
      }
    }
    const ratios = pairs(means(laplace, 'pairwise ~ period', { average: 'zero' }))
    for (const one of told.pairwise_response_tukey) {
      expect(ratios[one.contrast].kind).toBe('odds ratio')
      near(ratios[one.contrast].estimate, one['odds.ratio'])
      near(ratios[one.contrast].se, one.SE)
    }
  })

  it('warpbreaks: within levels, averaged over levels, polynomials and proportional weights', () => {
    const table = readReference('warpbreaks')
    const poisson = fit('breaks ~ wool * tension', table, { family: 'poisson' })
    const within = means(poisson, 'pairwise ~ tension | wool', { scale: 'link' })
    for (const one of emmeans.warpbreaks_glm.link) {
      const mine = within.grid.find(({ wool, tension }) => wool === one.wool && tension === one.tension)!
      near(mine.estimate, one.emmean)
      near(mine.se, one.SE)
    }
    for (const one of emmeans.warpbreaks_glm.pairwise.tukey) {
      const mine = within.contrasts!.find(
        ({ contrast, wool }) => wool === one.wool && sameContrast(contrast, one.contrast),
      )!
      near(Math.abs(mine.estimate!), Math.abs(one.estimate))
      near(mine.pAdjusted, one['p.value'], 1e-4)
    }
    const averaged = means(poisson, '~ tension', { scale: 'link' })
    for (const one of emmeans.warpbreaks_glm.tension_averaged.link)
      near(averaged.grid.find(({ tension }) => tension === one.tension)!.estimate, one.emmean)
  })

  it('epil: at values of a covariate, and at its mean', () => {
    const table = readReference('epil')
    const laplace = fit('y ~ lbase * trt + lage + V4 + (1 | subject)', table, { family: 'poisson' })
    const told = emmeans.epil_glmer
    // emmeans has V4, which is 0 or 1, at both values as well.
    const own = means(laplace, '~ trt', { average: 'zero', scale: 'link' })
    told.link.forEach((one) => near(own.grid.find(({ trt }) => trt === one.trt)!.estimate, one.emmean))
    const at = means(laplace, '~ trt * lbase', { average: 'zero', scale: 'link', at: 'lbase=-1,0,1' })
    for (const one of told.at_lbase) {
      const mine = at.grid.find(({ trt, lbase }) => trt === one.trt && lbase === one.lbase)!
      near(mine.estimate, one.emmean)
      near(mine.se, one.SE)
    }
  })
})

describe('gaussian means have small-sample degrees of freedom', () => {
  it.each(['satterthwaite', 'kr'] as const)('Orthodont by %s', (df) => {
    const table = readReference('Orthodont')
    const reml = fit('distance ~ age * Sex + (age | Subject)', table, { reml: true, df })
    const told = emmeans[`Orthodont_lmer_${df === 'kr' ? 'kenward-roger' : df}`]
    const own = means(reml, 'pairwise ~ Sex | age', { at: 'age=8,11,14' })
    expect(own.average).toBe('zero')
    const errors = closedForm(table)
    for (const one of told.link) {
      const mine = own.grid.find(({ Sex, age }) => Sex === one.Sex && age === one.age)!
      near(mine.estimate, one.emmean)
      near(mine.se, errors(one.age, one.Sex), 1e-8)
      // lmer's search of those stops short of the maximum, which moves these by 1.6e-4.
      near(one.SE, errors(one.age, one.Sex), 2e-4)
      near(mine.df, 25, 1e-6)
    }
    for (const one of told.pairwise.tukey) {
      const mine = own.contrasts!.find(({ age }) => age === one.age)!
      near(Math.abs(mine.estimate!), Math.abs(one.estimate))
      near(mine.se, Math.hypot(errors(one.age, 'Male'), errors(one.age, 'Female')), 1e-8)
      near(mine.pAdjusted, one['p.value'], 1e-3)
    }
  })
})

/**
 * Standard errors of the means of a sex at an age: the data are balanced, so that they are those of each child's own line there,
 * whose variance is pooled over the sexes with 27 - 2 degrees of freedom.
 */
function closedForm(table: ReturnType<typeof readReference>): (age: number, sex: string) => number {
  const cells = (name: string): (number | string)[] => {
    const column = table.columns.find((one) => one.name === name)!
    return column.kind === 'numeric'
      ? Array.from(column.values)
      : Array.from(column.codes, (code) => column.levels[code])
  }
  const [y, x, subject, sexes] = ['distance', 'age', 'Subject', 'Sex'].map(cells)
  return (age, sex) => {
    const bySex = new Map<string, number[]>()
    for (const child of new Set(subject)) {
      const rows = [...y.keys()].filter((i) => subject[i] === child)
      const mean = (of: (number | string)[]): number => rows.reduce((sum, i) => sum + Number(of[i]), 0) / rows.length
      const [mx, my] = [mean(x), mean(y)]
      const slope =
        rows.reduce((sum, i) => sum + (Number(x[i]) - mx) * (Number(y[i]) - my), 0) /
        rows.reduce((sum, i) => sum + (Number(x[i]) - mx) ** 2, 0)
      const key = String(sexes[rows[0]])
      bySex.set(key, [...(bySex.get(key) ?? []), my + slope * (age - mx)])
    }
    const squares = [...bySex.values()].flatMap((of) => {
      const centre = of.reduce((sum, one) => sum + one, 0) / of.length
      return of.map((one) => (one - centre) ** 2)
    })
    const variance = squares.reduce((sum, one) => sum + one, 0) / (squares.length - 2)
    return Math.sqrt(variance / bySex.get(sex)!.length)
  }
}

const sameContrast = (a: string, b: string): boolean => {
  const sides = (text: string): string => text.split(' - ').sort().join()
  return sides(a) === sides(b)
}

describe('population means integrate the random effects', () => {
  it.each(['logit', 'probit', 'cloglog'])('cbpp with a %s link, exact maximum likelihood', (link) => {
    const told = population[`cbpp_${link}`]
    const own = means(fit(cbppFormula, cbpp, { link, nodes: 51 }), '~ period')
    expect(own.average).toBe('population')
    told.population.forEach((one, i) => {
      near(own.grid[i].estimate, one.value, 1e-6)
      near(own.grid[i].se, one.se, 1e-6)
    })
  })

  it('toenail, whose standard deviation is 4', () => {
    const table = readReference('toenail')
    const y = table.columns.find(({ name }) => name === 'outcome')
    const exact = fit('outcome ~ treatment * time + (1 | patient)', table, { nodes: 101 })
    const own = means(exact, '~ treatment | time', { at: 'time=0,6,12' })
    const told = population.toenail_logit.population
    expect(y?.kind).toBe('factor')
    own.grid.forEach(({ estimate, se, treatment, time }) => {
      const one = told.find(({ level }) => level === `treatment=${treatment}, time=${String(time).padStart(2)}`)!
      // The reference counts the first level of the outcome as success; its 101 nodes of Gauss and Hermite are 1e-5 off here.
      near(1 - estimate!, one.value, 5e-5)
      near(se, one.se, 5e-5)
    })
    const zero = means(exact, '~ treatment | time', { at: 'time=0,6,12', average: 'zero', scale: 'link' })
    const s = exact.random[0].sd[0]
    zero.grid.forEach(({ estimate: eta }, i) => {
      let sum = 0
      for (let z = -10; z <= 10; z += 0.002) sum += (0.002 * Math.exp(-0.5 * z * z)) / (1 + Math.exp(-eta! - s * z))
      near(own.grid[i].estimate, sum / Math.sqrt(2 * Math.PI), 1e-11)
    })
  })

  it('has the closed forms of probit and log links, and their derivatives', () => {
    const table = readReference('epil')
    const poisson = fit('y ~ trt + lbase + (1 | subject)', table, { family: 'poisson' })
    const [zero, whole] = (['zero', 'population'] as const).map(
      (average) => means(poisson, '~ trt', { average, scale: 'link' }).grid,
    )
    const sd = poisson.random[0].sd[0]
    zero.forEach((one, i) => near(whole[i].estimate, one.estimate! + sd ** 2 / 2, 1e-9))
    // Var(eta + sd^2 / 2), by the delta method.
    const c = poisson.parameters.covariance!
    const x = [1, 0, 0, 0].map((one, j) => (j === 2 ? meanOf(table, 'lbase') : one))
    const gradient = x.map((one, j) => (j === 3 ? sd : one))
    const variance = gradient.reduce((sum, a, i) => sum + gradient.reduce((s, b, j) => s + a * b * c[i][j], 0), 0)
    near(whole[0].se, Math.sqrt(variance), 1e-8)

    const probit = fit(cbppFormula, cbpp, { link: 'probit', nodes: 9 })
    const [eta, p] = (['zero', 'population'] as const).map(
      (average) => means(probit, '~ period', { average, scale: average === 'zero' ? 'link' : 'response' }).grid,
    )
    const s = probit.random[0].sd[0]
    eta.forEach((one, i) => near(p[i].estimate, normalCdf(one.estimate! / Math.sqrt(1 + s * s)), 1e-9))
  })

  it('does not depend on the coding of factors, the order of rows or the unit of a covariate', () => {
    const n = 120
    const row = Array.from({ length: n }, (_, i) => i)
    const data = {
      y: row.map((i) => ((i * 7919) % 11 < 5 ? 1 : 0)),
      a: row.map((i) => 'uvw'[i % 3]),
      x: row.map((i) => Math.sin(i)),
      g: row.map((i) => `g${Math.floor(i / 10)}`),
    }
    const of = (table: typeof data, formula: string) => {
      const made = tableFrom(table)
      const fitted = fit(formula, made, { family: 'binomial', nodes: 5 })
      return means(fitted, 'pairwise ~ a')
    }
    const first = of(data, 'y ~ a * x + (1 | g)')
    const others = [
      of(data, 'y ~ C(a, sum) * x + (1 | g)'),
      of({ ...data, x: data.x.map((one) => one * 1000) }, 'y ~ a * x + (1 | g)'),
      of(
        Object.fromEntries(Object.entries(data).map(([name, of]) => [name, of.toReversed()])) as typeof data,
        'y ~ a * x + (1 | g)',
      ),
    ]
    for (const other of others) {
      first.grid.forEach((one, i) => near(other.grid[i].estimate, one.estimate!, 1e-5))
      first.contrasts!.forEach((one, i) => near(other.contrasts![i].se, one.se!, 1e-4))
    }
  })
})

const meanOf = (table: ReturnType<typeof readReference>, name: string): number => {
  const column = table.columns.find((one) => one.name === name)!
  return column.kind === 'numeric'
    ? column.values.reduce((sum, one) => sum + one, 0) / column.values.length
    : Number.NaN
}

describe('components', () => {
  it('of a zero-inflated model: the response is (1 - zi) times the conditional mean, zero its probability', () => {
    const table = readReference('Salamanders')
    const zinb = fit('count ~ mined + spp + (1 | site)', table, { family: 'nbinom2', zi: '~ mined' })
    const of = (component: string, scale: 'link' | 'response' = 'response') =>
      means(zinb, '~ mined', { average: 'zero', component, scale }).grid
    const told = emmeans.Salamanders_zinb2
    told.link.forEach((one) =>
      near(of('conditional', 'link').find(({ mined }) => mined === one.mined)!.estimate, one.emmean, 1e-4),
    )
    told.zi_component.forEach((one) =>
      near(of('zi', 'link').find(({ mined }) => mined === one.mined)!.estimate, one.emmean, 2e-3),
    )
    const [response, conditional, zi, zero] = ['response', 'conditional', 'zi', 'zero'].map((one) => of(one))
    const size = Math.exp(zinb.further.find(({ predictor }) => predictor === 'dispersion')!.fixed[0].estimate)
    response.forEach((one, i) => {
      const [mu, p] = [conditional[i].estimate!, zi[i].estimate!]
      near(one.estimate, (1 - p) * mu, 1e-9)
      near(zero[i].estimate, p + (1 - p) * (size / (size + mu)) ** size, 1e-8)
    })
  })
})

describe('contrasts', () => {
  it('of equal steps are whole orthogonal polynomials', () => {
    expect(contrastsOf('poly', ['a', 'b', 'c', 'd']).map(({ weights }) => weights)).toEqual([
      [-3, -1, 1, 3],
      [1, -1, -1, 1],
      [-1, 3, -3, 1],
    ])
  })

  it('sum to zero, of each kind', () => {
    for (const kind of ['pairwise', 'revpairwise', 'trt.vs.ctrl', 'eff', 'poly', 'consec'])
      for (const { weights } of contrastsOf(kind, ['a', 'b', 'c', 'd', 'e']))
        expect(Math.abs(weights.reduce((sum, one) => sum + one, 0))).toBeLessThan(1e-12)
  })

  it("of one's own have a name and a weight a mean", () => {
    expect(ownContrasts('A=1,-1,0; 0,1,-1', ['a', 'b', 'c'])).toEqual([
      { name: 'A', weights: [1, -1, 0] },
      { name: '0,1,-1', weights: [0, 1, -1] },
    ])
    expect(() => ownContrasts('A=1,-1', ['a', 'b', 'c'])).toThrow(/expected 3 weights/)
  })
})

describe('bad input has one line', () => {
  const laplace = fit(cbppFormula, cbpp)
  it.each([
    ['~ perod', {}, /got 'perod'/],
    ['~ period', { at: 'period=7' }, /levels of period, got '7'/],
    ['~ period', { at: 'x=1' }, /got 'x'/],
    ['~ period | period | period', {}, /expected variables after ~/],
    ['wise ~ period', {}, /as contrasts, got 'wise'/],
    ['pairwise ~ 1', {}, /two or more means to contrast, got one/],
    ['pairwise ~ period', { adjust: 'tukay' }, /for --adjust, got 'tukay'/],
    ['~ period', { average: 'all' }, /for --average, got 'all'/],
    ['~ period', { component: 'zero' }, /family of counts/],
  ])('%s %o', (spec, options, message) => {
    expect(() => means(laplace, spec, options as object)).toThrow(message)
  })

  it('a grid of 1e7 cells, and other data', () => {
    const n = 30
    const data = Object.fromEntries(
      'abcdefg'.split('').map((name, k) => [name, Array.from({ length: n }, (_, i) => `l${(i * (k + 3)) % 10}`)]),
    )
    const table = tableFrom({ y: Array.from({ length: n }, (_, i) => Math.cos(i * i)), ...data })
    const fitted = fit('y ~ a', table)
    expect(() =>
      means(fitted, '~ a', {
        data: tableFrom({
          y: table.columns[0].kind === 'numeric' ? table.columns[0].values.map((one) => one + 1) : [],
          ...data,
        }),
      }),
    ).toThrow(/expected the data of the fit/)
    const steps = fit('dist ~ speed', tableFrom({ dist: [2, 10, 4, 22], speed: [4, 4, 7, 7.5] }))
    expect(() => means(steps, '~ speed', { at: 'speed=0:1000:0.001' })).toThrow(/at most 200000 cells, got 1000001/)
    const read = JSON.parse(JSON.stringify(laplace))
    expect(() => means(read, '~ period')).toThrow(/expected the data of the fit .* got none: this fit was read/)
    expect(means(read, '~ period', { data: cbpp }).grid).toEqual(means(laplace, '~ period').grid)
  })
})
