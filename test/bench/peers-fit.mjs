// This software's side of the comparison, in a process of its own: CPU milliseconds of one fit (formula, model frame,
// estimates, standard errors, residuals), as JSON. Usage: node --expose-gc peers-fit.mjs NAME
import { readFileSync, writeFileSync } from 'node:fs'
import { fit } from '../../dist/src/index.js'
import { cases, tableOf } from './peers-cases.mjs'

const one = cases.find(({ name }) => name === process.argv[2])
const table = await tableOf(one)
const { formula, family, nodes = 1, reml = false } = one
const call = () => fit(formula, table, { family, nodes, reml })

globalThis.gc?.()
/** Megabytes, where the system tells. */
const memory = (field) => {
  try {
    return Number(new RegExp(`${field}:\\s*(\\d+)`).exec(readFileSync('/proc/self/status', 'utf8'))[1]) / 1024
  } catch {
    return null
  }
}
const resident = memory('VmRSS')
try {
  writeFileSync('/proc/self/clear_refs', '5') // the peak starts anew
} catch {}

const cpu = () => {
  const { user, system } = process.cpuUsage()
  return (user + system) / 1000
}
let began = cpu()
const { logLik } = call()
const first = cpu() - began
const peak = memory('VmHWM')

// A fit that takes seconds has warmed up within the first; otherwise two seconds of warm-up, then eleven batches.
const times = []
if (first > 20_000) times.push(first)
else {
  began = cpu()
  let calls = 0
  do {
    call()
    calls++
  } while (cpu() - began < 2000)
  const typical = (cpu() - began) / calls
  const each = Math.max(1, Math.round(100 / typical))
  const batches = typical > 1000 ? 3 : 11
  for (let batch = 0; batch < batches; batch++) {
    began = cpu()
    for (let i = 0; i < each; i++) call()
    times.push((cpu() - began) / each)
  }
}
times.sort((a, b) => a - b)
const median = times[Math.floor(times.length / 2)]
console.log(JSON.stringify({ median, min: times[0], max: times.at(-1), fits: times.length, logLik, resident, peak }))
