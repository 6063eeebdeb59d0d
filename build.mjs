// Compiles the TypeScript sources into dist, then bundles the two modules that reach into @stdlib, so that
// the built package needs none of @stdlib's thousands of files at run time.
import { execFileSync } from 'node:child_process'
import { chmodSync, existsSync, rmSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { build } from 'esbuild'

const require = createRequire(import.meta.url)
const tsc = join(dirname(require.resolve('typescript/package.json')), 'bin', 'tsc')
rmSync('dist', { recursive: true, force: true })
try {
  execFileSync(process.execPath, [tsc, '-p', 'tsconfig.json'], { stdio: 'inherit' })
} catch {
  process.exit(1)
}
for (const facade of ['dist/src/numerics/special.js', 'dist/src/random/generators.js']) {
  if (!existsSync(facade)) continue
  await build({
    entryPoints: [facade],
    outfile: facade,
    allowOverwrite: true,
    bundle: true,
    minify: true,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    legalComments: 'eof', // keeps the Apache-2.0 notices
    banner: { js: "import{createRequire as __cr}from'node:module';const require=__cr(import.meta.url);" },
    logLevel: 'warning',
  })
}
chmodSync('dist/src/cli/main.js', 0o755)
