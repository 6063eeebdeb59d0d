import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { crossedTable } from '../likelihood/crossed-brute-force.js'
import { glmm } from './call.js'

const folder = mkdtempSync(join(tmpdir(), 'glmm-importance-'))
const { subject, item, y } = crossedTable(30, 3, 11)
const file = join(folder, 'crossed.csv')
writeFileSync(file, `y,subject,item\n${y.map((one, i) => `${one},s${subject[i]},t${item[i]}`).join('\n')}\n`)
const fit = ['fit', 'y ~ 1 + (1 | subject) + (1 | item)', '--data', file, '--family', 'binomial']

it('glmm fit --importance prints its draws and their errors, and says the same again for the same seed', async () => {
  const run = async (): Promise<Record<string, unknown>> => {
    const { stdout, status } = await glmm([...fit, '--importance', '400', '--seed', '9', '--json'])
    expect(status).toBe(0)
    return JSON.parse(stdout)
  }
  const [one, two] = [await run(), await run()]
  expect(one.importance).toMatchObject({ draws: 400, seed: 9 })
  expect(one.call).toMatchObject({ importance: 400, seed: 9 })
  expect(one.nodes).toBe(null)
  expect(one.importance).toEqual(two.importance)
  expect(one.fixed).toEqual(two.fixed)
})

it('refuses two ways to integrate, in one line', async () => {
  const { stderr, status } = await glmm([...fit, '--importance', '400', '--nodes', '5'])
  expect(status).toBe(2)
  expect(stderr).toMatch(/^glmm: USAGE: expected one way to integrate.*\n$/)
})
