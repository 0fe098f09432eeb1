import { execFileSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'

/** Tests of the built program need dist/: building takes a second, a stale one costs an afternoon. */
export function setup(): void {
  const root = fileURLToPath(new URL('../..', import.meta.url))
  execFileSync(process.execPath, ['scripts/build.mjs'], { cwd: root, stdio: 'inherit' })
}
