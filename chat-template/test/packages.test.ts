import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'

/** The first versions without a known way to end or fill the process by one packet; see their SECURITY.md. */
const floors: Record<string, string> = {
  'socket.io': '4.8.0',
  'engine.io': '6.6.9',
  'socket.io-parser': '4.2.6',
  ws: '8.21.0',
}

it('locks no version of the packages on the wire that one packet could end', () => {
  const lock = JSON.parse(readFileSync(new URL('../package-lock.json', import.meta.url), 'utf8')) as {
    packages: Record<string, { version: string }>
  }
  for (const [name, floor] of Object.entries(floors)) {
    const found = Object.entries(lock.packages).filter(([path]) => path.endsWith(`node_modules/${name}`))
    expect(found.length).toBeGreaterThan(0)
    for (const [, { version }] of found) {
      expect([name, version, version.localeCompare(floor, 'en', { numeric: true }) >= 0]).toEqual([
        name,
        version,
        true,
      ])
    }
  }
})
