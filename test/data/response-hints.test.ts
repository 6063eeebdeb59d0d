import { expect, it } from 'vitest'
import { stateModel } from '../../src/data/state-model.js'
import { tableFrom } from '../../src/data/table-from.js'
import { GlmmError } from '../../src/errors.js'

const table = tableFrom({
  y: [0, 1, 4, 1, 5, 9],
  share: [0.2, 0.4, 1, 0, 0.65, 0.11],
  grade: ['low', 'mid', 'high', 'low', 'mid', 'high'],
  code: [1, 2, 2, 1, 1, 2],
  codes: [3, 7, 3, 7, 7, 3],
  'Age (yrs)': [30, 41, 52, 28, 60, 47],
  time: [2, 0, 1, 4, 2, 3],
  area: [1, -1, 2, 1, 1, 3],
  x: [1, 2, 3, 4, 5, 6],
})

const fault = (formula: string, choice = {}): string => {
  try {
    stateModel(formula, table, choice)
  } catch (error) {
    expect(error).toBeInstanceOf(GlmmError)
    const { code, message, hint } = error as GlmmError
    return `${code}: ${message}; ${hint}`
  }
  throw new Error(`${formula} was taken`)
}

it.each<[string, object, RegExp]>([
  [
    'y ~ x + offset(log(time))',
    { family: 'poisson' },
    /log\(time\) needs values above 0, got time = 0 .*an exposure .* is above 0/,
  ],
  ['y ~ x + offset(log(2 * area))', { family: 'poisson' }, /an exposure/],
  ['y ~ log(time)', { family: 'poisson' }, /log1p\(x\) takes 0/],
  ['grade ~ x', {}, /grade is text of 3 levels: high, low, mid; .*I\(grade == "mid"\) with the binomial family/],
  ['grade ~ x', { family: 'poisson' }, /numbers were expected as poisson response/],
  ['grade ~ x', { family: 'binomial' }, /two levels was expected, grade has 3: .*I\(grade == "mid"\)/],
  ['code ~ x', { family: 'binomial' }, /the codes 1 and 2: write I\(code == 2\)/],
  ['codes ~ x', { family: 'binomial' }, /the codes 3 and 7: write I\(codes == 7\)/],
  ['share ~ x', { family: 'binomial' }, /a proportion needs --trials/],
  ['y ~ Age (yrs)', { family: 'poisson' }, /the column "Age \(yrs\)" goes in backquotes: `Age \(yrs\)`/],
  ['y ~ x + Age (yrs):x', { family: 'poisson' }, /`Age \(yrs\)`/],
])('%s %j', (formula, choice, expected) => {
  expect(fault(formula, choice)).toMatch(expected)
})

it('a proportion without a family is told, with the families that it may have', () => {
  const { family, warnings } = stateModel('share ~ x', table)
  expect(family).toBe('gaussian')
  expect(warnings.map(({ message }) => message).join()).toMatch(/lie between 0 and 1: .*--trials n.*beta/)
  expect(
    stateModel('x ~ y', table)
      .warnings.map(({ message }) => message)
      .join(),
  ).not.toMatch(/between 0 and 1/)
})

it('a condition is a binomial response, its truth the success', () => {
  const { family, response } = stateModel('I(code == 2) ~ x', table)
  expect(family).toBe('binomial')
  expect([...response.y]).toEqual([0, 1, 1, 0, 0, 1])
  expect([...stateModel('ifelse(grade == "low", 1, 0) ~ x', table, { family: 'binomial' }).response.y]).toEqual([
    1, 0, 0, 1, 0, 0,
  ])
})
