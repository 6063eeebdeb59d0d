// Gaussian models of four shapes, simulated: CPU seconds of a fit in a process that has fitted nothing before, and in one that has
// (median of the rest), threads of the engine counted. With the name of a directory the tables are written there as CSV, for other
// programs to fit.
import { spawnSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { fit, tableFrom } from '../../dist/src/index.js'

/** Ratings of lecturers by students of their department and of others, in the proportions of lme4's InstEval. */
function ratings(n, students, lecturers, random) {
  const { uniform, normal, below } = random
  const departments = 14
  const effects = (count, sd) => Array.from({ length: count }, () => sd * normal())
  const [ofStudent, ofLecturer, ofDepartment] = [effects(students, 0.33), effects(lecturers, 0.52), effects(14, 0.15)]
  const home = Array.from({ length: students }, () => [below(departments), below(8)])
  const department = Array.from({ length: lecturers }, () => below(departments))
  const lecturersOf = Array.from({ length: departments }, (_, k) =>
    Array.from(department.keys()).filter((d) => department[d] === k),
  )
  const pools = lecturersOf.map((own) => Array.from({ length: 8 }, () => own.filter(() => uniform() < 0.3)))
  const columns = { y: [], service: [], studage: [], lectage: [], s: [], d: [], dept: [] }
  for (let i = 0; i < n; i++) {
    const s = below(students)
    const [k, year] = home[s]
    const service = uniform() < 0.75 ? 0 : 1
    const pool = service === 0 ? pools[k][year] : lecturersOf[(k + below(3)) % departments]
    const d = pool[Math.floor(pool.length * uniform() ** 1.7)]
    const [studage, lectage] = [2 * (1 + (s % 4)), 1 + below(6)]
    const mean = 3.28 - 0.07 * service + 0.02 * studage - 0.03 * lectage
    columns.y.push(mean + ofStudent[s] + ofLecturer[d] + ofDepartment[department[d]] + 1.18 * normal())
    columns.service.push(service)
    columns.studage.push(studage)
    columns.lectage.push(lectage)
    columns.s.push(`s${s}`)
    columns.d.push(`d${d}`)
    columns.dept.push(`p${department[d]}`)
  }
  return columns
}

/** Days in subjects, with a slope each. */
function slopes(subjects, days, { normal }) {
  const columns = { y: [], x: [], g: [] }
  for (let g = 0; g < subjects; g++) {
    const [a, b] = [25 * normal(), 6 * normal()]
    for (let x = 0; x < days; x++) {
      columns.y.push(251 + a + (10.5 + b) * x + 25.6 * normal())
      columns.x.push(x)
      columns.g.push(`g${g}`)
    }
  }
  return columns
}

function wide(n, p, groups, { normal, below }) {
  const effects = Array.from({ length: groups }, () => 0.7 * normal())
  const x = Array.from({ length: p }, () => Array.from({ length: n }, normal))
  const g = Array.from({ length: n }, () => below(groups))
  const y = g.map(
    (level, i) => 1 + effects[level] + x.reduce((sum, column, j) => sum + 0.1 * (j % 5) * column[i], normal()),
  )
  return { y, g: g.map((level) => `g${level}`), ...Object.fromEntries(x.map((column, j) => [`x${j}`, column])) }
}

const shapes = {
  'crossed, 5,000 rows, three factors, REML': {
    make: (random) => ratings(5000, 2700, 1128, random),
    formula: 'y ~ service + (1 | s) + (1 | d) + (1 | dept)',
    reml: true,
  },
  'crossed, 73,421 rows, two factors, ML': {
    make: (random) => ratings(73421, 2972, 1128, random),
    formula: 'y ~ service + factor(studage) + factor(lectage) + (1 | s) + (1 | d)',
    reml: false,
  },
  'random slopes, 180 rows, REML': {
    make: (random) => slopes(18, 10, random),
    formula: 'y ~ x + (x | g)',
    reml: true,
    repeats: 200,
  },
  'p = 40, 20,000 rows, REML': {
    make: (random) => wide(20000, 39, 500, random),
    formula: `y ~ ${Array.from({ length: 39 }, (_, j) => `x${j}`).join(' + ')} + (1 | g)`,
    reml: true,
  },
}

function randomFrom(seed) {
  let state = seed
  const uniform = () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return (state + 0.5) / 2 ** 32
  }
  const normal = () => Math.sqrt(-2 * Math.log(uniform())) * Math.cos(2 * Math.PI * uniform())
  return { uniform, normal, below: (count) => Math.floor(count * uniform()) }
}

const [, , one, directory] = process.argv
if (one === '--one') {
  const { make, formula, reml, repeats = 7 } = shapes[directory]
  const table = tableFrom(make(randomFrom(12345)))
  const spent = []
  let record
  for (let r = 0; r < repeats; r++) {
    const began = process.cpuUsage()
    record = await fit(formula, table, { family: 'gaussian', reml })
    const { user, system } = process.cpuUsage(began)
    spent.push((user + system) / 1e6)
  }
  const [first, ...rest] = spent
  const median = rest.sort((a, b) => a - b)[rest.length >> 1]
  const { logLik, convergence } = record
  console.log(
    `  first ${first.toFixed(3)} s, later ${median.toFixed(4)} s; log-likelihood ${logLik.toFixed(6)}, ` +
      `gradient ${convergence.gradientNorm.toExponential(1)} standard errors, ${convergence.iterations} iterations`,
  )
} else {
  for (const [name, { make, formula }] of Object.entries(shapes)) {
    console.log(name)
    if (one) {
      const columns = make(randomFrom(12345))
      const names = Object.keys(columns)
      const lines = columns.y.map((_, i) => names.map((column) => columns[column][i]).join(','))
      writeFileSync(join(one, `${name.replaceAll(/\W+/g, '-')}.csv`), [names.join(','), ...lines, ''].join('\n'))
      console.log(`  ${formula}`)
    } else spawnSync(process.execPath, [fileURLToPath(import.meta.url), '--one', name], { stdio: 'inherit' })
  }
}
