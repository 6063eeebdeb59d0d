/** An undirected graph of m nodes as bit rows: node v is beside u where bit u of row v is set. Each node beside itself. */
export interface BitGraph {
  readonly nodes: number
  /** Words of 32 bits a row. */
  readonly words: number
  /** nodes x words. */
  readonly rows: Uint32Array
  /** Columns of a matrix that each node stands for. */
  readonly weight: Int32Array
}

export function bitGraph(weight: Int32Array): BitGraph {
  const nodes = weight.length
  const words = Math.ceil(nodes / 32)
  const rows = new Uint32Array(nodes * words)
  for (let v = 0; v < nodes; v++) rows[v * words + (v >> 5)] |= 1 << (v & 31)
  return { nodes, words, rows, weight }
}

/** Makes each pair of the nodes in a set, given as a bit row, neighbours. */
export function addClique({ words, rows }: BitGraph, set: Uint32Array): void {
  for (let word = 0; word < words; word++) {
    for (let bits = set[word]; bits !== 0; bits &= bits - 1) {
      const v = 32 * word + 31 - Math.clz32(bits & -bits)
      for (let w = 0, at = v * words; w < words; w++, at++) rows[at] |= set[w]
    }
  }
}

/** From this share of what is left on, a least degree makes the rest one dense block. */
export const dense = 0.4

/**
 * Minimum degree (Rose 1972; Tinney and Walker 1967): of the nodes left the one with the least neighbours, by their
 * weights, is eliminated next and joins these to each other; of equal ones the first. Where even the least degree is a large share of what is left, the rest
 * follows in its own order, as one dense block.
 */
export function minimumDegree(graph: BitGraph): Int32Array {
  const { nodes, weight } = graph
  const elimination = eliminations(graph)
  const degree = Int32Array.from({ length: nodes }, (_, v) => elimination.degree(v))
  const order = new Int32Array(nodes)
  const done = new Uint8Array(nodes)
  let left = weight.reduce((sum, one) => sum + one, 0)
  // The nodes left, in their order, so that of equal ones the first is taken.
  const open = Int32Array.from({ length: nodes }, (_, v) => v)
  let count = nodes
  for (let k = 0; k < nodes; k++) {
    let [next, kept] = [-1, 0]
    for (let e = 0; e < count; e++) {
      const v = open[e]
      if (done[v] === 1) continue
      open[kept++] = v
      if (next < 0 || degree[v] < degree[next]) next = v
    }
    count = kept
    if (degree[next] > dense * left) {
      for (let e = 0; e < count; e++) order[k++] = open[e]
      break
    }
    order[k] = next
    done[next] = 1
    left -= weight[next]
    elimination.eliminate(next, (u) => {
      degree[u] = elimination.degree(u)
    })
  }
  return order
}

/** Columns from which on a run of columns with the same rows is worked on at full speed. */
const wide = 16

/**
 * The work of a Cholesky factorization in an order: the sum over columns of the square of the rows below them, a run of
 * columns with the same rows counting up to ten times where it is narrow, as it is worked on element by element.
 */
export function eliminationWork(graph: BitGraph, order: Int32Array): number {
  const elimination = eliminations(graph)
  let [work, run, columns] = [0, 0, 0]
  let before = -1
  let left = graph.weight.reduce((sum, one) => sum + one, 0)
  const settle = (): void => {
    work += run * (1 + 9 * Math.max(0, 1 - columns / wide))
    run = 0
    columns = 0
  }
  for (const v of order) {
    const size = graph.weight[v]
    const degree = elimination.degree(v)
    if (degree === left) {
      // What is beside all that is left leaves a dense block: a run of left columns with left, left - 1, ... rows.
      if (degree !== before) settle()
      run += (left * (left + 1) * (2 * left + 1)) / 6
      columns += left
      break
    }
    // Its rows are those of the column before, less that one: it belongs to the same run.
    if (degree !== before) settle()
    run += size * degree * degree
    columns += size
    before = degree - size
    left -= size
    elimination.eliminate(v)
  }
  settle()
  return work
}

/** A graph that is eliminated node by node; the graph given stays as it is. */
function eliminations({ nodes, words, rows: given, weight }: BitGraph): {
  /** Columns of the neighbours left of v, its own included. */
  readonly degree: (v: number) => number
  readonly eliminate: (v: number, touched?: (u: number) => void) => void
} {
  const rows = given.slice()
  const alive = new Uint32Array(words)
  for (let v = 0; v < nodes; v++) alive[v >> 5] |= 1 << (v & 31)
  const equal = weight.every((one) => one === weight[0])
  return {
    degree: (v) => {
      let sum = 0
      for (let w = 0, at = v * words; w < words; w++, at++) {
        const bits = rows[at] & alive[w]
        if (bits === 0) continue
        if (equal) sum += ones(bits)
        else for (let rest = bits; rest !== 0; rest &= rest - 1) sum += weight[32 * w + 31 - Math.clz32(rest & -rest)]
      }
      return equal ? sum * weight[0] : sum
    },
    eliminate: (v, touched) => {
      alive[v >> 5] &= ~(1 << (v & 31))
      const from = v * words
      const neighbours: number[] = []
      for (let word = 0; word < words; word++) {
        for (let bits = rows[from + word] & alive[word]; bits !== 0; bits &= bits - 1) {
          const u = 32 * word + 31 - Math.clz32(bits & -bits)
          for (let w = 0, at = u * words; w < words; w++, at++) rows[at] |= rows[from + w]
          neighbours.push(u)
        }
      }
      if (touched) for (const u of neighbours) touched(u)
    },
  }
}

/** Bits set in a word of 32. */
function ones(bits: number): number {
  let x = bits - ((bits >>> 1) & 0x55555555)
  x = (x & 0x33333333) + ((x >>> 2) & 0x33333333)
  return Math.imul((x + (x >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24
}
