/** Binary responses of subjects to items, each pair once, from a generator of the test's own. */
export function crossedTable(
  subjects: number,
  items: number,
  seed: number,
): { columns: { y: number[]; subject: string[]; item: string[] }; subject: number[]; item: number[]; y: number[] } {
  let state = seed
  const uniform = (): number => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return state / 2 ** 32
  }
  const normal = (): number => Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform())
  const ability = Array.from({ length: subjects }, () => 2 * normal())
  const ease = Array.from({ length: items }, normal)
  const subject: number[] = []
  const item: number[] = []
  const y: number[] = []
  for (let s = 0; s < subjects; s++) {
    for (let t = 0; t < items; t++) {
      subject.push(s)
      item.push(t)
      y.push(uniform() < 1 / (1 + Math.exp(-0.3 - ability[s] - ease[t])) ? 1 : 0)
    }
  }
  const columns = { y, subject: subject.map((s) => `s${s}`), item: item.map((t) => `t${t}`) }
  return { columns, subject, item, y }
}

/**
 * Exact log marginal likelihood of a logistic model with an intercept and crossed effects of subjects and three items:
 * a trapezoid over the effects of the three items and, given these, over each subject's, which are then independent.
 * Subjects with the same answers share their integral.
 */
export function crossedLogLik(
  subject: readonly number[],
  item: readonly number[],
  y: readonly number[],
  beta: number,
  sdSubject: number,
  sdItem: number,
  points = 31,
): number {
  const half = 7.5
  const step = (2 * half) / (points - 1)
  const grid = Array.from({ length: points }, (_, k) => -half + k * step)
  const weight = grid.map((u) => (step * Math.exp(-0.5 * u * u)) / Math.sqrt(2 * Math.PI))
  const answers = new Map<number, number[]>()
  subject.forEach((s, i) => {
    const own = answers.get(s) ?? [0, 0, 0]
    own[item[i]] = y[i]
    answers.set(s, own)
  })
  const patterns = new Map<string, { answers: number[]; count: number }>()
  for (const own of answers.values()) {
    const known = patterns.get(own.join(''))
    if (known) known.count++
    else patterns.set(own.join(''), { answers: own, count: 1 })
  }
  // p[answer][point of the subject][point of the item]
  const p = [-1, 1].map((sign) =>
    grid.map((u) => grid.map((v) => 1 / (1 + Math.exp(-sign * (beta + sdSubject * u + sdItem * v))))),
  )
  const used = [...patterns.values()]
  let total = 0
  for (let a = 0; a < points; a++) {
    for (let b = 0; b < points; b++) {
      for (let c = 0; c < points; c++) {
        let product = weight[a] * weight[b] * weight[c]
        for (const { answers: own, count } of used) {
          const [first, second, third] = [p[own[0]], p[own[1]], p[own[2]]]
          let sum = 0
          for (let k = 0; k < points; k++) sum += weight[k] * first[k][a] * second[k][b] * third[k][c]
          product *= sum ** count
        }
        total += product
      }
    }
  }
  return Math.log(total)
}
