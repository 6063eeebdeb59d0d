// Compiles wasm/vector-tile.ts and writes the module's bytes into a source, so that neither the build nor those who read
// the package need a compiler or a file beside the code. `npm run wasm`; a test compiles again and compares.
import { readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import asc from 'assemblyscript/asc'

/** The module compiled from the AssemblyScript source at a path: no runtime, vector instructions, its memory imported. */
export async function compiled(source) {
  let bytes = null
  const { error, stderr } = await asc.main(
    [
      'source.ts',
      '--outFile',
      'out.wasm',
      '--runtime',
      'stub',
      '--importMemory',
      '--noAssert',
      '-O3',
      '--enable',
      'simd',
    ],
    {
      readFile: (name) => (name === 'source.ts' ? readFileSync(source, 'utf8') : null),
      writeFile: (name, content) => {
        if (name === 'out.wasm') bytes = content
      },
      listFiles: () => [],
    },
  )
  if (error || !bytes) throw new Error(`${source}: ${stderr.toString()}`)
  return bytes
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const bytes = await compiled(fileURLToPath(new URL('vector-tile.ts', import.meta.url)))
  const text = Buffer.from(bytes)
    .toString('base64')
    .replace(/.{1,100}/g, "  '$&',\n")
  writeFileSync(
    fileURLToPath(new URL('../src/numerics/vector-tile-bytes.ts', import.meta.url)),
    `/** The module that wasm/vector-tile.ts compiles to, in base64. Written by \`npm run wasm\`. */
export const vectorTileBytes: string = [
${text}].join('')
`,
  )
}
