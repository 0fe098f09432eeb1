// The licences of what is bundled: most of them ask that their text goes wherever the code goes.
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

const licenceFile = /^(?:licen[cs]e|copying)(?:[.-].*)?$/i

/** Folders of packages that have a byte in what esbuild made: `node_modules/zod`, `node_modules/@inquirer/core`. */
function packagesOf(metafiles) {
  const outputs = metafiles.flatMap(metafile => Object.values(metafile.outputs))
  const inputs = outputs.flatMap(output =>
    Object.entries(output.inputs).flatMap(([path, { bytesInOutput }]) => (bytesInOutput > 0 ? [path] : [])),
  )
  const folders = inputs.flatMap(path => /^(?:.*\/)?node_modules\/(?:@[^/]+\/)?[^/]+/.exec(path)?.[0] ?? [])
  return [...new Set(folders)].sort()
}

const notice = /^\s*(?:copyright\b|\(c\)|©)/i
/** Headings that say which licence follows: its name is told with the package's. */
const heading =
  /^\s*(?:#+\s*)?(?:\(?(?:the\s+)?(?:MIT|ISC)(?:\s+licen[cs]e)?(?:\s+\(MIT\))?\)?|licen[cs]e):?\s*$/i

/** Whose it is, and on what terms. A copyright line is one only above the terms: Apache's own text has some in it. */
function readLicence(text) {
  const lines = text.trim().split(/\r?\n/)
  const begin = lines.findIndex(line => line.trim() !== '' && !notice.test(line) && !heading.test(line))
  const above = lines.slice(0, Math.max(begin, 0))
  return {
    notices: above.filter(line => notice.test(line)),
    terms: lines.slice(above.length).join('\n').trim(),
  }
}

/**
 * One text with name, version, licence and copyright of every bundled package. Those on the same terms, but for how the lines
 * are broken, come together, with the terms once. Throws for one that ships no licence.
 */
export function thirdParty(root, metafiles) {
  const groups = new Map()
  for (const folder of packagesOf(metafiles)) {
    const path = join(root, folder)
    const { name, version, license } = JSON.parse(readFileSync(join(path, 'package.json'), 'utf8'))
    const file = readdirSync(path).find(entry => licenceFile.test(entry))
    if (file === undefined && license === undefined) throw new Error(`${name} comes without a licence`)
    const { notices, terms } = readLicence(file === undefined ? '' : readFileSync(join(path, file), 'utf8'))
    const key = terms.replace(/\s+/g, ' ').toLowerCase()
    const group = groups.get(key) ?? { packages: [], terms }
    groups.set(key, group)
    group.packages.push(
      [`${name} ${version} (${license})`, ...notices.map(line => `  ${line.trim()}`)].join('\n'),
    )
  }
  const rule = `\n\n${'-'.repeat(72)}\n\n`
  const parts = [...groups.values()].map(({ packages, terms }) => `${packages.join('\n')}\n\n${terms}`.trim())
  return `rtdeploy holds code of these packages.${rule}${parts.join(rule)}\n`
}
