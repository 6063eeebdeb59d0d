import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { tableFrom } from '../../../src/data/table-from.js'
import { GlmmError } from '../../../src/errors.js'
import { planStudy } from '../../../src/study/run/plan-study.js'
import { studySchema } from '../../../src/study/run/study-schema.js'
import { bootstrapOf, run, simulationOf } from '../studies.js'

const message = async (study: unknown): Promise<string> => {
  const error = await planStudy(study).then(
    () => null,
    (thrown: unknown) => thrown,
  )
  expect(error).toBeInstanceOf(GlmmError)
  expect((error as GlmmError).code).toBe('USAGE')
  return `${(error as GlmmError).message}; ${(error as GlmmError).hint}`
}

describe('a study file', () => {
  const truth = { fixed: { '(Intercept)': -2.2, treat: -0.26 }, random: { center: { sd: ['x'] } } }

  it.each<[unknown, string]>([
    [simulationOf(1, { truth }), '/truth/random/center/sd/0: expected a number, got "x"'],
    [
      simulationOf(1, { truth: { ...truth, random: { center: { sd: [-1] } } } }),
      '/truth/random/center/sd/0: expected a number >= 0, got -1',
    ],
    [
      simulationOf(1, { truth: { fixed: { '(Intercept)': 0, treta: 1 } } }),
      '/truth/fixed/treta: expected a name of the model ((Intercept), treat), got treta; did you mean treat?',
    ],
    [
      simulationOf(1, { truth: { fixed: { '(Intercept)': 0, treat: 1 } } }),
      '/truth/random: expected a true value of center, got none',
    ],
    [
      simulationOf(1, { conditions: { 'truth.random.centre.sd': [[1]] } }),
      '/conditions/truth.random.centre.sd: expected one of center, got centre; did you mean center?',
    ],
    [
      simulationOf(1, { conditions: { 'groups.center': [1] } }),
      '/groups/center: expected a whole number of levels, 2 or more, got 1',
    ],
    [simulationOf(1, { conditions: { nodes: [1] } }), '/conditions/nodes: expected a path such as truth.fixed.NAME'],
    [simulationOf(1, { measures: ['bais'] }), '/measures/0: expected one of "bias", "empSe"'],
    [bootstrapOf(0), '/replicates: expected a whole number >= 1, got 0'],
    [
      bootstrapOf(1, { fit: { nodes: 2.5 } }),
      '/fit/nodes: expected a number of nodes from 1 to 101, or "auto", got 2.5',
    ],
    [bootstrapOf(1, { fit: { node: 2 } }), '/fit/node: expected no property of the name node; did you mean nodes?'],
    [bootstrapOf(1, { sead: 1 }), '/sead: expected no property of the name sead; did you mean seed?'],
    [bootstrapOf(1, { formula: undefined }), '/: expected a property formula, got none'],
    [
      bootstrapOf(1, { data: { y: [1, 2] } }),
      '/data: expected the path of a CSV or Parquet table, relative to the study file (in a program a table itself, too), got {"y":[1,2]}',
    ],
    [bootstrapOf(1, { lrt: {} }), '/lrt: expected a property null, got none'],
    [bootstrapOf(1, { kind: 'bootsrap' }), '/kind: expected a kind of study (bootstrap, simulation'],
    [{}, '/: expected a property kind, got none'],
    [[], '/: expected an object, got []'],
  ])('%j', async (study, says) => {
    expect(await message(JSON.parse(JSON.stringify(study)))).toContain(says)
  })

  const many = (count: number): number[] => Array.from({ length: count }, (_, i) => i + 1)
  it.each<[string, unknown, string]>([
    [
      'a million conditions',
      simulationOf(1, { conditions: { 'truth.fixed.treat': many(1000), 'truth.fixed.(Intercept)': many(1000) } }),
      '/conditions: expected at most 10000 combinations, got 1000000',
    ],
    [
      'a thousand million levels',
      simulationOf(1, { groups: { center: 1e9 } }),
      '/groups/center: expected data of at most 10000000 rows, got 1000000000 levels of about 2 rows each',
    ],
    [
      'as many in a condition',
      simulationOf(1, { conditions: { 'groups.center': [10, 1e9] } }),
      'give 5000000 levels or fewer',
    ],
    ['methods', simulationOf(1, { methods: many(201).map((m) => ({ name: `m${m}` })) }), 'a list of at most 200'],
    [
      'nodes',
      { ...bootstrapOf(1), kind: 'sensitivity', replicates: undefined, vary: { nodes: many(1001).map(() => 3) } },
      '/vary/nodes: expected a list of at most 1000',
    ],
  ])('%s are refused before anything is made of them', async (_, study, says) => {
    expect(await message(JSON.parse(JSON.stringify(study)))).toContain(says)
  })

  it.each([
    ['lists', '['.repeat(1e5) + ']'.repeat(1e5), '/: expected an object, got a list that nests very deep'],
    ['kinds', `${'{"kind":'.repeat(1e5)}1${'}'.repeat(1e5)}`, '/kind: expected a kind of study'],
  ])('%s in each other a hundred thousand deep', async (_, text, says) => {
    expect(await message(JSON.parse(text))).toContain(says)
  })

  it('is described by the schema that is published', () => {
    const path = fileURLToPath(new URL('../../../docs/study.schema.json', import.meta.url))
    // Made by: npx glmm study schema > docs/study.schema.json
    expect(JSON.parse(readFileSync(path, 'utf8'))).toEqual(JSON.parse(JSON.stringify(studySchema())))
  })

  it('may hold its table in a program', async () => {
    const table = tableFrom({ y: [1, 2, 1, 4, 3, 6, 5, 9], x: [1, 2, 3, 4, 5, 6, 7, 8] })
    const { measures } = await run({
      kind: 'bootstrap',
      data: table,
      family: 'poisson',
      formula: 'y ~ x',
      replicates: 20,
    })
    expect(measures.map(({ parameter }) => parameter)).toEqual(['(Intercept)', 'x'])
  })
})
