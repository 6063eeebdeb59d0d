import { readdirSync, readFileSync } from 'node:fs'
import { join, posix } from 'node:path'
import { fileURLToPath } from 'node:url'

export const root = fileURLToPath(new URL('../..', import.meta.url))

/** A source file of the project. */
export interface Source {
  readonly path: string
  readonly text: string
  /** The text without comments. */
  readonly code: string
  /** Specifiers of what it imports, types included. */
  readonly imports: readonly string[]
}

const fromClause = /(?:^|[\n;}])\s*(?:import|export)\b[^'"`;]*?\bfrom\s*['"]([^'"]+)['"]/g
const bareImport = /(?:^|[\n;])\s*import\s*['"]([^'"]+)['"]/g
const dynamicImport = /\bimport\(\s*['"]([^'"]+)['"]\s*\)/g

/** Specifiers of everything a text imports, statically, for effect, on demand, or as a type. */
export const importsOf = (code: string): string[] =>
  [fromClause, bareImport, dynamicImport].flatMap((form) => [...code.matchAll(form)].map((match) => match[1]))

const withoutComments = (text: string): string =>
  text.replace(/\/\*[\s\S]*?\*\//g, '').replace(/(^|[^:'"`])\/\/[^\n]*/g, '$1')

function* walk(folder: string): Generator<string> {
  for (const entry of readdirSync(join(root, folder), { withFileTypes: true })) {
    const path = posix.join(folder, entry.name)
    if (entry.isDirectory()) yield* walk(path)
    else if (entry.name.endsWith('.ts')) yield path
  }
}

export const sources: readonly Source[] = ['src', 'samplers', 'workers']
  .flatMap((folder) => [...walk(folder)])
  .map((path) => {
    const text = readFileSync(join(root, path), 'utf8')
    const code = withoutComments(text)
    return { path, text, code, imports: importsOf(code) }
  })

/** Path of the file that a relative specifier means. */
export const target = (from: string, specifier: string): string =>
  posix.join(posix.dirname(from), specifier).replace(/\.js$/, '.ts')

/** Each import of a file of the project: from, to. */
export const fileImports: readonly (readonly [from: string, to: string])[] = sources.flatMap(({ path, imports }) =>
  imports.filter((name) => name.startsWith('.')).map((name) => [path, target(path, name)] as const),
)

/** The folder of a file; those of src itself stand on floors of their own. */
const folderOf = (path: string): string => (posix.dirname(path) === 'src' ? path : posix.dirname(path))

/** The same between folders. */
export const folderImports: typeof fileImports = fileImports
  .map(([from, to]) => [folderOf(from), folderOf(to)] as const)
  .filter(([from, to]) => from !== to)

/**
 * The circles of a directed graph: its strongly connected components of two nodes or more (Tarjan 1972), each in order of names;
 * a node with an edge to itself is one, too.
 */
export function circles(edges: readonly (readonly [from: string, to: string])[]): string[][] {
  const next = new Map<string, string[]>()
  for (const [from, to] of edges) {
    next.set(from, [...(next.get(from) ?? []), to])
    if (!next.has(to)) next.set(to, [])
  }
  const order = new Map<string, number>()
  const lowest = new Map<string, number>()
  const path: string[] = []
  const found: string[][] = []
  const visit = (node: string): void => {
    order.set(node, order.size)
    lowest.set(node, order.get(node)!)
    path.push(node)
    for (const to of next.get(node)!) {
      if (!order.has(to)) visit(to)
      if (path.includes(to)) lowest.set(node, Math.min(lowest.get(node)!, lowest.get(to)!))
    }
    if (lowest.get(node) !== order.get(node)) return
    const circle = path.splice(path.indexOf(node))
    if (circle.length > 1 || next.get(node)!.includes(node)) found.push(circle.sort())
  }
  for (const node of next.keys()) if (!order.has(node)) visit(node)
  return found
}
