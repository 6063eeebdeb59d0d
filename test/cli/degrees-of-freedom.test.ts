import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { beforeAll, describe, expect, test } from 'vitest'
import { expectComplaint, folder, glmm } from './call.js'

const sleepstudy = readFileSync(
  fileURLToPath(new URL('../../examples/03-slopes/sleepstudy.csv', import.meta.url)),
  'utf8',
)
const cwd = folder({ 'line.csv': 'x,y\n1,1\n2,2\n2,3\n4,4\n6,5\n', 'new.csv': 'x\n0\n10\n', 'sleep.csv': sleepstudy })
const slopes = ['fit', 'Reaction ~ Days + (Days | Subject)', '--data', 'sleep.csv', '--family', 'gaussian']
const line = ['fit', 'y ~ x', '--data', 'line.csv', '--family', 'gaussian']
const words = (text: string): string => text.replace(/ +/g, ' ')

beforeAll(async () => {
  const { stdout } = await glmm([...line, '--json'], { cwd })
  writeFileSync(join(cwd, 'line.json'), stdout)
})

describe.concurrent('t statistics at the command line', () => {
  test('least squares: sigma, t and limits as every textbook has them', async () => {
    const { stdout, status } = await glmm(line, { cwd })
    expect(status).toBe(0)
    expect(stdout).toContain('Linear model fit by least squares')
    expect(words(stdout)).toContain('Estimate Std. Error df t value Pr(>|t|) 2.5 % 97.5 %')
    expect(words(stdout)).toContain('x 0.7500000 0.1443376 3 5.196 0.0138 * 0.2907 1.2093')
  })

  test('Satterthwaite by default, and the table says so', async () => {
    const { stdout } = await glmm([...slopes, '--reml'], { cwd })
    expect(stdout).toContain('Fixed effects (t tests by Satterthwaite)')
    expect(words(stdout)).toContain('Days 10.4672860 1.5457889 17.00 6.771 3.26e-06 ***')
  })

  test('Kenward and Roger in JSON', async () => {
    const { stdout, status } = await glmm([...slopes, '--reml', '--df', 'kr', '--json'], { cwd })
    expect(status).toBe(0)
    const { call, fixed } = JSON.parse(stdout)
    expect(call.df).toBe('kr')
    for (const row of fixed) {
      expect(row.statistic).toBe('t')
      expect(row.df).toBeCloseTo(17, 6)
    }
  })

  test('z has no column of degrees of freedom', async () => {
    const { stdout } = await glmm([...slopes, '--df', 'none'], { cwd })
    expect(words(stdout)).toContain('Estimate Std. Error z value Pr(>|z|) 2.5 % 97.5 %')
    expect(stdout).not.toContain('t tests')
  })

  test('what a model does not have is refused', async () => {
    expectComplaint(await glmm([...slopes, '--df', 'kr', '--json'], { cwd }), 'USAGE', /expected --reml with --df kr/)
    const poisson = ['fit', 'y ~ x', '--data', 'line.csv', '--family', 'poisson', '--df', 'satterthwaite', '--json']
    expectComplaint(await glmm(poisson, { cwd }), 'USAGE', /expected a gaussian response with identity link/)
    const between = [...slopes, '--df', 'between', '--json']
    expectComplaint(await glmm(between, { cwd }), 'USAGE', /expected satterthwaite, kr, residual, none for --df/)
  })

  test('predictions of a saved line have t limits', async () => {
    const { stdout } = await glmm(['predict', 'line.json', '--data', 'new.csv', '--json'], { cwd })
    const [at] = JSON.parse(stdout).predictions
    // The 97.5 % point of t with three degrees of freedom.
    expect((at.linear.upper - at.linear.estimate) / at.linear.se).toBeCloseTo(3.182446305284, 10)
  })
})
