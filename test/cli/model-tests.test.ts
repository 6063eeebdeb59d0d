import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { betablocker, folder, formula, glmm } from './call.js'

const epil = readFileSync(new URL('../reference/epil.csv', import.meta.url), 'utf8')
const cwd = folder({ 'epil.csv': epil })
const fit = ['fit', 'y ~ lbase * trt + lage + V4 + (1 | subject)', '--data', 'epil.csv', '--family', 'poisson']

describe('fit', () => {
  it('tests the model, in the text and in the document', async () => {
    const { stdout, status } = await glmm(fit, { cwd })
    expect(status).toBe(0)
    expect(stdout).toMatch(
      /\nModel\nQuestionable:\n\n {2}- counts vary 1\.9 times more than Poisson: try --family nbinom2/,
    )
    const { stdout: json } = await glmm([...fit, '--seed', '7', '--json'], { cwd })
    const record = JSON.parse(json)
    expect(record.model.verdict).toBe('questionable')
    expect(record.tests.dispersion).toMatchObject({ method: 'replicates', remedy: 'try --family nbinom2' })
    expect(record.call).toMatchObject({ tests: true, seed: 7 })
    expect(record.warnings.map(({ code }: { code: string }) => code)).toContain('MODEL')
  })

  it('says of sound data how many tests found nothing, and what they could not see', async () => {
    const { stdout } = await glmm(['fit', formula, '--data', betablocker])
    expect(stdout).toMatch(/\nModel\nNo fault found by \d tests: dispersion/)
    expect(stdout).toMatch(/With 44 rows these tests could not have seen proportions that vary less than/)
  })

  it('--no-tests leaves them out', async () => {
    const { stdout } = await glmm([...fit, '--no-tests'], { cwd })
    expect(stdout).not.toContain('\nModel\n')
    const record = JSON.parse((await glmm([...fit, '--no-tests', '--json'], { cwd })).stdout)
    expect(record).not.toHaveProperty('tests')
    expect(record.warnings).toEqual([])
    const { stderr, status } = await glmm([...fit, '--no-tests', '--seed', '7'], { cwd })
    expect(status).toBe(2)
    expect(stderr).toMatch(/nothing in a fit is random/)
  })
})
