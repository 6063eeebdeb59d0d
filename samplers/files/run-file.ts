import { createHash } from 'node:crypto'
import { readFile, writeFile } from 'node:fs/promises'
import { writeAtomically } from '../../src/draws/files/write-atomically.js'
import { GlmmError } from '../../src/errors.js'
import { version } from '../../src/version.js'
import type { ChainPoint } from '../run/chain-plan.js'
import { type DrawsSeal, sealOf } from './draws-seal.js'
import type { Sample } from '../run/sample.js'

/** What stands beside a file of draws, so that the run can be gone on with: schema glmm/run@1. */
export interface RunFile {
  /** The call, as its command has it. */
  readonly call: Readonly<Record<string, unknown>>
  /** Why `auto` chose its sampler, which the call names; null where it was named. */
  readonly samplerReason?: string | null
  readonly chains: number
  /** Draws a chain that were asked for. */
  readonly draws: number
  readonly kept: readonly number[]
  readonly points: readonly (ChainPoint | null)[]
  /** Centre of the starting points: other data or another model have another. */
  readonly center: Float64Array
  readonly warmupSeconds: number
  readonly sampleSeconds: number
  /** Of the draws that it stands beside. */
  readonly seal: DrawsSeal
}

const schema = 'glmm/run@1'

/** The file that stands beside a file of draws. */
export const runFileOf = (draws: string): string => `${draws}.run`

/** What a sample goes on from, with the call that made it. */
export function runStateOf(sample: Sample, call: RunFile['call'], samplerReason: string | null): RunFile {
  const { run, warmupSeconds, sampleSeconds } = sample
  const { chains, kept, points, plan } = run
  const { draws, center } = plan
  const seal = sealOf(sample.draws, sample.statistics)
  return { call, samplerReason, chains, draws, kept, points, center, warmupSeconds, sampleSeconds, seal }
}

export async function writeRun(path: string, run: RunFile): Promise<void> {
  const body = JSON.stringify(run, (_, value) => packed(value))
  const text = `{"schema":"${schema}","version":"${version}","hash":"${hashOf(body)}","run":${body}}`
  await writeAtomically(path, (temporary) => writeFile(temporary, text))
}

const hashOf = (body: string): string => createHash('sha256').update(`${version}\n${body}`).digest('hex')

/** Reads what `writeRun` wrote, to the bit and by this version, or fails with a FILE error. */
export async function readRun(path: string): Promise<RunFile> {
  const hint = 'name the draws that `glmm sample --out` wrote, with their .run file beside them'
  const text = await readFile(path, 'utf8').catch(() => {
    throw new GlmmError('FILE', `expected the state of a run in ${path}, found no such file`, hint)
  })
  const wrong = new GlmmError('FILE', `expected the state of a run (${schema}) in ${path}, got something else`, hint)
  const head = headOf(text)
  if (head === null) throw wrong
  if (head.version !== version) {
    const message = `expected a run of version ${version} in ${path}, got one of version ${head.version.slice(0, 40)}`
    throw new GlmmError('FILE', message, 'go on with it by that version, or sample anew')
  }
  const [, body = ''] = /^\{"schema":"[^"]*","version":"[^"]*","hash":"[^"]*","run":(.*)\}$/s.exec(text.trim()) ?? []
  if (hashOf(body) !== head.hash) {
    const message = `expected the state of a run as it was written in ${path}, got an altered one`
    throw new GlmmError('FILE', message, 'sample anew: what its chains would go on from cannot be trusted')
  }
  return JSON.parse(body, (_, value) => unpacked(value)) as RunFile
}

/** What the file says of itself; null where it is no such file. */
function headOf(text: string): { readonly version: string; readonly hash: unknown } | null {
  try {
    const found = JSON.parse(text) as Readonly<Record<string, unknown>> | null
    if (found?.schema !== schema || typeof found.version !== 'string') return null
    return { version: found.version, hash: found.hash }
  } catch {
    return null
  }
}

const kinds = { Float64Array, Uint32Array }

/** Every bit of an array, as text; numbers that JSON lacks are in words. */
function packed(value: unknown): unknown {
  if (value instanceof Float64Array || value instanceof Uint32Array) {
    const bytes = Buffer.from(value.buffer, value.byteOffset, value.byteLength)
    return { array: value[Symbol.toStringTag], base64: bytes.toString('base64') }
  }
  return value
}

function unpacked(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || !('base64' in value && 'array' in value)) return value
  const { array, base64 } = value as { readonly array: keyof typeof kinds; readonly base64: string }
  const bytes = Uint8Array.from(Buffer.from(base64, 'base64'))
  return new kinds[array](bytes.buffer)
}
