import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, expect } from 'vitest'

export const main = fileURLToPath(new URL('../../dist/src/cli/main.js', import.meta.url))
export const betablocker = fileURLToPath(new URL('../../examples/01-betablocker/betablocker.csv', import.meta.url))
export const headerless = betablocker.replace(/csv$/, 'txt')
export const formula = 'cbind(r, n - r) ~ treat + (1 | center)'

export interface Reply {
  readonly stdout: string
  readonly stderr: string
  readonly status: number | null
  readonly signal: string | null
}

/** The command as a user calls it, in the folder `cwd`; `use` may meddle with the process. */
export function glmm(
  args: readonly string[],
  options: {
    readonly cwd?: string
    readonly input?: string
    readonly environment?: Readonly<Record<string, string>>
    readonly use?: (child: ChildProcess) => void
  } = {},
): Promise<Reply> {
  const env = { ...process.env, ...options.environment }
  const child = spawn(process.execPath, [main, ...args], { cwd: options.cwd, env })
  return reply(child, options)
}

/** A line for bash, in which `$GLMM` is the command. */
export function shell(line: string, cwd: string): Promise<Reply> {
  return reply(spawn('bash', ['-c', line], { cwd, env: { ...process.env, GLMM: `${process.execPath} ${main}` } }))
}

function reply(
  child: ReturnType<typeof spawn>,
  { input, use }: { readonly input?: string; readonly use?: (child: ChildProcess) => void } = {},
): Promise<Reply> {
  const texts = { stdout: '', stderr: '' }
  for (const name of ['stdout', 'stderr'] as const) {
    child[name]!.setEncoding('utf8').on('data', (text: string) => {
      texts[name] += text
    })
  }
  child.stdin!.on('error', () => {}).end(input ?? '')
  use?.(child)
  return new Promise((resolve, reject) => {
    child.on('error', reject)
    child.on('close', (status, signal) => resolve({ ...texts, status, signal }))
  })
}

/** A folder of this test file's own with the given files in it; it goes when the tests are done. */
export function folder(files: Readonly<Record<string, string>> = {}): string {
  const path = mkdtempSync(join(tmpdir(), 'glmm-cli-'))
  for (const [name, text] of Object.entries(files)) writeFileSync(join(path, name), text)
  afterAll(() => rmSync(path, { recursive: true, force: true }))
  return path
}

/** The betablocker data with line `line` (1 is the header) replaced. */
export function betablockerWith(line: number, text: string): string {
  const lines = readFileSync(betablocker, 'utf8').split('\n')
  lines[line - 1] = text
  return lines.join('\n')
}

/** The betablocker data with more columns: `value` gets the cells of a row. */
export function betablockerAnd(names: string, value: (cells: readonly string[]) => string): string {
  const [header, ...rows] = readFileSync(betablocker, 'utf8').trim().split('\n')
  return [`${header},${names}`, ...rows.map((row) => `${row},${value(row.split(','))}`), ''].join('\n')
}

const statuses: Readonly<Record<string, number>> = { NO_CONVERGENCE: 1, WORKER_DIED: 1, QUEUE: 1, ABORTED: 130 }

/**
 * The form of every complaint of a call with --json: one line on standard error, the formula and a caret below it
 * where `caret` says so, and one document on standard output.
 */
export function expectComplaint({ stdout, stderr, status }: Reply, code: string, says: RegExp, caret = false): void {
  expect(stderr).toMatch(says)
  const lines = stderr.split('\n')
  expect(lines.pop()).toBe('')
  expect(lines).toHaveLength(caret ? 3 : 1)
  expect(lines[0]).toMatch(new RegExp(`^glmm: ${code}: \\S.*; \\S.*[^;. ]$`))
  if (caret) expect(lines[2]).toMatch(/^ *\^$/)
  expect(status).toBe(statuses[code] ?? 2)
  const document = JSON.parse(stdout)
  expect(Object.keys(document)).toEqual(['error'])
  expect(Object.keys(document.error)).toEqual(['code', 'message', 'hint'])
  const flat = (text: string): string => text.replace(/\s+/g, ' ')
  expect(lines[0]).toBe(`glmm: ${code}: ${flat(document.error.message)}; ${flat(document.error.hint)}`)
}
